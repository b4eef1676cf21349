"""The rules for what may be published, each with the sentence that explains it: one list, in order of application."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rm_research.disclosure import rows, tables

ROWS, DETAILS, ANSWERS, BANDS = "rows", "details", "answers", "bands"
MEETINGS, BANDS_OF_MEETINGS = "meetings", "bands of meetings"
SPECIFICATIONS, MEASUREMENT, DESCRIBED = "specifications", "measurement", "described"
BALANCE, SHAPES, OPEN_ANSWERS, THEMES = "balance", "shapes", "open answers", "themes"
RESTS_ON_FEW = "rests on few"


@dataclass(frozen=True, eq=False)
class Rule:
    """
    One reason to hide something.

    Attributes
    ----------
    name : str
    guards : str
        What it hides: rows of Estimates, their details, or parts of a table.
    sentence : str
        Key in the catalogue of the text that pages show for it.
    hides : callable
        Takes what is to be shown; returns whether each part of it is hidden.
    """

    name: str
    guards: str
    sentence: str
    hides: Callable[[Any], pd.Series]


# a row is explained by the first rule that hides it
RULES = (
    Rule("undeclared groups", ROWS, "reason.hidden_undeclared", rows.undeclared_groups),
    Rule("few people", ROWS, "reason.hidden", rows.few_people),
    Rule("few compared", ROWS, "reason.hidden_compared", rows.few_compared),
    Rule("beside few leavers", ROWS, "reason.hidden_beside", rows.beside_few_leavers),
    Rule("few in a part", ROWS, "reason.hidden_given_away", rows.few_in_a_part),
    Rule("beside shared answers", ROWS, "reason.hidden_shared", rows.beside_shared_answers),
    Rule("second split", ROWS, "reason.hidden_given_away", rows.second_split),
    Rule("part of a shared comparison", ROWS, "reason.hidden_given_away", rows.part_of_shared_comparison),
    Rule("few meet otherwise", ROWS, "reason.hidden_given_away", rows.few_meet_otherwise),
    Rule("few in a cluster", ROWS, "reason.hidden_cluster", rows.few_in_a_cluster),
    Rule("few share a cluster", ROWS, "reason.hidden_cluster", rows.few_share_a_cluster),
    Rule("few in odd clusters", ROWS, "reason.hidden_cluster", rows.few_in_odd_clusters),
    Rule("levels that are clusters", ROWS, "reason.hidden_cluster", rows.levels_that_are_clusters),
    Rule("few compared belong together", ROWS, "reason.hidden_cluster", rows.few_compared_belong_together),
    Rule("known otherwise", ROWS, "reason.hidden_given_away", rows.known_otherwise),
    Rule(RESTS_ON_FEW, ROWS, "reason.hidden_given_away", rows.rests_on_few),
    Rule("average of hidden cohorts", ROWS, "reason.hidden_given_away", rows.average_of_hidden),
    Rule("average of few leavers", ROWS, "reason.hidden_beside", rows.average_of_few_leavers),
    Rule("on no page", DETAILS, "limits.smallest", rows.on_no_page),
    Rule("arms beside few leavers", DETAILS, "limits.smallest", rows.arms_beside_few_leavers),
    Rule("gaps beside other waves", DETAILS, "limits.smallest", rows.gaps_beside_other_waves),
    Rule("means beside other rows", DETAILS, "limits.smallest", rows.means_beside_other_rows),
    Rule("means of equal answers", DETAILS, "limits.smallest", rows.means_of_equal_answers),
    Rule("means of groups of cohorts", DETAILS, "limits.smallest", rows.means_of_groups),
    Rule("answers beside a hidden change", ANSWERS, "hidden.group", tables.answers_beside_hidden_change),
    Rule("answers of few leavers", ANSWERS, "hidden.answers", tables.answers_of_few_leavers),
    Rule("answers of few who belong together", ANSWERS, "hidden.answers", tables.answers_of_few_who_belong_together),
    Rule("answers of few scores", ANSWERS, "hidden.answers", tables.answers_of_few_scores),
    Rule("rare answers", BANDS, "hidden.answers", tables.rare_answers),
    Rule("few left or without a log", MEETINGS, "limits.smallest", tables.few_lack_something),
    Rule("few in a band of meetings", BANDS_OF_MEETINGS, "limits.smallest", tables.few_counted),
    Rule("few in a specification", SPECIFICATIONS, "limits.smallest", tables.few_in_a_specification),
    Rule("specifications few apart", SPECIFICATIONS, "limits.smallest", tables.few_apart),
    Rule("few described", DESCRIBED, "hidden.described", tables.few_counted),
    Rule("few at the start", BALANCE, "limits.smallest", tables.few_at_the_start),
    Rule("few questionnaires", MEASUREMENT, "limits.smallest", tables.few_counted),
    Rule("few or nearly all", SHAPES, "limits.smallest", tables.few_or_nearly_all),
    Rule("few wrote", OPEN_ANSWERS, "hidden.open_answers", tables.few_counted),
    Rule("too few for two groups", THEMES, "hidden.themes", tables.too_few_to_divide),
)


def guarding(what: str) -> Iterator[Rule]:
    """Rules that guard one kind of thing, in their order."""
    return (rule for rule in RULES if rule.guards == what)


def hidden(what: str, asked: Any, index: pd.Index) -> pd.Series:
    """Whether some rule hides each part, by `index`, of what is to be shown."""
    is_hidden = pd.Series(False, index=index)
    for rule in guarding(what):
        is_hidden |= rule.hides(asked)
    return is_hidden


def rules_of_rows(asked: rows.Asked) -> pd.Series:
    """Name of the first rule that hides each row of Estimates; missing where none does."""
    first = np.full(len(asked.table), None, dtype=object)
    hidden = pd.Series(False, index=asked.table.index)
    for rule in guarding(ROWS):
        hides = rule.hides(asked.but(hidden)) & ~hidden
        first[hides.to_numpy(bool)] = rule.name
        hidden = hidden | hides
    return pd.Series(first, index=asked.table.index, dtype="str")


def sentence_of(name: str) -> str:
    """Key of the sentence that explains a rule."""
    return next(rule.sentence for rule in RULES if rule.name == name)
