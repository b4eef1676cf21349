"""Samples for the tests of mixed models, and the models written out with n × n matrices."""

import numpy as np

from rm_research.stats.mixed import Term


def nested(seed: int, *, cohorts: int = 4, dyads: int = 5, waves: int = 2, kept: float = 0.85):
    """Waves of people in dyads in cohorts, some rows missing: y, X (intercept, wave, arm by cohort) and terms."""
    draws = np.random.default_rng(seed)
    person = np.repeat(np.arange(cohorts * dyads * 2), waves)
    dyad, wave = person // 2, np.tile(np.arange(waves, dtype=float), cohorts * dyads * 2)
    cohort = dyad // dyads
    kept_rows = draws.random(len(person)) < kept
    person, dyad, cohort, wave = (values[kept_rows] for values in (person, dyad, cohort, wave))
    y = 3 + 0.3 * wave + draws.normal(0, 0.5, 999)[person] + draws.normal(0, 0.4, 999)[dyad]
    y = y + draws.normal(0, 0.4, 99)[cohort] + draws.normal(0, 0.5, len(person))
    X = np.column_stack([np.ones(len(y)), wave, cohort % 2])
    return y, X, [Term("person", person), Term("dyad", dyad), Term("cohort", cohort)]


def designs(seed: int):
    """The structures that a model may have, by name: y, X and terms of some 60 rows."""
    draws = np.random.default_rng(seed)
    y, X, (person, dyad, cohort) = nested(seed, dyads=3, waves=3)
    wave, arm = X[:, 1], X[:, 2]
    crossed = np.where(draws.random(len(y)) < 0.15, draws.integers(0, 20, len(y)), dyad.groups)
    by_arm = Term("arm", np.where(arm == 1, dyad.groups, -1))
    year = Term("cohort", cohort.groups, draws.normal(2020, 1, len(y)))
    arbitrary = [draws.integers(-1, size, len(y)) for size in (15, 9, 5)]
    return {
        "nested": (y, X, [person, dyad, cohort]),
        "slope": (y, X, [Term("person", person.groups, wave), dyad, cohort]),
        "two slopes": (y, X, [Term("person", person.groups, wave), year]),
        "part of the rows": (y, X, [person, cohort, by_arm]),
        "a few crossed": (y, X, [person, Term("dyad", crossed), cohort]),
        "crossed": (y, X, [Term(f"factor{k}", codes) for k, codes in enumerate(arbitrary)]),
        "crossed slope": (y, X, [Term("factor", arbitrary[0], wave), Term("other", arbitrary[1])]),
    }  # fmt: skip


def derivatives_of_v(terms, slopes=None):
    """n × n derivative of V by each variance and covariance, in the order of the fit, the residual one last."""
    found = []
    for k, term in enumerate(terms):
        codes = np.asarray(term.groups)
        same = (codes[:, None] == codes) & (codes >= 0)
        mean, spread = (0.0, 1.0) if slopes is None else slopes[k]
        found.append(same * 1.0)
        if term.slope is not None:
            x = (np.asarray(term.slope) - mean) / spread
            found += [same * (x[:, None] + x), same * np.outer(x, x)]
    return [*found, np.eye(len(codes))]


def written_out(y, X, theta, G, c):
    """
    Everything about one contrast from n × n matrices.

    Score and Hessian of −2 log restricted likelihood (Searle, Casella & McCulloch 1992, §6.6), what Satterthwaite
    needs, Kenward and Roger (1997) with A₁, A₂ and their df as printed, and how the estimate moves with the variances.
    """
    V = sum(t * g for t, g in zip(theta, G, strict=True))
    Vi = np.linalg.inv(V)
    phi = np.linalg.inv(X.T @ Vi @ X)
    P = Vi - Vi @ X @ phi @ X.T @ Vi
    beta, Py = phi @ X.T @ Vi @ y, P @ y
    PG = [P @ g for g in G]
    score = np.array([np.trace(pg) - y @ pg @ Py for pg in PG])
    information = np.array([[np.sum(a * b.T) for b in PG] for a in PG]) / 2
    hessian = 2 * np.array([[y @ a @ b @ Py for b in PG] for a in PG]) - 2 * information
    minus_p = [X.T @ Vi @ g @ Vi @ X for g in G]
    Q = [[X.T @ Vi @ a @ Vi @ b @ Vi @ X for b in G] for a in G]
    f = c @ phi @ c
    gradient = np.array([c @ phi @ m @ phi @ c for m in minus_p])
    moves = -np.array([c @ phi @ X.T @ Vi @ g @ Py for g in G])
    W = np.linalg.inv(information)
    r = range(len(G))
    U = sum(W[i, j] * (Q[i][j] - minus_p[i] @ phi @ minus_p[j]) for i in r for j in r)
    adjusted = phi + 2 * phi @ U @ phi
    df = _kenward_roger_df(np.outer(c, c) / f, phi, minus_p, W)
    deviance = np.linalg.slogdet(V)[1] - np.linalg.slogdet(phi)[1] + y @ Py + (len(y) - X.shape[1]) * np.log(2 * np.pi)
    return {
        "estimate": c @ beta, "std_error": np.sqrt(f), "score": score, "hessian": hessian, "gradient": gradient,
        "moves": moves, "kr_std_error": np.sqrt(c @ adjusted @ c), "kr_df": df, "log_likelihood": -deviance / 2,
    }  # fmt: skip


def _kenward_roger_df(theta, phi, minus_p, W):
    """Kenward & Roger (1997), p. 987, for one contrast (ℓ = 1)."""
    r = range(len(minus_p))
    turned = [theta @ phi @ m @ phi for m in minus_p]
    A1 = sum(W[i, j] * np.trace(turned[i]) * np.trace(turned[j]) for i in r for j in r)
    A2 = sum(W[i, j] * np.trace(turned[i] @ turned[j]) for i in r for j in r)
    B = (A1 + 6 * A2) / 2
    g = (2 * A1 - 5 * A2) / (3 * A2)
    c1, c2, c3 = (value / (3 + 2 * (1 - g)) for value in (g, 1 - g, 3 - g))
    expectation, variance = 1 / (1 - A2), 2 * (1 + c1 * B) / ((1 - c2 * B) ** 2 * (1 - c3 * B))
    return 4 + 3 / (variance / (2 * expectation**2) - 1)
