"""The private folder of a study is private, and is found again where the study was moved."""

import os
import re
import stat
from pathlib import Path

import pytest

from rm_research.errors import StudyError
from rm_research.private import private_folder, purge_private, study_key


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_key_is_made_once(tmp_path):
    assert study_key(tmp_path) == study_key(tmp_path)


def test_studies_have_keys_of_their_own(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    assert study_key(tmp_path / "one") != study_key(tmp_path / "two")


def test_folder_and_key_are_their_owners_alone(tmp_path):
    study_key(tmp_path)
    assert (mode(tmp_path / ".rm_research"), mode(tmp_path / ".rm_research" / "key")) == (0o700, 0o600)


def test_a_folder_that_others_could_read_is_closed(tmp_path):
    (tmp_path / ".rm_research").mkdir(mode=0o755)
    private_folder(tmp_path)
    assert mode(tmp_path / ".rm_research") == 0o700


def test_the_folder_keeps_itself_out_of_git(tmp_path):
    assert (private_folder(tmp_path) / ".gitignore").read_text() == "*\n"


def test_making_the_key_leaves_nothing_else_behind(tmp_path):
    study_key(tmp_path)
    assert sorted(path.name for path in (tmp_path / ".rm_research").iterdir()) == [".gitignore", "key"]


def test_a_key_that_others_could_read_is_closed(tmp_path):
    key = study_key(tmp_path)
    (tmp_path / ".rm_research" / "key").chmod(0o644)
    assert study_key(tmp_path) == key
    assert mode(tmp_path / ".rm_research" / "key") == 0o600


def test_a_mode_that_cannot_be_changed_is_said(tmp_path, monkeypatch):
    """As on some sticks and shares."""
    (tmp_path / ".rm_research").mkdir(mode=0o755)
    monkeypatch.setattr(Path, "chmod", lambda path, mode: None)
    with pytest.raises(StudyError, match=r"can be read by other users.*Set the environment variable RM_RESEARCH_PRIV"):
        study_key(tmp_path)


def test_a_key_that_cannot_be_kept_is_not_made(tmp_path):
    (tmp_path / ".rm_research").write_text("in the way")
    with pytest.raises(StudyError, match=r"cannot be used for the study's key .*RM_RESEARCH_PRIVATE"):
        study_key(tmp_path)


@pytest.mark.parametrize("name", ["", "key", "cache"])
def test_links_in_place_of_the_folder_or_in_it_are_refused(tmp_path, name):
    """Whoever sent a study may have made it, to have the key written where others read it."""
    study, other = tmp_path / "study", tmp_path / "other"
    (study / ".rm_research" if name else study).mkdir(parents=True)
    other.mkdir()
    (study / ".rm_research" / name).symlink_to(other)
    with pytest.raises(StudyError, match=r"is a link.*Delete it"):
        study_key(study)
    assert list(other.iterdir()) == []
    assert mode(other) == 0o755


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    """In the study, or where the place that is named leads."""
    (tmp_path / ".rm_research").mkdir()
    os.chown(tmp_path / ".rm_research", 12345, 12345)
    with pytest.raises(StudyError, match=r"belongs to another user.*RM_RESEARCH_PRIVATE"):
        study_key(tmp_path)
    (tmp_path / "theirs").mkdir()
    (tmp_path / "place").symlink_to(tmp_path / "theirs")
    monkeypatch.setenv("RM_RESEARCH_PRIVATE", str(tmp_path / "place"))
    os.chown(private_folder(tmp_path), 12345, 12345)
    with pytest.raises(StudyError, match="belongs to another user"):
        study_key(tmp_path)


def moved(tmp_path, name="study", title="Ours"):
    """Move a study to another place, maybe under another name and title."""
    there = tmp_path / "archive" / name
    there.parent.mkdir()
    (tmp_path / "study").rename(there)
    (there / "study.toml").write_text(f'title = "{title}"', encoding="utf-8")
    return there


@pytest.fixture
def kept_elsewhere(tmp_path, monkeypatch):
    """The private folder of a study, in a place for those of all studies."""
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text('title = "Ours"', encoding="utf-8")
    monkeypatch.setenv("RM_RESEARCH_PRIVATE", str(tmp_path / "place"))
    study_key(tmp_path / "study")
    return private_folder(tmp_path / "study")


@pytest.mark.parametrize(("name", "title"), [("study", "Ours"), ("study", "Theirs"), ("renamed", "Ours")])
def test_a_study_that_was_moved_does_not_lose_what_was_released(kept_elsewhere, tmp_path, name, title):
    """By following the message, it finds its key and its editions again."""
    key = study_key(tmp_path / "study")
    (kept_elsewhere / "editions.jsonl").write_text("{}\n", encoding="utf-8")
    there = moved(tmp_path, name, title)
    with pytest.raises(StudyError, match="holds what was released of a study that was in ") as told:
        private_folder(there)
    kept_elsewhere.rename(tmp_path / "place" / re.search(r"rename the folder to (.+?): else", str(told.value)).group(1))
    assert study_key(there) == key
    assert private_folder(tmp_path / "another")  # the folder now knows where its study is


def test_a_title_that_was_changed_since_is_known(kept_elsewhere, tmp_path):
    (kept_elsewhere / "editions.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "study" / "study.toml").write_text('title = "Later"', encoding="utf-8")
    study_key(tmp_path / "study")
    with pytest.raises(StudyError, match="holds what was released"):
        private_folder(moved(tmp_path, "renamed", "Later"))


def test_another_study_of_the_same_name_may_begin(kept_elsewhere, tmp_path):
    (kept_elsewhere / "editions.jsonl").write_text("{}\n", encoding="utf-8")
    there = moved(tmp_path)
    with pytest.raises(StudyError) as told:
        private_folder(there)
    Path(re.search(r"make an empty folder (.+)\.$", str(told.value)).group(1)).mkdir()
    assert private_folder(there) != kept_elsewhere


def test_without_editions_or_beside_its_old_place_nothing_is_lost(kept_elsewhere, tmp_path):
    (tmp_path / "copies" / "study").mkdir(parents=True)
    (kept_elsewhere / "editions.jsonl").write_text("{}\n", encoding="utf-8")
    assert private_folder(tmp_path / "copies" / "study")  # the old one is where it was
    (kept_elsewhere / "editions.jsonl").unlink()
    assert private_folder(moved(tmp_path))


def test_a_damaged_key_is_named_with_its_remedy(tmp_path):
    (private_folder(tmp_path) / "key").write_bytes(b"short")
    with pytest.raises(
        StudyError, match=r".rm_research/key is damaged: it holds 5 bytes, not 32. Delete it; a new one"
    ):
        study_key(tmp_path)


def test_purging_removes_key_and_cache_and_nothing_else(tmp_path):
    (tmp_path / "study.toml").write_text("title = 'x'")
    study_key(tmp_path)
    assert purge_private(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    assert not purge_private(tmp_path)


def test_what_only_points_to_another_folder_is_not_purged(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / ".rm_research").symlink_to(tmp_path / "other")
    assert not purge_private(tmp_path)
    assert (tmp_path / "other").is_dir()
