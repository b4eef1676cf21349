"""What may leave: decided once for the whole study, before any word, picture or file is made."""

from rm_research.disclosure.answers import shown_answers
from rm_research.disclosure.rules import HIDDEN, OTHER_PEOPLE, Disclosed, disclose, poolable
from rm_research.disclosure.together import Together, small_cohorts

__all__ = [
    "HIDDEN",
    "OTHER_PEOPLE",
    "Disclosed",
    "Together",
    "disclose",
    "poolable",
    "shown_answers",
    "small_cohorts",
]
