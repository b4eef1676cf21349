"""One block per outcome, both roles side by side: the finding with its chart, and folded all that belongs to it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rm_research.catalogue import capital, lowered
from rm_research.claims import finding_limits
from rm_research.claims.hindsight import hindsight_texts
from rm_research.claims.pictured import in_answers
from rm_research.effects.estimate import Estimate
from rm_research.figures import band_text
from rm_research.findings.context import Context
from rm_research.findings.described import description, description_table, is_described
from rm_research.findings.hidden import groups_not_shown
from rm_research.findings.illustrations import answers_picture, change_picture
from rm_research.findings.leaving import who_left
from rm_research.findings.numbers import numbers_table
from rm_research.findings.page import Content
from rm_research.findings.pictures import Picture
from rm_research.findings.qualified import less_than_noted
from rm_research.findings.sections.limits import lacks_smallest
from rm_research.findings.tables import Table, table
from rm_research.study import Scale


class Side(NamedTuple):
    """What is said of one role: sentences beside its chart, and the chart; without one a sentence with the finding."""

    texts: list[str]
    pictures: list[Picture]


class Block(NamedTuple):
    """What is said about one outcome; `more`, its pictures and tables are folded."""

    id: int
    title: str
    note: str
    sides: list[Side]
    more: list[str]
    folded: list[Picture]
    tables: list[Table]

    @property
    def beside(self) -> list[Picture]:
        """Pictures of all sides."""
        return [picture for side in self.sides for picture in side.pictures]


def content(context: Context) -> Content:
    """Content of the blocks; a page with nothing to show says so once, in its headline."""
    shows = context.shows_estimates or context.describes
    scales = {*(row.scale for row in context.rows), *context.described["scale"]} if shows else set()
    blocks = [_block(scale, context) for scale in context.study.scales if context.waves(scale) and scale.name in scales]
    if not blocks:
        return Content()
    pictures = [picture for block in blocks for picture in (*block.beside, *block.folded)]
    noted = _first_notes(pictures)
    # what the charts abreast have in common stands once, above them, and on the whole page once
    above = {block.id: [block.note, *(noted.pop(picture.name) for picture in block.beside)] for block in blocks}
    once = _once([" ".join(filter(None, notes)) for notes in above.values()])
    blocks = [block._replace(note=note) for block, note in zip(blocks, once, strict=True)]
    values = {"heading": context.words.say("headings.outcomes"), "blocks": blocks, "noted": noted,
              "abreast": len(blocks) > 1 and all(len(block.sides) < 2 for block in blocks),
              "more": context.words.say("outcome.more")}  # fmt: skip
    return Content(values, pictures=tuple(pictures), not_shown=tuple(groups_not_shown(context)))


def _first_notes(pictures: list[Picture]) -> dict[str, str]:
    """Notes of pictures by their names, each sentence with the first that needs it."""
    notes = _once([picture.note for picture in pictures])
    return {picture.name: note for picture, note in zip(pictures, notes, strict=True)}


def _once(texts: list[str]) -> list[str]:
    """Texts without the sentences that an earlier one has: none stands twice on a page."""
    seen, kept = set[str](), []
    for text in texts:
        said = [part for part in re.split(r"(?<=[.]) ", text) if part and part not in seen]
        seen.update(said)
        kept.append(" ".join(said))
    return kept


def _block(scale: Scale, context: Context) -> Block:
    wave, roles = context.main_wave(scale)[0], context.roles(scale.name)
    described = is_described(scale, context)
    sides = [_described(scale, role, context) if described else _side(scale, wave, role, context) for role in roles]
    if described:  # a reason that holds for both roles stands once
        sides = [side for at, side in enumerate(sides) if side.texts not in [one.texts for one in sides[:at]]]
    answers = [] if described else [answers_picture(scale, wave, role, context) for role in roles]
    rows = [row for row in context.main_rows(scale) if row.is_known]
    more = [*_smallest_effect(scale, context), *(text for row in rows for text in _more(row, context))]
    shown = [_numbers(scale, wave, context), _answers(scale, context)]
    tables = [description_table(scale, context)] if described else shown
    return Block(
        context.study.scales.index(scale) + 1, scale.title, " ".join(_notes(scale, context)),
        [side for side in sides if side.texts or side.pictures], [*dict.fromkeys(more)],
        [picture for picture in answers if picture is not None], [shown for shown in tables if shown.rows],
    )  # fmt: skip


def _notes(scale: Scale, context: Context) -> Iterator[str]:
    """What the outcome's numbers mean, and what was agreed on it."""
    say = context.words.say
    if scale.better == "lower":
        yield say("outcome.better_lower")
    if scale.name not in context.study.confirmatory:
        yield say("outcome.exploratory")
    rows = [row for row in context.headlines if row.scale == scale.name and row.is_known]
    waves = dict.fromkeys(row.wave for row in rows if context.claims.of_every_wave(row))
    if names := [say("outcome.named_wave", wave=context.wave(wave)) for wave in waves]:
        yield say("outcome.every_wave", waves=context.words.listed(names))


