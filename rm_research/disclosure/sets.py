"""
The principle of what may be shown: no sum or difference of shown numbers rests on the answers of few people.

A number names every group of questionnaires that it treats differently, as the registry of methods declares. Groups of
one family of scales and one wave divide its questionnaires into cells: those in exactly the same groups. If every cell
holds enough people, or nobody, then so does everything that can be added or subtracted. What is hidden follows from who
answered, never from what was answered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, triu
from scipy.sparse.csgraph import connected_components, maximum_flow

from rm_research.disclosure.editions import Edition, Group, Pile, digest
from rm_research.disclosure.families import first_of_family
from rm_research.disclosure.known import Facts, Person, Since, facts_of
from rm_research.disclosure.threshold import Threshold
from rm_research.disclosure.together import Together
from rm_research.effects.dyads import MEMBERS, Experience, one_to_one
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import AND, EVERYONE, STRATUM, Place, name_of_split
from rm_research.effects.methods import Contrast, Name, Questionnaires
from rm_research.frames import DYADS
from rm_research.study import Study

Q = Questionnaires
Positions = NDArray[np.intp]
NOBODY: Positions = np.array([], dtype=np.intp)
SHARES = 2520  # a person in up to ten cohorts counts as a whole number of these in each
Named = list[tuple[Pile, Positions]]  # groups of questionnaires, each by the places of those who gave them


class Behind:
    """
    Which questionnaires each row of Estimates rests on.

    Parameters
    ----------
    panel : DataFrame
        Panel of everybody whose answers are behind the rows.
    study : Study
    together : Together, optional
        Which cohorts the rows of groups combine.
    scores, dyads, goals : DataFrame, optional
        Scores of retrospective waves, who met whom, and goals; without them, rows that use these are not known.
    editions : sequence of Edition
        What was released before.
    family : mapping of str to str, optional
        Family of each scale, where people who answered only some questions of one are left out. Without it nobody knows
        who did, so that one scale of each family alone can be shown.

    Attributes
    ----------
    whole : bool
        Whether everybody answered all questions of scales that share some.
    pre, post, sessions : array of float
        Scores and number of meetings of each row of the Panel; NaN where unknown.
    clusters, people : array
        Cluster and person of each row, as numbers; NaN without one.
    person_of : array of int
        Person at each place; questionnaires of editions that are gone have places of their own.
    released : list of (Pile, array, bool)
        Places of each group that an edition named, and whether it goes across the others.
    since : Since
        Of whom it is known otherwise than in an edition who belongs with whom, or how often they met.
    """

    def __init__(
        self, panel: pd.DataFrame, study: Study, *, together: Together | None = None,
        scores: pd.DataFrame | None = None, dyads: pd.DataFrame | None = None, goals: pd.DataFrame | None = None,
        editions: Sequence[Edition] = (), family: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.study, self._together, self._scores, self._dyads = study, together, scores, dyads
        self._goals = goals
        self._panel = panel[panel["role"].notna() & panel["arm"].notna()].reset_index(drop=True)
        keyed: dict[Any, Any] = self._panel.groupby(list(Place._fields)).indices
        self._cells: dict[Place, Positions] = {Place(*map(str, key)): at for key, at in keyed.items()}
        who = pd.MultiIndex.from_frame(self._panel[["cohort", "person"]])
        self._place_of, self._who = pd.factorize(who)
        self.person_of = pd.factorize(self._who.get_level_values(1))[0]
        self._names: dict[str, dict[str, int]] = {}
        self.released = [self._released(group) for edition in editions for group in edition.groups]
        self.pre, self.post, self.sessions = (
            self._panel[name].to_numpy(float, na_value=np.nan) for name in ("pre", "post", "sessions")
        )
        numbers = (pd.factorize(self._panel[name])[0].astype(float) for name in ("cluster", "person"))
        self.clusters, self.people = (np.where(number < 0, np.nan, number) for number in numbers)
        self._before, self._after = np.isfinite(self.pre), np.isfinite(self.post)
        self._sides: dict[tuple[object, ...], list[Positions]] = {}
        self._narrow: dict[tuple[str, ...], NDArray[np.bool_]] = {}
        self._experienced: dict[tuple[object, ...], dict[str, pd.DataFrame]] = {}
        of_editions = [edition.facts for edition in editions]
        self.since = Since(of_editions, self.facts if of_editions else {}, Threshold.of(study))
        self._said = None if dyads is None else Experience(self._panel, dyads)
        self._cohorts, self._roles = (list(dict.fromkeys(self._panel[name])) for name in ("cohort", "role"))
        self.family, self.whole = family or first_of_family(study), family is not None

    def _released(self, group: Group) -> tuple[Pile, Positions, bool]:
        """Places of a group of an edition; a questionnaire that is gone gets one of its own."""
        names = self._names.setdefault(group.pile.wave, {
            digest(cohort, person, group.pile.wave): place for place, (cohort, person) in enumerate(self._who)
        })  # fmt: skip
        for gone in (name for name in group.questionnaires if name not in names):
            names[gone] = len(self.person_of)
            self.person_of = np.append(self.person_of, self.person_of.max(initial=-1) + 1)
        return group.pile, np.array([names[name] for name in group.questionnaires], dtype=np.intp), group.across

    def groups(self, named: Named, *, across: bool) -> list[Group]:
        """Named groups, as a ledger of editions keeps them."""
        who = self._who.to_list()
        return [
            Group(pile, across, tuple(sorted(digest(*map(str, who[place]), pile.wave) for place in places)))
            for pile, places in named if len(places)
        ]  # fmt: skip

    def named(self, row: Estimate, parts: Sequence[Estimate] = ()) -> Named | None:
        """
        Groups of questionnaires that a row treats differently; None where they are not known.

        Parameters
        ----------
        row : Estimate
        parts : sequence of Estimate
            What an average is made of: its groups are theirs, taken together.
        """
        if row.declared is None or not row.declared.groups:
            return None
        if self._dyads is None and row.declared.groups & {Q.PARTNERS, Q.EXPERIENCE}:
            return None
        if row.declared.averages_rows:
            return []
        cohorts = [name for part in parts for name in self._members(part)] if row.is_pooled else self._members(row)
        waves = self.study.later_waves if row.method == Name.MIXED_MODEL else (row.wave,)
        named: Named = []
        for wave in waves:
            for people in self._people(row, cohorts, wave):
                if people is None:
                    return None
                named += self._groups(row, people, wave)
        return named + self._of_process(row, cohorts)

    def _of_process(self, row: Estimate, cohorts: Sequence[str]) -> Named:
        """What both partners said, where a row goes by that, and both scores of those whose change it is."""
        named: Named = []
        for member, people in self.experienced(row, cohorts).items():
            places = self.places(people.assign(person=people[member]))
            named.append((self.pile(row.subgroup, row.wave), places))
            if member == row.role:
                named += [(self.pile(row.scale, wave), places) for wave in (self.study.baseline, row.wave)]
        return named

    def experienced(self, row: Estimate, cohorts: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
        """Dyads that a row goes by, with the answers to a scale of the process in `post`, by the member they are of."""
        if row.declared is None or Q.EXPERIENCE not in (row.declared.groups or ()) or self._said is None:
            return {}
        cohorts = tuple(cohorts or self._members(row))
        key = (row.place, row.subgroup, cohorts)
        if key not in self._experienced:
            pairs = pd.concat([self._said.of(row.place._replace(cohort=name), row.subgroup) for name in cohorts])
            other = next(member for member in MEMBERS if member != row.role)
            self._experienced[key] = {
                row.role: pairs.assign(post=pairs["own"]), other: pairs.assign(post=pairs["partner"]),
            }  # fmt: skip
        return self._experienced[key]

    @cached_property
    def facts(self) -> Facts:
        """Who belongs with whom, and has met how often."""
        return facts_of(self._panel, self._dyads, self._goals)

    def scored(self, row: Estimate) -> list[list[Positions]]:
        """Groups that a row sets apart: of those with both scores, and of those with one before."""
        return [
            [people[has[people]] for people in self.sides(row)] for has in (self._before & self._after, self._before)
        ]

    def who(self, people: Positions) -> list[Person]:
        """Cohort and person of some rows of the Panel."""
        return [self._who[place] for place in np.unique(self._place_of[people])]

    def sides(self, row: Estimate) -> list[Positions]:
        """Rows of the Panel of each group of people that a row sets apart, of all cohorts for an average."""
        key = (*row.place, row.subgroup, row.contrast, row.is_pooled, row.declared and row.declared.groups)
        if key not in self._sides:
            sides = self._people(row, self._cohorts if row.is_pooled else self._members(row), row.wave)
            self._sides[key] = [people for people in sides if people is not None]
        return self._sides[key]

    def with_both(self, row: Estimate) -> Positions:
        """Rows of the Panel of the people of a row who have both scores."""
        people = np.concatenate([NOBODY, *self.sides(row)])
        return people[self._before[people] & self._after[people]]

    def _arms(self, row: Estimate, cohorts: Sequence[str], *, compared: bool) -> list[tuple[Sequence[str], str]]:
        """Cohorts and arm of each side of a row; a comparison that cohorts share is that of all."""
        sides = [(cohorts, row.arm)]
        if compared and self.study.comparison:
            shared = self.study.design.comparison_scope == "shared"
            sides.append((self._cohorts if shared else cohorts, self.study.comparison))
        return sides

    def crosses(self, row: Estimate) -> bool:
        """Whether a row divides people across the roles: both roles of a cohort together."""
        return len(self._roles_of(row.role)) > 1

    def _roles_of(self, role: str) -> tuple[str, ...]:
        return (role,) if role in self._roles else tuple(role.split(AND))

    def of_answered(self, rows: pd.DataFrame) -> Named:
        """Questionnaires of a wave of the people in some rows of a Panel: of one scale and wave."""
        return [(self.pile(rows["scale"].iloc[0], rows["wave"].iloc[0]), self.places(rows))]

    def of_people(self, rows: pd.DataFrame) -> Named:
        """Questionnaires, before and after, of the people in some rows of a Panel: of one scale and wave."""
        places, scale, wave = self.places(rows), rows["scale"].iloc[0], rows["wave"].iloc[0]
        return [(self.pile(scale, self.study.baseline), places), (self.pile(scale, wave), places)]

    def places(self, rows: pd.DataFrame) -> Positions:
        """Place of the person of each row; −1 for somebody without a role or an arm."""
        own = rows[STRATUM if STRATUM in rows else "cohort"]
        return self._who.get_indexer(pd.MultiIndex.from_arrays([own, rows["person"]]))

    def pile(self, scale: str, wave: str) -> Pile:
        """Questionnaires of a wave that the family of a scale reads."""
        return Pile(self.family[scale], wave)

    def _members(self, row: Estimate) -> list[str]:
        """Cohorts whose people a row is about."""
        if self._together is not None and row.cohort in self._together.groups:
            contrast = Contrast.CHANGE if row.unpooled == Contrast.CHANGE else Contrast.DIFFERENCE
            groups = self._together.about(contrast, row.arm)
            mine = groups[["group", "role", "scale", "wave"]].eq([row.cohort, row.role, row.scale, row.wave])
            return groups.loc[mine.all(axis=1), "cohort"].tolist()
        return [row.cohort]

    def _people(self, row: Estimate, cohorts: Sequence[str], wave: str) -> Iterator[Positions | None]:
        """Rows of the Panel of each group of people that a row sets apart."""
        groups = (row.declared.groups if row.declared else None) or frozenset()
        if Q.PARTNERS in groups:  # the slope of one member rests on the answers of both
            yield from (self._at(cohorts, member, row.arm, row.scale, wave) for member in MEMBERS)
            return
        for of_cohorts, arm in self._arms(row, cohorts, compared=Q.EACH_ARM in groups):
            if row.subgroup == EVERYONE or Q.EXPERIENCE in groups or row.is_pooled or row.contrast == Contrast.CHANGE:
                yield self._at(of_cohorts, row.role, arm, row.scale, wave)
            else:
                yield from self._split(row, of_cohorts, arm, wave)
        if Q.RETEST in groups and self.study.scale(row.scale).retest is None:
            yield self._at(self._cohorts, row.role, self.study.comparison or "", row.scale, wave)

    def _split(self, row: Estimate, cohorts: Sequence[str], arm: str, wave: str) -> Iterator[Positions | None]:
        """Rows of two roles, or of two entries of a declared attribute, which a row compares."""
        for other in self._roles:
            if row.subgroup == name_of_split(row.role, other):
                yield self._at(cohorts, row.role, arm, row.scale, wave)
                yield self._at(cohorts, other, arm, row.scale, wave)
                return
        people = self._at(cohorts, row.role, arm, row.scale, wave)
        for name in self.study.design.interactions:
            entries = self._panel[name].iloc[people] if name in self._panel else pd.Series(dtype=object)
            levels = sorted(entries.dropna().unique(), key=str)
            for level in levels[1:]:
                if row.subgroup == name_of_split(level, levels[0], attribute=name):
                    yield from (people[entries.eq(entry).to_numpy(bool)] for entry in (level, levels[0]))
                    return
        yield None

    def _at(self, cohorts: Iterable[str], role: str, arm: str, scale: str, wave: str) -> Positions:
        """Rows of the Panel of some people."""
        roles = self._roles_of(role)
        places = (Place(cohort, name, arm, scale, wave) for cohort in dict.fromkeys(cohorts) for name in roles)
        cells = [self._cells[place] for place in places if place in self._cells]
        return np.concatenate(cells) if cells else np.array([], dtype=np.intp)

    def _groups(self, row: Estimate, people: Positions, wave: str) -> Named:
        """Groups of questionnaires of some people, before and at a wave."""
        groups = row.declared.groups if row.declared and row.declared.groups else frozenset[Questionnaires]()
        before, after = self._before[people], self._after[people]
        both, narrowed = before & after, self._narrowed(row, people, groups)
        ends = {"before": Pile(self.family[row.scale], self.study.baseline),
                "after": Pile(self.family[row.scale], wave)}  # fmt: skip
        masks: list[tuple[str, NDArray[np.bool_]]] = []
        if Q.ALL_BEFORE in groups:
            masks.append(("before", before))
        if Q.ALL_AFTER in groups:
            masks.append(("after", after))
        if Q.BOTH_BEFORE in groups or Q.BOTH_AFTER in groups or Q.CHANGED in groups:
            masks += [("before", both), ("after", both)]
        if narrowed is not None:
            masks += [("before", both & narrowed), ("after", both & narrowed)]
        if Q.ATTENDED in groups:
            attended = both & (self.sessions[people] > 0)
            masks += [("before", attended), ("after", attended)]
        return [(ends[end], self._place_of[people[mask]]) for end, mask in masks]

    def _narrowed(
        self, row: Estimate, people: Positions, groups: frozenset[Questionnaires]
    ) -> NDArray[np.bool_] | None:  # fmt: skip
        """Which of the people a row rests on, where that depends on more than their two scores."""
        if Q.MET in groups:
            return np.isfinite(self.sessions[people])
        if Q.THEN in groups:
            return self._judged(row.scale, row.subgroup)[people]
        return self._in_dyads(row.scale, row.wave)[people] if Q.PARTNERS in groups else None

    def _judged(self, scale: str, then: str) -> NDArray[np.bool_]:
        """Whether the person of each row of the Panel judged the start in hindsight."""
        if (key := ("judged", scale, then)) not in self._narrow:
            scores = self._scores if self._scores is not None else pd.DataFrame(columns=["wave", "scale", "score"])
            judged = scores[scores["wave"].eq(then) & scores["scale"].eq(scale) & scores["score"].notna()]
            self._narrow[key] = self._are_of(judged.reindex(columns=["cohort", "person"]))
        return self._narrow[key]

    def _in_dyads(self, scale: str, wave: str) -> NDArray[np.bool_]:
        """Whether the dyad of each row's person counts: both members have both scores, and no other partner."""
        if (key := ("in dyads", scale, wave)) not in self._narrow:
            asked = self._panel["scale"].eq(scale) & self._panel["wave"].eq(wave) & self._before & self._after
            scored = pd.MultiIndex.from_frame(self._panel.loc[asked, ["cohort", "person"]])
            dyads = one_to_one(self._dyads) if self._dyads is not None else DYADS.empty()
            whole = np.logical_and.reduce(
                [pd.MultiIndex.from_frame(dyads[["cohort", member]]).isin(scored) for member in MEMBERS]
            )
            members = [dyads.loc[whole, ["cohort", name]].set_axis(["cohort", "person"], axis=1) for name in MEMBERS]
            self._narrow[key] = self._are_of(pd.concat(members))
        return self._narrow[key]

    def _are_of(self, people: pd.DataFrame) -> NDArray[np.bool_]:
        """Whether each row of the Panel is of some people, by cohort and person."""
        return np.isin(self._place_of, self._who.get_indexer(pd.MultiIndex.from_frame(people)))


