"""What the first screen says of outcomes other than the first: what is clear, and any harm."""

import pandas as pd
import pytest
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.findings.context import Context
from rm_research.findings.others import what_else
from rm_research.study import read_study

DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 12}
WORSE = {"scale": "zeal", "estimate": -0.8, "ci_low": -1.0, "ci_high": -0.6}


def said(study, *rows, language="en") -> list[str]:
    tables = {"cohorts": pd.DataFrame({"cohort": ["one", "all cohorts"]})}
    disclosed = Disclosed(Estimates(table_of(*rows), details_of()), tables, 10)
    return list(what_else(Context(Claims(disclosed, study, catalogue(language)), "one", ())))


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Zeal was not declared in advance."""
    return study_of(tmp_path_factory.mktemp("study"), design=RANDOMISED)


def test_harm_is_named_though_nobody_declared_the_outcome(study):
    both = (row_of(**DIFFERENCE), row_of(**DIFFERENCE | WORSE))
    assert said(study, *both) == ["For the worse, but not declared in advance: leaders’ zeal (worse)."]
    assert said(study, *both, language="de")[0].startswith("Zum Schlechteren, aber nicht vorab festgelegt: ")


def test_a_gain_that_nobody_declared_stands_in_the_table_alone(study):
    assert said(study, row_of(**DIFFERENCE), row_of(**DIFFERENCE, scale="zeal")) == []


def test_harm_is_named_where_too_many_results_are_clear_to_name_them(tmp_path):
    study_of(tmp_path)
    toml = (tmp_path / "study.toml").read_text().replace('outcomes = ["mood"]', 'outcomes = ["mood", "zeal"]')
    (tmp_path / "study.toml").write_text(toml)
    roles = ["leader", "mentor", "coach", "guide", "host"]
    gains = [row_of(role=role, scale="zeal") for role in roles[1:]]
    rows = [row_of(), *gains, row_of(**WORSE)]
    assert said(read_study(tmp_path), *rows) == [
        "Clear: 5 of 5 other results, as the table shows.", "For the worse: leaders’ zeal (loss).",
    ]  # fmt: skip
