"""How many people it takes: power, detectable effects and precision of a study to come."""

from rm_research.planning.build import plan_study
from rm_research.planning.plan import Plan

__all__ = ["Plan", "plan_study"]
