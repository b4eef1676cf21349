"""Simulated answers to a questionnaire, as each platform lays out its exports."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from rm_research.questionnaires.form import Form
from rm_research.responses.exports import SIMULATED

YES, TEXT = "yes", "Simulated: nobody gave these answers"
TIME = "10:00:00"
Rows = list[list[str]]


@dataclass(frozen=True)
class Filled:
    """A questionnaire that was filled in: the day, and what was answered, by column."""

    day: date
    answers: dict[str, str]


def _cells(form: Form, one: Filled) -> list[str]:
    return [one.answers.get(question.name, "") for question in form.questions]


def _plain(form: Form, filled: Sequence[Filled], dated: Sequence[str]) -> Rows:
    names = [question.name for question in form.questions]
    return [[*dated, *names, SIMULATED], *([*(f"{one.day} {TIME}" for _ in dated), *_cells(form, one), YES]
                                            for one in filled)]  # fmt: skip


def _qualtrics(form: Form, filled: Sequence[Filled], dated: Sequence[str]) -> Rows:
    """Three rows of headings: names, texts, import ids."""
    del dated
    system = {"StartDate": "Start Date", "Status": "Response Type", "Progress": "Progress", "Finished": "Finished",
              "RecordedDate": "Recorded Date", "ResponseId": "Response ID"}  # fmt: skip
    texts = system | {question.name: question.text for question in form.questions} | {SIMULATED: TEXT}
    ids = [json.dumps({"ImportId": f"QID{number}"}) for number in range(1, len(texts) + 1)]
    rows = [
        [f"{one.day} {TIME}", "IP Address", "100", "True", f"{one.day} {TIME}", f"R_{number}", *_cells(form, one), YES]
        for number, one in enumerate(filled)
    ]
    return [[*texts], [*texts.values()], ids, *rows]


def _limesurvey(form: Form, filled: Sequence[Filled], dated: Sequence[str]) -> Rows:
    """One row of headings, each a code with its text."""
    del dated
    texts = {"id": "Response ID", "submitdate": "Date submitted", "lastpage": "Last page"}
    texts |= {question.name: question.text for question in form.questions} | {SIMULATED: TEXT}
    rows = [
        [str(number), f"{one.day} {TIME}", "5", *_cells(form, one), YES] for number, one in enumerate(filled, start=1)
    ]
    return [[f"{code}. {text}" for code, text in texts.items()], *rows]


def _redcap(form: Form, filled: Sequence[Filled], dated: Sequence[str]) -> Rows:
    """Raw data: codes in place of words."""
    del dated
    codes = {question.name: {label: code for code, label in question.options} for question in form.questions}
    names = [question.name for question in form.questions]
    rows = [
        [str(number), f"{one.day} {TIME}",
         *(codes[name].get(one.answers.get(name, ""), one.answers.get(name, "")) for name in names), "2", YES]
        for number, one in enumerate(filled, start=1)
    ]  # fmt: skip
    return [["record_id", "survey_timestamp", *names, "survey_complete", SIMULATED], *rows]


LAYOUTS: dict[str, Callable[[Form, Sequence[Filled], Sequence[str]], Rows]] = {
    "csv": _plain, "qualtrics": _qualtrics, "limesurvey": _limesurvey, "redcap": _redcap,
}  # fmt: skip
