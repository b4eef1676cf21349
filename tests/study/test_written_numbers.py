"""Which sign separates the decimals of a column, and what its numbers then are."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from look_alikes import written_otherwise

from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study
from rm_research.study.numbers import Notation, notation_of, number_in, read_numbers, with_points

figures = st.floats(-1e6, 1e6).map(lambda number: round(number, 2))
GERMAN = str.maketrans(".,", ",.")


def read(*cells, declared=None):
    numbers = read_numbers(pd.Series(cells, dtype="str"), declared)
    return [None if math.isnan(number) else number for number in numbers]


@given(st.lists(figures, min_size=1))
def test_columns_with_decimal_points_are_read_as_ever(numbers):
    assert read(*map(str, numbers)) == numbers


@given(st.lists(figures, min_size=1))
def test_columns_with_decimal_commas_are_read_alike(numbers):
    assert read(*(f"{number:.2f}".replace(".", ",") for number in numbers)) == numbers


@given(st.lists(figures, min_size=1))
def test_declared_signs_are_read_with_their_thousands(numbers):
    written = [f"{number:,.2f}" for number in numbers]
    assert read(*written, declared=".") == numbers
    assert read(*(number.translate(GERMAN) for number in written), declared=",") == numbers


@given(st.data(), st.lists(figures, min_size=1, max_size=4))
def test_numbers_are_read_however_they_are_written(data, numbers):
    assert read(*(data.draw(written_otherwise(f"{number:.2f}")) for number in numbers)) == numbers


@given(st.lists(st.integers(1000, 999_999), min_size=1))
def test_what_may_separate_thousands_is_never_read_unless_declared(numbers):
    written = [f"{number:,}" for number in numbers]
    assert read(*written) == [None] * len(numbers)
    assert read(*written, "7", "") == [None] * len(numbers) + [7, None]
    assert read(*written, declared=".") == numbers
    assert read(*written, declared=",") == [number / 1000 if number < 1e6 else None for number in numbers]


@pytest.mark.parametrize(("entries", "notation"), [
    (["1", "2.5"], Notation.POINT), (["1.234"], Notation.POINT), (["2,5"], Notation.COMMA),
    ([",5", "3"], Notation.COMMA),
    (["0,123"], Notation.COMMA), (["1,234"], Notation.UNCLEAR), (["1,234", "2,5"], Notation.COMMA),
    (["1.234,5"], Notation.UNCLEAR), (["1.234,5", "often"], Notation.UNCLEAR), (["1,234.5"], Notation.UNCLEAR),
    (["1,234,567"], Notation.UNCLEAR), (["2,5", "1.234"], Notation.UNCLEAR), (["2.5", "1,234"], Notation.UNCLEAR),
    (["2,5", "2.5"], Notation.POINT), (["2,5", "often"], Notation.POINT), (["1,2,3"], Notation.POINT),
    (["2,5e3", "-1"], Notation.COMMA),
])  # fmt: skip
def test_notation_of_a_column(entries, notation):
    assert notation_of(entries) is notation


@pytest.mark.parametrize(("entries", "ends", "notation"), [
    (["1,234", "5"], (1, 5), Notation.LIKELY_COMMA), (["1,234"], (1, 2000), Notation.UNCLEAR),
    (["7,234"], (1, 5), Notation.UNCLEAR), (["2,5"], (1, 5), Notation.COMMA),
    (["1,234", "2,5"], (1, 5), Notation.COMMA),
    (["1,234"], (None, 5), Notation.UNCLEAR),
])  # fmt: skip
def test_a_range_may_leave_one_reading_only(entries, ends, notation):
    assert notation_of(entries, ends=ends) is notation


@pytest.mark.parametrize(("declared", "entry", "number"), [
    (",", "1.234,5", 1234.5), (",", "1'234,5", 1234.5), (",", "1 234,5", 1234.5), (",", ",5", 0.5), (",", "-3", -3),
    (",", "1.234", 1234), (",", "4.5", None), (",", "12.34,5", None), (",", "", None), (",", "often", None),
    (",", "1,5e2", 150), (".", "1,234.5", 1234.5), (".", "1,234", 1234), (".", "4,5", None), (".", ".5", 0.5),
    (".", "4.", 4), (".", "1e999", None),
])  # fmt: skip
def test_declared_signs(declared, entry, number):
    assert number_in(entry, notation_of([entry], declared)) == number


@pytest.mark.parametrize(("entries", "ends", "notation"), [
    (["1.234", "7"], (None, None), Notation.UNCLEAR), (["1.234", "2.5"], (None, None), Notation.POINT),
    (["1.234"], (1, 5), Notation.POINT), (["1.234"], (1, 5000), Notation.UNCLEAR),
    (["7"], (None, None), Notation.POINT),
])  # fmt: skip
def test_points_beside_decimal_commas_may_separate_thousands(entries, ends, notation):
    assert notation_of(entries, ends=ends, beside_commas=True) is notation
    assert notation_of(entries, ends=ends) is Notation.POINT


@pytest.mark.parametrize(("cells", "written"), [
    (["30,5", "28,25", None], ["30.5", "28.25", None]), (["30,5", "31"], ["30.5", "31"]), (["3,5", "x"], ["3,5", "x"]),
    (["a,b", "c"], ["a,b", "c"]), (["01", "2"], ["01", "2"]), (["1,234", "5,678"], ["1,234", "5,678"]),
])  # fmt: skip
def test_only_columns_of_numbers_with_decimal_commas_are_written_with_points(cells, written):
    made = with_points(pd.Series(cells, dtype="str"))
    assert [None if pd.isna(cell) else cell for cell in made] == written


@pytest.mark.parametrize("sign", [".", ","])
def test_a_moderator_is_a_number_whatever_separates_its_decimals(write_study, sign):
    rows = "".join(f'P{k},"{30 + k % 7}.5",{1 + k % 5}\n'.replace(".", sign) for k in range(12))
    folder = write_study(
        toml='title = "t"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\n[attributes]\nage = "age"\n'
        '[scales.mood]\n[design]\nmoderators = ["age"]\n',
        codebook="item,scale,low,high\nm1,mood,1,5\n", files={"pre.csv": f"code,age,m1\n{rows}", "post.csv": None},
    )  # fmt: skip
    assert set(prepare_openly(read_study(folder)).people["age"]) == {f"{30 + k}.5" for k in range(7)}
