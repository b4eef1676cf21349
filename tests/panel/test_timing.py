"""Whether waves are in the order of their dates and are two waves at all; and the order of cohorts."""

import pandas as pd
import pytest
from small_studies import TOML, Group, small_study

from rm_research.checks import check_study
from rm_research.errors import ReadError, StudyFileError
from rm_research.panel import prepare_study

UNLINKED = TOML + '[link]\nmethod = "none"\n'


def with_rows(folder, change, wave="post"):
    """Change the rows of one export, as text."""
    rows = pd.read_csv(folder / f"{wave}.csv", dtype=str, keep_default_na=False)
    change(rows)
    rows.to_csv(folder / f"{wave}.csv", index=False)
    return folder


def swap(folder):
    first, second = ((folder / f"{wave}.csv").read_text() for wave in ("pre", "post"))
    (folder / "pre.csv").write_text(second)
    (folder / "post.csv").write_text(first)
    return folder


def found(folder, rule) -> pd.DataFrame:
    table = check_study(folder).to_frame()
    return table[table["rule"] == rule]


def test_waves_in_their_order_have_no_problem(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 12), Group("b", 12))
    assert found(folder, "waves_swapped").empty
    assert found(folder, "waves_equal").empty
    assert found(folder, "answered_backward").empty


@pytest.mark.parametrize(("toml", "n"), [(TOML, 24), (UNLINKED, 24)], ids=["linked", "unlinked"])
def test_swapped_files_are_an_error_of_the_study_that_names_both(tmp_path, toml, n):
    folder = swap(small_study(tmp_path / "study", Group("a", 12), Group("b", 12), toml=toml))
    (problem,) = found(folder, "waves_swapped").itertuples()
    assert (problem.severity, problem.wave) == ("error", "post")
    assert pd.isna(problem.cohort)
    assert problem.message.startswith("post.csv (wave 'post') was submitted before pre.csv (wave 'pre') by")
    assert f"{n} of {n} people: are the files swapped?" in problem.message
    with pytest.raises(ReadError, match="are the files swapped"):
        prepare_study(folder)


def test_files_of_one_cohort_that_are_swapped_leave_the_others(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 12), Group("b", 12))

    def early(rows):
        rows.loc[rows["cohort"] == "b", "when"] = "2024-01-05"

    prepared = prepare_study(with_rows(folder, early))
    assert prepared.sound_cohorts == ("a",)
    (message,) = prepared.errors_of("b")
    assert "12 of 12 people" in message


def test_a_few_who_answered_in_another_order_are_a_warning_each(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 12))

    def early(rows):
        rows.loc[:1, "when"] = "2024-01-05"

    problems = found(with_rows(folder, early), "answered_backward")
    assert problems["severity"].tolist() == ["warning"] * 2
    assert problems["source_row"].tolist() == [2, 3]
    assert found(folder, "waves_swapped").empty


def test_the_same_day_is_no_wrong_order(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 12))

    def same(rows):
        rows["when"] = "2025-03-03"

    def late(rows):
        rows["when"] = "2025-03-03 18:00"

    with_rows(with_rows(folder, same), late, wave="pre")
    assert found(folder, "waves_swapped").empty
    assert found(folder, "answered_backward").empty


def test_people_without_dates_are_judged_by_the_others(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 12))

    def without(rows):
        rows.loc[3:, "when"] = ""

    with_rows(folder, without)
    assert found(folder, "waves_swapped").empty
    assert "3 of 3 people" in found(swap(folder), "waves_swapped")["message"].iloc[0]


@pytest.mark.parametrize("toml", [TOML, UNLINKED], ids=["linked", "unlinked"])
def test_two_waves_with_the_same_answers_are_an_error(tmp_path, toml):
    folder = small_study(tmp_path / "study", Group("a", 12), toml=toml)
    before = pd.read_csv(folder / "pre.csv", dtype=str, keep_default_na=False)
    shuffled = before.assign(when="2025-09-08").sample(frac=1, random_state=1)
    shuffled.to_csv(folder / "post.csv", index=False)
    (problem,) = found(folder, "waves_equal").itertuples()
    assert problem.severity == "error"
    assert "post.csv (wave 'post') has the same answers as pre.csv (wave 'pre') from 12 of 12 people" in problem.message


def test_a_copy_without_those_who_left_is_found_too(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 14))
    before = pd.read_csv(folder / "pre.csv", dtype=str, keep_default_na=False)
    before[4:].to_csv(folder / "post.csv", index=False)
    assert len(found(folder, "waves_equal")) == 1


def with_others(folder, n_others, n=30):
    """A study whose second export is the first one, but for one answer of some people."""
    small_study(folder, Group("a", n))
    rows = pd.read_csv(folder / "pre.csv", dtype=str, keep_default_na=False)
    rows.loc[: n_others - 1, "m1"] = rows.loc[: n_others - 1, "m1"].map(lambda entry: {"1": "2"}.get(entry, "1"))
    rows.to_csv(folder / "post.csv", index=False)
    return folder


def test_a_copy_in_which_few_answers_were_corrected_is_asked_about(tmp_path):
    (problem,) = found(with_others(tmp_path / "study", 3), "waves_equal").itertuples()
    assert problem.severity == "warning"
    assert "from 27 of 30 people" in problem.message


def test_a_tenth_with_other_answers_makes_two_surveys(tmp_path):
    assert found(with_others(tmp_path / "study", 4), "waves_equal").empty


