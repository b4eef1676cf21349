"""Groups whose people answered or changed alike: numbers would tell what each answered, so words stand there."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from rm_research.disclosure.sets import Behind
from rm_research.disclosure.shown import HIDDEN
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates
from rm_research.effects.methods import Questionnaires
from rm_research.stats.result import Vector
from rm_research.study import Study

FEWEST_APART, SHARE_APART = 2, 0.1  # more people than these must differ from the others
THIRDS = ("low", "middle", "high")
ANYWHERE = "somewhere"  # where a third would tell the score itself
FEW_CHANGED = "few_changed"
COMPARED = "alike_compared"  # of a group behind a row that is not about that group alone
Range = tuple[float, float] | None


def alike(rows: Iterable[Estimate], behind: Behind, study: Study) -> dict[str, str]:
    """
    Rows whose numbers would be everybody's, with the reason to give instead, by id.

    All but two people, or a tenth, have one score before or after, or changed by as much: 'alike_after_high',
    'alike_change_up' and so on. Where a row is about several groups, what one of them did is no word on the row: it is
    'alike_compared', and the rows of the groups themselves say what they did.

    Parameters
    ----------
    rows : iterable of Estimate
    behind : Behind
        Whose questionnaires they rest on.
    study : Study
        Ranges of its scales.
    """
    known, told = dict[tuple[object, ...], str](), dict[str, str]()
    for row in rows:
        key = (*row.place, row.subgroup, row.contrast, row.declared and row.declared.groups)
        if key not in known:
            limits, steps = study.scale_range(row.scale), possible_scores(row.scale, study)
            sides, linked = behind.sides(row), study.link.method != "none"
            own = 1 if row.is_change or len(sides) == 1 else 0  # sides that are all that a row is about
            scores = ((at, behind.pre[people], behind.post[people]) for at, people in enumerate(sides))
            found = (reason if at < own else COMPARED for at, pre, post in scores
                     for reason in _reasons(pre, post, limits, steps, linked=linked))  # fmt: skip
            # words on what both sides say, or on changes beside it, would tell partners of each other
            known[key] = next(chain(found, (HIDDEN for _ in _reasons_of_process(row, behind, study))), "")
        if known[key]:
            told[row.id] = known[key]
    return told


def _reasons_of_process(row: Estimate, behind: Behind, study: Study) -> Iterator[str]:
    """Reasons of a row that goes by a scale of the process: nearly all of one role, or their changes, are alike."""
    for pairs in behind.experienced(row).values():
        limits, steps = study.scale_range(row.subgroup), possible_scores(row.subgroup, study)
        answers, changes = (pairs[name].to_numpy(float) for name in ("post", "change"))
        yield from _reasons(np.full(len(pairs), np.nan), answers, limits, steps, linked=False)
        yield from _reasons(np.zeros(len(pairs)), changes, None, None, linked=True)


def of_few_changed(estimates: Estimates, study: Study) -> dict[str, str]:
    """
    Medians of those whose score changed, where they are too few, with the reason to give instead, by id.

    Whether there are as few as that, or too few to compute anything, makes no difference to what is given.
    """
    threshold, told = Threshold.of(study), dict[str, str]()
    for row in estimates.rows:
        if row.declared is not None and Questionnaires.CHANGED in (row.declared.groups or ()):
            n_changed = estimates.detail(row.id, "n_changed")
            if not row.is_known or threshold.too_few(n_changed):
                told[row.id] = FEW_CHANGED
    return told


def _reasons(pre: Vector, post: Vector, limits: Range, n_scores: int | None, *, linked: bool) -> Iterator[str]:
    """What to say of people whose scores are alike: of those with both, where waves are linked."""
    both = np.isfinite(pre) & np.isfinite(post)
    for when, scores in (("before", pre), ("after", post)):
        scores = scores[both if linked else np.isfinite(scores)]
        if limits is not None and nearly_equal(scores):
            yield f"alike_{when}_{ANYWHERE if holds_one(n_scores) else THIRDS[third(scores, limits)]}"
    if nearly_equal(changes := (post - pre)[both]):
        middle = float(np.round(np.median(changes), 9))
        yield f"alike_change_{'up' if middle > 0 else 'down' if middle < 0 else 'none'}"


def third(scores: Vector, limits: tuple[float, float]) -> int:
    """Third of a scale, 0 to 2, in which scores that are nearly all alike lie."""
    return min(int(3 * (np.median(scores) - limits[0]) / (limits[1] - limits[0])), 2)


def possible_scores(scale: str, study: Study) -> int | None:
    """How many scores a scale can have, of people who answered everything; None where it has no printed range."""
    items = study.common_items(scale)
    if not items or items[0].low is None or items[0].high is None:
        return None
    return round(len(items) * (items[0].high - items[0].low)) + 1


def holds_one(n_scores: int | None) -> bool:
    """
    Whether a third of a scale has one possible score only: naming it would tell everybody's answer.

    Then no third is named: else not to name one would be to name that.
    """
    if n_scores is None or n_scores < 2:
        return False
    at = np.minimum(3 * np.arange(n_scores) // (n_scores - 1), 2)
    return bool(np.bincount(at, minlength=3).min() <= 1)


def nearly_equal(values: Vector) -> bool:
    """Whether all values but two, or a tenth, are equal; False without values."""
    if not len(values):
        return False
    counts = np.unique(np.round(values, 9), return_counts=True)[1]
    return bool(len(values) - counts.max() <= max(FEWEST_APART, SHARE_APART * len(values)))
