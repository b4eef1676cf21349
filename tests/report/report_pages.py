"""Rendered pages as tests read them: words, sentences, figures, tables, and the row of estimates.csv behind a text."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup
from bs4.element import Tag
from study_facts import PEOPLE, Facts, Row

ALL_COHORTS = "all cohorts"
MAIN_METHODS = {"jackknife", "paired_t", "welch", "ancova", "change_score", "people", "people_both"}
APA = re.compile(r"\b95% CI \[|\bp [=<] \.\d")  # results as papers quote them are numbers in a row, no sentences
SPOKEN = "p, li, dt, dd, td, summary, figcaption .title, figcaption .subtitle"
NUMBER = re.compile(r"(?<![\w.])[+−-]?\d+(?:,\d{3})*(?:\.\d+)?")
END = r"(?:[+−-]?\d+(?:\.\d+)?|just (?:below|above) 0)"  # of an interval, which may be too near 0 for two decimals
INTERVAL = re.compile(rf"(\d+(?:\.\d+)?)% interval ({END}) to ({END})")
DECIMAL = r"(?:[+−-]?\d+\.\d+|just (?:below|above) 0)"
BOUNDS = re.compile(rf"{DECIMAL} to {DECIMAL}")
# of the other way to compare arms, next to a sentence that names people and outcome
OTHER_WAY = re.compile(r"their changes differ by|the difference after is")
GAP = "At the start, "  # what a sentence on how far apart arms were begins with
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“‘(\d])")
SHOWN_BY = 0.00501  # pages round to two decimals, the file to three: they may differ by half of the second
TITLE, SUBTITLE, FOLDED = "figcaption .title", "figcaption .subtitle", "section[aria-labelledby=methods]"


def text_of(tag: Tag) -> str:
    """Words of a tag, blanks tidied."""
    return " ".join(tag.get_text("").split())


def sentences(text: str) -> list[str]:
    return [part for part in SENTENCE_END.split(text) if part]


def number(text: str) -> float:
    return float(text.rpartition(" ")[2].replace("−", "-").replace(",", ""))


def numbers(text: str) -> list[float]:
    return [number(found) for found in NUMBER.findall(text)]


def near(shown: float, exact: str) -> bool:
    return bool(exact) and abs(shown - float(exact)) <= SHOWN_BY


def read_csv(text: str) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text)))


@dataclass(frozen=True, eq=False)
class Page:
    """One page of a report: of a cohort, or of the programme where `cohort` is None."""

    out: Path
    facts: Facts
    cohort: str | None
    path: Path

    @cached_property
    def html(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @cached_property
    def main(self) -> Tag:
        """The page's `main`, without what its pictures hold."""
        main = BeautifulSoup(str(self.soup.main), "html.parser")
        for tag in main(["svg", "style", "script"]):
            tag.decompose()
        return main

    @cached_property
    def opening(self) -> Tag:
        """Main without its appendix."""
        main = BeautifulSoup(str(self.main), "html.parser")
        for tag in main.select(FOLDED):
            tag.decompose()
        return main

    @cached_property
    def first_words(self) -> str:
        return " ".join(self.main.get_text(" ").split()[:200])

    @cached_property
    def first_sentences(self) -> list[str]:
        """Sentences of the headline."""
        blocks = self.main.select("header p:not(.numbers), header p.numbers span")
        return [sentence for tag in blocks for sentence in sentences(text_of(tag))]

    @cached_property
    def spoken(self) -> list[tuple[str, str]]:
        """Every sentence of the page's prose with the tag it stands in, pictures' names included."""
        blocks = [tag for tag in self.main.select(SPOKEN) if not tag.select_one("p, li") and not APA.search(tag.text)]
        found = [(tag.name, sentence) for tag in blocks for sentence in sentences(text_of(tag))]
        return found + [("svg", sentence) for svg in self.figures for sentence in sentences(svg.alt)]

    @cached_property
    def gaps(self) -> list[tuple[str, str, str]]:
        """How far apart arms were at the start, with the ends of its interval, as tables.csv has it."""
        names = (
            {"gap": "gap", "gap_low": "low", "gap_high": "high"},
            {"difference": "gap", "ci_low": "low", "ci_high": "high"},
        )
        found: dict[tuple[str, ...], dict[str, str]] = {}
        for row in read_csv((self.out / "tables.csv").read_text(encoding="utf-8")):
            if name := names[row["table"] == "balance"].get(row["quantity"]):
                found.setdefault((row["table"], row["cohort"], row["row"]), {})[name] = row["value"]
        return [(one["gap"], one["low"], one["high"]) for one in found.values() if len(one) == 3]

    @cached_property
    def statements(self) -> list[str]:
        """Sentences before the appendix that give an interval."""
        blocks = self.opening.select("p:not(.numbers), p.numbers span, li, td")
        told = (part for tag in blocks for part in sentences(text_of(tag)))
        return [part for part in told if INTERVAL.search(part) and "of 100 answers" not in part and GAP not in part]

    @cached_property
    def figures(self) -> list["Figure"]:
        return [Figure(self, tag) for tag in self.soup.select("main figure")]

    @cached_property
    def downloads(self) -> list["Download"]:
        return [Download(tag) for tag in self.soup.select("main a[download]")]

    @cached_property
    def all_estimates(self) -> list[Row]:
        return read_csv((self.out / "estimates.csv").read_text(encoding="utf-8"))

    @cached_property
    def cohorts(self) -> list[str]:
        names = dict.fromkeys(row["cohort"] for row in self.all_estimates)
        return [name for name in names if name != ALL_COHORTS]

    @cached_property
    def estimates(self) -> list[Row]:
        """Rows that the page's headline may speak of: its cohort's; the pooled, or a lone cohort's."""
        mine = self.cohort or (ALL_COHORTS if len(self.cohorts) > 1 else self.cohorts[0])
        return [row for row in self.all_estimates if row["cohort"] == mine]

    @cached_property
    def main_rows(self) -> list[Row]:
        """Rows of the first outcome, at the survey that the page tells of first, that answer the main question."""
        rows = [row for wave in self.facts.later_waves for row in self._main_of(wave)]
        groups = {
            wave: {(row["role"], row["arm"]) for row in rows if row["wave"] == wave} for wave in self.facts.later_waves
        }
        first = max(groups, key=lambda wave: len(groups[wave]))  # the first of those with the results of most groups
        return [row for row in rows if row["wave"] == first]

    def _main_of(self, wave: str) -> list[Row]:
        facts, family = self.facts, {"change", "difference", "pooled_change", "pooled_difference"}
        return [
            row for row in self.estimates
            if (row["scale"], row["wave"], row["measure"]) == (facts.first_outcome, wave, "mean")
            and row["contrast"] in family and row["method"] in MAIN_METHODS and row["estimate"]
            and row["arm"] != facts.comparison
        ]  # fmt: skip

    @property
    def too_small(self) -> bool:
        """Whether nothing of the first outcome may be shown, which exempts a page from the headline's rules."""
        return not self.main_rows

    def rows_behind(self, sentence: str) -> list[Row]:
        """Rows of estimates.csv with the interval, estimate, role and outcome that a sentence tells of."""
        level, low, high = INTERVAL.search(sentence).groups()
        assert float(level) == 100 * self.facts.level
        sizes = numbers(sentence[: INTERVAL.search(sentence).start()])
        found = []
        for row in self.all_estimates:
            if near(number(low), row["ci_low"]) and near(number(high), row["ci_high"]):
                exact = abs(float(row["estimate"]))
                about = OTHER_WAY.search(sentence) or self.speaks_of(sentence, row)
                if about and any(abs(abs(size) - exact) <= SHOWN_BY for size in sizes):
                    found.append(row)
        return found

    def speaks_of(self, text: str, row: Row) -> bool:
        """Whether a text names a row's people and outcome."""
        people, outcome = PEOPLE.get(row["role"], row["role"]), self.facts.label(row["scale"]).lower()
        below_the_headline = any(text == text_of(tag) for tag in self.main.select("header p.numbers span"))
        named = row["scale"] == self.facts.first_outcome if below_the_headline else outcome in text.lower()
        return people in text.lower() and named


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart with its caption."""

    page: Page
    tag: Tag

    @property
    def svg(self) -> Tag:
        return self.tag.find("svg")

    @property
    def title(self) -> str:
        return text_of(self.tag.select_one(TITLE))

    @property
    def subtitle(self) -> str:
        return text_of(self.tag.select_one(SUBTITLE))

    @property
    def alt(self) -> str:
        """What a screen reader says of the picture."""
        title = self.svg.find("title")
        return text_of(title) if title else self.svg.get("aria-label", "")

    @property
    def labels(self) -> list[str]:
        return [text_of(tag) for tag in self.svg.find_all("text")]

    @property
    def section(self) -> Tag:
        """Part of the page that holds the chart and, if the page keeps its word, its numbers."""
        return self.tag.find_parent("section")

    @property
    def of_effects(self) -> bool:
        """Whether it shows estimates of an outcome: not answers, counts of people or meetings."""
        return "outcome" in self.section.get("class", []) and any(BOUNDS.search(label) for label in self.labels)

    @property
    def numbers_beside(self) -> list[tuple[Tag, list[Row]]]:
        """Tables of its section, each with the rows of the file that is linked below it."""
        tables = self.section.find_all("table")
        return [(table, Download(table.find_next("a", attrs={"download": True})).rows) for table in tables]


@dataclass(frozen=True, eq=False)
class Download:
    """A link that holds a file."""

    tag: Tag

    @property
    def text(self) -> str:
        return unquote(self.tag["href"].partition(",")[2])

    @property
    def rows(self) -> list[Row]:
        return read_csv(self.text)


def pages_of(out: Path, facts: Facts) -> Iterator[Page]:
    """Pages of a report, the programme's first; a cohort's name is that of its notebook's parameter."""
    yield Page(out, facts, None, out / "index.html")
    names = dict.fromkeys(row["cohort"] for row in read_csv((out / "estimates.csv").read_text(encoding="utf-8")))
    for name in names:
        if name != ALL_COHORTS:
            slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            yield Page(out, facts, name, out / "cohorts" / slug / "index.html")
