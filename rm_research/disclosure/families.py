"""Scales that share answers: next to each other, they may reveal what few people answered to one question."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from rm_research.panel import Prepared
from rm_research.stats.result import Vector
from rm_research.study import Study
from rm_research.study.settings import AGREED

EXACT = 1e-9  # a correlation nearer to 1 is no chance
FEWEST_ALIKE, FEWEST_VALUES = 8, 2  # answers, and different ones, of two columns that are called the same one
Column = tuple[str, str, str]  # wave, source and name; or wave and what its answers are
OF_PAIRS = (*AGREED, "goals", "attainment")  # what pairs say of themselves, which no scale reads
SKIPPED = ["cohort", "role", "scale", "n_people"]


def families(
    study: Study, responses: pd.DataFrame | None = None, released: Iterable[Collection[Column]] = ()
) -> list[list[str]]:  # fmt: skip
    """
    Names of scales whose items read the same columns of an export, directly or through others; two or more each.

    Parameters
    ----------
    study : Study
    released : iterable of collection of (str, str, str)
        What scales of editions read: a question that moved from one scale to another puts both in one family.
    responses : DataFrame, optional
        Responses. With them, columns of different names that hold the same answers throughout a wave are one, counted
        up or down: a column may be named by a pattern or its question, and an export may hold it twice. So are scales
        with the same scores, as where an export holds the sum of the questions.
    """
    found: list[tuple[set[Column], list[str]]] = []
    alike = {} if responses is None else _alike(responses, study)
    scales = [(_columns(scale.name, study, alike), [scale.name]) for scale in study.scales]
    for columns, names in [*((set(columns), list[str]()) for columns in released), *scales]:
        for family in [family for family in found if family[0] & columns]:
            columns, names = columns | family[0], [*family[1], *names]
            found.remove(family)
        found.append((columns, names))
    order = [scale.name for scale in study.scales]
    return [sorted(names, key=order.index) for _, names in found if len(names) > 1]


def first_of_family(
    study: Study, responses: pd.DataFrame | None = None, released: Iterable[Collection[Column]] = ()
) -> dict[str, str]:  # fmt: skip
    """Each scale's family by the name of its first scale: its own, where it shares answers with none before it."""
    first = {scale.name: scale.name for scale in study.scales} | {name: name for name in map(of_pairs, OF_PAIRS)}
    return first | {name: family[0] for family in families(study, responses, released) for name in family}


def of_pairs(about: str) -> str:
    """Family of what pairs say of themselves: what they agreed on, their goals, how far they attained them."""
    return f"pairs: {about}"


def columns_of(study: Study) -> dict[str, tuple[str, ...]]:
    """Columns that the items of each scale read, as the codebook writes them: what a scale of another name shares."""
    return {
        scale.name: tuple(sorted({str(column) for _, _, column in _columns(scale.name, study, {})}))
        for scale in study.scales
    }


def read_by(study: Study) -> dict[str, list[Column]]:
    """Columns that the items of each scale read, by wave and source."""
    return {scale.name: sorted(_columns(scale.name, study, {})) for scale in study.scales}


def _columns(scale: str, study: Study, alike: dict[str, set[Column]]) -> set[Column]:
    items = study.items_of(scale)
    named = {
        (wave.name, source.name, column)
        for wave in study.waves
        for source in wave.sources
        for item in items
        for column in item.candidates(wave.name, source.name)
    }
    return named.union(*(alike.get(item.name, set()) for item in items))


def _alike(responses: pd.DataFrame, study: Study) -> dict[str, set[Column]]:
    """For each item, what its answers are in each wave; empty of those of few people, or of one answer."""
    found: dict[str, set[Column]] = {}
    names = [item.name for item in study.items if item.name in responses and item.scale]
    names = [name for name in names if pd.api.types.is_numeric_dtype(responses[name])]
    for wave, rows in responses.groupby("wave", observed=True):
        for name in names:
            answers = rows[name].to_numpy(float)
            known = answers[np.isfinite(answers)]
            if len(known) < FEWEST_ALIKE or len(np.unique(known)) < FEWEST_VALUES:
                continue
            found.setdefault(name, set()).add((str(wave), "answers", _whatever_the_coding(answers)))
        sums = {scale.name: _sums(scale.name, rows, study) for scale in study.scales}
        for one, other in combinations(sums, 2):
            if _the_same(sums[one], sums[other]):
                for item in (study.items_of(one)[0], study.items_of(other)[0]):
                    found.setdefault(item.name, set()).add((str(wave), one, other))
    return found


