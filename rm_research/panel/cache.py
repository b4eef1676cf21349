"""
Cache on disk: frames and numbers of a prepared study, found by a digest of everything they were made from.

They are tables of Arrow, which hold no code, and are believed only with a seal: a study that was sent may come with
a cache.
"""

import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from functools import cache
from importlib import metadata
from pathlib import Path

import pandas as pd
import pyarrow as pa

from rm_research.frames import (
    ARRIVALS,
    DYADS,
    GOALS,
    LEDGER,
    LINKS,
    MEETINGS,
    NEAR_MISSES,
    OPEN_ANSWERS,
    PANEL,
    PEOPLE,
    PROBLEMS,
    RESPONSES,
    SCORES,
)
from rm_research.private import private_folder, seal, write_private
from rm_research.study import Study
from rm_research.study.locking import FILE as PLAN
from rm_research.study.settings import File
from rm_research.study.text_storage import held_by_size

TEXTS, SEAL = "texts.json", "seal"
LEFT = 3600  # seconds after which a part of a cache is one that a killed run left
PACKAGES = (  # reading and results may depend on their versions
    "rm_research", "numpy", "openpyxl", "pandas", "pyarrow", "pyreadstat", "python_calamine", "rapidfuzz", "scipy",
    "statsmodels",
)  # fmt: skip
PREPARED, VARIED, NUMBERS = "prepared", "varied", "numbers"  # what is cached
MOST_VARIED = 8  # variations of a study that are kept; of all else only the last
Texts = dict[tuple[str, str], str]
FRAMES = {
    "responses": RESPONSES, "people": PEOPLE, "dyads": DYADS, "meetings": MEETINGS, "goals": GOALS,
    "links": LINKS, "near_misses": NEAR_MISSES, "scores": SCORES, "panel": PANEL, "ledger": LEDGER,
    "problems": PROBLEMS, "open_answers": OPEN_ANSWERS, "arrivals": ARRIVALS,
}  # fmt: skip
NAMES = tuple(FRAMES)


