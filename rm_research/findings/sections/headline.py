"""The headline: the first outcome at the first later wave, for every role."""

from rm_research.catalogue import capital
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Name
from rm_research.findings.context import Context
from rm_research.findings.page import Content


def content(context: Context) -> Content:
    """Content of the headline."""
    scale = context.study.scales[0]
    waves = context.waves(scale)
    roles = context.roles(scale.name) if waves else []
    rows = [row for role in roles for row in context.spoken_rows(scale.name, waves[0], role)]
    shown = [row for row in rows if row.is_known]
    sentences = [_spoken(row, context) for row in rows] if shown else _nothing(rows, context)
    values = {"study_title": context.study.title, "title": context.title, "sentences": sentences}
    return Content(values | {"notes": _notes(shown, context)})


def _spoken(row: Estimate, context: Context) -> list[str]:
    claims = context.claims
    if not row.is_known:
        return [claims.statement(row)]
    sentences = [claims.sentence(row), claims.verdict_sentence(row), *claims.beside(row)]
    return [*sentences, _missing_people(row, context), _left_out(row, context)]


def _left_out(row: Estimate, context: Context) -> str:
    """How many small cohorts count together in an average, and how many are not in it at all."""
    if not context.pooled:
        return ""
    say, (_, together, groups, left_out) = context.words.say, context.counted(row)
    texts = [say("headline.together", n=len(together), m=groups)] if together else []
    if left_out:
        count = say("headline.one_cohort") if len(left_out) == 1 else say("headline.more_cohorts", n=len(left_out))
        texts.append(say("headline.left_out", hidden=count))
    return " ".join(texts)


def _missing_people(row: Estimate, context: Context) -> str:
    """How many people the number leaves out."""
    say, claims = context.words.say, context.claims
    if claims.unlinked(row):
        return say("headline.unlinked")
    n_pre, people = row.n_pre or 0, claims.people(row.role)
    missing = n_pre - (row.n_pairs or 0)
    n_compared, missing_compared = claims.people_left(row).get(context.study.comparison or "", (0, 0))
    if row.compares_arms and missing_compared:
        compared = {"n_compared": n_compared, "missing_compared": missing_compared}
        return say("headline.missing_compared", missing=missing, n_pre=n_pre, people=people, **compared)
    key = "missing_people" if missing else "everyone_counted"
    key = "leavers_counted" if claims.counts_leavers(row) else key
    return say(f"headline.{key}", missing=missing, n_pre=n_pre, people=people)


def _nothing(rows: list[Estimate], context: Context) -> list[list[str]]:
    """What a page with nothing to show says, and why."""
    say, smallest = context.words.say, context.disclosed.smallest_group
    if context.pooled:
        return [[say("headline.too_few_cohorts")]]
    if context.counts(context.place)["failed"]:
        reasons = [say("cohorts.unavailable", reason=say("cohorts.data_error")) + "."]
    elif any(row.reason == HIDDEN for row in rows):
        reasons = [say("headline.too_small", smallest=smallest)]
    else:
        reasons = [context.claims.reason(row) for row in rows] or [say("headline.not_asked_again")]
    return [[say("headline.nothing", cohort=context.place), *dict.fromkeys(reasons)]]


def _notes(shown: list[Estimate], context: Context) -> list[str]:
    """What averages are taken over, and how strong the design is; said once if it is the same for all."""
    notes = []
    if context.pooled:
        notes += _by_role({row.role: _averaged(row, context) for row in shown}, context)
    return notes + _by_row({row: context.claims.level_text(row) for row in shown}, context)


def _by_row(texts: dict[Estimate, str], context: Context) -> list[str]:
    """Texts by role, or by arm where those of one role differ."""
    by_role = {row.role: text for row, text in texts.items()}
    if all(by_role[row.role] == text for row, text in texts.items()):
        return _by_role(by_role, context)
    return [_of_role(row.role, text, context, arm=context.claims.arm_title(row.arm)) for row, text in texts.items()]


def _averaged(row: Estimate, context: Context) -> str:
    return context.words.say("headline.pooled_people" if row.method == Name.ONE_STAGE else "headline.pooled")


def _by_role(texts: dict[str, str], context: Context) -> list[str]:
    if len(set(texts.values())) > 1:
        return [_of_role(role, text, context) for role, text in texts.items()]
    return list(texts.values())[:1]


def _of_role(role: str, text: str, context: Context, *, arm: str = "") -> str:
    blanks = {"People": capital(context.claims.people(role)), "text": text[0].lower() + text[1:]}
    return (
        context.words.say("headline.of_arm", **blanks, arm=arm)
        if arm
        else context.words.say("headline.of_role", **blanks)
    )
