"""What would quietly take answers away is said, and kept apart from what merely looks odd."""

import pytest

from rm_research.checks import check_study, response_flow
from rm_research.errors import StudyFileError
from rm_research.panel.prepare import prepare_openly
from rm_research.scales import score_scales
from rm_research.study import read_study

CONSENT = """
title = "Consent"
[waves.pre]
file = "pre.csv"
[columns]
person = "code"
consent = "ok"
[scales.mood]
"""
THEN = """
title = "Asked later about the start"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[waves.then]
file = "then.csv"
kind = "retrospective"
[columns]
person = "code"
[scales.mood]
"""


def rules(folder):
    table = check_study(folder).table
    return dict(zip(table["rule"], table["severity"], strict=True))


def test_a_consent_nobody_gave_is_an_error(write_study):
    folder = write_study(toml=CONSENT, files={"pre.csv": "code,ok,m1,m2\na,I agree,1,2\nb,I agree,2,3\n"})
    found = check_study(folder).table
    assert found.loc[found["rule"] == "nobody_consents", "severity"].tolist() == ["error"]
    assert "[values.consent]" in found["message"].iloc[0]


def test_a_wave_that_nobody_has_answered_yet_is_a_warning(write_study):
    folder = write_study(files={"post.csv": "code,m1,m2\na,,\nb,,\n"})
    assert rules(folder)["nobody_returned"] == "warning"


def test_an_item_that_one_wave_leaves_out_is_a_warning(write_study):
    folder = write_study(codebook="item,scale,low,high,post\nm1,mood,1,5,\nm2,mood,1,5,-\n")
    assert rules(folder)["items_left_out"] == "warning"


def test_a_retrospective_wave_does_not_change_the_scores_of_others(write_study):
    codebook = "item,scale,low,high,then\nm1,mood,1,5,\nm2,mood,1,5,-\n"
    folder = write_study(toml=THEN, codebook=codebook, files={"then.csv": "code,m1\na,1\n"})
    study = read_study(folder)
    scores = score_scales(prepare_openly(study).responses, study)
    assert scores.loc[scores["wave"] == "pre", "score"].tolist() == [1.5, 3.5, 5.0]
    found = check_study(folder).table.set_index("rule").loc[["items_left_out"]]
    assert found[["severity", "wave", "column"]].to_numpy().tolist() == [["warning", "then", "mood"]]
    assert found["message"].item().startswith("Wave 'then' does not ask m2, so its score of 'mood' uses fewer")


def test_waves_that_read_the_same_cells_are_refused(write_study):
    toml = THEN.split("[waves.then]")[0].replace("post.csv", "pre.csv") + THEN.split('"retrospective"')[1]
    with pytest.raises(StudyFileError, match=r"waves.post: reads the same columns of pre.csv as waves.pre"):
        read_study(write_study(toml=toml))


def test_a_role_that_nobody_has_is_a_warning(write_study):
    toml = (
        THEN.split("[waves.then]")[0]
        + '[columns]\nperson = "code"\nrole = "role"\n[scales.mood]\nroles = ["leaders"]\n'
    )
    files = dict.fromkeys(("pre.csv", "post.csv"), "code,role,m1,m2\na,leader,1,2\nb,mentor,2,3\n")
    assert rules(write_study(toml=toml, files=files))["unknown_role_of_scale"] == "warning"


def test_people_without_an_arm_are_still_counted_in_the_flow(write_study):
    toml = THEN.split("[waves.then]")[0] + '[columns]\nperson = "code"\narm = "arm"\n[scales.mood]\n'
    files = dict.fromkeys(("pre.csv", "post.csv"), "code,arm,m1,m2\na,programme,1,2\nb,,2,3\nc,programme,2,2\n")
    prepared = prepare_openly(read_study(write_study(toml=toml, files=files)))
    assert response_flow(prepared)["before"].sum() == 3
