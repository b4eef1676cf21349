"""The rules for tables: answers, meetings, specifications and how well scales measured."""

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from rm_research.disclosure.threshold import Threshold, least_share, nearly_all_or_none
from rm_research.effects.specifications.curve import CURVE
from rm_research.study import Study


@dataclass(frozen=True, eq=False)
class Spread:
    """
    Groups whose answers are to be shown.

    Attributes
    ----------
    changes : DataFrame
        Their headline rows of change, as disclosed.
    exact : bool
        Whether the shares of answers give the mean.
    few_scores : bool
        Whether the scale has few possible scores.
    sharing : Series of bool
        Whether few of each group's people share a cluster with somebody.
    study : Study
    """

    changes: pd.DataFrame
    exact: bool
    few_scores: bool
    sharing: pd.Series
    study: Study

    @property
    def unlinked(self) -> bool:
        """Whether nobody knows who answered both times."""
        return self.study.link.method == "none"


def answers_beside_hidden_change(asked: Spread) -> pd.Series:
    """Groups whose change is not shown."""
    return asked.changes["estimate"].isna()


def answers_of_few_leavers(asked: Spread) -> pd.Series:
    """Groups that few people left, where shares give the mean: that of people who stayed would reveal the others."""
    left = (asked.changes["n_pre"] - asked.changes["n_pairs"]).astype("float64")
    return Threshold.of(asked.study).few(left) & asked.exact & (not asked.unlinked)


def answers_of_few_who_belong_together(asked: Spread) -> pd.Series:
    """
    Groups of whom few share a cluster with somebody, where the shares of answers give the spread.

    Next to the intervals of the means, which know the clusters, it would tell how these few differ together.
    """
    return asked.sharing & asked.exact


def answers_of_few_scores(asked: Spread) -> pd.Series:
    """Small groups on a scale with few possible scores: bands, mean and spread together leave few possible answers."""
    people = asked.changes[["n_pre", "n_post"]].min(axis=1) if asked.unlinked else asked.changes["n_pairs"]
    return Threshold.of(asked.study).small(people.astype("float64")) & asked.few_scores


def rare_answers(bars: pd.DataFrame) -> pd.Series:
    """Bars where a band has nearly all answers or none; `bars` has n_people, lowest and highest (share of a band)."""
    least = least_share(bars["n_people"])
    return nearly_all_or_none(bars["lowest"], least) | nearly_all_or_none(bars["highest"], least)


@dataclass(frozen=True, eq=False)
class Lacking:
    """
    People who are left out of a mean.

    Attributes
    ----------
    counts : DataFrame
        By cohort (rows), how many people lack each thing (columns).
    threshold : Threshold
    """

    counts: pd.DataFrame
    threshold: Threshold


def few_lack_something(asked: Lacking) -> pd.Series:
    """Cohorts where few people lack something, unless several such cohorts have enough of them together."""
    few = asked.counts.where(asked.threshold.few(asked.counts))
    hide_each_other = asked.threshold.hide_each_other(few.count(), few.sum())
    return (few.notna() & ~hide_each_other).any(axis=1)


@dataclass(frozen=True, eq=False)
class Counts:
    """
    How many people, or questionnaires, each number rests on.

    Attributes
    ----------
    n : Series
    threshold : Threshold
    """

    n: pd.Series
    threshold: Threshold


@dataclass(frozen=True, eq=False)
class Portions:
    """
    Shares of groups of people for which something holds.

    Attributes
    ----------
    n : Series
        People of each group.
    share : Series
        0 to 1; missing where what is said is about the group as a whole.
    threshold : Threshold
    """

    n: pd.Series
    share: pd.Series
    threshold: Threshold


def few_or_nearly_all(asked: Portions) -> pd.Series:
    """Statements about too few people, or that hold for nearly nobody or nearly everybody of a group."""
    return ~asked.threshold.enough(asked.n) | nearly_all_or_none(asked.share, least_share(asked.n))


def few_counted(asked: Counts) -> pd.Series:
    """Rows that rest on too few people, or on too few questionnaires where the table counts these."""
    return ~asked.threshold.enough(asked.n)


def too_few_to_divide(asked: Counts) -> pd.Series:
    """Groups of whom those who mention something and those who do not cannot both be many enough."""
    return ~asked.threshold.divides(asked.n)


@dataclass(frozen=True, eq=False)
class Starts:
    """
    Rows on how alike the arms were at the start, as `assess_balance` makes them.

    Attributes
    ----------
    table : DataFrame
    threshold : Threshold
    """

    table: pd.DataFrame
    threshold: Threshold


def few_at_the_start(asked: Starts) -> pd.Series:
    """Rows of too few people of an arm; all entries of an attribute where one of them has too few in an arm."""
    table = asked.table
    enough = asked.threshold.enough(table["n"]) & asked.threshold.enough(table["n_comparison"])
    few = ~enough.fillna(False).astype(bool)
    of_attribute = [table[name] for name in ("cohort", "role", "arm", "is_scale", "variable")]
    return few.groupby(of_attribute).transform("any") if len(table) else few


@dataclass(frozen=True, eq=False)
class Curves:
    """
    Specification curves.

    Attributes
    ----------
    summary : DataFrame
        One row per curve.
    rows : DataFrame
        One row per specification.
    threshold : Threshold
    """

    summary: pd.DataFrame
    rows: pd.DataFrame
    threshold: Threshold


def few_in_a_specification(asked: Curves) -> pd.Series:
    """Curves with a specification that rests on too few people."""
    return ~asked.threshold.enough(asked.summary["fewest"]).astype(bool)


def few_apart(asked: Curves) -> pd.Series:
    """Curves where, judging by numbers of people, two specifications differ by few people."""
    apart = {key for key, rows in asked.rows.groupby(CURVE) if _few_apart(rows, asked.threshold)}
    keys = asked.summary[CURVE].itertuples(index=False, name=None)
    return pd.Series([key in apart for key in keys], index=asked.summary.index, dtype=bool)


def _few_apart(rows: pd.DataFrame, threshold: Threshold) -> bool:
    left = threshold.few(rows["n_pre"] - rows["n_pairs"]).any()
    sizes = [sorted(rows[name].dropna().unique()) for name in ("n_pre", "n_pairs", "n_comparison")]
    steps = [later - earlier for ordered in sizes for earlier, later in pairwise(ordered)]
    return bool(left or any(threshold.few(step) for step in steps))
