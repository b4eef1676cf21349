"""read_study: the two files into a Study, or every problem in them at once."""

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rm_research.errors import StudyFileError, listed
from rm_research.study.codebook import NOT_ASKED, Item, read_codebook
from rm_research.study.model import PROGRAMME, Study
from rm_research.study.settings import FACTS, FORMATS, Settings, Table

UNITS = ("person", "dyad", "cohort")


def read_study(path: str | Path) -> Study:
    """
    Read and check a study folder's study.toml and codebook.csv.

    Parameters
    ----------
    path : str or Path
        The study folder. No survey data are read.

    Returns
    -------
    Study
        Frozen; every default of study.toml in its place.

    Raises
    ------
    StudyFileError
        Naming file, key and remedy of everything that is wrong, all at once.
    """
    folder = Path(path)
    settings, problems = _read_settings(folder)
    try:
        items, of_codebook = read_codebook(folder / "codebook.csv", _places(settings))
    except StudyFileError as error:
        items, of_codebook = (), [str(error)]
    if settings is not None and not of_codebook:
        study = Study(folder, settings, items)
        problems += [*_check_settings(study), *_check_files(study), *_check_items(study), *_check_scales(study)]
    elif settings is None and not problems:
        problems = ["study.toml cannot be read"]
    if problems or of_codebook:
        raise StudyFileError(listed([*problems, *of_codebook], f"The study in {folder} is not ready"))
    return study


def _read_settings(folder: Path) -> tuple[Settings | None, list[str]]:
    file = folder / "study.toml"
    if not folder.is_dir():
        raise StudyFileError(f"There is no folder {folder}. Name the folder that holds study.toml.")
    if not file.is_file():
        raise StudyFileError(f"{folder} has no study.toml. It declares waves, columns and scales: docs/study-files.md.")
    try:
        return Settings.model_validate(tomllib.loads(file.read_text(encoding="utf-8-sig"))), []
    except UnicodeDecodeError:
        return None, ["study.toml: is not saved as UTF-8"]
    except tomllib.TOMLDecodeError as error:
        return None, [f"study.toml: is not valid TOML: {error}"]
    except ValidationError as error:
        return None, sorted({_sentence(detail) for detail in error.errors()})


def _places(settings: Settings | None) -> list[str]:
    if settings is None:
        return []
    waves = settings.waves.values()
    return [*settings.waves, *(f"{wave.name}.{source.name}" for wave in waves for source in wave.sources)]


def _sentence(detail: Any) -> str:
    """One of pydantic's findings, as the owner of the file would want to read it."""
    location = [str(part) for part in detail["loc"] if not str(part).startswith(("function-", "tuple[", "dict["))]
    if location[-1:] == ["[key]"]:
        location.pop()
        return f"study.toml: {'.'.join(location)}: is no key of study.toml here; {_suggest(location[-1], FACTS)}"
    key = ".".join(location)
    if detail["type"] == "extra_forbidden":
        return f"study.toml: {key}: is no key of study.toml here; {_suggest(location[-1], _known_keys(location))}"
    if detail["type"] == "missing":
        return f"study.toml: {key}: is missing"
    given = detail.get("input")
    shown = f" (it is {given!r})" if isinstance(given, str | int | float) and not isinstance(given, bool) else ""
    if key.endswith("format") and isinstance(given, str):
        return f"study.toml: {key}: is {given!r}; formats are {', '.join(FORMATS)}"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"study.toml: {key}: {message[0].lower()}{message[1:]}{shown}"


def _known_keys(location: list[str]) -> list[str]:
    """Keys of the table a location lies in, followed from the top."""
    fields: dict[str, Any] = dict(Settings.model_fields)
    if len(location) == 1:
        return list(fields)
    models = {
        model.__name__.lower(): model for model in Table.__subclasses__() for model in (model, *model.__subclasses__())
    }
    table = {"waves": "wave", "scales": "scale", "roster": "factfile", "sessions": "factfile"}.get(
        location[0], location[0]
    )
    known = list(models[table].model_fields) if table in models else []
    return known + list(models["source"].model_fields) if table == "wave" else known


