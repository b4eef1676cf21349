"""What pages say of the plan, and of what both sides of pairs say: sentences and small tables."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import capital, in_sentence
from rm_research.effects.dyads import MEMBERS
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ROLE_ORDER
from rm_research.effects.methods import Contrast, Name
from rm_research.effects.printing import contrast_title
from rm_research.figures.fidelity import fidelity_count, fidelity_label, fidelity_rows, in_cohorts
from rm_research.findings.context import Context
from rm_research.findings.described import numbers
from rm_research.findings.tables import Table, table


def attainment(context: Context) -> Iterator[str]:
    """How far pairs attained their goals, on average."""
    rows, goals, words = context.table("fidelity"), context.study.goals, context.words
    low, high = (words.plain(end) for end in ((goals.low, goals.high) if goals else (0, 0)))
    for _, row in rows[rows["about"].eq("attainment") & rows["n_pairs"].notna()].iterrows():
        if pd.notna(row["alike"]):
            yield words.say("programme.attainment_alike", n=int(row["n_pairs"]))
        else:
            mean = words.bounded(words.number(row["mean"]), row["bound"] if pd.notna(row["bound"]) else 0)
            pairs = in_cohorts(words.say("programme.n_pairs", n=int(row["n_pairs"])), row, words)
            yield words.say("programme.attainment", mean=mean, low=low, high=high, pairs=pairs)


def associations(context: Context) -> list[str]:
    """
    How changes in the first outcome go with what the partner says of the process, and scores with the partner's before.

    Each says that it is an association; none is left out because it is unclear.
    """
    scale, names = context.study.first_scale, [scale.name for scale in context.study.process_scales]
    rows = [row for row in context.rows if row.contrast == Contrast.PARTNER and row.scale == scale.name]
    rows = [row for row in rows if row.is_known and row.has_interval and row.wave in context.main_wave(scale)]
    said = sorted((row for row in rows if row.method == Name.EXPERIENCE), key=lambda row: names.index(row.subgroup))
    told = [_association(row, context) for row in said]
    before = [row for row in rows if row.method == Name.APIM]
    told += [_before(row, context) for row in before]
    slopes = [*said, *before]
    if len(slopes) > 1 and any(map(_is_clear, slopes)):
        of = round(1 / (1 - context.study.reporting.level))
        told.append(context.words.say("programme.by_chance", n=len(slopes), of=of))
    return [*told, context.words.say("programme.association")] if told else []


def _association(row: Estimate, context: Context) -> str:
    """How the change of one role goes with what its partners say."""
    process = context.study.scale(row.subgroup).title
    key = "programme.partner_clear" if _is_clear(row) else "programme.partner_unclear"
    return context.words.say(key, process=process, **_blanks(row, context))


def _before(row: Estimate, context: Context) -> str:
    """How the later scores of one role go with its partners' before."""
    key = "programme.partner_before" if _is_clear(row) else "programme.partner_before_unclear"
    return context.words.say(key, **_blanks(row, context))


def _is_clear(row: Estimate) -> bool:
    """Whether the interval of a slope holds no 0."""
    return row.ci_low > 0 or row.ci_high < 0


def _blanks(row: Estimate, context: Context) -> dict[str, object]:
    claims, scale = context.claims, context.study.scale(row.scale)
    other = next(role for role in MEMBERS if role != row.role)
    return {
        "People": capital(claims.people(row.role)), "people": claims.people(row.role), "partners": claims.people(other),
        "scale": context.words.say("within.outcome", title=scale.title, lowered=in_sentence(scale.title)),
        "signed": claims.estimate(row), "size": context.words.number(abs(row.estimate)),
        "higher": context.words.say("direction.higher" if row.estimate > 0 else "direction.lower"),
        "unit": claims.unit(scale), "interval": claims.range(row), "n": row.n_pairs,
    }  # fmt: skip


