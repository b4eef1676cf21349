"""
The statistics of the demo study worked out a second time, with scipy, statsmodels or their formulas written out.

Nothing of rm_research is used. Mixed models are fitted with n × n matrices: scoring on the restricted likelihood, its
derivatives as in Searle, Casella & McCulloch (1992, ch. 6), Satterthwaite's and Kenward and Roger's degrees of freedom
as their papers write them.
"""

from itertools import combinations, product

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

LEVEL, RELIABLE = 0.95, 1.96
NAN = np.nan
Numbers = dict[str, float]


def by_t(estimate: float, std_error: float, df: float) -> Numbers:
    law = stats.norm() if np.isnan(df) else stats.t(df)
    half, t = law.ppf((1 + LEVEL) / 2) * std_error, estimate / std_error
    return {"estimate": estimate, "std_error": std_error, "df": df, "statistic": t, "p_value": 2 * law.sf(abs(t)),
            "ci_low": estimate - half, "ci_high": estimate + half}  # fmt: skip


# change --------------------------------------------------------------------------------------------------------------


def paired(pre, post) -> Numbers:
    test = stats.ttest_rel(post, pre)
    low, high = test.confidence_interval(LEVEL)
    return {"estimate": np.mean(post - pre), "std_error": stats.sem(post - pre), "df": test.df,
            "statistic": test.statistic, "p_value": test.pvalue, "ci_low": low, "ci_high": high}  # fmt: skip


def d_av(pre, post) -> tuple[float, float, float]:
    """Mean change in average standard deviations, Bonett's (2008) standard error, and the correlation."""
    df, s1, s2, r = len(pre) - 1, np.std(pre, ddof=1), np.std(post, ddof=1), stats.pearsonr(pre, post).statistic
    average = np.sqrt((s1**2 + s2**2) / 2)
    d = np.mean(post - pre) / average
    variance = d**2 * (s1**4 + s2**4 + 2 * r**2 * s1**2 * s2**2) / (8 * df * average**4)
    variance += (s1**2 + s2**2 - 2 * r * s1 * s2) / (df * average**2)
    return d, np.sqrt(variance), r


def bonett(pre, post) -> Numbers:
    """g_av: R code of reference/paired_sleep.json; estimate and standard error times J, Bonett's interval as it is."""
    (d, std_error, _), df = d_av(pre, post), len(pre) - 1
    j = stats.chi.mean(df) ** -1 * np.sqrt(df) * (df - 1) / df  # Γ(df/2) / (√(df/2) Γ((df − 1)/2)), by the mean of chi
    return by_t(d, std_error, NAN) | {"estimate": j * d, "std_error": j * std_error}


def d_rm(pre, post) -> Numbers:
    """Morris & DeShon (2002), eq. 8, with the standard error of d_av."""
    _, std_error, r = d_av(pre, post)
    return by_t(np.mean(post - pre) / np.std(post - pre, ddof=1) * np.sqrt(2 * (1 - r)), std_error, NAN)


def share(count: int, n: int) -> Numbers:
    low, high = proportion_confint(count, n, alpha=1 - LEVEL, method="wilson")
    return dict.fromkeys(("std_error", "df", "statistic", "p_value"), NAN) | {
        "estimate": count / n, "ci_low": low, "ci_high": high}  # fmt: skip


def improved(pre, post) -> Numbers:
    return share(int(np.sum(post - pre > 1e-9)), len(pre))


def reliably_improved(pre, post, retest: float) -> Numbers:
    """Jacobson & Truax (1991)."""
    error = np.std(pre, ddof=1) * np.sqrt(1 - retest)
    return share(int(np.sum((post - pre) / np.sqrt(2 * error**2) > RELIABLE)), len(pre))


