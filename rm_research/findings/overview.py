"""Headline, who answered, what the programme did, and what all this can and cannot show."""

from typing import Any

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims import attrition
from rm_research.claims.judgement import MOST_LEFT, MOST_UNEVEN
from rm_research.disclosure import HIDDEN
from rm_research.findings.context import Context
from rm_research.findings.tables import table
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
    """How many cohorts are not in an average."""
    hidden = len(context.prepared.cohorts) - int(row["n_clusters"]) if context.pooled else 0
    if not hidden:
        return ""
    count = context.words.say("headline.one_cohort" if hidden == 1 else "headline.more_cohorts", n=hidden)
    return context.words.say("headline.left_out", hidden=count)


def _missing_people(row: pd.Series, context: Context) -> str:
    """Who is not in the number, of the arm it is about."""
    if context.claims.unlinked(row):
        return context.words.say("headline.unlinked")
    n_pre, people = int(row["n_pre"]), context.claims.people(row["role"])
    missing = n_pre - int(row["n_pairs"])
    key = "missing_people" if missing else "everyone_counted"
    key = "leavers_counted" if context.claims.counts_leavers(row) else key
    return context.words.say(f"headline.{key}", missing=missing, n_pre=n_pre, people=people)


def _nothing(rows: list[pd.Series], context: Context) -> list[list[str]]:
    """What a page says that has nothing to show, and why."""
    say, smallest = context.words.say, context.disclosed.smallest_group
    if context.pooled:
        return [[say("headline.too_few_cohorts")]]
    if context.prepared.errors_of(context.place):
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
    return context.words.say("headline.pooled_people" if row["method"] == "one_stage" else "headline.pooled")


def _by_role(texts: dict[str, str], context: Context) -> list[str]:
    if len(set(texts.values())) > 1:
        return [_of_role(role, text, context) for role, text in texts.items()]
    return list(texts.values())[:1]


def _of_role(role: str, text: str, context: Context) -> str:
    people = context.claims.people(role)
    return context.words.say("headline.of_role", People=capital(people), text=text[0].lower() + text[1:])


def response(context: Context) -> dict[str, Any]:
    """Values of the flow table and the sentences above it."""
    study, words, flow = context.study, context.words, context.disclosed.tables["response"]
    last = study.later_waves[-1:]
    sentences = []
    before, (invited, came) = int(flow["before"].sum()), _invited(context)
    if invited:
        sentences.append(words.say("response.invited", invited=invited, before=came, share=words.share(came / invited)))
    if study.link.method == "none":
        sentences.append(words.say("response.unlinked"))
    elif last and before:
        both = int(flow[f"both {last[0]}"].sum())
        sentences.append(words.say("response.lead", both=both, before=before, share=words.share(both / before)))
        sentences += _linking(context, last[0])
    if repeats := _repeat_attenders(context):
        sentences.append(words.say("response.repeats", n=repeats))
    sentences.append(words.say("response.participation"))
    return {"heading": words.say("headings.response"), "sentences": sentences, "table": _flow_table(context, flow),
            "region": words.say("page.table_region"), "download": words.say("page.download")}  # fmt: skip


def _linking(context: Context, wave: str) -> list[str]:
    """How questionnaires of `wave` were linked to those before, and how sure that is."""
    words, blank = context.words, _blank_codes(context)
    if context.study.settings.columns.get("person") == (ROW_NUMBER,):
        return [words.say("response.linked_rows")]
    sentences = [words.say("response.linked" if blank else "response.linked_all", blank=blank)]
    links = _links_of_both(context, wave)
    if context.study.link.method != "code" or links.empty:
        return sentences
    near = int((links["how"] == "near").sum())
    wrong = float(len(links) - links["probability"].sum())
    amount = words.say("response.hardly_any") if wrong < HARDLY_ANY else words.say("response.about", n=f"{wrong:.1f}")
    counts = {"both": len(links), "near": near, "exact": len(links) - near, "wrong": amount}
    return [*sentences, words.say("response.linked_similar", **counts)]


def _links_of_both(context: Context, wave: str) -> pd.DataFrame:
    """Links of the people of this page who answered before and at `wave`, one row each."""
    answered = context.prepared.responses
    if context.cohort is not None:
        answered = answered[answered["cohort"] == context.cohort]
    before = answered.loc[answered["wave"] == context.study.baseline, ["cohort", "person"]]
    after = answered[answered["wave"] == wave].merge(before, on=["cohort", "person"])
    places = ["wave", "file", "source_row"]
    return after[places].merge(context.prepared.links, on=places)


