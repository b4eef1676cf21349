"""Other forms of real runs: where they stand, what is said of them, and what one that fails costs."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader, PdfWriter
from small_studies import COLUMNS, Group, as_csv, small_study

from rm_research.errors import ReportError
from rm_research.reporting.apart import CAN_FORK, stop_all
from rm_research.reporting.batch import run_reports
from rm_research.reporting.forms import printing
from rm_research.reporting.forms.worker import made_apart

TWICE = as_csv(COLUMNS, [["P0-1", "Spring", *[""] * 4, 2, 2, 2]] * 2).split("\n", 1)[1]  # one code on two rows
PAGES = {"": "index.html", "Spring": "cohorts/spring/index.html", "Autumn": "cohorts/autumn/index.html"}
PRINTS = 'for a in "$@"; do case $a in --print-to-pdf=*) cp PRINTED "${a#*=}";; esac; done'


def left(out: Path, suffix: str = "") -> list[str]:
    return sorted(path.relative_to(out).as_posix() for path in out.rglob(f"*{suffix}") if path.is_file())


def manifest(out: Path) -> dict:
    return json.loads((out / "manifest.json").read_text(encoding="utf-8"))


def page(out: Path, cohort: str) -> BeautifulSoup:
    return BeautifulSoup((out / PAGES[cohort]).read_text(encoding="utf-8"), "html.parser").main


def pdf(place: Path, title: str) -> Path:
    """Write an empty page with a title."""
    writer, path = PdfWriter(), place / "printed.pdf"
    writer.add_blank_page(72, 72)
    writer.add_metadata({"/Title": title})
    writer.write(path)
    return path


def text_of(tag) -> str:
    return " ".join(tag.get_text().split())


def paragraphs(document) -> list:
    """Paragraphs of a document, also those that stand side by side."""
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    return [*document.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]


def in_annex(tag) -> bool:
    """Whether a heading comes after all that is visible: with what is folded, in the appendix, in the list of words."""
    return bool(tag.find_parent(["details"]) or tag.find_parent("section", class_=["methods", "words"]))


@pytest.mark.slow
class TestDocumentsAndPictures:
    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, tmp_path_factory):
        """Return the folder and the files said to be written."""
        home = tmp_path_factory.mktemp("forms")
        study = small_study(home / "small", Group("Spring", 11), Group("Autumn", 4))
        return home / "out", run_reports(study, out=home / "out", docx=True, png=True)

    def test_each_stands_beside_its_page_and_is_said(self, run):
        out, written = run
        assert sorted(path.relative_to(out).as_posix() for path in written) == left(out)
        assert left(out, ".docx") == ["cohorts/autumn/findings.docx", "cohorts/spring/findings.docx", "findings.docx"]

    def test_the_manifest_lists_them(self, run):
        told = manifest(run[0])
        pictures = [f"cohorts/spring/figures/{path.name}" for path in run[0].glob("cohorts/spring/figures/*")]
        assert sorted(told["cohorts"]["Spring"]["forms"]) == sorted(["cohorts/spring/findings.docx", *pictures])
        assert told["cohorts"]["Spring"]["not_made"] == []
        assert "findings.docx" in told["programme"]["forms"]

    @pytest.mark.parametrize("cohort", PAGES)
    def test_a_document_says_what_its_page_says(self, run, cohort):
        html, out = page(run[0], cohort), run[0]
        document = docx.Document(str((out / PAGES[cohort]).with_name("findings.docx")))
        for tag in html.select(".methods .kept"):  # they repeat the analysis, and the document says where they are
            tag.decompose()
        said = [" ".join(paragraph.text.split()) for paragraph in paragraphs(document)]
        assert [mark["data-paper"] for mark in html.select("[data-paper]") if mark["data-paper"] not in said] == []
        ranks = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
        headings = [(ranks[tag.name], text_of(tag)) for tag in html.find_all(list(ranks))]
        found = [(p.style.name, p.text) for p in document.paragraphs if p.style.name in ranks.values()]
        assert [heading for heading in headings if heading not in found] == []
        visible = [(ranks[tag.name], text_of(tag)) for tag in html.find_all(list(ranks)) if not in_annex(tag)]
        assert found[: len(visible)] == visible
        shown = [[[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]
                 for table in document.tables if table._tbl.xpath("./w:tblPr/w:tblCaption")]  # fmt: skip
        rows = [[[text_of(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
                for table in html.find_all("table")]  # fmt: skip
        assert sorted(shown) == sorted(rows)
        assert shown[0] == rows[0]
        assert [text_of(tag) for tag in html.find_all("caption") if text_of(tag) not in said] == []
        shown = [tag for tag in html.find_all(["p", "li", "summary"]) if not tag.find(download=True)]
        assert [text_of(tag) for tag in shown if text_of(tag) not in said] == []
        terms = [f"{text_of(tag)}: {text_of(tag.find_next_sibling('dd'))}" for tag in html.find_all("dt")]
        assert [term for term in terms if term not in said] == []
        alts = [text_of(tag.find("title")) for tag in html.find_all("figure")]
        told = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
        assert sorted(told) == sorted(alts)
        drawn = [text_of(tag.find("title")) for tag in html.find_all("figure") if not tag.find_parent("details")]
        assert told[: len(drawn)] == drawn

    @pytest.mark.parametrize("cohort", PAGES)
    def test_nothing_in_a_document_is_empty_and_its_headings_follow_each_other(self, run, cohort):
        document = docx.Document(str((run[0] / PAGES[cohort]).with_name("findings.docx")))
        empty = [p for p in document.paragraphs if not p.text and not p._p.xpath(".//pic:pic | .//w:sectPr")]
        assert empty == []
        levels = [0 if p.style.name == "Title" else int(p.style.name[-1]) for p in document.paragraphs
                  if p.style.name.startswith(("Title", "Heading"))]  # fmt: skip
        assert levels[0] == 0
        assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []
        room = document.sections[0].page_width - 2 * document.sections[0].left_margin
        assert [shape for shape in document.inline_shapes if shape.width > room] == []

    @pytest.mark.parametrize("cohort", PAGES)
    def test_there_is_a_picture_for_each_figure(self, run, cohort):
        named = [tag["data-picture"] for tag in page(run[0], cohort).find_all("figure")]
        folder = (run[0] / PAGES[cohort]).with_name("figures")
        assert left(folder) == sorted(f"{name}.png" for name in named)
        for path in folder.glob("*.png"):
            with Image.open(io.BytesIO(path.read_bytes())) as image:
                image.load()
                assert min(image.size) > 100
                assert image.text["Description"]

    def test_the_page_of_a_shown_cohort_has_figures(self, run):
        assert left(run[0] / "cohorts" / "spring" / "figures")

    @pytest.mark.slow
    def test_making_one_again_gives_the_same_bytes(self, run):
        out = run[0]
        before = {name: (out / name).read_bytes() for name in left(out) if name.endswith((".docx", ".png"))}
        run_reports(out.parent / "small", out=out, docx=True, png=True)
        assert {name: (out / name).read_bytes() for name in before} == before

    @pytest.mark.slow
    def test_a_cohort_with_an_error_has_none_of_an_earlier_run(self, run, tmp_path):
        out = shutil.copytree(run[0], tmp_path / "out")
        study = small_study(tmp_path / "small", Group("Spring", 11), Group("Autumn", 4))
        with (study / "post.csv").open("a", encoding="utf-8") as handle:
            handle.write(TWICE)
        with pytest.raises(ReportError, match="1 of 3 pages could not be made"):
            run_reports(study, out=out, docx=True)
        assert left(out, ".docx") == ["cohorts/autumn/findings.docx", "findings.docx"]
        assert not (out / "cohorts" / "spring").exists()
        assert left(out, ".png") == []  # not asked for this time, they would tell of the last


@pytest.mark.slow
@pytest.mark.browser
def test_pages_are_printed_and_a_run_without_pdf_leaves_no_old_one(study, tmp_path, chromium):
    out = tmp_path / "out"
    written = run_reports(study, out=out, pdf=True, summary=True, cohorts=["Autumn"])
    made = [f"{folder}{name}.pdf" for folder in ("cohorts/autumn/", "") for name in ("index", "summary")]
    assert left(out, ".pdf") == made
    assert sorted(path.relative_to(out).as_posix() for path in written) == left(out)
    assert manifest(out)["cohorts"]["Autumn"]["forms"] == made[:2]
    assert [len(PdfReader(out / name).pages) for name in made if "summary" in name] == [1, 1]
    run_reports(study, out=out, cohorts=["Autumn"])
    assert left(out, ".pdf") == []


class TestRefused:
    """Before anything is written."""

    def refuse(self, study, out, message, **options):
        with pytest.raises(ReportError, match=message):
            run_reports(study, out=out, **options)
        assert not out.exists()
        assert not Path(f"{out}-private").exists()
        assert not (study / ".rm_research").exists()

    def test_a_pdf_without_a_browser(self, study, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        self.refuse(study, tmp_path / "out", "--pdf needs Chromium or Google Chrome", pdf=True)

    def test_a_summary_without_a_browser(self, study, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        self.refuse(study, tmp_path / "out", "--summary needs Chromium or Google Chrome", summary=True)

    @pytest.mark.parametrize("form", ["docx", "png", "summary"])
    def test_findings_of_a_notebook_of_ones_own(self, study, tmp_path, write_notebook, form):
        options = {"notebook": write_notebook("1"), form: True}
        self.refuse(study, tmp_path / "out", "are made from the findings", **options)


@pytest.mark.slow
class TestFails:
    """A form costs itself alone."""

    def run(self, study, out, browser, monkeypatch, **options):
        monkeypatch.setenv("RM_RESEARCH_CHROMIUM", str(browser))
        with pytest.raises(ReportError) as raised:
            run_reports(study, out=out, cohorts=["Autumn"], pdf=True, **options)
        return str(raised.value)

    def test_a_browser_that_hangs(self, study, tmp_path, browser, monkeypatch):
        monkeypatch.setattr(printing, "LIMIT", 0.5)
        out = tmp_path / "out"
        said = self.run(study, out, browser("sleep 600"), monkeypatch)
        assert "Files beside pages could not be made" in said
        assert f"Autumn: index.pdf: {tmp_path}/browser was stopped: it had not printed the page" in said
        assert "The page of the programme: index.pdf" in said
        assert left(out, ".html") == ["cohorts/autumn/index.html", "index.html"]
        assert left(out, ".pdf") == []
        assert manifest(out)["cohorts"]["Autumn"]["status"] == "done"
        assert manifest(out)["cohorts"]["Autumn"]["not_made"] == [{"file": "index.pdf", "kind": "PrintError"}]

    @pytest.mark.slow
    def test_a_place_that_cannot_be_written_to(self, study, tmp_path, browser, monkeypatch):
        out = tmp_path / "out"
        (out / "index.pdf" / "in the way").mkdir(parents=True)
        (out / "cohorts").mkdir()
        title = "Autumn: what changed – A small study"
        said = self.run(study, out, browser(PRINTS.replace("PRINTED", str(pdf(tmp_path, title)))), monkeypatch)
        assert "The page of the programme: index.pdf" in said
        assert "index.html" in left(out)
        assert not list(out.rglob("*.part"))

    @pytest.mark.slow
    def test_a_document_that_was_edited_is_not_written_over(self, study, tmp_path):
        out = tmp_path / "out"
        run_reports(study, out=out, docx=True, cohorts=["Autumn"])
        (out / "findings.docx").write_text("hours of work")
        with pytest.raises(ReportError, match=r"findings\.docx was edited after it was made, so it is kept\. Move it"):
            run_reports(study, out=out, docx=True, cohorts=["Autumn"])
        assert (out / "findings.docx").read_text() == "hours of work"
        assert manifest(out)["programme"]["forms"] == []


class TestWorker:
    @pytest.mark.slow
    def test_what_goes_wrong_is_told_by_kind_and_message(self, tmp_path):
        made, lost = made_apart(("findings.docx", "figures"), {"study": "nowhere", "cohort": "x"}, tmp_path)
        assert made == {}
        assert {name: why.kind for name, why in lost.items()} == dict.fromkeys(lost, "StudyFileError")
        assert set(lost) == {"findings.docx", "figures"}
        assert "There is no folder" in lost["figures"].message

    @pytest.mark.slow
    def test_one_that_is_ended_is_told(self, study):
        told = []
        work = threading.Thread(
            target=lambda: told.append(made_apart(("figures",), {"study": study.name}, study.parent))
        )
        work.start()
        while work.is_alive():
            stop_all()
            time.sleep(0.01)
        made, lost = told[0]
        assert (made, lost["figures"].kind) == ({}, "DeadWorkerError")


def still_running(mark: str) -> list[int]:
    """Processes that have a word in their environment or their command."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if any(mark.encode() in (place / name).read_bytes() for name in ("environ", "cmdline")):
                found.append(int(place.name))
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="reads /proc")
def test_ctrl_c_ends_the_browser_too(request, study, tmp_path, browser):
    marks = Path(tempfile.mkdtemp(prefix="rmt-"))  # where sockets are made, whose paths must be short
    request.addfinalizer(lambda: shutil.rmtree(marks, ignore_errors=True))
    named = {"RM_RESEARCH_CHROMIUM": str(browser(f"sleep 600 & touch {marks}/printing; wait")), "TMPDIR": str(marks)}
    script = "from rm_research.cli import main; main()"
    command = subprocess.Popen(
        [sys.executable, "-c", script, "report", str(study), "--out", str(tmp_path / "out"), "--pdf", "--jobs", "1"],
        env=os.environ | named, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    request.addfinalizer(command.wait)
    request.addfinalizer(lambda: os.killpg(command.pid, signal.SIGKILL) if command.poll() is None else None)
    end = time.monotonic() + 90
    while not (marks / "printing").exists():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does
    said, _ = command.communicate(timeout=15)
    assert command.returncode == 130
    assert "Traceback" not in said
    while still_running(str(marks)):
        assert time.monotonic() < end, "something is left"
        time.sleep(0.1)
    assert [path.name for path in marks.iterdir() if path.name.startswith("rm_research-")] == []
    assert left(tmp_path / "out") == ["cohorts/autumn/findings.ipynb", "cohorts/autumn/index.html"]
