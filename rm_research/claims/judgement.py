"""Design level and verdict of an Estimates row: the two things that decide which words may be used."""

import pandas as pd

from rm_research.study import Scale, Study

LEVELS = {"randomised": 5, "matched": 3, "self-selected": 2}
NEXT_LOWER = {5: 3, 3: 2, 2: 1, 1: 1}
MOST_LEFT, MOST_UNEVEN = 0.30, 0.10
OF_CHANGE = {"difference": "change", "pooled_difference": "pooled_change"}
COUNTED = ["contrast", "role", "scale", "wave", "cohort", "arm", "n_pre", "n_pairs"]

# by contrast, role, scale and wave: by cohort and arm, people with a score before and with both
Followed = dict[tuple[str, str, str, str], dict[tuple[str, str], tuple[int, int]]]


def followed(table: pd.DataFrame) -> Followed:
    """People with a score before, and with both, of each cohort and arm, by the question that a row answers."""
    found: Followed = {}
    means = table.loc[table["measure"].eq("mean"), COUNTED].dropna()
    for contrast, role, scale, wave, cohort, arm, before, both in means.itertuples(index=False):
        # of several methods, each with the same people, the first
        found.setdefault((contrast, role, scale, wave), {}).setdefault((cohort, arm), (int(before), int(both)))
    return found


def shares_left(row: pd.Series, people: Followed, study: Study) -> dict[str, float]:
    """Share of people with a score before who have none after, by arm: `attrition`, from people already counted."""
    arms = [row["arm"], *([study.comparison] if row["contrast"] in OF_CHANGE and study.comparison else [])]
    contrast = OF_CHANGE.get(row["contrast"], row["contrast"])
    same = people.get((contrast, row["role"], row["scale"], row["wave"]), {})
    shared = study.design.comparison_scope == "shared"
    shares = {}
    for arm in arms:
        anywhere = shared and arm == study.comparison
        counts = [count for (cohort, of), count in same.items() if of == arm and (anywhere or cohort == row["cohort"])]
        before = sum(count for count, _ in counts)
        if before:
            # rounded, so that 3 of 10 is not a little more than 30 %
            shares[str(arm)] = round(1 - sum(count for _, count in counts) / before, 9)
    return shares


def attrition(row: pd.Series, table: pd.DataFrame, study: Study) -> dict[str, float]:
    """
    Share of people with a score before who have none after, by arm.

    Parameters
    ----------
    row : Series
        A row of Estimates.
    table : DataFrame
        The Estimates it stands in.
    study : Study
        Its comparison arm.

    Returns
    -------
    dict of str to float
        0 to 1; for a difference also the comparison's; an arm with nobody before is left out.
    """
    return shares_left(row, followed(table), study)


def too_many_left(shares: dict[str, float]) -> bool:
    """Whether attrition is high, or uneven between arms."""
    values = list(shares.values())
    return bool(values) and (max(values) > MOST_LEFT or round(max(values) - min(values), 9) > MOST_UNEVEN)


def level_of(row: pd.Series, people: Followed, study: Study) -> int:
    """Design level of a row, from people already counted."""
    if row["contrast"] not in OF_CHANGE:
        return 1
    level = LEVELS[study.design.assignment]
    return NEXT_LOWER[level] if too_many_left(shares_left(row, people, study)) else level


def design_level(row: pd.Series, table: pd.DataFrame, study: Study) -> int:
    """
    How much the design behind a row can show: 1 no comparison, 2 self-selected, 3 matched, 5 randomised.

    High or uneven attrition lowers it one step. A change is of level 1 whatever the design.
    """
    return level_of(row, followed(table), study)


def verdict(row: pd.Series, scale: Scale) -> str:
    """
    Judge the whole interval against the smallest change that matters.

    Returns
    -------
    str
        gain, loss, gain_unclear_size, loss_unclear_size, too_small, unclear; 'none' where the scale declares no such
        change.
    """
    s = scale.smallest_effect
    if s is None:
        return "none"
    low, high = row["ci_low"], row["ci_high"]
    if scale.better == "lower":
        low, high = -high, -low
    if low >= s:
        return "gain"
    if high <= -s:
        return "loss"
    if -s < low and high < s:
        return "too_small"
    if low > 0:
        return "gain_unclear_size"
    return "loss_unclear_size" if high < 0 else "unclear"
