"""
What is kept of open answers: texts and codes, in the study's private folder, apart from its cache.

Texts are believed only with a seal, as a study that was sent may come with such a folder. Codes name answers by units,
which say nothing on another machine.
"""

import json
from pathlib import Path
from typing import Any

from rm_research.errors import ReportError
from rm_research.linkage import link_waves
from rm_research.panel import Prepared, cache
from rm_research.panel.open_answers import written
from rm_research.private import HOME, private_folder, seal, study_key, write_private
from rm_research.responses import read_responses
from rm_research.responses.screening import Names
from rm_research.study import Study

FOLDER, TEXTS, CODES = "reflections", "answers.json", "coding.json"


def private_reflections(study: Study) -> Path:
    """Folder of a study's open answers, which only its owner can read."""
    folder = private_folder(study.path) / FOLDER
    if folder.is_symlink():
        raise ReportError(f"{folder} is a link, by which answers may get into other hands. Delete it.")
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return folder


def texts_of(prepared: Prepared) -> tuple[dict[str, str], Names]:
    """
    What was written, by unit, and the names that it was freed of.

    They are kept from the first time on, and read from the exports again when these change.

    Raises
    ------
    ReportError
        When the exports changed since the study was prepared.
    """
    study = prepared.study
    inputs = cache.stamp(study, prepared.digest)
    known = None if study.options else _load(study, inputs)
    if known is None:
        known = _read_again(prepared)
        if not study.options:
            _keep(study, inputs, known)
    return known["texts"], Names(study_key(study.path), set(known["names"]))


def _read_again(prepared: Prepared) -> dict[str, Any]:
    study = prepared.study
    if cache.digest(study) != prepared.digest:
        raise ReportError("The files of the study changed since it was prepared. Call prepare_study again.")
    intake = read_responses(study)
    answers = written(link_waves(intake, study).responses, study)
    return {"texts": dict(zip(answers["unit"], answers["text"], strict=True)), "names": sorted(intake.names.digests)}


def _load(study: Study, inputs: str) -> dict[str, Any] | None:
    """What was kept of these inputs, here; None if there is nothing or anything in it has changed."""
    try:
        mark, _, content = (private_reflections(study) / TEXTS).read_text(encoding="utf-8").partition("\n")
    except (OSError, ValueError):
        return None
    if mark != seal(study.path, f"{inputs}{content}".encode()):
        return None
    kept: dict[str, Any] = json.loads(content)
    return kept


def _keep(study: Study, inputs: str, known: dict[str, Any]) -> None:
    content = json.dumps(known, ensure_ascii=False)
    mark = seal(study.path, f"{inputs}{content}".encode())
    write_private(private_reflections(study) / TEXTS, f"{mark}\n{content}".encode())


def load_codes(study: Study) -> list[dict[str, Any]]:
    """
    What coders marked, as `keep_codes` was given it; empty before any sheet was read.

    Raises
    ------
    ReportError
        When the file is damaged.
    """
    path = private_folder(study.path) / FOLDER / CODES
    if not path.is_file():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [
            {"coder": str(of["coder"]), "unit": str(of["unit"]), "version": str(of["version"]),
             "marks": {str(theme): bool(mark) for theme, mark in of["marks"].items()}} for of in rows
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(
            f"{HOME}/{FOLDER}/{CODES} is damaged. Read the coders' sheets again: rm-research code STUDY --from SHEET"
        ) from error


def keep_codes(study: Study, rows: list[dict[str, Any]]) -> None:
    """Keep what coders marked, in the place of what was read before."""
    write_private(private_reflections(study) / CODES, json.dumps(rows, ensure_ascii=False).encode())
