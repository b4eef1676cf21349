"""Cohort Estimates, and the people behind them, into programme Estimates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from rm_research.effects.change import estimate_change
from rm_research.effects.difference import estimate_difference
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, headlines, joined
from rm_research.effects.groups import ALL_COHORTS, EVERYONE, STRATUM, Place
from rm_research.effects.methods import METHODS, POOLED, Average, Contrast, Measure, Name
from rm_research.effects.verdicts import by_two_ways, other_ways
from rm_research.errors import FrameError
from rm_research.frames import ESTIMATES, PANEL, require_columns
from rm_research.panel import Prepared
from rm_research.panel.asked import Asked, Names, check_panel_of
from rm_research.panel.timing import starts as cohort_starts
from rm_research.stats.baseline import change_of_both, change_of_everyone
from rm_research.stats.cohorts import FEWEST, TwoArms, joined_to_neighbours
from rm_research.stats.pooling import (
    ENOUGH_COHORTS,
    average_of_people,
    meta_regression,
    reml_hk,
    shrunken,
    usable_errors,
)
from rm_research.stats.result import NotEstimableError, Reason, Result, Vector
from rm_research.study import Study
from rm_research.study.given import wrong_data

KEYS = ["contrast", "role", "arm", "scale", "wave"]
# of the change over people: means of other groups could be worked out from those of everybody
LEFT_OUT = ("mean_pre", "mean_post", "mean_pre_low", "mean_pre_high", "mean_post_low", "mean_post_high", "n_clusters")


def estimate_programme(
    estimates: Estimates | Prepared, *, study: Study | None = None, panel: pd.DataFrame | None = None,
    may_add: Callable[[int], bool] = lambda people: True, starts: Mapping[str, float] | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> Estimates:  # fmt: skip
    """
    Average over cohorts of each headline estimate, as `[reporting] average` declares.

    Parameters
    ----------
    estimates : Estimates or Prepared
        Estimates of the cohorts, from `estimate_change` and `estimate_difference`; or what `prepare_study` returned, of
        which both are then made.
    study : Study, optional
        Of the estimates, unless they know it. What its averages are about, its level, declared moderators, and whether
        cohorts share a comparison count.
    panel : DataFrame, optional
        Panel that the estimates were made from; a Prepared has its own. Without it, an average over people is made from
        the cohorts' rows, and there are no rows of moderators.
    may_add : callable, optional
        Whether so many people without a score after may be counted in the average where they count in none of the
        cohorts' rows; otherwise the average is of those with both scores. By default they may.
    starts : mapping of str to float, optional
        When each cohort started, in years; a Prepared knows. There are rows of a trend only where all cohorts have one.

    cohort : str or sequence of str, optional
        Which cohorts are averaged; all unless given.
    role, scale, wave, arm : str or sequence of str, optional
        Which rows come back; all unless given. They have the same numbers as among all rows.

    Returns
    -------
    Estimates
        contrast 'pooled_change' and 'pooled_difference', cohort 'all cohorts', measure 'mean'. average = "people": each
        cohort counts by its people in the programme, and the interval is about these cohorts, unless they are the
        clusters. A change has method 'people' (everyone with a score before), 'people_both' (those with both scores)
        or 'welch' (unlinked waves); a difference 'ancova' and 'change_score', with details change_arm,
        change_comparison and gap. Cohorts with fewer
        than two clusters in an arm are joined to a neighbour; who is met in several cohorts is one cluster. Detail
        n_persons: different people, where some are met several times. Method 'reml_hk': the average of cohorts like
        these, with five or more; the headline if average = "cohorts", with 'reml_hk_other' next to it where no lot was
        drawn: the same of the other way to compare arms. Details tau2, i2, q, and prediction_low and
        prediction_high where each cohort has a row of its own. measure 'slope', method 'reml_hk': how the estimate
        depends on a declared moderator, named in `subgroup`, with ten or more cohorts; details tau2, r2, q_e, q_e_p.
        measure 'trend': the same for each year that a cohort starts later. `n_clusters` counts cohorts, those of a
        shared comparison included; other counts are sums over them; detail n_parts: rows averaged, of cohorts and
        groups of them.

    Raises
    ------
    FrameError
        When a frame lacks a column, or nothing says which study the estimates are of.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> average = rm.estimate_programme(prepared, scale="inclusion", arm="programme").headlines()
    >>> average.table[["role", "contrast", "estimate", "ci_low", "ci_high"]].round(2)
         role           contrast  estimate  ci_low  ci_high
    0  leader      pooled_change      0.23    0.12     0.35
    1  mentor      pooled_change      0.37    0.25     0.50
    2  leader  pooled_difference      0.13   -0.03     0.30
    3  mentor  pooled_difference      0.30    0.11     0.48
    """
    if isinstance(estimates, Prepared):
        asked = Asked.of(
            estimates, study, verb="estimate_programme", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm
        )
        starts = cohort_starts(estimates.responses) if starts is None else starts
        estimates, panel = joined([estimate_change(estimates), estimate_difference(estimates)]), asked.panel
    if not isinstance(estimates, Estimates):
        raise wrong_data("estimate_programme", estimates, "what prepare_study returned, or Estimates")
    require_columns(estimates.table, ESTIMATES, verb="estimate_programme")
    study = study or estimates.study
    if study is None:
        raise FrameError("estimate_programme: these estimates do not know their study; give study=.")
    if panel is not None:
        check_panel_of(panel, study, verb="estimate_programme")
    table = estimates.where(cohort=cohort).table
    averages = replace(collected(_averages(table, panel, study, may_add, starts), study), chosen=estimates.chosen)
    return averages.where(role=role, scale=scale, wave=wave, arm=arm)


def _averages(
    table: pd.DataFrame, panel: pd.DataFrame | None, study: Study, may_add: Callable[[int], bool],
    starts: Mapping[str, float] | None,
) -> Iterator[Row]:  # fmt: skip
    """Rows of the averages over the cohorts of a table of estimates."""
    pools = table[headlines(table) & table["contrast"].isin(POOLED)].groupby(KEYS, sort=False)
    others = other_ways(table, study)
    for key, heads in pools:
        pool = Pool.of(tuple(map(str, key)), heads, panel, study)
        yield from _rows(pool, may_add, starts or {})
        yield from _in_the_other_way(pool, table.loc[[others[at] for at in heads.index if at in others]])


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
        Estimates of the cohorts, and groups of them, that have one.
    people : DataFrame
        Panel rows of the people behind them, the comparison's included, with `in_arm`, 1 in the programme and else 0,
        and `own`, the name of their cohort; empty where no Panel is given.
    alone : bool
        Whether every cohort that somebody can be counted in has a row of its own.
    study : Study
    """

    contrast: str
    place: Place
    rows: pd.DataFrame
    people: pd.DataFrame
    alone: bool
    study: Study

    @classmethod
    def of(cls, key: tuple[str, ...], rows: pd.DataFrame, panel: pd.DataFrame | None, study: Study) -> "Pool":
        """Cohorts of `rows` that have an estimate, with their people."""
        contrast, place = key[0], Place(ALL_COHORTS, *key[1:])
        usable = rows[rows["estimate"].notna()]  # one cluster has no standard error, but its people count
        if panel is None:
            return cls(contrast, place, usable, PANEL.empty().assign(in_arm=0.0, own=""), True, study)
        asked = panel[(panel["role"] == place.role) & (panel["scale"] == place.scale) & (panel["wave"] == place.wave)]
        asked = asked.assign(own=asked[STRATUM if STRATUM in asked else "cohort"])
        counted = asked[(asked["arm"] == place.arm) & asked[["pre", "post"]].notna().all(axis=1)]
        alone = counted["own"].isin(usable["cohort"]).all() and counted["own"].eq(counted["cohort"]).all()
        return cls(contrast, place, usable, _people(contrast, place, usable, asked, study), bool(alone), study)

    @cached_property
    def members(self) -> dict[str, int]:
        """Number of cohorts behind each row, by its name."""
        of_arm = self.people[self.people["in_arm"].eq(1) & self.people[["pre", "post"]].notna().any(axis=1)]
        counted = of_arm.groupby("cohort")["own"].nunique()
        return {name: int(counted.get(name, 1)) for name in self.rows["cohort"]}

    @property
    def n_cohorts(self) -> int:
        """Number of cohorts, those in groups included."""
        return sum(self.members.values())

    @property
    def n_of_both(self) -> int:
        """Number of cohorts of everybody who is compared: those of a shared comparison may be others."""
        if self.contrast != Contrast.DIFFERENCE or self.study.design.comparison_scope != "shared":
            return self.n_cohorts
        counted = self.people[self.people[["pre", "post"]].notna().all(axis=1)]
        compared, of_arm = (set(counted.loc[counted["in_arm"].eq(side), "own"]) for side in (0, 1))
        return self.n_cohorts + len(compared - of_arm)

    @property
    def counts(self) -> dict[str, int]:
        """Sums over the cohorts; `n_clusters` counts these."""
        names = ("n_pre", "n_post", "n_pairs") + (("n_comparison",) if self.contrast == "difference" else ())
        counts = {name: int(self.rows[name].sum()) for name in names}
        if "n_comparison" in counts and len(self.people):  # a shared comparison counts once
            compared = self.people[self.people["in_arm"].eq(0)]
            counts["n_comparison"] = int(compared[["pre", "post"]].notna().all(axis=1).sum())
        return counts | {"n_clusters": self.n_cohorts}

    @cached_property
    def of_everyone(self) -> bool:
        """Whether the cohorts' rows are of everyone with a score before, so that who left is in them."""
        methods = (METHODS.get(*key) for key in self._keys)
        return all(method is not None and method.of_everyone_before for method in methods)

    @cached_property
    def unlinked(self) -> bool:
        """Whether the cohorts' rows compare waves that are not linked."""
        methods = [METHODS.get(*key) for key in self._keys]
        return bool(methods) and all(method is not None and method.unlinked for method in methods)

    @property
    def _keys(self) -> list[tuple[str, str, str]]:
        return list(self.rows[["contrast", "measure", "method"]].drop_duplicates().itertuples(index=False, name=None))

    @property
    def errors(self) -> Vector:
        """Standard errors by which rows are weighed where they are a sample of cohorts."""
        std_errors, dfs = (self.rows[name].to_numpy(float) for name in ("std_error", "df"))
        return usable_errors(std_errors, dfs, design_factors(self.rows, self.contrast, unlinked=self.unlinked))

    @property
    def between(self) -> Vector:
        """What share of the variance between cohorts each row varies by: less where it is of several cohorts."""
        of_arm = self.people[self.people["in_arm"].eq(1) & self.people[["pre", "post"]].notna().all(axis=1)]
        sizes = of_arm.groupby(["cohort", "own"]).size()
        shares = (sizes / sizes.groupby(level=0).transform("sum")) ** 2
        return shares.groupby(level=0).sum().reindex(self.rows["cohort"]).fillna(1.0).to_numpy(float)


