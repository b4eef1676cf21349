"""Property 20 of a report: every count, estimate and verdict in words agrees with the tables and with the Estimates."""

import math
import re
from dataclasses import dataclass
from functools import cached_property

import pytest
from bs4 import BeautifulSoup
from drawn_studies import DRAWN
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shaped_studies import Shape, shaped_study
from undrawn_findings import undrawn_findings

from rm_research.findings import Findings
from rm_research.panel import Prepared, prepare_study

SIZE = re.compile(r"([+−]?\d+\.\d+)(?: scale points)? \((?:95% interval )?([+−]?[\d.]+) to ([+−]?[\d.]+)")
STEPS = re.compile(r"as if (\d+) of 100 answers had moved (up|down) one step \(interval (\d+) to (\d+)\)")
SHOWN_BY = 0.00501  # pages round to two decimals
BETTER, WORSE = ("▲", ("gain", "better")), ("▼", ("loss", "worse"))
PEOPLE = {"leader": "leaders", "mentor": "mentors", "leader + mentor": "leaders and mentors"}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@dataclass(frozen=True)
class Read:
    """A page as a reader has it, with the rows it was made from."""

    findings: Findings
    prepared: Prepared
    smallest: float | None

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.findings._repr_html_(), "html.parser")

    @cached_property
    def rows(self):
        place = self.findings.cohort or ("all cohorts" if len(self.prepared.cohorts) > 1 else self.prepared.cohorts[0])
        return [row for row in self.findings.disclosed.rows if row.cohort == place and row.is_known]

    def behind(self, text: str):
        """Rows with the estimate and the interval that a text prints."""
        estimate, low, high = map(number, SIZE.search(text).groups())
        return [row for row in self.findings.disclosed.rows if row.is_known and max(
            abs(estimate - row.estimate), abs(low - row.ci_low), abs(high - row.ci_high)) <= SHOWN_BY]  # fmt: skip

    def cells(self):
        """Outcome, role and text of every cell at a glance; empty cells are not asked, or stand with the other role."""
        table = self.soup.select_one("header table")
        if table is None:
            return
        roles = [cell.get_text().lower() for cell in table.select("thead th")[1:]]
        for line in table.select("tbody tr"):
            for role, cell in zip(roles, line.find_all("td"), strict=True):
                if cell.get_text(strip=True):
                    yield next(line.th.stripped_strings), role, " ".join(cell.get_text(" ").split())

    @property
    def visible(self) -> list[str]:
        """Sentences outside closed folds, tables and alternative texts."""
        soup = BeautifulSoup(self.findings._repr_html_(), "html.parser")
        for tag in soup(["svg", "style", "table", "nav"]):
            tag.decompose()
        for fold in soup.select("details:not([open])"):
            fold.decompose()
        blocks = [tag.get_text(" ") for tag in soup.select("p, li")]
        parts = (part for block in blocks for part in re.split(r"(?<=[.!?]) ", " ".join(block.split())))
        return [part for part in parts if len(part.split()) > 3]


def check_cells(page: Read) -> None:
    for outcome, role, text in page.cells():
        if not SIZE.search(text):
            assert text[0] in "–?", text
            continue
        rows = [row for row in page.behind(text) if PEOPLE.get(row.role, "people") == role]
        titles = {page.prepared.study.scale(row.scale).title for row in rows}
        assert outcome.partition(",")[0] in titles, (outcome, text)
        row = next(row for row in rows if page.prepared.study.scale(row.scale).title == outcome.partition(",")[0])
        lower = page.prepared.study.scale(row.scale).better == "lower"
        low, high = (-row.ci_high, -row.ci_low) if lower else (row.ci_low, row.ci_high)
        for (sign, words), clear in ((BETTER, low > 0), (WORSE, high < 0)):
            if text.startswith(sign):
                assert clear, text
                assert any(word in text for word in words), text
        if "matters" in text:
            assert low >= page.smallest or high <= -page.smallest, text
        if "too small to matter" in text:
            assert -page.smallest < low, text
            assert high < page.smallest, text


def check_headline(page: Read) -> None:
    """Lines of numbers are of the first outcome; verbs of direction only where the interval is on that side."""
    first = page.prepared.study.scales[0].name
    said = page.soup.select_one("header p.finding").get_text()
    for line in page.soup.select("header p.numbers span"):
        text = line.get_text()
        if not SIZE.search(text):
            continue
        only = re.search(r"can be shown for (.+?) only\.", said)  # whose results the programme's page leads with
        rows = [row for row in page.behind(text) if row.scale == first]
        rows = [row for row in rows if (row.cohort == only[1] if only else row in page.rows)]
        assert rows, text
        sides = re.search(r"(\d+) in the programme, (\d+) in the comparison", text)
        if sides:
            counts = list(map(int, sides.groups()))
            assert any([row.n_pairs, row.n_comparison] == counts for row in rows), text
        row = rows[0]
        both = "leaders and mentors"
        parts = [part.lower().replace("’", "") for part in re.split(r"(?<=\.) ", said)]
        parts = [part.replace(both, f"{both} leaders mentors") for part in parts]
        mine = [part for part in parts if PEOPLE.get(row.role, "people") in part]
        if row.ci_low <= 0 <= row.ci_high:
            assert any(re.search("it is unclear|hardly|much like", part) for part in mine), (said, text)
        verbs = {"up": r"\b(rose|raised|higher|above)\b", "down": r"\b(fell|lowered|lower|below)\b"}
        for way, verb in verbs.items():
            if len(mine) == 1 and re.search(verb, mine[0]):
                assert (row.estimate > 0) == (way == "up"), (said, text)


