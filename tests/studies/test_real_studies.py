"""Real studies, from raw exports to Panel, against numbers known from their own analyses (READMEs in shared/data)."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from real_studies import DATA, copied, needs_data

from rm_research.linkage import link_waves
from rm_research.panel.prepare import prepare_openly
from rm_research.people import build_participants
from rm_research.responses.intake import take_in
from rm_research.scales import compare_published
from rm_research.study import read_study

DEMO = Path(__file__).parents[2] / "data" / "demo"
needs_demo = pytest.mark.skipif(not (DEMO / "truth.json").is_file(), reason=f"{DEMO} has no truth.json")


def messages(prepared, rule):
    return prepared.problems.loc[prepared.problems["rule"] == rule, "message"].tolist()


@pytest.fixture(scope="module")
def biodiversity(tmp_path_factory):
    return prepare_openly(read_study(copied("biodiversity_pd", tmp_path_factory.mktemp("b") / "study")))


@pytest.fixture(scope="module")
def ahi_cesd(tmp_path_factory):
    return prepare_openly(read_study(copied("ahi_cesd", tmp_path_factory.mktemp("a") / "study")))


@needs_data
@pytest.mark.parametrize(
    ("cohort", "mean", "sd", "n"),
    [("2022_1", 0.761, 0.492, 14), ("2023_1", 0.567, 0.342, 9), ("2024_1", 0.405, 0.417, 17)],
)
def test_biodiversity_changes_by_cohort(biodiversity, cohort, mean, sd, n):
    panel = biodiversity.panel[biodiversity.panel["cohort"] == cohort]
    change = (panel["post"] - panel["pre"]).dropna()
    # the reference is given to three decimals
    assert (round(change.mean(), 3), round(change.std(), 3), len(change)) == (mean, sd, n)


@needs_data
def test_biodiversity_reports_its_six_repeat_attenders(biodiversity):
    assert messages(biodiversity, "repeat_attenders")[0].startswith("6 people take part in more than one cohort")


@needs_data
def test_biodiversity_loses_no_questionnaire(biodiversity):
    assert (len(biodiversity.responses), biodiversity.problems["severity"].eq("error").sum()) == (80, 0)


TWO_FILES = """
title = "Both surveys of the workshop"
[waves.pre]
{SOURCES}
[waves.post]
{SOURCES}
[columns]
person = "Participant Code"
[values.cohort]
2022 = ["2022_1", "2022_2"]
2023 = ["2023_1", "2023_2"]
2024 = ["2024_1", "2024_2"]
[scales.teaching]
[scales.data]
"""
SOURCE = '[[waves.{wave}.sources]]\nname = "{name}"\nfile = "{file}"\ncolumns = {{ cohort = "Term" }}\n'
DATA_ITEMS = "".join(f"Q17_{n},data,number,,1,5,,,data {n},Q17_{n}Pre:*,Q17_{n}Post:*\n" for n in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def both_surveys(tmp_path_factory):
    folder = copied("biodiversity_pd", tmp_path_factory.mktemp("two") / "study")
    toml = TWO_FILES
    for wave in ("pre", "post"):
        files = [(name, f"{DATA}/biodiversity-pd/survey-data-raw-{name}.csv") for name in ("pd1", "pd2")]
        sources = "".join(SOURCE.format(wave=wave, name=name, file=file) for name, file in files)
        toml = toml.replace("{SOURCES}", sources, 1)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    with (folder / "codebook.csv").open("a", encoding="utf-8") as codebook:
        codebook.write(DATA_ITEMS)
    return prepare_openly(read_study(folder, allow_outside=True))


@needs_data
def test_two_surveys_of_one_person_are_one_questionnaire(both_surveys):
    files = [pd.read_csv(DATA / "biodiversity-pd" / f"survey-data-raw-{name}.csv") for name in ("pd1", "pd2")]
    people = {
        (term[:4], code) for file in files for term, code in zip(file["Term"], file["Participant Code"], strict=True)
    }
    assert (len(both_surveys.people), len(both_surveys.responses)) == (len(people), 2 * len(people))


@needs_data
def test_two_surveys_made_one_are_in_the_ledger(both_surveys):
    step = both_surveys.ledger.set_index("rule").loc["parts of one questionnaire joined"]
    assert (step["rows_before"], step["rows_after"]) == (2 * (40 + 35), len(both_surveys.responses))


@needs_data
def test_each_survey_gives_its_own_scale(both_surveys):
    pairs = both_surveys.panel.dropna(subset=["pre", "post"]).groupby("scale").size()
    assert pairs.to_dict() == {"data": 35, "teaching": 40}


@needs_data
def test_two_surveys_leave_the_changes_as_they_were(both_surveys):
    panel = both_surveys.panel[(both_surveys.panel["scale"] == "teaching") & (both_surveys.panel["cohort"] == "2022")]
    assert round((panel["post"] - panel["pre"]).mean(), 3) == 0.761


@pytest.mark.slow
@needs_data
def test_ahi_cesd_people_per_occasion(ahi_cesd):
    counts = ahi_cesd.summary().loc["all people"].to_dict()
    assert counts == {"start": 295, "week1": 147, "week2": 156, "month1": 139, "month3": 133, "month6": 120}


@needs_data
def test_ahi_cesd_totals_are_reproduced_on_every_row(ahi_cesd):
    assert messages(ahi_cesd, "published_total") == [
        "ahiTotal agrees with the score on 992 of 992 rows.",
        "cesdTotal agrees with the score on 992 of 992 rows.",
    ]


@needs_data
def test_ahi_cesd_without_reversing_reproduces_few_totals(ahi_cesd):
    study = replace(ahi_cesd.study, items=tuple(replace(item, reverse=False) for item in ahi_cesd.study.items))
    raw = pd.read_csv(DATA / "ahi-cesd" / "ahi-cesd.csv")
    totals = raw["cesdTotal"].iloc[ahi_cesd.responses["source_row"] - 2].reset_index(drop=True)
    problems = compare_published(ahi_cesd.responses, totals.to_frame("cesd"), study)
    # the README of the data says 7.5 % of all rows, of which two are duplicates
    assert 1 - problems["severity"].eq("warning").sum() / len(totals) == pytest.approx(0.075, abs=0.002)


@needs_data
def test_ahi_cesd_reports_two_duplicates(ahi_cesd):
    duplicates = ahi_cesd.problems[ahi_cesd.problems["rule"] == "duplicate"]
    assert duplicates["wave"].tolist() == ["week2", "month3"]


@needs_data
def test_ahi_cesd_arms(ahi_cesd):
    arms = ahi_cesd.people["arm"].value_counts().to_dict()
    assert arms == {"exercise1": 72, "exercise2": 76, "exercise3": 74, "placebo": 73}


@needs_data
def test_ahi_cesd_pairs_from_start_to_week_one(ahi_cesd):
    panel = ahi_cesd.panel[(ahi_cesd.panel["scale"] == "ahi") & (ahi_cesd.panel["wave"] == "week1")]
    pairs = panel.dropna(subset=["pre", "post"])
    assert pairs.groupby("arm").size().to_dict() == {"exercise1": 30, "exercise2": 48, "exercise3": 24, "placebo": 45}


@needs_data
def test_ahi_cesd_change_of_happiness(ahi_cesd):
    panel = ahi_cesd.panel[(ahi_cesd.panel["scale"] == "ahi") & (ahi_cesd.panel["wave"] == "week1")]
    change = (panel["post"] - panel["pre"]).dropna()
    assert (round(change.mean(), 2), round(change.std(), 2)) == (3.10, 7.64)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Intake and linkage of the demo study, and the dirt that was planted in it."""
    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".rm_research"))
    study = read_study(folder, allow_outside=True)
    intake = take_in(study)
    return study, intake, link_waves(intake, study), json.loads((folder / "truth.json").read_text("utf-8"))["dirt"]


