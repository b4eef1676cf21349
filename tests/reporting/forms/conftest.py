"""Browsers that do what is asked of them, and findings of one's own with pictures."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from rm_research.findings.pictures import Picture
from rm_research.reporting.forms.printing import BROWSERS


@pytest.fixture
def findings() -> Callable[..., SimpleNamespace]:
    """Findings of sections that are given as HTML."""

    def of(*sections: str, pictures: tuple[Picture, ...] = ()) -> SimpleNamespace:
        parts = [SimpleNamespace(html=html) for html in sections]
        return SimpleNamespace(title="Spring", study_title="A <study>", sections=parts, pictures=pictures)

    return of


@pytest.fixture(scope="session")
def chromium() -> Path:
    for name in BROWSERS:
        if place := shutil.which(name):
            return Path(place)
    pytest.skip("Chromium is not installed; Debian's package is called chromium")


@pytest.fixture
def browser(tmp_path: Path) -> Callable[[str], Path]:
    """Write a program that stands in for a browser."""

    def write(script: str) -> Path:
        program = tmp_path / "browser"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return program

    return write