def design_factors(rows: pd.DataFrame, contrast: str, *, unlinked: bool) -> Vector:
    """Variance of each estimate for a residual variance of 1."""
    names = {"change": ["n_pairs"], "difference": ["n_pairs", "n_comparison"]}[contrast]
    return (1 / rows[["n_pre", "n_post"] if unlinked else names].astype(float)).sum(axis=1).to_numpy(float)


def drawn_in(cohorts: Sequence[Estimate], average: Estimate, tau2: float) -> dict[str, float]:
    """
    Estimates of cohorts drawn towards their average, by id; none where there are few or none, or they do not differ.

    Parameters
    ----------
    cohorts : sequence of Estimate
        The rows that are averaged.
    average : Estimate
        Their 'reml_hk' row.
    tau2 : float
        Its variance between cohorts.
    """
    names = ("estimate", "std_error", "df", "n_pre", "n_post", "n_pairs", "n_comparison")
    rows = pd.DataFrame([{name: getattr(row, name) for name in names} for row in cohorts], columns=list(names))
    unlinked = all(row.declared is not None and row.declared.unlinked for row in cohorts)
    estimates, std_errors, dfs = (rows[name].to_numpy(float) for name in names[:3])
    try:
        errors = usable_errors(std_errors, dfs, design_factors(rows, average.unpooled, unlinked=unlinked))
        values = shrunken(estimates, errors, mean=average.estimate, tau2=tau2)
    except NotEstimableError:
        return {}
    return dict(zip([row.id for row in cohorts], values.tolist(), strict=True))


