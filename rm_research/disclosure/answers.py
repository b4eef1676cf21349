"""How answers spread over the printed scale, in bands that tell of no single person."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.gate import Disclosed
from rm_research.disclosure.tables import Spread
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.scales import keyed_items
from rm_research.study import Scale, Study

ANSWERS = ["cohort", "role", "arm", "scale", "wave", "asked", "low", "high", "share", "n_people"]
GROUP = ["cohort", "role", "arm"]
EXACT_POINTS = 3  # of a printed scale whose bands are its points
MOST_POINTS = 11  # of a printed scale; with more it is a measurement, not a choice of answers

Bands = tuple[tuple[float, float], ...]


class Counted(NamedTuple):
    """Answers of one group to one scale at one wave: how many people gave them, and how many chose each point."""

    cohort: str
    role: str
    arm: str
    asked: str
    n_people: int
    points: pd.Series


def shown_answers(prepared: Prepared, shown: Disclosed) -> pd.DataFrame:
    """
    Shares of answers in bands of the printed scale, before and after.

    Answers are those to the items of a scale, reversed items turned over: before of everyone who has a score, as the
    mean before is, and at the first later wave that asks the scale of those of them who have one again (of all who
    answered, where waves are not linked). All groups of a role share the bands: below the middle, the middle and above
    it, or fewer, such that few groups have a band which is nearly none or nearly all of their answers; these groups are
    left out. So are groups whose change is hidden, and scales of more than eleven points. On a scale of up to three
    points, whose shares give the mean, so are groups that few people, but not nobody, left: beside what is said of
    everyone before, their answers could be worked out.

    Parameters
    ----------
    prepared : Prepared
    shown : Disclosed
        Says whose change may be shown.

    Returns
    -------
    DataFrame
        One row a group, wave asked and band: cohort ('all cohorts' for the sum of those shown), role, arm, scale, wave
        (the later wave), asked (wave of these answers), low and high (ends of the band in item points, high = much of
        what the scale measures), share (of the group's answers, 0 to 1), n_people.
    """
    parts = [part for scale in prepared.study.scales for part in _of_scale(scale, prepared, shown)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=ANSWERS)


def _of_scale(scale: Scale, prepared: Prepared, shown: Disclosed) -> Iterator[pd.DataFrame]:
    study = prepared.study
    later = [wave for wave in study.later_waves if study.measured(scale.name, wave)]
    points = _points(scale, study)
    if not later or not points or not study.measured(scale.name, study.baseline):
        return
    groups = _may_be_shown(scale, later[0], shown, study, exact=len(points) <= EXACT_POINTS)
    counted = list(_counted(scale, later[0], points, prepared, groups))
    for role in sorted({one.role for one in counted}):
        mine = [one for one in counted if one.role == role]
        bands = min(_bandings(points), key=lambda bands: len(_failing(mine, bands)))
        failing = _failing(mine, bands)
        kept = [one for one in mine if (one.cohort, one.arm) not in failing]
        whole = _summed(kept) if len(prepared.cohorts) > 1 else []
        rows = [
            (one.cohort, role, one.arm, scale.name, later[0], one.asked, low, high, share, one.n_people)
            for one in [*kept, *whole]
            for (low, high), share in zip(bands, _shares(one, bands), strict=True)
        ]
        if rows:
            yield pd.DataFrame(rows, columns=ANSWERS)


def _points(scale: Scale, study: Study) -> list[float]:
    """Points of the printed scale; none where it is no short list of whole steps."""
    item = study.common_items(scale.name)[0]
    if item.low is None or item.high is None or not 1 <= item.high - item.low < MOST_POINTS:
        return []
    return [float(point) for point in np.arange(item.low, item.high + 1)]


def _bandings(points: list[float]) -> list[Bands]:
    """Ways to put points into bands, the finest first."""
    half, odd = divmod(len(points), 2)
    first, last = points[0], points[-1]
    if not odd:
        return [((first, points[half - 1]), (points[half], last))]
    below, middle, above = points[half - 1], points[half], points[half + 1]
    return [
        ((first, below), (middle, middle), (above, last)),
        ((first, middle), (above, last)),
        ((first, below), (middle, last)),
    ]


def _may_be_shown(
    scale: Scale, wave: str, shown: Disclosed, study: Study, *, exact: bool
) -> set[tuple[str, ...]]:  # fmt: skip
    """Cohort, role and arm of the groups whose change is shown; where shares give the mean, not of few leavers."""
    table = shown.headlines[shown.headlines["contrast"].eq("change")]
    table = table[table["scale"].eq(scale.name) & table["wave"].eq(wave)]
    table = table[~rules.hidden(rules.ANSWERS, Spread(table, exact, study), table.index)]
    return set(table[GROUP].itertuples(index=False, name=None))


def _counted(
    scale: Scale, wave: str, points: list[float], prepared: Prepared, groups: set[tuple[str, ...]]
) -> Iterator[Counted]:
    """Answers of each of the groups."""
    study = prepared.study
    panel = prepared.panel[(prepared.panel["scale"] == scale.name) & (prepared.panel["wave"] == wave)]
    panel = panel[panel["cohort"].isin(prepared.sound_cohorts)].dropna(subset=["role", "arm"])
    keyed = keyed_items(prepared.responses, study, scale.name)
    answers = keyed.assign(**prepared.responses[["cohort", "person", "wave"]]).set_index(["cohort", "person"])
    scored = {study.baseline: panel["pre"].notna(), wave: panel["post"].notna()}
    if study.link.method != "none":
        scored[wave] &= scored[study.baseline]
    of_wave = {asked: answers.loc[answers["wave"] == asked, list(keyed.columns)] for asked in scored}
    for key, group in panel.groupby(GROUP):
        cohort, role, arm = map(str, key)
        if (cohort, role, arm) not in groups:
            continue
        people = {asked: group[mask.loc[group.index]] for asked, mask in scored.items()}
        for asked, rows in people.items():
            given = of_wave[asked].loc[pd.MultiIndex.from_frame(rows[["cohort", "person"]])].to_numpy(float)
            at = np.clip(np.rint(given[np.isfinite(given)]) - points[0], 0, len(points) - 1).astype(int)
            chosen = pd.Series(np.bincount(at, minlength=len(points)), index=points)
            yield Counted(cohort, role, arm, asked, len(rows), chosen)


def _shares(one: Counted, bands: Bands) -> list[float]:
    """Share of the answers in each band."""
    return [float(one.points.loc[low:high].sum() / one.points.sum()) for low, high in bands]


def _failing(counted: list[Counted], bands: Bands) -> set[tuple[str, str]]:
    """Cohort and arm of the groups of which some band would tell too much."""
    shares = [_shares(one, bands) for one in counted]
    bars = pd.DataFrame({"n_people": [one.n_people for one in counted], "lowest": map(min, shares),
                         "highest": map(max, shares)}, index=range(len(counted)))  # fmt: skip
    failing = rules.hidden(rules.BANDS, bars, bars.index)
    return {(one.cohort, one.arm) for one, fails in zip(counted, failing, strict=True) if fails}


def _summed(counted: list[Counted]) -> Iterator[Counted]:
    """Answers of all cohorts shown, by arm and wave."""
    found: dict[tuple[str, str], list[Counted]] = {}
    for one in counted:
        found.setdefault((one.arm, one.asked), []).append(one)
    for (arm, asked), parts in found.items():
        points = sum((one.points for one in parts), start=0 * parts[0].points)
        yield Counted(ALL_COHORTS, parts[0].role, arm, asked, sum(one.n_people for one in parts), points)