def median_change(pre, post) -> Numbers | str:
    """R's wilcox.test(paired, exact = FALSE, correct = TRUE), its interval by trying a shift in every gap."""
    change = (post - pre)[post != pre]
    averages = np.sort([(a + b) / 2 for place, a in enumerate(change) for b in change[: place + 1]])
    gaps = np.flatnonzero(np.diff(averages) > 1e-9)
    shifts = [averages[0] - 1, *((averages[gaps] + averages[gaps + 1]) / 2), averages[-1] + 1]
    kept = [
        place
        for place, shift in enumerate(shifts)
        if abs(signed_rank(change - shift)) < stats.norm.isf((1 - LEVEL) / 2)
    ]
    if kept[0] == 0:
        return "too_few_pairs"  # not even a shift beyond all changes is rejected
    ends = {"ci_low": averages[gaps[kept[0] - 1]], "ci_high": averages[gaps[kept[-1]]]}
    test = stats.wilcoxon(change, zero_method="wilcox", correction=True, method="asymptotic", alternative="two-sided")
    v = stats.rankdata(np.abs(change))[change > 0].sum()  # scipy's own statistic is the smaller of the two sums
    return {"estimate": np.median(averages), "std_error": NAN, "df": NAN, "statistic": v,
            "p_value": test.pvalue, **ends}  # fmt: skip


def signed_rank(x) -> float:
    """Standardised V with continuity correction: mean n(n + 1)/4, variance Σ rank² / 4, so ties need no formula."""
    ranks = stats.rankdata(np.abs(x))
    distance = ranks[x > 0].sum() - ranks.sum() / 2
    return np.sign(distance) * (abs(distance) - 0.5) / np.sqrt(np.sum(ranks**2) / 4) if distance else 0.0


# difference ----------------------------------------------------------------------------------------------------------


class Clustered:
    """CR2 of one coefficient by n × n matrices: Pustejovsky & Tipton (2018), with equal working variances."""

    def __init__(self, X, clusters, column=1):
        bread = np.linalg.inv(X.T @ X)[:, column]
        M = np.eye(len(X)) - X @ np.linalg.pinv(X)
        self.weights = np.zeros((len(np.unique(clusters)), len(X)))
        for row, name in zip(self.weights, np.unique(clusters), strict=True):
            own = clusters == name
            values, vectors = np.linalg.eigh(M[np.ix_(own, own)])
            values = np.where(values > 1e-9, values, np.inf)
            row[own] = (vectors / np.sqrt(values)) @ vectors.T @ X[own] @ bread
        rows = self.weights @ M
        self.df = np.trace(rows @ rows.T) ** 2 / np.sum((rows @ rows.T) ** 2)

    def std_error(self, residuals):
        """Of residuals, or of each column of several."""
        return np.sqrt(np.sum((self.weights @ residuals) ** 2, axis=0))


def cr2(y, X, clusters) -> Numbers:
    """Second coefficient."""
    fit, robust = sm.OLS(y, X).fit(), Clustered(X, clusters)
    return by_t(fit.params[1], robust.std_error(fit.resid), robust.df)


def two_stages(y, X, Z, clusters) -> Numbers:
    """Second coefficient by instruments Z: (X'P X)⁻¹ X'P y, P on Z; CR2 on P X, residuals with X itself."""
    projected = Z @ np.linalg.solve(Z.T @ Z, Z.T @ X)
    coefficients = np.linalg.solve(projected.T @ X, projected.T @ y)
    robust = Clustered(projected, clusters)
    return by_t(coefficients[1], robust.std_error(y - X @ coefficients), robust.df)


def d_ppc2(programme, comparison) -> Numbers:
    """Morris (2008), eqs. 8 to 10 and 25; each arm is its scores before and after."""
    arms = (programme, comparison)
    n1, n2 = (len(pre) for pre, _ in arms)
    df = n1 + n2 - 2
    sd = np.sqrt(sum((len(pre) - 1) * np.var(pre, ddof=1) for pre, _ in arms) / df)
    r = sum((len(pre) - 1) * stats.pearsonr(pre, post).statistic for pre, post in arms) / df
    c = 1 - 3 / (4 * df - 1)
    d = c * (np.mean(programme[1] - programme[0]) - np.mean(comparison[1] - comparison[0])) / sd
    unit = 2 * (1 - r) * (n1 + n2) / (n1 * n2)
    return by_t(d, np.sqrt(c**2 * unit * df / (df - 2) * (1 + d**2 / unit) - d**2), NAN)


