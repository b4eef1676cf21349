"""Answers for the tests of factor models: with moments that are known exactly, and with gaps."""

import numpy as np

LOADINGS = np.array([0.9, 0.8, 0.7, 0.6])
INTERCEPTS = np.array([3.0, 2.5, 3.5, 4.0])
UNIQUENESSES = np.array([0.5, 0.6, 0.4, 0.7])


def with_moments(means, covariances, n=60, seed=1):
    """Answers of n people whose means and covariances (divisor n) are those given, not just on average."""
    draws = np.random.default_rng(seed).normal(size=(n, len(means)))
    centred = draws - draws.mean(axis=0)
    white = np.linalg.inv(np.linalg.cholesky(centred.T @ centred / n))
    return centred @ white.T @ np.linalg.cholesky(covariances).T + means


def two_waves(change=0.4, variance=1.2, correlation=0.6, shared=0.2, n=60):
    """Answers before and after that fit strict invariance exactly."""
    k = len(LOADINGS)
    loadings = np.kron(np.eye(2), LOADINGS[:, None])
    between = correlation * np.sqrt(variance)
    factors = np.array([[1, between], [between, variance]])
    uniquenesses = np.kron([[1, shared], [shared, 1]], np.diag(UNIQUENESSES))
    means = np.tile(INTERCEPTS, 2) + loadings @ [0, change]
    answers = with_moments(means, loadings @ factors @ loadings.T + uniquenesses, n)
    return answers[:, :k], answers[:, k:]


def one_group(mean=0.0, variance=1.0, n=60, seed=1):
    """Answers of one group that fit one factor exactly."""
    covariances = variance * np.outer(LOADINGS, LOADINGS) + np.diag(UNIQUENESSES)
    return with_moments(INTERCEPTS + mean * LOADINGS, covariances, n, seed)


def drawn(seed, n=80, k=4, gaps=0.0, leave=0.0):
    """Answers before and after, drawn from a strictly invariant model; some people leave, some skip items."""
    draws = np.random.default_rng(seed)
    loadings, own = np.linspace(0.6, 0.8, k), draws.normal(size=(n, k))
    before = draws.normal(size=n)
    waves = []
    for factor in (before, 0.3 + 0.6 * before + 0.8 * draws.normal(size=n)):
        errors = np.sqrt(0.3) * own + np.sqrt(0.7) * draws.normal(size=(n, k))
        waves.append(loadings * factor[:, None] + np.sqrt(1 - loadings**2) * errors)
    pre, post = waves
    post[draws.random(n) < leave] = np.nan
    for wave in waves:
        wave[draws.random((n, k)) < gaps] = np.nan
    return pre, post
