"""Pages printed by a real browser, and what is said of one that is missing, hangs or prints something else."""

import io
import os
import re
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, StreamObject

from rm_research.errors import ReportError
from rm_research.reporting.apart import stop_all
from rm_research.reporting.forms import printing
from rm_research.reporting.forms.printing import (
    PrintError,
    found_browser,
    printed,
    title_of,
    with_usual_names,
    without_dates,
)
from rm_research.reporting.render import Page, page_html
from rm_research.temporary import IN_USE

TITLE = "2024: what changed – A “study” (Zürich)"


def page(place: Path, *html: str, title: str = TITLE) -> Path:
    """Write a page with the surroundings of all our pages."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    cells = [new_code_cell("", outputs=[new_output("display_data", {"text/html": part}) for part in html])]
    path = place / "index.html"
    path.write_text(page_html(new_notebook(cells=cells), Page(title)), encoding="utf-8")
    return path


def objects(pdf: bytes) -> list[DictionaryObject]:
    """All that a PDF is made of."""
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    found = [reader.get_object(number) for number in range(1, int(reader.trailer["/Size"]))]
    return [each for each in found if isinstance(each, DictionaryObject)]


def count(pdf: bytes, tag: str) -> int:
    """Number of elements of a kind in the structure of a tagged PDF."""
    return sum(each.get("/Type") == "/StructElem" and each["/S"] == f"/{tag}" for each in objects(pdf))


def everything(pdf: bytes) -> bytes:
    """The file with all that is packed in it."""
    return b"\n".join([pdf, *(each.get_data() for each in objects(pdf) if isinstance(each, StreamObject))])


@pytest.mark.browser
class TestPrinted:
    @pytest.fixture(scope="class")
    @classmethod
    def source(cls, tmp_path_factory):
        folded = "<h2>More</h2><details><summary>Open</summary><table><tr><th>a</th><td>1</td></tr></table></details>"
        links = '<p><a href="cohorts/x/index.html">Spring</a> <a href="#main">up</a></p>'
        return page(tmp_path_factory.mktemp("secret-place"), "<h1>Findings</h1>" + links, folded)

    @pytest.fixture(scope="class")
    @classmethod
    def pdf(cls, source, chromium):
        return printed(source, TITLE, chromium)

    def test_it_is_tagged_with_title_and_language(self, pdf):
        read = PdfReader(io.BytesIO(pdf), strict=True)
        assert read.root_object["/Lang"] == "en"
        assert read.root_object["/ViewerPreferences"]["/DisplayDocTitle"]
        assert read.root_object["/MarkInfo"]["/Marked"]
        assert count(pdf, "H1") == 1
        assert read.metadata.title == TITLE
        assert read.outline[0].title == "Findings"

    def test_what_is_folded_on_screen_is_printed(self, pdf):
        assert count(pdf, "Table") == 1
        assert count(pdf, "TD") == 1

    def test_nothing_tells_of_machine_or_time(self, pdf, source):
        told = everything(pdf)
        assert all(word not in told for word in (b"file:", b"secret-place", b"/tmp", b"Linux", b"Mozilla"))
        assert not re.search(rb"D:20\d\d", told)
        about = PdfReader(io.BytesIO(pdf)).metadata
        assert about.creation_date == about.modification_date == datetime(1980, 1, 1, tzinfo=UTC)
        assert about.creator == "rm_research"

    @pytest.mark.slow
    def test_printing_again_gives_the_same_bytes(self, pdf, source, chromium, monkeypatch):
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        time.sleep(1.1)  # a PDF tells seconds
        assert printed(source, TITLE, chromium) == pdf

    @pytest.mark.slow
    def test_it_asks_nothing_of_the_network_and_leaves_nothing(self, tmp_path, chromium, monkeypatch):
        """Also where a page would, as one's own may."""
        home = tmp_path / "home"
        (home / "tmp").mkdir(parents=True)
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setattr("tempfile.tempdir", str(home / "tmp"))
        source = tmp_path / "index.html"
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            address = f"http://localhost:{server.getsockname()[1]}/x.png"
            source.write_text(f'<html><title>a</title><body><img src="{address}"></body></html>', encoding="utf-8")
            printed(source, "a", chromium)
            with pytest.raises(TimeoutError):
                server.accept()
        assert [path.name for path in home.rglob("*") if path.is_file()] == [IN_USE]  # until this process ends
        assert len(list((home / "tmp").iterdir())) == 1

    @pytest.mark.slow
    @pytest.mark.parametrize("title", ["plain", r"a (b) \ c", "Zürich", "日本 🙂", "two  spaces"])
    def test_any_title_is_known_again(self, tmp_path, chromium, title):
        assert printed(page(tmp_path, "<h1>x</h1>", title=title), title, chromium)

    @pytest.mark.slow
    def test_another_page_is_refused(self, tmp_path, chromium):
        with pytest.raises(PrintError, match="did not print this page"):
            printed(page(tmp_path, "<h1>x</h1>", title="not found"), TITLE, chromium)


