"""study.toml of a draft: what the exports hold, how that was recognised, and what its owner has to check."""

import re
from pathlib import Path, PurePath

from rm_research.catalogue.said import rows_text
from rm_research.drafting.facts import Fact
from rm_research.drafting.marks import Lines, checks
from rm_research.drafting.occasions import Occasion
from rm_research.drafting.opening import OpenedFile
from rm_research.drafting.parts import Parts
from rm_research.drafting.scale_sections import about_items, answer_sections, scale_section
from rm_research.drafting.stems import slug, unique
from rm_research.drafting.words import DECLINED, all_moments
from rm_research.study.checking import TAKEN
from rm_research.study.entries import tidy_text
from rm_research.study.marks import CHECK
from rm_research.study.settings import FACTS
from rm_research.study.toml import comment, key, quoted, value_text, wrapped

DOCS = "docs/study-files.md"
EXPLAINED = {
    "person": "each person's code",
    "cohort": "people in one cohort share a page",
    "role": "leader is the senior person who is mentored, mentor the junior one who guides",
    "arm": "programme, or the group that it is compared with",
    "dyad": "the pair",
    "consent": "rows whose entry does not mean yes are dropped and counted",
    "finished": "counted; nothing is dropped",
    "submitted": "orders several questionnaires from one person",
}


