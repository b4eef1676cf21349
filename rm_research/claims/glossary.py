"""Terms on the pages, each with its definition, and where a page first uses them."""

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

    def first_use(self, text: str) -> int | None:
        """Position in a text where one of its words first occurs as a whole word; None where none does."""
        matches = (re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in self.words)
        return min((match.start() for match in matches if match), default=None)


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


def first_used(texts: Iterable[str], known: Iterable[Term]) -> list[list[Term]]:
    """
    Terms that each section is the first to use.

    Parameters
    ----------
    texts : iterable of str
        Of each section, in the order of the page, as a reader sees it (no markup).
    known : iterable of Term
        From `terms`.

    Returns
    -------
    list of list of Term
        One list per section, in the order in which its text uses them; a term is in one list at most.
    """
    unused, by_section = list(known), []
    for text in texts:
        places = {term: place for term in unused if (place := term.first_use(text)) is not None}
        by_section.append(sorted(places, key=lambda term: places[term]))
        unused = [term for term in unused if term not in places]
    return by_section
