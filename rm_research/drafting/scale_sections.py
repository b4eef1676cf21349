"""What study.toml of a draft says of items, scales and printed answers."""

from collections.abc import Sequence

from rm_research.drafting.items import DraftItem, names_of
from rm_research.drafting.marks import Lines, checks
from rm_research.drafting.parts import Parts
from rm_research.drafting.scales import DraftScale
from rm_research.drafting.toml import comment, key, quoted, wrapped

MOST_LISTED = 40  # columns named in a comment


def about_items(parts: Parts) -> Lines:
    """Comments on items: what is guessed, what is in no scale, what is left out."""
    lines: Lines = []
    alone = [item for item in parts.items if not item.scale]
    if parts.renumbered:
        shown = ", ".join(parts.renumbered[:MOST_LISTED])
        lines += wrapped(f"Different questions in different waves bear the code {shown}; they were matched by wording.")
    lines += checks(*_item_doubts(parts, alone))
    if alone:
        lines += wrapped(f"Items in no scale: {names_of(alone, most=MOST_LISTED)}. They are read, not scored.")
    if parts.left_out:
        shown = _columns(parts.left_out)
        lines += wrapped(f"Columns that are no items (free text, choices, measurements): {shown}.")
    if parts.personal:
        lines += wrapped(f"Columns of personal data, of which nothing is kept: {_columns(parts.personal)}.")
    return [*lines, *_about_scales(parts)]


def _item_doubts(parts: Parts, alone: list[DraftItem]) -> Lines:
    reworded = [item for item in parts.items if item.question.reworded]
    coded = [item for item in parts.items if item.missing]
    unsure = [item for item in alone if item.answers.doubt and not item.answers.name]
    return [
        f"codebook.csv: waves word these items differently: {names_of(reworded)}. If they are not the same question, "
        "part them into rows of their own, with - where it is not asked." if reworded else "",
        f"codebook.csv: numbers far from the others are taken for no answer in {names_of(coded)}; see its column "
        "`missing`." if coded else "",
        f"codebook.csv: low and high of {names_of(unsure)} are guessed from what was answered." if unsure else "",
    ]  # fmt: skip


def _columns(names: Sequence[str]) -> str:
    """Names of columns as a list that stays short."""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return "; ".join(_short(name) for name in names[:MOST_LISTED]) + more


def _short(name: str) -> str:
    """Name of a column, its middle cut: lines of a grid differ at the end."""
    return name if len(name) <= 60 else f"{name[:25].rstrip()} … {name[-30:].lstrip()}"


def _about_scales(parts: Parts) -> Lines:
    if not parts.scales:
        return checks("no question with numbers or printed answers was found, and a study needs a scale. List its "
                       "items in codebook.csv and write [scales.NAME] here.")  # fmt: skip
    return [
        comment("Scales. Give each the name of what it measures, here and in codebook.csv, and add where it applies:"),
        comment('  better = "lower" where less is a gain; roles = ["leader"] where only these are asked;'),
        comment("  smallest_effect = 0.3, the smallest change that matters, decided before results are seen."),
        comment("Items that are worded the other way need yes under `reverse` in codebook.csv; no export tells which."),
    ]


def scale_section(scale: DraftScale) -> Lines:
    """Table of one scale."""
    return [
        *checks(*scale.doubts),
        f"[scales.{key(scale.name)}]",
        *wrapped(f"{names_of(scale.items)}: {scale.reason}"),
    ]


def answer_sections(parts: Parts) -> list[Lines]:
    """Tables of printed answers."""
    return [
        [
            *checks(f"answers.{table.name}: {table.doubt}" if table.doubt else ""),
            f"[answers.{key(table.name)}]",
            *(f"{quoted(label)} = {number}" for label, number in table.labels.items()),
        ]
        for table in parts.tables
    ]
