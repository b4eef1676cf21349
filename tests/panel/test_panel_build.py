"""Scores side by side."""

import pandas as pd
import pytest

from rm_research.errors import FrameError
from rm_research.panel import build_panel
from rm_research.panel.build import places_among
from rm_research.panel.prepare import prepare_openly
from rm_research.scales import scored_rows
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[waves.later]
file = "later.csv"
[columns]
person = "code"
submitted = "date"
role = "role"
dyad = "pair"
[scales.mood]
[scales.skill]
roles = ["leader"]
"""
CODEBOOK = "item,scale,low,high,pre,post,later\nm1,mood,1,5,,,\ns1,skill,1,5,,,-\n"
HEADER = "code,role,pair,date,m1,s1\n"
FILES = {
    "pre": "a,leader,1,,1,2\nb,mentor,1,,3,1\nc,leader,,,5,5\n",
    "post": "a,leader,1,2025-06-01,2,4\nd,leader,,2025-06-01,1,1\n",
    "later": "a,leader,1,2025-09-01,4,1\n",
}
SESSIONS = '[sessions]\nfile = "sessions.csv"\n'
LOG = "pair,date,minutes\n1,2025-05-31,30\n1,2025-06-01,30\n1,2025-07-01,30\n1,,30\n"


@pytest.fixture
def prepare(write_study):
    def prepared(more="", log=None, **files):
        contents = {f"{name}.csv": HEADER + text for name, text in {**FILES, **files}.items()}
        return prepare_openly(
            read_study(write_study(more, toml=TOML, codebook=CODEBOOK, files={**contents, "sessions.csv": log}))
        )

    return prepared


def rows(prepared, scale, wave, *columns):
    """Rows of the Panel in order of person as they came in: a, b, c, d."""
    panel = prepared.panel
    found = panel.loc[(panel["scale"] == scale) & (panel["wave"] == wave), list(columns)]
    return found.astype(object).where(found.notna(), None).to_numpy().tolist()


def test_everyone_has_a_row_with_what_they_answered(prepare):
    assert rows(prepare(), "mood", "post", "pre", "post") == [[1, 2], [3, None], [5, None], [None, 1]]


def test_a_later_wave_has_rows_of_its_own_from_the_same_baseline(prepare):
    assert rows(prepare(), "mood", "later", "pre", "post") == [[1, 4], [3, None], [5, None], [None, None]]


def test_a_scale_is_for_its_roles_only(prepare):
    assert rows(prepare(), "skill", "post", "role") == [["leader"]] * 3


def test_a_wave_that_does_not_ask_a_scale_has_no_rows_of_it(prepare):
    assert rows(prepare(), "skill", "later", "pre") == []


def test_meetings_before_the_questionnaire_count(prepare):
    prepared = prepare(SESSIONS, LOG)
    assert [rows(prepared, "mood", wave, "sessions")[0] for wave in ("post", "later")] == [[3], [4]]


def test_meetings_count_where_the_questionnaire_is_not_dated(prepare):
    prepared = prepare(SESSIONS, LOG, post="a,leader,1,,2,4\n")
    assert rows(prepared, "mood", "post", "sessions")[0] == [4]


def test_without_a_log_meetings_are_missing(prepare):
    assert rows(prepare(), "mood", "post", "sessions") == [[None]] * 4


def test_a_dyad_without_meetings_has_none_and_no_dyad_has_no_number(prepare):
    prepared = prepare(SESSIONS, "pair,date,minutes\n")
    assert rows(prepared, "mood", "post", "sessions") == [[0], [0], [None], [None]]


def test_a_mentor_of_two_leaders_has_the_meetings_of_both(write_study):
    toml = TOML.replace("[scales.mood]", SESSIONS + '[roster]\nfile = "roster.csv"\n[scales.mood]')
    files = {
        "pre.csv": HEADER + "m,mentor,,,1,1\nk,leader,,,1,1\nl,leader,,,1,1\n",
        "post.csv": HEADER + "m,mentor,,2025-06-01,1,1\n",
        "later.csv": HEADER + "m,mentor,,2025-09-01,1,1\n",
        "roster.csv": "code,pair\nm,1\nm,2\nk,1\nl,2\n",
        "sessions.csv": "pair,date,minutes\n1,2025-05-01,30\n2,2025-05-01,30\n2,2025-05-02,30\n",
    }
    prepared = prepare_openly(read_study(write_study(toml=toml, codebook=CODEBOOK, files=files)))
    assert rows(prepared, "mood", "post", "role", "sessions") == [["mentor", 3], ["leader", 1], ["leader", 2]]


def test_without_later_waves_the_panel_is_empty(write_study):
    toml = 'title = "T"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\n[scales.mood]\n'
    assert len(prepare_openly(read_study(write_study(toml=toml))).panel) == 0


def test_one_wave_with_a_log_is_no_stumbling_block(write_study):
    toml = 'title = "T"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\ndyad = "m1"\n[scales.mood]\n'
    study = read_study(write_study(toml=toml + SESSIONS, files={"sessions.csv": "dyad,date\n1,2025-01-01\n"}))
    assert len(prepare_openly(study).people) == 3


def test_frames_without_their_columns_are_refused(prepare):
    prepared = prepare()
    with pytest.raises(FrameError, match="build_panel needs People; this frame has no column role"):
        build_panel(prepared.scores, prepared.people.drop(columns="role"), prepared.study)


def test_known_places_give_the_same_panel(prepare):
    prepared = prepare()
    known = prepared.people.iloc[1:].reset_index(drop=True)  # someone with scores is not among them
    places = places_among(known, prepared.scores)
    assert (places == -1).any()
    assert places.max() == len(known) - 1
    found = build_panel(prepared.scores, known, prepared.study, places=places)
    pd.testing.assert_frame_equal(found, build_panel(prepared.scores, known, prepared.study))
    of_responses = places_among(known, prepared.responses)[scored_rows(prepared.responses, prepared.study)]
    assert of_responses.tolist() == places.tolist()
