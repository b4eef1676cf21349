"""Who was invited and who answered."""

import pandas as pd
import pytest
from seen import CHANGE, LONG, clashes, disclosed_of, flow_of, words

from rm_research.figures import blank_axes, flow_alt, flow_title, plot_flow
from rm_research.figures.style import WIDE, WIDTH


@pytest.fixture
def draw(study):
    def flow(table, **options):
        options = {"study": study, "ax": blank_axes(), "title": False} | options
        return plot_flow(disclosed_of(CHANGE, response=table), **options)

    return flow


def bars(ax):
    return [bar.get_width() for bar in ax.patches]


def test_each_group_has_its_counts_and_shares_of_those_invited(draw):
    said = words(draw(flow_of()))
    assert said[:9] == ["Leaders, Programme", "Invited", "22", "Before", "20 (91%)", "After", "15 (68%)", "Both",
                        "14 (64%)"]  # fmt: skip
    assert [text for text in said if "," in text] == ["Leaders, Programme", "Mentors, Programme", "Leaders, Waitlist"]


@pytest.mark.parametrize("width", [WIDTH, WIDE])
def test_bars_are_as_long_as_their_counts(draw, width):
    table = flow_of()
    counts = [int(n) for _, row in table.iterrows() for n in row.tolist()[2:6]]
    long = bars(draw(table, ax=blank_axes(width=width)))
    assert [n / long[0] for n in long] == pytest.approx([n / counts[0] for n in counts])


def test_without_a_list_of_those_invited_there_are_no_shares(draw):
    said = words(draw(flow_of(invited=[pd.NA] * 3)))
    assert "Invited" not in said
    assert not any("%" in text for text in said)


def test_who_answered_uninvited_makes_no_share_above_all(draw):
    assert words(draw(flow_of(before=[25, 18, 12])))[4] == "25"


def test_unlinked_waves_have_no_both(draw):
    assert "Both" not in words(draw(flow_of(**{"both post": [pd.NA] * 3})))


def test_a_cohort_has_its_own_rows(draw):
    table = pd.concat([flow_of().assign(cohort="all cohorts"), flow_of(invited=[9, 9, 9]).assign(cohort="one")])
    assert "9" in words(draw(table, cohort="one"))
    assert "9" not in words(draw(table))


def test_several_later_surveys_are_named(draw, three_waves):
    table = flow_of(**{"answered winter": [9, 8, 7], "both winter": [8, 7, 6]})
    assert {"Winter", "Both, winter", "After"} <= set(words(draw(table, study=three_waves)))


@pytest.mark.parametrize("width", [WIDTH, WIDE])
@pytest.mark.parametrize("arm", ["waitlist", LONG])
def test_nothing_is_cut_and_nothing_lies_on_anything(draw, width, arm):
    table = flow_of(arm=["programme", arm, "waitlist"], invited=[12345, 0, 1], before=[12000, 0, 1])
    assert clashes(draw(table, ax=blank_axes(width=width), title=True)) == []


def test_no_people_make_an_empty_chart(draw, study):
    assert words(draw(flow_of().iloc[:0])) == []
    assert flow_alt(disclosed_of(CHANGE, response=flow_of().iloc[:0]), study=study) == ""


@pytest.mark.parametrize(
    ("columns", "title"),
    [
        ({}, "38 of 58 people invited answered before and after"),
        ({"invited": [22, 20, pd.NA]}, "38 of 50 who answered before also answered after"),
        (
            {"invited": [pd.NA] * 3, "left post": [pd.NA] * 3},
            "38 people answered before and after; who left is unknown",
        ),
        ({"both post": [pd.NA] * 3}, "50 people answered before, and 40 answered after"),
    ],
)
def test_title_is_how_many_answered(study, columns, title):
    disclosed = disclosed_of(CHANGE, response=flow_of(**columns))
    assert flow_title(disclosed, study=study) == title
    assert 6 <= len(title.split()) <= 12
    listed = "people" if flow_of(**columns)["invited"].isna().all() else "people invited and people"
    assert flow_alt(disclosed, study=study).startswith(f"Bar chart of {listed} who answered")
    assert flow_alt(disclosed, study=study).endswith(f"by group. {title}.")


def test_people_without_a_score_are_told_from_those_who_left(draw):
    assert "Both, with a score" not in words(draw(flow_of()))
    said = words(draw(flow_of(**{"scored post": [9, 14, 10]})))
    at = said.index("Both, with a score")
    assert said[at - 2 : at + 2] == ["Both", "14 (64%)", "Both, with a score", "9 (41%)"]
    assert said.count("Both, with a score") == 1
