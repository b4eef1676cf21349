"""Matches people across waves by self-made codes: splits codes, compares them, and pairs people one to one."""

from rm_research.linkage.codes.elements import Element, parse_element, split_codes
from rm_research.linkage.codes.matching import Matches, match_codes

__all__ = ["Element", "Matches", "match_codes", "parse_element", "split_codes"]
