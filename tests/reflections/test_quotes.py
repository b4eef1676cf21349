"""Quotes are those of the researcher's list, of known units, without names, and short."""

import pytest
from open_studies import THEMES, as_csv, open_study

from rm_research.checks import check_study
from rm_research.errors import ReadError
from rm_research.panel import prepare_study
from rm_research.reflections.quotes import quoted

SAID = ["One fine day.", "Ask QX-0001 for it.", "word " * 50, "four"]


def quotes(folder, *rows, header=("unit", "text"), more=THEMES):
    """A study with a list of quotes, in which U1 stands for the unit of the first answer and so on."""
    declared = more + '[reflections]\nquotes = "quotes.csv"\n'
    open_study(folder, {"leader": SAID}, more=declared, files={"quotes.csv": "unit\n"})
    units = prepare_study(folder).open_answers["unit"]
    named = {f"U{place}": unit for place, unit in enumerate(units, start=1)}
    listed = [[named.get(cell, cell) for cell in row] for row in rows]
    (folder / "quotes.csv").write_text(as_csv([header, *listed]), encoding="utf-8")
    return prepare_study(folder)


@pytest.mark.slow
def test_a_quote_is_what_was_written_or_its_edited_text(tmp_path):
    found = quoted(quotes(tmp_path, ["U1", ""], ["U2", ""], ["U3", "Many words …"], ["", ""]))
    assert found["text"].tolist() == ["One fine day.", "Ask […] for it.", "Many words …"]
    assert found["role"].tolist() == ["leader"] * 3
    assert quoted(quotes(tmp_path / "other", ["U4"], header=["Unit"]))["text"].tolist() == ["four"]


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "words"), [
    ([["Anobody", "hello"]], "row 2: no open answer of this study is called so"),
    ([["", "hello"]], "row 2: no open answer of this study is called so"),
    ([["U1", ""], ["U1", "other"]], "rows 2, 3: the same answer is quoted twice"),
    ([["U1", "as qx-0002 said"]], "row 2: the text holds a name, a code, an address or a number"),
    ([["U1", "write to mary@example.org"]], "row 2: the text holds a name"),
    ([["U4", ""], ["U3", ""]], "row 3: the quote has more than 40 words"),
    ([["U1", "word " * 41]], "row 2: the quote has more than 40 words"),
    ([[f"U{n}", ""] for n in (1, 2, 4)] + [[f"A{n}", "x"] for n in range(4)], "has 7 quotes, and a page shows 6"),
])  # fmt: skip
def test_what_cannot_be_quoted_is_said_by_row(tmp_path, rows, words):
    prepared = quotes(tmp_path, *rows)
    with pytest.raises(ReadError) as raised:
        quoted(prepared)
    assert words in str(raised.value)
    assert not {"hello", "said", "mary", "fine"} & set(str(raised.value).split())
    found = check_study(tmp_path).table.query("rule == 'quotes'")
    assert words in " ".join(found["message"])
    assert set(found["severity"]) == {"error"}


@pytest.mark.slow
def test_a_list_without_units_or_with_other_columns_is_refused(tmp_path):
    with pytest.raises(ReadError, match="lacks the column 'unit'"):
        quoted(quotes(tmp_path, ["x"], header=["text"]))
    with pytest.raises(ReadError, match="did you mean 'text'"):
        quoted(quotes(tmp_path / "more", ["U1", "x"], header=["unit", "texts"]))


def test_a_list_that_is_not_there_is_an_error(tmp_path):
    prepared = quotes(tmp_path)
    (tmp_path / "quotes.csv").unlink()
    with pytest.raises(ReadError, match=r"quotes\.csv is not there"):
        quoted(prepared)
    assert "quotes" in set(check_study(tmp_path).table["rule"])


@pytest.mark.slow
def test_an_empty_list_quotes_nobody(tmp_path):
    assert quoted(quotes(tmp_path)).empty
