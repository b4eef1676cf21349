"""How well scales measured, as words that may leave: neither alpha nor an index of fit is circulated."""

import pandas as pd

from rm_research.study import Scale, Study

GOOD, FAIR = 0.80, 0.70  # alpha from which measurement is called so; below it is weak
ROUGH_BELOW = 0.7  # alpha, wherever in Feldt's interval it lies
ONE_SCALE = 0.90  # CFI of the same items behind one factor a wave; below it the levels above mean nothing
# equalities that the data reject: fit falls by more than this (Cheung & Rensvold 2002, Struct. Equ.
# Modeling 9:233) and by more than chance
WORSE_BY, CHANCE = 0.01, 0.05
LIMITS = ["scale", "limit", "wave"]


def how_well(reliability: pd.DataFrame) -> pd.DataFrame:
    """
    Call the reliability of each scale and wave good, fair or weak.

    Parameters
    ----------
    reliability : DataFrame
        Reliability as `assess_reliability` makes it; items and scales without alpha give no row.

    Returns
    -------
    DataFrame
        scale, wave, measured ('good' from .80 of alpha, 'fair' from .70, else 'weak'), n (people who answered all
        items).
    """
    whole = reliability[reliability["item"].isna() & reliability["alpha"].notna()]
    word = pd.cut(whole["alpha"].astype("float64"), [-float("inf"), FAIR, GOOD, float("inf")], right=False,
                  labels=["weak", "fair", "good"])  # fmt: skip
    return whole.assign(measured=word.astype("str"))[["scale", "wave", "measured", "n"]].reset_index(drop=True)


def limits_of_measurement(reliability: pd.DataFrame, invariance: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """
    Limits that reliability and invariance over time put to what may be said.

    Parameters
    ----------
    reliability, invariance : DataFrame
        As `assess_reliability` and `assess_invariance` make them. Rows without numbers, comparisons of roles, and
        levels that are descriptive or improper give no limit; further levels only where the configural one fits.
    study : Study

    Returns
    -------
    DataFrame
        scale, limit ('rough': alpha is below .70 even at the upper end of its interval; 'no_scale': the items do not go
        together; 'shifted': equal loadings or intercepts are not tenable), wave (of a rough one, else missing), in the
        order of the study's scales; none of scales that the baseline does not ask.
    """
    rows: list[tuple[str, str, str | None]] = []
    for scale in study.scales:
        if not study.changes(scale.name):
            continue  # there is no change that could be missed
        rows += [(scale.name, "rough", wave) for wave in _rough_waves(reliability, scale, study)]
        over_time = _over_time(invariance, scale, study)
        rows += [(scale.name, "no_scale", None)] if _is_no_scale(over_time) else []
        rows += [(scale.name, "shifted", None)] if _shifted(over_time) else []
    return pd.DataFrame(rows, columns=LIMITS, dtype="str")


def _rough_waves(reliability: pd.DataFrame, scale: Scale, study: Study) -> list[str]:
    """Waves in which alpha of a scale is low even at the upper end of its interval, in their order."""
    whole = reliability[reliability["scale"].eq(scale.name) & reliability["item"].isna()]
    rough = set(whole.loc[whole["alpha_high"].lt(ROUGH_BELOW), "wave"])
    return [wave.name for wave in study.waves if wave.name in rough]


def _over_time(invariance: pd.DataFrame, scale: Scale, study: Study) -> pd.DataFrame:
    """Levels of a scale between the baseline and later waves, from enough people."""
    rows = invariance[invariance["scale"].eq(scale.name) & invariance["compared"].isin(study.waves_compared)]
    return rows[~rows["descriptive"].fillna(True).astype(bool)]


def _is_no_scale(rows: pd.DataFrame) -> bool:
    """Whether the items do not go together, in some comparison; an improper solution only makes the fit look better."""
    return bool((rows["level"].eq("configural") & rows["cfi"].lt(ONE_SCALE)).any())


def _shifted(rows: pd.DataFrame) -> bool:
    """Whether equal loadings or equal intercepts are not tenable, where the same items form a scale at both waves."""
    form_one = rows.loc[rows["level"].eq("configural") & rows["cfi"].ge(ONE_SCALE), "compared"]
    rows = rows[rows["level"].isin(["metric", "scalar"]) & rows["compared"].isin(form_one)]
    proper = ~rows["improper"].fillna(True).astype(bool)
    return bool((proper & rows["d_cfi"].lt(-WORSE_BY) & rows["d_p_value"].lt(CHANCE)).any())
