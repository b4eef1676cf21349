"""
The registry of methods: each way to make an estimate, declared once.

Whatever depends on the method of a row is derived from here: which rows are headlines, which of them may be shown next
to which, how many people a row rests on, what the appendix explains, the specification curve and the table in
docs/methods.md.
"""

from rm_research.effects.methods.declared import METHODS
from rm_research.effects.methods.method import Estimator, Method
from rm_research.effects.methods.registry import Registry
from rm_research.effects.methods.vocabulary import (
    POOLED,
    SHARES,
    Average,
    Contrast,
    Heads,
    Measure,
    Missing,
    Name,
    Need,
    Questionnaires,
)

__all__ = [
    "METHODS",
    "POOLED",
    "SHARES",
    "Average",
    "Contrast",
    "Estimator",
    "Heads",
    "Measure",
    "Method",
    "Missing",
    "Name",
    "Need",
    "Questionnaires",
    "Registry",
]
