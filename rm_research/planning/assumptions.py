"""The assumptions of a plan, and where each value comes from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from rm_research.errors import StudyError
from rm_research.stats.power import (
    POWER,
    Precision,
    ancova_precision,
    change_precision,
    smallest_n,
    two_sample_precision,
)

GIVEN, OBSERVED, ASSUMED = "given", "study", "assumed"
USUAL: Mapping[str, object] = {
    "compared": False, "linked": True, "unit": "person", "ratio": 1.0, "correlation": 0.5, "icc": 0.05,
    "attrition": 0.2, "level": 0.95, "power": POWER,
}  # fmt: skip
# each question is answered by one person of a dyad, because roles are analysed separately
OF_UNIT: Mapping[object, Mapping[str, object]] = {
    "person": {"cluster_size": 1.0, "icc": 0.0}, "dyad": {"cluster_size": 1.0, "icc": 0.2},
}  # fmt: skip
LACKING = {
    "effect": "There is no smallest change that matters to plan for. Set effect = … (--effect), or smallest_effect "
    "of the scale in study.toml.",
    "sd": "There are no scores yet that show how much they vary. Set sd = … (--sd), in the unit of the scale.",
    "cluster_size": "The number of people in a unit is not known. Set cluster_size = ….",
}


@dataclass(frozen=True)
class Assumptions:
    """
    What a plan rests on.

    Attributes
    ----------
    compared : bool
        Whether there is a comparison arm.
    linked : bool
        Whether questionnaires before and after are linked by person; otherwise they are compared as two samples.
    unit : str
        What `n` counts and what is assigned: person, dyad, cohort or an attribute.
    cluster_size : float
        People of a unit who are analysed together.
    ratio : float
        Units of the comparison for each of the programme.
    sd : float
        Standard deviation of the score at one wave, in its unit.
    correlation : float
        Of the scores before and after.
    icc : float
        Intraclass correlation of people in one unit, in the change or in the residual given the score before.
    attrition : float
        Share of those measured before who are not measured after.
    effect : float
        Smallest effect that matters, in the unit of `sd`.
    level, power : float
        Of the intervals, and the desired chance of finding the effect.
    sources : mapping of str to str
        By name: 'given', 'study' or 'assumed'.
    """

    compared: bool
    linked: bool
    unit: str
    cluster_size: float
    ratio: float
    sd: float
    correlation: float
    icc: float
    attrition: float
    effect: float
    level: float
    power: float
    sources: Mapping[str, str]

    def precision(self, n: float) -> Precision:
        """
        Precision of the change, or of the difference, with n units in the programme.

        Raises
        ------
        NotEstimableError
            When no degree of freedom is left.
        """
        shared = {"sd": self.sd, "r": self.correlation, "cluster_size": self.cluster_size, "icc": self.icc,
                  "attrition": self.attrition}  # fmt: skip
        if self.compared:
            return ancova_precision(n, n * self.ratio, **shared)
        if self.linked:
            return change_precision(n, **shared)
        return two_sample_precision(n, n * (1 - self.attrition), sd=self.sd)

    def needed(self) -> int | None:
        """Fewest units in the programme that are needed to find the effect; None where a million are too few."""
        return smallest_n(self.precision, self.effect, level=self.level, power=self.power)


def settled(
    arguments: Mapping[str, object], observed: Mapping[str, object], assumed: Mapping[str, object]
) -> Assumptions:
    """
    Take each value from the arguments, otherwise from the study, otherwise the default.

    Raises
    ------
    StudyError
        When a value is impossible, or not known.
    """
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for name in (field.name for field in fields(Assumptions) if field.name != "sources"):
        defaults = {**USUAL, **assumed, **OF_UNIT.get(values.get("unit"), {})}
        for source, known_values in ((GIVEN, arguments), (OBSERVED, observed), (ASSUMED, defaults)):
            if known_values.get(name) is not None:
                values[name], sources[name] = known_values[name], source
                break
        else:
            raise StudyError(LACKING[name])
    _check(values)
    return Assumptions(**values, sources=sources)  # type: ignore[arg-type]


RANGES = {
    "cluster_size": (1, math.inf, "1 or more"), "ratio": (0, math.inf, "above 0"), "sd": (0, math.inf, "above 0"),
    "correlation": (-1, 1, "between -1 and 1"), "icc": (0, 1, "from 0 to below 1"),
    "attrition": (0, 1, "from 0 to below 1"), "effect": (0, math.inf, "above 0"),
    "level": (0.5, 1, "from 0.5 to below 1"), "power": (0, 1, "between (1 - level) / 2 and 1"),
}  # fmt: skip
WITH_LOWEST = ("cluster_size", "icc", "attrition", "level")


def _check(values: Mapping[str, object]) -> None:
    for name, (low, high, words) in RANGES.items():
        value = float(values[name])  # type: ignore[arg-type]
        lowest = value == low and name in WITH_LOWEST
        if not (low < value < high or lowest):
            raise StudyError(f"{name} is {value:g}; it must be {words}.")
    if float(values["power"]) <= (1 - float(values["level"])) / 2:  # type: ignore[arg-type]
        raise StudyError(f"power is {values['power']:g}; it must be {RANGES['power'][2]}.")
