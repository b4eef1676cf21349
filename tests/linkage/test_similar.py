"""Persons found by codes that are alike, through whole studies."""

import numpy as np
import pytest

from rm_research.checks.flow import link_quality
from rm_research.errors import LinkError
from rm_research.linkage import link_waves
from rm_research.panel.prepare import prepare_openly
from rm_research.responses.intake import take_in
from rm_research.study import read_study
from rm_research.study.entries import compact

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
[link]
method = "code"
elements = ["given:2", "surname:2", "day:2", "street:2"]
[scales.mood]
"""
HEADER = "code,cohort,m1,m2\n"
LETTERS = np.array(list("abcdefghijklmnoprstuvwz"))


def people(count, seed=1):
    """Codes that people might make up."""
    draws = np.random.default_rng(seed)
    letters = draws.choice(LETTERS, (count, 6))
    return [
        "".join([*row[:4], f"{day:02}", *row[4:]])
        for row, day in zip(letters, draws.integers(1, 31, count), strict=True)
    ]


def export(codes, cohort="x"):
    return HEADER + "".join(f"{code},{cohort},1,2\n" for code in codes)


@pytest.fixture
def study(write_study):
    def made(pre, post, *, toml=TOML, more="", **files):
        files = {"pre.csv": pre, "post.csv": post, **{f"{name}.csv": text for name, text in files.items()}}
        return read_study(write_study(more, toml=toml, files=files))

    return made


def linked(study):
    return link_waves(take_in(study), study)


def row(linkage, wave, number):
    links = linkage.links
    return links[(links["wave"] == wave) & (links["source_row"] == number)].iloc[0]


CODES = people(30)
MISTYPED = CODES[0][:7] + ("x" if CODES[0][7] != "x" else "y")


def test_a_mistyped_code_is_linked_and_the_equal_ones_stay(study):
    linkage = linked(study(export(CODES), export([MISTYPED, *CODES[1:]])))
    first, others = row(linkage, "post", 2), linkage.links[linkage.links["source_row"] > 2]
    assert first["person"] == row(linkage, "pre", 2)["person"]
    assert (first["how"], row(linkage, "pre", 2)["how"]) == ("near", "near")
    assert 0.9 <= first["probability"] <= 1
    assert set(others["how"]) == {"exact"}


def test_a_swapped_pair_of_elements_is_linked(study):
    code = CODES[0]
    linkage = linked(study(export(CODES), export([code[2:4] + code[:2] + code[4:], *CODES[1:]])))
    assert row(linkage, "post", 2)["how"] == "near"


def test_a_stranger_stays_alone(study):
    linkage = linked(study(export(CODES), export([people(1, seed=9)[0], *CODES[1:]])))
    assert (row(linkage, "post", 2)["how"], row(linkage, "pre", 2)["how"]) == ("alone", "alone")
    assert linkage.links["probability"].isna().sum() == 2


def test_an_equal_code_that_is_judged_another_person_is_one_of_its_own(study):
    """A day of birth alone, which two of six people share by chance."""
    toml = TOML.replace('["given:2", "surname:2", "day:2", "street:2"]', '["day:2"]')
    linkage = linked(study(export(["01", "02", "03"]), export(["01", "05", "07"]), toml=toml))
    assert row(linkage, "post", 2)["how"] == "alone"
    assert linkage.links["person"].nunique() == linkage.responses["person"].nunique() == 6
    looser = toml.replace('method = "code"', 'method = "code"\ncertainty = 0.8')
    linkage = linked(study(export(["01", "02", "03"]), export(["01", "05", "07"]), toml=looser))
    assert row(linkage, "post", 2)["person"] == row(linkage, "pre", 2)["person"]


def test_codes_of_other_cohorts_are_not_looked_at(study):
    linkage = linked(study(export(CODES[:1], "y") + export(CODES[1:])[len(HEADER) :], export([MISTYPED, *CODES[1:]])))
    assert row(linkage, "post", 2)["how"] == "alone"


def test_marks_capitals_and_accents_do_not_count(study):
    odd = f"{CODES[0][:4].upper()} - {CODES[0][4:6]}.{CODES[0][6:]}"
    assert row(linked(study(export(CODES), export([odd, *CODES[1:]]))), "post", 2)["how"] in ("near", "exact")
    assert compact("Ü-12 Straße") == "u12strasse"


def test_each_element_may_have_a_column(study):
    toml = TOML.replace('elements = ["given:2", "surname:2", "day:2", "street:2"]\n', "").replace(
        'person = "code"', 'person = ["given", "surname", "day", "street"]'
    )
    header = "given,surname,day,street,cohort,m1,m2\n"

    def parts(codes):
        return header + "".join(f"{c[:2]},{c[2:4]},{c[4:6]},{c[6:]},x,1,2\n" for c in codes)

    half = parts([CODES[0]]).replace(f",{CODES[0][6:]},x", ",,x")
    linkage = linked(study(parts(CODES), half + parts(CODES[1:])[len(header) :], toml=toml))
    assert row(linkage, "post", 2)["how"] == "near"


def test_a_third_wave_finds_those_who_were_not_there_before(study):
    toml = TOML.replace("[columns]", '[waves.later]\nfile = "later.csv"\n[columns]')
    late, mistyped = people(1, seed=9)[0], people(1, seed=9)[0][:7] + "0"
    linkage = linked(study(export(CODES), export([late, *CODES]), toml=toml, later=export([mistyped, *CODES])))
    assert row(linkage, "later", 2)["person"] == row(linkage, "post", 2)["person"]
    assert row(linkage, "later", 2)["how"] == "near"


def test_blank_codes_are_linked_with_nobody(study):
    linkage = linked(study(export(["", *CODES]), export(["", "", *CODES])))
    assert linkage.links["how"].value_counts().to_dict() == {"exact": 60, "blank": 3}


def test_near_misses_name_rows_and_a_reason_and_no_code(study):
    # two strangers, equally like the one who came back
    twins = [CODES[0][:6] + end for end in ("qa", "qb")]
    linkage = linked(study(export([*twins, *CODES[1:]]), export([CODES[0][:6] + "qc", *CODES[1:]])))
    misses = linkage.near_misses
    assert row(linkage, "post", 2)["how"] == "alone"
    assert set(misses["like_row"]) == {2, 3}
    assert set(misses["source_row"]) == {2}
    assert misses["reason"].notna().all()
    assert "near_misses" in set(linkage.problems["rule"])
    text = linkage.problems.to_csv() + misses.to_csv() + linkage.links.to_csv() + linkage.responses.to_csv()
    assert not [code for code in [*CODES, *twins] if code in text]


def test_the_ledger_counts_similar_codes(study):
    linkage = linked(study(export(CODES), export([MISTYPED, *CODES[1:]])))
    assert linkage.ledger.set_index("rule").loc["linked by a similar code", "cells"] == 1


def test_a_later_answer_of_one_code_is_a_duplicate_as_with_equal_codes(study):
    toml = TOML.replace('file = "post.csv"', 'file = "post.csv"\nduplicates = "last"')
    linkage = linked(study(export(CODES), export([MISTYPED, MISTYPED, *CODES[1:]]), toml=toml))
    after = linkage.responses[linkage.responses["wave"] == "post"]
    assert after["source_row"].min() == 3
    assert len(after) == 30


def test_the_roster_is_matched_too(study):
    roster = '[roster]\nfile = "roster.csv"\n'
    lines = "code,cohort\n" + "".join(f"{code},x\n" for code in CODES)
    made = study(export([MISTYPED, *CODES[1:]]), export([MISTYPED, *CODES[1:]]), more=roster, roster=lines)
    people_found = prepare_openly(made).people
    assert len(people_found) == 30
    assert people_found["invited"].all()


def test_quality_counts_links_and_what_may_be_wrong(study):
    quality = link_quality(prepare_openly(study(export(CODES), export([MISTYPED, *CODES[1:]])))).set_index("wave")
    assert quality.loc["post", ["exact", "near", "linked"]].tolist() == [29, 1, 1]
    assert 0 <= quality.loc["post", "expected_wrong"] <= 30 * (1 - quality.loc["post", "lowest_certainty"]) < 1


def test_people_of_the_whole_study_are_matched_across_cohorts(study):
    toml = TOML.replace('method = "code"', 'method = "code"\nwithin = "study"')
    linkage = linked(study(export(CODES, "x"), export([MISTYPED, *CODES[1:]], "y"), toml=toml))
    assert row(linkage, "post", 2)["person"] == row(linkage, "pre", 2)["person"]


def test_an_intake_without_codes_is_refused(study):
    made = study(export(CODES), export(CODES))
    exact = made.settings.model_copy(update={"link": made.link.model_copy(update={"method": "exact"})})
    intake = take_in(type(made)(made.path, exact, made.items))
    assert intake.codes is None
    with pytest.raises(LinkError, match=r'Read them with link\.method = "code"'):
        link_waves(intake, made)


@pytest.mark.slow
def test_codes_are_neither_printed_nor_cached(study):
    from rm_research.panel import prepare_study

    post = export([MISTYPED, *CODES[1:]]).rstrip()
    # one answer is another, as waves with the same answers are an error
    made = study(export(CODES), post[:-1] + ("1" if post[-1] != "1" else "2") + "\n")
    assert not [code for code in CODES if code in repr(take_in(made))]
    prepare_study(made)
    kept = b"".join(path.read_bytes() for path in (made.path / ".rm_research").rglob("*") if path.is_file())
    assert not [code for code in CODES if code.encode() in kept]


def test_a_finding_can_be_looked_at_under_strict_and_loose_linking_in_one_call(study):
    from rm_research.effects.specifications import estimate_specifications
    from rm_research.panel import prepare_study

    draws = np.random.default_rng(5)
    before, after = (
        HEADER
        + "".join(f"{code},x,{a},{b}\n" for code, (a, b) in zip(codes, draws.integers(1, 6, (30, 2)), strict=True))
        for codes in (CODES, [MISTYPED, *CODES[1:]])
    )
    table = estimate_specifications(prepare_study(study(before, after))).to_frame()
    linkages = table.groupby("linkage")["n_pairs"].max()
    assert linkages["within cohort, similar codes from 0.95"] == 30
    assert linkages["within cohort"] == 29


def test_who_gave_no_cohort_is_looked_for_in_all_and_gets_that_of_the_partner(study):
    toml = TOML.replace('cohort = "cohort"', 'cohort = { pre = "cohort" }')
    before = export(CODES[:15], "x") + export(CODES[15:], "y")[len(HEADER) :]
    linkage = linked(study(before, export([MISTYPED, *CODES[1:]], ""), toml=toml))
    after = linkage.responses[linkage.responses["wave"] == "post"].set_index("source_row")["cohort"]
    assert (after[2], after[31], len(after)) == ("x", "y", 30)
    assert row(linkage, "post", 2)["how"] == "near"


def test_a_similar_code_of_another_cohort_is_settled_where_a_code_is_one_person_in_the_study(study):
    toml = TOML.replace('method = "code"', 'method = "code"\nwithin = "study"')
    linkage = linked(study(export(CODES, "x"), export([MISTYPED], "y") + export(CODES[1:])[len(HEADER) :], toml=toml))
    assert set(linkage.responses["cohort"]) == {"x"}
    assert row(linkage, "pre", 2)["how"] == "near"


def test_one_code_typed_in_two_ways_at_one_wave_is_one_person(study):
    toml = TOML.replace('file = "post.csv"', 'file = "post.csv"\nduplicates = "last"')
    linkage = linked(study(export(CODES), export([*CODES, f"{CODES[0][:4]}-{CODES[0][4:]}"]), toml=toml))
    assert linkage.links["person"].nunique() == 30
    assert len(linkage.responses) == 60


def test_each_wave_says_how_its_own_link_came_about(study):
    toml = TOML.replace("[columns]", '[waves.later]\nfile = "later.csv"\n[columns]')
    linkage = linked(study(export(CODES), export(CODES), toml=toml, later=export([MISTYPED, *CODES[1:]])))
    assert [row(linkage, wave, 2)["how"] for wave in ("pre", "post", "later")] == ["exact", "exact", "near"]
    assert row(linkage, "pre", 2)["probability"] == row(linkage, "post", 2)["probability"]


def test_a_link_to_the_roster_alone_is_told(study):
    roster = '[roster]\nfile = "roster.csv"\n'
    lines = "code,cohort\n" + "".join(f"{code},x\n" for code in CODES)
    linkage = linked(study(export([MISTYPED, *CODES[1:]]), export(CODES[1:]), more=roster, roster=lines))
    assert row(linkage, "pre", 2)["how"] == "near"


def test_a_code_known_in_part_is_not_called_blank(study):
    toml = TOML.replace('elements = ["given:2", "surname:2", "day:2", "street:2"]\n', "").replace(
        'person = "code"', 'person = ["one", "two"]'
    )
    header = "one,two,cohort,m1,m2\n"
    made = study(header + "abcd,,x,1,2\n,,x,1,2\n", header + "abcd,efgh,x,1,2\n", toml=toml)
    problems = take_in(made).problems
    assert problems.loc[problems["rule"] == "blank_code", "source_row"].tolist() == [3]
