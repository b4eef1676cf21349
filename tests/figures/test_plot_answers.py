"""What people answered, before and after."""

import pytest
from seen import CHANGE, DIFFERENCE, LONG, PLACE, answers_of, clashes, disclosed_of, words
from seen import WAITING as WAITLIST
from small_studies import row_of

from rm_research.catalogue import lowered
from rm_research.claims import claims_of
from rm_research.figures import answers_alt, answers_title, blank_axes, plot_answers
from rm_research.figures.style import WIDE, WIDTH

PROGRAMME = [("programme", "post", 18, (0.12, 0.33, 0.55)), ("programme", "pre", 18, (0.31, 0.27, 0.42))]
WAITING = [("waitlist", "pre", 12, (0.35, 0.25, 0.4)), ("waitlist", "post", 12, (0.3, 0.22, 0.48))]


@pytest.fixture
def draw(study):
    def answers(*bars, **options):
        options = {"study": study, "ax": blank_axes(), "title": False} | PLACE | options
        return plot_answers(disclosed_of(CHANGE, answers=answers_of(*bars)), **options)

    return answers


def bars(ax, bands):
    """Left ends and widths of the bands of each bar, from the top; the key's squares come first."""
    found = [(patch.get_x(), patch.get_width()) for patch in ax.patches[bands:]]
    return [found[at : at + bands] for at in range(0, len(found), bands)]


def test_before_stands_above_after_and_the_comparison_below(draw):
    said = words(draw(*WAITING, *PROGRAMME))
    assert said[:4] == ["Answers:", "1–2", "3", "4–5"]
    assert [text for text in said if text in ("Before", "After") or "leaders" in text] == [
        "Programme, 18 leaders", "Before", "After", "Waitlist, 12 leaders", "Before", "After"
    ]  # fmt: skip
    assert [text for text in said if "%" in text][:3] == ["31%", "27%", "42%"]


def test_places_of_people_met_in_several_cohorts_are_called_so(study):
    row = row_of(cohort="all cohorts", contrast="pooled_change", method="people", n_clusters=2)
    shares = answers_of(("programme", "pre", 12, (0.4, 0.6)), ("programme", "post", 12, (0.3, 0.7)))
    shown = disclosed_of(row, details=[(row["id"], "n_persons", 10)], answers=shares.assign(cohort="all cohorts"))
    said = words(plot_answers(shown, study=study, ax=blank_axes(), **PLACE | {"cohort": "all cohorts"}))
    assert "Programme, 12 leaders, counted in each cohort" in " ".join(said)


def test_three_bands_meet_in_the_middle_of_the_second(draw):
    found = bars(draw(*PROGRAMME, *WAITING), 3)
    middles = [second[0] + second[1] / 2 for _, second, _ in found]
    assert middles == pytest.approx([middles[0]] * 4)


def test_two_bands_meet_at_their_border(draw):
    ax = draw(("programme", "pre", 18, (0.45, 0.55)), ("programme", "post", 18, (0.3, 0.7)))
    borders = [second[0] for _, second in bars(ax, 2)]
    assert borders == pytest.approx([borders[0]] * 2)
    assert words(ax)[1:3] == ["1–3", "4–6"]


def test_bands_are_as_wide_as_their_shares(draw):
    found = bars(draw(*PROGRAMME, *WAITING), 3)
    shares = [(0.31, 0.27, 0.42), (0.12, 0.33, 0.55), (0.35, 0.25, 0.4), (0.3, 0.22, 0.48)]
    unit = found[0][0][1] / 0.31
    assert [width for bar in found for _, width in bar] == pytest.approx([unit * s for bar in shares for s in bar])


def test_people_stand_at_each_bar_where_they_differ(draw):
    said = words(draw(("programme", "pre", 180, (0.3, 0.3, 0.4)), ("programme", "post", 150, (0.3, 0.3, 0.4))))
    assert {"Programme", "Before, 180", "After, 150"} <= set(said)


@pytest.mark.parametrize("width", [WIDTH, WIDE])
@pytest.mark.parametrize("shares", [((0.05, 0.04, 0.91), (0.92, 0.05, 0.03)), ((0.02, 0.96, 0.02), (0.5, 0, 0.5))])
def test_narrow_bands_have_their_per_cent_too(draw, shares, width):
    ax = draw(("programme", "pre", 180, shares[0]), ("programme", "post", 150, shares[1]), ax=blank_axes(width=width))
    assert clashes(ax) == []
    assert sum("%" in text for text in words(ax)) == sum(share > 0 for bar in shares for share in bar)


@pytest.mark.parametrize("width", [WIDTH, WIDE])
def test_long_names_have_room(draw, width):
    more = [(LONG, asked, n, shares) for _, asked, n, shares in PROGRAMME]
    assert clashes(draw(*PROGRAMME, *more, *WAITING, ax=blank_axes(width=width), title=True)) == []


SAME = {"n_pre": 18, "n_post": 18, "n_pairs": 18}  # people as in PROGRAMME


def test_answers_of_other_people_than_the_finding_s_have_no_second_finding(study):
    title = answers_title(disclosed_of(CHANGE, answers=answers_of(*PROGRAMME)), study=study, **PLACE)
    assert title == "Answers to mood of 18 leaders who answered twice"


def test_title_is_the_finding_of_the_headline(study):
    disclosed = disclosed_of(row_of(**SAME), answers=answers_of(*WAITING, *PROGRAMME))
    title = answers_title(disclosed, study=study, **PLACE)
    assert title == "Answers: leaders’ mood rose by about 0.50 scale points"
    assert 6 <= len(title.split()) <= 12
    assert answers_alt(disclosed, study=study, **PLACE) == (
        f"Stacked bar chart of answers on mood before and after. {title}."
    )


def test_answers_that_rise_make_no_finding_where_there_is_none(study):
    unclear = row_of(estimate=0.1, ci_low=-0.4, ci_high=0.6, **SAME)
    title = answers_title(disclosed_of(unclear, answers=answers_of(*PROGRAMME)), study=study, **PLACE)
    assert title == "Answers: no clear change found in leaders’ mood"
    difference = disclosed_of(CHANGE, WAITLIST, DIFFERENCE | SAME, answers=answers_of(*WAITING, *PROGRAMME))
    followed = answers_title(difference, study=study, **PLACE)
    claims = claims_of(difference, study)
    assert followed.removeprefix("Answers: ") == lowered(claims.title(difference.rows[2]))


@pytest.mark.parametrize("rows", [(), (row_of(estimate=None, reason="hidden"),), (WAITLIST,)])
def test_without_a_headline_of_the_programme_there_is_no_chart(study, rows):
    disclosed = disclosed_of(*(rows or (row_of(scale="zeal"),)), answers=answers_of(*WAITING))
    assert answers_title(disclosed, study=study, **PLACE) == ""
    assert words(plot_answers(disclosed, study=study, **PLACE, ax=blank_axes())) == []


@pytest.mark.parametrize(
    "tables", [{}, {"answers": answers_of(*PROGRAMME).iloc[:0]}, {"answers": answers_of(*PROGRAMME)}]
)
def test_without_answers_of_a_group_there_is_nothing(study, tables):
    disclosed, place = disclosed_of(CHANGE, row_of(role="mentor"), **tables), PLACE | {"role": "mentor"}
    assert words(plot_answers(disclosed, study=study, **place, ax=blank_axes())) == []
    assert answers_title(disclosed, study=study, **place) == answers_alt(disclosed, study=study, **place) == ""
