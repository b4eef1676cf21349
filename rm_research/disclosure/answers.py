"""How answers are spread over the printed scale, in bands that reveal nothing about a single person."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.clusters import few_share_one
from rm_research.disclosure.coarse import has_few_scores, least_shown
from rm_research.disclosure.gate import Disclosed
from rm_research.disclosure.tables import Spread
from rm_research.disclosure.threshold import Threshold, least_share
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.scales import keyed_items
from rm_research.study import Scale, Study

ANSWERS = ["cohort", "role", "arm", "scale", "wave", "asked", "low", "high", "share", "n_people", "n_cohorts",
           "drawn_cohorts"]  # fmt: skip
RARE = [*ANSWERS[:8], "share", "bound"]
GROUP = ["cohort", "role", "arm"]
EXACT_POINTS = 3  # a printed scale with so few points has its points as bands
MOST_POINTS = 11  # a printed scale with more is a measurement, not a choice of answers

Bands = tuple[tuple[float, float], ...]
Rows = list[tuple[object, ...]]


class Counted(NamedTuple):
    """Answers of one group to one scale at one wave: people, the part of each in every point, and their cohorts."""

    cohort: str
    role: str
    arm: str
    asked: str
    n_people: int
    points: pd.Series
    cohorts: frozenset[str]
    whole: bool = True  # whether all answers are whole numbers


def shown_answers(prepared: Prepared, shown: Disclosed) -> dict[str, pd.DataFrame]:
    """
    Shares of answers in bands of the printed scale, before and after, and bands with nearly none of them.

    Answers are those to the items of a scale, with reversed items recoded, of the same people before and at the first
    later wave that asks the scale: those with both scores (where waves are not linked, of all who have a score then).
    Everybody counts alike, also who left out a question, as in the scores.
    All groups of a role share the bands: below the middle, the middle and above it, or fewer, chosen so that as few
    groups as possible have a band with nearly none or nearly all of their answers; of these groups only that is told.
    They count in the sum over cohorts all the same, or the sum would be of cohorts chosen by their answers; so that it
    does not give them away, further groups have no bars of their own until all without bars together pass the rule.
    Groups whose change is hidden are left out, and so are scales of more than eleven points. On a scale of up to three
    points the shares give the mean, so groups that at least one person but too few people left are left out as well:
    together with the numbers for everyone before, the answers of these people could be worked out.

    Parameters
    ----------
    prepared : Prepared
    shown : Disclosed
        Decides whose change may be shown.

    Returns
    -------
    dict of str to DataFrame
        `answers`: one row per group, wave asked and band: cohort ('all cohorts' for the sum of those shown), role, arm,
        scale, wave (the later wave), asked (wave of these answers), low and high (ends of the band in item points, high
        = much of what the scale measures), share (of the group's answers, 0 to 1), n_people, n_cohorts (1 unless it is
        a sum), drawn_cohorts (those of all groups in its chart). `rare_answers`: one row per band of a group that is
        not in the first table, with nearly none of its answers: the same, share (the least that may be shown) and bound
        (−1: it is that or less).
    """
    parts = [part for scale in prepared.study.scales for part in _of_scale(scale, prepared, shown)]
    bars, rare = ([row for part in parts for row in part[at]] for at in (0, 1))
    return {"answers": pd.DataFrame(bars, columns=ANSWERS), "rare_answers": pd.DataFrame(rare, columns=RARE)}


def _of_scale(scale: Scale, prepared: Prepared, shown: Disclosed) -> Iterator[tuple[Rows, Rows]]:
    study = prepared.study
    wave, points = answers_wave(scale, study), _points(scale, study)
    if wave is None:
        return
    groups = _may_be_shown(scale, wave, shown, prepared, exact=len(points) <= EXACT_POINTS)
    counted = list(_counted(scale, wave, points, prepared, groups))
    if not all(group.whole for group in counted):
        return  # rounded to points, they would be other answers
    counted.sort(key=lambda group: prepared.cohorts.index(group.cohort))
    for role in sorted({group.role for group in counted}):
        of_role = [group for group in counted if group.role == role]
        bands = min(_bandings(points), key=partial(_lost, of_role))
        failing = _failing(of_role, bands)
        whole = list(_summed(of_role, _asked_in(scale, wave, role, prepared))) if len(prepared.cohorts) > 1 else []
        without_sum = {arm for _, arm in _failing(whole, bands)}
        whole = [group for group in whole if group.arm not in without_sum]
        without_bars = failing | _companions(of_role, failing, {group.arm for group in whole}, bands)
        passing = [group for group in of_role if (group.cohort, group.arm) not in without_bars]
        about = (scale.name, wave)
        bars = [row for groups in (passing, whole) for row in _rows_of(groups, about, bands)]
        rare = [
            (*_labels(group, about), *band, least_shown(group.n_people), -1.0)
            for group in of_role if (group.cohort, group.arm) in failing for band in _rare(group, bands)
        ]  # fmt: skip
        yield bars, rare


def _labels(group: Counted, about: tuple[str, str]) -> tuple[str, ...]:
    return group.cohort, group.role, group.arm, *about, group.asked


def answers_wave(scale: Scale, study: Study) -> str | None:
    """Later wave whose answers to a scale can be shown beside those before; None for a scale that has no such chart."""
    later = [wave for wave in study.later_waves if study.measured(scale.name, wave)]
    asked_before = study.changes(scale.name)
    return later[0] if later and asked_before and _points(scale, study) else None


def _points(scale: Scale, study: Study) -> list[float]:
    """Points of the printed scale; empty where it is not a short list of whole steps."""
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
    scale: Scale, wave: str, shown: Disclosed, prepared: Prepared, *, exact: bool
) -> set[tuple[str, ...]]:  # fmt: skip
    """Cohort, role and arm of the groups whose answers may be shown."""
    study, table = prepared.study, shown.headlines[shown.headlines["contrast"].eq("change")]
    table = table[table["scale"].eq(scale.name) & table["wave"].eq(wave)]
    sharing = _few_share(prepared.sound_panel, scale, wave, Threshold.of(study))
    few_share = pd.Series([key in sharing for key in table[GROUP].itertuples(index=False, name=None)], table.index)
    asked = Spread(table, exact, has_few_scores(scale.name, study), few_share.astype(bool), study)
    table = table[~rules.hidden(rules.ANSWERS, asked, table.index)]
    return set(table[GROUP].itertuples(index=False, name=None))


def _few_share(panel: pd.DataFrame, scale: Scale, wave: str, threshold: Threshold) -> set[tuple[str, ...]]:
    """Groups of whom few share a cluster with somebody."""
    scored = panel[panel["scale"].eq(scale.name) & panel["wave"].eq(wave) & panel[["pre", "post"]].notna().any(axis=1)]
    groups = scored.dropna(subset=["role", "arm"]).groupby(GROUP)
    return {tuple(map(str, key)) for key, of in groups if few_share_one(of["cluster"], of["person"], threshold)}


def own_answers(prepared: Prepared) -> pd.DataFrame:
    """
    Shares of the answers of every group, however small, in the finest bands: for the researcher's own eyes.

    Returns
    -------
    DataFrame
        As the table `answers` of `shown_answers`.
    """
    study, rows = prepared.study, Rows()
    for scale in study.scales:
        wave, points = answers_wave(scale, study), _points(scale, study)
        if wave is None:
            continue
        panel = prepared.panel[prepared.panel["scale"].eq(scale.name) & prepared.panel["wave"].eq(wave)]
        groups = set(panel[GROUP].dropna().itertuples(index=False, name=None))
        counted = sorted(_counted(scale, wave, points, prepared, groups), key=lambda group: group.role)
        by_role = {role: list(_summed(list(of))) for role, of in groupby(counted, key=lambda group: group.role)}
        for several in (counted, *by_role.values()):
            answered = [group for group in several if group.points.sum()]
            rows += _rows_of(answered, (scale.name, wave), _bandings(points)[0])
    return pd.DataFrame(rows, columns=ANSWERS)


def _rows_of(groups: Sequence[Counted], about: tuple[str, str], bands: Bands) -> Iterator[tuple[object, ...]]:
    """Rows of the table of answers, one a band; arms that are drawn in one chart may be of different cohorts."""
    drawn: dict[str, set[str]] = {}
    for group in groups:
        drawn.setdefault(group.cohort, set()).update(group.cohorts)
    for group in groups:
        counts = (group.n_people, len(group.cohorts), len(drawn[group.cohort]))
        for band, share in zip(bands, _shares(group, bands), strict=True):
            yield (*_labels(group, about), *band, share, *counts)


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
        scored = dict.fromkeys(scored, scored[study.baseline] & scored[wave])
    of_wave = {asked: answers.loc[answers["wave"] == asked, list(keyed.columns)] for asked in scored}
    for key, group in panel.groupby(GROUP):
        cohort, role, arm = map(str, key)
        if (cohort, role, arm) not in groups:
            continue
        people = {asked: group[mask.loc[group.index]] for asked, mask in scored.items()}
        for asked, rows in people.items():
            values = of_wave[asked].loc[pd.MultiIndex.from_frame(rows[["cohort", "person"]])].to_numpy(float)
            answered = np.isfinite(values)
            at = np.clip(np.rint(values[answered]) - points[0], 0, len(points) - 1).astype(int)
            # everybody counts alike, as in the scores: else who left out a question would tell the others' answers
            of_person = np.broadcast_to(1 / answered.sum(axis=1, keepdims=True), values.shape)[answered]
            chosen = pd.Series(np.bincount(at, of_person, minlength=len(points)), index=points)
            whole = not (values[answered] % 1).any()
            yield Counted(cohort, role, arm, asked, len(rows), chosen, frozenset([cohort]), whole)


def _shares(group: Counted, bands: Bands) -> list[float]:
    """Share of the answers in each band."""
    return [float(group.points.loc[low:high].sum() / group.points.sum()) for low, high in bands]


def _rare(group: Counted, bands: Bands) -> list[tuple[float, float]]:
    """Bands with nearly none of a group's answers."""
    shares = zip(bands, _shares(group, bands), strict=True)
    return [band for band, share in shares if share < least_share(group.n_people)]


