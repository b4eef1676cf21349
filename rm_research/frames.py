"""The declared frames: what each holds, what a row is, and what its columns mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from rm_research.errors import FrameError

TEXT, NUMBER, COUNT, FLAG, WHEN = "str", "float64", "Int64", "boolean", "datetime64[us]"
# extra columns used while a study is prepared; no item or attribute can have such a name
FACT, TOTAL, CODE, FORM, WHO, HOW, SURE, TRUST, CONTENT = (
    f"\0{name}" for name in ("fact:", "total:", "code:", "form:", "who", "how", "probability", "trust", "content")
)
# tables of few rows are quicker so; rm_research.study.text_storage says where it is otherwise
pd.set_option("mode.string_storage", "python")
MISSING = {TEXT: None, NUMBER: float("nan"), COUNT: pd.NA, FLAG: pd.NA, WHEN: pd.NaT}
# texts are held as pandas is set when they are
DTYPES: dict[str, Any] = {dtype: pd.api.types.pandas_dtype(dtype) for dtype in MISSING if dtype != TEXT}


def text_dtype() -> pd.StringDtype:
    """What "str" means as pandas is set now; a dtype that was made before keeps the storage of then."""
    return pd.StringDtype(na_value=np.nan)


@dataclass(frozen=True)
class Frame:
    """
    One declared frame.

    Attributes
    ----------
    name : str
        Its name in messages and documents.
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
        return self._empty.copy()

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return self._declared(pd.DataFrame(columns=list(self.columns)))

    def fits(self, rows: pd.DataFrame) -> bool:
        """Whether rows have every declared column."""
        return set(self.columns) <= set(rows.columns)

    def conform(self, rows: pd.DataFrame, *, unique: bool = False) -> pd.DataFrame:
        """
        Return `rows` with the declared columns first, in the declared order and dtype.

        Declared columns that are absent are added as missing. Undeclared ones follow if the frame is open-ended. The
        key is checked unless it is known to be `unique`, because the check takes a while with millions of rows.

        Raises
        ------
        FrameError
            When a column is not declared and the frame is not open-ended, or when the key repeats.
        """
        further = [name for name in rows.columns if name not in self.columns]
        if further and not self.open_ended:
            raise FrameError(f"{self.name} has no column {further[0]!r}; its columns are {', '.join(self.columns)}.")
        if not (len(rows) or further):
            return self.empty()
        kinds = [(name, kind.name) for name, kind in rows.dtypes.items()]
        if kinds == self._kinds and rows.columns.name is None:
            frame = rows.reset_index(drop=True)
        else:
            frame = self._declared(rows)
            frame = (pd.concat([frame, rows[further]], axis=1) if further else frame).reset_index(drop=True)
        if self.key and not unique and (repeated := int(frame.duplicated(list(self.key)).sum())):
            raise FrameError(
                f"{self.name} has {repeated} rows that repeat its key ({', '.join(self.key)}). Keep one of each."
            )
        return frame

    @cached_property
    def _kinds(self) -> list[tuple[str, str]]:
        return [(name, dtype) for name, (dtype, _) in self.columns.items()]

    def _declared(self, rows: pd.DataFrame) -> pd.DataFrame:
        known = {
            name: _of_dtype(rows[name], DTYPES.get(dtype) or text_dtype())
            if name in rows
            else pd.Series(MISSING[dtype], index=rows.index, dtype=dtype)
            for name, dtype in self._kinds
        }
        return pd.DataFrame(known, index=rows.index)


def _of_dtype(column: pd.Series, dtype: Any) -> pd.Series:
    return column if column.dtype == dtype else column.astype(dtype)


