"""Studies that tests of the writers share, each prepared once."""

import shutil
from pathlib import Path

import pytest
from odd_study import odd_study
from small_studies import Group, small_study

from rm_research.panel import Prepared
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study

DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.fixture(scope="session")
def odd(tmp_path_factory) -> Prepared:
    return prepare_openly(read_study(odd_study(tmp_path_factory.mktemp("odd") / "study")))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    if not (DEMO / "truth.json").is_file():
        pytest.skip(f"{DEMO} has no truth.json")
    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".rm_research"))
    return folder


@pytest.fixture(scope="session")
def demo_prepared(demo_folder) -> Prepared:
    return prepare_openly(read_study(demo_folder))


@pytest.fixture
def two_cohorts(tmp_path) -> Path:
    """Folder of two sound cohorts of twelve people."""
    return small_study(tmp_path / "study", Group("Spring"), Group("Autumn"))
