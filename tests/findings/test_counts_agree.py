"""What pages say of people who left, or have no score, agrees everywhere: of outcomes, flow and limits."""

import re
from typing import NamedTuple

import pytest
from gap_studies import Crowd, crowds, gap_study
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.claims import claims_of
from rm_research.disclosure import Disclosed
from rm_research.disclosure.numbers import decide
from rm_research.findings.context import Context
from rm_research.findings.sections import limits, outcomes, response
from rm_research.panel import prepare_study

DESIGN = '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'
UNLINKED = '[link]\nmethod = "none"\n'


class Page(NamedTuple):
    """What a page says of its outcome, of who answered, and of its limits, with its table of the flow."""

    outcome: str
    response: str
    limits: str
    flow: dict[str, int]
    context: Context

    @property
    def text(self) -> str:
        return " ".join((self.outcome, self.response, self.limits))


def page(disclosed: Disclosed, study, cohort: str | None) -> Page:
    context = Context(claims_of(disclosed, study), cohort, ())
    said, answered, limit = (dict(section.content(context).values) for section in (outcomes, response, limits))
    flow = answered["tables"][0]
    counts = [[int(cell or 0) for cell in row[-(len(flow.columns) - 2) :]] for row in flow.rows]
    sums = dict(zip(flow.columns[2:], map(sum, zip(*counts, strict=True)), strict=True))
    first = [block for block in said.get("blocks", []) if block.title == "Mood"]
    sentences = " ".join(text for block in first for text in block.more)
    return Page(sentences, " ".join((*answered["sentences"], *answered["further"])), " ".join(limit["items"]), sums,
                context)  # fmt: skip


def pages(folder, people, design="", one_file=False) -> list[Page]:
    prepared = prepare_study(gap_study(folder, *people, design=design, one_file=one_file))
    disclosed = decide(prepared)
    return [page(disclosed, prepared.study, cohort) for cohort in (None, *prepared.cohorts)]


def told(pattern: str, text: str) -> int:
    """Sum of the numbers that a text gives with these words."""
    return sum(map(int, re.findall(rf"(\d+) {pattern}", text)))


def check_rows(shown: Page, *, linked: bool) -> None:
    """Counts of the rows are those of the flow, and add up."""
    claims = shown.context.claims
    for row in claims.disclosed.rows:
        counts = (
            claims.leaving(row).get(row.arm)
            if row.measure == "mean" and row.contrast in ("change", "difference")
            else None
        )
        if counts is None:
            continue
        assert counts.before == row.n_pre
        if linked:
            assert counts.both == row.n_pairs
            assert counts.before == counts.both + counts.unscored + (counts.left or 0)


def check_words(shown: Page, *, known: bool) -> None:
    """Whoever is said to have left did not return the questionnaire; sums of the outcome and of the flow agree."""
    claims, context = shown.context.claims, shown.context
    assert "nvited" not in shown.text
    assert "Left, after" not in shown.flow or known
    left = shown.flow.get("Left, after", 0)
    if not left:
        assert "did not answer" not in shown.text
    rows = list(context.spoken_rows("mood", "post", "participant"))
    counts = [found for row in rows if row.is_known for found in claims.leaving(row).values()]
    assert told("did not answer after", shown.outcome) == sum(found.left or 0 for found in counts)
    assert told("returned the later questionnaire", shown.outcome) == sum(found.unscored or 0 for found in counts)
    assert told("more returned the first questionnaire", shown.outcome) == sum(
        found.unscored_before for found in counts
    )
    assert sum(found.left or 0 for found in counts) <= left


@pytest.mark.slow
@given(data=st.data())
@examples(3)
def test_flow_and_claims_never_disagree(data, tmp_path_factory):
    design = data.draw(st.sampled_from(["", DESIGN, UNLINKED]))
    one_file = data.draw(st.booleans())
    people = data.draw(crowds(compared=design == DESIGN))
    for shown in pages(tmp_path_factory.mktemp("gaps"), people, design, one_file):
        check_rows(shown, linked=design != UNLINKED)
        if design != UNLINKED:
            nobody_left = not any(crowd.count("left", "blank, left") for crowd in people)
            check_words(shown, known=not (one_file and nobody_left))


