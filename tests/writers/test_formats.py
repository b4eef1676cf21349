"""Each format read back by other programs: the same values, labels and value labels."""

import json
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_study import LONG, SCRIPT, comparable, read_back
from properties import examples

from rm_research.errors import ReportError
from rm_research.frames import LEDGER, PANEL, RESPONSES, SCORES
from rm_research.panel.origin import mark
from rm_research.writers import WRITERS
from rm_research.writers.sheets import Sheet, Variable, build_sheets, is_whole, joined_labels, ledger_sheet

LABELLED = ("parquet", "sav", "dta")
STATISTICAL = ("sav", "dta")
every_format = pytest.mark.parametrize("kind", list(WRITERS))


def written(sheet, kind, folder):
    """Write a sheet as its format would have it, and read it back."""
    writer, path = WRITERS[kind], folder / f"{sheet.name}.{kind}"
    named = sheet.renamed(writer.longest_name)
    writer.write(named, path)
    return named, read_back(path)


def unquoted(frame):
    """Text of a CSV without the apostrophes before formulas, numbers as numbers."""
    return frame.map(lambda text: text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text)


def sheet_of(frame, **labels):
    variables = tuple(Variable(name, name, labels.get(name, ""), "nominal") for name in frame.columns)
    return Sheet("rows", "Rows", frame, variables)


@every_format
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_odd_study_comes_back_as_it_was(odd, kind, place, tmp_path):
    sheet, found = written(build_sheets(odd)[place], kind, tmp_path)
    expected = comparable(sheet.frame)
    if kind == "csv":
        numbers = [name for name in sheet.frame if pd.api.types.is_numeric_dtype(sheet.frame[name])]
        frame = unquoted(found.frame)
        back = frame.assign(**{name: pd.to_numeric(frame[name].replace("", None)) for name in numbers})
        assert comparable(back) == expected
    else:
        assert comparable(found.frame) == expected


@every_format
def test_the_demo_comes_back_as_it_was(demo_prepared, kind, tmp_path):
    sheet, found = written(build_sheets(demo_prepared)[2], kind, tmp_path)
    numbers = sheet.frame[["pre", "post"]].astype("float64")
    back = found.frame[["pre", "post"]].replace("", None).astype("float64")
    pd.testing.assert_frame_equal(back, numbers, check_exact=True)
    assert comparable(found.frame[["person", "role", "arm"]]) == comparable(sheet.frame[["person", "role", "arm"]])


@pytest.mark.parametrize("kind", LABELLED)
def test_columns_have_their_meaning_or_their_item_s_label(odd, kind, tmp_path):
    responses, found = written(build_sheets(odd)[0], kind, tmp_path)
    names = {variable.column: variable.name for variable in responses.variables}
    assert found.labels[names["m.1"]] == SCRIPT
    assert found.labels[names["byte"]] == "asked before alone"
    assert found.labels["wave"] == RESPONSES.columns["wave"][1]
    _, panel = written(build_sheets(odd)[2], kind, tmp_path)
    assert panel.labels["arm"] == PANEL.columns["arm"][1]
    assert all(panel.labels.values())
    _, scores = written(build_sheets(odd)[1], kind, tmp_path)
    assert scores.labels["score"] == SCORES.columns["score"][1]


@pytest.mark.parametrize("kind", LABELLED)
def test_a_column_without_a_label_is_labelled_by_its_question(odd, kind, tmp_path):
    asked = replace(odd, texts={("post", "m 1"): "How was it after?"})
    responses, found = written(build_sheets(asked)[0], kind, tmp_path)
    names = {variable.column: variable.name for variable in responses.variables}
    assert found.labels[names["m 1"]] == "How was it after?"


@pytest.mark.parametrize("kind", LABELLED)
def test_answers_are_value_labels(odd, kind, tmp_path):
    responses, found = written(build_sheets(odd)[0], kind, tmp_path)
    names = {variable.column: variable.name for variable in responses.variables}
    assert found.value_labels[names["m.1"]] == {1: "Not at all / Never", 3: "Some", 5: "Fully"}
    halves = {0: "No", 1: "Yes"} if kind == "dta" else {0: "No", 0.5: "Half", 1: "Yes"}
    assert found.value_labels["z"] == halves