RESPONSES = Frame(
    "Responses",
    ("wave", "file", "source_row"),
    {
        "wave": (TEXT, "name of the wave in study.toml"),
        "file": (TEXT, "export the row came from"),
        "source_row": (COUNT, "row number in that file as in a spreadsheet; the header is row 1"),
        "person": (TEXT, "keyed hash of the person code; missing where the code is blank"),
        "cohort": (TEXT, "cohort"),
        "submitted": (WHEN, "when the questionnaire was submitted; missing if the export does not say"),
    },
    open_ended=True,
)
ARRIVALS = Frame(
    "Arrivals",
    ("wave",),
    {
        "wave": (TEXT, "name of the wave in study.toml"),
        "first": (WHEN, "earliest date of a questionnaire with an answer, left out later or not"),
        "undated": (COUNT, "how many such questionnaires have no date"),
    },
)
OPEN_ANSWERS = Frame(
    "Open answers",
    ("unit",),
    {
        "unit": (TEXT, "name of the answer: says nothing, and stays as long as the study's key"),
        "version": (TEXT, "keyed digest of what was written, which changes with it"),
        "cohort": (TEXT, "cohort"),
        "person": (TEXT, "person the answer is from, after linking"),
        "wave": (TEXT, "name of the wave in study.toml"),
        "item": (TEXT, "name of the item in codebook.csv"),
    },
)
LINKS = Frame(
    "Links",
    ("wave", "file", "source_row"),
    {
        "wave": (TEXT, "name of the wave in study.toml"),
        "file": (TEXT, "export the row came from"),
        "source_row": (COUNT, "row number in that file as in a spreadsheet"),
        "person": (TEXT, "person the row belongs to, after linking"),
        "how": (
            TEXT,
            "exact (same code in another wave), near (similar code in another wave), alone (code in this wave only), "
            "blank (no code), unlinked (by design)",
        ),
        "probability": (
            NUMBER,
            "match probability, 0 to 1; an exact match has 1 unless codes are compared; missing without a match",
        ),
    },
)
NEAR_MISSES = Frame(
    "Near misses",
    (),
    {
        "wave": (TEXT, "wave of the later questionnaire"),
        "file": (TEXT, "export it came from"),
        "source_row": (COUNT, "row number in that file as in a spreadsheet"),
        "like_wave": (TEXT, "wave of the questionnaire with a similar code; 'roster' for a line of the roster"),
        "like_file": (TEXT, "file it came from"),
        "like_row": (COUNT, "row in that file"),
        "certainty": (NUMBER, "probability that both belong to one person, 0 to 1; link.certainty is its limit"),
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
            "leader, mentor, participant or the study's own word; missing if others have a role but this person does "
            "not",
        ),
        "arm": (
            TEXT,
            "programme, the comparison arm or the study's own word; missing if others have an arm but this person does "
            "not",
        ),
        "cluster": (TEXT, "unit whose members are not independent: the unit of assignment unless declared otherwise"),
        "invited": (FLAG, "whether the person is on the roster; missing without a roster"),
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
        "purpose": (FLAG, "whether the roster says that the pair agreed on a purpose; missing = it does not say"),
        "structure": (FLAG, "whether it says that they agreed on a structure of their meetings"),
        "confidentiality": (FLAG, "whether it says that they agreed on confidentiality"),
    },
)
MEETINGS = Frame(
    "Meetings",
    (),
    {
        "cohort": (TEXT, "cohort"),
        "dyad": (TEXT, "keyed hash of the pair's name"),
        "date": (WHEN, "when they met; missing if the log does not say"),
        "minutes": (NUMBER, "how long; missing if the log does not say"),
    },
)
GOALS = Frame(
    "Goals",
    (),
    {
        "cohort": (TEXT, "cohort"),
        "dyad": (TEXT, "keyed hash of the pair's name"),
        "attainment": (NUMBER, "how far it was attained, on the scale of [goals]; missing if nobody rated it"),
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
        "score": (NUMBER, "in the scale's unit; missing if too few items were answered"),
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
        "wave": (TEXT, "the later wave; of a scale of the process, any wave that asks it"),
        "pre": (NUMBER, "score at the baseline wave, in the scale's unit; missing if there is none, or no outcome"),
        "post": (NUMBER, "score at `wave`, in the scale's unit; missing if there is none"),
        "role": (TEXT, "role"),
        "arm": (TEXT, "arm"),
        "cluster": (TEXT, "unit whose members are not independent"),
        "sessions": (COUNT, "meetings before this questionnaire; 0 = the dyad had none; missing = no log or no dyad"),
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
        "df": (NUMBER, "degrees of freedom; missing if the method has none"),
        "statistic": (NUMBER, "test statistic"),
        "p_value": (NUMBER, "two-sided, unadjusted"),
        "p_adjusted": (NUMBER, "of what the verdict claims: by Holm in a confirmatory family, else Benjamini–Hochberg"),
        "ci_low": (NUMBER, "lower end of the interval at the study's level"),
        "ci_high": (NUMBER, "upper end"),
        "n_pre": (COUNT, "people of the arm, or of the first group compared, with a score at baseline"),
        "n_post": (COUNT, "the same with a score at the later wave"),
        "n_pairs": (COUNT, "the same with both"),
        "n_comparison": (
            COUNT,
            "people with both whom a row compares with these: of the comparison arm, or another group",
        ),
        "n_clusters": (COUNT, "groups of people who belong together, behind the error; cohorts for a pooled row"),
        "detectable": (NUMBER, "smallest effect that this precision detects with 80 % power, same unit"),
        "planned": (FLAG, "of a declared outcome, no association, and as the plan says if one is locked, ever so late"),
        "heads": (FLAG, "whether design or leaving makes it the main row; missing where its method alone decides"),
        "truncated": (
            TEXT,
            "ends of the interval beyond what the scale allows (low, high, both), side of a bounded share",
        ),
        "reason": (TEXT, "why there is no estimate, or no interval; missing if there is one"),
    },
)
DETAILS = Frame(
    "Estimates details",
    ("id", "quantity"),
    {
        "id": (TEXT, "row of the Estimates"),
        "quantity": (TEXT, "name of the quantity: mean_pre, sd_pre, r, τ² …"),
        "value": (NUMBER, "its value"),
    },
)
FIDELITY = Frame(
    "Fidelity",
    ("cohort", "dyad", "about", "role", "wave", "measure"),
    {
        "cohort": (TEXT, "cohort; 'all cohorts' for the programme"),
        "dyad": (TEXT, "keyed hash of the pair's name; missing unless the rows are of pairs"),
        "about": (
            TEXT,
            "meetings, first_meeting (days after the start), regularity (share of the times between meetings as "
            "planned), longest_gap (days), minutes (of a meeting), purpose, structure, confidentiality (1 agreed, 0 "
            "not), goals (how many), attainment; or a scale of the process",
        ),
        "role": (TEXT, "whose answers to a scale; missing for what pairs did, and for both sides together"),
        "wave": (TEXT, "wave of a scale; missing for what pairs did"),
        "measure": (TEXT, "value (of a pair), mean, difference (leader − mentor), icc (agreement of the two sides)"),
        "estimate": (NUMBER, "in the unit of what it is about; ICC(A,1), at most 1; missing where it is not known"),
        "ci_low": (NUMBER, "lower end of the interval at the study's level, of a difference or an icc"),
        "ci_high": (NUMBER, "upper end"),
        "n": (COUNT, "pairs that it is of, of whom it is known; people, for a mean of one role's answers"),
        "planned": (NUMBER, "what was planned; missing where nothing was"),
        "n_as_planned": (COUNT, "pairs that did as planned"),
    },
)
SPECIFICATIONS = Frame(
    "Specifications",
    ("id",),
    {
        "id": (TEXT, "row of the Estimates"),
        "linkage": (TEXT, "where a code identifies one person; unlinked if waves are not linked"),
        "duplicates": (TEXT, "which questionnaire counts if a person has several in a wave: first, last, error (none)"),
        "scoring": (TEXT, "share of items that must be answered, or which item is left out"),
        "missing": (
            TEXT,
            "how people without a score are handled: completers, likelihood, imputation; respondents of unlinked waves",
        ),
        "model": (TEXT, "method of the estimate; for an average of cohorts, the method of their estimates"),
        "declared": (FLAG, "whether this is the declared analysis, the one in the report"),
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
        "wave": (TEXT, "the later wave; people who left have no score of the scale then"),
        "measure": (TEXT, "share (people who left, of those with a score before), standardised_difference, log_odds"),
        "term": (TEXT, "term of the log odds: pre (per scale unit), or an arm or role against the first; else missing"),
        "estimate": (NUMBER, "share 0 to 1; leavers − stayers before in pooled standard deviations; log odds"),
        "std_error": (NUMBER, "standard error; missing for a share"),
        "statistic": (NUMBER, "z; missing for a share"),
        "p_value": (NUMBER, "two-sided, unadjusted; missing for a share"),
        "ci_low": (NUMBER, "lower end of the interval at the study's level"),
        "ci_high": (NUMBER, "upper end"),
        "odds_ratio": (NUMBER, "odds ratio of leaving; given for log odds only"),
        "n_pre": (COUNT, "people with a score at baseline"),
        "n_pairs": (COUNT, "those of them with a score at the later wave"),
        "reason": (TEXT, "why there is no estimate; missing if there is one"),
    },
)
BALANCE = Frame(
    "Balance",
    ("cohort", "role", "arm", "is_scale", "variable", "entry"),
    {
        "cohort": (TEXT, "cohort"),
        "role": (TEXT, "role"),
        "arm": (TEXT, "programme arm that is compared"),
        "is_scale": (FLAG, "whether it is about a scale, not an attribute"),
        "variable": (TEXT, "scale, with scores before; or attribute"),
        "entry": (TEXT, "entry of the attribute that is counted; missing for numbers"),
        "n": (COUNT, "people of the arm with a value, or with this entry"),
        "mean": (NUMBER, "mean of the arm"),
        "sd": (NUMBER, "standard deviation of the arm"),
        "n_comparison": (COUNT, "people of the comparison arm with a value, or with this entry"),
        "mean_comparison": (NUMBER, "mean of the comparison arm"),
        "sd_comparison": (NUMBER, "standard deviation of the comparison arm"),
        "difference": (NUMBER, "programme − comparison; missing for entries"),
        "ci_low": (NUMBER, "lower end of its interval at the study's level"),
        "ci_high": (NUMBER, "upper end"),
        "reason": (TEXT, "why there is no difference; missing if there is one"),
    },
)
RELIABILITY = Frame(
    "Reliability",
    ("scale", "wave", "item"),
    {
        "scale": (TEXT, "scale"),
        "wave": (TEXT, "wave"),
        "item": (TEXT, "item; missing in the row for the whole scale"),
        "n": (COUNT, "people who answered all items"),
        "n_items": (COUNT, "items"),
        "alpha": (NUMBER, "Cronbach's alpha, at most 1"),
        "alpha_low": (NUMBER, "lower end of Feldt's interval at the study's level"),
        "alpha_high": (NUMBER, "upper end"),
        "omega": (NUMBER, "omega of one factor; missing if that model cannot be fitted"),
        "mean_inter_item": (NUMBER, "average correlation between two items"),
        "item_rest": (NUMBER, "correlation of the item with the sum of the others"),
        "alpha_if_dropped": (NUMBER, "alpha of the other items"),
        "retest": (NUMBER, "ICC(A,1) of baseline and wave in the comparison arm; missing without one"),
        "retest_low": (NUMBER, "lower end of its interval"),
        "retest_high": (NUMBER, "upper end"),
        "n_retest": (COUNT, "people behind the retest"),
        "reason": (TEXT, "why there is no alpha; missing if there is one"),
    },
)
INVARIANCE = Frame(
    "Invariance",
    ("scale", "compared", "level"),
    {
        "scale": (TEXT, "scale"),
        "compared": (TEXT, "two waves, or two roles at the baseline"),
        "level": (TEXT, "configural, metric, scalar or strict; 'all' if the comparison could not be made"),
        "n": (COUNT, "people who answered any item"),
        "descriptive": (FLAG, "whether there are too few people to rely on the tests"),
        "chi2": (NUMBER, "likelihood-ratio χ² of the model"),
        "df": (NUMBER, "its degrees of freedom"),
        "p_value": (NUMBER, "its p-value"),
        "cfi": (NUMBER, "comparative fit index"),
        "tli": (NUMBER, "Tucker–Lewis index"),
        "rmsea": (NUMBER, "root mean square error of approximation"),
        "rmsea_low": (NUMBER, "lower end of its 90 % interval"),
        "rmsea_high": (NUMBER, "upper end"),
        "srmr": (NUMBER, "standardised root mean square residual"),
        "d_chi2": (NUMBER, "χ² of the added equalities; missing at the first level"),
        "d_df": (NUMBER, "its degrees of freedom"),
        "d_p_value": (NUMBER, "its p-value"),
        "d_cfi": (NUMBER, "CFI minus that of the level before"),
        "d_rmsea": (NUMBER, "RMSEA minus that of the level before"),
        "latent_difference": (
            NUMBER,
            "second minus first latent mean, in standard deviations of the first; scalar level only",
        ),
        "latent_low": (NUMBER, "lower end of its interval at the study's level"),
        "latent_high": (NUMBER, "upper end"),
        "improper": (FLAG, "whether a variance is negative; if so, do not interpret the level"),
        "reason": (TEXT, "why the comparison could not be made; missing if it was made"),
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
        "cohort": (TEXT, "cohort concerned; missing if the whole study is"),
        "source_row": (COUNT, "row concerned, numbered as in a spreadsheet"),
        "column": (TEXT, "column concerned"),
        "value": (TEXT, "the entry, for coded answers only; never a person's words or code"),
        "message": (TEXT, "what is wrong and what to do"),
        "said": (
            TEXT,
            "key in the catalogue and what fills its blanks, as JSON; missing if it is English only",
        ),
    },
)
LEDGER = Frame(
    "ledger",
    ("step",),
    {
        "step": (COUNT, "number of the step, in order"),
        "rule": (TEXT, "what was done"),
        "file": (TEXT, "file concerned"),
        "wave": (TEXT, "wave concerned"),
        "rows_before": (COUNT, "rows before"),
        "rows_after": (COUNT, "rows after"),
        "cells": (COUNT, "cells changed"),
        "said": (TEXT, "key in the catalogue and what fills its blanks, as JSON; missing if the rule is the key"),
    },
)


def compared(first: str, second: str) -> str:
    """How Invariance names the comparison of two waves or two roles: 'pre – post'."""
    return f"{first} – {second}"


def numbered(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Number each row's combination of values, in order of appearance; missing counts as a value."""
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
    """Concatenate frames of one kind, keeping the order of their rows."""
    filled = [part for part in frames if len(part)]
    return frame.conform(pd.concat(filled, ignore_index=True)) if filled else frame.empty()
