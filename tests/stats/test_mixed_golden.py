"""Mixed models against lme4, lmerTest, pbkrtest and nlme."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rm_research.stats.mixed import Term, fit_reml, kenward_roger, satterthwaite

REFERENCE = Path(__file__).parents[1] / "reference"
STOPS = "lme4 stops about 3e-5 short of the optimum, where its deviance is up to 2e-8 higher than ours"


def columns(*values) -> np.ndarray:
    return np.column_stack([np.broadcast_to(np.asarray(value, float), len(values[-1])) for value in values])


def simulated(golden, name):
    r, data = golden("lmer_rm_sim")
    data = data.dropna(subset=["y"])
    wave, treat, role = data["wave"], data["treat"], data["role"] == "leader"
    further = [role] if name == "dyad_person" else []
    terms = {"nested": ["person", "dyad", "cohort"], "dyad_person": ["person", "dyad"], "person": ["person"]}[name]
    X = columns(1, wave, treat, *further, wave * treat)
    return r[name], data["y"], X, [Term(term, data[term]) for term in terms]


def growth(golden, name):
    r, data = golden("lmer_univbct_growth")
    slope = data["TIME"] if name == "rs" else None
    return r[name], data["JSAT"], columns(1, data["TIME"]), [Term("SUBNUM", data["SUBNUM"], slope)]


def sleepstudy(golden, _):
    r, data = golden("lmer_sleepstudy")
    return r, data["Reaction"], columns(1, data["Days"]), [Term("Subject", data["Subject"], data["Days"])]


def dyestuff2(golden, _):
    r, data = golden("lmer_singular_dyestuff2")
    return r, data["Yield"], np.ones((len(data), 1)), [Term("Batch", pd.factorize(data["Batch"])[0])]


def btheb(golden, _):
    r, _ = golden("attrition_fiml_btheb")
    data = pd.read_csv(REFERENCE / "attrition_btheb_long.csv").dropna(subset=["bdi"])
    return (
        r["lmer"],
        data["bdi"],
        columns(1, *(data[x] for x in ("pre", "time", "treat", "drug", "long"))),
        [Term("id", data["id"])],
    )


def dyads(golden, _):
    r, data = golden("apim_sim45")
    actor, partner = data[["x1", "x2"]].to_numpy().ravel(), data[["x2", "x1"]].to_numpy().ravel()
    y = pd.Series(data[["y1", "y2"]].to_numpy().ravel())
    shared = {"satterthwaite": r["indistinguishable_lmer_satterthwaite"], "varcorr": r["lmer_varcorr"]}
    return shared, y, columns(1, actor, partner), [Term("dyad", np.repeat(np.arange(len(data)), 2))]


MODELS = [
    *(("lmer_rm_sim", simulated, name) for name in ("nested", "dyad_person", "person")),
    *(("lmer_univbct_growth", growth, name) for name in ("ri", "rs")),
    ("lmer_sleepstudy", sleepstudy, ""),
    ("lmer_singular_dyestuff2", dyestuff2, ""),
    ("attrition_fiml_btheb", btheb, ""),
    ("apim_sim45", dyads, ""),
]


@pytest.fixture(params=MODELS, ids=lambda model: f"{model[0]} {model[2]}".strip())
def model(request, golden):
    against, read, name = request.param
    r, y, X, terms = read(golden, name)
    return against, r, fit_reml(y.to_numpy(float), X, terms), X.shape


def test_likelihood_and_variances_are_those_of_lme4(model, compare):
    against, r, fit, _ = model
    names = {"(Intercept)": "", None: ""}
    variances = {}
    for row in r["varcorr"]:
        term = row["grp"].split(":")[0].replace("Residual", "residual")
        if row.get("var2"):
            variances[f"cov_{term}_slope"] = row["vcov"]
        else:
            variances[f"var_{term}{names.get(row.get('var1'), '_slope')}"] = row["vcov"]
    compare(fit.variances, variances, of=[fit_reml], against=against, rel=1e-3, absolute=1e-12, because=STOPS)
    if "logLik_REML" not in r:
        return
    ours = {"logLik_REML": fit.log_likelihood, "REML_deviance": -2 * fit.log_likelihood, "n": fit.system.n}
    compare(ours, {name: r[name] for name in ours}, of=[fit_reml], against=against, rel=1e-9)
    assert -2 * fit.log_likelihood <= r["REML_deviance"] + 1e-9
    assert np.sqrt(fit.variances["var_residual"]) == pytest.approx(r["sigma"], rel=1e-3)
    assert bool(fit.singular) == r["singular"]
    assert sorted(fit.system.groups) == sorted(r["ngroups"].values())


def test_coefficients_are_those_of_lme4(model, compare):
    against, r, fit, (_, p) = model
    expected = {row["term"]: row["estimate"] for row in r["satterthwaite"]}
    ours = dict(zip(expected, fit.coefficients, strict=True))
    assert len(expected) == p
    compare(ours, expected, of=[fit_reml], against=against, rel=1e-5, because=STOPS)


@pytest.mark.parametrize("method", [satterthwaite, kenward_roger], ids=lambda method: method.__name__)
def test_inference_is_that_of_lmertest_and_pbkrtest(method, model, compare):
    against, r, fit, (_, p) = model
    for column, row in enumerate(r.get(method.__name__, [])):
        result = method(fit, np.eye(p)[column], level=0.95)
        ours = {"se": result.std_error, "df": result.df, "t": result.statistic, "estimate": result.estimate}
        compare(
            ours, {name: row[name] for name in ours}, of=[fit_reml, method], against=against, rel=1e-3, because=STOPS
        )
        expected = {"p": row["p"]}
        compare({"p": result.p_value}, expected, of=[fit_reml, method], against=against, rel=1e-3, absolute=1e-6)
        assert result.details == {**fit.variances, "log_likelihood": fit.log_likelihood}


def test_intervals_are_those_of_lmertest(model, compare):
    against, r, fit, (_, p) = model
    for column, row in enumerate(r.get("satterthwaite_ci95", [])):
        result = satterthwaite(fit, np.eye(p)[column], level=0.95)
        # an end near 0 is compared in units of the standard error
        ours = {"low": result.ci_low / result.std_error, "high": result.ci_high / result.std_error}
        theirs = {name: row[name] / result.std_error for name in ours}
        compare(ours, theirs, of=[fit_reml, satterthwaite], against=against, rel=1e-3, absolute=1e-4, because=STOPS)


def test_tests_of_terms_are_those_of_lmertest(model, compare):
    against, r, fit, (_, p) = model
    rows = r.get("anova_satterthwaite", [])
    for column, row in enumerate(rows, start=p - len(rows)):
        result = satterthwaite(fit, np.eye(p)[column], level=0.95)
        squares = result.statistic**2 * fit.variances["var_residual"]
        ours = {"Sum Sq": squares, "Mean Sq": squares, "NumDF": 1, "DenDF": result.df, "F value": result.statistic**2}
        compare(ours, {name: row[name] for name in ours}, of=[fit_reml, satterthwaite], against=against, rel=1e-3)
        assert result.p_value == pytest.approx(row["Pr(>F)"], rel=1e-3, abs=1e-6)


def test_exchangeable_dyads_are_those_of_nlme(golden, compare):
    r, _ = golden("apim_sim45")
    _, y, X, terms = dyads(golden, "")
    fit = fit_reml(y.to_numpy(float), X, terms)
    for column, row in enumerate(r["indistinguishable_gls_reml"]):
        result = satterthwaite(fit, np.eye(3)[column], level=0.95)
        ours = {"Value": result.estimate, "Std.Error": result.std_error, "t-value": result.statistic}
        expected = {name: row[name] for name in ours}
        because = "gls has the same model in another form; its p-values are with n − p degrees of freedom"
        compare(ours, expected, of=[fit_reml, satterthwaite], against="apim_sim45", rel=1e-4, because=because)
    share = fit.variances["var_dyad"] / (fit.variances["var_dyad"] + fit.variances["var_residual"])
    compare({"rho": share}, {"rho": r["indist_gls_rho"]}, of=[fit_reml], against="apim_sim45", rel=1e-4, because=STOPS)
