"""What everyone answers or would have answered, and who leaves."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from rm_research.simulate.population import (
    ARMS,
    DRIFT,
    ENGAGEMENT,
    LEAVING_LOADING,
    LOADING,
    SCALES,
    SCALES_CORRELATE,
    START,
    Scale,
)

ITEM_SCALE = np.repeat(np.arange(len(SCALES)), [len(scale.items) for scale in SCALES])  # (all items,)
N_ITEMS = len(ITEM_SCALE)


@dataclass(frozen=True, eq=False)
class Answers:
    """
    Complete answers, keyed: a higher answer always means more of the scale.

    Parameters
    ----------
    keyed : dict of wave to dict of scale name to array (people, items)
        What each person answers, including leavers. Roles that a scale does not ask have values that are never used.
    post_if : dict of arm to dict of scale name to array (people, items)
        What each person would answer at `post` in either arm.
    left : array (people,) of bool
        Who answers at `pre` but not at `post`.
    """

    keyed: dict[str, dict[str, np.ndarray]]
    post_if: dict[str, dict[str, np.ndarray]]
    left: np.ndarray


def draw_answers(rng: np.random.Generator, people: pd.DataFrame, *, effect: float, attrition: float) -> Answers:
    """Draw both waves; the post wave twice from the same draws, with and without the programme."""
    before = _draw_items(rng, people["mentor"].to_numpy())
    news = _draw_items(rng, people["mentor"].to_numpy())
    r = np.array([scale.r for scale in SCALES])[ITEM_SCALE]
    after = r * before + np.sqrt(1 - r**2) * news  # correlates r with `before` and keeps its variances and ICC
    start = people["role"].map(START).to_numpy()[:, None]
    gain = effect * people["dose"].to_numpy()[:, None] * _full_gains(people["role"])
    drift = DRIFT * np.sqrt([scale.variance for scale in SCALES])[ITEM_SCALE]

    pre = _rounded(start + before)
    post_if = {arm: _rounded(start + after + drift + gain * (arm == "programme")) for arm in ARMS}
    in_programme = people["arm"].eq("programme").to_numpy()[:, None]
    post = {name: np.where(in_programme, *(post_if[arm][name] for arm in ARMS)) for name in pre}
    left = _draw_leaving(rng, pre[ENGAGEMENT.name].mean(axis=1), attrition)
    return Answers({"pre": pre, "post": post}, post_if, left)


def _draw_items(rng: np.random.Generator, mentor: np.ndarray) -> np.ndarray:
    """(people, all items) with mean 0 and variance 1: a part from the dyad, one from the person, one from the item."""
    mixing = np.linalg.cholesky(np.where(np.eye(len(SCALES)) == 1, 1.0, SCALES_CORRELATE)).T
    of_dyad = (rng.standard_normal((mentor.max() + 1, len(SCALES))) @ mixing)[mentor]
    of_person = rng.standard_normal((len(mentor), len(SCALES))) @ mixing
    of_item = rng.standard_normal((len(mentor), N_ITEMS))
    between = np.array([scale.icc * scale.variance for scale in SCALES])
    common = np.sqrt(between) * of_dyad + np.sqrt(LOADING**2 - between) * of_person
    return common[:, ITEM_SCALE] + np.sqrt(1 - LOADING**2) * of_item


def _full_gains(role: pd.Series) -> np.ndarray:
    """(people, all items): what the programme adds at the expected number of meetings, in item SD."""
    gains = [role.map(scale.d).fillna(0).to_numpy(float) * np.sqrt(scale.variance) for scale in SCALES]
    return np.column_stack(gains)[:, ITEM_SCALE]


def _rounded(items: np.ndarray) -> dict[str, np.ndarray]:
    """Answers, keyed and in the units of each scale."""
    return {scale.name: _round_scale(scale, items[:, k == ITEM_SCALE]) for k, scale in enumerate(SCALES)}


def _round_scale(scale: Scale, items: np.ndarray) -> np.ndarray:
    """Turn item values into answers: the lowest answer plus the number of thresholds passed."""
    return scale.low + (items[:, :, None] > scale.item_thresholds).sum(axis=2)


def _draw_leaving(rng: np.random.Generator, engagement: np.ndarray, attrition: float) -> np.ndarray:
    """People leave if a mixture of baseline engagement and chance is low; the share who leave is `attrition`."""
    standing = (engagement - engagement.mean()) / engagement.std()
    chance = rng.standard_normal(len(engagement))
    staying = LEAVING_LOADING * standing + np.sqrt(1 - LEAVING_LOADING**2) * chance
    return staying < NormalDist().inv_cdf(attrition) if attrition > 0 else np.zeros(len(engagement), dtype=bool)
