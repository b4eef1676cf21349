"""A factor model as tables: numbers are fixed, names are estimated, and equal names have equal values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rm_research.stats.result import Vector

Matrix = NDArray[np.float64]
Table = NDArray[np.object_]
Entry = TypeVar("Entry", bound=np.generic)
FIXED = -1


class Matrices(NamedTuple, Generic[Entry]):
    """
    The matrices of a factor model with p items and q factors.

    Attributes
    ----------
    loadings : array, shape (p, q)
    factor_covariances : array, shape (q, q)
    uniquenesses : array, shape (p, p)
        Covariances of what the factors leave unexplained.
    intercepts : array, shape (p,)
    factor_means : array, shape (q,)
    """

    loadings: NDArray[Entry]
    factor_covariances: NDArray[Entry]
    uniquenesses: NDArray[Entry]
    intercepts: NDArray[Entry]
    factor_means: NDArray[Entry]


Pattern = Matrices[np.object_]
"""What is known before any data are seen: a number (fixed) or a name (estimated; equal to all of that name)."""
Values = Matrices[np.float64]
Owners = Matrices[np.intp]
"""Number of the parameter at each place, counted from 0, or FIXED."""


@dataclass(frozen=True, eq=False)
class Model:
    """
    The places of each of t parameters.

    Attributes
    ----------
    names : tuple of str, length t
        Of the parameters.
    fixed : tuple of Values
        For each group, with 0 where something is estimated.
    owners : tuple of Owners
        For each group.
    """

    names: tuple[str, ...]
    fixed: tuple[Values, ...]
    owners: tuple[Owners, ...]

    def matrices(self, parameters: Vector) -> list[Values]:
        """Matrices of each group at these values of the parameters."""
        return [
            Values(*(np.where(of == FIXED, known, parameters[of]) for known, of in zip(*both, strict=True)))
            for both in zip(self.fixed, self.owners, strict=True)
        ]

    def parameters(self, wanted: Sequence[Values]) -> Vector:
        """Parameters whose matrices come near those wanted: the average over the places of each parameter."""
        owners = np.concatenate([table.ravel() for group in self.owners for table in group])
        values = np.concatenate([table.ravel() for group in wanted for table in group])[owners != FIXED]
        owners = owners[owners != FIXED]
        return np.bincount(owners, values) / np.bincount(owners)


def model(patterns: Sequence[Pattern]) -> Model:
    """Make the model of one or several groups; a name that occurs in several groups is one parameter."""
    entries = [entry for pattern in patterns for table in pattern for entry in table.ravel().tolist()]
    number = {name: place for place, name in enumerate(dict.fromkeys(e for e in entries if isinstance(e, str)))}

    def filled(table: Table) -> Matrix:
        known = [0.0 if isinstance(entry, str) else float(entry) for entry in table.ravel().tolist()]
        return np.array(known).reshape(table.shape)

    def owned(table: Table) -> NDArray[np.intp]:
        return np.array([number.get(entry, FIXED) for entry in table.ravel().tolist()], np.intp).reshape(table.shape)

    fixed = tuple(Values(*map(filled, pattern)) for pattern in patterns)
    return Model(tuple(number), fixed, tuple(Owners(*map(owned, pattern)) for pattern in patterns))


def implied(values: Values) -> tuple[Vector, Matrix]:
    """Means and covariances of the items that a model implies (Bollen 1989, Structural Equations, ch. 7)."""
    means = values.intercepts + values.loadings @ values.factor_means
    return means, values.loadings @ values.factor_covariances @ values.loadings.T + values.uniquenesses


class Slopes(NamedTuple):
    """
    How implied means and covariances change with each of t parameters.

    Covariances change by a sum of e terms, each the product of two columns of c. Sums over terms are much shorter than
    over all p² covariances.

    Attributes
    ----------
    means : array, shape (t, p)
    columns : array, shape (p, c)
    left, right : array of int, shape (e,)
        Columns that each term is the product of.
    owners : array of int, shape (e,)
        The parameter to whose slope each term belongs.
    """

    means: Matrix
    columns: Matrix
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    owners: NDArray[np.intp]


def implied_slopes(values: Values, owners: Owners, t: int) -> Slopes:
    """Slopes of `implied` by the rule of products, for t parameters."""
    p, q = values.loadings.shape
    item, factor = np.nonzero(owners.loadings != FIXED)
    one, other = np.nonzero(owners.factor_covariances != FIXED)
    row, column = np.nonzero(owners.uniquenesses != FIXED)
    of = owners.loadings[item, factor]
    means = standing(owners.intercepts, t) + standing(owners.loadings, t) @ values.factor_means
    return Slopes(
        means=means + standing(owners.factor_means, t) @ values.loadings.T,
        columns=np.hstack([np.eye(p), values.loadings, values.loadings @ values.factor_covariances]),
        left=np.concatenate([item, p + q + factor, p + one, row]),
        right=np.concatenate([p + q + factor, item, p + other, column]),
        owners=np.concatenate([of, of, owners.factor_covariances[one, other], owners.uniquenesses[row, column]]),
    )


def standing(owners: NDArray[np.intp], t: int) -> Matrix:
    """1 at the places of each of t parameters, else 0; shape (t, …)."""
    return (owners == np.arange(t).reshape(t, *[1] * owners.ndim)).astype(float)


def symmetric(table: Table) -> Table:
    """Copy the part below the diagonal to the part above it."""
    mirrored = table.copy()
    upper = np.triu_indices(len(table), 1)
    mirrored[upper] = table.T[upper]
    return mirrored


def diagonal(entries: Sequence[object]) -> Table:
    """Return a table with these entries on its diagonal and 0 elsewhere."""
    table = np.zeros((len(entries), len(entries)), object)
    for place, entry in enumerate(entries):
        table[place, place] = entry
    return table
