"""count_themes: how many people mention a theme, of those who wrote something."""

import re
from collections.abc import Iterator

import pandas as pd

from rm_research.panel import Prepared
from rm_research.reflections.answers import WHO, chosen_answers
from rm_research.reflections.coding import codes_of, refuse_named_themes, settled
from rm_research.reflections.keeping import texts_of
from rm_research.responses.screening import folded_words
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names
from rm_research.study.settings import Theme

GROUP = ["role", "arm", "wave"]
COUNTED = [*GROUP, "theme", "n_people", "n_coded", "n_mentioned"]
MENTIONS = ["unit", "theme", "marked"]


def mentions(prepared: Prepared) -> pd.DataFrame:
    """
    Whether each coded open answer mentions each theme, as its coders settled it or by its keywords.

    Raises
    ------
    StudyFileError
        When a theme is called like somebody of the study.
    """
    if len(prepared.open_answers):
        refuse_named_themes(prepared)
    parts = [settled(codes_of(prepared))] if any(not theme.keywords for theme in prepared.study.themes) else []
    if worded := [theme for theme in prepared.study.themes if theme.keywords]:
        parts.append(pd.DataFrame(_by_keywords(worded, texts_of(prepared)[0]), columns=MENTIONS))
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=MENTIONS)
    return found.astype({"unit": "str", "theme": "str", "marked": "bool"})


def _by_keywords(themes: list[Theme], texts: dict[str, str]) -> Iterator[tuple[str, str, bool]]:
    patterns = {theme.name: _pattern(theme) for theme in themes}
    for unit, text in texts.items():
        words = f" {' '.join(folded_words(text))} "
        yield from ((unit, theme, pattern.search(words) is not None) for theme, pattern in patterns.items())


def _pattern(theme: Theme) -> re.Pattern[str]:
    """Any of a theme's keywords, among words with a blank around each; * stands for any ending."""
    plain = ((re.escape(" ".join(folded_words(word))), word.endswith("*")) for word in theme.keywords)
    ways = (f"{words}[^ ]*" if begins else words for words, begins in plain)
    return re.compile(f" (?:{'|'.join(ways)}) ")


def of_people(prepared: Prepared, answers: pd.DataFrame) -> pd.DataFrame:
    """
    One row per person, wave and theme, from the open answers given: whether all of them are coded, and any mentions it.

    Columns: cohort, person, role, arm, wave, theme, coded, mentioned.
    """
    names = pd.DataFrame({"theme": [theme.name for theme in prepared.study.themes]}, dtype="str")
    rows = answers.merge(names, how="cross").merge(mentions(prepared), on=["unit", "theme"], how="left")
    rows = rows.assign(coded=rows["marked"].notna(), mentioned=rows["marked"].eq(True))
    by_person = rows.groupby([*WHO, *GROUP, "theme"], sort=False, dropna=False)
    return by_person.agg(coded=("coded", "all"), mentioned=("mentioned", "any")).reset_index()


def count_themes(
    prepared: Prepared, *, cohort: Names = None, role: Names = None, wave: Names = None, arm: Names = None
) -> pd.DataFrame:  # fmt: skip
    """
    Count who mentions each theme, of any group: for your own eyes. Pages have what may be shown of it.

    Parameters
    ----------
    prepared : Prepared
    cohort, role, wave, arm : str or sequence of str, optional
        Whose answers, by one name or several; all unless given. Cohorts with errors, and people whose role or arm is
        not known, are left out.

    Returns
    -------
    DataFrame
        One row per role, arm, wave and theme of study.toml: role, arm, wave, theme, n_people (who wrote something),
        n_coded (of them, those all of whose answers are coded), n_mentioned (of those coded, who mention the theme in
        any answer).

    Raises
    ------
    SelectionError
        When there is no such name, or nothing has all names together.

    Examples
    --------
    >>> rm.count_themes(prepared).columns.tolist()
    ['role', 'arm', 'wave', 'theme', 'n_people', 'n_coded', 'n_mentioned']
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("count_themes", prepared)
    answers = chosen_answers(prepared, cohort=cohort, role=role, wave=wave, arm=arm).dropna(subset=["role", "arm"])
    people = of_people(prepared, answers)
    people = people.assign(mentioned=people["mentioned"] & people["coded"])
    counts = people.groupby([*GROUP, "theme"], sort=False).agg(
        n_people=("person", "size"), n_coded=("coded", "sum"), n_mentioned=("mentioned", "sum")
    )
    return counts.reset_index()[COUNTED]
