"""Each person's baseline and later scores side by side, with what is known about the person."""

from rm_research.panel.build import build_panel
from rm_research.panel.prepare import Prepared, prepare_study

__all__ = ["Prepared", "build_panel", "prepare_study"]
