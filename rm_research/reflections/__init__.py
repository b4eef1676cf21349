"""Open answers: freed of names, kept apart, coded by people or by declared words, and quoted as allowed."""

from rm_research.reflections.answers import read_reflections
from rm_research.reflections.coding import assess_coding
from rm_research.reflections.themes import count_themes

__all__ = ["assess_coding", "count_themes", "read_reflections"]
