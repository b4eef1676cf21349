"""Codes and names of cohorts that nearly agree: equal but for the way they are written."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from rm_research.catalogue.said import Said, joined
from rm_research.frames import FORM
from rm_research.journal import Journal
from rm_research.readers.encodings import encoding_for
from rm_research.study import Study
from rm_research.study.entries import slug, tidy_text
from rm_research.study.garbling import garbled_pairs
from rm_research.study.model import ALL_COHORTS
from rm_research.study.spelling import FORMS

NEARLY = 0.85  # difflib's ratio: 'Leed' to 'Leeds' is 0.89
ROSTER = "roster"
Helpful = dict[str, list[str]]  # by cohort, forms in which more of its codes are equal


def report_codes(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal) -> Helpful:
    """
    Report codes that are in one wave only, but equal to one of another wave if written otherwise.

    Parameters
    ----------
    rows : DataFrame
        Questionnaires with their cohorts, codes (`person`) and FORM columns, before codes are made persons.
    roster : DataFrame or None
        Its lines, with the same columns.
    study : Study
    journal : Journal

    Returns
    -------
    dict of str to list of str
        Forms that would help, by cohort.
    """
    helpful: Helpful = {}
    if study.link.method != "exact":
        return helpful
    codes = _codes(rows, roster, study)
    for name in [name for name in FORMS if FORM + name in codes]:
        found = _equal(codes, FORM + name)
        if found.empty:
            continue
        cohorts = sorted({str(cohort) for cohort in found["cohort"].dropna()})
        helpful |= {cohort: [*helpful.get(cohort, []), name] for cohort in cohorts}
        n, waves = found["key"].nunique(), ", ".join(dict.fromkeys(found["wave"]))
        codes_text = Said("problems.part.codes", n=n)
        message = Said("problems.codes_alike", codes=codes_text, waves=waves, declared=_declared(study, name),
                       meaning=Said(f"problems.part.{FORMS[name].meaning}"))  # fmt: skip
        journal.problem("codes_alike", "warning", message)
    return helpful


def _declared(study: Study, name: str) -> str:
    return "[" + ", ".join(f'"{form}"' for form in (*study.link.compare, name)) + "]"


def _codes(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study) -> pd.DataFrame:
    """Each code once per wave and scope, with its other forms; only codes of one wave."""
    occasions = [wave.name for wave in study.waves if wave.kind == "occasion"]
    parts = [rows[rows["wave"].isin(occasions)], *([] if roster is None else [roster.assign(wave=ROSTER)])]
    forms = list(dict.fromkeys(name for part in parts for name in part.columns if name.startswith(FORM)))
    codes = pd.concat([part.reindex(columns=["wave", "cohort", "person", *forms]) for part in parts], ignore_index=True)
    codes = codes[codes["person"].notna()]
    scope = codes["cohort"].fillna("") if study.link.within == "cohort" else ""
    codes = codes.assign(scope=scope).drop_duplicates(["scope", "wave", "person"])
    return codes[~codes.duplicated(["scope", "person"], keep=False)]


def _equal(codes: pd.DataFrame, form: str) -> pd.DataFrame:
    """Codes that are equal in a form and come from different waves, with the form as `key`."""
    possible = codes[form].dropna().unique()
    codes = codes.assign(key=codes[form].fillna(codes["person"]))
    codes = codes[codes["key"].isin(possible)]
    # people whose cohort is unknown may be of any
    unknown = codes["cohort"].isna().groupby(codes["key"]).transform("any")
    codes = codes.assign(scope=codes["scope"].mask(unknown, ""))
    waves = codes.groupby(["scope", "key"])["wave"].transform("nunique")
    return codes[waves > 1]


def report_cohorts(rows: pd.DataFrame, study: Study, journal: Journal) -> None:
    """Report names of cohorts that cannot name a page, and names that seem to mean one cohort."""
    cohorts = sorted(rows["cohort"].unique())
    for wrong, right, how in garbled_pairs(cohorts):
        for wave, file in rows.loc[rows["cohort"] == wrong, ["wave", "file"]].drop_duplicates().itertuples(index=False):
            encodings = {encoding_for(how, one, ()) for one in study.wave(wave).sources if one.title == file}
            encoding = next(filter(None, encodings), how.really)
            message = Said("problems.garbled_cohort", file=file, wrong=wrong, right=right, how=how, encoding=encoding)
            journal.problem("garbled_text", "error", message, wave=wave, file=file)
    for fault in _unusable(cohorts):
        journal.problem("cohort_name", "error", Said("problems.rename_cohort", fault=fault))
    declared = set(map(tidy_text, study.reporting.cohorts))  # whoever lists two cohorts knows that they are two
    for one, other in _alike([name for name in cohorts if tidy_text(name) not in declared]):
        message = Said("problems.cohorts_alike", one=one, other=other)
        journal.problem("cohorts_alike", "warning", message)


def _unusable(cohorts: Sequence[str]) -> Iterator[str]:
    """What is wrong with names from which folders are made."""
    slugs = {cohort: slug(cohort) for cohort in cohorts}
    yield from (Said("problems.cohort_unnamed", cohort=cohort) for cohort, name in slugs.items() if not name)
    if ALL_COHORTS in slugs:
        yield Said("problems.cohort_programme", name=ALL_COHORTS)
    for name, n in Counter(slugs.values()).items():
        if n > 1 and name:
            alike = joined([repr(cohort) for cohort, other in slugs.items() if other == name], key="problems.part.also")
            yield Said("problems.cohort_slugs", cohorts=alike)


class _Name(NamedTuple):
    """
    A cohort's name: place among the cohorts, folder, words with years written short, whether it has enough letters.

    `numbers` are its numbers and single letters, which tell 'School A' from 'School B'.
    """

    place: int
    slug: str
    words: str
    numbers: tuple[str, ...]
    long: bool


def _alike(cohorts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs that differ by a year written short, or by a letter or two and not in their numbers; in order."""
    names = [_name(place, cohort) for place, cohort in enumerate(cohorts)]
    # only names with equal numbers can be alike, so that numbered cohorts need not all be compared
    by_numbers: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
    for name in names:
        by_numbers[name.numbers].append(name)
    found = (
        (one.place, other.place)
        for group in by_numbers.values()
        for one, other in combinations(group, 2)
        if one.slug != other.slug and _nearly(one, other)
    )
    yield from ((cohorts[one], cohorts[other]) for one, other in sorted(found))


def _name(place: int, cohort: str) -> _Name:
    name = slug(cohort)
    words = re.sub(r"\b(?:19|20)(\d\d)\b", r"\1", name.replace("-", " "))
    return _Name(place, name, words, tuple(re.findall(r"\d+|\b[a-z]\b", words)), len(re.sub(r"\W|\d", "", words)) > 3)


def _nearly(one: _Name, other: _Name) -> bool:
    """Whether two names with equal numbers are one but for a year written short, or for a letter or two."""
    if one.words == other.words:
        return True
    if not (one.long and other.long):
        return False
    matcher = SequenceMatcher(None, one.words, other.words)
    # the first two are upper bounds of the last, and much quicker
    return all(ratio() >= NEARLY for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio))
