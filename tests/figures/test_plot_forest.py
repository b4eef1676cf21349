"""Cohorts, their average and the range of a further one."""

from functools import partial

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from rendered_demo import DEMO
from seen import LONG, LONGER, clashes, disclosed_of, dots, five, hollow, intervals, pooled, rows, words
from small_studies import row_of

import rm_research as rm
from rm_research.figures import COLOURS, blank_axes, forest_alt, forest_parts, forest_title, plot_forest
from rm_research.figures.style import WIDE, WIDTH
from rm_research.findings import pictures
from rm_research.findings.pictures import Picture, png, slide

WHICH = {"role": "leader", "scale": "mood", "wave": "post", "contrast": "change", "arm": "programme"}


AVERAGE = pooled()
PREDICTION = [(AVERAGE["id"], "prediction_low", -0.3), (AVERAGE["id"], "prediction_high", 1.1)]


@pytest.fixture
def draw(study):
    def forest(*rows, details=(), **options):
        options = {"ax": blank_axes(), "title": False} | options
        return plot_forest(disclosed_of(*rows, details=details), study=study, **WHICH, **options)

    return forest


def test_unlinked_cohorts_name_the_people_of_both_surveys(draw):
    of_one = [row_of(cohort=year, method="welch", n_pairs=0, n_post=31) for year in ("2024", "2025")]
    assert rows(draw(*of_one))[0].startswith("2024, 12 before, 31 after:")


def test_cohorts_come_first_and_their_average_last(draw):
    ax = draw(AVERAGE, row_of(cohort="2024"), row_of(cohort="2025"))
    assert [text.split(":")[0] for text in rows(ax)] == ["2024, 12", "2025, 12", "Average of cohorts"]
    assert words(ax)[0].startswith(
        "Cohort, number of leaders. Change from before to after (scale points, 95% interval)"
    )


def test_the_average_has_a_colour_of_its_own(draw):
    colours = [colour for _, colour in dots(draw(row_of(cohort="2024"), row_of(cohort="2025"), AVERAGE))]
    assert colours == [COLOURS["programme"].lower()] * 2 + [COLOURS["difference"].lower()]


def test_hidden_cohorts_have_no_mark(draw):
    hidden = row_of(cohort="small", estimate=float("nan"), reason="hidden")
    assert not any("small" in text for text in words(draw(row_of(cohort="2024"), hidden, AVERAGE)))


@pytest.mark.parametrize(("average", "label", "estimate"), [("people", "All people together", "+0.40"),
                                                            ("reml_hk", "Average of cohorts", "+0.45")])  # fmt: skip
def test_the_average_is_the_declared_one(draw, average, label, estimate):
    """The average over people or over cohorts: one mark, of which the sentence speaks."""
    pools = [pooled(method, 5, estimate=size, heads=method == average)
             for method, size in (("reml_hk", 0.45), ("people", 0.4))]  # fmt: skip
    said = rows(draw(row_of(cohort="2024"), *pools))
    assert len(said) == 2
    assert said[-1].startswith(label)
    assert estimate in said[-1]


def test_estimates_drawn_towards_their_average_are_hollow_and_said(draw):
    cohorts, details = five()
    ax = draw(*cohorts, details=details)
    assert len(hollow(ax)) == 5
    own = [0.1 * place for place in range(5)]
    assert all(abs(drawn - 0.2) <= abs(one - 0.2) for drawn, one in zip(hollow(ax), own, strict=True))
    assert sum("drawn to" in text for text in words(ax)) == 5
    assert rows(ax)[-1] == "Another cohort: −0.30 to 0.70"


@pytest.mark.parametrize("lacking", ["a cohort", "a difference between them", "the range of a further one"])
def test_else_there_are_none(draw, lacking):
    rows, details = five()
    rows = rows[1:] if lacking == "a cohort" else rows
    details = details[:2] if lacking == "a difference between them" else details
    details = details[2:] if lacking == "the range of a further one" else details
    assert hollow(draw(*rows, details=details)) == []


def test_a_further_cohort_has_a_broken_line_without_a_dot(draw):
    ax = draw(row_of(cohort="2024", estimate=0.3, ci_low=0.1, ci_high=0.5), AVERAGE, details=PREDICTION)
    assert rows(ax)[-1] == "Another cohort: −0.30 to 1.10"
    assert (len(dots(ax)), intervals(ax)) == (2, [(0.1, 0.5), (0.2, 0.6)])
    assert intervals(ax, broken=True) == [(-0.3, 1.1)]
    assert ax.get_xlim()[1] > 1.1


def test_without_a_prediction_there_is_no_such_line(draw):
    assert intervals(draw(row_of(cohort="2024"), AVERAGE), broken=True) == []


