"""People and Dyads from roster and questionnaires; if sources disagree, the most trusted wins."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.frames import DYADS, MEETINGS, PEOPLE, TRUST, numbered
from rm_research.journal import Journal
from rm_research.linkage import Linkage
from rm_research.people.pairs import goals_of_pairs, held_meetings, report_half_pairs, with_agreements
from rm_research.study import Study
from rm_research.study.model import ONE_ROLE, PROGRAMME

WHO = ["cohort", "person"]


@dataclass(frozen=True, eq=False, repr=False)
class Participants:
    """
    Who takes part.

    Attributes
    ----------
    people : DataFrame
        People.
    dyads : DataFrame
        Dyads.
    members : DataFrame
        One row per person and dyad: cohort, person, dyad.
    meetings, goals : DataFrame
        Meetings and goals of these dyads that count.
    ledger, problems : DataFrame
        What was done, and what is wrong.
    """

    people: pd.DataFrame
    dyads: pd.DataFrame
    members: pd.DataFrame
    meetings: pd.DataFrame
    goals: pd.DataFrame
    ledger: pd.DataFrame
    problems: pd.DataFrame


def build_participants(
    linkage: Linkage, sessions: pd.DataFrame | None, study: Study, goals: pd.DataFrame | None = None
) -> Participants:  # fmt: skip
    """
    Build People and Dyads.

    Parameters
    ----------
    linkage : Linkage
        From `link_waves`.
    sessions : DataFrame or None
        One row per meeting: cohort, dyad, date, minutes, source_row.
    study : Study
        Its design names the unit that forms a cluster, its programme what was planned.
    goals : DataFrame, optional
        One row per goal: cohort, dyad, attainment, source_row.

    Returns
    -------
    Participants
        If sources disagree, the roster wins, then the baseline, then later waves; each disagreement is a Problem.
    """
    journal = Journal()
    statements = _statements(linkage, study)
    for fact in ("role", "arm", *study.settings.attributes):
        _count_clashes(statements, fact, journal)
    people = _settle(statements, linkage.roster is not None, study)
    _report_unknown(statements, people, study, journal)
    _check_comparison(people, study, journal)
    _check_roles(people, study, journal)
    members = _members(statements, journal)
    met = None if sessions is None else held_meetings(sessions, members, study, journal)
    pairs = _pairs(members, people)
    in_roles = bool(people["role"].isin(["leader", "mentor"]).any())
    report_half_pairs(members, pairs, study, journal, in_roles=in_roles)
    dyads = with_agreements(_with_sessions(pairs, met), linkage.roster, study, journal)
    return Participants(
        people=PEOPLE.conform(people.assign(cluster=_clusters(people, members, study))),
        dyads=DYADS.conform(dyads),
        members=members,
        meetings=MEETINGS.empty() if met is None else MEETINGS.conform(met[list(MEETINGS.columns)]),
        goals=goals_of_pairs(goals, members, study, journal),
        ledger=journal.ledger,
        problems=journal.problems,
    )


def _statements(linkage: Linkage, study: Study) -> pd.DataFrame:
    """Facts of people from all sources, the most trusted first: one row per roster line or questionnaire."""
    facts = ["role", "arm", "dyad", *study.settings.attributes]
    order = {wave: place for place, wave in enumerate((study.baseline, *study.later_waves), start=1)}
    of_waves = pd.concat([linkage.responses[[*WHO, "wave", "file", "source_row"]], linkage.facts[facts]], axis=1)
    parts = [of_waves.assign(**{TRUST: of_waves["wave"].map(order).fillna(len(order) + 1)})]
    if linkage.roster is not None and study.roster is not None:
        listed = linkage.roster[[*WHO, "source_row", *facts]]
        parts.insert(0, listed.assign(file=study.roster.file, **{TRUST: 0}))
    return pd.concat(parts, ignore_index=True).sort_values(TRUST, kind="stable", ignore_index=True)


def _count_clashes(statements: pd.DataFrame, fact: str, journal: Journal) -> None:
    stated = statements.dropna(subset=[fact])
    values, words = pd.factorize(stated[fact])
    if len(words) > 1:
        _report_clashes(stated[values != _of_first_row(values, numbered(stated, WHO))], fact, journal)


def _of_first_row(values: np.ndarray, who: np.ndarray) -> np.ndarray:
    """For each row, the value in the first row of the same person: `who` numbers persons as they appear."""
    return np.asarray(values[np.unique(who, return_index=True)[1]][who])


def _report_clashes(rows: pd.DataFrame, fact: str, journal: Journal) -> None:
    message = Said("problems.fact_differs", fact=fact)
    journal.row_problems("disagreement", "warning", message, rows, column=fact)


def _settle(statements: pd.DataFrame, has_roster: bool, study: Study) -> pd.DataFrame:
    """One row per person: for each fact, the value of the most trusted source that gives one."""
    facts = ["role", "arm", *study.settings.attributes]
    people = statements.groupby(WHO, sort=False)[facts].first().reset_index()
    defaults = {"role": ONE_ROLE} if study.comparison else {"role": ONE_ROLE, "arm": PROGRAMME}
    for fact, word in defaults.items():
        # where some people have a role or arm, a default would put the others where they do not belong; and so would
        # an arm for all where there is a comparison, which may be known from a roster that no code leads to
        if people[fact].isna().all():
            people[fact] = word
    if has_roster:
        invited = statements.loc[statements[TRUST] == 0, WHO].drop_duplicates()
        people = people.merge(invited.assign(invited=True), on=WHO, how="left")
        people["invited"] = people["invited"].astype("boolean").fillna(False)
    return people


def _report_unknown(statements: pd.DataFrame, people: pd.DataFrame, study: Study, journal: Journal) -> None:
    """Report people without a role or arm in a study where others have one, or where arms are compared."""
    for fact in ("role", "arm"):
        unknown = people.loc[people[fact].isna(), WHO]
        if 0 < len(unknown) == len(people):
            message = Said("problems.nobody_s_arm", comparison=study.comparison)
            journal.problem("unknown_arm", "error", message, column=fact)
            continue
        if len(unknown) > len(people) / 2:
            message = Said("problems.many_without_fact", n=len(unknown), of=len(people), fact=fact)
            journal.problem(f"unknown_{fact}", "error", message, column=fact)
        if unknown.empty:
            continue
        message = Said("problems.unknown_fact", fact=fact)
        journal.row_problems(f"unknown_{fact}", "warning", message, statements.merge(unknown, on=WHO), column=fact)


def _check_comparison(people: pd.DataFrame, study: Study, journal: Journal) -> None:
    arms = sorted(people["arm"].dropna().unique())
    if study.comparison and arms and study.comparison not in arms:
        message = Said("problems.no_comparison", arm=study.comparison, known=", ".join(arms))
        journal.problem("no_comparison", "warning", message)


def _check_roles(people: pd.DataFrame, study: Study, journal: Journal) -> None:
    known = sorted(people["role"].dropna().unique())
    for scale in study.scales:
        unknown = [role for role in scale.roles if role not in known]
        if unknown and len(people):
            message = Said(
                "problems.unknown_role_of_scale",
                scale=scale.name,
                names=", ".join(map(repr, unknown)),
                known=", ".join(map(repr, known)),
            )
            journal.problem("unknown_role_of_scale", "warning", message, file="study.toml", column=scale.name)


def _members(statements: pd.DataFrame, journal: Journal) -> pd.DataFrame:
    """All dyads of each person, as the most trusted source gives them."""
    stated = statements.dropna(subset=["dyad"])
    trust, places = stated[TRUST].to_numpy(), numbered(stated, [*WHO, "dyad"])
    trusted = trust == _of_first_row(trust, numbered(stated, WHO))  # rows stand in the order of trust
    _report_clashes(stated[~np.isin(places, places[trusted])], "dyad", journal)
    return stated.loc[trusted, [*WHO, "dyad"]].drop_duplicates().reset_index(drop=True)


def _pairs(members: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Pair every leader with every mentor of a dyad."""
    if not people["role"].isin(["leader", "mentor"]).any():
        return DYADS.empty()[["cohort", "dyad", "leader", "mentor"]]
    roles = members.merge(people[[*WHO, "role"]], on=WHO)
    leaders, mentors = (
        roles.loc[roles["role"] == role, ["cohort", "dyad", "person"]].rename(columns={"person": role})
        for role in ("leader", "mentor")
    )
    return leaders.merge(mentors, on=["cohort", "dyad"])


