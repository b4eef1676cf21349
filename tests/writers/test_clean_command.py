"""`rm-research clean` as its user meets it: what it prints, writes and leaves with."""

import re

import pandas as pd
import pytest
from click.testing import CliRunner
from odd_study import with_repeated_code
from small_studies import Group, small_study

from rm_research.cli import main
from rm_research.panel import prepare_study


def run(*arguments):
    result = CliRunner().invoke(main, ["clean", *(str(argument) for argument in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def said(result):
    return " ".join(result.stderr.split())


def test_a_whole_study_leaves_with_0_and_names_the_page(two_cohorts, tmp_path):
    done = run(two_cohorts, "--out", tmp_path / "[red]", "--format", "sav")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"6 files in {tmp_path}/[red]. Open {tmp_path}/[red]/codebook.html" in done.stdout


def test_parquet_unless_told_otherwise(two_cohorts, tmp_path):
    assert run(two_cohorts, "--out", tmp_path / "out").exit_code == 0
    assert len(pd.read_parquet(tmp_path / "out" / "responses.parquet")) == 48


def test_what_is_not_in_yet_is_said_on_stderr_and_leaves_with_1(two_cohorts, tmp_path):
    (two_cohorts / "post.csv").unlink()
    done = run(two_cohorts, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "Left out: post.csv is not in the study folder" in said(done)
    assert len(pd.read_parquet(tmp_path / "out" / "responses.parquet")) == 24


@pytest.mark.slow
def test_a_cohort_with_an_error_is_said_with_its_rows(two_cohorts, tmp_path):
    done = run(with_repeated_code(two_cohorts), "--out", tmp_path / "out", "--format", "csv")
    assert done.exit_code == 1
    assert re.search(r"Left out: wave 'pre' of cohort 'Spring' .*rows 3, 26 of pre\.csv", said(done))


def test_a_folder_of_others_is_refused_without_a_traceback(two_cohorts, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    done = run(two_cohorts, "--out", tmp_path)
    assert done.exit_code == 1
    assert "thesis.docx" in said(done)


@pytest.mark.parametrize("arguments", [[], ["--out", "x", "--format", "xls"]])
def test_usage(two_cohorts, arguments):
    assert run(two_cohorts, *arguments).exit_code == 2


@pytest.mark.slow
def test_the_demo(demo_folder, tmp_path):
    done = run(demo_folder, "--out", tmp_path / "out", "--format", "dta")
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(pd.read_stata(tmp_path / "out" / "responses.dta")) == 664


def test_purge_removes_key_and_cache(tmp_path):
    folder = small_study(tmp_path / "study", Group())
    prepare_study(folder)
    done = run(folder, "--purge")
    assert done.exit_code == 0
    assert "Removed" in done.stdout
    assert not (folder / ".rm_research").exists()
    assert "has no key and no cache" in run(folder, "--purge").stdout


def test_without_a_place_or_purge_it_says_what_to_give(tmp_path):
    done = run(small_study(tmp_path / "study", Group()))
    assert done.exit_code == 2
    assert "--out" in done.stderr