def signs_flipped(y, X, clusters):
    """p-value of the hypothesis that the second coefficient is δ: all signs of clusters, the hypothesis imposed."""
    robust, names = Clustered(X, clusters), np.unique(clusters)
    M, own = np.eye(len(y)) - X @ np.linalg.pinv(X), np.linalg.pinv(X)[1]
    signs = np.array(list(product((-1, 1), repeat=len(names))))[:, np.searchsorted(names, clusters)]
    others = np.delete(X, 1, axis=1)
    estimate, std_error = own @ y, robust.std_error(M @ y)

    def p_value(delta: float) -> float:
        imposed = y - delta * X[:, 1]
        residuals = imposed - others @ np.linalg.pinv(others) @ imposed
        drawn = (imposed - residuals)[:, None] + (signs * residuals).T
        t = np.abs(own @ drawn) / robust.std_error(M @ drawn)
        return float(np.mean(t >= abs(estimate - delta) / std_error - 1e-9))

    return p_value


def arms_dealt_anew(y, X, clusters) -> float:
    """p-value: the share of all ways to give as many clusters the programme with a coefficient as far from 0."""
    names = np.unique(clusters)
    treated = {name for name in names if X[clusters == name, 1].any()}
    found = [
        abs(np.linalg.lstsq(np.column_stack([X[:, 0], np.isin(clusters, chosen), X[:, 2:]]), y, rcond=None)[0][1])
        for chosen in combinations(names, len(treated))
    ]
    observed = abs(np.linalg.lstsq(X, y, rcond=None)[0][1])
    return float(np.mean(np.array(found) >= observed - 1e-9))


# mixed models --------------------------------------------------------------------------------------------------------


class Mixed:
    """
    Restricted maximum likelihood with V = θ₀ I + Σ θ_k Z_k Z_k', Z_k telling which rows share a name; n × n matrices.

    Parts may not be below 0 unless `signed`; those at 0 are given up unless they are to be kept.
    """

    def __init__(self, y, X, parts, *, signed=False, keep=()):
        self.y, self.X, self.signed = y, X, signed
        named = [np.asarray(names) for names in parts.values()]
        self.Z = [np.eye(len(y)), *((names[:, None] == np.unique(names)).astype(float) for names in named)]
        self.G = [Z @ Z.T for Z in self.Z]
        self.kept = np.array([True, *(name in keep for name in parts)])
        self._search(np.var(y) * np.array([1.0, *[0.0 if signed else 0.3] * len(parts)]))

    def _search(self, theta):
        """Newton's steps, or scoring's, halved; what is at 0 stays there unless the likelihood rises from 0."""
        for _ in range(200):
            value, slope, information, hessian = self._derivatives(theta)
            free = (theta > 0) | (slope < 0) | self.signed
            step, own = np.zeros(len(theta)), np.ix_(free, free)
            convex = np.linalg.eigvalsh(hessian[own])[0] > 0
            step[free] = -np.linalg.solve((hessian if convex else information)[own], slope[free])
            while self._value(new := self._allowed(theta + step)) > value + 1e-9:
                step /= 2
            moved, theta = np.abs(new - theta).max(), new
            if moved < 1e-12 * theta.max():
                break
        self.theta, self.taken = theta, (theta > 0) | self.signed
        _, _, self.information, self.hessian = self._derivatives(theta)

    def _allowed(self, theta):
        return theta if self.signed else np.maximum(theta, 0.0)

    def _value(self, theta) -> float:
        """−2 log likelihood but for a constant; infinite where V is no covariance."""
        V = np.tensordot(theta, self.G, 1)
        try:
            root = np.linalg.cholesky(V)
        except np.linalg.LinAlgError:
            return np.inf
        self.inverse = np.linalg.inv(V)
        self.VX = self.inverse @ self.X
        self.phi = np.linalg.inv(self.X.T @ self.VX)
        self.P = self.inverse - self.VX @ self.phi @ self.VX.T
        logs = 2 * np.log(np.diag(root)).sum() - np.linalg.slogdet(self.phi)[1]
        return float(logs + self.y @ self.P @ self.y)

    def _derivatives(self, theta):
        """−2 log likelihood, slope, expected information and Hessian (Searle, Casella & McCulloch 1992, ch. 6)."""
        value, Py = self._value(theta), self.P @ self.y
        PZ = [self.P @ Z for Z in self.Z]
        slope = np.array([np.sum(A * Z) - np.sum((Z.T @ Py) ** 2) for A, Z in zip(PZ, self.Z, strict=True)])
        traces = np.array([[np.sum((Z.T @ A) ** 2) for A in PZ] for Z in self.Z])
        moved = np.array([A @ (Z.T @ Py) for A, Z in zip(PZ, self.Z, strict=True)])
        squares = np.array([[(G @ Py) @ b for b in moved] for G in self.G])
        return value, slope, traces, 2 * squares - traces

    def satterthwaite(self, contrast) -> Numbers:
        """
        Variances are estimated: that the estimate b moves with them adds ∇bᵀA∇b, and by as much cᵀΦc is too small.

        A is by observed information (Kenward & Molenberghs 1998), the degrees of freedom are of cᵀΦc.
        """
        A = 2 * np.linalg.inv(self.hessian[np.ix_(self.taken, self.taken)])
        c, Py = self.phi @ contrast, self.P @ self.y
        Z = [Z for Z, taken in zip(self.Z, self.taken, strict=True) if taken]
        slope = np.array([np.sum((z.T @ self.VX @ c) ** 2) for z in Z])
        moves = np.array([(z.T @ self.VX @ c) @ (z.T @ Py) for z in Z])
        variance = contrast @ c
        df = 2 * variance**2 / (slope @ A @ slope)
        return by_t(c @ (self.VX.T @ self.y), np.sqrt(variance + 2 * moves @ A @ moves), df)

    def kenward_roger(self, contrast) -> Numbers:
        """Kenward & Roger (1997), eqs. 3 to 5, for one contrast; what is kept takes part also where it is 0."""
        taken = np.flatnonzero(self.taken | self.kept)
        W = np.linalg.inv(self.information[np.ix_(taken, taken)] / 2)
        GVX = [self.G[k] @ self.VX for k in taken]
        P = [-self.VX.T @ moved for moved in GVX]
        middle = sum(W[i, j] * (GVX[i].T @ self.inverse @ GVX[j] - P[i] @ self.phi @ P[j])
                     for i in range(len(taken)) for j in range(len(taken)))  # fmt: skip
        c = self.phi @ contrast
        variance = contrast @ c
        share = np.array([c @ p @ c for p in P]) / variance
        std_error = np.sqrt(variance + 2 * c @ middle @ c)
        return by_t(c @ (self.VX.T @ self.y), std_error, 2 / (share @ W @ share))


