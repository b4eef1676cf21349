"""
The sections of a page, in order: a new section only has to be entered in this list.

A section is a module, which gives its content, and the template of the same name beside it. The notebooks, the
document, the contents, the list of words at the end and that of what is not shown take it from there.
"""

from typing import Protocol

from rm_research.findings.context import Context
from rm_research.findings.page import Content
from rm_research.findings.sections import (
    cohorts,
    groups,
    headline,
    lasting,
    limits,
    methods,
    outcomes,
    programme,
    prompts,
    reflections,
    response,
)


class SectionModule(Protocol):
    """Module of a section, named like the section; its template NAME.html.j2 is beside it."""

    __file__: str | None

    def content(self, context: Context) -> Content | None:
        """Content for a page; empty if there is nothing to say, None if the page has no such section."""


SECTIONS: tuple[SectionModule, ...] = (
    headline, prompts, outcomes, cohorts, lasting, groups, programme, reflections, response, limits, methods,
)  # fmt: skip
