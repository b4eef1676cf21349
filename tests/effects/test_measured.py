"""Words for how well scales measured."""

import pandas as pd
import pytest

from rm_research.effects.measured import how_well
from rm_research.frames import RELIABILITY


@pytest.mark.parametrize(
    ("alpha", "word"),
    [(0.95, "good"), (0.80, "good"), (0.7999, "fair"), (0.70, "fair"), (0.6999, "weak"), (-1.0, "weak")],
)
def test_alpha_becomes_a_word(alpha, word):
    row = {"scale": "mood", "wave": "pre", "alpha": alpha, "n": 40}
    others = [row | {"item": "m1"}, row | {"wave": "post", "alpha": None}]
    table = how_well(RELIABILITY.conform(pd.DataFrame([row, *others])))
    assert table.to_dict("records") == [{"scale": "mood", "wave": "pre", "measured": word, "n": 40}]