def _people(contrast: str, place: Place, rows: pd.DataFrame, asked: pd.DataFrame, study: Study) -> pd.DataFrame:
    in_cohort, programme = asked["cohort"].isin(rows["cohort"]), asked["arm"] == place.arm
    compared = asked["arm"] == study.comparison if contrast == "difference" else programme & False
    if study.design.comparison_scope == "cohort":
        compared &= in_cohort
    return asked.assign(in_arm=programme.astype(float))[(programme & in_cohort) | compared]


def _rows(pool: Pool, may_add: Callable[[int], bool], starts: Mapping[str, float]) -> Iterator[Row]:
    if pool.study.reporting.average == Average.PEOPLE:
        for name, compute in _over_people(pool, may_add):
            yield _row(pool, Measure.MEAN, name, compute)
    yield _row(pool, Measure.MEAN, Name.REML_HK, partial(_over_cohorts, pool))
    if len(pool.people) and pool.study.link.method != "none":
        for title, values in _moderators(pool):
            yield _row(pool, Measure.SLOPE, Name.REML_HK, partial(_moderated, pool, values), title)
        if set(pool.people["own"]) <= set(starts):
            values = _of_cohorts(_once(pool)["own"].map(starts), pool)
            yield _row(pool, Measure.TREND, Name.REML_HK, partial(_moderated, pool, values))


