"""The table of changes: each outcome before and after, and the change with its interval."""

import pandas as pd

from rm_research.article.cells import (
    Cell,
    counted,
    estimates_table,
    heading_of,
    mean_sd,
    rows_of,
    wanted,
    with_interval,
    words_of,
)
from rm_research.disclosure.wanted import Wanted
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import Measure
from rm_research.effects.printing import headed_by_both, whose
from rm_research.panel import Prepared
from rm_research.paper import PaperTable
from rm_research.study.selection import Names


def table_change(
    prepared: Prepared, *,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    title: str | None = None,
) -> PaperTable:  # fmt: skip
    """
    Table 2 of an article: each outcome before and after, and its change.

    It has the main rows, as pages have them, of any people, however few: check what may be published.

    Parameters
    ----------
    prepared : Prepared
        From `prepare_study`, whole or some of its people.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows, by one name or several; all unless given. Unless cohorts are named, all of them together.
    title : str, optional
        Above the table; a usual one unless given.

    Returns
    -------
    PaperTable
        Grouped by outcome, a row for each role, arm and later wave: number of people that the change is about, mean and
        standard deviation of those of them with a score before and after, change with its interval, t with degrees of
        freedom, p-values (against 0, and adjusted for the claim), and g_av with its interval for single cohorts.

    Raises
    ------
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.
    FrameError
        When `prepared` is something else.

    Examples
    --------
    >>> table = rm.table_change(prepared, scale="inclusion")
    >>> table.to_frame()[["Role", "Group", "n", "Change [95% CI]"]]
          Role      Group    n     Change [95% CI]
    0  Leaders  Programme  110   0.23 [0.12, 0.35]
    1  Leaders   Waitlist   74  0.09 [−0.05, 0.24]
    2  Mentors  Programme  109   0.37 [0.25, 0.50]
    3  Mentors   Waitlist   70  0.05 [−0.12, 0.22]
    >>> path = table.to_word("table-2.docx")
    """
    asked = wanted(prepared, verb="table_change", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study, words = asked.study, words_of(asked.study)
    level = words.plain(100 * study.reporting.level)
    own: dict[str, Cell] = {
        words.say("article.n"): lambda row: counted(row, study),
        words.say("article.before"): lambda row: mean_sd(_scores(row, prepared, "pre"), words),
        words.say("article.after"): lambda row: mean_sd(_scores(row, prepared, "post"), words),
        words.say("article.change", level=level): lambda row: with_interval(row, words),
    }
    return estimates_table(
        asked, lambda row: row.is_change, own, (words.say("article.g_av", level=level), Measure.G_AV),
        heading_of("changes", study, prepared.chosen) if title is None else title,
        notes=[words.say("article.about_means"), *_whose(asked)],
    )  # fmt: skip


def _whose(asked: Wanted) -> list[str]:
    """Whom the changes are about, where some people left."""
    rows, words = rows_of(asked, lambda row: row.is_change), words_of(asked.study)
    both = headed_by_both(asked.shown.rows)
    said = {whose(row, asked.study, both) for row in rows}
    notes = [words.say("methods.missing_both"), words.say("article.another_of_everyone")] if "both" in said else []
    return notes or ([words.say("article.whose_before")] if "before" in said else [])


def _scores(row: Estimate, prepared: Prepared, when: str) -> "pd.Series[float]":
    """Scores before or after of the people that a row is about, each person's once."""
    panel, method = prepared.panel, row.declared
    if method is not None and not (method.of_everyone_before or method.unlinked):
        panel = panel[panel["pre"].notna() & panel["post"].notna()]
    cohorts = prepared.sound_cohorts if row.cohort == ALL_COHORTS else (row.cohort,)
    theirs = panel["cohort"].isin(cohorts) & panel["role"].eq(row.role) & panel["arm"].eq(row.arm)
    return panel.loc[theirs & panel["scale"].eq(row.scale) & panel["wave"].eq(row.wave), when]
