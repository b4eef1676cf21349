"""Every page of the reports of four studies, parsed once in each test process."""

import pytest
from drawn_studies import DRAWN
from rendered_demo import demo, demo_out
from rendered_studies import TOO_SMALL, folders_of, page_params
from report_pages import Figure, Page, pages_of
from study_facts import Facts

__all__ = ["demo", "demo_out"]

_read: dict[tuple[str, str], Page] = {}


def read(study: str, slug: str, request: pytest.FixtureRequest) -> Page:
    if (study, slug) not in _read:
        folder, out = folders_of(study, request)
        for found in pages_of(out, Facts.of(folder)):
            _read[study, "" if found.cohort is None else found.path.parent.name] = found
    return _read[study, slug]


@pytest.fixture(params=page_params())
def page(request: pytest.FixtureRequest) -> Page:
    """Every page of every report, one after the other."""
    return read(*request.param, request)


@pytest.fixture(params=page_params(leave_out=TOO_SMALL))
def shown(request: pytest.FixtureRequest) -> Page:
    """Every page that has a finding to show; drawn studies have a few others."""
    found = read(*request.param, request)
    if found.too_small and request.param[0] in DRAWN:
        pytest.skip("nothing of the first outcome may be shown")
    return found


@pytest.fixture
def charts(shown: Page) -> list[Figure]:
    """Charts of a page that has findings: there must be some."""
    assert shown.figures
    return shown.figures


@pytest.fixture
def charts_of_effects(charts: list[Figure]) -> list[Figure]:
    """Those that show estimates of an outcome."""
    found = [chart for chart in charts if chart.of_effects]
    assert found
    return found
