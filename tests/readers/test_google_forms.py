"""Google Forms: times, grids and checkboxes."""

from dataclasses import replace

import pytest

from rm_research.readers.google_forms import iso_time

YEAR, MONTH, DAY = ("year", "month", "day"), ("month", "day", "year"), ("day", "month", "year")


@pytest.mark.parametrize(
    ("entry", "order", "read"),
    [
        ("2025/04/04 1:08:48 pm EET", YEAR, "2025-04-04T13:08:48"),
        ("2025/04/04 12:08:48 AM GMT+2", YEAR, "2025-04-04T00:08:48"),
        ("2025/04/04 12:08:48 p.m. CEST", YEAR, "2025-04-04T12:08:48"),
        ("2025/04/04 10:08:48 PST", YEAR, "2025-04-04T10:08:48"),
        ("2025/04/04 1:08:48\u202fPM", YEAR, "2025-04-04T13:08:48"),
        ("4/31/2025 13:08:48", MONTH, "4/31/2025 13:08:48"),
        ("4/30/2025 13:08:48", MONTH, "2025-04-30T13:08:48"),
        ("30/04/2025 3:08", DAY, "2025-04-30T03:08:00"),
        ("30.04.2025 13:08:48", DAY, "2025-04-30T13:08:48"),
        ("2019-2-01", YEAR, "2019-02-01"),
        ("2019-02-01", YEAR, "2019-02-01"),
        ("2019-02", YEAR, "2019-02"),
        ("2025-04-04T13:08:48+02:00", YEAR, "2025-04-04T13:08:48+02:00"),
        ("2025/04/04 13:08:48 pm", YEAR, "2025/04/04 13:08:48 pm"),
        ("4/4/25 13:08", MONTH, "4/4/25 13:08"),
        ("yesterday", YEAR, "yesterday"),
        ("", YEAR, ""),
    ],
)  # fmt: skip
def test_times_become_iso_8601_or_stay(entry, order, read):
    assert iso_time(entry, order) == read


@pytest.mark.parametrize(
    ("cells", "times", "order"),
    [
        (["4/3/2025 9:00:00", "4/30/2025 9:00:00"], ["2025-04-03T09:00:00", "2025-04-30T09:00:00"], "month/day/year"),
        (["4/3/2025 9:00:00", "30/4/2025 9:00:00"], ["2025-03-04T09:00:00", "2025-04-30T09:00:00"], "day/month/year"),
        (["4.3.2025 9:00:00", "4.4.2025 9:00:00"], ["2025-03-04T09:00:00", "2025-04-04T09:00:00"], "day/month/year"),
    ],
)  # fmt: skip
def test_a_columns_dates_tell_the_order_of_day_and_month(read, cells, times, order):
    read = read("Timestamp,q1\n" + "".join(f"{cell},1\n" for cell in cells), "google-forms")
    assert read.rows["Timestamp"].tolist() == times
    assert read.steps == ((f"times read as {order} and written as ISO 8601", 2),)


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["4/3/2025 9:00:00", "5/12/2025 9:00:00"], ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"]),
        (["4/3/2025 9:00:00 PM"], ["%d/%m/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"]),
        (["4-3-2025 9:00"], ["%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M"]),
        (["4/3/2025"], ["%d/%m/%Y", "%m/%d/%Y"]),
    ],
)
def test_an_order_of_day_and_month_that_nothing_proves_is_a_doubt(read, cells, formats):
    read = read("Timestamp,q1\n" + "".join(f"{cell},1\n" for cell in cells), "google-forms")
    assert read.rows["Timestamp"].str.startswith("2025-04-03").iloc[0]
    (doubt,) = read.doubts
    assert "x.csv: no entry of 'Timestamp' shows whether days or months come first" in doubt
    assert doubt.endswith(f'in study.toml: "{formats[0]}" if days come first, "{formats[1]}" if months do.')


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        (["4/3/2025 9:00:00", "4/30/2025 9:00:00"], {}),
        (["4/3/2025 9:00:00", "30/4/2025 9:00:00"], {}),
        (["4.3.2025 9:00:00"], {}),
        (["2025/04/03 9:00:00"], {}),
        (["2025-04-03"], {}),
        (["soon", ""], {}),
        (["4/3/2025 9:00:00"], {"date_format": "%d/%m/%Y %H:%M:%S"}),
    ],
)
def test_an_order_that_is_proved_or_declared_is_none(read, cells, options):
    content = "Timestamp,q1\n" + "".join(f"{cell},1\n" for cell in cells)
    assert read(content, "google-forms", **options).doubts == ()


def test_a_time_that_cannot_be_read_stays_and_is_not_counted(read):
    read = read("Timestamp,q1\nsoon,1\n2025/04/04 1:08:48 pm EET,2\n", "google-forms")
    assert read.rows["Timestamp"].tolist() == ["soon", "2025-04-04T13:08:48"]
    assert read.steps == (("times read as year/month/day and written as ISO 8601", 1),)


def test_a_declared_date_format_leaves_times_alone(read):
    read = read("Timestamp,q1\n4/3/2025 9:00:00,1\n", "google-forms", date_format="%d/%m/%Y %H:%M:%S")
    assert (read.rows["Timestamp"].tolist(), read.steps) == (["4/3/2025 9:00:00"], ())


