"""What pages say of small studies: nobody came back, everyone changed alike, declared groups, three surveys."""

import numpy as np
import pytest
from small_studies import COLUMNS, TOML, Group, as_csv

pytestmark = pytest.mark.slow
LATE = TOML.replace("[columns]", '[waves.late]\nfile = "late.csv"\n[columns]')
GRADED = TOML.replace("[scales", '[attributes]\ngrade = "grade"\n[design]\ninteractions = ["grade"]\n[scales', 1)


def graded(n_of_second: int) -> dict[str, str]:
    """Answers of thirty people of two grades."""
    files = {}
    for wave, day, gain in (("pre", "2025-03-03", 0), ("post", "2025-09-08", 1)):
        rows = [[f"P{at}", "Spring", "leader", "", f"D{at}", day, *([2 + (at + step) % 2 + gain for step in range(3)]),
                 "B" if at < n_of_second else "A"] for at in range(30)]  # fmt: skip
        for row in rows[:: 4 if wave == "post" else 31]:
            row[6] -= 1
        files[f"{wave}.csv"] = as_csv((*COLUMNS, "grade"), rows)
    return files


def test_where_everybody_left_the_page_says_that_nobody_came_back(built):
    page = built(Group(n=14), Group("Autumn", n=12, left=12), cohort="Autumn")
    assert "Nobody answered a later survey." in page.headline.text


def test_a_page_without_numbers_or_comparison_speaks_of_no_difference(built):
    page = built(Group(n=4))
    assert "estimated change, with 95% interval" in page.cohorts.html
    assert "difference from the comparison" not in page.cohorts.html


def test_what_nearly_everyone_changed_by_names_its_outcome(built):
    rows = {wave: [[f"P{at}", "Spring", "", "", f"D{at}", "2025-03-03", *[1 + at % 3 + gain] * 3] for at in range(12)]
            for wave, gain in (("pre", 0), ("post", 1))}  # fmt: skip
    page = built(Group(), files={f"{wave}.csv": as_csv(COLUMNS, found) for wave, found in rows.items()})
    assert "People’s mood: in words only" in page.headline.text
    assert "nearly everyone rose by the same amount." in page.headline.text


def test_groups_that_are_compared_without_a_comparison_differ_in_change(built):
    page = built(Group(), toml=GRADED, files=graded(15))
    assert "Difference in change" in page.methods.text
    assert "Difference in effect" not in page.methods.text


def test_a_hidden_comparison_of_declared_groups_is_in_the_list_of_what_is_not_shown(built):
    page = built(Group(), toml=GRADED, files=graded(4))
    assert "Leaders: Mood, compared by grade: B − A: hidden, because few people answered" in page.limits.text


def test_tables_of_several_surveys_say_whose_the_later_mean_is(built):
    late = [[f"P0-{at}", "Spring", "", "", f"D0-{at}", "2026-03-08", *answers]
            for at, answers in enumerate(np.random.default_rng(1).integers(1, 6, (14, 3)))]  # fmt: skip
    page = built(Group(n=14), toml=LATE, files={"late.csv": as_csv(COLUMNS, late)})
    assert "Mean at that survey" in repr(page)
    assert "Mean after" not in repr(page)
    assert "answered before and in the survey “late”" in page.headline.text


def test_the_appendix_of_a_programme_explains_only_methods_of_its_tables(built):
    page = built(Group("A", n=12), Group("B", n=12))
    assert "Change is the mean of after minus before" in page.methods.text  # of the table of cohorts
    assert "Hodges–Lehmann" not in page.methods.text


def test_that_no_smallest_change_was_declared_stands_once(built):
    page = built(Group(n=14), toml=TOML.replace("smallest_effect = 0.3\n", ""))
    assert repr(page).count("No smallest change that matters was declared") == 1


def test_a_survey_with_other_points_is_told_of_on_the_first_screen(built):
    codebook = "item,scale,low,high,low.post,high.post\n" + "".join(f"m{n},mood,1,5,1,7\n" for n in (1, 2, 3))
    page = built(Group(n=14), files={"codebook.csv": codebook})
    assert "Mood was answered from 1 to 7 in “after”" in page.headline.text
    assert "Mood was answered" not in page.limits.text
    assert "of 100 answers" not in page.outcomes.text


def test_a_programme_whose_cohorts_have_no_date_says_so(built):
    toml = TOML.replace('submitted = "when"\n', "")
    page = built(*(Group(name, n=12) for name in "ABC"), toml=toml)
    assert "not estimated: no cohort has a date." in page.cohorts.text
