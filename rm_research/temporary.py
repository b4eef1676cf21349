"""Temporary files of this process in one folder, which the next run clears if this one is killed."""

import atexit
import os
import shutil
import stat
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

PREFIX = "rm_research-"
IN_USE = "in-use"  # a file in the folder that is locked as long as its process lives

_making = threading.Lock()


def run_folder() -> Path:
    """
    Folder for everything temporary of this process, for its owner only.

    It is removed at the end of the process; folders of processes that were killed are removed now.
    """
    with _making:
        return _folder(tempfile.gettempdir(), os.getpid())


@cache
def _folder(parent: str, process: int) -> Path:
    _clear(Path(parent))
    place = Path(tempfile.mkdtemp(dir=parent, prefix=PREFIX))
    atexit.register(_remove, place, process, _mark(place))
    return place


def _mark(place: Path) -> int:
    """Lock a file in a folder until this process ends, however it ends; return its handle, which stays open."""
    if sys.platform == "win32":  # a file that is open cannot be removed, which is a lock
        return os.open(place / IN_USE, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    import fcntl

    handle = os.open(place / f"{IN_USE}.new", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.rename(place / f"{IN_USE}.new", place / IN_USE)  # now, so that nobody sees it without its lock
    return handle


def _clear(parent: Path) -> None:
    """Remove our folders of dead processes."""
    for place in parent.glob(f"{PREFIX}*"):
        if _is_own(place) and _is_dead(place):
            shutil.rmtree(place, ignore_errors=True)


def _is_own(place: Path) -> bool:
    """Whether a path is a real folder that belongs to us; others may write to the place for temporary files."""
    try:
        about = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and (sys.platform == "win32" or about.st_uid == os.geteuid())


def _is_dead(place: Path) -> bool:
    """Whether no process holds the lock any more; a folder without one is not of ours or only being made."""
    try:
        if sys.platform == "win32":
            (place / IN_USE).unlink()
            return True
        import fcntl

        with (place / IN_USE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove(place: Path, process: int, handle: int) -> None:
    if os.getpid() == process:  # not a copy of it
        os.close(handle)
        shutil.rmtree(place, ignore_errors=True)
