"""Exports whose text is garbled are drafted with the encoding that undoes it."""

import pytest

from rm_research.checks import check_study
from rm_research.drafting import draft_study
from rm_research.drafting.draft import write_draft
from rm_research.study.garbling import Garbling

WORDS = ("Trifft überhaupt nicht zu", "Trifft eher zu", "Völlig")
ROWS = "code,Für mich,m2\n" + "".join(f"p{place},{WORDS[place % 3]},{WORDS[place // 3 % 3]}\n" for place in range(12))


def drafted(folder, post):
    (folder / "pre.csv").write_bytes(ROWS.encode())
    (folder / "post.csv").write_bytes(post)
    return draft_study(folder, [folder / "pre.csv", folder / "post.csv"])


@pytest.mark.parametrize(("post", "encoding"), [
    (Garbling("utf-8", "cp1252").apply(ROWS).encode(), "utf-8 read as cp1252"), (ROWS.encode("mac_roman"), "mac_roman"),
])  # fmt: skip
def test_the_encoding_is_drafted_and_labels_stand_once(tmp_path, post, encoding):
    draft = drafted(tmp_path, post)
    assert f'encoding = "{encoding}"' in draft.study
    assert "Ã" not in draft.study
    assert "Ÿ" not in draft.study
    write_draft(draft, tmp_path)
    assert not check_study(tmp_path).table["rule"].eq("garbled_text").any()


def test_right_exports_are_left_alone(tmp_path):
    assert "encoding" not in drafted(tmp_path, ROWS.encode()).study


def test_a_file_that_is_garbled_in_part_is_drafted_as_it_is(tmp_path):
    mixed = ROWS + Garbling("utf-8", "cp1252").apply("p99,Völlig,Völlig\n") + "p98,Völlig,中\n"
    assert "encoding" not in drafted(tmp_path, mixed.encode()).study