def _with_sessions(pairs: pd.DataFrame, meetings: pd.DataFrame | None) -> pd.DataFrame:
    if meetings is None:
        return pairs
    met = meetings.groupby(["cohort", "dyad"])
    # minutes that nobody logged are unknown, not zero
    totals = pd.DataFrame({"sessions": met.size(), "minutes": met["minutes"].sum(min_count=1)}).reset_index()
    joined = pairs.merge(totals, on=["cohort", "dyad"], how="left")
    joined["minutes"] = joined["minutes"].mask(joined["sessions"].isna(), 0.0)
    return joined.fillna({"sessions": 0})


def cluster_unit(study: Study, people: pd.DataFrame) -> str:
    """Name the unit that puts people together: the declared one; without one the dyad, where dyads put any together."""
    unit = study.clustered_by
    if unit != "person" or study.design.clusters == "person":
        return unit
    met = people[["person", "cluster"]].drop_duplicates()
    return "dyad" if met["cluster"].duplicated().any() else unit


def _clusters(people: pd.DataFrame, members: pd.DataFrame, study: Study) -> pd.Series:
    """
    Name of each person's cluster: the declared unit, or by default the dyad; anyone without one is alone.

    Dyads that share a person are one cluster. So are all places of a person, a class or an instructor met in several
    cohorts; dyads of several cohorts that only have the same name are not.
    """
    unit = study.clustered_by
    if unit == "cohort":
        return people["cohort"]
    # within cohorts, a code that stands in several of them is several people
    alone = people["person"] if study.link.within == "study" else people["cohort"] + "/" + people["person"]
    if unit not in ("person", "dyad"):
        return people[unit].fillna(alone)
    if study.design.clusters == "person" or members.empty:
        return alone
    of_members = members[WHO].merge(people[WHO].assign(alone=alone), on=WHO, how="left")["alone"]
    known = connected_dyads(members.assign(alone=of_members.to_numpy()))
    return alone.map(known).fillna(alone)