# pools and imputations -----------------------------------------------------------------------------------------------


def reml_hartung_knapp(y, se) -> Numbers:
    """REML by Fisher scoring (Viechtbauer 2005), then Hartung–Knapp with max(1, q)."""
    tau2 = np.var(y, ddof=1)
    for _ in range(200):
        w = 1 / (se**2 + tau2)
        mean = np.average(y, weights=w)
        score = np.sum(w**2 * (y - mean) ** 2) - np.sum(w) + np.sum(w**2) / np.sum(w)
        information = np.sum(w**2) - 2 * np.sum(w**3) / np.sum(w) + (np.sum(w**2) / np.sum(w)) ** 2
        tau2 = max(0.0, tau2 + score / information)
    w = 1 / (se**2 + tau2)
    mean = np.average(y, weights=w)
    q = np.sum(w * (y - mean) ** 2) / (len(y) - 1)
    return by_t(mean, np.sqrt(max(1, q) / np.sum(w)), len(y) - 1)


def imputed(pre, post, m: int, draws) -> np.ndarray:
    """Scores after, m times, of all with one before: who left is drawn by normal regression (Rubin 1987, sect. 5.3)."""
    known = ~np.isnan(post)
    X = np.column_stack([np.ones(len(pre)), pre])
    fit = sm.OLS(post[known], X[known]).fit()
    sigma = np.sqrt(fit.ssr / draws.chisquare(fit.df_resid, m))
    root = np.linalg.cholesky(fit.normalized_cov_params)
    lines = fit.params[:, None] + root @ draws.normal(size=(2, m)) * sigma
    drawn = (X @ lines + draws.normal(size=(len(pre), m)) * sigma).T
    return np.where(known, post, drawn)
