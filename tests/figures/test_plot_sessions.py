"""Change by number of meetings: an association."""

import pytest
from seen import CHANGE, PLACE, clashes, disclosed_of, dots, intervals, rows, sessions_of, words

from rm_research.figures import blank_axes, plot_sessions, sessions_alt, sessions_title
from rm_research.figures.style import WIDE, WIDTH

BANDS = ((4, 9, 12, 0.45), (0, 2, 14, 0.1), (3, 3, 20, 0.2))


@pytest.fixture
def draw(study):
    def sessions(*bands, **options):
        options = {"ax": blank_axes(), "title": False} | options
        return plot_sessions(disclosed_of(CHANGE, sessions=sessions_of(*bands)), study=study, **PLACE, **options)

    return sessions


def test_the_fewest_meetings_come_first(draw):
    ax = draw(*BANDS)
    assert words(ax)[0].startswith("Meetings, number of leaders. ")
    assert rows(ax) == [
        "0–2 meetings, 14: +0.10 (−0.30 to 0.50)",
        "3 meetings, 20: +0.20 (−0.20 to 0.60)",
        "4–9 meetings, 12: +0.45 (0.05 to 0.85)",
    ]
    assert [estimate for estimate, _ in dots(ax)] == [0.1, 0.2, 0.45]
    assert intervals(ax) == [(-0.3, 0.5), (-0.2, 0.6), (0.05, 0.85)]


@pytest.mark.parametrize("width", [WIDTH, WIDE])
def test_the_axis_says_that_it_is_an_association(draw, width):
    ax = draw(*BANDS, ax=blank_axes(width=width), title=True)
    assert "An association: people who meet more may differ in other ways." in words(ax)[1]
    assert clashes(ax) == []


def test_several_arms_are_named(study):
    table = sessions_of(*BANDS)
    table.loc[0, "arm"] = "coaching"
    said = rows(plot_sessions(disclosed_of(CHANGE, sessions=table), study=study, **PLACE, ax=blank_axes()))
    assert [text.split(",")[0] for text in said] == ["Coaching", "Programme", "Programme"]


def test_title_gives_numbers_and_claims_no_trend(study):
    disclosed = disclosed_of(CHANGE, sessions=sessions_of(*BANDS))
    title = sessions_title(disclosed, study=study, **PLACE)
    assert title == "Leaders’ mood: +0.10 with 0–2 meetings, +0.20 with 3, +0.45 with 4–9"
    assert 6 <= len(title.split()) <= 12
    assert "an association" in sessions_alt(disclosed, study=study, **PLACE)


def test_one_band_has_a_title_too(study):
    disclosed = disclosed_of(CHANGE, sessions=sessions_of(BANDS[0]))
    assert sessions_title(disclosed, study=study, **PLACE) == "Leaders’ mood: +0.45 with 4–9 meetings"


def test_without_rows_there_is_nothing(study):
    assert words(plot_sessions(disclosed_of(CHANGE), study=study, **PLACE, ax=blank_axes())) == []
    assert sessions_title(disclosed_of(CHANGE), study=study, **PLACE) == ""
    assert sessions_alt(disclosed_of(CHANGE), study=study, **PLACE) == ""