class TestFound:
    def test_none_says_what_to_install(self, monkeypatch, tmp_path):
        monkeypatch.delenv("RM_RESEARCH_CHROMIUM", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(
            ReportError, match=r"needs Chromium or Google Chrome.*apt install chromium.*RM_RESEARCH_CHRO"
        ):
            found_browser()

    def test_one_that_is_named_comes_first(self, monkeypatch, browser):
        monkeypatch.setenv("RM_RESEARCH_CHROMIUM", str(browser("true")))
        assert found_browser() == browser("true")

    def test_one_that_is_named_and_not_there_is_said(self, monkeypatch, tmp_path):
        monkeypatch.setenv("RM_RESEARCH_CHROMIUM", str(tmp_path / "nowhere"))
        with pytest.raises(ReportError, match=r"RM_RESEARCH_CHROMIUM names .*nowhere, which is not a program"):
            found_browser()


class TestFails:
    def test_a_browser_that_hangs_is_ended_with_all_it_started(self, tmp_path, browser, monkeypatch):
        monkeypatch.setattr(printing, "LIMIT", 1)
        program = browser(f"sleep 600 & echo $! > {tmp_path}/child; wait")
        with pytest.raises(PrintError, match="was stopped: it had not printed the page after 1 seconds"):
            printed(page(tmp_path), TITLE, program)
        assert has_ended(int((tmp_path / "child").read_text()))

    def test_a_browser_can_be_stopped_from_elsewhere(self, tmp_path, browser):
        program = browser(f"touch {tmp_path}/begun; sleep 600")
        told = []

        def run():
            try:
                printed(page(tmp_path), TITLE, program)
            except PrintError as error:
                told.append(str(error))

        thread = threading.Thread(target=run)
        thread.start()
        while not (tmp_path / "begun").exists():
            time.sleep(0.02)
        stop_all()
        thread.join(5)
        assert not thread.is_alive()
        assert told == [f"{program} printed nothing."]

    def test_what_a_browser_says_last_is_passed_on(self, tmp_path, browser):
        with pytest.raises(PrintError, match=r"printed nothing\. No usable sandbox!"):
            printed(page(tmp_path), TITLE, browser("echo first >&2; echo 'No usable sandbox!' >&2; exit 1"))

    def test_what_is_no_program_is_said(self, tmp_path):
        (tmp_path / "text").write_text("not a program")
        with pytest.raises(PrintError, match="cannot be started"):
            printed(page(tmp_path), TITLE, tmp_path / "text")

    def test_an_error_page_is_not_taken_for_the_page(self, tmp_path, browser):
        program = browser(
            'for a in "$@"; do case $a in --print-to-pdf=*) echo "/Title (Blocked)" > "${a#*=}";; esac; done'
        )
        with pytest.raises(PrintError, match="did not print this page"):
            printed(page(tmp_path), TITLE, program)


def has_ended(process: int) -> bool:
    """Whether a process ends at last: a signal takes a while, and one that nobody waits for stays as a zombie."""
    for _ in range(500):
        try:
            if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root")
@pytest.mark.parametrize(("user", "given"), [(0, True), (1000, False)])
def test_the_sandbox_is_given_up_for_root_alone(tmp_path, browser, monkeypatch, user, given):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    program = browser(f'echo "$@" > {tmp_path}/arguments')
    with pytest.raises(PrintError):
        printed(page(tmp_path), TITLE, program)
    assert ("--no-sandbox" in (tmp_path / "arguments").read_text()) is given


def test_times_are_replaced_and_nothing_else():
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    writer.add_outline_item(title="D:20261122113753+02'00'", page_number=0)
    dates = {"/CreationDate": "D:20261122113753+02'00'", "/ModDate": "D:20261122113753-11'30'"}
    writer.add_metadata({"/Title": TITLE, **dates})
    writer.write(made)
    still = PdfReader(io.BytesIO(without_dates(made.getvalue())), strict=True)
    assert {still.metadata[name] for name in dates} == {"D:19800101000000+00'00'"}
    assert still.metadata.title == TITLE
    assert [entry.title for entry in still.outline] == ["D:20261122113753+02'00'"]


@pytest.mark.parametrize("pdf", [b"", b"/Title (Blocked)", b"%PDF-1.4\n/Title (Blocked)\n%%EOF"])
def test_what_is_no_pdf_has_no_title(pdf):
    assert title_of(pdf) == ""


def test_elements_of_a_document_are_numbered_in_their_order():
    """A busy machine numbered them one higher now and then, so that equal pages gave other bytes."""
    made = b"/ID (node%08d) /Names [ (node%08d) (node%08d) ] (node12)"
    assert with_usual_names(made % (17, 9, 17)) == with_usual_names(made % (18, 10, 18))
    assert with_usual_names(made % (17, 9, 17)) == made % (1, 0, 1)
