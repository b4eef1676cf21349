"""Text that looks alike counts as equal; what acts on a screen is taken out."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from look_alikes import ARABIC, INDIC, UNSEEN, WIDE, labels, written_otherwise

from rm_research.study.entries import NUMBER, compact, comparable, slug, tidy, tidy_text
from rm_research.study.folding import CONTROL, fold, only_alike, printable


@given(st.data(), labels)
def test_text_written_with_look_alikes_is_equal(data, text):
    other = data.draw(written_otherwise(text))
    assert fold(other) == fold(text)
    assert comparable(other) == comparable(text)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert (fold(fold(text)), tidy_text(tidy_text(text))) == (fold(text), tidy_text(text))


@given(st.lists(st.text()))
def test_whole_columns_are_folded_as_single_entries_are(entries):
    assert tidy(pd.Series(entries, dtype="str")).tolist() == list(map(tidy_text, entries))


@pytest.mark.parametrize("character", ["`", "&amp;", "\x00", "\x7f", "\x1b[1m", "\x0b"])
def test_a_column_of_ascii_is_folded_too(character):
    assert tidy(pd.Series([f"A{character}b"], dtype="str")).tolist() == [tidy_text(f"A{character}b")]


@given(st.integers(-9999, 9999), st.sampled_from([ARABIC, INDIC, WIDE]), st.sampled_from("-−–－"))
def test_digits_of_any_script_are_numbers(number, digits, minus):
    written = str(number).replace("-", minus).translate(str.maketrans("0123456789", digits))
    assert NUMBER.fullmatch(tidy_text(written))
    assert comparable(written) == repr(float(number))


def test_every_decimal_digit_there_is_can_be_read():
    digits = [chr(code) for code in range(0x1FFFF) if unicodedata.category(chr(code)) == "Nd"]
    assert len(digits) > 500
    assert all(fold(digit) == str(unicodedata.decimal(digit)) for digit in digits)


@pytest.mark.parametrize(("written", "plain"), [
    ("٣٫٥", "3.5"), ("Don’t know", "Don't know"), ("1 – Agree", "1 - Agree"), ("R&amp;D", "R&D"),
    ("R&amp;amp;D", "R&D"),
    ("a&nbsp;b", "a b"), ("So‑so", "So-so"), ("Fully agree\u200b", "Fully agree"),
    ("“Yes”", '"Yes"'), ("ＡＢＣ", "ABC"),
    ("☹️", "☹"), ("soft\u00adhyphen", "softhyphen"), ("１～５", "1~5"), ("１〜５", "1~5"),
    ("e\u0301", "é"), ("ye\x0bs", "ye s"),
])  # fmt: skip
def test_what_other_programs_write(written, plain):
    assert fold(written) == plain


@pytest.mark.parametrize("text", ["R&D", "Q&A;", "a & b;", "&nosuch;", "&#0;", "&#xD800;", "AT&T"])
def test_what_is_no_entity_stays(text):
    assert fold(text) == text


@pytest.mark.parametrize(("one", "other"), [("Yes", "No"), ("a-b", "ab"), ("'a'", '"a"'), ("1.5", "15"), ("é", "e")])
def test_what_looks_different_stays_different(one, other):
    assert tidy_text(one) != tidy_text(other)


def test_flags_of_different_regions_stay_different():
    england, scotland = ("🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in name) for name in ("gbeng", "gbsct"))
    assert fold(england) != fold(scotland)


@pytest.mark.parametrize(("text", "alike"), [
    ("agree", False), (" AGREE ", False), ("so  so", False), ("agree\u00a0", True), ("agre\u200be", True),
])  # fmt: skip
def test_case_and_common_blanks_are_no_other_characters(text, alike):
    assert only_alike(text, tidy_text(text)) is alike


@given(st.text(st.characters() | st.sampled_from("\x00\x07\x1b[31m\x9b\x9d\u202e\u2066\x7f\r\n\t")))
def test_nothing_that_acts_is_left(text):
    shown = printable(text)
    assert CONTROL.search(shown) is None
    assert not any(unicodedata.category(letter) == "Cc" and letter not in "\n\r\t" for letter in shown)
    assert all(letter in text or letter == " " for letter in shown)


@pytest.mark.parametrize(("text", "shown"), [
    ("\x1b[31;1mred\x1b[0m", "red"), ("\x1b]0;title\x07x", "x"), ("\x1b]8;;http://a\x1b\\link", "link"),
    ("\x1bAgree", "Agree"), ("\x1b]never ends", "]never ends"), ("a\x0cb", "a b"),
    ("a\u202eb\u202c", "ab"), ("two\nlines\tand", "two\nlines\tand"),
])  # fmt: skip
def test_what_a_terminal_would_act_on_is_taken_out(text, shown):
    assert printable(text) == shown


def test_unseen_characters_that_do_nothing_may_stay_where_text_is_shown():
    assert printable("مى\u200cخواهم") == "مى\u200cخواهم"
    assert tidy_text(UNSEEN) == ""


def test_codes_and_folders_are_made_of_plain_characters():
    assert compact("Ü–١２") == "u12"
    assert slug("دفعة ٣") == "3"
    assert slug("Ａ &amp; B") == "a-b"
