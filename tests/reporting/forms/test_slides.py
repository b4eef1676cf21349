"""Pictures for slides carry their words, and are known again as ours."""

import io

import pytest
from drawn import drawn
from PIL import Image
from small_studies import Group, small_study

from rm_research.findings import build_findings
from rm_research.panel import prepare_study
from rm_research.reporting.forms.pictures import is_ours, picture_file


@pytest.mark.slow
def test_title_and_description_travel_within():
    with Image.open(io.BytesIO(picture_file(drawn(title="Es stieg – ja", alt="Dots: 3 < 4.")))) as image:
        image.load()
        assert image.size == (2560, 1440)
        assert image.text == {"Software": "rm_research", "Title": "Es stieg – ja", "Description": "Dots: 3 < 4."}


def test_ours_are_told_from_others(tmp_path):
    (tmp_path / "ours.png").write_bytes(picture_file(drawn()))
    (tmp_path / "other.png").write_bytes(drawn().png(0.25))
    (tmp_path / "empty.png").touch()
    assert [path.name for path in sorted(tmp_path.iterdir()) if is_ours(path)] == ["ours.png"]


@pytest.mark.slow
def test_many_cohorts_have_several_slides_that_say_which_part_they_are(tmp_path):
    study = small_study(tmp_path / "many", *[Group(f"Division {place:02}", 11) for place in range(20)])
    found = [picture for picture in build_findings(prepare_study(study)).pictures if "-cohorts" in picture.name]
    assert len(found) > 1
    assert [picture.name.rsplit("-", 1)[1] for picture in found] == [str(at) for at in range(1, len(found) + 1)]
    for at, picture in enumerate(found, start=1):
        assert picture.title.endswith(f", part {at} of {len(found)}")
        assert picture.alt.endswith(f"Part {at} of {len(found)}.")
