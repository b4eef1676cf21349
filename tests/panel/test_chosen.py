"""Some of the people: whose rows stay in which frame, and that no page is made of them."""

import pytest
from desk_study import prepared_desk

import rm_research as rm
from rm_research.disclosure import disclose
from rm_research.disclosure.numbers import study_numbers
from rm_research.effects import estimate_change, estimate_difference, estimate_specifications
from rm_research.errors import ReportError, SelectionError
from rm_research.findings import build_findings
from rm_research.frames import LEDGER
from rm_research.panel import Prepared, prepare_study
from rm_research.synthesis import estimate_programme

WHO = ["cohort", "person"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def some(prepared):
    return prepared.where(role="leader", grade=["A", "B"])


def test_people_are_those_with_all_names(prepared, some):
    people = prepared.people
    wanted = people[people["role"].eq("leader") & people["grade"].isin(["A", "B"])]
    assert set(some.people["person"]) == set(wanted["person"])
    assert 0 < len(some.people) < len(people)
    assert some.chosen == {"role": ("leader",), "grade": ("A", "B")}


def test_every_frame_holds_their_rows_and_no_other(prepared, some):
    theirs = set(some.people[WHO].itertuples(index=False, name=None))
    for name in ("responses", "scores", "panel"):
        kept, whole = getattr(some, name), getattr(prepared, name)
        of_them = [who in theirs for who in whole[WHO].itertuples(index=False, name=None)]
        assert len(kept) == sum(of_them) > 0, name
        assert set(kept[WHO].itertuples(index=False, name=None)) <= theirs, name
    assert len(some.links) == len(some.responses)
    assert set(some.links["person"]) == set(some.responses["person"])


def test_dyads_stay_where_both_members_do(prepared, some):
    assert len(some.dyads) == 0
    both = prepared.where(grade="A")
    assert 0 < len(both.dyads) < len(prepared.dyads)
    assert set(both.dyads["leader"]) | set(both.dyads["mentor"]) <= set(both.people["person"])


def test_the_ledger_counts_who_was_left_out(prepared, some):
    line = some.ledger.iloc[-1]
    assert (line["rule"], line["rows_before"], line["rows_after"]) == (
        "people chosen by hand", len(prepared.people), len(some.people),
    )  # fmt: skip
    assert some.ledger["step"].tolist() == list(range(1, len(prepared.ledger) + 2))
    assert LEDGER.fits(some.ledger)


def test_choosing_twice_is_choosing_both(prepared):
    twice = prepared.where(role="leader").where(grade="A")
    assert set(twice.people["person"]) == set(prepared.where(role="leader", grade="A").people["person"])
    assert twice.chosen == {"role": ("leader",), "grade": ("A",)}


def test_nothing_asked_is_everybody(prepared):
    assert prepared.where() is prepared


def test_numbers_are_entries_too(prepared):
    assert set(prepared.where(age=30).people["age"].astype(str)) == {"30"}


def test_without_one_arm_nothing_can_be_compared(prepared):
    rows = estimate_difference(prepared.where(arm="programme"), scale="mood")
    assert set(rows.table["reason"]) == {"no_comparison_here"}


@pytest.mark.parametrize("verb", [estimate_change, estimate_difference, estimate_programme])
def test_estimates_know_whose_they_are(some, verb):
    assert verb(some, scale="mood").chosen == some.chosen


def test_estimates_are_of_these_people(prepared, some):
    change = estimate_change(some, scale="mood", cohort="Spring", arm="programme").headlines()
    assert change.table["role"].tolist() == ["leader"]
    assert change.table["n_pre"].tolist() == [len(some.people[some.people["cohort"].eq("Spring")
                                                              & some.people["arm"].eq("programme")])]  # fmt: skip


def test_specifications_are_of_these_people(prepared, some):
    curve = estimate_specifications(some, cohort="Spring", scale="mood", contrast="change")
    whole = estimate_specifications(prepared, cohort="Spring", scale="mood", role="leader", contrast="change")
    assert curve.estimates.chosen == some.chosen
    assert curve.estimates.table["n_pre"].max() < whole.estimates.table["n_pre"].max()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"grad": "A"}, "There is no fact of people 'grad'; did you mean 'grade'?"),
        ({"grade": "D"}, "There is no grade 'D'; known: A, B, C"),
        ({"cohort": "Sprin"}, "There is no cohort 'Sprin'; did you mean 'Spring'?"),
        ({"scale": "mood"}, "where() chooses people, who have no scale; give scale= to the verb that follows."),
        ({"wave": "post"}, "where() chooses people, who have no wave; give wave= to the verb that follows."),
    ],
)
def test_what_is_not_there_is_refused(prepared, asked, told):
    with pytest.raises(SelectionError) as error:
        prepared.where(**asked)
    assert str(error.value) == told


OF_SOME = [rm.estimate_change, rm.estimate_programme, rm.assess_attrition, rm.assess_reliability, rm.plot_change,
           rm.plot_flow, rm.table_change, rm.table_participants, rm.estimate_specifications, rm.score_scales,
           Prepared.long, Prepared.where]  # fmt: skip


@pytest.mark.parametrize("verb", OF_SOME)
def test_messages_of_some_people_say_that_these_are_not_all(some, verb):
    told = r"^Among the people chosen \(role 'leader', grade 'A', 'B'\): There is no role 'mentor'; known: leader$"
    with pytest.raises(SelectionError, match=told):
        verb(some, role="mentor")


def test_estimates_and_cohorts_of_some_people_say_it_too(prepared):
    spring = prepared.where(cohort="Spring")
    with pytest.raises(SelectionError, match=r"^Among the people chosen \(cohort 'Spring'\): There is no cohort 'Autu"):
        estimate_change(spring).where(cohort="Autumn")
    with pytest.raises(ReportError, match=r"^Among the people chosen \(cohort 'Spring'\): There is no cohort 'Autu"):
        spring.named(["Autumn"])
    with pytest.raises(SelectionError, match=r"^Among the people chosen \(role 'mentor'\): There is no scale 'zeal'; "):
        estimate_change(prepared.where(role="mentor"), scale="zeal")
    with pytest.raises(SelectionError, match=r"^There is no cohort 'Winter'"):
        estimate_change(prepared, cohort="Winter")


def test_nobody_with_all_names_is_refused(prepared):
    with pytest.raises(SelectionError, match="Grade 'C' has no age '30'; it has age '32', '35'"):
        prepared.where(grade="C", age=30)


@pytest.mark.parametrize("make", [build_findings, study_numbers])
def test_no_page_is_made_of_a_part(prepared, some, make):
    with pytest.raises(ReportError, match=r"made of everybody.*role 'leader', grade 'A', 'B'"):
        make(some)
    with pytest.raises(ReportError, match=r"Disclosed numbers are made of everybody.*role 'leader'"):
        disclose(estimate_change(some), study=prepared.study)
    varied = prepare_study(prepared.study, vary={"reporting.level": 0.8})
    with pytest.raises(ReportError, match=r"as study.toml declares it.*reporting\.level"):
        make(varied)
    with pytest.raises(ReportError, match=r"as study.toml declares it.*reporting\.level"):
        disclose([estimate_change(prepared), estimate_difference(varied)], study=prepared.study)
