"""Disclosed rows into words: how strong the design is, what the verdict is, and the sentence that may be said."""

from rm_research.claims.judgement import attrition, design_level, verdict
from rm_research.claims.sentences import Claims

__all__ = ["Claims", "attrition", "design_level", "verdict"]
