"""How much more the programme arm changed than the comparison."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, Group, Row, collected, estimate_row, groups
from rm_research.frames import PANEL, require_columns
from rm_research.stats.regression import Matrix, cr2, hc2, least_squares
from rm_research.stats.result import NotEstimableError, Result, Vector
from rm_research.study import Study

TREATED = 1  # column of the arm in both designs

Design = Callable[[pd.DataFrame, Vector], tuple[Matrix, Vector]]


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
        contrast 'difference', measure 'mean': ancova (post ~ arm + pre, the headline) and change_score
        (post − pre ~ arm), with CR2 and Satterthwaite degrees of freedom where the assigned unit holds several people,
        HC2 and t where it is the person. Programme − comparison. No rows in a study without a comparison, or with
        unlinked waves.

    Raises
    ------
    FrameError
        When `panel` lacks a column.
    """
    require_columns(panel, PANEL, verb="estimate_difference")
    if study.comparison is None or study.link.method == "none":
        return collected([])
    found = list(groups(panel, study))
    treated = [group for group in found if group.arm != study.comparison]
    return collected(row for group in treated for row in _rows(group, _comparison(group, found, study), study))


def _comparison(group: Group, found: list[Group], study: Study) -> pd.DataFrame:
    """Rows of the comparison arm that belong beside a group."""
    same = [
        other.rows
        for other in found
        if other.arm == study.comparison
        and (other.role, other.scale, other.wave) == (group.role, group.scale, group.wave)
        and (other.cohort == group.cohort or study.design.comparison_scope == "shared")
    ]
    return pd.concat(same) if same else group.rows.iloc[:0]


def _rows(group: Group, comparison: pd.DataFrame, study: Study) -> Iterator[Row]:
    both = pd.concat([group.rows, comparison]).dropna(subset=["pre", "post"])
    n_comparison = int((comparison["pre"].notna() & comparison["post"].notna()).sum())
    counts = {"n_comparison": n_comparison, "n_clusters": int(both["cluster"].nunique())}
    designs: tuple[tuple[str, Design], ...] = (("ancova", _ancova), ("change_score", _change_score))
    for method, design in designs:
        compute = partial(_compute, both, group, design, study)
        yield estimate_row(group, "difference", "mean", method, compute, study, counts)


def _compute(both: pd.DataFrame, group: Group, design: Design, study: Study) -> Result:
    if not study.measured(group.scale, study.baseline):
        raise NotEstimableError("not_asked_at_baseline")
    in_arm = (both["arm"] == group.arm).to_numpy(float)
    if in_arm.sum() == 0:
        raise NotEstimableError("too_few_pairs")
    if in_arm.all():
        raise NotEstimableError("no_comparison_here")
    fit = least_squares(*design(both, in_arm))
    if study.clustered_by == "person" and not both["cluster"].duplicated().any():
        result = hc2(fit, TREATED, level=study.reporting.level)
    else:
        result = cr2(fit, both["cluster"].to_numpy(), TREATED, level=study.reporting.level)
    return result


def _ancova(both: pd.DataFrame, in_arm: Vector) -> tuple[Matrix, Vector]:
    return np.column_stack([np.ones(len(both)), in_arm, both["pre"].to_numpy(float)]), both["post"].to_numpy(float)


def _change_score(both: pd.DataFrame, in_arm: Vector) -> tuple[Matrix, Vector]:
    return np.column_stack([np.ones(len(both)), in_arm]), (both["post"] - both["pre"]).to_numpy(float)
