"""Exports with one row per answer: recognised, and turned into one row per person with a column per question."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.errors import ReadError
from rm_research.readers.cells import Steps
from rm_research.study.entries import NUMBER, tidy, tidy_text

JOINT = "; "  # between several answers to a question that the study does not use
QUESTION = re.compile(
    r".*(?:question|item|frage|aussage|variable|prompt|statement|measure|indicator|pregunta|domanda|vraag|pytanie)\w*.*"
)
ANSWER = re.compile(
    r".*(?:answer|response|reply|value|score|rating|choice|antwort|wert|réponse|respuesta|valor|risposta|antwoord)\w*.*"
)
PERSON = re.compile(
    r".*(?:respondent|participant|person|people|user|member|employee|pseudonym|kennung|teilnehm|mitarbeit)\w*.*"
    r"|(?:.*[ _-])?(?:code|id|nr|no|e-?mail|name)"
)
NUMBERED = re.compile(r"[^\W\d_]+[_ .\-]?\d+\w?")  # q1, item_2
MOST_COLUMNS, FEWEST_NAMED, FEWEST_QUESTIONS, FEWEST_PEOPLE, MOST_WAVES = 15, 2, 3, 3, 8
ONCE = 0.99  # share of rows that are a person's only one for a question
WORDS_OF_QUESTION = 3
LONGEST_NAME = 3  # words


@dataclass(frozen=True)
class Layout:
    """
    Which columns of an export with one row per answer hold what.

    Attributes
    ----------
    question, answer : str
    by : tuple of str
        Columns that together name a questionnaire: the person, and perhaps the wave.
    """

    question: str
    answer: str
    by: tuple[str, ...]


def recognised(rows: pd.DataFrame) -> Layout | None:
    """
    Find out whether each row of a table is a single answer.

    Parameters
    ----------
    rows : DataFrame
        All text, '' where a cell is empty.

    Returns
    -------
    Layout or None
        With a question that several people answered, each of them once (perhaps per wave), and a single column that
        differs from answer to answer. None where the names and entries of columns do not speak of questions.
    """
    if not 3 <= rows.shape[1] <= MOST_COLUMNS:
        return None
    cells = rows.apply(tidy)
    found = [
        layout
        for question in map(str, cells.columns)
        if _may_be_question(cells[question])
        for layout in _layouts(cells, question)
    ]
    said = [one for one in found if _speaks_of_questions(cells, one)]
    named = [one for one in said if _is(QUESTION, one.question)]
    return max(named or said, key=lambda one: cells[one.question].nunique(), default=None)


def _may_be_question(cells: pd.Series) -> bool:
    """Whether a column's entries are each in several rows, and are neither numbers nor people."""
    name, counts = tidy_text(str(cells.name)), cells.value_counts()
    if _is(PERSON, name) and not _is(QUESTION, name):
        return False
    fewest = FEWEST_NAMED if _is(QUESTION, name) else FEWEST_QUESTIONS
    filled = "" not in counts and len(counts) >= fewest and counts.min() >= FEWEST_PEOPLE
    return bool(filled) and not all(NUMBER.fullmatch(entry) for entry in counts.index)


def _layouts(cells: pd.DataFrame, question: str) -> Iterator[Layout]:
    """Layouts in which a column holds the question."""
    # what belongs to a question, such as its number, is told by it
    of_question = cells.groupby(question)
    others = [str(name) for name in cells.columns if of_question[str(name)].nunique().max() > 1]
    for person in [name for name in others if _is(PERSON, name) and not _is(QUESTION, name) and not _is(ANSWER, name)]:
        people = cells[person].nunique()
        if people < FEWEST_PEOPLE or 2 * people > len(cells) or "" in set(cells[person]):
            continue
        waves = [name for name in others if name != person and 2 <= cells[name].nunique() <= MOST_WAVES]
        for by in ((person,), *((person, wave) for wave in waves)):
            if len(cells[[*by, question]].drop_duplicates()) < ONCE * len(cells):
                continue
            of_person = cells.groupby(list(by))
            vary = [name for name in others if name not in by and of_person[name].nunique().max() > 1]
            if len(vary) == 1 and len(cells) >= 2 * of_person.ngroups:
                yield Layout(question, vary[0], by)
                break


