"""Estimates: a table with one row per estimate, and how these rows are made."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from rm_research.effects.bounds import largest, truncated
from rm_research.effects.estimate import Estimate, estimates_of
from rm_research.effects.groups import EVERYONE, Place, row_id
from rm_research.effects.methods import METHODS, Contrast, Heads, Method
from rm_research.effects.planned import is_planned
from rm_research.effects.printing import lines_of, one_whose, table_of
from rm_research.effects.verdicts import judged
from rm_research.errors import FrameError
from rm_research.frames import DETAILS, ESTIMATES, stacked
from rm_research.panel.asked import Asked, Names
from rm_research.panel.chosen import Chosen
from rm_research.paper import PaperTable
from rm_research.stats.equivalence import tost
from rm_research.stats.power import detectable
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study
from rm_research.study.given import with_known_options
from rm_research.study.selection import Selection, names_in

LEAST_DF = 0.5  # with fewer, Student's t gives no useful interval
SHORT = 12  # rows that a notebook shows
WHOSE = {"before": ", changes of everyone with a score before", "both": ", changes of those with both scores"}
SHOWN = ["cohort", "role", "arm", "scale", "wave", "contrast", "measure", "method", "estimate", "ci_low", "ci_high",
         "df", "p_value", "p_adjusted", "n_pairs", "n_comparison", "reason"]  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Estimates:
    """
    Estimates with their uncertainty.

    Attributes
    ----------
    table : DataFrame
        Estimates, at full precision; rows that could not be computed stay, with a `reason`.
    details : DataFrame
        Further quantities by row of `table`.
    study : Study or None
        Study that they are of, whose words tables and texts use.
    chosen : mapping of str to tuple of str
        Which people they are of, by fact, where `Prepared.where` has left out others; empty for everybody.

    Examples
    --------
    >>> change = rm.estimate_change(prepared, cohort="2022 spring", role="leader", scale="inclusion")
    >>> len(change)
    20
    >>> change.table[["arm", "contrast", "measure", "method", "estimate"]].head(3).round(2)
             arm contrast measure      method  estimate
    0  programme   change    mean   jackknife      0.28
    1  programme   change    mean    paired_t      0.25
    2  programme   change    mean  likelihood      0.27
    """

    table: pd.DataFrame
    details: pd.DataFrame
    study: Study | None = None
    chosen: Chosen = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """
        Return a copy of the table, all columns, full precision.

        Examples
        --------
        >>> change = rm.estimate_change(prepared, cohort="2022 spring", role="leader", arm="programme")
        >>> change.headlines().to_frame()[["scale", "contrast", "estimate"]].round(2)
                  scale         contrast  estimate
        0     inclusion           change      0.28
        1    engagement           change      0.43
        2  adaptability           change      0.35
        3     inclusion  role_difference      0.03
        4    engagement  role_difference      0.35
        """
        return self.table.copy()

    @with_known_options
    def where(
        self, mask: pd.Series | None = None, *,
        cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
        contrast: Names = None, measure: Names = None, method: Names = None, subgroup: Names = None,
    ) -> "Estimates":  # fmt: skip
        """
        Return some of the rows with their details.

        Parameters
        ----------
        mask : Series of bool, optional
            Which rows of `table`; all unless given.
        cohort, role, scale, wave, arm, contrast, measure, method, subgroup : str or sequence of str, optional
            Names in the columns of `table`, one or several.

        Raises
        ------
        SelectionError
            When there is no such name, or no row has all names together; the message says what there is.

        Examples
        --------
        >>> change = rm.estimate_change(prepared, cohort="2022 spring")
        >>> some = change.where(scale="inclusion", role=["leader", "mentor"], measure="g_av")
        >>> some.table[["role", "arm", "estimate"]].round(2)
             role        arm  estimate
        0  leader  programme      0.40
        1  leader   waitlist      0.40
        2  mentor  programme      0.35
        3  mentor   waitlist      0.31
        """
        rows = self.table if mask is None else self.table[mask]
        asked = {"cohort": cohort, "role": role, "scale": scale, "wave": wave, "arm": arm, "contrast": contrast,
                 "measure": measure, "method": method, "subgroup": subgroup}  # fmt: skip
        if selection := Selection.of(names_in(rows, tuple(asked)), asked, among=self.chosen):
            rows = rows[selection.mask(rows)]
        return replace(self, table=rows.reset_index(drop=True), details=_of(self.details, rows["id"]))

    def __add__(self, other: "Estimates") -> "Estimates":
        """
        Return the rows of both.

        Raises
        ------
        FrameError
            When they are of two studies, of one with other options, or of other people, or share a row.
        """
        if not isinstance(other, Estimates):
            return NotImplemented
        if self.study is not None and other.study is not None and self.study != other.study:
            raise FrameError(
                "These are estimates of two studies, or of one with other options, whose rows have the same names. "
                "Put their frames together instead: pd.concat({'as declared': a.to_frame(), 'varied': b.to_frame()})."
            )
        if self.chosen != other.chosen:
            raise FrameError("One of these is of some of the people, the other of others or of everybody.")
        if len(both := sorted({*self.table["id"]} & {*other.table["id"]})):
            raise FrameError(f"Both have {len(both)} rows of the same name, such as {both[0]!r}. Add each once.")
        return joined([self, other])

    def to_text(self) -> str:
        """
        Return the rows as journals print them in a sentence, one a line: estimate, interval, test, p-value, people.

        Rows without an estimate have no line.

        Raises
        ------
        FrameError
            When the estimates do not know their study.

        Examples
        --------
        >>> difference = rm.estimate_difference(prepared, cohort="2022 spring", scale="inclusion")
        >>> print(difference.headlines().where(role="leader").to_text())
        Inclusion, Leaders, Programme: M difference = 0.07, 95% CI [−0.31, 0.44], t(17.2) = 0.38, p = .711, n = 18 and
        14.
        """
        return "\n".join(lines_of(self.rows, self._known_study("to_text")))

    def to_table(self, title: str = "") -> PaperTable:
        """
        Return the rows as a table of an article, in HTML, LaTeX or Word.

        Parameters
        ----------
        title : str
            Above the table.

        Returns
        -------
        PaperTable
            One row per estimate: what it is about, as far as that differs; the estimate, its interval, degrees of
            freedom, p-values and number of people (of the programme and of the comparison where both are compared).

        Raises
        ------
        FrameError
            When the estimates do not know their study.

        Examples
        --------
        >>> difference = rm.estimate_difference(prepared, scale="inclusion", role="leader")
        >>> difference.headlines().to_table("Difference after")
        Difference after
             Cohort Estimate  95% interval   df    p p of the verdict People
        2022 spring     0.07 [−0.31, 0.44] 17.2 .711             .711 18, 14
        2022 autumn     0.00 [−0.49, 0.49] 20.2 .998             .998 18, 12
        2023 spring     0.25  [0.02, 0.48] 21.8 .033             .033 18, 12
        2023 autumn    −0.04 [−0.46, 0.37] 15.8 .828             .828 17, 11
        2024 spring     0.25 [−0.25, 0.75] 15.9 .302             .302 15, 10
        2024 autumn     0.30 [−0.98, 1.58]  2.1 .433             .433   4, 3
        """
        return table_of(self.rows, self.table, self._known_study("to_table"), title)

    def _known_study(self, verb: str) -> Study:
        if self.study is None:
            raise FrameError(f"{verb}: these estimates do not know their study, whose words it uses.")
        return self.study

    def headlines(self) -> "Estimates":
        """
        Return the rows that answer their question; the others are shown next to these.

        Examples
        --------
        >>> difference = rm.estimate_difference(prepared, cohort="2022 spring", scale="inclusion", role="leader")
        >>> difference.headlines().table["method"].tolist()
        ['ancova']
        """
        return self.where(headlines(self.table))

    def by_cohort(self, order: Sequence[str]) -> "Estimates":
        """
        Return the rows of each cohort together, in this order of cohorts; further names keep their order after.

        Examples
        --------
        >>> difference = rm.estimate_difference(prepared, scale="inclusion", role="leader").headlines()
        >>> difference.by_cohort(["2024 autumn", "2022 spring"]).table["cohort"].tolist()[:2]
        ['2024 autumn', '2022 spring']
        """
        ranks = {name: place for place, name in enumerate(order)}
        places = self.table["cohort"].map(ranks).fillna(len(ranks)).argsort(kind="stable")
        return replace(self, table=self.table.iloc[places].reset_index(drop=True))

    @cached_property
    def rows(self) -> tuple[Estimate, ...]:
        """Rows of the table, in its order, each with its columns as attributes."""
        return tuple(estimates_of(self.table))

    @cached_property
    def by_id(self) -> dict[str, Estimate]:
        """Rows of the table by `id`."""
        return {row.id: row for row in self.rows}

    def detail(self, row_id: str, quantity: str) -> float:
        """
        One quantity of one row; NaN where it has none.

        Examples
        --------
        >>> change = rm.estimate_change(prepared, cohort="2022 spring", role="leader", scale="inclusion")
        >>> round(change.detail(change.table["id"].iloc[0], "mean_pre"), 2)
        3.58
        """
        return self._details_by_key.get((row_id, quantity), float("nan"))

    @cached_property
    def _details_by_key(self) -> dict[tuple[str, str], float]:
        keys = zip(self.details["id"], self.details["quantity"], strict=True)
        return dict(zip(keys, self.details["value"].tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return self._heading() + (f"\n{self._shown().to_string(index=False, na_rep='')}" if len(self) else "")

    def _repr_html_(self) -> str:
        table = self._shown().to_html(index=False, na_rep="")
        return table.replace("<thead>", f"<caption>{self._heading()}</caption><thead>", 1)

    def _heading(self) -> str:
        more = f", the first {SHORT} shown; to_frame() has all" if len(self) > SHORT else ""
        whom = "" if self.study is None else WHOSE.get(one_whose(self.rows, self.study), "")
        return f"Estimates, {len(self)} {'row' if len(self) == 1 else 'rows'}{whom}{more}"

    def _shown(self) -> pd.DataFrame:
        rows = self.table.head(SHORT)
        shown = rows[[name for name in SHOWN if rows[name].notna().any() or not len(rows)]].round(3)
        counts = [name for name in SHOWN if name in shown and name.startswith("n_")]
        return shown.assign(**{name: shown[name].astype("str").replace("<NA>", "") for name in counts})


def _of(details: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    return details[details["id"].isin(ids)].reset_index(drop=True)


def joined(parts: Iterable[Estimates]) -> Estimates:
    """Several Estimates as one, in the order given."""
    several = list(parts)
    study = next((part.study for part in several if part.study is not None), None)
    return Estimates(
        stacked([part.table for part in several], ESTIMATES),
        stacked([part.details for part in several], DETAILS),
        study,
        next((part.chosen for part in several if part.chosen), {}),
    )


def picked(estimates: Estimates, asked: Asked) -> Estimates:
    """Estimates with the names that a verb was asked for, in the order in which the study shows its cohorts."""
    if asked.selection and len(estimates):
        estimates = estimates.where(asked.selection.mask(estimates.table))
    if asked.prepared is None:
        return estimates
    return replace(estimates.by_cohort(asked.prepared.cohorts), chosen=asked.prepared.chosen)


@dataclass(frozen=True)
class Row:
    """One estimate on its way into the table: its columns, and its details by quantity."""

    columns: dict[str, object]
    details: dict[str, float]

    def detailed(self, **details: float) -> "Row":
        """Return the same row with further details."""
        return Row(self.columns, self.details | details)


def estimate_row(
    place: Place, method: Method, compute: Callable[[], Result], study: Study, counts: dict[str, int], *,
    subgroup: str = EVERYONE,
) -> Row:  # fmt: skip
    """
    One row with its result, or with the reason why there is none.

    Parameters
    ----------
    place : Place
    method : Method
        Of the registry.
    compute : callable
        Returns the Result or raises NotEstimableError.
    study : Study
    counts : dict of str to int
        Columns that count people or clusters.
    subgroup : str
        Which people within the place it is about, or which groups it compares.
    """
    contrast, measure, name = method.key
    row: dict[str, object] = {
        "id": row_id(contrast, measure, name, place, subgroup), **place._asdict(), "subgroup": subgroup,
        "contrast": contrast, "measure": measure, "method": name,
        "planned": is_planned(place, contrast, study, subgroup=subgroup, method=name),
        "heads": method.heads_in(study, place.scale), **counts,
    }  # fmt: skip
    try:
        result = compute()
        if result.df < LEAST_DF:
            raise NotEstimableError(_too_few(counts))
    except NotEstimableError as error:
        return Row(row | {"reason": str(error.reason)}, {})
    smallest = study.scale(place.scale).smallest_effect
    if smallest and method.heads and not np.isnan(result.std_error):
        result = with_equivalence(result, smallest, study.reporting.level)
    row |= {name: value for name, value in vars(result).items() if name != "details"}
    row["truncated"] = truncated(result.ci_low, result.ci_high, largest(contrast, measure, place.scale, study))
    if not np.isnan(result.std_error):
        row["detectable"] = detectable(result.std_error, result.df, level=study.reporting.level)
    elif np.isnan([result.p_value, result.ci_low]).all():  # a single cluster tells nothing of how far others differ
        row["reason"] = str(Reason.TOO_FEW_CLUSTERS)
    return Row(row, dict(result.details))


def _too_few(counts: dict[str, int]) -> Reason:
    """What there is too little of: people, or groups of people who belong together."""
    people = counts.get("n_pairs", 0) + counts.get("n_comparison", 0)
    return Reason.TOO_FEW_CLUSTERS if counts.get("n_clusters", people) < people else Reason.TOO_FEW_PEOPLE


def with_equivalence(result: Result, smallest: float, level: float) -> Result:
    """Add details of the test that the effect is smaller than what matters: tost_p, tost_low, tost_high."""
    test = tost(result, bound=smallest, level=level)
    further = {"tost_p": test.p_value, "tost_low": test.ci_low, "tost_high": test.ci_high}
    return result.detailed(**further)


def collected(rows: Iterable[Row], study: Study) -> Estimates:
    """Estimates of rows, with `p_adjusted` in its place."""
    all_rows = list(rows)
    if not all_rows:
        return Estimates(ESTIMATES.empty(), DETAILS.empty(), study)
    details = [(row.columns["id"], name, value) for row in all_rows for name, value in row.details.items()]
    table = ESTIMATES.conform(pd.DataFrame([row.columns for row in all_rows]))
    of_rows = DETAILS.conform(pd.DataFrame(details, columns=list(DETAILS.columns)))
    return Estimates(adjusted(table, study), of_rows, study)


def headlines(table: pd.DataFrame) -> pd.Series:
    """
    Whether each row is the one that answers its question; the others are shown next to it.

    Of several methods that may answer it, the column `heads` says which; where it is missing, the change of everyone
    measured before, and what the lot or a match decided.
    """
    heads = {method.key: method.heads for method in METHODS if method.heads}
    keys = zip(*(table[name].tolist() for name in ("contrast", "measure", "method")), strict=True)
    when = [heads.get(key) for key in keys]
    declared = [None if pd.isna(head) else bool(head) for head in table["heads"].tolist()]
    answers = [
        bool(of) and (of not in (Heads.SELF_SELECTED, Heads.BOTH) if decided is None else decided)
        for of, decided in zip(when, declared, strict=True)
    ]
    return pd.Series(answers, index=table.index, dtype=bool)


def may_head(table: pd.DataFrame) -> pd.Series:
    """Whether the method of each row makes headlines somewhere."""
    return _keys(table).isin([method.key for method in METHODS if method.heads])


def of_both(table: pd.DataFrame) -> pd.Series:
    """Whether the changes in the role and wave of each row are headed by those of people who answered both times."""
    keys = [method.key for method in METHODS.of(Contrast.CHANGE) if method.heads == Heads.BOTH]
    both = _keys(table).isin(keys)
    heading = table[both & table["heads"].fillna(False).astype(bool)]
    places = set(zip(heading["role"], heading["wave"], strict=True))
    waves = {wave for _, wave in places}
    # two roles are compared as both change: those who answered both times, if that holds of one of them
    of_roles = table["contrast"].eq(Contrast.ROLE_DIFFERENCE) & table["wave"].isin(waves)
    of_role = pd.Series([place in places for place in zip(table["role"], table["wave"], strict=True)], table.index)
    return of_roles | of_role.astype(bool)


def _keys(table: pd.DataFrame) -> pd.Series:
    keys = zip(table["contrast"], table["measure"], table["method"], strict=True)
    return pd.Series([tuple(map(str, key)) for key in keys], index=table.index, dtype=object)


def adjusted(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Return the table with `p_adjusted`: of the claim that each headline row makes, see `judged`.

    Other rows have none.
    """
    found = judged(table, headlines(table), study)
    values = [found[name].p_adjusted if name in found else np.nan for name in table["id"]]
    return table.assign(p_adjusted=np.array(values, dtype=float))