def _row(
    pool: Pool, measure: Measure, name: Name, compute: Callable[[], Result], subgroup: str = EVERYONE
) -> Row:  # fmt: skip
    method = METHODS[POOLED[pool.contrast], measure, name]
    made = estimate_row(pool.place, method, compute, pool.study, pool.counts, subgroup=subgroup)
    if made.columns.get("reason", Reason.SHARED_COMPARISON) != Reason.SHARED_COMPARISON:
        return made  # whose cohorts may be too few
    made = Row(made.columns | {"n_clusters": pool.n_of_both}, made.details)
    return made if "reason" in made.columns else made.detailed(n_parts=float(len(pool.rows)))


def _in_the_other_way(pool: Pool, rows: pd.DataFrame) -> Iterator[Row]:
    """Average over cohorts of what they differ by in the other way to compare arms, where it decides a verdict."""
    if pool.contrast != Contrast.DIFFERENCE or pool.study.reporting.average != Average.COHORTS:
        return
    if by_two_ways(pool.study):
        other = replace(pool, rows=rows[rows["estimate"].notna() & rows["cohort"].isin(pool.rows["cohort"])])
        yield _row(pool, Measure.MEAN, Name.REML_HK_OTHER, partial(_of_the_same_cohorts, pool, other))


def _of_the_same_cohorts(pool: Pool, other: Pool) -> Result:
    if len(other.rows) < len(pool.rows):
        raise NotEstimableError(Reason.TOO_FEW_COHORTS)
    return _over_cohorts(other)


def _over_people(pool: Pool, may_add: Callable[[int], bool]) -> Iterator[tuple[Name, Callable[[], Result]]]:
    """Names of the averages over the people of these cohorts, each with its function."""
    if pool.contrast == Contrast.DIFFERENCE:
        if len(pool.people):
            yield Name.ANCOVA, partial(_difference, pool, Name.ANCOVA)
            yield Name.CHANGE_SCORE, partial(_difference, pool, Name.CHANGE_SCORE)
        else:
            yield Name(pool.rows["method"].iloc[0]) if len(pool.rows) else Name.ANCOVA, partial(_of_rows, pool)
    elif pool.study.link.method == "none" or pool.unlinked:
        yield Name.WELCH, partial(_of_rows, pool)
    elif not len(pool.people):
        yield Name.PEOPLE if pool.of_everyone else Name.PEOPLE_BOTH, partial(_of_rows, pool)
    else:
        yield _change(pool, may_add)


