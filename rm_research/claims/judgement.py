"""Design level and verdict of an Estimates row, which together decide the words that may be used."""

from dataclasses import dataclass

from rm_research.disclosure import Disclosed
from rm_research.disclosure.together import ABOUT
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import has_few_df
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import POOLED, Contrast, Measure
from rm_research.study import Scale, Study

Key = tuple[str, ...]

LEVELS = {"randomised": 5, "matched": 3, "self-selected": 2}
NEXT_LOWER = {5: 3, 3: 2, 2: 1, 1: 1}
MOST_LEFT, MOST_UNEVEN = 0.30, 0.10


@dataclass(frozen=True)
class Followed:
    """
    How many people stayed, and which cohorts are behind a row.

    Attributes
    ----------
    counts : dict
        By role, scale and wave: by cohort and arm, people with a score before and with both. Counts are never hidden.
    parts : dict
        By role, scale, wave, contrast and arm: cohorts, and groups of them, that have an estimate.
    members : dict
        By role, scale, wave, contrast, arm and group: cohorts combined in it.
    """

    counts: dict[Key, dict[tuple[str, str], tuple[int, int]]]
    parts: dict[Key, list[str]]
    members: dict[Key, list[str]]

    def cohorts(self, row: Estimate, of: str) -> list[str]:
        """Cohorts behind the name of a cohort, a group or the programme, for the question of a row."""
        if of == ALL_COHORTS:
            return [cohort for part in self.parts_of(row) for cohort in self.cohorts(row, part)]
        return self.members.get((*_about(row), of), [of])

    def parts_of(self, row: Estimate) -> list[str]:
        """Cohorts, and groups of them, with an estimate of the question and kind of a row."""
        return self.parts.get(_about(row), [])


def _about(row: Estimate) -> Key:
    """Key of what a row, and each part of its average, estimates."""
    return (row.role, row.scale, row.wave, row.unpooled, row.arm)


def followed(disclosed: Disclosed) -> Followed:
    """Count the people who stayed, and find which cohorts are combined."""
    result, headlines = Followed({}, {}, {}), {row.id for row in disclosed.headline_rows}
    for row in disclosed.rows:
        if row.measure != Measure.MEAN or row.contrast not in POOLED:
            continue
        if row.contrast == Contrast.CHANGE and row.n_pre is not None and row.n_pairs is not None:
            # several methods have the same people: the first row counts
            of_question = result.counts.setdefault((row.role, row.scale, row.wave), {})
            of_question.setdefault((row.cohort, row.arm), (row.n_pre, row.n_pairs))
        if row.id in headlines and row.is_known:
            result.parts.setdefault(_about(row), []).append(row.cohort)
    together = disclosed.tables.get("together")
    if together is not None:
        for *key, cohort in together[[*ABOUT, "group", "cohort"]].itertuples(index=False, name=None):
            result.members.setdefault(tuple(key), []).append(cohort)
    return result


def people_left(row: Estimate, people: Followed, study: Study, *, of: str | None = None) -> dict[str, tuple[int, int]]:
    """
    Count people with a score before, and how many of them left, by arm: for a row, or one part of its average.

    An arm with nobody before is left out.
    """
    arms = [row.arm, *([study.comparison] if row.compares_arms and study.comparison else [])]
    cohorts = people.cohorts(row, row.cohort if of is None else of)
    shared = study.design.comparison_scope == "shared"
    by_arm = {}
    for arm in arms:
        anywhere = shared and arm == study.comparison
        counts = people.counts.get((row.role, row.scale, row.wave), {}).items()
        of_arm = [count for (cohort, name), count in counts if name == arm and (cohort in cohorts or anywhere)]
        if before := sum(count for count, _ in of_arm):
            by_arm[str(arm)] = (before, before - sum(count for _, count in of_arm))
    return by_arm


def shares_left(row: Estimate, people: Followed, study: Study, *, of: str | None = None) -> dict[str, float]:
    """Share of people with a score before who have none after, 0 to 1, by arm; arms with nobody before are left out."""
    # rounded, so that 3 of 10 is not a little more than 30 %
    left = people_left(row, people, study, of=of)
    return {arm: round(gone / before, 9) for arm, (before, gone) in left.items()}


def too_many_left(shares: dict[str, float]) -> bool:
    """Whether attrition is high, or uneven between arms."""
    values = list(shares.values())
    return bool(values) and (max(values) > MOST_LEFT or round(max(values) - min(values), 9) > MOST_UNEVEN)


def level_of(row: Estimate, people: Followed, study: Study) -> int:
    """
    Strength of the design behind a row: 1 no comparison, 2 self-selected, 3 matched, 5 randomised.

    High or uneven attrition lowers it by one step; in an average, so does such attrition in the parts that have most of
    its people. A change has level 1 in every design.
    """
    if not row.compares_arms:
        return 1
    level = LEVELS[study.design.assignment]
    left_whole = too_many_left(shares_left(row, people, study))
    return NEXT_LOWER[level] if left_whole or _left_in_most_parts(row, people, study) else level


def _left_in_most_parts(row: Estimate, people: Followed, study: Study) -> bool:
    """Whether most people of an average are in parts with high or uneven attrition, which may cancel out overall."""
    if not row.is_of_all_cohorts:
        return False
    lowered = total = 0
    for part in people.parts_of(row):
        before = sum(count for count, _ in people_left(row, people, study, of=part).values())
        total += before
        lowered += before if too_many_left(shares_left(row, people, study, of=part)) else 0
    return 2 * lowered > total


def verdict(row: Estimate, scale: Scale) -> str:
    """
    Judge the whole interval against the smallest change that matters.

    Returns
    -------
    str
        gain, loss, gain_unclear_size, loss_unclear_size, too_small, unclear, also with fewer than four degrees of
        freedom; 'none' where the scale declares no such change.
    """
    s = scale.smallest_effect
    if s is None:
        return "none"
    if has_few_df(row.df):
        return "unclear"
    low, high = row.ci_low, row.ci_high
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
