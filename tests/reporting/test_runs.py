"""run_reports: what it writes, what it refuses, and what one bad cohort costs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from rendered_demo import COMMAND
from small_studies import COLUMNS, Group, as_csv, small_study

from rm_research.errors import ReportError, StudyError
from rm_research.reporting import batch
from rm_research.reporting.batch import run_reports
from rm_research.reporting.files import write
from rm_research.reporting.own_pages import MARK
from rm_research.reporting.render import Page, page_html, shipped_notebook

TWICE = as_csv(COLUMNS, [["P0-1", "Spring", *[""] * 4, 2, 2, 2]] * 2).split("\n", 1)[1]  # one code on two rows


def left(out: Path) -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def manifest(out: Path) -> dict:
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def spoil(study: Path) -> None:
    """Give one cohort of a study an error: a code that two of its rows share."""
    with (study / "post.csv").open("a", encoding="utf-8") as handle:
        handle.write(TWICE)


FILES = ["estimates.csv", "index.html", "manifest.json", "tables.csv"]


def pages(*slugs: str) -> list[str]:
    return sorted(f"cohorts/{slug}/{name}" for slug in slugs for name in ("findings.ipynb", "index.html"))


class TestWhole:
    """A study without errors."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, tmp_path_factory):
        """Return the folder, what was said to be written, and the outcomes as they came."""
        home, outcomes = tmp_path_factory.mktemp("whole"), []
        study = small_study(home / "small", Group("Spring", 11), Group("Autumn", 4))
        return home / "out", run_reports(study, out=home / "out", on_done=outcomes.append), outcomes

    def test_writes_exactly_the_files_it_says(self, run):
        out, written, _ = run
        assert left(out) == pages("autumn", "spring") + FILES
        assert sorted(path.relative_to(out).as_posix() for path in written) == left(out)

    def test_outcomes_are_told_as_they_come(self, run):
        assert {(outcome.cohort, outcome.status) for outcome in run[2]} == {("Spring", "done"), ("Autumn", "done")}

    def test_manifest_has_inputs_parameters_versions_and_status(self, run):
        told = manifest(run[0])
        assert set(told["inputs"]) == {"study.toml", "codebook.csv", "pre.csv", "post.csv"}
        assert told["parameters"]["smallest_group"] == 10
        assert "rm_research" in told["versions"]
        assert told["cohorts"]["Spring"]["page"] == "cohorts/spring/index.html"
        assert told["programme"]["page"] == "index.html"

    @pytest.mark.slow
    def test_another_run_elsewhere_gives_the_same_bytes(self, run, tmp_path):
        """In another folder, order, language, time zone and number of jobs."""
        study = small_study(tmp_path / "elsewhere" / "small", Group("Spring", 11), Group("Autumn", 4))
        environment = os.environ | {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
        command = [*COMMAND, "report", str(study), "--out", str(tmp_path / "out"), "--jobs", "1"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        equal = [name for name in left(run[0]) if name != "manifest.json"]
        assert [name for name in equal if (run[0] / name).read_bytes() != (tmp_path / "out" / name).read_bytes()] == []


@pytest.mark.slow
def test_one_cohort_limits_the_pages_alone(study, tmp_path):
    run_reports(study, out=tmp_path / "out", cohorts=["Autumn"])
    assert left(tmp_path / "out") == pages("autumn") + FILES
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert 'href="cohorts/autumn/index.html"' in index
    assert 'href="cohorts/spring/index.html"' not in index
    assert "Spring" in (tmp_path / "out" / "estimates.csv").read_text(encoding="utf-8")


class TestRefused:
    """Before anything is written."""

    def refuse(self, study, out, message, **options):
        with pytest.raises(StudyError, match=message):
            run_reports(study, out=out, **options)
        assert not out.exists()
        assert not Path(f"{out}-private").exists()

    def test_an_unknown_cohort(self, study, tmp_path):
        message = r"There is no cohort 'Sprung'\. Cohorts are 'Autumn', 'Spring'\."
        self.refuse(study, tmp_path / "out", message, cohorts=["Sprung"])

    def test_two_cohorts_of_one_folder(self, tmp_path):
        study = small_study(tmp_path / "s", Group("Spring 1"), Group("Spring-1"))
        self.refuse(
            study,
            tmp_path / "out",
            "Cohorts 'Spring 1' and 'Spring-1' differ only in punctuation or accents and would share one page",
        )

    def test_a_cohort_without_letter_or_digit(self, tmp_path):
        study = small_study(tmp_path / "s", Group("../.."))
        self.refuse(study, tmp_path / "out", r"Cohort '\.\./\.\.' has no letter or digit to name a page")

    def test_a_cohort_called_as_the_programme(self, tmp_path):
        study = small_study(tmp_path / "s", Group("all cohorts"), Group("Spring"))
        self.refuse(study, tmp_path / "out", "'all cohorts' is the name of the programme")

    def test_a_notebook_without_the_parameters(self, study, tmp_path, write_notebook):
        notebook = write_notebook(parameters='folder = "x"')
        self.refuse(study, tmp_path / "out", "has no parameter 'cohort'", notebook=notebook)

    def test_a_study_that_cannot_be_read(self, study, tmp_path):
        (study / "post.csv").unlink()
        with pytest.raises(StudyError, match=r"post\.csv"):
            run_reports(study, out=tmp_path / "out")
        assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_names_of_cohorts_lead_nowhere_else(tmp_path):
    study = small_study(tmp_path / "home" / "s", Group("../../escaped", 4))
    run_reports(study, out=tmp_path / "out" / "deep")
    assert left(tmp_path / "out") == [f"deep/{name}" for name in pages("escaped") + FILES]
    assert not list(tmp_path.glob("escaped*"))


class TestDataError:
    """One cohort's data have an error."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, tmp_path_factory):
        """Render where the page of a cohort, now spoilt, stands from an earlier run."""
        home = tmp_path_factory.mktemp("error")
        study, out = small_study(home / "small", Group("Spring", 11), Group("Autumn", 4)), home / "out"
        for name in ("index.html", "findings.ipynb"):
            write(out / "cohorts" / "spring" / name, f"{MARK} of an earlier run")
        spoil(study)
        with pytest.raises(ReportError) as raised:
            run_reports(study, out=out)
        return out, str(raised.value)

    @pytest.mark.slow
    def test_the_others_are_made_and_its_page_goes(self, run):
        assert left(run[0]) == pages("autumn") + FILES

    def test_the_evaluator_is_told_the_rows(self, run):
        assert "1 of 3 pages could not be made" in run[1]
        assert re.search(r"Spring: .*rows .*\d+", run[1])
        assert 'duplicates = "last"' in run[1]

    def test_the_manifest_has_rule_file_and_count_alone(self, run):
        assert manifest(run[0])["cohorts"]["Spring"]["error"] == {"rule": "duplicate_codes", "wave": "post", "count": 1}

    def test_the_index_names_it_without_a_link(self, run):
        index = (run[0] / "index.html").read_text(encoding="utf-8")
        assert "Not available: its data contain an error" in index
        assert "cohorts/spring" not in index

    def test_nothing_of_it_is_in_the_tables(self, run):
        assert "Spring" not in (run[0] / "estimates.csv").read_text(encoding="utf-8")


@pytest.mark.slow
class TestOwnNotebook:
    """A notebook of the evaluator's own, whose pages are for the evaluator alone."""

    @pytest.fixture
    def raises_for_autumn(self, write_notebook):
        return write_notebook('from IPython.display import display, HTML\ndisplay(HTML(f"<h1>{cohort}</h1>"))',
                              'print(1 / (cohort != "Autumn"))')  # fmt: skip

    def test_a_cell_that_never_ends_is_stopped(self, study, tmp_path, write_notebook):
        notebook = write_notebook("import time", "time.sleep(600 if cohort == 'Autumn' else 0)")
        with pytest.raises(ReportError, match=r"Autumn: own.ipynb: a cell ran for more than 0.05 minutes") as raised:
            run_reports(study, out=tmp_path / "out", notebook=notebook, time_limit=0.05)
        assert "--time-limit" in str(raised.value)
        assert (tmp_path / "out-private" / "cohorts" / "spring" / "index.html").is_file()

    def test_writes_beside_out_alone(self, study, tmp_path, write_notebook):
        run_reports(study, out=tmp_path / "out", notebook=write_notebook("cohort"))
        assert not (tmp_path / "out").exists()
        assert left(tmp_path / "out-private") == sorted(
            f"cohorts/{slug}/{name}" for slug in ("autumn", "spring") for name in ("index.html", "own.ipynb")
        )

    def test_a_cell_that_raises_costs_its_cohort_alone(self, study, tmp_path, raises_for_autumn):
        with pytest.raises(ReportError, match=r"1 of 2 pages.*\n.*Autumn: own\.ipynb: ZeroDivisionError"):
            run_reports(study, out=tmp_path / "out", notebook=raises_for_autumn)
        assert left(tmp_path / "out-private") == ["cohorts/spring/index.html", "cohorts/spring/own.ipynb"]

    def test_the_page_shows_outputs_and_no_code(self, study, tmp_path, raises_for_autumn):
        run_reports(study, out=tmp_path / "out", notebook=raises_for_autumn, cohorts=["Spring"])
        page = (tmp_path / "out-private" / "cohorts" / "spring" / "index.html").read_text(encoding="utf-8")
        assert "<h1>Spring</h1>" in page
        assert "<pre>1.0" in page
        assert "cohort !=" not in page


@pytest.fixture
def replace_notebook(write_notebook, monkeypatch):
    """Put a notebook of one's own in the place of one that ships."""

    def replace(name, *cells, **options):
        own = write_notebook(*cells, name=f"{name}.ipynb", **options)
        monkeypatch.setattr(batch, "shipped_notebook", lambda asked: own if asked == name else shipped_notebook(asked))

    return replace


@pytest.mark.slow
def test_a_page_that_fails_costs_its_cohort_alone(study, tmp_path, replace_notebook):
    replace_notebook("cohort_findings", "print(1 / (cohort != 'Autumn'))")
    out = tmp_path / "out"
    for name in ("index.html", "findings.ipynb"):
        write(out / "cohorts" / "autumn" / name, f"{MARK} of an earlier run")
    with pytest.raises(ReportError, match=r"Autumn: cohort_findings\.ipynb: ZeroDivisionError"):
        run_reports(study, out=out)
    assert left(out) == pages("spring") + FILES
    error = {"rule": "notebook_failed", "file": "cohort_findings.ipynb", "count": 1, "kind": "ZeroDivisionError"}
    assert manifest(out)["cohorts"]["Autumn"]["error"] == error
    assert "Not available: its page was not made" in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_programme_page_that_fails_is_told_and_the_cohorts_stay(study, tmp_path, replace_notebook):
    replace_notebook("programme_findings", "1 / 0", parameters='study = "s"\nunavailable = []')
    with pytest.raises(ReportError, match=r"The page of the programme: programme_findings\.ipynb: ZeroDivisionError"):
        run_reports(study, out=tmp_path / "out", cohorts=["Autumn"])
    assert left(tmp_path / "out") == [*pages("autumn"), "estimates.csv", "manifest.json", "tables.csv"]
    assert manifest(tmp_path / "out")["programme"]["status"] == "failed"


@pytest.mark.slow
def test_a_study_folder_that_cannot_be_written_to_works_with_a_private_place(study, tmp_path, monkeypatch):
    # as root may write anywhere, a file stands where the folder would be
    (study / ".rm_research").write_text("in the way")
    before = left(study)
    monkeypatch.setenv("RM_RESEARCH_PRIVATE", str(tmp_path / "mine"))
    run_reports(study, out=tmp_path / "out", cohorts=["Spring"])
    assert left(tmp_path / "out") == pages("spring") + FILES
    assert left(study) == before


KILLED = """
import os, sys
import rm_research as rm
rm.run_reports(sys.argv[1], out=sys.argv[2], jobs=1, on_done=lambda outcome: os.kill(os.getpid(), 9))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_a_run_that_is_killed_leaves_nothing_of_other_data_beside_its_pages(study, tmp_path):
    """Killed when the first new page is in place."""
    out = tmp_path / "out"
    run_reports(study, out=out)
    assert left(out) == pages("autumn", "spring") + FILES
    old = {path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with (study / "post.csv").open("a") as file:
        file.write("P0-99,Spring,,,D0-99,2025-09-08,5,5,5\n")
    toml = study / "study.toml"  # so that every page differs
    toml.write_text(toml.read_text(encoding="utf-8").replace("A small study", "Another study"), encoding="utf-8")
    assert subprocess.run([sys.executable, "-c", KILLED, study, out], check=False).returncode == -9
    assert 0 < len(left(out)) <= len(pages("autumn", "spring"))
    assert [name for name in left(out) if (out / name).read_bytes() in old] == []


def test_titles_and_links_are_escaped_and_cells_shown_by_kind():
    display = {"text/html": "<h1>as it is</h1>", "text/plain": "not shown"}
    outputs = [new_output("display_data", display), new_output("stream", name="stdout", text="1 < 2"),
               new_output("display_data", {"image/png": "iVBO"}, metadata={"alt": 'a "dot"'})]  # fmt: skip
    notebook = new_notebook(cells=[new_code_cell("secret()", outputs=outputs), new_markdown_cell("*Said* so")])
    html = page_html(notebook, Page(title="<b>", links=(("<i>", 'x"y'),)))
    assert "<title>&lt;b&gt;</title>" in html
    assert '<a href="x&#34;y">&lt;i&gt;</a>' in html
    assert "<h1>as it is</h1>" in html
    assert "<pre>1 &lt; 2</pre>" in html
    assert '<img alt="a &#34;dot&#34;" src="data:image/png;base64,iVBO">' in html
    assert "<em>Said</em>" in html
    assert "secret()" not in html
    assert "not shown" not in html


def test_headings_of_ones_own_notebook_have_no_mark_beside_them():
    text = "# Our *own* page\n\n[Below](#What-we-did)\n\n## What we did\n\nAs in § 3 ¶ 2."
    html = page_html(new_notebook(cells=[new_markdown_cell(text)]), Page(title="Own"))
    assert '<h2 id="What-we-did">What we did</h2>' in html
    assert '<a href="#What-we-did">Below</a>' in html
    assert "anchor-link" not in html
    assert "3 ¶ 2" in html
