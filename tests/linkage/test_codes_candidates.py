"""Pairs of codes worth comparing: none that could be one person is overlooked."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from rapidfuzz.distance import Levenshtein

from rm_research.linkage.codes import candidates, edits
from rm_research.linkage.codes.candidates import element_pairs
from rm_research.linkage.codes.distinct import distinct_codes
from rm_research.linkage.codes.edits import as_numbers, close_codes, possible_swaps, swap_pieces
from rm_research.linkage.codes.frequencies import element_values

few = st.lists(st.tuples(st.sampled_from("xy"), st.text("ab1", min_size=1, max_size=6)), max_size=8)


def distinct(first, second):
    """Different codes of two waves, each a list of block and code, or of block and elements."""
    tables = [pd.DataFrame([list(row[1:]) for row in wave]) for wave in (first, second)]
    tables = [table if len(table) else pd.DataFrame({0: []}, dtype="str") for table in tables]
    return distinct_codes(*tables, *(pd.Series([row[0] for row in wave], dtype="str") for wave in (first, second)))


def as_text(codes, number):
    return codes.block[number], "".join(codes.texts[number])


@examples(15)
@given(few, few, st.integers(0, 3))
def test_all_codes_few_edits_apart_are_found_and_no_others(first, second, most):
    one, two = distinct(first, second)
    close = close_codes(one, two, most)
    found = close[close["swap"] == 0]
    expected = {
        (i, j): Levenshtein.distance(one.texts[i, 0], two.texts[j, 0])
        for i in range(len(one))
        for j in range(len(two))
        if one.block[i] == two.block[j] and Levenshtein.distance(one.texts[i, 0], two.texts[j, 0]) <= most
    }
    assert dict(zip(zip(found["first"], found["second"], strict=True), found["distance"], strict=True)) == expected


@pytest.mark.parametrize(
    ("code", "other", "found"),
    [
        ("abcdef", "bacdef", True),  # two characters side by side
        ("abcdef", "cdabef", True),  # two pieces
        ("abcdef", "efcdab", True),  # with something between
        ("abcdef", "fbcdea", False),  # single characters apart: two changes
        ("abcdef", "cdabfe", False),  # two swaps are two edits
    ],
)
def test_two_swapped_pieces_are_one_edit(code, other, found):
    one, two = distinct([("x", code)], [("x", other)])
    assert (len(close_codes(one, two, 1)) > 0) == found


def test_a_swap_leaves_codes_that_are_too_short():
    texts, rows = swap_pieces(as_numbers(np.array(["abcd", "abc", "aaaa"], dtype=object)), 0, 2, 2)
    assert (texts.tolist(), rows.tolist()) == (["cdab"], [0])


def test_pieces_are_of_one_length_and_do_not_overlap():
    swaps = possible_swaps(np.array(["abcdef"], dtype=object))
    assert all(i + size <= j and j + size <= 6 for i, j, size in swaps)
    assert len(set(swaps)) == len(swaps) == 12


@examples(15)
@given(few, few, st.sampled_from([1, 4, 12]))
def test_of_a_large_block_all_codes_equal_but_for_a_swap_are_found_and_no_others(first, second, bits):
    one, two = distinct(first, second)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edits, "ALL", -1)
        patch.setattr(edits, "SUM_BITS", bits)
        close = close_codes(one, two, 1)
    expected = {
        (row, other, number)
        for number, (i, j, size) in enumerate(possible_swaps(one.texts[:, 0]), start=1)
        for row, code in enumerate(one.texts[:, 0])
        if len(code) >= j + size
        for swapped in [code[:i] + code[j : j + size] + code[i + size : j] + code[i : i + size] + code[j + size :]]
        for other, known in enumerate(two.texts[:, 0])
        if swapped != code and swapped == known and one.block[row] == two.block[other]
    }
    found = close.loc[close["swap"] > 0, ["first", "second", "swap"]].itertuples(index=False, name=None)
    assert set(found) == expected


def test_swapped_texts_in_batches_are_the_same(monkeypatch):
    draws = np.random.default_rng(1)
    first, second = ([("x", "".join(row)) for row in draws.choice(list("abc"), (30, 5))] for _ in range(2))
    at_once = close_codes(*distinct(first, second), 2)
    monkeypatch.setattr(edits, "AT_ONCE", 1)
    pd.testing.assert_frame_equal(close_codes(*distinct(first, second), 2), at_once)


def test_fewer_deletions_are_tried_where_there_would_be_too_many(monkeypatch):
    one, two = distinct([("x", "abcdef")], [("x", "abcdef"), ("x", "abcdee")])
    monkeypatch.setattr(edits, "MANY", 2)
    assert close_codes(one, two, 1)["distance"].tolist() == [0]


def of_elements(count, seed):
    draws = np.random.default_rng(seed)
    return [("x", *map("".join, row)) for row in draws.choice(list("abcd"), (count, 3, 2))]


def test_of_a_small_block_every_pair_is_compared():
    one, two = distinct(of_elements(20, 1), of_elements(20, 2))
    assert len(element_pairs(one, two, element_values(one, two), [])) == len(one) * len(two)


@pytest.mark.parametrize(("many", "agreeing"), [(10**9, 1), (0, 3)])
def test_of_a_large_block_pairs_that_agree_somewhere_are(monkeypatch, many, agreeing):
    monkeypatch.setattr(candidates, "ALL", 0)
    monkeypatch.setattr(candidates, "MANY", many)
    first = of_elements(60, 1)
    one, two = distinct(first, of_elements(60, 2) + first[:10])
    pairs = element_pairs(one, two, element_values(one, two), [])
    equal = (one.texts[:, None, :] == two.texts[None, :, :]).sum(axis=2)
    assert set(zip(pairs.first, pairs.second, strict=True)) == set(zip(*np.nonzero(equal >= agreeing), strict=True))


def test_swapped_elements_of_a_large_block_are_compared(monkeypatch):
    monkeypatch.setattr(candidates, "ALL", 0)
    monkeypatch.setattr(candidates, "MANY", 0)
    one, two = distinct([("x", "ab", "cd", "ef")], [("x", "cd", "ab", "ef")])
    found = [len(element_pairs(one, two, element_values(one, two), swaps)) for swaps in ([], [(0, 1)])]
    assert found == [0, 1]


def test_unknown_elements_agree_with_nothing(monkeypatch):
    monkeypatch.setattr(candidates, "ALL", 0)
    one, two = distinct([("x", "", "cd")], [("x", "", "ef")])
    assert len(element_pairs(one, two, element_values(one, two), [])) == 0


def test_equal_codes_of_a_wave_are_one_code_of_several_people():
    one, _ = distinct([("y", "ab"), ("x", "ab"), ("x", "ab"), ("x", "aa")], [])
    assert [as_text(one, k) for k in range(len(one))] == [(0, "aa"), (0, "ab"), (1, "ab")]
    assert (one.people.tolist(), one.rows.tolist()) == ([1, 2, 1], [3, 1, 2, 0])
