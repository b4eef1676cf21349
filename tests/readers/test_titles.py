"""Rows above the header are counted; a header or a record never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rm_research.errors import ReadError
from rm_research.readers.titles import title_rows

NAMES = ["Employee Id", "Department", "q1", "q2", "q3", "Comment"]
RECORDS = [[f"E{n:03}", "Sales", str(n % 5 + 1), "2", str(n % 3 + 1), ""] for n in range(12)]
BANNERS = [
    [["Survey", "Pulse"]],
    [["Survey", "Pulse"], ["Exported", "1 Mar 2025"], []],
    [["Our survey"], [], ["Wave", "1"], ["Responses", "40"], [""]],
    [["Report", "Pulse", "2025"], ["Filter", "none"], ["From", "1 Mar"], ["To", "3 Mar"], ["n", "12"]],
    [["", "", "Inclusion", "", "Engagement"]],  # names of sections
]


def padded(rows):
    return [[*row, *[""] * (len(NAMES) - len(row))] for row in rows]


@pytest.mark.parametrize("banner", BANNERS)
@pytest.mark.parametrize("shape", [list, padded])
def test_a_banner_is_above_the_header(banner, shape):
    assert title_rows([*shape(banner), NAMES, *RECORDS]) == len(banner)


@pytest.mark.parametrize(
    "rows",
    [
        [NAMES, *RECORDS],
        [["", "q1", "q2"], ["a", "1", "2"], ["b", "3", "4"]],  # the index of a data frame has no name
        [["q1", "q2"], ["1", "3", "4"], ["2", "3", "4"]],  # R writes no name above the names of rows
        [["q1", "q2"], ["a", "Often", "Never"], ["b", "Never", "Often"]],
        [["code", "q1"], ["a", "Often", "more"], ["b", "Never", "and more"]],  # a comment without a name
        [["code", "q1", "", "", ""], ["a", "1", "2", "3", "4"], ["b", "1", "2", "3", "4"]],
        [["code", "q1", "q2", "q3"], ["a", "", "", ""], ["b", "1", "", ""], ["c", "", "2", ""]],
        [["a"], ["b"]],
        [],
    ],
)
def test_a_header_is_no_title(rows):
    assert title_rows(rows) == 0


WORDS = st.text("abcdefgh ", min_size=1, max_size=8).filter(str.strip)


@given(
    names=st.lists(WORDS.map("q ".__add__), min_size=4, max_size=8),
    banner=st.lists(st.lists(WORDS, min_size=1, max_size=2), max_size=5),
    seed=st.integers(0, 99),
)
def test_no_record_and_no_name_is_taken_for_a_title(names, banner, seed):
    records = [[f"x{row}", *(str((row * place + seed) % 5 + 1) for place in range(1, len(names)))] for row in range(9)]
    assert title_rows([*banner, names, *records]) == len(banner)


TEXT = "Survey,Pulse{pad}\nExported,1 Mar{pad}\n\ncode,q1,q2,q3,q4\nA1,1,2,3,4\nA2,2,2,3,4\nA3,2,2,3,4\n"


def test_a_banner_that_was_not_declared_is_named(read):
    with pytest.raises(ReadError, match=r"row 4 has 5 cells but row 1 has 2. The header seems to be in row 4: set "):
        read(TEXT.format(pad=""), "csv")
    with pytest.raises(ReadError, match=r"row 4 has 5 cells but row 2 has 2. .* in row 4: set title_rows = 3 "):
        read(TEXT.format(pad=""), "csv", title_rows=1)
    with pytest.raises(ReadError, match=r"row 2 has 3 cells but the header has 2. Export it again"):
        read("code,q1\na,1,2\n", "csv")


def test_a_column_that_is_missing_below_a_banner_is_looked_for_below_it(read):
    found = read(TEXT.format(pad=",,,"), "csv")
    assert found.nearest("q1") == "its header seems to be in row 4: set title_rows = 3 next to its file."
    assert read(TEXT.format(pad=",,,"), "csv", title_rows=3).nearest("q11") == "did you mean 'q1'?"
