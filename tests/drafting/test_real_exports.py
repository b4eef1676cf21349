"""Drafts of real exports: what is found in them, and that edits at the marks alone make a study without errors."""

import pytest

pytestmark = pytest.mark.slow  # whole real exports


def scaled(made):
    return {name: sum(row["scale"] == name for row in made.items.values()) for name in made.toml["scales"]}


def test_staff_training_side_by_side(draft_real):
    made = draft_real("biodiversity-pd/survey-data-raw-pd1.csv")
    assert list(made.toml["waves"]) == ["pre", "post"]
    assert made.toml["columns"] == {"person": "Participant Code", "cohort": "Term"}
    assert len(made.items) == 22
    assert all(row["pre"].replace("Pre", "Post", 1) == row["post"] for row in made.items.values())
    assert {(row["low"], row["high"]) for row in made.items.values()} == {("1", "5")}
    # nothing is marked, so it runs as written
    assert (made.checks, made.errors(), made.people()) == ("", [], 40)


def test_staff_training_has_the_changes_that_are_known(draft_real):
    made = draft_real("biodiversity-pd/survey-data-raw-pd1.csv")
    codebook = made.folder / "codebook.csv"
    lines = [line.split(",", 2) for line in codebook.read_text(encoding="utf-8").splitlines()]
    text = "\n".join([",".join(lines[0]), *(f"{item},teaching,{rest}" for item, _, rest in lines[1:]), ""])
    codebook.write_text(text, encoding="utf-8")
    toml = made.draft.study.split("\n[scales.")[0] + "\n[scales.teaching]\n"
    (made.folder / "study.toml").write_text(toml, encoding="utf-8")
    panel = made.problems().prepared.panel
    change = (panel["post"] - panel["pre"]).groupby(panel["cohort"]).mean().round(3)
    assert change.to_dict() == {"2022_1": 0.761, "2023_1": 0.567, "2024_1": 0.405}


def test_trial_of_six_occasions_as_rows(draft_real):
    made = draft_real("ahi-cesd/ahi-cesd.csv", waves=["start", "week1", "week2", "month1", "month3", "month6"])
    assert [wave["where"] for wave in made.toml["waves"].values()] == [{"occasion": str(number)} for number in range(6)]
    assert {name: wave.get("duplicates") for name, wave in made.toml["waves"].items() if "duplicates" in wave} == {
        "week2": "last", "month3": "last",
    }  # fmt: skip
    assert scaled(made) == {"ahi": 24, "cesd": 20}
    assert {row["scale"]: (row["low"], row["high"]) for row in made.items.values()} == {
        "ahi": ("1", "5"),
        "cesd": ("1", "4"),
    }
    assert all(f"{name} (r = -" in made.checks for name in ("cesd04", "cesd08", "cesd12", "cesd16"))
    assert made.checks.count("(r = -") == 4
    made.edited("study.toml", **{
        'arm = "intervention"': 'arm = "intervention"\n[values.arm]\nplacebo = "4"\n[design]\ncomparison = "placebo"',
        'duplicates = "last"': 'duplicates = "first"',
    })  # fmt: skip
    made.edited(
        "codebook.csv",
        **{f"cesd{number},cesd,number,,": f"cesd{number},cesd,number,yes," for number in ("04", "08", "12", "16")},
    )
    assert made.errors() == []
    counts = made.problems().response.loc["all people"].to_dict()
    assert list(counts.values()) == [295, 147, 156, 139, 133, 120]


def test_classrooms_with_a_comparison(draft_real):
    made = draft_real("mental-abacus/mental_abacus_data.csv")
    assert {name: wave["where"] for name, wave in made.toml["waves"].items()} == {
        "pre": {"year": "2015"},
        "post": {"year": "2016"},
    }
    assert made.toml["columns"] == {"person": "subid", "arm": "group"}
    assert made.toml["values"]["arm"] == {"programme": ["MA"], "comparison": ["CNTL"]}
    assert made.toml["design"]["unit"] == "class_num"
    assert set(made.toml["scales"]) == {
        "ravens", "gonogo", "swm", "pvAvg", "arithmeticTotal", "arithmeticAverage", "woodcockTotal",
    }  # fmt: skip
    assert (made.errors(), made.people()) == ([], 164)
    made.edited("study.toml", **{'assignment = "self-selected"': 'assignment = "randomised"'})
    assert made.errors() == []


