"""What is true of everyone: scales, items and effects. Numbers are declared here; other modules draw from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

WAVES = ("pre", "post")
ARMS = ("programme", "waitlist")
ROLES = ("leader", "mentor")

FREQUENCY = ("Never", "Almost never", "Rarely", "Sometimes", "Often", "Very often", "Always")
AGREEMENT = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")

LOADING = 0.7  # loading of every item on its scale
SCALES_CORRELATE = 0.4
START = {"leader": 0.2, "mentor": 0.0}  # mean at baseline, in item SD
DRIFT = 0.05  # change without any programme, in score SD
LEAVING_LOADING = 0.4  # correlation of staying with engagement at baseline

# Chance of 0, 1, … 8 meetings before the post survey. The effect grows with them; the d below are at the mean number.
MEETINGS = np.array([0.05, 0.03, 0.06, 0.10, 0.16, 0.22, 0.20, 0.12, 0.06])
MEAN_MEETINGS = float(np.arange(len(MEETINGS)) @ MEETINGS)


@dataclass(frozen=True)
class Scale:
    """
    A scale and its true values; d, r and icc refer to the mean of its items before rounding to answers.

    Parameters
    ----------
    name, label : str
        As in study.toml.
    low : int
        Value of the first answer; each further answer is one more.
    answers : tuple of str
        The answer labels, lowest first.
    answers_name : str
        Name of their table in study.toml.
    thresholds : tuple of float
        Where one answer turns into the next, in item SD.
    d : mapping of role to float
        Effect of the programme in score SD, for the roles that are asked.
    r, icc : float
        Correlation of pre and post; share of the variance between dyads.
    smallest_effect : float
        In scale points, as in study.toml.
    items : tuple of str
        What each item is about, in our own words.
    reversed_items : frozenset of int
        Item numbers, from 1.
    """

    name: str
    label: str
    low: int
    answers: tuple[str, ...]
    answers_name: str
    thresholds: tuple[float, ...]
    d: Mapping[str, float]
    r: float
    icc: float
    smallest_effect: float
    items: tuple[str, ...]
    reversed_items: frozenset[int] = frozenset()

    @property
    def high(self) -> int:
        """Value of the last answer."""
        return self.low + len(self.answers) - 1

    @property
    def item_names(self) -> list[str]:
        """Our names of the items, such as `engagement_1`."""
        return [f"{self.name}_{number}" for number in range(1, len(self.items) + 1)]

    @property
    def reversed_mask(self) -> np.ndarray:
        """(items,): whether each item is worded in the opposite direction."""
        return np.array([number in self.reversed_items for number in range(1, len(self.items) + 1)])

    @property
    def variance(self) -> float:
        """Variance of the mean of the items before rounding, each item having variance 1."""
        return LOADING**2 + (1 - LOADING**2) / len(self.items)

    @property
    def item_thresholds(self) -> np.ndarray:
        """(items, answers − 1): thresholds; some items are easier to agree with than others."""
        return np.linspace(-0.3, 0.3, len(self.items))[:, None] + np.array(self.thresholds)

    def expected_score(self, mean: float) -> float:
        """Return the expected score, after rounding, of people whose items have this mean and variance 1."""
        above = [1 - NormalDist(mean).cdf(threshold) for threshold in self.item_thresholds.ravel()]
        return self.low + sum(above) / len(self.items)

    def expected_change(self, role: str, arm: str, effect: float) -> float:
        """Return the expected change in scale points of everyone in this role and arm, whether they stay or leave."""
        sd = self.variance**0.5
        full = effect * self.d[role] if arm == "programme" else 0.0
        doses = np.arange(len(MEETINGS)) / MEAN_MEETINGS
        post = [self.expected_score(START[role] + sd * (DRIFT + full * dose)) for dose in doses]
        return float(MEETINGS @ post) - self.expected_score(START[role])


ENGAGEMENT = Scale(
    name="engagement",
    label="Engagement",
    low=0,
    answers=FREQUENCY,
    answers_name="often7",
    thresholds=(-2.1, -1.5, -0.8, -0.1, 0.6, 1.4),
    d={"leader": 0.15, "mentor": 0.30},
    r=0.72,
    icc=0.12,
    smallest_effect=0.3,
    items=(
        "energy on a usual working day",
        "keen to begin the week",
        "extra care for details that count",
        "curious about what comes next",
        "work worth telling friends about",
        "attentive through long meetings",
        "ideas offered without being asked",
        "steady drive after a setback",
        "content with the effort made",
    ),
)

INCLUSION = Scale(
    name="inclusion",
    label="Inclusion",
    low=1,
    answers=AGREEMENT,
    answers_name="agree5",
    thresholds=(-1.8, -1.0, -0.2, 0.9),
    d={"leader": 0.30, "mentor": 0.45},
    r=0.68,
    icc=0.16,
    smallest_effect=0.2,
    items=(
        "asked for a view before decisions",
        "able to speak plainly in meetings",
        "passed over for visible work",
        "colleagues remember earlier contributions",
        "different backgrounds treated as useful",
        "last to hear the news",
        "a fair share of airtime",
        "comfortable admitting a mistake",
        "hiding parts of who I am",
        "invited to informal gatherings",
    ),
    reversed_items=frozenset({3, 6, 9}),
)

ADAPTABILITY = Scale(
    name="adaptability",
    label="Adaptability",
    low=1,
    answers=AGREEMENT,
    answers_name="agree5",
    thresholds=(-1.8, -1.0, -0.2, 0.9),
    d={"leader": 0.40},
    r=0.74,
    icc=0.10,
    smallest_effect=0.2,
    items=(
        "trying new digital tools early",
        "changing course on new evidence",
        "asking younger staff for advice",
        "uneasy when plans shift",
        "dropping routines that no longer help",
        "learning from a failed trial",
        "back to habits under pressure",
        "open about gaps in knowledge",
        "redesigning meetings with the team",
        "waiting for others to go first",
        "sharing ideas before they are finished",
        "adjusting tone to the audience",
        "quick to question old assumptions",
        "tired by yet another change",
        "making room for experiments",
    ),
    reversed_items=frozenset({4, 7, 10, 14}),
)

SCALES = (ENGAGEMENT, INCLUSION, ADAPTABILITY)
