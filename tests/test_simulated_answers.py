"""Questionnaires of a study without answers, filled in by chance: read without an edit, and known as simulated."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import rm_research as rm
from rm_research.cli import main
from rm_research.drafting import begin_study, write_draft
from rm_research.errors import ReportError, StudyFileError

COHORTS = ("Spring 2025", "Autumn 2025")
PLAN = """[programme]
start = { "Spring 2025" = 2025-03-03, "Autumn 2025" = 2025-09-01 }
planned_meetings = 6
every_days = 30
[themes.time]
keywords = ["time", "postpone*"]
"""
EXPORTS = [f"{wave}-{role}.csv" for wave in ("pre", "post") for role in ("leader", "mentor")]


def begun(folder: Path, *, process: bool = False, **options) -> Path:
    write_draft(begin_study(folder, cohorts=COHORTS, process=process, **options), folder)
    if process:
        toml = folder / "study.toml"
        toml.write_text(toml.read_text("utf-8").replace("[programme]\n", PLAN), encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["qualtrics", "limesurvey", "redcap", "csv"])
def test_what_is_filled_in_is_read_without_an_edit(tmp_path, platform):
    folder = begun(tmp_path / "study", platform=platform)
    assert [path.name for path in rm.simulate_answers(folder, pairs=12)] == EXPORTS
    problems = rm.check_study(folder).table
    assert problems["rule"].tolist() == ["simulated"] * 4, problems["message"].tolist()
    assert set(problems["severity"]) == {"warning"}
    prepared = rm.prepare_study(folder)
    assert prepared.cohorts == COHORTS
    assert 35 < len(prepared.people) <= 48
    assert prepared.panel["post"].notna().mean() > 0.6  # codes are found again
    assert (prepared.people["cluster"].value_counts() <= 2).all()
    change = rm.estimate_change(prepared, scale="digital", role="leader").headlines().table
    assert (change["estimate"] > -0.5).all()


@pytest.mark.slow
def test_meetings_goals_and_open_answers_stand_beside_outcomes(tmp_path):
    folder = begun(tmp_path / "study", process=True)
    written = rm.simulate_answers(folder)
    assert [path.name for path in written] == [*EXPORTS, "meetings.csv", "goals.csv"]
    prepared = rm.prepare_study(folder)
    assert sorted(prepared.problems["rule"]) == ["half_pairs"] + ["simulated"] * 6
    page = str(rm.build_findings(prepared))
    assert "pairs met at least " in page
    assert "simulated to try things out: nobody gave these answers" in page
    assert "not for circulation" not in page
    assert "Pairs rated their goals at" in page
    assert "wrote something in their own words" in page
    assert "Safety in the pair" in page
    for name in EXPORTS:  # the logs alone are left of what was simulated
        path = folder / name
        path.write_text(path.read_text("utf-8").replace("simulated_by_rm_research", "remarks"), encoding="utf-8")
    assert rm.check_study(folder).table["rule"].tolist() == ["simulated", "simulated", "half_pairs"]


def test_no_real_file_is_replaced(tmp_path):
    folder = begun(tmp_path / "study")
    rm.simulate_answers(folder, pairs=4)
    first = (folder / EXPORTS[0]).read_bytes()
    rm.simulate_answers(folder, pairs=4, seed=2)
    assert (folder / EXPORTS[0]).read_bytes() != first
    rm.simulate_answers(folder, pairs=4)
    assert (folder / EXPORTS[0]).read_bytes() == first
    (folder / EXPORTS[1]).write_text("code,consent\nab12,yes\n", encoding="utf-8")
    rows = (folder / EXPORTS[2]).read_bytes()
    with pytest.raises(StudyFileError, match=r"pre-mentor.csv: is there already, and was not simulated"):
        rm.simulate_answers(folder, pairs=4, seed=2)
    assert (folder / EXPORTS[1]).read_text("utf-8") == "code,consent\nab12,yes\n"
    assert (folder / EXPORTS[2]).read_bytes() == rows


def test_what_cannot_be_filled_in_is_said_at_once(tmp_path):
    folder = begun(tmp_path / "study")
    toml = folder / "study.toml"
    text = toml.read_text("utf-8").replace('file = "post-mentor.csv"', 'file = "post-mentor.xlsx"\nformat = "excel"')
    toml.write_text(text + '[roster]\nfile = "who.csv"\n', encoding="utf-8")
    with pytest.raises(StudyFileError) as refused:
        rm.simulate_answers(folder)
    assert "post-mentor.xlsx (excel): simulated exports have the format csv" in str(refused.value)
    assert "who.csv: says who takes part" in str(refused.value)
    assert not list(folder.glob("*.xlsx"))


@pytest.mark.slow
def test_simulated_answers_are_never_released(tmp_path):
    folder = begun(tmp_path / "study")
    rm.simulate_answers(folder, pairs=4)
    with pytest.raises(ReportError, match=r"pre-leader.csv, .*: simulated, so there is nothing to release"):
        rm.run_reports(folder, out=tmp_path / "out", release="board")
    assert not (tmp_path / "out" / "index.html").exists()


def test_the_command_says_what_it_wrote(tmp_path):
    folder = begun(tmp_path / "study")
    done = CliRunner().invoke(main, ["simulate", str(folder), "--answers", "--pairs", "4"])
    assert done.exit_code == 0, done.output
    assert "Nobody gave these answers" in done.stdout
    assert all(f"{name}\n" in done.stdout for name in EXPORTS)
    for wrong in (["--answers", "--size", "small"], ["--pairs", "4"]):
        assert CliRunner().invoke(main, ["simulate", str(tmp_path / "other"), *wrong]).exit_code == 2
