"""What may be published: decided once for the whole study, before any text, chart or file is made."""

from rm_research.disclosure.answers import shown_answers
from rm_research.disclosure.gate import Disclosed, disclose, poolable
from rm_research.disclosure.private import private_of
from rm_research.disclosure.rules import RULES, Rule
from rm_research.disclosure.shown import HIDDEN, Private, Shown
from rm_research.disclosure.threshold import Threshold
from rm_research.disclosure.together import Together, small_cohorts

__all__ = [
    "HIDDEN",
    "RULES",
    "Disclosed",
    "Private",
    "Rule",
    "Shown",
    "Threshold",
    "Together",
    "disclose",
    "poolable",
    "private_of",
    "shown_answers",
    "small_cohorts",
]
