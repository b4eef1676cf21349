"""The table of differences: what each arm did, and how much more the programme's did."""

import math

from rm_research.article.cells import (
    Cell,
    counted,
    estimates_table,
    heading_of,
    wanted,
    with_interval,
    words_of,
)
from rm_research.catalogue import Catalogue
from rm_research.disclosure.wanted import Wanted
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Measure
from rm_research.panel import Prepared
from rm_research.paper import PaperTable
from rm_research.study.selection import Names


def table_difference(
    prepared: Prepared, *,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    title: str | None = None,
) -> PaperTable:  # fmt: skip
    """
    Table 3 of an article: how much more the programme's people changed than those of the comparison.

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
        Grouped by outcome, a row for each role, programme arm and later wave: number of people in the programme and in
        the comparison, mean change of both, difference with its interval, t with degrees of freedom, p-values (against
        0, and adjusted for the claim), and d_ppc2 with its interval for single cohorts. No rows without a comparison.

    Raises
    ------
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.
    FrameError
        When `prepared` is something else.

    Examples
    --------
    >>> table = rm.table_difference(prepared, scale="inclusion")
    >>> table.to_frame()[["Role", "Difference [95% CI]", "p"]]
          Role Difference [95% CI]     p
    0  Leaders  0.13 [−0.03, 0.30]  .107
    1  Mentors   0.30 [0.11, 0.48]  .002
    """
    asked = wanted(prepared, verb="table_difference", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study, words = asked.study, words_of(asked.study)
    level = words.plain(100 * study.reporting.level)
    own: dict[str, Cell] = {
        words.say("article.n_both"): lambda row: counted(row, study),
        words.say("article.change_arm"): lambda row: _detail(row, "change_arm", asked, words),
        words.say("article.change_comparison"): lambda row: _detail(row, "change_comparison", asked, words),
        words.say("article.difference", level=level): lambda row: with_interval(row, words),
    }
    return estimates_table(
        asked, lambda row: row.compares_arms, own, (words.say("article.d_ppc2", level=level), Measure.D_PPC2),
        heading_of("differences", study, prepared.chosen) if title is None else title,
        notes=[words.say("article.changes_of_both")],
    )  # fmt: skip


def _detail(row: Estimate, quantity: str, asked: Wanted, words: Catalogue) -> str:
    value = asked.shown.estimates.detail(row.id, quantity)
    return "" if math.isnan(value) else words.number(value)