def study_text(parts: Parts) -> str:
    """Write what the exports hold as study.toml; a mark says what is uncertain."""
    sections = (
        _head(parts),
        *(_wave(parts, wave) for wave in parts.waves),
        _columns(parts),
        _attributes(parts),
        *_words(parts),
        _missing(parts),
        _link(parts),
        about_items(parts),
        *(scale_section(scale) for scale in parts.scales),
        *answer_sections(parts),
        _design(parts),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _head(parts: Parts) -> Lines:
    return [
        comment(f"A draft that rm-research init made from the exports. {DOCS} explains every key."),
        comment(f"Where the exports leave something open there is a mark, {CHECK}. Decide it, then put x between its"),
        comment("brackets, or remove the mark: until then nothing is estimated."),
        comment("The exports were only read, not changed. Paths are relative to this folder."),
        "",
        f"title = {quoted(parts.title)}  {comment('shown on every page')}",
        comment('outcomes = ["…"]: scales declared in advance, the headline first; by default all of them'),
        *_nothing_twice(parts),
        "",
        comment(parts.occasions.reason),
        comment(
            f"A wave of several exports (one per role or cohort) has [[waves.NAME.sources]] instead of file: {DOCS}."
        ),
        *checks(*parts.occasions.doubts),
    ]


def _sheet_doubt(parts: Parts, file: str) -> str:
    """What is open about a sheet of a workbook; nothing if each sheet is named after its wave."""
    sheets = [str(wave.opened.file.sheet) for wave in parts.waves if wave.opened.file.file == file]
    if len(sheets) == 1:
        return (
            "which sheet holds the answers; this is one of several. If it is another one, save that sheet as a file of "
            "its own and run init on it in another folder."
        )
    if all_moments(sheets):
        return ""
    return "whether this sheet is a wave of its own, or the people of another sheet at the same time."


def _nothing_twice(parts: Parts) -> Lines:
    if len(parts.waves) < 2 or parts.asked_again:
        return []
    return checks("NO QUESTION IS ASKED IN TWO WAVES, so change cannot be measured. If a question is asked twice, put "
                   "its columns into one row of codebook.csv.")  # fmt: skip


def _wave(parts: Parts, wave: Occasion) -> Lines:
    opened = wave.opened
    lines = [f"[waves.{key(wave.name)}]"]
    if not opened.sources:
        lines += _file(parts, wave, opened)
    lines += checks(*opened.export.doubts)
    if wave.where:
        where = {column: entries if len(entries) > 1 else entries[0] for column, entries in wave.where.items()}
        lines.append(
            f"where = {value_text(where)}  {comment(f'takes {len(wave.rows)} of {len(opened.export.rows)} rows')}"
        )
    if wave.name in parts.returned:
        lines += checks("this wave asks none of the items in codebook.csv. A row counts as answered if this column is:")
        lines.append(f"returned = {quoted(parts.returned[wave.name])}")
    if repeated := parts.person.repeated.get(wave.name):
        codes = "1 code occurs" if repeated == 1 else f"{repeated} codes occur"
        lines += checks(f'{codes} in more than one row. "last" or "first" keeps one row, "error" refuses them.')
        lines.append('duplicates = "last"')
    return [*lines, *_sources(parts, wave)]


def _sources(parts: Parts, wave: Occasion) -> Lines:
    """Tables of the exports of one layout that make up a wave."""
    lines: Lines = []
    taken: set[str] = set()
    for source in wave.opened.sources:
        name = unique(slug(PurePath(source.file.file).stem), taken)
        lines += ["", f"[[waves.{key(wave.name)}.sources]]", f"name = {quoted(name)}", *_file(parts, wave, source)]
    return lines


def _file(parts: Parts, wave: Occasion, opened: OpenedFile) -> Lines:
    """What has to be known to read one export."""
    file = opened.file
    lines = [f"file = {quoted(file.file)}", f"format = {quoted(file.format)}  {comment(opened.reason)}"]
    if left := opened.export.summaries:
        held = "held totals, means, a second header or the like"
        lines += wrapped(f"Left out: {rows_text(left)} of the file, which {held}.")
    if maybe := opened.export.maybe_summaries:
        lines += checks(
            f"whether {rows_text(maybe)} of the file, which begin like totals or means, are people's answers."
        )
    if file.sheet is not None:
        lines += checks(_sheet_doubt(parts, file.file))
    if file.layout == "long":
        lines += checks("whether each row of the file is one answer.")
        lines.append(f"layout = {quoted(file.layout)}")
    for name in ("sheet", "title_rows", "question", "answer", "dictionary", "encoding", "delimiter"):
        if value := getattr(file, name):
            lines.append(f"{name} = {value_text(value)}  {comment('found in the file')}")
    submitted = parts.facts.by_name.get("submitted")
    if submitted is not None and wave.name in submitted.date_formats:
        lines += checks("whether day and month are in this order.")
        lines.append(
            f"date_format = {quoted(submitted.date_formats[wave.name])}  {comment('reads the dates of the file')}"
        )
    return lines


def _columns(parts: Parts) -> Lines:
    lines: Lines = []
    if parts.person.columns:
        lines += checks(f"person: {parts.person.doubt}" if parts.person.doubt else "")
        lines.append(_fact_line(parts, "person", parts.person.columns))
        others = ", ".join(parts.person.others)
        lines += wrapped(f"Other columns that differ from person to person: {others}") if others else []
    for name, fact in parts.facts.by_name.items():
        lines += checks(_fact_doubt(name, fact))
        if fact.columns:
            lines.append(_fact_line(parts, name, fact.columns))
    return ["[columns]", *lines] if lines else []


def _fact_line(parts: Parts, name: str, columns: dict[str, str]) -> str:
    alike = len(set(columns.values())) == 1 and len(columns) == len(parts.waves)
    value: str | dict[str, str | list[str]] = next(iter(columns.values())) if alike else dict(columns)
    return f"{name} = {value_text(value)}  {comment(EXPLAINED[name])}"


def _fact_doubt(name: str, fact: Fact) -> str:
    also = f"other candidates: {', '.join(fact.others)}." if fact.others else ""
    if not fact.columns:
        return (
            f"{name}: {', '.join(fact.others)} may hold it, but {fact.doubt}. Name the column here, and its words "
            f"under [values.{name}]."
        )
    doubt = " ".join(part for part in (fact.doubt, also) if part)
    return f"{name}: {doubt}" if doubt else ""


def _attributes(parts: Parts) -> Lines:
    cluster, named = parts.facts.cluster, _attribute_names(parts)
    lines = [f"{key(name)} = {quoted(column)}" for column, name in named.items()]
    if not lines:
        return []
    said = comment("Facts about people that may distinguish groups; remove the number sign of each that you want.")
    if cluster is None:
        return [said, comment("[attributes]"), *map(comment, lines)]
    return [
        said,
        "[attributes]",
        *(line if column == cluster else comment(line) for column, line in zip(named, lines, strict=True)),
    ]


def _attribute_names(parts: Parts) -> dict[str, str]:
    """Name of each attribute by its column."""
    taken = {*FACTS, *TAKEN}
    return {column: unique(slug(column, words=3), taken) for column in parts.facts.attributes}


def _words(parts: Parts) -> list[Lines]:
    """Entries recoded to our words."""
    return [
        [f"[values.{name}]", *(f"{key(word)} = {value_text(entries)}" for word, entries in fact.words.items())]
        for name, fact in parts.facts.by_name.items()
        if fact.words
    ]


def _missing(parts: Parts) -> Lines:
    if not parts.blanks:
        return []
    declined = {tidy_text(entry) for entry in DECLINED}
    decided = [entry for entry in parts.blanks if tidy_text(entry) in declined]
    lines = [
        "[missing]",
        f"values = {value_text(list(parts.blanks))}  {comment('count as no answer; the empty cell always does')}",
    ]
    if decided:
        return [*checks(f"whether {', '.join(map(repr, decided))} should count as no answer."), *lines]
    return lines


def _link(parts: Parts) -> Lines:
    person = parts.person
    if not person.columns:
        said = "no column holds people's codes, so waves are compared as groups of different people"
        return [
            *checks(f"link: {person.doubt}" if person.doubt else ""),
            "[link]",
            f'method = "none"  {comment(said)}',
        ]
    if len(parts.waves) < 2 or parts.occasions.side_by_side:
        return []
    lines = ["[link]", f'method = "exact"  {comment(f"{person.shared} codes of the first wave occur again")}']
    if person.nearly:
        lines += checks(f"{person.nearly} more codes occur again except for one character. If people made up their own "
                         "codes, this line instead of the one above may also link those:")  # fmt: skip
        lines.append(comment('method = "code"'))
    return lines


def _design(parts: Parts) -> Lines:
    arm = parts.facts.by_name.get("arm")
    if arm is None or "comparison" not in arm.words:
        return []
    lines = [
        *checks('how people came into the groups: "randomised", "matched" or "self-selected".'),
        "[design]",
        'comparison = "comparison"',
        'assignment = "self-selected"',
    ]
    if parts.facts.cluster is not None:
        name = _attribute_names(parts)[parts.facts.cluster]
        lines += checks(f"everybody in one {name} is in the same group, so it seems to be what was assigned.")
        lines.append(f"unit = {quoted(name)}")
    return lines


def study_title(folder: Path) -> str:
    """Title of a study, made from the name of its folder."""
    words = re.sub(r"[\s_\-]+", " ", folder.resolve().name).strip()
    return words[:1].upper() + words[1:] or "My study"
