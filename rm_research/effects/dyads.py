"""How members of a dyad bear on each other: actor and partner slopes."""

from collections.abc import Iterator
from functools import cache, partial

import pandas as pd

from rm_research.effects.estimates import Estimates, Place, Row, collected, estimate_row
from rm_research.frames import DYADS, PANEL, require_columns
from rm_research.stats.dyadic import ActorPartner, actor_partner, distinguishability, dyadic_icc
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study

MEMBERS = ("leader", "mentor")


def estimate_dyads(panel: pd.DataFrame, dyads: pd.DataFrame, *, study: Study) -> Estimates:
    """
    Slopes of the later score on one's own and on the partner's score before, leaders and mentors apart.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    dyads : DataFrame
        Dyads. Those in which somebody has a second partner take no part; `n_left_out` counts them.
    study : Study
        Its level and comparison arm.

    Returns
    -------
    Estimates
        By cohort, arm of the programme, scale and later wave, for scales asked of both roles: contrast 'actor' (own
        score before) and 'partner' (the partner's), measure 'slope', method 'apim'; an association, not an effect.
        `n_pairs` and `n_clusters` count dyads with all four scores. Details: correlation of what the slopes leave,
        icc_before and icc_after (dyadic, may be negative), p_distinguishable (small: leaders and mentors differ),
        n_left_out. No rows where the waves are unlinked or nobody is in a dyad.

    Raises
    ------
    FrameError
        When a frame lacks a column.
    """
    require_columns(panel, PANEL, verb="estimate_dyads")
    require_columns(dyads, DYADS, verb="estimate_dyads")
    if study.link.method == "none" or dyads.empty:
        return collected([])
    rows = panel[panel["arm"].notna() & ~panel["arm"].isin([study.comparison])]
    keys = ["cohort", "arm", "scale", "wave"]
    order = {name: place for place, name in enumerate(scale.name for scale in study.scales)}
    groups = sorted(rows.groupby(keys), key=lambda item: (item[0][0], order[str(item[0][2])], item[0][3], item[0][1]))
    found = (
        row
        for (cohort, arm, scale, wave), group in groups
        if set(MEMBERS) <= set(group["role"].dropna())
        for row in _rows(
            Place(str(cohort), "", str(arm), str(scale), str(wave)), group, dyads[dyads["cohort"] == cohort], study
        )
    )
    return collected(found)


def one_to_one(dyads: pd.DataFrame) -> pd.DataFrame:
    """Dyads both of whose members have no other partner in the cohort."""
    alone = [~dyads.duplicated(["cohort", member], keep=False) for member in MEMBERS]
    return dyads[alone[0] & alone[1]]


def _paired(group: pd.DataFrame, dyads: pd.DataFrame) -> pd.DataFrame:
    """One row a dyad of the group: pre and post of both members, NaN where absent."""
    scores = group.set_index("person")[["pre", "post"]]
    of_group = dyads[dyads["leader"].isin(scores.index) & dyads["mentor"].isin(scores.index)]
    parts = [scores.loc[of_group[member]].reset_index(drop=True).add_suffix(f"_{member}") for member in MEMBERS]
    return pd.concat(parts, axis=1)


def _rows(place: Place, group: pd.DataFrame, dyads: pd.DataFrame, study: Study) -> Iterator[Row]:
    single = one_to_one(dyads)
    pairs, left_out = _paired(group, single), len(dyads) - len(single)
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
        if not study.measured(place.scale, study.baseline):
            raise NotEstimableError("not_asked_at_baseline")
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
        found: Result = getattr(model(), kind)[member]
        return Result(**(vars(found) | {"details": dict(found.details) | details()}))

    for kind in ("actor", "partner"):
        for member, role in enumerate(MEMBERS):
            compute = partial(slope, kind, member)
            yield estimate_row(place._replace(role=role), kind, "slope", "apim", compute, study, counts)
