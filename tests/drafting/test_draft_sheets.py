"""Sheets of one workbook in a draft: which hold answers, and in which order they were answered."""

import pytest
from click.testing import CliRunner
from drafted_exports import answers, codes
from settled import settle
from workbooks import xlsx

from rm_research.cli import main
from rm_research.drafting import draft_study

KEY = [[number, label] for number, label in enumerate(("Never", "Rarely", "Often"), start=1)]


def of_wave(start):
    rows = [[code, *answers(3, start=start + place)] for place, code in enumerate(codes(12))]
    return [["code", "q_1", "q_2", "q_3"], *rows]


@pytest.fixture
def drafted(tmp_path):
    def draft(sheets):
        (tmp_path / "all.xlsx").write_bytes(xlsx(sheets))
        return draft_study(tmp_path, [tmp_path / "all.xlsx"])

    return draft


@pytest.mark.parametrize(
    ("names", "sheets", "asked"),
    [(("PRE", "POST"), ["PRE", "POST"], False), (("Nachher", "Vorher"), ["Vorher", "Nachher"], False),
     (("Leaders", "Mentors"), ["Leaders", "Mentors"], True)],
)  # fmt: skip
def test_each_sheet_of_answers_is_a_wave(drafted, names, sheets, asked):
    draft = drafted({"Read me": [["How we asked"]], **{name: of_wave(n) for n, name in enumerate(names)}, "Key": KEY})
    assert draft.files["file"].tolist() == [f"all.xlsx [{name}]" for name in names]
    assert [line.split('"')[1] for line in draft.study.splitlines() if line.startswith("sheet")] == sheets
    assert ("wave of its own" in " ".join(draft.checks["check"])) == asked
    assert draft.files["paired"].tolist() == [3, 3]


def test_a_sheet_of_other_columns_is_no_wave(drafted):
    draft = drafted({"Answers": of_wave(0), "Staff": [["code", "grade", "site", "since"], ["a", 1, "x", 2]]})
    assert draft.files["file"].tolist() == ["all.xlsx [Answers]"]
    assert "one of several" in " ".join(draft.checks["check"])


def test_by_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "survey.xlsx").write_bytes(xlsx({"PRE": of_wave(0), "POST": of_wave(1), "Key": KEY}))
    assert CliRunner().invoke(main, ["init", "draft", "--from", "survey.xlsx"]).exit_code == 0
    settle(tmp_path / "draft")
    checked = CliRunner().invoke(main, ["check", "draft"], env={"COLUMNS": "200"})
    assert (checked.exit_code, "[POST]" in checked.stdout) == (0, True)


def test_a_short_list_of_many_columns_is_not_taken_for_the_answers(drafted):
    narrow = [row[:3] for row in of_wave(0)]
    draft = drafted({"Staff": [["code", "grade", "site", "since"], ["a", 1, "x", 2]], "Answers": narrow})
    assert draft.files["file"].tolist() == ["all.xlsx [Answers]"]