def test_people_who_all_answer_the_same_may_do_so_twice(tmp_path):
    folder = with_others(tmp_path / "study", 2)
    for wave in ("pre", "post"):  # a scale at its ceiling: few ways to answer
        with_rows(folder, lambda rows: rows.__setitem__(["m2", "m3"], "5"), wave)
        with_rows(folder, lambda rows: rows.__setitem__("m1", ["4"] * 2 + list("45454" * 6)[2:]), wave)
    with_rows(folder, lambda rows: rows.__setitem__("m1", ["5"] * 2 + list(rows["m1"][2:])))
    assert found(folder, "waves_equal").empty


def test_waves_that_read_the_same_rows_are_an_error(tmp_path):
    toml = TOML.replace('file = "post.csv"', 'file = "pre.csv"\nwhere = { code = "P0-0" }')
    folder = small_study(tmp_path / "study", Group("a", 12), toml=toml)
    (problem,) = found(folder, "waves_share_rows").itertuples()
    assert (
        "pre.csv (wave 'post') takes rows that pre.csv (wave 'pre') takes too, in the same columns: 1 of 12"
        in problem.message
    )
    assert found(folder, "waves_equal").empty


def test_waves_that_read_other_columns_of_the_same_rows_are_none(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 12), toml=TOML.replace('file = "post.csv"', 'file = "pre.csv"'))
    after = pd.read_csv(folder / "post.csv", dtype=str, keep_default_na=False)
    with_rows(folder, lambda rows: rows.__setitem__(["n1", "n2", "n3"], after[["m1", "m2", "m3"]].to_numpy()), "pre")
    book = pd.read_csv(folder / "codebook.csv", dtype=str, keep_default_na=False)
    book.assign(post=["n1", "n2", "n3"]).to_csv(folder / "codebook.csv", index=False)
    assert found(folder, "waves_share_rows").empty
    assert not check_study(folder).to_frame()["severity"].eq("error").any()


def test_few_equal_answers_may_be_chance(tmp_path):
    folder = small_study(tmp_path / "study", Group("a", 9))
    (folder / "post.csv").write_text((folder / "pre.csv").read_text())
    assert found(folder, "waves_equal").empty


GROUPS = (Group("Autumn", 12), Group("Spring", 12), Group("Summer", 12))
DATES = {"Autumn": "2025-03-03", "Spring": "2025-01-03", "Summer": "2025-02-03"}


class TestOrderOfCohorts:
    """By date of the first questionnaire, as declared, or by name."""

    def study(self, tmp_path, first=None, reporting=""):
        folder = small_study(tmp_path / "study", *GROUPS, toml=TOML + f"[reporting]\n{reporting}\n")

        def dated(rows):
            rows["when"] = [first.get(name, "") for name in rows["cohort"]]

        for wave in ("pre", "post") if first is not None else ():
            with_rows(folder, dated, wave)
        return folder

    def test_by_first_date(self, tmp_path):
        assert prepare_study(self.study(tmp_path, DATES)).cohorts == ("Spring", "Summer", "Autumn")

    def test_by_name_where_dates_are_equal_or_missing(self, tmp_path):
        assert prepare_study(self.study(tmp_path)).cohorts == ("Autumn", "Spring", "Summer")
        assert prepare_study(self.study(tmp_path / "undated", {})).cohorts == ("Autumn", "Spring", "Summer")

    def test_those_without_dates_come_last(self, tmp_path):
        dates = {"Spring": "2025-01-03", "Summer": "2024-02-03"}
        assert prepare_study(self.study(tmp_path, dates)).cohorts == ("Summer", "Spring", "Autumn")

    def test_as_declared_and_the_others_by_date(self, tmp_path):
        folder = self.study(tmp_path, DATES, 'cohorts = ["Autumn"]')
        assert prepare_study(folder).cohorts == ("Autumn", "Spring", "Summer")

    def test_a_name_that_no_cohort_has_is_refused_with_the_nearest(self, tmp_path):
        with pytest.raises(ReadError, match=r"reporting\.cohorts: 'Sprng' is not a cohort; did you mean 'Spring'\?"):
            prepare_study(self.study(tmp_path, reporting='cohorts = ["Sprng"]'))

    def test_a_name_twice_is_refused(self, tmp_path):
        with pytest.raises(StudyFileError, match=r"reporting\.cohorts: names a cohort twice"):
            prepare_study(self.study(tmp_path, reporting='cohorts = ["Spring", "Spring"]'))

    @pytest.mark.slow
    def test_rows_tables_and_pages_follow_it(self, tmp_path):
        from rm_research.disclosure.numbers import study_numbers

        prepared = prepare_study(self.study(tmp_path, DATES))
        shown = study_numbers(prepared)
        wanted = ["Spring", "Summer", "Autumn"]
        for table in (shown.headlines, shown.tables["cohorts"], shown.tables["response"]):
            names = [name for name in dict.fromkeys(table["cohort"]) if name != "all cohorts"]
            assert names == wanted
        assert prepared.summary().index.tolist() == wanted

    @pytest.mark.slow
    def test_small_cohorts_are_combined_with_their_neighbours_in_time(self, tmp_path):
        from rm_research.disclosure.numbers import study_numbers

        groups = [Group(name, 6) for name in "abcd"]
        folder = small_study(tmp_path / "study", *groups, toml=TOML + '[reporting]\ncohorts = ["c", "a", "d", "b"]\n')
        assert study_numbers(prepare_study(folder)).tables["together"]["group"].unique().tolist() == ["c + a", "d + b"]
