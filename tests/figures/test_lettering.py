"""Text that has to fit."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.figures.lettering import apart, width_of, wrapped

few = examples(10)
LETTERS = st.text(st.characters(codec="latin-1", exclude_categories=["C"]), max_size=60)


@few
@given(LETTERS, st.integers(30, 200))
def test_no_line_is_too_wide_and_no_letter_is_lost(text, width):
    lines = wrapped(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_break_between_words():
    assert wrapped("one two three", width_of("one two") + 1) == ["one two", "three"]


def test_nothing_has_no_lines():
    assert wrapped("  ", 100) == []


LABELS = st.lists(st.tuples(st.floats(-20, 120), st.floats(1, 15)), min_size=1, max_size=6)


@few
@given(LABELS)
def test_labels_keep_apart_within_their_room(labels):
    wanted, sizes = zip(*labels, strict=True)
    places = apart(wanted, sizes, 0, 100)
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    ends = [(places[at] - sizes[at] / 2, places[at] + sizes[at] / 2) for at in order]
    assert all(before[1] <= after[0] + 1e-9 for before, after in pairwise(ends))
    assert ends[0][0] >= -1e-9
    assert ends[-1][1] <= 100 + 1e-9


def test_labels_that_have_room_stay_where_they_are_wanted():
    assert apart([80, 20], [10, 10], 0, 100) == [80, 20]
