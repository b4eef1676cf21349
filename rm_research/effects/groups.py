"""The people an estimate is about: groups in a Panel, and the groups that are compared."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rm_research.errors import FrameError
from rm_research.stats.result import Vector
from rm_research.study import Study
from rm_research.study.model import ALL_COHORTS as ALL_COHORTS

EVERYONE = "everyone"
OF_ATTRIBUTE = ": "  # in the name of a comparison, after that of an attribute
AND = " + "  # between the names of combined cohorts, or of both roles together
STRATUM = "stratum"  # column of a Panel in which several cohorts share one name: each cohort's own name
ROLE_ORDER = ("leader", "mentor", "participant")


class Place(NamedTuple):
    """What an estimate is about, in addition to contrast, measure and method."""

    cohort: str
    role: str
    arm: str
    scale: str
    wave: str


def name_of_split(first: str, second: str, *, attribute: str = "") -> str:
    """Name of a comparison of two roles, or of two entries of an attribute: the column `subgroup` of its rows."""
    return f"{attribute}{OF_ATTRIBUTE}{first} − {second}" if attribute else f"{first} − {second}"


def roles_of_split(subgroup: str) -> tuple[str, str]:
    """Both roles that a row compares, by the name of the comparison."""
    first, _, second = subgroup.partition(" − ")
    return first, second


def row_id(contrast: str, measure: str, method: str, place: Place, subgroup: str = EVERYONE) -> str:
    """Unique name of an estimate: the column `id`, and what its random numbers are seeded by."""
    return ":".join([contrast, measure, method, *place, *([] if subgroup == EVERYONE else [subgroup])])


@dataclass(frozen=True, eq=False)
class Group:
    """
    People of one cohort, role and arm on one scale and later wave.

    Attributes
    ----------
    place : Place
    pre, post : array, shape (people,)
        Their scores; NaN = absent.
    clusters : array of str, shape (people,)
    panel : DataFrame
        Panel they are from.
    at : array of int, shape (people,)
        Their row numbers in it.
    retest : float
        Correlation of two measurements of similar people without a programme; NaN where it is not known.
    """

    place: Place
    pre: Vector
    post: Vector
    clusters: np.ndarray
    panel: pd.DataFrame
    at: np.ndarray
    retest: float = float("nan")

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Their rows of the Panel."""
        return self.panel.iloc[self.at]

    def numbers(self, column: str) -> Vector:
        """Their values in a column of the Panel; NaN where missing."""
        return self.panel[column].to_numpy(float, na_value=np.nan)[self.at]

    @property
    def strata(self) -> np.ndarray:
        """Cohort of each person, also where several cohorts are combined."""
        return self.rows[STRATUM].to_numpy(str) if STRATUM in self.panel else np.full(len(self.pre), self.place.cohort)

    @property
    def paired(self) -> np.ndarray:
        """Who has both scores."""
        return ~(np.isnan(self.pre) | np.isnan(self.post))

    def n_clusters(self, some: np.ndarray) -> int:
        """Number of clusters among some of the people."""
        return len(set(self.clusters[some]))

    @property
    def left(self) -> np.ndarray:
        """Who has a score before and none after."""
        return ~np.isnan(self.pre) & np.isnan(self.post)

    @property
    def counts(self) -> dict[str, int]:
        """Number of people with a score before, after and both."""
        return self.counts_among(np.ones(len(self.pre), dtype=bool))

    def counts_among(self, some: np.ndarray) -> dict[str, int]:
        """The same numbers among some of the people."""
        present = {"n_pre": ~np.isnan(self.pre), "n_post": ~np.isnan(self.post), "n_pairs": self.paired}
        return {name: int((mask & some).sum()) for name, mask in present.items()}


def groups(panel: pd.DataFrame, study: Study) -> Iterator[Group]:
    """
    Yield the groups of a Panel, ordered by cohort, outcome, wave, role and arm, the comparison last.

    People whose role or arm is unknown are in no group; preparing the study reported each as a Problem. Nor are scales
    of the process, which are no outcomes.

    Raises
    ------
    FrameError
        When a row has no cohort or cluster.
    """
    scales, waves = [scale.name for scale in study.scales], list(study.later_waves)
    _check_groups(panel)
    process = [scale.name for scale in study.process_scales]
    panel = panel[panel["role"].notna() & panel["arm"].notna() & ~panel["scale"].isin(process)]
    pre, post = (panel[name].to_numpy(float) for name in ("pre", "post"))
    clusters = panel["cluster"].to_numpy(object)
    keyed: dict[Any, Any] = panel.groupby(list(Place._fields)).indices
    by_place = {Place(*map(str, key)): at for key, at in keyed.items()}

    def order(place: Place) -> tuple[object, ...]:
        role_rank = ROLE_ORDER.index(place.role) if place.role in ROLE_ORDER else len(ROLE_ORDER)
        last = place.arm == study.comparison
        return place.cohort, scales.index(place.scale), waves.index(place.wave), role_rank, place.role, last, place.arm

    for place in sorted(by_place, key=order):
        at = by_place[place]
        yield Group(place, pre[at], post[at], clusters[at], panel, at)


