"""codebook.csv: items, where they stand, and faults by row and column."""

import pytest

from rm_research.errors import StudyFileError
from rm_research.study.codebook import read_codebook

PLACES = ["pre", "post", "post.leaders"]


@pytest.fixture
def codebook(tmp_path):
    def read(text):
        path = tmp_path / "codebook.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_codebook(path, PLACES)

    return read


def only(result):
    """Return the one item, of a codebook without faults."""
    (item,), problems = result
    assert problems == []
    return item


def test_empty_cells_have_defaults(codebook):
    item = only(codebook("item\nq1\n"))
    assert (item.kind, item.reverse, item.low, item.high, item.missing) == ("number", False, None, None, ())


def test_an_item_stands_in_the_column_of_its_own_name(codebook):
    assert only(codebook("item\nq1\n")).candidates("pre", "") == ("q1",)


def test_a_wave_may_call_it_otherwise(codebook):
    assert only(codebook("item,pre\nq1,Q7_1\n")).candidates("pre", "") == ("Q7_1",)


def test_a_source_goes_before_its_wave(codebook):
    item = only(codebook("item,post,post.leaders\nq1,Q1,Q9\n"))
    assert (item.candidates("post", "leaders"), item.candidates("post", "mentors")) == (("Q9",), ("Q1",))


def test_a_dash_means_not_asked(codebook):
    assert only(codebook("item,pre\nq1,-\n")).candidates("pre", "") == ()


def test_a_bar_parts_columns_of_which_the_first_answered_counts(codebook):
    assert only(codebook("item,pre\nq1,Q1 | Q2\n")).candidates("pre", "") == ("Q1", "Q2")


def test_missing_codes_are_parted_by_bars(codebook):
    assert only(codebook("item,missing\nq1,99|n/a\n")).missing == ("99", "n/a")


@pytest.mark.parametrize(("cell", "reverse"), [("yes", True), ("X", True), ("1", True), ("", False), ("no", False)])
def test_reverse_is_yes_or_empty(codebook, cell, reverse):
    assert only(codebook(f"item,reverse\nq1,{cell}\n")).reverse is reverse


def test_a_spreadsheets_empty_columns_and_rows_are_let_be(codebook):
    assert only(codebook("item,low,high,,\nq1,1,5,,\n,,,,\n")).high == 5


def test_a_byte_order_mark_is_let_be(codebook):
    assert only(codebook(b"\xef\xbb\xbfitem\nq1\n")).name == "q1"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("item,revers\nq1,\n", "codebook.csv: column 'revers' is neither a codebook column nor a wave; did you"),
        ("item,low,low\nq1,1,1\n", "codebook.csv: two columns are named 'low'; remove one"),
        ("item,label\nq1,a,b\n",
         "codebook.csv row 2: has a cell without a heading; put cells that contain a comma in quotes"),
        ("item,low\n,1\n", "codebook.csv row 2: the item has no name; give it one"),
        ("item\nperson\n",
         "codebook.csv row 2: an item cannot be named 'person', because every study has a column with that name"),
        ("item,kind\nq1,scale\n", "codebook.csv row 2: kind is 'scale'; it must be number, choice or text"),
        ("item,reverse\nq1,maybe\n", "codebook.csv row 2: reverse is 'maybe'; it must be yes or empty"),
        ('item,low\nq1,"1,5"\n', "codebook.csv row 2: low is '1,5', which is not a number; write it like 1 or 1.5"),
        ("item,low\nq1,nan\n", "codebook.csv row 2: low is 'nan', which is not a number"),
        ("item\nq1\nq2\nq1\n", "codebook.csv row 4: item 'q1' is already in row 2; rename one"),
    ],
)  # fmt: skip
def test_a_fault_names_row_and_remedy(codebook, text, problem):
    _, problems = codebook(text)
    assert [found[: len(problem)] for found in problems] == [problem]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Item;low\nq1;1\n",
            "no column 'item' in its first row. Its columns seem to be separated by semicolons: save it",
        ),
        ("name\nq1\n", "no column 'item' in its first row. Add that heading"),
        ("", "no column 'item' in its first row"),
        ("item\nGeschäft\n".encode("cp1252"), "is not saved as UTF-8. Save it as 'CSV UTF-8'"),
        ('item,label\nq1,"open\n', "is not a CSV file: unexpected end of data. Save it as 'CSV UTF-8' again"),
    ],
)
def test_what_is_no_codebook_is_refused(codebook, text, message):
    with pytest.raises(StudyFileError, match=message):
        codebook(text)


def test_a_missing_codebook_is_named(tmp_path):
    with pytest.raises(StudyFileError, match=r"There is no codebook.csv in .* It lists the items, one per row; add it"):
        read_codebook(tmp_path / "codebook.csv", PLACES)
