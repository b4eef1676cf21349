"""What a page says of the locked plan: that it says a day, what it planned, what differs, and what it cannot show."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from small_studies import TOML, Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.panel import prepare_study
from rm_research.study import read_study
from rm_research.study.locking import plan_of

CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,zeal,1,5\n"
TWO = TOML.replace("\n[waves", '\noutcomes = ["mood"]\n[waves', 1) + 'roles = ["leader"]\n[scales.zeal]\n'
PEOPLE = (Group(role="leader", arm="programme", n=24), Group(role="mentor", arm="programme", n=24))


def page(folder, day=date(2025, 1, 1), changes=(), *, planned=True, toml=TWO, **of_plan):
    """Visible text of the methods and of the limits of a page whose study was changed after its plan was locked."""
    small_study(folder, *PEOPLE, toml=toml, files={"codebook.csv": CODEBOOK})
    if planned:
        plan = replace(plan_of(read_study(folder), day), **of_plan)
        (folder / "plan.toml").write_text(plan.text(), encoding="utf-8")
    for old, new in changes:
        assert old in toml
        toml = toml.replace(old, new)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    found = undrawn_findings(prepare_study(folder))
    html = {section.name: section._repr_html_() for section in found.sections}
    return {
        name: unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html[name])))
        for name in ("headline", "methods", "limits")
    }


NONE = "No plan was locked, so nothing shows that outcomes and rules were fixed before answers were known."
SAYS = "The plan of this study says that it was locked on 1 January 2025."


def test_a_study_without_a_plan_is_told_so(tmp_path):
    text = page(tmp_path, planned=False)
    assert NONE in text["methods"]
    assert "plan" not in text["limits"].lower()
    assert "not planned" not in text["methods"]


@pytest.mark.slow
def test_a_plan_that_was_kept(tmp_path):
    plan = page(tmp_path)
    said = plan["methods"]
    assert SAYS in said
    assert "If that is right, it is older than the first later answer." in said
    assert f"the hash {read_study(tmp_path).plan.hash}, which can be compared with one that was deposited" in said
    assert "Planned outcomes: Mood. Not planned as outcomes: Zeal." in said
    assert "The study’s files declare now what the plan says." in said
    assert NONE not in said
    assert "differs" not in plan["limits"]
    assert "came" not in plan["limits"]
    # zeal is shown and was not planned as an outcome
    assert "Some results on this page were not planned" in plan["limits"]


@pytest.mark.slow
def test_numbers_that_were_kept_are_not_those_of_another_plan(tmp_path):
    assert NONE in page(tmp_path, planned=False)["methods"]
    assert SAYS in page(tmp_path)["methods"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "said", "limit"),
    [
        (date(2026, 1, 1), "The first later answer had come in before that day.", True),
        (date(2025, 9, 8), "The first later answer is of about the same day, so which of the two came first", False),
    ],
)
def test_a_plan_that_is_not_older(tmp_path, day, said, limit):
    text = page(tmp_path, day)
    assert said in text["methods"]
    assert "If that is right" not in text["methods"]
    assert ("locked only after the first later answer had come in" in text["limits"]) is limit


@pytest.mark.slow
def test_without_dates_the_page_does_not_know(tmp_path):
    toml = TWO.replace('submitted = "when"\n', "")
    text = page(tmp_path, toml=toml)
    assert "is not known, because not every later answer has a date" in text["methods"]
    assert "older than the first later answer." not in text["methods"]


@pytest.mark.slow
def test_a_study_that_was_changed(tmp_path):
    changes = [("0.3", "0.1"), ('roles = ["leader"]\n', ""), ('["mood"]', '["mood", "zeal"]')]
    text = page(tmp_path, changes=changes)
    assert "The study’s files now differ from the plan in 3 entries, which a table below lists." in text["methods"]
    assert "Where the study differs from its locked plan" in text["methods"]
    assert re.search(r"scales.mood.smallest_effect +0.3 +0.1 ", text["methods"])
    assert re.search(r'outcomes +\["mood"\] +\["mood", "zeal"\] ', text["methods"])
    assert "Planned outcomes: Mood. Not planned as outcomes: Zeal." in text["methods"]
    assert (
        "Not planned: Mood, mentors, change; Mood, leaders, difference in change, Leaders − Mentors." in text["methods"]
    )
    assert "The study was changed after its plan was locked; methods and data list what differs." in text["limits"]
    # nobody may read a verdict on the first screen without it
    assert "so these verdicts are not those that were planned: Mood." in text["headline"]
    assert "before the analysis" not in " ".join(text.values())
    assert " not planned " in text["methods"]
    assert " planned " in text["methods"]


@pytest.mark.slow
def test_an_order_of_outcomes_that_was_not_planned_is_told_where_p_values_are(tmp_path):
    toml = TWO.replace('["mood"]', '["mood", "zeal"]')
    by_itself, none_is = (
        "The first outcome at its first later survey is tested by itself.",
        "so none is tested by itself.",
    )
    text = page(tmp_path / "a", toml=toml)["methods"]
    assert (by_itself in text, none_is in text) == (True, False)
    text = page(tmp_path / "b", toml=toml, changes=[('["mood", "zeal"]', '["zeal", "mood"]')])["methods"]
    assert (by_itself in text, none_is in text) == (False, True)


@pytest.mark.slow
def test_one_change_and_other_versions(tmp_path):
    study = read_study(small_study(tmp_path / "other", *PEOPLE, toml=TWO, files={"codebook.csv": CODEBOOK}))
    versions = plan_of(study, date(2025, 1, 1)).versions | {"scipy": "0.1"}
    text = page(tmp_path / "s", changes=[("0.3", "0.1")], versions=versions)["methods"]
    assert "differ from the plan in one entry, which a table below shows." in text
    assert "Packages have other versions than when the plan was locked; a table below lists them." in text
    assert re.search(r'versions.scipy +"0.1" ', text)


@pytest.mark.slow
def test_what_was_not_declared_is_said_in_words(tmp_path):
    text = page(tmp_path, changes=[("[scales.zeal]", "[scales.zeal]\nretest = 0.5")])["methods"]
    assert re.search(r"scales.zeal.retest +not declared +0.5", text)


@pytest.mark.slow
def test_earlier_plans_are_told(tmp_path):
    study = read_study(small_study(tmp_path / "other", *PEOPLE, toml=TWO, files={"codebook.csv": CODEBOOK}))
    first = plan_of(study, date(2024, 6, 1))
    text = page(tmp_path / "s", earlier=(first,))["methods"]
    assert "It took the place of an earlier plan, which the file keeps, and which says 1 June 2024." in text
    second = replace(plan_of(study, date(2024, 7, 1)), earlier=(first,))
    text = page(tmp_path / "t", earlier=(first, second))["methods"]
    assert "It took the place of 2 earlier plans, which the file keeps; the first says 1 June 2024." in text


@pytest.mark.slow
def test_a_german_page_says_it_in_german(tmp_path):
    toml = TWO + '[reporting]\nlanguage = "de"\n'
    text = page(tmp_path, changes=[("0.3", "0.1")], toml=toml)
    assert "gibt an, dass er am 1. Januar 2025 festgeschrieben wurde" in text["methods"]
    assert "Wo die Studie von ihrem festgeschriebenen Plan abweicht" in text["methods"]
    assert "Die Studie wurde nach dem Festschreiben ihres Plans geändert" in text["limits"]


@pytest.mark.slow
def test_what_a_plan_holds_is_only_text_on_a_page(tmp_path):
    toml = TWO + '[values.role]\nleader = ["<script>alert(1)</script>"]\n'
    small_study(tmp_path, *PEOPLE, toml=toml, files={"codebook.csv": CODEBOOK})
    (tmp_path / "plan.toml").write_text(plan_of(read_study(tmp_path), date(2025, 1, 1)).text(), encoding="utf-8")
    (tmp_path / "study.toml").write_text(toml.replace("alert(1)", "alert(2)"), encoding="utf-8")
    html = "".join(section._repr_html_() for section in undrawn_findings(prepare_study(tmp_path)).sections)
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
