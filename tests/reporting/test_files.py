"""Reports go into a folder that is ours, whole or not at all."""

import json
from zipfile import ZipFile

import pytest
from matplotlib.image import imsave

from rm_research.errors import ReportError
from rm_research.reporting.files import (
    EXECUTED,
    MANIFEST,
    claim,
    clear_other_data,
    released_in,
    remove_forms,
    remove_page,
    write,
    write_bytes,
)
from rm_research.reporting.forms.package import MADE
from rm_research.reporting.forms.pictures import MADE_BY
from rm_research.reporting.own_pages import MARK


def report(out, *slugs):
    """Write what a run leaves."""
    for page in (out, *(out / "cohorts" / slug for slug in slugs)):
        write(page / "index.html", f"<html>{MARK}")
    for slug in slugs:
        write(out / "cohorts" / slug / EXECUTED, "{}")
    write(out / MANIFEST, json.dumps({"versions": {"rm_research": "0"}}))


def left(out):
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def add_forms(folder):
    """Write the other forms of a page."""
    write(folder / "index.pdf", "%PDF-")
    write(folder / "summary.pdf", "%PDF-")
    with ZipFile(folder / "findings.docx", "w") as document:
        document.writestr("docProps/core.xml", f"<dcterms:modified>{MADE:%Y-%m-%dT%H:%M:%SZ}</dcterms:modified>")
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    imsave(folder / "figures" / "one.png", [[0.0]], metadata=MADE_BY)


def test_a_new_folder_is_made(tmp_path):
    claim(tmp_path / "a" / "b", [])
    assert (tmp_path / "a" / "b" / "cohorts").is_dir()


def test_an_empty_folder_is_taken(tmp_path):
    claim(tmp_path, [])


def test_pages_of_cohorts_that_are_gone_go(tmp_path):
    report(tmp_path, "old", "kept")
    claim(tmp_path, ["kept"])
    assert left(tmp_path / "cohorts") == ["kept/findings.ipynb", "kept/index.html"]


def test_pages_of_one_s_own_notebook_go_too(tmp_path):
    write(tmp_path / "cohorts" / "old" / "index.html", MARK)
    write(tmp_path / "cohorts" / "old" / "own.ipynb", "{}")
    claim(tmp_path, [], "own.ipynb")
    assert left(tmp_path) == []


def test_a_folder_among_the_pages_that_holds_something_else_stays(tmp_path):
    report(tmp_path)
    write(tmp_path / "cohorts" / "notes" / "mine.txt", "mine")
    claim(tmp_path, [])
    assert left(tmp_path / "cohorts") == ["notes/mine.txt"]


def test_files_put_beside_a_report_stay(tmp_path):
    report(tmp_path)
    write(tmp_path / "letter.docx", "mine")
    claim(tmp_path, [])
    assert (tmp_path / "letter.docx").is_file()


def test_a_run_that_was_stopped_can_be_taken_up_again(tmp_path):
    report(tmp_path, "done")
    (tmp_path / MANIFEST).unlink()
    claim(tmp_path, ["done"])


def test_a_run_that_was_killed_while_it_wrote_can_be_taken_up_again(tmp_path):
    report(tmp_path, "gone", "kept")
    (tmp_path / MANIFEST).unlink()
    for place in (".tables.csv.part", "cohorts/gone/.index.html.part", "cohorts/kept/figures/.a.png.part"):
        write(tmp_path / place, "half")
    claim(tmp_path, ["kept"])
    assert left(tmp_path) == ["cohorts/kept/findings.ipynb", "cohorts/kept/index.html", "index.html"]


@pytest.mark.parametrize("place", ["cohorts", "cohorts/spring", "cohorts/spring/figures", "figures"])
def test_links_in_place_of_our_folders_are_refused(tmp_path, place):
    write(tmp_path / "site" / "index.html", "my own site")
    out = tmp_path / "out"
    (out / place).parent.mkdir(parents=True)
    (out / place).symlink_to(tmp_path / "site")
    with pytest.raises(ReportError, match=r"is a link\. Remove it|holds files that are not reports"):
        claim(out, ["spring"])
    assert (tmp_path / "site" / "index.html").read_text() == "my own site"