def _smallest_effect(scale: Scale, context: Context) -> Iterator[str]:
    """Smallest change that matters, and what it was set by."""
    if scale.smallest_effect is not None:
        s, unit = context.words.number(scale.smallest_effect), context.claims.unit(scale)
        yield context.words.say(f"outcome.from_{scale.smallest_effect_from or 'nothing'}", s=s, unit=unit)


def _described(scale: Scale, role: str, context: Context) -> Side:
    waves = context.waves(scale)
    told = [text for wave in waves for text in description(scale, wave, role, context)]
    return Side(told or [context.words.say("reason.not_asked_at_baseline")], [])


def _side(scale: Scale, wave: str, role: str, context: Context) -> Side:
    claims, rows = context.claims, list(context.spoken_rows(scale.name, wave, role))
    picture = change_picture(scale, wave, role, context)
    texts = [] if picture else [claims.statement(row) for row in rows]
    for row in rows:
        if row.is_known:
            # other verdicts stand in the table, and those on other outcomes are folded
            first = scale == context.study.first_scale and scale.smallest_effect is not None
            open_still = first and claims.judged(row).verdict == "unclear"
            found_from = claims.verdict_sentence(row) if open_still else ""
            beside = [*hindsight_texts(claims, row), *_beside(row, scale, context)]
            found = [text for text in (in_answers(row, claims), found_from, *beside) if text]
            texts += found if len(rows) == 1 else [_of_arm(row, text, context) for text in found]
    return Side([*dict.fromkeys(filter(None, texts))], [picture] if picture else [])


def _of_arm(row: Estimate, text: str, context: Context) -> str:
    """A sentence with the name of its arm, where a chart shows several."""
    people = context.group_name(row.role, row.arm)
    return context.words.say("headline.of_role", People=people, text=text, lowered=lowered(text))


def _beside(row: Estimate, scale: Scale, context: Context) -> Iterator[str]:
    """What a finding would be misread without, where the first screen has not said it."""
    claims, of_page = context.claims, context.study.first_scale
    if scale == of_page:
        return
    yield claims.beside_in_short(row)
    first = [one for one in context.spoken_rows(of_page.name, row.wave, row.role) if one.arm == row.arm]
    told = [claims.level_text(one) for one in first if one.is_known]
    if claims.qualified(row) and claims.level_text(row) not in told and row not in less_than_noted(context):
        yield claims.level_text(row)


def _more(row: Estimate, context: Context) -> Iterator[str]:
    """All else that belongs to a finding."""
    claims = context.claims
    who = context.words.say("headline.unlinked") if claims.unlinked(row) else who_left(row, context)
    texts = [
        claims.sentence(row),
        "" if lacks_smallest(context) else claims.verdict_sentence(row),
        claims.clusters_sentence(row),
        *claims.beside(row),
        who,
        *finding_limits(row, claims),
    ]
    short = claims.beside_in_short(row)
    yield from (text for text in texts if text and text != short)


def _numbers(scale: Scale, wave: str, context: Context) -> Table:
    rows = [row for row in context.headlines if row.scale == scale.name and row.wave == wave]
    return numbers_table(context.words.say("outcome.caption", scale=scale.title), rows, context)


def _answers(scale: Scale, context: Context) -> Table:
    """Shares of answers by group and wave asked."""
    words, claims, rows = context.words, context.claims, context.table("answers")
    rows = rows[rows["scale"] == scale.name]
    names = ["role", "arm", "asked", "answers", "share", "n"]
    cells = [
        [capital(claims.people(row["role"])), claims.arm_title(row["arm"]), context.wave(row["asked"]),
         band_text(row["low"], row["high"], words), words.share(row["share"]), str(row["n_people"])]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    each = any(map(claims.counted_apart, context.headlines))
    caption = words.say("outcome.caption_answers_each" if each else "outcome.caption_answers", scale=scale.title)
    return table(caption, [context.heading(name) for name in names], cells, rows)
