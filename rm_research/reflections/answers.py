"""read_reflections: open answers for the researcher's own eyes."""

import pandas as pd

from rm_research.panel import Prepared
from rm_research.reflections.keeping import texts_of
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names, Selection, names_in

WHO = ["cohort", "person"]


def read_reflections(
    prepared: Prepared, *, cohort: Names = None, role: Names = None, wave: Names = None, arm: Names = None
) -> pd.DataFrame:  # fmt: skip
    """
    Read open answers, freed of contacts and names: for your own eyes, as they may still tell who wrote them.

    Parameters
    ----------
    prepared : Prepared
    cohort, role, wave, arm : str or sequence of str, optional
        Which answers, by one name or several; all unless given. Cohorts with errors are left out.

    Returns
    -------
    DataFrame
        One row per person, wave and item of kind text with something written: unit (name of the answer, as in coding
        sheets), cohort, person, role and arm (missing where not known), wave, item, text ('[…]' where something was
        taken out).

    Raises
    ------
    SelectionError
        When there is no such name, or nothing has all names together.
    ReportError
        When the exports changed since the study was prepared.

    Examples
    --------
    >>> answers = rm.read_reflections(prepared, role="leader", wave="post")
    >>> answers.columns.tolist()
    ['unit', 'cohort', 'person', 'role', 'arm', 'wave', 'item', 'text']
    >>> len(answers)
    58
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("read_reflections", prepared)
    rows = chosen_answers(prepared, cohort=cohort, role=role, wave=wave, arm=arm)
    texts, _ = texts_of(prepared) if len(rows) else ({}, None)
    rows = rows.assign(text=rows["unit"].map(texts).astype("str"))
    return rows[["unit", *WHO, "role", "arm", "wave", "item", "text"]]


def chosen_answers(prepared: Prepared, **asked: Names) -> pd.DataFrame:
    """Open answers of cohorts without errors, without texts, with role and arm of who wrote them."""
    rows = prepared.open_answers[prepared.open_answers["cohort"].isin(prepared.sound_cohorts)]
    rows = rows.merge(prepared.people[[*WHO, "role", "arm"]], on=WHO, how="left")
    selection = Selection.of(names_in(rows, list(asked)), asked, among=prepared.chosen)
    return (rows[selection.mask(rows)] if selection else rows).reset_index(drop=True)
