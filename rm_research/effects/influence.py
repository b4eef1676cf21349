"""Whether one person decides a verdict: for the evaluator only, as it tells of individuals."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from rm_research.effects.groups import Compared, Group, comparisons, groups
from rm_research.effects.methods import METHODS, Contrast, Heads, Method
from rm_research.effects.verdicts import against
from rm_research.panel import Prepared
from rm_research.stats.result import NotEstimableError
from rm_research.study import Study

MOST_PEOPLE = 200  # of a row that is tried; in larger groups one person hardly counts, and trying each takes long
NO_RESULT = "no result"
COLUMNS = ["cohort", "role", "arm", "scale", "wave", "contrast", "verdict", "without_one", "people"]
Arms = Group | Compared


def one_person_decides(prepared: Prepared) -> pd.DataFrame:
    """
    Leave out each person in turn, and list the headline rows whose verdict is another one then.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per cohort, role, arm, scale, wave and contrast where it happens: verdict (of everyone), without_one
        (the verdicts that leaving out one person gives instead) and people (how many people each decide alone). Rows
        of more than 200 people are not tried. It tells of individuals, so no page for readers may show it.
    """
    study = prepared.study
    panel = prepared.sound_panel
    all_groups = list(groups(panel, study))
    compared = list(comparisons(all_groups, study)) if study.comparison and study.link.method != "none" else []
    rows = [_decided(Contrast.CHANGE, group, study) for group in all_groups]
    rows += [_decided(Contrast.DIFFERENCE, arms, study) for arms in compared]
    return pd.DataFrame([row for row in rows if row], columns=COLUMNS)


def _decided(contrast: str, arms: Arms, study: Study) -> dict[str, Any] | None:
    """The row of a group, or of two compared ones; None where nobody decides alone."""
    people = len(arms.pre)
    place = (arms.group if isinstance(arms, Compared) else arms).place
    method = next((method for method in METHODS.of(contrast) if _heads(method, arms, study, place.scale)), None)
    if method is None or people > MOST_PEOPLE or not study.changes(place.scale):
        return None
    usual = _verdict(method, arms, study, place.scale)
    if usual == NO_RESULT:
        return None
    others = [verdict for one in _without_one(arms) if (verdict := _verdict(method, one, study, place.scale)) != usual]
    if not others:
        return None
    names = ", ".join(dict.fromkeys(others))
    return {**place._asdict(), "contrast": str(contrast), "verdict": usual, "without_one": names, "people": len(others)}


def _heads(method: Method, arms: Arms, study: Study, scale: str) -> bool:
    """Whether a method makes the main row of a group or of two arms; of changes, that of everyone measured before."""
    heads = method.heads not in (None, Heads.BOTH) and method.heads_in(study, scale) is not False
    return heads and method.estimator is not None and method.suits(study) and method.suits_people(arms, study)


def _verdict(method: Method, arms: Arms, study: Study, scale: str) -> str:
    try:
        result = method.estimate(arms, study)
    except NotEstimableError:
        return NO_RESULT
    if np.isnan([result.ci_low, result.ci_high]).any():
        return NO_RESULT
    return against(result.ci_low, result.ci_high, study.scale(scale))


def _without_one(arms: Arms) -> Iterator[Arms]:
    """The same people without each of those who answered, in turn."""
    if isinstance(arms, Group):
        yield from _groups_without_one(arms)
        return
    for group in _groups_without_one(arms.group):
        yield Compared(group, arms.comparison)
    for place, member in enumerate(arms.comparison):
        for fewer in _groups_without_one(member):
            yield Compared(arms.group, (*arms.comparison[:place], fewer, *arms.comparison[place + 1 :]))


def _groups_without_one(group: Group) -> Iterator[Group]:
    for place in np.flatnonzero(~(np.isnan(group.pre) & np.isnan(group.post))):
        keep = np.arange(len(group.pre)) != place
        rows = group.at[keep]  # noqa: PD008  numbers of rows, no frame
        yield replace(group, pre=group.pre[keep], post=group.post[keep], clusters=group.clusters[keep], at=rows)