def test_a_link_in_place_of_a_part_is_not_followed(tmp_path):
    write(tmp_path / "mine.txt", "mine")
    (tmp_path / ".index.html.part").symlink_to(tmp_path / "mine.txt")
    write(tmp_path / "index.html", "page")
    assert left(tmp_path) == ["index.html", "mine.txt"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


class TestOtherData:
    @pytest.fixture
    def out(self, tmp_path):
        report(tmp_path, "spring")
        for name in ("estimates.csv", "tables.csv"):
            write(tmp_path / name, "a")
        add_forms(tmp_path)
        write(tmp_path / MANIFEST, json.dumps({"versions": {"rm_research": "0"}, "digest": "same"}))
        return tmp_path

    def test_pages_files_and_manifest_go(self, out):
        clear_other_data(out, "other")
        assert left(out) == []

    def test_what_was_released_here_is_not_forgotten(self, out):
        write(out / MANIFEST, json.dumps({"versions": {"rm_research": "0"}, "digest": "same", "released": ["a", "b"]}))
        clear_other_data(out, "other")
        assert left(out) == [MANIFEST]
        assert released_in(out) == ["a", "b"]
        claim(out, ["spring"])  # it is still ours

    def test_of_the_same_data_they_stay(self, out):
        before = left(out)
        clear_other_data(out, "same")
        assert left(out) == before

    @pytest.mark.parametrize("text", [None, "no json", "[]", "[" * 100_000])
    def test_without_a_manifest_nobody_knows_so_they_go(self, out, text):
        (out / MANIFEST).unlink()
        if text is not None:
            write(out / MANIFEST, text)
        clear_other_data(out, "same")
        assert left(out) == []


@pytest.mark.parametrize(
    "files",
    [
        {"data.csv": ""},
        {"index.html": "<html>my own site"},
        {"index.html": "<html>", MANIFEST: '{"name": "an app"}'},
        {"index.html": "<html>", MANIFEST: "no json"},
        {"cohorts/2024/index.html": "<html>my own site"},
    ],
    ids=str,
)
def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path, files):
    for name, text in files.items():
        write(tmp_path / name, text)
    with pytest.raises(ReportError, match="holds files that are not reports"):
        claim(tmp_path, [])
    assert left(tmp_path) == sorted(files)


class TestOtherForms:
    @pytest.fixture
    def out(self, tmp_path):
        """Reports of two cohorts with all their forms."""
        report(tmp_path, "old", "kept")
        for folder in (tmp_path, tmp_path / "cohorts" / "old", tmp_path / "cohorts" / "kept"):
            add_forms(folder)
        return tmp_path

    def test_they_go_with_cohorts_that_are_gone(self, out):
        before = left(out)
        claim(out, ["kept"])
        assert left(out) == [name for name in before if not name.startswith("cohorts/old")]
        assert not (out / "cohorts" / "old").exists()

    def test_they_go_with_a_page(self, out):
        remove_page(out / "cohorts" / "old", EXECUTED)
        assert not (out / "cohorts" / "old").exists()

    def test_a_folder_with_them_is_ours_without_a_manifest_too(self, out):
        (out / MANIFEST).unlink()
        before = left(out)
        claim(out, ["old", "kept"])
        assert left(out) == before

    def test_a_document_that_was_edited_stays_where_the_rest_goes(self, out):
        (out / "cohorts" / "old" / "findings.docx").write_text("edited")
        claim(out, ["kept"])
        assert left(out / "cohorts" / "old") == ["findings.docx"]

    def test_pictures_of_somebody_else_stay(self, out):
        write_bytes(out / "figures" / "mine.png", b"\x89PNG".ljust(60))
        remove_forms(out)
        assert [name for name in left(out) if "cohorts" not in name] == ["figures/mine.png", "index.html", MANIFEST]


def test_what_cannot_be_replaced_leaves_no_part(tmp_path):
    (tmp_path / "a.txt" / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match=r"a\.txt"):
        write(tmp_path / "a.txt", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(ReportError, match=r"out is a file\. Name a folder with --out"):
        claim(tmp_path / "out", [])


def test_a_place_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReportError, match=r"cannot be written to.*Name another folder"):
        claim(tmp_path / "file" / "out", [])


def test_a_file_is_replaced_whole(tmp_path):
    write(tmp_path / "a.txt", "first\n")
    write(tmp_path / "a.txt", "second\n")
    assert left(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"second\n"


def test_a_page_goes_with_its_notebook_and_folder(tmp_path):
    report(tmp_path, "one")
    remove_page(tmp_path / "cohorts" / "one", EXECUTED)
    assert not (tmp_path / "cohorts" / "one").exists()


def test_a_page_that_is_not_there_can_go(tmp_path):
    remove_page(tmp_path / "cohorts" / "one", EXECUTED)
