"""Which Estimates rows may leave: those made of too few people's answers are emptied."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from rm_research.effects.estimates import Estimates, adjusted, headlines
from rm_research.effects.methods import METHODS, SHARES
from rm_research.frames import ESTIMATES, NUMBER
from rm_research.study import Study

HIDDEN = "hidden"
# rows that tell of other people than the headlines next to them: of those who stayed, or of everyone at baseline
OTHER_PEOPLE = tuple(method.key for method in METHODS.beside_headlines())
# details that a page shows, and so a file beside it; others would say more of few people than the rows do
QUANTITIES = (
    "prediction_low", "prediction_high", "tau2", "i2", "r2", "tost_p", "tost_low", "tost_high",
    "e_value", "e_value_interval", "tipping_shift", "largest_shift", "fmi", "share_worse", "share_worse_low",
    "share_worse_high", "expected_by_selection", "icc_before", "icc_after", "p_distinguishable",
    "first_stage_f_robust", "ar_low", "ar_high", "ladder_step", "smallest_p", "n_changed",
)  # fmt: skip
# of the headline alone: everyone with a score before is one group at all later waves, who has both scores is not
MEANS = ("mean_pre", "mean_post", "mean_pre_low", "mean_pre_high", "mean_post_low", "mean_post_high")
LEAST_SHARE, LEAST_PEOPLE = 0.05, 2
OF_DESIGN = ("not_asked_at_baseline", "no_comparison_here", "shared_comparison", "too_few_cohorts")


@dataclass(frozen=True)
class Disclosed:
    """
    Estimates and tables that may be circulated.

    Attributes
    ----------
    estimates : Estimates
        Numbers made of fewer people's answers than `smallest_group` are missing, with the reason 'hidden'; counts of
        people stay.
    tables : dict of str to DataFrame
        Of the whole study, by name, with the column `cohort` ('all cohorts' for the programme): counts of people, and
        summaries that rest on enough people's answers.
    smallest_group : int
        The rule.
    """

    estimates: Estimates
    tables: dict[str, pd.DataFrame]
    smallest_group: int

    @property
    def table(self) -> pd.DataFrame:
        """The disclosed Estimates table."""
        return self.estimates.table

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """Rows of the table that answer their question, in its order."""
        return self.table[headlines(self.table)]

    @property
    def hidden(self) -> pd.DataFrame:
        """Rows of the table that the rule emptied."""
        return self.table[self.table["reason"] == HIDDEN]


def disclose(
    estimates: Estimates, tables: dict[str, pd.DataFrame] | None = None, *, study: Study,
    without_means: Collection[str] = (),
) -> Disclosed:  # fmt: skip
    """
    Empty every number that rests on the answers of fewer people than the study's smallest group.

    Parameters
    ----------
    estimates : Estimates
        Of cohorts, and of the programme if pooled from `poolable` rows only.
    tables : dict of str to DataFrame, optional
        What goes with them: counts of people, and what has passed its own rule; shown as they are.
    study : Study
        Its smallest group.
    without_means : collection of str
        Groups of cohorts of which no mean before or after is given: another wave may join one cohort more, whose mean
        the two would tell.

    Returns
    -------
    Disclosed
    """
    table, shown = estimates.table.copy(), _may_be_shown(estimates, study)
    numbers = [name for name, (dtype, _) in ESTIMATES.columns.items() if dtype == NUMBER]
    table.loc[~shown, numbers] = float("nan")
    # why an estimate failed can tell what people answered ("everyone changed alike"), unless the design alone says it
    table.loc[~shown & ~table["reason"].isin(OF_DESIGN), "reason"] = HIDDEN
    details = estimates.details
    kept = details["id"].isin(table.loc[shown, "id"]) & details["quantity"].isin(QUANTITIES)
    with_means = shown & headlines(table) & ~table["cohort"].isin(without_means)
    kept |= details["id"].isin(table.loc[with_means, "id"]) & details["quantity"].isin(MEANS)
    least = details["id"].map(_least_share(table).set_axis(table["id"])).astype("float64")
    beyond = details["value"].lt(least) | details["value"].gt(1 - least)
    of_all = details.loc[details["quantity"].eq("share_worse") & beyond, "id"]
    kept &= ~(details["quantity"].str.startswith("share_worse") & details["id"].isin(of_all))
    # a p-value adjusted beside hidden ones would tell of them
    rows = Estimates(adjusted(table), details[kept].reset_index(drop=True))
    return Disclosed(rows, dict(tables or {}), study.reporting.smallest_group)


def poolable(estimates: Estimates, *, study: Study) -> Estimates:
    """Rows that a pool may rest on: those shown. A hidden group that entered could be worked out from the rest."""
    return estimates.where(_may_be_shown(estimates, study))


def _may_be_shown(estimates: Estimates, study: Study) -> pd.Series:
    """Whether each row rests on enough people's answers, and tells nothing of others that do not."""
    enough = _large_enough(estimates, study) & ~beside_few_leavers(estimates, study) & ~tells_of_all(estimates.table)
    enough &= ~crosses_groups(estimates.table, study)
    if study.design.comparison_scope != "shared" or study.comparison is None:
        return enough
    # differences rest on the whole comparison group: its parts, but for few people, would give these away
    table, smallest = estimates.table, study.reporting.smallest_group
    part = table["contrast"].eq("change") & table["arm"].eq(study.comparison) & table["n_pairs"].gt(0)
    question = [table[name] for name in ("role", "scale", "wave")]
    kind = [*question, table["measure"], table["method"]]
    given_away = _given_away(table["n_pairs"].where(part & ~enough), kind, smallest)
    # not every part has a row of every method: of who are few themselves, none may be shown of the others
    few = table["n_pairs"].where(part & table["n_pairs"].lt(smallest))
    given_away |= _given_away(few, kind, smallest).groupby(question).transform("any")
    return enough & ~(part & given_away)


