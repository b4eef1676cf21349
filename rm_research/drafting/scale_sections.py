"""What a drafted study.toml says about items, scales and printed answers."""

from collections.abc import Sequence

from rm_research.drafting.items import DraftItem, names_of
from rm_research.drafting.marks import Lines, checks
from rm_research.drafting.parts import Parts
from rm_research.drafting.scales import DraftScale
from rm_research.study.toml import comment, key, quoted, wrapped

OPEN_NUMBER = quoted("")  # to be written by whoever knows the order
MOST_LISTED = 40  # columns named in a comment


def about_items(parts: Parts) -> Lines:
    """Comments on items: which are guessed, in no scale, or left out."""
    lines: Lines = []
    alone = [item for item in parts.items if not item.scale]
    if parts.renumbered:
        shown = ", ".join(parts.renumbered[:MOST_LISTED])
        lines += wrapped(
            f"Different waves use the code {shown} for different questions, which were matched by wording."
        )
    lines += checks(*_item_doubts(parts, alone))
    if alone:
        lines += wrapped(f"Items in no scale: {names_of(alone, most=MOST_LISTED)}. They are read but not scored.")
    if parts.left_out:
        shown = _columns(parts.left_out)
        lines += wrapped(f"Columns that are not items (free text, choices, measurements): {shown}.")
    if parts.personal:
        lines += wrapped(f"Columns of personal data, which are not kept: {_columns(parts.personal)}.")
    return [*lines, *_about_scales(parts)]


def _item_doubts(parts: Parts, alone: list[DraftItem]) -> Lines:
    reworded = [item for item in parts.items if item.question.reworded]
    coded = [item for item in parts.items if item.missing]
    unsure = [item for item in alone if item.answers.doubt and not item.answers.name]
    return [
        f"codebook.csv: waves word these items differently: {names_of(reworded)}. If they are not the same question, "
        "give each its own row, with - in the waves that do not ask it." if reworded else "",
        f"codebook.csv: {', '.join(parts.unlike)} shares a name with an item of an earlier wave, but no answer, so "
        "both have a row. If they are one question, put its columns into one row." if parts.unlike else "",
        f"codebook.csv: in {names_of(coded)}, numbers far from the others count as no answer; see the column "
        "`missing`." if coded else "",
        f"codebook.csv: low and high of {names_of(unsure)} are guessed from the answers." if unsure else "",
    ]  # fmt: skip


def _columns(names: Sequence[str]) -> str:
    """Names of columns as a list that stays short."""
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return "; ".join(_short(name) for name in names[:MOST_LISTED]) + more


def _short(name: str) -> str:
    """Name of a column with its middle cut out, because lines of a grid differ at the end."""
    return name if len(name) <= 60 else f"{name[:25].rstrip()} … {name[-30:].lstrip()}"


def _about_scales(parts: Parts) -> Lines:
    if not parts.scales:
        return checks("no question has numbers or printed answers, and a study needs a scale. List its items in "
                       "codebook.csv and write [scales.NAME] here.")  # fmt: skip
    return [
        comment("Scales. Name each after what it measures, here and in codebook.csv, and add what applies:"),
        comment('  better = "lower" if less is a gain; roles = ["leader"] if only leaders are asked;'),
        comment("  smallest_effect = 0.3, the smallest change that matters, decided before you see results."),
        comment(
            "Items worded in the opposite direction need yes under `reverse` in codebook.csv; no export says which."
        ),
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
            *(
                f"{quoted(label)} = {OPEN_NUMBER if number is None else number}"
                for label, number in table.labels.items()
            ),
        ]
        for table in parts.tables
    ]
