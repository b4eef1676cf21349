"""What reliability and invariance limit, in words."""

import pandas as pd
import pytest

from rm_research.catalogue import catalogue
from rm_research.claims import measurement_limits
from rm_research.effects.measured import limits_of_measurement
from rm_research.frames import INVARIANCE, RELIABILITY

ROUGH = "Mood was measured roughly before: answers to its questions fit together poorly,"
SHIFTED = "The meaning of Mood may have shifted between the surveys,"
NO_SCALE = "The questions on Mood do not form one scale"
GOOD = {"scale": "mood", "wave": "pre", "alpha": 0.8, "alpha_high": 0.86, "omega": 0.82}
LOW = GOOD | {"alpha": 0.5, "alpha_high": 0.65}
FITS = {"scale": "mood", "compared": "pre – post", "level": "configural", "descriptive": False, "improper": False,
        "cfi": 0.95}  # fmt: skip
FAILED = {"scale": "mood", "compared": "pre – post", "level": "scalar", "descriptive": False, "improper": False,
          "d_cfi": -0.02, "d_p_value": 0.01}  # fmt: skip


@pytest.fixture
def limits(studies):
    def of(reliability=(), invariance=(), language="en"):
        tables = RELIABILITY.conform(pd.DataFrame(reliability)), INVARIANCE.conform(pd.DataFrame(invariance))
        found = limits_of_measurement(*tables, study=studies())
        return measurement_limits(found, study=studies(), words=catalogue(language))

    return of


def test_scales_that_measured_well_have_no_limit(limits):
    tenable = FAILED | {"d_cfi": -0.005}
    assert limits([GOOD, GOOD | {"wave": "post"}], [tenable]) == []


def test_nothing_known_is_no_limit(limits):
    assert limits() == []


@pytest.mark.parametrize("alpha_high", [0.699, 0.3, -0.2])
def test_a_scale_is_rough_where_the_whole_interval_of_alpha_is_below_point_seven(limits, alpha_high):
    (text,) = limits([LOW | {"alpha_high": alpha_high}])
    assert text.startswith(ROUGH)


@pytest.mark.parametrize("alpha_high", [0.7, 0.82])
def test_a_low_alpha_of_few_people_is_not_rough(limits, alpha_high):
    assert limits([GOOD | {"alpha": 0.4, "alpha_high": alpha_high, "omega": 0.4}]) == []


def test_what_is_hidden_is_not_spoken_of(limits):
    hidden = [FITS | {"cfi": None}, FAILED | {"d_cfi": None, "d_p_value": None}]
    assert limits([GOOD | {"alpha": None, "alpha_high": None}], hidden) == []


def test_items_are_not_scales(limits):
    assert limits([GOOD, LOW | {"item": "a"}]) == []


def test_all_waves_that_are_rough_are_named(limits):
    (text,) = limits([LOW | {"wave": wave} for wave in ("post", "pre")])
    assert text.startswith("Mood was measured roughly before and after:")


@pytest.mark.parametrize("level", ["metric", "scalar"])
def test_equalities_that_do_not_hold_over_time_shift_the_meaning(limits, level):
    (text,) = limits(invariance=[FITS, FAILED | {"level": level}])
    assert text.startswith(SHIFTED)


@pytest.mark.parametrize("configural", [[FITS | {"cfi": 0.49}], [FITS | {"cfi": 0.899, "improper": True}]])
def test_items_that_do_not_go_together_form_no_scale_and_have_no_meaning_that_could_shift(limits, configural):
    (text,) = limits(invariance=[*configural, FAILED, FAILED | {"level": "metric"}])
    assert text.startswith(NO_SCALE)


def test_a_model_of_few_people_does_not_say_that_items_form_no_scale(limits):
    assert limits(invariance=[FITS | {"cfi": 0.49, "descriptive": True}]) == []


def test_levels_are_not_spoken_of_where_the_configural_model_was_not_fitted(limits):
    unfitted = FITS | {"cfi": None, "improper": None, "reason": "not_converged"}
    assert limits(invariance=[unfitted, FAILED]) == []


def test_each_comparison_is_judged_by_its_own_configural_model(limits):
    later = {"compared": "pre – later"}
    assert limits(invariance=[FITS, FAILED | later]) == []


@pytest.mark.parametrize(
    "other",
    [{"level": "strict"}, {"compared": "leader – mentor"}, {"descriptive": True}, {"improper": True},
     {"d_p_value": 0.06}, {"d_cfi": -0.01}],
)  # fmt: skip
def test_what_cannot_be_relied_on_is_not_spoken_of(limits, other):
    assert limits(invariance=[FITS, FAILED | other]) == []


def test_scales_stand_in_the_order_of_the_study(limits):
    texts = limits([LOW | {"scale": name} for name in ("zeal", "mood")], [FITS, FAILED])
    assert [text.split()[0] for text in texts] == ["Mood", "The", "Zeal"]


def test_in_german(limits):
    first, second = limits([LOW], [FITS, FAILED], language="de")
    assert first.startswith("„Mood“ wurde vorher nur grob gemessen")
    assert second.startswith("Was „Mood“ bedeutet, kann sich")