@cache  # it is asked for in every use of the cache, and reads a file each time
def version(package: str) -> str:
    """Version of an installed package; '' if it is one of the extras and not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def input_files(study: Study) -> list[Path]:
    """Files a study is made of, study.toml and codebook.csv first, each once."""
    files: list[File] = [source for wave in study.waves for source in wave.sources]
    files += [file for file in (study.roster, study.sessions, study.goals) if file]
    declared = [name for file in files for name in (file.file, file.dictionary) if name]
    declared += [quotes] if (quotes := study.settings.reflections.quotes) else []
    own = ["study.toml", "codebook.csv", *([PLAN] if study.plan else [])]
    return [study.path / name for name in dict.fromkeys([*own, *declared])]


def input_hashes(study: Study) -> dict[str, str]:
    """SHA-256 by file, as study.toml names it; '' where a file is absent."""
    files = {os.path.relpath(path, study.path): path for path in input_files(study)}
    return {name: _file_hash(path) if os.path.isfile(path) else "" for name, path in files.items()}


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(study: Study) -> str:
    """One SHA-256 over all inputs, the same on every machine."""
    return hashlib.sha256(json.dumps(input_hashes(study), sort_keys=True).encode()).hexdigest()


@held_by_size
def load(study: Study, *, inputs: str = "") -> tuple[dict[str, pd.DataFrame], Texts] | None:
    """Frames and question texts prepared before by this code from the same inputs, or None."""
    folder = _folder(study, _prepared(study), inputs or digest(study))
    frames = _loaded(study, folder)
    if frames is None or any(name not in frames or not frame.fits(frames[name]) for name, frame in FRAMES.items()):
        return None
    texts = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
    return {name: frames[name] for name in NAMES}, {(wave, item): text for wave, item, text in texts}


def save(study: Study, frames: dict[str, pd.DataFrame], texts: Texts, *, inputs: str = "") -> None:
    """Keep frames for the next call, replacing those of other inputs; a folder that cannot be written is let be."""
    content = json.dumps([[*key, text] for key, text in texts.items()]).encode()
    kept = {name: frames[name] for name in NAMES}
    _save(study, _folder(study, _prepared(study), inputs or digest(study)), kept, {TEXTS: content})


def load_numbers(study: Study, made_of: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame] | None:
    """Tables kept by `save_numbers` for a study and frames that are equal to these in every cell, or None."""
    return _loaded(study, _folder(study, NUMBERS, _content(made_of)))


def save_numbers(study: Study, made_of: dict[str, pd.DataFrame], tables: dict[str, pd.DataFrame]) -> None:
    """Keep tables made of some frames for the next call, replacing those made of others."""
    _save(study, _folder(study, NUMBERS, _content(made_of)), tables, {})


def _content(frames: dict[str, pd.DataFrame]) -> str:
    """Digest of all cells, names and types."""
    whole = hashlib.sha256()
    for name, frame in frames.items():
        whole.update(f"{name}{list(frame.dtypes.astype(str).items())}".encode())
        whole.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return whole.hexdigest()


def _loaded(study: Study, folder: Path) -> dict[str, pd.DataFrame] | None:
    """Frames of a folder that was written here; None if there is none, or anything in it has changed."""
    if not folder.is_dir():
        return None
    try:
        if (folder / SEAL).read_text(encoding="utf-8") != _seal(study, folder):
            return None
        return {path.stem: _read(path) for path in sorted(folder.glob("*.arrow"))}
    except (OSError, ValueError, pa.ArrowException):
        return None


def _seal(study: Study, folder: Path, name: str = "") -> str:
    """Seal of all files of a folder, under its name, which tells what they were made from."""
    hashes = {path.name: _file_hash(path) for path in sorted(folder.iterdir()) if path.name != SEAL}
    return seal(study.path, json.dumps([name or folder.name, hashes]).encode())


def _save(study: Study, folder: Path, frames: dict[str, pd.DataFrame], further: dict[str, bytes]) -> None:
    """Write a folder whole or not at all, in the place of others of its kind, and remove what killed runs left."""
    part = None
    try:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
        for name, frame in frames.items():
            _write(part / f"{name}.arrow", frame)
        for name, content in further.items():
            write_private(part / name, content)
        write_private(part / SEAL, _seal(study, part, folder.name).encode())
        left = [old for old in folder.parent.glob(".part-*") if time.time() - old.stat().st_mtime > LEFT]
        for old in (*left, *_replaced(folder)):
            shutil.rmtree(old, ignore_errors=True)
        part.replace(folder)
    except OSError:
        return
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def _replaced(folder: Path) -> list[Path]:
    """What a new folder takes the place of: all others of its kind, but of variations only the oldest."""
    kind = folder.name.rpartition("-")[0]
    others = sorted(folder.parent.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [path for place, path in enumerate(others) if path == folder or kind != VARIED or place >= MOST_VARIED - 1]


def _prepared(study: Study) -> str:
    """Kind of cache of a study as it is declared, or varied."""
    return VARIED if study.options else PREPARED


def _folder(study: Study, kind: str, inputs: str) -> Path:
    return private_folder(study.path) / "cache" / f"{kind}-{seal(study.path, stamp(study, inputs).encode())[:24]}"


def stamp(study: Study, inputs: str) -> str:
    """Everything that what is read of a study depends on."""
    # a Study may differ from the files it was read from: they were edited since, or it was made by hand
    made_with = [platform.python_version(), *(version(name) for name in PACKAGES)]
    plan = study.plan and study.plan.hash
    return f"{inputs}:{made_with}:{_code()}:{study.settings!r}:{study.items!r}:{plan}"


@cache
def _code() -> str:
    """Digest of this package's modules, so that frames made by other code are not taken for its own."""
    package = Path(__file__).parents[1]
    sources = sorted(package.rglob("*.py"))
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in sources)).hexdigest()


def _write(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> pd.DataFrame:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all().to_pandas()
