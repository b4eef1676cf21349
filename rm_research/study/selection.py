"""The keywords that every verb takes, `cohort= role= scale= wave= arm=`: names checked, and the rows that have them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import pandas as pd

from rm_research.catalogue import capital
from rm_research.errors import SelectionError
from rm_research.study.entries import tidy_text
from rm_research.study.model import Study
from rm_research.study.wording import suggest

KEYWORDS = ("cohort", "role", "scale", "wave", "arm")
Names = str | Iterable[str] | None  # one name, or several; None for all


@runtime_checkable
class OfStudy(Protocol):
    """What `prepare_study` returned, as far as verbs above it need to know."""

    @property
    def study(self) -> Study:
        """Its study."""

    @property
    def responses(self) -> pd.DataFrame:
        """Responses, linked."""

    @property
    def people(self) -> pd.DataFrame:
        """People."""

    @property
    def chosen(self) -> Mapping[str, tuple[str, ...]]:
        """Which people it holds, by fact; empty for everybody."""


@dataclass(frozen=True)
class Selection:
    """
    Names that were asked for.

    Attributes
    ----------
    names : mapping of str to tuple of str
        By keyword, as the study writes them; keywords that were not given are absent.
    among : mapping of str to tuple of str
        Which people there are to pick from, by fact, where others were left out before; empty for the whole study.
    """

    names: Mapping[str, tuple[str, ...]]
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, known: Mapping[str, Iterable[object]], asked: Mapping[str, Names], *, baseline: str | None = None,
        among: Mapping[str, tuple[str, ...]] | None = None,
    ) -> "Selection":  # fmt: skip
        """
        Names that were asked for, as the study writes them: case, blanks and look-alike characters may differ.

        Parameters
        ----------
        known : mapping of str to iterable
            The names that exist, by keyword.
        asked : mapping of str to (str, iterable of str or None)
        baseline : str, optional
            The first wave, where only later ones may be asked for.
        among : mapping of str to tuple of str, optional
            Which people the known names are those of, where others were left out before.

        Raises
        ------
        SelectionError
            Naming every name that does not exist, with the nearest that does.
        """
        problems, names = list[str](), dict[str, tuple[str, ...]]()
        for keyword, wanted in asked.items():
            if wanted is None:
                continue
            written = {tidy_text(str(name)): str(name) for name in known[keyword]}
            several = _several(keyword, wanted)
            for name in several:
                if keyword == "wave" and name == baseline:
                    problems.append(
                        f"Wave {name!r} is the first, which every later wave is compared with; "
                        f"known: {', '.join(written.values())}"
                    )
                elif tidy_text(name) not in written:
                    problems.append(f"There is no {keyword} {name!r}; {suggest(name, written.values())}")
            names[keyword] = tuple(dict.fromkeys(written.get(tidy_text(name), name) for name in several))
        found = cls(names, among or {})
        if problems:
            raise SelectionError(*found._of_whom(problems))
        return found

    def mask(self, rows: pd.DataFrame) -> pd.Series:
        """
        Whether each row has one of the names of every keyword.

        Raises
        ------
        SelectionError
            When a name has no row that has the others, too: the message says what it has.
        """
        names = {keyword: some for keyword, some in self.names.items() if keyword in rows}
        has = {keyword: rows[keyword].astype("str").isin(some) for keyword, some in names.items()}
        kept = pd.Series(True, index=rows.index)
        for which in has.values():
            kept &= which
        if len(rows) and (problems := _lacking(rows, names, kept)):
            raise SelectionError(*self._of_whom(problems))
        return kept

    def _of_whom(self, problems: Iterable[str]) -> list[str]:
        """Sentences on what there is, which say so where that is not all of the study."""
        some = f"Among the people chosen ({Selection(self.among)}): " if self.among else ""
        return [f"{some}{problem}" for problem in problems]

    def __bool__(self) -> bool:
        return bool(self.names)

    def __str__(self) -> str:
        return ", ".join(f"{keyword} {_listed(names)}" for keyword, names in self.names.items())


def names_in(rows: pd.DataFrame, keywords: Sequence[str] = KEYWORDS) -> dict[str, list[str]]:
    """Names that stand in the rows of a frame, by keyword, in their order there."""
    return {keyword: [str(name) for name in rows[keyword].dropna().unique()] for keyword in keywords}


def scales_of_roles(study: Study, roles: Iterable[str]) -> pd.DataFrame:
    """Each scale with each role that it is asked of: columns scale, role."""
    known = list(roles)
    pairs = [(scale.name, role) for scale in study.scales for role in known if role in (scale.roles or known)]
    return pd.DataFrame(pairs, columns=["scale", "role"])


def _several(keyword: str, wanted: str | Iterable[str]) -> list[str]:
    """One name or several as a list."""
    if isinstance(wanted, str):
        return [wanted]
    try:
        several = list(wanted)
    except TypeError:
        several = [wanted]  # type: ignore[list-item]
    if not several:
        raise SelectionError(f"{keyword}= names nothing. Leave it out for all, or name one or several.")
    return [str(name) for name in several]


def _lacking(rows: pd.DataFrame, names: Mapping[str, tuple[str, ...]], kept: pd.Series) -> list[str]:
    """Say of each name without a row which others it does not go with, and what it goes with instead."""
    said: dict[frozenset[str], str] = {}  # two names that do not go together are told of once
    for keyword in sorted(names, key=lambda keyword: keyword != "scale"):
        present = set(rows.loc[kept, keyword].astype("str"))
        for name in names[keyword]:
            if name not in present:
                other, text = _why(keyword, name, rows, names)
                apart = {name, *names[other]} if other and len(names[other]) == 1 else {keyword, name}
                said.setdefault(frozenset(apart), text)
    return list(said.values())


def _why(keyword: str, name: str, rows: pd.DataFrame, names: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """Keyword that a name does not go with ('' where it is several together), and the sentence that says so."""
    of_name = rows[rows[keyword].astype("str") == name]
    if of_name.empty:
        return "", f"There is no {keyword} {name!r} here; {suggest(name, names_in(rows, [keyword])[keyword])}"
    for other, wanted in names.items():
        there = [str(found) for found in of_name[other].dropna().unique()]
        if other != keyword and not set(wanted) & set(there):
            pattern = _unasked(keyword, other)
            return other, pattern.format(name=repr(name), wanted=_listed(wanted), there=_listed(there) or "none")
    others = " and ".join(f"{other} {_listed(wanted)}" for other, wanted in names.items() if other != keyword)
    found = {other: str(of_name[other].iloc[0]) for other in names if other != keyword}
    shown = " and ".join(f"{other} {one!r}" for other, one in found.items())
    return "", f"{capital(keyword)} {name!r} has nothing with {others} together; it has {shown}, for example."


def _unasked(keyword: str, other: str) -> str:
    """Pattern of the sentence that two names do not go together: a scale is asked of a role and in a wave."""
    pair = {keyword, other}
    if pair == {"scale", "role"}:
        if keyword == "scale":
            return "Scale {name} is not asked of role {wanted}; it is asked of {there}."
        return "Role {name} is not asked for scale {wanted}; it is asked for {there}."
    return f"{capital(keyword)} {{name}} has no {other} {{wanted}}; it has {other} {{there}}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
