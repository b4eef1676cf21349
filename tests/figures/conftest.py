"""A study that charts are of."""

from pathlib import Path

import pytest
from small_studies import RANDOMISED, study_of

from rm_research.study import Study, read_study


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> Study:
    """Two scales from 1 to 5, one later wave, a waitlist drawn by lot; 0.3 is the smallest change that matters."""
    return study_of(tmp_path_factory.mktemp("figures"), design=RANDOMISED)


@pytest.fixture(scope="session")
def unbounded(tmp_path_factory) -> Study:
    """The same, but the mood is any number and zeal goes from −3 to 3."""
    folder: Path = tmp_path_factory.mktemp("unbounded")
    study_of(folder, design=RANDOMISED)
    (folder / "codebook.csv").write_text("item,scale,low,high\na,mood,,\nb,zeal,-3,3\n")
    return read_study(folder)


@pytest.fixture(scope="session")
def three_waves(tmp_path_factory) -> Study:
    """The same with a third survey half a year later."""
    folder: Path = tmp_path_factory.mktemp("waves")
    study_of(folder, design=RANDOMISED)
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(text.replace("[columns]", '[waves.winter]\nfile = "winter.csv"\n[columns]'))
    return read_study(folder)
