"""run_reports: what it writes, what it refuses, and what one bad cohort costs."""

import json
import os
import re
from pathlib import Path

import pytest
from small_studies import COLUMNS, TOML, Group, as_csv, small_study

from rm_research.errors import ReportError, StudyError
from rm_research.reporting.batch import run_reports

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

    def test_writes_exactly_the_files_it_says(self, study, tmp_path):
        out = tmp_path / "out"
        written = run_reports(study, out=out)
        assert left(out) == pages("autumn", "spring") + FILES
        assert sorted(path.relative_to(out).as_posix() for path in written) == left(out)

    def test_one_cohort_limits_the_pages_alone(self, study, tmp_path):
        run_reports(study, out=tmp_path / "out", cohorts=["Autumn"])
        assert left(tmp_path / "out") == pages("autumn") + FILES
        index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
        assert 'href="cohorts/autumn/index.html"' in index
        assert 'href="cohorts/spring/index.html"' not in index
        assert "Spring" in (tmp_path / "out" / "estimates.csv").read_text(encoding="utf-8")

    def test_a_cohort_that_is_gone_takes_its_page_along(self, study, tmp_path):
        run_reports(study, out=tmp_path / "out", cohorts=["Autumn"])
        small_study(study, Group("Spring", 11))
        run_reports(study, out=tmp_path / "out")
        assert left(tmp_path / "out") == pages("spring") + FILES

    def test_outcomes_are_told_as_they_come(self, study, tmp_path):
        outcomes = []
        run_reports(study, out=tmp_path / "out", cohorts=["Spring"], on_done=outcomes.append)
        assert [(outcome.cohort, outcome.status) for outcome in outcomes] == [("Spring", "done")]

    def test_manifest_has_inputs_parameters_versions_and_status(self, study, tmp_path):
        run_reports(study, out=tmp_path / "out", cohorts=["Spring"])
        told = manifest(tmp_path / "out")
        assert set(told["inputs"]) == {"study.toml", "codebook.csv", "pre.csv", "post.csv"}
        assert told["parameters"]["smallest_group"] == 10
        assert "rm_research" in told["versions"]
        assert told["cohorts"]["Spring"]["page"] == "cohorts/spring/index.html"
        assert told["programme"]["page"] == "index.html"


class TestRefused:
    """Before anything is written."""

    def refuse(self, study, out, message, **options):
        with pytest.raises(ReportError, match=message):
            run_reports(study, out=out, **options)
        assert not out.exists()
        assert not Path(f"{out}-private").exists()

    def test_an_unknown_cohort(self, study, tmp_path):
        message = r"There is no cohort 'Sprung'\. Cohorts are 'Autumn', 'Spring'\."
        self.refuse(study, tmp_path / "out", message, cohorts=["Sprung"])

    def test_two_cohorts_of_one_folder(self, tmp_path):
        study = small_study(tmp_path / "s", Group("Spring 1"), Group("Spring-1"))
        self.refuse(study, tmp_path / "out", "'Spring 1' and 'Spring-1' would share the folder 'spring-1'")

    def test_a_cohort_without_letter_or_digit(self, tmp_path):
        study = small_study(tmp_path / "s", Group("../.."))
        self.refuse(study, tmp_path / "out", r"'\.\./\.\.' has no letter or digit to name a folder by")

    def test_a_cohort_called_as_the_programme(self, tmp_path):
        study = small_study(tmp_path / "s", Group("all cohorts"), Group("Spring"))
        self.refuse(study, tmp_path / "out", "'all cohorts' stands for the programme")

    def test_a_notebook_without_the_parameters(self, study, tmp_path, write_notebook):
        notebook = write_notebook(parameters='folder = "x"')
        self.refuse(study, tmp_path / "out", "has no parameter 'cohort'", notebook=notebook)

    def test_a_study_that_cannot_be_read(self, study, tmp_path):
        (study / "post.csv").unlink()
        with pytest.raises(StudyError, match=r"post\.csv"):
            run_reports(study, out=tmp_path / "out")
        assert not (tmp_path / "out").exists()


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
        """Render, spoil a cohort, and render again."""
        home = tmp_path_factory.mktemp("error")
        study, out = small_study(home / "small", Group("Spring", 11), Group("Autumn", 4)), home / "out"
        run_reports(study, out=out)
        spoil(study)
        with pytest.raises(ReportError) as raised:
            run_reports(study, out=out)
        return out, str(raised.value)

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
        assert "Not available: its data have an error" in index
        assert "cohorts/spring" not in index

    def test_nothing_of_it_is_in_the_tables(self, run):
        assert "Spring" not in (run[0] / "estimates.csv").read_text(encoding="utf-8")


