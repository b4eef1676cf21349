"""One Chromium for all browser tests; without it they are skipped, saying so."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drawn_studies import NOT_OPENED
from playwright.sync_api import Browser, Page, sync_playwright
from rendered_demo import demo, demo_out, quality_page
from rendered_studies import folders_of, page_params, page_path

__all__ = ["demo", "demo_out", "quality_page"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip
MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")


# of a browser's minutes, pages like others have none, nor has the page of four arms and six waves, which takes most
LEFT_OUT = {("demo", "2024-spring"), ("biodiversity_pd", "2022-1"), ("mental_abacus", "first-grade"),
            ("ahi_cesd", "all-people")}  # fmt: skip
LEFT_OUT |= NOT_OPENED


@dataclass
class Opened:
    """A page, with what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; Debian's package is called chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Opened]]:
    """Open a file at a width and in a colour scheme; further options are those of a browser's context."""
    contexts = []

    def opener(path: Path, *, width: int = 1280, height: int = 800, scheme: str = "light", **options: Any) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        context.add_init_script(MEASURES)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))
        opened.page.goto(path.as_uri())
        return opened

    yield opener
    for context in contexts:
        context.close()


@pytest.fixture(params=page_params(leave_out=LEFT_OUT))
def path(request: pytest.FixtureRequest) -> Path:
    """Every page of the four reports."""
    study, slug = request.param
    return page_path(folders_of(study, request)[1], slug)
