"""What is written as TOML is read back as it was."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.study.toml import INDENT, comment, inline, key, listed, quoted, value_text, wrapped

HOSTILE = [
    '"',
    "\\",
    "a\nb",
    "\r\n",
    "\t",
    "\x00",
    "\x1f",
    "\x7f",
    "\x85",
    "\u2028",
    "🦉",
    "'''",
    '"""',
    "# no",
    "=",
    "",
    "ü",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back(text):
    assert tomllib.loads(f"{key(text)} = {quoted(text)}") == {text: text}


@examples(15)
@given(st.text(), st.text())
def test_any_key_and_text_come_back(name, text):
    assert tomllib.loads(f"{key(name)} = {quoted(text)}") == {name: text}


@examples(15)
@given(st.dictionaries(st.text(), st.one_of(st.text(), st.lists(st.text())), max_size=4))
def test_any_inline_table_comes_back(table):
    assert tomllib.loads(f"t = {inline(table)}") == {"t": table}


@examples(15)
@given(st.text())
def test_a_comment_never_leaves_its_lines(text):
    lines = [comment(text), *wrapped(f"CHECK: {text}")]
    assert tomllib.loads("\n".join([*lines, "after = 1"])) == {"after": 1}
    assert all(line.startswith("#") for line in "\n".join(lines).splitlines())


def test_a_long_comment_is_indented():
    lines = wrapped("word " * 60)
    assert len(lines) > 2
    assert all(line.startswith(INDENT) for line in lines[1:])


def test_names_that_need_no_quotes_have_none():
    assert (key("wave_1-a"), key("wave 1"), key("ü")) == ("wave_1-a", '"wave 1"', '"ü"')


@pytest.mark.parametrize(
    ("value", "text"), [("a", '"a"'), (3, "3"), (["a", "b"], '["a", "b"]'), ({"a": "b"}, '{ a = "b" }')]
)
def test_values(value, text):
    assert value_text(value) == text
    assert listed(["x"]) == '["x"]'
