"""Headline, who answered, what the programme did, and what all this can and cannot show."""

from typing import Any

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims.judgement import MOST_LEFT, MOST_UNEVEN, OF_CHANGE
from rm_research.claims.measurement import measurement_limits
from rm_research.disclosure import HIDDEN
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import Name
from rm_research.figures import band_text
from rm_research.findings.context import Context
from rm_research.findings.hidden import not_shown
from rm_research.findings.illustrations import flow_picture, sessions_pictures
from rm_research.findings.tables import Table, table
from rm_research.study.settings import ROW_NUMBER

HARDLY_ANY = 0.05  # wrong links expected


def headline(context: Context) -> dict[str, Any]:
    """Values of the headline: the first outcome at the first later wave, every role."""
    scale = context.study.scales[0]
    waves = context.waves(scale)
    roles = context.roles(scale.name) if waves else []
    rows = [row for role in roles for row in context.spoken_rows(scale.name, waves[0], role)]
    shown = [row for row in rows if pd.notna(row["estimate"])]
    sentences = [_spoken(row, context) for row in rows] if shown else _nothing(rows, context)
    return {
        "study_title": context.study.title,
        "title": context.title,
        "sentences": sentences,
        "notes": _notes(shown, context),
    }


def _spoken(row: pd.Series, context: Context) -> list[str]:
    claims = context.claims
    if pd.isna(row["estimate"]):
        return [claims.statement(row)]
    return [claims.sentence(row), claims.verdict_sentence(row), _missing_people(row, context), _left_out(row, context)]


def _left_out(row: pd.Series, context: Context) -> str:
    """How many cohorts count together, being small, and how many are not in an average at all."""
    if not context.pooled:
        return ""
    say, (_, together, groups, left_out) = context.words.say, context.counted(row)
    texts = [say("headline.together", n=len(together), m=groups)] if together else []
    if left_out:
        count = say("headline.one_cohort") if len(left_out) == 1 else say("headline.more_cohorts", n=len(left_out))
        texts.append(say("headline.left_out", hidden=count))
    return " ".join(texts)


def _missing_people(row: pd.Series, context: Context) -> str:
    """Who is not in the number."""
    say, claims = context.words.say, context.claims
    if claims.unlinked(row):
        return say("headline.unlinked")
    n_pre, people = int(row["n_pre"]), claims.people(row["role"])
    missing = n_pre - int(row["n_pairs"])
    n_compared, missing_compared = claims.people_left(row).get(context.study.comparison or "", (0, 0))
    if row["contrast"] in OF_CHANGE and missing_compared:
        compared = {"n_compared": n_compared, "missing_compared": missing_compared}
        return say("headline.missing_compared", missing=missing, n_pre=n_pre, people=people, **compared)
    key = "missing_people" if missing else "everyone_counted"
    key = "leavers_counted" if claims.counts_leavers(row) else key
    return say(f"headline.{key}", missing=missing, n_pre=n_pre, people=people)


def _nothing(rows: list[pd.Series], context: Context) -> list[list[str]]:
    """What a page says that has nothing to show, and why."""
    say, smallest = context.words.say, context.disclosed.smallest_group
    if context.pooled:
        return [[say("headline.too_few_cohorts")]]
    if context.counts(context.place)["failed"]:
        reasons = [say("cohorts.unavailable", reason=say("cohorts.data_error")) + "."]
    elif any(row["reason"] == HIDDEN for row in rows):
        reasons = [say("headline.too_small", smallest=smallest)]
    else:
        reasons = [context.claims.reason(row) for row in rows] or [say("headline.not_asked_again")]
    return [[say("headline.nothing", cohort=context.place), *dict.fromkeys(reasons)]]


def _notes(shown: list[pd.Series], context: Context) -> list[str]:
    """Whom averages are of, and how strong the design is; once where it is the same for all roles."""
    notes = []
    if context.pooled:
        notes += _by_role({row["role"]: _averaged(row, context) for row in shown}, context)
    return notes + _by_role({row["role"]: context.claims.level_text(row) for row in shown}, context)


