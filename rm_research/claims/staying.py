"""Who stayed, by arm, and how alike the arms were at the start: what the strength of a comparison depends on."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from rm_research.disclosure import Shown
from rm_research.disclosure.together import ABOUT, QUESTION
from rm_research.effects.balance import PLACE
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import POOLED, Contrast, Measure
from rm_research.study import Study

Key = tuple[str, ...]
UNKNOWN = "unknown"  # role or arm of people whose questionnaires and roster do not say
ROUNDING = 9  # decimals, so that 3 of 10 is not a little more than 30 %


class Stayed(NamedTuple):
    """People of one cohort and arm with a score before, after and both."""

    before: int
    after: int
    both: int


@dataclass(frozen=True)
class Followed:
    """
    How many people stayed, and which cohorts are behind a row.

    Attributes
    ----------
    counts : dict
        By role, scale and wave: by cohort and arm, people with a score before, after and both. Counts are never hidden.
    assigned : dict
        By cohort, role and arm, people whom the lot assigned before anybody answered; empty unless a roster says so.
    parts : dict
        By role, scale, wave, contrast and arm: cohorts, and groups of them, that have an estimate.
    members : dict
        By role, scale, wave, contrast, arm and group: cohorts combined in it.
    gaps : dict
        By id of a difference: how far apart the arms were before, with the ends of the interval.
    spreads : dict
        By cohort, role and arm of the programme, and scale: standard deviation before within the arms, and its df.
    """

    counts: dict[Key, dict[tuple[str, str], Stayed]]
    parts: dict[Key, list[str]]
    members: dict[Key, list[str]]
    assigned: dict[Key, int] = field(default_factory=dict)
    gaps: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    spreads: dict[Key, tuple[float, int]] = field(default_factory=dict)

    def cohorts(self, row: Estimate, of: str) -> list[str]:
        """Cohorts behind the name of a cohort, a group or the programme, for the question of a row."""
        if of == ALL_COHORTS:
            return [cohort for part in self.parts_of(row) for cohort in self.cohorts(row, part)]
        return self.members.get((*_about(row), of), [of])

    def is_elsewhere(self, row: Estimate, cohort: str) -> bool:
        """Whether a cohort answered the question of a row, but nobody of it in the arm of the row."""
        arms = {arm for name, arm in self.counts.get((row.role, row.scale, row.wave), {}) if name == cohort}
        return bool(arms) and row.arm not in arms

    def parts_of(self, row: Estimate) -> list[str]:
        """Cohorts, and groups of them, with an estimate of the question and kind of a row."""
        return self.parts.get(_about(row), [])


def _about(row: Estimate) -> Key:
    """Key of what a row, and each part of its average, estimates."""
    return (row.role, row.scale, row.wave, row.unpooled, row.arm)


def followed(disclosed: Shown, study: Study | None = None) -> Followed:
    """Count the people who stayed, and find which cohorts are combined."""
    result, headlines = Followed({}, {}, {}), {row.id for row in disclosed.headline_rows}
    of_every_wave = _before_of_every_wave(disclosed)
    for row in disclosed.rows:
        if row.measure != Measure.MEAN or row.contrast not in POOLED:
            continue
        if row.contrast == Contrast.CHANGE and row.n_pre is not None and row.n_pairs is not None:
            # several methods have the same people: the first row counts
            of_question = result.counts.setdefault((row.role, row.scale, row.wave), {})
            before = of_every_wave.get((row.cohort, row.role, row.arm, row.scale, row.wave), row.n_pre)
            of_question.setdefault((row.cohort, row.arm), Stayed(before, row.n_post or 0, row.n_pairs))
        if row.id in headlines and row.is_known:
            result.parts.setdefault(_about(row), []).append(row.cohort)
    together = disclosed.tables.get("together")
    if together is not None:
        for *key, cohort in together[[*ABOUT, "group", "cohort"]].itertuples(index=False, name=None):
            result.members.setdefault(tuple(key), []).append(cohort)
    _add_starts(result, disclosed)
    if study is not None and study.design.assignment == "randomised":
        _add_assigned(result, disclosed)
    return result


def _before_of_every_wave(disclosed: Shown) -> dict[Key, int]:
    """People with a score before, where rows count only those of them with a score from every wave."""
    every, flow = (disclosed.tables.get(name) for name in ("every_wave", "follow_up"))
    if every is None or flow is None or not len(every):
        return {}
    flow = flow.merge(every[QUESTION].drop_duplicates(), on=QUESTION)
    keys = ["cohort", "role", "arm", "scale", "wave"]
    return {tuple(key): int(n) for *key, n in flow[[*keys, "before"]].itertuples(index=False, name=None) if pd.notna(n)}


def _add_assigned(result: Followed, disclosed: Shown) -> None:
    """People whom a roster puts in an arm; none of a cohort in which it leaves anybody's role or arm open."""
    flow = disclosed.tables.get("response")
    if flow is None or "invited" not in flow:
        return
    flow = flow[flow["invited"].fillna(0).gt(0) & flow["cohort"].ne(ALL_COHORTS)]
    vague = set(flow.loc[flow["role"].eq(UNKNOWN) | flow["arm"].eq(UNKNOWN), "cohort"])
    for cohort, role, arm, invited in flow[[*PLACE, "invited"]].itertuples(index=False, name=None):
        if cohort not in vague:
            result.assigned[cohort, role, arm] = int(invited)


