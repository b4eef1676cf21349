"""Data reduced to what a mixed model needs of them: cross products of columns that share rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from scipy import sparse

from rm_research.stats.mixed.blocks import Blocks, small_blocks
from rm_research.stats.mixed.elimination import Plan, plan_elimination
from rm_research.stats.mixed.taylor import Array, Integers
from rm_research.stats.mixed.terms import Block, Covariance, Term, covariance
from rm_research.stats.result import NotEstimableError, Vector

NOISE = 1e-12  # what is left of y below this share of its size is rounding, not answers


@dataclass(frozen=True, eq=False)
class Products:
    """
    Cross products of the columns of groups that share rows, in the order in which groups are taken out.

    Attributes
    ----------
    plan : Plan
    blocks : sequence of Block
        Of the plan's steps.
    S : array, shape (edges + 1, b, b)
        Products of the random columns of two groups that touch; the last is zero.
    F : array, shape (groups, b, p + 1)
        Products of each group's random columns with (Q, y).
    """

    plan: Plan
    blocks: Sequence[Block]
    S: Array
    F: Array


@dataclass(frozen=True, eq=False)
class System:
    """
    What one model needs of its data.

    y is replaced by its least-squares residuals in units of their standard deviation, X by orthonormal columns Q, slope
    covariates by standardised ones, so that units, origin and collinearity within a term do not matter.

    Attributes
    ----------
    n, p : int
        Rows and fixed effects.
    groups : array, shape (terms,)
        Number of groups of each term.
    covariance : Covariance
    design : Blocks or Products
    M : array, shape (p + 1, p + 1)
        Products of (Q, y) with itself.
    start : array, shape (p,)
        Least-squares coefficients of y on X.
    root : array, shape (p, p)
        Turns coefficients of Q into those of X, in the unit of y.
    log_root : float
        log |det| of the map from X to Q.
    unit : float
        Standard deviation that y was divided by.
    slopes : array, shape (terms, 2)
        Mean and standard deviation that each term's covariate was standardised by; 0 and 1 without one.
    """

    n: int
    p: int
    groups: Integers
    covariance: Covariance
    design: Blocks | Products
    M: Array
    start: Vector
    root: Array
    log_root: float
    unit: float
    slopes: Array


def prepare_system(y: Vector, X: Array, terms: Sequence[Term]) -> System:
    """
    Reduce data to cross products.

    Raises
    ------
    NotEstimableError
        'too_few_people' when there are no more rows than fixed effects, 'collinear' when the columns of X do not
        determine the coefficients, 'no_variation' when X explains y apart from rounding.
    """
    n, p = X.shape
    if n <= p:
        raise NotEstimableError("too_few_people")
    if np.linalg.matrix_rank(X / np.maximum(np.abs(X).max(axis=0), 1e-300)) < p:
        raise NotEstimableError("collinear")
    Q, R = np.linalg.qr(X)
    start = Q.T @ y
    residuals = y - Q @ start
    if np.abs(residuals).max() <= NOISE * np.abs(y).max():
        raise NotEstimableError("no_variation")
    unit = float(np.sqrt(residuals @ residuals / (n - p)))
    W = np.column_stack([Q, residuals / unit])
    structure = covariance([term.slope is not None for term in terms])
    groups, term_of = _numbered(terms)
    slopes = np.array([_moments(term, group) for term, group in zip(terms, groups, strict=True)]).reshape(-1, 2)
    b = structure.basis.shape[1]
    columns = [_columns(term, mean, spread, n)[:, :b] for term, (mean, spread) in zip(terms, slopes, strict=True)]
    design = small_blocks(W, groups, columns, structure) or _cross_products(W, groups, term_of, columns, structure)
    inverted, log_root = np.linalg.inv(R), float(np.linalg.slogdet(R)[1])
    return System(n=n, p=p, groups=np.bincount(term_of, minlength=len(terms)), covariance=structure, design=design,
                  M=W.T @ W, unit=unit, start=inverted @ start, root=unit * inverted, log_root=log_root,
                  slopes=slopes)  # fmt: skip


def _cross_products(
    W: Array, groups: Sequence[Integers], term_of: Integers, columns: Sequence[Array], structure: Covariance
) -> Products:  # fmt: skip
    b = structure.basis.shape[1]
    touching, products = [np.empty((0, 2), dtype=np.intp)], [np.empty((0, b, b))]
    for s, t in combinations_with_replacement(range(len(groups)), 2):
        both = (groups[s] >= 0) & (groups[t] >= 0)
        touching.append(np.stack([groups[s][both], groups[t][both]], axis=1))
        products.append(columns[s][both][:, :, None] * columns[t][both][:, None, :])
    ends = np.concatenate(touching)
    keys = np.unique(ends[:, 0] * len(term_of) + ends[:, 1])
    pairs = np.stack([keys // len(term_of), keys % len(term_of)], axis=1)
    plan = plan_elimination(term_of, pairs[pairs[:, 0] != pairs[:, 1]])
    first, second = plan.rank[ends].T
    product = np.concatenate(products)
    oriented = np.where((first > second)[:, None, None], np.swapaxes(product, 1, 2), product)
    S = _summed(plan.edge_of(first, second), oriented, len(plan.edges) + 1)
    F = np.zeros((len(term_of), b, W.shape[1]))
    for group, column in zip(groups, columns, strict=True):
        row = np.flatnonzero(group >= 0)
        F += _summed(plan.rank[group[row]], column[row][:, :, None] * W[row][:, None, :], len(term_of))
    return Products(plan, [structure.block(step.terms) for step in plan.steps], S, F)


def _numbered(terms: Sequence[Term]) -> tuple[list[Integers], Integers]:
    """Groups of each term's rows, numbered through all terms, −1 for none; and the term of each group."""
    numbered: list[Integers] = []
    sizes: list[int] = []
    for term in terms:
        codes = np.asarray(term.groups)
        inside = codes >= 0
        names, number = np.unique(codes[inside], return_inverse=True)
        group = np.full(len(codes), -1, dtype=np.intp)
        group[inside] = sum(sizes) + number
        numbered.append(group)
        sizes.append(len(names))
    return numbered, np.repeat(np.arange(len(terms)), np.array(sizes, dtype=np.intp))


def _moments(term: Term, group: Integers) -> tuple[float, float]:
    """Mean and standard deviation of the covariate among the rows that are in a group."""
    if term.slope is None:
        return 0.0, 1.0
    values = np.asarray(term.slope, dtype=float)[group >= 0]
    spread = values.std() if len(values) else 0.0
    return float(values.mean()) if len(values) else 0.0, float(spread) if spread > 0 else 1.0


def _columns(term: Term, mean: float, spread: float, n: int) -> Array:
    covariate = np.zeros(n) if term.slope is None else (np.asarray(term.slope, dtype=float) - mean) / spread
    return np.column_stack([np.ones(n), covariate])


def _summed(labels: Integers, values: Array, size: int) -> Array:
    """Sums of matrices over rows of the same label."""
    ones = (np.ones(len(labels)), (labels, np.arange(len(labels))))
    flat = values.reshape(len(labels), int(np.prod(values.shape[1:])))
    sums = sparse.csr_array(ones, shape=(size, len(labels))) @ flat
    return sums.reshape(size, *values.shape[1:])
