"""The declared frames: what each holds, at which grain, and what its columns mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rm_research.errors import FrameError

TEXT, NUMBER, COUNT, FLAG, WHEN = "str", "float64", "Int64", "boolean", "datetime64[us]"
# columns that travel beside declared ones while a study is prepared; no item or attribute can be called so
FACT, TOTAL, CODE, WHO, HOW, SURE, TRUST = (
    f"\0{name}" for name in ("fact:", "total:", "code:", "who", "how", "probability", "trust")
)
MISSING = {TEXT: None, NUMBER: float("nan"), COUNT: pd.NA, FLAG: pd.NA, WHEN: pd.NaT}


@dataclass(frozen=True)
class Frame:
    """
    One declared frame.

    Attributes
    ----------
    name : str
        As it is called in messages and documents.
    key : tuple of str
        Columns that identify a row; empty where rows may repeat.
    columns : dict of str to (str, str)
        Declared columns in order: pandas dtype and meaning. Key columns come first.
    open_ended : bool
        Whether further columns (items, attributes) may follow the declared ones.
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, tuple[str, str]]
    open_ended: bool = False

    def empty(self) -> pd.DataFrame:
        """Return the frame with no rows."""
        return self.conform(pd.DataFrame({name: [] for name in self.columns}))

    def conform(self, rows: pd.DataFrame, *, unique: bool = False) -> pd.DataFrame:
        """
        Return `rows` with the declared columns first, in order and of the declared dtype.

        Declared columns that are absent are added as missing. Undeclared ones follow when the frame is open-ended. The
        key is looked at unless it is known to be `unique`, which in millions of rows takes a while.

        Raises
        ------
        FrameError
            When a column is not declared and the frame is not open-ended, or when the key repeats.
        """
        further = [name for name in rows.columns if name not in self.columns]
        if further and not self.open_ended:
            raise FrameError(f"{self.name} has no column {further[0]!r}; its columns are {', '.join(self.columns)}.")
        declared = {
            name: rows[name].astype(pd.api.types.pandas_dtype(dtype))
            if name in rows
            else pd.Series(MISSING[dtype], index=rows.index, dtype=dtype)
            for name, (dtype, _) in self.columns.items()
        }
        frame = pd.concat([pd.DataFrame(declared, index=rows.index), rows[further]], axis=1).reset_index(drop=True)
        if self.key and not unique and (repeated := int(frame.duplicated(list(self.key)).sum())):
            raise FrameError(
                f"{self.name} has {repeated} rows that repeat its key ({', '.join(self.key)}). Keep one of each."
            )
        return frame


