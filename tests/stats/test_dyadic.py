"""The actor–partner model against lavaan and nlme, and by identities; dyadic correlations."""

import numpy as np
import pandas as pd
import pingouin
import pytest
import statsmodels.api as statsmodels
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import optimize, stats

from rm_research.stats.dyadic import actor_partner, distinguishability, dyadic_icc, partner_slopes
from rm_research.stats.result import NotEstimableError

few = examples(12)
NAMES = ("y1", "y2", "x1", "x2")


@pytest.fixture
def apim(golden):
    """R's results, and the four columns."""
    results, data = golden("apim_sim45")
    return results, [data[name].to_numpy() for name in NAMES]


def dyads(seed: int, n: int = 20, *, c: int = 0):
    """Draw dyads with correlated predictors and errors; and c facts of the dyad."""
    draws = np.random.default_rng(seed)
    z = draws.normal(size=(n, c))
    x = draws.normal(size=(2, n)) + draws.normal(size=n)
    shared = draws.choice([-1, 0, 1]) * draws.normal(size=n)
    y = 0.5 * x + 0.3 * x[::-1] + z.sum(axis=1) + draws.normal(size=(2, n)) + [shared, np.abs(shared)]
    return [*y, *x], z


def by_term(model) -> dict[str, object]:
    """Name the results of a model as R does, members m1 and m2."""
    kinds = {"": model.intercepts, ":actor": model.actor, ":partner": model.partner}
    return {f"rolem{member + 1}{kind}": results[member] for kind, results in kinds.items() for member in (0, 1)}


class TestPartnerSlopes:
    """One equation alone: against statsmodels, and as the model of both members has it."""

    def test_slopes_are_those_of_statsmodels(self, compare):
        (y, _, own, partner), _ = dyads(5)
        fit = statsmodels.OLS(y, np.column_stack([np.ones(len(y)), own, partner])).fit()
        found, ends = partner_slopes(y, own, partner, level=0.9), fit.conf_int(0.1)
        ours, theirs = {}, {}
        for place, (name, result) in enumerate(zip(("own", "partner"), found, strict=True), start=1):
            ours |= {name: result.estimate, f"{name} se": result.std_error, f"{name} df": result.df,
                     f"{name} low": result.ci_low, f"{name} high": result.ci_high,
                     f"p of {name}": result.p_value}  # fmt: skip
            theirs |= {name: fit.params[place], f"{name} se": fit.bse[place], f"{name} df": fit.df_resid,
                       f"{name} low": ends[place][0], f"{name} high": ends[place][1],
                       f"p of {name}": fit.pvalues[place]}  # fmt: skip
        compare(ours, theirs, of=[partner_slopes], against="statsmodels.OLS")

    def test_they_are_those_of_the_model_of_both(self):
        (y1, y2, x1, x2), _ = dyads(6)
        model = actor_partner(y1, y2, x1, x2, level=0.95)
        for outcome, own, partner, member in ((y1, x1, x2, 0), (y2, x2, x1, 1)):
            actor, other = partner_slopes(outcome, own, partner, level=0.95)
            assert actor.estimate == pytest.approx(model.actor[member].estimate, rel=1e-9)
            assert other.std_error == pytest.approx(model.partner[member].std_error, rel=1e-9)

    def test_dyads_without_a_value_are_left_out(self):
        (y, _, own, partner), _ = dyads(7)
        whole = partner_slopes(y[3:], own[3:], partner[3:], level=0.95)
        y[0], own[1], partner[2] = (np.nan,) * 3
        assert partner_slopes(y, own, partner, level=0.95)[1].estimate == pytest.approx(whole[1].estimate, rel=1e-12)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda y, own, partner: (y[:3], own[:3], partner[:3]), "too_few_pairs"),
            (lambda y, own, partner: (y, own, 2 * own), "collinear"),
            (lambda y, own, partner: (own + partner, own, partner), "no_variation"),
        ],
    )
    def test_reasons(self, change, reason):
        (y, _, own, partner), _ = dyads(8)
        with pytest.raises(NotEstimableError) as error:
            partner_slopes(*change(y, own, partner), level=0.95)
        assert error.value.reason == reason