def _add_starts(result: Followed, disclosed: Shown) -> None:
    """How far apart the arms were before, and how much people of one arm differed."""
    detail, balance = disclosed.estimates.detail, disclosed.tables.get("balance")
    numbers = {}
    if balance is not None and len(balance):
        of_scales = balance[balance["is_scale"].fillna(False).astype(bool)]
        numbers = {tuple(of[name] for name in (*PLACE, "variable")): of for of in of_scales.to_dict("records")}
    for key, start in numbers.items():
        df = [max(int(start[n]) - 1, 0) for n in ("n", "n_comparison")]
        squares = [0.0 if not k else k * start[sd] ** 2 for k, sd in zip(df, ("sd", "sd_comparison"), strict=True)]
        if sum(df):
            result.spreads[key] = math.sqrt(sum(squares) / sum(df)), sum(df)
    for row in disclosed.headline_rows:
        if row.compares_arms:
            gap, low, high = (detail(row.id, f"gap{end}") for end in ("", "_low", "_high"))
            known = numbers.get((row.cohort, row.role, row.arm, row.scale))
            if math.isnan(gap) and known is not None:
                gap, low, high = (known[name] for name in ("difference", "ci_low", "ci_high"))
            result.gaps[row.id] = gap, low, high


class Loss(NamedTuple):
    """People of an arm who count from the start, and how many of them have no usable score after."""

    base: int
    lost: int

    @property
    def share(self) -> float:
        """Share of them without one, 0 to 1."""
        return round(self.lost / self.base, ROUNDING)


def people_left(row: Estimate, people: Followed, study: Study, *, of: str | None = None) -> dict[str, tuple[int, int]]:
    """
    Count people with a score before, and how many of them left, by arm: for a row, or one part of its average.

    An arm with nobody before is left out.
    """
    found = {}
    for arm, stayed in _stayed(row, people, study, of).items():
        if before := sum(one.before for _, one in stayed):
            found[arm] = (before, before - sum(one.both for _, one in stayed))
    return found


def losses(row: Estimate, people: Followed, study: Study) -> dict[str, Loss]:
    """
    People without a usable score after, for whatever reason, by arm.

    They are counted among everyone assigned where a lot put people of a roster in their arms, otherwise among those
    with a score before. An arm with nobody to count from is left out.
    """
    stayed = _stayed(row, people, study, None)
    assigned = {
        arm: [people.assigned.get((cohort, row.role, arm)) for cohort, _ in of_arm] for arm, of_arm in stayed.items()
    }
    if row.compares_arms and stayed and all(counts and None not in counts for counts in assigned.values()):
        bases = {arm: sum(count or 0 for count in counts) for arm, counts in assigned.items()}
        return {arm: Loss(base, max(base - sum(one.after for _, one in stayed[arm]), 0)) for arm, base in bases.items()}
    return {arm: Loss(*counts) for arm, counts in people_left(row, people, study).items()}


def _stayed(row: Estimate, people: Followed, study: Study, of: str | None) -> dict[str, list[tuple[str, Stayed]]]:
    """Cohorts behind a row with the people who stayed, by arm; a shared comparison is that of all cohorts."""
    arms = [row.arm, *([study.comparison] if row.compares_arms and study.comparison else [])]
    cohorts = people.cohorts(row, row.cohort if of is None else of)
    shared = study.design.comparison_scope == "shared"
    counts = people.counts.get((row.role, row.scale, row.wave), {}).items()
    by_arm: dict[str, list[tuple[str, Stayed]]] = defaultdict(list)
    for arm in arms:
        anywhere = shared and arm == study.comparison
        for (cohort, name), stayed in counts:
            if name == arm and (cohort in cohorts or anywhere):
                by_arm[str(arm)].append((cohort, stayed))
    return dict(by_arm)
