"""Disclosed rows into words: the strength of the design, the verdict, and the sentence that may be published."""

from rm_research.claims.finding_limits import finding_limits
from rm_research.claims.glossary import Term, terms, used_terms
from rm_research.claims.judgement import level_of, verdict
from rm_research.claims.measurement import measurement_limits
from rm_research.claims.sentences import Claims, claims_of

__all__ = [
    "Claims",
    "Term",
    "claims_of",
    "finding_limits",
    "level_of",
    "measurement_limits",
    "terms",
    "used_terms",
    "verdict",
]
