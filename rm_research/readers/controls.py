"""Characters that act on a terminal or a page are taken out of what was read, and counted."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.readers.export import Export, unique_names
from rm_research.study.entries import all_within, in_batches, per_entry, texts
from rm_research.study.folding import ACTING, printable

ACTS = "[" + "".join("-" if sign == "-" else f"\\x{{{ord(sign):x}}}" for sign in ACTING) + "]"  # as RE2 writes it
PRINTABLE = b" ~"  # the first and the last character of ASCII that only shows itself
STEP = "cells freed of control characters"


def without_controls(export: Export) -> Export:
    """
    Take control characters and marks that turn the direction of writing out of cells, headings, questions and labels.

    They come from copied web pages and terminals; nobody sees them, but a terminal or a browser acts on them.
    """
    rows, changed = export.rows, 0
    for name in list(_acting(rows)):
        cells = per_entry(rows[name], printable)
        changed += int((cells != rows[name]).sum())
        rows = rows.assign(**{name: cells})
    headings = [printable(name).strip() or f"column {place}" for place, name in enumerate(rows.columns, start=1)]
    names, repeated = unique_names(headings)
    new = dict(zip(rows.columns, names, strict=True))
    return replace(
        export,
        rows=rows if names == [*rows.columns] else rows.set_axis(names, axis=1),  # which copies every column
        texts={new[name]: printable(text) for name, text in export.texts.items()},
        repeated=export.repeated | repeated,
        labels={new.get(name, name): _labels(labels) for name, labels in export.labels.items()},
        steps=(*export.steps, (STEP, changed)) if changed else export.steps,
        identifiers=frozenset(new[name] for name in export.identifiers),
        added=frozenset(new[name] for name in export.added),
    )


def _acting(rows: pd.DataFrame) -> Iterator[str]:
    """Columns in which any cell has such a character; each entry is searched once."""
    for names, cells in in_batches(rows, rows.columns):
        if not _acts(cells):
            continue
        yield from names if len(names) == 1 else (name for name in names if _acts(texts(rows[name])))


def _acts(cells: pa.ChunkedArray) -> bool:
    return not all_within(cells, *PRINTABLE) and bool(pc.any(pc.match_substring_regex(pc.unique(cells), ACTS)).as_py())


def _labels(labels: dict[str, str]) -> dict[str, str]:
    return {printable(code): printable(label) for code, label in labels.items()}
