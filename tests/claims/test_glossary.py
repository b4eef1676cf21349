"""Terms are defined by the section that uses them first."""

import pytest

from rm_research.catalogue import catalogue
from rm_research.claims import Term, first_used, terms

DYAD = Term("dyad", ("dyad", "dyads"), "Dyad: two people.")
RANGE = Term("range", ("95% range",), "Range: from here to there.")


def names(sections, known=(DYAD, RANGE)):
    return [[term.name for term in section] for section in first_used(sections, known)]


def test_a_term_is_defined_once_where_it_is_first_used():
    assert names(["Nothing yet.", "Two dyads met.\nA dyad of two.", "Dyads."]) == [[], ["dyad"], []]


def test_terms_stand_in_the_order_of_their_use():
    assert names(["In the 95% range,\ndyads met."]) == [["range", "dyad"]]


def test_case_does_not_matter_and_parts_of_words_are_no_use():
    assert names(["Dyadic matters", "DYADS"]) == [[], ["dyad"]]


def test_a_section_without_terms_has_no_definitions():
    assert names(["", "Nothing."]) == [[], []]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "Leaders’ mood rose by an estimated 0.50 scale points (95% interval 0.30 to 0.70; 12 leaders).",
         ["leader", "estimate", "scale_points", "interval"]),
        ("de", "Bei den Führungskräften stieg „Mood“ um geschätzte 0,50 Skalenpunkte (95-%-Intervall 0,30 bis 0,70).",
         ["leader", "estimate", "scale_points", "interval"]),
    ],
)  # fmt: skip
def test_terms_of_a_sentence(language, text, found):
    unit = {"en": "scale points", "de": "Skalenpunkte"}[language]
    known = terms(catalogue(language), level="95", units=[unit])
    assert [term.name for term in first_used([text], known)[0]] == found


def test_each_unit_is_a_term():
    known = terms(catalogue("en"), level="95", units=["points", "hours", "points"])
    assert [term.definition.split(":")[0] for term in known if term.name == "scale_points"] == ["Points", "Hours"]


def test_a_definition_names_the_level():
    assert any("in 90 of 100 such studies" in term.definition for term in terms(catalogue("en"), level="90", units=[]))
