"""What was skipped, how scores pile up at the ends, who did not read."""

import numpy as np
import pytest
from small_studies import COLUMNS, TOML, as_csv, small_study

from rm_research.checks.answering import careless_signs, missing_items, scale_quality
from rm_research.panel import prepare_study


@pytest.fixture
def prepared(tmp_path):
    """A study whose people answered so before, and 3 to everything after."""

    def make(*answers, toml=TOML):
        people = [[f"P{place}", "Spring", "", "", "", ""] for place in range(len(answers))]
        before = [[*who, *given] for who, given in zip(people, answers, strict=True)]
        files = {"pre.csv": as_csv(COLUMNS, before), "post.csv": as_csv(COLUMNS, [[*who, 3, 3, 3] for who in people])}
        return prepare_study(small_study(tmp_path / "study", toml=toml, files=files))

    return make


def test_items_that_are_skipped(prepared):
    shares = missing_items(prepared((1, "", 3), (1, 2, ""), (1, "", 2), (4, 4, 4)))
    assert shares.to_numpy().tolist() == [[0, 0], [0.5, 0], [0.25, 0]]


def test_scores_at_the_ends_and_missing(prepared):
    quality = scale_quality(prepared((1, 1, 1), (5, 5, 5), (5, 5, 5), (2, 2, 1), (1, "", "")))
    before, after = (quality[quality["wave"] == wave].iloc[0] for wave in ("pre", "post"))
    assert before[["questionnaires", "missing", "floor", "ceiling"]].tolist() == [5, 0.2, 0.25, 0.5]
    assert before["piled_up"] == "floor and ceiling"
    assert after[["floor", "ceiling", "piled_up"]].tolist() == [0, 0, ""]


def test_an_unbounded_scale_has_no_ends(tmp_path):
    codebook = {"codebook.csv": "item,scale\nm1,mood\n"}
    quality = scale_quality(prepare_study(small_study(tmp_path / "study", files=codebook | {
        "pre.csv": as_csv(COLUMNS, [["a", "S", "", "", "", "", 1, 1, 1]]),
        "post.csv": as_csv(COLUMNS, [["a", "S", "", "", "", "", 2, 1, 1]]),
    })))  # fmt: skip
    assert np.isnan(quality[["floor", "ceiling"]].to_numpy(float)).all()


def test_signs_of_carelessness_are_counted_by_wave(prepared):
    toml = TOML + "[careless]\nsame_answers = 3\n"
    signs = careless_signs(prepared((1, 2, 3), (2, 2, 2), toml=toml))
    assert signs.to_numpy().tolist() == [["pre", "same_answers", 1], ["post", "same_answers", 2]]