class TestAgainstR:
    def test_slopes_equal_generalised_least_squares(self, apim, compare):
        r, values = apim
        model = actor_partner(*values, level=0.95)
        results = by_term(model)
        ours, theirs = {}, {}
        for row in r["distinguishable_gls_reml"]:
            result = results[row["term"]]
            ours |= {row["term"]: result.estimate, f"{row['term']} se": result.std_error}
            theirs |= {row["term"]: row["Value"], f"{row['term']} se": row["Std.Error"]}
            ours[f"t of {row['term']}"], theirs[f"t of {row['term']}"] = result.statistic, row["t-value"]
        ours |= {"rho": model.correlation.estimate, "n": model.n_dyads}
        theirs |= {"rho": r["gls_residual_correlation"], "n": r["n_dyads"]}
        because = (
            "nlme searches the covariance, ours is in closed form; its p has 2n − 6 degrees of freedom, ours n − 3"
        )
        compare(ours, theirs, of=[actor_partner], against="apim_sim45", rel=2e-6, because=because)

    def test_p_values_with_the_degrees_of_freedom_of_nlme(self, apim, compare):
        r, values = apim
        results = by_term(actor_partner(*values, level=0.95))
        rows = {row["term"]: row for row in r["distinguishable_gls_reml"]}
        ours = {f"p {term}": 2 * stats.t.sf(abs(results[term].statistic), 84) for term in rows}
        theirs = {f"p {term}": row["p-value"] for term, row in rows.items()}
        because = "p from our t on nlme's 2n − 6 degrees of freedom"
        compare(ours, theirs, of=[actor_partner], against="apim_sim45", rel=1e-5, because=because)

    def test_slopes_equal_structural_equations(self, apim, compare):
        """Maximum likelihood divides by n where REML divides by n − 3, and has z."""
        r, values = apim
        model = actor_partner(*values, level=0.95)
        n, shrink = model.n_dyads, np.sqrt(42 / 45)
        results = {("y1", "~", "x1"): model.actor[0], ("y1", "~", "x2"): model.partner[0],
                   ("y2", "~", "x2"): model.actor[1], ("y2", "~", "x1"): model.partner[1],
                   ("y1", "~1", ""): model.intercepts[0], ("y2", "~1", ""): model.intercepts[1]}  # fmt: skip
        triples = {key: (found.estimate, shrink * found.std_error) for key, found in results.items()}
        residual = model.covariance * 42 / 45
        for (i, one), (j, two) in (((0, "y1"), (1, "y2")), ((0, "y1"), (0, "y1")), ((1, "y2"), (1, "y2"))):
            std_error = np.sqrt((residual[i, i] * residual[j, j] + residual[i, j] ** 2) / n)
            triples[one, "~~", two] = residual[i, j], std_error
        rows = {(row["lhs"], row["op"], row["rhs"]): row for row in r["distinguishable_sem_ml"] if row["se"]}
        assert rows.keys() == triples.keys()
        ours, theirs = {}, {}
        for key, (estimate, std_error) in triples.items():
            name = " ".join(key)
            p = 2 * stats.norm.sf(abs(estimate / std_error))
            ours |= {name: estimate, f"{name} se": std_error, f"{name} z": estimate / std_error, f"p of {name}": p}
            row = rows[key]
            theirs |= {name: row["est"], f"{name} se": row["se"], f"{name} z": row["z"], f"p of {name}": row["pvalue"]}
        because = "maximum likelihood: variances divided by n, not n − 3, and z for t, here made of ours"
        compare(ours, theirs, of=[actor_partner], against="apim_sim45", rel=1e-5, because=because)

    def test_distinguishability(self, apim, compare):
        r, values = apim
        found = distinguishability(*values)
        ours = {"chisq": found.statistic, "df": found.df, "pvalue": found.p_value}
        compare(ours, r["distinguishability_test"], of=[distinguishability], against="apim_sim45", rel=1e-6,
                because="lavaan searches, ours is in closed form")  # fmt: skip

    def test_likeness_of_members(self, apim, compare):
        r, (y1, y2, *_) = apim
        result = dyadic_icc(y1, y2, level=0.95)
        ours = {"icc_y_anova": result.estimate, "icc_y_double_entry": result.details["double_entry"],
                "pearson_y1y2": result.details["pearson"]}  # fmt: skip
        compare(ours, {name: r[name] for name in ours}, of=[dyadic_icc], against="apim_sim45")


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # pingouin's own
@pytest.mark.parametrize("seed", range(6))
def test_icc_equals_pingouin(seed, compare):
    """Its p is of a correlation above 0; ours is two-sided."""
    (y1, y2, *_), _ = dyads(seed, 15)
    long = pd.DataFrame({"dyad": [*range(15)] * 2, "member": np.repeat([1, 2], 15), "score": [*y1, *y2]})
    theirs = pingouin.intraclass_corr(long, "dyad", "member", "score").set_index("Type").loc["ICC(1,1)"]
    result = dyadic_icc(y1, y2, level=0.95)
    p = theirs["pval"]
    compare({"icc": result.estimate, "F": result.statistic, "p": result.p_value},
            {"icc": theirs["ICC"], "F": theirs["F"], "p": 2 * min(p, 1 - p)}, of=[dyadic_icc],
            against="pingouin.intraclass_corr", because="its p is one-sided, ours two-sided")  # fmt: skip
    compare({"low": result.ci_low, "high": result.ci_high}, dict(zip(("low", "high"), theirs["CI95"], strict=True)),
            of=[dyadic_icc], against="pingouin.intraclass_corr", rel=0, absolute=0.005,
            because="pingouin rounds its interval to two decimals")  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_correlation_of_what_is_left_equals_pingouin(seed, compare):
    (y1, y2, x1, x2), z = dyads(seed, 14, c=1)
    frame = pd.DataFrame({"y1": y1, "y2": y2, "x1": x1, "x2": x2, "z": z[:, 0]})
    theirs = pingouin.partial_corr(frame, "y1", "y2", covar=["x1", "x2", "z"]).iloc[0]
    found = actor_partner(y1, y2, x1, x2, level=0.95, covariates=z).correlation
    compare({"r": found.estimate, "p": found.p_value}, {"r": theirs["r"], "p": theirs["p_val"]}, of=[actor_partner],
            against="pingouin.partial_corr")  # fmt: skip
    compare({"low": found.ci_low, "high": found.ci_high}, dict(zip(("low", "high"), theirs["CI95"], strict=True)),
            of=[actor_partner], against="pingouin.partial_corr", rel=0, absolute=0.005,
            because="pingouin rounds its interval to two decimals")  # fmt: skip


