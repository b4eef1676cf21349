"""What a Study tells about itself."""

import pytest

from rm_research.study import read_study
from rm_research.study.entries import comparable, tidy_text

THREE = """
title = "T"
[waves.screening]
file = "a.csv"
[waves.pre]
file = "b.csv"
[waves.then]
kind = "retrospective"
file = "c.csv"
[waves.post]
file = "d.csv"
[columns]
person = "code"
cohort = { pre = "c1" }
[design]
baseline = "pre"
[scales.mood]
score = "sum"
"""
CODEBOOK = "item,scale,low,high,screening,pre,then,post\nm1,mood,1,5,-,,,\nm2,mood,1,5,-,,,-\nm3,mood,1,5,-,,,\n"


@pytest.fixture
def study(write_study):
    return read_study(write_study(toml=THREE, codebook=CODEBOOK))


def test_later_waves_are_occasions_after_the_baseline(study):
    assert study.later_waves == ("post",)


def test_common_items_are_those_that_every_asking_wave_asks(study):
    assert [item.name for item in study.common_items("mood")] == ["m1", "m3"]


def test_a_sum_ranges_over_the_common_items(study):
    assert study.scale_range("mood") == (2, 10)


def test_a_wave_that_asks_no_item_does_not_measure_the_scale(study):
    assert [study.measured("mood", wave.name) for wave in study.waves] == [False, True, True, True]


def test_a_fact_may_be_known_in_one_wave_only(study):
    known = [study.has_fact("cohort", wave, wave.sources[0]) for wave in study.waves]
    assert known == [False, True, False, False]


def test_outcomes_come_first_among_scales(write_study):
    more = "[scales.joy]\n"
    codebook = "item,scale\nm1,mood\nj1,joy\n"
    toml = THREE.replace('title = "T"', 'title = "T"\noutcomes = ["joy"]').replace(
        "[scales.mood]\nscore", more + "[scales.mood]\nscore"
    )
    study = read_study(write_study(toml=toml, codebook=codebook))
    assert [scale.name for scale in study.scales] == ["joy", "mood"]


def test_a_title_is_escaped_in_html(write_study):
    study = read_study(write_study(toml=THREE.replace('"T"', '"<b>T</b>"'), codebook=CODEBOOK))
    assert "&lt;b&gt;T" in study._repr_html_()


def test_a_repr_names_waves_and_scales(study):
    assert "screening → pre → then (retrospective) → post" in repr(study)


@pytest.mark.parametrize(("one", "other"), [("Agree", " agree"), ("ﬁrst", "FIRST"), ("a\u00a0 b", "a b")])
def test_entries_are_one_but_for_case_blanks_and_unicode_forms(one, other):
    assert tidy_text(one) == tidy_text(other)


@pytest.mark.parametrize(("one", "other"), [("1.0", "1"), ("01", "1"), (" 2e1", "20"), (".5", "0.50")])
def test_numbers_are_compared_as_numbers(one, other):
    assert comparable(one) == comparable(other)


def test_words_with_digits_are_no_numbers():
    assert comparable("2022_1") == "2022_1"
