"""A questionnaire as a Word document, to be printed or edited, and as a table for any other survey tool."""

import csv
import io

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.form import Block, Form, Question
from rm_research.reporting.forms import layout
from rm_research.reporting.forms.runs import clean

BOX, LINE = "☐", "_" * 24
ASKED = Cm(8)  # width of the column of questions
COLUMNS = ("column", "for", "lead", "question", "kind", "answers", "required")


def table(form: Form, words: Catalogue) -> str:
    """Write a questionnaire as CSV: one row per question, with the name that its column must have."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    first = Block((form.consent,) if form.consent else (), form.intro)
    for block in (first, *form.blocks):
        for question in block.questions:
            answers = " | ".join(label if code == label else f"{code} = {label}" for code, label in question.options)
            only, required = ", ".join(form.only_for(block)), "yes" if question.required else ""
            writer.writerow([question.name, only, block.lead, question.text, question.kind, answers, required])
    return "\ufeff" + buffer.getvalue()


def document(form: Form, words: Catalogue) -> bytes:
    """Write a questionnaire as a Word document, with boxes to tick."""
    made = layout.new_document(clean(form.title), words.say("format.locale"))
    made.add_paragraph(clean(form.title), "Title")
    _said(made, form.intro)
    if form.consent is not None:
        _asked(made, form.consent)
        _said(made, words.say("questionnaire.stop", no=form.consent.options[1][1]))
    for block in form.blocks:
        if only := form.only_for(block):
            made.add_paragraph(clean(words.say("questionnaire.only_for", roles=words.listed(only))), "Heading 2")
        _said(made, block.lead)
        options = {question.options for question in block.questions}
        if len(block.questions) > 1 and len(options) == 1 and all(options):
            made.add_paragraph(words.say("questionnaire.one_choice"), layout.NOTE)
            _grid(made, block)
        else:
            for question in block.questions:
                _asked(made, question)
    _said(made, form.thanks)
    return layout.saved(made)


def _said(made: Document, said: str) -> None:
    for line in said.splitlines():
        made.add_paragraph(clean(line))


def _asked(made: Document, question: Question) -> None:
    """Write one question with its boxes, or with lines to write on."""
    paragraph = made.add_paragraph(clean(question.text))
    paragraph.paragraph_format.keep_with_next = True
    if question.options:
        made.add_paragraph("   ".join(f"{BOX} {clean(label)}" for _, label in question.options))
    for _ in range(0 if question.options else 3 if question.kind == "text" else 1):
        made.add_paragraph(LINE * (3 if question.kind == "text" else 1))


def _grid(made: Document, block: Block) -> None:
    """Write questions below each other, with one column for each answer."""
    options = block.questions[0].options
    grid = made.add_table(rows=1, cols=len(options) + 1, style="Table Grid")
    for cell, (_, label) in zip(grid.rows[0].cells[1:], options, strict=True):
        cell.text = clean(label)
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    for question in block.questions:
        cells = grid.add_row().cells
        cells[0].text, cells[0].width = clean(question.text), ASKED
        for cell in cells[1:]:
            cell.text = BOX
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.add_paragraph()
