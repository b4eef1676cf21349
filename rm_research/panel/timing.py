"""When people answered: whether waves are in the order of their dates and are two waves at all, and who came first."""

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.journal import Journal
from rm_research.study import Study
from rm_research.study.entries import tidy_text
from rm_research.study.wording import suggest

MANY_ANSWERS, MANY_PEOPLE = 30, 5  # so many equal answers of so many people are no coincidence
LAST = pd.Timestamp.max


class Found(NamedTuple):
    """What is wrong with two waves of one cohort: of so many people, it holds for `n`."""

    rule: str
    earlier: str
    later: str
    cohort: str
    files: tuple[str, str]
    n: int
    of: int


MESSAGES = {
    "waves_swapped": (
        "{late} (wave {later!r}) was submitted before {early} (wave {earlier!r}) by {n} of {of} people: are the files "
        "swapped? Exchange them in study.toml; if they are right, the dates are misread: set date_format"
    ),
    "waves_equal": (
        "{late} (wave {later!r}) has the same answers as {early} (wave {earlier!r}) from all {of} people, so nothing "
        "could have changed: is it the same export? Name the right file in study.toml"
    ),
}


def compare_waves(responses: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Find waves that were submitted in another order than declared, and waves with the same answers.

    Parameters
    ----------
    responses : DataFrame
        Responses, linked.
    study : Study

    Returns
    -------
    DataFrame
        Problems. Where most people of a cohort who gave both dates answered the later wave first (without linked dates:
        judging by the median dates), or everybody's answers are the same, it is an error of the cohort, or of the study
        if it holds for all cohorts. Single people who answered in another order are a warning each.
    """
    journal, found = Journal(), list[Found]()
    waves = [wave.name for wave in study.waves if wave.kind == "occasion"]
    for cohort, rows in responses.groupby("cohort"):
        by_wave = {str(name): part for name, part in rows.groupby("wave", sort=False)}
        for earlier, later in combinations([name for name in waves if name in by_wave], 2):
            pair = by_wave[earlier], by_wave[later]
            found += _swapped(str(cohort), *pair, study, journal)
            found += _equal(str(cohort), *pair, study)
    everywhere = set(responses["cohort"].dropna().unique())
    for kind in dict.fromkeys(each[:3] for each in found):
        _report([each for each in found if each[:3] == kind], everywhere, journal)
    return journal.problems


def _report(found: list[Found], everywhere: Collection[str], journal: Journal) -> None:
    """Add one error for the study if all cohorts have the same fault, else one for each that has it."""
    whole = {each.cohort for each in found} == set(everywhere)
    for some in [found] if whole else [[each] for each in found]:
        first = some[0]
        early, late = (", ".join(dict.fromkeys(each.files[place] for each in some)) for place in (0, 1))
        message = MESSAGES[first.rule].format(
            early=early, late=late, earlier=first.earlier, later=first.later, n=sum(each.n for each in some),
            of=sum(each.of for each in some),
        )  # fmt: skip
        cohort = None if whole else first.cohort
        journal.problem(first.rule, "error", message, wave=first.later, file=first.files[1], cohort=cohort)


def _swapped(
    cohort: str, before: pd.DataFrame, after: pd.DataFrame, study: Study, journal: Journal
) -> Iterator[Found]:  # fmt: skip
    """The fault that a cohort answered the later wave first, if it did; a warning for a few people who did."""
    earlier, later = str(before["wave"].iloc[0]), str(after["wave"].iloc[0])
    before, after = (rows.assign(day=rows["submitted"].dt.normalize()).dropna(subset="day") for rows in (before, after))
    pairs = after.merge(before[["person", "day"]], on="person", suffixes=("", "_before"))
    if study.link.method == "none" or pairs.empty:
        first, second = (rows["day"].median() for rows in (before, after))
        of = len(after)
        n = of if not pd.isna(first) and second < first else 0
    else:
        backward = pairs[pairs["day"] < pairs["day_before"]]
        n, of = len(backward), len(pairs)
    if 2 * n > of:
        yield Found("waves_swapped", earlier, later, cohort, _files(before, after), n, of)
    elif n:
        message = f"submitted before the same person's questionnaire of wave {earlier!r}; check both dates and codes"
        journal.row_problems("answered_backward", "warning", message, backward)


def _equal(cohort: str, before: pd.DataFrame, after: pd.DataFrame, study: Study) -> Iterator[Found]:
    """The fault that two waves hold the same answers to all they both ask, if they do."""
    earlier, later = str(before["wave"].iloc[0]), str(after["wave"].iloc[0])
    asked = [
        {item.name for scale in study.scales for item in study.asked(scale.name, wave)} for wave in (earlier, later)
    ]
    items = [item.name for item in study.items if item.name in asked[0] & asked[1] and item.kind == "number"]
    if study.link.method == "none":
        first, second = (rows.sort_values(items)[items].to_numpy(float) for rows in (before, after))
    else:
        both = before[["person", *items]].merge(after[["person", *items]], on="person", suffixes=("_1", "_2"))
        first, second = (both[[f"{item}_{place}" for item in items]].to_numpy(float) for place in (1, 2))
    if first.shape != second.shape or not np.array_equal(first, second, equal_nan=True):
        return
    if len(first) >= MANY_PEOPLE and np.isfinite(first).sum() >= MANY_ANSWERS:
        yield Found("waves_equal", earlier, later, cohort, _files(before, after), len(first), len(first))


def _files(before: pd.DataFrame, after: pd.DataFrame) -> tuple[str, str]:
    first, second = (", ".join(dict.fromkeys(rows["file"])) for rows in (before, after))
    return first, second


def check_listed_cohorts(cohorts: Collection[str], study: Study) -> pd.DataFrame:
    """Problems: names under [reporting] cohorts that no cohort has."""
    journal = Journal()
    known = set(map(tidy_text, cohorts))
    for name in study.reporting.cohorts:
        if known and tidy_text(name) not in known:
            message = f"study.toml: reporting.cohorts: {name!r} is not a cohort; {suggest(name, sorted(cohorts))}"
            journal.problem("unknown_cohort", "error", message, file="study.toml")
    return journal.problems


def in_order(cohorts: Collection[str], responses: pd.DataFrame, study: Study) -> tuple[str, ...]:
    """
    Cohorts in the order in which everything shows them.

    As [reporting] cohorts lists them; those that it does not list follow, by the date of their first questionnaire, and
    then those without dates, by name.
    """
    first = responses.groupby("cohort")["submitted"].min().dropna().to_dict()
    listed = {tidy_text(name): place for place, name in enumerate(study.reporting.cohorts)}

    def rank(name: str) -> tuple[object, ...]:
        return listed.get(tidy_text(name), len(listed)), first.get(name, LAST), name

    return tuple(sorted(cohorts, key=rank))
