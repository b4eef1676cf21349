"""From estimates to an article: its tables, and the paragraph on methods."""

from rm_research.article.change import table_change
from rm_research.article.difference import table_difference
from rm_research.article.methods import methods_text
from rm_research.article.participants import table_participants

__all__ = ["methods_text", "table_change", "table_difference", "table_participants"]
