"""People found over waves by codes they made up: codes taken apart, compared, and paired one to one."""

from rm_research.linkage.codes.elements import Element, parse_element, split_codes
from rm_research.linkage.codes.matching import Matches, match_codes

__all__ = ["Element", "Matches", "match_codes", "parse_element", "split_codes"]
