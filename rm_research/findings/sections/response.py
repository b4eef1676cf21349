"""Who was invited, who answered, who gave enough answers for a score, and how questionnaires were linked."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from rm_research.catalogue import capital
from rm_research.checks.flow import flow_column
from rm_research.findings.context import Context
from rm_research.findings.illustrations import flow_picture
from rm_research.findings.page import Content
from rm_research.findings.tables import Table, table

HARDLY_ANY = 0.05  # expected wrong links
SCORES = ["returned", "before", "both", "unscored", "left"]


def content(context: Context) -> Content:
    """Content of the flow table and the sentences above it."""
    words, flow, counts = context.words, context.table("response"), context.counts(context.place)
    further = [*_linking(context), *_too_few_answers(context), *_unusable(context)]
    if counts["repeats"]:
        if context.persons is not None:
            further.append(words.say("response.different", persons=context.persons))
        further.append(words.say("response.repeats", n=counts["repeats"]))
    further.append(words.say("response.participation"))
    picture = flow_picture(context)
    tables = [_flow_table(context, flow), _scores_table(context)]
    values = {"heading": words.say("headings.response"), "further": further, "more": words.say("outcome.more"),
              "sentences": [*_invited(counts, context), *_came_back(flow, context)]}  # fmt: skip
    return Content(
        values | {"tables": [shown for shown in tables if shown.rows]}, pictures=(picture,) if picture else ()
    )


def _invited(counts: pd.Series, context: Context) -> Iterator[str]:
    """How many were invited; nothing where no roster says so."""
    invited, came = counts["invited"], counts["came"]
    if pd.notna(invited) and invited:
        share = context.words.share(came / invited)
        yield context.words.say("response.invited", invited=invited, before=came, share=share)
        if (others := int(context.table("response")["before"].sum()) - int(came)) > 0:
            yield context.words.say("response.uninvited", n=others)


def _came_back(flow: pd.DataFrame, context: Context) -> Iterator[str]:
    """How many answered the last survey too, and how many left."""
    study, say = context.study, context.words.say
    before = int(flow["before"].sum())
    if study.link.method == "none":
        yield say("response.unlinked")
        return
    if not study.later_waves or not before:
        return
    wave = study.later_waves[-1]
    both, when = int(flow[flow_column("both", wave)].sum()), context.claims.moment(wave)
    if flow[flow_column("left", wave)].isna().all():
        yield say("response.one_file", both=context.persons or both)
        yield say("leaving.unknown")
    else:
        key = "response.lead" if context.persons is None else "response.lead_persons"
        yield say(key, both=both, before=before, share=context.words.share(both / before), moment=when)


def _linking(context: Context) -> Iterator[str]:
    """How questionnaires of the last wave were linked to those before, and how certain the links are."""
    words, counts = context.words, context.counts(context.place)
    if context.study.link.method == "none":
        return
    in_one_row, by_code, blank = (_known(counts[name]) for name in ("in_one_row", "by_code", "without_code"))
    if in_one_row:
        yield words.say("response.linked_rows")
    if not by_code:
        return
    yield words.say("response.linked" if blank else "response.linked_all", blank=blank)
    exact, near = (_known(counts[name]) for name in ("linked_exact", "linked_near"))
    if not exact + near:
        return
    wrong = float(counts["linked_wrong"])
    few = wrong < HARDLY_ANY
    amount = words.say("response.hardly_any") if few else words.say("response.about", n=words.number(wrong, decimals=1))
    yield words.say("response.linked_similar", both=exact + near, exact=exact, near=near, wrong=amount)


def _known(count: Any) -> int:
    """A count, or 0 where it is not known."""
    return 0 if pd.isna(count) else int(count)


def _too_few_answers(context: Context) -> Iterator[str]:
    """Outcomes of which some questionnaires gave no score."""
    say, study = context.words.say, context.study
    followed = context.table("follow_up")
    first = followed.drop_duplicates(["role", "arm", "scale"])
    lacking = {study.baseline: first["returned"] - first["before"]} | {
        wave: followed.loc[followed["wave"] == wave, "unscored"] for wave in study.later_waves
    }
    for wave, counts in lacking.items():
        by_scale = counts.groupby(followed["scale"], sort=False).sum()
        named = [
            say("response.scale_count", scale=study.scale(str(scale)).title, n=n) for scale, n in by_scale.items() if n
        ]
        if named:
            yield say("response.unscored", moment=context.claims.moment(wave), scales=", ".join(named))


def _unusable(context: Context) -> Iterator[str]:
    """Share of the answers that could not be used, wherever it is worth saying."""
    words = context.words
    for _, row in context.table("unusable").iterrows():
        when = context.claims.moment(str(row["wave"]))
        yield words.say("response.unusable", share=words.share(row["share"]), moment=when)


def _flow_table(context: Context, flow: pd.DataFrame) -> Table:
    waves = context.study.later_waves
    headings = [context.heading("role"), context.heading("arm"), context.heading("invited"), context.heading("before")]
    for wave in waves:
        headings += [
            capital(context.heading(column, wave=context.wave(wave))) for column in ("wave", "both", "scored", "left")
        ]
    shown = flow.copy()
    for wave in waves:  # it says nothing more than `both` where everybody has both scores
        both, scored = (flow_column(count, wave) for count in ("both", "scored"))
        if flow[both].equals(flow[scored]):
            shown[scored] = pd.NA
    cells = [[*_who(row, context), *map(_cell, row.tolist()[3:])] for _, row in shown.iterrows()]
    invited = flow["invited"].notna().any()
    return table(
        context.words.say("response.caption_invited" if invited else "response.caption"), headings, cells, flow
    )


def _scores_table(context: Context) -> Table:
    """People by outcome, where some of those who answered have no score of it; otherwise the flow has said it all."""
    followed, several = context.table("follow_up"), len(context.study.later_waves) > 1
    followed = followed[followed["before"].notna()]
    lacking = followed["unscored"].fillna(0) + followed["returned"] - followed["before"]
    rows = followed if lacking.sum() else followed[:0]
    headings = [context.heading(name) for name in (
        "scale", "role", "arm", "wave_name", "returned", "score_before", "score_both", "unscored", "left_later"
    )]  # fmt: skip
    cells = [
        [context.study.scale(row["scale"]).title, *_who(row, context), context.wave(row["wave"]) if several else "",
         *map(_cell, row[SCORES])] for _, row in rows.iterrows()
    ]  # fmt: skip
    return table(context.words.say("response.scores"), headings, cells, rows)


def _who(row: pd.Series, context: Context) -> list[str]:
    return [capital(context.claims.people(str(row["role"]))), context.claims.arm_title(str(row["arm"]))]


def _cell(count: Any) -> str:
    return "" if pd.isna(count) else str(count)
