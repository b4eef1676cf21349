"""How change is related to the number of meetings, and the effect of attending in randomised studies."""

from collections.abc import Iterator

import numpy as np

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, picked
from rm_research.effects.estimators.difference import check_compared
from rm_research.effects.groups import Compared, Group, comparisons, groups, units
from rm_research.effects.methods import METHODS, Contrast, Measure, Name
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.dose import dose_response, effect_of_attending
from rm_research.stats.result import NotEstimableError, Reason, Result, Vector
from rm_research.study import Study

DOSE = METHODS[Contrast.DOSE, Measure.SLOPE, Name.OLS]
ATTENDING = METHODS[Contrast.DIFFERENCE, Measure.MEAN, Name.INSTRUMENT]


def estimate_dose(
    data: Data, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> Estimates:  # fmt: skip
    """
    Slope of meetings among participants, and the effect of attending at all.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel. Its `sessions` counts the
        meetings before each person's later questionnaire; 0 = the dyad did not meet, missing = no log.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its log of sessions, comparison arm and assignment count.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. They have the same numbers as among all rows.

    Returns
    -------
    Estimates
        By cohort, role, arm of the programme, scale and later wave. contrast 'dose', measure 'slope', method 'ols': the
        difference in the later score for one more meeting, at equal score before; an association. Where arms were
        randomised also contrast 'difference', measure 'mean', method 'instrument': the effect of having met at
        all on those who met because they were offered it; none where everybody did, as it would be the difference
        itself; details first_stage_f_robust, weak, ar_low, ar_high, and n_left:
        people with both scores for whom it is not known whether they met. People in the comparison count as not having
        met. No rows without a log, or with unlinked waves.

    Raises
    ------
    FrameError
        When a Panel has no study, lacks a column, has rows without a cohort or cluster, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> dose = rm.estimate_dose(prepared, scale="inclusion", cohort="2022 spring")
    >>> dose.to_frame()[["role", "contrast", "method", "estimate"]].round(2)
         role    contrast      method  estimate
    0  leader        dose         ols      0.00
    1  mentor        dose         ols     -0.03
    2  leader  difference  instrument       NaN
    3  mentor  difference  instrument       NaN
    >>> dose.to_frame()["reason"].iloc[-1]  # all of them met
    'all_complied'
    """
    asked = Asked.of(data, study, verb="estimate_dose", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study = asked.study
    if study.link.method == "none" or asked.panel["sessions"].isna().all():
        return collected([], study)
    members = list(groups(asked.panel, study))
    rows = [_dose(group, study) for group in members if group.place.arm != study.comparison and _logged(group)]
    if ATTENDING.suits(study):
        rows += [row for arms in comparisons(members, study) if _logged(arms.group) for row in _attending(arms, study)]
    return picked(collected(rows, study), asked)


def _logged(group: Group) -> bool:
    return bool(np.isfinite(group.numbers("sessions")).any())


def _dose(group: Group, study: Study) -> Row:
    def compute() -> Result:
        if not study.changes(group.place.scale):
            raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
        clusters = units(group.clusters, study)
        result = dose_response(group.pre, group.post, sessions, level=study.reporting.level, clusters=clusters)
        return result.detailed(n_fewest=result.details["n_people"])

    sessions = group.numbers("sessions")
    logged = np.isfinite(sessions)
    return estimate_row(group.place, DOSE, compute, study, group.counts_among(logged))


def _attending(arms: Compared, study: Study) -> Iterator[Row]:
    def compute() -> Result:
        check_compared(arms, study)
        result = effect_of_attending(
            arms.pre, arms.post, attended, in_arm, level=study.reporting.level, clusters=units(arms.clusters, study)
        )
        if attended[known & (in_arm == 1)].all():
            raise NotEstimableError(Reason.ALL_COMPLIED)
        return result.detailed(n_fewest=min(known_in_arms.values()), n_left=int(paired.sum() - known.sum()))

    paired, in_arm, attended = arms.paired, arms.in_arm, _attended(arms)
    known = paired & ~np.isnan(attended)
    known_in_arms = {"n_pairs": int(in_arm[known].sum()), "n_comparison": int((1 - in_arm[known]).sum())}
    counts = arms.group.counts | known_in_arms
    yield estimate_row(arms.group.place, ATTENDING, compute, study, counts)


def _attended(arms: Compared) -> Vector:
    """1 for people who met, 0 for those who did not; nobody in the comparison was offered meetings."""
    sessions = arms.group.numbers("sessions")
    met = np.where(np.isnan(sessions), np.nan, sessions > 0)
    return np.concatenate([met, np.zeros(len(arms.pre) - len(sessions))])
