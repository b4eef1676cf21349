"""What "few people" means: the only place where numbers of people are compared with the study's smallest group."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rm_research.study import Study

LEAST_SHARE, LEAST_PEOPLE = 0.05, 2


class Threshold(NamedTuple):
    """
    The smallest group of people whose answers may be shown; each method takes a number or a Series of numbers.

    Attributes
    ----------
    smallest : int
    """

    smallest: int

    @classmethod
    def of(cls, study: Study) -> "Threshold":
        """Return the threshold for the smallest group that a study declares."""
        return cls(study.reporting.smallest_group)

    def enough(self, people: Any) -> Any:
        """Whether a number of people is large enough to show; false where it is unknown."""
        return people >= self.smallest

    def too_few(self, people: Any) -> Any:
        """Whether a number of people, 0 included, is too small to show; false where it is unknown."""
        return people < self.smallest

    def few(self, people: Any) -> Any:
        """Whether there is at least one person, but too few people to show."""
        return (people > 0) & (people < self.smallest)

    def divides(self, people: Any) -> Any:
        """Whether a number of people is enough for two groups that may be shown."""
        return people >= 2 * self.smallest

    def bound_of(self, part: int, people: int) -> tuple[int, int]:
        """
        What may be told of how many of some people did something: the number, or a bound where either side is few.

        The second is 0 beside the number itself, −1 where it is fewer than the first, 1 where it is more.
        """
        if part < self.smallest:
            return self.smallest, -1
        return (people - self.smallest, 1) if people - part < self.smallest else (part, 0)

    def small(self, people: Any) -> Any:
        """Whether a number of people is small next to the possible answers, where these are few."""
        return people < 3 * self.smallest

    def hide_each_other(self, parts: Any, people: Any) -> Any:
        """Whether the total of hidden parts, with so many people together, may be shown: no part can be worked out."""
        return (parts >= 2) & (people >= self.smallest)


def least_share(people: Any) -> Any:
    """Smallest share of people, or of their answers, that may be shown: less may be one person, or nobody."""
    return np.maximum(LEAST_PEOPLE / people, LEAST_SHARE)


def nearly_all_or_none(share: pd.Series, least: pd.Series) -> pd.Series:
    """Whether a share, or the rest of the whole, is smaller than the least that may be shown."""
    return share.lt(least) | share.gt(1 - least)
