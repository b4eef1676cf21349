"""Verdicts that one person decides, for the evaluator alone."""

import pytest
from small_studies import TOML, Group, as_csv, small_study

from rm_research.checks import check_study
from rm_research.disclosure.numbers import TABLES
from rm_research.effects.influence import NO_RESULT, against, one_person_decides
from rm_research.panel import prepare_study
from rm_research.study.settings import Scale

NAMES = ("code", "cohort", "role", "arm", "pair", "when", "m1")


def study(folder, changes, toml=TOML):
    """Folder of people who changed by so much from 3."""
    rows = {wave: [(f"P{n}", "Spring", "", "", "", "", 3 + (n % 2) + change * (wave == "post"))
                   for n, change in enumerate(changes)] for wave in ("pre", "post")}  # fmt: skip
    files = {f"{wave}.csv": as_csv(NAMES, lines) for wave, lines in rows.items()}
    return small_study(folder, toml=toml, files=files | {"codebook.csv": "item,scale,low,high\nm1,mood,-40,60\n"})


def test_nobody_decides_a_verdict_that_all_bear(tmp_path):
    assert one_person_decides(prepare_study(study(tmp_path, [1, 2] * 8))).empty


def test_one_person_who_hides_what_all_others_show(tmp_path):
    found = one_person_decides(prepare_study(study(tmp_path, [1, 2] * 8 + [-30])))
    (row,) = found.itertuples()
    assert (row.verdict, row.without_one, row.people) == ("unclear", "gain", 1)
    assert (row.cohort, row.scale, row.contrast) == ("Spring", "mood", "change")


def test_people_of_either_arm_may_decide_a_difference(tmp_path):
    toml = TOML + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'
    groups = [Group("a", 12, arm="programme", gain=0.9), Group("a", 12, arm="waitlist", gain=0.0)]
    found = one_person_decides(prepare_study(small_study(tmp_path, *groups, toml=toml)))
    assert set(found["contrast"]) <= {"change", "difference"}
    assert (found["verdict"] != found["without_one"]).all()
    assert found["people"].between(1, 24).all()


def test_large_groups_are_not_tried(tmp_path):
    assert one_person_decides(prepare_study(study(tmp_path, [1, 2] * 101 + [-3000 / 100]))).empty


@pytest.mark.slow
def test_it_stands_on_the_quality_page_and_nowhere_else(tmp_path):
    found = check_study(study(tmp_path, [1, 2] * 8 + [-30]))
    assert len(found.sections()["influence"]) == 1
    assert "Verdicts that one person decides" in found._repr_html_()
    assert "influence" not in TABLES
    quiet = check_study(study(tmp_path / "quiet", [1, 2] * 8))
    assert "No verdict changes if any one person is left out." in quiet._repr_html_()


@pytest.mark.parametrize(
    ("low", "high", "better", "judged"),
    [
        (0.3, 0.6, "higher", "gain"), (-0.6, -0.3, "higher", "loss"), (-0.6, -0.3, "lower", "gain"),
        (-0.2, 0.2, "higher", "too_small"), (0.1, 0.6, "higher", "gain_unclear_size"),
        (0.1, 0.6, "lower", "loss_unclear_size"), (-0.1, 0.6, "higher", "unclear"),
    ],
)  # fmt: skip
def test_verdicts_of_an_interval(low, high, better, judged):
    assert against(low, high, Scale(name="mood", smallest_effect=0.3, better=better)) == judged
    assert judged != NO_RESULT


def test_without_a_smallest_change_the_side_of_0_counts():
    scale = Scale(name="mood")
    assert [against(*ends, scale) for ends in ((0.1, 0.2), (-0.2, -0.1), (-1, 1))] == ["higher", "lower", "unclear"]
