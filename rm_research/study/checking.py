"""Contradictions within and between study.toml and codebook.csv, each as a sentence with its remedy."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from rm_research.frames import DYADS, PANEL, PEOPLE, RESPONSES, SCORES
from rm_research.study.codebook import FIXED, NOT_ASKED, Item
from rm_research.study.entries import NUMBER, comparable
from rm_research.study.filling import check_instruments, check_numbers
from rm_research.study.model import PROGRAMME, Study
from rm_research.study.settings import AGREED, FACTS, GOAL_FACTS, MEETING_FACTS, Source, Wave
from rm_research.study.themes import check_themes
from rm_research.study.wording import suggest

UNITS = ("person", "dyad", "cohort")
# an attribute with one of these names would replace the column itself
TAKEN = {name for frame in (RESPONSES, PEOPLE, DYADS, SCORES, PANEL) for name in frame.columns} - {*FACTS, *AGREED}


def check_settings(study: Study) -> list[str]:
    """Find where study.toml contradicts itself, one sentence each."""
    checks = (
        _check_waves,
        _check_same_answers,
        _check_outcomes,
        _check_order,
        _check_design,
        _check_link,
        _check_cleaning,
        _check_codes,
        check_instruments,
        check_themes,
        _check_names,
        _check_entries,
        _check_files,
        _check_programme,
    )
    return [f"study.toml: {sentence}" for check in checks for sentence in check(study)]


def check_codebook(study: Study) -> list[str]:
    """Find where codebook.csv contradicts study.toml or itself, one sentence each."""
    return [
        f"codebook.csv{sentence}" for check in (_check_items, _check_scales, check_numbers) for sentence in check(study)
    ]


def _check_waves(study: Study) -> Iterator[str]:
    occasions = [wave.name for wave in study.waves if wave.kind == "occasion"]
    for name in study.settings.waves:
        if "." in name:
            yield f"waves.{name}: the name contains a dot, which codebook.csv uses in 'wave.source'; rename the wave"
        if name in FIXED:
            yield f"waves.{name}: codebook.csv already has a column with that name; rename the wave"
    if not occasions:
        yield "waves: all are retrospective; at least one must be an occasion: remove kind from it"
    elif study.baseline not in occasions:
        yield f"design.baseline: {study.baseline!r} is not an occasion; {suggest(study.baseline, occasions)}"


def _check_same_answers(study: Study) -> Iterator[str]:
    """Check that no two waves read the same cells: they could show no change, whatever people answered."""
    sources = [(wave, source) for wave in study.waves if wave.kind == "occasion" for source in wave.sources]
    for (first, first_source), (second, second_source) in combinations(sources, 2):
        if first is second or (first_source.title, first_source.where) != (second_source.title, second_source.where):
            continue
        places = [
            (i.candidates(first.name, first_source.name), i.candidates(second.name, second_source.name))
            for i in study.items
        ]
        if any(before == after != () for before, after in places):
            yield (
                f"waves.{second.name}: reads the same columns of {second_source.title} as waves.{first.name}; separate "
                "their rows with `where`, or name the columns of each in codebook.csv"
            )


def _check_outcomes(study: Study) -> Iterator[str]:
    outcomes = study.settings.outcomes
    for name in outcomes:
        if name not in study.settings.scales:
            yield f"outcomes: {name!r} is not a scale; {suggest(name, study.settings.scales)}"
        elif study.scale(name).is_process:
            yield f'outcomes: {name!r} has kind = "process" and is no outcome; remove it here, or its kind'
    if len(set(outcomes)) < len(outcomes):
        yield "outcomes: names a scale twice; name each once"
    if not outcomes and not study.outcomes:
        yield 'scales: all have kind = "process"; at least one must be an outcome'


def _check_order(study: Study) -> Iterator[str]:
    cohorts = study.reporting.cohorts
    if len(set(cohorts)) < len(cohorts):
        yield "reporting.cohorts: names a cohort twice; name each once"


def _check_design(study: Study) -> Iterator[str]:
    design, known = study.design, _declared_facts(study)
    units = [*UNITS, *study.settings.attributes]
    for key in ("unit", "clusters"):
        unit = getattr(design, key)
        if unit is not None and unit not in units:
            yield f"design.{key}: {unit!r} is neither {', '.join(UNITS)} nor an attribute; {_or_declared(unit, units)}"
    for name in design.interactions:
        if name not in (splits := ["role", *study.settings.attributes]):
            yield f"design.interactions: {name!r} is neither role nor an attribute; {_or_declared(name, splits)}"
    for table, key, names in (("design", "moderators", design.moderators),
                              ("missing", "auxiliary", study.settings.missing.auxiliary)):  # fmt: skip
        for name in names:
            if name not in study.settings.attributes:
                yield f"{table}.{key}: {name!r} is not an attribute; {_or_declared(name, study.settings.attributes)}"
    if study.clustered_by == "dyad" and "dyad" not in known:
        yield "design.unit: no column says which dyad people are in; add dyad under [columns] or to [roster]"
    if design.comparison == PROGRAMME:
        yield f"design.comparison: {PROGRAMME!r} is the programme's own arm; name the arm without the programme"
    if design.comparison and "arm" not in known:
        yield "design.comparison: no column says which arm people are in; add arm under [columns] or to [roster]"


def _or_declared(name: str, known: Iterable[str], remedy: str = "declare it under [attributes]") -> str:
    """Suggest the name that was meant; a new name may be meant too, and has to be declared."""
    hint = suggest(name, known)
    return f"{hint}{'' if hint.endswith('?') else '.'} Otherwise {remedy}"


def _check_link(study: Study) -> Iterator[str]:
    remedy = 'name the column with each person\'s code, or set link.method = "none"'
    if study.link.method != "none":
        lacking = [w.name for w in study.waves if not all(study.has_fact("person", w, s) for s in w.sources)]
        if "person" not in _declared_facts(study):
            yield f"columns.person: is missing; {remedy}"
        elif lacking:
            yield f"columns.person: is missing for wave {', '.join(lacking)}; {remedy}"
    if study.link.elements and study.link.method != "code":
        yield 'link.elements: applies only to method = "code"; remove it or change the method'


def _check_cleaning(study: Study) -> Iterator[str]:
    """Check that the columns and items that cleaning needs are declared."""
    known, items = _declared_facts(study), [item.name for item in study.items]
    if study.settings.careless.fastest is not None and "duration" not in known:
        yield "careless.fastest: no column says how long people took; add duration under [columns]"
    for name in study.settings.careless.attention:
        if items and name not in items:
            yield f"careless.attention: {name!r} is not an item in codebook.csv; {suggest(name, items)}"
    for item in study.items:
        if (right := study.settings.careless.attention.get(item.name)) is not None and item.kind == "number":
            labels = {comparable(label) for label in study.settings.answers.get(item.answers, {})}
            if comparable(str(right)) not in labels and not NUMBER.fullmatch(comparable(str(right))):
                fault = f"{item.name!r} is a number item, but {right!r} is not one of its answers; write one of them"
                yield f"careless.attention: {fault}"
    for wave in study.waves:
        if wave.unfinished == "drop" and "finished" not in known:
            yield f"waves.{wave.name}.unfinished: no column says who finished; add finished under [columns]"


def _check_names(study: Study) -> Iterator[str]:
    for name in study.settings.attributes:
        if name in FACTS:
            yield f"attributes.{name}: is a standard fact, not an attribute; name its column under [columns]"
        elif name in TAKEN:
            yield f"attributes.{name}: every study has a column with this name; rename the attribute"


def _check_entries(study: Study) -> Iterator[str]:
    known = (*FACTS, *study.programme.agreed, *study.settings.attributes)
    for fact, words in study.words.items():
        if fact not in known:
            yield f"values.{fact}: is neither a fact nor an attribute; {_or_declared(fact, known)}"
        forms = (form for entries in words.values() for form in {comparable(entry) for entry in entries})
        for entry in _twice(forms):
            yield f"values.{fact}: {entry!r} is listed under two words; keep it under one"
    for table, labels in study.settings.answers.items():
        for label in _twice(map(comparable, labels)):
            yield f"answers.{table}: {label!r} is listed twice (case and spaces are ignored); keep one"


def _twice(entries: Iterable[str]) -> list[str]:
    listed = list(entries)
    return sorted({entry for entry in listed if listed.count(entry) > 1})


def _declared_facts(study: Study) -> set[str]:
    """Facts that some file is declared to have; a roster may have some under the names of the facts themselves."""
    of_sources = {fact for wave in study.waves for source in wave.sources for fact in (*source.set, *source.columns)}
    of_roster = {*study.roster.columns, "arm", "role", "cohort", "dyad"} if study.roster else set()
    return {*study.settings.columns, *of_sources, *of_roster}


def _check_codes(study: Study) -> Iterator[str]:
    """Check that nothing kept as plain text is read from the column of a code, which is hashed."""
    for wave in study.waves:
        for source in wave.sources:
            codes = {name for fact in ("person", "dyad") for name in study.fact_columns(fact, wave, source)}
            for name in study.settings.attributes:
                if codes & {*study.fact_columns(name, wave, source)}:
                    yield f"attributes.{name}: reads the column of a code in {source.title}, which is hashed; remove it"
            for item in study.items:
                if item.kind != "number" and codes & {*item.candidates(wave.name, source.name)}:
                    yield f"columns: item {item.name!r} reads the column of a code in {source.title}; remove the item"


def _check_files(study: Study) -> Iterator[str]:
    facts, waves = (*FACTS, *study.settings.attributes), study.settings.waves
    for wave in study.waves:
        yield from _check_sources(wave, facts)
    for fact, columns in study.declared_columns.items():
        table = "attributes" if fact in study.settings.attributes else "columns"
        for name in columns if isinstance(columns, dict) else ():
            if name not in waves:
                yield f"{table}.{fact}: {name!r} is not a wave; {suggest(name, waves)}"
    sessions, goals = ("sessions", study.sessions, MEETING_FACTS), ("goals", study.goals, GOAL_FACTS)
    for title, file, allowed in (("roster", study.roster, facts), sessions, goals):
        for key in file.columns if file else ():
            if key not in allowed:
                hint = _or_declared(key, allowed) if title == "roster" else suggest(key, allowed)
                yield f"{title}.columns.{key}: is not a fact; {hint}"


def _check_programme(study: Study) -> Iterator[str]:
    """Check that what was planned can be held against something, and that nothing of it has two meanings."""
    agreed, attributes = study.programme.agreed, study.settings.attributes
    if agreed and study.roster is None:
        yield "programme.agreed: names columns of the roster, but there is none; add [roster] or remove it"
    for name in agreed:
        if name in attributes:
            yield f"programme.agreed.{name}: is an attribute, too; rename the attribute"


def _check_sources(wave: Wave, facts: tuple[str, ...]) -> Iterator[str]:
    named = [source.name for source in wave.sources]
    if len(named) > 1 and (not all(named) or len(set(named)) < len(named)):
        yield f"waves.{wave.name}.sources: each source needs its own name; add name to each"
    for source in wave.sources:
        for key in (*source.set, *source.columns):
            if key not in facts:
                yield f"waves.{wave.name}: {key!r} is neither a fact nor an attribute; {_or_declared(key, facts)}"


def _check_items(study: Study) -> Iterator[str]:
    scales, answers = study.settings.scales, study.settings.answers
    for item in study.items:
        where = f" row {item.row}: item {item.name!r}"
        if item.scale and item.scale not in scales:
            hint = _or_declared(item.scale, scales, f"add [scales.{item.scale}]")
            yield f"{where} has scale {item.scale!r}, which study.toml lacks; {hint}"
        if item.kind != "number" and (item.scale or item.answers):
            surplus = "a scale" if item.scale else "numbered answers"
            yield f"{where} has kind {item.kind!r} but also {surplus}; make it a number, or leave these cells empty"
        if item.answers and item.answers not in answers:
            yield f"{where} has answers {item.answers!r}, but study.toml has no [answers.{item.answers}]; add it"
        yield from (f"{where} {fault}" for fault in _check_ends(item, answers.get(item.answers, {})))
        yield from (f"{where} {fault}" for fault in _check_codings(item, answers))
        if not any(item.candidates(wave.name, source.name) for wave in study.waves for source in wave.sources):
            yield f"{where} is not asked in any wave: every wave has {NOT_ASKED!r}. Name its column or remove the row"


def _check_ends(item: Item, labels: dict[str, float]) -> Iterator[str]:
    low, high = item.low, item.high
    if low is None and high is None:
        if item.reverse:
            yield "is reversed, so it needs low and high, the ends of its answer scale"
    elif low is None or high is None or low >= high:
        yield "must have low below high, or neither"
    elif outside := [value for value in labels.values() if not low <= value <= high]:
        yield f"has low {low:g} and high {high:g}, but [answers.{item.answers}] has {outside[0]:g}; correct one of them"


def _check_codings(item: Item, answers: dict[str, dict[str, float]]) -> Iterator[str]:
    """Check each wave's own coding of an item."""
    for place, coding in item.codings.items():
        own = item.coded(*place.partition(".")[::2])
        if item.kind != "number":
            yield f"has kind {item.kind!r}, so it has no coding of its own in {place}; leave these cells empty"
        elif coding.answers and coding.answers not in answers:
            yield f"has answers.{place} {coding.answers!r}, but study.toml has no [answers.{coding.answers}]; add it"
        elif (item.low is None or item.high is None) and (own.low, own.high, own.reverse) != (None, None, item.reverse):
            yield f"has a coding of its own in {place}, so it needs low and high, onto which these answers are put"
        else:
            yield from (f"{fault} (in {place})" for fault in _check_ends(own, answers.get(own.answers, {})))