def _averaged(row: pd.Series, context: Context) -> str:
    return context.words.say("headline.pooled_people" if row["method"] == Name.ONE_STAGE else "headline.pooled")


def _by_role(texts: dict[str, str], context: Context) -> list[str]:
    if len(set(texts.values())) > 1:
        return [_of_role(role, text, context) for role, text in texts.items()]
    return list(texts.values())[:1]


def _of_role(role: str, text: str, context: Context) -> str:
    people = context.claims.people(role)
    return context.words.say("headline.of_role", People=capital(people), text=text[0].lower() + text[1:])


def response(context: Context) -> dict[str, Any]:
    """Values of the flow table and the sentences above it."""
    study, words, flow, counts = context.study, context.words, context.table("response"), context.counts(context.place)
    last = study.later_waves[-1:]
    sentences = []
    before, invited, came = int(flow["before"].sum()), counts["invited"], counts["came"]
    if invited:
        sentences.append(words.say("response.invited", invited=invited, before=came, share=words.share(came / invited)))
    if study.link.method == "none":
        sentences.append(words.say("response.unlinked"))
    elif last and before:
        both = int(flow[f"both {last[0]}"].sum())
        sentences.append(words.say("response.lead", both=both, before=before, share=words.share(both / before)))
        sentences.append(words.say("response.left", left=before - both))
        sentences += _linking(context)
    if counts["repeats"]:
        sentences.append(words.say("response.repeats", n=counts["repeats"]))
    sentences.append(words.say("response.participation"))
    picture = flow_picture(context)
    return {"heading": words.say("headings.response"), "sentences": sentences, "table": _flow_table(context, flow),
            "pictures": [picture] if picture else [], "show": words.say("page.show_table"),
            "region": words.say("page.table_region"), "download": words.say("page.download")}  # fmt: skip


def _linking(context: Context) -> list[str]:
    """How questionnaires of the last wave were linked to those before, and how sure that is."""
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


def _flow_table(context: Context, flow: pd.DataFrame) -> Any:
    flow, waves = flow.copy(), context.study.later_waves
    headings = [context.heading("role"), context.heading("arm"), context.heading("invited"), context.heading("before")]
    for wave in waves:
        name = context.wave(wave)
        headings += [context.heading(column, wave=name) for column in ("wave", "both", "left")]
        at = list(flow.columns).index(f"both {wave}") + 1
        flow.insert(at, f"left {wave}", flow["before"] - flow[f"both {wave}"])
    cells = []
    for _, row in flow.iterrows():
        people = context.claims.people(str(row["role"]))
        counts = ["" if pd.isna(count) else f"{count:.0f}" for count in row.tolist()[3:]]
        cells.append([capital(people), context.claims.arm_title(str(row["arm"])), *counts])
    return table(context.words.say("response.caption"), headings, cells, flow)


def programme(context: Context) -> dict[str, Any]:
    """Values of what the programme did, and of how change goes with it; no heading without a log of meetings."""
    words, met = context.words, context.disclosed.tables["meetings"]
    met = met if context.cohort is None else met[met["cohort"] == context.cohort]
    values: dict[str, Any] = {
        "heading": words.say("headings.programme"), "tables": [], "sentences": [], "pictures": [],
        "region": words.say("page.table_region"), "download": words.say("page.download"),
        "show": words.say("page.show_table"),
    }  # fmt: skip
    if met.empty:
        return values | {"heading": None}
    dyads, meetings_held = int(met["dyads"].sum()), int(met["meetings"].sum())
    average = words.number(meetings_held / dyads, decimals=1)
    values["sentences"] = [
        words.say("programme.lead", met=int(met["met"].sum()), dyads=dyads, meetings=meetings_held, average=average)
    ]
    values["pictures"] = sessions_pictures(context)
    found = [_meetings(met, context)] if context.cohort is None else []
    found += [_sessions(context)] if values["pictures"] else []
    return values | {"tables": found}


