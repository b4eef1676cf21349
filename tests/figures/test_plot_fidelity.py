"""Pairs that did as planned."""

import pytest
from process_study import TOML, process_study
from seen import clashes, words

from rm_research.disclosure.numbers import decide
from rm_research.disclosure.private import private_of
from rm_research.errors import SelectionError
from rm_research.figures import blank_axes, fidelity_alt, fidelity_title, plot_fidelity
from rm_research.figures.style import WIDE, WIDTH
from rm_research.panel import prepare_study


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    return prepare_study(process_study(tmp_path_factory.mktemp("pairs") / "study"))


@pytest.fixture(scope="module")
def shown(pairs):
    return decide(pairs)


def test_each_row_has_its_bar_its_label_from_the_plan_and_its_count(pairs):
    ax = plot_fidelity(pairs, ax=blank_axes(width=WIDE), title=False)
    assert words(ax)[:4] == ["4 meetings or more, of 5 planned", "16 of 28 (57%)",
                             "First meeting within 37 days of the start", "24 of 28 (86%)"]  # fmt: skip
    whole, share = (bar.get_width() for bar in ax.patches[:2])
    assert share / whole == pytest.approx(0.57)


@pytest.mark.parametrize("width", [WIDTH, WIDE])
def test_words_do_not_overlap(pairs, width):
    assert clashes(plot_fidelity(pairs, ax=blank_axes(width=width))) == []


@pytest.mark.slow
def test_of_what_may_leave_nearly_all_is_a_bound(pairs, shown):
    said = words(plot_fidelity(shown, study=pairs.study, cohort="A", ax=blank_axes(width=WIDE), title=False))
    assert "85% or more of 14" in said
    assert "14 of 14 (100%)" in words(plot_fidelity(pairs, cohort="A", ax=blank_axes(width=WIDE), title=False))


@pytest.mark.slow
def test_title_and_alternative_text_say_the_same(pairs, shown):
    title = fidelity_title(shown, study=pairs.study, cohort="B")
    assert title == "8 of 14 pairs met at least 4 times, of 5 planned"
    assert title in fidelity_alt(shown, study=pairs.study, cohort="B")
    assert fidelity_title(shown, study=pairs.study, cohort="nowhere") == ""


@pytest.mark.slow
def test_where_no_number_was_planned_the_first_thing_known_is_told(tmp_path):
    toml = TOML.replace("planned_meetings = 5\n", "")
    prepared = prepare_study(process_study(tmp_path / "study", toml=toml))
    title = fidelity_title(private_of(prepared), study=prepared.study, cohort="A")
    assert title == "First meeting within 37 days of the start: 12 of 14 (86%)"


@pytest.mark.parametrize(("plan", "told"), [
    ({"as_planned": 1}, "pairs met as often as planned"), ({"planned_meetings": 1}, "pairs met as often as planned"),
    ({"planned_meetings": 2, "as_planned": 0.5}, "pairs met at least once, of 2 times planned"),
    ({"planned_meetings": 10}, "pairs met at least 8 times, of 10 planned"),
])  # fmt: skip
def test_the_title_says_how_many_meetings_are_enough(pairs, plan, told):
    study = pairs.study.varied({f"programme.{key}": value for key, value in plan.items()})
    assert fidelity_title(private_of(pairs), study=study, cohort="B").endswith(told)


def test_an_unknown_cohort_is_refused(pairs):
    with pytest.raises(SelectionError, match="There is no cohort 'C'"):
        plot_fidelity(pairs, cohort="C")
