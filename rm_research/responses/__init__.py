"""From raw waves to an Intake: answers as given, facts, and a record of every row and cell left out."""

from rm_research.responses.intake import Intake, read_responses

__all__ = ["Intake", "read_responses"]
