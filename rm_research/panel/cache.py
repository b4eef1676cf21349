"""Frames of a prepared study on disk, found again by a digest of everything they were made from."""

import hashlib
import json
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow as pa

from rm_research.privacy import HOME, private_folder, write_private
from rm_research.study import Study

PLACE = "RM_RESEARCH_CACHE"
TEXTS = "texts.json"
Texts = dict[tuple[str, str], str]
NAMES = ("responses", "people", "dyads", "links", "scores", "panel", "ledger", "problems")


def input_files(study: Study) -> list[Path]:
    """Files a study is made of, study.toml and codebook.csv first, each once."""
    declared = [source.file for wave in study.waves for source in wave.sources]
    declared += [file.file for file in (study.roster, study.sessions) if file]
    return [study.path / name for name in dict.fromkeys(["study.toml", "codebook.csv", *declared])]


def input_hashes(study: Study) -> dict[str, str]:
    """SHA-256 by file, as study.toml names it; '' where a file is absent."""
    return {
        os.path.relpath(path, study.path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in input_files(study)
    }


def digest(study: Study) -> str:
    """One SHA-256 over all inputs, the same on every machine."""
    return hashlib.sha256(json.dumps(input_hashes(study), sort_keys=True).encode()).hexdigest()


def load(study: Study) -> tuple[dict[str, pd.DataFrame], Texts] | None:
    """Frames and question texts prepared before by this version from the same inputs, or None."""
    folder = _folder(study)
    if folder is None or not folder.is_dir():
        return None
    try:
        texts = json.loads((folder / TEXTS).read_text(encoding="utf-8"))
        return {name: _read(folder / f"{name}.arrow") for name in NAMES}, {(w, i): text for w, i, text in texts}
    except (OSError, pa.ArrowInvalid, ValueError):
        return None


def save(study: Study, frames: dict[str, pd.DataFrame], texts: Texts) -> None:
    """Keep frames for the next call, replacing those of other inputs; a folder that cannot be written is let be."""
    folder = _folder(study)
    if folder is None:
        return
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
        for name in NAMES:
            _write(part / f"{name}.arrow", frames[name])
        write_private(part / TEXTS, json.dumps([[*key, text] for key, text in texts.items()]).encode())
        for old in folder.parent.glob("prepared-*"):
            shutil.rmtree(old, ignore_errors=True)
        part.replace(folder)
    except OSError:
        return


def _folder(study: Study) -> Path | None:
    place = os.environ.get(PLACE)
    home = Path(place) if place else private_folder(study.path)
    key = (study.path / HOME / "key").read_bytes() if (study.path / HOME / "key").is_file() else b""
    stamp = hashlib.sha256(f"{digest(study)}:{version('rm_research')}".encode() + key).hexdigest()[:24]
    return None if home is None else home / "cache" / f"prepared-{stamp}"


def _write(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        with pa.ipc.new_file(handle, table.schema) as writer:
            writer.write_table(table)


def _read(path: Path) -> pd.DataFrame:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all().to_pandas()