@pytest.mark.parametrize("c", [0, 1])
@pytest.mark.parametrize("seed", range(3))
def test_distinguishability_equals_the_likelihoods_found_by_search(seed, c, compare):
    """The likelihood of exchangeable members, written out for the four values at once, and searched."""
    values, z = dyads(seed, 25, c=c)
    data, X = np.column_stack(values), np.column_stack([np.ones(25), z])
    free = data - X @ np.linalg.lstsq(X, data, rcond=None)[0]
    most = stats.multivariate_normal(cov=free.T @ free / 25, mean=np.zeros(4)).logpdf(free).sum()

    def likelihood(theta):
        actor, partner, *logs = theta[:4]
        between, within = np.exp(theta[4:6])
        shape = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
        slopes = np.array([[actor, partner], [partner, actor]])
        of_x = shape @ np.diag(np.exp(logs)) @ shape.T
        of_e = shape @ np.diag([between, within]) @ shape.T
        covariance = np.block([[slopes @ of_x @ slopes.T + of_e, slopes @ of_x], [of_x @ slopes.T, of_x]])
        y_mean, x_mean = X @ theta[6 : 7 + c], X @ theta[7 + c :]
        means = np.column_stack([y_mean, y_mean, x_mean, x_mean])
        return -stats.multivariate_normal(cov=covariance, mean=np.zeros(4)).logpdf(data - means).sum()

    found = optimize.minimize(likelihood, np.zeros(8 + 2 * c), method="BFGS", options={"gtol": 1e-7})
    ours = distinguishability(*values, covariates=z if c else None)
    compare({"statistic": ours.statistic, "df": ours.df}, {"statistic": 2 * (found.fun + most), "df": 6 + 2 * c},
            of=[distinguishability], against="formula written out", rel=1e-6,
            because="both likelihoods of four values a dyad, the restricted one searched")  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_actor_partner_equals_generalised_least_squares_written_out(seed, compare):
    """Slopes as (X'Ω⁻¹X)⁻¹X'Ω⁻¹y over both members, Ω being our errors' covariance for every dyad."""
    values, z = dyads(seed, 16, c=1)
    y1, y2, x1, x2 = values
    model = actor_partner(*values, level=0.95, covariates=z)
    equation = np.column_stack([np.ones(16), x1, x2, z])
    X = np.kron(np.eye(2), equation)
    inverse = np.linalg.inv(np.kron(model.covariance, np.eye(16)))
    bread = np.linalg.inv(X.T @ inverse @ X)
    slopes = bread @ X.T @ inverse @ np.concatenate([y1, y2])
    results = [model.intercepts[0], model.actor[0], model.partner[0],
               model.intercepts[1], model.partner[1], model.actor[1]]  # fmt: skip
    ours = {"slopes": [r.estimate for r in results], "std_errors": [r.std_error for r in results]}
    places = [0, 1, 2, 4, 5, 6]
    theirs = {"slopes": slopes[places], "std_errors": np.sqrt(np.diag(bread))[places]}
    compare(ours, theirs, of=[actor_partner], against="formula written out", rel=1e-8,
            because="generalised least squares over both members at once")  # fmt: skip


