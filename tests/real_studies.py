"""Study folders for public data sets, whose exports are read from ../shared/data where it is."""

import re
import shutil
from pathlib import Path

import pytest

STUDIES = Path(__file__).parent / "studies"
DATA = Path(__file__).parents[2] / "shared" / "data"
ELSEWHERE = re.escape("../../../../shared/data/")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data are not in {DATA}")


def copied(name: str, folder: Path) -> Path:
    """Copy a study's two files, and its exports beside them."""
    folder.mkdir(parents=True)
    toml = (STUDIES / name / "study.toml").read_text(encoding="utf-8")
    for place in set(re.findall(rf'"{ELSEWHERE}([^"]+)"', toml)):
        shutil.copyfile(DATA / place, folder / Path(place).name)
    (folder / "study.toml").write_text(re.sub(rf'"{ELSEWHERE}(?:[^"]*/)?', '"', toml), encoding="utf-8")
    (folder / "codebook.csv").write_bytes((STUDIES / name / "codebook.csv").read_bytes())
    return folder
