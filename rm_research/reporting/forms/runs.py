"""The text of a page's elements as runs in one style of letters each, with white space as a browser shows it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from bs4.element import NavigableString, PageElement, PreformattedString, Tag

LEFT_OUT = {"svg", "img", "script", "style", "nav"}  # pictures are added by name
OWN_LINES = {"numbers", "aside"}  # of cells
SPACES = re.compile("[ \t\n\r\f]+")  # white space in HTML, which does not include the non-breaking space
BREAK = "\v"  # marks a line break while white space is collapsed; text never holds it
# characters that XML cannot hold
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Text without characters that XML cannot hold."""
    return FORBIDDEN.sub("", text)


@dataclass(frozen=True)
class Run:
    """Text in one style of letters."""

    text: str
    shape: frozenset[str] = field(default_factory=frozenset)


SHAPES = {"strong": "bold", "b": "bold", "em": "italic", "i": "italic", "sup": "superscript", "sub": "subscript"}


def runs(nodes: Iterable[PageElement], shape: frozenset[str] = frozenset()) -> list[Run]:
    """Text of nodes, with white space collapsed as in a browser."""
    closed: list[Run] = []
    for run in _runs(nodes, shape):
        text = SPACES.sub(" ", run.text)
        if text == BREAK and closed:
            closed[-1] = Run(closed[-1].text.rstrip(" "), closed[-1].shape)
        if not closed or closed[-1].text.endswith((" ", BREAK)):
            text = text.lstrip(" ")
        if text:
            closed.append(Run(text, run.shape))
    if closed:
        closed[-1] = Run(closed[-1].text.rstrip(" "), closed[-1].shape)
    return [Run(run.text.replace(BREAK, "\n"), run.shape) for run in closed if run.text]


def _runs(nodes: Iterable[PageElement], shape: frozenset[str]) -> Iterator[Run]:
    for node in nodes:
        if isinstance(node, Tag):
            if node.name == "br":
                yield Run(BREAK)
            elif not _is_left_out(node):
                if _begins_a_line(node):
                    yield Run(BREAK)
                name = SHAPES.get("strong" if "word" in classes_of(node) else node.name)  # a verdict stands out
                yield from _runs(node.children, shape | {name} if name else shape)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):  # such as comments
            yield Run(clean(str(node)), shape)


def _begins_a_line(node: Tag) -> bool:
    """Whether a page shows a part of a cell, or of the numbers below its headline, in a line of its own."""
    inside = node.parent
    if node.name != "span" or inside is None:
        return False
    if inside.name in ("td", "th"):
        return not OWN_LINES.isdisjoint(classes_of(node))
    return "numbers" in classes_of(inside) and node.find_previous_sibling("span") is not None


def _is_left_out(node: PageElement) -> bool:
    """Whether a document leaves a node out; download links too, because their table is beside them."""
    return isinstance(node, Tag) and (node.name in LEFT_OUT or node.has_attr("download"))


def classes_of(tag: Tag) -> list[str]:
    """Classes of an element; none if it has none."""
    return cast(list[str], tag.get("class") or [])
