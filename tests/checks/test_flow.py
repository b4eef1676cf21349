"""How many there are at each step from rows to people."""

from itertools import pairwise

import pandas as pd
import pytest
from gap_studies import Crowd, gap_study
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from small_studies import CODEBOOK, COLUMNS, TOML, Group, as_csv, small_study

from rm_research.checks import response_flow
from rm_research.checks.flow import link_quality, response_flows, row_flow
from rm_research.checks.followup import follow_up, follow_ups
from rm_research.panel import prepare_study
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study


@pytest.fixture
def study(tmp_path):
    """Write a study of these groups and files."""
    return lambda *groups, **contents: small_study(tmp_path / "study", *(groups or [Group()]), **contents)


class TestResponseFlow:
    def test_counts_by_role_and_arm_the_comparison_last(self, study):
        toml = TOML + '[design]\ncomparison = "control"\n'
        groups = [Group(n=5, role=role, arm=arm, left=left) for role, arm, left in
                  (("mentor", "control", 0), ("leader", "programme", 2), ("leader", "control", 1))]  # fmt: skip
        flow = response_flow(prepare_study(study(*groups, toml=toml)))
        assert flow[["role", "arm", "before", "answered post", "both post"]].to_numpy().tolist() == [
            ["leader", "programme", 5, 3, 3],
            ["leader", "control", 5, 4, 4],
            ["mentor", "control", 5, 5, 5],
        ]

    def test_those_who_came_late_did_not_answer_both(self, study):
        flow = response_flow(prepare_study(study(Group(n=10, late=4))))
        assert flow[["before", "answered post", "both post"]].iloc[0].tolist() == [6, 10, 6]

    def test_without_a_roster_nobody_was_invited(self, study):
        assert response_flow(prepare_study(study()))["invited"].isna().all()

    def test_with_a_roster_those_on_it_were(self, study):
        roster = as_csv(("code", "cohort"), [["P0-1", "Spring"], ["absent", "Spring"]])
        toml = TOML + '[roster]\nfile = "roster.csv"\n'
        flow = response_flow(prepare_study(study(toml=toml, files={"roster.csv": roster})))
        assert flow[["invited", "before"]].sum().tolist() == [2, 12]

    def test_one_cohort_alone(self, study):
        prepared = prepare_study(study(Group("Spring", 4), Group("Autumn", 7)))
        assert response_flow(prepared, "Autumn")["before"].tolist() == [7]
        assert response_flow(prepared)["before"].tolist() == [11]

    def test_a_person_of_two_cohorts_counts_in_each(self, study):
        row = ["P0-1", "Autumn", "", "", "", "", 3, 3, 3]
        folder = study(Group("Spring", 4))
        for wave in ("pre.csv", "post.csv"):
            with (folder / wave).open("a") as handle:
                handle.write(",".join(map(str, row)) + "\n")
        assert response_flow(prepare_study(folder))["before"].tolist() == [5]

    def test_unlinked_waves_have_nobody_in_both(self, study):
        toml = TOML.replace('person = "code"\n', "") + '[link]\nmethod = "none"\n'
        assert response_flow(prepare_study(study(toml=toml)))["both post"].isna().all()