def _suggest(name: str, known: list[str] | tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def _check_settings(study: Study) -> Iterator[str]:
    settings, names = study.settings, list(study.settings.waves)
    occasions = [wave.name for wave in study.waves if wave.kind == "occasion"]
    for name in names:
        if "." in name:
            yield f"study.toml: waves.{name}: a wave's name may not hold a dot; codebook.csv uses it for 'wave.source'"
    if not occasions:
        yield "study.toml: waves: all are retrospective; at least one must be an occasion"
    elif study.baseline not in occasions:
        yield f"study.toml: design.baseline: {study.baseline!r} is no occasion; occasions are {', '.join(occasions)}"
    for name in settings.outcomes:
        if name not in settings.scales:
            yield f"study.toml: outcomes: {name!r} is no scale; {_suggest(name, list(settings.scales))}"
    if len(set(settings.outcomes)) < len(settings.outcomes):
        yield "study.toml: outcomes: names a scale twice"
    units = [*UNITS, *settings.attributes]
    for key in ("unit", "clusters"):
        unit = getattr(settings.design, key)
        if unit is not None and unit not in units:
            yield f"study.toml: design.{key}: {unit!r} is neither {', '.join(UNITS)} nor an attribute"
    if settings.design.comparison == PROGRAMME:
        yield f"study.toml: design.comparison: the comparison cannot be the arm called {PROGRAMME!r}"
    if settings.design.comparison and "arm" not in _known_facts(study):
        yield "study.toml: design.comparison: no column says who is in which arm; add arm under [columns] or to [roster]"
    if settings.link.method != "none" and "person" not in _known_facts(study):
        yield 'study.toml: columns.person: is missing; name the column with each person\'s code, or set link.method = "none"'
    if settings.link.elements and settings.link.method != "code":
        yield 'study.toml: link.elements: goes with method = "code" only'
    for name in settings.attributes:
        if name in FACTS:
            yield f"study.toml: attributes.{name}: is a fact of every study; name its column under [columns]"
    for fact in settings.values:
        if fact not in (*FACTS, *settings.attributes):
            yield f"study.toml: values.{fact}: is neither a fact nor an attribute; {_suggest(fact, FACTS)}"


def _known_facts(study: Study) -> set[str]:
    """Facts that some file is declared to hold."""
    of_sources = {fact for wave in study.waves for source in wave.sources for fact in (*source.set, *source.columns)}
    of_roster = set(study.roster.columns) | {"arm", "role", "cohort", "dyad"} if study.roster else set()
    return {*study.settings.columns, *of_sources, *of_roster}


def _check_files(study: Study) -> Iterator[str]:
    facts = (*FACTS, *study.settings.attributes)
    for wave in study.waves:
        named = [source.name for source in wave.sources]
        if len(wave.sources) > 1 and (not all(named) or len(set(named)) < len(named)):
            yield f"study.toml: waves.{wave.name}.sources: each needs a name of its own"
        for source in wave.sources:
            for key in (*source.set, *source.columns):
                if key not in facts:
                    yield f"study.toml: waves.{wave.name}: {key!r} is neither a fact nor an attribute; {_suggest(key, facts)}"
    for fact, columns in {**study.settings.columns, **study.settings.attributes}.items():
        for name in columns if isinstance(columns, dict) else ():
            if name not in study.settings.waves:
                yield f"study.toml: columns.{fact}: {name!r} is no wave; {_suggest(name, list(study.settings.waves))}"
    for title, file in (("roster", study.roster), ("sessions", study.sessions)):
        own = {"dyad", "date", "minutes", "cohort"} if title == "sessions" else set(facts)
        for key in file.columns if file else ():
            if key not in own:
                yield f"study.toml: {title}.columns.{key}: is no fact; {_suggest(key, sorted(own))}"


def _check_items(study: Study) -> Iterator[str]:
    for item in study.items:
        where = f"codebook.csv row {item.row}: item {item.name!r}"
        if item.scale and item.scale not in study.settings.scales:
            yield f"{where} is of scale {item.scale!r}, which study.toml lacks; {_suggest(item.scale, list(study.settings.scales))}"
        if item.scale and item.kind != "number":
            yield f"{where} is of kind {item.kind!r} but in a scale; scales are made of numbers"
        if item.answers and item.answers not in study.settings.answers:
            yield f"{where} has answers {item.answers!r}, but study.toml has no [answers.{item.answers}]"
        if (item.low is None) != (item.high is None) or (item.low is not None and item.low >= (item.high or 0)):
            yield f"{where} needs low below high, or neither"
        elif item.reverse and item.low is None:
            yield f"{where} is reversed and so needs low and high, the ends of its answer scale"
        elif item.low is not None and item.high is not None:
            outside = [
                v for v in study.settings.answers.get(item.answers, {}).values() if not item.low <= v <= item.high
            ]
            if outside:
                yield f"{where}: [answers.{item.answers}] has {outside[0]:g}, outside {item.low:g} to {item.high:g}"
        if all(not item.candidates(wave.name, source.name) for wave in study.waves for source in wave.sources):
            yield f"{where} is asked in no wave: every wave column says {NOT_ASKED!r}. Name its column or remove the row"


def _check_scales(study: Study) -> Iterator[str]:
    for scale in study.scales:
        items = study.items_of(scale.name)
        if not items:
            yield f"codebook.csv: scale {scale.name!r} of study.toml has no item"
        yield from _check_range(scale.name, items)
        if items and not study.common_items(scale.name) and len(study.waves) > 1:
            yield f"codebook.csv: scale {scale.name!r} has no item that all its waves ask, so no two waves can be compared"


def _check_range(scale: str, items: tuple[Item, ...]) -> Iterator[str]:
    ranges = {(item.low, item.high) for item in items}
    if len(ranges) > 1:
        shown = ", ".join(sorted(f"{low}–{high}" for low, high in ranges))
        yield f"codebook.csv: items of scale {scale!r} have different ranges ({shown}); one scale needs one range"
    elif len(items) > 1 and ranges == {(None, None)}:
        yield f"codebook.csv: items of scale {scale!r} have no low and high; only a scale of one item may be unbounded"
