"""Documents and pictures of findings, made in a separate process because drawing is not thread-safe."""

import json
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rm_research.catalogue import catalogue
from rm_research.findings import Findings, build_findings
from rm_research.panel import prepare_study
from rm_research.reporting.apart import finished_apart
from rm_research.reporting.forms.asked import DOCX, FIGURES
from rm_research.temporary import run_folder

LOST = "lost.json"  # beside the forms: which failed, and why


class Failure(NamedTuple):
    """Why a form could not be made: the kind of error (which holds no data), and the message."""

    kind: str
    message: str


DEAD = Failure("DeadWorkerError", "The process that makes it ended too early.")


def made_apart(
    wanted: tuple[str, ...], parameters: Mapping[str, Any], folder: Path
) -> tuple[dict[str, dict[str, bytes]], dict[str, Failure]]:
    """
    Forms of findings, made in another process.

    Parameters
    ----------
    wanted : tuple of str
        Of findings.docx and figures.
    parameters : mapping
        Parameters of the page's notebook.
    folder : Path
        Working folder of the notebook.

    Returns
    -------
    dict of str to dict of str to bytes
        Files of each form that was made, by their names beside the page.
    dict of str to Failure
        Why the others could not be made.
    """
    with tempfile.TemporaryDirectory(dir=run_folder()) as name:
        place = Path(name)
        finished_apart(_make, wanted, dict(parameters), place, folder=folder)
        failures = place / LOST
        if not failures.is_file():  # it is written last
            return {}, dict.fromkeys(wanted, DEAD)
        lost = {form: Failure(*why) for form, why in json.loads(failures.read_text(encoding="utf-8")).items()}
        return {form: _files(place, form) for form in wanted if form not in lost}, lost


def _files(place: Path, form: str) -> dict[str, bytes]:
    paths = sorted((place / form).iterdir()) if (place / form).is_dir() else [place / form]
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def _make(wanted: tuple[str, ...], parameters: dict[str, Any], place: Path) -> None:
    """Make forms in a folder; called in the other process."""
    import matplotlib as mpl

    mpl.use("agg")
    warnings.simplefilter("ignore")  # as in notebooks: warnings name files of this machine
    lost: dict[str, Failure] = {}
    try:
        prepared = prepare_study(parameters.pop("study"))
        findings = build_findings(prepared, **parameters)
    except Exception as error:
        lost = dict.fromkeys(wanted, _failure(error))
    for form in wanted:
        if form not in lost:
            try:
                MAKERS[form](findings, prepared.study.reporting.language, place)
            except Exception as error:
                lost[form] = _failure(error)
    (place / LOST).write_text(json.dumps(lost), encoding="utf-8")


def _failure(error: Exception) -> Failure:
    return Failure(type(error).__name__, str(error))


def _document(findings: Findings, language: str, place: Path) -> None:
    from rm_research.reporting.forms.word import word_document  # here: nothing else needs what it loads

    (place / DOCX).write_bytes(word_document(findings, catalogue(language)))


def _figures(findings: Findings, _: str, place: Path) -> None:
    from rm_research.reporting.forms.pictures import picture_file

    (place / FIGURES).mkdir()
    for picture in findings.pictures:
        (place / FIGURES / f"{picture.name}.png").write_bytes(picture_file(picture))


MAKERS: dict[str, Callable[[Findings, str, Path], None]] = {DOCX: _document, FIGURES: _figures}
