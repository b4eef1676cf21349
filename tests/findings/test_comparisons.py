"""What pages say of groups that are compared, in studies made by hand: true of these people, and of one voice."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of
from undrawn_findings import undrawn_findings

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.errors import ReadError
from rm_research.findings import build_findings
from rm_research.findings.illustrations import _about_differences
from rm_research.panel import prepare_study

WORDS = catalogue("en")
TOML = """title = "Compared"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
arm = "arm"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
smallest_effect_from = "anchor"
[design]
comparison = "waitlist"
assignment = "{assignment}"
"""


@pytest.fixture
def page(tmp_path):
    """Findings, usually without charts, of arms with so many people, a mean before, a mean change and some who left."""

    def build(programme, waitlist, assignment="self-selected", spread=1.0, findings=undrawn_findings):
        draws, rows = np.random.default_rng(3), {"pre": [], "post": []}
        for arm, (n, before, change, left) in {"programme": programme, "waitlist": waitlist}.items():
            usual, first, second = (_exactly(draws, n) for _ in range(3))
            pre = before + spread * (0.4 * usual + 0.2 * first)
            post = before + change + spread * (0.4 * usual + 0.2 * second)
            rows["pre"] += [(f"{arm}{person}", arm, pre[person]) for person in range(n)]
            rows["post"] += [(f"{arm}{person}", arm, post[person]) for person in range(n - left)]
        for wave, lines in rows.items():
            pd.DataFrame(lines, columns=["code", "arm", "item"]).to_csv(tmp_path / f"{wave}.csv", index=False)
        (tmp_path / "study.toml").write_text(TOML.format(assignment=assignment))
        (tmp_path / "codebook.csv").write_text("item,scale\nitem,mood\n")
        return findings(prepare_study(tmp_path))

    return build


def _exactly(draws, n):
    """Draws with mean 0 and standard deviation 1."""
    values = draws.normal(size=n)
    return (values - values.mean()) / values.std()


@pytest.mark.slow
def test_where_nobody_s_mean_moved_nothing_changed_more(page):
    """3.9 → 3.9 against 2.9 → 2.9."""
    findings = page((40, 3.9, 0, 0), (40, 2.9, 0, 0))
    text = repr(findings.headline) + repr(findings.outcomes)
    assert "People’s mood changed by 0.00, the comparison’s by 0.00" in text
    assert "At the start, people’s mood was an estimated 1.00 scale points higher than the comparison’s" in text
    said = text
    assert not any(word in said for word in ("changed more", "for the better", "a gain"))


@pytest.mark.slow
@pytest.mark.parametrize("apart", [0, -6])
def test_more_people_do_not_make_two_ways_agree(page, apart):
    """Unclear by the changes; where the groups started apart, clearly lower at equal scores before."""
    findings = page((40, 5 + apart, 0, 0), (40, 5, 0, 0), spread=3.0)
    text = repr(findings.headline) + repr(findings.outcomes)
    assert ("can’t tell: only one of two ways is clear" in text) == bool(apart)
    assert ("would narrow that to" in repr(findings.prompts)) == (not apart)


def test_a_note_on_differences_does_not_say_how_often_people_answered(tmp_path):
    """Of several surveys they may be those who answered every one."""
    row, study = row_of(contrast="difference", method="ancova", n_comparison=14), study_of(tmp_path, design=RANDOMISED)
    claims = Claims(Disclosed(Estimates(table_of(row), details_of()), {}, 10), study, WORDS)
    note = _about_differences(list(claims.disclosed.rows), SimpleNamespace(claims=claims, words=WORDS))
    assert note == "The difference, at equal scores before, may not match the gap between the groups’ changes."


@pytest.mark.slow
def test_two_falls_are_called_falls(page):
    """−0.20 against −0.70 is no gain of anybody."""
    findings = page((40, 3.4, -0.2, 0), (40, 3.4, -0.7, 0))
    text = repr(findings.headline) + repr(findings.outcomes)
    assert "People’s mood fell by 0.20, the comparison’s fell by 0.70: estimated difference +0.50" in text
    assert "a difference for the better that matters" in text
    assert "a gain" not in text
    (picture,) = [picture for picture in findings.pictures if picture.name.endswith("change")]
    assert picture.title == "Change in people’s mood: +0.50 scale points against the comparison"


@pytest.mark.slow
def test_a_number_at_equal_scores_is_worded_as_one_everywhere(page):
    findings = page((40, 3.4, 0.5, 0), (40, 3.4, 0, 0), "matched")
    (picture,) = [picture for picture in findings.pictures if picture.name.endswith("change")]
    assert "allowing for where people started" in repr(findings.headline)
    for text in (repr(findings.outcomes), picture.alt, picture.title.lower()):
        assert "at equal scores before" in text.lower()


@pytest.mark.slow
def test_a_trial_that_lost_many_more_of_one_arm_is_no_match(page):
    """68 % against 38 %: the lot no longer makes the groups alike, and nobody matched them."""
    findings = page((50, 3.4, 0.5, 34), (50, 3.4, 0, 19), "randomised")
    text = repr(findings.headline) + repr(findings.outcomes)
    assert "34 of 50 in the programme (68%), 19 of 50 in the comparison (38%)" in text
    assert "drawn by lot, but so many left (68% and 38%) that the groups need no longer be alike" in text
    assert "matched" not in text
    assert "The programme raised" not in repr(findings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("left", "comparison_left", "text"),
    [
        (
            30,
            28,
            "60% of people in the programme and 56% in the comparison have no score from the last survey; the others",
        ),
        (
            10,
            20,
            "20% of people in the programme but 40% in the comparison have no score from the last survey, which can",
        ),
        (
            16,
            18,
            "32% of people in the programme and 36% in the comparison have no score from the last survey; the others",
        ),
    ],
)
def test_a_limit_names_the_group_that_people_left(page, left, comparison_left, text):
    """Also where no difference is judged, so that the page leads with the programme alone."""
    findings = page((50, 3.4, 0.5, left), (50, 3.4, 0, comparison_left))
    said = repr(findings.limits)
    assert text in said
    assert said.count("from the last survey") == 1


@pytest.mark.slow
def test_a_chart_without_a_verdict_says_that_people_left_unevenly(page):
    findings = page((50, 3.4, 0.5, 10), (50, 3.4, 0, 0))
    (picture,) = [picture for picture in findings.pictures if picture.name.endswith("change")]
    assert picture.note == "No difference is judged: people left unevenly (20% and 0%)."


@pytest.mark.slow
def test_groups_that_cannot_be_compared_stand_side_by_side(page):
    findings = page((50, 3.4, 0.5, 34), (50, 3.4, 0, 19))
    text = repr(findings.headline) + repr(findings.outcomes)
    assert "People’s mood rose by" in text
    assert "Comparison group: people’s mood hardly changed" in text
    assert "so many left (68% and 38%) that no difference is judged" in text
    assert "not judged: too many left" in repr(findings.outcomes)
    (picture,) = [picture for picture in findings.pictures if picture.name.endswith("change")]
    assert picture.note == "No difference is judged: too many people left for the groups to be compared."
    assert "compared with a comparison group" not in repr(findings.limits)


@pytest.mark.slow
def test_where_the_smallest_change_comes_from_is_printed(page):
    text = repr(page((20, 3.4, 0.5, 0), (20, 3.4, 0, 0)).outcomes)
    assert "The smallest change that matters, 0.30 scale points, was set by an outside standard (an anchor)." in text


@pytest.mark.slow
def test_the_groups_at_the_start_have_a_table(page):
    text = repr(page((20, 3.6, 0.5, 0), (25, 3.4, 0, 0)).methods)
    assert "No lot made the groups" in text
    assert "Mood People Programme 3.60 (SD 0." in text
    assert "; 25 people) +0.20" in text


class TestBadInput:
    """A sentence that is true, or the reason that is the right one."""

    @pytest.mark.slow
    def test_the_comparison_is_empty_after(self, page):
        text = repr(page((20, 3.4, 0.5, 0), (20, 3.4, 0, 20)).headline)
        assert "People’s mood rose." in text
        assert "There is no usable comparison group here" in text
        assert "nobody in the comparison group answered both before and after" in text

    @pytest.mark.slow
    def test_the_programme_is_empty_after(self, page):
        text = repr(page((20, 3.4, 0.5, 20), (20, 3.4, 0, 0)).headline)
        assert "No results can be shown" in text

    def test_all_left(self, page):
        with pytest.raises(ReadError, match="has a header but no answers"):
            page((20, 3.4, 0.5, 20), (20, 3.4, 0, 20))

    @pytest.mark.slow
    def test_a_score_before_that_is_the_arm(self, page, tmp_path):
        page((20, 3.4, 0.5, 0), (20, 3.4, 0, 0), findings=lambda prepared: None)  # for its files alone
        before = pd.read_csv(tmp_path / "pre.csv")
        before.assign(item=before["arm"].map({"programme": 3.0, "waitlist": 4.0})).to_csv(
            tmp_path / "pre.csv", index=False
        )
        findings = build_findings(prepare_study(tmp_path))
        text = repr(findings.headline) + repr(findings.outcomes)
        assert "difference unclear" in text
        assert "within each group everyone had the same score before" in text
        assert "matters: a difference" not in text

    @pytest.mark.slow
    def test_equal_answers(self, page):
        text = repr(page((20, 3.0, 0.5, 0), (20, 3.0, 0.5, 0), spread=0.0, findings=build_findings))
        assert "In words only, because people changed alike: nearly everyone rose by the same amount." in text
        assert "for the better" not in text
