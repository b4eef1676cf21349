"""The people an estimate is about: groups of a Panel, and the groups that are compared."""

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

EVERYONE = "everyone"
ALL_COHORTS = "all cohorts"
STRATUM = "stratum"  # column of a Panel in which several cohorts share one name: the name of each
ROLE_ORDER = ("leader", "mentor", "participant")


class Place(NamedTuple):
    """What an estimate is about, in addition to contrast, measure and method."""

    cohort: str
    role: str
    arm: str
    scale: str
    wave: str


def row_id(contrast: str, measure: str, method: str, place: Place, subgroup: str = EVERYONE) -> str:
    """Unique name of an estimate: the column `id`, and what its random numbers are seeded by."""
    return ":".join([contrast, measure, method, *place, *([] if subgroup == EVERYONE else [subgroup])])


@dataclass(frozen=True)
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
        Where they stand in it.
    retest : float
        Correlation of two measurements of such people without a programme; NaN where it is not known.
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
        """Cohort of each, of several that are taken together."""
        return self.rows[STRATUM].to_numpy(str) if STRATUM in self.panel else np.full(len(self.pre), self.place.cohort)

    @property
    def paired(self) -> np.ndarray:
        """Who has both scores."""
        return ~(np.isnan(self.pre) | np.isnan(self.post))

    @property
    def left(self) -> np.ndarray:
        """Who has a score before and none after."""
        return ~np.isnan(self.pre) & np.isnan(self.post)

    @property
    def counts(self) -> dict[str, int]:
        """Number of people with a score before, after and both."""
        return self.counts_among(np.ones(len(self.pre), dtype=bool))

    def counts_among(self, some: np.ndarray) -> dict[str, int]:
        """Those numbers among some of the people."""
        present = {"n_pre": ~np.isnan(self.pre), "n_post": ~np.isnan(self.post), "n_pairs": self.paired}
        return {name: int((mask & some).sum()) for name, mask in present.items()}


def groups(panel: pd.DataFrame, study: Study) -> Iterator[Group]:
    """
    Yield the groups of a Panel, ordered by cohort, outcome, wave, role and arm, the comparison last.

    People whose role or arm no source gives are in no group; preparing the study made a Problem of each.

    Raises
    ------
    FrameError
        When a row has no cohort or cluster, or is of a scale or wave that the study lacks.
    """
    scales, waves = [scale.name for scale in study.scales], list(study.later_waves)
    _check_groups(panel, {"scale": scales, "wave": waves})
    panel = panel[panel["role"].notna() & panel["arm"].notna()]
    pre, post = (panel[name].to_numpy(float) for name in ("pre", "post"))
    clusters = panel["cluster"].to_numpy(object)
    keyed: dict[Any, Any] = panel.groupby(list(Place._fields)).indices
    found = {Place(*map(str, key)): at for key, at in keyed.items()}

    def order(place: Place) -> tuple[object, ...]:
        known = ROLE_ORDER.index(place.role) if place.role in ROLE_ORDER else len(ROLE_ORDER)
        last = place.arm == study.comparison
        return place.cohort, scales.index(place.scale), waves.index(place.wave), known, place.role, last, place.arm

    for place in sorted(found, key=order):
        at = found[place]
        yield Group(place, pre[at], post[at], clusters[at], panel, at)


def _check_groups(panel: pd.DataFrame, known: dict[str, list[str]]) -> None:
    """Refuse a Panel with rows that would otherwise be left out in silence."""
    for name in ("cohort", "cluster"):
        if lacking := int(panel[name].isna().sum()):
            raise FrameError(f"{lacking} rows of the Panel have no {name}. Make it with build_panel or prepare_study.")
    for name, names in known.items():
        if strange := sorted(set(panel[name].unique()) - set(names)):
            raise FrameError(f"The Panel has {name} {strange[0]!r}, which the study lacks; it has {', '.join(names)}.")


@dataclass(frozen=True)
class Compared:
    """
    People of a programme arm and of the comparison, on one scale and later wave.

    Attributes
    ----------
    group : Group
        Of the programme.
    comparison : tuple of Group
        Of one cohort, or of all where they share a comparison; none where nobody is in it.
    """

    group: Group
    comparison: tuple[Group, ...]

    def joined(self, name: str) -> np.ndarray:
        """Values of everybody, the programme's people first."""
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
        """Cohort of everybody, where several are taken together and each has its own comparison; else one for all."""
        own = len(set(self.group.strata)) > 1
        return self.joined("strata") if own else np.zeros(len(self.pre))

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
        """People with a score before and none after, of the arm where they are fewest; 0 where nobody left either."""
        compared = sum(int(member.left.sum()) for member in self.comparison)
        return fewest([int(self.group.left.sum()), compared])


def comparisons(found: Sequence[Group], study: Study) -> Iterator[Compared]:
    """Each group of the programme beside its comparison."""
    waiting: dict[tuple[str, ...], list[Group]] = defaultdict(list)
    for group in found:
        if group.place.arm == study.comparison:
            waiting[_compared_within(group, study)].append(group)
    for group in found:
        if group.place.arm != study.comparison:
            yield Compared(group, tuple(waiting[_compared_within(group, study)]))


def _compared_within(group: Group, study: Study) -> tuple[str, ...]:
    """Whom a group is compared with: the comparison arm of the same key."""
    place = group.place
    everywhere = study.design.comparison_scope == "shared"
    return ("" if everywhere else place.cohort, place.role, place.scale, place.wave)


def units(clusters: np.ndarray, study: Study) -> np.ndarray | None:
    """Clusters that a robust standard error goes by; None where persons were assigned and are all independent."""
    alone = study.clustered_by == "person" and len(set(clusters)) == len(clusters)
    return None if alone else clusters


def people_share_clusters(clusters: np.ndarray, study: Study) -> bool:
    """Whether a declared unit beyond the dyad holds several of these people, so that they are not independent."""
    return study.clustered_by not in ("person", "dyad") and len(set(clusters)) < len(clusters)


def fewest(counts: Iterable[int]) -> int:
    """Smallest of the counts that are not 0; 0 where all are."""
    return min((count for count in counts if count), default=0)


def generator(study: Study, cohort: str, row_id: str) -> np.random.Generator:
    """
    Random numbers of one row: the same in whatever order, by however many processes and on whatever machine it is made.

    Seeded by the study's seed, the cohort and the id of the row.
    """
    digest = hashlib.sha256("\0".join([str(study.reporting.seed), cohort, row_id]).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
