"""Whether effects differ between roles or declared groups: one test, not two intervals next to each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.effects.estimates import Row, estimate_row
from rm_research.effects.groups import Compared, Group, Place, fewest, name_of_split, units
from rm_research.effects.long_scores import long_scores, person_terms
from rm_research.effects.methods import METHODS, Contrast, Measure, Method, Name
from rm_research.errors import FrameError
from rm_research.stats.baseline import difference_of_changes
from rm_research.stats.mixed.ladder import mixed_contrast
from rm_research.stats.regression import least_squares, robust
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

OF_ROLES = METHODS[Contrast.ROLE_DIFFERENCE, Measure.MEAN, Name.JACKKNIFE]
OF_CHANGES = METHODS[Contrast.INTERACTION, Measure.MEAN, Name.JACKKNIFE]
OF_DIFFERENCES = METHODS[Contrast.INTERACTION, Measure.MEAN, Name.ANCOVA]
DIFFERENCE = 3  # column of the interaction in the model of changes
INTERACTION = 4  # and in that of differences


@dataclass(frozen=True, eq=False)
class Split:
    """
    People of two groups whose changes, or differences from the comparison, are compared.

    Attributes
    ----------
    place : Place
        Place of the row: that of the first group.
    subgroup : str
        Which groups, the first minus the second: 'leader − mentor'.
    people : DataFrame
        One row per person: pre, post, cluster, first (1 in the first group, 0 in the second), in_arm (1 in the
        programme, 0 in the comparison).
    """

    place: Place
    subgroup: str
    people: pd.DataFrame

    @cached_property
    def both(self) -> NDArray[np.bool_]:
        """Who has both scores."""
        return self._before & self._after

    @cached_property
    def paired(self) -> pd.DataFrame:
        """People with both scores."""
        return self.people[self.both]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counts of the first group, of both its arms where there are two; of the second; and clusters."""
        first = self.people["first"].eq(1).to_numpy()
        return {
            "n_pre": int((first & self._before).sum()), "n_post": int((first & self._after).sum()),
            "n_pairs": int((first & self.both).sum()), "n_comparison": int((~first & self.both).sum()),
            "n_clusters": self.paired["cluster"].nunique(),
        }  # fmt: skip

    @cached_property
    def n_left(self) -> int:
        """People with a score before and none after, in the group with the fewest of them; 0 where nobody left."""
        return fewest(np.bincount(self._part[self._before & ~self._after]).tolist())

    @cached_property
    def n_fewest(self) -> int:
        """People with both scores in the smallest of the compared groups."""
        return fewest(np.bincount(self._part[self.both]).tolist())

    @cached_property
    def _part(self) -> NDArray[np.intp]:
        """Number of each person's group and arm."""
        return (2 * self.people["first"] + self.people["in_arm"]).to_numpy(np.intp)

    @cached_property
    def _before(self) -> NDArray[np.bool_]:
        return self.people["pre"].notna().to_numpy()

    @cached_property
    def _after(self) -> NDArray[np.bool_]:
        return self.people["post"].notna().to_numpy()


def change_interactions(all_groups: Sequence[Group], study: Study) -> Iterator[Row]:
    """
    Differences in mean change: between roles, and between declared groups where there is no comparison.

    Each by the methods of the changes themselves: of everyone measured before (jackknife), of those who answered both
    times (paired_t), and a mixed model next to them (likelihood).

    Parameters
    ----------
    found : sequence of Group
        Of the Panel.
    study : Study
        Its declared interactions.
    """
    if not OF_ROLES.suits(study):
        return
    treated = [group for group in all_groups if group.place.arm != study.comparison]
    for split in _by_role([(group.place, _people(group)) for group in treated]):
        yield from _change_rows(split, Contrast.ROLE_DIFFERENCE, study)
    if OF_CHANGES.suits(study):
        for split in _by_attribute([(group.place, _people(group)) for group in treated], study):
            yield from _change_rows(split, Contrast.INTERACTION, study)


def _change_rows(split: Split, contrast: Contrast, study: Study) -> Iterator[Row]:
    for name, estimator in CHANGES.items():
        yield _row(split, METHODS[contrast, Measure.MEAN, name], estimator, study)


def difference_interactions(compared: Sequence[Compared], study: Study) -> Iterator[Row]:
    """
    Differences of differences from the comparison (ancova), between declared groups.

    Parameters
    ----------
    compared : sequence of Compared
        Groups in the programme with their comparison.
    study : Study
        Its declared interactions.
    """
    people = [(arms.group.place, _both_arms(arms)) for arms in compared]
    splits = list(_by_attribute(people, study))
    if "role" in study.design.interactions:
        splits = [*_by_role(people), *splits]
    for split in splits:
        yield _row(split, OF_DIFFERENCES, _differences, study)


