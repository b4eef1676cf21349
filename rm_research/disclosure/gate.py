"""The gate: which Estimates pass after every rule has been applied."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.coarse import coarse
from rm_research.disclosure.errors import rounded_errors
from rm_research.disclosure.heading import decided, headed
from rm_research.disclosure.range import within_range
from rm_research.disclosure.rows import Asked, Details, left_alone
from rm_research.disclosure.sets import Behind
from rm_research.disclosure.shown import HIDDEN, UNEXPLAINED, Shown
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates, adjusted, joined
from rm_research.effects.methods import METHODS
from rm_research.frames import ESTIMATES, NUMBER
from rm_research.panel.chosen import refuse_chosen
from rm_research.stats.result import OF_DESIGN
from rm_research.study import Study


@dataclass(frozen=True, eq=False)
class Disclosed(Shown):
    """
    Estimates and tables that may be circulated.

    Attributes
    ----------
    estimates : Estimates
        Numbers hidden by a rule are missing, with the reason 'hidden'; counts of people stay. Intervals end where the
        scale does; the column `truncated` says so.
    tables : dict of str to DataFrame
        Of the whole study, by name, with the column `cohort` ('all cohorts' for the programme): counts of people, and
        summaries of the answers of enough people.
    smallest_group : int
        The study's smallest group.
    hidden_by : mapping of str to str
        Name of the rule that hides a row, by its id.

    Examples
    --------
    >>> change = rm.estimate_change(prepared, cohort="2024 autumn", scale="inclusion")
    >>> shown = rm.disclose(change, study=study)
    >>> len(shown.hidden) == len(shown.table)  # all of it: five leaders and five mentors
    True
    """

    hidden_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def telling(self) -> list[Estimate]:
        """Rows that tell something of answers: a number, or in words why there is none."""
        return [row for row in self.rows if row.is_known or row.reason not in (None, HIDDEN, *OF_DESIGN)]

    def why_hidden(self, row_id: str) -> str:
        """
        Key in the catalogue of the sentence that says why a row is hidden.

        Examples
        --------
        >>> change = rm.estimate_change(prepared, cohort="2024 autumn", scale="inclusion")
        >>> shown = rm.disclose(change, study=study)
        >>> shown.why_hidden(shown.hidden["id"].iloc[0])
        'reason.hidden'
        """
        rule = self.hidden_by.get(row_id)
        return UNEXPLAINED if rule is None else rules.sentence_of(rule)


def disclose(
    estimates: Estimates | Sequence[Estimates], tables: dict[str, pd.DataFrame] | None = None, *, study: Study,
    without_means: Collection[str] = (), panel: pd.DataFrame | None = None,
) -> Disclosed:  # fmt: skip
    """
    Hide every number that could reveal answers of fewer people than the study's smallest group.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates
        Of cohorts, and of the programme together with the cohorts that it averages. An average is hidden unless it
        covers exactly the cohorts, and groups of cohorts, whose rows are shown next to it: otherwise the result of a
        hidden cohort could be worked out from the others. So average what is shown:
        `shown = disclose(changes, study=study)`, then
        `disclose([changes, estimate_programme(shown.estimates, study=study)], study=study)`.
    tables : dict of str to DataFrame, optional
        Tables to show unchanged: counts of people, and tables that have passed their own rules.
    study : Study
        Its smallest group.
    without_means : collection of str
        Groups of cohorts without means before and after: another wave may combine one cohort more, whose mean could be
        worked out from both.
    panel : DataFrame, optional
        Panel of the people behind the estimates. Without it, numbers of people alone decide, and of scales that share
        answers only the first is shown.

    Returns
    -------
    Disclosed

    Raises
    ------
    ReportError
        When they are of some of the people, or of a study with other options than its file has.

    Examples
    --------
    >>> change = rm.estimate_change(prepared, cohort="2024 autumn")
    >>> bool(rm.disclose(change, study=study).table["estimate"].isna().all())
    True
    """
    for part in [estimates] if isinstance(estimates, Estimates) else estimates:
        (part.study or study).as_declared("Disclosed numbers")
        refuse_chosen(part.chosen, "Disclosed numbers")
    study.as_declared("Disclosed numbers")
    behind = None if panel is None else Behind(panel, study)
    return disclosed(estimates, tables, study=study, without_means=without_means, behind=behind)


def disclosed(
    estimates: Estimates | Sequence[Estimates], tables: dict[str, pd.DataFrame] | None = None, *, study: Study,
    without_means: Collection[str] = (), behind: Behind | None,
) -> Disclosed:  # fmt: skip
    """Disclose estimates of whose questionnaires more is known than a Panel says; otherwise as `disclose`."""
    if not isinstance(estimates, Estimates):
        estimates = joined(estimates)
    (estimates,) = headed([estimates], study=study)
    estimates = rounded_errors(estimates, study=study, behind=behind)
    estimates = coarse(within_range(estimates, study=study), study=study)
    rows = Asked.of(estimates, study, behind)
    table, rule = estimates.table.copy(), rules.rules_of_rows(rows)
    shown = rule.isna()
    # the reason for a failed estimate can reveal answers ("everyone changed alike"), unless it follows from the design
    table.loc[~shown & ~table["reason"].isin(OF_DESIGN), "reason"] = HIDDEN
    table.loc[left_alone(table, rule), "reason"] = HIDDEN
    in_words = rows.in_words & shown & ~table["reason"].isin(OF_DESIGN)
    table.loc[in_words, "reason"] = table["id"].map(rows.told)
    shown &= ~in_words
    numbers = [name for name, (dtype, _) in ESTIMATES.columns.items() if dtype == NUMBER]
    table.loc[~shown, numbers] = float("nan")
    table.loc[~shown, "truncated"] = None
    # whether these are there at all tells of the answers they rest on
    told = rule.isna() | ~rows.is_of([method.key for method in METHODS if method.of_some_answers])
    table, rule, shown = table[told], rule[told], shown[told]
    asked = Details(replace(estimates, table=table), without_means, Threshold.of(study))
    passing = asked.of(shown) & ~rules.hidden(rules.DETAILS, asked, estimates.details.index)
    # a p-value adjusted together with hidden ones would reveal them
    details = estimates.details[passing].reset_index(drop=True)
    passed = replace(estimates, table=adjusted(table.reset_index(drop=True), study), details=details)
    hidden_by = dict(zip(table.loc[rule.notna(), "id"], rule.dropna(), strict=True))
    return Disclosed(passed, dict(tables or {}), study.reporting.smallest_group, hidden_by)


def poolable(estimates: Estimates, *, study: Study, behind: Behind | None = None) -> Estimates:
    """
    Rows that may be averaged: those shown. The result of a hidden group could be worked out from the average.

    Intervals are whole here, also where they go beyond what the scale allows. Errors are rounded as they are shown, or
    the weights of an average would tell the exact ones.
    """
    if not decided(estimates):
        (estimates,) = headed([estimates], study=study)
    estimates = rounded_errors(estimates, study=study, behind=behind)
    asked = Asked.of(estimates, study, behind)
    return estimates.where(rules.rules_of_rows(asked).isna() & ~asked.in_words)
