"""Methods and data, for readers who want to check or repeat the analysis."""

from importlib.metadata import version

import pandas as pd

from rm_research.catalogue import capital
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import METHODS, Name
from rm_research.effects.printing import contrast_title
from rm_research.effects.verdicts import by_two_ways, rule_of_multiplicity
from rm_research.findings.balance import balance
from rm_research.findings.checks import checks
from rm_research.findings.context import Context
from rm_research.findings.page import Content
from rm_research.findings.plan import plan_sentences, plan_table, planned_cell
from rm_research.findings.tables import Table, table
from rm_research.frames import ESTIMATES

PACKAGES = ("numpy", "pandas", "scipy", "statsmodels")
DATA = [name for name in ESTIMATES.columns if name != "id"]


def content(context: Context) -> Content:
    """Content of the folded section."""
    say = context.words.say
    numbers = [_all_estimates(context), _specifications(context), checks(context), _reliability(context)]
    numbers.append(plan_table(context))
    values = {
        "heading": say("headings.methods"),
        "intro": say("methods.intro"),
        "sentences": _sentences(context),
        "apa_heading": say("headings.apa"),
        "apa": _apa(context),
        "estimates_heading": say("headings.estimates"),
        "on_page": say("methods.on_page"),
        "balance": balance(context),
        "numbers": [shown for shown in numbers if shown.rows],
        "reproduce_heading": say("headings.reproduce"),
        "reproduce": _reproduce(context),
    }
    return Content(values)


def _sentences(context: Context) -> list[str]:
    """One sentence per method in use on this page."""
    study, say = context.study, context.words.say
    cohorts = [row for row in context.disclosed.headline_rows if row.is_change or row.compares_arms]
    rows = [*context.rows, *(cohorts if context.pooled else [])]  # of cohorts the programme's page has main results
    used = {(row.contrast, row.measure, row.method) for row in rows if row.is_known}
    shares = {scale.score: scale.min_answered for scale in study.scales}
    texts = [
        say("methods.scores_sum" if score == "sum" else "methods.scores", share=context.words.share(share))
        for score, share in shares.items()
    ]
    imputations = study.settings.missing.imputations
    keys, unit = METHODS.explanations(used, study.clustered_by), f"quality.unit_is.{study.clustered_by}"
    unit = say(unit) if context.words.has(unit) else study.clustered_by
    texts += [say(f"methods.{key}", unit=unit, imputations=imputations) for key in keys]
    both = any(context.claims.among_both(row) for row in context.headlines)
    unlinked = study.link.method == "none"
    missing = "missing_unlinked" if unlinked else "missing_both" if both else "missing"
    # an average over cohorts weighs them by their precision
    weighs = context.pooled and any(row.method == Name.REML_HK and row.is_known for row in context.headlines)
    texts += [] if weighs else [say("limits.weights")]
    ways = ["two_ways"] if by_two_ways(study) and any(row.compares_arms for row in rows) else []
    texts += [
        say(f"methods.{rule}") for rule in ("verdicts", *ways, rule_of_multiplicity(study), missing, "duplicates")
    ]
    return texts + plan_sentences(context)


def _apa(context: Context) -> list[str]:
    """Headline rows of this page as journals print them."""
    lines = [(_place(row, context), context.claims.apa(row)) for row in context.headlines if row.is_known]
    return [context.words.say("methods.apa_line", what=", ".join(filter(None, place)), line=line)
            for place, line in lines]  # fmt: skip


def _reliability(context: Context) -> Table:
    """How well each scale measured at each wave, in a word; not on a page without estimates."""
    words, frame = context.words, context.disclosed.tables["reliability"]
    frame = frame if context.shows_estimates else frame[:0]
    names = ["scale", "wave_name", "measured", "n_complete"]
    cells = [
        [context.study.scale(row["scale"]).title, context.wave(row["wave"]), words.say(f"measured.{row['measured']}"),
         str(row["n"])]
        for _, row in frame.iterrows()
    ]  # fmt: skip
    return table(words.say("methods.reliability"), [context.heading(name) for name in names], cells, frame)


def _all_estimates(context: Context) -> Table:
    names = ["scale", "role", "arm", "subgroup", "wave_name", "contrast", "method", "estimate", "std_error", "interval",
             "df", "p", "p_adjusted", "n", "planned"]  # fmt: skip
    headings = [context.heading(name, level=context.claims.level_percent) for name in names]
    # of what the process goes with there is much, and of small groups nothing can be shown
    rows = [row for row in context.rows if row.is_known or row.method != Name.EXPERIENCE]
    cells = [_cells(row, context) for row in rows]
    return table(context.words.say("methods.caption"), headings, cells, context.frame(rows)[DATA])


def _specifications(context: Context) -> Table:
    """How estimates of the first outcome vary over the ways to make them; empty unless asked for."""
    words, summary = context.words, context.table("specifications")
    names = ["scale", "role", "contrast", "specifications", "same_sign", "excludes_zero"]
    cells = [
        [
            context.study.scale(row["scale"]).title, capital(context.claims.people(row["role"])),
            words.say(f"contrast.{row['contrast']}"), str(row["estimated"]), words.share(row["same_sign"]),
            words.share(row["excludes_zero"]),
        ]
        for _, row in summary.iterrows()
    ]  # fmt: skip
    return table(words.say("methods.specifications"), [context.heading(name) for name in names], cells, summary)


def _place(row: Estimate, context: Context) -> list[str]:
    """What a row is about: scale, people, arm, declared group, wave and contrast; empty what there is only one of."""
    claims, of_process = context.claims, row.method == Name.EXPERIENCE  # which names a scale in place of a group
    return [
        context.study.scale(row.scale).title,
        capital(claims.people(row.role)),
        claims.arm_title(row.arm),
        "" if of_process else claims.compared_text(row),
        context.wave(row.wave) if len(context.study.later_waves) > 1 else "",
        contrast_title(row, context.study, context.words),
    ]


def _cells(row: Estimate, context: Context) -> list[str]:
    say, claims = context.words.say, context.claims
    interval = claims.range(row) if row.has_interval else ""
    return [
        *_place(row, context),
        f"{say('method.' + row.method)}, {say('measure.' + row.measure)}",
        claims.estimate(row) if row.is_known else claims.reason(row),
        _maybe(row.std_error, context),
        interval,
        _maybe(row.df, context, 1),
        context.p_value(row.p_value),
        context.p_value(row.p_adjusted),
        claims.people_counted(row),
        planned_cell(row, context),
    ]


def _maybe(value: float, context: Context, decimals: int = 2) -> str:
    return "" if pd.isna(value) else context.words.number(value, decimals=decimals)


def _reproduce(context: Context) -> list[str]:
    say, reporting = context.words.say, context.study.reporting
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    level, cohort = context.words.plain(reporting.level), context.cohort or say("methods.all_cohorts")
    return [
        say("methods.software", version=version("rm_research"), seed=reporting.seed, packages=packages),
        say("methods.parameters", cohort=cohort, level=level, smallest=reporting.smallest_group),
    ]