def _of_rows(pool: Pool) -> Result:
    """Average over people made from the rows of the cohorts, which have no one in common."""
    _refuse_one(pool)
    if pool.rows["std_error"].isna().any():
        raise NotEstimableError(Reason.TOO_FEW_CLUSTERS)
    n = "n_pre" if pool.unlinked or pool.of_everyone else "n_pairs"
    numbers = (pool.rows[name].to_numpy(float) for name in ("estimate", "std_error", "df", n))
    estimates, std_errors, dfs, people = numbers
    return average_of_people(estimates, std_errors, dfs, people, level=pool.study.reporting.level)


def _refuse_one(pool: Pool) -> None:
    if pool.n_cohorts < 2:
        raise NotEstimableError(Reason.TOO_FEW_COHORTS)


def _change(pool: Pool, may_add: Callable[[int], bool]) -> tuple[Name, Callable[[], Result]]:
    """Change of everyone measured before, or of those with both scores where others may not be added."""
    left = int(pool.rows["n_pre"].sum() - pool.rows["n_pairs"].sum())
    if pool.of_everyone or may_add(left):
        try:
            result = _change_of(pool, everyone=True)
        except NotEstimableError as error:
            return Name.PEOPLE, partial(_refused, error)
        if result.details["of_everyone"]:
            return Name.PEOPLE, lambda: result
    return Name.PEOPLE_BOTH, partial(_change_of, pool, everyone=False)


def _refused(error: NotEstimableError) -> Result:
    raise error


def _change_of(pool: Pool, *, everyone: bool) -> Result:
    _refuse_one(pool)
    people = pool.people.dropna(subset=["pre"] if everyone else ["pre", "post"])
    clusters, paired = clusters_of(people, pool.study), people["post"].notna().to_numpy()
    cohorts = joined_to_neighbours(people["cohort"], lambda some: _several(clusters[some & paired]))
    change = change_of_everyone if everyone else change_of_both
    pre, post = (people[name].to_numpy(float) for name in ("pre", "post"))
    result = change(pre, post, level=pool.study.reporting.level, clusters=clusters, cohorts=cohorts)
    kept = {name: value for name, value in result.details.items() if name not in LEFT_OUT}
    return replace(result, details=kept | _persons(people, pool.study))


def _several(clusters: np.ndarray) -> bool:
    return len(set(clusters.tolist())) >= FEWEST


def _persons(people: pd.DataFrame, study: Study) -> dict[str, float]:
    """Number of different people, where some are met in several cohorts."""
    if study.link.within != "study" or people["person"].is_unique:
        return {}
    return {"n_persons": float(people["person"].nunique())}


def clusters_of(people: pd.DataFrame, study: Study) -> np.ndarray:
    """Clusters of people of several cohorts, numbered: who is met in several connects the clusters they belong to."""
    labels = people["cluster"].to_numpy(object)
    if study.link.within == "cohort":
        # without other people in it, a cluster is a person, whose code means nothing in another cohort
        own = people["own"].to_numpy(object) + "\0"
        return pd.factorize(own + labels if study.clustered_by == "person" else labels)[0]
    clusters, persons = pd.factorize(labels)[0], pd.factorize(people["person"])[0]
    n_clusters, n = clusters.max(initial=-1) + 1, clusters.max(initial=-1) + persons.max(initial=-1) + 2
    from scipy.sparse import coo_array  # loading it takes a while, which studies with one cohort are spared
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(people)), (clusters, n_clusters + persons)), shape=(n, n))
    return connected_components(edges, directed=False)[1][clusters]