@few
@given(st.integers(0, 10_000))
def test_swapping_the_members_swaps_the_results(seed):
    (y1, y2, x1, x2), z = dyads(seed, c=1)
    one = actor_partner(y1, y2, x1, x2, level=0.9, covariates=z)
    two = actor_partner(y2, y1, x2, x1, level=0.9, covariates=z)
    for name in ("actor", "partner", "intercepts"):
        first, second = getattr(one, name), getattr(two, name)[::-1]
        assert [r.estimate for r in first] == pytest.approx([r.estimate for r in second], rel=1e-8, abs=1e-12)
        assert [r.ci_low for r in first] == pytest.approx([r.ci_low for r in second], rel=1e-8, abs=1e-12)
    assert one.correlation.estimate == pytest.approx(two.correlation.estimate)
    assert distinguishability(y1, y2, x1, x2).statistic == pytest.approx(distinguishability(y2, y1, x2, x1).statistic)
    assert dyadic_icc(y1, y2, level=0.9).ci_low == pytest.approx(dyadic_icc(y2, y1, level=0.9).ci_low)


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_unit_origin_and_absent_dyads_do_not_matter(seed, unit):
    values, _ = dyads(seed)
    moved = [np.append(unit * (v + 3), np.nan if k in (0, 2) else unit * 9) for k, v in enumerate(values)]
    one, two = actor_partner(*values, level=0.95), actor_partner(*moved, level=0.95)
    assert (two.n_dyads, two.n_incomplete) == (20, 1)
    assert [r.ci_low for r in two.actor + two.partner] == pytest.approx([r.ci_low for r in one.actor + one.partner])
    assert distinguishability(*moved).statistic == pytest.approx(distinguishability(*values).statistic, rel=1e-6)
    assert dyadic_icc(*moved[:2], level=0.95).ci_high == pytest.approx(dyadic_icc(*values[:2], level=0.95).ci_high)


def test_the_interval_of_the_icc_excludes_nought_when_p_says_so():
    for seed in range(40):
        (y1, y2, *_), _ = dyads(seed)
        result = dyadic_icc(y1, y2, level=0.95)
        assert (result.p_value < 0.05) == (result.ci_low > 0 or result.ci_high < 0)
        assert -1 <= result.ci_low < result.estimate < result.ci_high <= 1


