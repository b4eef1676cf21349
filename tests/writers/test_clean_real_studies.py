"""Cleaned data of real studies, in every format; what is known of them stands in the READMEs of shared/data."""

from pathlib import Path

import pytest
from odd_study import comparable, read_back

from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study
from rm_research.writers import WRITERS
from rm_research.writers.clean import write_clean
from rm_research.writers.sheets import build_sheets

STUDIES = Path(__file__).parents[1] / "studies"
DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data are not in {DATA}"),
]


@pytest.fixture(scope="module", params=["biodiversity_pd", "ahi_cesd"])
def real(request, tmp_path_factory):
    """Prepare a study whose exports are named by their whole path, so that nothing is written beside them."""
    folder = tmp_path_factory.mktemp("real") / request.param
    folder.mkdir()
    toml = (STUDIES / request.param / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(toml.replace("../../../../shared/data", str(DATA)), encoding="utf-8")
    (folder / "codebook.csv").write_bytes((STUDIES / request.param / "codebook.csv").read_bytes())
    return prepare_openly(read_study(folder, allow_outside=True))


@pytest.mark.parametrize("kind", list(WRITERS))
def test_every_questionnaire_and_score_is_there(real, kind, tmp_path):
    paths = {path.stem: path for path in write_clean(real, out=tmp_path / "out", format=kind)}
    responses = read_back(paths["responses"]).frame
    assert len(responses) == {"ahi_cesd": 990, "biodiversity_pd": 80}[real.study.path.name]
    scores, sheet = read_back(paths["scores"]).frame, build_sheets(real)[1]
    assert scores["person"].tolist() == sheet.frame["person"].tolist()
    back = scores["score"].replace("", None).astype("float64")
    assert comparable(back.to_frame()) == comparable(sheet.frame[["score"]])
