"""Names of variables that other programs accept."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.writers.names import RESERVED, legal_names

NAME = st.one_of(
    st.text(max_size=80), st.from_regex(r"[a-zA-Z_][\w.]{0,40}", fullmatch=True), st.sampled_from(sorted(RESERVED))
)
NAMES = st.lists(NAME, unique=True, max_size=15)


@examples(15)
@given(names=NAMES, longest=st.sampled_from([8, 32, 64]))
def test_names_are_legal_and_each_once(names, longest):
    found = legal_names(names, longest=longest)
    assert list(found) == names
    assert len({name.casefold() for name in found.values()}) == len(names)
    for name in found.values():
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)
        assert len(name) <= longest
        assert name.casefold() not in RESERVED


@examples(15)
@given(names=st.lists(st.from_regex(r"q[a-z0-9]{1,7}", fullmatch=True), unique=True), others=NAMES)
def test_names_that_are_legal_stay_whatever_stands_beside_them(names, others):
    found = legal_names([*(other for other in others if other not in names), *names], longest=32)
    assert all(found[name] == name for name in names)


@pytest.mark.parametrize(
    ("name", "legal"),
    [("Q17_1", "Q17_1"), ("m.1", "m_1"), ("Größe", "Grosse"), ("1st", "v_1st"), ("byte", "v_byte"), ("满意", "v"),
     ("", "v"), ("str12", "v_str12"), ("a__", "a"), ("x" * 40, "x" * 32)],
)  # fmt: skip
def test_a_name_becomes(name, legal):
    assert legal_names([name], longest=32) == {name: legal}


def test_names_that_would_be_one_are_numbered_by_their_place():
    names = ["A", "a", "a.b", "a b", "a_b_2", f"{'y' * 32}1", f"{'y' * 32}2"]
    found = list(legal_names(names, longest=32).values())
    assert found == ["A", "a_2", "a_b", "a_b_3", "a_b_2", "y" * 32, f"{'y' * 30}_2"]


def test_ten_thousand_names_of_one_beginning_are_told_apart():
    found = legal_names([f"{'y' * 64}{number}" for number in range(10_000)], longest=32)
    assert len(set(found.values())) == 10_000
