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
from rm_research.frames import INVARIANCE, RELIABILITY

WORDS = catalogue("en")
DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 12}
POOLED = {"contrast": "pooled_change", "method": "reml_hk", "cohort": "all cohorts"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("study"), design=RANDOMISED)


def items(study, *rows, cohorts=("one",)) -> list[str]:
    """Limits of the page of the first cohort, or of the programme of several."""
    names = [*cohorts, "all cohorts"]
    tables = {
        "cohorts": pd.DataFrame({"cohort": names, "repeats": 0, "failed": False}),
        "reliability": RELIABILITY.empty(),
        "invariance": INVARIANCE.empty(),
        "together": None,
    }  # fmt: skip
    disclosed = Disclosed(Estimates(table_of(*rows), details_of()), tables, 10)
    cohort = cohorts[0] if len(cohorts) == 1 else None
    context = Context(Claims(disclosed, study, WORDS), cohort, "0" * 64, ())
    return list(limits.content(context).values["items"])  # noqa: PD011  a mapping, no frame


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
