"""Findings and their sections, and how each turns into HTML."""

import re
from dataclasses import dataclass
from functools import cache
from html import unescape

from jinja2 import Environment, PackageLoader, StrictUndefined

from rm_research.disclosure import Disclosed
from rm_research.findings.pictures import Picture

SECTIONS = ("headline", "outcomes", "cohorts", "response", "programme", "limits", "methods")


@dataclass(frozen=True, repr=False)
class Section:
    """
    One part of a page.

    Attributes
    ----------
    name : str
    html : str
        Everything from a survey in it is escaped; empty where the section does not apply.
    """

    name: str
    html: str

    def __repr__(self) -> str:
        blocks = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", self.html, flags=re.DOTALL)
        text = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</(p|h\d|li|tr|caption|figcaption)>", "\n", blocks)))
        return "\n".join(line for raw in text.splitlines() if (line := " ".join(raw.split())))

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True, repr=False)
class Findings:
    """
    What a study found, for one cohort or the whole programme.

    Attributes
    ----------
    title, study_title : str
    cohort : str or None
        None for the programme.
    headline, outcomes, cohorts, response, programme, limits, methods : Section
        In the order of the page; a section that does not apply is empty.
    pictures : tuple of Picture
        Those of the sections, in their order.
    disclosed : Disclosed
        The numbers the page was made from.
    """

    title: str
    study_title: str
    cohort: str | None
    headline: Section
    outcomes: Section
    cohorts: Section
    response: Section
    programme: Section
    limits: Section
    methods: Section
    pictures: tuple[Picture, ...]
    disclosed: Disclosed

    @property
    def sections(self) -> tuple[Section, ...]:
        """All sections that apply, in the order of the page."""
        found = tuple(getattr(self, name) for name in SECTIONS)
        return tuple(section for section in found if section.html)

    def __repr__(self) -> str:
        return "\n\n".join(repr(section) for section in self.sections)

    def _repr_html_(self) -> str:
        return "\n".join(section.html for section in self.sections)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("rm_research.findings", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def rendered(name: str, **values: object) -> Section:
    """Section of a template, everything put into it escaped."""
    html = _environment().get_template(f"{name}.html.j2").render(**values)
    return Section(name, without_turns(html).strip())


def without_turns(text: str) -> str:
    """Text without the characters that turn the direction of reading: a name with one would mirror our words."""
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)
