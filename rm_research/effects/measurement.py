"""How well the scales measured: reliability, and whether they measured the same before and after, and in both roles."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from rm_research.effects.groups import ROLE_ORDER
from rm_research.errors import FrameError
from rm_research.frames import INVARIANCE, RELIABILITY, compared
from rm_research.panel import Prepared
from rm_research.scales import keyed_items
from rm_research.stats.factor.invariance import (
    DESCRIPTIVE_BELOW,
    EQUAL,
    SKIPPED_BELOW,
    Invariance,
    Level,
    group_invariance,
    wave_invariance,
)
from rm_research.stats.intraclass import retest_correlation
from rm_research.stats.reliability import reliability
from rm_research.stats.result import NotEstimableError, Reason
from rm_research.study import Scale
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names, Selection, names_in, scales_of_roles

EVERY_LEVEL = "all"  # level of a comparison that could not be made
INDICES = ("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr")
Cells = dict[str, Any]


def assess_reliability(
    prepared: Prepared, *,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> pd.DataFrame:  # fmt: skip
    """
    Assess how consistently each scale measured at each wave, and how stable it is in people without a programme.

    Parameters
    ----------
    prepared : Prepared
        Its answers to items, of all cohorts together.
    cohort, role, arm : str or sequence of str, optional
        Only the answers of these people; everybody's unless given.
    scale, wave : str or sequence of str, optional
        Which rows come back; all unless given.

    Returns
    -------
    DataFrame
        Reliability: a row per scale and wave, and below it one per item. alpha with Feldt's interval and omega (one
        factor) are from people who answered all items. `retest` is ICC(A,1) between the baseline and the wave in the
        comparison arm, missing without one or with unlinked waves: alpha does not replace it. A scale with one item
        has a reason.

    Examples
    --------
    >>> alpha = rm.assess_reliability(prepared, scale="inclusion", role="leader")
    >>> alpha.loc[alpha["item"].isna(), ["wave", "n", "alpha", "omega"]].round(2)
        wave    n  alpha  omega
    0    pre  181   0.88   0.88
    11  post  152   0.87   0.87
    """
    prepared, scales, waves = _asked(prepared, cohort, role, scale, wave, arm, verb="assess_reliability")
    study = prepared.study
    rows: list[Cells] = []
    for known in scales:
        keyed = keyed_items(prepared.responses, study, known.name)
        for asked in study.waves:
            if asked.name in waves and study.measured(known.name, asked.name):
                answers = keyed[prepared.responses["wave"] == asked.name]
                retest = _retest(prepared, known.name, asked.name)
                place: Cells = {"scale": known.name, "wave": asked.name}
                rows += _reliability_rows(place, answers, retest, study.reporting.level)
    return RELIABILITY.conform(pd.DataFrame(rows))


def _asked(
    prepared: Prepared, cohort: Names, role: Names, scale: Names, wave: Names, arm: Names, *, verb: str
) -> tuple[Prepared, tuple[Scale, ...], tuple[str, ...]]:
    """Answers of the people, scales and waves that are asked for."""
    if not isinstance(prepared, Prepared):
        if isinstance(prepared, pd.DataFrame):
            raise FrameError(
                f"{verb} needs answers to items, which a Panel does not have: give what prepare_study returned."
            )
        raise wrong_data(verb, prepared)
    study, of_people = prepared.study, {"cohort": cohort, "role": role, "arm": arm}
    known = {"scale": [one.name for one in study.scales], "wave": [one.name for one in study.waves]}
    names = Selection.of(known, {"scale": scale, "wave": wave}).names
    asked = scales_of_roles(study, prepared.people["role"].dropna().unique())
    of_roles = Selection.of(names_in(asked, ("role", "scale")), {"role": role, "scale": scale}, among=prepared.chosen)
    of_roles.mask(asked)
    if any(given is not None for given in of_people.values()):
        prepared = prepared.where(**of_people)
    scales = tuple(one for one in study.scales if one.name in names.get("scale", known["scale"]))
    return prepared, scales, tuple(names.get("wave", known["wave"]))


def _reliability_rows(place: Cells, answers: pd.DataFrame, retest: Cells, level: float) -> list[Cells]:
    try:
        result = reliability(answers.to_numpy(float), level=level)
    except NotEstimableError as error:
        return [place | retest | {"n": len(answers.dropna()), "n_items": answers.shape[1], "reason": str(error.reason)}]
    names = ("n", "n_items", "alpha", "alpha_low", "alpha_high", "omega", "mean_inter_item")
    whole = place | retest | {name: getattr(result, name) for name in names}
    items = zip(answers.columns, result.item_rest, result.alpha_if_dropped, strict=True)
    return [
        whole,
        *(place | {"item": item, "item_rest": rest, "alpha_if_dropped": alpha} for item, rest, alpha in items),
    ]


def _retest(prepared: Prepared, scale: str, wave: str) -> Cells:
    """Agreement of the comparison's scores with its scores at the baseline."""
    study, panel = prepared.study, prepared.panel
    if study.comparison is None or study.link.method == "none":
        return {}
    same = panel[panel["scale"].eq(scale) & panel["wave"].eq(wave) & panel["arm"].eq(study.comparison)]
    pre, post = (same[name].to_numpy(float) for name in ("pre", "post"))
    try:
        icc = retest_correlation(pre, post, level=study.reporting.level)
    except NotEstimableError:
        return {}
    n = int((~np.isnan(pre + post)).sum())
    return {
        "retest": icc.estimate,
        "retest_low": icc.ci_low,
        "retest_high": icc.ci_high,
        "n_retest": n,
    }


