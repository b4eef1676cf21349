"""Scores beside each other: each person's baseline and later score, and everything known of the person."""

from rm_research.panel.build import build_panel
from rm_research.panel.prepare import Prepared, prepare_study

__all__ = ["Prepared", "build_panel", "prepare_study"]