def _invited(context: Context) -> tuple[int, int]:
    """How many people were invited, and how many of them answered before; others may have answered uninvited."""
    prepared, who = context.prepared, ["cohort", "person"]
    invited = prepared.people.loc[prepared.people["invited"].eq(True).fillna(False), who]
    if context.cohort is not None:
        invited = invited[invited["cohort"] == context.cohort]
    answered = prepared.responses.loc[prepared.responses["wave"] == context.study.baseline, who]
    return len(invited), len(invited.merge(answered.drop_duplicates()))


def _blank_codes(context: Context) -> int:
    problems = context.prepared.problems
    blank = problems[problems["rule"] == "blank_code"]
    return len(blank) if context.cohort is None else int((blank["cohort"] == context.cohort).sum())


def _repeat_attenders(context: Context) -> int:
    """People of this page who take part in another cohort too."""
    if context.study.link.within == "cohort":
        return 0
    people = context.prepared.people
    repeated = people[people["person"].duplicated(keep=False)]
    own = repeated if context.cohort is None else repeated[repeated["cohort"] == context.cohort]
    return int(own["person"].nunique())


def _flow_table(context: Context, flow: pd.DataFrame) -> Any:
    waves = context.study.later_waves
    headings = [context.heading("role"), context.heading("arm"), context.heading("invited"), context.heading("before")]
    for wave in waves:
        name = _wave(context, wave)
        headings += [context.heading("wave", wave=name), context.heading("both", wave=name)]
    cells = []
    for _, row in flow.iterrows():
        people = context.claims.people(str(row["role"]))
        counts = ["" if pd.isna(count) else f"{count:.0f}" for count in row.tolist()[2:]]
        cells.append([capital(people), context.claims.arm_title(str(row["arm"])), *counts])
    return table(context.words.say("response.caption"), headings, cells, flow)


def _wave(context: Context, wave: str) -> str:
    return context.words.say(f"waves.{wave}") if context.words.has(f"waves.{wave}") else wave


def programme(context: Context) -> dict[str, Any]:
    """Values of what the programme did; a single sentence without a log."""
    words, met = context.words, context.disclosed.tables["meetings"]
    values: dict[str, Any] = {
        "heading": words.say("headings.programme"), "table": None, "sentences": [],
        "region": words.say("page.table_region"), "download": words.say("page.download"),
    }  # fmt: skip
    if met.empty:
        return values | {"heading": None}
    dyads, meetings_held = int(met["dyads"].sum()), int(met["meetings"].sum())
    average = words.number(meetings_held / dyads, decimals=1)
    values["sentences"] = [
        words.say("programme.lead", met=int(met["met"].sum()), dyads=dyads, meetings=meetings_held, average=average)
    ]
    if context.cohort is None:
        headings = [context.heading(name) for name in ("cohort", "dyads", "met", "meetings", "hours")]
        cells = [
            [str(cohort), *("" if pd.isna(count) else f"{count:.0f}" for count in counts)]
            for cohort, *counts in met[["cohort", "dyads", "met", "meetings", "hours"]].itertuples(index=False)
        ]
        values["table"] = table(words.say("programme.caption"), headings, cells, met)
    return values


def limits(context: Context) -> dict[str, Any]:
    """Values of the list of strengths and limits that apply to this page."""
    study, say = context.study, context.words.say
    if context.rows["estimate"].isna().all():
        only = say("limits.smallest", smallest=context.disclosed.smallest_group)
        return {"heading": say("headings.limits"), "items": [only]}
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
        if _repeat_attenders(context):
            items.append(say("limits.repeats"))
    items += [say("limits.small"), say("limits.rounds")]
    items += [say("limits.multiple")] if len(study.scales) > 1 else []
    items += [say("limits.weights"), say("limits.smallest", smallest=context.disclosed.smallest_group)]
    return {"heading": say("headings.limits"), "items": items}


def _attrition_limits(context: Context) -> list[str]:
    """Say of each role how many left before the last survey, where that matters."""
    scale, words = context.study.scales[0], context.words
    waves = context.waves(scale)[-1:]
    if context.study.link.method == "none" or not waves:
        return []
    texts = []
    for role in context.roles(scale.name):
        for row in context.spoken_rows(scale.name, waves[0], role):
            shares = attrition(row, context.disclosed.table, context.study)
            people, values = context.claims.people(role), list(shares.values())
            if values and max(values) > MOST_LEFT:
                texts.append(words.say("limits.attrition", share=words.share(max(values)), people=people))
            if len(values) > 1 and round(max(values) - min(values), 9) > MOST_UNEVEN:
                first, second = (words.share(value) for value in values)
                texts.append(words.say("limits.attrition_uneven", people=people, first=first, second=second))
    return list(dict.fromkeys(texts))
