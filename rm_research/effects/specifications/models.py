"""The methods that take part in a specification curve, and their rows."""

from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.change import counts as counts_of_change
from rm_research.effects.difference import counts
from rm_research.effects.estimates import Row, estimate_row
from rm_research.effects.estimators.difference import check_compared
from rm_research.effects.groups import Compared
from rm_research.effects.methods import METHODS, Contrast, Method, Missing
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

FEWEST = "n_fewest"  # the detail that says how many people are in the smallest group behind a row


def models_of(contrast: str, study: Study, *, someone_left: bool) -> tuple[Method, ...]:
    """Methods for a contrast in this design, depending on whether anybody left."""
    fitting = (method for method in METHODS.of(contrast) if method.missing and method.suits(study))
    return tuple(method for method in fitting if someone_left or not method.same_if_all_stay)


def fingerprint(arms: Compared) -> bytes:
    """Equal for equal data: whatever the order of people and the names of clusters, and who has no score at all."""
    known = ~(np.isnan(arms.pre) & np.isnan(arms.post))
    numbers = [values[known] for values in (arms.in_arm, arms.pre, arms.post)]
    order = np.lexsort(numbers)
    clusters = pd.factorize(arms.clusters[known][order])[0]
    return b"".join(values[order].tobytes() for values in (*numbers, clusters))


def estimated(method: Method, arms: Compared, study: Study) -> Row:
    """Row of one method, as the verbs for changes and differences make it, with `n_fewest` in its details."""
    compares = method.contrast == Contrast.DIFFERENCE
    numbers = counts(arms, method.missing) if compares else counts_of_change(method, arms.group)
    row = estimate_row(arms.group.place, method, partial(_compute, method, arms, study), study, numbers)
    people = ["n_pre", "n_post"] if method.missing == Missing.RESPONDENTS else ["n_pairs"]
    fewest = [float(numbers[name]) for name in (*people, "n_comparison") if name in numbers]
    # some estimates rest on those alone whose score changed
    fewest += [value for name, value in row.details.items() if name == "n_changed"]
    return Row(row.columns, row.details | {FEWEST: min(fewest)})


def _compute(method: Method, arms: Compared, study: Study) -> Result:
    if method.contrast == Contrast.DIFFERENCE:
        check_compared(arms, study)
        return method.estimate(arms, study)
    if not study.changes(arms.group.place.scale):
        raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
    return method.estimate(arms.group, study)
