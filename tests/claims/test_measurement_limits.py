"""What reliability and invariance limit, in words."""

import pandas as pd
import pytest

from rm_research.catalogue import catalogue
from rm_research.claims import measurement_limits
from rm_research.frames import INVARIANCE, RELIABILITY

ROUGH = "Mood was measured roughly before: answers to its questions fit together poorly."
SHIFTED = "The meaning of Mood may have shifted between the surveys."
GOOD = {"scale": "mood", "wave": "pre", "alpha": 0.8, "omega": 0.82}
FAILED = {"scale": "mood", "compared": "pre – post", "level": "scalar", "descriptive": False, "improper": False,
          "d_cfi": -0.02, "d_p_value": 0.01}  # fmt: skip


@pytest.fixture
def limits(studies):
    def of(reliability=(), invariance=(), language="en"):
        tables = RELIABILITY.conform(pd.DataFrame(reliability)), INVARIANCE.conform(pd.DataFrame(invariance))
        return measurement_limits(*tables, study=studies(), words=catalogue(language))

    return of


def test_scales_that_measured_well_have_no_limit(limits):
    tenable = FAILED | {"d_cfi": -0.005}
    assert limits([GOOD, GOOD | {"wave": "post"}], [tenable]) == []


def test_nothing_known_is_no_limit(limits):
    assert limits() == []


@pytest.mark.parametrize(("alpha", "omega"), [(0.59, 0.7), (0.7, 0.59), (0.59, None), (-0.2, None)])
def test_either_coefficient_below_point_six_is_rough(limits, alpha, omega):
    (text,) = limits([GOOD | {"alpha": alpha, "omega": omega}])
    assert text.startswith(ROUGH)


def test_point_six_is_not_rough(limits):
    assert limits([GOOD | {"alpha": 0.6, "omega": 0.6}]) == []


def test_what_is_hidden_is_not_spoken_of(limits):
    assert limits([GOOD | {"alpha": None, "omega": None}], [FAILED | {"d_cfi": None, "d_p_value": None}]) == []


def test_items_are_not_scales(limits):
    assert limits([GOOD, GOOD | {"item": "a", "alpha": 0.2, "omega": 0.2}]) == []


def test_all_waves_that_are_rough_are_named(limits):
    (text,) = limits([GOOD | {"wave": wave, "alpha": 0.4} for wave in ("post", "pre")])
    assert text.startswith("Mood was measured roughly before and after:")


@pytest.mark.parametrize("level", ["metric", "scalar"])
def test_equalities_that_do_not_hold_over_time_shift_the_meaning(limits, level):
    (text,) = limits(invariance=[FAILED | {"level": level}])
    assert text.startswith(SHIFTED)


@pytest.mark.parametrize(
    "other",
    [{"level": "strict"}, {"compared": "leader – mentor"}, {"descriptive": True}, {"improper": True},
     {"d_p_value": 0.06}, {"d_cfi": -0.01}],
)  # fmt: skip
def test_what_cannot_be_relied_on_is_not_spoken_of(limits, other):
    assert limits(invariance=[FAILED | other]) == []


def test_scales_stand_in_the_order_of_the_study(limits):
    texts = limits([GOOD | {"scale": name, "alpha": 0.4} for name in ("zeal", "mood")], [FAILED])
    assert [text.split()[0] for text in texts] == ["Mood", "The", "Zeal"]


def test_in_german(limits):
    first, second = limits([GOOD | {"alpha": 0.4}], [FAILED], language="de")
    assert first.startswith("„Mood“ wurde vorher nur grob gemessen")
    assert second.startswith("Was „Mood“ bedeutet, kann sich")
