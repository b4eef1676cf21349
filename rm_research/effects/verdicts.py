"""What a main row claims: its interval against the smallest change that matters, and the p-value of that claim."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtr

from rm_research.effects.methods import Contrast, Name
from rm_research.stats.multiplicity import benjamini_hochberg, holm
from rm_research.stats.resampling import FEW_DF
from rm_research.stats.result import Vector
from rm_research.study import Scale, Study

# two ways to compare groups that no lot has made: at equal scores before, and by what both did
OTHER_WAY = {
    Name.ANCOVA: Name.CHANGE_SCORE, Name.CHANGE_SCORE: Name.ANCOVA,
    Name.REML_HK: Name.REML_HK_OTHER, Name.REML_HK_OTHER: Name.REML_HK,
}  # fmt: skip
COMPARING = (Contrast.DIFFERENCE, Contrast.POOLED_DIFFERENCE)
QUESTION = ["cohort", "role", "arm", "subgroup", "scale", "wave", "contrast", "measure"]
NUMBERS = ["estimate", "std_error", "df", "p_value", "ci_low", "ci_high"]
ENDLESS = (-math.inf, math.inf)
MATTERS = ("gain", "loss")
CLEAR = (*MATTERS, "gain_unclear_size", "loss_unclear_size", "higher", "lower")
UNCERTAIN = "uncertain"
FORGIVEN = 1e-6  # of degrees of freedom that are 4 apart from rounding, and of p-values


class Judged(NamedTuple):
    """
    What may be said of a main row.

    Attributes
    ----------
    verdict : str
        gain, loss, gain_unclear_size, loss_unclear_size, too_small, unclear; without a smallest change that matters
        higher, lower or unclear; uncertain where only the interval has it, not the adjusted p-value.
    p_adjusted : float
        Of the claim: against the smallest change for a gain or loss that matters, otherwise against 0.
    n_tests : int
        Rows that it was adjusted for, itself included.
    hull : tuple of float
        Both ends of the interval that decides; where no lot was drawn, of both ways together.
    p_value : float
        Of the claim before others are allowed for. It is that of the row itself only where the row alone decides, and
        against 0.
    """

    verdict: str
    p_adjusted: float
    n_tests: int
    hull: tuple[float, float]
    p_value: float


def against(low: float, high: float, scale: Scale) -> str:
    """Judge a whole interval against the smallest change that matters, oriented by what is better."""
    s = scale.smallest_effect
    if s is None:
        return "higher" if low > 0 else "lower" if high < 0 else "unclear"
    if scale.better == "lower":
        low, high = -high, -low
    if low >= s:
        return "gain"
    if high <= -s:
        return "loss"
    if -s < low and high < s:
        return "too_small"
    return "gain_unclear_size" if low > 0 else "loss_unclear_size" if high < 0 else "unclear"


def has_few_df(df: object) -> bool:
    """Whether degrees of freedom are known and below four, apart from rounding."""
    return isinstance(df, float) and df < FEW_DF - FORGIVEN


def by_two_ways(study: Study) -> bool:
    """Whether groups are compared in two ways, because no lot has made them alike."""
    return study.comparison is not None and study.design.assignment != "randomised"


def other_ways(table: pd.DataFrame, study: Study) -> dict[Any, Any]:
    """Index of the row that answers the question of another in the other way, where no lot was drawn."""
    if not by_two_ways(study):
        return {}
    ways = table[table["contrast"].isin(COMPARING) & table["method"].isin(list(OTHER_WAY))]
    keys = list(zip(*(ways[name] for name in QUESTION), ways["method"], strict=True))
    at = dict(zip(keys, ways.index, strict=True))
    pairs = ((at[key], at.get((*key[:-1], OTHER_WAY[Name(key[-1])]))) for key in keys)
    return {row: other for row, other in pairs if other is not None}


def judged(table: pd.DataFrame, heads: pd.Series, study: Study) -> dict[str, Judged]:
    """
    Judge the main rows of a table together, by `id`.

    The first outcome that a role was asked, at its first later wave, is a family of its own; the other declared
    outcomes of one contrast in one cohort and role are adjusted by Holm, all others by Benjamini and Hochberg. A gain
    that matters which the adjusted p-value does not bear is judged once more, as a gain of unclear size.

    Parameters
    ----------
    table : DataFrame
        Estimates; rows without a p-value take no part.
    heads : Series of bool
        Which of its rows answer their question.
    study : Study
    """
    rows, ids = dict(_claims(table, heads, study)), table["id"].to_dict()
    families: dict[tuple[object, ...], list[Any]] = defaultdict(list)
    for at, claim in rows.items():
        families[claim.family].append(at)
    alpha = 1 - study.reporting.level + FORGIVEN
    found = {}
    for family, places in families.items():
        adjust = holm if family[-1] != "exploratory" else benjamini_hochberg
        claims = [rows[at] for at in places]
        p_adjusted = _adjusted(claims, adjust)
        doubtful = [claim.verdict in MATTERS and p > alpha for claim, p in zip(claims, p_adjusted, strict=True)]
        if any(doubtful):
            claims = [claim.weaker() if doubt else claim for claim, doubt in zip(claims, doubtful, strict=True)]
            p_adjusted = _adjusted(claims, adjust)
        n_tests = sum(not math.isnan(claim.p_value) for claim in claims)
        for at, claim, p in zip(places, claims, p_adjusted, strict=True):
            verdict = UNCERTAIN if claim.verdict in CLEAR and p > alpha else claim.verdict
            found[ids[at]] = Judged(verdict, float(p), n_tests, claim.hull, claim.p_value)
    return found


class _Claim(NamedTuple):
    """A main row before the others of its family are allowed for."""

    family: tuple[object, ...]
    verdict: str
    p_value: float
    p_of_zero: float
    hull: tuple[float, float]

    def weaker(self) -> "_Claim":
        """The same without the claim that it matters."""
        return self._replace(verdict=f"{self.verdict}_unclear_size", p_value=self.p_of_zero)


def _adjusted(claims: list[_Claim], adjust: Callable[[Vector], Vector]) -> Vector:
    return adjust(np.array([claim.p_value for claim in claims], dtype=float))


def _first_as_planned(study: Study) -> bool:
    """Whether the outcomes begin with those of the plan: one that came first only later is no family of its own."""
    planned = [] if study.plan is None else study.plan.rules.get("outcomes", [])
    return list(study.outcomes[: len(planned)]) == planned


def rule_of_multiplicity(study: Study) -> str:
    """Key of the sentence that says which results are adjusted together."""
    return "multiplicity" if _first_as_planned(study) else "multiplicity_reordered"


def _claims(table: pd.DataFrame, heads: pd.Series, study: Study) -> Iterator[tuple[Any, _Claim]]:
    others = other_ways(table, study)
    numbers = {at: dict(zip(NUMBERS, values, strict=True))
               for at, values in zip(table.index, table[NUMBERS].to_numpy(float), strict=True)}  # fmt: skip
    primary = {role: study.primary(role) for role in table["role"].unique()} if _first_as_planned(study) else {}
    columns = ["cohort", "role", "arm", "contrast", "scale", "wave", "planned"]
    for at, cohort, role, arm, contrast, scale, wave, planned in table.loc[heads, columns].itertuples(name=None):
        kind = "exploratory" if not planned else "primary" if (scale, wave) == primary.get(role) else "secondary"
        family = (cohort, role, contrast, arm == study.comparison, kind)
        ways = [numbers[at], *([numbers[others[at]]] if at in others else [])]
        yield at, _claim(family, ways, study.scale(scale))


def _claim(family: tuple[object, ...], ways: Sequence[Mapping[str, float]], scale: Scale) -> _Claim:
    """Claim of a row, decided by all ways together: one that gives no interval leaves everything open."""
    head = ways[0]
    if math.isnan(head["estimate"]):
        return _Claim(family, "unclear", math.nan, math.nan, ENDLESS)
    low, high = ENDLESS
    if not any(math.isnan(way["ci_low"]) for way in ways):
        low, high = min(way["ci_low"] for way in ways), max(way["ci_high"] for way in ways)
    verdict = "unclear" if has_few_df(head["df"]) else against(low, high, scale)
    of_zero = [1.0 if math.isnan(way["estimate"]) else way["p_value"] for way in ways]
    p_of_zero = max(of_zero) if not any(map(math.isnan, of_zero)) else of_zero[0]
    p_value = p_of_zero
    if verdict in MATTERS and scale.smallest_effect is not None:
        bound = math.copysign(scale.smallest_effect, low if low > 0 else high)
        p_value = max(p_against(bound, way, otherwise=p_of_zero) for way in ways)
    return _Claim(family, verdict, p_value, p_of_zero, (low, high))


def p_against(bound: float, row: Mapping[str, float], *, otherwise: float) -> float:
    """Two-sided p-value of a row against a value other than 0; `otherwise` where it has no standard error."""
    if math.isnan(row["std_error"]) or not row["std_error"]:
        return otherwise
    t = -abs(row["estimate"] - bound) / row["std_error"]
    return float(2 * (ndtr(t) if math.isnan(row["df"]) else stdtr(row["df"], t)))
