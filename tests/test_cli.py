"""The command line as its user meets it: what it prints, writes and leaves with."""

import json
import re

import nbformat
import pytest
from click.testing import CliRunner, Result
from rendered_demo import demo, demo_out, quality_page
from rich.console import Console
from small_studies import Group, small_study

from rm_research.cli import main
from rm_research.reporting.own_pages import refuse_other_files
from rm_research.study import read_study

__all__ = ["demo", "demo_out", "quality_page"]


def run(*arguments) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def add_line(path, line):
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


def test_help_names_the_commands():
    said = run("--help").stdout
    assert all(f"  {name} " in said for name in ("check", "report", "simulate"))


@pytest.mark.parametrize("command", ["report", "check"])
def test_a_study_that_is_not_there(tmp_path, command):
    done = run(command, tmp_path / "nowhere")
    assert done.exit_code == 1
    said = done.stderr + done.stdout
    assert "There is no folder" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("linked", ["reports", "reports/small"])
def test_reports_that_lead_elsewhere_are_made_only_where_told(study, tmp_path, monkeypatch, linked):
    """The folder in which the command is given may be one that somebody sent."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / linked).parent.mkdir(exist_ok=True)
    (tmp_path / linked).symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    study.rename(tmp_path / "small")
    done = CliRunner().invoke(main, ["report", "small"])
    assert (done.exit_code, "is a link. If it is yours, name the folder with --out" in done.output) == (1, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [("report", "STUDY", "--out", "LONG"), ("report", "STUDY", "--notebook", "LONG"),
     ("check", "STUDY", "--html", "LONG"), ("clean", "STUDY", "--out", "LONG"), ("clean", "LONG", "--purge"),
     ("simulate", "LONG"), ("plan", "LONG"), ("init", "LONG", "--from", "pre.csv"), ("init", "new", "--from", "LONG")],
    ids=" ".join,
)  # fmt: skip
def test_a_name_of_300_letters_is_said(study, tmp_path, words):
    names = {"STUDY": str(study), "LONG": str(tmp_path / ("x" * 300))}
    done = CliRunner().invoke(main, [names.get(word, word) for word in words])
    assert done.exit_code == 1
    assert re.search("is too long for a file's name|There is no folder|is not there", done.output)


def test_broken_toml_is_said_without_a_traceback(tmp_path):
    (tmp_path / "study.toml").write_text("title = \n")
    done = run("report", tmp_path)
    assert done.exit_code == 1
    assert "study.toml: is not valid TOML" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_an_unknown_option_is_a_matter_of_usage(tmp_path):
    assert run("report", tmp_path, "--nonsense").exit_code == 2


class TestLock:
    def test_says_the_hash_and_what_to_do_with_it(self, tmp_path):
        folder = small_study(tmp_path / "s", Group())
        (folder / "post.csv").unlink()
        done = run("plan", folder, "--lock")
        assert done.exit_code == 0
        assert read_study(folder).plan.hash in done.stdout.splitlines()
        assert "Deposit the hash" in done.stdout
        assert "Nothing differs from" in run("plan", folder, "--lock", "--again").stdout

    def test_needs_again_to_lock_another(self, tmp_path):
        folder = small_study(tmp_path / "s", Group())
        assert run("plan", folder, "--lock").exit_code == 0
        toml = (folder / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(toml.replace("0.3", "0.2"), encoding="utf-8")
        refused = run("plan", folder, "--lock")
        assert (refused.exit_code, "give --again" in " ".join(refused.stderr.split())) == (1, True)
        assert run("plan", folder, "--lock", "--again").exit_code == 0
        assert len(read_study(folder).plan.earlier) == 1

    @pytest.mark.parametrize("options", [("--again",), ("--lock", "--n", "20"), ("--lock", "--effect", "0")])
    def test_options_that_do_not_go_together(self, study, options):
        done = run("plan", study, *options)
        assert done.exit_code == 2
        assert not (study / "plan.toml").exists()

    def test_a_changed_plan_is_printed_with_what_was_planned(self, tmp_path):
        folder = small_study(tmp_path / "s", Group())
        run("plan", folder, "--lock")
        toml = (folder / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(toml.replace("0.3", "0.2"), encoding="utf-8")
        said = " ".join(run("check", folder).stdout.replace("│", " ").split())
        assert "Where the study differs from its locked plan" in said
        assert "scales.mood.smallest_effect 0.3 0.2" in said


@pytest.fixture(scope="module")
def monitored(tmp_path_factory):
    """What `rm-research monitor` prints of a small study whose later wave is not in, and its page."""
    folder = small_study(tmp_path_factory.mktemp("m") / "s", Group(role="leader", arm="programme"))
    (folder / "post.csv").unlink()
    page = folder.parent / "monitor.html"
    return run("monitor", folder, "--on", "2025-06-01", "--html", page), page


class TestMonitor:
    def test_prints_and_writes_while_the_later_wave_is_not_in(self, monitored):
        result, page = monitored
        assert result.exit_code == 0
        assert "As of 1 June 2025." in result.stdout
        assert "not there yet" in result.stdout
        assert "Only for you" in result.stderr
        html = page.read_text(encoding="utf-8")
        assert "<title>How far it has come: A small study</title>" in html
        assert "For the coordinator only" in html
        assert "As of 1 June 2025." in html
        assert str(page.parent) not in html

    @pytest.mark.slow
    def test_a_page_may_be_written_again_over_itself(self, monitored, study):
        _, page = monitored
        before = page.read_bytes()
        assert run("monitor", study, "--on", "2025-06-01", "--html", page).exit_code == 0
        assert page.read_bytes() != before

    @pytest.mark.parametrize("command", ["monitor", "check"])
    @pytest.mark.parametrize("name", ["index.html", "cohorts/spring/index.html", "private.html"])
    def test_never_lands_in_a_report(self, study, tmp_path, command, name):
        (tmp_path / "out" / "cohorts" / "spring").mkdir(parents=True)
        (tmp_path / "out" / "manifest.json").write_text('{"versions": {"rm_research": "1"}}')
        (tmp_path / "out" / "index.html").write_text('<meta name="generator" content="rm_research">')
        before = sorted(path.name for path in (tmp_path / "out").rglob("*"))
        done = run(command, study, "--html", tmp_path / "out" / name)
        assert done.exit_code == 1
        assert "a report, which others may get; this page is only for you" in " ".join(done.stderr.split())
        assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == before

    def test_a_link_into_a_report_is_seen_through(self, study, tmp_path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "manifest.json").write_text('{"versions": {"rm_research": "1"}}')
        (tmp_path / "here").symlink_to(tmp_path / "out")
        assert run("monitor", study, "--html", tmp_path / "here" / "page.html").exit_code == 1
        assert not (tmp_path / "out" / "page.html").exists()

    def test_a_folder_with_another_program_s_manifest_is_no_report(self, study, tmp_path):
        (tmp_path / "manifest.json").write_text('{"name": "an app"}')
        refuse_other_files(tmp_path / "page.html")

    def test_what_is_no_day_is_a_matter_of_usage(self, study):
        assert run("monitor", study, "--on", "soon").exit_code == 2


class TestCheck:
    def test_a_clean_study_leaves_with_0(self, tmp_path):
        assert run("check", small_study(tmp_path / "s", Group(role="leader", arm="programme"))).exit_code == 0

    def test_an_error_leaves_with_1_and_names_rows(self, tmp_path):
        folder = small_study(tmp_path / "s", Group())
        add_line(folder / "pre.csv", "P0-1,Spring,,,D,2025-03-04,1,2,3\n")
        done = run("check", folder)
        assert done.exit_code == 1
        assert "duplicates" in done.stdout

    def test_json_is_the_problems(self, demo):
        rows = json.loads(run("check", demo, "--json").stdout)
        assert {"rule", "severity", "file", "source_row", "message"} <= set(rows[0])

    def test_html_is_written_where_asked(self, quality_page):
        html = quality_page.read_text(encoding="utf-8")
        assert "Data quality: Reverse mentoring, Northgate Council" in html
        assert "For the evaluator only" in html

    @pytest.mark.parametrize("name", ["pre.csv", "study.toml", "notes.html"])
    def test_html_is_not_written_over_anything_but_an_earlier_page(self, study, name):
        path = study / name
        path.touch()
        before = path.read_bytes()
        done = run("check", study, "--html", path)
        assert done.exit_code == 1
        assert "so it is kept. Name another file with --html" in " ".join(done.stderr.split())
        assert path.read_bytes() == before

    def test_html_needs_a_file_that_can_be_written(self, study, tmp_path):
        (tmp_path / "folder").mkdir()
        done = run("check", study, "--html", tmp_path / "folder")
        assert done.exit_code == 1
        assert "is a folder. Name a file in it" in " ".join(done.stderr.split())

    def test_html_of_a_study_that_cannot_be_read_says_what_to_do(self, tmp_path):
        done = run("check", tmp_path, "--html", tmp_path / "quality.html")
        assert done.exit_code == 1
        assert "Correct the study files before making the page" in " ".join(done.stderr.split())
        assert not (tmp_path / "quality.html").exists()

    def test_works_while_the_later_wave_is_not_in(self, tmp_path):
        folder = small_study(tmp_path / "s", Group())
        (folder / "post.csv").unlink()
        done = run("check", folder)
        assert done.exit_code == 1
        assert "post.csv is not in the study folder" in " ".join(done.stdout.replace("│", " ").split())


@pytest.fixture
def study(tmp_path):
    return small_study(tmp_path / "s", Group("Spring"), Group("Autumn"))


@pytest.fixture
def notebook(tmp_path):
    """Notebook of one's own that does nothing."""
    tagged = nbformat.v4.new_code_cell('study = ""\ncohort = ""', metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[tagged]), tmp_path / "own.ipynb")
    return tmp_path / "own.ipynb"


