"""What was known of people when an edition was released: who belonged with whom, and how often each had met."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from rm_research.disclosure.editions import digest
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.dyads import MEMBERS
from rm_research.people import WHO

MATES, PEERS, PARTNERS, RATED = "mates", "peers", "partners", "goals"
CELL = ["cohort", "scale", "wave"]
Person = tuple[str, str]  # cohort and person
Facts = dict[str, dict[Person, str]]  # by kind


def facts_of(panel: pd.DataFrame, dyads: pd.DataFrame | None, goals: pd.DataFrame | None = None) -> Facts:
    """
    What numbers know of each person with a score besides answers.

    Parameters
    ----------
    panel : DataFrame
        Panel, without answers that wait.
    dyads : DataFrame or None
        Dyads.
    goals : DataFrame, optional
        Goals of dyads.

    Returns
    -------
    dict of str to dict of (str, str) to str
        By cohort and person, as digests: `mates` are those who share a cluster, `peers` those of them in the same role,
        `partners` those in the same dyads, `goals` how many of the dyad's goals were rated, and `meetings_before` a
        wave how many there were; '' for nobody.
    """
    scored = panel[panel[["pre", "post"]].notna().any(axis=1)]
    people = scored[[*WHO, "role", "cluster"]].drop_duplicates(WHO)
    everybody = list(people[WHO].itertuples(index=False, name=None))
    found: Facts = {
        MATES: _together(people, ["cluster"]), PEERS: _together(people, ["cluster", "role"]), PARTNERS: {},
    }  # fmt: skip
    if dyads is not None:
        sides = [dyads.rename(columns={one: "person", other: "with"})[[*WHO, "with"]]
                 for one, other in (("leader", "mentor"), ("mentor", "leader"))]  # fmt: skip
        met = pd.concat(sides).merge(people[WHO], on=WHO).groupby(WHO)["with"]
        found[PARTNERS] = {_person(key): digest(*sorted(set(names))) for key, names in met}
    if dyads is not None and goals is not None:
        found[RATED] = _goals_rated(dyads, goals)
    logged = scored[scored["sessions"].notna()].drop_duplicates([*WHO, "wave"])
    for wave, rows in logged.groupby("wave", observed=True):
        counts = rows[[*WHO, "sessions"]].astype(str).itertuples(index=False, name=None)
        found[meetings_before(str(wave))] = {(cohort, who): digest(cohort, who, n) for cohort, who, n in counts}
    return {kind: {who: of.get(who, "") for who in everybody} for kind, of in found.items()}


def _goals_rated(dyads: pd.DataFrame, goals: pd.DataFrame) -> dict[Person, str]:
    """How many goals of each member's dyads were rated."""
    counts = goals[goals["attainment"].notna()].groupby(["cohort", "dyad"]).size().rename("rated").reset_index()
    sides = [dyads[["cohort", "dyad", member]].set_axis(["cohort", "dyad", "person"], axis=1) for member in MEMBERS]
    of_member = pd.concat(sides).drop_duplicates().merge(counts, on=["cohort", "dyad"])
    rated = of_member.astype({"rated": "str"}).groupby(WHO)["rated"]
    return {_person(key): digest(*sorted(some)) for key, some in rated}


def _together(people: pd.DataFrame, by: list[str]) -> dict[Person, str]:
    """For each person who shares something with others, with whom."""
    members: dict[object, list[Person]] = defaultdict(list)
    known = people.dropna(subset=["cluster"])
    for key, who in zip(known[by].itertuples(index=False, name=None), known[WHO].itertuples(index=False, name=None),
                        strict=True):  # fmt: skip
        members[key].append(who)
    return {who: digest(*map("/".join, sorted(of))) for of in members.values() if len(of) > 1 for who in of}


