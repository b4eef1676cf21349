"""Exports whose text is garbled, which another export of the same study shows: they are read again as it should be."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from rm_research.errors import ReadError
from rm_research.readers import Export, read_export
from rm_research.readers.cells import Detection
from rm_research.readers.encodings import encoding_for, is_text
from rm_research.study.garbling import find_garbled
from rm_research.study.settings import File

LONGEST, MOST = 80, 2_000  # characters and number of the texts that are compared


def ungarbled(path: Path, file: File, export: Export, others: Sequence[Export]) -> Export:
    """
    Read a text file again if its headings or answers are those of other exports, garbled.

    Parameters
    ----------
    path : Path
        Where the file is.
    file : File
        How it was read.
    export : Export
        What was read.
    others : sequence of Export
        The other exports of the study.

    Returns
    -------
    Export
        With a step that holds the encoding to declare, if it was read again; otherwise as it was.
    """
    known = dict.fromkeys(text for other in others for text in _texts(other))
    if file.dictionary or not is_text(path, file):
        return export
    wrong = (one.how for one in find_garbled(_texts(export), list(known)[:MOST]) if not one.in_study)
    found = Counter(encoding for how in wrong if (encoding := encoding_for(how, file, export.steps)))
    if not found:
        return export
    encoding, _ = found.most_common(1)[0]
    try:
        again = read_export(path.parent, file.model_copy(update={"file": path.name, "encoding": encoding}))
    except ReadError:  # only part of the file is garbled; the draft shows both
        return export
    step = Detection.of("encoding", encoding, "ledger.of.other_exports", name=encoding)
    return replace(again, steps=((step, 0), *again.steps))


def _texts(export: Export) -> Iterator[str]:
    """Short headings and entries beyond ASCII that may be printed answers."""
    texts = [*export.rows.columns]
    for name in export.rows.columns:
        entries = pc.unique(pa.array(export.rows[name], pa.large_string()))
        texts += entries.filter(pc.invert(pc.string_is_ascii(entries))).to_pylist()
    return (text for text in texts if not text.isascii() and len(text) <= LONGEST)