@pytest.mark.parametrize("kind", ["parquet", "sav"])
def test_measures_follow_the_answer_scale(odd, kind, tmp_path):
    responses, found = written(build_sheets(odd)[0], kind, tmp_path)
    names = {variable.column: variable.name for variable in responses.variables}
    measures = {
        name: found.measures[names[name]] for name in ("m.1", "Größe", f"{LONG}_1", f"{LONG}_2", "pick", "wave")
    }
    assert measures == {"m.1": "ordinal", "Größe": "scale", f"{LONG}_1": "scale", f"{LONG}_2": "ordinal",
                        "pick": "nominal", "wave": "nominal"}  # fmt: skip


def test_parquet_fields_have_the_ends_of_the_answer_scale(odd, tmp_path):
    written(build_sheets(odd)[0], "parquet", tmp_path)
    metadata = pq.read_schema(tmp_path / "responses.parquet").field(f"{LONG}_1").metadata
    assert (metadata[b"low"], metadata[b"high"]) == (b"0", b"100")


def test_parquet_does_not_say_where_the_study_is(odd, tmp_path):
    responses = next(sheet for sheet in build_sheets(odd) if sheet.name == "responses")
    marked = replace(responses, frame=responses.frame.copy())
    mark([marked.frame], odd.study)
    written(marked, "parquet", tmp_path)
    assert json.loads(pq.read_schema(tmp_path / "responses.parquet").metadata[b"pandas"])["attributes"] == {}


@every_format
def test_free_text_is_in_no_sheet(odd, kind, tmp_path):
    for sheet in build_sheets(odd):
        _, found = written(sheet, kind, tmp_path)
        assert "said" not in found.frame


@pytest.mark.parametrize(("kind", "longest"), [("sav", 64), ("dta", 32)])
def test_names_are_legal_and_the_sheet_remembers_what_they_stand_for(odd, kind, longest, tmp_path):
    sheet, found = written(build_sheets(odd)[0], kind, tmp_path)
    assert list(found.frame) == [variable.name for variable in sheet.variables]
    assert all(len(name) <= longest for name in found.frame)
    assert {variable.column for variable in sheet.variables} == {
        variable.column for variable in build_sheets(odd)[0].variables
    }
    assert f"{LONG}_1" not in found.frame


def test_csv_headings_and_cells_are_no_formulas(tmp_path):
    frame = pd.DataFrame({"=cmd": pd.Series(["=1+1", "-x", "plain"], dtype="str"), "n": [-1.5, 2.0, float("nan")]})
    _, found = written(sheet_of(frame), "csv", tmp_path)
    assert list(found.frame) == ["'=cmd", "n"]
    assert found.frame["'=cmd"].tolist() == ["'=1+1", "'-x", "plain"]
    assert found.frame["n"].tolist() == ["-1.5", "2.0", ""]


def test_csv_has_whole_numbers_without_decimals_and_others_in_full(tmp_path):
    frame = pd.DataFrame({"whole": [1.0, 2.0, float("nan")], "third": [1 / 3, 0.1 + 0.2, 1.0]})
    written(sheet_of(frame), "csv", tmp_path)
    assert (tmp_path / "rows.csv").read_text() == f"whole,third\n1,{1 / 3!r}\n2,{0.1 + 0.2!r}\n,1.0\n"


@pytest.mark.parametrize("kind", STATISTICAL)
def test_labels_that_are_too_long_are_cut_at_a_letter(kind, tmp_path):
    frame = pd.DataFrame({"x": [1.0]})
    long = Variable("x", "x", "ü" * 500, "ordinal", {1.0: "é€" * 9000})
    _, found = written(Sheet("rows", "ü" * 200, frame, (long,)), kind, tmp_path)
    assert found.labels["x"] == "ü" * (79 if kind == "dta" else 126) + "…"
    label = found.value_labels["x"][1]
    assert label.endswith("…")
    assert set(label[:-1]) == {"é", "€"}


