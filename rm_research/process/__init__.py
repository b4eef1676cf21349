"""What pairs did, held against what was planned: meetings, goals, agreements, and what meetings were like."""

from rm_research.process.fidelity import assess_fidelity
from rm_research.process.meetings import meetings
from rm_research.process.pairs import pairs_of
from rm_research.process.sides import both_sides

__all__ = ["assess_fidelity", "both_sides", "meetings", "pairs_of"]
