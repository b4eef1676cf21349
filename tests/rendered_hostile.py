"""Reports of the study with hostile names, of its twin, and of one whose names never end."""

import json
from pathlib import Path

import pytest
from hostile_study import endless, harmless, hostile
from rendered_demo import reported, session_folder


def _made(kind, factory: pytest.TempPathFactory) -> Path:
    home = session_folder(factory) / "names"
    home.mkdir(exist_ok=True)
    name = kind.__name__
    return reported(home / name, home / f"{name}-reports", before=lambda: kind(home / name))


@pytest.fixture(scope="session")
def hostile_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(hostile, tmp_path_factory)


@pytest.fixture(scope="session")
def harmless_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(harmless, tmp_path_factory)


@pytest.fixture(scope="session")
def endless_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(endless, tmp_path_factory)


def pages(out: Path) -> list[Path]:
    """Pages of a report: the programme's, then the cohorts' in the order of their names."""
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return [out / "index.html", *(out / told["cohorts"][name]["page"] for name in sorted(told["cohorts"]))]
