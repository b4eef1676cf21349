"""People who left, and people who came back without a usable score, are told apart, and counted in one place."""

import pandas as pd
import pytest
from gap_studies import KINDS, Crowd, gap_study
from small_studies import TOML, Group, as_csv, small_study

from rm_research.checks.answering import unusable_answers
from rm_research.checks.flow import response_flow
from rm_research.checks.followup import follow_up, keeps_no_leavers
from rm_research.disclosure.participation import participation
from rm_research.panel import prepare_study

MIXED = Crowd("A", "", ["both"] * 9 + ["left"] * 5 + ["blank after"] * 3 + ["late"] * 2 + ["blank before"] * 2
              + ["blank, left", "blank twice"])  # fmt: skip
UNLINKED = '[link]\nmethod = "none"\n'


def mood(prepared, **place) -> pd.Series:
    table = follow_up(prepared, **place)
    return table[table["scale"] == "mood"].iloc[0]


def test_who_returned_a_questionnaire_has_not_left(tmp_path):
    row = mood(prepare_study(gap_study(tmp_path, MIXED)))
    counts = ["returned", "before", "after", "both", "unscored", "left"]
    assert row[counts].tolist() == [21, 17, 13, 9, 3, 5]


def test_the_flow_counts_returned_questionnaires_and_scores(tmp_path):
    (row,) = response_flow(prepare_study(gap_study(tmp_path, MIXED))).to_dict("records")
    assert (row["before"], row["answered post"], row["both post"], row["scored post"], row["left post"]) == (
        21, 17, 15, 9, 6
    )  # fmt: skip


def test_one_cohort_alone(tmp_path):
    prepared = prepare_study(gap_study(tmp_path, MIXED, Crowd("B", "", ["both"] * 4 + ["left"])))
    assert mood(prepared, cohort="B")[["before", "both", "left"]].tolist() == [5, 4, 1]
    assert mood(prepared)[["before", "both", "left"]].tolist() == [22, 13, 6]


def test_unlinked_waves_tell_nothing_of_who_left(tmp_path):
    prepared = prepare_study(gap_study(tmp_path, MIXED, design=UNLINKED))
    row = mood(prepared)
    assert row[["both", "unscored", "left"]].isna().all()
    assert row[["before", "after"]].tolist() == [17, 13]
    assert response_flow(prepared)[["both post", "scored post", "left post"]].isna().all(axis=None)


@pytest.mark.parametrize(("kinds", "unknown"), [(["both"] * 12, True), (["both"] * 12 + ["late"], True),
                                                (["both"] * 12 + ["blank after"], True),
                                                (["both"] * 12 + ["left"], False)])  # fmt: skip
def test_one_file_without_leavers_may_have_lost_them(tmp_path, kinds, unknown):
    prepared = prepare_study(gap_study(tmp_path / "one", Crowd("A", "", kinds), one_file=True))
    assert keeps_no_leavers(prepared, "post") is unknown
    assert pd.isna(mood(prepared)["left"]) is unknown
    assert bool(response_flow(prepared)["left post"].isna().all()) is unknown
    apart = prepare_study(gap_study(tmp_path / "two", Crowd("A", "", kinds)))
    assert mood(apart)["left"] == kinds.count("left")


class TestPeopleInvited:
    """Only a roster knows who was invited; where it lists nobody of a cohort, nobody knows."""

    ROSTER = as_csv(("code", "cohort"), [[f"P0-{person}", "Spring"] for person in range(14)])

    @pytest.fixture
    def prepared(self, tmp_path):
        toml = TOML + '[roster]\nfile = "roster.csv"\n'
        groups = [Group("Spring", 12), Group("Autumn", 11)]
        return prepare_study(small_study(tmp_path, *groups, toml=toml, files={"roster.csv": self.ROSTER}))

    def test_in_the_flow(self, prepared):
        assert response_flow(prepared, "Spring")["invited"].tolist() == [14]
        assert response_flow(prepared, "Autumn")["invited"].isna().all()
        assert response_flow(prepared)["invited"].isna().all()

    def test_among_the_counts_of_a_cohort(self, prepared):
        counts = participation(prepared)["cohorts"].set_index("cohort")[["invited", "came"]]
        assert counts.loc["Spring"].tolist() == [14, 12]
        assert counts.loc[["Autumn", "all cohorts"]].isna().all(axis=None)


def test_counts_that_nobody_knows_are_missing_and_not_nought(tmp_path):
    unlinked = TOML.replace('person = "code"\n', "") + UNLINKED
    (row,) = participation(prepare_study(small_study(tmp_path, Group(), toml=unlinked)))["cohorts"][:1].to_dict(
        "records"
    )
    unknown = (
        "invited",
        "came",
        "without_code",
        "in_one_row",
        "by_code",
        "linked_exact",
        "linked_near",
        "linked_wrong",
    )
    assert all(pd.isna(row[name]) for name in unknown)


def test_codes_that_were_not_compared_have_no_similar_links(tmp_path):
    row = participation(prepare_study(small_study(tmp_path, Group(n=12, left=2))))["cohorts"].iloc[0]
    assert (row["by_code"], row["in_one_row"]) == (10, 0)
    assert row[["linked_exact", "linked_near", "linked_wrong"]].isna().all()


class TestUnusableAnswers:
    NAMES = ("code", "cohort", "role", "arm", "pair", "when", "m1", "m2", "m3")

    def prepared(self, folder, *rows, toml=TOML):
        lines = [[code, "Spring", "", "", "", "", *answers] for code, *answers in rows]
        return prepare_study(small_study(folder, Group(n=3), toml=toml, files={"post.csv": as_csv(self.NAMES, lines)}))

    def test_are_a_share_of_the_answers_that_were_given(self, tmp_path):
        found = unusable_answers(
            self.prepared(tmp_path, ("P0-0", 1, 2, 9), ("P0-1", "", "so so", 4), ("P0-2", 3, 3, 3))
        )
        assert found.set_index("wave")["share"].to_dict() == {"pre": 0, "post": 2 / 8}
        assert found.set_index("wave")["n"].to_dict() == {"pre": 3, "post": 3}

    def test_do_not_count_in_a_questionnaire_that_does_not_count(self, tmp_path):
        toml = TOML.replace('file = "post.csv"', 'file = "post.csv"\nduplicates = "last"')
        rows = [("P0-0", 1, 2, 9), ("P0-0", 1, 2, 3), ("P0-1", 2, 2, 7)]
        found = unusable_answers(self.prepared(tmp_path, *rows, toml=toml))
        assert found.set_index("wave").loc["post", "share"] == 1 / 6

    def test_of_one_cohort(self, tmp_path):
        prepared = self.prepared(tmp_path, ("P0-0", 1, 2, 9))
        assert len(unusable_answers(prepared, "Spring")) == 2
        assert unusable_answers(prepared, "Autumn").empty


def test_kinds_are_all_there_are():
    assert set(KINDS.values()) | {(None, "blank"), (None, None)} == {
        (before, after) for before in ("full", "blank", None) for after in ("full", "blank", None)
    }
