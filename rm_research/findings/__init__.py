"""The page as an object: sections made of claims, figures and tables, each showing itself in a cell."""

from rm_research.findings.build import build_findings
from rm_research.findings.page import Findings, Section, Sections

__all__ = ["Findings", "Section", "Sections", "build_findings"]
