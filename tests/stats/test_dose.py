"""Slopes of sessions and two-stage least squares, against estimatr, AER and statsmodels, and by identities."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats

from rm_research.stats.dose import dose_response, effect_of_attending
from rm_research.stats.regression import cr2, hc2, least_squares
from rm_research.stats.result import NotEstimableError, t_result

few = examples(12)
NAN = float("nan")


@pytest.fixture
def cace(golden):
    """R's results by name and term, and the columns by name."""
    results, data = golden("cace_sim90")
    rows = {name: {row["term"]: row for row in rows} for name, rows in results.items()}
    return rows, {name: data[name].to_numpy(float) for name in data}


def as_tidied(result) -> dict[str, float]:
    """Name the columns as R's tidy() does."""
    return {
        "estimate": result.estimate, "std.error": result.std_error, "statistic": result.statistic,
        "p.value": result.p_value, "conf.low": result.ci_low, "conf.high": result.ci_high, "df": result.df,
    }  # fmt: skip


def without_term(row) -> dict[str, float]:
    return {name: value for name, value in row.items() if name != "term"}


def drawn(seed: int, n: int = 40, *, strength: float = 2.0, effect: float = 0.5):
    """Draw a lot with one-sided take-up, and scores that go with take-up for other reasons too."""
    draws = np.random.default_rng(seed)
    assigned, pre, other = np.arange(n) % 2.0, draws.normal(size=n), draws.normal(size=n)
    attended = assigned * (strength * draws.uniform(size=n) + other > 0.5)
    post = 0.6 * pre + effect * attended + 0.7 * other + 0.5 * draws.normal(size=n)
    return pre, post, attended.astype(float), assigned


class TestAgainstR:
    @pytest.mark.parametrize(("name", "column"), [("cace_hc2", "took"), ("acr_sessions_hc2", "sessions")])
    def test_effect_equals_estimatr(self, name, column, cace, compare):
        r, d = cace
        result = effect_of_attending(d["pre"], d["post"], d[column], d["assigned"], level=0.95)
        compare(as_tidied(result), without_term(r[name][column]), of=[effect_of_attending], against="cace_sim90")

    def test_effect_equals_ivreg(self, cace, compare):
        r, d = cace
        result = effect_of_attending(d["pre"], d["post"], d["took"], d["assigned"], level=0.95)
        made = t_result(result.estimate, result.details["std_error_classical"], result.df, 0.95)
        row = r["cace_ivreg"]["took"]
        compare({"estimate": made.estimate, "se": made.std_error, "t": made.statistic, "p": made.p_value},
                {"estimate": row["Estimate"], "se": row["Std. Error"], "t": row["t value"], "p": row["Pr(>|t|)"]},
                of=[effect_of_attending], against="cace_sim90",
                because="ivreg takes errors to be alike, as does std_error_classical of the details")  # fmt: skip

    def test_diagnostics_equal_ivreg(self, cace, compare):
        r, d = cace
        found = effect_of_attending(d["pre"], d["post"], d["took"], d["assigned"], level=0.95).details
        weak, hausman = r["diagnostics"]["Weak instruments"], r["diagnostics"]["Wu-Hausman"]
        ours = {"F": found["first_stage_f"], "p of F": stats.f.sf(found["first_stage_f"], 1, found["n_people"] - 3),
                "wu_hausman": found["wu_hausman_f"], "p of wu_hausman": found["wu_hausman_p"]}  # fmt: skip
        theirs = {"F": weak["statistic"], "p of F": weak["p-value"], "wu_hausman": hausman["statistic"],
                  "p of wu_hausman": hausman["p-value"]}  # fmt: skip
        compare(ours, theirs, of=[effect_of_attending], against="cace_sim90")
        assert (weak["df1"], weak["df2"], hausman["df1"], hausman["df2"]) == (1, 87, 1, 86)
        assert found["weak"] == 0

    def test_difference_by_assignment_equals_estimatr(self, cace, compare):
        r, d = cace
        fit = least_squares(np.column_stack([np.ones(90), d["assigned"], d["pre"]]), d["post"])
        for column, term in enumerate(["(Intercept)", "assigned", "pre"]):
            ours = as_tidied(hc2(fit, column, level=0.95))
            compare(ours, without_term(r["itt"][term]), of=[least_squares, hc2], against="cace_sim90")

    def test_effect_is_the_difference_in_scores_over_that_in_attendance(self, cace):
        r, d = cace
        result = effect_of_attending(d["pre"], d["post"], d["took"], d["assigned"], level=0.95)
        ratio = r["itt"]["assigned"]["estimate"] / result.details["first_stage"]
        assert result.estimate == pytest.approx(ratio, rel=1e-10)

    def test_slope_by_attendance_equals_estimatr(self, cace, compare):
        r, d = cace
        result = dose_response(d["pre"], d["post"], d["took"], level=0.95)
        compare(as_tidied(result), without_term(r["per_protocol"]["took"]), of=[dose_response], against="cace_sim90")

    def test_slope_of_sessions_equals_estimatr(self, cace, compare):
        r, d = cace
        own = d["assigned"] == 1
        result = dose_response(d["pre"][own], d["post"][own], d["sessions"][own], level=0.95)
        row = r["dose_within_assigned"]["sessions"]
        because = (
            "the reference has HC3 standard errors, ours are HC2: the slope and its degrees of freedom are compared"
        )
        compare({"estimate": result.estimate, "df": result.df}, {"estimate": row["estimate"], "df": row["df"]},
                of=[dose_response], against="cace_sim90", because=because)  # fmt: skip
        assert result.std_error < row["std.error"]
        assert result.details["mean_sessions"] == pytest.approx(d["sessions"][own].mean())
        assert result.details["sd_sessions"] == pytest.approx(d["sessions"][own].std(ddof=1))