def assess_invariance(
    prepared: Prepared, *,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> pd.DataFrame:  # fmt: skip
    """
    Assess whether each scale measured the same at the baseline and later, and in leaders and mentors.

    Parameters
    ----------
    prepared : Prepared
        Its answers to items, of all cohorts together.
    cohort, role, arm : str or sequence of str, optional
        Only the answers of these people; everybody's unless given.
    scale : str or sequence of str, optional
        Which rows come back; all unless given.
    wave : str or sequence of str, optional
        Later waves that are compared with the baseline, and roles are then not compared; all comparisons unless given.

    Returns
    -------
    DataFrame
        Invariance: a row per scale, comparison ('pre – post' over time, 'leader – mentor' at the baseline) and level of
        equality: configural (same items), metric (loadings), scalar (also intercepts; means may be compared), strict
        (also uniquenesses). Fit indices, differences from the previous level, and in the scalar row the latent
        difference. `descriptive` where fewer than 100 people answered; fewer than 50 is 'too_few_people'. People count
        once per cohort.

    Examples
    --------
    >>> levels = rm.assess_invariance(prepared, scale="adaptability", wave="post")
    >>> levels[["level", "cfi", "rmsea"]].round(2)
            level   cfi  rmsea
    0  configural  0.97   0.03
    1      metric  0.98   0.03
    2      scalar  0.98   0.03
    3      strict  0.97   0.03
    """
    prepared, scales, waves = _asked(prepared, cohort, role, scale, wave, arm, verb="assess_invariance")
    study = prepared.study
    rows: list[Cells] = []
    for known in scales:
        keyed = keyed_items(prepared.responses, study, known.name)
        answers = pd.concat([prepared.responses[["cohort", "person", "wave"]], keyed], axis=1)
        if study.link.method != "none" and study.changes(known.name):
            for later in study.later_waves:
                if later in waves and study.measured(known.name, later):
                    rows += _over_time(known.name, answers, later, prepared)
        rows += _over_roles(known.name, answers, prepared) if wave is None else []
    return INVARIANCE.conform(pd.DataFrame(rows))


def _over_time(scale: str, answers: pd.DataFrame, wave: str, prepared: Prepared) -> Iterator[Cells]:
    study = prepared.study
    by_wave = {
        name: rows.set_index(["cohort", "person"]).drop(columns="wave") for name, rows in answers.groupby("wave")
    }
    if not {study.baseline, wave} <= set(by_wave):
        return
    before = by_wave[study.baseline]
    after = by_wave[wave].reindex(before.index)
    compute = partial(wave_invariance, before.to_numpy(float), after.to_numpy(float), level=study.reporting.level)
    people = int(before.notna().any(axis=1).sum())
    both = int((before.notna().any(axis=1) & after.notna().any(axis=1)).sum())
    yield from _levels({"scale": scale, "compared": compared(study.baseline, wave), "n": people}, both, compute)


def _over_roles(scale: str, answers: pd.DataFrame, prepared: Prepared) -> Iterator[Cells]:
    study = prepared.study
    if not study.changes(scale):
        return
    who = ["cohort", "person"]
    rows = answers[answers["wave"] == study.baseline].merge(prepared.people[[*who, "role"]], on=who, how="left")
    items = [name for name in answers.columns if name not in (*who, "wave")]
    groups = {str(role): part[items].to_numpy(float) for role, part in rows.groupby("role")}
    groups = {role: part[~np.isnan(part).all(axis=1)] for role, part in groups.items()}
    asked = study.scale(scale).roles
    roles = sorted((role for role in groups if not asked or role in asked), key=_place)
    for first, second in combinations(roles, 2):
        members = [groups[first], groups[second]]
        compute = partial(group_invariance, members, level=study.reporting.level)
        place = {"scale": scale, "compared": compared(first, second), "n": sum(map(len, members))}
        yield from _levels(place, min(map(len, members)), compute)


def _place(role: str) -> tuple[int, str]:
    return (ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER)), role


def _levels(place: Cells, people: int, compute: Callable[[], Invariance]) -> Iterator[Cells]:
    """Rows of a comparison, or one row with the reason why it was not made."""
    try:
        if people < SKIPPED_BELOW:
            raise NotEstimableError(Reason.TOO_FEW_PEOPLE)
        invariance = compute()
    except NotEstimableError as error:
        yield place | {"level": EVERY_LEVEL, "reason": str(error.reason)}
        return
    fitted = {level.name: level for level in invariance.levels}
    for name in EQUAL:
        cells = _cells(fitted[name], invariance) if name in fitted else _unfitted(name)
        yield place | {"descriptive": people < DESCRIPTIVE_BELOW} | cells


def _unfitted(level: str) -> Cells:
    """Cells of a level that could not be fitted; the other levels stay."""
    return {"level": level, "reason": str(Reason.NOT_CONVERGED)}


def _cells(level: Level, invariance: Invariance) -> Cells:
    cells: Cells = {"level": level.name, "improper": level.improper}
    cells |= {name: getattr(level.indices, name) for name in INDICES}
    if level.step is not None:
        step = level.step
        cells |= {
            "d_chi2": step.chi2,
            "d_df": step.df,
            "d_p_value": step.p_value,
            "d_cfi": step.cfi,
            "d_rmsea": step.rmsea,
        }
    if level.name == "scalar" and invariance.mean_differences:
        difference = invariance.mean_differences[0]
        cells |= {"latent_difference": difference.estimate, "latent_low": difference.ci_low,
                  "latent_high": difference.ci_high}  # fmt: skip
    return cells