def test_workshop_with_codes_that_people_made(draft_real):
    made = draft_real(
        "theobold-workshops-sgic/introR_survey_raw.csv", "theobold-workshops-sgic/introR_assessment_raw.csv"
    )
    assert made.toml["waves"]["pre"]["format"] == "google-forms"
    assert made.toml["columns"]["person"] == "ID"
    assert "NO QUESTION IS ASKED IN TWO WAVES" in made.checks
    assert "2 more codes occur again except for one character" in made.checks
    assert made.toml["missing"]["values"] == ["NA"]
    assert made.errors() == []
    assert made.problems().response.loc["all people"].to_dict() == {"pre": 64, "post": 19}


def test_codes_with_typing_errors_are_linked_as_proposed(draft_real):
    made = draft_real(
        "theobold-workshops-sgic/introR_survey_raw.csv", "theobold-workshops-sgic/introR_assessment_raw.csv"
    )
    made.edited("study.toml", **{'\n# method = "code"': "", 'method = "exact"': 'method = "code"'})
    assert made.errors() == []


def test_no_code_anywhere(draft_real):
    made = draft_real("format-googleforms/20251003_pre.csv", "format-googleforms/20251003_post.csv")
    assert made.toml["link"] == {"method": "none"}
    assert list(scaled(made).values()) == [11]
    assert made.draft.files["paired"].tolist() == [11, 11]
    assert (made.checks, made.errors()) == ("", [])


def test_printed_answers_that_differ_in_case(draft_real):
    made = draft_real("format-limesurvey/rse_2016_uk_public_data.csv")
    assert made.toml["waves"]["pre"]["format"] == "limesurvey"
    assert (
        list(made.toml["answers"]["agree5"].values())
        == list(made.toml["answers"]["often5"].values())
        == [1, 2, 3, 4, 5]
    )
    assert made.toml["answers"]["agree5"]["Neither agree or disagree"] == 3
    known = {"perfCheck": 6, "affRec": 5, "percEmp": 3, "affSat": 4, "progRSE": 5}
    assert known.items() <= scaled(made).items()
    assert made.errors() == []


@pytest.mark.parametrize("export", ["StarWars.csv", "steak-risk-survey.csv"])
def test_people_seen_by_surveymonkey(draft_real, export):
    made = draft_real(f"format-surveymonkey/{export}")
    assert made.toml["waves"]["pre"]["format"] == "surveymonkey"
    assert made.toml["link"] == {"method": "none"}
    if "also answered: 'Unfamiliar (N/A)'" in made.checks:
        made.edited("study.toml", **{"\n[link]": '\n[missing]\nvalues = ["Unfamiliar (N/A)"]\n[link]'})
    if "scales" in made.toml:
        assert made.errors() == []
    else:
        assert "a study needs a scale" in made.checks


def test_events_of_redcap(draft_real):
    made = draft_real("format-redcap/longitudinal_data.csv", "format-redcap/longitudinal_dictionary.csv")
    assert made.toml["columns"]["person"] == "study_id"
    assert made.toml["waves"]["enrollment"]["where"] == {"redcap_event_name": ["enrollment_arm_1", "enrollment_arm_2"]}
    assert made.toml["waves"]["enrollment"]["dictionary"].endswith("longitudinal_dictionary.csv")
    assert made.errors() == []


def test_codes_with_labels(draft_real):
    made = draft_real("format-spss/pspp_hotel.sav")
    assert {(row["low"], row["high"]) for row in made.items.values()} == {("1", "5")}
    assert made.items["v1"]["label"] == "I am satisfied with the level of service"
    assert made.errors() == []


def test_people_of_several_studies_in_one_file(draft_real):
    made = draft_real("r-psychtools/sai.csv")
    assert made.toml["columns"] == {"person": "id", "cohort": "study"}
    assert list(made.toml["waves"]) == ["time1", "time2", "time3", "time4"]
    assert list(scaled(made).values()) == [20]
    assert made.errors() == []
