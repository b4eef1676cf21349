"""Small cohorts combined, so that their people count in the programme without results by cohort."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import AND, STRATUM
from rm_research.study import Study

QUESTION = ["role", "scale", "wave"]
ABOUT = [*QUESTION, "contrast", "arm"]
Sizes = Mapping[str, Mapping[str, "Part"]]  # by cohort and arm


class Part(NamedTuple):
    """People of a cohort and arm whose answers an estimate rests on, by what they answered; no matter which cohort."""

    answered: tuple[frozenset[str], ...]

    def is_hidden(self, threshold: Threshold) -> bool:
        """Whether there is at least one person in it, but too few people to show."""
        counts = [len(people) for people in self.answered]
        return max(counts) > 0 and not threshold.enough(min(counts))


@dataclass(frozen=True, eq=False)
class Together:
    """
    Which cohorts are combined in published results.

    Attributes
    ----------
    table : DataFrame
        One row per estimate and cohort that is hidden by itself: role, scale, wave, contrast, arm (of the programme, or
        the comparison's own change), cohort, group (the names of all cohorts it is combined with).
    """

    table: pd.DataFrame

    @cached_property
    def groups(self) -> frozenset[str]:
        """Names of all groups of cohorts."""
        return frozenset(self.table["group"])

    def about(self, contrast: str, arm: str) -> pd.DataFrame:
        """Members of the groups of one contrast and arm: role, scale, wave, cohort, group."""
        return self._by_contrast.get((contrast, arm), self.table.iloc[:0])[[*QUESTION, "cohort", "group"]]

    @cached_property
    def _by_contrast(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {(str(key[0]), str(key[1])): rows for key, rows in self.table.groupby(["contrast", "arm"])}

    def only(self, panel: pd.DataFrame, contrast: str, arm: str) -> pd.DataFrame:
        """Rows of a Panel that belong to groups: `cohort` names the group, and `stratum` the cohort."""
        return _labelled(panel.merge(self.about(contrast, arm), on=[*QUESTION, "cohort"]))

    def within(self, panel: pd.DataFrame, contrast: str, arm: str) -> pd.DataFrame:
        """All rows of a Panel, those of groups named as in `only`."""
        return _labelled(panel.merge(self.about(contrast, arm), on=[*QUESTION, "cohort"], how="left"))


def _labelled(panel: pd.DataFrame) -> pd.DataFrame:
    group = panel["group"].fillna(panel["cohort"])
    return panel.assign(**{STRATUM: panel["cohort"], "cohort": group}).drop(columns="group")


def small_cohorts(panel: pd.DataFrame, *, study: Study, order: Sequence[str] = ()) -> Together:
    """
    Combine cohorts that are too small to show with others, in the order of the study or else of their names.

    The cohorts of a group have the same arms. In each arm, a group has either no parts that are too small to show, or
    two or more, with at least as many different people together as the study's smallest group, counted before, after
    and both times. So results of a group reveal nothing about one of its parts, not even together with the results of
    larger parts. For a change, the hidden parts are combined; for a difference, the cohorts that are small in either
    arm. A cohort for which there is no such group is left out of everything.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its smallest group, and whether cohorts share a comparison, which then is not part of any cohort.
    order : sequence of str, optional
        Cohorts in their order, as `Prepared.cohorts`.

    Returns
    -------
    Together
    """
    asked = [scale.name for scale in study.scales if study.changes(scale.name)]
    relevant = panel[panel["scale"].isin(asked)].dropna(subset=["role", "arm"])
    if study.design.comparison_scope == "shared":
        relevant = relevant[~relevant["arm"].isin([study.comparison])]
    names, rows = set(panel["cohort"]), []
    for key, people in relevant.groupby(QUESTION, sort=False):
        of_cohort = _sizes(people, study)
        sizes = {name: of_cohort[name] for name in sorted(of_cohort, key=lambda name: _place(name, order))}
        for group in _groups(sizes, Threshold.of(study)):
            rows += [(*key, *row) for row in _stand_ins(group, sizes, names, study)]
    return Together(pd.DataFrame(rows, columns=[*ABOUT, "cohort", "group"], dtype="str"))


def _sizes(people: pd.DataFrame, study: Study) -> Sizes:
    """Parts of each cohort."""
    before, after = people["pre"].notna(), people["post"].notna()
    kinds = (before, after) if study.link.method == "none" else (before, before & after)
    sizes: dict[str, dict[str, Part]] = {}
    for key, part in people.groupby(["cohort", "arm"]):
        cohort, arm = map(str, key)
        answered = tuple(frozenset(part.loc[kind.loc[part.index], "person"]) for kind in kinds)
        sizes.setdefault(cohort, {})[arm] = Part(answered)
    return sizes


def _place(cohort: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(cohort) if cohort in order else len(order)), cohort


def _groups(sizes: Sizes, threshold: Threshold) -> Iterator[Sequence[str]]:
    """Groups of cohorts with a hidden part; cohorts of a group have the same arms."""
    small = [cohort for cohort in sizes if _hidden(sizes[cohort], threshold)]
    for arms in dict.fromkeys(_arms(sizes[cohort]) for cohort in small):
        done: list[list[str]] = []
        waiting: list[str] = []
        for cohort in (name for name in small if _arms(sizes[name]) == arms):
            waiting.append(cohort)
            if _keeps_secrets(waiting, sizes, threshold):
                done.append(waiting)
                waiting = []
        if waiting and done and _keeps_secrets(done[-1] + waiting, sizes, threshold):
            done[-1] += waiting
        yield from done


def _arms(parts: Mapping[str, Part]) -> tuple[str, ...]:
    """Arms in which somebody can be counted."""
    return tuple(sorted(arm for arm, part in parts.items() if part.answered[-1]))


def _hidden(parts: Mapping[str, Part], threshold: Threshold) -> list[str]:
    """Arms in which a cohort is too small to show."""
    return [arm for arm, part in parts.items() if part.is_hidden(threshold)]


def _keeps_secrets(group: Sequence[str], sizes: Sizes, threshold: Threshold) -> bool:
    """Whether each arm of a group has no hidden parts, or enough of them to hide each other."""
    for arm in {arm for cohort in group for arm in sizes[cohort]}:
        parts = [sizes[cohort][arm] for cohort in group if arm in _hidden(sizes[cohort], threshold)]
        for people in zip(*(part.answered for part in parts), strict=True):
            present = [some for some in people if some]
            if present and not threshold.hide_each_other(len(present), len(frozenset().union(*present))):
                return False
    return True


def _stand_ins(
    group: Sequence[str], sizes: Sizes, names: set[str], study: Study
) -> Iterator[tuple[str, str, str, str]]:
    """Contrast, arm, cohort and group of every estimate for which cohorts of a group are combined."""
    threshold = Threshold.of(study)
    hidden = {cohort: set(_hidden(sizes[cohort], threshold)) for cohort in group}
    arms = sorted({arm for cohort in group for arm in _arms(sizes[cohort])})
    for arm in arms:
        of_arm = [cohort for cohort in group if arm in hidden[cohort]]
        yield from (("change", arm, cohort, _name(of_arm, names)) for cohort in of_arm)
        if study.comparison is None or arm == study.comparison:
            continue
        either = [cohort for cohort in group if hidden[cohort] & {arm, study.comparison}]
        yield from (("difference", arm, cohort, _name(either, names)) for cohort in either)


def _name(cohorts: Sequence[str], taken: set[str]) -> str:
    """Name of a group that is not the name of a cohort."""
    name = AND.join(cohorts)
    while name in taken:
        name += AND.rstrip()
    return name
