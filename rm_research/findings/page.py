"""Findings and their sections, and how each becomes HTML."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import unescape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rm_research.disclosure import Disclosed
from rm_research.findings.pictures import Picture, chart_style
from rm_research.study.folding import printable

MACROS = Path(__file__).parent / "sections"  # they hold what all templates share


@dataclass(frozen=True)
class Content:
    """
    Content of a section.

    Attributes
    ----------
    values : mapping
        Shown by its template; a section without values is empty.
    pictures : tuple of Picture
        In the order of the section.
    not_shown : tuple of str
        Sentences on what the section does not show, for the page's list.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    not_shown: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Section:
    """
    One part of a page.

    Attributes
    ----------
    name : str
    html : str
        Everything in it that comes from a survey is escaped; empty if the section has nothing to say.
    pictures : tuple of Picture
        In the order of the section.
    """

    name: str
    html: str
    pictures: tuple[Picture, ...] = ()

    @cached_property
    def text(self) -> str:
        """What a reader sees, without pictures; one line per paragraph, item or row."""
        blocks = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", self.html, flags=re.DOTALL)
        text = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</(p|h\d|li|tr|caption|figcaption)>", "\n", blocks)))
        return "\n".join(line for raw in text.splitlines() if (line := " ".join(raw.split())))

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return shown([self])


class Sections(tuple[Section, ...]):
    """Sections in the order of the page; they show themselves one below the other."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n\n".join(section.text for section in self if section.html)

    def _repr_html_(self) -> str:
        return shown(self)


@dataclass(frozen=True, repr=False)
class Findings:
    """
    What a study found, for one cohort or the whole programme.

    Attributes
    ----------
    title, study_title : str
    cohort : str or None
        None for the programme.
    sections : Sections
        In the order of the page; one with nothing to say is empty. Each is also an attribute: `findings.headline`.
    disclosed : Disclosed
        The numbers the page was made from.

    Examples
    --------
    >>> findings = rm.build_findings(prepared, cohort="2022 spring")
    >>> [section.name for section in findings.sections][:3]
    ['headline', 'prompts', 'outcomes']
    >>> findings.headline.text.splitlines()[0]
    'Reverse mentoring, Northgate Council · draft, not for circulation'
    """

    title: str
    study_title: str
    cohort: str | None
    sections: Sections
    disclosed: Disclosed

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Pictures of all sections, in order."""
        return tuple(picture for section in self.sections for picture in section.pictures)

    def __getattr__(self, name: str) -> Section:
        # not self.sections: a copy that is being made has none yet
        for section in self.__dict__.get("sections", ()):
            if section.name == name:
                return section
        raise AttributeError(f"Findings have no {name!r}.", name=name, obj=self)

    def __repr__(self) -> str:
        return repr(self.sections)

    def _repr_html_(self) -> str:
        return self.sections._repr_html_()


@cache
def stylesheet(*names: str) -> str:
    """Text of style sheets of this package, one after the other; the colours of all pages come first."""
    return "".join((Path(__file__).parent / f"{name}.css").read_text(encoding="utf-8") for name in ("tokens", *names))


def shown(sections: Iterable[Section]) -> str:
    """Sections with their style, as a page or the cell of a notebook shows them."""
    present = [section for section in sections if section.html]
    html = "\n".join(section.html for section in present)
    pictures = [picture for section in present for picture in section.pictures]
    # JupyterLab's rules for output name three classes: ours name four, so that they hold in a cell, too
    style = stylesheet("findings").replace(".rm ", ".rm" * 4 + " ") + (chart_style(pictures) if pictures else "")
    return f'<div class="rm">\n<style>\n{style}</style>\n{html}\n</div>'


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder, MACROS]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def name_of(template: Path) -> str:
    """Name of the section that a template shows."""
    return template.name.partition(".")[0]


def rendered(template: Path, content: Content, **shared: object) -> Section:
    """
    Fill in a section's template; all values are escaped.

    Parameters
    ----------
    template : Path
        NAME.html.j2.
    content : Content
    **shared
        Values that every template may show.
    """
    name = name_of(template)
    if not content.values:
        return Section(name, "")
    html = _environment(template.parent).get_template(template.name).render(
        **shared, **content.values, pictures=content.pictures
    )  # fmt: skip
    return Section(name, printable(html).strip(), content.pictures)
