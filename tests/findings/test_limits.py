"""Limits that a page names: each only where its condition holds."""

import pandas as pd
import pytest
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.findings.context import Context
from rm_research.findings.sections import limits
from rm_research.study import read_study

WORDS = catalogue("en")
DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 12}
POOLED = {"contrast": "pooled_change", "method": "reml_hk", "cohort": "all cohorts"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("study"), design=RANDOMISED)


def items(study, *rows, cohorts=("one",), shapes=None, rough=(), doubts=()) -> list[str]:
    """Limits of the page of the first cohort, or of the programme of several."""
    names = [*cohorts, "all cohorts"]
    tables = {
        "cohorts": pd.DataFrame({"cohort": names, "repeats": 0, "failed": False}),
        "measurement": pd.DataFrame(list(rough), columns=["scale", "limit", "wave", "cohort"]),
        "doubts": pd.DataFrame({"scale": doubts, "doubt": "direction"}),
        "together": None,
        "described": pd.DataFrame(columns=["scale", "cohort"]),
        "shapes": pd.DataFrame(shapes or [], columns=["cohort", "limit", "above"]),
    }  # fmt: skip
    disclosed = Disclosed(Estimates(table_of(*rows), details_of()), tables, 10)
    cohort = cohorts[0] if len(cohorts) == 1 else None
    context = Context(Claims(disclosed, study, WORDS), cohort, ())
    values = limits.content(context).values  # noqa: PD011  a mapping, no frame
    assert len(values["items"]) <= limits.MOST
    return [*values["items"], *values["further"]]


@pytest.mark.parametrize(("df", "named"), [(3.99, True), (4.0, False), (21.0, False)])
def test_few_degrees_of_freedom_are_named_below_four(study, df, named):
    rows = (row_of(n_pre=12), row_of(arm="waitlist"), row_of(**DIFFERENCE, df=df))
    assert (WORDS.say("limits.few_df") in items(study, *rows)) is named


def test_few_degrees_of_freedom_of_a_change_are_no_limit(study):
    assert WORDS.say("limits.few_df") not in items(study, row_of(df=2.0))


@pytest.mark.parametrize("k", [2, 4, 5, 9])
@pytest.mark.parametrize(("method", "named"), [("people", True), ("people_both", True), ("reml_hk", False)])
def test_an_average_over_people_is_said_to_be_of_these_cohorts(study, k, method, named):
    pooled = POOLED | {"method": method}
    found = items(study, row_of(), row_of(**pooled, n_clusters=k), cohorts=("one", "two"))
    assert (WORDS.say("limits.these_cohorts") in found) is named


def test_a_page_that_shows_nothing_has_no_limits(study):
    assert items(study, row_of(estimate=None, reason="hidden")) == []


UNCLEAR = {"estimate": 0.1, "ci_low": -0.1, "ci_high": 0.3}


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (UNCLEAR | {"n_pairs": 49, "n_pre": 60}, True), (UNCLEAR | {"n_pairs": 50, "n_pre": 60}, False),
        (UNCLEAR | {"n_pairs": 3500, "n_pre": 3500}, False), ({"n_pairs": 12}, False),
        (UNCLEAR | {"arm": "waitlist"}, False),
        (UNCLEAR | DIFFERENCE | {"n_pairs": 80, "n_comparison": 49}, True),
        (UNCLEAR | DIFFERENCE | {"n_pairs": 80, "n_comparison": 90}, False),
    ],
)  # fmt: skip
def test_groups_are_called_small_only_where_they_are_and_nothing_was_found(study, row, named):
    assert (WORDS.say("limits.small_all", few=50) in items(study, row_of(**row))) is named


def test_some_groups_are_called_small_where_others_are_not(study):
    rows = row_of(**UNCLEAR), row_of(**UNCLEAR, role="mentor", n_pre=60, n_pairs=60)
    assert WORDS.say("limits.small", few=50) in items(study, *rows)


@pytest.mark.parametrize(("doubts", "n"), [((), 1), (("mood",), 0), (("zeal",), 1)])
def test_answers_whose_coding_is_in_doubt_fit_together_poorly_for_that_reason(study, doubts, n):
    found = items(study, row_of(), rough=[("mood", "rough", "pre", "one")], doubts=doubts)
    assert sum("measured roughly" in text for text in found) == n


def test_without_a_usable_comparison_it_is_no_limit_that_people_chose(study, tmp_path):
    chosen = study_of(tmp_path, design='comparison = "waitlist"')
    found = items(chosen, row_of())
    assert WORDS.say("limits.self_selected") not in found
    compared = items(chosen, row_of(), row_of(arm="waitlist"), row_of(**DIFFERENCE))
    assert WORDS.say("limits.self_selected") in compared


def test_several_outcomes_are_named_where_several_are_shown(study):
    one = items(study, row_of())
    two = items(study, row_of(), row_of(scale="zeal"))
    assert [WORDS.say("limits.multiple") in found for found in (one, two)] == [False, True]


def test_response_shift_is_named_where_all_outcomes_are_self_reports(study, tmp_path):
    both = [WORDS.say("limits.rounds"), WORDS.say("limits.response_shift")]
    assert [text in items(study, row_of()) for text in both] == [False, True]
    counted = study_of(tmp_path)
    (tmp_path / "codebook.csv").write_text("item,scale,low,high\na,mood,1,5\nb,zeal,,\n")
    counted = read_study(tmp_path)
    assert [text in items(counted, row_of()) for text in both] == [True, False]


@pytest.mark.parametrize(
    ("above", "key"), [(0.05, "same_answers_5"), (0.1, "same_answers_10"), (0.25, "same_answers_25")]
)
def test_careless_answers_are_told_as_a_band(study, above, key):
    found = items(study, row_of(), shapes=[("one", "same_answers", above), ("two", "same_answers", 0.05)])
    assert [text for text in found if "same answer throughout" in text] == [WORDS.say(f"limits.{key}")]


@pytest.mark.parametrize(("instrument", "n_items", "named"), [("open-digital", 4, True), ("uwes-3", 3, False)])
def test_scales_that_nobody_has_validated_are_named(tmp_path, instrument, n_items, named):
    study_of(tmp_path)
    settings = (tmp_path / "study.toml").read_text()
    settings = settings.replace("[scales.mood]", f'[scales.mood]\ninstrument = "{instrument}"')
    (tmp_path / "study.toml").write_text(settings)
    ends = "1,5" if named else "0,6"
    rows = "".join(f"m{k},mood,{k},{ends}\n" for k in range(1, n_items + 1))
    (tmp_path / "codebook.csv").write_text(f"item,scale,of,low,high\n{rows}b,zeal,,1,5\n")
    study = read_study(tmp_path)
    text = WORDS.say("limits.not_validated", scales=study.scale("mood").title)
    assert (text in items(study, row_of())) is named
    assert text not in items(study, row_of(scale="zeal"))