@pytest.mark.parametrize("width", [WIDTH, WIDE, 11])
def test_long_names_are_neither_cut_nor_on_each_other(draw, width):
    rows = [row_of(cohort=name) for name in ("2022 spring", LONG, LONGER, LONG + " + " + LONG)]
    assert clashes(draw(*rows, AVERAGE, details=PREDICTION, ax=blank_axes(width=width), title=True)) == []


def test_sixty_cohorts_have_room(draw):
    assert clashes(draw(*(row_of(cohort=f"cohort {k}") for k in range(60)), AVERAGE)) == []


def test_title_and_alternative_text_are_of_the_average(draw, study):
    disclosed = disclosed_of(row_of(cohort="2024"), AVERAGE)
    assert forest_title(disclosed, study=study, **WHICH) == "Leaders’ mood rose by about 0.40 scale points"
    alt = forest_alt(disclosed, study=study, **WHICH)
    assert alt.startswith("Forest plot of mood by cohort with the average. Leaders’ mood rose by an estimated 0.40")
    assert alt.count(". ") == 1


def test_without_an_average_the_title_says_so(study):
    cohorts = disclosed_of(row_of(cohort="2024"))
    assert forest_title(cohorts, study=study, **WHICH) == "Leaders’ mood, cohort by cohort, without an average"
    assert forest_alt(cohorts, study=study, **WHICH) == forest_title(
        disclosed_of(row_of(role="x")), study=study, **WHICH
    )


MANY = [row_of(cohort=f"Division {place:02}, autumn", estimate=place / 60, ci_low=place / 60 - 0.3,
               ci_high=place / 60 + 0.3) for place in range(60)]  # fmt: skip


def test_few_cohorts_stand_in_one_chart(study):
    assert len(forest_parts(disclosed_of(*MANY[:12], AVERAGE), study=study, **WHICH)) == 1


def test_many_cohorts_stand_in_several_charts_of_one_axis_with_the_average_in_each(draw, study):
    parts = forest_parts(disclosed_of(*MANY, AVERAGE), study=study, **WHICH)
    axes = [draw(*MANY, AVERAGE, part=part, ax=blank_axes(width=WIDE)) for part in parts]
    told = [[text for text in words(ax) if text.startswith(("Division", "Average"))] for ax in axes]
    assert [name for names in told for name in names[:-1]] == [f"{row['cohort']}, 12" for row in MANY]
    assert all(names[-1] == "Average of cohorts" for names in told)
    assert max(map(len, told)) - min(map(len, told)) <= 1
    assert len({ax.get_xlim() for ax in axes}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("shrunken", [pytest.param(False, marks=pytest.mark.slow), True])
def test_letters_of_each_part_have_11_points_on_a_slide(study, monkeypatch, shrunken):
    cohorts, details = five() if shrunken else ([], [])
    found = disclosed_of(*MANY[: 60 - len(cohorts)], *(cohorts or [AVERAGE]), details=details)
    enlarged, cut = [], []

    def measured(figure, dpi, *more):
        enlarged.append(dpi)
        cut.extend(cut_texts(figure))
        return png(figure, dpi, *more)

    monkeypatch.setattr(pictures, "png", measured)
    for part in forest_parts(found, study=study, **WHICH):
        draw = partial(plot_forest, found, study=study, **WHICH, title=False, part=part)
        words = {"title": "Leaders’ mood rose by about 0.46 scale points, part 10 of 12", "alt": "A", "note": "N " * 60}
        slide(Picture(name="a", subtitle="+0.46 scale points (95% interval). Mood.", draw=draw, source="S", **words), 1)
    ratios = [chart / page for chart, page in zip(enlarged[::2], enlarged[1::2], strict=True)]
    assert min(ratios) >= 1
    assert cut == []


def cut_texts(figure) -> list[str]:
    """Texts of a figure that do not lie within it as a whole."""
    renderer, whole = FigureCanvasAgg(figure).get_renderer(), figure.bbox
    boxes = {text: text.get_window_extent(renderer) for text in figure.findobj(Text) if text.get_text().strip()}
    assert boxes
    corners = {text: [(box.x0 + 1, box.y0 + 1), (box.x1 - 1, box.y1 - 1)] for text, box in boxes.items()}
    return [text.get_text() for text, ends in corners.items() if not all(whole.contains(*end) for end in ends)]


@pytest.mark.slow
def test_an_average_without_its_cohorts_is_drawn_alone():
    """As where changes of cohorts stand beside averages of changes and of differences."""
    prepared = rm.prepare_study(DEMO)
    shown = rm.estimate_change(prepared) + rm.estimate_programme(prepared)
    assert rm.plot_forest(shown, scale="inclusion", role="leader") is not None
