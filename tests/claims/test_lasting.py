"""What is said of a result that did not last until the latest survey."""

import pytest
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.claims.lasting import like_with_like
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.study import read_study


@pytest.fixture
def lasting(tmp_path):
    def said(first, last, *, language="en", design="", **columns):
        study_of(tmp_path, design=design)
        toml = (tmp_path / "study.toml").read_text()
        (tmp_path / "study.toml").write_text(toml.replace("[columns]", '[waves.year]\nfile = "year.csv"\n[columns]'))
        rows = [row_of(wave=wave, estimate=estimate, ci_low=low, ci_high=high, **columns)
                for wave, (estimate, low, high) in {"post": first, "year": last}.items()]  # fmt: skip
        disclosed = Disclosed(Estimates(table_of(*rows), details_of()), {}, 10)
        return Claims(disclosed, read_study(tmp_path), catalogue(language)).lasting(disclosed.rows[0])

    return said


def test_a_change_that_went_back_did_not_last(lasting):
    assert lasting((0.87, 0.56, 1.17), (-0.1, -0.4, 0.21)) == (
        "The change in leaders’ mood did not last. It was +0.87 (95% interval 0.56 to 1.17) after and "
        "−0.10 (95% interval −0.40 to 0.21) in the survey “year”."
    )
    german = lasting((0.87, 0.56, 1.17), (-0.1, -0.4, 0.21), language="de")
    assert german.startswith(
        "Die Veränderung von „Mood“ bei den Führungskräften hielt nicht an. Sie betrug nachher +0,87"
    )


def test_a_difference_that_went_back_did_not_last(lasting):
    of_arms = {"contrast": "difference", "method": "ancova", "n_comparison": 14}
    text = lasting((-0.87, -1.17, -0.56), (0.1, -0.21, 0.4), design=RANDOMISED, **of_arms)
    assert text.startswith("The difference from the comparison in leaders’ mood did not last. It was −0.87")


LOT = {"contrast": "difference", "method": "ancova", "n_comparison": 40}
OF_ARMS = {"contrast": "difference", "method": "change_score", "heads": True, "n_comparison": 22}
MIXED = {
    "post": [(0.65, 0.34, 0.97, OF_ARMS), (0.69, 0.49, 0.88, {})],
    "year": [(0.02, -0.3, 0.35, {})],
}  # fmt: skip


@pytest.fixture
def mixed(tmp_path):
    """Claims where the first survey bears a difference and the last one only a change, and whether that is known."""

    def of(*, known=True):
        study_of(tmp_path, design=RANDOMISED.replace("randomised", "self-selected"))
        toml = (tmp_path / "study.toml").read_text()
        (tmp_path / "study.toml").write_text(toml.replace("[columns]", '[waves.year]\nfile = "year.csv"\n[columns]'))
        rows = [row_of(wave=wave, estimate=estimate, ci_low=low, ci_high=high, **columns)
                for wave, of_wave in MIXED.items() for estimate, low, high, columns in of_wave]  # fmt: skip
        if not known:
            rows[1] = row_of(wave="post", estimate=None, ci_low=None, ci_high=None, reason="hidden")
        return Claims(
            Disclosed(Estimates(table_of(*rows), details_of()), {}, 10), read_study(tmp_path), catalogue("en")
        )

    return of


def test_a_difference_is_not_held_against_a_change_but_its_change_is(mixed):
    found = mixed()
    first = found.headline_row("one", "leader", "programme", "mood", "post")
    assert first.compares_arms
    assert found.lasting(first) == (
        "The change in leaders’ mood did not last. It was +0.69 (95% interval 0.49 to 0.88) after and "
        "+0.02 (95% interval −0.30 to 0.35) in the survey “year”."
    )
    last = found.headline_row("one", "leader", "programme", "mood", "year")
    assert [row.contrast for row in like_with_like(found, [first, None, last]) if row] == ["change", "change"]


def test_nothing_is_said_where_the_first_change_is_not_known(mixed):
    found = mixed(known=False)
    first = found.headline_row("one", "leader", "programme", "mood", "post")
    assert first.compares_arms
    assert found.lasting(first) == ""


@pytest.mark.parametrize(("n_pairs", "named"), [(28, True), (39, False)])
def test_losses_until_then_are_told_with_a_difference_that_did_not_last(tmp_path, n_pairs, named):
    """The first screen says that a lot was drawn, which holds of the first survey only."""
    study_of(tmp_path, design=RANDOMISED)
    toml = (tmp_path / "study.toml").read_text()
    (tmp_path / "study.toml").write_text(toml.replace("[columns]", '[waves.year]\nfile = "year.csv"\n[columns]'))
    sizes = {"post": ({"estimate": 0.8, "ci_low": 0.6, "ci_high": 1.0}, 40),
             "year": ({"estimate": 0.0, "ci_low": -0.2, "ci_high": 0.2}, n_pairs)}  # fmt: skip
    rows = []
    for wave, (found, n) in sizes.items():
        of_wave = {"wave": wave, "n_pre": 40}
        rows += [row_of(**of_wave, n_pairs=n), row_of(**of_wave, n_pairs=40, arm="waitlist"),
                 row_of(**of_wave, **found, n_pairs=n, **LOT)]  # fmt: skip
    disclosed = Disclosed(Estimates(table_of(*rows), details_of()), {}, 10)
    text = Claims(disclosed, read_study(tmp_path), catalogue("en")).lasting(disclosed.rows[2])
    assert text.startswith("The difference from the comparison in leaders’ mood did not last.")
    said = "In the survey “year”, 30% in the programme and 0% in the comparison had no score"
    assert (said in text) is named


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ((0.3, 0.1, 0.5), "The change in leaders’ mood became smaller."),
        ((1.8, 1.5, 2.1), "Leaders’ mood went on changing."),
        ((-0.5, -0.8, -0.2), "The change in leaders’ mood did not last."),
        ((0.5, 0.3, 0.7), ""),  # both intervals have values in common
    ],
)
def test_what_became_of_it(lasting, last, said):
    text = lasting((0.87, 0.56, 1.17), last)
    assert text.partition(". ")[0] == said.rstrip(".")


def test_what_groups_differed_in_at_the_start_has_no_later_survey(tmp_path):
    study_of(tmp_path, design='comparison = "waitlist"\nassignment = "self-selected"')
    toml = (tmp_path / "study.toml").read_text()
    (tmp_path / "study.toml").write_text(toml.replace("[columns]", '[waves.year]\nfile = "year.csv"\n[columns]'))
    row = row_of(contrast="difference", method="change_score", n_comparison=14, heads=True)
    gap = details_of(*((row["id"], f"gap{end}", value) for end, value in (("", -0.3), ("_low", -0.5), ("_high", -0.1))))
    disclosed = Disclosed(Estimates(table_of(row), gap), {}, 10)
    said = Claims(disclosed, read_study(tmp_path), catalogue("en")).beside(disclosed.rows[0])[0]
    assert said.startswith("At the start, leaders’ mood was an estimated 0.30 scale points lower than")


def test_what_came_only_later_went_on_changing(lasting):
    assert lasting((0.0, -0.2, 0.2), (0.5, 0.3, 0.7)).startswith("Leaders’ mood went on changing.")


@pytest.mark.parametrize("columns", [{"df": 2.0}, {"contrast": "role_difference"}])
def test_nothing_is_said_of_intervals_that_few_groups_decide_or_of_other_rows(lasting, columns):
    assert lasting((0.87, 0.56, 1.17), (-0.1, -0.4, 0.21), **columns) == ""
