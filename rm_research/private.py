"""The private folder of a study: its key, its cache and what was released, for its owner alone."""

import hashlib
import hmac
import json
import os
import secrets
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from rm_research.errors import StudyError

HOME = ".rm_research"
WHOSE, LEDGER = "study.json", "editions.jsonl"  # in a private folder: whose it is, and what was released
PRIVATE = "RM_RESEARCH_PRIVATE"  # environment variable: another place for the private folders of studies
ELSEWHERE = f"Set the environment variable {PRIVATE} to a folder that only you can read; the key is then kept there."
OTHERS = 0o077  # permissions of anybody but the owner


def private_folder(study: Path) -> Path:
    """
    Folder of a study for its key and cache, created on first use for its owner only.

    It is in the study's folder, or in the one that RM_RESEARCH_PRIVATE names. It tells git to ignore it.

    Raises
    ------
    StudyError
        When it cannot be made or closed to others, belongs to somebody else, or is or holds a link, which may have come
        with a study that somebody sent; or when it would be new, and that of a study which is gone looks like its own.
    """
    folder = private_place(study)
    try:
        if PRIVATE in os.environ and not folder.exists():
            _refuse_moved(folder, study)
        if linked := [path for path in (folder, folder / "key", folder / "cache") if path.is_symlink()]:
            raise StudyError(f"{linked[0]} is a link, by which the key may get into other hands. Delete it.")
        folder.mkdir(mode=0o700, parents=PRIVATE in os.environ, exist_ok=True)
        _close(folder)
        if not (folder / ".gitignore").exists():
            write_private(folder / ".gitignore", b"*\n")
        if PRIVATE in os.environ and _known(folder) != _whose(study):
            write_private(folder / WHOSE, json.dumps(_whose(study)).encode())
    except OSError as error:
        raise StudyError(f"{folder} cannot be used for the study's key ({error.strerror}). {ELSEWHERE}") from error
    return folder


def private_place(study: Path) -> Path:
    """Where a study's private folder is or would be."""
    place, folder = os.environ.get(PRIVATE), study.resolve()
    if not place:
        return study / HOME
    # studies of one name keep their keys
    return Path(place).resolve() / f"{folder.name}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]}"


def _whose(study: Path) -> dict[str, str]:
    """Where a study is, and what it is called."""
    try:
        title = str(tomllib.loads((study / "study.toml").read_text(encoding="utf-8-sig")).get("title", ""))
    except (OSError, ValueError):  # which is told where the study is read
        title = ""
    return {"path": str(study.resolve()), "title": title}


def _known(folder: Path) -> dict[str, str]:
    """What a private folder says of whose it is; nothing if it does not say, or is damaged."""
    try:
        said = json.loads((folder / WHOSE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(text) for name, text in said.items()} if isinstance(said, dict) else {}


def _refuse_moved(folder: Path, study: Path) -> None:
    """Refuse to begin anew where a study of the same name or title had editions, and is no longer where it was."""
    new = _whose(study)
    for ledger in sorted(folder.parent.glob(f"*/{LEDGER}")):
        old = _known(ledger.parent)
        where, title = Path(old.get("path", "/")), old.get("title")
        if not (where / "study.toml").exists() and (
            where.name == Path(new["path"]).name or (title and title == new["title"])
        ):
            raise StudyError(
                f"{ledger.parent} holds what was released of a study that was in {where} and is gone. If this is that "
                f"study, rename the folder to {folder.name}: else later reports could reveal individuals next to "
                f"earlier ones. If it is another study, make an empty folder {folder}."
            )


def _close(path: Path) -> None:
    """Make a file or folder its owner's only, if it is ours; it may exist already, readable by everyone."""
    if sys.platform == "win32":  # a folder is as private as the one it is in
        return
    if path.stat().st_uid != os.geteuid():
        raise StudyError(f"{path} belongs to another user, who could read the study's key. {ELSEWHERE}")
    if path.stat().st_mode & OTHERS:
        path.chmod(path.stat().st_mode & 0o700)
    if path.stat().st_mode & OTHERS:
        raise StudyError(f"{path} can be read by other users, and this cannot be changed there. {ELSEWHERE}")


def purge_private(study: Path) -> bool:
    """Remove the key and cache of a study; return whether there were any."""
    folder = private_place(study)
    if not folder.is_dir() or folder.is_symlink():
        return False
    shutil.rmtree(folder)
    return True


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    _part(path, content).replace(path)


def _part(path: Path, content: bytes) -> Path:
    """Write a new file beside `path` that only its owner can read."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return Path(name)


def study_key(study: Path) -> bytes:
    """
    Key for hashing person codes, made once per study folder.

    Raises
    ------
    StudyError
        When the key can neither be found nor made, or is damaged: hashes of a key that is lost would differ from run
        to run.
    """
    path = private_folder(study) / "key"
    try:
        if not path.exists():
            _make_key(path)
        _close(path)
        key = path.read_bytes()
    except OSError as error:
        raise StudyError(f"{path} cannot be used ({error.strerror}). {ELSEWHERE}") from error
    if len(key) != 32:
        raise StudyError(f"{HOME}/key is damaged: it holds {len(key)} bytes, not 32. Delete it; a new one is made.")
    return key


def seal(study: Path, content: bytes) -> str:
    """
    Keyed digest by which content is known again that was written here: on this machine, beside this key.

    A study that somebody sent may hold a key and files made with it. So the seal also depends on when the key's file
    was made on this machine, which nobody can foresee.
    """
    key, about = study_key(study), (private_folder(study) / "key").stat()
    here = f"{about.st_dev}:{about.st_ino}:{about.st_ctime_ns}:".encode()
    return hmac.new(key, here + content, hashlib.sha256).hexdigest()


def _make_key(path: Path) -> None:
    part = _part(path, secrets.token_bytes(32))
    try:
        os.link(part, path)  # a link, unlike a rename, never replaces the key that another process has just made
    except FileExistsError:
        pass
    finally:
        part.unlink()
