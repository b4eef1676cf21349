"""Estimates as a researcher handles them: picked by name, added, shown short, as lines and as tables."""

import pandas as pd
import pytest
from desk_study import TOML, prepared_desk
from small_studies import details_of, row_of, table_of

import rm_research as rm
from rm_research.disclosure import private_of
from rm_research.effects import Estimates
from rm_research.effects.estimates import SHORT
from rm_research.effects.printing import headed_by_both, whose
from rm_research.errors import FrameError, SelectionError


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def change(prepared):
    return rm.estimate_change(prepared)


@pytest.fixture(scope="module")
def difference(prepared):
    return rm.estimate_difference(prepared)


def lines_by_method(estimates):
    known = estimates.table.loc[estimates.table["estimate"].notna(), "method"]
    return dict(zip(known, estimates.to_text().splitlines(), strict=True))


class TestRows:
    def test_names_pick_rows_with_their_details(self, change):
        some = change.where(
            scale="mood", role=["leader", "mentor"], measure="mean", method="jackknife", cohort="Spring"
        )
        assert set(some.table["method"]) == {"jackknife"}
        assert set(some.details["id"]) <= set(some.table["id"])
        assert some.study is change.study

    def test_rows_may_be_picked_by_a_mask_too(self, change):
        assert len(change.where(change.table["p_value"] < 0.05)) == (change.table["p_value"] < 0.05).sum()

    @pytest.mark.parametrize(
        ("asked", "told"),
        [({"method": "jacknife"}, "did you mean 'jackknife'"), ({"measure": "median", "method": "paired_t"}, "has no"),
         ({"contrast": "difference"}, "There is no contrast 'difference'")],
    )  # fmt: skip
    def test_names_that_are_not_there_are_refused(self, change, asked, told):
        with pytest.raises(SelectionError, match=told):
            change.where(**asked)

    def test_headlines_are_the_main_rows(self, difference):
        assert set(difference.headlines().table["method"]) == {"ancova"}

    def test_a_sum_has_the_rows_of_both(self, change, difference):
        both = change + difference
        assert both.table["id"].tolist() == [*change.table["id"], *difference.table["id"]]
        assert len(both.details) == len(change.details) + len(difference.details)
        assert both.study is change.study

    def test_a_row_is_added_once(self, change):
        with pytest.raises(FrameError, match="rows of the same name"):
            change + change.where(scale="mood")

    def test_estimates_of_two_studies_are_not_added(self, prepared, change):
        varied = rm.prepare_study(prepared.study, vary={"reporting.level": 0.8})
        with pytest.raises(FrameError, match=r"of one with other options.*pd\.concat"):
            change + rm.estimate_difference(varied)

    def test_estimates_of_other_people_are_not_added(self, prepared, change):
        of_some = rm.estimate_difference(prepared.where(role="leader"))
        assert of_some.headlines().chosen == {"role": ("leader",)}
        with pytest.raises(FrameError, match="some of the people"):
            change + of_some

    def test_other_things_are_not_added(self, change):
        with pytest.raises(TypeError):
            change + change.table


class TestShown:
    def test_a_notebook_shows_the_first_rows_and_says_so(self, change):
        assert repr(change).startswith(f"Estimates, {len(change)} rows, the first {SHORT} shown; to_frame() has all\n")
        assert len(repr(change).splitlines()) == SHORT + 2
        assert change._repr_html_().count("<tr") == SHORT + 1

    def test_few_rows_are_shown_whole(self, difference):
        few = difference.headlines().where(cohort="Spring")
        assert repr(few).startswith("Estimates, 3 rows\n")
        assert repr(few.where(role="mentor")).startswith("Estimates, 1 row\n")


