"""What is said beside a finding, and only where it holds."""

from dataclasses import replace

import pandas as pd
import pytest
from small_studies import RANDOMISED, row_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims, finding_limits

DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 36}
SHAPES = ["cohort", "role", "arm", "scale", "wave", "limit", "above"]
LOST = {"n_pre": 40, "n_post": 32, "n_pairs": 32}


def said(claims, *rows, shapes=(), language="en", **settings) -> str:
    found = claims(*rows, **settings)
    shown = replace(found.disclosed, tables={"shapes": pd.DataFrame(list(shapes), columns=SHAPES)})
    return " ".join(finding_limits(shown.rows[0], Claims(shown, found.study, catalogue(language))))


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.3, 0.7, "they would have had to change by about 1.50 scale points less than is assumed of them."),
        (-0.7, -0.3, "had to change by about 1.50 scale points more, upwards, than is assumed of them."),
        (0.8, 1.3, "they would have had to change by about 4.00 scale points less than is assumed of them."),
    ],
)
def test_what_those_without_a_later_score_would_have_to_have_done(claims, low, high, text):
    """−(the end nearer 0) / share: 8 of 40 have none, and the scale is 4 points wide."""
    found = said(claims, row_of(**LOST, estimate=(low + high) / 2, ci_low=low, ci_high=high))
    assert found.startswith("No score after: 8 of the 40 leaders.")
    assert found.endswith(text)


@pytest.mark.parametrize(("low", "high"), [(0.81, 1.3), (-1.3, -0.81)])
def test_beyond_the_width_of_the_scale_nothing_is_said(claims, low, high):
    """Extreme scores of a few widen the interval too, so no sentence may say that nothing could undo a finding."""
    assert said(claims, row_of(**LOST, estimate=(low + high) / 2, ci_low=low, ci_high=high)) == ""


@pytest.mark.parametrize(("n_pairs", "named"), [(40, False), (37, False), (36, True)])
def test_it_is_said_from_ten_per_cent_on(claims, n_pairs, named):
    assert bool(said(claims, row_of(n_pre=40, n_post=n_pairs, n_pairs=n_pairs))) is named


@pytest.mark.parametrize("ends", [(-0.1, 0.6), (0.0, 0.6), (-0.6, 0.0)])
def test_what_is_unclear_cannot_become_so(claims, ends):
    assert said(claims, row_of(**LOST, estimate=0.2, ci_low=ends[0], ci_high=ends[1])) == ""


def test_unlinked_waves_know_nobody_who_left(claims):
    assert said(claims, row_of(method="welch", n_pre=40, n_post=30, n_pairs=0), link="none") == ""


def test_of_a_difference_the_programme_s_people_are_counted(claims):
    rows = [row_of(**DIFFERENCE, **LOST), row_of(**LOST), row_of(arm="waitlist", n_pre=40, n_post=36, n_pairs=36)]
    assert said(claims, *rows, design=RANDOMISED).startswith("No score after: 8 of the programme’s 40 leaders.")


SELF_SELECTED = RANDOMISED.replace("randomised", "self-selected")


@pytest.mark.parametrize(
    ("design", "method", "whom"),
    [
        (RANDOMISED, "ancova", "people with the same score before"),
        (SELF_SELECTED, "change_score", "those with both scores"),
    ],
)
def test_a_difference_at_equal_scores_before_is_held_against_people_with_the_same_score(claims, design, method, whom):
    """Those who left may have scored otherwise before, so they differ not from the mean change of the others."""
    ways = sorted(["ancova", "change_score"], key=lambda way: way != method)
    arm = {"n_pre": 60, "n_post": 40, "n_pairs": 40}
    both = [DIFFERENCE | arm | {"n_comparison": 40, "method": way, "heads": way == method} for way in ways]
    rows = [*(row_of(**one) for one in both), row_of(**arm), row_of(arm="waitlist", **arm)]
    assert said(claims, *rows, design=design).endswith(f"less than {whom}.")


def shape(limit, arm="programme", **other):
    return tuple({"cohort": "one", "role": "leader", "arm": arm, "scale": "mood", "wave": "post", "limit": limit,
                  "above": 0.15, **other}.values())  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("highest_before", "More than 15% of the leaders had the highest possible score before, so a rise could show"),
        ("lowest_after", "More than 15% of the leaders had the lowest possible score after, so a fall may look too"),
        ("further_apart", "Scores of the leaders lay clearly further apart after:"),
        ("closer_together", "Scores of the leaders lay clearly closer together after:"),
    ],
)
def test_how_scores_lie_on_the_scale(claims, limit, text):
    assert said(claims, row_of(), shapes=[shape(limit)]).startswith(text)


def test_only_of_the_group_that_the_row_is_about(claims):
    others = [{"cohort": "two"}, {"role": "mentor"}, {"scale": "zeal"}, {"wave": "later"}]
    shapes = [shape("highest_before", **other) for other in others] + [shape("highest_before", arm="waitlist")]
    assert said(claims, row_of(), shapes=shapes, design=RANDOMISED) == ""


def test_a_difference_names_both_arms_whose_scores_pile_up(claims):
    shapes = [shape("highest_before"), shape("highest_before", arm="waitlist"), shape("further_apart", arm="waitlist")]
    rows = [row_of(**DIFFERENCE | {"n_pairs": 40, "n_pre": 40}), row_of(n_pre=40, n_pairs=40)]
    found = said(claims, *rows, shapes=shapes, design=RANDOMISED)
    assert "15% of the leaders in the programme had" in found
    assert "15% of the leaders in the comparison had" in found
    assert "further apart" not in found


def test_a_change_names_its_arm_where_there_is_another(claims):
    rows = [row_of(), row_of(arm="waitlist")]
    found = said(claims, *rows, shapes=[shape("highest_before")], design=RANDOMISED)
    assert found.startswith("More than 15% of the leaders in the programme had the highest possible score before")


def test_a_hidden_row_has_nothing_beside_it(claims):
    assert said(claims, row_of(estimate=None, ci_low=None, ci_high=None, reason="no_variation"),
                shapes=[shape("highest_before")]) == ""  # fmt: skip


def test_in_german(claims):
    found = said(claims, row_of(**LOST), shapes=[shape("highest_before")], language="de")
    assert found.startswith("Kein Wert nachher: 8 von 40 (Führungskräfte). Damit dies unklar würde")
    assert "Mehr als 15\N{NARROW NO-BREAK SPACE}% (Führungskräfte) hatten vorher den höchstmöglichen Wert" in found