class TestEveryoneReturned:
    """Forty people answered twice, and ten of them left the outcome empty the second time."""

    @pytest.fixture(scope="class")
    @classmethod
    def shown(cls, tmp_path_factory):
        people = Crowd("A", "", ["both"] * 30 + ["blank after"] * 10)
        return pages(tmp_path_factory.mktemp("all"), [people])[0]

    def test_nobody_is_said_to_have_left(self, shown):
        assert "did not answer" not in shown.text
        assert not re.search(r"\bleft\b", shown.text)

    def test_those_without_a_score_are_named_as_that(self, shown):
        named = (
            "Of the 40 people who answered before, 10 returned the later questionnaire without enough usable answers."
        )
        assert (
            f"{named} Those without a later score are assumed to have changed like others with the same score."
            in shown.outcome
        )
        assert "40 of 40 people who answered before also answered after (100%)." in shown.response
        assert "Some who answered after gave too few usable answers for a score (Mood: 10)." in shown.response

    def test_the_table_of_the_flow_has_both(self, shown):
        assert shown.flow == {"Answered before": 40, "Answered after": 40, "Both, after": 40,
                              "With both scores, after": 30, "Left, after": 0}  # fmt: skip

    def test_the_table_by_outcome_adds_up(self, shown):
        tables = response.content(shown.context).values["tables"]
        assert tables[1].rows == (("Mood", "People", "Programme", "40", "40", "30", "10", "0"),
                                  ("Zeal", "People", "Programme", "40", "40", "40", "0", "0"))  # fmt: skip


@pytest.mark.slow
def test_both_reasons_stand_in_one_sentence(tmp_path):
    people = Crowd("A", "", ["both"] * 20 + ["left"] * 4 + ["blank after"] + ["blank before"] * 3)
    shown = pages(tmp_path, [people])[0]
    assert ("Of the 25 people with a score before, 4 did not answer after and 1 returned the later "
            "questionnaire without enough usable answers.") in shown.outcome  # fmt: skip
    assert "3 more returned the first questionnaire without enough usable answers." in shown.outcome


@pytest.mark.slow
def test_a_file_that_keeps_no_leavers_is_said_to_be_one(tmp_path):
    everyone = pages(tmp_path / "all", [Crowd("A", "", ["both"] * 20)], one_file=True)[0]
    for text in (everyone.outcome, everyone.response):
        assert "nobody can know who left" in text
    assert "Left, after" not in everyone.flow
    assert "also answered after" not in everyone.text
    some = pages(tmp_path / "some", [Crowd("A", "", ["both"] * 18 + ["left"] * 2)], one_file=True)[0]
    assert "nobody can know" not in some.text
    assert "2 did not answer after" in some.outcome


@pytest.mark.slow
def test_arms_are_counted_one_by_one(tmp_path):
    people = [
        Crowd("A", "programme", ["both"] * 18 + ["left"] * 2),
        Crowd("A", "waitlist", ["both"] * 17 + ["blank after"]),
    ]
    shown = pages(tmp_path, people, DESIGN)[0]
    assert ("Programme: of the 20 people who answered before, 2 did not answer after. Waitlist: of the 18 people who "
            "answered before, 1 returned the later questionnaire without enough usable answers. "
            "Those without a later score are not counted."
            ) in shown.outcome  # fmt: skip


@pytest.mark.slow
def test_links_by_code_are_named_only_where_a_code_linked(tmp_path):
    people = [Crowd("A", "", ["both"] * 12), Crowd("B", "", ["left"] * 12)]
    programme, linked, left = pages(tmp_path, people)
    for shown in (programme, linked):
        assert "Questionnaires were linked by the code that people gave." in shown.response
    assert "linked by the code" not in left.response
