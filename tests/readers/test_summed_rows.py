"""Rows of totals and means are no people, and no person is a row of totals."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rm_research.errors import ReadError
from rm_research.readers import summaries
from rm_research.readers.export import Export
from rm_research.readers.summaries import find_summaries, has_second_header, without_summaries

TOTALS = ["Total", "TOTAL:", "Grand total", "Sum", "Summe", "Gesamt", "Gesamtsumme", "Somme", "Suma", "Totale", "Soma",
          "Totaal", "Summa", "Razem", "Total (n = 40)", "Σ"]  # fmt: skip
MEANS = ["Mean", "Average", "Avg.", "Average score", "Mittelwert", "Durchschnitt", "Moyenne", "Promedio", "Media",
         "Média", "Gemiddelde", "Medelvärde", "Średnia", "Ø"]  # fmt: skip
ANSWERS = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(1, 5), min_size=width, max_size=width), min_size=12, max_size=30)
)


def table(answers, *more, before=0):
    """Records: so many empty columns, a code, answers; then further rows of label and numbers."""
    people = [[f"K{number:03}", *map(str, row)] for number, row in enumerate(answers)]
    return pd.DataFrame([*["" for _ in range(before)], *row] for row in [*people, *more])


def sums(answers):
    return [str(sum(column)) for column in zip(*answers, strict=True)]


def means(answers, mark=".", digits=2):
    return [f"{sum(column) / len(answers):.{digits}f}".replace(".", mark) for column in zip(*answers, strict=True)]


def blank(answers):
    return ["", *[""] * len(answers[0])]


@given(answers=ANSWERS, total=st.sampled_from(TOTALS), mean=st.sampled_from(MEANS), before=st.integers(0, 2),
       mark=st.sampled_from(".,"), gap=st.booleans())  # fmt: skip
def test_totals_and_means_at_the_end_are_found(answers, total, mean, before, mark, gap):
    more = [blank(answers)] * gap + [[total, *sums(answers)], [mean, *means(answers, mark)]]
    rows = table(answers, *more, before=before)
    first = len(answers) + gap
    assert find_summaries(rows).rows == (first, first + 1)


@given(answers=ANSWERS, word=st.sampled_from(["Total", "Mean", "Max", "N", "Gesamt", "Media", "SD"]), data=st.data())
def test_a_person_is_never_taken_for_a_total(answers, word, data):
    own = data.draw(st.lists(st.integers(1, 5), min_size=len(answers[0]), max_size=len(answers[0])))
    at = data.draw(st.integers(0, len(answers)))
    rows = table(answers)
    person = pd.DataFrame([[word, *map(str, own)]])
    rows = pd.concat([rows.iloc[:at], person, rows.iloc[at:]], ignore_index=True)
    found = find_summaries(rows)
    assert found.rows == ()
    assert (at in found.doubtful) == (at == len(answers))


@given(answers=ANSWERS)
def test_ordinary_records_are_neither(answers):
    assert find_summaries(table(answers)) == find_summaries(table([]))


TEN = [[1, 2, 4], [2, 3, 5], [3, 3, 5], [4, 4, 1], [5, 5, 2], [1, 2, 2], [2, 2, 2], [3, 5, 3], [4, 5, 4], [5, 5, 5]]


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ([["Min", "1", "2", "1"], ["Mean", "3.0", "3.6", "3.3"], ["Max", "5", "5", "5"]], [10, 11, 12]),
        ([["Min", "1", "2", "1"], ["Max", "5", "5", "5"]], []),  # two people may be called that
        ([["Total", "31", "37", "34"]], [10]),  # of other rows than these, but no answers
        ([["Total", "3", "4", "3"]], []),
        ([["Mean", "3", "4", "3"]], []),  # rounded to what people answer
        ([["", "3.0", "3.6", "3.3"]], [10]),
        ([["", "3.1", "3.6", "3.3"]], []),  # without a label, each must be a mean
        ([["", "30", "36", ""]], []),  # two numbers are too few
        ([["Total", "30", "36", "leader"]], []),  # a fact
        ([["Total", "30", "36", "#DIV/0!"]], [10]),
        ([["Total responses: 10", "", "", ""]], [10]),
        ([["Total responses: 11", "", "", ""]], []),
        ([["Total", "", "", ""]], []),  # nobody answered: it is counted as not returned
        ([["% agree", "60%", "50%", "40%"]], []),
        ([["Percent", "60%", "50%", "40%"]], [10]),
        ([["Total", "30", "36", "33"], ["Exported on 1 March", "", "", ""]], [10]),
        ([["Total", "30", "36", "33"], ["K100", "3", "3", "3"]], [10]),  # in the middle, all are sums
        ([["Total", "31", "36", "33"], ["K100", "3", "3", "3"]], []),
    ],
)
def test_what_is_left_out(more, left):
    assert list(find_summaries(table(TEN, *more)).rows) == left


def test_each_group_may_have_a_total_of_its_own():
    first, second = TEN[:5], TEN[5:]
    rows = [[f"K{number}", *map(str, row)] for number, row in enumerate(first)]
    rows += [["Total A", *sums(first)], *([f"L{number}", *map(str, row)] for number, row in enumerate(second))]
    assert find_summaries(pd.DataFrame(rows)).rows == (5,)


def test_a_row_of_means_may_stand_below_the_header():
    rows = pd.DataFrame([["Mean", *means(TEN)], *([f"K{number}", *map(str, row)] for number, row in enumerate(TEN))])
    assert find_summaries(rows).rows == (0,)


def test_of_few_records_nothing_is_left_out():
    assert find_summaries(table([[9, 1], [1, 9]], ["Total", "10", "10"])).rows == ()


def test_numbers_below_words_are_counts():
    people = [[f"K{number}", word, word] for number, word in enumerate(["Agree", "Disagree", "Agree", "Neither"])]
    assert find_summaries(pd.DataFrame([*people, ["Count", "4", "4"]])).rows == (4,)


def test_a_table_of_thousands_of_records_is_searched_at_its_end(read):
    people = "".join(f"x,{number},{number % 5}\n" for number in range(2000))
    found = read("a,code,q1\n" + people + "Total,,4000\n", "csv")
    assert (found.summaries, len(found.rows)) == ((2002,), 2000)


TEXT = "code,q1,q2\n" + "".join(f"K{n},{n % 5 + 1},{n % 3 + 1}\n" for n in range(20)) + "\nTotal,60,39\nMax,5,3\n"


@pytest.mark.parametrize(
    ("declared", "left", "maybe", "records"),
    [("drop", (23, 24), (), 20), ("keep", (), (), 22), ([24], (24,), (), 21)],
)
def test_study_files_have_the_last_word(read, declared, left, maybe, records):
    found = read(TEXT, "csv", summary_rows=declared)
    assert (found.summaries, found.maybe_summaries, len(found.rows)) == (left, maybe, records)
    assert found.rows.index.tolist()[:20] == list(range(2, 22))


def test_a_declared_row_without_entries_is_named(read):
    with pytest.raises(ReadError, match=r"x.csv has no entries in rows 22, 99. Correct summary_rows"):
        read(TEXT, "csv", summary_rows=[22, 24, 99])


LABELS = ("Never", "Sometimes", "Often")
QUESTIONS = ["Your code", "I am heard", "I speak plainly", "I am asked"]


def records(n, values):
    return [[f"P{k:02}", *(values[(k * 7 + item + k // 3) % len(values)] for item in range(3))] for k in range(n)]


def frame(rows):
    return pd.DataFrame(rows, columns=["code", "q1", "q2", "q3"], index=range(2, len(rows) + 2), dtype="str")


@pytest.mark.parametrize("values", [("1", "2", "3", "4"), LABELS])
@pytest.mark.parametrize("second", [QUESTIONS, ["", *QUESTIONS[1:]], ["Q0_1", "Q1_1", "Q2_1", "Q3_1"]])
def test_a_second_header_is_nobody(values, second):
    rows = frame([second, *records(20, values)])
    assert has_second_header(rows)
    export = Export("pre.csv", rows, {}, frozenset())
    assert without_summaries(export, "drop").summaries == (2,)
    assert without_summaries(export, "keep").summaries == ()


@pytest.mark.parametrize(("first", "values"), [
    (["P99", "1", "2", "3"], ("1", "2", "3", "4")), (["P99", "do not know", "do not know", "do not know"], ("1", "2")),
    (["P99", "no idea", "", ""], ("1", "2")), (["P99", "Often", "Never", "Sometimes"], LABELS),
    (["P99", "Often", "", "Seldom"], LABELS), (["", "", "", ""], LABELS),
])  # fmt: skip
def test_the_first_person_is_no_header(first, values):
    assert not has_second_header(frame([first, *records(20, values)]))


def test_of_few_people_one_may_answer_like_nobody_else():
    rows = [[f"P{k}", "Often", "Often", "Often"] for k in range(8)]
    assert not has_second_header(frame([["P9", "Never", "Seldom", "Sometimes"], *rows]))


WORDS = st.sampled_from(
    ["Total", "SUM", "n", "m", "percent", "gesamt", "mean", "sd", "12", "Σ", " ", ":", "N°", "é", "x"]
)


@given(st.lists(st.one_of(st.lists(WORDS, max_size=3).map("".join), st.text(max_size=4)), max_size=8))
def test_labels_are_those_that_are_found_one_by_one(entries):
    found = summaries._are_labels(pd.Index(entries, dtype="str"))
    expected = [summaries._is_label(entry) for entry in entries]
    assert [None if pd.isna(label) else bool(label) for label in found] == expected
