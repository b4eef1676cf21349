"""Some of the people of a study, chosen by what is known about them: which rows of its frames are theirs."""

from collections.abc import Mapping, Sequence

import pandas as pd

from rm_research.errors import ReportError, SelectionError
from rm_research.frames import DYADS, LEDGER
from rm_research.journal import Journal
from rm_research.study.selection import Names, Selection, names_in
from rm_research.study.wording import suggest

FACTS = ("cohort", "role", "arm")
PLACE = ["wave", "file", "source_row"]
Chosen = Mapping[str, tuple[str, ...]]  # names by fact; empty for everybody


def choose(
    people: pd.DataFrame, attributes: Sequence[str], asked: Mapping[str, Names], among: Chosen
) -> Chosen:  # fmt: skip
    """
    Names that were asked for, by fact, among people who may have been chosen before.

    Raises
    ------
    SelectionError
        When there is no such fact or name, or nobody has all names together.
    """
    known = (*FACTS, *attributes)
    for fact in asked:
        if fact in ("scale", "wave"):
            raise SelectionError(f"where() chooses people, who have no {fact}; give {fact}= to the verb that follows.")
        if fact not in known:
            raise SelectionError(f"There is no fact of people {fact!r}; {suggest(fact, known)}")
    selection = Selection.of(names_in(people, known), asked, among=among)
    if selection:
        selection.mask(people)
    return selection.names


def whom(chosen: Chosen) -> str:
    """The people chosen, for a title: 'leader; Housing, Adult services'. Empty for everybody."""
    return "; ".join(", ".join(names) for names in chosen.values())


def refuse_chosen(chosen: Chosen, what: str) -> None:
    """
    Refuse to make something that leaves of some of the people.

    Raises
    ------
    ReportError
        When people were chosen.
    """
    if chosen:
        raise ReportError(
            f"{what} are made of everybody: next to others, numbers of a part tell of the rest. These are of people "
            f"with {Selection(chosen)}. Give what prepare_study returned."
        )


def only(rows: pd.DataFrame, chosen: Chosen) -> pd.DataFrame:
    """Rows of People, or of a Panel, that are of the people chosen."""
    kept = pd.Series(True, index=rows.index)
    for fact, names in chosen.items():
        kept &= rows[fact].astype("str").isin(names)
    return rows[kept]


def frames_of(frames: Mapping[str, pd.DataFrame], chosen: Chosen) -> dict[str, pd.DataFrame]:
    """
    Frames of a Prepared with the rows of the people chosen.

    A dyad stays where both its members do. Problems stay, except those of cohorts that were not chosen; the ledger has
    a line more.
    """
    people = only(frames["people"], chosen)
    kept = dict(frames) | {"people": people.reset_index(drop=True)}
    for name in ("responses", "scores", "panel", "open_answers"):
        kept[name] = _theirs(frames[name], people, ["cohort", "person"])
    for name in ("links", "near_misses"):
        kept[name] = _theirs(frames[name], kept["responses"], PLACE)
    dyads = frames["dyads"]
    for member in ("leader", "mentor"):
        dyads = _theirs(dyads, people.rename(columns={"person": member}), ["cohort", member])
    for name in ("meetings", "goals"):
        kept[name] = _theirs(frames[name], dyads, ["cohort", "dyad"])
    cohorts = chosen.get("cohort")
    problems = frames["problems"]
    if cohorts is not None:
        problems = problems[problems["cohort"].isna() | problems["cohort"].isin(cohorts)].reset_index(drop=True)
    journal = Journal()
    journal.step("people chosen by hand", before=len(frames["people"]), after=len(people))
    ledger = pd.concat([frames["ledger"], journal.ledger], ignore_index=True)
    ledger = LEDGER.conform(ledger.assign(step=range(1, len(ledger) + 1)))
    return kept | {"dyads": DYADS.conform(dyads), "problems": problems, "ledger": ledger}


def _theirs(rows: pd.DataFrame, of: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Rows whose keys stand in another frame."""
    there = pd.MultiIndex.from_frame(of[keys].astype(rows[keys].dtypes.to_dict()))
    return rows[pd.MultiIndex.from_frame(rows[keys]).isin(there)].reset_index(drop=True)