def _lost(counted: list[Counted], bands: Bands) -> tuple[int, int]:
    """How many groups have no bars with these bands, and how much is to be said of them instead."""
    return len(_failing(counted, bands)), sum(len(_rare(group, bands)) for group in counted)


def _failing(counted: list[Counted], bands: Bands) -> set[tuple[str, str]]:
    """Cohort and arm of the groups with a band that would reveal too much."""
    shares = [_shares(group, bands) for group in counted]
    bars = pd.DataFrame({"n_people": [group.n_people for group in counted], "lowest": map(min, shares),
                         "highest": map(max, shares)}, index=range(len(counted)))  # fmt: skip
    failing = rules.hidden(rules.BANDS, bars, bars.index)
    return {(group.cohort, group.arm) for group, fails in zip(counted, failing, strict=True) if fails}


def _companions(
    counted: list[Counted], failing: set[tuple[str, str]], summed: Collection[str], bands: Bands
) -> set[tuple[str, str]]:
    """Further groups without bars, the smallest first, until what the sum less all bars leaves passes the rule."""
    more: set[tuple[str, str]] = set()
    for arm in summed:
        of_arm = sorted((group for group in counted if group.arm == arm), key=lambda group: group.n_people)
        others = list(dict.fromkeys(group.cohort for group in of_arm if (group.cohort, arm) not in failing))
        left = {cohort for cohort, other in failing if other == arm}
        while left and others and _failing(list(_summed([one for one in of_arm if one.cohort in left])), bands):
            left.add(others.pop(0))
        more |= {(cohort, arm) for cohort in left}
    return more - failing


