"""What is said of people picked by a score, of surveys that are not linked, and of scales put on others."""

import pandas as pd
import pytest
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims, finding_limits, measurement_limits
from rm_research.claims.pictured import in_answers
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.study import Study, read_study

SHAPES = ["cohort", "role", "arm", "scale", "wave", "limit", "above"]
PICKED = "retest = 0.7\npicked = { below = 3, mean = 3.4, sd = 0.8 }\n[scales.zeal]"


def claims_in(study: Study, *rows, details=(), **tables) -> Claims:
    return Claims(Disclosed(Estimates(table_of(*rows), details_of(*details)), tables, 10), study, catalogue("en"))


@pytest.fixture
def picked(tmp_path) -> Study:
    study_of(tmp_path)
    toml = (tmp_path / "study.toml").read_text()
    (tmp_path / "study.toml").write_text(toml.replace("[scales.zeal]", PICKED))
    return read_study(tmp_path)


def test_scores_of_picked_people_spread_and_measure_otherwise_without_a_programme(picked, studies):
    shapes = pd.DataFrame([("one", "leader", "programme", "mood", "post", "further_apart", 0.0)], columns=SHAPES)
    rough = pd.DataFrame([("mood", "rough", "pre", "one")], columns=["scale", "limit", "wave", "cohort"])
    for study, n in ((picked, 0), (studies(), 1)):
        claims = claims_in(study, row_of(), shapes=shapes)
        assert len(finding_limits(claims.disclosed.rows[0], claims)) == n
        assert len(measurement_limits(rough, study=study, words=claims.words)) == n


@pytest.mark.parametrize(("expected", "said"), [(0.4, True), (0.7, True), (0.2, False)])
def test_an_interval_that_holds_what_picking_gives_is_told(picked, expected, said):
    row = row_of()
    claims = claims_in(picked, row, details=[(row["id"], "expected_by_selection", expected)])
    text = claims.beside_in_short(claims.disclosed.rows[0])
    assert f"by an expected +{expected:.2f} scale points." in text
    assert text.endswith("so it may be all there is.") is said


def test_a_change_is_pictured_in_answers_only_where_these_could_move(tmp_path, studies):
    clear = row_of()
    claims = claims_in(studies(), clear)
    assert in_answers(claims.disclosed.rows[0], claims).startswith("That is as if 50 of 100 answers")
    unlinked = claims_in(studies(link="none"), row_of(method="welch", n_pairs=0))
    assert in_answers(unlinked.disclosed.rows[0], unlinked) == ""
    study_of(tmp_path)
    (tmp_path / "codebook.csv").write_text("item,scale,low,high,low.post,high.post\na,mood,1,5,1,7\nb,zeal,1,5,1,5\n")
    rescaled = claims_in(read_study(tmp_path), clear)
    assert in_answers(rescaled.disclosed.rows[0], rescaled) == ""


@pytest.mark.parametrize(
    ("stayed", "said"), [(12, "Leaders’ mood"), (9, "Among the 9 and 14 with both scores, leaders’")]
)
def test_changes_of_both_arms_say_whose_they_are_where_some_left(studies, stayed, said):
    both = {"n_post": stayed, "n_pairs": stayed}
    row = row_of(contrast="difference", method="ancova", n_comparison=14, **both)
    arms = [(row["id"], f"{name}{end}", value) for name in ("change_arm", "change_comparison")
            for end, value in (("", 0.2), ("_low", 0.1), ("_high", 0.3))]  # fmt: skip
    of_arms = (row_of(**both), row_of(arm="waitlist", n_pre=14, n_post=14, n_pairs=14))
    claims = claims_in(studies(design=RANDOMISED), row, *of_arms, details=arms)
    assert claims.beside(claims.disclosed.rows[0])[0].startswith(said)