def test_members_who_differ_more_than_strangers_have_a_negative_icc():
    y1 = np.array([1.0, 2, 3, 4, 5, 6])
    result = dyadic_icc(y1, 7.1 - y1 + [0, 0.1, 0, -0.1, 0, 0.1], level=0.95)
    assert result.estimate < result.ci_high < 0
    assert result.p_value < 0.001


def test_dyads_without_noise_are_not_judged():
    (_, _, x1, x2), _ = dyads(1)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        actor_partner(2 * x1 + x2, 2 * x2 + x1, x1, x2, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        distinguishability(2 * x1 + x2, 2 * x2 + x1, x1, x2)


def test_partners_who_always_answer_alike():
    (y1, _, x1, x2), _ = dyads(1)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        actor_partner(y1, 2 * y1, x1, x2, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        dyadic_icc(y1, y1, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        dyadic_icc(y1, 3 - y1, level=0.95)


@pytest.mark.parametrize("flat", ["x1", "x2", "same"])
def test_predictors_that_do_not_vary_or_only_together(flat):
    (y1, y2, x1, x2), _ = dyads(1)
    x1, x2 = {"x1": (x1 * 0 + 0.3, x2), "x2": (x1, x2 * 0), "same": (x1, 2 + 3 * x1)}[flat]
    for model in (actor_partner, distinguishability):
        with pytest.raises(NotEstimableError, match=r"^collinear$"):
            model(y1, y2, x1, x2, **({"level": 0.95} if model is actor_partner else {}))


@pytest.mark.parametrize("n", [0, 1, 3, 5])
def test_too_few_dyads(n):
    values, _ = dyads(2, 5)
    short = [v[:n] for v in values]
    for model in (actor_partner, distinguishability):
        with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
            model(*short, **({} if model is distinguishability else {"level": 0.95}))
    if n < 2:
        with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
            dyadic_icc(*short[:2], level=0.95)


def test_smallest_that_can_be_judged():
    values, _ = dyads(3, 6)
    assert np.isfinite(actor_partner(*values, level=0.95).correlation.ci_high)
    assert distinguishability(*values).p_value < distinguishability(*values).p_corrected
    assert np.isnan(dyadic_icc(np.array([1.0, 1.0]), np.array([2.0, 4.0]), level=0.95).details["pearson"])


def exchangeable_draw(seed: int, n: int):
    draws = np.random.default_rng([seed, n])
    x = draws.normal(size=(2, n)) + 0.5 * draws.normal(size=n)
    y = 0.5 * x + 0.2 * x[::-1] + 0.7 * draws.normal(size=n) + draws.normal(size=(2, n))
    return [*y, *x]


def test_mean_of_the_statistic_is_what_the_correction_takes_it_for(compare):
    """Over draws in which members are exchangeable the corrected χ² has its degrees of freedom as mean."""
    found = [distinguishability(*exchangeable_draw(seed, 10)) for seed in range(400)]
    corrected = np.mean([stats.chi2.isf(one.p_corrected, one.df) for one in found])
    because = "mean of the corrected χ² over 400 draws of ten exchangeable dyads, within three Monte Carlo errors"
    compare({"mean": corrected}, {"mean": 6.0}, of=[distinguishability], against="simulated truth", rel=0,
            absolute=3 * np.sqrt(12 / 400), because=because)  # fmt: skip
    assert np.mean([one.statistic for one in found]) > 7


@pytest.mark.slow
def test_intervals_cover_and_the_corrected_test_holds_its_level():
    n, draws = 12, 2000
    covered, rejected = [], []
    for seed in range(draws):
        values = exchangeable_draw(seed, n)
        model = actor_partner(*values, level=0.95)
        covered.append([r.ci_low <= truth <= r.ci_high for pair, truth in ((model.actor, 0.5), (model.partner, 0.2))
                        for r in pair])  # fmt: skip
        rejected.append(distinguishability(*values).p_corrected < 0.05)
    assert np.mean(covered, axis=0) == pytest.approx(np.full(4, 0.95), abs=3 * np.sqrt(0.95 * 0.05 / draws))
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.02)
