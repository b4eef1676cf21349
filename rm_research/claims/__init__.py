"""Disclosed rows into words: how strong the design is, what the verdict is, and the sentence that may be said."""

from rm_research.claims.glossary import Term, first_used, terms
from rm_research.claims.judgement import attrition, design_level, verdict
from rm_research.claims.measurement import measurement_limits
from rm_research.claims.sentences import Claims, claims_of

__all__ = [
    "Claims",
    "Term",
    "attrition",
    "claims_of",
    "design_level",
    "first_used",
    "measurement_limits",
    "terms",
    "verdict",
]
