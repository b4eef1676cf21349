"""The headline: the first outcome at the first later wave, for every role."""

import re

from rm_research.catalogue import capital
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Average
from rm_research.findings.context import Context
from rm_research.findings.described import description, is_described
from rm_research.findings.leaving import who_left
from rm_research.findings.page import Content


def content(context: Context) -> Content:
    """Content of the headline."""
    scale = context.study.scales[0]
    waves = context.waves(scale)
    roles = context.roles(scale.name) if waves else []
    rows = [row for role in roles for row in context.spoken_rows(scale.name, waves[0], role)]
    shown = [row for row in rows if row.is_known]
    sentences = [_spoken(row, context) for row in rows] if shown else _nothing(rows, context)
    sentences = _once(sentences, rows, context)
    say = context.words.say
    edition = say("page.edition", label=context.edition) if context.edition else say("page.draft")
    values = {"study_title": context.study.title, "edition": edition, "title": context.title, "sentences": sentences}
    return Content(values | {"notes": _notes(shown, context)})


def _spoken(row: Estimate, context: Context) -> list[str]:
    claims = context.claims
    if not row.is_known:
        return [claims.statement(row)]
    # what else must be read with it stands where the outcome has its place
    further = [claims.verdict_sentence(row), claims.beside_in_short(row)]
    return [claims.sentence(row), *further, _missing_people(row, context), _left_out(row, context)]


def _once(sentences: list[list[str]], rows: list[Estimate], context: Context) -> list[list[str]]:
    """The same texts, with what became of the comparison said beside the first arm only of each role."""
    if not context.study.comparison or len(sentences) != len(rows):
        return sentences
    starts, seen, kept = f"{context.claims.arm_title(context.study.comparison)}: ", set[str](), []
    for row, texts in zip(rows, sentences, strict=True):
        parts = [re.split(r"(?<=\.) ", text) for text in texts]
        said = [[part for part in each if not (part.startswith(starts) and row.role in seen)] for each in parts]
        kept.append([" ".join(each) for each in said])
        seen.add(row.role)
    return kept


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
    """Who behind the number has no score after, and what is made of them."""
    if context.claims.unlinked(row):
        return context.words.say("headline.unlinked")
    return who_left(row, context)


def _nothing(rows: list[Estimate], context: Context) -> list[list[str]]:
    """What a page with nothing to show says, and why."""
    say, smallest, scale = context.words.say, context.disclosed.smallest_group, context.study.scales[0]
    waves = context.waves(scale) if is_described(scale, context) else []
    described = [description(scale, waves[0], role, context) for role in context.roles(scale.name) if waves]
    if any(described):
        return [texts for texts in described if texts]
    if context.pooled and not waves:
        asked = [one for one in context.disclosed.headline_rows if one.is_known and not one.is_pooled]
        several = len({one.cohort for one in asked if one.scale == scale.name}) > 1
        over_cohorts = context.study.reporting.average == Average.COHORTS
        return [[say("headline.fewer_than_five" if several and over_cohorts else "headline.too_few_cohorts")]]
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
    """What an average is taken over, and whether it is of other people than the cohorts' own results."""
    say = context.words.say
    if not context.claims.over_people(row):
        return say("headline.pooled")
    text = say("headline.pooled_people")
    return f"{text} {say('headline.adds_leavers')}" if _adds_leavers(row, context) else text


def _adds_leavers(row: Estimate, context: Context) -> bool:
    """Whether an average counts people who left, next to cohorts' results of those who answered both times."""
    if not context.claims.counts_leavers(row):
        return False
    beside = (one for one in context.disclosed.headline_rows
              if one.place[1:] == row.place[1:] and one.contrast == row.unpooled and one.is_known)  # fmt: skip
    return any(one.declared is not None and not one.declared.of_everyone_before for one in beside)


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