@pytest.mark.parametrize("kind", STATISTICAL)
def test_files_say_when_and_whose_in_no_changing_way(odd, kind, tmp_path):
    written(build_sheets(odd)[0], kind, tmp_path)
    read = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    _, meta = read(str(tmp_path / f"responses.{kind}"))
    assert (str(meta.creation_time), meta.file_label) == ("1970-01-01 00:00:00", f"Odd {SCRIPT}: responses")


def test_pandas_reads_the_stata_file_with_its_labels(odd, tmp_path):
    written(build_sheets(odd)[0], "dta", tmp_path)
    frame = pd.read_stata(tmp_path / "responses.dta")
    assert frame["m_1"].tolist()[:4] == ["Not at all / Never", "Not at all / Never", "Some", "Fully"]
    assert frame["submitted"].iloc[1] == odd.responses["submitted"].iloc[1]


@every_format
def test_a_sheet_without_rows_keeps_its_columns(odd, kind, tmp_path):
    for sheet in build_sheets(odd):
        empty = Sheet(sheet.name, sheet.title, sheet.frame.iloc[:0], sheet.variables)
        named, found = written(empty, kind, tmp_path)
        assert (len(found.frame), list(found.frame)) == (0, list(named.frame))


@pytest.mark.parametrize("kind", STATISTICAL)
def test_text_longer_than_a_str_variable_is_whole(kind, tmp_path):
    _, found = written(sheet_of(pd.DataFrame({"x": pd.Series(["a" * 10_000, "b"], dtype="str")})), kind, tmp_path)
    assert found.frame["x"].tolist() == ["a" * 10_000, "b"]


def test_text_that_spss_cannot_hold_is_refused_with_a_way_out(tmp_path):
    frame = pd.DataFrame({"x": pd.Series(["ü" * 20_000], dtype="str")})
    with pytest.raises(ReportError, match=r"more than 32767 bytes in column 'x'.*Choose the format"):
        written(sheet_of(frame), "sav", tmp_path)


def test_a_number_that_stata_cannot_hold_is_refused_with_a_way_out(tmp_path):
    with pytest.raises(ReportError, match=r"Stata cannot hold some data in rows .* Choose the format parquet or csv"):
        written(sheet_of(pd.DataFrame({"x": [1e308]})), "dta", tmp_path)


@pytest.mark.parametrize("kind", STATISTICAL)
def test_a_character_that_would_end_a_text_is_left_out(kind, tmp_path):
    _, found = written(sheet_of(pd.DataFrame({"x": pd.Series(["a\0b"], dtype="str")}), x="c\0d"), kind, tmp_path)
    assert (found.frame["x"].tolist(), found.labels["x"]) == (["ab"], "cd")


NUMBERS = st.one_of(st.none(), st.floats(-1e300, 1e300), st.integers(-(2**53), 2**53).map(float))
TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip))
DATES = st.one_of(st.none(), st.datetimes().map(lambda when: pd.Timestamp(when.replace(microsecond=0))))


@examples(10)
@given(rows=st.lists(st.tuples(NUMBERS, TEXTS, DATES), max_size=8))
@pytest.mark.parametrize("kind", LABELLED)
def test_any_values_come_back(rows, kind, tmp_path):
    frame = pd.DataFrame(rows, columns=["n", "t", "d"])
    frame = frame.astype({"n": "float64", "t": "str", "d": "datetime64[us]"})
    _, found = written(sheet_of(frame), kind, tmp_path)
    assert comparable(found.frame) == comparable(frame)


def test_the_ledger_is_described(odd, tmp_path):
    sheet, found = written(ledger_sheet(odd), "csv", tmp_path)
    assert list(found.frame) == [name for name in LEDGER.columns if name != "said"]
    assert len(found.frame) == len(odd.ledger)
    assert sheet.name == "ledger"


def test_value_labels_are_ordered_and_joined():
    assert joined_labels({"b": 2, "a": 1, "B": 2}) == {1: "a", 2: "b / B"}


@pytest.mark.parametrize(
    ("values", "whole"),
    [([1.0, 2.0], True), ([1.0, float("nan")], True), ([1.5], False), ([float("nan")], False), ([2.0**60], False),
     (["1"], False)],
)  # fmt: skip
def test_whole_columns(values, whole):
    assert is_whole(pd.Series(values)) == whole
