"""Small files that unfold to something huge: a sentence in seconds, with bounded memory."""

import ast
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from rm_research.limits import MOST_COLUMNS, MOST_ITEMS
from rm_research.study.reading import read_study

# forks for each study: importing takes longer than most of what is measured
PROGRAM = """
import os, resource, signal, sys, time
import openpyxl
from rm_research import StudyError, prepare_study
from rm_research.drafting import draft_study

def measure(verb, study):
    begun, said = time.process_time(), ""
    try:
        prepare_study(study) if verb == "prepare" else draft_study(study, [study + "/pre.xlsx"])
    except StudyError as error:
        said = str(error)
    of_children = resource.getrusage(resource.RUSAGE_CHILDREN)
    # not ru_maxrss of this process, which begins with what the process that started it used
    with open("/proc/self/status") as status:
        most = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    seconds = time.process_time() - begun + of_children.ru_utime
    print([seconds, max(most, of_children.ru_maxrss) / 1024, said], flush=True)

for line in sys.stdin:
    if child := os.fork():
        if status := os.waitpid(child, 0)[1]:
            print([status], flush=True)
    else:
        signal.alarm(300)
        measure(*line.rstrip("\\n").split(" ", 1))
        os._exit(0)
"""
SECONDS, MEGABYTES = 20, 900
CELL = "<c r='{place}' t='inlineStr'><is><t>x</t></is></c>"


@pytest.fixture(scope="module")
def measuring() -> Iterator[subprocess.Popen[str]]:
    """The process that forks: nothing but imports is in its memory."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def refused(measuring) -> Callable[..., str]:
    """What is said of a study, in a process of its own whose time and memory are measured."""

    def refuse(study: Path, verb: str = "prepare") -> str:
        print(verb, study, file=measuring.stdin, flush=True)
        seconds, memory, said = ast.literal_eval(measuring.stdout.readline())
        assert seconds < SECONDS
        assert memory < MEGABYTES
        return said

    return refuse


def workbook(sheet: str | bytes, more: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose one sheet has these rows as XML."""
    book, whole, parts = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.save(whole)
    text = sheet.encode() if isinstance(sheet, str) else sheet
    start = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(parts, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = text if text.startswith(b"<?xml") else start + text + b"</sheetData></worksheet>"
            new.writestr(name, content)
        for name, content in (more or {}).items():
            new.writestr(name, content)
    return parts.getvalue()


def spreadsheet(rows: str) -> bytes:
    """An OpenDocument spreadsheet with these rows as XML."""
    kind, whole = "application/vnd.oasis.opendocument.spreadsheet", io.BytesIO()
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="a">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", kind, zipfile.ZIP_STORED)
        parts.writestr("content.xml", content)
        parts.writestr("META-INF/manifest.xml", "<manifest/>")
    return whole.getvalue()


ODS_CELL = '<table:table-cell office:value-type="string" {more}><text:p>x</text:p></table:table-cell>'
BOMBS = {
    "a cell in the last corner": (
        lambda: workbook(
            f"<row r='1'>{CELL.format(place='A1')}</row>"
            f"<row r='1048576'>{CELL.format(place='XFD1048576')}</row>"
        ),
        "cells are read. Delete stray cells",
    ),
    "a cell at the end of each row": (
        lambda: workbook("".join(f"<row r='{n}'>{CELL.format(place=f'XFD{n}')}</row>" for n in range(1, 5000))),
        "cells are read. Delete stray cells",
    ),
    "a sheet that unpacks to much": (lambda: workbook(b"<row r='1'/>" * 20_000_000), "would unpack to 240 MB"),
    "a row of cells without end": (lambda: workbook(f"<row>{'<c/>' * 12_000_000}</row>"), "would unpack to 48 MB"),
    "a part that unpacks to much": (
        lambda: workbook("", {"xl/media/a.bin": bytes(300_000_000)}), "would unpack to 300 MB"
    ),
    "an OpenDocument cell that is repeated": (
        lambda: spreadsheet(
            '<table:table-row table:number-rows-repeated="1048576">'
            + ODS_CELL.format(more='table:number-columns-repeated="16384"') + "</table:table-row>"
        ),
        "damaged|cells are read",
    ),
    "an OpenDocument row that is repeated": (
        lambda: spreadsheet(
            f'<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
            f'<table:table-row>{ODS_CELL.format(more="")}<table:table-cell table:number-columns-repeated="16382"/>'
            f'{ODS_CELL.format(more="")}</table:table-row>'
        ),
        "damaged|cells are read",
    ),
}  # fmt: skip


@pytest.mark.quick(1)
@pytest.mark.parametrize("name", BOMBS)
def test_workbooks(refused, write_study, name):
    made, said = BOMBS[name]
    content = made()
    assert len(content) < 1_000_000
    toml = 'title = "x"\nwaves.pre = { file = "pre.xlsx", format = "excel" }\nwaves.post = { file = "post.csv" }\n'
    study = write_study(toml=toml + '[columns]\nperson = "code"\n[scales.mood]\n', files={"pre.xlsx": content})
    assert any(words in refused(study) for words in said.split("|"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["a cell in the last corner", pytest.param("a sheet that unpacks to much", marks=pytest.mark.slow)]
)
def test_drafts_of_workbooks(refused, tmp_path, name):
    made, said = BOMBS[name]
    (tmp_path / "pre.xlsx").write_bytes(made())
    assert said in refused(tmp_path, "draft")


def test_entities_of_a_workbook_are_not_followed(refused, write_study, tmp_path):
    """Neither to other files nor to themselves, a billion times."""
    (tmp_path / "secret.txt").write_text("secret words")
    laughs = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10))
    for entities, name in (
        (f"<!ENTITY e SYSTEM 'file://{tmp_path}/secret.txt'>", "e"),
        (f"<!ENTITY e0 'ha'>{laughs}", "e9"),
    ):
        sheet = (
            f"<?xml version='1.0'?><!DOCTYPE worksheet [{entities}]><worksheet xmlns='http://schemas.openxmlformats.org/"
            f"spreadsheetml/2006/main'><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>&{name};</t></is></c></row>"
            "</sheetData></worksheet>"
        )
        toml = 'title = "x"\nwaves.pre = { file = "pre.xlsx", format = "excel" }\nwaves.post = { file = "post.csv" }\n'
        study = write_study(
            toml=toml + '[columns]\nperson = "code"\n[scales.mood]\n', files={"pre.xlsx": workbook(sheet)}
        )
        assert "secret words" not in refused(study)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_columns(refused, write_study, delimiter):
    header = delimiter.join(["code", *(f"q{n}" for n in range(200_000))])
    study = write_study(files={"pre.csv": "\n".join([header, *[delimiter * 200_000] * 60])})
    assert f"pre.csv has 200,001 columns; at most {MOST_COLUMNS:,} are read" in refused(study)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (f"x = {'[' * 5000}{']' * 5000}\n", "has brackets within brackets"),
        (f"x = {'{a=' * 5000}1{'}' * 5000}\n", "has brackets within brackets"),
        (f"{'a.' * 300_000}a = 1\n", "has brackets within brackets"),
        (f"[{'a.' * 300_000}a]\n", "has brackets within brackets"),
        (f"x = {'9' * 6000}\n", "has a whole number above"),
        (f"[reporting]\nseed = {'9' * 4000}\n", "has a whole number above"),
        (f"x = '{'9' * 3_000_000}'\n", "has more than 2,000,000 bytes"),
    ],
    ids=["brackets", "braces", "key", "table", "digits", "seed", "size"],
)
def test_study_toml(refused, write_study, more, said):
    assert said in refused(write_study(more))