def moved(then: Mapping[str, str], now: Mapping[Person, str]) -> set[Person]:
    """
    Who belongs with others than in an edition, as few as that takes.

    Each group of now continues the group of then with which it shares most people, the largest shares first, and each
    group of then is continued once; all others moved. Who joins a group of twenty moved, the twenty did not.

    Parameters
    ----------
    then : mapping of str to str
        By person, as a digest, which group it was; '' for nobody else.
    now : mapping of (str, str) to str
        By person.
    """
    names = {who: digest(*who) for who in now}
    known = {who: (then[name] or name, now[who] or name) for who, name in names.items() if name in then}
    shares = Counter(known.values())
    continues, taken = dict[str, str](), set[str]()
    for (before, after), _ in sorted(shares.items(), key=lambda one: (-one[1], one[0])):
        if after not in continues and before not in taken:
            continues[after] = before
            taken.add(before)
    return {who for who, (before, after) in known.items() if continues.get(after) != before}


def with_clusters_of(panel: pd.DataFrame, then: Mapping[str, Mapping[str, str]], threshold: Threshold) -> pd.DataFrame:
    """
    Put people whose mates changed into the cluster that they had in an edition, in cohorts where some number has few.

    Otherwise the errors of the same answers would differ from those of the edition, and tell how these few people
    differ from the mean together.

    Parameters
    ----------
    panel : DataFrame
        Panel, without answers that wait.
    then : mapping
        Facts of the edition, as the ledger keeps them.
    threshold : Threshold

    Returns
    -------
    DataFrame
        The Panel, with these clusters.
    """
    known, changed = then.get(MATES, {}), dict[Person, str]()
    counted = panel[panel["role"].notna() & panel["arm"].notna()]
    now = facts_of(counted, None)[MATES]
    for who, mates in now.items():
        if (had := known.get(digest(*who), mates)) != mates:
            changed[who] = f"then/{had}" if had else "/".join(("then", *who))
    cells = counted[counted["pre"].notna() & pd.MultiIndex.from_frame(counted[WHO]).isin(list(moved(known, now)))]
    counts = [some.groupby(CELL)["person"].nunique() for some in (cells, cells[cells["post"].notna()])]
    few = {str(cohort) for of in counts for cohort in of.index[threshold.few(of)].get_level_values("cohort")}
    kept_so = {who: cluster for who, cluster in changed.items() if who[0] in few}
    if not kept_so:
        return panel
    people = pd.Series(list(panel[WHO].itertuples(index=False, name=None)), index=panel.index)
    return panel.assign(cluster=people.map(kept_so).astype("str").fillna(panel["cluster"]))


def meetings_before(wave: str) -> str:
    """Kind of fact: how often somebody had met before a survey."""
    return f"meetings/{wave}"


def kept(facts: Facts) -> dict[str, dict[str, str]]:
    """Facts as a ledger keeps them: nobody can be told from the names of people."""
    return {kind: {digest(*who): one for who, one in of.items()} for kind, of in facts.items()}


class Since:
    """
    Of whom something is known otherwise than in an edition.

    Parameters
    ----------
    editions : iterable of mapping
        Facts of each edition, as the ledger keeps them.
    now : dict
        From `facts_of`.
    threshold : Threshold
    """

    def __init__(self, editions: Iterable[Mapping[str, Mapping[str, str]]], now: Facts, threshold: Threshold) -> None:
        self._threshold = threshold
        self._changed: dict[str, list[set[Person]]] = defaultdict(list)
        for then in editions:
            for kind, of in now.items():
                known = then.get(kind, {})
                changed = moved(known, of) if kind in (MATES, PEERS) else {
                    who for who, one in of.items() if known.get(digest(*who), one) != one
                }  # fmt: skip
                self._changed[kind] += [changed] if changed else []

    def __bool__(self) -> bool:
        """Whether anything is known otherwise."""
        return any(self._changed.values())

    def of_few(self, kind: str, people: Iterable[Person]) -> bool:
        """Whether few of some people have other mates, partners or meetings than in an edition."""
        asked = set(people)
        return any(self._threshold.few(len(changed & asked)) for changed in self._changed[kind])


def _person(key: object) -> Person:
    cohort, person = map(str, key)  # type: ignore[call-overload]
    return cohort, person
