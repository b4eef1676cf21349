"""How much more the programme arm changed than the comparison."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import (
    Estimates,
    Group,
    Row,
    collected,
    estimate_row,
    fewest,
    generator,
    groups,
    people_share_clusters,
    units,
)
from rm_research.effects.interaction import difference_interactions
from rm_research.effects.missing import imputed_differences
from rm_research.frames import PANEL, require_columns
from rm_research.stats.mixed.two_waves import constrained_likelihood
from rm_research.stats.regression import Fit, least_squares, robust
from rm_research.stats.resampling import FEW_DF, randomisation, wild_bootstrap
from rm_research.stats.result import NotEstimableError, Result, Vector
from rm_research.stats.sensitivity import e_value_of_difference
from rm_research.stats.standardised import d_ppc2
from rm_research.study import Study

NAN = float("nan")
TREATED = 1  # column of the arm in both designs


def estimate_difference(panel: pd.DataFrame, *, study: Study) -> Estimates:
    """
    Difference of each programme arm from the comparison arm, by cohort, role, scale and later wave.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its comparison arm, the unit that was assigned, and whether one comparison serves several cohorts.

    Returns
    -------
    Estimates
        contrast 'difference', programme − comparison; `n_pre`, `n_post` and `n_pairs` are of the programme arm,
        `n_clusters` is of both arms' pairs. Measure 'mean': ancova (post ~ arm + pre, the headline) and change_score
        (post − pre ~ arm), with CR2 and Satterthwaite degrees of freedom where the assigned unit holds several people,
        HC2 and t where it is the person; wild_bootstrap where those are fewer than four,
        and randomisation (p-value only) if arms were also randomised;
        constrained_likelihood (everyone with a score before, one mean before) where arms were randomised; imputed where
        somebody left. Measure 'd_ppc2': change_score
        (details e_value, e_value_interval). contrast 'interaction', where declared: difference of such
        differences (ancova). Detail n_left: people with a score before and none after, of
        the arm where they are fewest. No rows in a study
        without a comparison, or with unlinked waves.

    Raises
    ------
    FrameError
        When `panel` lacks a column, or has rows without a cohort or cluster or of another study's scales or waves.
    """
    require_columns(panel, PANEL, verb="estimate_difference")
    if study.comparison is None or study.link.method == "none":
        return collected([])
    compared = list(comparisons(list(groups(panel, study)), study))
    rows = [row for arms in compared for row in _rows(arms, study)]
    return collected([*rows, *difference_interactions(compared, study)])


@dataclass(frozen=True)
class Compared:
    """
    People of a programme arm and of the comparison, on one scale and later wave.

    Attributes
    ----------
    group : Group
        Of the programme.
    comparison : tuple of Group
        Of one cohort, or of all where they share a comparison; none where nobody is in it.
    """

    group: Group
    comparison: tuple[Group, ...]

    def joined(self, name: str) -> np.ndarray:
        """Values of everybody, the programme's people first."""
        return np.concatenate([getattr(member, name) for member in (self.group, *self.comparison)])

    @cached_property
    def pre(self) -> Vector:
        """Scores before, of everybody."""
        return self.joined("pre")

    @cached_property
    def post(self) -> Vector:
        """Scores after, of everybody."""
        return self.joined("post")

    @cached_property
    def clusters(self) -> np.ndarray:
        """Cluster of everybody."""
        return self.joined("clusters")

    @cached_property
    def strata(self) -> np.ndarray:
        """Cohort of everybody, where several are taken together and each has its own comparison; else one for all."""
        own = len(set(self.group.strata)) > 1
        return self.joined("strata") if own else np.zeros(len(self.pre))

    @cached_property
    def paired(self) -> np.ndarray:
        """Who has both scores."""
        return self.joined("paired")

    @cached_property
    def in_arm(self) -> Vector:
        """1 in the programme, 0 in the comparison."""
        return (np.arange(len(self.pre)) < len(self.group.pre)).astype(float)

    @property
    def n_left(self) -> int:
        """People with a score before and none after, of the arm where they are fewest; 0 where nobody left either."""
        compared = sum(int(member.left.sum()) for member in self.comparison)
        return fewest([int(self.group.left.sum()), compared])


def comparisons(found: Sequence[Group], study: Study) -> Iterator[Compared]:
    """Each group of the programme beside its comparison."""
    waiting: dict[tuple[str, ...], list[Group]] = defaultdict(list)
    for group in found:
        if group.place.arm == study.comparison:
            waiting[_compared_within(group, study)].append(group)
    for group in found:
        if group.place.arm != study.comparison:
            yield Compared(group, tuple(waiting[_compared_within(group, study)]))


def _compared_within(group: Group, study: Study) -> tuple[str, ...]:
    """Whom a group is compared with: the comparison arm of the same key."""
    place = group.place
    everywhere = study.design.comparison_scope == "shared"
    return ("" if everywhere else place.cohort, place.role, place.scale, place.wave)