def _asked_in(scale: Scale, wave: str, role: str, prepared: Prepared) -> dict[str, int]:
    """In how many cohorts an arm has anybody with both scores."""
    panel = prepared.sound_panel
    of = panel[panel["scale"].eq(scale.name) & panel["wave"].eq(wave) & panel["role"].eq(role)]
    of = of[of[["pre", "post"]].notna().all(axis=1)]
    return {str(arm): int(n) for arm, n in of.groupby("arm")["cohort"].nunique().items()}


def _summed(counted: list[Counted], asked_in: Mapping[str, int] | None = None) -> Iterator[Counted]:
    """Answers of all cohorts shown, by arm and wave; one of several cohorts with such an arm is not all of them."""
    by_arm_and_wave: dict[tuple[str, str], list[Counted]] = {}
    for group in counted:
        by_arm_and_wave.setdefault((group.arm, group.asked), []).append(group)
    for (arm, asked), parts in by_arm_and_wave.items():
        if asked_in is not None and len(parts) < min(2, asked_in.get(arm, 0)):
            continue
        points = sum((part.points for part in parts), start=0 * parts[0].points)
        n, cohorts = sum(part.n_people for part in parts), frozenset(part.cohort for part in parts)
        yield Counted(ALL_COHORTS, parts[0].role, arm, asked, n, points, cohorts)
