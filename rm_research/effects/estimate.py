"""One row of an Estimates table, with its columns as typed attributes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields

import pandas as pd

from rm_research.effects.groups import ALL_COHORTS, OF_ATTRIBUTE, Place
from rm_research.effects.methods import METHODS, SHARES, Contrast, Method

COMPARING = (Contrast.DIFFERENCE, Contrast.POOLED_DIFFERENCE)  # a programme arm with the comparison arm
SETTING_APART = (*COMPARING, Contrast.ROLE_DIFFERENCE, Contrast.INTERACTION)  # any two groups of people
CHANGES = (Contrast.CHANGE, Contrast.POOLED_CHANGE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    One row of Estimates.

    Attributes
    ----------
    id, cohort, role, arm, subgroup, scale, wave, contrast, measure, method : str
    estimate, std_error, df, statistic, p_value, p_adjusted, ci_low, ci_high, detectable : float
        NaN where missing.
    n_pre, n_post, n_pairs, n_comparison, n_clusters : int or None
        None where missing.
    planned : bool
        Whether it was planned, see `is_planned`.
    heads : bool or None
        Whether the declared design, or who left, makes it the main row; None where its method alone decides.
    truncated : str or None
        Ends of the interval beyond what the scale allows: low, high or both; of a share that is a bound, its side.
    reason : str or None
        Why there is no estimate, or no interval.
    """

    id: str
    cohort: str
    role: str
    arm: str
    subgroup: str
    scale: str
    wave: str
    contrast: str
    measure: str
    method: str
    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    p_adjusted: float
    ci_low: float
    ci_high: float
    n_pre: int | None
    n_post: int | None
    n_pairs: int | None
    n_comparison: int | None
    n_clusters: int | None
    detectable: float
    planned: bool
    heads: bool | None
    truncated: str | None
    reason: str | None

    @property
    def is_known(self) -> bool:
        """Whether there is an estimate."""
        return not math.isnan(self.estimate)

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are known."""
        return not (math.isnan(self.ci_low) or math.isnan(self.ci_high))

    @property
    def interval(self) -> tuple[float, float, float]:
        """Estimate, with the lower and the upper end of its interval."""
        return self.estimate, self.ci_low, self.ci_high

    @property
    def place(self) -> Place:
        """Cohort, role, arm, scale and wave."""
        return Place(self.cohort, self.role, self.arm, self.scale, self.wave)

    @property
    def declared(self) -> Method | None:
        """Its method; None where the registry has none of that name."""
        return METHODS.get(self.contrast, self.measure, self.method)

    @property
    def is_pooled(self) -> bool:
        """Whether it is an average over cohorts."""
        return self.contrast in (Contrast.POOLED_CHANGE, Contrast.POOLED_DIFFERENCE)

    @property
    def is_of_all_cohorts(self) -> bool:
        """Whether it is about the whole programme."""
        return self.cohort == ALL_COHORTS

    @property
    def unpooled(self) -> str:
        """Its contrast within each cohort."""
        return self.contrast.removeprefix("pooled_")

    @property
    def is_share(self) -> bool:
        """Whether it is a share of people, 0 to 1."""
        return self.measure in SHARES

    @property
    def compares_arms(self) -> bool:
        """Whether it compares a programme arm with the comparison arm."""
        return self.contrast in COMPARING

    @property
    def compares_groups(self) -> bool:
        """Whether it compares two groups of people: arms, roles or declared groups."""
        return self.contrast in SETTING_APART

    @property
    def compares_roles(self) -> bool:
        """Whether it compares what two roles did, or the effect on them."""
        between = self.contrast in (Contrast.ROLE_DIFFERENCE, Contrast.INTERACTION)
        return between and OF_ATTRIBUTE not in self.subgroup

    @property
    def is_change(self) -> bool:
        """Whether it is the change of one group, or the average of such changes."""
        return self.contrast in CHANGES

    @property
    def n_about(self) -> int | None:
        """How many people a change is about."""
        count: int | None = getattr(self, METHODS.n_column(self.contrast, self.measure, self.method))
        return count


COLUMNS = tuple(field.name for field in fields(Estimate))
COUNTS = tuple(name for name in COLUMNS if name.startswith("n_"))


def estimates_of(table: pd.DataFrame) -> Iterator[Estimate]:
    """Rows of an Estimates table, in its order."""
    columns = {name: table[name].to_numpy(object).tolist() for name in COLUMNS}
    for name in COUNTS:
        columns[name] = [None if pd.isna(count) else int(count) for count in columns[name]]
    for name in ("reason", "truncated"):
        columns[name] = [None if pd.isna(text) else text for text in columns[name]]
    columns["heads"] = [None if pd.isna(heads) else bool(heads) for heads in columns["heads"]]
    columns["planned"] = [planned is True or (not pd.isna(planned) and bool(planned)) for planned in columns["planned"]]
    return (Estimate(*values) for values in zip(*columns.values(), strict=True))