def pairs_table(context: Context) -> Table:
    """Every slope of scores and changes on what people and their partners scored before, or say of the process."""
    claims, words = context.claims, context.words
    rows = [row for row in context.rows if row.contrast in (Contrast.ACTOR, Contrast.PARTNER) and row.is_known]
    cells = [
        [context.study.scale(row.scale).title, capital(claims.people(row.role)),
         claims.arm_title(row.arm) if len(context.arms()) > 1 else "",
         context.wave(row.wave) if len(context.study.later_waves) > 1 else "",
         contrast_title(row, context.study, words), claims.estimate(row),
         claims.range(row), str(row.n_pairs)]
        for row in rows
    ]  # fmt: skip
    names = ("scale", "role", "arm", "wave_name", "goes_with", "estimate", "interval", "dyads")
    headings = [context.heading(name, level=claims.level_percent) for name in names]
    return table(words.say("programme.caption_pairs"), headings, cells, context.frame(rows))


def plan_table(context: Context) -> Table:
    """Pairs that did as planned, as their chart shows them."""
    rows, words = fidelity_rows(context.disclosed, cohort=context.place), context.words
    cells = [[fidelity_label(str(row["about"]), context.study, words), fidelity_count(row, words)]
             for _, row in rows.iterrows()]  # fmt: skip
    headings = [context.heading(name) for name in ("planned", "as_planned")]
    return table(words.say("programme.caption_fidelity"), headings, cells, context.table("fidelity"))


def sides_table(context: Context) -> Table:
    """What each role answered to scales of the process, and how far both sides of pairs agree."""
    study, words, claims = context.study, context.words, context.claims
    names = [scale.name for scale in study.process_scales]
    told = context.table("described")
    told = told[told["scale"].isin(names) & ~told["arm"].isin([study.comparison])]
    roles = [role for role in ROLE_ORDER if role in set(told["role"])]
    roles += sorted(set(told["role"]) - {*roles})
    several, one_arm = any(len(study.occasions(name)) > 1 for name in names), len(context.arms()) < 2
    cells = [
        [scale.title, "" if one_arm else claims.arm_title(arm), context.wave(wave) if several else "",
         *(_of_role(told, (scale.name, wave, arm, role), context) for role in roles),
         *(_agreement(scale.name, wave, context) if one_arm else ())]
        for scale in study.process_scales for wave in study.occasions(scale.name)
        for arm in dict.fromkeys(told.loc[told["scale"].eq(scale.name) & told["wave"].eq(wave), "arm"])
    ]  # fmt: skip
    people = [words.say("programme.mean_of", People=capital(claims.people(role))) for role in roles]
    headings = [context.heading("asked_about"), context.heading("arm"), context.heading("wave_name"), *people]
    further = ("sides_differ", "agreement") if one_arm else ()  # pairs of several arms are told of together
    headings += [context.heading(name, level=claims.level_percent) for name in further]
    return table(words.say("programme.caption_sides"), headings, cells, _frame(told, context))


def _of_role(told: pd.DataFrame, of: tuple[str, str, str, str], context: Context) -> str:
    rows = told[(told[["scale", "wave", "arm", "role"]] == list(of)).all(axis=1)]
    if rows.empty:
        return ""
    mean, _ = numbers(rows.iloc[0], context.words)
    return context.words.say("programme.mean_n", mean=mean, n=int(rows.iloc[0]["n_people"]))


def _agreement(scale: str, wave: str, context: Context) -> tuple[str, str]:
    """Mean difference of the two sides, and their agreement, each with its interval."""
    rows, words = context.table("sides"), context.words
    for _, row in rows[rows["scale"].eq(scale) & rows["wave"].eq(wave)].iterrows():
        found = []
        for measure in ("difference", "icc"):
            low, high = row[f"{measure}_low"], row[f"{measure}_high"]
            number = words.number(row[measure], signed=measure == "difference")
            text = words.say("programme.with_interval", number=number, interval=words.range(low, high))
            found.append("" if pd.isna(row[measure]) else text)
        pairs = in_cohorts(words.say("programme.of_pairs", text=found[1], n=int(row["n_pairs"])), row, words)
        return found[0], pairs if found[1] else ""
    return "", ""


def _frame(told: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The same numbers for a CSV: means of roles, and agreement of pairs below."""
    return pd.concat([told, context.table("sides")], ignore_index=True)