class TestText:
    def test_one_line_for_each_row_as_journals_print_it(self, difference):
        lines = difference.headlines().where(cohort="Spring", role="leader").to_text().splitlines()
        row = difference.by_id["difference:mean:ancova:Spring:leader:programme:mood:post"]
        assert len(lines) == 2
        assert lines[0].startswith(f"Mood, Leaders, Programme: M difference = {row.estimate:.2f}, 95% CI [")
        assert lines[0].endswith(f"n = {row.n_pairs} and {row.n_comparison}.")

    def test_what_differs_is_named(self, difference):
        assert difference.headlines().to_text().splitlines()[0].startswith(f"{difference.table['cohort'][0]}, Mood")

    def test_rows_without_an_estimate_have_no_line(self, change):
        known = change.table["estimate"].notna().sum()
        assert 0 < known < len(change)
        assert len(change.to_text().splitlines()) == known

    def test_changes_say_whom_they_are_about_where_some_left(self, change):
        leaders = change.where(
            cohort="Spring", scale="mood", role="leader", arm="programme", measure="mean", contrast="change"
        )
        lines = lines_by_method(leaders)
        assert lines["jackknife"].endswith("n = 7 (6 with both scores), of everyone with a score before.")
        assert lines["paired_t"].endswith("n = 6, of those with both scores.")
        assert lines["likelihood"].endswith("n = 7 (6 with both scores), of everyone with a score before.")

    def test_differences_of_changes_say_it_too(self, change):
        roles = change.where(cohort="Spring", scale="mood", contrast="role_difference", arm="programme")
        lines = lines_by_method(roles)
        assert lines["jackknife"].endswith("n = 6 and 6 with both scores, of everyone with a score before.")
        assert lines["paired_t"].endswith("n = 6 and 6, of those with both scores.")

    def test_the_median_of_those_who_changed_is_of_neither(self, change):
        (line,) = change.where(
            cohort="Spring", scale="mood", role="leader", arm="programme", measure="median"
        ).to_text().splitlines()  # fmt: skip
        assert line.endswith("n = 6.")

    @pytest.mark.slow
    def test_where_nobody_left_nothing_is_said(self, tmp_path):
        prepared_desk(tmp_path)
        post = (tmp_path / "post.csv").read_text().splitlines()
        there = {line.split(",")[0] for line in post}
        pre = [line for line in (tmp_path / "pre.csv").read_text().splitlines() if line.split(",")[0] in there]
        (tmp_path / "pre.csv").write_text("\n".join(pre) + "\n")
        stayed = rm.estimate_change(rm.prepare_study(tmp_path), scale="mood", role="leader").where(contrast="change")
        assert not any(of in stayed.to_text() for of in ("of everyone", "of those"))
        assert repr(stayed.headlines()).startswith("Estimates, 4 rows\n")

    @pytest.mark.slow
    def test_an_average_of_cohorts_is_of_those_whom_their_rows_are_about(self, tmp_path):
        toml = TOML.replace("[reporting]", '[reporting]\naverage = "cohorts"')
        shown = private_of(prepared_desk(tmp_path, toml=toml)).estimates
        (row,) = (row for row in shown.rows if row.contrast == "pooled_change" and row.measure == "mean"
                  and row.place == ("all cohorts", "leader", "programme", "mood", "post"))  # fmt: skip
        assert whose(row, shown.study, headed_by_both(shown.rows)) == "both"
        assert whose(row, shown.study, ()) == "before"


class TestTable:
    def test_whom_changes_are_about_stands_below_and_above(self, change):
        heads = change.headlines()
        assert heads.to_table().notes[0] == "Changes are of everyone with a score before, those who left included."
        assert repr(heads).startswith("Estimates, 14 rows, changes of everyone with a score before, the first 12")
        both = change.where(measure="mean", method="paired_t")
        assert both.to_table().notes == ("Changes are of those with both scores.",)
        mixed = change.where(cohort="Spring", scale="mood", role="leader", measure="mean", contrast="change")
        assert not any("Changes are of" in note for note in mixed.to_table().notes)

    def test_cells_are_those_of_the_rows(self, difference):
        shown = difference.headlines().where(scale="mood").to_table("Differences")
        frame = shown.to_frame()
        assert shown.title == "Differences"
        assert list(frame) == ["Cohort", "Role", "Estimate", "95% interval", "df", "p", "p of the verdict", "People"]
        first = shown.numbers.iloc[0]
        assert frame["Estimate"][0].replace("−", "-") == f"{first['estimate']:.2f}"
        assert frame["People"][0] == f"{first['n_pairs']}, {first['n_comparison']}"
        assert not frame["p"].str.startswith("0").any()

    def test_what_could_not_be_computed_says_why_below(self, prepared):
        rows = rm.estimate_change(prepared, cohort="Spring", role="leader", scale="mood", arm="programme")
        shown = rows.to_table()
        assert "–" in shown.to_frame()["Estimate"].tolist()
        assert shown.notes == ("– Not computed: too few people answered before and after.",)

    def test_estimates_without_a_study_have_no_words(self):
        bare = Estimates(table_of(row_of()), details_of())
        for verb in ("to_table", "to_text"):
            with pytest.raises(FrameError, match="do not know their study"):
                getattr(bare, verb)()

    def test_a_frame_has_every_column_at_full_precision(self, change):
        pd.testing.assert_frame_equal(change.to_frame(), change.table)
