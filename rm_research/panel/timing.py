"""When people answered: whether waves are in the order of their dates and are two waves at all, and who came first."""

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.frames import WHO
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


MESSAGES = {"waves_swapped": "problems.waves_swapped", "waves_equal": "problems.waves_equal"}  # by rule


def compare_waves(responses: pd.DataFrame, who: np.ndarray, study: Study) -> pd.DataFrame:
    """
    Find waves that were submitted in another order than declared, and waves with the same answers.

    Parameters
    ----------
    responses : DataFrame
        Responses, linked.
    who : array of int
        Number of the person of each.
    study : Study

    Returns
    -------
    DataFrame
        Problems. Where most people of a cohort who gave both dates answered the later wave first (without linked dates:
        judging by the median dates), or everybody's answers are the same, it is an error of the cohort, or of the study
        if it holds for all cohorts. Single people who answered in another order are a warning each.
    """
    journal, found = Journal(), list[Found]()
    by_wave = dict(iter(responses.assign(**{WHO: who}).dropna(subset="cohort").groupby("wave", sort=False)))
    waves = [wave.name for wave in study.waves if wave.kind == "occasion" and wave.name in by_wave]
    for earlier, later in combinations(waves, 2):
        pair = by_wave[earlier], by_wave[later]
        found += _swapped(*pair, study, journal)
        found += _equal(*pair, study)
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
        blanks = {"early": early, "late": late, "earlier": first.earlier, "later": first.later,
                  "of": sum(each.of for each in some)}  # fmt: skip
        blanks |= {"n": sum(each.n for each in some)} if first.rule == "waves_swapped" else {}
        message = Said(MESSAGES[first.rule], **blanks)
        cohort = None if whole else first.cohort
        journal.problem(first.rule, "error", message, wave=first.later, file=first.files[1], cohort=cohort)


def _swapped(before: pd.DataFrame, after: pd.DataFrame, study: Study, journal: Journal) -> Iterator[Found]:
    """The fault of each cohort that answered the later wave first; a warning for the few people of others who did."""
    before, after = (rows.assign(day=rows["submitted"].dt.normalize()).dropna(subset="day") for rows in (before, after))
    pairs = after.merge(before[[WHO, "day"]], on=WHO, suffixes=("", "_before"))
    backward = pairs[pairs["day"] < pairs["day_before"]]
    if backward.empty and {*before["cohort"], *after["cohort"]} == {*pairs["cohort"]} and study.link.method != "none":
        return
    counts = pd.DataFrame({"n": backward.groupby("cohort").size(), "of": pairs.groupby("cohort").size()}).fillna(0)
    days = pd.DataFrame({name: rows.groupby("cohort")["day"].median() for name, rows in (("1", before), ("2", after))})
    # where nobody is known to have given both dates, the days of all people decide
    alone = days.index if study.link.method == "none" else days.index.difference(counts.index)
    of = after.groupby("cohort").size().reindex(alone).fillna(0)
    counts = counts.drop(alone, errors="ignore")
    by_median = pd.DataFrame({"n": of.where(days.loc[alone, "2"] < days.loc[alone, "1"], 0), "of": of})
    counts = pd.concat([counts, by_median]).sort_index().astype(int)
    swapped = counts[2 * counts["n"] > counts["of"]]
    yield from _found("waves_swapped", swapped, before, after)
    single = backward[~backward["cohort"].isin(swapped.index)]
    if study.link.method != "none" and len(single):
        earlier = before["wave"].iloc[0]
        message = Said("problems.answered_backward", wave=earlier)
        journal.row_problems("answered_backward", "warning", message, single)


