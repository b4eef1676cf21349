"""Numbers that would tell what nearly everybody answered: printed as a bound ('4.6 or more'), or in coarse steps."""

import math
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from rm_research.disclosure.alike import possible_scores
from rm_research.disclosure.threshold import Threshold, least_share
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates
from rm_research.frames import DETAILS
from rm_research.study import Study

FEW_SCORES = 13  # possible scores of a scale with which bands and exact shares leave few possible answers
FINE, COARSE = 0.01, 0.1  # steps of shares
BOUND = "_bound"  # of a quantity: −1 where it is that or less, 1 where it is that or more
WORSE, NEAR = "share_worse", ("mean_pre", "mean_post")
SIDES = {-1: "low", 1: "high"}
NOISE = 1e-9


class Bounded(NamedTuple):
    """A number, and on which side of it the true one may be: −1 below, 1 above, 0 where it is the number itself."""

    value: float
    side: int = 0


def has_few_scores(scale: str, study: Study) -> bool:
    """Whether a scale has few possible scores."""
    n_scores = possible_scores(scale, study)
    return n_scores is not None and n_scores <= FEW_SCORES


def coarse(estimates: Estimates, *, study: Study) -> Estimates:
    """
    Bound shares of nearly nobody or everybody and means near an end of their scale; round shares of small groups.

    A mean nearer to an end than (high − low)/n is given as that or more, so that by itself it leaves to each person
    every answer. Shares of groups smaller than three smallest groups, of a scale with few possible scores, are given
    in steps of ten per cent. A bound has no interval.
    """
    return replace(estimates, table=_shares(estimates, study), details=_details(estimates, study))


def _shares(estimates: Estimates, study: Study) -> pd.DataFrame:
    """The table, with shares as they may be shown; `truncated` says on which side of a bound they are."""
    table = estimates.table.copy()
    for at, row in zip(table.index, estimates.rows, strict=True):
        if row.is_share and row.is_known:
            share = _share(row.estimate, row, study)
            ends = (math.nan, math.nan) if share.side else [_stepped(end, row, study) for end in row.interval[1:]]
            table.loc[at, ["estimate", "ci_low", "ci_high"]] = [share.value, *ends]
            table.loc[at, "truncated"] = SIDES.get(share.side, row.truncated)
    return table


def _details(estimates: Estimates, study: Study) -> pd.DataFrame:
    """Means and shares of losses as they may be shown; a bound has a row that says on which side they are."""
    details, sides = estimates.details, dict[tuple[str, str], int]()
    values = details["value"].to_numpy(float).copy()
    keys = list(zip(details["id"], details["quantity"], strict=True))
    for at, (name, quantity) in enumerate(keys):
        if quantity in (*NEAR, WORSE):
            bounded = _mean if quantity in NEAR else _share
            values[at], side = bounded(values[at], estimates.by_id[name], study)
            sides |= {(name, quantity): side} if side else {}
        elif quantity.removesuffix("_low").removesuffix("_high") == WORSE:
            values[at] = _stepped(values[at], estimates.by_id[name], study)
    gone = {(name, f"{quantity}{end}") for name, quantity in sides for end in ("_low", "_high")}
    stays = pd.Series([key not in gone for key in keys], index=details.index, dtype=bool)
    kept = details.assign(value=values)[stays]
    rows = [(name, f"{quantity}{BOUND}", float(side)) for (name, quantity), side in sides.items()]
    bounds = DETAILS.conform(pd.DataFrame(rows, columns=list(DETAILS.columns)))
    return pd.concat([kept, bounds], ignore_index=True) if rows else kept


def _mean(value: float, row: Estimate, study: Study) -> Bounded:
    """A mean before or after of the people of a row, or the bound that it lies beyond."""
    n = min(filter(None, (row.n_pre, row.n_post)), default=0) if study.link.method == "none" else row.n_pairs
    return bounded_mean(value, study.scale_range(row.scale), n or 0)


def bounded_mean(value: float, limits: tuple[float, float] | None, n: int) -> Bounded:
    """A mean of n people, or the bound that it lies beyond, with two decimals on the side of the other scores."""
    if limits is None or not n:
        return Bounded(value)
    room = (limits[1] - limits[0]) / n
    if value < limits[0] + room - NOISE:
        return Bounded(math.ceil(100 * (limits[0] + room) - NOISE) / 100, -1)
    if value > limits[1] - room + NOISE:
        return Bounded(math.floor(100 * (limits[1] - room) + NOISE) / 100, 1)
    return Bounded(value)


def least_shown(people: int, step: float = FINE) -> float:
    """Smallest share of people, or of their answers, that is shown, in steps; less is given as 'that or less'."""
    return step * math.ceil(least_share(people) / step - NOISE)


def _share(value: float, row: Estimate, study: Study) -> Bounded:
    """A share of a row, or the bound that it lies beyond."""
    bounded = bounded_share(value, row.n_pairs or 1, _step(row, study))
    return bounded if bounded.side else Bounded(_stepped(value, row, study))


def bounded_share(value: float, n: int, step: float = FINE) -> Bounded:
    """A share of n people or pairs, or the bound that it lies beyond."""
    least = least_shown(n, step)
    if value < least - NOISE:
        return Bounded(least, -1)
    return Bounded(1 - least, 1) if value > 1 - least + NOISE else Bounded(value)


def _stepped(value: float, row: Estimate, study: Study) -> float:
    step = _step(row, study)
    return value if step == FINE or math.isnan(value) else step * round(value / step)


def _step(row: Estimate, study: Study) -> float:
    small = Threshold.of(study).small(row.n_pairs or 0)
    return COARSE if small and has_few_scores(row.scale, study) else FINE
