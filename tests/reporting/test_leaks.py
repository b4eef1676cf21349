"""All of OUT may be circulated: no person, no answer in words, nothing of the machine."""

import csv
import json
import re

import pytest
from rendered_demo import EVALUATOR

from rm_research.panel import prepare_study


@pytest.fixture(scope="module")
def contents(demo_out):
    """Text of every file by its path."""
    files = (path for path in demo_out.rglob("*") if path.is_file())
    return {path.relative_to(demo_out).as_posix(): path.read_text(encoding="utf-8") for path in files}


def cells(demo, file, column):
    """Entries of a column of a raw file, longer than two letters, without the header's further rows."""
    rows = list(csv.DictReader((demo / file).read_text(encoding="utf-8").splitlines()))
    return {row[column].strip() for row in rows if len(row[column].strip()) > 2 and "ImportId" not in row[column]}


def found(contents, entries):
    """Entries that stand in a file as words of their own."""
    return {
        (name, entry) for name, text in contents.items() for entry in entries
        if entry in text and re.search(rf"(?<![\w.-]){re.escape(entry)}(?![\w-])", text)
    }  # fmt: skip


@pytest.mark.parametrize(
    "column", ["RecipientLastName", "RecipientFirstName", "RecipientEmail", "IPAddress", "ResponseId"]
)
@pytest.mark.parametrize("file", ["pre.csv", "post.csv"])
def test_no_personal_data(contents, demo, file, column):
    entries = cells(demo, file, column) - {"Recipient Last Name", "Recipient First Name", "Recipient Email"}
    assert not entries or found(contents, entries) == set()


@pytest.mark.quick(1)
@pytest.mark.parametrize("file", ["pre.csv", "post.csv", "roster.csv"])
def test_no_person_code(contents, demo, file):
    assert found(contents, cells(demo, file, "code") - {"Your five-character programme code"}) == set()


def test_no_name_of_a_pair(contents, demo):
    assert found(contents, cells(demo, "roster.csv", "pair")) == set()


def test_no_hash_of_a_person_or_pair(contents, demo):
    prepared = prepare_study(demo)
    hashes = {*prepared.people["person"], *prepared.dyads["dyad"]}
    assert [name for name, text in contents.items() if any(code in text for code in hashes)] == []


@pytest.mark.parametrize(("file", "column"), [("pre.csv", "Q8"), ("post.csv", "Q9")])
def test_no_comment(contents, demo, file, column):
    comments = cells(demo, file, column) - {"Is there anything else you want to tell us?"}
    assert len(comments) > 5
    assert found(contents, comments) == set()


def test_no_e_mail_address(contents):
    assert [name for name, text in contents.items() if re.search(r"[\w.]+@[\w-]+\.\w{2,}", text)] == []


def test_no_path_or_user_of_this_machine(contents, demo):
    wanted = (str(demo.parent), EVALUATOR, "/tmp/", "/home/", "/root", "site-packages", "ipykernel_")  # noqa: S108
    assert [(name, part) for name, text in contents.items() for part in wanted if part in text] == []


def test_no_time_but_in_the_manifest(contents):
    stamp = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b\d\d:\d\d:\d\d\b")
    assert [name for name, text in contents.items() if stamp.search(text)] == ["manifest.json"]


def test_a_hidden_cohort_s_numbers_are_nowhere(contents):
    rows = [row for row in csv.DictReader(contents["estimates.csv"].splitlines()) if row["cohort"] == "2024 autumn"]
    assert rows
    assert {row[name] for row in rows for name in ("estimate", "std_error", "ci_low", "p_value", "detectable")} == {""}
    assert {row["reason"] for row in rows} == {"hidden"}
    hidden = {row["id"] for row in rows}
    assert [row for row in csv.DictReader(contents["tables.csv"].splitlines()) if row["row"] in hidden] == []


@pytest.mark.slow
def test_exactly_the_files_of_the_design(contents):
    slugs = [f"{year}-{term}" for year in (2022, 2023, 2024) for term in ("autumn", "spring")]
    pages = [f"cohorts/{slug}/{name}" for slug in slugs for name in ("findings.ipynb", "index.html")]
    assert sorted(contents) == [*pages, "estimates.csv", "index.html", "manifest.json", "tables.csv"]


def test_notebooks_hold_no_error_and_no_count_of_runs(contents):
    for name, text in contents.items():
        if name.endswith(".ipynb"):
            cells = json.loads(text)["cells"]
            assert {cell["execution_count"] for cell in cells} == {None}
            assert {output["output_type"] for cell in cells for output in cell["outputs"]} == {"execute_result"}
