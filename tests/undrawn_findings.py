"""Findings whose charts are not drawn: of a small page, drawing takes two thirds of the time."""

from html import escape

import pytest

from rm_research.findings import Findings, build_findings
from rm_research.findings.pictures import Picture
from rm_research.panel import Prepared


def _undrawn(picture: Picture) -> str:
    return f'<svg role="img"><title>{escape(picture.alt)}</title></svg>'


def undrawn_findings(prepared: Prepared, *, cohort: str | None = None) -> Findings:
    """Findings for tests of words, tables and numbers; each chart stands there with its alternative text alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Picture, "svg", property(_undrawn))
        return build_findings(prepared, cohort=cohort)
