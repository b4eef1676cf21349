"""Which change is the main row: of everyone measured before, or of those who answered both times."""

import numpy as np
import pandas as pd
import pytest
from small_studies import TOML, Group, details_of, row_of, small_study, study_of, table_of

from rm_research.claims import claims_of
from rm_research.disclosure import disclose, heading
from rm_research.disclosure.numbers import decide
from rm_research.effects.estimates import Estimates, headlines, of_both
from rm_research.panel import prepare_study


@pytest.fixture
def study(tmp_path):
    return study_of(tmp_path)


def place(n_pairs: int, left: int, **columns) -> list[dict]:
    """Both changes of one group."""
    counts = {"n_pre": n_pairs + left, "n_post": n_pairs, "n_pairs": n_pairs}
    return [row_of(method=method, **counts | columns) for method in ("jackknife", "paired_t")]


def heads(study, *groups) -> list[str]:
    """Cohort, role and wave of each main row, with its method."""
    rows = [row for group in groups for row in group]
    (whole,) = heading.headed([Estimates(table_of(*rows), details_of())], study=study)
    table = whole.table[headlines(whole.table)]
    return [" ".join(row) for row in table[["cohort", "role", "wave", "method"]].itertuples(index=False, name=None)]


class TestHeaded:
    @pytest.mark.parametrize(
        ("left", "method"), [(0, "jackknife"), (1, "paired_t"), (9, "paired_t"), (10, "jackknife")]
    )
    def test_by_how_many_left(self, study, left, method):
        assert heads(study, place(30, left)) == [f"one leader post {method}"]

    def test_by_the_smallest_case_of_role_and_wave(self, study):
        groups = (place(30, 0, cohort="one"), place(30, 12, cohort="two"), place(30, 3, cohort="three"))
        assert heads(study, *groups) == [f"{name} leader post paired_t" for name in ("one", "two", "three")]

    def test_whatever_arm_or_outcome_it_is(self, study):
        assert heads(study, place(30, 0), place(30, 2, arm="waitlist")) == ["one leader post paired_t"] * 2
        assert heads(study, place(30, 0), place(30, 2, scale="zeal")) == ["one leader post paired_t"] * 2

    def test_other_roles_and_waves_decide_for_themselves(self, study):
        found = heads(study, place(30, 0), place(30, 2, role="mentor"), place(30, 2, wave="later"))
        assert found == ["one leader post jackknife", "one mentor post paired_t", "one leader later paired_t"]

    def test_groups_that_are_too_small_to_show_decide_nothing(self, study):
        assert heads(study, place(9, 1, cohort="small"), place(30, 0)) == ["small leader post jackknife",
                                                                             "one leader post jackknife"]  # fmt: skip

    def test_all_parts_together_decide(self, study):
        """A group of small cohorts counts for the cohorts' own rows."""
        parts = [Estimates(table_of(*rows), details_of()) for rows in (place(30, 0), place(14, 4, cohort="a + b"))]
        tables = [part.table for part in heading.headed(parts, study=study)]
        assert [table.loc[headlines(table), "method"].tolist() for table in tables] == [["paired_t"], ["paired_t"]]

    def test_roles_are_compared_as_the_one_that_few_left(self, study):
        between = [row_of(contrast="role_difference", method=method, n_comparison=30, n_pre=30, n_pairs=30)
                   for method in ("jackknife", "paired_t")]  # fmt: skip
        found = heads(study, place(30, 0), place(30, 2, role="mentor"), between)
        assert found == ["one leader post jackknife", "one mentor post paired_t", "one leader post paired_t"]

    def test_each_question_has_one_main_row(self, study):
        groups = [place(30, left, cohort=f"c{left}", role=role) for left in (0, 3, 14) for role in ("leader", "mentor")]
        assert len(heads(study, *groups)) == len(groups)

    def test_deciding_twice_is_deciding_once(self, study):
        whole = Estimates(table_of(*place(30, 3), *place(30, 0, cohort="two")), details_of())
        (once,) = heading.headed([whole], study=study)
        assert not heading.decided(whole)
        assert heading.decided(once)
        (twice,) = heading.headed([once], study=study)
        pd.testing.assert_frame_equal(once.table, twice.table)

    def test_rows_know_whom_the_changes_beside_them_are_about(self, study):
        rows = [*place(30, 3), row_of(contrast="difference", method="ancova", n_comparison=30),
                row_of(contrast="difference", method="ancova", n_comparison=30, wave="later")]  # fmt: skip
        (whole,) = heading.headed([Estimates(table_of(*rows), details_of())], study=study)
        assert of_both(whole.table).tolist() == [True, True, True, False]


class TestMeans:
    """Means before and after of those who answered both times tell of who left, where other waves have others."""

    def means(self, study, *waves: str) -> list[bool]:
        rows = [row for wave in waves for row in place(30, 3, wave=wave)]
        details = [(row["id"], "mean_pre", 3.0) for row in rows if row["method"] == "paired_t"]
        disclosed = disclose(Estimates(table_of(*rows), details_of(*details)), study=study)
        return [not np.isnan(disclosed.estimates.detail(name, "mean_pre")) for name, _, _ in details]

    def test_are_shown_at_a_single_later_wave(self, study):
        assert self.means(study, "post") == [True]

    def test_are_hidden_at_several(self, study):
        assert self.means(study, "post", "later") == [False, False]


def numbers_of(folder, *groups):
    prepared = prepare_study(small_study(folder / "study", *groups, toml=TOML + "[reporting]\nsmallest_group = 10\n"))
    return decide(prepared), prepared.study


class TestThePage:
    @pytest.mark.slow
    def test_says_among_how_many_who_answered_both_times(self, tmp_path):
        numbers, study = numbers_of(tmp_path, Group("a", 30, left=3), Group("b", 24))
        claims = claims_of(numbers, study)
        said = {row.cohort: claims.sentence(row) for row in numbers.headline_rows}
        assert "; 27 people who answered both times)." in said["a"]
        assert said["b"].endswith("; 24 people).")  # nobody left
        assert "51 people in these 2 cohorts who answered both times" in said["all cohorts"]
        assert {row.method for row in numbers.headline_rows if row.contrast == "change"} == {"paired_t"}

    @pytest.mark.slow
    def test_counts_everyone_where_nobody_or_many_left(self, tmp_path):
        numbers, study = numbers_of(tmp_path, Group("a", 30, left=12), Group("b", 24))
        claims = claims_of(numbers, study)
        said = {row.cohort: claims.sentence(row) for row in numbers.headline_rows}
        assert "; 30 people, 18 of them both times)." in said["a"]
        assert {row.method for row in numbers.headline_rows if row.contrast == "change"} == {"jackknife"}

    @pytest.mark.slow
    def test_no_number_of_everyone_stands_beside_those_of_both_where_few_left(self, tmp_path):
        numbers, _ = numbers_of(tmp_path, Group("a", 30, left=3), Group("b", 24), Group("c", 30, left=12))
        table = numbers.table[numbers.table["measure"].eq("mean") & numbers.table["estimate"].notna()]
        assert "people" in set(table["method"])
        shown = table[table["contrast"].eq("change")].groupby("cohort")["method"].agg(set).to_dict()
        assert shown["a"] == {"paired_t"}
        assert {"paired_t", "jackknife"} <= shown["b"]
        # the average counts all 15 who left: next to it, the 12 of one cohort would tell of the other's 3
        assert "jackknife" not in shown["c"]
