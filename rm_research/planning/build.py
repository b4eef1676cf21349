"""plan_study: what a study of a given size could find, and what size it needs."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rm_research.disclosure import Threshold
from rm_research.errors import StudyError
from rm_research.panel import Prepared
from rm_research.planning.assumptions import Assumptions, settled
from rm_research.planning.chances import chance_level_kept, chance_shown
from rm_research.planning.known import WITHOUT_STUDY, Known, known_of
from rm_research.planning.plan import Plan
from rm_research.planning.trials import found_by_methods
from rm_research.stats.power import detectable, power_of
from rm_research.stats.result import NotEstimableError, critical_value
from rm_research.study import Study

SIZES = (10, 15, 20, 30, 40, 60, 80, 120)
SIZES_OF_COHORTS = (4, 6, 8, 10, 15, 20, 30)
MOST_SHOWN = 1000  # units, unless larger sizes are given
TABLE = {"n": "Int64", "n_comparison": "Int64", "people": "float64", "std_error": "float64", "df": "float64",
         "power": "float64", "detectable": "float64", "half_width": "float64", "shown": "float64",
         "level_kept": "float64", "reason": "str"}  # fmt: skip
SIMULATED = {"n": "Int64", "method": "str", "power": "float64", "mc_error": "float64", "half_width": "float64",
             "simulations": "Int64"}  # fmt: skip


def plan_study(
    study: Study | Prepared | str | Path | None = None,
    *,
    scale: str | None = None,
    role: str | None = None,
    n: int | Sequence[int] | None = None,
    compared: bool | None = None,
    unit: str | None = None,
    cluster_size: float | None = None,
    ratio: float | None = None,
    effect: float | None = None,
    sd: float | None = None,
    correlation: float | None = None,
    icc: float | None = None,
    attrition: float | None = None,
    level: float | None = None,
    power: float | None = None,
    simulations: int = 0,
    seed: int | None = None,
) -> Plan:
    """
    Calculate what studies of given sizes could find, and what size is needed.

    Values that are not given are taken from the study if it has them, otherwise assumed; the plan shows where each
    comes from. Chances are those of a two-sided test at 1 − level, in the direction of the effect, by noncentral t on
    the mean change, or with a comparison on ANCOVA. Simulated chances come from the methods that reports use, on normal
    scores that ignore the ends of the answer scale, with people leaving at random. Whether a cohort of n can be shown,
    and whether its level of evidence survives, is exact for people who leave independently and alike in both arms.

    Parameters
    ----------
    study : Study, Prepared or path, optional
        Its settings give level, effect, comparison and what was assigned; the people measured before, or else its
        roster, give the number of units in a cohort; its scores, where at least `smallest_group` people gave them,
        give standard deviation, correlation and attrition. Waves without data yet are not an error.
    scale, role : str, optional
        What to plan for; by default the first outcome, and the first of the roles that answer it. One role at a time,
        as in reports.
    n : int or sequence of int, optional
        Units of the programme that are measured before.
    compared : bool, optional
        Whether there is a comparison arm.
    unit : str, optional
        What n counts, and what is assigned: person, dyad, cohort or an attribute.
    cluster_size : float, optional
        People of one unit and role.
    ratio : float, optional
        Units of the comparison for each of the programme.
    effect, sd : float, optional
        Smallest effect that matters and standard deviation of scores at one wave, both in the scale's unit. Without a
        study sd is 1 unless given, so that effects are in standard deviations.
    correlation : float, optional
        Of the scores before and after.
    icc : float, optional
        Intraclass correlation of people of one unit.
    attrition : float, optional
        Share of those measured before who are not measured after.
    level, power : float, optional
        Of the intervals, and the desired chance of finding the effect.
    simulations : int
        Studies to simulate for each n; 0 for none.
    seed : int, optional
        Seed of the simulations; by default the study's.

    Returns
    -------
    Plan

    Raises
    ------
    StudyError
        When a value is impossible, or not known: the effect, the spread of scores, the number of people in a unit.

    Examples
    --------
    >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
    >>> plan.needed
    152
    """
    arguments = {
        "compared": compared, "unit": unit, "cluster_size": cluster_size, "ratio": ratio, "sd": sd, "icc": icc,
        "correlation": correlation, "attrition": attrition, "effect": effect, "level": level, "power": power,
    }  # fmt: skip
    known = WITHOUT_STUDY if study is None else known_of(study, scale=scale, role=role, unit=unit)
    assumptions = settled(arguments, known.values, known.usual)
    needed = assumptions.needed()
    sizes = _sizes(n, assumptions, known, needed)
    if simulations < 0:
        raise StudyError(f"simulations is {simulations}; it must be 0 or more.")
    seed = known.seed if seed is None else seed
    drawn = [
        {"n": size, **vars(result), "simulations": simulations}
        for size in (sizes if simulations else ())
        for result in found_by_methods(assumptions, size, simulations, seed)
    ]
    table = pd.DataFrame([_row(size, assumptions, known.smallest) for size in sizes], columns=list(TABLE)).astype(TABLE)
    return Plan(
        assumptions=assumptions,
        table=table,
        simulated=pd.DataFrame(drawn, columns=list(SIMULATED)).astype(SIMULATED),
        needed=needed,
        smallest=known.smallest,
        typical=known.typical,
        about=known.about,
    )


def _sizes(n: int | Sequence[int] | None, assumptions: Assumptions, known: Known, needed: int | None) -> list[int]:
    """Sizes given, or usual ones with the needed size and the whole programme; always with the study's own size."""
    if n is None:
        usual = SIZES_OF_COHORTS if assumptions.unit == "cohort" else SIZES
        further = (known.typical, known.total, needed if needed and needed <= MOST_SHOWN else None)
        return sorted({*usual, *(size for size in further if size)})
    sizes = {n} if isinstance(n, int) else set(n)
    if not sizes or min(sizes) < 1:
        raise StudyError("n must be one or more numbers of at least 1.")
    return sorted(sizes | ({known.typical} if known.typical else set()))


def _row(n: int, assumptions: Assumptions, smallest: int) -> dict[str, object]:
    """One row of the table: its numbers, or the reason why there are none."""
    compared = n * assumptions.ratio if assumptions.compared else 0.0
    row: dict[str, object] = {
        "n": n, "n_comparison": round(compared) if assumptions.compared else None,
        "people": (n + compared) * assumptions.cluster_size * (1 - assumptions.attrition),
        "shown": chance_shown(assumptions, n, Threshold(smallest)), "level_kept": chance_level_kept(assumptions, n),
    }  # fmt: skip
    try:
        std_error, df = assumptions.precision(n)
        chance = power_of(assumptions.effect, std_error, df, level=assumptions.level)
    except NotEstimableError as error:
        return row | {"reason": str(error)}
    return row | {
        "std_error": std_error, "df": df, "power": chance,
        "detectable": detectable(std_error, df, level=assumptions.level, power=assumptions.power),
        "half_width": critical_value(df, assumptions.level) * std_error,
    }  # fmt: skip
