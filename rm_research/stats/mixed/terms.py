"""Random terms: which rows share an effect, and the variances of the effects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rm_research.stats.mixed.taylor import Array, Integers, Series
from rm_research.stats.result import Vector

RANK = 1e-12  # 1 − squared correlation below this is 0 apart from rounding


@dataclass(frozen=True, eq=False)
class Term:
    """
    Random intercepts of groups of rows, and slopes that may correlate with them.

    Attributes
    ----------
    name : str
        Variances are reported as var_<name>, those of slopes as var_<name>_slope and cov_<name>_slope.
    groups : array-like of int, shape (n,)
        Group of each row; below 0 where the row is in none.
    slope : array-like, shape (n,), or None
        Covariate whose slope varies over the groups.
    """

    name: str
    groups: ArrayLike
    slope: ArrayLike | None = None

    def without_slope(self) -> "Term":
        """The intercept alone."""
        return Term(self.name, self.groups)


@dataclass(frozen=True, eq=False)
class Block:
    """
    Covariance of the effects of k groups, block by block.

    Attributes
    ----------
    columns : array, shape (c,)
        Which of the k·b columns have an effect: no slope where the term has none.
    parameters : array, shape (own,)
        Parameters that it depends on.
    basis : array, shape (own, c, c)
        Derivatives by these.
    """

    columns: Integers
    parameters: Integers
    basis: Array

    def at(self, psi: Vector, *, derivatives: bool) -> Series:
        """Covariance at these parameters."""
        series: Series = {(): np.tensordot(psi[self.parameters], self.basis, 1)}
        if derivatives:
            series |= {(int(k),): basis for k, basis in zip(self.parameters, self.basis, strict=True)}
        return series


@dataclass(frozen=True, eq=False)
class Covariance:
    """
    The covariance of the effects as a function of its parameters ψ, relative to the residual variance.

    A term has a b × b matrix, b the same for all: 2 if any term has a slope, else 1. Terms have the parameter (0, 0),
    those with a slope also (0, 1) and (1, 1).

    Attributes
    ----------
    term : array of int, shape (r,)
        Term of each parameter.
    basis : array, shape (r, b, b)
        Derivative of the term's matrix by the parameter.
    """

    term: Integers
    basis: Array

    @property
    def are_variances(self) -> NDArray[np.bool_]:
        """Which parameters are variances, not covariances."""
        return np.asarray(np.diagonal(self.basis, axis1=1, axis2=2).any(axis=1))

    def block(self, terms: Integers) -> Block:
        """Of groups of these terms, one of each."""
        b = self.basis.shape[1]
        parameters = np.flatnonzero((self.term[:, None] == terms).any(axis=1))
        full = [np.kron(np.diag((terms == self.term[k]).astype(float)), self.basis[k]) for k in parameters]
        stacked = np.array(full).reshape(len(parameters), len(terms) * b, len(terms) * b)
        columns = np.flatnonzero(stacked.any(axis=(0, 1)))
        return Block(columns, parameters, stacked[:, columns[:, None], columns])

    def matrices(self, psi: Vector) -> list[Array]:
        """Covariance matrix of each term, 1 × 1 or 2 × 2."""
        sizes = np.bincount(self.term)
        values = (psi[:, None, None] * self.basis).copy()
        return [values[self.term == t].sum(axis=0)[: 1 + (size > 1), : 1 + (size > 1)] for t, size in enumerate(sizes)]

    def singular(self, psi: Vector) -> list[bool]:
        """Whether each term's matrix is on the boundary: not of full rank."""
        return [bool(np.linalg.det(matrix) <= RANK * np.prod(np.diag(matrix))) for matrix in self.matrices(psi)]

    def free(self, psi: Vector) -> tuple[Array, Array]:
        """
        Directions in which the variances may move when what is on the boundary stays there.

        A 2 × 2 matrix of rank one is ll' and moves with l; what is 0 does not move.

        Returns
        -------
        jacobian : array, shape (r + 1, free)
            Of ψ and the residual variance by the directions.
        bend : array, shape (r + 1, free, free)
            Second derivatives.
        """
        r, factor = len(psi), self.factor(psi)
        jacobian, bend, free = np.eye(r + 1), np.zeros((r + 1,) * 3), np.ones(r + 1, dtype=bool)
        for term, singular in enumerate(self.singular(psi)):
            if singular:
                places = np.flatnonzero(self.term == term)
                jacobian[places, :r] = 2 * factor.C[places] @ factor.coordinates
                bend[places, :r, :r] = 2 * factor.C[places]
                free[places] = (factor.coordinates[places[0]] > 0) & (np.arange(len(places)) < 2)
        return jacobian[:, free], bend[:, free][:, :, free]

    def factor(self, psi: Vector) -> "Factor":
        """Cholesky factors of the terms' matrices, the larger variance first."""
        coordinates, C = np.zeros(len(psi)), np.zeros((len(psi),) * 3)
        for term, matrix in enumerate(self.matrices(psi)):
            start = int(np.flatnonzero(self.term == term)[0])
            larger = int(np.argmax(np.diag(matrix)))
            first = float(np.sqrt(max(matrix[larger, larger], 0.0)))
            coordinates[start], C[start + 2 * larger, start, start] = first, 1.0
            if len(matrix) > 1:
                # the matrix of the larger and the smaller is (l², lm, m² + k²), in coordinates (l, m, k)
                other, smaller = matrix[0, 1] / first if first > 0 else 0.0, matrix[1 - larger, 1 - larger]
                coordinates[start + 1 : start + 3] = other, np.sqrt(max(smaller - other**2, 0.0))
                C[start + 1, start, start + 1] = C[start + 1, start + 1, start] = 0.5
                last = start + 2 - 2 * larger
                C[last, start + 1, start + 1] = C[last, start + 2, start + 2] = 1.0
        return Factor(coordinates, C)


@dataclass(frozen=True, eq=False)
class Factor:
    """
    Coordinates λ in which ψ_k = λᵀC_kλ, so that the matrices are never indefinite.

    Attributes
    ----------
    coordinates : array, shape (r,)
    C : array, shape (r, r, r)
    """

    coordinates: Vector
    C: Array

    def psi(self, step: Vector | float = 0.0) -> Vector:
        """Parameters a step further on."""
        return (self.coordinates + step) @ self.C @ (self.coordinates + step)


def covariance(with_slope: Sequence[bool]) -> Covariance:
    """Parameters of terms with and without slopes."""
    places = [place for slope in with_slope for place in [(0, 0), (0, 1), (1, 1)][: 3 if slope else 1]]
    term = np.repeat(np.arange(len(with_slope)), [3 if slope else 1 for slope in with_slope])
    basis = np.zeros((len(term), 1 + any(with_slope), 1 + any(with_slope)))
    for parameter, (i, j) in enumerate(places):
        basis[parameter, i, j] = basis[parameter, j, i] = 1.0
    return Covariance(term, basis)