def _both_arms(arms: Compared) -> pd.DataFrame:
    return pd.concat([_people(arms.group), *(_people(group, 0.0) for group in arms.comparison)])


def _people(group: Group, in_arm: float = 1.0) -> pd.DataFrame:
    return group.rows.assign(in_arm=in_arm)


def _by_role(people: Iterable[tuple[Place, pd.DataFrame]]) -> Iterator[Split]:
    """Every pair of roles of a cohort, arm, scale and wave."""
    together: dict[Place, list[tuple[Place, pd.DataFrame]]] = {}
    for place, rows in people:
        together.setdefault(place._replace(role=""), []).append((place, rows))
    for members in together.values():
        for (first_place, first), (second_place, second) in combinations(members, 2):
            yield _split(first_place, name_of_split(first_place.role, second_place.role), first, second)


def _by_attribute(people: Iterable[tuple[Place, pd.DataFrame]], study: Study) -> Iterator[Split]:
    """Every group of a declared attribute compared with the first of its groups by name."""
    names = [name for name in study.design.interactions if name != "role"]
    for place, rows in people:
        for name in names:
            if name not in rows:
                raise FrameError(
                    f"The Panel has no column {name!r}, which design.interactions names. Make it with build_panel."
                )
            levels = sorted(rows[name].dropna().unique(), key=str)
            for level in levels[1:]:
                first, second = (rows[rows[name] == value] for value in (level, levels[0]))
                yield _split(place, name_of_split(level, levels[0], attribute=name), first, second)


def _split(place: Place, subgroup: str, first: pd.DataFrame, second: pd.DataFrame) -> Split:
    columns = ["cohort", "person", "pre", "post", "cluster", "in_arm"]
    return Split(place, subgroup, pd.concat([first[columns].assign(first=1.0), second[columns].assign(first=0.0)]))


def _row(split: Split, method: Method, estimator: Callable[[Split, Study], Result], study: Study) -> Row:
    compute = partial(_compute, estimator, split, study)
    return estimate_row(split.place, method, compute, study, split.counts, subgroup=split.subgroup)


def _compute(estimator: Callable[[Split, Study], Result], split: Split, study: Study) -> Result:
    if not study.changes(split.place.scale):
        raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
    return estimator(split, study).detailed(n_fewest=split.n_fewest, n_left=split.n_left)


def _difference(split: Split, study: Study, *, of_everyone: bool) -> Result:
    """Difference of the mean changes of two groups, by clusters."""
    pre, post = (split.people[name].to_numpy(float) for name in ("pre", "post"))
    return difference_of_changes(
        pre, post, split.people["first"].eq(1).to_numpy(), level=study.reporting.level,
        clusters=split.people["cluster"].to_numpy(object), of_everyone=of_everyone,
    )  # fmt: skip


def _changes(split: Split, study: Study) -> Result:
    """Difference of the changes in a mixed model; scores and changes may be correlated in clusters."""
    people = split.people.dropna(subset=["pre"])
    if people["post"].notna().groupby(people["first"]).sum().reindex([0.0, 1.0], fill_value=0).min() < 2:
        raise NotEstimableError(Reason.TOO_FEW_PAIRS)
    rows = long_scores(people)
    first, after = rows["first"].to_numpy(float), rows["after"].to_numpy(float)
    X = np.column_stack([np.ones(len(rows)), after, first, first * after])
    contrast, level = np.eye(X.shape[1])[DIFFERENCE], study.reporting.level
    # leaving may depend on the score before, which is in the rows
    return mixed_contrast(rows["y"].to_numpy(float), X, contrast, person_terms(rows), level=level, observed=True)


CHANGES: dict[Name, Callable[[Split, Study], Result]] = {
    Name.JACKKNIFE: partial(_difference, of_everyone=True),
    Name.PAIRED_T: partial(_difference, of_everyone=False),
    Name.LIKELIHOOD: _changes,
}


def _differences(split: Split, study: Study) -> Result:
    """ANCOVA with all terms separate for the two groups: its interaction is the difference of two ANCOVAs."""
    people = split.paired
    if people.loc[people["in_arm"].eq(1), "first"].nunique() < 2:
        raise NotEstimableError(Reason.TOO_FEW_PAIRS)
    if people.loc[people["in_arm"].eq(0), "first"].nunique() < 2:
        raise NotEstimableError(Reason.NO_COMPARISON_HERE)
    first, in_arm, pre = (people[name].to_numpy(float) for name in ("first", "in_arm", "pre"))
    X = np.column_stack([np.ones(len(people)), in_arm, pre, first, first * in_arm, first * pre])
    fit, clusters = least_squares(X, people["post"].to_numpy(float)), people["cluster"].to_numpy(object)
    return robust(fit, INTERACTION, clusters=units(clusters, study), level=study.reporting.level)
