"""What a page asks its readers to look at next: each only where a number on the page says so."""

import pandas as pd
import pytest
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.findings.context import Context
from rm_research.findings.sections import prompts
from rm_research.study import read_study

LOSS = {"estimate": -0.6, "ci_low": -0.8, "ci_high": -0.4}
POOLED = {"contrast": "pooled_change", "method": "people_both", "cohort": "all cohorts", "n_clusters": 12}
FLOW = {"cohort": ["one", "two"], "before": [24, 20], "answered post": [20, 20]}


@pytest.fixture
def texts(tmp_path):
    """Prompts of the programme's page, or of that of a cohort, of some rows."""

    def of(*rows, cohort=None, flow=FLOW, doubts=(), several=False, language="en", **settings):
        study_of(tmp_path, **settings)
        if several:
            toml = (tmp_path / "study.toml").read_text()
            (tmp_path / "study.toml").write_text(
                toml.replace("[columns]", '[waves.year]\nfile = "year.csv"\n[columns]')
            )
        empty = pd.DataFrame(columns=["scale", "cohort"])
        tables = {
            "cohorts": pd.DataFrame({"cohort": ["one", "two", "all cohorts"]}), "response": pd.DataFrame(flow),
            "meetings": pd.DataFrame({"cohort": [], "dyads": [], "met": []}), "described": empty, "together": None,
            "doubts": pd.DataFrame(list(doubts), columns=["doubt", "scale"]),
        }  # fmt: skip
        disclosed = Disclosed(Estimates(table_of(*rows), details_of()), tables, 10)
        context = Context(Claims(disclosed, read_study(tmp_path), catalogue(language)), cohort, ())
        return prompts.content(context).values.get("texts", [])  # noqa: PD011  a mapping, no frame

    return of


def test_a_loss_that_matters_is_to_be_looked_at(texts):
    assert texts(row_of(**LOSS), cohort="one") == [
        "Leaders’ mood came out worse: −0.60 scale points (95% interval −0.80 to −0.40). Find out why."
    ]
    assert texts(row_of(**LOSS | {"ci_high": -0.2}), cohort="one") == []  # perhaps too small to matter
    german = texts(row_of(**LOSS), cohort="one", language="de")
    assert german[0].startswith("„Mood“ bei den Führungskräften fiel schlechter aus: −0,60")


def test_what_did_not_last_is_to_be_looked_at(texts):
    last = row_of(wave="year", estimate=0.0, ci_low=-0.2, ci_high=0.2)
    assert texts(row_of(), last, cohort="one", several=True) == [
        "Leaders’ mood: ask what would have kept the change, which was 0.00 in the survey “year” "
        "(95% interval −0.20 to 0.20)."
    ]
    assert texts(row_of(), row_of(wave="year"), cohort="one", several=True) == []


def test_a_change_is_not_called_a_difference_where_only_the_first_survey_has_one(texts):
    counts = {"n_pairs": 24, "n_pre": 24, "n_post": 24}
    now = row_of(contrast="difference", method="ancova", n_comparison=24, **counts)
    later = row_of(wave="year", estimate=0.0, ci_low=-0.2, ci_high=0.2, **counts)
    found = texts(now, row_of(**counts), later, cohort="one", several=True, design=RANDOMISED)
    assert any("would have kept the change, which was 0.00" in text for text in found)


def test_a_loss_that_passed_needs_nobody_to_keep_it(texts):
    last = row_of(wave="year", estimate=0.0, ci_low=-0.2, ci_high=0.2)
    (text,) = texts(row_of(**LOSS), last, cohort="one", several=True)
    assert "came out worse" in text


@pytest.mark.parametrize(("better", "named"), [("higher", True), ("lower", False)])
def test_results_that_get_worse_from_cohort_to_cohort_are(texts, better, named):
    trend = row_of(**POOLED | {"method": "reml_hk"}, measure="trend", estimate=-0.2, ci_low=-0.3, ci_high=-0.1)
    average = row_of(**POOLED, estimate=0.05, ci_low=-0.1, ci_high=0.1)
    found = texts(average, trend, better=better)
    expected = (
        "Leaders’ mood: later cohorts did worse, by an estimated 0.20 scale points a year "
        "(95% interval −0.30 to −0.10). Find out what changed."
    )
    assert (expected in found) is named


@pytest.mark.parametrize(("before", "after", "named"), [(24, 0, True), (9, 0, False), (24, 1, False)])
def test_a_cohort_that_everybody_left_is(texts, before, after, named):
    """Also on a page without any result; one that was never large enough to be shown is not."""
    flow = {"cohort": ["one", "two"], "before": [before, 20], "answered post": [after, 20]}
    found = texts(row_of(cohort="two"), flow=flow)
    assert found == texts(row_of(cohort="two"), flow=flow, cohort="one")
    assert found == [f"Of the {before} people of one who answered before, none has answered after: find out why, "
                     "unless that survey is still to come."] * named  # fmt: skip


def test_doubts_on_coding_come_first(texts):
    found = texts(row_of(**LOSS), cohort="one", doubts=[("direction", "mood"), ("units", "mood")])
    assert found[0] == "Settle first how answers to Mood were coded."
    assert len(found) == 2


def test_there_are_at_most_three(texts):
    gone = row_of(wave="year", estimate=0.0, ci_low=-0.2, ci_high=0.2)
    rows = [row_of(), gone, row_of(**LOSS, role="mentor")]
    flow = {"cohort": ["one"], "before": [24], "answered post": [0]}
    found = texts(*rows, cohort="one", flow=flow, several=True, doubts=[("direction", "mood")])
    assert [text.split()[0] for text in found] == ["Settle", "Mentors’", "Leaders’"]


def test_harm_by_lot_that_nobody_declared_is(texts):
    of_arms = {"contrast": "difference", "method": "ancova", "n_comparison": 12}
    rows = [row_of(**of_arms), row_of(**of_arms | LOSS, scale="zeal")]
    assert texts(*rows, cohort="one", design=RANDOMISED) == []  # without a smallest change that matters
