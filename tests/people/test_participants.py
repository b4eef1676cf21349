"""Who takes part: precedence of sources, dyads, sessions and clusters."""

import pytest

from rm_research.linkage import link_waves
from rm_research.panel.prepare import prepare_openly
from rm_research.people import build_participants
from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
role = "role"
dyad = "pair"
arm = "arm"
[attributes]
team = "team"
[scales.mood]
"""
ROSTER = '[roster]\nfile = "roster.csv"\n'
SESSIONS = '[sessions]\nfile = "sessions.csv"\n'
HEADER = "code,role,pair,arm,team,m1,m2\n"


@pytest.fixture
def take_part(write_study):
    def built(pre, more="", *, post="", roster=None, sessions=None, toml=TOML):
        files = {"pre.csv": HEADER + pre, "post.csv": HEADER + post, "roster.csv": roster, "sessions.csv": sessions}
        study = read_study(write_study(more, toml=toml, files=files))
        intake = take_in(study)
        return build_participants(link_waves(intake, study), intake.sessions, study)

    return built


def column(frame, name):
    return frame[name].astype(object).where(frame[name].notna(), None).tolist()


def problems(who, *columns):
    return (
        who.problems[list(columns)].astype(object).where(who.problems[list(columns)].notna(), None).to_numpy().tolist()
    )


PAIR = "a,leader,1,programme,x,1,1\nb,mentor,1,programme,y,1,1\n"


def test_nobody_is_of_the_programme_where_arms_are_compared_and_none_is_known(take_part):
    """As in a study whose roster alone knows arms, and whose waves are not linked: no code leads to the roster."""
    unknown = "a,leader,1,,x,1,1\nb,mentor,1,,y,1,1\n"
    who = take_part(unknown, '[design]\ncomparison = "waitlist"\n')
    assert column(who.people, "arm") == [None, None]
    ((severity, rule, message),) = problems(who, "severity", "rule", "message")
    assert (severity, rule) == ("error", "unknown_arm")
    assert "nobody can be compared with 'waitlist'" in message
    assert column(take_part(unknown).people, "arm") == ["programme", "programme"]


def test_everyone_who_answered_is_in_people(take_part):
    assert len(take_part(PAIR, post="c,leader,,programme,x,1,1\n").people) == 3


def test_everyone_on_the_roster_is_in_people_and_invited(take_part):
    who = take_part(PAIR, ROSTER, roster="code,role\na,leader\nz,mentor\n")
    assert column(who.people, "invited") == [True, True, False]


def test_without_a_roster_nobody_knows_who_was_invited(take_part):
    assert column(take_part(PAIR).people, "invited") == [None, None]


def test_the_roster_goes_before_the_baseline_and_the_clash_is_counted(take_part):
    who = take_part(PAIR, ROSTER, roster="code,role,team\na,mentor,z\n")
    assert (column(who.people, "role")[0], column(who.people, "team")[0]) == ("mentor", "z")
    assert problems(who, "rule", "file", "source_row", "column") == [
        ["disagreement", "pre.csv", 2, "role"],
        ["disagreement", "pre.csv", 2, "team"],
    ]


def test_the_baseline_goes_before_later_waves(take_part):
    who = take_part(PAIR, post="a,mentor,1,programme,x,1,1\n")
    assert (column(who.people, "role")[0], problems(who, "file", "column")) == ("leader", [["post.csv", "role"]])


def test_a_later_wave_fills_what_the_baseline_leaves_out(take_part):
    who = take_part("a,leader,,programme,,1,1\n", post="a,,,,x,1,1\n")
    assert (column(who.people, "team"), len(who.problems)) == (["x"], 0)


def test_a_problem_shows_no_entry(take_part):
    who = take_part(PAIR, post="a,leader,1,programme,hush,1,1\n")
    assert "hush" not in who.problems.to_string()


def test_without_roles_and_arms_everyone_is_a_participant_of_the_programme(take_part):
    people = take_part("a,,,,,1,1\nb,,,,,1,1\n").people
    assert (set(people["role"]), set(people["arm"])) == ({"participant"}, {"programme"})


def test_a_person_without_the_arm_that_others_have_is_in_none(take_part):
    who = take_part(PAIR + "c,mentor,,,y,1,1\n")
    assert (column(who.people, "arm"), problems(who, "rule", "source_row", "message")) == (
        ["programme", "programme", None],
        [
            [
                "unknown_arm",
                4,
                "No source gives this person's arm, so they do not count in any arm. Add it to the roster or export.",
            ]
        ],
    )


def test_a_comparison_arm_that_nobody_is_in_is_a_problem(take_part):
    assert problems(take_part(PAIR, '[design]\ncomparison = "waitlist"\n'), "severity", "message") == [
        ["warning", "Nobody is in the comparison arm 'waitlist'; known arms: programme. Correct design.comparison, or "
         "list its entries under [values.arm]."]
    ]  # fmt: skip


def test_a_pair_is_its_leader_and_its_mentor(take_part):
    who = take_part(PAIR)
    of_role = who.people.set_index("role")["person"]
    assert who.dyads[["leader", "mentor"]].to_numpy().tolist() == [[of_role["leader"], of_role["mentor"]]]


TWO_LEADERS = ("code,role,pair\nm,mentor,1\nm,mentor,2\nk,leader,1\nl,leader,2\n", "m,mentor,,programme,x,1,1\n")


def test_a_mentor_with_two_leaders_has_two_dyads(take_part):
    roster, pre = TWO_LEADERS
    dyads = take_part(pre, ROSTER, roster=roster).dyads
    assert (len(dyads), dyads["mentor"].nunique(), dyads["leader"].nunique()) == (2, 1, 2)


def test_dyads_that_share_a_mentor_are_one_cluster(take_part):
    roster, pre = TWO_LEADERS
    who = take_part(pre, ROSTER + '[design]\nunit = "dyad"\n', roster=roster)
    assert who.people["cluster"].nunique() == 1


def test_dyads_that_share_nobody_are_clusters_of_their_own(take_part):
    who = take_part(
        PAIR + PAIR.replace("a,", "c,").replace("b,", "d,").replace(",1,p", ",2,p"), '[design]\nunit = "dyad"\n'
    )
    assert who.people.groupby("cluster").size().tolist() == [2, 2]


def test_who_is_in_no_dyad_is_a_cluster_alone(take_part):
    who = take_part(PAIR + "c,mentor,,programme,y,1,1\n", '[design]\nunit = "dyad"\n')
    assert sorted(who.people.groupby("cluster").size()) == [1, 2]


@pytest.mark.parametrize(("unit", "clusters"), [("person", 1), ("dyad", 1), ("cohort", 1), ("team", 2)])
def test_clusters_are_what_was_assigned_and_dyads_of_persons(take_part, unit, clusters):
    assert take_part(PAIR, f'[design]\nunit = "{unit}"\n').people["cluster"].nunique() == clusters


@pytest.mark.parametrize(("clusters", "number"), [("person", 2), ("cohort", 1), ("team", 2)])
def test_clusters_may_be_declared_otherwise(take_part, clusters, number):
    who = take_part(PAIR, f'[design]\nunit = "person"\nclusters = "{clusters}"\n')
    assert who.people["cluster"].nunique() == number


def test_the_rosters_dyad_counts_and_another_is_a_problem(take_part):
    roster = "code,role,pair\na,leader,1\nb,mentor,1\n"
    who = take_part(PAIR.replace("a,leader,1", "a,leader,9"), ROSTER, roster=roster)
    assert (len(who.dyads), problems(who, "rule", "source_row", "column")) == (1, [["disagreement", 2, "dyad"]])


def test_meetings_and_minutes_are_added_up_by_dyad(take_part):
    who = take_part(PAIR, SESSIONS, sessions="pair,date,minutes\n1,2025-01-01,30\n1,2025-01-02,45\n")
    assert who.dyads[["sessions", "minutes"]].to_numpy().tolist() == [[2, 75]]


def test_a_dyad_without_meetings_has_none(take_part):
    who = take_part(PAIR, SESSIONS, sessions="pair,date,minutes\n")
    assert who.dyads[["sessions", "minutes"]].to_numpy().tolist() == [[0, 0]]


def test_without_a_log_meetings_are_unknown(take_part):
    assert take_part(PAIR).dyads[["sessions", "minutes"]].isna().all(axis=None)


def test_a_log_without_minutes_leaves_them_unknown(take_part):
    dyads = take_part(PAIR, SESSIONS, sessions="pair,date\n1,2025-01-01\n").dyads
    assert (column(dyads, "sessions"), column(dyads, "minutes")) == ([1], [None])


def test_meetings_of_unknown_dyads_are_counted_and_left_out(take_part):
    who = take_part(PAIR, SESSIONS, sessions="pair,date,minutes\n1,2025-01-01,30\n7,2025-01-01,30\n,2025-01-01,1\n")
    ledger = who.ledger.set_index("rule").loc["meetings of unknown dyads", ["rows_before", "rows_after"]].tolist()
    assert (problems(who, "rule"), ledger) == ([["unknown_dyad"]], [3, 1])


def test_nobody_gives_empty_frames(take_part):
    who = take_part("")
    assert (len(who.people), len(who.dyads), len(who.members)) == (0, 0, 0)


def test_an_arm_that_most_people_lack_is_an_error(write_study):
    toml = """
title = "Half declared"
[waves.pre]
sources = [{ name = "a", file = "a.csv" }, { name = "b", file = "b.csv", set = { arm = "waitlist" } }]
[columns]
person = "code"
[scales.mood]
[design]
comparison = "waitlist"
"""
    folder = write_study(
        toml=toml,
        codebook="item,scale,low,high\nq1,mood,1,5\n",
        files={"a.csv": "code,q1\na,1\nb,2\nc,3\n", "b.csv": "code,q1\nd,1\n"},
    )
    problems = prepare_openly(read_study(folder)).problems
    found = problems[(problems["rule"] == "unknown_arm") & (problems["severity"] == "error")]
    assert found["message"].tolist() == [
        "3 of 4 people have no arm in any source, although others do. Name its column under [columns], add it to the "
        "roster, or set { arm = … } for each export."
    ]