@pytest.mark.parametrize("seed", range(6))
def test_slope_of_sessions_equals_statsmodels(seed, compare):
    draws = np.random.default_rng(seed)
    pre, sessions = draws.normal(size=25), draws.integers(0, 8, 25).astype(float)
    post = pre + 0.1 * sessions + draws.normal(size=25) * (1 + sessions)
    model = sm.OLS(post, sm.add_constant(np.column_stack([sessions, pre])))
    theirs, plain = model.fit(cov_type="HC2", use_t=True), model.fit()
    result = dose_response(pre, post, sessions, level=0.95)
    ours = {"estimate": result.estimate, "se": result.std_error, "df": result.df, "p": result.p_value,
            "classical": result.details["std_error_classical"]}  # fmt: skip
    expected = {"estimate": theirs.params[1], "se": theirs.bse[1], "df": 22, "p": theirs.pvalues[1],
                "classical": plain.bse[1]}  # fmt: skip
    compare(ours, expected, of=[dose_response], against="statsmodels.OLS")
    absent = dose_response(np.append(pre, 1.0), np.append(post, 2.0), np.append(sessions, NAN), level=0.95)
    assert absent.std_error == result.std_error
    assert (absent.details["n_people"], absent.details["n_incomplete"]) == (25, 1)


def written_out(pre, post, attended, assigned, clusters):
    """
    Two-stage least squares with CR2, in n × n matrices: the coefficient and its standard error.

    The leverage is that of the second stage's regressors, the residuals are those of attendance itself.
    """
    ones = np.ones(len(pre))
    X, Z = np.column_stack([ones, attended, pre]), np.column_stack([ones, assigned, pre])
    projection = Z @ np.linalg.inv(Z.T @ Z) @ Z.T
    bread = np.linalg.inv(X.T @ projection @ X)
    slopes = bread @ X.T @ projection @ post
    residuals, fitted = post - X @ slopes, projection @ X
    M = np.eye(len(pre)) - fitted @ bread @ fitted.T
    scores = []
    for name in np.unique(clusters):
        own = clusters == name
        values, vectors = np.linalg.eigh(M[np.ix_(own, own)])
        scores.append(bread @ fitted[own].T @ vectors @ np.diag(values**-0.5) @ vectors.T @ residuals[own])
    return slopes[1], np.sqrt((np.array(scores)[:, 1] ** 2).sum())


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize("seed", range(4))
def test_effect_equals_its_formula_written_out(seed, size, compare):
    values, clusters = drawn(seed), np.arange(40) % (40 // size)
    result = effect_of_attending(*values, level=0.95, clusters=clusters)
    estimate, std_error = written_out(*values, clusters)
    ours, theirs = ({"estimate": b, "se": se} for b, se in ((result.estimate, result.std_error), (estimate, std_error)))
    because = "CR2 of two-stage least squares in n × n matrices"
    compare(ours, theirs, of=[effect_of_attending], against="formula written out", rel=1e-8, because=because)
    assert result.details["n_clusters"] == 40 / size
    if size == 1:
        assert result.std_error == pytest.approx(effect_of_attending(*values, level=0.95).std_error)


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_anderson_rubin_ends_are_where_assignment_says_just_enough(seed, clustered, compare):
    pre, post, attended, assigned = drawn(seed)
    clusters = np.arange(40) % 10 if clustered else None
    d = effect_of_attending(pre, post, attended, assigned, level=0.9, clusters=clusters).details
    Z = np.column_stack([np.ones(40), assigned, pre])

    def p_value(effect: float) -> float:
        fit = least_squares(Z, post - effect * attended)
        return (cr2(fit, clusters, 1, level=0.9) if clustered else hc2(fit, 1, level=0.9)).p_value

    compare({"p at both ends": [p_value(d["ar_low"]), p_value(d["ar_high"])]}, {"p at both ends": [0.1, 0.1]},
            of=[effect_of_attending], against="identity", rel=1e-6,
            because="the Anderson–Rubin test of either end has p = 1 − level")  # fmt: skip
    inside, outside = np.linspace(d["ar_low"], d["ar_high"], 7)[1:-1], [d["ar_low"] - 0.1, d["ar_high"] + 0.1]
    assert min(map(p_value, inside)) > 0.1 > max(map(p_value, outside))


def test_where_all_did_as_assigned_it_is_the_difference_by_assignment():
    pre, post, _, assigned = drawn(3)
    result = effect_of_attending(pre, post, 4 * assigned, assigned, level=0.95)
    plain = hc2(least_squares(np.column_stack([np.ones(40), assigned, pre]), post), 1, level=0.95)
    assert [4 * result.estimate, 4 * result.std_error, result.df] == pytest.approx(
        [plain.estimate, plain.std_error, 37]
    )
    d = result.details
    assert [d["ar_low"], d["ar_high"]] == pytest.approx([plain.ci_low / 4, plain.ci_high / 4])
    assert (d["first_stage_f"], d["first_stage_f_robust"], d["weak"]) == (np.inf, np.inf, 0)
    assert d["first_stage"] == pytest.approx(4)
    assert np.isnan([d["wu_hausman_f"], d["wu_hausman_p"]]).all()


def test_a_weak_lot_is_flagged_and_its_interval_has_no_end():
    pre, post, attended, assigned = drawn(1)
    attended = np.random.default_rng(8).permutation(attended)
    d = effect_of_attending(pre, post, attended, assigned, level=0.95).details
    assert d["first_stage_f_robust"] < 10
    assert (d["weak"], d["ar_low"], d["ar_high"]) == (1, -np.inf, np.inf)


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_units_and_origin_do_not_matter(seed, unit):
    pre, post, attended, assigned = drawn(seed)
    one = effect_of_attending(pre, post, attended, assigned, level=0.95)
    two = effect_of_attending(unit * pre + 1, unit * post - 2, 5 * attended, 1 - assigned, level=0.95)
    assert [two.estimate * 5 / unit, two.ci_low * 5 / unit] == pytest.approx([one.estimate, one.ci_low], rel=1e-6)
    names = ["first_stage_f", "first_stage_f_robust", "wu_hausman_f", "weak"]
    assert [two.details[n] for n in names] == pytest.approx([one.details[n] for n in names], rel=1e-6, abs=1e-9)
    ends = [[d.details["ar_low"], d.details["ar_high"]] for d in (one, two)]
    assert np.array(ends[1]) * 5 / unit == pytest.approx(np.array(ends[0]), rel=1e-6)


@few
@given(st.integers(0, 10_000))
def test_wu_hausman_is_the_squared_t_of_what_assignment_leaves(seed):
    pre, post, attended, assigned = drawn(seed)
    first = sm.OLS(attended, sm.add_constant(np.column_stack([assigned, pre]))).fit()
    theirs = sm.OLS(post, sm.add_constant(np.column_stack([attended, pre, first.resid]))).fit()
    d = effect_of_attending(pre, post, attended, assigned, level=0.95).details
    assert [d["wu_hausman_f"], d["wu_hausman_p"]] == pytest.approx(
        [theirs.tvalues[3] ** 2, theirs.pvalues[3]], rel=1e-8
    )
    robust = first.get_robustcov_results("HC2", use_t=True)
    assert d["first_stage_f_robust"] == pytest.approx(robust.tvalues[1] ** 2, rel=1e-8)


def test_people_with_an_absent_value_are_left_out_and_counted():
    values = [np.append(v, x) for v, x in zip(drawn(2), (NAN, 1.0, 1.0, 1.0), strict=True)]
    result = effect_of_attending(*values, level=0.95, clusters=[*map(str, range(40)), None])
    assert (result.details["n_people"], result.details["n_incomplete"]) == (40, 1)
    assert result.estimate == effect_of_attending(*drawn(2), level=0.95).estimate


FLAT = np.full(40, 3.0)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"attended": FLAT}, "collinear"),
        ({"attended": FLAT * 0}, "collinear"),
        ({"assigned": FLAT}, "collinear"),
        ({"pre": FLAT}, "collinear"),
        ({"attended": np.arange(40) // 2 % 2.0}, "collinear"),  # as many of both kinds attended, by chance exactly
        ({"post": FLAT}, "no_variation"),
        ({"post": FLAT * NAN}, "too_few_people"),
    ],
)
def test_what_assignment_cannot_tell(changed, reason):
    pre, post, attended, assigned = drawn(5)
    values = {"pre": pre, "post": post, "attended": attended, "assigned": assigned} | changed
    if "attended" in changed:
        values["pre"] = np.arange(40) // 20 % 2.0
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        effect_of_attending(**values, level=0.95)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sessions": FLAT}, "collinear"),
        ({"pre": FLAT}, "collinear"),
        ({"post": FLAT}, "no_variation"),
        ({"sessions": (np.arange(40) == 7) * 1.0}, "one_of_a_kind"),
        ({"sessions": FLAT * NAN}, "too_few_people"),
    ],
)
def test_what_sessions_cannot_tell(changed, reason):
    draws = np.random.default_rng(3)
    values = {"pre": draws.normal(size=40), "post": draws.normal(size=40), "sessions": np.arange(40) % 5.0} | changed
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        dose_response(**values, level=0.95)


