"""Findings of the demo study, built once a test process, and how to read them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rendered_demo import demo, demo_out
from small_studies import small_study
from undrawn_findings import undrawn_findings

from rm_research.findings import Findings, build_findings
from rm_research.panel import Prepared, prepare_study

__all__ = ["demo", "demo_out"]


@pytest.fixture(scope="session")
def prepared(demo: Path) -> Prepared:
    return prepare_study(demo)


@pytest.fixture(scope="session")
def cohort(prepared: Prepared) -> Findings:
    """A cohort of the demo study that is large enough."""
    return build_findings(prepared, cohort="2022 spring")


@pytest.fixture(scope="session")
def hidden(prepared: Prepared) -> Findings:
    """A cohort of the demo study that is too small."""
    return build_findings(prepared, cohort="2024 autumn")


@pytest.fixture(scope="session")
def programme(prepared: Prepared) -> Findings:
    return build_findings(prepared)


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Findings]:
    """Findings of a small study, without drawn charts."""

    def build(*groups: object, cohort: str | None = None, **contents: object) -> Findings:
        return undrawn_findings(prepare_study(small_study(tmp_path / "study", *groups, **contents)), cohort=cohort)

    return build
