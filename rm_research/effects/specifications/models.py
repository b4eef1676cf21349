"""The models of specifications: one line each, with what it does about people who are missing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.change import likelihood
from rm_research.effects.difference import Compared, ancova, change_score, check_compared, constrained
from rm_research.effects.estimates import Row, estimate_row
from rm_research.effects.missing import impute_change, impute_difference
from rm_research.stats.paired import hodges_lehmann, paired_t, welch
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study

COMPLETERS, LIKELIHOOD, IMPUTATION, RESPONDENTS = "completers", "likelihood", "imputation", "respondents"
FEWEST = "n_fewest"  # the detail that says how many people are in the smallest group behind a row

Estimator = Callable[[Compared, Study], Result]


@dataclass(frozen=True)
class Model:
    """
    One way to estimate a contrast.

    Attributes
    ----------
    contrast, measure, method : str
        As in Estimates.
    missing : str
        What becomes of people without one of the scores: 'completers' (left out), 'likelihood' (kept with the score
        they have), 'imputation' (their score is drawn); 'respondents' where waves are not linked.
    estimator : callable
        Takes people and study; a change has no comparison.
    for_leavers : bool
        Whether it differs from a model above it only where somebody left.
    randomised : bool
        Whether it holds only where people were randomised.
    averaged : bool
        Whether cohorts can be averaged; that takes a standard error.
    """

    contrast: str
    measure: str
    method: str
    missing: str
    estimator: Estimator
    for_leavers: bool = False
    randomised: bool = False
    averaged: bool = True

    def goes_with(self, study: Study) -> bool:
        """Whether the design allows it; unlinked waves have a model of their own, and no differences."""
        linked = study.link.method != "none"
        randomised = study.comparison is not None and study.design.assignment == "randomised"
        return linked == (self.missing != RESPONDENTS) and (randomised or not self.randomised)


def _of_scores(estimator: Callable[..., Result]) -> Estimator:
    return lambda arms, study: estimator(arms.group.pre, arms.group.post, level=study.reporting.level)


MODELS = (
    Model("change", "mean", "likelihood", LIKELIHOOD, lambda arms, study: likelihood(arms.group, study)),
    Model("change", "mean", "paired_t", COMPLETERS, _of_scores(paired_t), for_leavers=True),
    Model("change", "median", "hodges_lehmann", COMPLETERS, _of_scores(hodges_lehmann), averaged=False),
    Model(
        "change", "mean", "imputed", IMPUTATION, lambda arms, study: impute_change(arms.group, study), for_leavers=True
    ),
    Model("change", "mean", "welch", RESPONDENTS, _of_scores(welch)),
    Model("difference", "mean", "ancova", COMPLETERS, ancova),
    Model("difference", "mean", "change_score", COMPLETERS, change_score),
    Model("difference", "mean", "constrained_likelihood", LIKELIHOOD, constrained, randomised=True),
    Model("difference", "mean", "imputed", IMPUTATION, impute_difference, for_leavers=True),
)


def models_of(contrast: str, study: Study, *, someone_left: bool) -> tuple[Model, ...]:
    """Models that go with a contrast in this design, and with people of whom someone left or nobody did."""
    fitting = (model for model in MODELS if model.contrast == contrast and model.goes_with(study))
    return tuple(model for model in fitting if someone_left or not model.for_leavers)


def fingerprint(arms: Compared) -> bytes:
    """Equal for equal data: whatever the order of people and the names of clusters, and who has no score at all."""
    known = ~(np.isnan(arms.pre) & np.isnan(arms.post))
    numbers = [values[known] for values in (arms.in_arm, arms.pre, arms.post)]
    order = np.lexsort(numbers)
    clusters = pd.factorize(arms.clusters[known][order])[0]
    return b"".join(values[order].tobytes() for values in (*numbers, clusters))


def estimated(model: Model, arms: Compared, study: Study) -> Row:
    """Row of one model, as the verbs for changes and differences make it, with `n_fewest` in its details."""
    counts = arms.group.counts
    if model.contrast == "difference":
        used = ~np.isnan(arms.pre) if model.missing == IMPUTATION else arms.paired
        counts |= {
            "n_comparison": int((arms.in_arm[arms.paired] == 0).sum()),
            "n_clusters": len(set(arms.clusters[used])),
        }
    compute = partial(_compute, model, arms, study)
    row = estimate_row(arms.group.place, model.contrast, model.measure, model.method, compute, study, counts)
    people = ["n_pre", "n_post"] if model.missing == RESPONDENTS else ["n_pairs"]
    fewest = [float(counts[name]) for name in (*people, "n_comparison") if name in counts]
    # some estimates rest on those alone whose score changed
    fewest += [value for name, value in row.details.items() if name == "n_changed"]
    return Row(row.columns, row.details | {FEWEST: min(fewest)})


def _compute(model: Model, arms: Compared, study: Study) -> Result:
    if model.contrast == "difference":
        check_compared(arms, study)
    elif not study.measured(arms.group.place.scale, study.baseline):
        raise NotEstimableError("not_asked_at_baseline")
    return model.estimator(arms, study)