RESPONSES = Frame(
    "Responses",
    ("wave", "file", "source_row"),
    {
        "wave": (TEXT, "name of the wave in study.toml"),
        "file": (TEXT, "export the row came from"),
        "source_row": (COUNT, "row in that file as a spreadsheet counts it, the header being row 1"),
        "person": (TEXT, "keyed hash of the person code; missing where the code is blank"),
        "cohort": (TEXT, "cohort"),
        "submitted": (WHEN, "when the questionnaire was handed in; missing where the export does not say"),
    },
    open_ended=True,
)
LINKS = Frame(
    "Links",
    ("wave", "file", "source_row"),
    {
        "wave": (TEXT, "name of the wave in study.toml"),
        "file": (TEXT, "export the row came from"),
        "source_row": (COUNT, "row in that file as a spreadsheet counts it"),
        "person": (TEXT, "person the row belongs to, after linking"),
        "how": (
            TEXT,
            "exact (code met in another wave), near (a similar code did), alone (met in no other), blank (no code), "
            "unlinked (by design)",
        ),
        "probability": (
            NUMBER,
            "match probability, 0 to 1; where codes are not compared 1 for an exact match; missing where none was made",
        ),
    },
)
NEAR_MISSES = Frame(
    "Near misses",
    (),
    {
        "wave": (TEXT, "wave of the later questionnaire"),
        "file": (TEXT, "export it came from"),
        "source_row": (COUNT, "row in that file as a spreadsheet counts it"),
        "like_wave": (TEXT, "wave of the questionnaire with a similar code; roster where it is a line of that"),
        "like_file": (TEXT, "file it came from"),
        "like_row": (COUNT, "row in that file"),
        "probability": (NUMBER, "that both are of one person, 0 to 1"),
        "reason": (TEXT, "why they were not linked"),
    },
)
PEOPLE = Frame(
    "People",
    ("cohort", "person"),
    {
        "cohort": (TEXT, "cohort"),
        "person": (TEXT, "keyed hash"),
        "role": (
            TEXT,
            "leader, mentor, participant or the study's own word; missing where others have one and this person none",
        ),
        "arm": (
            TEXT,
            "programme, the comparison arm or the study's own word; missing where others have one and this person none",
        ),
        "cluster": (TEXT, "unit whose members are not independent: what was assigned unless declared otherwise"),
        "invited": (FLAG, "whether the roster lists the person; missing without a roster"),
    },
    open_ended=True,
)
DYADS = Frame(
    "Dyads",
    ("cohort", "dyad", "leader", "mentor"),
    {
        "cohort": (TEXT, "cohort"),
        "dyad": (TEXT, "keyed hash of the pair's name"),
        "leader": (TEXT, "person"),
        "mentor": (TEXT, "person"),
        "sessions": (COUNT, "meetings logged; 0 = none, missing = no log"),
        "minutes": (NUMBER, "minutes logged; missing = no log, or a log without minutes"),
    },
)
SCORES = Frame(
    "Scores",
    ("cohort", "person", "wave", "scale"),
    {
        "cohort": (TEXT, "cohort"),
        "person": (TEXT, "keyed hash"),
        "wave": (TEXT, "wave"),
        "scale": (TEXT, "scale"),
        "score": (NUMBER, "in the scale's unit; missing where too few items were answered"),
        "n_answered": (COUNT, "items of the scale answered"),
    },
)
PANEL = Frame(
    "Panel",
    ("cohort", "person", "scale", "wave"),
    {
        "cohort": (TEXT, "cohort"),
        "person": (TEXT, "keyed hash"),
        "scale": (TEXT, "scale"),
        "wave": (TEXT, "the later wave"),
        "pre": (NUMBER, "score at the baseline wave, in the scale's unit; missing where absent"),
        "post": (NUMBER, "score at `wave`, in the scale's unit; missing where absent"),
        "role": (TEXT, "role"),
        "arm": (TEXT, "arm"),
        "cluster": (TEXT, "unit whose members are not independent"),
        "sessions": (COUNT, "meetings before this questionnaire; 0 = a dyad without; missing = no log, or in no dyad"),
    },
    open_ended=True,
)
ESTIMATES = Frame(
    "Estimates",
    ("id",),
    {
        "id": (TEXT, "unique name of the row"),
        "cohort": (TEXT, "cohort; 'all cohorts' for the programme"),
        "role": (TEXT, "role"),
        "arm": (TEXT, "arm the estimate is about"),
        "subgroup": (TEXT, "'everyone' unless the estimate is for a subgroup"),
        "scale": (TEXT, "scale"),
        "wave": (TEXT, "the later wave"),
        "contrast": (TEXT, "change, difference, pooled_change, pooled_difference …"),
        "measure": (TEXT, "mean, median, g_av …"),
        "method": (TEXT, "paired_t, hodges_lehmann, ancova …"),
        "estimate": (NUMBER, "post − pre, programme − comparison; scale units for mean and median"),
        "std_error": (NUMBER, "standard error, same unit"),
        "df": (NUMBER, "degrees of freedom; missing where the method has none"),
        "statistic": (NUMBER, "test statistic"),
        "p_value": (NUMBER, "two-sided, unadjusted"),
        "p_adjusted": (NUMBER, "Holm within the confirmatory family, Benjamini–Hochberg within the exploratory one"),
        "ci_low": (NUMBER, "lower end of the interval at the study's level"),
        "ci_high": (NUMBER, "upper end"),
        "n_pre": (COUNT, "people of the arm with a score at baseline"),
        "n_post": (COUNT, "people of the arm with a score at the later wave"),
        "n_pairs": (COUNT, "people of the arm with both"),
        "n_comparison": (COUNT, "people of the comparison arm with both; missing for changes"),
        "n_clusters": (COUNT, "clusters the standard error rests on; cohorts for a pooled row"),
        "detectable": (NUMBER, "smallest effect found with 80 % power at this precision, same unit"),
        "planned": (FLAG, "whether the scale is a declared outcome"),
        "reason": (TEXT, "why there is no estimate; missing where there is one"),
    },
)
DETAILS = Frame(
    "Estimates details",
    ("id", "quantity"),
    {
        "id": (TEXT, "row of the Estimates"),
        "quantity": (TEXT, "what is given: mean_pre, sd_pre, r, τ² …"),
        "value": (NUMBER, "its value"),
    },
)
SPECIFICATIONS = Frame(
    "Specifications",
    ("id",),
    {
        "id": (TEXT, "row of the Estimates"),
        "linkage": (TEXT, "where one code stands for one person; unlinked where waves are not linked"),
        "duplicates": (TEXT, "which of several questionnaires of a person in a wave counts: first, last, error (none)"),
        "scoring": (TEXT, "share of items that must be answered, or which item is left out"),
        "missing": (TEXT, "people without a score: completers, likelihood, imputation; respondents of unlinked waves"),
        "model": (TEXT, "method of the estimate; of the cohorts' estimates where the row is their average"),
        "declared": (FLAG, "whether it is the analysis that was declared, which the report shows"),
    },
)
ATTRITION = Frame(
    "Attrition",
    ("cohort", "role", "arm", "scale", "wave", "measure", "term"),
    {
        "cohort": (TEXT, "cohort"),
        "role": (TEXT, "role; 'everyone' in the model of leaving"),
        "arm": (TEXT, "arm; 'everyone' in the model of leaving"),
        "scale": (TEXT, "scale"),
        "wave": (TEXT, "the later wave, at which who left has no score of the scale"),
        "measure": (TEXT, "share (who left, of those with a score before), standardised_difference, log_odds"),
        "term": (TEXT, "log odds of what: pre (one scale unit), or an arm or role beside the first; else missing"),
        "estimate": (NUMBER, "share 0 to 1; leavers − stayers before in pooled standard deviations; log odds"),
        "std_error": (NUMBER, "standard error; missing for a share"),
        "statistic": (NUMBER, "z; missing for a share"),
        "p_value": (NUMBER, "two-sided, unadjusted; missing for a share"),
        "ci_low": (NUMBER, "lower end of the interval at the study's level"),
        "ci_high": (NUMBER, "upper end"),
        "odds_ratio": (NUMBER, "odds ratio of leaving; missing but for log odds"),
        "n_pre": (COUNT, "people with a score at baseline"),
        "n_pairs": (COUNT, "those of them with a score at the later wave"),
        "reason": (TEXT, "why there is no estimate; missing where there is one"),
    },
)
RELIABILITY = Frame(
    "Reliability",
    ("scale", "wave", "item"),
    {
        "scale": (TEXT, "scale"),
        "wave": (TEXT, "wave"),
        "item": (TEXT, "item; missing in the row of the whole scale"),
        "n": (COUNT, "people who answered all items"),
        "n_items": (COUNT, "items"),
        "alpha": (NUMBER, "Cronbach's alpha, at most 1"),
        "alpha_low": (NUMBER, "lower end of Feldt's interval at the study's level"),
        "alpha_high": (NUMBER, "upper end"),
        "omega": (NUMBER, "omega of one factor; missing where that model cannot be fitted"),
        "mean_inter_item": (NUMBER, "average correlation of two items"),
        "item_rest": (NUMBER, "correlation of the item with the sum of the others"),
        "alpha_if_dropped": (NUMBER, "alpha of the other items"),
        "retest": (NUMBER, "ICC(A,1) of baseline and wave in the comparison arm; missing without one"),
        "retest_low": (NUMBER, "lower end of its interval"),
        "retest_high": (NUMBER, "upper end"),
        "n_retest": (COUNT, "people it rests on"),
        "reason": (TEXT, "why there is no alpha; missing where there is one"),
    },
)
INVARIANCE = Frame(
    "Invariance",
    ("scale", "compared", "level"),
    {
        "scale": (TEXT, "scale"),
        "compared": (TEXT, "two waves, or two roles at the baseline"),
        "level": (TEXT, "configural, metric, scalar or strict; 'all' where the comparison could not be made"),
        "n": (COUNT, "people who answered any item"),
        "descriptive": (FLAG, "whether people are so few that the tests should not be relied on"),
        "chi2": (NUMBER, "likelihood-ratio χ² of the model"),
        "df": (NUMBER, "its degrees of freedom"),
        "p_value": (NUMBER, "its p-value"),
        "cfi": (NUMBER, "comparative fit index"),
        "tli": (NUMBER, "Tucker–Lewis index"),
        "rmsea": (NUMBER, "root mean square error of approximation"),
        "rmsea_low": (NUMBER, "lower end of its 90 % interval"),
        "rmsea_high": (NUMBER, "upper end"),
        "srmr": (NUMBER, "standardised root mean square residual"),
        "d_chi2": (NUMBER, "χ² of the further equalities; missing in the first level"),
        "d_df": (NUMBER, "its degrees of freedom"),
        "d_p_value": (NUMBER, "its p-value"),
        "d_cfi": (NUMBER, "CFI − that of the level before"),
        "d_rmsea": (NUMBER, "RMSEA − that of the level before"),
        "latent_difference": (
            NUMBER,
            "second − first latent mean in the first's standard deviations; scalar level only",
        ),
        "latent_low": (NUMBER, "lower end of its interval at the study's level"),
        "latent_high": (NUMBER, "upper end"),
        "improper": (FLAG, "whether a variance is negative; the level should then not be interpreted"),
        "reason": (TEXT, "why the comparison could not be made; missing where it was"),
    },
)
PROBLEMS = Frame(
    "Problems",
    (),
    {
        "rule": (TEXT, "which check found it"),
        "severity": (TEXT, "error, warning or note"),
        "file": (TEXT, "file concerned"),
        "wave": (TEXT, "wave concerned"),
        "cohort": (TEXT, "cohort concerned; missing where the whole study is"),
        "source_row": (COUNT, "row concerned, as a spreadsheet counts it"),
        "column": (TEXT, "column concerned"),
        "value": (TEXT, "what stood there, only for coded answers; never a person's words or code"),
        "message": (TEXT, "what is the matter and what to do"),
    },
)
LEDGER = Frame(
    "ledger",
    ("step",),
    {
        "step": (COUNT, "order in which it was done"),
        "rule": (TEXT, "what was done"),
        "file": (TEXT, "file concerned"),
        "wave": (TEXT, "wave concerned"),
        "rows_before": (COUNT, "rows before"),
        "rows_after": (COUNT, "rows after"),
        "cells": (COUNT, "cells changed"),
    },
)


def compared(first: str, second: str) -> str:
    """How Invariance names the comparison of two waves or two roles: 'pre – post'."""
    return f"{first} – {second}"


def numbered(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Number of each row's combination of values, in order of appearance; a missing value is one of its own."""
    combined = np.zeros(len(rows), dtype=np.int64)
    for name in columns:
        places, values = pd.factorize(rows[name])
        combined = combined * (len(values) + 1) + places + 1
    return pd.factorize(combined)[0]


def require_columns(rows: pd.DataFrame, frame: Frame, *, verb: str) -> None:
    """
    Refuse a frame that lacks declared columns.

    Raises
    ------
    FrameError
        Naming the verb, the frame and every column that is missing.
    """
    missing = [name for name in frame.columns if name not in rows.columns]
    if missing:
        raise FrameError(f"{verb} needs {frame.name}; this frame has no column {', '.join(missing)}.")


def stacked(frames: Iterable[pd.DataFrame], frame: Frame) -> pd.DataFrame:
    """Concatenate frames of one kind, rows in the order given."""
    parts = [part for part in frames if len(part)]
    return frame.conform(pd.concat(parts, ignore_index=True)) if parts else frame.empty()
