"""
Instruments: the structure of published scales, and the open set of our own with its wording.

Each is one file of `rm_research/instruments`. The wording of a published scale is its authors', and is never there.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from rm_research.errors import SelectionError
from rm_research.study.wording import suggest

EVERYBODY, STUDENTS, LEADER, MENTOR = "all", "students", "leader", "mentor"  # for whom a question is worded


@dataclass(frozen=True)
class Instrument:
    """
    A scale that somebody published, or one of the open set.

    Attributes
    ----------
    name, title : str
    label : dict of str to str
        What it measures, by language: what pages call a scale that has no label.
    items : int
    low, high : float
        Ends of its printed answers.
    reverse : tuple of int
        Numbers of the reversed items.
    subscales : dict of str to tuple of int, or to int
        Numbers of their items, or only how many there are.
    roles : tuple of str
        For whom it is; everybody if empty.
    during : bool
        Whether it asks about the pair, and so only once the pair has met.
    validated : bool
    permission : str
        When permission is needed: ask first, needed unless for research, not needed.
    licence, source : str
    uncertain : dict of str to str
        Why a fact is not certain; such a fact is neither filled in nor checked.
    questions : tuple of dict
        Wording by for whom it is and by language: of the open set only.
    refused : str
        Why it cannot be used; then there is no more than its title.
    """

    name: str
    title: str
    label: Mapping[str, str]
    items: int = 0
    low: float = 0
    high: float = 0
    reverse: tuple[int, ...] = ()
    subscales: Mapping[str, tuple[int, ...] | int] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    during: bool = False
    validated: bool = True
    permission: str = ""
    licence: str = ""
    source: str = ""
    uncertain: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Mapping[str, Mapping[str, str]], ...] = ()
    refused: str = ""

    def knows(self, fact: str) -> bool:
        """Whether a fact (range, reverse, subscales) is certain."""
        return fact not in self.uncertain

    def parts(self) -> dict[str, tuple[int, ...]]:
        """Subscales whose items are known by their numbers."""
        return {name: numbers for name, numbers in self.subscales.items() if isinstance(numbers, tuple)}

    def question(self, number: int, language: str, role: str = EVERYBODY, *, students: bool = False) -> str:
        """
        Wording of an item; empty where it is not ours, or where each role has its own and none is asked for.

        With `students`, mentors are asked as students.
        """
        if not 1 <= number <= len(self.questions):
            return ""
        wording = self.questions[number - 1]
        wanted = (STUDENTS, role, EVERYBODY) if students and role == MENTOR else (role, EVERYBODY)
        found = next((wording[who] for who in wanted if who in wording), {})
        return found.get(language) or found.get("en", "")


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@cache
def known() -> dict[str, Instrument]:
    """All instruments by name: the published ones, then the open set."""
    found = {}
    for source in files("rm_research").joinpath("instruments").iterdir():
        if source.name.endswith(".toml"):
            name = source.name.removesuffix(".toml")
            content = {key: _frozen(value) for key, value in tomllib.loads(source.read_text(encoding="utf-8")).items()}
            content["subscales"] = {key: _frozen(value) for key, value in content.get("subscales", {}).items()}
            found[name] = Instrument(name=name, **content)
    return {name: found[name] for name in sorted(found, key=lambda name: (bool(found[name].questions), name))}


def the_instrument(name: str) -> Instrument:
    """
    Return the instrument of that name.

    Raises
    ------
    SelectionError
        When there is none: with the nearest name.
    """
    found = next((one for one in known() if one == name.casefold()), None)  # names are printed in capitals elsewhere
    if found is None:
        raise SelectionError(f"There is no instrument {name!r}; {suggest(name, known())}")
    return known()[found]


def usable_instrument(name: str) -> Instrument:
    """
    Return the instrument of that name, which a study may use.

    Raises
    ------
    SelectionError
        When there is none, or it cannot be used: with the reason.
    """
    one = the_instrument(name)
    if one.refused:
        raise SelectionError(f"{one.title} cannot be used: {one.refused}.")
    return one


def instruments(name: str | None = None) -> pd.DataFrame:
    """
    List the instruments that a scale may name, or the items of one.

    Parameters
    ----------
    name : str, optional
        Of one instrument.

    Returns
    -------
    DataFrame
        Without a name, one row per instrument: instrument, title, measures, items, low, high, reversed, subscales,
        roles, validated, permission (needed, and for what), licence, source, uncertain (facts that are not certain,
        and why: these are neither filled in nor checked), refused (why it cannot be used). With a name, one row per
        item: item, reversed, subscale, question (of the open set; the wording of published instruments is not ours).

    Raises
    ------
    SelectionError
        When there is no such instrument, or it cannot be used.

    Examples
    --------
    >>> table = rm.instruments().set_index("instrument")
    >>> table.loc["uwes-9", ["items", "low", "high"]].tolist()
    [9, 0, 6]
    >>> rm.instruments("psychological-safety").query("reversed")["item"].tolist()
    [1, 3, 5]
    """
    if name is None:
        return pd.DataFrame([_facts(one) for one in known().values()])
    one = usable_instrument(name)
    in_parts = {number: part for part, numbers in one.parts().items() for number in numbers}
    certain = one.knows("reverse")
    return pd.DataFrame({
        "item": range(1, one.items + 1),
        "reversed": [number in one.reverse if certain else pd.NA for number in range(1, one.items + 1)],
        "subscale": [in_parts.get(number, "") for number in range(1, one.items + 1)],
        "question": [_all_wordings(one, number) for number in range(1, one.items + 1)],
    }).astype({"reversed": "boolean"})  # fmt: skip


def _all_wordings(one: Instrument, number: int) -> str:
    """English wording of an item, for everybody for whom it is worded otherwise."""
    if not one.questions:
        return ""
    wording = {who: texts["en"] for who, texts in one.questions[number - 1].items()}
    first = wording.pop(EVERYBODY, "")
    return " / ".join([first] * bool(first) + [f"{who}: {text}" for who, text in wording.items()])


def _facts(one: Instrument) -> dict[str, object]:
    usable = not one.refused
    return {
        "instrument": one.name,
        "title": one.title,
        "measures": one.label["en"],
        "items": one.items if usable else pd.NA,
        "low": one.low if usable else pd.NA,
        "high": one.high if usable else pd.NA,
        "reversed": "" if one.refused else _reversed_text(one),
        "subscales": "; ".join(_part_text(name, numbers) for name, numbers in one.subscales.items()),
        "roles": ", ".join(one.roles),
        "validated": one.validated if usable else pd.NA,
        "permission": one.permission,
        "licence": one.licence,
        "source": one.source,
        "uncertain": "; ".join(f"{fact}: {why}" for fact, why in one.uncertain.items()),
        "refused": one.refused,
    }


def _reversed_text(one: Instrument) -> str:
    return (", ".join(map(str, one.reverse)) or "none") if one.knows("reverse") else "not certain"


def _part_text(name: str, numbers: tuple[int, ...] | int) -> str:
    return f"{name} ({numbers} items)" if isinstance(numbers, int) else f"{name} {', '.join(map(str, numbers))}"


def listed() -> pd.DataFrame:
    """List all instruments for a terminal: name, what it measures, items, range, permission."""
    rows = []
    for one in known().values():
        size = "" if one.refused else f"{one.items} items, {one.low} to {one.high}"
        unsure = f"; not certain: {', '.join(one.uncertain)}" if one.uncertain else ""
        rows.append((one.name, one.label["en"], size + unsure, "cannot be used" if one.refused else one.permission))
    return pd.DataFrame(rows, columns=["Instrument", "Measures", "Structure", "Permission"])


def described(name: str) -> list[str]:
    """Say in lines what is known of an instrument beside its items."""
    one = the_instrument(name)
    told = {
        one.title: "" if one.validated else "not validated yet",
        "Items": f"{one.items}, answered from {one.low} to {one.high}",
        "Reversed": _reversed_text(one),
        "Subscales": "; ".join(_part_text(part, numbers) for part, numbers in one.subscales.items()),
        "For": ", ".join(one.roles),
        "Asked": "once the pair has met" if one.during else "",
        "Permission": one.permission,
        "Licence": one.licence,
        "Source": one.source,
        **{f"Not certain, {fact}": why for fact, why in one.uncertain.items()},
    }
    return [f"{what}: {said}".removesuffix(": ") for what, said in told.items() if said or what == one.title]
