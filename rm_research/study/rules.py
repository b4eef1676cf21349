"""What decides a verdict: all that study.toml and codebook.csv declare, but for what cannot change a result."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from rm_research.study.codebook import Coding, Item

if TYPE_CHECKING:
    from rm_research.study.model import Study

Rules = dict[str, Any]  # by dotted key, as in study.toml: texts, numbers, yes or no, and lists of these
LAYOUT = "says where answers stand in a file and how they are written there, which has one right answer"
SAID = "is said on pages, and nothing is computed from it"
# keys of study.toml that are in no plan, because they cannot change a result, and why; `*` stands for a name
NO_EFFECT = {
    "title": "names the study; a plan says of which study it is",
    "waves.*.name": "is the name of its own table",
    "waves.*.due": "says when a survey is asked; the monitor reminds of it",
    "waves.*.sources.*.name": "is part of the key of each of its rules",
    "scales.*.name": "is the name of its own table",
    "scales.*.label": SAID,
    "scales.*.unit": SAID,
    "scales.*.instrument": "fills in items of the codebook, and what it fills in is in the plan",
    "themes.*.name": "is the name of its own table",
    "themes.*.label": SAID,
    "scales.*.published": "is compared with scores, and changes none",
    "reporting.language": "chooses the words of pages",
    "reporting.cohorts": "orders cohorts on pages",
    "reporting.specifications": "adds a table to the appendix",
    "questionnaire": "words the surveys; nothing else uses it",
} | {
    f"{place}.{name}": LAYOUT
    for place in ("waves.*.sources.*", "roster", "sessions", "goals")
    for name in ("file", "format", "sheet", "title_rows", "layout", "question", "answer", "dictionary", "encoding",
                 "delimiter", "decimal", "date_format")
}  # fmt: skip
# what the codebook says of an item and a plan does not, and why
NO_EFFECT_OF_ITEMS = {
    "name": "is part of the key of each of its rules",
    "row": "is its place in the file; the order of items is in the plan",
    "label": SAID,
    "of": "fills in what the instrument says, and what it fills in is in the plan",
    "says_reverse": "tells whether the instrument fills in `reverse`, which is in the plan",
    "questions": "words the surveys; nothing else uses it",
}


class Rule(NamedTuple):
    """A declared value: its key, the key with `*` in the place of names, and what it is unless declared."""

    key: str
    pattern: str
    value: Any
    default: Any


def rules_of(study: "Study") -> Rules:
    """
    Return everything that a plan locks, by dotted key; what is not declared and has no default is left out.

    Keys are those of study.toml, and `items.NAME.…` for codebook.csv. Lists name waves, scales and items in their
    order; outcomes, baseline and clusters are those in force, declared or not.
    """
    in_force = {
        "outcomes": study.outcomes, "waves": study.settings.waves, "scales": study.settings.scales,
        "items": [item.name for item in study.items], "design.baseline": study.baseline,
        "design.clusters": study.clustered_by,
        "roster": study.roster is not None, "sessions": study.sessions is not None,
        "goals": study.goals is not None,
    }  # fmt: skip
    in_force |= {f"scales.{scale.name}.waves": asked_in(study, scale.name) for scale in study.scales}
    declared = {rule.key: rule.value for rule in (*declared_rules(study.settings), *_of_items(study.items))}
    found = {name: _plain(value) for name, value in (in_force | declared | in_force).items()}
    return {name: value for name, value in found.items() if value is not None}


def asked_in(study: "Study", scale: str) -> list[str]:
    """Waves that ask a scale."""
    return [wave.name for wave in study.waves if study.measured(scale, wave.name)]


def defaults_of(study: "Study") -> Rules:
    """What the rules of a study are unless declared; a later version may have rules that an older plan lacks."""
    return {rule.key: _plain(rule.default) for rule in declared_rules(study.settings)}


def declared_rules(settings: BaseModel) -> Iterator[Rule]:
    """Each value of study.toml that may change a result."""
    for name, field in type(settings).model_fields.items():
        yield from _within(getattr(settings, name), name, name, field.get_default(call_default_factory=True))


def _within(value: Any, key: str, pattern: str, default: Any = None) -> Iterator[Rule]:
    """Rules within a value; none where it, or the table that it stands in, cannot change a result."""
    if pattern in NO_EFFECT:
        return
    for part, at, general, otherwise in _parts(value, key, pattern):
        yield from _within(part, at, general, otherwise)
    if not isinstance(value, BaseModel | Mapping) and not _are_tables(value):
        yield Rule(key, pattern, value, default)


def _parts(value: Any, key: str, pattern: str) -> Iterator[tuple[Any, str, str, Any]]:
    """Parts of a table, of names or of several exports, each with its key."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            # a wave with one export has the keys of that export itself
            at = key if name == "sources" else f"{key}.{name}"
            default = field.get_default(call_default_factory=True)
            yield getattr(value, name), at, f"{pattern}.{name}", default
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield part, f"{key}.{name}", f"{pattern}.*", None
    elif _are_tables(value):
        for part in value:
            yield part, f"{key}.{part.name}" if part.name else key, f"{pattern}.*", None


def _are_tables(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(part, BaseModel) for part in value)


def _of_items(items: tuple[Item, ...]) -> Iterator[Rule]:
    """What the codebook declares of each item, where it differs from what an empty cell means."""
    for item in items:
        for field in fields(item):
            value = getattr(item, field.name)
            empty = value is None or value is False or value in ("", (), {})
            if field.name not in NO_EFFECT_OF_ITEMS and not empty:
                yield from _within_item(value, f"items.{item.name}.{field.name}")


def _within_item(value: Any, key: str) -> Iterator[Rule]:
    if not isinstance(value, Mapping | Coding):
        yield Rule(key, "items.*", value, None)
        return
    for name, part in (vars(value) if isinstance(value, Coding) else value).items():
        yield from _within_item(part, f"{key}.{name}")


def _plain(value: Any) -> Any:
    """A value as TOML has it, whatever it was declared as."""
    if isinstance(value, float) and value.is_integer():
        return int(value)  # as it is read back
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | Mapping):
        return [_plain(part) for part in value]
    return str(value)