def _whatever_the_coding(answers: Vector) -> str:
    """What answers are, whether they count from 0 or 1, up or down."""
    low, high = np.nanmin(answers), np.nanmax(answers)
    up = np.round((answers - low) / (high - low), 6)
    ways = (np.where(np.isfinite(way), way + 0.0, 9.0).tobytes() for way in (up, np.round(1 - up, 6)))
    return min(hashlib.sha256(way).hexdigest() for way in ways)


def _sums(scale: str, rows: pd.DataFrame, study: Study) -> Vector:
    """Sum of the questions of a scale, of those who answered all of them; NaN for the others."""
    items = [item for item in study.items_of(scale) if item.name in rows]
    items = [item for item in items if pd.api.types.is_numeric_dtype(rows[item.name])]
    if not items:
        return np.full(len(rows), np.nan)
    turned = np.array([-1.0 if item.reverse else 1.0 for item in items])
    return np.asarray(rows[[item.name for item in items]].to_numpy(float) @ turned)


def _the_same(one: Vector, other: Vector) -> bool:
    """Whether two scales have the same scores, up to their unit, of all who answered every question of both."""
    known = np.isfinite(one + other)
    first, second = one[known], other[known]
    if known.sum() < FEWEST_ALIKE or min(len(np.unique(first)), len(np.unique(second))) <= FEWEST_VALUES:
        return False
    return bool(1 - abs(np.corrcoef(first, second)[0, 1]) < EXACT)


def without_partial(prepared: Prepared, first: Mapping[str, str]) -> tuple[Prepared, pd.DataFrame]:
    """
    Leave people out of scales that share answers if they answered some of these questions only.

    A score is the mean of the questions answered. A total and its part go together in one way for everybody who
    answered all questions, and in another for who left one out: next to each other, they would tell his answers.

    Returns
    -------
    Prepared
        Without the rows of these people in the Panel.
    DataFrame
        One row per cohort, role and family with any: cohort, role, scale (the first of the family), n_people.
    """
    panel = prepared.panel
    left_out, skipped = pd.Series(False, index=panel.index), []
    for name in dict.fromkeys(first.values()):
        of_family = panel[panel["scale"].map(first).eq(name)]
        for role, rows in of_family.groupby("role", observed=True):
            scales = list(dict.fromkeys(rows["scale"]))
            partial = _partial(prepared, rows, scales) if len(scales) > 1 else []
            gone = pd.MultiIndex.from_frame(rows[["cohort", "person"]]).isin(partial)
            left_out.loc[rows.index[gone]] = True
            counts = rows[gone].groupby("cohort", observed=True)["person"].nunique()
            skipped += [(str(cohort), str(role), name, int(n)) for cohort, n in counts.items()]
    table = pd.DataFrame(skipped, columns=SKIPPED)
    return (replace(prepared, panel=panel[~left_out]) if left_out.any() else prepared), table


def _partial(prepared: Prepared, people: pd.DataFrame, scales: list[str]) -> list[tuple[str, str]]:
    """Cohort and code of those who answered some of the questions of these scales in a survey, and not the others."""
    items = dict.fromkeys(item.name for scale in scales for item in prepared.study.items_of(scale))
    responses = prepared.responses
    who = pd.MultiIndex.from_frame(people[["cohort", "person"]])
    responses = responses[pd.MultiIndex.from_frame(responses[["cohort", "person"]]).isin(who)]
    found: list[tuple[str, str]] = []
    for _, rows in responses.groupby("wave", observed=True):  # a form that asks less leaves questions out, too
        answered = rows[[name for name in items if name in rows]].notna()
        asked = answered.loc[:, answered.any()]
        some = asked.any(axis=1) & ~asked.all(axis=1)
        found += list(rows.loc[some, ["cohort", "person"]].itertuples(index=False, name=None))
    return found
