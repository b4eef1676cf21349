"""Estimates as text and as a table of an article: one line, or one row, for each."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from rm_research.catalogue import Catalogue, capital, catalogue
from rm_research.effects.apa import RANKS, apa_line, in_line, p_text, written_ends
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import EVERYONE
from rm_research.effects.methods import Contrast, Name
from rm_research.paper import PaperTable
from rm_research.study import Study
from rm_research.study.titles import arm_title, people_title, wave_title

SPOKEN = ("cohort", "scale", "role", "arm", "subgroup", "wave", "method")  # the line itself says the rest
LABELS = ("cohort", "scale", "role", "arm", "subgroup", "wave", "contrast", "method")
HEADINGS = {"wave": "wave_name"}  # names of columns in the catalogue, where they differ
NO_NUMBER = "–"
WHOSE = (Contrast.CHANGE, Contrast.POOLED_CHANGE, Contrast.ROLE_DIFFERENCE, Contrast.INTERACTION)


def lines_of(rows: Sequence[Estimate], study: Study) -> list[str]:
    """
    Each row with an estimate as journals print it, after what it is about.

    What all rows have in common is not said again and again, but the outcome, the people and the arm are.
    """
    words = catalogue(study.reporting.language)
    level, known = words.plain(100 * study.reporting.level), [row for row in rows if row.is_known]
    said = [label for label in SPOKEN if label in ("scale", "role", "arm") or _differ(label, known)]
    return [
        words.say(
            "methods.apa_line",
            what=", ".join(filter(None, (*(title(label, row, study, words) for label in said),
                                         "" if in_line(row, words) else contrast_title(row, study, words)))),
            line=apa_line(
                row, words, level=level, unlinked=is_unlinked(row, study), whose=whose(row, study, headed_by_both(rows))
            ),
        ) for row in known
    ]  # fmt: skip


def is_unlinked(row: Estimate, study: Study) -> bool:
    """Whether a row compares the people of two waves without knowing who is who."""
    return study.link.method == "none" or (row.declared is not None and row.declared.unlinked)


def headed_by_both(rows: Iterable[Estimate]) -> set[tuple[str, str]]:
    """Roles and waves whose changes are headed by those of people who answered both times."""
    heads = (row for row in rows if row.contrast == Contrast.CHANGE and row.method == Name.PAIRED_T and row.heads)
    return {(row.role, row.wave) for row in heads}


def whose(row: Estimate, study: Study, both: Collection[tuple[str, str]]) -> str:
    """
    Whom a change is about where some people left, or a difference of changes: everyone 'before', or those with 'both'.

    Parameters
    ----------
    row : Estimate
    study : Study
    both : collection of (str, str)
        From `headed_by_both`, for averages of the cohorts' own rows.

    Returns
    -------
    str
        '' where it is about something else, or nobody left.
    """
    method = row.declared
    if method is None or row.contrast not in WHOSE or is_unlinked(row, study):
        return ""
    if row.method == RANKS:  # of those of them who changed
        return ""
    if not row.compares_groups and (row.n_pre or 0) <= (row.n_pairs or 0):
        return ""
    if not method.of_everyone_before or (method.averages_rows and (row.role, row.wave) in both):
        return "both"
    return "before"


def title(label: str, row: Estimate, study: Study, words: Catalogue) -> str:
    """What a row is called in one of its columns; empty for everyone in place of a subgroup."""
    name = str(getattr(row, label))
    if label == "contrast":
        return contrast_title(row, study, words)
    if label == "method":
        return f"{words.say(f'method.{name}')}, {words.say(f'measure.{row.measure}')}"
    if label == "subgroup":
        return "" if name == EVERYONE or row.method == Name.EXPERIENCE else name
    titles = {"scale": lambda: study.scale(name).title, "role": lambda: capital(people_title(name, words)),
              "arm": lambda: arm_title(name, words), "wave": lambda: wave_title(name, words)}  # fmt: skip
    return titles[label]() if label in titles else name


def contrast_title(row: Estimate, study: Study, words: Catalogue) -> str:
    """
    What a contrast is called: with the process, which has a scale for its subgroup, by that scale's title.

    Of two surveys that are not linked nobody's change is known, so they have a difference.
    """
    if row.method != Name.EXPERIENCE:
        between = row.is_change and is_unlinked(row, study)
        if row.contrast == Contrast.INTERACTION and study.comparison is None:
            return words.say("single_contrast.interaction")
        return words.say(f"{'unlinked_' * between}contrast.{row.contrast}")
    what = study.scale(row.subgroup).title
    own = row.contrast == Contrast.ACTOR
    return words.say("programme.goes_with_actor" if own else "programme.goes_with_partner", what=what)


def table_of(rows: Sequence[Estimate], frame: pd.DataFrame, study: Study, heading: str = "") -> PaperTable:
    """
    Table of estimates: what differs between them, then estimate, interval, degrees of freedom, p-values and people.

    Parameters
    ----------
    rows : sequence of Estimate
    frame : DataFrame
        The same rows as numbers.
    study : Study
    heading : str
        Title.
    """
    words = catalogue(study.reporting.language)
    labels = [label for label in LABELS if _differ(label, rows)] or ["scale"]
    numbers = {"estimate": _estimate, "interval": _interval, "df": _df, "p": _p, "p_adjusted": _p_adjusted, "n": _n}
    cells = [
        [*(title(label, row, study, words) for label in labels), *(tell(row, words) for tell in numbers.values())]
        for row in rows
    ]
    level = words.plain(100 * study.reporting.level)
    headings = [words.say(f"columns.{HEADINGS.get(name, name)}", level=level) for name in (*labels, *numbers)]
    filled = [at for at in range(len(headings)) if not cells or any(row[at] for row in cells)]
    about = one_whose(rows, study)
    return PaperTable(
        heading, tuple(headings[at] for at in filled), tuple(tuple(row[at] for at in filled) for row in cells),
        notes=(*([words.say(f"article.whose_{about}")] if about else []), *_reasons(rows, study, words)), numbers=frame,
    )  # fmt: skip


def _differ(label: str, rows: Sequence[Estimate]) -> bool:
    return len({_said(label, row) for row in rows}) > 1


def _said(label: str, row: Estimate) -> tuple[str, ...]:
    """What two rows must share for their label to be the same."""
    if label == "contrast" and row.method == Name.EXPERIENCE:
        return row.contrast, row.subgroup
    return (row.method, row.measure) if label == "method" else (getattr(row, label),)


def one_whose(rows: Sequence[Estimate], study: Study) -> str:
    """Whom all changes among some rows are about; '' where some are about others: their methods tell."""
    both = headed_by_both(rows)
    said = {whose(row, study, both) for row in rows if row.is_known and row.is_change} - {""}
    return said.pop() if len(said) == 1 else ""


def _reasons(rows: Sequence[Estimate], study: Study, words: Catalogue) -> tuple[str, ...]:
    """Why some rows have no number, each reason once."""
    reasons, smallest = dict.fromkeys(row.reason for row in rows if not row.is_known), study.reporting.smallest_group
    return tuple(f"{NO_NUMBER} {words.say(f'reason.{why}', smallest=smallest)}" for why in reasons if why)


def _estimate(row: Estimate, words: Catalogue) -> str:
    if not row.is_known:
        return NO_NUMBER
    return words.share(row.estimate) if row.is_share else words.number(row.estimate)


def _interval(row: Estimate, words: Catalogue) -> str:
    return "[{}, {}]".format(*written_ends(row, words)) if row.has_interval else ""


def _df(row: Estimate, words: Catalogue) -> str:
    return "" if np.isnan(row.df) else words.plain(round(row.df, 1))


def _p(row: Estimate, words: Catalogue) -> str:
    return p_text(row.p_value, words)


def _p_adjusted(row: Estimate, words: Catalogue) -> str:
    return p_text(row.p_adjusted, words)


def _n(row: Estimate, words: Catalogue) -> str:
    """Number of people that a row is about; of both groups where it compares two."""
    n = row.n_about if row.is_change else row.n_pairs
    if n is None:
        return ""
    return f"{n}, {row.n_comparison}" if row.compares_groups and row.n_comparison is not None else str(n)
