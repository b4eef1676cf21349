"""Who was invited, who answered, and how their questionnaires were linked."""

import pandas as pd

from rm_research.catalogue import capital
from rm_research.checks.flow import flow_column
from rm_research.findings.context import Context
from rm_research.findings.illustrations import flow_picture
from rm_research.findings.page import Content
from rm_research.findings.tables import Table, table
from rm_research.study.settings import ROW_NUMBER

HARDLY_ANY = 0.05  # expected wrong links


def content(context: Context) -> Content:
    """Content of the flow table and the sentences above it."""
    study, words, flow, counts = context.study, context.words, context.table("response"), context.counts(context.place)
    last = study.later_waves[-1:]
    sentences = []
    before, invited, came = int(flow["before"].sum()), counts["invited"], counts["came"]
    if invited:
        sentences.append(words.say("response.invited", invited=invited, before=came, share=words.share(came / invited)))
    if study.link.method == "none":
        sentences.append(words.say("response.unlinked"))
    elif last and before:
        both = int(flow[flow_column("both", last[0])].sum())
        sentences.append(words.say("response.lead", both=both, before=before, share=words.share(both / before)))
        sentences.append(words.say("response.left", left=before - both))
        sentences += _linking(context)
    if counts["repeats"]:
        sentences.append(words.say("response.repeats", n=counts["repeats"]))
    sentences.append(words.say("response.participation"))
    picture = flow_picture(context)
    values = {"heading": words.say("headings.response"), "sentences": sentences, "table": _flow_table(context, flow)}
    return Content(values, pictures=(picture,) if picture else ())


def _linking(context: Context) -> list[str]:
    """How questionnaires of the last wave were linked to those before, and how certain the links are."""
    words, counts = context.words, context.counts(context.place)
    if context.study.settings.columns.get("person") == (ROW_NUMBER,):
        return [words.say("response.linked_rows")]
    blank, exact, near, wrong = counts[["without_code", "linked_exact", "linked_near", "linked_wrong"]]
    sentences = [words.say("response.linked" if blank else "response.linked_all", blank=blank)]
    if not exact + near:
        return sentences
    few = wrong < HARDLY_ANY
    amount = words.say("response.hardly_any") if few else words.say("response.about", n=words.number(wrong, decimals=1))
    linked = {"both": exact + near, "exact": exact, "near": near, "wrong": amount}
    return [*sentences, words.say("response.linked_similar", **linked)]


def _flow_table(context: Context, flow: pd.DataFrame) -> Table:
    flow, waves = flow.copy(), context.study.later_waves
    headings = [context.heading("role"), context.heading("arm"), context.heading("invited"), context.heading("before")]
    for wave in waves:
        name = context.wave(wave)
        headings += [context.heading(column, wave=name) for column in ("wave", "both", "left")]
        both = flow_column("both", wave)
        flow.insert(list(flow.columns).index(both) + 1, flow_column("left", wave), flow["before"] - flow[both])
    cells = []
    for _, row in flow.iterrows():
        people = context.claims.people(str(row["role"]))
        counts = ["" if pd.isna(count) else f"{count:.0f}" for count in row.tolist()[3:]]
        cells.append([capital(people), context.claims.arm_title(str(row["arm"])), *counts])
    return table(context.words.say("response.caption"), headings, cells, flow)
