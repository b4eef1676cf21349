"""Charts of disclosed rows; the same rows give each chart its title (the finding) and its alternative text."""

from rm_research.figures.answers import answers_alt, answers_rows, answers_title, band_text, plot_answers
from rm_research.figures.change import change_alt, change_title, plot_change, shown_rows
from rm_research.figures.fidelity import fidelity_alt, fidelity_rows, fidelity_title, plot_fidelity
from rm_research.figures.flow import flow_alt, flow_rows, flow_title, plot_flow
from rm_research.figures.forest import forest_alt, forest_parts, forest_rows, forest_shrunken, forest_title, plot_forest
from rm_research.figures.sessions import plot_sessions, sessions_alt, sessions_rows, sessions_title
from rm_research.figures.style import COLOURS, STYLE, blank_axes

__all__ = [
    "COLOURS",
    "STYLE",
    "answers_alt",
    "answers_rows",
    "answers_title",
    "band_text",
    "blank_axes",
    "change_alt",
    "change_title",
    "fidelity_alt",
    "fidelity_rows",
    "fidelity_title",
    "flow_alt",
    "flow_rows",
    "flow_title",
    "forest_alt",
    "forest_parts",
    "forest_rows",
    "forest_shrunken",
    "forest_title",
    "plot_answers",
    "plot_change",
    "plot_fidelity",
    "plot_flow",
    "plot_forest",
    "plot_sessions",
    "sessions_alt",
    "sessions_rows",
    "sessions_title",
    "shown_rows",
]