def test_a_text_with_many_points_is_no_key(write_study):
    study = write_study(f"label = '{'a b. ' * 100}{'...' * 50}'\n")
    assert read_study(study).scale("mood").label


def test_codebook(refused, write_study):
    rows = "".join(f"i{n},mood,1,5\n" for n in range(100_000))
    assert f"codebook.csv has more than {MOST_ITEMS:,} rows" in refused(
        write_study(codebook=f"item,scale,low,high\n{rows}")
    )
    assert "more than 2,000,000 bytes" in refused(write_study(codebook="item\n" + "x" * 2_000_001))


@pytest.mark.parametrize("key", ["file", "dictionary"])
def test_names_of_300_letters(refused, write_study, key):
    toml = f'title = "x"\n[waves.pre]\nfile = "pre.csv"\n{key} = "{"x" * 300}.csv"\n'.replace(
        'file = "pre.csv"\nfile', "file"
    )
    more = '[waves.post]\nfile = "post.csv"\n[columns]\nperson = "code"\n[scales.mood]\n'
    toml += 'format = "redcap"\n' if key == "dictionary" else ""
    assert "is not in the study folder" in refused(write_study(toml=toml + more))


def test_a_folder_of_300_letters(refused, tmp_path):
    assert "There is no folder" in refused(tmp_path / ("x" * 300))


def test_numbers_of_6000_digits_are_entries_like_any_other(refused, write_study):
    long = "9" * 6000
    study = write_study(codebook=f"item,scale,low,high\nm1,mood,{long},5\nm2,mood,1,5\n")
    assert "codebook.csv row 2: low" in refused(study)


def test_json_of_many_brackets_is_no_table(refused, write_study):
    brackets = "[" * 5000 + "]" * 5000
    assert "is JSON, which holds no table" in refused(write_study(files={"pre.csv": brackets}))


def test_a_notebook_of_many_brackets_is_no_notebook(tmp_path):
    from rm_research.errors import ReportError
    from rm_research.reporting.parameters import check_parameters

    (tmp_path / "own.ipynb").write_text("[" * 100_000)
    with pytest.raises(ReportError, match="is not a notebook"):
        check_parameters(tmp_path / "own.ipynb", {})
    (tmp_path / "own.ipynb").write_text(json.dumps({"nbformat": 4})[:-1] + f', "nbformat_minor": {"9" * 6000}}}')
    with pytest.raises(ReportError, match="is not a notebook"):
        check_parameters(tmp_path / "own.ipynb", {})
