"""Every problem at once, the gravest first; who answered, counted; the data-quality picture."""

import pandas as pd
import pytest
from small_studies import COLUMNS, TOML, Group, as_csv, small_study

from rm_research.checks import check_study
from rm_research.checks.problems import SECTIONS
from rm_research.panel import prepare_study
from rm_research.study import read_study

PERSON = ["P0-1", "Spring", "", "", "", ""]
TWICE = {"post.csv": as_csv(COLUMNS, [[*PERSON, 2, 2, 2], [*PERSON, 9, 3, 3]])}


@pytest.fixture
def study(tmp_path):
    """Write a study of these groups and files."""
    return lambda *groups, **contents: small_study(tmp_path / "study", *(groups or [Group()]), **contents)


class TestCheck:
    def test_a_clean_study_has_no_error(self, study):
        assert not check_study(study()).has_errors

    @pytest.mark.slow
    def test_takes_a_study_a_path_and_what_is_prepared(self, study):
        folder = study(files=TWICE)
        read, prepared = read_study(folder), prepare_study(folder)
        tables = [check_study(given).table for given in (folder, str(folder), read, prepared)]
        assert len({len(table) for table in tables}) == 1

    def test_errors_come_first(self, study):
        gravity = check_study(study(files=TWICE)).table["severity"].tolist()
        assert gravity == sorted(gravity, key=["error", "warning", "note"].index)
        assert {"error", "warning"} <= set(gravity)

    def test_a_folder_that_is_not_there_is_one_problem_whatever_its_name(self, tmp_path):
        folder = tmp_path / "two lines\n  - and a mark"
        assert check_study(folder).table["message"].tolist() == [
            f"There is no folder {folder}. Name the folder that contains study.toml."
        ]

    def test_every_fault_of_the_study_files_is_a_problem(self, study):
        folder = study(toml=TOML.replace("smallest_effect", "smallest_affect") + "[nonsense]\n")
        problems = check_study(folder)
        assert problems.prepared is None
        assert problems.has_errors
        assert len(problems.table) == 2
        assert {"smallest_affect", "nonsense"} <= {word for text in problems.table["message"] for word in
                                                   text.replace(".", " ").replace(":", " ").split()}  # fmt: skip

    def test_a_folder_that_is_not_there_is_a_problem(self, tmp_path):
        problems = check_study(tmp_path / "nowhere")
        assert problems.has_errors
        assert "nowhere" in problems.table["message"].iloc[0]

    def test_a_wave_that_is_not_in_is_a_problem_and_the_other_is_counted(self, study):
        folder = study()
        (folder / "post.csv").unlink()
        problems = check_study(folder)
        assert problems.has_errors
        assert problems.response.loc["Spring"].tolist() == [12, 0]

    def test_nothing_is_kept_on_disk(self, study):
        folder = study()
        check_study(folder)
        assert not list(folder.rglob("*.arrow"))

    def test_no_person_is_named(self, study):
        problems = check_study(study(files=TWICE))
        text = repr(problems) + problems._repr_html_() + problems.table.to_csv()
        assert "P0-1" not in text


class TestPicture:
    @pytest.fixture
    def problems(self, study):
        return check_study(study(files=TWICE))

    def test_summary_has_one_row_a_kind_with_count_and_rows(self, problems):
        summary = problems.summary().set_index("rule")
        assert summary.loc["duplicate_codes", "count"] == 1
        assert summary["count"].sum() == len(problems.table)
        assert not summary["message"].duplicated().any()

    def test_summary_names_at_most_twelve_rows(self, study):
        wrong = [[f"X{place}", *PERSON[1:], 9, 9, 9] for place in range(20)]
        summary = check_study(study(files={"post.csv": as_csv(COLUMNS, wrong)})).summary()
        row = summary[summary["column"] == "m1"].iloc[0]
        assert row["count"] == 20
        assert row["rows"] == ", ".join(str(number) for number in range(2, 14))

    def test_missing_is_the_share_of_answers_by_item_and_wave(self, problems):
        assert problems.missing.loc["m1", "pre"] == 0
        assert problems.missing.loc["m1", "post"] in (0.0, 1.0)
        assert problems.missing.columns.tolist() == ["pre", "post"]

    def test_items_that_a_wave_does_not_ask_are_not_missing_there(self, study):
        codebook = "item,scale,low,high,pre\nm1,mood,1,5,-\nm2,mood,1,5,\nm3,mood,1,5,\n"
        missing = check_study(study(files={"codebook.csv": codebook})).missing
        assert pd.isna(missing.loc["m1", "pre"])
        assert missing.loc["m1", "post"] == 0

    def test_links_count_questionnaires(self, study):
        links = check_study(study(Group(n=10, left=3))).links
        assert links.set_index("wave").loc["pre", ["exact", "alone"]].tolist() == [7, 3]

    def test_repr_is_a_line_a_problem(self, problems):
        lines = repr(problems).split("\n")
        assert lines[0].startswith("Problems: 1 error, ")
        assert len(lines) == len(problems.summary()) + 1

    def test_to_frame_is_a_copy(self, problems):
        copy = problems.to_frame()
        copy["message"] = ""
        assert problems.table["message"].str.len().min() > 0

    def test_html_has_every_section_and_is_escaped(self, study):
        html = check_study(study(toml=TOML.replace("A small study", "<b>"), files=TWICE))._repr_html_()
        assert html.count("<h2>") == len(SECTIONS)
        assert "&lt;b&gt;" in html
        assert "<b>" not in html

    def test_html_of_an_unreadable_study_says_what_is_wrong(self, tmp_path):
        html = check_study(tmp_path / "nowhere")._repr_html_()
        assert html.count("<h2>") == 1
        assert "nowhere" in html
