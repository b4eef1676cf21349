"""REDCap's data dictionary: a CSV file that "Data Dictionary" takes; a scale is a matrix of fields."""

import csv
import io
from collections.abc import Iterator
from html import escape

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.form import Block, Form, Question

COLUMNS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
KINDS = {"choice": "radio", "line": "text", "text": "notes"}
FORM = "survey"  # so that all exports have the column survey_complete
RECORD = "record_id"
Row = dict[str, str]


def text(form: Form, words: Catalogue) -> str:
    """Write a questionnaire; those who do not agree are asked no more."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"Form Name": FORM} for row in _rows(form))
    return buffer.getvalue()


def _rows(form: Form) -> Iterator[Row]:
    yield _field(RECORD, "text", "Record ID")
    if form.intro:
        yield _field("intro_text", "descriptive", form.intro)
    agreed = ""
    if form.consent is not None:
        yield _asked(form.consent)
        agreed = f"[{form.consent.name}] = '{form.consent.options[0][0]}'"
    for number, block in enumerate(form.blocks, start=1):
        only = " or ".join(f"[{form.role.name}] = '{code}'" for code in form.role_codes(block)) if form.role else ""
        shown = " and ".join(f"({part})" for part in (agreed, only) if part)
        yield from _block(block, number, {COLUMNS[11]: shown})
    if form.thanks:
        yield _field("thanks_text", "descriptive", form.thanks)


def _block(block: Block, number: int, shown: Row) -> Iterator[Row]:
    """Fields of a block: a matrix if all have the same answers, with what leads them in as its header."""
    matrix = len(block.questions) > 1 and len({question.options for question in block.questions}) == 1
    group = {COLUMNS[15]: f"part_{number}"} if matrix and block.questions[0].options else {}
    for place, question in enumerate(block.questions):
        head = {} if place or not block.lead else {COLUMNS[2]: _html(block.lead)}
        yield _asked(question) | head | group | shown


def _asked(question: Question) -> Row:
    choices = " | ".join(f"{code}, {_html(label)}" for code, label in question.options)
    required = {COLUMNS[12]: "y"} if question.required else {}
    return _field(question.name, KINDS[question.kind], question.text) | {COLUMNS[5]: choices} | required


def _field(name: str, kind: str, label: str) -> Row:
    return {COLUMNS[0]: name, COLUMNS[3]: kind, COLUMNS[4]: _html(label)}


def _html(said: str) -> str:
    """Text as HTML, on one line."""
    return "<br>".join(escape(said.strip(), quote=False).splitlines())