class Cells:
    """
    Cells that groups of questionnaires make: those in exactly the same groups.

    Parameters
    ----------
    person_of : array of int
        Person at each place: someone may take part in several cohorts.
    threshold : Threshold
    """

    def __init__(self, person_of: Positions, threshold: Threshold) -> None:
        self._person_of, self._threshold = person_of, threshold
        self._cell_of: dict[Pile, Positions] = {}
        self._members: dict[Pile, list[Positions]] = {}  # places of each cell
        self._known: set[tuple[Pile, bytes]] = set()

    def of(self, pile: Pile) -> Positions:
        """Number of the cell of each place; 0 = in no group."""
        return self._cell_of.get(pile, np.zeros(len(self._person_of), dtype=np.intp))

    def divided(self, named: Named, *, settled: bool = False) -> "Cells | None":
        """The cells that further groups make; None where one would hold few people, unless it is settled."""
        new: dict[Pile, dict[bytes, Positions]] = defaultdict(dict)
        for pile, places in named:
            key = (group := np.unique(places)).tobytes()
            if len(group) and (pile, key) not in self._known:
                new[pile][key] = group
        if not new:
            return self
        parts = {pile: self._parts(pile, list(groups.values())) for pile, groups in new.items()}
        if not settled and any(self._few(cell) for cells in parts.values() for cell in cells):
            return None
        made = Cells(self._person_of, self._threshold)
        made._cell_of, made._members, made._known = self._cell_of.copy(), self._members.copy(), self._known.copy()
        for pile, cells in parts.items():
            made._cell_of[pile] = cell_of = self.of(pile).copy()
            made._members[pile] = members = [*self._members.get(pile, [NOBODY])]
            for cell in cells:
                cell_of[cell] = len(members)
                members.append(cell)
            made._known.update((pile, key) for key in new[pile])
        return made

    def _few(self, cell: Positions) -> bool:
        return bool(self._threshold.few(len(np.unique(self._person_of[cell]))))

    def _parts(self, pile: Pile, groups: Sequence[Positions]) -> list[Positions]:
        """Cells that take the place of those which some groups touch."""
        cell_of, members = self.of(pile), self._members.get(pile, [NOBODY])
        inside = np.unique(np.concatenate(groups))
        places = np.unique(np.concatenate([inside, *(members[cell] for cell in np.unique(cell_of[inside]))]))
        marks = np.column_stack([cell_of[places], *(np.isin(places, group) for group in groups)])
        _, part = np.unique(marks, axis=0, return_inverse=True)
        order = np.argsort(part, kind="stable")
        return np.split(places[order], np.flatnonzero(np.diff(part[order])) + 1)


