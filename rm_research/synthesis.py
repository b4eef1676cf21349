"""Cohort Estimates, and the people behind them, into programme Estimates."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import ENOUGH_COHORTS, Estimates, Row, collected, estimate_row, headlines
from rm_research.effects.groups import ALL_COHORTS, STRATUM, Place
from rm_research.effects.long_scores import long_scores, person_terms
from rm_research.effects.methods import METHODS, POOLED, Measure, Method, Name
from rm_research.errors import FrameError
from rm_research.frames import ESTIMATES, PANEL, require_columns
from rm_research.stats.mixed.inference import kenward_roger
from rm_research.stats.mixed.ladder import fit_by_ladder
from rm_research.stats.mixed.terms import Term
from rm_research.stats.pooling import meta_regression, reml_hk
from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Reason, Result, Vector
from rm_research.study import Study

# these terms stay in the model at variance 0, so that degrees of freedom still count cohorts
BETWEEN_COHORTS = ("cohort_wave", "cohort_arm", "cohort_effect")
KEYS = ["contrast", "role", "arm", "scale", "wave"]


def estimate_programme(estimates: Estimates, *, study: Study, panel: pd.DataFrame | None = None) -> Estimates:
    """
    Average over cohorts of each headline estimate.

    Parameters
    ----------
    estimates : Estimates
        Of the cohorts, from `estimate_change` and `estimate_difference`.
    study : Study
        Its level, declared moderators, and whether cohorts share a comparison.
    panel : DataFrame, optional
        Panel that the estimates were made from. It is needed for the one-stage rows and the rows of moderators.

    Returns
    -------
    Estimates
        contrast 'pooled_change' and 'pooled_difference', cohort 'all cohorts'. measure 'mean', method 'reml_hk': the
        average cohort; not where cohorts share a comparison, which makes their differences dependent. Details: tau2,
        i2, q, prediction_low, prediction_high. Method 'one_stage': one mixed model of all people of those cohorts,
        with Kenward and Roger's degrees of freedom; the average cohort where there are five or more, else the average
        person. measure 'slope', method 'reml_hk': how the estimate depends on a declared moderator, named in
        `subgroup`, with ten or more cohorts; details tau2, r2, q_e, q_e_p. `n_clusters` counts cohorts, other counts
        are sums over them.

    Raises
    ------
    FrameError
        When a frame lacks a column.
    """
    require_columns(estimates.table, ESTIMATES, verb="estimate_programme")
    if panel is not None:
        require_columns(panel, PANEL, verb="estimate_programme")
    table = estimates.table
    pools = table[headlines(table) & table["contrast"].isin(POOLED)].groupby(KEYS, sort=False)
    rows = (row for key, rows in pools for row in _rows(Pool.of(tuple(map(str, key)), rows, panel, study), study))
    return collected(rows, study)


@dataclass(frozen=True, eq=False)
class Pool:
    """
    Cohorts whose estimates of one question are averaged.

    Attributes
    ----------
    contrast : str
        'change' or 'difference'.
    place : Place
    rows : DataFrame
        Estimates of the cohorts that have one.
    people : DataFrame
        Panel rows of the people behind them, the comparison's included, with `in_arm`, 1 in the programme and else 0;
        empty where no Panel is given.
    """

    contrast: str
    place: Place
    rows: pd.DataFrame
    people: pd.DataFrame

    @classmethod
    def of(cls, key: tuple[str, ...], rows: pd.DataFrame, panel: pd.DataFrame | None, study: Study) -> "Pool":
        """Cohorts of `rows` that have an estimate, with their people."""
        contrast, place = key[0], Place(ALL_COHORTS, *key[1:])
        usable = rows[rows["estimate"].notna() & rows["std_error"].notna()]
        people = PANEL.empty() if panel is None else _people(contrast, place, usable, panel, study)
        return cls(contrast, place, usable, people)

    @property
    def counts(self) -> dict[str, int]:
        """Sums over the cohorts; `n_clusters` counts these."""
        names = ("n_pre", "n_post", "n_pairs") + (("n_comparison",) if self.contrast == "difference" else ())
        counts = {name: int(self.rows[name].sum()) for name in names}
        if "n_comparison" in counts and len(self.people):  # a shared comparison counts once
            compared = self.people[self.people["in_arm"].eq(0)]
            counts["n_comparison"] = int(compared[["pre", "post"]].notna().all(axis=1).sum())
        return counts | {"n_clusters": len(self.rows)}


def _people(contrast: str, place: Place, rows: pd.DataFrame, panel: pd.DataFrame, study: Study) -> pd.DataFrame:
    candidates = panel[(panel["role"] == place.role) & (panel["scale"] == place.scale) & (panel["wave"] == place.wave)]
    in_cohort, programme = candidates["cohort"].isin(rows["cohort"]), candidates["arm"] == place.arm
    compared = candidates["arm"] == study.comparison if contrast == "difference" else programme & False
    if study.design.comparison_scope == "cohort":
        compared &= in_cohort
    return candidates.assign(in_arm=programme.astype(float))[(programme & in_cohort) | compared]


def _rows(pool: Pool, study: Study) -> Iterator[Row]:
    def method(measure: Measure, name: Name) -> Method:
        return METHODS[POOLED[pool.contrast], measure, name]

    counts, average = pool.counts, method(Measure.MEAN, Name.REML_HK)
    yield estimate_row(pool.place, average, partial(_average, pool, study), study, counts)
    if pool.people.empty or study.link.method == "none":
        return
    one_stage = method(Measure.MEAN, Name.ONE_STAGE)
    yield estimate_row(pool.place, one_stage, partial(_one_stage, pool, study), study, counts)
    for name, values in _moderators(pool, study):
        compute = partial(_moderated, pool, values, study)
        slope = method(Measure.SLOPE, Name.REML_HK)
        yield estimate_row(pool.place, slope, compute, study, counts, subgroup=name)


def _average(pool: Pool, study: Study) -> Result:
    _refuse_shared(pool, study)
    estimates, std_errors = _estimates(pool)
    return reml_hk(estimates, std_errors, level=study.reporting.level)


def _refuse_shared(pool: Pool, study: Study) -> None:
    if pool.contrast == "difference" and study.design.comparison_scope == "shared":
        raise NotEstimableError(Reason.SHARED_COMPARISON)


def _estimates(pool: Pool) -> tuple[Vector, Vector]:
    estimates, std_errors = (pool.rows[name].to_numpy(float) for name in ("estimate", "std_error"))
    return estimates, std_errors


def _moderators(pool: Pool, study: Study) -> Iterator[tuple[str, Vector]]:
    """Each declared moderator with its value in each cohort: a mean, or the share of people with an entry."""
    people = pool.people
    for name in study.design.moderators:
        if name not in people:
            raise FrameError(
                f"The Panel has no column {name!r}, which design.moderators names. Make it with build_panel."
            )
        values = people.drop_duplicates(["cohort", "person"]).set_index("cohort")[name].dropna()
        numbers = pd.to_numeric(values, errors="coerce")
        columns = {name: numbers} if numbers.notna().all() else {
            f"{name}: {entry}": (values == entry).astype(float) for entry in sorted(values.unique(), key=str)[1:]
        }  # fmt: skip
        for title, column in columns.items():
            yield title, column.groupby(level=0).mean().reindex(pool.rows["cohort"]).to_numpy(float)


def _moderated(pool: Pool, values: Vector, study: Study) -> Result:
    _refuse_shared(pool, study)
    estimates, std_errors = _estimates(pool)
    known = ~np.isnan(values)
    regression = meta_regression(estimates[known], std_errors[known], values[known, None], level=study.reporting.level)
    details = {name: getattr(regression, name) for name in ("tau2", "r2", "q_e", "q_e_p")}
    return regression.coefficients[1].detailed(**details)


def _one_stage(pool: Pool, study: Study) -> Result:
    """
    Fit one model of all people of the pool's cohorts.

    With ENOUGH_COHORTS, cohorts have random intercepts and effects, and the estimate is of the average cohort. With
    fewer, these could not be distinguished from chance: cohorts have fixed intercepts and one effect, that of the
    average person. Effects are intercepts of cohort and wave, or of cohort and arm, so that neither wave nor arm is
    taken to vary less over cohorts than the other (Jackson et al. 2018, Stat. Med. 37:1059);
    where they share a comparison, of the programme alone.
    """
    k = len(pool.rows)
    if k < 2:
        raise NotEstimableError(Reason.TOO_FEW_COHORTS)
    model = _changes if pool.contrast == "change" else _differences
    y, X, terms = model(pool, k >= ENOUGH_COHORTS, study)
    contrast = np.zeros(X.shape[1])
    contrast[0] = 1.0
    ladder = fit_by_ladder(y, X, terms, keep=BETWEEN_COHORTS)
    result = kenward_roger(ladder.fit, contrast, level=study.reporting.level)
    return result.detailed(ladder_step=ladder.step)


def _changes(pool: Pool, random: bool, study: Study) -> tuple[Vector, Matrix, list[Term]]:
    """Both scores of everyone with a score before; the first column is the change."""
    rows = long_scores(pool.people)
    after, cohorts = rows["after"].to_numpy(float), pd.factorize(rows["cohort"])[0]
    terms = _of_cohorts("cohort_wave", cohorts, after) if random else []
    terms += [*person_terms(rows), *_met_twice(rows, study)]
    return rows["y"].to_numpy(float), np.column_stack([after, _intercepts(rows, random)]), terms


def _differences(pool: Pool, random: bool, study: Study) -> tuple[Vector, Matrix, list[Term]]:
    """ANCOVA of people with both scores; the first column is the arm."""
    rows = pool.people.dropna(subset=["pre", "post"])
    in_arm, cohorts = rows["in_arm"].to_numpy(float), pd.factorize(rows["cohort"])[0]
    shared = study.design.comparison_scope == "shared"
    terms = []
    if random:
        effect = Term("cohort_effect", np.where(in_arm == 1, cohorts, -1))
        terms = [effect] if shared else _of_cohorts("cohort_arm", cohorts, in_arm)
    terms += _met_twice(rows, study)
    if rows.groupby("cluster").size().max() > 1:
        terms.append(Term("cluster", pd.factorize(rows["cluster"])[0]))
    X = np.column_stack([in_arm, rows["pre"].to_numpy(float), _intercepts(rows, random or shared)])
    return rows["post"].to_numpy(float), X, terms


def _of_cohorts(name: str, cohorts: np.ndarray, within: np.ndarray) -> list[Term]:
    """Random intercepts of cohorts, and of their waves or arms."""
    return [Term("cohort", cohorts), Term(name, 2 * cohorts + within.astype(int))]


def _intercepts(rows: pd.DataFrame, common: bool) -> Matrix:
    """One column for everybody, or one per cohort, also for combined cohorts."""
    cohorts = pd.factorize(rows[STRATUM if STRATUM in rows else "cohort"])[0]
    return np.ones((len(rows), 1)) if common else (cohorts[:, None] == np.unique(cohorts)).astype(float)


def _met_twice(rows: pd.DataFrame, study: Study) -> list[Term]:
    """People of several cohorts are clusters of their own, where a code stands for one person in all of them."""
    several = study.link.within == "study" and rows.groupby("person")["cohort"].nunique().max() > 1
    return [Term("person_over_cohorts", pd.factorize(rows["person"])[0])] if several else []
