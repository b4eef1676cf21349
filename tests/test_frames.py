"""The declared frames."""

import pandas as pd
import pytest

from rm_research.errors import FrameError
from rm_research.frames import DYADS, LEDGER, PEOPLE, RESPONSES, SCORES, require_columns, stacked

SCORE = {"cohort": "c", "person": "p", "wave": "pre", "scale": "s", "score": 1, "n_answered": 2}


def test_conform_puts_columns_in_order_and_gives_them_their_dtype():
    frame = SCORES.conform(pd.DataFrame([dict(reversed(SCORE.items()))]))
    assert frame.dtypes.astype(str).to_dict() == {name: dtype for name, (dtype, _) in SCORES.columns.items()}


def test_conform_adds_what_is_absent_as_missing():
    frame = SCORES.conform(pd.DataFrame([SCORE]).drop(columns=["score", "n_answered"]))
    assert frame[["score", "n_answered"]].isna().all(axis=None)


def test_conform_refuses_a_column_that_is_not_declared():
    with pytest.raises(FrameError, match="Scores has no column 'mood'; its columns are cohort, person"):
        SCORES.conform(pd.DataFrame([{**SCORE, "mood": 1}]))


def test_conform_keeps_further_columns_of_an_open_frame_last():
    frame = PEOPLE.conform(pd.DataFrame({"grade": ["A"], "cohort": ["c"], "person": ["p"]}))
    assert list(frame) == [*PEOPLE.columns, "grade"]


def test_conform_refuses_a_repeated_key():
    with pytest.raises(FrameError, match=r"Scores has 1 rows that repeat its key \(cohort, person, wave, scale\)"):
        SCORES.conform(pd.DataFrame([SCORE, SCORE]))


def test_an_empty_frame_has_the_declared_dtypes():
    assert RESPONSES.empty().dtypes.astype(str).to_dict() == {name: d for name, (d, _) in RESPONSES.columns.items()}


def test_require_columns_names_verb_frame_and_columns():
    with pytest.raises(FrameError, match="build_panel needs Scores; this frame has no column wave, n_answered"):
        require_columns(pd.DataFrame([SCORE]).drop(columns=["wave", "n_answered"]), SCORES, verb="build_panel")


def test_stacked_keeps_the_order_and_survives_empty_parts():
    one, two = ({**SCORE, "person": name} for name in "ba")
    frame = stacked([pd.DataFrame([one]), SCORES.empty(), pd.DataFrame([two])], SCORES)
    assert list(frame["person"]) == ["b", "a"]


def test_stacked_of_nothing_is_the_empty_frame():
    pd.testing.assert_frame_equal(stacked([], LEDGER), LEDGER.empty())


def test_dyads_tell_no_meetings_from_no_log():
    pair = {"cohort": "c", "dyad": "d", "leader": "a", "mentor": "b"}
    frame = DYADS.conform(pd.DataFrame([{**pair, "sessions": 0}, {**pair, "mentor": "x", "sessions": None}]))
    assert frame["sessions"].isna().tolist() == [False, True]