def _check_groups(panel: pd.DataFrame) -> None:
    """Refuse a Panel with rows that would otherwise be left out silently."""
    for name in ("cohort", "cluster"):
        if lacking := int(panel[name].isna().sum()):
            raise FrameError(f"{lacking} rows of the Panel have no {name}. Make it with build_panel or prepare_study.")


@dataclass(frozen=True, eq=False)
class Compared:
    """
    People of a programme arm and of the comparison, on one scale and later wave.

    Attributes
    ----------
    group : Group
        Of the programme.
    comparison : tuple of Group
        Of one cohort, or of all cohorts where they share it; empty where nobody is in it.
    """

    group: Group
    comparison: tuple[Group, ...]

    def joined(self, name: str) -> np.ndarray:
        """Values of everybody, people in the programme first."""
        return np.concatenate([getattr(member, name) for member in (self.group, *self.comparison)])

    @cached_property
    def pre(self) -> Vector:
        """Scores before, of everybody."""
        return self.joined("pre")

    @cached_property
    def post(self) -> Vector:
        """Scores after, of everybody."""
        return self.joined("post")

    @cached_property
    def clusters(self) -> np.ndarray:
        """Cluster of everybody."""
        return self.joined("clusters")

    @cached_property
    def strata(self) -> np.ndarray:
        """Cohort of everybody where several are combined and each has its own comparison; else one value for all."""
        several = len(set(self.group.strata)) > 1
        return self.joined("strata") if several else np.zeros(len(self.pre))

    @cached_property
    def paired(self) -> np.ndarray:
        """Who has both scores."""
        return self.joined("paired")

    @cached_property
    def left(self) -> np.ndarray:
        """Who has a score before and none after."""
        return self.joined("left")

    @cached_property
    def in_arm(self) -> Vector:
        """1 in the programme, 0 in the comparison."""
        return (np.arange(len(self.pre)) < len(self.group.pre)).astype(float)

    @property
    def n_left(self) -> int:
        """People with a score before and none after, in the arm with the fewest of them; 0 where nobody left."""
        compared = sum(int(member.left.sum()) for member in self.comparison)
        return fewest([int(self.group.left.sum()), compared])


def comparisons(all_groups: Sequence[Group], study: Study) -> Iterator[Compared]:
    """Each group in the programme with its comparison."""
    controls: dict[tuple[str, ...], list[Group]] = defaultdict(list)
    for group in all_groups:
        if group.place.arm == study.comparison:
            controls[_compared_within(group, study)].append(group)
    for group in all_groups:
        if group.place.arm != study.comparison:
            yield Compared(group, tuple(controls[_compared_within(group, study)]))


def _compared_within(group: Group, study: Study) -> tuple[str, ...]:
    """Key of the comparison: a group is compared with the comparison arm that has the same key."""
    place = group.place
    everywhere = study.design.comparison_scope == "shared"
    return ("" if everywhere else place.cohort, place.role, place.scale, place.wave)


def units(clusters: np.ndarray, study: Study) -> np.ndarray | None:
    """Clusters for robust standard errors; None where persons were assigned and are all independent."""
    alone = study.clustered_by == "person" and len(set(clusters)) == len(clusters)
    return None if alone else clusters


def shared(clusters: np.ndarray) -> np.ndarray | None:
    """Clusters of some people; None where nobody shares one."""
    return None if len(set(clusters)) == len(clusters) else clusters


def people_share_clusters(clusters: np.ndarray, study: Study) -> bool:
    """Whether a declared unit other than the dyad has several of these people, so that they are not independent."""
    return study.clustered_by not in ("person", "dyad") and len(set(clusters)) < len(clusters)


def fewest(counts: Iterable[int]) -> int:
    """Smallest count above 0; 0 where there is none."""
    return min((count for count in counts if count), default=0)


def generator(study: Study, cohort: str, row_id: str) -> np.random.Generator:
    """
    Random numbers of one row: the same in any order, with any number of processes and on any machine.

    Seeded by the study's seed, the cohort and the id of the row.
    """
    digest = hashlib.sha256("\0".join([str(study.reporting.seed), cohort, row_id]).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
