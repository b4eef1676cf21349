"""Clear results that bear less than the first screen's note on the design would let readers think."""

from rm_research.claims.ways import MOVED, way_of
from rm_research.effects.estimate import Estimate
from rm_research.findings.context import Context


def less_than_noted(context: Context) -> list[Estimate]:
    """
    Main rows of further outcomes that moved clearly, and whose design is qualified otherwise than the first outcome's.

    The first screen says how strong the design is for the first outcome, role by role. Where those who left could undo
    another outcome's result, its sign in the table would be read with that note.
    """
    claims, first = context.claims, context.study.first_scale
    told: dict[tuple[str, str], set[str]] = {}
    for row in context.main_rows(first):
        if row.is_known:
            told.setdefault((row.role, row.arm), set()).add(claims.level_text(row))
    rows = [row for scale in context.study.scales if scale != first for row in context.main_rows(scale)]
    return [
        row for row in rows
        if row.is_known and way_of(row, claims) in MOVED and claims.qualified(row)
        and claims.level_text(row) not in told.get((row.role, row.arm), ())
    ]  # fmt: skip