class Circulated:
    """
    What shown numbers name: groups that make cells, and at most one further division across these.

    Parameters
    ----------
    person_of : array of int
        Person at each place.
    threshold : Threshold
    released : iterable of (Pile, array, bool)
        Groups that editions named: they stand first, whatever is in them now.
    """

    def __init__(
        self, person_of: Positions, threshold: Threshold, released: Iterable[tuple[Pile, Positions, bool]] = ()
    ) -> None:
        self._threshold = threshold
        self._cells = self._across = Cells(person_of, threshold)
        for pile, places, across in released:
            if across:
                self._across = self._across.divided([(pile, places)], settled=True) or self._across
            else:
                self._cells = self._cells.divided([(pile, places)], settled=True) or self._cells
        self._share_of = SHARES // np.bincount(person_of)[person_of]  # of a person, at each place
        self._now: dict[Pile, NDArray[np.bool_]] = {}  # whose questionnaires numbers name, whatever editions did

    @classmethod
    def by(
        cls, rows: Iterable[Estimate], behind: Behind, threshold: Threshold,
        parts_of: Callable[[Estimate], Sequence[Estimate]],
    ) -> "Circulated":  # fmt: skip
        """Groups that rows name; those of an average are its parts', with whom it adds to them."""
        circulated = cls(behind.person_of, threshold, behind.released)
        for row in rows:
            circulated.takes(behind.named(row, parts_of(row)) or [], across=behind.crosses(row))
        return circulated

    def names(self, pile: Pile, places: Positions) -> NDArray[np.bool_]:
        """Whether some number of now names the questionnaire at each place."""
        return np.append(self._named(pile), False)[places]  # −1 is nobody's place

    def _named(self, pile: Pile) -> NDArray[np.bool_]:
        return self._now.setdefault(pile, np.zeros(len(self._share_of), dtype=bool))

    def takes(self, named: Named, *, across: bool = False) -> bool:
        """Add groups, unless a sum or difference would then rest on few people; whether they were added."""
        cells, parts = (
            (self._cells, self._across.divided(named)) if across else (self._cells.divided(named), self._across)
        )
        if cells is None or parts is None:
            return False
        piles = {pile for pile, _ in named} if parts is not self._across or cells is not self._cells else set()
        if not all(self._enough(cells.of(pile), parts.of(pile)) for pile in piles):
            return False
        self._cells, self._across = cells, parts
        for pile, places in named:
            self._named(pile)[places] = True
        return True

    def may_cross(self, parts: Sequence[Named]) -> bool:
        """Whether these parts of the people may be shown, next to a division across the cells that is none yet."""
        piles: dict[Pile, list[Positions]] = defaultdict(list)
        for named in parts:
            for pile, places in named:
                piles[pile].append(places)
        for pile, groups in piles.items():
            part_of = np.zeros(len(self._share_of), dtype=np.intp)
            for number, group in enumerate(groups, start=1):
                part_of[group] = number
            if self._across.of(pile).any() or not self._enough(self._cells.of(pile), part_of):
                return False
        return True

    def _enough(self, cell_of: Positions, part_of: Positions) -> bool:
        """
        Whether every combination of cells and parts rests on enough people.

        It cuts the table of cells by parts in two, within what hangs together: the smallest cut says of how many.
        """
        if not part_of.any():
            return True
        graph = self._held_together(self._table(cell_of, part_of))
        # a smallest cut parts one piece only, of those that nothing but node 0 holds together
        _, piece = connected_components(graph[1:, 1:], directed=False)
        edges = triu(graph, 1).tocoo()
        of = piece[edges.col - 1]
        order = np.argsort(of, kind="stable")
        table = np.array([edges.row, edges.col, edges.data], dtype=np.int32)[:, order]
        return all(
            _smallest_cut(some.tobytes()) >= SHARES * self._threshold.smallest
            for some in np.split(table, np.flatnonzero(np.diff(of[order])) + 1, axis=1)
            if some.size
        )

    def _held_together(self, graph: csr_array) -> csr_array:
        """The same graph, in which what shares enough people is one node: no cut of few people parts it."""
        while True:
            enough = csr_array(graph.multiply(graph >= SHARES * self._threshold.smallest))
            n_nodes, node_of = connected_components(enough, directed=False)
            if n_nodes == len(node_of):
                return graph
            into = csr_array((np.ones(len(node_of), np.int32), (np.arange(len(node_of)), node_of)))
            graph = csr_array(into.T @ graph @ into)
            graph.setdiag(0)
            graph.eliminate_zeros()

    def _table(self, cell_of: Positions, part_of: Positions) -> csr_array:
        """
        People of each cell and part, as weights between them; node 0 is to be in neither.

        Cells that no part crosses stay whole, so they are left out.
        """
        at = np.flatnonzero(np.isin(cell_of, cell_of[part_of > 0]) & ((cell_of > 0) | (part_of > 0)))
        cells, first = np.unique(np.append(cell_of[at], 0), return_inverse=True)
        parts, second = np.unique(np.append(part_of[at], 0), return_inverse=True)
        second = np.where(second > 0, second + len(cells) - 1, 0)  # both begin with 0, to be in none
        size = len(cells) + len(parts) - 1
        weights = coo_array((self._share_of[at].astype(np.int32), (first[:-1], second[:-1])), shape=(size, size))
        return csr_array(weights + weights.T)


@lru_cache(maxsize=10_000)
def _smallest_cut(edges: bytes) -> int:
    """Least weight that parts what edges connect; most pieces of a table stay as they are when a group is added."""
    *ends, weights = np.frombuffer(edges, np.int32).reshape(3, -1)
    nodes = np.unique(ends, return_inverse=True)[1].reshape(2, -1)
    size = int(nodes.max()) + 1
    half = coo_array((weights, tuple(nodes)), shape=(size, size))
    graph = csr_array(half + half.T)
    return min(int(maximum_flow(graph, 0, node).flow_value) for node in range(1, size))