@pytest.fixture
def planned(monkeypatch):
    """Rows that a dry run prints, by cohort and role, and what it says with them."""

    def plan(study) -> tuple[dict[tuple[str, str], list[str]], str]:
        monkeypatch.setattr("rm_research.cli.printing.out_console", Console(width=400))
        said = run("report", study, "--dry-run").stdout
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]
        return {(cohort, role): cells for cohort, role, *cells in rows}, said

    return plan


class TestReport:
    def test_names_the_page_to_open(self, demo_out):
        assert (demo_out / "index.html").is_file()

    def test_dry_run_writes_nothing_and_names_hidden_cohorts(self, demo, tmp_path):
        done = run("report", demo, "--out", tmp_path / "out", "--dry-run")
        assert done.exit_code == 0
        assert "2024 autumn" in done.stdout
        assert "hidden because" in done.stdout
        assert not (tmp_path / "out").exists()

    def test_dry_run_names_what_is_hidden_by_role_and_in_words(self, demo, planned):
        rows, said = planned(demo)
        few = "hidden because fewer than 10 people answered before and after"
        assert rows["2022 spring", "Leaders"] == ["40", "shown"]
        assert rows["2024 autumn", "Mentors"] == ["8", few]
        assert rows["2023 autumn", "Mentors"][1].startswith(f"shown; Change, Waitlist – {few};")
        assert "no main result" not in said
        assert "fewer than 10 people’s answers, or if individuals could be identified" in said

    def test_dry_run_names_other_forms(self, study, tmp_path):
        done = run("report", study, "--out", tmp_path / "out", "--dry-run", "--docx", "--png")
        assert "With each page, including the programme’s: findings.docx, figures." in done.stdout
        assert not (tmp_path / "out").exists()

    @pytest.mark.slow
    def test_dry_run_of_a_cohort_with_an_error_says_so(self, study, planned):
        add_line(study / "pre.csv", "P0-1,Spring,,,D,2025-03-04,1,2,3\n")
        rows, _ = planned(study)
        assert rows["Spring", "–"][1] == "no page: its data have an error"
        assert rows["Autumn", "People"][1] == "shown"

    @pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["run", "dry run"])
    def test_pdf_without_a_browser_says_what_to_install(self, study, tmp_path, monkeypatch, more):
        monkeypatch.setenv("RM_RESEARCH_CHROMIUM", str(tmp_path / "none"))
        done = run("report", study, "--out", tmp_path / "out", "--pdf", *more)
        assert done.exit_code == 1
        assert "Set it to the path of Chromium or Chrome" in done.stderr
        assert not (tmp_path / "out").exists()

    def test_unknown_cohort_lists_the_known(self, demo, tmp_path):
        done = run("report", demo, "--out", tmp_path / "out", "--cohort", "2022 sprung")
        assert done.exit_code == 1
        assert "'2022 spring'" in done.stderr

    def test_a_folder_with_other_files_is_refused(self, demo, tmp_path):
        (tmp_path / "thesis.docx").write_text("mine")
        done = run("report", demo, "--out", tmp_path)
        assert done.exit_code == 1
        assert "thesis.docx" in done.stderr
        assert [path.name for path in tmp_path.iterdir() if path.name != "evaluatrix"] == ["thesis.docx"]

    @pytest.mark.slow
    def test_a_folder_named_like_markup_is_printed_as_it_is(self, study, notebook, tmp_path):
        done = run("report", study, "--out", tmp_path / "[red]", "--notebook", notebook, "--cohort", "Autumn")
        assert done.exit_code == 0
        assert f"1 of 1 cohort pages made. Open {tmp_path}/[red]-private/cohorts" in done.stdout

    @pytest.mark.slow
    def test_a_cohort_with_an_error_is_told_with_its_rows_and_leaves_with_1(self, study, notebook, tmp_path):
        add_line(study / "pre.csv", "P0-1,Spring,,,D,2025-03-04,1,2,3\n")
        done = run("report", study, "--out", tmp_path / "out", "--notebook", notebook)
        assert done.exit_code == 1
        assert "1 of 2 pages could not be made" in done.stderr
        assert re.search(r"Spring: .*rows \d+", " ".join(done.stderr.split()))
        assert "1 of 2 cohort pages made." in done.stdout

    @pytest.mark.slow
    def test_each_cohort_is_told_as_it_is_done(self, study, notebook, tmp_path):
        done = run("report", study, "--out", tmp_path / "out", "--notebook", notebook, "--jobs", "1")
        assert done.stderr.split() == ["Autumn:", "done", "Spring:", "done"]

    @pytest.mark.slow
    def test_a_title_like_markup_is_planned_as_it_is(self, study):
        toml = (study / "study.toml").read_text(encoding="utf-8")
        (study / "study.toml").write_text(toml.replace("A small study", "[/b] of [x]"), encoding="utf-8")
        assert "[/b] of [x]" in run("report", study, "--dry-run").stdout

    @pytest.mark.parametrize("jobs", ["0", "many"])
    def test_jobs_are_a_number_from_one_up(self, study, jobs):
        assert run("report", study, "--jobs", jobs).exit_code == 2


@pytest.mark.slow
def test_simulate_writes_a_study_that_passes_check(tmp_path):
    assert run("simulate", tmp_path / "s").exit_code == 0
    assert run("check", tmp_path / "s").exit_code == 0


def test_simulate_refuses_a_folder_of_other_files(tmp_path):
    (tmp_path / "pre.csv").write_text("real,answers\n")
    done = run("simulate", tmp_path)
    assert done.exit_code == 1
    assert (tmp_path / "pre.csv").read_text() == "real,answers\n"
