"""Exports of platforms that write one header row: recognised, read, and drafted into a study that runs."""

import csv
import io

import pytest
from click.testing import CliRunner
from settled import settle
from workbooks import xlsx

from rm_research.cli import main
from rm_research.readers.detection import detect_format
from rm_research.readers.platforms import MARKS, NAMES
from rm_research.study.settings import FORMATS

ASKED = ["What is your code?", "I am asked for my view", "I can speak plainly"]
# names and cells of the columns before and after the questions; what follows a number is the same in each row
SAMPLES = {
    "microsoft-forms": (
        ["ID", "Start time", "Completion time", "Email", "Name"],
        ["{n}", "2025-03-01 10:{n:02}:00", "2025-03-01 11:{n:02}:00", "anonymous", ""], [], [],
    ),
    "kobotoolbox": (
        ["start", "end"], ["2025-03-01T10:{n:02}:00.000+01:00", "2025-03-01T11:{n:02}:00.000+01:00"],
        ["_id", "_uuid", "_submission_time", "_validation_status", "_index"],
        ["{n}", "u{n:04}-x", "2025-03-01T11:{n:02}:30", "", "{n}"],
    ),
    "moodle": (
        ["Response", "Submitted on:", "Institution", "Department", "Course", "Group", "ID", "Full name", "Username"],
        ["{n}", "2025-03-01 11:{n:02}:00", "", "", "RM", "", "", "", ""], [], [],
    ),
    "typeform": (
        ["#"], ["t{n:04}y"], ["Start Date (UTC)", "Submit Date (UTC)", "Network ID"],
        ["2025-03-01 10:{n:02}:00", "2025-03-01 11:{n:02}:00", "f{n:04}e"],
    ),
    "jotform": (["Submission Date"], ["2025-03-01 11:{n:02}:00"], ["Submission IP", "Submission ID"],
                ["", "59{n:04}"]),
}  # fmt: skip


def rows_of(format, start=0):
    before, first, after, last = SAMPLES[format]
    rows = [[*before, *ASKED, *after]]
    for n in range(20):
        answers = [f"k{n:02}q", str((n + start) % 5 + 1), str((n * 3 + start) % 5 + 1)]
        rows.append([*(cell.format(n=n) for cell in first), *answers, *(cell.format(n=n) for cell in last)])
    return rows


def text_of(rows, delimiter=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def test_every_platform_has_a_sample_and_a_name():
    assert set(MARKS) == set(SAMPLES) == set(NAMES)
    assert set(MARKS) <= set(FORMATS)


@pytest.mark.parametrize("format", SAMPLES)
@pytest.mark.parametrize("write", [text_of, lambda rows: text_of(rows, ";"), lambda rows: xlsx({"Answers": rows})])
def test_its_export_is_recognised_and_read(read, tmp_path, format, write):
    rows = rows_of(format)
    export = read(write(rows), format)
    assert detect_format(tmp_path / "x.csv").format == format
    assert (list(export.rows), len(export.rows)) == (rows[0], 20)
    assert export.rows[ASKED[1]].tolist() == [str(n % 5 + 1) for n in range(20)]


@pytest.mark.parametrize("format", SAMPLES)
def test_a_column_less_is_none_of_them(tmp_path, format):
    marks = {name for mark in MARKS[format] for name in mark}
    rows = [[cell for cell, name in zip(row, rows_of(format)[0], strict=True) if name.casefold() not in marks]
            for row in rows_of(format)]  # fmt: skip
    (tmp_path / "x.csv").write_text(text_of(rows), encoding="utf-8")
    assert detect_format(tmp_path / "x.csv").format not in MARKS


@pytest.mark.parametrize("format", SAMPLES)
def test_its_exports_become_a_study_by_the_command_line(tmp_path, monkeypatch, format):
    monkeypatch.chdir(tmp_path)
    for start, name in enumerate(("pre.csv", "post.csv")):
        (tmp_path / name).write_text(text_of(rows_of(format, start)), encoding="utf-8")
    assert CliRunner().invoke(main, ["init", "draft", "--from", "pre.csv", "post.csv"]).exit_code == 0
    drafted = (tmp_path / "draft" / "study.toml").read_text(encoding="utf-8")
    assert f'format = "{format}"' in drafted
    assert 'person = "What is your code?"' in drafted
    settle(tmp_path / "draft")
    checked = CliRunner().invoke(main, ["check", "draft", "--allow-outside"], env={"COLUMNS": "200"})
    assert (checked.exit_code, "0 errors" in checked.stdout) == (0, True)
