"""Situations with rows, headers, sheets and formats that users reported, by the command line; skipped where absent."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from settled import settle

from rm_research.cli import main

CASES = Path(__file__).parents[3] / "shared" / "cases"


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


@pytest.fixture
def case(tmp_path, monkeypatch):
    """Copy a case and work in its folder."""

    def copied(name):
        if not (CASES / name).is_dir():
            pytest.skip(f"{CASES / name} is not here")
        shutil.copytree(CASES / name, tmp_path / name, copy_function=shutil.copyfile)
        for folder in (tmp_path / name, *(tmp_path / name).rglob("*/")):
            folder.chmod(0o700)
        monkeypatch.chdir(tmp_path / name)

    return copied


def change(study):
    done = run("report", study, "--out", f"{study}-out", "--jobs", "1", "--allow-outside")
    assert done.exit_code == 0, done.output
    rows = pd.read_csv(f"{study}-out/estimates.csv")
    return rows[(rows["contrast"] == "change") & (rows["measure"] == "mean")].iloc[0]


@pytest.mark.slow
def test_two_sheets_are_two_waves(case):
    case("04-excel-two-sheets")
    assert change("study")[["estimate", "n_pairs"]].tolist() == [0.49, 24]
    assert run("init", "draft", "--from", "survey.xlsx").exit_code == 0
    settle(Path("draft"))
    assert run("check", "draft", "--allow-outside").exit_code == 0
    assert change("draft")["estimate"] == 0.49


@pytest.mark.slow
def test_totals_and_means_are_nobody(case):
    case("24-summary-rows")
    assert "rows 43, 44 held totals" in " ".join(run("check", "study").stdout.replace("│", " ").split())
    assert run("init", "draft", "--from", "study/pre.csv", "study/post.csv").exit_code == 0
    settle(Path("draft"))
    for study in ("study", "draft"):
        assert change(study)[["n_pre", "n_post", "n_pairs"]].tolist() == [40, 40, 40]
        assert change(study)["estimate"] == pytest.approx(0.06, abs=0.005)


@pytest.mark.parametrize(
    ("file", "said"),
    [("pre.ods", "an OpenDocument spreadsheet"), ("pre.xls", "before 2007"), ("pre.xlsb", "a binary Excel workbook"),
     ("pre.json", "is JSON"), ("page.xls", "is a web page")],
)  # fmt: skip
def test_a_file_says_what_it_is(case, file, said):
    case("27-ods-xls")
    done = run("init", "draft", "--from", file)
    assert (done.exit_code, said in done.stderr, ".xlsx" in done.stderr) == (1, True, True)


@pytest.mark.slow
def test_titles_above_the_header_are_found(case):
    case("42-culture-amp")
    assert run("init", "draft", "--from", "pre.csv", "post.csv").exit_code == 0
    settle(Path("draft"))
    assert Path("draft/study.toml").read_text(encoding="utf-8").count("title_rows = 3") == 2
    assert change("draft")["n_pairs"] == 40
