"""Pictures for slides carry their words, and are known again as ours."""

import io

from drawn import drawn
from PIL import Image

from rm_research.reporting.forms.pictures import is_ours, picture_file


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
