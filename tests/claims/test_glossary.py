"""Terms that a page uses are defined at its end."""

import pytest

from rm_research.catalogue import catalogue
from rm_research.claims import Term, terms, used_terms

DYAD = Term("dyad", ("dyad", "dyads"), "Dyad: two people.")
RANGE = Term("range", ("95% range",), "Range: from here to there.")


def names(sections, known=(RANGE, DYAD)):
    return [term.name for term in used_terms(sections, known)]


def test_terms_of_all_sections_stand_in_alphabetical_order():
    assert names(["In the 95% range,", "Two dyads met.\nA dyad of two.", "Dyads."]) == ["dyad", "range"]


def test_case_does_not_matter_and_parts_of_words_are_no_use():
    assert names(["Dyadic matters"]) == []
    assert names(["DYADS"]) == ["dyad"]


def test_a_page_without_terms_has_no_definitions():
    assert names(["", "Nothing."]) == []


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
    assert sorted(term.name for term in used_terms([text], known)) == sorted(found)


def test_each_unit_is_a_term():
    known = terms(catalogue("en"), level="95", units=["points", "hours", "points"])
    assert [term.definition.split(":")[0] for term in known if term.name == "scale_points"] == ["Points", "Hours"]


def test_a_definition_names_the_level():
    assert any("in 90 of 100 such studies" in term.definition for term in terms(catalogue("en"), level="90", units=[]))
