"""Codes taken apart into declared elements."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.errors import LinkError
from rm_research.linkage.codes import Element, parse_element, split_codes

RULE = (Element("pets", 1), Element("surname", 2), Element("street", 3))
USUAL = ["0alnel", "1besta", "2cdpqr", "0frmai"]


def parts(code, rule=RULE, others=USUAL):
    """Elements of a code among others."""
    return split_codes(pd.Series([*others, code], dtype="str"), rule).iloc[-1].tolist()


def test_an_element_is_a_name_and_a_width():
    assert parse_element(" surname : 2") == Element("surname", 2)


@pytest.mark.parametrize("text", ["surname", "surname:", ":2", "surname:two", "surname:0", "surname:-1", "a:²", ""])
def test_an_element_that_is_neither_is_refused(text):
    with pytest.raises(LinkError, match="Write the part's name and its number of characters"):
        parse_element(text)


@pytest.mark.parametrize("rule", [(), (Element("a", 1), Element("a", 2))])
def test_elements_need_names_of_their_own(rule):
    with pytest.raises(LinkError, match="each needs its own name"):
        split_codes(pd.Series(["x"]), rule)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0alnel", ["0", "al", "nel"]),
        ("0alne", ["0", "al", "ne"]),  # too short: as late as can be
        ("0alnels", ["0", "al", "nels"]),
        ("alnel", ["", "al", "nel"]),  # letters are no number of pets
        ("45heboz", ["45", "he", "boz"]),  # nor digits a surname
        ("0lnel", ["0", "ln", "el"]),
        ("0ba3rd", ["0", "ba", "3rd"]),  # of the right length: as declared
        ("", ["", "", ""]),
        (None, ["", "", ""]),
    ],
)
def test_codes_of_another_length_are_taken_apart_by_digits_and_letters(code, expected):
    assert parts(code) == expected


def test_without_codes_as_declared_what_is_missing_is_last():
    assert parts("0alne", others=[]) == ["0", "al", "ne"]


def test_the_index_is_kept():
    table = split_codes(pd.Series(["0alnel", "1besta"], index=[7, 3]), RULE)
    assert (table.index.tolist(), list(table)) == ([7, 3], ["pets", "surname", "street"])


def test_no_codes_make_no_rows():
    assert split_codes(pd.Series([], dtype="str"), RULE).shape == (0, 3)


@examples(15)
@given(st.lists(st.text("ab01 +", max_size=9), max_size=6))
def test_parts_make_up_the_code(codes):
    table = split_codes(pd.Series(codes, dtype="str"), RULE)
    assert table.agg("".join, axis=1).tolist() == codes if codes else table.empty