def check_counts(page: Read) -> None:
    about = page.soup.select_one("p.about").get_text()
    both, before = map(int, re.search(r"(\d+) of (\d+) people answered before", about).groups())
    table = page.soup.select_one("section[aria-labelledby=response] table")
    heads = [cell.get_text() for cell in table.select("thead th")]
    lines = [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in table.select("tbody tr")]
    sums = {head: sum(int(line[at] or 0) for line in lines) for at, head in enumerate(heads) if at > 1}
    assert before == sums["Answered before"]
    last = [head for head in heads if head.startswith("Both")][-1]
    assert both == sums[last]
    assert all(n <= before for head, n in sums.items() if head.startswith(("Both", "Left")))


def check_steps(page: Read) -> None:
    """What is put into pictures is the estimate of its chart, in hundredths."""
    for side in page.soup.select(".side"):
        for found in STEPS.finditer(side.get_text(" ")):
            middle, way, few, many = found.groups()
            rows = [row for row in page.rows if row.has_interval]
            assert [row for row in rows if abs(int(middle) - 100 * abs(row.estimate)) <= 1
                    and abs(int(few) - 100 * min(abs(row.ci_low), abs(row.ci_high))) <= 1
                    and abs(int(many) - 100 * max(abs(row.ci_low), abs(row.ci_high))) <= 1
                    and (row.estimate > 0) == (way == "up")], side.get_text(" ")  # fmt: skip


def check_prompts(page: Read) -> None:
    for item in page.soup.select("section[aria-labelledby=prompts] li"):
        if half := re.search(r"off by (\d+\.\d+) scale points either way. About (\d+) more", item.get_text()):
            halves = {row: (round(row.ci_high, 2) - round(row.ci_low, 2)) / 2 for row in page.rows}
            rows = [row for row, width in halves.items() if abs(width - float(half[1])) <= SHOWN_BY]
            assert rows, item.get_text()
            times = [(halves[row] / page.smallest) ** 2 - 1 for row in rows]
            now = [(row.n_clusters or 0, (row.n_pairs or 0) + (row.n_comparison or 0)) for row in rows]
            more = {math.ceil(n * time) for time, counts in zip(times, now, strict=True) for n in counts}
            assert int(half[2]) in more, item.get_text()


shapes = st.builds(
    Shape,
    cohorts=st.lists(st.integers(4, 24), min_size=1, max_size=3).map(
        lambda sizes: {f"C{at}": n for at, n in enumerate(sizes)}
    ),
    roles=st.sampled_from([("leader", "mentor"), ("leader",), ("participant",)]),
    outcomes=st.sampled_from([("Mood",), ("Mood", "Zeal"), ("Zeal", "Mood", "Trust")]),
    waves=st.sampled_from([("pre", "post"), ("pre", "post", "later")]),
    arms=st.sampled_from([(), ("programme", "waiting"), ("talks", "programme", "waiting")]),
    assignment=st.sampled_from(["randomised", "matched", "self-selected"]),
    gains=st.dictionaries(st.sampled_from(["Mood", "Zeal", "Trust"]), st.sampled_from([-0.6, 0.0, 0.9])),
    lower=st.sampled_from([(), ("Mood",)]), left=st.sampled_from([0.0, 0.1, 0.4]),
    smallest=st.sampled_from([None, 0.2]),
    seed=st.integers(0, 99),
)  # fmt: skip


def check(shape: Shape, folder) -> None:
    """Everything that a page says of a study of this shape, on the programme's page and on that of a cohort."""
    prepared = prepare_study(shaped_study(folder / "study", shape))
    for cohort in (None, *prepared.cohorts[:1]):
        page = Read(undrawn_findings(prepared, cohort=cohort), prepared, shape.smallest)
        for checked in (check_cells, check_headline, check_counts, check_steps, check_prompts):
            checked(page)
        said = page.visible
        assert [part for part in set(said) if said.count(part) > 1] == []


@pytest.mark.parametrize("shape", [
    pytest.param(Shape(arms=("programme", "waiting"), gains={"Mood": 0.9}, lower=("Mood",)), marks=pytest.mark.slow),
    Shape({"C0": 7, "C1": 8, "C2": 20}, outcomes=("Zeal", "Mood"), waves=("pre", "post", "later"), left=0.4),
])  # fmt: skip
def test_every_sentence_agrees_with_every_table(shape, tmp_path):
    check(shape, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_so_it_does_in_the_drawn_studies(name, tmp_path):
    check(DRAWN[name], tmp_path)


@pytest.mark.slow
@given(shape=shapes)
@settings(max_examples=6, phases=(Phase.explicit, Phase.generate))  # whoever looks for the smallest case shrinks it
def test_so_it_does_in_studies_of_any_shape(shape, tmp_path_factory):
    check(shape, tmp_path_factory.mktemp("shaped"))


@pytest.mark.slow
def test_each_arm_has_its_chart_of_all_cohorts(tmp_path):
    shape = Shape({"A": 24, "B": 24}, ("leader",), ("Mood",), arms=("talks", "walks", "waiting"))
    findings = undrawn_findings(prepare_study(shaped_study(tmp_path / "study", shape)))
    names = [picture.name for picture in findings.cohorts.pictures]
    assert names == ["o0-leader-post-talks-cohorts", "o0-leader-post-walks-cohorts"]
