"""A factor model as tables: a number is fixed, a name is estimated, and one name is one value wherever it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rm_research.stats.result import Vector

Matrix = NDArray[np.float64]
Table = NDArray[np.object_]


class Matrices(NamedTuple):
    """
    The matrices of a factor model with p items and q factors, as numbers.

    In slopes, which say how they change with each of t parameters, every array has t as a further first dimension.

    Attributes
    ----------
    loadings : array, shape (p, q)
    factor_covariances : array, shape (q, q)
    uniquenesses : array, shape (p, p)
        Covariances of what the factors leave unexplained.
    intercepts : array, shape (p,)
    factor_means : array, shape (q,)
    """

    loadings: Matrix
    factor_covariances: Matrix
    uniquenesses: Matrix
    intercepts: Vector
    factor_means: Vector


class Pattern(NamedTuple):
    """
    What is known of the matrices of one group before any data are seen.

    Attributes
    ----------
    loadings, factor_covariances, uniquenesses, intercepts, factor_means : array of object
        Shapes as in `Matrices`; an entry is a number (fixed) or a name (estimated; equal to all of that name).
    """

    loadings: Table
    factor_covariances: Table
    uniquenesses: Table
    intercepts: Table
    factor_means: Table


@dataclass(frozen=True)
class Model:
    """
    Matrices of each group as straight lines in the parameters.

    Attributes
    ----------
    names : tuple of str, length t
        Of the parameters.
    fixed : tuple of Matrices
        For each group, with 0 where something is estimated.
    slopes : tuple of Matrices
        For each group, 1 where a parameter stands, else 0.
    """

    names: tuple[str, ...]
    fixed: tuple[Matrices, ...]
    slopes: tuple[Matrices, ...]

    def matrices(self, parameters: Vector) -> list[Matrices]:
        """Matrices of each group at these values of the parameters."""
        return [
            Matrices(*(start + np.tensordot(parameters, slope, 1) for start, slope in zip(*both, strict=True)))
            for both in zip(self.fixed, self.slopes, strict=True)
        ]

    def parameters(self, wanted: Sequence[Matrices]) -> Vector:
        """Parameters whose matrices come near those wanted: the average over the places where each stands."""
        total, places = np.zeros(len(self.names)), np.zeros(len(self.names))
        for slopes, values in zip(self.slopes, wanted, strict=True):
            for slope, value in zip(slopes, values, strict=True):
                total += np.tensordot(slope, value, value.ndim)
                places += slope.reshape(len(slope), -1).sum(axis=1)
        return total / places


def model(patterns: Sequence[Pattern]) -> Model:
    """Make the model of one or several groups; a name that occurs in several groups is one parameter."""
    entries = [entry for pattern in patterns for table in pattern for entry in table.ravel().tolist()]
    names = tuple(dict.fromkeys(entry for entry in entries if isinstance(entry, str)))
    fixed = [Matrices(*(_numbers(table) for table in pattern)) for pattern in patterns]
    slopes = [Matrices(*(_places(table, names) for table in pattern)) for pattern in patterns]
    return Model(names, tuple(fixed), tuple(slopes))


def _numbers(table: Table) -> Matrix:
    """Fixed entries of a table, 0 elsewhere."""
    entries = [0.0 if isinstance(entry, str) else float(entry) for entry in table.ravel().tolist()]
    return np.array(entries).reshape(table.shape)


def _places(table: Table, names: Sequence[str]) -> Matrix:
    """1 where a parameter stands, shape (t, …)."""
    places, number = np.zeros((len(names), table.size)), {name: place for place, name in enumerate(names)}
    for place, entry in enumerate(table.ravel().tolist()):
        if isinstance(entry, str):
            places[number[entry], place] = 1.0
    return places.reshape(len(names), *table.shape)


def implied(values: Matrices) -> tuple[Vector, Matrix]:
    """Means and covariances of the items that a model implies (Bollen 1989, Structural Equations, ch. 7)."""
    means = values.intercepts + values.loadings @ values.factor_means
    return means, values.loadings @ values.factor_covariances @ values.loadings.T + values.uniquenesses


def implied_slopes(values: Matrices, slopes: Matrices) -> tuple[Matrix, Matrix]:
    """By how much they change with each parameter, shapes (t, p) and (t, p, p)."""
    means = slopes.intercepts + slopes.loadings @ values.factor_means + slopes.factor_means @ values.loadings.T
    half = slopes.loadings @ (values.factor_covariances @ values.loadings.T)
    inner = values.loadings @ slopes.factor_covariances @ values.loadings.T
    return means, half + half.transpose(0, 2, 1) + inner + slopes.uniquenesses


def symmetric(table: Table) -> Table:
    """Let the part below the diagonal hold above it too."""
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
