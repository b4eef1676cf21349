"""What people changed by from the start as they judged it afterwards, beside the change that was measured."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Name

if TYPE_CHECKING:
    from rm_research.claims.sentences import Claims


def hindsight_texts(claims: "Claims", row: Estimate) -> Iterator[str]:
    """Say for each retrospective survey what the people of a main row changed by from the start as judged in it."""
    judged = [one for one in claims.disclosed.rows if one.method == Name.THEN_TEST and one.place == row.place]
    for one in judged:
        if one.is_known and one.has_interval:
            wave = claims.wave_name(one.subgroup)
            survey = claims.words.say("hindsight.survey", wave=wave) if len(judged) > 1 else ""
            yield claims.words.say(
                "hindsight.change", whose=claims.whose(one.role), survey=survey, interval=claims.interval(one),
                scale=claims.scale_text(one.scale, one.arm, one.wave), signed=claims.estimate(one),
                unit=claims.unit(claims.study.scale(one.scale)), n=claims.people_counted(one),
            )  # fmt: skip