def _is(kind: re.Pattern[str], name: str) -> bool:
    """Whether a column's name, which is no question itself, is of a kind."""
    words = tidy_text(name)
    return len(words.split()) <= LONGEST_NAME and kind.fullmatch(words) is not None


def _speaks_of_questions(cells: pd.DataFrame, layout: Layout) -> bool:
    """Whether names or entries of the columns say that there are questions and answers."""
    if _is(QUESTION, layout.question) or _is(ANSWER, layout.answer):
        return True
    entries = cells[layout.question].unique()
    return all(map(NUMBERED.fullmatch, entries)) or all(len(e.split()) >= WORDS_OF_QUESTION for e in entries)


def in_columns(rows: pd.DataFrame, layout: Layout, file: str, used: Collection[str] = ()) -> tuple[pd.DataFrame, Steps]:
    """
    Put the answers of each questionnaire into one row.

    Parameters
    ----------
    rows : DataFrame
        One row per answer.
    layout : Layout
    file : str
        Name of the file in messages.
    used : collection of str
        Questions that the study uses, which may be answered only once.

    Returns
    -------
    rows : DataFrame
        One row per questionnaire, numbered like its first answer: the other columns, each with its first entry, then a
        column per question. Rows without a person or a question are not among them.
    steps : tuple of (str, int)
        Their numbers, and those of answers given twice.

    Raises
    ------
    ReadError
        When a used question has different answers in one questionnaire, or a question has the name of a column.
    """
    question, answer, by = layout.question, layout.answer, list(layout.by)
    blank = {name: rows[name].str.strip() == "" for name in (*by, question)}
    nobody, nothing = pd.concat([blank[name] for name in by], axis=1).any(axis=1), blank[question]
    cells = rows[~nobody & ~nothing]
    names = {tidy_text(name): name.strip() for name in reversed(cells[question].unique().tolist())}
    cells = cells.assign(**{question: cells[question].map(lambda name: names[tidy_text(name)]).astype("str")})
    _check_names(rows, layout, set(names.values()), file)
    sheet = cells.groupby([tidy(cells[name]) for name in by], sort=False).ngroup()
    given = cells[[question]].assign(sheet=sheet, answer=cells[answer].str.strip())
    given = given[given["answer"] != ""]
    distinct = given.drop_duplicates()
    _check_once(distinct, question, used, file)
    answers = distinct.groupby(["sheet", question], sort=False)["answer"].agg(JOINT.join).unstack()
    asked = list(dict.fromkeys(cells[question]))
    answers = answers.reindex(index=range(sheet.max() + 1 if len(sheet) else 0), columns=asked)
    others = cells.drop(columns=[question, answer])
    first = others.mask(others == "").groupby(sheet).first()
    table = pd.concat([first, answers], axis=1).fillna("").astype("str")
    table.index = cells.index[~sheet.duplicated()]
    steps = (
        ("answers put into one row per person", len(given)),
        ("answers without a person left out", int(nobody.sum())),
        ("answers without a question left out", int((nothing & ~nobody).sum())),
        ("answers given twice alike", len(given) - len(distinct)),
    )
    return table, tuple(step for step in steps if step[1])


def _check_names(rows: pd.DataFrame, layout: Layout, asked: Collection[str], file: str) -> None:
    if clash := [name for name in rows if name in asked and name not in (layout.question, layout.answer)]:
        raise ReadError(Said("reading.same_name", file=file, names=", ".join(map(repr, clash))))


def _check_once(distinct: pd.DataFrame, question: str, used: Collection[str], file: str) -> None:
    """Refuse different answers of one questionnaire to one question that counts."""
    wanted = {tidy_text(name) for name in used}
    twice = distinct[distinct.duplicated(["sheet", question], keep=False) & tidy(distinct[question]).isin(wanted)]
    if len(twice):
        raise ReadError(Said("reading.twice_answered", file=file, rows=rows_text(twice.index)))
