"""Temporary files are in one folder of a process; what dead processes left goes, and nothing else."""

import os
import stat
import subprocess
import sys

import pytest

from rm_research import temporary

MAKES = "from rm_research.temporary import run_folder; import os; print(run_folder(), flush=True); {then}"


def made(place, then):
    """Folder that another process makes, which then does something."""
    done = subprocess.run(
        [sys.executable, "-c", MAKES.format(then=then)], env=os.environ | {"TMPDIR": str(place)}, capture_output=True,
        text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_it_is_one_folder_for_its_owner_alone(place):
    folder = temporary.run_folder()
    assert temporary.run_folder() == folder
    assert folder.parent == place
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_goes_at_the_end_of_its_process(place):
    assert made(place, "").startswith(str(place))
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(place):
    left = made(place, "os.kill(os.getpid(), 9)")
    assert [str(path) for path in place.iterdir()] == [left]
    folder = temporary.run_folder()
    assert [*place.iterdir()] == [folder]


def test_folders_in_use_stay(place):
    ours = temporary.run_folder()
    made(place, "")
    assert [*place.iterdir()] == [ours]


def test_folders_that_are_not_ours_stay(place):
    """Others may write to the place for temporary files: folders of theirs, and links."""
    (place / "rm_research-other").mkdir()  # without our mark
    (place / "kept").mkdir()
    (place / "kept" / temporary.IN_USE).touch()
    (place / "rm_research-link").symlink_to(place / "kept")
    temporary.run_folder()
    assert (place / "rm_research-other").is_dir()
    assert (place / "kept" / temporary.IN_USE).is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_folders_of_other_users_stay(place):
    (place / "rm_research-theirs").mkdir()
    (place / "rm_research-theirs" / temporary.IN_USE).touch()
    os.chown(place / "rm_research-theirs", 12345, 12345)
    temporary.run_folder()
    assert (place / "rm_research-theirs").is_dir()
