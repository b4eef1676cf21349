"""What a verb is asked to work on: a Prepared, or a Panel with its study, and which part of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rm_research.errors import FrameError, StudyError
from rm_research.frames import PANEL, Frame, require_columns
from rm_research.panel.origin import check_origin
from rm_research.panel.prepare import Prepared
from rm_research.study import Study
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names, Selection, names_in

SOME = 0.1  # share of scores that cannot be, up to which somebody may have changed a few
ROUNDING = 1e-9  # of scores at an end of their range
Data = Prepared | pd.DataFrame


@dataclass(frozen=True, eq=False)
class Asked:
    """
    A Panel with its study, and the names that were asked for.

    Attributes
    ----------
    panel : DataFrame
        Panel. Of a Prepared, that of the cohorts without errors.
    study : Study
    selection : Selection
    prepared : Prepared or None
        Where the verb was given one.
    """

    panel: pd.DataFrame
    study: Study
    selection: Selection
    prepared: Prepared | None

    @classmethod
    def of(cls, data: Data, study: Study | None, *, verb: str, **names: Names) -> "Asked":
        """
        Check what a verb was given.

        Parameters
        ----------
        data : Prepared or DataFrame
            DataFrame: a Panel.
        study : Study or None
            Of the Panel; a Prepared has its own.
        verb : str
            For messages.
        **names : str, iterable of str or None
            By keyword.

        Raises
        ------
        FrameError
            When a Panel has no study, lacks a column or is of another study.
        SelectionError
            When a name does not exist, or nothing has all names together.
        StudyError
            When a cohort that is named has an error.
        """
        prepared = data if isinstance(data, Prepared) else None
        panel, study = _panel_and_study(data, study, verb)
        if prepared is not None:
            _refuse_errors(prepared, names.get("cohort"))
        known = known_names(panel, study)
        among = prepared.chosen if prepared is not None else None
        selection = Selection.of(known, names, baseline=study.baseline, among=among)
        if selection:
            selection.mask(panel)
        return cls(panel, study, selection, prepared)

    @property
    def of_cohorts(self) -> pd.DataFrame:
        """Panel of the cohorts that were asked for."""
        cohorts = self.selection.names.get("cohort")
        return self.panel if cohorts is None else self.panel[self.panel["cohort"].isin(cohorts)]

    def further(self, name: str, given: pd.DataFrame | None, frame: Frame, *, verb: str) -> pd.DataFrame:
        """
        A frame that a verb needs beside the Panel: the one it was given, else that of the Prepared.

        Raises
        ------
        FrameError
            When there is neither, or it lacks a column.
        """
        if given is None and self.prepared is None:
            raise FrameError(f"{verb}: with a Panel, give its {frame.name}, too: {name}=prepared.{name}.")
        rows: pd.DataFrame = getattr(self.prepared, name) if given is None else given
        require_columns(rows, frame, verb=verb)
        check_origin(rows, self.study, frame.name)
        return rows

    def among(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of a frame with the names that were asked for, as far as it has such columns."""
        if not self.selection:
            return rows
        return rows[self.selection.mask(rows)].reset_index(drop=True)


def known_names(panel: pd.DataFrame, study: Study) -> dict[str, list[str]]:
    """Names that may be asked for: those of the Panel, scales and waves in the order of the study."""
    known = names_in(panel)
    for keyword, order in (("scale", [scale.name for scale in study.scales]), ("wave", list(study.later_waves))):
        known[keyword] = [name for name in order if name in known[keyword]]
    return known


def _panel_and_study(data: Data, study: Study | None, verb: str) -> tuple[pd.DataFrame, Study]:
    if isinstance(data, Prepared):
        if study is not None and study != data.study:
            raise StudyError(f"{verb}: study= is another study than that of the Prepared. Leave study= out.")
        return data.sound_panel, data.study
    if not isinstance(data, pd.DataFrame):
        raise wrong_data(verb, data, "what prepare_study returned, or a Panel with study=")
    if study is None:
        require_columns(data, PANEL, verb=verb)
        raise FrameError(f"{verb}: a Panel needs study=. Or give what prepare_study returned, which has both.")
    check_panel_of(data, study, verb=verb)
    return data, study


def check_panel_of(panel: pd.DataFrame, study: Study, *, verb: str) -> None:
    """
    Refuse what is no Panel, or that of another study: with other scales or waves, scores that cannot be, or its mark.

    Raises
    ------
    FrameError
        Naming what the study has.
    """
    require_columns(panel, PANEL, verb=verb)
    for name, known in (("scale", [scale.name for scale in study.scales]), ("wave", list(study.later_waves))):
        if strange := sorted(set(panel[name].unique()) - set(known)):
            raise FrameError(f"The Panel has {name} {strange[0]!r}, which the study lacks; it has {', '.join(known)}.")
    for scale, rows in panel.groupby("scale", observed=True, sort=False):
        limits = study.scale_range(str(scale))
        scores = rows[["pre", "post"]].to_numpy(float)
        if limits is None or not np.isfinite(scores).any():
            continue
        values = scores[np.isfinite(scores)]
        beyond = (values < limits[0] - ROUNDING) | (values > limits[1] + ROUNDING)
        if beyond.mean() > SOME:
            raise FrameError(
                f"The Panel has scores of {scale} from {values.min():g} to {values.max():g}, but in this study they go "
                f"from {limits[0]:g} to {limits[1]:g}. Is it the Panel of another study?"
            )
    check_origin(panel, study, PANEL.name)


def _refuse_errors(prepared: Prepared, cohorts: Names) -> None:
    """Refuse cohorts by name whose data have an error."""
    if cohorts is None:
        return
    known = {"cohort": prepared.cohorts}
    for name in Selection.of(known, {"cohort": cohorts}, among=prepared.chosen).names["cohort"]:
        if errors := prepared.errors_of(name):
            raise StudyError(*errors, heading=f"Cohort {name!r} cannot be estimated")
