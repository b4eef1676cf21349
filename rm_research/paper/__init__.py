"""Tables as journals print them, in HTML, LaTeX and Word."""

from rm_research.paper.table import PaperTable

__all__ = ["PaperTable"]
