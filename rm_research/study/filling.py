"""What a scale's instrument fills in where the study files are silent, and what of them contradicts it."""

from collections.abc import Iterator
from dataclasses import replace

from rm_research.study.codebook import Item
from rm_research.study.instruments import Instrument, known
from rm_research.study.model import Study
from rm_research.study.settings import Settings
from rm_research.study.wording import suggest


def instrument_of(settings: Settings, scale: str) -> Instrument | None:
    """Return the instrument that a scale names, if there is such a one and it may be used."""
    named = settings.scales[scale].instrument if scale in settings.scales else None
    one = known().get(named or "")
    return None if one is None or one.refused else one


def filled_settings(settings: Settings) -> Settings:
    """Settings in which scales without a label have that of their instrument, in the language of the pages."""
    scales = dict(settings.scales)
    for name, scale in scales.items():
        one = instrument_of(settings, name)
        if one is not None and not scale.label:
            label = one.label.get(settings.reporting.language, one.label["en"])
            scales[name] = scale.model_copy(update={"label": label})
    return settings.model_copy(update={"scales": scales})


def filled_items(items: tuple[Item, ...], settings: Settings) -> tuple[Item, ...]:
    """
    Items with range, reversal and label of their instrument, where their cells are empty.

    Reversal is filled in only where no item of the scale says it: a scale is declared as a whole or not at all.
    """
    said = {item.scale for item in items if item.says_reverse}
    return tuple(_filled(item, settings, said) for item in items)


def _filled(item: Item, settings: Settings, said: set[str]) -> Item:
    one = instrument_of(settings, item.scale)
    number = item.of or 0
    if one is None or not 1 <= number <= one.items:
        return item
    if item.low is None and item.high is None and one.knows("range"):
        item = replace(item, low=one.low, high=one.high)
    if item.scale not in said and one.knows("reverse"):
        item = replace(item, reverse=number in one.reverse)
    return replace(item, label=item.label or one.question(number, settings.reporting.language))


def check_instruments(study: Study) -> Iterator[str]:
    """Find scales whose instrument does not exist or cannot be used."""
    for scale in study.settings.scales.values():
        if scale.instrument is None:
            continue
        if (one := known().get(scale.instrument)) is None:
            yield (
                f"scales.{scale.name}.instrument: {scale.instrument!r} is not known; "
                f"{suggest(scale.instrument, known())} rm-research instruments lists them; leave the key out for "
                "another one"
            )
        elif one.refused:
            yield f"scales.{scale.name}.instrument: {one.title} cannot be used. {one.refused}"


def check_numbers(study: Study) -> Iterator[str]:
    """Find items that contradict the instrument of their scale: numbers, count, range and reversal."""
    for item in study.items:
        scale = study.settings.scales.get(item.scale)
        if item.of is not None and (scale is None or scale.instrument is None):
            yield (
                f" row {item.row}: item {item.name!r} has a number under of, but its scale names no instrument; write "
                "instrument under its [scales.…], or leave the cell empty"
            )
    for name in study.settings.scales:
        if (one := instrument_of(study.settings, name)) is not None and study.items_of(name):
            yield from _check_scale(name, study.items_of(name), one)


def _check_scale(scale: str, items: tuple[Item, ...], one: Instrument) -> Iterator[str]:
    taken: set[int] = set()
    for item in items:
        where, number = f" row {item.row}: item {item.name!r}", item.of
        if number is None:
            yield f"{where} is of {one.name} and has no number; write its number there, 1 to {one.items}, under of"
        elif not 1 <= number <= one.items:
            yield f"{where} has number {number} under of, but {one.name} has {one.items} items; correct it"
        elif number in taken:
            yield f"{where} has number {number} of {one.name}, as an item above has; correct one of them"
        else:
            taken.add(number)
            yield from (f"{where} {fault}" for fault in _faults(item, one))
    if len(taken) == len(items) and not _is_whole(taken, one):
        parts = f", or those of one subscale ({', '.join(one.subscales)})" if one.subscales else ""
        yield (
            f": scale {scale!r} has {len(items)} items of {one.name}, which has {one.items}; list all of them{parts}, "
            f"or remove instrument from [scales.{scale}]: it is then a scale of your own"
        )


def _is_whole(numbers: set[int], one: Instrument) -> bool:
    """Whether these are all items of an instrument, or all of a subscale as far as its items are known."""
    wholes = [{*range(1, one.items + 1)}, *map(set, one.parts().values())]
    sizes = {size for size in one.subscales.values() if isinstance(size, int)}
    return numbers in wholes or len(numbers) in sizes


def _faults(item: Item, one: Instrument) -> Iterator[str]:
    """How an item differs from what is printed."""
    if one.knows("range") and item.low is not None and (item.low, item.high) != (one.low, one.high):
        yield (
            f"has the range {item.low:g} to {item.high:g}, but {one.name} is printed with {one.low:g} to {one.high:g}; "
            "correct low and high or leave both empty. A wave that was coded otherwise has low.WAVE and high.WAVE"
        )
    if one.knows("reverse") and item.reverse != (item.of in one.reverse):
        said, remedy = ("is not", "yes") if item.of in one.reverse else ("is", "no")
        yield (
            f"{said} declared reversed, but item {item.of} of {one.name} {'is' if remedy == 'yes' else 'is not'}; "
            f"write {remedy} under reverse, or leave that column empty for the whole scale"
        )
