"""The arms at the start: how alike the people are who are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from rm_research.effects.groups import Group, comparisons, groups, units
from rm_research.frames import BALANCE, PANEL
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.regression import least_squares, robust
from rm_research.stats.result import NotEstimableError, Vector
from rm_research.study import Study

PLACE = ["cohort", "role", "arm"]


def assess_balance(
    data: Data, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, arm: Names = None,
) -> pd.DataFrame:  # fmt: skip
    """
    Compare the arms at the start, in each outcome and declared attribute.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel. Scores are those of everyone
        with one before; keep only some rows of a Panel to compare fewer people.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its level, comparison arm, attributes and unit of assignment count.
    cohort, role, scale, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. With a scale, rows of attributes do not.

    Returns
    -------
    DataFrame
        Balance. By cohort, role and programme arm: a row per scale asked before and per attribute of numbers, with
        means, standard deviations and their difference (HC2 or CR2, as for the difference after); and a row per entry
        of each other attribute, with the number of people. Rows that could not be computed stay, with a `reason`. No
        rows in a study without a comparison. Numbers may rest on few people: they are for the evaluator only.

    Raises
    ------
    FrameError
        When a Panel has no study, lacks a column, has rows without a cohort or cluster, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> starts = rm.assess_balance(prepared, cohort="2022 spring", scale="inclusion")
    >>> starts[["role", "mean", "mean_comparison"]].round(2)
         role  mean  mean_comparison
    0  leader  3.58             3.36
    1  mentor  3.44             3.36
    """
    asked = Asked.of(data, study, verb="assess_balance", cohort=cohort, role=role, scale=scale, arm=arm)
    study = asked.study
    if study.comparison is None:
        return BALANCE.empty()
    rows = [row for sides in _sides(asked.panel, study) for row in _rows(sides, study)]
    table = BALANCE.conform(pd.DataFrame(rows, columns=list(BALANCE.columns)))
    # the scale of a row is a variable among others
    named = table.assign(scale=table["variable"].where(table["is_scale"]))
    return asked.among(named).drop(columns="scale")


@dataclass(frozen=True, eq=False)
class Sides:
    """People of a programme arm and of its comparison, on one scale or, for their attributes, on any."""

    place: dict[str, str]
    programme: pd.DataFrame
    comparison: pd.DataFrame

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Everybody, people in the programme first."""
        return pd.concat([self.programme, self.comparison], ignore_index=True)

    @cached_property
    def in_arm(self) -> Vector:
        """1 in the programme, 0 in the comparison."""
        return np.repeat([1.0, 0.0], [len(self.programme), len(self.comparison)])


def _sides(panel: pd.DataFrame, study: Study) -> Iterator[tuple[str, Sides]]:
    """Both sides of each comparison: first by scale, then for the attributes of all who have any score before."""
    first = {scale.name: [wave for wave in study.later_waves if study.measured(scale.name, wave)][:1]
             for scale in study.scales}  # fmt: skip
    people: dict[tuple[str, ...], list[Sides]] = {}
    for arms in comparisons(list(groups(panel, study)), study):
        place = arms.group.place
        if [place.wave] != first[place.scale] or not study.changes(place.scale):
            continue
        named = {name: getattr(place, name) for name in PLACE}
        sides = Sides(named, _measured([arms.group]), _measured(arms.comparison))
        people.setdefault(tuple(named.values()), []).append(sides)
        yield place.scale, sides
    for several in people.values():
        yield (
            "",
            Sides(
                several[0].place,
                *(_persons([getattr(one, side) for one in several]) for side in ("programme", "comparison")),
            ),
        )


def _measured(members: "list[Group] | tuple[Group, ...]") -> pd.DataFrame:
    """Rows of the people with a score before."""
    rows = [group.rows[group.rows["pre"].notna()] for group in members]
    return pd.concat(rows, ignore_index=True) if rows else PANEL.empty()


def _persons(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True).drop_duplicates(["cohort", "person"])


def _rows(named: tuple[str, Sides], study: Study) -> Iterator[dict[str, object]]:
    scale, sides = named
    if scale:
        yield sides.place | {"variable": scale, "is_scale": True} | _compared(sides, "pre", study)
        return
    for name in study.settings.attributes:
        if name not in sides.whole or sides.whole[name].isna().all():
            continue
        of_attribute = sides.place | {"variable": name, "is_scale": False}
        numbers = pd.to_numeric(sides.whole[name], errors="coerce")
        if numbers.notna().equals(sides.whole[name].notna()):
            yield of_attribute | _compared(sides, name, study)
            continue
        for entry in sorted(sides.whole[name].dropna().unique(), key=str):
            counts = [int((sides.whole.loc[sides.in_arm == side, name] == entry).sum()) for side in (1, 0)]
            yield of_attribute | {"entry": str(entry), "n": counts[0], "n_comparison": counts[1]}


def _compared(sides: Sides, column: str, study: Study) -> dict[str, object]:
    """Means and standard deviations of both sides, and the difference."""
    values = pd.to_numeric(sides.whole[column], errors="coerce").to_numpy(float)
    known = ~np.isnan(values)
    y, in_arm = values[known], sides.in_arm[known]
    found: dict[str, object] = {}
    for suffix, side in (("", 1), ("_comparison", 0)):
        own = y[in_arm == side]
        found |= {f"n{suffix}": len(own), f"mean{suffix}": own.mean() if len(own) else np.nan,
                  f"sd{suffix}": own.std(ddof=1) if len(own) > 1 else np.nan}  # fmt: skip
    clusters = units(sides.whole["cluster"].to_numpy(object)[known], study)
    try:
        fit = least_squares(np.column_stack([in_arm, np.ones(len(y))]), y)
        result = robust(fit, 0, clusters=clusters, level=study.reporting.level)
    except NotEstimableError as error:
        return found | {"reason": str(error.reason)}
    return found | {"difference": result.estimate, "ci_low": result.ci_low, "ci_high": result.ci_high}
