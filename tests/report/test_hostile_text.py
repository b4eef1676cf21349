"""Text from studies stays text: markup, formulas, templates and marks of direction change no page and no file."""

import csv
import io
import json
import re

import pytest
from bs4 import BeautifulSoup
from hostile_study import ARMS, NAMES, ROLES, TEAMS
from hostile_study import COHORTS as TYPED
from rendered_hostile import harmless_out, hostile_out, pages
from report_pages import Download

pytestmark = pytest.mark.slow
__all__ = ["harmless_out", "hostile_out"]

FORMULA = re.compile(r"^[=+\-@\t\r]")


def outline(html):
    """Every element in order with the names of its attributes; of a picture the kinds, as long names take lines."""
    soup = BeautifulSoup(html, "html.parser")
    drawn = {(tag.name, *sorted(tag.attrs)) for svg in soup.find_all("svg") for tag in svg.find_all(True)}
    for svg in soup.find_all("svg"):
        svg.clear()
    return [(tag.name, *sorted(tag.attrs)) for tag in soup.find_all(True)], drawn


def tables(out):
    """Rows of every CSV file of a report."""
    return {path.name: list(csv.reader(io.StringIO(path.read_bytes().decode()))) for path in out.glob("*.csv")}


# marks that turn the direction of writing are taken out when exports are read
COHORTS = [name.replace("\u202e", "") for name in TYPED]


@pytest.mark.parametrize("place", range(len(COHORTS) + 1))
class TestPages:
    def test_has_the_elements_of_its_harmless_twin(self, hostile_out, harmless_out, place):
        one, other = (pages(out)[place].read_text(encoding="utf-8") for out in (hostile_out, harmless_out))
        (elements, drawn), (expected, known) = outline(one), outline(other)
        assert elements == expected
        assert {name for name, *_ in drawn} == {name for name, *_ in known}
        assert {name for _, *names in drawn for name in names if name.startswith("on")} == set()

    def test_shows_names_as_they_were_typed(self, hostile_out, place):
        soup = BeautifulSoup(pages(hostile_out)[place].read_text(encoding="utf-8"), "html.parser")
        assert NAMES["title"] in soup.title.get_text()
        assert NAMES["title"] in soup.main.get_text()
        shown = soup.main.get_text().lower()
        assert NAMES["label"].lower() in shown
        assert NAMES["unit"] in soup.main.get_text()

    def test_fills_no_blank_but_its_own(self, hostile_out, place):
        """Braces of a study are no templates: what stands in them is neither filled nor lost."""
        html = pages(hostile_out)[place].read_text(encoding="utf-8")
        assert "49" not in re.findall(r"alert\(1\)&gt; \{level\} (\S+)", html)
        assert html.count("{blank}") >= 2


def test_one_page_for_each_name(hostile_out):
    told = json.loads((hostile_out / "manifest.json").read_text(encoding="utf-8"))
    assert {name: part["status"] for name, part in told["cohorts"].items()} == dict.fromkeys(COHORTS, "done")
    folders = [part["page"].split("/")[1] for part in told["cohorts"].values()]
    assert len(set(folders)) == len(COHORTS)
    assert all(re.fullmatch(r"[a-z0-9-]{1,100}", folder) for folder in folders)


def test_no_cell_of_a_file_is_a_formula(hostile_out):
    for name, rows in tables(hostile_out).items():
        found = [cell for row in rows for cell in row if FORMULA.match(cell) and not re.fullmatch(r"-?[\d.]+", cell)]
        assert found == [], name


def test_files_hold_every_name_all_the_same(hostile_out):
    cells = {cell.removeprefix("'") for row in tables(hostile_out)["estimates.csv"] for cell in row}
    assert set(COHORTS) | set(ROLES) | set(ARMS) <= cells
    assert all(any(team in cell for cell in cells) for team in TEAMS)


def test_files_linked_in_pages_hold_no_formula_either(hostile_out):
    for path in pages(hostile_out):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        links = [Download(tag) for tag in soup.select("a[download]")]
        assert links
        for link in links:
            for cell in (cell for row in csv.reader(io.StringIO(link.text)) for cell in row):
                assert not FORMULA.match(cell) or re.fullmatch(r"-?[\d.]+", cell), cell


def test_notebooks_hold_the_cohort_as_text(hostile_out):
    for path in hostile_out.glob("cohorts/*/findings.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        given = next("".join(cell["source"]) for cell in cells if "injected-parameters" in cell["metadata"]["tags"])
        scope = {}
        exec(given, scope)  # noqa: S102 - parameters must be literals whatever a cohort is called
        assert scope["cohort"] in COHORTS