def _equal(before: pd.DataFrame, after: pd.DataFrame, study: Study) -> Iterator[Found]:
    """The fault of each cohort whose two waves hold the same answers to all they both ask."""
    asked = [
        {item.name for scale in study.scales for item in study.asked(scale.name, str(rows["wave"].iloc[0]))}
        for rows in (before, after)
    ]
    both = set.intersection(*asked)
    items = [item.name for item in study.items if item.name in both and item.kind == "number"]
    if study.link.method != "none":
        _, *places = np.intersect1d(before[WHO], after[WHO], assume_unique=True, return_indices=True)
        cohorts = before["cohort"].iloc[places[0]].to_numpy(object)
        first, second = (rows[items].to_numpy(float)[at] for rows, at in zip((before, after), places, strict=True))
    else:
        as_many = before["cohort"].value_counts().eq(after["cohort"].value_counts())
        one, other = (
            rows[rows["cohort"].isin(as_many.index[as_many])].sort_values(["cohort", *items])
            for rows in (before, after)
        )
        cohorts = one["cohort"].to_numpy(object)
        first, second = (rows[items].to_numpy(float) for rows in (one, other))
    same = ((first == second) | (np.isnan(first) & np.isnan(second))).all(axis=1)
    if not same.any():
        return
    of_rows = pd.DataFrame({"cohort": cohorts, "same": same, "known": np.isfinite(first).sum(axis=1)})
    counts = of_rows.groupby("cohort").agg(same=("same", "all"), n=("same", "size"), known=("known", "sum"))
    many = counts["same"] & (counts["n"] >= MANY_PEOPLE) & (counts["known"] >= MANY_ANSWERS)
    yield from _found("waves_equal", counts.assign(of=counts["n"]).loc[many], before, after)


def _found(rule: str, cohorts: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Found]:
    """A fault of two waves in each of these cohorts (`n` people of `of`), with the files of their people."""
    if not len(cohorts):
        return
    earlier, later = (str(rows["wave"].iloc[0]) for rows in (before, after))
    files = [
        rows.drop_duplicates(["cohort", "file"]).groupby("cohort")["file"].agg(", ".join) for rows in (before, after)
    ]
    for cohort, n, of in cohorts[["n", "of"]].itertuples(name=None):
        first, second = (str(one[cohort]) for one in files)
        yield Found(rule, earlier, later, str(cohort), (first, second), int(n), int(of))


def check_listed_cohorts(cohorts: Collection[str], study: Study) -> pd.DataFrame:
    """Problems: names under [reporting] cohorts, or of a start of the programme, that no cohort has."""
    journal, start = Journal(), study.programme.start
    known = set(map(tidy_text, cohorts))
    listed = {"reporting.cohorts": study.reporting.cohorts, "programme.start": start if isinstance(start, dict) else ()}
    for key, names in listed.items():
        for name in names:
            if known and tidy_text(name) not in known:
                message = Said("problems.listed_unknown", key=key, name=name, hint=suggest(name, sorted(cohorts)))
                journal.problem("unknown_cohort", "error", message, file="study.toml")
    return journal.problems


def in_order(cohorts: Collection[str], responses: pd.DataFrame, study: Study) -> tuple[str, ...]:
    """
    Cohorts in the order in which everything shows them.

    As [reporting] cohorts lists them; those that it does not list follow, by the date of their first questionnaire, and
    then those without dates, by name.
    """
    first = _first_dates(responses).to_dict()
    listed = {tidy_text(name): place for place, name in enumerate(study.reporting.cohorts)}

    def rank(name: str) -> tuple[object, ...]:
        return listed.get(tidy_text(name), len(listed)), first.get(name, LAST), name

    return tuple(sorted(cohorts, key=rank))


def starts(responses: pd.DataFrame) -> dict[str, float]:
    """
    Month in which the first questionnaire of each cohort came in, in years: 2025.5 is July 2025.

    Whole months: pages and files give no day either. A cohort without a date is missing.
    """
    return {str(cohort): date.year + (date.month - 1) / 12 for cohort, date in _first_dates(responses).items()}


def _first_dates(responses: pd.DataFrame) -> pd.Series:
    return responses.groupby("cohort")["submitted"].min().dropna()
