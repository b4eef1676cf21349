"""How members of a dyad are related to each other: actor and partner slopes, of scores and of what they experience."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pandas as pd

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, picked
from rm_research.effects.groups import Group, Place, groups
from rm_research.effects.methods import METHODS, Contrast, Measure, Name
from rm_research.frames import DYADS
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.dyadic import ActorPartner, actor_partner, distinguishability, dyadic_icc, partner_slopes
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

MEMBERS = LEADER, MENTOR = ("leader", "mentor")


def estimate_dyads(
    data: Data, dyads: pd.DataFrame | None = None, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> Estimates:  # fmt: skip
    """
    What goes with people's own and their partner's score before, and with what both say of the process.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel.
    dyads : DataFrame, optional
        Dyads of a Panel; a Prepared has its own. Those with a member who has a second partner are left out;
        `n_left_out` counts them by arm.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its level and comparison arm count.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. They have the same numbers as among all rows.

    Returns
    -------
    Estimates
        By cohort, arm of the programme, scale and later wave, for scales asked of both roles: contrast 'actor' (own
        score before) and 'partner' (the partner's), measure 'slope', method 'apim', of the later score; an association,
        not an effect. `n_pairs` and `n_clusters` count dyads with all four scores. Details: correlation of the
        residuals, icc_before and icc_after (dyadic, may be negative), p_distinguishable (small: leaders and mentors
        differ), n_left_out. For each scale of the process that the wave asks of both roles, named by `subgroup`, also
        method 'experience': slopes of the change on what people themselves ('actor') and their partner ('partner') say;
        the counts are of dyads with the change of this role and both answers. No rows where the waves are unlinked or
        nobody is in a dyad.

    Raises
    ------
    FrameError
        When a Panel has no study or Dyads, lacks a column, has rows without a cohort or cluster, or is of another
        study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> dyads = rm.estimate_dyads(prepared, scale="inclusion", cohort="2022 spring")
    >>> dyads.to_frame().query("method == 'apim'")[["role", "contrast", "estimate", "n_pairs"]].round(2)
         role contrast  estimate  n_pairs
    0  leader    actor      0.78       12
    1  mentor    actor      0.69       12
    2  leader  partner      0.28       12
    3  mentor  partner      0.34       12
    """
    asked = Asked.of(data, study, verb="estimate_dyads", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study, dyads = asked.study, asked.further("dyads", dyads, DYADS, verb="estimate_dyads")
    if study.link.method == "none" or dyads.empty:
        return collected([], study)
    of_places = list(groups(asked.panel, study))
    by_place = {group.place: group for group in of_places}
    partners = ((group, by_place.get(place._replace(role=MENTOR))) for place, group in by_place.items()
                if place.role == LEADER and place.arm != study.comparison)  # fmt: skip
    rows = (
        row
        for leaders, mentors in partners
        if mentors
        for row in _rows(leaders, mentors, dyads[dyads["cohort"] == leaders.place.cohort], study)
    )
    said = Experience(asked.panel, dyads)
    experienced = (
        row
        for group in of_places
        if group.place.role in MEMBERS and group.place.arm != study.comparison
        for row in _experience(group.place, said, study)
    )
    return picked(collected([*rows, *experienced], study), asked)


def one_to_one(dyads: pd.DataFrame) -> pd.DataFrame:
    """Dyads whose members have no other partner in the cohort."""
    alone = [~dyads.duplicated(["cohort", member], keep=False) for member in MEMBERS]
    return dyads[alone[0] & alone[1]]


def _paired(leaders: Group, mentors: Group, dyads: pd.DataFrame) -> pd.DataFrame:
    """One row a dyad of these people: pre and post of both members, NaN where absent."""
    scores = [group.rows.set_index("person")[["pre", "post"]].add_suffix(f"_{group.place.role}")
              for group in (leaders, mentors)]  # fmt: skip
    return dyads[list(MEMBERS)].join(scores[0], on=LEADER, how="inner").join(scores[1], on=MENTOR, how="inner")


def _rows(leaders: Group, mentors: Group, dyads: pd.DataFrame, study: Study) -> Iterator[Row]:
    place, pairs = leaders.place, _paired(leaders, mentors, one_to_one(dyads))
    left_out = len(_paired(leaders, mentors, dyads)) - len(pairs)
    complete = int(pairs.notna().all(axis=1).sum())
    counts = {
        "n_pre": int(pairs[["pre_leader", "pre_mentor"]].notna().all(axis=1).sum()),
        "n_post": int(pairs[["post_leader", "post_mentor"]].notna().all(axis=1).sum()),
        "n_pairs": complete, "n_clusters": complete,
    }  # fmt: skip
    y1, y2, x1, x2 = (
        pairs[name].to_numpy(float) for name in ("post_leader", "post_mentor", "pre_leader", "pre_mentor")
    )
    level = study.reporting.level

    @cache
    def model() -> ActorPartner:
        if not study.changes(place.scale):
            raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
        return actor_partner(y1, y2, x1, x2, level=level)

    @cache
    def details() -> dict[str, float]:
        return {
            "correlation": model().correlation.estimate,
            "icc_before": dyadic_icc(x1, x2, level=level).estimate,
            "icc_after": dyadic_icc(y1, y2, level=level).estimate,
            "p_distinguishable": distinguishability(y1, y2, x1, x2).p_corrected,
            "n_left_out": float(left_out),
        }

    def slope(kind: str, member: int) -> Result:
        estimate: Result = getattr(model(), kind)[member]
        return estimate.detailed(**details())

    for kind in (Contrast.ACTOR, Contrast.PARTNER):
        method = METHODS[kind, Measure.SLOPE, Name.APIM]
        for member, role in enumerate(MEMBERS):
            compute = partial(slope, kind, member)
            yield estimate_row(place._replace(role=role), method, compute, study, counts)


class Experience:
    """
    What both members of dyads say the process was like, beside the change of one of them.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    dyads : DataFrame
        Dyads; those with a member who has a second partner are left out.
    """

    def __init__(self, panel: pd.DataFrame, dyads: pd.DataFrame) -> None:
        self._at: dict[Any, Any] = panel.groupby(list(Place._fields), observed=True).indices
        self._scores = panel.set_index("person")[["pre", "post"]]
        self._dyads = dict(iter(one_to_one(dyads)[["cohort", *MEMBERS]].groupby("cohort")))
        self._known: dict[tuple[Place, str], pd.DataFrame] = {}

    def of(self, place: Place, process: str) -> pd.DataFrame:
        """
        Dyads with the change of the member of a place, and what both say of a scale of the process.

        One row a dyad: cohort, leader, mentor, change, own, partner. None lacks any; both members are in the arm of the
        place.
        """
        if (place, process) not in self._known:
            self._known[place, process] = self._joined(place, process)
        return self._known[place, process]

    def _joined(self, place: Place, process: str) -> pd.DataFrame:
        if place.cohort not in self._dyads:
            return pd.DataFrame(columns=["cohort", *MEMBERS, "change", "own", "partner"])
        pairs, mine = self._dyads[place.cohort], self._of(place)
        other = LEADER if place.role == MENTOR else MENTOR
        said = {member: self._of(place._replace(role=member, scale=process))["post"] for member in MEMBERS}
        pairs = pairs.assign(
            change=pairs[place.role].map(mine["post"] - mine["pre"]),
            own=pairs[place.role].map(said[place.role]),
            partner=pairs[other].map(said[other]),
        )
        return pairs.dropna().reset_index(drop=True)

    def _of(self, place: Place) -> pd.DataFrame:
        """Scores before and after of the people of a place, by person."""
        return self._scores.iloc[self._at.get(tuple(place), [])]


def _experience(place: Place, said: Experience, study: Study) -> Iterator[Row]:
    """Rows of the change of one role, for each scale of the process that the wave asks both roles."""
    for scale in study.process_scales:
        both = not scale.roles or {*MEMBERS} <= {*scale.roles}
        if not (both and study.changes(place.scale) and study.measured(scale.name, place.wave)):
            continue
        pairs = said.of(place, scale.name)
        counts = dict.fromkeys(("n_pre", "n_post", "n_pairs", "n_clusters"), len(pairs))
        slopes = cache(partial(_slopes_of_change, pairs, study.reporting.level))
        for at, kind in enumerate((Contrast.ACTOR, Contrast.PARTNER)):
            method = METHODS[kind, Measure.SLOPE, Name.EXPERIENCE]
            compute = partial(_one_of, slopes, at)
            yield estimate_row(place, method, compute, study, counts, subgroup=scale.name)


def _one_of(slopes: Callable[[], tuple[Result, Result]], at: int) -> Result:
    return slopes()[at]


def _slopes_of_change(pairs: pd.DataFrame, level: float) -> tuple[Result, Result]:
    change, own, partner = (pairs[name].to_numpy(float) for name in ("change", "own", "partner"))
    return partner_slopes(change, own, partner, level=level)
