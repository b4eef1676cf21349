"""Further checks of the estimates (tests of equivalence, tipping points and the like), one row per check."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import capital
from rm_research.effects.estimate import Estimate
from rm_research.effects.printing import contrast_title
from rm_research.findings.context import Context
from rm_research.findings.tables import Table, table

# the quantities that each check needs; only rows with all of them have the check
CHECKS = {
    "tost": ("tost_p", "tost_low", "tost_high"),
    "e_value": ("e_value", "e_value_interval"),
    "tipping": ("tipping_shift",),
    "no_tipping": ("largest_shift",),
    "fmi": ("fmi",),
    "share_worse": ("share_worse", "share_worse_low", "share_worse_high"),
    "share_worse_bound": ("share_worse", "share_worse_bound"),
    "expected_by_selection": ("expected_by_selection",),
    "between": ("tau2", "i2"),
    "explained": ("r2",),
    "icc": ("icc_before", "icc_after"),
    "distinguishable": ("p_distinguishable",),
    "first_stage": ("first_stage_f_robust",),
    "anderson_rubin": ("ar_low", "ar_high"),
    "ladder": ("ladder_step",),
}
SHARES = ("fmi", "i2", "r2", "share_worse", "share_worse_low", "share_worse_high")
P_VALUES = ("tost_p", "p_distinguishable")
COUNTED = ("ladder_step",)
INTERVALS = (("tost_low", "tost_high"), ("ar_low", "ar_high"))
DATA = ["row", "check", "quantity", "value"]


def checks(context: Context) -> Table:
    """Table of all checks of a page's estimates; empty if there are none."""
    names = ["scale", "role", "arm", "wave_name", "contrast", "method", "check", "value"]
    headings = [context.heading(name) for name in names]
    rows = list(_rows(context))
    frame = pd.DataFrame([cell for _, numbers in rows for cell in numbers], columns=DATA)
    return table(context.words.say("methods.checks"), headings, [cells for cells, _ in rows], frame)


def _rows(context: Context) -> Iterator[tuple[list[str], list[tuple[str, str, str, float]]]]:
    """Cells and numbers of each check."""
    details = context.disclosed.estimates.details
    known = {row_id: dict(zip(rows["quantity"], rows["value"], strict=True)) for row_id, rows in details.groupby("id")}
    for row in context.rows:
        row_values = known.get(row.id, {})
        for check, quantities in CHECKS.items():
            values = [row_values.get(name, float("nan")) for name in quantities]
            if pd.isna(values).any() or (check == "no_tipping" and "tipping_shift" in row_values):
                continue
            if check == "ladder" and not row_values["ladder_step"]:
                continue
            numbers = [(row.id, check, name, value) for name, value in zip(quantities, values, strict=True)]
            yield _cells(row, check, dict(zip(quantities, values, strict=True)), context), numbers


def _cells(row: Estimate, check: str, values: dict[str, float], context: Context) -> list[str]:
    say, claims = context.words.say, context.claims
    scale = context.study.scale(row.scale)
    shown = {name: _written(name, value, context) for name, value in values.items()}
    for low, high in INTERVALS:
        if low in values:
            shown[low], shown[high] = context.words.ends(values[low], values[high])
    if check == "share_worse_bound":
        shown["share_worse"] = context.words.bounded(shown["share_worse"], values[check])
    narrow = context.words.plain(round(100 * (2 * context.study.reporting.level - 1), 9))
    return [
        scale.title,
        capital(claims.people(row.role)),
        claims.arm_title(row.arm),
        context.wave(row.wave) if len(context.study.later_waves) > 1 else "",
        contrast_title(row, context.study, context.words),
        f"{say('method.' + row.method)}, {say('measure.' + row.measure)}",
        say(f"check.{check}"),
        say(f"check_value.{check}", **shown, unit=claims.unit(scale), narrow=narrow),
    ]


def _written(name: str, value: float, context: Context) -> str:
    if name in P_VALUES:
        return context.p_value(value)
    if name in SHARES:
        return context.words.share(value)
    return context.words.number(value, decimals=0 if name in COUNTED else 2)
