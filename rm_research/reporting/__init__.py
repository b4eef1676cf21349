"""Notebooks into pages, one or many."""

from rm_research.reporting.batch import run_reports

__all__ = ["run_reports"]
