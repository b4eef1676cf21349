"""A page as an object: sections of claims, figures and tables that show themselves in a notebook."""

from rm_research.findings.build import build_findings
from rm_research.findings.page import Findings, Section, Sections

__all__ = ["Findings", "Section", "Sections", "build_findings"]