def connected_dyads(members: pd.DataFrame) -> pd.Series:
    """
    Component of each person in a dyad: the first of all dyads connected with theirs through shared members.

    Someone met in several cohorts connects dyads of these.

    Parameters
    ----------
    members : DataFrame
        cohort, dyad, alone (name of the person, the same wherever it is the same person).
    """
    persons, _ = pd.factorize(members["alone"])
    connected = members.assign(component=_connected(persons, numbered(members, ["cohort", "dyad"])))
    connected["name"] = connected["cohort"] + "/" + connected["dyad"]
    named = connected.groupby("component")["name"].transform("first")
    return connected.assign(component=named).drop_duplicates("alone").set_index("alone")["component"]


def _connected(persons: np.ndarray, dyads: np.ndarray) -> list[int]:
    """
    Number of each pair's component: equal for all that are connected through a person or a dyad.

    Union and find (Tarjan 1975) is written out here because loading SciPy's sparse graphs takes longer than this step.
    """
    above = list(range(len(persons) + len(dyads)))

    def top(node: int) -> int:
        while above[node] != node:
            above[node] = node = above[above[node]]
        return node

    pairs = [(int(person), len(persons) + int(dyad)) for person, dyad in zip(persons, dyads, strict=True)]
    for person, dyad in pairs:
        above[top(person)] = top(dyad)
    return [top(person) for person, _ in pairs]
