"""Sheets of one workbook are exports of their own: rows, people and messages are told apart by sheet."""

import pytest
from workbooks import ods, xlsx

from rm_research.checks import check_study
from rm_research.disclosure.participation import _links
from rm_research.errors import StudyFileError
from rm_research.panel import prepare_study
from rm_research.panel.prepare import prepare_openly
from rm_research.responses import read_responses
from rm_research.study import read_study
from rm_research.writers.usable import _not_in_yet

HEADER = ["code", "m1", "m2"]
BEFORE = [HEADER, ["a", 1, 2], ["b", 3, 4], ["c", 5, 5]]
AFTER = [HEADER, ["a", 2, 3], ["b", 4, 4], ["d", 1, 1]]
TOML = """
title = "One workbook"
[waves.pre]
file = "all.xlsx"
format = "excel"
sheet = {before}
[waves.post]
file = "all.xlsx"
format = "excel"
sheet = {after}
[columns]
person = "{person}"
[scales.mood]
"""
PARTS = """
title = "Two sheets at once"
[[waves.pre.sources]]
name = "leaders"
file = "all.xlsx"
format = "excel"
sheet = "Leaders"
[[waves.pre.sources]]
name = "mentors"
file = "all.xlsx"
format = "excel"
sheet = {mentors}
[columns]
person = "code"
[scales.mood]
"""


@pytest.fixture
def folder_of(write_study):
    def write(sheets, *, toml=TOML, before='"PRE"', after='"POST"', person="code"):
        filled = toml.format(before=before, after=after, person=person, mentors='"Mentors"')
        return write_study(toml=filled, files={"all.xlsx": xlsx(sheets), "pre.csv": None, "post.csv": None})

    return write


@pytest.mark.parametrize(("before", "after"), [('"PRE"', '"POST"'), ("1", "2")])
def test_each_wave_may_be_a_sheet(folder_of, before, after):
    prepared = prepare_study(folder_of({"PRE": BEFORE, "POST": AFTER}, before=before, after=after))
    panel = prepared.panel.set_index("person")
    assert sorted((panel["post"] - panel["pre"]).dropna()) == [0.5, 1.0]
    files = prepared.responses.groupby("wave")["file"].unique().str[0]
    assert [files["pre"], files["post"]] == ["all.xlsx [PRE]", "all.xlsx [POST]"]


def test_the_same_sheet_twice_is_still_refused(folder_of):
    with pytest.raises(StudyFileError, match=r"reads the same columns of all.xlsx \[PRE\] as waves.pre"):
        read_study(folder_of({"PRE": BEFORE, "POST": AFTER}, after='"PRE"'))


def test_two_sheets_of_one_wave_are_two_sources(folder_of):
    sheets = {"Leaders": BEFORE, "Mentors": [HEADER, ["x", 1, 1], ["y", 2, 2]]}
    intake = read_responses(folder_of(sheets, toml=PARTS))
    assert len(intake.responses) == 5
    assert "row_in_two_sources" not in set(intake.problems["rule"])


def test_rows_of_two_sheets_are_not_one_person(folder_of):
    people = prepare_openly(read_study(folder_of({"PRE": BEFORE, "POST": AFTER}, person="#row")))
    assert len(people.people) == 6
    assert _links(people.responses, people)["in_one_row"] == 0


def test_one_sheet_read_twice_has_the_same_rows(folder_of, write_study):
    toml = TOML.format(before='"PRE"', after='"PRE"', person="#row")
    wide = [["m1", "m2", "n1", "n2"], [1, 2, 2, 3], [3, 4, 4, 4]]
    folder = write_study(
        toml=toml, codebook="item,scale,low,high,pre,post\nm1,mood,1,5,m1,n1\nm2,mood,1,5,m2,n2\n",
        files={"all.xlsx": xlsx({"PRE": wide, "Notes": [["x"]]})},
    )  # fmt: skip
    prepared = prepare_openly(read_study(folder))
    assert (len(prepared.people), _links(prepared.responses, prepared)["in_one_row"]) == (2, 2)


def test_messages_name_the_sheet(folder_of):
    folder = folder_of({"PRE": BEFORE, "POST": [*AFTER, ["e", 9, 1]]})
    table = check_study(folder).table.set_index("rule")
    assert table.loc["out_of_range", ["file", "source_row"]].tolist() == ["all.xlsx [POST]", 5]


def test_a_workbook_that_is_absent_is_not_in_yet_and_one_that_is_damaged_is_an_error(folder_of):
    folder = folder_of({"PRE": BEFORE, "POST": AFTER})
    assert not _not_in_yet(prepare_openly(read_study(folder))).any()
    (folder / "all.xlsx").write_bytes(b"PK\x03\x04")
    damaged = prepare_openly(read_study(folder))
    assert (len(damaged.problems), _not_in_yet(damaged).any()) == (2, False)
    (folder / "all.xlsx").unlink()
    assert _not_in_yet(prepare_openly(read_study(folder))).all()


def test_a_sheet_given_by_number_and_by_name_is_one_export(write_study):
    folder = write_study(toml=PARTS.format(mentors="1"), files={
        "all.xlsx": xlsx({"Leaders": BEFORE}), "pre.csv": None, "post.csv": None})  # fmt: skip
    errors = check_study(folder).to_frame()
    assert "belong to more than one source" in " ".join(errors.loc[errors["rule"] == "row_in_two_sources", "message"])


@pytest.mark.parametrize("decimal", ["", 'decimal = ","\n', 'decimal = "."\n'])
@pytest.mark.parametrize("write", [xlsx, ods])
def test_numbers_of_a_workbook_are_the_same_whatever_separates_decimals_in_its_text(write_study, decimal, write):
    if write is ods:
        pytest.importorskip("python_calamine")
    rows = [["code", "m1", "m2"], ["a", 1.125, 2.5], ["b", 3.25, 4]]
    file = f"all.{write.__name__}"
    toml = (
        f'title = "t"\n[waves.pre]\nfile = "{file}"\nformat = "excel"\n{decimal}'
        '[link]\nmethod = "none"\n[scales.mood]\n'
    )
    folder = write_study(
        toml=toml, codebook="item,scale,low,high\nm1,mood,0,2000\nm2,mood,0,2000\n",
        files={file: write({"Answers": rows}), "pre.csv": None, "post.csv": None},
    )  # fmt: skip
    found = read_responses(folder).responses
    assert found[["m1", "m2"]].to_numpy().tolist() == [[1.125, 2.5], [3.25, 4]]
