"""Several waves in one model: each arm's change since baseline, and how much more one changed than the other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rm_research.stats.mixed.ladder import Ladder, contrast_of, fit_by_ladder
from rm_research.stats.mixed.terms import Term
from rm_research.stats.result import NotEstimableError, Result, Vector

Cell = tuple[int, int]


@dataclass(frozen=True)
class WaveModel:
    """
    A model with a mean for each wave and arm.

    Attributes
    ----------
    ladder : Ladder
        The fitted model.
    cells : mapping of (wave, arm) to int
        Column of X that is 1 in this wave and arm; arm 1 is the arm, 0 the comparison. Arms that share a mean at
        baseline share its column.
    """

    ladder: Ladder
    cells: Mapping[Cell, int]

    def change(self, wave: int, arm: int, *, level: float) -> Result:
        """
        Mean of an arm at a wave less its mean at wave 0.

        Raises
        ------
        NotEstimableError
            'too_few_people' when the arm has no scores in one of the two waves.
        """
        return contrast_of(self.ladder, self._mean(wave, arm) - self._mean(0, arm), level=level, observed=True)

    def difference(self, wave: int, *, level: float) -> Result:
        """
        Change of the arm less that of the comparison; where the mean before is shared, the difference at the wave.

        Raises
        ------
        NotEstimableError
            'too_few_people' when an arm has no scores in one of the two waves.
        """
        then = self._mean(wave, 1) - self._mean(wave, 0)
        return contrast_of(self.ladder, then - (self._mean(0, 1) - self._mean(0, 0)), level=level, observed=True)

    def _mean(self, wave: int, arm: int) -> Vector:
        if (wave, arm) not in self.cells:
            raise NotEstimableError("too_few_people")
        weights = np.zeros(len(self.ladder.fit.coefficients))
        weights[self.cells[wave, arm]] = 1.0
        return weights


def fit_waves(
    y: Vector,
    wave: ArrayLike,
    in_arm: ArrayLike,
    person: ArrayLike,
    *,
    dyad: ArrayLike | None = None,
    cohort: ArrayLike | None = None,
    constrained: bool,
) -> WaveModel:
    """
    Fit all waves at once by REML: a mean for each wave and arm, random intercepts of people, dyads and cohorts.

    With three waves or more, people also have random slopes over the wave number (Laird & Ware 1982). All scores
    count, also those of people who were not there in every wave: what is missing may depend on scores that were seen,
    and standard errors allow for that (`observed` in `satterthwaite`). The ladder of `fit_by_ladder` says which terms
    are dropped where they are singular.

    Parameters
    ----------
    y : array, shape (n,)
        Score of each person and wave; rows that are NaN are dropped.
    wave : array-like of int, shape (n,)
        Number of the wave; 0 is the baseline.
    in_arm : array-like, shape (n,)
        1 for the arm, 0 for the comparison.
    person, dyad, cohort : array-like of int, shape (n,)
        Codes; below 0 = in none. A person may be in several dyads and cohorts.
    constrained : bool
        Whether both arms share one mean at baseline, as random assignment warrants (Liang & Zeger 2000).

    Raises
    ------
    NotEstimableError
        As `fit_reml`.
    """
    known = ~np.isnan(y)
    waves, arms = np.asarray(wave)[known].astype(int), (np.asarray(in_arm)[known] == 1).astype(int)
    cells = sorted(set(zip(waves.tolist(), arms.tolist(), strict=True)))
    owners = {cell: (0, 0) if constrained and cell[0] == 0 else cell for cell in cells}
    columns = {owner: number for number, owner in enumerate(dict.fromkeys(owners.values()))}
    numbers = {cell: columns[owner] for cell, owner in owners.items()}
    if constrained and (0, 0) in columns:
        numbers |= {(0, 0): columns[0, 0], (0, 1): columns[0, 0]}
    cell_numbers = np.array([numbers[cell] for cell in zip(waves.tolist(), arms.tolist(), strict=True)], dtype=int)
    X = (cell_numbers[:, None] == np.arange(len(columns))).astype(float)
    slope = waves.astype(float) if len(np.unique(waves)) > 2 else None
    terms = [Term("person", np.asarray(person)[known], slope)]
    further = (("dyad", dyad), ("cohort", cohort))
    terms += [Term(name, np.asarray(codes)[known]) for name, codes in further if codes is not None]
    return WaveModel(fit_by_ladder(y[known], X, terms), numbers)