def test_one_cluster_has_nothing_to_say():
    pre, post, attended, assigned = drawn(5)
    for compute in (lambda: effect_of_attending(pre, post, attended, assigned, level=0.95, clusters=np.zeros(40)),
                    lambda: dose_response(pre, post, attended, level=0.95, clusters=np.zeros(40))):  # fmt: skip
        with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
            compute()


def test_four_people_are_the_fewest():
    four = [np.array(v, float) for v in ([1, 2, 4, 3], [2, 1, 5, 7], [0, 1, 3, 1], [0, 0, 1, 1])]
    with pytest.raises(NotEstimableError):
        effect_of_attending(*(v[:3] for v in four), level=0.95)
    five = [np.append(v, x) for v, x in zip(four, (6.0, 4.0, 1.0, 1.0), strict=True)]
    assert np.isfinite(effect_of_attending(*five, level=0.95).details["wu_hausman_p"])
    assert np.isnan(effect_of_attending(*four, level=0.95).details["wu_hausman_p"])


@pytest.mark.slow
@pytest.mark.parametrize("strength", [0.0, 0.5, 2.0])
def test_anderson_rubin_covers_at_any_strength(strength):
    n, draws, covered, unbounded = 60, 1500, [], []
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        assigned, pre, other = np.arange(n) % 2.0, rng.normal(size=n), rng.normal(size=n)
        attended = (strength * assigned + other + rng.normal(size=n) > 0.5).astype(float)
        post = 0.6 * pre + 0.5 * attended + 0.7 * other + 0.5 * rng.normal(size=n)
        d = effect_of_attending(pre, post, attended, assigned, level=0.95).details
        covered.append(d["ar_low"] <= 0.5 <= d["ar_high"])
        unbounded.append(np.isinf(d["ar_high"]))
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)
    if strength == 0:
        assert np.mean(unbounded) == pytest.approx(0.95, abs=0.02)  # as often as the first stage is not significant
    if strength == 2:
        assert np.mean(covered) <= 0.97