class TestOwnNotebook:
    """A notebook of the evaluator's own, whose pages are for the evaluator alone."""

    @pytest.fixture
    def raises_for_autumn(self, write_notebook):
        return write_notebook('from IPython.display import display, HTML\ndisplay(HTML(f"<h1>{cohort}</h1>"))',
                              'print(1 / (cohort != "Autumn"))')  # fmt: skip

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

    def test_pages_of_cohorts_that_are_gone_go(self, study, tmp_path, write_notebook):
        notebook = write_notebook("cohort")
        run_reports(study, out=tmp_path / "out", notebook=notebook)
        small_study(study, Group("Spring", 11))
        run_reports(study, out=tmp_path / "out", notebook=notebook)
        assert left(tmp_path / "out-private") == ["cohorts/spring/index.html", "cohorts/spring/own.ipynb"]


class TestShippedNotebookThatFails:
    """The findings of one cohort cannot be made for another reason than its data."""

    @pytest.fixture
    def failing(self, study, tmp_path, write_notebook, monkeypatch):
        own = write_notebook("print(1 / (cohort != 'Autumn'))", name="cohort_findings.ipynb")
        shipped = __import__("rm_research.reporting.render", fromlist=["x"]).shipped_notebook
        monkeypatch.setattr(
            "rm_research.reporting.batch.shipped_notebook",
            lambda name: own if name == "cohort_findings" else shipped(name),
        )
        out = tmp_path / "out"
        (out / "cohorts" / "autumn").mkdir(parents=True)
        (out / "manifest.json").write_text('{"versions": {"rm_research": "0"}}')
        for name in ("index.html", "findings.ipynb"):
            (out / "cohorts" / "autumn" / name).write_text("of an earlier run")
        with pytest.raises(ReportError, match="Autumn: cohort_findings"):
            run_reports(study, out=out)
        return out

    def test_costs_its_cohort_alone(self, failing):
        assert left(failing) == pages("spring") + FILES

    def test_is_named_in_manifest_and_index(self, failing):
        error = {"rule": "notebook_failed", "file": "cohort_findings.ipynb", "count": 1, "kind": "ZeroDivisionError"}
        assert manifest(failing)["cohorts"]["Autumn"]["error"] == error
        assert "Not available: its page was not made" in (failing / "index.html").read_text(encoding="utf-8")


def test_a_programme_page_that_fails_is_told_and_the_cohorts_stay(study, tmp_path, write_notebook, monkeypatch):
    own = write_notebook("1 / 0", parameters='study = "s"\nunavailable = []', name="programme_findings.ipynb")
    shipped = __import__("rm_research.reporting.render", fromlist=["x"]).shipped_notebook
    monkeypatch.setattr(
        "rm_research.reporting.batch.shipped_notebook",
        lambda name: own if name == "programme_findings" else shipped(name),
    )
    with pytest.raises(ReportError, match=r"The page of the programme: programme_findings\.ipynb: ZeroDivisionError"):
        run_reports(study, out=tmp_path / "out", cohorts=["Autumn"])
    assert left(tmp_path / "out") == [*pages("autumn"), "estimates.csv", "manifest.json", "tables.csv"]
    assert manifest(tmp_path / "out")["programme"]["status"] == "failed"


def test_a_study_folder_that_cannot_be_written_to_works(study, tmp_path):
    (study / ".rm_research").write_text(
        "in the way"
    )  # as root may write anywhere, a file stands where the folder would be
    before = left(study)
    run_reports(study, out=tmp_path / "out", cohorts=["Spring"])
    assert left(tmp_path / "out") == pages("spring") + FILES
    assert left(study) == before
    assert "RM_RESEARCH_CACHE" not in os.environ


def test_wording_of_the_study_is_read_from_its_folder(study, tmp_path):
    (study / "study.toml").write_text(TOML.replace("A small study", "Grand-mère & <Söhne>"), encoding="utf-8")
    run_reports(study, out=tmp_path / "out", cohorts=["Autumn"])
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "<title>What changed across the programme – Grand-mère &amp; &lt;Söhne&gt;</title>" in page