def left_out(frame, rule, wave):
    lines = frame[(frame["rule"] == rule) & (frame["wave"] == wave)]
    return int((lines["rows_before"] - lines["rows_after"]).sum())


def count(frame, rule, wave):
    return int(((frame["rule"] == rule) & (frame["wave"] == wave)).sum())


waves = pytest.mark.parametrize("wave", ["pre", "post"])


@needs_demo
@waves
@pytest.mark.parametrize(
    ("rule", "dirt"), [("where", "previews"), ("consent", "no_consent"), ("not returned", "blank_questionnaires")]
)
def test_demo_ledger_counts_what_was_planted(demo, wave, rule, dirt):
    _, intake, _, planted = demo
    assert left_out(intake.ledger, rule, wave) == planted[wave][dirt]


@needs_demo
@waves
def test_demo_double_submissions_are_resolved(demo, wave):
    _, _, linkage, planted = demo
    assert left_out(linkage.ledger, "duplicates, last kept", wave) == planted[wave]["double_submissions"]


@needs_demo
@waves
def test_demo_blank_codes_are_problems(demo, wave):
    _, intake, _, planted = demo
    assert count(intake.problems, "blank_code", wave) == planted[wave]["blank_codes"]


@needs_demo
@waves
def test_demo_unusable_answers_are_problems(demo, wave):
    _, intake, _, planted = demo
    # a number where labels are declared is an unknown label too
    assert count(intake.problems, "unknown_label", wave) == sum(
        planted[wave][kind] for kind in ("unknown_labels", "out_of_range")
    )


