"""An overview of the data: what came in, what was cleaned, what is wrong."""

from rm_research.checks.flow import response_flow
from rm_research.checks.problems import GRAVITY, MOST_ROWS, Problems, check_study

__all__ = ["GRAVITY", "MOST_ROWS", "Problems", "check_study", "response_flow"]
