"""How many people a study needs: power, detectable effects and precision of a planned study."""

from rm_research.planning.build import plan_study
from rm_research.planning.plan import Plan

__all__ = ["Plan", "plan_study"]
