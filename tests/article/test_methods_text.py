"""The paragraph on methods: the sentences of pages, with references that exist."""

import re
from pathlib import Path

import pytest
from desk_study import TOML, prepared_desk
from small_studies import details_of, row_of, table_of

import rm_research as rm
from rm_research.catalogue import catalogue
from rm_research.disclosure import private_of
from rm_research.effects import Estimates
from rm_research.effects.methods import METHODS
from rm_research.effects.methods.references import MULTIPLICITY, REFERENCES
from rm_research.errors import FrameError

DOCS = Path(__file__).parents[2] / "docs"
KEYS = set(re.findall(r"^@\w+\{(\w+),", (DOCS / "references.bib").read_text(encoding="utf-8"), re.MULTILINE))
CITED = {*MULTIPLICITY, *(key for keys in REFERENCES.values() for key in keys)}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


def test_sentences_are_those_of_the_methods_in_use(prepared):
    change = rm.estimate_change(prepared, cohort="Spring", scale="mood", arm="programme")
    text = rm.methods_text(change.where(method="paired_t", measure="mean", contrast="change"))
    words = catalogue("en")
    assert words.say("methods.paired_t").removesuffix(".") in text
    assert "[@student1908]" in text
    assert words.say("methods.bonett").removesuffix(".") not in text
    assert text.endswith("[@holm1979; @benjamini1995].")


@pytest.mark.slow
def test_it_says_that_tables_may_be_of_others(prepared):
    other = catalogue("en").say("article.another_of_both")
    change = rm.estimate_change(prepared, cohort="Spring", scale="mood", arm="programme")
    assert other in rm.methods_text(change.headlines())
    assert other not in rm.methods_text(rm.estimate_difference(prepared))
    shown = private_of(prepared).estimates.where(cohort="Spring", scale="mood", arm="programme")
    text = rm.methods_text(shown.headlines())
    assert other not in text
    assert catalogue("en").say("article.another_of_everyone") in text


def test_an_average_of_cohorts_says_of_whom(prepared):
    row = row_of(contrast="pooled_change", method="reml_hk", cohort="all cohorts", n_pre=20, n_pairs=15, heads=True)
    text = rm.methods_text(Estimates(table_of(row), details_of(), prepared.study))
    assert catalogue("en").say("article.whose_before") in text


def test_blanks_are_filled(prepared):
    text = rm.methods_text(rm.estimate_change(prepared) + rm.estimate_difference(prepared))
    assert "{" not in text
    assert "CR2 by dyad" in text


@pytest.mark.slow
def test_who_chose_is_compared_in_two_ways(tmp_path):
    chose = prepared_desk(tmp_path / "s", toml=TOML.replace('"randomised"', '"self-selected"'))
    sentence = catalogue("en").say("methods.two_ways")
    assert sentence in rm.methods_text(rm.estimate_difference(chose))
    assert sentence not in rm.methods_text(rm.estimate_change(chose))


def test_words_follow_the_study(tmp_path):
    german = prepared_desk(tmp_path / "s", toml=TOML + 'language = "de"\n')
    assert catalogue("de").say("methods.multiplicity").removesuffix(".") in rm.methods_text(rm.estimate_change(german))


def test_every_key_is_in_the_list_of_references_and_the_other_way_round():
    assert CITED == KEYS


def test_every_method_with_references_has_a_sentence():
    sentences = {key for method in METHODS for unit in ("person", "dyad") for key in method.explanations(unit)}
    assert set(REFERENCES) <= sentences


def test_what_is_cited_is_what_the_documentation_names():
    text = (DOCS / "methods.md").read_text(encoding="utf-8")
    bib = (DOCS / "references.bib").read_text(encoding="utf-8")
    for key in sorted(KEYS):
        entry = bib[bib.index(f"{{{key},") :].split("\n}", 1)[0]
        surname = re.search(r"author = \{+([^,}]+)", entry)[1].replace(r"{\"o}", "ö").replace(r"{\"o", "ö").strip("{}")
        year = re.search(r"year = \{(\d{4})", entry)[1]
        assert re.search(rf"{surname}[^;]{{0,80}}\s{year}", text), key


def test_no_reference_lacks_where_to_find_it():
    bib = (DOCS / "references.bib").read_text(encoding="utf-8")
    for entry in bib.split("\n@")[1:]:
        wanted = (
            "title",
            "year",
            "author",
            *(("journal", "volume", "pages") if entry.startswith("article") else ("publisher",)),
        )
        assert all(re.search(rf"\b{field} = \{{.", entry) for field in wanted), entry


@pytest.mark.parametrize(
    ("estimates", "told"),
    [(Estimates(table_of(row_of()), details_of()), "do not know their study"), (3, "methods_text takes Estimates")],
)
def test_what_cannot_be_described_is_refused(estimates, told):
    with pytest.raises(FrameError, match=told):
        rm.methods_text(estimates)


def test_rows_without_an_estimate_have_no_method(prepared):
    none = rm.estimate_change(prepared)
    with pytest.raises(FrameError, match="none of these rows has an estimate"):
        rm.methods_text(none.where(none.table["estimate"].isna()))