def _given_away(hidden: pd.Series, by: list[pd.Series], smallest: int) -> pd.Series:
    """Whether the hidden parts of a group, of so many people, are one alone or few people together."""
    parts = hidden.groupby(by)
    return parts.transform("count").eq(1) | parts.transform("sum").between(1, smallest - 1)


def beside_few_leavers(estimates: Estimates, study: Study) -> pd.Series:
    """
    Whether each row's people are those of its headline but for a few who left.

    What those few answered before could be worked out from the two numbers together.
    """
    table, details = estimates.table, estimates.details
    # some say themselves how many people they do not share with the headline, or with those who have a score before;
    # the others leave out who left
    counts = {name: table["id"].map(details[details["quantity"] == name].set_index("id")["value"])
              for name in ("n_left", "n_late")}  # fmt: skip
    counts["n_left"] = counts["n_left"].fillna((table["n_pre"] - table["n_pairs"]).astype("float64"))
    few = [count.between(1, study.reporting.smallest_group - 1) for count in counts.values()]
    keys = pd.MultiIndex.from_frame(table[["contrast", "measure", "method"]])
    return (few[0] | few[1]) & keys.isin(OTHER_PEOPLE)


def crosses_groups(table: pd.DataFrame, study: Study) -> pd.Series:
    """
    Whether each row splits people by another attribute than the first whose effects are compared.

    Two ways to split the same people may differ by few of them, whose answers both rows together would give away.
    """
    further = [name for name in study.design.interactions if name != "role"][1:]
    return table["subgroup"].str.startswith(tuple(f"{name}: " for name in further)) if further else table["id"].isna()


def tells_of_all(table: pd.DataFrame) -> pd.Series:
    """Whether each row is a share of nearly nobody or everybody, and so may say what each single person did."""
    least = _least_share(table)
    return table["measure"].isin(SHARES) & (table["estimate"].lt(least) | table["estimate"].gt(1 - least))


def _least_share(table: pd.DataFrame) -> pd.Series:
    """Smallest share of a row's people that may be shown: a smaller one could be nobody's, or one person's."""
    return (LEAST_PEOPLE / table["n_pairs"].astype("float64")).clip(lower=LEAST_SHARE)


def _large_enough(estimates: Estimates, study: Study) -> pd.Series:
    """Whether each group of people behind a row is large enough, the comparison's included."""
    table, smallest = estimates.table, study.reporting.smallest_group
    unlinked = table["method"].eq("welch") | (study.link.method == "none")
    people = table["n_pairs"].where(~unlinked, table[["n_pre", "n_post"]].min(axis=1))
    # some estimates rest on those alone whose score changed, others compare more groups than two
    smaller = estimates.details[estimates.details["quantity"].isin(["n_changed", "n_fewest"])]
    least = table["id"].map(smaller.groupby("id")["value"].min())
    fewest = pd.concat([people, table["n_comparison"], least], axis=1).astype("float64").min(axis=1)
    return people.notna() & fewest.ge(smallest)
