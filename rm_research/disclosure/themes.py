"""What may be told of open answers: how many people wrote some, how many mention a theme, and allowed quotes."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rm_research.catalogue.said import rows_text
from rm_research.disclosure import rules
from rm_research.disclosure.editions import OPEN_ANSWERS, Pile
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Counts
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import ALL_COHORTS
from rm_research.errors import ReportError
from rm_research.panel import Prepared
from rm_research.reflections.answers import WHO, chosen_answers
from rm_research.reflections.quotes import HEADING, quoted
from rm_research.reflections.themes import GROUP, of_people

WROTE = ["cohort", *GROUP, "n_people", "awaits"]
MENTIONED = ["cohort", *GROUP, "theme", "n_people", "n_mentioned", "bound"]
QUOTES = ["cohort", "role", "text"]
Group = tuple[str, str, str]  # role, arm, wave


def shown_themes(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[dict[str, pd.DataFrame], list[Named]]:  # fmt: skip
    """
    Counts of who wrote something in answer to open questions, and of who mentions each theme; and allowed quotes.

    Groups are the people of a role, arm and occasion in all cohorts without errors together: no part of one is told of
    beside it. Who wrote something since the last edition waits for more, where they are few. A theme is told of where
    all answers of the group are coded for it and the group is enough for two; where those who mention it, or those who
    do not, are few, only that.

    Parameters
    ----------
    prepared : Prepared
    behind : Behind
        Whose questionnaires they are.
    circulated : Circulated
        What other numbers name; what these name is added.

    Returns
    -------
    dict of str to DataFrame
        `open_answers`: one row per group: cohort ('all cohorts'), role, arm, wave, n_people (who wrote something;
        missing where it is hidden), awaits (1 where some answer is not coded for some theme, or there are no themes).
        `themes`: one row per theme of a group that may be told of it: the same, theme, n_mentioned (of n_people), bound
        (−1: they are fewer than n_mentioned; 1: more). `quotes`: cohort, role, text.
    list of Named
        Groups of questionnaires that they name.

    Raises
    ------
    ReadError
        When a quote is of a group that is not shown.
    """
    study, threshold = prepared.study, Threshold.of(prepared.study)
    place = ALL_COHORTS if len(prepared.cohorts) > 1 else "".join(prepared.cohorts)
    answers = chosen_answers(prepared).dropna(subset=["role", "arm"])
    answers = answers[answers["wave"].isin([study.baseline, *study.later_waves])]
    people, named = of_people(prepared, answers), list[Named]()
    wrote, themes, shown = list[tuple[object, ...]](), list[tuple[object, ...]](), list[pd.DataFrame]()
    for group, writers in _groups(answers, behind, threshold):
        theirs = writers.merge(people, on=[*WHO, *GROUP])
        awaits = float(theirs.empty or not theirs["coded"].all())
        places = [(Pile(OPEN_ANSWERS, group[2]), behind.places(writers))]
        if _hides(rules.OPEN_ANSWERS, writers, threshold) or not circulated.takes(places):
            wrote.append((place, *group, np.nan, awaits))
            continue
        named.append(places)
        shown.append(writers)
        wrote.append((place, *group, float(_n(writers)), awaits))
        if not _hides(rules.THEMES, writers, threshold):
            themes += [(place, *group, *row) for row in _mentioned(theirs, threshold)]
    quotes = _quotes(prepared, shown).assign(cohort=place)[QUOTES]
    tables = {"open_answers": pd.DataFrame(wrote, columns=WROTE), "themes": pd.DataFrame(themes, columns=MENTIONED)}
    return tables | {"quotes": quotes}, named


def _groups(
    answers: pd.DataFrame, behind: Behind, threshold: Threshold
) -> Iterator[tuple[Group, pd.DataFrame]]:  # fmt: skip
    """Who wrote something in each group, the largest first; without those who are few beside an edition's."""
    writers = answers[[*WHO, *GROUP]].drop_duplicates()
    writers = writers[behind.places(writers) >= 0]
    found = [((str(role), str(arm), str(wave)), rows) for (role, arm, wave), rows in writers.groupby(GROUP)]
    for group, rows in sorted(found, key=lambda one: (-_n(one[1]), one[0])):
        pile = Pile(OPEN_ANSWERS, group[2])
        known = [places for of, places, _ in behind.released if of == pile]
        late = ~np.isin(behind.places(rows), np.concatenate(known)) if known else np.zeros(len(rows), dtype=bool)
        yield group, rows[~late] if threshold.few(_n(rows[late])) else rows


def _n(people: pd.DataFrame) -> int:
    """Number of different people."""
    return int(people["person"].nunique())


def _hides(what: str, people: pd.DataFrame, threshold: Threshold) -> bool:
    asked = Counts(pd.Series([_n(people)], dtype="float64"), threshold)
    return bool(rules.hidden(what, asked, asked.n.index).any())


def _mentioned(people: pd.DataFrame, threshold: Threshold) -> Iterator[tuple[object, ...]]:
    """Theme, number of people, how many mention it or what is told in its place, and on which side that is."""
    for theme, rows in people.groupby("theme", sort=False):
        if not rows["coded"].all():
            continue
        told, side = threshold.bound_of(_n(rows[rows["mentioned"]]), _n(rows))
        yield theme, float(_n(rows)), float(told), float(side)


def _quotes(prepared: Prepared, shown: list[pd.DataFrame]) -> pd.DataFrame:
    """Allowed quotes, each of somebody in a group of the programme that is shown."""
    quotes = quoted(prepared)
    who = pd.MultiIndex.from_frame(pd.concat(shown)[[*WHO, "wave"]] if shown else quotes.iloc[:0][[*WHO, "wave"]])
    hidden = ~pd.MultiIndex.from_frame(quotes[[*WHO, "wave"]]).isin(who)
    hidden |= quotes["arm"].eq(prepared.study.comparison or "").to_numpy(bool)
    if rows := [int(number) for number in quotes.loc[hidden, "source_row"]]:
        raise ReportError(
            f"{HEADING}: {prepared.study.settings.reflections.quotes}, {rows_text(rows)}: of somebody in a group that "
            "is not shown, as too few people of it wrote something, or of the comparison. Remove them."
        )
    return quotes