def _check_scales(study: Study) -> Iterator[str]:
    for scale in study.settings.scales:
        items = study.items_of(scale)
        if not items:
            yield f": scale {scale!r} in study.toml has no items; add them or remove the scale"
        elif not study.common_items(scale) and any(study.measured(scale, wave.name) for wave in study.waves):
            yield (
                f": scale {scale!r} has no item that all its waves ask, so its waves cannot be compared. Split it "
                "into two scales or name the missing columns"
            )
        yield from _check_range(scale, items)
        for wave in study.waves:
            for source in wave.sources:
                yield from _check_columns(scale, items, wave, source)


def _check_range(scale: str, items: tuple[Item, ...]) -> Iterator[str]:
    ranges = {(item.low, item.high) for item in items}
    if len(ranges) > 1:
        shown = ", ".join(sorted(f"{_end(low)}–{_end(high)}" for low, high in ranges))
        yield f": items of scale {scale!r} have different ranges ({shown}); all items of a scale need the same range"
    elif len(items) > 1 and ranges == {(None, None)}:
        yield f": items of scale {scale!r} have no low and high; only a scale with a single item can be unbounded"


def _end(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _check_columns(scale: str, items: tuple[Item, ...], wave: Wave, source: Source) -> Iterator[str]:
    """Check that no two items of a scale read the same column: one answer would count twice."""
    for column in _twice(name for item in items for name in set(item.candidates(wave.name, source.name))):
        place = f"{wave.name}.{source.name}" if source.name else wave.name
        yield f": two items of scale {scale!r} read column {column!r} in {place}; correct one of them"