class TestRowFlow:
    ANSWERS = (["a", "Spring", "", "", "", "yes", 1, 2, 3], ["a", "Spring", "", "", "", "yes", 2, 2, 3],
               ["b", "Spring", "", "", "", "no", 1, 1, 2], ["c", "Spring", "", "", "", "yes", "", "", ""],
               ["d", "Spring", "", "", "", "yes", 4, 4, 5])  # fmt: skip
    AGREED = TOML.replace('submitted = "when"', 'consent = "when"').replace(
        'file = "pre.csv"', 'file = "pre.csv"\nduplicates = "last"'
    )

    def test_every_row_read_is_left_out_by_a_rule_or_counted(self, study):
        files = {"pre.csv": as_csv(COLUMNS, self.ANSWERS), "post.csv": as_csv(COLUMNS, self.ANSWERS[4:])}
        flow = row_flow(prepare_study(study(toml=self.AGREED, files=files))).set_index("wave")
        assert flow.loc["pre"].to_dict() == {
            "read": 5, "consent": 1, "not returned": 1, "duplicates, last kept": 1, "counted": 2,
        }  # fmt: skip
        assert flow.loc["post"].tolist() == [1, 0, 0, 0, 1]

    @staticmethod
    def shared(*wheres):
        """Two sources of one file in the first wave."""
        sources = [f'[[waves.pre.sources]]\nname = "{name}"\nfile = "pre.csv"\n{where}\n'
                   for name, where in zip(("one", "two"), wheres, strict=True)]  # fmt: skip
        return TOML.replace('[waves.pre]\nfile = "pre.csv"\n', "".join(sources))

    def test_a_file_that_two_sources_share_is_read_once(self, study):
        toml = self.shared('where = { role = "leader" }', 'where = { role = "mentor" }')
        groups = [Group(n=4, role="leader"), Group(n=2, role="mentor"), Group(n=2, role="guest")]
        folder = study(*groups, toml=toml)
        (folder / "post.csv").write_text(",".join(COLUMNS) + "\nP0-0,Spring,leader,,D,2025-09-08,1,2,3\n")
        flow = row_flow(prepare_study(folder)).set_index("wave")
        assert flow.loc["pre"].to_dict() == {"read": 8, "where": 2, "counted": 6}
        assert flow.loc["post"].to_dict() == {"read": 1, "where": 0, "counted": 1}

    ASKED = "item,scale,low,high,pre.one,pre.two\nm1,mood,1,5,,-\nm2,mood,1,5,,-\nm3,mood,1,5,-,\n"

    @pytest.mark.parametrize("codebook", [ASKED, CODEBOOK], ids=["parts of a row", "equal rows"])
    def test_a_row_that_two_sources_share_is_left_out_if_neither_takes_it(self, study, codebook):
        people = [["a", "Spring", "", "", "", "", 1, 2, ""], ["b", "Spring", "", "", "", "", "", "", 3],
                  ["c", "Spring", "", "", "", "", "", "", ""]]  # fmt: skip
        files = {"pre.csv": as_csv(COLUMNS, people), "codebook.csv": codebook}
        flow = row_flow(prepare_openly(read_study(study(toml=self.shared("", ""), files=files)))).set_index("wave")
        assert flow.loc["pre"].to_dict() == {"read": 3, "not returned": 1, "counted": 2}

    def test_rules_that_shared_rows_do_not_tell_apart_are_counted_together(self, study):
        """Two of them refused, one answered nothing; the second source takes people whom the first leaves out."""
        people = [["a", "Spring", "leader", "", "", "yes", 1, 2, ""],
                  ["b", "Spring", "mentor", "", "", "yes", "", "", 3],
                  ["c", "Spring", "leader", "", "", "no", 1, 1, 1], ["d", "Spring", "mentor", "", "", "no", 1, 1, 1],
                  ["e", "Spring", "mentor", "", "", "yes", "", "", ""]]  # fmt: skip
        toml = self.shared('where = { role = "leader" }', "").replace('submitted = "when"', 'consent = "when"')
        files = {"pre.csv": as_csv(COLUMNS, people), "codebook.csv": self.ASKED}
        flow = row_flow(prepare_openly(read_study(study(toml=toml, files=files)))).set_index("wave")
        pre = flow.loc["pre"].to_dict()
        assert (pre["read"], pre["counted"]) == (5, 2)
        assert "consent" not in pre
        assert "not returned" not in pre
        assert sum(pre.values()) - 5 - 2 == 3

    def test_what_linking_leaves_out_of_all_waves_has_a_column(self, study):
        toml = TOML + '[link]\nwithin = "study"\nrepeats = "first"\n'
        person = ["P0-0", "", "", "", "2025-03-03", 3, 3, 3]
        files = {wave: as_csv(COLUMNS, [[person[0], cohort, *person[1:]] for cohort in ("Autumn", "Spring")])
                 for wave in ("pre.csv", "post.csv")}  # fmt: skip
        flow = row_flow(prepare_study(study(toml=toml, files=files)))
        assert flow[["read", "linking", "counted"]].to_numpy().tolist() == [[2, 1, 1], [2, 1, 1]]


