"""What every reader returns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from itertools import count

import pandas as pd

from rm_research.errors import ReadError

PREFIX = "*"
Steps = tuple[tuple[str, int], ...]  # what reading did without being told, and in how many cells


@dataclass(frozen=True)
class Export:
    """
    A file as text.

    Attributes
    ----------
    file : str
        Its name as study.toml gives it.
    rows : DataFrame
        One row a record, all text, '' where a cell is empty; the index is the row as a spreadsheet counts it.
    texts : dict of str to str
        Question text by column, where the format has one.
    repeated : frozenset of str
        Names that more than one column bears; the second is kept as 'name (2)'.
    short : tuple of int
        Rows that had fewer cells than the header.
    labels : dict of str to dict of str to str
        Label by code, by column, where the format keeps both; `rows` then has the codes.
    steps : tuple of (str, int)
        What reading found or changed without being told, and in how many cells; each becomes a line of the ledger.
    """

    file: str
    rows: pd.DataFrame = field(repr=False)
    texts: dict[str, str]
    repeated: frozenset[str]
    short: tuple[int, ...] = ()
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    steps: Steps = ()

    @cached_property
    def _trimmed(self) -> dict[str, str]:
        return {name.strip(): name for name in reversed(list(self.rows.columns))}

    def find(self, name: str) -> str | None:
        """
        Column of that name, or the only one that starts with 'name*'; None where there is none.

        Raises
        ------
        ReadError
            When several columns fit.
        """
        if name in self.repeated:
            raise ReadError(
                f"{self.file} has several columns called {name!r}. Call them {name + ' (1)'!r}, {name + ' (2)'!r} … "
                "from left to right, in study.toml or codebook.csv."
            )
        if name in self._trimmed:
            return self._trimmed[name]
        if not name.endswith(PREFIX):
            return None
        fitting = [column for column in self.rows.columns if column.startswith(name.removesuffix(PREFIX))]
        if len(fitting) > 1:
            raise ReadError(
                f"{self.file} has {len(fitting)} columns that start as {name!r} does. Give more of the name."
            )
        return fitting[0] if fitting else None

    def nearest(self, name: str) -> str:
        """Hint at the column that was meant, with its full stop."""
        near = get_close_matches(name, list(self._trimmed), n=1, cutoff=0.6)
        return f"did you mean {near[0]!r}?" if near else f"it has {len(self.rows.columns)} columns."


def as_export(
    file: str, names: Sequence[str], rows: pd.DataFrame, texts: Sequence[str] = (), *, short: tuple[int, ...] = (),
    steps: Steps = (),
) -> Export:  # fmt: skip
    """Export from column names, rows and question texts; nameless empty columns are dropped, twins numbered."""
    kept = [place for place, name in enumerate(names) if name.strip() or (rows.iloc[:, place] != "").any()]
    called = [names[place].strip() or f"column {place + 1}" for place in kept]
    repeated = frozenset(name for name in called if called.count(name) > 1)
    unique: list[str] = []
    for name in called:
        numbered = (f"{name} ({number})" for number in count(1))
        # a column may really be called 'name (2)'
        unique.append(next(n for n in numbered if n not in {*unique, *called}) if name in repeated else name)
    frame = rows.iloc[:, kept].set_axis(unique, axis=1)
    known = {name: texts[place] for name, place in zip(unique, kept, strict=True) if texts}
    return Export(file, frame, known, repeated, short, steps=steps)
