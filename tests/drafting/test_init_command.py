"""rm-research init as its user meets it."""

import pytest
from click.testing import CliRunner
from drafted_exports import survey

from rm_research.cli import main
from rm_research.study.marks import CHECK


def run(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def exports(tmp_path):
    paths = tmp_path / "first.csv", tmp_path / "then.csv"
    for start, path in enumerate(paths):
        path.write_text(survey(start=start, group=["MA", "Control"] * 15), encoding="utf-8")
    return paths


@pytest.mark.parametrize("together", [True, False])
def test_a_draft_is_written_and_told(tmp_path, exports, together):
    given = ["--from", *exports] if together else [part for path in exports for part in ("--from", path)]
    done = run("init", tmp_path / "study", *given)
    assert done.exit_code == 0
    assert all(word in done.stdout for word in ("first.csv", "then.csv", "pre", "post", "30"))
    assert "study.toml line " in done.stdout
    assert "arm: which group had the programme" in done.stdout
    assert done.stdout.rstrip().endswith(f"Next: rm-research check {tmp_path / 'study'} --allow-outside")
    refused = run("check", tmp_path / "study")
    assert refused.exit_code == 1
    assert "is still marked CHECK: arm: which group had the programme" in " ".join(
        refused.stdout.replace("│", "").split()
    )
    study = tmp_path / "study" / "study.toml"
    study.write_text(study.read_text(encoding="utf-8").replace(CHECK, "CHECK [x]"), encoding="utf-8")
    assert run("check", tmp_path / "study").exit_code == 0


def test_waves_are_named(tmp_path, exports):
    run("init", tmp_path / "study", "--from", *exports, "--wave", "before", "--wave", "after")
    assert "[waves.before]" in (tmp_path / "study" / "study.toml").read_text()


def test_a_study_that_is_there_is_kept(tmp_path, exports):
    run("init", tmp_path, "--from", *exports)
    before = (tmp_path / "study.toml").read_text()
    done = run("init", tmp_path, "--from", *exports)
    assert done.exit_code == 1
    assert "which init never overwrites" in " ".join(done.stderr.split())
    assert (tmp_path / "study.toml").read_text() == before


def test_files_are_looked_for_in_the_study_folder_too(tmp_path, exports):
    assert run("init", tmp_path, "--from", "first.csv", "then.csv").exit_code == 0
    assert 'file = "first.csv"' in (tmp_path / "study.toml").read_text()


def test_what_cannot_be_read_leaves_nothing_behind(tmp_path):
    done = run("init", tmp_path / "study", "--from", tmp_path / "one.csv", tmp_path / "two.csv")
    assert done.exit_code == 1
    assert "2 problems" in done.stderr
    assert not (tmp_path / "study").exists()


def test_the_folder_comes_first(exports):
    done = run("init", "--from", *exports)
    assert done.exit_code == 1
    assert "Name the study folder first" in " ".join(done.stderr.split())


def test_exports_must_be_named(tmp_path):
    assert run("init", tmp_path).exit_code == 2
