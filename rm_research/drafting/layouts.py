"""Exports of one layout: different people who were asked the same at the same times, in one file each."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath

import numpy as np
import pandas as pd

from rm_research.drafting.opening import OpenedFile
from rm_research.drafting.words import moment, plain

DOUBT = (
    "{files} have the same columns, so they are taken for different people who were asked at the same times. If each "
    'file is a cohort, a role or an arm, add it to each source, as in set = {{ cohort = "…" }}.'
)
BACKWARDS = "the order of these waves in time; by the names of the files, {later} comes after {earlier}."


def joined(opened: Sequence[OpenedFile]) -> tuple[OpenedFile, list[OpenedFile]]:
    """First export together with all others of its layout, as one; and those of another layout."""
    alike = [one for one in opened if set(one.columns) == set(opened[0].columns)]
    return together(alike), [one for one in opened if one not in alike]


def together(opened: Sequence[OpenedFile]) -> OpenedFile:
    """Exports of one layout as one, with the rows of all; a single one is returned as it is."""
    if len(opened) == 1:
        return opened[0]
    first = opened[0].export
    cells = {name: np.concatenate([one.export.rows[name].to_numpy(object) for one in opened]) for name in first.rows}
    rows = pd.DataFrame(cells, dtype="str")
    identifiers = frozenset().union(*(one.export.identifiers for one in opened))
    doubts = tuple(dict.fromkeys(doubt for one in opened for doubt in one.export.doubts))
    export = replace(first, rows=rows, identifiers=identifiers, doubts=doubts)
    return replace(opened[0], export=export, sources=tuple(opened))


def by_moment(opened: Sequence[OpenedFile]) -> list[OpenedFile] | None:
    """
    Exports by the moment in their names, several of one moment and layout as one: pre_a, pre_b, post_a, post_b.

    None unless every name mentions a moment, and several files of one layout share one.
    """
    groups: dict[int | None, list[OpenedFile]] = {}
    for one in opened:
        groups.setdefault(moment_of(one), []).append(one)
    if None in groups or len(groups) == len(opened):
        return None
    if any({*one.columns} != {*group[0].columns} for group in groups.values() for one in group):
        return None
    return [together(group) for _, group in sorted(groups.items(), key=lambda pair: pair[0] or 0)]


def moment_of(opened: OpenedFile) -> int | None:
    """Place in time that the name of a file, or of its sheet, mentions; None if it mentions none, or several."""
    words = plain(opened.file.sheet or PurePath(opened.file.file).stem).split()
    said = [*words, *(" ".join(pair) for pair in pairwise(words))]
    found = {place for one in said if (place := moment(one)) is not None}
    return found.pop() if len(found) == 1 else None


def doubts_of(opened: Sequence[OpenedFile]) -> list[str]:
    """What is open about files as waves: which were joined, and names that run against the order."""
    doubts = [DOUBT.format(files=names(one.sources)) for one in opened if one.sources]
    for earlier, later in pairwise(opened):
        places = moment_of(earlier), moment_of(later)
        if None not in places and (places[0] or 0) > (places[1] or 0):
            doubts.append(BACKWARDS.format(later=earlier.file.title, earlier=later.file.title))
    return doubts


def names(opened: Sequence[OpenedFile]) -> str:
    """Names of files as a list."""
    return ", ".join(one.file.title for one in opened)
