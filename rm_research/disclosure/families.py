"""Scales that share answers: next to each other, they may reveal what those who have a score on one only answered."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import pandas as pd

from rm_research.study import Study

Place = tuple[str, str, str]  # role, scale, wave
BEFORE, BOTH = "before", "both"


def families(study: Study) -> list[list[str]]:
    """Names of scales whose items read the same columns of an export, directly or through others; two or more each."""
    found: list[tuple[set[object], list[str]]] = []
    for scale in study.scales:
        columns, names = _columns(scale.name, study), [scale.name]
        for family in [family for family in found if family[0] & columns]:
            columns, names = columns | family[0], [*family[1], *names]
            found.remove(family)
        found.append((columns, names))
    order = [scale.name for scale in study.scales]
    return [sorted(names, key=order.index) for _, names in found if len(names) > 1]


def _columns(scale: str, study: Study) -> set[object]:
    return {
        (wave.name, source.name, column)
        for wave in study.waves
        for source in wave.sources
        for item in study.items_of(scale)
        for column in item.candidates(wave.name, source.name)
    }


def apart(panel: pd.DataFrame, study: Study) -> Mapping[Place, int]:
    """
    How many people have a score on one only of two scales that share answers, where there is anybody.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study

    Returns
    -------
    mapping of (role, scale, wave) to int
        Fewest such people, before or both times, in a cohort and arm that has any. By the scale that comes later in
        the study, next to whichever scale comes earlier: the first of a family may always be shown.
    """
    fewest: dict[Place, int] = {}
    for family in families(study):
        for earlier, later in combinations(family, 2):
            for role, wave, n in _differing(panel, earlier, later):
                place = (role, later, wave)
                fewest[place] = min(n, fewest.get(place, n))
    return fewest


def _differing(panel: pd.DataFrame, earlier: str, later: str) -> Iterator[tuple[str, str, int]]:
    """Role, wave and number of people who are counted in one scale only, of each cohort and arm with any."""
    where, scores = ["cohort", "role", "arm", "wave"], {}
    for name in (earlier, later):
        rows = panel[panel["scale"].eq(name)].set_index([*where, "person"])
        before = rows["pre"].notna()
        scores[name] = pd.DataFrame({BEFORE: before, BOTH: before & rows["post"].notna()})
    one, other = scores[earlier].align(scores[later], fill_value=False)
    counted = (one != other).groupby(level=where, dropna=False).sum().reset_index()
    for role, wave, *counts in counted[["role", "wave", BEFORE, BOTH]].itertuples(index=False, name=None):
        yield from ((str(role), str(wave), int(n)) for n in counts if n)
