"""Which rows count as planned: without a plan those of declared outcomes, with one those that it asks and compares."""

from dataclasses import replace
from datetime import date

import pytest
from small_panels import drawn, panel_of, stack
from small_studies import row_of, study_of, table_of

from rm_research.effects import estimate_change
from rm_research.effects.estimates import headlines
from rm_research.effects.groups import Place
from rm_research.effects.methods import Contrast, Name
from rm_research.effects.planned import is_planned
from rm_research.effects.verdicts import judged
from rm_research.study import read_study
from rm_research.study.locking import plan_of

AT = Place("Spring", "leader", "programme", "mood", "post")
PAIRED = {"columns.dyad": ["pair"]}
TOGETHER = AT._replace(role="leader + mentor")


@pytest.fixture
def study(tmp_path):
    return study_of(tmp_path, design='comparison = "waitlist"')


def locked(study, **rules):
    """The study with a plan of its own, in which some rules are otherwise."""
    plan = plan_of(study, date(2025, 1, 1))
    return replace(study, plan=replace(plan, rules={**plan.rules, **rules}))


@pytest.mark.parametrize(("scale", "planned"), [("mood", True), ("zeal", False)])
def test_without_a_plan_the_declared_outcomes_are_planned(study, scale, planned):
    at = AT._replace(scale=scale, role="anybody", wave="any")
    assert is_planned(at, Contrast.DIFFERENCE, study) is planned
    assert is_planned(at, Contrast.INTERACTION, study, subgroup="grade: b − a") is planned


CASES = [
    ({}, AT, Contrast.CHANGE, "everyone", True),
    ({}, AT, Contrast.DIFFERENCE, "everyone", True),
    ({}, AT._replace(scale="zeal"), Contrast.CHANGE, "everyone", False),
    ({"outcomes": ["zeal"]}, AT, Contrast.CHANGE, "everyone", False),
    ({"scales.mood.roles": ["mentor"]}, AT, Contrast.CHANGE, "everyone", False),
    ({"scales.mood.roles": ["leader"]}, AT, Contrast.CHANGE, "everyone", True),
    ({"scales.mood.roles": ["leader"]}, AT, Contrast.ROLE_DIFFERENCE, "leader − mentor", False),
    ({"scales.mood.roles": ["leader", "mentor"]}, AT, Contrast.ROLE_DIFFERENCE, "leader − mentor", True),
    ({"scales.mood.roles": ["leader"]}, TOGETHER, Contrast.CHANGE, "everyone", False),
    ({"scales.mood.roles": ["leader", "mentor"]}, TOGETHER, Contrast.CHANGE, "everyone", True),
    ({"scales.mood.waves": ["pre"]}, AT, Contrast.CHANGE, "everyone", False),
    ({"design.baseline": "earlier"}, AT, Contrast.CHANGE, "everyone", False),
    ({"design.comparison": "others"}, AT, Contrast.DIFFERENCE, "everyone", False),
    ({"design.comparison": None}, AT, Contrast.POOLED_DIFFERENCE, "everyone", False),
    ({"design.comparison": "others"}, AT, Contrast.CHANGE, "everyone", True),
    ({}, AT, Contrast.INTERACTION, "grade: b − a", False),
    ({"design.interactions": ["grade"]}, AT, Contrast.INTERACTION, "grade: b − a", True),
    ({"design.interactions": ["unit"]}, AT, Contrast.INTERACTION, "grade: b − a", False),
    ({"design.interactions": ["grade"]}, AT, Contrast.INTERACTION, "leader − mentor", False),
    ({"design.interactions": ["role"]}, AT, Contrast.INTERACTION, "leader − mentor", True),
    ({}, AT, Contrast.POOLED_CHANGE, "online: yes", False),
    ({"design.moderators": ["online"]}, AT, Contrast.POOLED_CHANGE, "online: yes", True),
    ({}, AT, Contrast.POOLED_CHANGE, "everyone", True),
    ({"scales.mood.waves": ["post"]}, AT, Contrast.CHANGE, "everyone", False),
    ({"scales.mood.waves": ["post"]}, AT, Contrast.DIFFERENCE, "everyone", False),
    ({}, AT, Contrast.CHANGE, "then", False),
    ({"scales.mood.waves": ["pre", "then", "post"]}, AT, Contrast.CHANGE, "then", True),
    ({"scales.mood.waves": ["then", "post"]}, AT, Contrast.CHANGE, "then", True),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "place", "contrast", "subgroup", "planned"), CASES)