@needs_demo
@waves
def test_demo_missing_answers_are_those_that_were_planted(demo, wave):
    study, intake, linkage, planted = demo
    rows = linkage.responses[linkage.responses["wave"] == wave]
    items = [item.name for scale in ("engagement", "inclusion") for item in study.items_of(scale)]
    roles = build_participants(linkage, intake.sessions, study).people.set_index("person")["role"]
    leaders = rows["person"].map(roles) == "leader"
    skills = rows.loc[leaders, [item.name for item in study.items_of("adaptability")]]
    kinds = ("empty_items", "refused_items", "unknown_labels", "out_of_range")
    assert rows[items].isna().sum().sum() + skills.isna().sum().sum() == sum(planted[wave][kind] for kind in kinds)


@needs_demo
@waves
def test_demo_roles_that_clash_with_the_roster_are_problems(demo, wave):
    study, intake, linkage, planted = demo
    problems = build_participants(linkage, intake.sessions, study).problems
    assert count(problems, "disagreement", wave) == planted[wave]["other_role"]


@needs_demo
@waves
@pytest.mark.parametrize(("mark", "dirt"), [("=cmd", "formula_comments"), ("<script>", "script_comments")])
def test_demo_comments_stay_as_they_were_typed(demo, wave, mark, dirt):
    _, intake, _, planted = demo
    comments = intake.responses.loc[intake.responses["wave"] == wave, "comment"].dropna()
    assert comments.str.startswith(mark).sum() == planted[wave][dirt]


@needs_demo
def test_demo_untidy_codes_are_met_on_the_roster(demo):
    study, intake, linkage, planted = demo
    people = build_participants(linkage, intake.sessions, study).people
    # only who gave no code cannot be found there
    assert (~people["invited"]).sum() == planted["pre"]["blank_codes"] + planted["post"]["blank_codes"]


@needs_demo
def test_demo_people_met_only_later(demo):
    _, _, linkage, planted = demo
    links = linkage.links[linkage.links["wave"] == "post"]
    assert links.loc[links["how"] == "alone", "person"].nunique() == planted["post_only_people"]


@needs_demo
def test_demo_loses_no_row_without_a_ledger_line(demo):
    _, intake, linkage, _ = demo
    ledger = pd.concat([intake.ledger, linkage.ledger])
    of_waves = ledger[ledger["wave"].notna()]
    read = of_waves.loc[of_waves["rule"] == "read", "rows_after"].sum()
    dropped = (of_waves["rows_before"] - of_waves["rows_after"])[of_waves["rule"] != "read"].sum()
    assert read - dropped == len(linkage.responses)