def _rows(arms: Compared, study: Study) -> Iterator[Row]:
    counts = _counts(arms)

    def row(measure: str, method: str, estimator: Callable[[Compared, Study], Result]) -> Row:
        compute = partial(_compute, estimator, arms, study)
        return estimate_row(arms.group.place, "difference", measure, method, compute, study, counts)

    adjusted = row("mean", "ancova", ancova)
    yield adjusted
    yield row("mean", "change_score", change_score)
    if float(str(adjusted.columns.get("df", FEW_DF))) < FEW_DF:
        yield row("mean", "wild_bootstrap", _bootstrap)
        if study.design.assignment == "randomised":
            yield row("mean", "randomisation", _randomisation)
    if not people_share_clusters(arms.clusters, study):  # these take people for independent
        if study.design.assignment == "randomised":
            yield row("mean", "constrained_likelihood", constrained)
        yield row("d_ppc2", "change_score", _standardised)
    yield from imputed_differences(arms, study)


def _counts(arms: Compared) -> dict[str, int]:
    paired, in_arm = arms.paired, arms.in_arm
    both = {"n_comparison": int((in_arm[paired] == 0).sum()), "n_clusters": len(set(arms.clusters[paired]))}
    return arms.group.counts | both


def _compute(estimator: Callable[[Compared, Study], Result], arms: Compared, study: Study) -> Result:
    check_compared(arms, study)
    return estimator(arms, study).detailed(n_left=arms.n_left)


def check_compared(arms: Compared, study: Study) -> None:
    """
    Refuse where there is nothing to compare.

    Raises
    ------
    NotEstimableError
        'not_asked_at_baseline', 'too_few_pairs' or 'no_comparison_here'.
    """
    if not study.measured(arms.group.place.scale, study.baseline):
        raise NotEstimableError("not_asked_at_baseline")
    in_arm = arms.in_arm[arms.paired]
    if not in_arm.any():
        raise NotEstimableError("too_few_pairs")
    if in_arm.all():
        raise NotEstimableError("no_comparison_here")


def ancova(arms: Compared, study: Study) -> Result:
    """Difference after at equal score before, of people with both scores."""
    return _treated(_ancova_fit(arms), arms, study)


def change_score(arms: Compared, study: Study) -> Result:
    """Difference of the mean changes of people with both scores."""
    pre, post, in_arm = (values[arms.paired] for values in (arms.pre, arms.post, arms.in_arm))
    return _treated(least_squares(np.column_stack([np.ones(len(pre)), in_arm]), post - pre), arms, study)


def _treated(fit: Fit, arms: Compared, study: Study) -> Result:
    clusters = units(arms.clusters[arms.paired], study)
    return robust(fit, TREATED, clusters=clusters, level=study.reporting.level)


def _ancova_fit(arms: Compared) -> Fit:
    pre, post, in_arm, strata = (values[arms.paired] for values in (arms.pre, arms.post, arms.in_arm, arms.strata))
    # cohorts taken together may differ in who was in which arm, so each has an intercept
    of_strata = (strata[:, None] == np.unique(strata)[1:]).astype(float)
    return least_squares(np.column_stack([np.ones(len(pre)), in_arm, pre, of_strata]), post)


def _bootstrap(arms: Compared, study: Study) -> Result:
    draws = _draws("wild_bootstrap", arms, study)
    fit, clusters = _ancova_fit(arms), arms.clusters[arms.paired]
    found = wild_bootstrap(fit, clusters, TREATED, level=study.reporting.level, generator=draws)
    # the bootstrap has no standard error of its own, and one without df would promise too much of what can be found
    return replace(found, std_error=NAN, statistic=NAN)


def _randomisation(arms: Compared, study: Study) -> Result:
    fit, clusters = _ancova_fit(arms), arms.clusters[arms.paired]
    found = randomisation(fit, clusters, TREATED, generator=_draws("randomisation", arms, study))
    details = {"draws": float(found.draws), "smallest_p": found.smallest_p}
    return Result(found.statistic, NAN, NAN, NAN, found.p_value, NAN, NAN, details)


def _draws(method: str, arms: Compared, study: Study) -> np.random.Generator:
    place = arms.group.place
    return generator(study, place.cohort, ":".join(["difference", "mean", method, *place]))


def constrained(arms: Compared, study: Study) -> Result:
    """Difference after of everyone with a score before, of whom both arms had one mean."""
    return constrained_likelihood(arms.pre, arms.post, arms.in_arm, level=study.reporting.level)


def _standardised(arms: Compared, study: Study) -> Result:
    found = d_ppc2(arms.pre, arms.post, arms.in_arm, level=study.reporting.level)
    hidden_cause = e_value_of_difference(found.estimate, found.ci_low, found.ci_high)
    return found.detailed(e_value=hidden_cause.estimate, e_value_interval=hidden_cause.interval)
