"""
LimeSurvey's tab-separated structure of a survey, which "Import survey" takes as .txt.

Each item is a question of its own whose code is its column's name: rows of an array would be called code[row].
"""

import csv
import io
from collections.abc import Iterator
from html import escape

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.form import Form, Question

COLUMNS = ("id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation", "mandatory",
           "other", "default", "same_default")  # fmt: skip
KINDS = {"choice": "L", "line": "S", "text": "T"}
Row = dict[str, str]


def text(form: Form, words: Catalogue) -> str:
    """Write a questionnaire; those who do not agree see nothing but the end."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", delimiter="\t", lineterminator="\n")
    writer.writeheader()
    ids = iter(range(1, 100_000))
    for row in _rows(form):
        number = {"id": str(next(ids))} if row["class"] in "GQ" else {}
        writer.writerow(row | number)
    return "\ufeff" + buffer.getvalue()


def _rows(form: Form) -> Iterator[Row]:
    yield from ({"class": "S", "name": name, "text": value} for name, value in (
        ("language", form.language), ("format", "G"), ("datestamp", "Y"), ("anonymized", "Y")))  # fmt: skip
    for name, said in (("title", form.title), ("welcometext", form.intro), ("endtext", form.thanks)):
        yield {"class": "SL", "name": f"surveyls_{name}", "text": _html(said), "language": form.language}
    number = 0
    agreed = ""
    if form.consent is not None:
        number += 1
        yield _group(form, number, "", "1")
        yield from _question(form, form.consent)
        agreed = f'{form.consent.name} == "{form.consent.options[0][0]}"'
    for block in form.blocks:
        number += 1
        codes = form.role_codes(block)
        only = " or ".join(f'{form.role.name} == "{code}"' for code in codes) if form.role else ""
        shown = " and ".join(f"({part})" for part in (agreed, only) if part)
        yield _group(form, number, block.lead, shown or "1")
        for question in block.questions:
            yield from _question(form, question)


def _group(form: Form, number: int, lead: str, relevance: str) -> Row:
    return {"class": "G", "name": str(number), "relevance": relevance, "text": _html(lead), "language": form.language}


def _question(form: Form, question: Question) -> Iterator[Row]:
    yield {
        "class": "Q", "type/scale": KINDS[question.kind], "name": question.name, "relevance": "1",
        "text": _html(question.text), "language": form.language, "mandatory": "Y" if question.required else "N",
        "other": "N",
    }  # fmt: skip
    for code, label in question.options:
        yield {"class": "A", "type/scale": "0", "name": code, "text": _html(label), "language": form.language}


def _html(said: str) -> str:
    """Text as HTML; LimeSurvey would compute what stands between braces that touch it."""
    lines = escape(said.strip(), quote=False).splitlines()
    return "<br />".join(lines).replace("{", "{ ").replace("}", " }")
