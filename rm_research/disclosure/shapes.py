"""How scores lie on their scale, and how questionnaires were answered: in bands, where it limits a finding."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from rm_research.checks.answering import PILED_UP
from rm_research.disclosure import rules
from rm_research.disclosure.gate import Disclosed
from rm_research.disclosure.tables import Portions
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.stats.paired import spread_ratio
from rm_research.stats.result import NotEstimableError
from rm_research.study import Study

SHAPES = ["cohort", "role", "arm", "scale", "wave", "limit", "above"]
GROUP = ["cohort", "role", "arm", "scale", "wave"]
WIDER, CHANCE = 1.5, 0.05  # ratio of standard deviations, or its inverse, with Pitman and Morgan's p below chance
SAME_ANSWERS = (0.25, 0.10, 0.05)  # shares of questionnaires from which one is told, in bands
LONG_RUN = "careless_same_answers"
QUESTIONNAIRE = ["wave", "file", "source_row"]


class Limit(NamedTuple):
    """A limit that holds for a group: of n people, or of the answers of so many, a share."""

    place: tuple[str, ...]
    limit: str
    above: float
    n: int
    share: float


def shown_shapes(
    prepared: Prepared, shown: Disclosed, counted: pd.DataFrame
) -> pd.DataFrame:  # fmt: skip
    """
    Limits that hold of groups of people whose change is shown, and of the questionnaires of cohorts.

    Scores are those of people with both (where waves are not linked, of all who answered). A limit of too few people,
    or of nearly everybody, is left out.

    Parameters
    ----------
    prepared : Prepared
    shown : Disclosed
        Decides whose change may be shown.
    counted : DataFrame
        Responses that may be counted, from `counted_questionnaires`.

    Returns
    -------
    DataFrame
        One row per group and limit that holds: cohort ('all cohorts' for those shown together), role, arm, scale, wave
        (the later wave; all four empty where it is about questionnaires), limit (highest_before, lowest_before,
        highest_after, lowest_after: more than a share `above` of scores at this end; further_apart, closer_together:
        the standard deviations differ by more than the factor `above`; same_answers: more than the share `above` of
        questionnaires have the same answer throughout).
    """
    found = [*_of_groups(prepared, shown), *_of_questionnaires(prepared, counted)]
    asked = Portions(
        pd.Series([limit.n for limit in found], dtype="float64"),
        pd.Series([limit.share for limit in found], dtype="float64"), Threshold.of(prepared.study),
    )  # fmt: skip
    hidden = rules.hidden(rules.SHAPES, asked, asked.n.index)
    rows = [(*limit.place, limit.limit, limit.above) for limit, hides in zip(found, hidden, strict=True) if not hides]
    return pd.DataFrame(rows, columns=SHAPES)


def _of_groups(prepared: Prepared, shown: Disclosed) -> Iterator[Limit]:
    """Limits of groups, cohort by cohort and of all cohorts together."""
    changes = shown.headlines[shown.headlines["contrast"].eq("change") & shown.headlines["estimate"].notna()]
    panel = prepared.panel.merge(changes[GROUP].drop_duplicates(), on=GROUP)
    parts = [panel, panel.assign(cohort=ALL_COHORTS)] if len(prepared.cohorts) > 1 else [panel]
    for part in parts:
        for key, people in part.groupby(GROUP, sort=False):
            yield from _of_group(tuple(map(str, key)), people, prepared.study)


def _of_group(place: tuple[str, ...], people: pd.DataFrame, study: Study) -> Iterator[Limit]:
    linked = study.link.method != "none"
    after = people["post"][people["pre"].notna()] if linked else people["post"]
    limits = study.scale_range(place[3])
    before = people["pre"][people["post"].notna()] if linked else people["pre"]  # as the change of those with both
    for when, scores in (("before", before.dropna()), ("after", after.dropna())):
        if limits is None or scores.empty:
            continue
        for end, at in (("lowest", scores <= limits[0]), ("highest", scores >= limits[1])):
            if at.mean() > PILED_UP:
                yield Limit(place, f"{end}_{when}", PILED_UP, len(scores), float(at.mean()))
    if linked:
        yield from _of_spread(place, people.dropna(subset=["pre", "post"]))


def _of_spread(place: tuple[str, ...], people: pd.DataFrame) -> Iterator[Limit]:
    """Whether scores lie clearly further apart, or closer together, than before."""
    try:
        spread = spread_ratio(people["pre"].to_numpy(float), people["post"].to_numpy(float))
    except NotEstimableError:
        return
    if spread.p_value < CHANCE and not 1 / WIDER <= spread.ratio <= WIDER:
        name = "further_apart" if spread.ratio > 1 else "closer_together"
        yield Limit(place, name, WIDER, len(people), float("nan"))


def _of_questionnaires(prepared: Prepared, counted: pd.DataFrame) -> Iterator[Limit]:
    """Share of questionnaires with the same answer throughout, where these count."""
    problems = prepared.problems
    signs = problems.loc[problems["rule"] == LONG_RUN, QUESTIONNAIRE].drop_duplicates()
    if signs.empty or prepared.study.settings.careless.action == "drop":
        return
    counted = counted.merge(signs.assign(same=1.0), on=QUESTIONNAIRE, how="left").fillna({"same": 0.0})
    parts = [counted, counted.assign(cohort=ALL_COHORTS)] if len(prepared.cohorts) > 1 else [counted]
    for part in parts:
        for cohort, rows in part.groupby("cohort", sort=False):
            share = float(rows["same"].mean())
            above = next((limit for limit in SAME_ANSWERS if share > limit), None)
            if above is not None:
                yield Limit((str(cohort), "", "", "", ""), "same_answers", above, rows["person"].nunique(), share)
