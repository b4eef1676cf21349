"""What has come in: who answered which survey, who is invited, which pairs met. Answers are left out at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from rm_research.frames import PROBLEMS, stacked
from rm_research.linkage import link_waves
from rm_research.linkage.cohorts import in_cohorts_that_count
from rm_research.panel.timing import in_order
from rm_research.people import build_participants, first_days
from rm_research.responses.intake import Intake, take_in
from rm_research.study import Study
from rm_research.study.entries import tidy_text
from rm_research.study.settings import Careless
from rm_research.study.text_storage import held_by_size

WHO = ["cohort", "person"]
PLACE = ["wave", "file", "source_row"]
KEPT = [*WHO, *PLACE, "submitted"]  # of a questionnaire


@dataclass(frozen=True, eq=False)
class Received:
    """
    What has come in of a study by a day.

    Attributes
    ----------
    study : Study
    on : date
    responses : DataFrame
        One row per questionnaire that counts: cohort, person, wave, file, source_row, submitted.
    links, near_misses, people, meetings, problems : DataFrame
        The frames with those names. Questionnaires and meetings after the day are left out.
    members : DataFrame
        One row per person and pair: cohort, person, dyad.
    begun : dict of str to date
        Day of the first questionnaire of the baseline by cohort, which may be after `on`: it has not started then.
    logged : bool
        Whether there is a log of meetings that can be read.
    """

    study: Study
    on: date
    responses: pd.DataFrame
    links: pd.DataFrame
    near_misses: pd.DataFrame
    people: pd.DataFrame
    members: pd.DataFrame
    meetings: pd.DataFrame
    problems: pd.DataFrame
    begun: dict[str, date]
    logged: bool

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """Names of all cohorts of which anybody is known, in their order."""
        return in_order(set(self.people["cohort"]), self.responses, self.study)

    @cached_property
    def starts(self) -> dict[str, date]:
        """Day on which each cohort started: as declared, else that of its first questionnaire of the baseline."""
        return self.begun | {cohort: when.date() for cohort, when in first_days(self.cohorts, self.study).items()}

    @property
    def knows_invited(self) -> bool:
        """Whether there is a list of everyone invited that can be used, and leads to questionnaires."""
        return bool(self.people["invited"].notna().any()) and self.study.link.method != "none"

    def due(self, wave: str) -> dict[str, date]:
        """Day on which a survey is due, by cohort; without those of which it is not known."""
        declared = self.study.wave(wave).due
        if declared is None:
            return {}
        if isinstance(declared, int):
            days = pd.Timedelta(days=declared)
            return {cohort: start + days.to_pytimedelta() for cohort, start in self.starts.items()}
        if isinstance(declared, Mapping):
            by_name = {tidy_text(name): day for name, day in declared.items()}
            return {cohort: by_name[tidy_text(cohort)] for cohort in self.cohorts if tidy_text(cohort) in by_name}
        return dict.fromkeys(self.cohorts, declared)

    def told(self, rules: tuple[str, ...]) -> pd.DataFrame:
        """Problems of these kinds, each message once."""
        return self.problems[self.problems["rule"].isin(rules)].drop_duplicates("message")


@held_by_size
def receive(study: Study, on: date) -> Received:
    """Read what has come in by a day; nothing is scored, and signs of careless answering leave nobody out."""
    settings = study.settings.model_copy(update={"careless": Careless()})
    whole = take_in(replace(study, settings=settings))
    intake = _until(on, whole)
    linkage = link_waves(intake, study)
    everything = linkage if intake is whole else link_waves(whole, study)
    met = intake.sessions
    met = met if met is None else met[in_cohorts_that_count(met["cohort"], study)]
    who = build_participants(linkage, met, study)
    return Received(
        study=study,
        on=on,
        responses=linkage.responses[KEPT],
        links=linkage.links,
        near_misses=linkage.near_misses,
        people=who.people[[*WHO, "role", "arm", "invited"]],
        members=who.members,
        meetings=who.meetings[~(who.meetings["date"].dt.date > on)],
        problems=_known_by(stacked([part.problems for part in (intake, linkage, who)], PROBLEMS), intake is whole),
        begun=_begun(everything.responses, study),
        logged=intake.sessions is not None,
    )


def _begun(responses: pd.DataFrame, study: Study) -> dict[str, date]:
    """Day of the first questionnaire of the baseline, by cohort; without those of which it is not known."""
    first = responses[responses["wave"] == study.baseline].groupby("cohort")["submitted"].min()
    return {str(cohort): when.date() for cohort, when in first.dropna().items()}


def _known_by(problems: pd.DataFrame, everything: bool) -> pd.DataFrame:
    """Problems; before all has come in, without those of pairs whose members may only answer later."""
    return problems if everything else problems[~problems["rule"].isin(["unknown_dyad", "half_pairs"])]


def _until(on: date, intake: Intake) -> Intake:
    """What had come in by the end of a day; questionnaires without a date count, and so do their problems."""
    came = ~(intake.responses["submitted"].dt.normalize() > pd.Timestamp(on))
    if came.all():
        return intake
    frames: dict[str, Any] = {
        name: None if frame is None else frame[came].reset_index(drop=True)
        for name in ("responses", "facts", "published", "forms", "contents", "codes")
        for frame in [getattr(intake, name)]
    }
    later = pd.MultiIndex.from_frame(intake.responses.loc[~came, PLACE].astype(object))
    problems = intake.problems[~pd.MultiIndex.from_frame(intake.problems[PLACE].astype(object)).isin(later)]
    return replace(intake, **frames, problems=problems.reset_index(drop=True))
