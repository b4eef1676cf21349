"""
The sections of a page, in its order: this list is all there is to enter one.

A section is a module, which gives its content, and the template of the same name beside it. The notebooks, the
document, the glossary and the list of what is not shown follow.
"""

from typing import Protocol

from rm_research.findings.context import Context
from rm_research.findings.page import Content
from rm_research.findings.sections import cohorts, headline, limits, methods, outcomes, programme, response


class SectionModule(Protocol):
    """Module of a section: its name is the section's, and beside it stands NAME.html.j2."""

    __file__: str | None

    def content(self, context: Context) -> Content | None:
        """Content for a page; empty where it has nothing to tell, None on a page without such a section."""


SECTIONS: tuple[SectionModule, ...] = (headline, outcomes, cohorts, response, programme, limits, methods)
