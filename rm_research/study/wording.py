"""Faults of study.toml as sentences: the key, what is wrong with it, and what to do."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from rm_research.catalogue.said import Said
from rm_research.study.settings import FACTS, FORMATS, FactFile, Scale, Settings, Source, Table, Theme, Wave

MACHINERY = ("function-", "tuple[", "dict[", "[key]")  # what pydantic adds to the path of a key
PLAIN = {
    "missing": "is missing; add it",
    "string_type": "is not text; put it in quotes",
    "tuple_type": "is neither text nor a list of texts",
    "dict_type": "is not a table",
    "string_pattern_mismatch": 'is not a delimiter; give one character, such as ";" or "\\t"',
}


def suggest(name: str, known: Iterable[str]) -> str:
    """Suggest the name that was probably meant, or list the known names."""
    names = list(known)
    near = _near(name, names)
    if near:
        return Said("problems.part.meant", name=near[0])
    return Said("problems.part.known", names=", ".join(names) or "–")


def _near(name: str, known: Iterable[str]) -> list[str]:
    """Name that was probably meant, if there is one."""
    return get_close_matches(name, list(known), n=1, cutoff=0.6)


def sentences(details: Sequence[Any], content: dict[str, Any]) -> list[str]:
    """
    Describe faults for the owner of study.toml, one sentence per key.

    Parameters
    ----------
    details : sequence
        Errors from pydantic.
    content : dict
        study.toml as parsed.
    """
    keys = [_key(detail) for detail in details]
    # pydantic also reports the table of a faulty key; the key is enough
    tables = {key[:end] for key in keys for end in range(1, len(key))}
    # a key that is misspelt is not missing as well
    unknown = [key for key, detail in zip(keys, details, strict=True) if detail["type"] == "extra_forbidden"]
    meant = {(*_as_written(key, content)[:-1], *_near(key[-1], _known_keys(key))) for key in unknown}
    by_key: dict[tuple[str, ...], str] = {}
    for key, detail in zip(keys, details, strict=True):
        if key not in tables and (detail["type"] != "missing" or _as_written(key, content) not in meant):
            written = _as_written(key, content)
            by_key.setdefault(key, f"study.toml: {'.'.join(written)}: {_fault(key, written, detail)}")
    return list(by_key.values())


def _key(detail: Any) -> tuple[str, ...]:
    """Path of keys to a fault."""
    return tuple(str(part).strip() for part in detail["loc"] if not str(part).startswith(MACHINERY))


def _as_written(key: tuple[str, ...], content: dict[str, Any]) -> tuple[str, ...]:
    """Return the key as written in study.toml, where a wave with a single export names its file directly."""
    if key[0] == "waves" and key[2:4] == ("sources", "0") and "sources" not in content["waves"][key[1]]:
        return (*key[:2], *key[4:])
    return key


def _fault(key: tuple[str, ...], written: tuple[str, ...], detail: Any) -> str:
    value = detail.get("input")
    if detail["type"] == "extra_forbidden" or detail["loc"][-1] == "[key]":
        return f"is not a key of study.toml here; {suggest(key[-1], _known_keys(key))}{_further(key, written)}"
    if key[-1] == "format" and isinstance(value, str):
        return f"is {value!r}; formats are {', '.join(FORMATS)}"
    text = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if detail["type"] == "string_pattern_mismatch" and "elements" in key:
        return f'is {value!r}; give a name and a number of characters, such as "surname:2"'
    text = PLAIN.get(detail["type"], f"{text[0].lower()}{text[1:]}")
    return text + (f" (it is {value!r})" if isinstance(value, str | int | float) else "")


def _further(key: tuple[str, ...], written: tuple[str, ...]) -> str:
    """What else the table has of a key that was probably misspelt, or the table that is itself meant."""
    known = _known_keys(key)
    near = _near(key[-1], known)
    if near and len(key) == 1:
        written, known = (near[0], ""), _known_keys((near[0], ""))
    table = ".".join(part for part in written[:-1] if not part.isdigit())
    return f" [{table}] has {', '.join(known)}" if near and known else ""


def _known_keys(key: tuple[str, ...]) -> list[str]:
    """Keys of the table that a key is in."""
    if len(key) == 1:
        return list(Settings.model_fields)
    if key[0] == "columns":
        return list(FACTS)
    models: dict[str, tuple[type[Table], ...]] = {
        "waves": (Source,) if "sources" in key else (Wave, Source), "scales": (Scale,), "themes": (Theme,),
        "roster": (FactFile,), "sessions": (FactFile,),
    }  # fmt: skip
    declared = Settings.model_fields[key[0]].annotation
    known = models.get(key[0]) or ((declared,) if isinstance(declared, type) and issubclass(declared, Table) else ())
    return [name for model in known for name in model.model_fields if name != "name" or "sources" in key]