def test_with_a_plan_what_it_asks_and_compares(study, rules, place, contrast, subgroup, planned):
    assert is_planned(place, contrast, locked(study, **rules), subgroup=subgroup) is planned


@pytest.mark.parametrize("contrast", [Contrast.DOSE, Contrast.ACTOR, Contrast.PARTNER])
@pytest.mark.parametrize("lock", [False, True])
def test_associations_are_looked_at_by_the_way(study, contrast, lock):
    planned = locked(study, sessions=True, **PAIRED) if lock else study
    assert not is_planned(AT, contrast, planned)


@pytest.mark.parametrize(("rules", "planned"), [
    ({}, False), ({"sessions": True}, True), ({"sessions": True, "programme.planned_meetings": 6}, False),
    ({"sessions": True, "programme.as_planned": 0.5}, False),
])  # fmt: skip
def test_the_effect_of_attending_needs_the_log_and_the_meetings_of_the_plan(study, rules, planned):
    asked = {"contrast": Contrast.DIFFERENCE, "study": locked(study, **rules)}
    assert is_planned(AT, **asked, method=Name.INSTRUMENT) is planned
    assert is_planned(AT, **asked, method=Name.ANCOVA)


def test_a_scale_that_is_only_asked_later_needs_no_start(tmp_path):
    study = study_of(tmp_path, design='comparison = "waitlist"')
    (tmp_path / "codebook.csv").write_text("item,scale,low,high,pre\na,mood,1,5,-\nb,zeal,1,5,b\n")
    later = read_study(study.path)
    assert not later.measured("mood", "pre")
    assert is_planned(AT, Contrast.DIFFERENCE, locked(later))


def test_an_outcome_that_was_added_later_is_exploratory(tmp_path):
    study = locked(study_of(tmp_path), outcomes=["mood"])
    added = replace(study, settings=study.settings.model_copy(update={"outcomes": ("mood", "zeal")}))
    assert added.outcomes == ("mood", "zeal")
    assert added.confirmatory == ("mood",)
    assert replace(added, plan=None).confirmatory == ("mood", "zeal")


def p_adjusted(table, study):
    """Adjusted p-values of the main rows, by scale."""
    found = judged(table, headlines(table), study)
    return {scale: round(found[name].p_adjusted, 6) for name, scale in zip(table["id"], table["scale"], strict=True)
            if name in found}  # fmt: skip


def test_an_outcome_that_was_put_first_later_is_no_family_of_its_own(tmp_path):
    """Tested by itself it would need no adjustment: whoever looked could put the best one first."""
    study = study_of(tmp_path, smallest_effect=None)
    both = replace(study, settings=study.settings.model_copy(update={"outcomes": ("mood", "zeal")}))
    table = table_of(row_of(p_value=0.03), row_of(p_value=0.04, scale="zeal"))
    as_planned = replace(both, plan=plan_of(both, date(2025, 1, 1)))
    assert p_adjusted(table, as_planned) == p_adjusted(table, both) == {"mood": 0.03, "zeal": 0.04}
    assert p_adjusted(table, locked(both, outcomes=["zeal", "mood"])) == {"mood": 0.06, "zeal": 0.06}
    assert p_adjusted(table, locked(both, outcomes=["other", "mood"])) == {"mood": 0.06, "zeal": 0.06}


def test_estimates_say_it_of_each_row(tmp_path):
    study = locked(study_of(tmp_path), **{"scales.mood.roles": ["leader"]})
    rows = stack(*(panel_of(*drawn(place), role=role, scale="mood") for place, role in enumerate(("leader", "mentor"))))
    planned = estimate_change(rows, study=study).table.groupby(["role", "contrast"])["planned"].agg(["min", "max"])
    assert planned.loc[("leader", "change")].tolist() == [True, True]
    assert planned.loc[("mentor", "change")].tolist() == [False, False]
