"""What a study could find (power, detectable effects, precision), and what it declares, locked in a plan."""

from rm_research.planning.build import plan_study
from rm_research.planning.locking import lock_plan
from rm_research.planning.plan import Plan

__all__ = ["Plan", "lock_plan", "plan_study"]
