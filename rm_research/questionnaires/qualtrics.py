"""
Qualtrics' advanced format: a text file that "Import survey" takes.

Each question has its column's name as its ID, so that exports name their columns so. The format knows no conditions.
"""

from collections.abc import Iterator
from html import escape

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.form import Block, Form, Question

KINDS = {"line": "TE:SingleLine", "text": "TE:Essay"}


def text(form: Form, words: Catalogue) -> str:
    """Write a questionnaire."""
    lines = ["[[AdvancedFormat]]", ""]
    first = Block((form.consent,) if form.consent else ())
    for number, block in enumerate((first, *form.blocks), start=1):
        only = form.only_for(block)
        name = words.say("questionnaire.only_for", roles=words.listed(only)) if only else str(number)
        body = [
            *(_said("intro", form.intro) if number == 1 else ()),
            *_said(f"lead{number}", block.lead),
            *(line for question in block.questions for line in _question(question)),
        ]
        lines += [f"[[Block:{_line(name)}]]", "", *body] if body else []
    if form.thanks:
        lines += ["[[Block:end]]", "", *_said("thanks", form.thanks)]
    return "\n".join(lines)


def _said(name: str, said: str) -> Iterator[str]:
    if said:
        yield from ("[[Question:Text]]", f"[[ID:{name}]]", _line(said), "")


def _question(question: Question) -> Iterator[str]:
    kind = KINDS.get(question.kind, "MC:SingleAnswer:Horizontal" if len(question.options) > 2 else "MC:SingleAnswer")
    yield from (f"[[Question:{kind}]]", f"[[ID:{question.name}]]", _line(question.text))
    if question.options:
        yield "[[AdvancedChoices]]"
        for code, label in question.options:
            yield from (f"[[Choice:{code}]]", _line(label))
    yield ""


def _line(said: str) -> str:
    """Text on one line, as HTML; brackets that would begin a tag are kept apart."""
    return (
        escape("<br>".join(said.strip().splitlines()), quote=False).replace("&lt;br&gt;", "<br>").replace("[[", "[ [")
    )