def test_grids_keep_their_names_and_questions_are_found_however_spaced(read):
    read = read("Timestamp,Rate us:  [Food]\n2025-04-04,5\n", "google-forms")
    assert list(read.rows) == ["Timestamp", "Rate us:  [Food]"]
    assert read.find("rate us: [food]") == "Rate us:  [Food]"


TICKED = ["A;B", "B;C", "A", "A;B;my own", ""]


def form(cells):
    return "Timestamp,Pick\n" + "".join(f"2025-04-04,{cell}\n" for cell in cells)


def test_choices_that_repeat_get_columns_beside_the_question(read):
    read = read(form(TICKED), "google-forms")
    assert list(read.rows) == ["Timestamp", "Pick", "Pick [A]", "Pick [B]"]
    assert read.rows["Pick"].tolist() == TICKED
    assert read.rows["Pick [A]"].tolist() == ["A", "", "A", "A", ""]
    assert read.rows["Pick [B]"].tolist() == ["B", "B", "", "B", ""]
    assert read.steps == (("choices of checkboxes put into 2 separate columns", 6),)


def test_columns_of_choices_are_told_and_found_by_their_whole_name_alone(read):
    read = read(form(TICKED), "google-forms")
    assert read.added == {"Pick [A]", "Pick [B]"}
    assert (read.find("Pi*"), read.find("pick")) == ("Pick", "Pick")
    assert (read.find("Pick [A]"), read.find(" pick  [a] ")) == ("Pick [A]", "Pick [A]")


@pytest.mark.parametrize(
    ("choice", "ticks"),
    [("C", ["", "C", "", "", ""]), ("My own", ["", "", "", "My own", ""]), ("nobody's", [""] * 5)],
)
def test_a_choice_that_few_ticked_has_a_column_when_it_is_asked_for(read, choice, ticks):
    read = read(form(TICKED), "google-forms")
    name = f"Pick [{choice}]"
    assert name not in read.rows
    assert [read.find(name), read.find(name)] == [name, name]
    assert read.rows[name].tolist() == ticks
    # which makes no other name ambiguous, in what is made of the export either
    assert replace(read, rows=read.rows[read.rows["Pick"] != ""]).find("Pi*") == "Pick"


def test_a_choice_is_found_where_nobody_gave_two(read):
    read = read(form(["A", "B", "A"]), "google-forms")
    assert (read.added, read.find("pick [a]")) == (frozenset(), "pick [a]")
    assert read.rows["pick [a]"].tolist() == ["a", "", "a"]


def test_a_line_that_no_grid_has_is_found_by_nobody(read):
    read = read("Timestamp,Rate [Food]\n2025-04-04,5\n", "google-forms")
    assert (read.find("Rate [Room]"), list(read.rows)) == (None, ["Timestamp", "Rate [Food]"])


def test_a_choice_with_brackets(read):
    read = read(form(["A [old];B", "B", "B;C"]), "google-forms")
    assert read.find("Pick [A [old]]") == "Pick [A [old]]"
    assert read.rows["Pick [A [old]]"].tolist() == ["A [old]", "", ""]


@pytest.mark.parametrize(
    "cells",
    [
        ["I came; I saw", "I saw; I left", "no", "no", "no"],
        ['"A, B"', '"A, B"', '"A, B"', '"B, C"'],
        ["A;B", "A;B"],
    ],
)
def test_free_text_and_what_few_wrote_get_none(read, cells):
    assert list(read(form(cells), "google-forms").rows) == ["Timestamp", "Pick"]


def test_a_column_there_already_is_not_replaced(read):
    rows = read("Timestamp,Pick,Pick [A]\n" + "2025-04-04,A;B,x\n" * 3, "google-forms").rows
    assert (list(rows)[2:], rows["Pick [A]"].tolist()) == (["Pick [A]", "Pick [B]"], ["x"] * 3)


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("20250404_final", 12, 12), ("20250404_start", 13, 11), ("20251003_post", 9, 13), ("20251003_pre", 13, 12)],
)
def test_real_exports_of_grids(sample, name, rows, columns):
    read = sample("format-googleforms", f"{name}.csv", "google-forms")
    assert read.rows.shape == (rows, columns)
    assert read.rows["Timestamp"].str.fullmatch(r"2025-\d\d-\d\dT\d\d:\d\d:\d\d").all()
    assert read.steps == (("times read as year/month/day and written as ISO 8601", rows),)


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("introR_survey", 64, 17), ("introR_assessment", 19, 19), ("intermediateR_survey", 40, 17),
        ("viz_survey", 9, 17), ("intermediateR_assessment", 9, 19), ("viz_assessment", 6, 19),
        ("wrangle_survey", 8, 17), ("wrangle_assessment", 5, 19),
    ],
)  # fmt: skip
def test_real_exports_of_checkboxes(sample, name, rows, columns):
    read = sample("theobold-workshops-sgic", f"{name}_raw.csv", "google-forms")
    added = [column for column in read.rows if column.endswith("]")]
    assert (len(read.rows), len(read.rows.columns) - len(added)) == (rows, columns)
    assert bool(added) == ("survey" in name)
    assert not any("hope to learn" in column for column in added)
    assert read.rows["Timestamp"].str.fullmatch(r"20\d\d-\d\d-01").all()
