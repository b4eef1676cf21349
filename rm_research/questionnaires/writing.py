"""write_questionnaire: the questionnaires of a study as files for a platform."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from rm_research.catalogue import Catalogue, catalogue
from rm_research.errors import ReportError, SelectionError, StudyFileError
from rm_research.questionnaires import PLATFORMS, Platform
from rm_research.questionnaires.build import build_forms
from rm_research.questionnaires.form import Form
from rm_research.study import Study, read_study
from rm_research.study.wording import suggest
from rm_research.writers.folder import write_all


def write_questionnaire(
    study: Study | str | Path, *, out: str | Path, platform: str, wave: str | None = None
) -> tuple[Path, ...]:  # fmt: skip
    """
    Write the questionnaires of a study for a survey platform: one for each export that study.toml names.

    Parameters
    ----------
    study : Study or path
    out : path
        A folder. Files that are there already are never replaced.
    platform : {'qualtrics', 'limesurvey', 'redcap', 'word', 'csv'}
        What takes them.
    wave : str, optional
        Only this wave.

    Returns
    -------
    tuple of Path
        The files written, named after wave and source.

    Raises
    ------
    StudyFileError
        Naming everything that the questionnaires lack, and each name that the platform does not take.
    SelectionError
        When there is no such platform or wave.
    ReportError
        When a file is there already, or the folder cannot be written to.

    Examples
    --------
    >>> try:
    ...     rm.write_questionnaire(study, out="surveys", platform="qualtrics")
    ... except rm.StudyError as error:
    ...     print(str(error).splitlines()[0])
    The questionnaires of the study in data/demo cannot be written (2 problems)
    """
    if platform not in PLATFORMS:
        raise SelectionError(f"There is no platform {platform!r}; {suggest(platform, PLATFORMS)}")
    one, read = PLATFORMS[platform], study if isinstance(study, Study) else read_study(study)
    forms = build_forms(read, wave)
    if problems := [*_of_format(read, one, wave), *_of_names(forms, one), *_of_options(forms, one)]:
        raise StudyFileError(*problems, heading=f"{one.title} cannot take the questionnaires of {read.path}")
    out, words = Path(out), catalogue(read.reporting.language)
    paths = _paths(out, forms, one)
    _make(out)
    return write_all({path: _writer(form, one, words) for path, form in zip(paths, forms, strict=True)})


def still_to_do(study: Study | str | Path, one: Platform, wave: str | None = None) -> list[str]:
    """What is to be done by hand on the platform, once it has taken the files."""
    if one.conditions:
        return []
    read = study if isinstance(study, Study) else read_study(study)
    forms = build_forms(read, wave)
    said = []
    if any(form.consent for form in forms):
        said.append(
            f"To do in {one.title}: under Survey flow, end the survey for people who do not agree. Their rows are left "
            "out in any case."
        )
    if any(form.only_for(block) for form in forms for block in form.blocks):
        said.append(
            f"To do in {one.title}: under Survey flow, show each block that is only for a role to that role alone."
        )
    return said


def _writer(form: Form, one: Platform, words: Catalogue) -> Callable[[Path], object]:
    module, _, function = one.writer.partition(":")
    made = getattr(import_module(f"rm_research.questionnaires.{module}"), function)(form, words)
    content = made if isinstance(made, bytes) else made.encode("utf-8")
    return lambda path: path.write_bytes(content)


def _paths(out: Path, forms: tuple[Form, ...], one: Platform) -> list[Path]:
    """Paths of the files to be written; none of them may be there."""
    if out.exists() and not out.is_dir():
        raise ReportError(f"{out} is a file. Name a folder with --out.")
    paths: list[Path] = []
    for number, form in enumerate(forms, start=1):
        path = out / f"{form.name or number}.{one.extension}"
        paths.append(out / f"{form.name}-{number}.{one.extension}" if path in paths else path)
    if there := [path.name for path in paths if path.exists()]:
        raise ReportError(f"{out} already has {', '.join(there)}. Name another folder with --out.")
    return paths


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{out} cannot be made ({error.strerror}). Name another folder with --out.") from error


def _of_format(study: Study, one: Platform, wave: str | None) -> list[str]:
    """Find exports that study.toml reads otherwise than the platform writes them."""
    return [
        f'study.toml: waves.{each.name}: {source.title} has the format "{source.format}"; {one.title} has another: '
        f'set format = "{one.format}"'
        for each in study.waves
        for source in each.sources
        if one.format and wave in (None, each.name) and source.format != one.format
    ]


def _of_names(forms: tuple[Form, ...], one: Platform) -> list[str]:
    """Find names of columns that the platform does not take, and two questions of one name."""
    named = dict.fromkeys(question.name for form in forms for question in form.questions)
    wrong = [name for name in named if not re.fullmatch(one.names, name) or name in one.taken or name.endswith("*")]
    problems = []
    if wrong:
        taken = f", and not {', '.join(one.taken)}" if one.taken else ""
        rule = f"; its names are {one.rule}{taken}" if one.rule else ", which are parts of names"
        problems.append(f"columns that {one.title} cannot have: {', '.join(wrong)}{rule}. Rename them in both files")
    for form in forms:
        names = [question.name for question in form.questions]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            problems.append(f"{form.name}: two questions are asked into one column ({', '.join(twice)}); rename one")
    return problems


def _of_options(forms: tuple[Form, ...], one: Platform) -> list[str]:
    """Find printed answers that the platform would take apart."""
    labels = dict.fromkeys(label for form in forms for question in form.questions for _, label in question.options)
    wrong = [label for label in labels if "\n" in label or (one.format == "redcap" and "|" in label)]
    return [f"answers that {one.title} would divide: {', '.join(map(repr, wrong))}; reword them"] if wrong else []
