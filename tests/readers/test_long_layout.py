"""One row per answer becomes one row per questionnaire, and no answer is lost or moved to someone else."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rm_research.errors import ReadError
from rm_research.readers.long_layout import Layout, in_columns, recognised

LAYOUT = Layout("Item", "Answer", ("code",))
TEXTS = ["I am asked for my view", "I can speak plainly", "My ideas are heard", "I am passed over"]
NAMES = [
    ("Respondent", "Question", "Answer"), ("code", "Aussage", "Antwort"), ("id", "Statement", "Reply"),
    ("user", "Variable name", "Value"), ("Teilnehmer", "Q", "X"), ("id", "question_id", "response_id"),
]  # fmt: skip


def long(people, questions, *, names=("code", "Item", "Answer"), waves=()):
    rows = [
        (f"p{person}", *wave, question, str((person * 3 + place + len(str(wave))) % 5 + 1))
        for person in range(people)
        for wave in ([(name,) for name in waves] or [()])
        for place, question in enumerate(questions)
    ]
    return pd.DataFrame(rows, columns=[names[0], *(["Round"] if waves else []), *names[1:]], dtype="str")


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("waves", [(), ("one", "two")])
@pytest.mark.parametrize("questions", [TEXTS, ["q1", "q2", "q3"]])
def test_it_is_recognised_under_any_name(names, waves, questions):
    found = recognised(long(8, questions, names=names, waves=waves))
    assert found == Layout(names[1], names[2], (names[0], *(["Round"] if waves else [])))


def test_what_is_told_by_the_question_or_the_person_is_no_answer():
    rows = long(8, TEXTS)
    rows = rows.assign(number=rows["Item"].map(TEXTS.index).astype("str"), site=rows["code"].str[-1])
    assert recognised(rows) == LAYOUT


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame({"id": [f"p{n}" for n in range(9)], "q1": list("123451234"), "q2": list("543215432")}),
        # waves as rows, with several answers in each
        pd.DataFrame([(f"p{n}", wave, str(n % 5), str((n * 2) % 5)) for n in range(9) for wave in ("t1", "t2", "t3")],
                     columns=["id", "wave", "m1", "m2"]),
        # ... or with one, under names that do not speak of questions
        pd.DataFrame([(f"p{n}", month, str(n % 5)) for n in range(9) for month in ("May", "June", "July")],
                     columns=["id", "month", "mood"]),
        long(8, TEXTS).assign(other=[str(n % 7) for n in range(32)]),
        long(2, TEXTS),
    ],
)  # fmt: skip
def test_other_tables_are_not(rows):
    assert recognised(rows.astype("str")) is None


@given(
    answers=st.dictionaries(
        st.tuples(st.sampled_from("abcdefg"), st.sampled_from(TEXTS)),
        st.integers(1, 5).map(str),
        min_size=1,
        max_size=20,
    ),
    shuffled=st.randoms(use_true_random=False),
)
def test_each_answer_stays_with_its_person_and_question(answers, shuffled):
    rows = [(person, question, answer) for (person, question), answer in answers.items()]
    shuffled.shuffle(rows)
    frame = pd.DataFrame(rows, columns=["code", "Item", "Answer"], index=range(2, 2 + len(rows)), dtype="str")
    table, steps = in_columns(frame, LAYOUT, "x.csv", TEXTS)
    back = {
        (person, question): table.loc[row, question]
        for row, person in table["code"].items()
        for question in table.columns.drop("code")
        if table.loc[row, question]
    }
    assert back == answers
    assert table["code"].is_unique
    assert (frame["code"][table.index] == table["code"]).all()
    assert dict(steps) == {"answers put into one row per person": len(answers)}


def test_rows_without_a_person_or_a_question_are_counted():
    rows = pd.DataFrame(
        [("a", TEXTS[0], "1"), ("", TEXTS[0], "2"), ("b", " ", "3"), ("a", TEXTS[1], "4"),
         ("A ", TEXTS[1].upper(), "4")],
        columns=["code", "Item", "Answer"], dtype="str",
    )  # fmt: skip
    table, steps = in_columns(rows, LAYOUT, "x.csv", TEXTS)
    assert table.to_dict(orient="records") == [{"code": "a", TEXTS[0]: "1", TEXTS[1]: "4"}]
    assert dict(steps) == {
        "answers put into one row per person": 3, "answers without a person left out": 1,
        "answers without a question left out": 1, "answers given twice alike": 1,
    }  # fmt: skip


def test_two_answers_to_one_question_are_refused_if_they_count():
    rows = pd.DataFrame(
        [("a", "q1", "1"), ("a", "q2", "2"), ("a", "q1", "3")], columns=["code", "Item", "Answer"], index=[2, 3, 4],
        dtype="str",
    )  # fmt: skip
    with pytest.raises(ReadError, match=r"x.csv: rows 2, 4 give different answers of one person to one question"):
        in_columns(rows, LAYOUT, "x.csv", ["q1"])
    assert in_columns(rows, LAYOUT, "x.csv", ["q2"])[0]["q1"].tolist() == ["1; 3"]


def test_a_question_named_like_a_column_is_refused():
    rows = pd.DataFrame([("a", "code", "1")], columns=["code", "Item", "Answer"], dtype="str")
    with pytest.raises(ReadError, match=r"a column and a question of the same name \('code'\)"):
        in_columns(rows, LAYOUT, "x.csv")


def test_a_missing_column_of_such_a_file_is_looked_for_among_its_rows(read):
    found = read(long(8, TEXTS).to_csv(index=False), "csv")
    assert found.nearest("q1") == (
        'its rows seem to be one answer each: set layout = "long", question = "Item" and answer = "Answer" next to its '
        "file."
    )
