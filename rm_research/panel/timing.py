"""When people answered: whether waves are in the order of their dates and are two waves at all, and who came first."""

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.frames import WHO
from rm_research.journal import Journal, Severity
from rm_research.study import Study
from rm_research.study.entries import tidy_text
from rm_research.study.wording import suggest

MANY_ANSWERS, MANY_PEOPLE = 30, 5  # so many equal answers of so many people are no coincidence
MANY_ITEMS, NEARLY_ALL = 3, 0.9  # of so many items each, a few people with other answers make no second survey
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
    "waves_swapped": "problems.waves_swapped", "waves_equal": "problems.waves_equal",
    "waves_share_rows": "problems.waves_share_rows",
}  # by rule  # fmt: skip


def compare_waves(responses: pd.DataFrame, who: np.ndarray, study: Study) -> pd.DataFrame:
    """
    Find waves submitted in another order than declared, waves with the same answers, and waves that read the same rows.

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
        judging by the median dates), or everybody's answers are the same, it is an error of the cohort, or of the
        study if it holds for all cohorts; so is a row that both waves read, in the same columns. Where nearly
        everybody's answers are the same, it is a warning; so are single people who answered in another order.
    """
    journal, found = Journal(), list[Found]()
    by_wave = dict(iter(responses.assign(**{WHO: who}).dropna(subset="cohort").groupby("wave", sort=False)))
    waves = [wave.name for wave in study.waves if wave.kind == "occasion" and wave.name in by_wave]
    for earlier, later in combinations(waves, 2):
        pair = by_wave[earlier], by_wave[later]
        found += _swapped(*pair, study, journal)
        found += shared if (shared := list(_shared(*pair, study))) else _equal(*pair, study)
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
        blanks["n"] = sum(each.n for each in some)
        message = Said(MESSAGES[first.rule], **blanks)
        cohort = None if whole else first.cohort
        # so few changes can be true, as where a scale hardly moves; none at all cannot
        nearly = first.rule == "waves_equal" and any(each.n < each.of for each in some)
        severity: Severity = "warning" if nearly else "error"
        journal.problem(first.rule, severity, message, wave=first.later, file=first.files[1], cohort=cohort)


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


def _shared(before: pd.DataFrame, after: pd.DataFrame, study: Study) -> Iterator[Found]:
    """The fault of each cohort in which both waves read the same columns of the same rows of an export."""
    waves = [str(rows["wave"].iloc[0]) for rows in (before, after)]
    read = [
        {(source.title, column) for source in study.wave(wave).sources for item in study.items if item.scale
         for column in item.candidates(wave, source.name)}
        for wave in waves
    ]  # fmt: skip
    if not (files := {file for file, _ in set.intersection(*read)}):
        return
    places = [pd.MultiIndex.from_frame(rows[["file", "source_row"]]) for rows in (before, after)]
    both = before["file"].isin(files) & places[0].isin(places[1])
    counts = pd.DataFrame({"n": both.groupby(before["cohort"]).sum(), "of": before.groupby("cohort").size()})
    yield from _found("waves_share_rows", counts[counts["n"] > 0], before, after)


def _equal(before: pd.DataFrame, after: pd.DataFrame, study: Study) -> Iterator[Found]:
    """The fault of each cohort whose two waves hold the same answers of nearly everybody to all they both ask."""
    asked = [
        {item.name for scale in study.scales for item in study.asked(scale.name, str(rows["wave"].iloc[0]))}
        for rows in (before, after)
    ]
    both = set.intersection(*asked)
    items = [item.name for item in study.items if item.name in both and item.kind == "number"]
    if not items:
        return
    linked = study.link.method != "none"
    counts = (_kept if linked else _repeated)(before, after, items)
    nearly = counts["n"].ge(NEARLY_ALL * counts["of"]) & (2 * counts["ways"]).ge(counts["n"])
    counts = counts[counts["n"].eq(counts["of"]) | (nearly & linked & (len(items) >= MANY_ITEMS))]
    many = (counts["n"] >= MANY_PEOPLE) & (counts["known"] >= MANY_ANSWERS)
    yield from _found("waves_equal", counts[many], before, after)


def _kept(before: pd.DataFrame, after: pd.DataFrame, items: list[str]) -> pd.DataFrame:
    """People of each cohort who answered twice (of), who answered the same (n, in so many ways), and their answers."""
    _, *places = np.intersect1d(before[WHO], after[WHO], assume_unique=True, return_indices=True)
    first, second = (rows[items].to_numpy(float)[at] for rows, at in zip((before, after), places, strict=True))
    same = ((first == second) | (np.isnan(first) & np.isnan(second))).all(axis=1)
    kept = pd.DataFrame(first, columns=items).assign(cohort=before["cohort"].iloc[places[0]].to_numpy(object))
    counts = _ways(kept[same], items)
    return counts.assign(of=kept.groupby("cohort").size()).dropna()


def _repeated(before: pd.DataFrame, after: pd.DataFrame, items: list[str]) -> pd.DataFrame:
    """As `_kept`, of waves whose people are not linked: sets of answers that both have, as often as both have them."""
    by_way = [rows.groupby(["cohort", *items], dropna=False, observed=True).size() for rows in (before, after)]
    often = pd.concat(by_way, axis=1, join="inner").min(axis=1)
    repeated = often.index.repeat(often).to_frame(index=False) if len(often) else before[["cohort", *items]].iloc[:0]
    sizes = pd.concat([rows.groupby("cohort").size() for rows in (before, after)], axis=1).max(axis=1)
    return _ways(repeated, items).assign(of=sizes).dropna()


def _ways(people: pd.DataFrame, items: list[str]) -> pd.DataFrame:
    """By cohort: people (n), different sets of answers of theirs (ways), and answers (known)."""
    of_cohort = people.groupby("cohort")
    return pd.DataFrame({
        "n": of_cohort.size(), "ways": people.drop_duplicates(["cohort", *items]).groupby("cohort").size(),
        "known": people[items].notna().sum(axis=1).groupby(people["cohort"]).sum(),
    })  # fmt: skip


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
