"""What the tables of an article have in common: which rows they show, and how cells are written."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from rm_research.catalogue import Catalogue, catalogue
from rm_research.disclosure.shown import Shown
from rm_research.disclosure.wanted import Wanted, known_rows
from rm_research.effects.apa import p_text, written_ends
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import METHODS, Measure
from rm_research.effects.printing import is_unlinked, title
from rm_research.effects.verdicts import rule_of_multiplicity
from rm_research.panel import Prepared
from rm_research.panel.chosen import Chosen, whom
from rm_research.paper import PaperTable
from rm_research.study import Study
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names

Cell = Callable[[Estimate], str]


def wanted(data: Prepared, *, verb: str, **names: Names) -> Wanted:
    """
    Numbers of a Prepared, and the names that were asked for.

    Raises
    ------
    FrameError
        When it is something else.
    SelectionError
        As `Wanted.of`.
    """
    if not isinstance(data, Prepared):
        raise wrong_data(verb, data)
    return Wanted.of(data, None, verb=verb, table="", **names)


def rows_of(asked: Wanted, shows: Callable[[Estimate], bool]) -> list[Estimate]:
    """Main rows of a kind: of all cohorts together unless cohorts are named, in the order of outcomes."""
    rows = [row for row in asked.shown.headline_rows if shows(row) and row.is_known]
    groups = set(asked.groups(known_rows(rows, shows)))
    arms = set(asked.arms({row.arm for row in rows}))
    kept = [row for row in rows if (row.cohort, row.role, row.scale, row.wave) in groups and row.arm in arms]
    outcomes = [scale.name for scale in asked.study.scales]
    return sorted(kept, key=lambda row: outcomes.index(row.scale))


def beside(row: Estimate, measure: str, shown: Shown) -> Estimate | None:
    """The row of another measure of the same people and contrast; None where there is none."""
    found = (other for other in shown.rows if other.measure == measure and other.place == row.place)
    return next((other for other in found if other.contrast == row.contrast and other.is_known), None)


def estimates_table(
    asked: Wanted, shows: Callable[[Estimate], bool], own: dict[str, Cell], size: tuple[str, Measure], heading: str, *,
    notes: Iterable[str] = (),
) -> PaperTable:  # fmt: skip
    """
    Table of the main rows of a kind: its own cells, then their test and their size in standard deviations.

    Parameters
    ----------
    asked : Wanted
    shows : callable
        Whether a row is of the kind.
    own : dict of str to callable
        Cells by heading; they come first.
    size : (str, Measure)
        Heading of the last column, and the measure in it.
    heading : str
    notes : iterable of str
        Before those on how the numbers were made.
    """
    study, words, rows = asked.study, words_of(asked.study), rows_of(asked, shows)
    test: dict[str, Cell] = {
        words.say("article.t"): lambda row: t_of(row, words),
        words.say("article.p"): lambda row: p_text(row.p_value, words),
        words.say("columns.p_adjusted"): lambda row: p_text(row.p_adjusted, words),
        size[0]: lambda row: with_interval(beside(row, size[1], asked.shown), words),
    }
    said = [
        *notes,
        *_averaged(rows, asked),
        words.say(f"methods.{rule_of_multiplicity(study)}"),
        *notes_of(rows, study),
    ]
    return table(rows, own | test, asked, heading, said)


def _averaged(rows: list[Estimate], asked: Wanted) -> list[str]:
    """Over which cohorts averages are: pages may have fewer."""
    if not any(row.is_pooled for row in rows):
        return []
    cohorts = [str(cohort) for cohort in asked.shown.table["cohort"].unique() if cohort != ALL_COHORTS]
    words = words_of(asked.study)
    return [words.say("article.averaged", cohorts=words.listed(cohorts))]


def table(
    rows: list[Estimate], cells: dict[str, Cell], asked: Wanted, heading: str, notes: Iterable[str]
) -> PaperTable:
    """
    Table of estimates in groups by outcome: what differs between the rows, then the cells.

    Parameters
    ----------
    rows : list of Estimate
    cells : dict of str to callable
        By heading.
    asked : Wanted
    heading : str
    notes : iterable of str
    """
    study, words = asked.study, words_of(asked.study)
    labels = [label for label in ("cohort", "role", "arm", "wave") if len({getattr(row, label) for row in rows}) > 1]
    labels = labels or ["role"]
    of_rows = [[*(title(label, row, study, words) for label in labels), *(of(row) for of in cells.values())]
               for row in rows]  # fmt: skip
    heads = [*(words.say(f"columns.{'wave_name' if label == 'wave' else label}") for label in labels), *cells]
    filled = [at for at in range(len(heads)) if not of_rows or any(row[at] for row in of_rows)]
    return PaperTable(
        heading,
        tuple(heads[at] for at in filled),
        tuple(tuple(row[at] for at in filled) for row in of_rows),
        tuple(study.scale(row.scale).title for row in rows),
        tuple(notes),
        asked.shown.table[asked.shown.table["id"].isin([row.id for row in rows])].reset_index(drop=True),
    )


def heading_of(key: str, study: Study, chosen: Chosen) -> str:
    """Heading of a table, with the people it is about where they are some of those of the study."""
    heading = words_of(study).say(f"article.{key}", study=study.title)
    return f"{heading} ({whom(chosen)})" if chosen else heading


def notes_of(rows: list[Estimate], study: Study) -> list[str]:
    """Sentences on how the numbers were made, as pages have them."""
    words, used = words_of(study), {(row.contrast, row.measure, row.method) for row in rows}
    keys = METHODS.explanations(used, study.clustered_by)
    blanks = {"unit": study.clustered_by, "imputations": study.settings.missing.imputations}
    return [words.say(f"methods.{key}", **blanks) for key in keys]


def words_of(study: Study) -> Catalogue:
    """Texts in the language of a study."""
    return catalogue(study.reporting.language)


def mean_sd(values: pd.Series, words: Catalogue) -> str:
    """Mean and standard deviation: '3.76 (0.61)'; empty without values."""
    known = values.dropna().astype(float)
    if not len(known):
        return ""
    mean = words.number(known.mean())
    return f"{mean} ({words.number(known.std(ddof=1))})" if len(known) > 1 else mean


def with_interval(row: Estimate | None, words: Catalogue) -> str:
    """Estimate with its interval: '0.23 [0.12, 0.35]'; empty without a row."""
    if row is None:
        return ""
    number = words.number(row.estimate)
    return f"{number} [{', '.join(written_ends(row, words))}]" if row.has_interval else number


def t_of(row: Estimate, words: Catalogue) -> str:
    """Test statistic with its degrees of freedom: '2.51 (61.2)'."""
    if np.isnan(row.statistic) or np.isnan(row.df):
        return ""
    return f"{words.number(row.statistic)} ({words.plain(round(row.df, 1))})"


def counted(row: Estimate, study: Study) -> str:
    """Number of people; of both surveys where nobody knows who is who, of both arms where these are compared."""
    if is_unlinked(row, study):
        return f"{row.n_pre}, {row.n_post}"
    if row.compares_groups:
        return f"{row.n_pairs}, {row.n_comparison}"
    return str(row.n_about)