def _meetings(met: pd.DataFrame, context: Context) -> Table:
    names = ["cohort", "dyads", "met", "meetings", "hours"]
    cells = [
        [str(cohort), *("" if pd.isna(count) else f"{count:.0f}" for count in counts)]
        for cohort, *counts in met[names].itertuples(index=False)
    ]
    return table(context.words.say("programme.caption"), [context.heading(name) for name in names], cells, met)


def _sessions(context: Context) -> Table:
    """Change by number of meetings."""
    words, claims, rows = context.words, context.claims, context.table("sessions")
    names = ["role", "arm", "meetings", "n", "estimate", "interval"]
    cells = [
        [capital(claims.people(row["role"])), claims.arm_title(row["arm"]), band_text(row["low"], row["high"], words),
         str(row["n_people"]), words.number(row["estimate"], signed=True), claims.range(row)]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    caption = words.say("programme.caption_sessions", scale=context.study.scales[0].title)
    return table(caption, [context.heading(name, level=claims.level_percent) for name in names], cells, rows)


def limits(context: Context) -> dict[str, Any]:
    """Values of the list of strengths and limits that apply to this page."""
    study, say = context.study, context.words.say
    if context.rows["estimate"].isna().all():
        return {"heading": say("headings.limits"), "items": [], **not_shown(context)}
    items = []
    differences = context.rows[
        context.rows["contrast"].isin(["difference", "pooled_difference"]) & context.rows["estimate"].notna()
    ]
    if len(differences):
        items.append(say("limits.strength_comparison"))
    items.append(say("limits.strength_linked" if study.link.method != "none" else "limits.unlinked"))
    if study.comparison is None:
        items.append(say("design.single"))
    items += _attrition_limits(context)
    if study.comparison and study.design.assignment == "self-selected":
        items.append(say("limits.self_selected"))
    if (differences.loc[differences["contrast"] == "difference", "df"] < 4).any():
        items.append(say("limits.few_df"))
    if context.pooled:
        pooled = context.rows[context.rows["contrast"].str.startswith("pooled") & context.rows["estimate"].notna()]
        if len(pooled) and pooled["n_clusters"].min() < 5:
            items.append(say("limits.few_cohorts"))
        if context.counts(ALL_COHORTS)["repeats"]:
            items.append(say("limits.repeats"))
    tables = context.disclosed.tables
    items += measurement_limits(tables["reliability"], tables["invariance"], study=study, words=context.words)
    items.append(say("limits.small"))
    if any(study.scale_range(scale.name) for scale in study.scales):  # others are measured, not said of oneself
        items.append(say("limits.rounds"))
    items += [say("limits.multiple")] if len(study.scales) > 1 else []
    items.append(say("limits.weights"))
    return {"heading": say("headings.limits"), "items": items, **not_shown(context)}


def _attrition_limits(context: Context) -> list[str]:
    """Say of each role how many left before the last survey, where that matters."""
    scale, words = context.study.scales[0], context.words
    waves = context.waves(scale)[-1:]
    if context.study.link.method == "none" or not waves:
        return []
    texts = []
    for role in context.roles(scale.name):
        for row in context.spoken_rows(scale.name, waves[0], role):
            shares = {arm: round(left / before, 9) for arm, (before, left) in context.claims.people_left(row).items()}
            people, values = context.claims.people(role), list(shares.values())
            if values and max(values) > MOST_LEFT:
                texts.append(words.say("limits.attrition", share=words.share(max(values)), people=people))
            if len(values) > 1 and round(max(values) - min(values), 9) > MOST_UNEVEN:
                first, second = (words.share(value) for value in values)
                texts.append(words.say("limits.attrition_uneven", people=people, first=first, second=second))
    return list(dict.fromkeys(texts))
