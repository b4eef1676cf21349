"""Sentences on outcomes that were asked only later: what people answered, and that it shows no change."""

import pandas as pd

from rm_research.catalogue import Catalogue, capital, in_sentence, lowered
from rm_research.disclosure.alike import THIRDS
from rm_research.findings.context import Context
from rm_research.findings.tables import Table, table
from rm_research.stats.result import Reason
from rm_research.study import Scale
from rm_research.study.model import ONE_ROLE


def is_described(scale: Scale, context: Context) -> bool:
    """Whether an outcome was asked only after the baseline, so that it can be described and no change computed."""
    return not context.study.changes(scale.name)


def description(scale: Scale, wave: str, role: str, context: Context) -> list[str]:
    """What each group answered on average, and how far its people differ."""
    rows = _rows(scale, context)
    return [_sentence(row, scale, context) for row in rows if row["role"] == role and row["wave"] == wave]


def _rows(scale: Scale, context: Context) -> list[pd.Series]:
    """Rows of the outcome on this page, the programme's groups first."""
    rows = context.described
    rows = rows[rows["scale"] == scale.name]
    order = rows["arm"].isin([context.study.comparison]).sort_values(kind="stable").index
    return [rows.loc[place] for place in order]


def _sentence(row: pd.Series, scale: Scale, context: Context) -> str:
    say, claims, number = context.words.say, context.claims, context.words.number
    role, n = str(row["role"]), int(row["n_people"])
    blanks = {
        "Whose": capital(claims.whose(role)), "whose": claims.whose(role), "unit": claims.unit(scale),
        "scale": say("within.outcome", title=scale.title, lowered=in_sentence(scale.title)),
        "moment": claims.moment(str(row["wave"])), "mean": number(row["mean"]), "sd": number(row["sd"]),
        "n": say("counts.pairs", n=n, people=claims.people(role, n), persons=claims.people(ONE_ROLE, n)),
    }  # fmt: skip
    if context.pooled:
        blanks["n"] = say("described.of_cohorts", n=blanks["n"], k=row["n_cohorts"], cohorts=len(context.cohorts))
    if (alike := _alike(row)) is not None:
        text = say("described.alike", **blanks, alike=say(f"reason.{alike}"))
    elif pd.isna(row["bound"]):
        text = say("described.sentence", **blanks)
    else:
        mean = context.words.bounded(f"{blanks['mean']} {blanks['unit']}", row["bound"])
        text = say("described.bounded", **blanks | {"mean": mean})
    several = len(context.described["arm"].unique()) > 1
    arm = claims.arm_title(str(row["arm"]))
    return say("leaving.of_arm", arm=arm, text=text, lowered=lowered(text)) if several else text


def _alike(row: pd.Series) -> str | None:
    """Key of the reason for words in place of numbers; None where there are numbers."""
    if pd.isna(row["third"]):
        return None
    return f"alike_after_{THIRDS[int(row['third']) - 1]}" if row["third"] else str(Reason.NO_VARIATION)


def numbers(row: pd.Series, words: Catalogue) -> tuple[str, str]:
    """Mean and standard deviation; words in place of both."""
    if (alike := _alike(row)) is not None:
        return words.say(f"reason.{alike}"), ""
    return words.bounded(words.number(row["mean"]), row["bound"]), "" if pd.isna(row["sd"]) else words.number(row["sd"])


def description_table(scale: Scale, context: Context) -> Table:
    """Mean, standard deviation and number of people of each group."""
    rows, words, claims = _rows(scale, context), context.words, context.claims
    headings = [context.heading(name) for name in ("role", "arm", "wave_name", "mean", "sd", "n")]
    cells = [
        [capital(claims.people(str(row["role"]))), claims.arm_title(str(row["arm"])),
         context.wave(str(row["wave"])) if len(context.study.later_waves) > 1 else "",
         *numbers(row, words), str(row["n_people"])] for row in rows
    ]  # fmt: skip
    frame, caption = context.described, words.say("described.caption", scale=scale.title)
    return table(caption, headings, cells, frame[frame["scale"] == scale.name])