class TestLinkQuality:
    def test_every_questionnaire_is_linked_in_one_way(self, study):
        quality = link_quality(prepare_study(study(Group(n=10, left=3, late=2))))
        assert quality.set_index("wave")[["exact", "alone"]].to_numpy().tolist() == [[7, 1], [7, 0]]


def test_waves_come_in_the_order_of_the_study(study):
    flow = row_flow(prepare_study(study()))
    assert all(before == "pre" and after == "post" for before, after in pairwise(flow["wave"]))


PEOPLE = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d", "", " A"]), st.sampled_from(["x", "y", ""]),
              st.sampled_from(["yes", "no", ""]), st.sampled_from(["", "1", "9", "often"]), st.sampled_from(["", "2"])),
    min_size=1, max_size=14,
)  # fmt: skip
ROWS_TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
duplicates = "last"
[waves.post]
duplicates = "first"
[[waves.post.sources]]
name = "one"
file = "one.csv"
[[waves.post.sources]]
name = "two"
file = "two.csv"
[columns]
person = "code"
cohort = "cohort"
consent = "agree"
[link]
[scales.mood]
"""


@pytest.mark.slow
@given(
    pre=PEOPLE,
    one=PEOPLE,
    two=PEOPLE,
    method=st.sampled_from(["exact", "code", "none"]),
    within=st.sampled_from(["cohort", "study"]),
    repeats=st.sampled_from(["keep", "first"]),
)
@examples(5)
def test_no_row_is_lost_without_a_ledger_line(write_study, pre, one, two, method, within, repeats):
    toml = ROWS_TOML.replace("[link]", f'[link]\nmethod = "{method}"\nwithin = "{within}"\nrepeats = "{repeats}"')
    files = {f"{name}.csv": as_csv(("code", "cohort", "agree", "m1", "m2"), rows)
             for name, rows in (("pre", pre), ("one", one), ("two", two))}  # fmt: skip
    prepared = prepare_openly(read_study(write_study(toml=toml, files=files)))
    filled = sum(any(row) for rows in (pre, one, two) for row in rows)
    ledger = prepared.ledger
    read = ledger.loc[ledger["rule"] == "read", "rows_after"].sum()
    left = (ledger["rows_before"] - ledger["rows_after"])[ledger["rule"] != "read"].sum()
    assert read == filled
    assert read - left == len(prepared.responses)
    flow = row_flow(prepared).set_index("wave")
    assert (flow["read"] - flow.drop(columns=["read", "counted"]).sum(axis=1) - flow["counted"]).eq(0).all()


def test_tables_of_all_cohorts_at_once_are_those_of_each(tmp_path):
    crowds = [Crowd(cohort, arm, ["both"] * 5 + ["left", "late", "blank after", "blank before"][:kinds])
              for kinds, cohort in enumerate("ABC", start=2) for arm in ("programme", "waitlist")]  # fmt: skip
    prepared = prepare_study(gap_study(tmp_path, *crowds, design='[design]\ncomparison = "waitlist"\n'))
    followed = follow_ups(prepared)
    flows = response_flows(prepared, followed)
    assert list(followed) == list(flows) == [None, "A", "B", "C"]
    for cohort in followed:
        pd.testing.assert_frame_equal(followed[cohort], follow_up(prepared, cohort))
        pd.testing.assert_frame_equal(flows[cohort], response_flow(prepared, cohort))
