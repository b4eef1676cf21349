"""What "few people" means: the one place where numbers of people meet the study's smallest group."""

from typing import Any, NamedTuple

import pandas as pd

from rm_research.study import Study

LEAST_SHARE, LEAST_PEOPLE = 0.05, 2


class Threshold(NamedTuple):
    """
    The smallest group of people whose answers may be shown; each question takes a number or a Series of numbers.

    Attributes
    ----------
    smallest : int
    """

    smallest: int

    @classmethod
    def of(cls, study: Study) -> "Threshold":
        """Take the smallest group that a study declares."""
        return cls(study.reporting.smallest_group)

    def enough(self, people: Any) -> Any:
        """Whether so many people may be shown; not where their number is unknown."""
        return people >= self.smallest

    def too_few(self, people: Any) -> Any:
        """Whether so many people, or nobody, may not be shown; not where there is no such number."""
        return people < self.smallest

    def few(self, people: Any) -> Any:
        """Whether there is somebody, but too few people to show."""
        return (people > 0) & (people < self.smallest)

    def hide_each_other(self, parts: Any, people: Any) -> Any:
        """Whether hidden parts, of so many people together, may be known as a whole: nobody can tell them apart."""
        return (parts >= 2) & (people >= self.smallest)


def least_share(people: pd.Series) -> pd.Series:
    """Smallest share of so many people, or of their answers, that may be shown: less is nobody's, or one person's."""
    return (LEAST_PEOPLE / people.astype("float64")).clip(lower=LEAST_SHARE)


def nearly_all_or_none(share: pd.Series, least: pd.Series) -> pd.Series:
    """Whether a share, or what it leaves to the others, is smaller than the least that may be shown."""
    return share.lt(least) | share.gt(1 - least)
