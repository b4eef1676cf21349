"""How findings in study.toml are said: the key, what is the matter with it, and what to do."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from rm_research.study.settings import FACTS, FORMATS, FactFile, Scale, Settings, Source, Table, Wave

MACHINERY = ("function-", "tuple[", "dict[", "[key]")  # what pydantic adds to the path of a key
PLAIN = {
    "missing": "is missing; add it",
    "string_type": "is not text; put it in quotes",
    "tuple_type": "is neither text nor a list of texts",
    "dict_type": "is no table",
    "string_pattern_mismatch": 'parts no columns; give one mark, such as ";" or "\\t"',
}


def suggest(name: str, known: Iterable[str]) -> str:
    """Hint at the name that was meant, or list those there are."""
    names = list(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names) or 'none'}"


def sentences(details: Sequence[Any], given: dict[str, Any]) -> list[str]:
    """
    Say findings as the owner of study.toml would want to read them, one a key.

    Parameters
    ----------
    details : sequence
        What pydantic found.
    given : dict
        study.toml as it was parsed.
    """
    keys = [_key(detail) for detail in details]
    # a table with a faulty key is itself called faulty; the key says enough
    tables = {key[:end] for key in keys for end in range(1, len(key))}
    said: dict[tuple[str, ...], str] = {}
    for key, detail in zip(keys, details, strict=True):
        if key not in tables:
            said.setdefault(key, f"study.toml: {'.'.join(_as_written(key, given))}: {_finding(key, detail)}")
    return list(said.values())


def _key(detail: Any) -> tuple[str, ...]:
    """Keys that lead to a finding."""
    return tuple(str(part).strip() for part in detail["loc"] if not str(part).startswith(MACHINERY))


def _as_written(key: tuple[str, ...], given: dict[str, Any]) -> tuple[str, ...]:
    """Return the key as it stands in study.toml, where a wave of one export names its file directly."""
    if key[0] == "waves" and key[2:4] == ("sources", "0") and "sources" not in given["waves"][key[1]]:
        return (*key[:2], *key[4:])
    return key


def _finding(key: tuple[str, ...], detail: Any) -> str:
    value = detail.get("input")
    if detail["type"] == "extra_forbidden" or detail["loc"][-1] == "[key]":
        return f"is no key of study.toml here; {suggest(key[-1], _known_keys(key))}"
    if key[-1] == "format" and isinstance(value, str):
        return f"is {value!r}; formats are {', '.join(FORMATS)}"
    said = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if detail["type"] == "string_pattern_mismatch" and "elements" in key:
        return f'is {value!r}; give a name and how many characters it has, such as "surname:2"'
    said = PLAIN.get(detail["type"], f"{said[0].lower()}{said[1:]}")
    return said + (f" (it is {value!r})" if isinstance(value, str | int | float) else "")


def _known_keys(key: tuple[str, ...]) -> list[str]:
    """Keys of the table a key lies in."""
    if len(key) == 1:
        return list(Settings.model_fields)
    if key[0] == "columns":
        return list(FACTS)
    models: dict[str, tuple[type[Table], ...]] = {
        "waves": (Source,) if "sources" in key else (Wave, Source), "scales": (Scale,),
        "roster": (FactFile,), "sessions": (FactFile,),
    }  # fmt: skip
    own = Settings.model_fields[key[0]].annotation
    known = models.get(key[0]) or ((own,) if isinstance(own, type) and issubclass(own, Table) else ())
    return [name for model in known for name in model.model_fields if name != "name" or "sources" in key]