def _difference(pool: Pool, name: Name) -> Result:
    """Difference of the arms over the people of the programme, at equal scores before or of the changes."""
    shared, level = pool.study.design.comparison_scope == "shared", pool.study.reporting.level
    _refuse_one(pool)
    people = pool.people.dropna(subset=["pre", "post"])
    in_arm, clusters = people["in_arm"].eq(1).to_numpy(), clusters_of(people, pool.study)
    cohorts = np.zeros(len(people), int)
    if not shared:
        cohorts = joined_to_neighbours(
            people["cohort"], lambda some: _several(clusters[some & in_arm]) and _several(clusters[some & ~in_arm])
        )
    # in the same way as the rows of groups of cohorts, so that these and the average tell of no part
    levels = cohorts if shared else pd.factorize(people["own"])[0]
    pre, post = (people[wave].to_numpy(float) for wave in ("pre", "post"))
    arms = TwoArms(pre, post, in_arm, cohorts, clusters, levels)
    result = arms.adjusted(level=level) if name == Name.ANCOVA else arms.of_changes(level=level)
    method = METHODS[POOLED[pool.contrast], Measure.MEAN, name]
    both = arms.both_arms(level=level) if method.heads_in(pool.study, pool.place.scale) else {}
    kept = {detail: value for detail, value in result.details.items() if detail not in LEFT_OUT}
    return replace(result, details=kept | both | _persons(people[in_arm], pool.study))


def _over_cohorts(pool: Pool) -> Result:
    """Average of cohorts like these, with the range of a further one where every cohort has a row of its own."""
    _refuse_shared(pool)
    if pool.n_cohorts < ENOUGH_COHORTS or len(pool.rows) < 2:
        raise NotEstimableError(Reason.TOO_FEW_COHORTS)
    estimates = pool.rows["estimate"].to_numpy(float)
    result = reml_hk(estimates, pool.errors, level=pool.study.reporting.level, between=pool.between)
    kept = {name: value for name, value in result.details.items() if pool.alone or not name.startswith("prediction")}
    if pool.contrast == Contrast.CHANGE:
        counted = ["pre"] if pool.of_everyone else ["pre", "post"]
        kept |= _persons(pool.people.dropna(subset=counted), pool.study)
    return replace(result, details=kept)


def _refuse_shared(pool: Pool) -> None:
    if pool.contrast == "difference" and pool.study.design.comparison_scope == "shared":
        raise NotEstimableError(Reason.SHARED_COMPARISON)


def _moderators(pool: Pool) -> Iterator[tuple[str, Vector]]:
    """Each declared moderator with its value in each cohort: a mean, or the share of people with an entry."""
    people = _once(pool)
    for name in pool.study.design.moderators:
        if name not in people:
            raise FrameError(
                f"The Panel has no column {name!r}, which design.moderators names. Make it with build_panel."
            )
        values = people[name].dropna()
        numbers = pd.to_numeric(values, errors="coerce")
        columns = {name: numbers} if numbers.notna().all() else {
            f"{name}: {entry}": (values == entry).astype(float) for entry in sorted(values.unique(), key=str)[1:]
        }  # fmt: skip
        for title, column in columns.items():
            yield title, _of_cohorts(column, pool)


def _once(pool: Pool) -> pd.DataFrame:
    """People behind the rows, each once in a row; indexed by its name."""
    return pool.people.drop_duplicates(["cohort", "person"]).set_index("cohort")


def _of_cohorts(values: pd.Series, pool: Pool) -> Vector:
    """Mean of the people's values behind each row."""
    return values.groupby(level=0).mean().reindex(pool.rows["cohort"]).to_numpy(float)


def _moderated(pool: Pool, values: Vector) -> Result:
    _refuse_shared(pool)
    estimates, known, level = pool.rows["estimate"].to_numpy(float), ~np.isnan(values), pool.study.reporting.level
    regression = meta_regression(estimates[known], pool.errors[known], values[known, None], level=level)
    details = {name: getattr(regression, name) for name in ("tau2", "r2", "q_e", "q_e_p")}
    return regression.coefficients[1].detailed(**details)
