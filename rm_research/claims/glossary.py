"""Terms on the pages, each with its definition, and which of them a page uses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rm_research.catalogue import Catalogue, capital

TERMS = (
    "estimate", "interval", "scale_points", "leader", "mentor", "dyad", "cohort", "comparison", "lot", "matched",
    "score", "gain", "smallest_change", "detectable", "average_cohort", "prediction", "exploratory",
)  # fmt: skip


@dataclass(frozen=True)
class Term:
    """
    A term on the pages.

    Attributes
    ----------
    name : str
    words : tuple of str
        Words that a text uses for it.
    definition : str
    """

    name: str
    words: tuple[str, ...]
    definition: str

    def is_in(self, text: str) -> bool:
        """Whether one of its words occurs in a text, as a whole word."""
        return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in self.words)


def terms(words: Catalogue, *, level: str, units: Iterable[str]) -> tuple[Term, ...]:
    """
    All terms in one language.

    Parameters
    ----------
    words : Catalogue
    level : str
        Level of the intervals in per cent, as `Claims.level_percent`.
    units : iterable of str
        Units of the study's scales, as `Claims.unit`; each is a term.
    """
    all_terms = []
    for name in TERMS:
        for unit in dict.fromkeys(units) if name == "scale_points" else ("",):
            used = words.say(f"term_words.{name}", unit=unit).split("|")
            definition = words.say(f"terms.{name}", level=level, unit=capital(unit))
            all_terms.append(Term(name, tuple(used), definition))
    return tuple(all_terms)


def used_terms(texts: Iterable[str], known: Iterable[Term]) -> list[Term]:
    """
    Terms that a page uses, in alphabetical order.

    Parameters
    ----------
    texts : iterable of str
        Of its sections, as a reader sees them (no markup).
    known : iterable of Term
        From `terms`.

    Returns
    -------
    list of Term
    """
    page = "\n".join(texts)
    return sorted((term for term in known if term.is_in(page)), key=lambda term: term.definition.casefold())
