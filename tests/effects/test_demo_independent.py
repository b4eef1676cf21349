"""
Every row of the demo's estimates, worked out a second time from the raw files.

Nothing of rm_research is used on this side: `independent_files` reads, `independent_statistics` computes. Only the
second half, which compares, calls the package. One model of all people is fitted for leaders' first outcome, as
n × n matrices take their time; imputed rows, which no two programs draw alike, are held to what many draws of the same
model give.
"""

import shutil
from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from independent_files import DEMO, OUTCOMES, SETTINGS, WAVES, pairs_of_two, panel
from independent_statistics import (
    LEVEL,
    Clustered,
    Mixed,
    Numbers,
    arms_dealt_anew,
    bonett,
    by_t,
    cr2,
    d_ppc2,
    d_rm,
    improved,
    imputed,
    median_change,
    paired,
    reliably_improved,
    reml_hartung_knapp,
    signs_flipped,
    two_stages,
)

pytestmark = pytest.mark.slow

NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high", "p_adjusted"]
SMALLEST = {"inclusion": 0.2, "engagement": 0.3, "adaptability": 0.2}  # changes that matter, as the demo declares
COUNTS = ["n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters"]
KEY = ["contrast", "measure", "method", "cohort", "role", "arm", "subgroup", "scale"]
EXACT = 1e-8
M, DRAWS = 20, 1000  # imputations of ours, and here
FEW_DF = 4


# the rows ------------------------------------------------------------------------------------------------------------


def of_both(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~np.isnan(rows[[*WAVES]].to_numpy()).any(axis=1)]


def arrays(rows: pd.DataFrame) -> list[np.ndarray]:
    return [of_both(rows)[wave].to_numpy() for wave in WAVES]


def long(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a score of everyone with a score before."""
    rows = rows.dropna(subset="pre")
    return pd.concat([rows.assign(y=rows["pre"], after=0.0), rows.assign(y=rows["post"], after=1.0)]).dropna(subset="y")


def compound_symmetry(rows: pd.DataFrame, X: np.ndarray, contrast: int) -> Numbers:
    """Scores of a person have one variance and one covariance, which may be negative."""
    model = Mixed(rows["y"].to_numpy(), X, {"person": rows["code"]}, signed=True)
    return model.satterthwaite(np.eye(X.shape[1])[contrast])


def likelihood(of_arm: pd.DataFrame) -> Numbers:
    rows = long(of_arm)
    X = np.column_stack([np.ones(len(rows)), rows["after"]])
    if of_arm.dropna(subset="pre")["cluster"].duplicated().any():
        return {}  # of two leaders with one mentor a mixed model knows next to nothing; n × n matrices are singular
    return compound_symmetry(rows, X, 1)


def signs_of_clusters(both: pd.DataFrame) -> Numbers:
    """Share of all ways to flip the signs of whole dyads' changes that lead as far from 0."""
    change = both["post"] - both["pre"]
    totals = change.groupby(both["cluster"]).sum().to_numpy()
    flipped = [abs(np.dot(signs, totals)) for signs in product((-1, 1), repeat=len(totals))]
    return {"estimate": change.mean(), "p_value": np.mean(np.array(flipped) >= abs(totals.sum()) * (1 - 1e-9))}


def change_of_all(rows: pd.DataFrame) -> float:
    """Mean after expected of everyone with a score before, less their mean before."""
    (pre, post), everyone = arrays(rows), rows["pre"].dropna()
    if len(everyone) == len(pre):
        return float((post - pre).mean())
    return float(np.polyval(np.polyfit(pre, post, 1), everyone.mean()) - everyone.mean())


def change_left_out_in_turn(of_arm: pd.DataFrame) -> Numbers | str:
    """Jackknife over dyads, by brute force, with degrees of freedom of the mean before by CR2."""
    people = of_arm.dropna(subset="pre")
    if len(of_both(people)) < 2:
        return "too_few_pairs"
    names = people["cluster"].unique()
    estimate = change_of_all(people)
    without = np.array([change_of_all(people[people["cluster"] != name]) for name in names])
    error = np.sqrt((len(names) - 1) / len(names) * ((without - estimate) ** 2).sum())
    n = len(people)
    ways = [((people["cluster"] == name) - (share := (people["cluster"] == name).mean())) / n / np.sqrt(1 - share)
            for name in names]  # fmt: skip
    W = np.array(ways) @ np.array(ways).T
    return by_t(estimate, error, np.trace(W) ** 2 / (W**2).sum())


def role_difference_left_out_in_turn(people: pd.DataFrame) -> Numbers:
    """Of leaders and mentors, whose dyads are left out of both."""
    people = people.dropna(subset="pre")
    first, clusters = (people["role"] == "leader").to_numpy(), people["cluster"].to_numpy()
    roles = (people[first], people[~first])
    apart = [change_of_all(rows) for rows in roles]
    names, moved = np.unique(clusters), []
    for name in names:
        parts = []
        for rows, whole in zip(roles, apart, strict=True):
            G = rows["cluster"].nunique()
            left = rows[rows["cluster"] != name]
            parts.append((change_of_all(left) - whole) * np.sqrt((G - 1) / G) if len(left) < len(rows) else 0.0)
        moved.append(parts[0] - parts[1])
    X = np.column_stack([np.ones(len(people)), first.astype(float)])
    df = Clustered(X, clusters).df
    return by_t(apart[0] - apart[1], np.sqrt(np.square(moved).sum()), df)


def constrained(both_arms: pd.DataFrame) -> Numbers:
    """One mean before."""
    rows = long(both_arms)
    arm = (rows["arm"] == "programme").to_numpy(float)
    return compound_symmetry(rows, np.column_stack([np.ones(len(rows)), rows["after"], rows["after"] * arm]), 2)


def change_rows(of_arm: pd.DataFrame, retest: float) -> dict[tuple[str, str], Numbers | str]:
    pre, post = arrays(of_arm)
    both = of_both(of_arm)
    shared = both["cluster"].duplicated().any()
    rows = {
        ("mean", "jackknife"): change_left_out_in_turn(of_arm),
        ("mean", "paired_t"): change_left_out_in_turn(both) if shared else paired(pre, post),
        ("mean", "likelihood"): likelihood(of_arm),
        ("median", "hodges_lehmann"): median_change(pre, post), ("g_av", "bonett"): bonett(pre, post),
        ("d_rm", "paired_t"): d_rm(pre, post), ("share_improved", "wilson"): improved(pre, post),
    }  # fmt: skip
    heads = [rows["mean", name] for name in ("jackknife", "paired_t")]
    if any(not isinstance(found, str) and found["df"] < FEW_DF - 1e-6 for found in heads):
        rows["mean", "sign_flips"] = signs_of_clusters(both)
    if not np.isnan(retest):
        rows["reliable_change", "wilson"] = reliably_improved(pre, post, retest)
    if of_arm["pre"].notna().sum() > len(pre):
        rows["mean", "imputed"] = imputed_change(of_arm)
    return rows


def imputed_change(of_arm: pd.DataFrame) -> Numbers | str:
    everyone, pairs = of_arm.dropna(subset="pre"), len(of_both(of_arm))
    if pairs < 7:
        return "too_few_pairs"
    pre = everyone["pre"].to_numpy()
    change = imputed(pre, everyone["post"].to_numpy(), DRAWS, np.random.default_rng(1)) - pre
    return pooled(change.mean(axis=1), change.std(axis=1, ddof=1) / np.sqrt(len(pre)))


def pooled(estimates: np.ndarray, std_errors: np.ndarray) -> Numbers:
    """What twenty imputations give on average, and how far off they may be: the variance between by χ²₁₉ / 19."""
    between, variances = estimates.var(ddof=1), std_errors**2
    off = np.sqrt(2 / (M - 1) * ((1 + 1 / M) * between) ** 2 + variances.var() / M)
    return {"estimate": estimates.mean(), "std_error": np.sqrt(variances.mean() + (1 + 1 / M) * between),
            "estimate_off": np.sqrt(between / M), "variance_off": off}  # fmt: skip


def design(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores after, the columns 1, arm and score before, and clusters, of everyone with both scores."""
    both = of_both(rows)
    X = np.column_stack([np.ones(len(both)), both["arm"] == "programme", both["pre"]]).astype(float)
    return both["post"].to_numpy(), X, both["cluster"].to_numpy()


def difference_rows(both_arms: pd.DataFrame) -> dict[tuple[str, str], Numbers | str]:
    y, X, clusters = design(both_arms)
    arms = [arrays(both_arms[both_arms["arm"] == arm]) for arm in ("programme", "waitlist")]
    rows: dict[tuple[str, str], Numbers | str] = {
        ("mean", "ancova"): cr2(y, X, clusters), ("mean", "change_score"): cr2(y - X[:, 2], X[:, :2], clusters),
        ("mean", "constrained_likelihood"): constrained(both_arms), ("d_ppc2", "change_score"): d_ppc2(*arms),
        ("mean", "instrument"): attending(both_arms), ("mean", "imputed"): imputed_difference(both_arms),
    }  # fmt: skip
    if rows["mean", "ancova"]["df"] < FEW_DF:
        nothing = dict.fromkeys(NUMBERS[:-1], np.nan) | {"estimate": rows["mean", "ancova"]["estimate"]}
        p_value = signs_flipped(y, X, clusters)
        rows["mean", "wild_bootstrap"] = nothing | {"p_value": p_value(0.0), "p_value_at": p_value}
        rows["mean", "randomisation"] = nothing | {"p_value": arms_dealt_anew(y, X, clusters)}
    return rows


def attending(both_arms: pd.DataFrame) -> Numbers | str:
    known = both_arms[both_arms["sessions"].notna() | both_arms["arm"].eq("waitlist")]
    y, Z, clusters = design(known)
    met = of_both(known)["sessions"].gt(0) & of_both(known)["arm"].eq("programme")
    if met[of_both(known)["arm"].eq("programme")].all():
        return "all_complied"
    return two_stages(y, np.column_stack([Z[:, 0], met, Z[:, 2]]).astype(float), Z, clusters)


def imputed_difference(both_arms: pd.DataFrame) -> Numbers | str:
    draws, parts = np.random.default_rng(1), []
    for arm in ("programme", "waitlist"):
        own = both_arms[both_arms["arm"] == arm].dropna(subset="pre")
        if len(of_both(own)) < 7:
            return "too_few_pairs"
        parts.append((own, imputed(own["pre"].to_numpy(), own["post"].to_numpy(), DRAWS, draws)))
    everyone = pd.concat([own for own, _ in parts])
    posts = np.concatenate([drawn for _, drawn in parts], axis=1).T
    X = np.column_stack([np.ones(len(everyone)), everyone["arm"] == "programme", everyone["pre"]]).astype(float)
    coefficients = np.linalg.pinv(X) @ posts
    return pooled(coefficients[1], Clustered(X, everyone["cluster"].to_numpy()).std_error(posts - X @ coefficients))


def role_difference(of_programme: pd.DataFrame) -> Numbers:
    """Leaders less mentors; persons, dyads and dyads at each wave have intercepts."""
    rows = long(of_programme)
    leader = (rows["role"] == "leader").to_numpy(float)
    X = np.column_stack([np.ones(len(rows)), rows["after"], leader, leader * rows["after"]])
    return Mixed(rows["y"].to_numpy(), X, between_people(rows)).satterthwaite(np.eye(4)[3])


def between_people(rows: pd.DataFrame) -> dict[str, pd.Series]:
    parts = {"person": rows["cohort"] + rows["code"]}
    if rows.groupby("cluster")["code"].nunique().max() > 1:
        parts |= {"cluster": rows["cluster"], "cluster at wave": rows["cluster"] + rows["after"].astype(str)}
    return parts


def dose(of_arm: pd.DataFrame) -> Numbers | str:
    known = of_both(of_arm).dropna(subset="sessions")
    if len(known) < 4:
        return "too_few_people"
    X = np.column_stack([np.ones(len(known)), known["sessions"], known["pre"]]).astype(float)
    return cr2(known["post"].to_numpy(), X, known["cluster"].to_numpy())


def dyad_rows(of_programme: pd.DataFrame, dyads: pd.DataFrame) -> list[dict[str, object]]:
    """Own and partner's slope by least squares, an equation for each role."""
    scores = {role: rows.set_index("code")[[*WAVES]].add_suffix(f"_{role}") for role, rows in
              of_programme.groupby("role")}  # fmt: skip
    both = dyads
    for role in ("leader", "mentor"):
        both = both.join(scores[role], on=role, how="inner")
    counts = {f"n_{wave}": len(both.dropna(subset=[f"{wave}_leader", f"{wave}_mentor"])) for wave in WAVES}
    complete = both.dropna()
    counts |= {"n_pairs": len(complete), "n_clusters": len(complete)}
    rows = []
    for role, other in (("leader", "mentor"), ("mentor", "leader")):
        X = sm.add_constant(complete[[f"pre_{role}", f"pre_{other}"]].to_numpy())
        fit = sm.OLS(complete[f"post_{role}"].to_numpy(), X).fit() if len(complete) > 5 else None
        for contrast, column in (("actor", 1), ("partner", 2)):
            found = by_t(fit.params[column], fit.bse[column], fit.df_resid) if fit else "too_few_pairs"
            rows.append(
                {"contrast": contrast, "measure": "slope", "method": "apim", "role": role} | counts | filled(found)
            )
    return rows


def filled(found: Numbers | str) -> dict[str, object]:
    return {"reason": found} if isinstance(found, str) else dict(found)


def counted(of_arm: pd.DataFrame) -> dict[str, int]:
    return {"n_pre": of_arm["pre"].count(), "n_post": of_arm["post"].count(), "n_pairs": len(of_both(of_arm))}


def retests(people: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Correlation of both scores in the comparison, by role and scale over all cohorts."""
    waiting = of_both(people[people["arm"] == "waitlist"])
    return {key: rows["pre"].corr(rows["post"]) for key, rows in waiting.groupby(["role", "scale"])}


def question_rows(place: dict[str, str], both_arms: pd.DataFrame, retest: float) -> list[dict[str, object]]:
    """Rows of one cohort, role and scale."""
    rows = []
    for arm, of_arm in both_arms.groupby("arm"):
        own = place | {"arm": arm} | counted(of_arm)
        for (measure, method), found in change_rows(of_arm, retest if arm == "programme" else np.nan).items():
            clusters = (
                {"jackknife": of_arm.dropna(subset="pre"), "paired_t": of_both(of_arm)} if measure == "mean" else {}
            )
            counts = {"n_clusters": clusters[method]["cluster"].nunique()} if method in clusters else {}
            rows.append(own | {"contrast": "change", "measure": measure, "method": method} | counts | filled(found))
    own = place | {"arm": "programme"} | counted(of_arm := both_arms[both_arms["arm"] == "programme"])
    rows.append(own | {"contrast": "dose", "measure": "slope", "method": "ols"} | filled(dose(of_arm)))
    both = of_both(both_arms)
    for (measure, method), found in difference_rows(both_arms).items():
        counts = {"n_comparison": (both["arm"] == "waitlist").sum(), "n_clusters": both["cluster"].nunique()}
        if method == "imputed":
            counts["n_clusters"] = both_arms.dropna(subset="pre")["cluster"].nunique()
        if method == "instrument":
            counts.pop("n_clusters")
        rows.append(own | {"contrast": "difference", "measure": measure, "method": method} | counts | filled(found))
    return rows


def pair_rows(place: dict[str, str], of_programme: pd.DataFrame, dyads: pd.DataFrame) -> list[dict[str, object]]:
    """Rows of one cohort and scale that set leaders and mentors beside each other."""
    leaders, mentors = (of_programme[of_programme["role"] == role] for role in ("leader", "mentor"))
    if mentors.empty:
        return []
    place = place | {"arm": "programme"}
    counts = counted(leaders) | {"n_comparison": len(of_both(mentors)),
                                 "n_clusters": of_both(of_programme)["cluster"].nunique()}  # fmt: skip
    apart = {"contrast": "role_difference", "measure": "mean", "role": "leader", "subgroup": "leader − mentor"}
    found = {"jackknife": role_difference_left_out_in_turn(of_programme), "likelihood": role_difference(of_programme),
             "paired_t": role_difference_left_out_in_turn(of_both(of_programme))}  # fmt: skip
    return [*(place | apart | counts | {"method": method} | numbers for method, numbers in found.items()),
            *(place | row for row in dyad_rows(of_programme, dyads))]  # fmt: skip


def cohort_rows(people: pd.DataFrame) -> pd.DataFrame:
    rows, retest, dyads = [], retests(people), pairs_of_two()
    for (cohort, role, scale), both_arms in people.groupby(["cohort", "role", "scale"]):
        rows += question_rows({"cohort": cohort, "role": role, "scale": scale}, both_arms, retest[role, scale])
    for (cohort, scale), rows_of in people[people["arm"] == "programme"].groupby(["cohort", "scale"]):
        rows += pair_rows({"cohort": cohort, "scale": scale}, rows_of, dyads[dyads["cohort"] == cohort])
    return pd.DataFrame(rows)


# the programme -------------------------------------------------------------------------------------------------------


def programme_rows(rows: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    found = []
    headline = rows[rows["method"].isin(["jackknife", "ancova"]) & rows["contrast"].isin(["change", "difference"])]
    for (contrast, role, arm, scale), cohorts in headline.groupby(["contrast", "role", "arm", "scale"]):
        cohorts = cohorts[cohorts["std_error"].notna()]
        sums = cohorts[[name for name in COUNTS if name != "n_clusters"]].sum(min_count=1)
        place = {"cohort": "all cohorts", "role": role, "arm": arm, "scale": scale, "measure": "mean"}
        place |= {**sums, "n_clusters": len(cohorts), "contrast": f"pooled_{contrast}"}
        average = reml_hartung_knapp(cohorts["estimate"].to_numpy(), pooled_errors(cohorts, contrast))
        found.append(place | {"method": "reml_hk"} | average)
        mine = people[people["role"].eq(role) & people["scale"].eq(scale) & people["cohort"].isin(cohorts["cohort"])]
        if contrast == "change":
            found.append(place | {"method": "people"} | change_over_cohorts(mine[mine["arm"] == arm]))
        else:
            found += [place | {"method": name} | difference_of_all(mine, name) for name in ("ancova", "change_score")]
    return pd.DataFrame(found)


def pooled_errors(cohorts: pd.DataFrame, contrast: str) -> np.ndarray:
    """Own errors of large cohorts; else the residual variance that all have in common, by degrees of freedom."""
    own, df = cohorts["std_error"].to_numpy(float), cohorts["df"].to_numpy(float)
    names = ["n_pairs"] if contrast == "change" else ["n_pairs", "n_comparison"]
    factor = sum(1 / cohorts[name].to_numpy(float) for name in names)
    return own if (df >= 20).all() else np.sqrt(np.average(own**2 / factor, weights=df) * factor)


def change_over_cohorts(of_arm: pd.DataFrame) -> Numbers:
    """Everyone with a score before, each cohort by its people; clusters left out one by one within cohorts."""
    rows = of_arm.dropna(subset=["pre"])
    shares = rows["cohort"].value_counts(normalize=True)

    def mean(some: pd.DataFrame) -> float:
        both = some.dropna(subset=["post"])
        middle = both.groupby("cohort")[["pre", "post"]].transform("mean")
        x, y = both["pre"] - middle["pre"], both["post"] - middle["post"]
        b, means, everyone = (x @ y) / (x @ x), both.groupby("cohort")[["pre", "post"]].mean(), some.groupby("cohort")
        before = everyone["pre"].mean()
        return float((shares * (means["post"] + b * (before - means["pre"]) - before)).sum())

    whole, moved = mean(rows), dict.fromkeys(rows["cluster"], 0.0)
    for cohort, of_cohort in rows.groupby("cohort"):
        clusters = of_cohort["cluster"].unique()
        for cluster in clusters:
            rest = rows[~(rows["cohort"].eq(cohort) & rows["cluster"].eq(cluster))]
            moved[cluster] += np.sqrt((len(clusters) - 1) / len(clusters)) * (mean(rest) - whole)
    X = pd.get_dummies(rows["cohort"]).astype(float)
    *_, df = averaged(rows["pre"].to_numpy(), X.to_numpy(), shares[X.columns].to_numpy(), rows["cluster"].to_numpy())
    return by_t(whole, float(np.sqrt(sum(value**2 for value in moved.values()))), df)


def difference_of_all(both_arms: pd.DataFrame, method: str) -> Numbers:
    """Arms within cohorts, each cohort by its people in the programme."""
    rows = of_both(both_arms)
    cohorts, treated = pd.get_dummies(rows["cohort"]).astype(float), rows["arm"].eq("programme").to_numpy(float)
    shares, k = cohorts[treated == 1].mean().to_numpy(), cohorts.shape[1]
    X = np.column_stack([cohorts, cohorts.to_numpy() * treated[:, None], rows["pre"]])
    y, weights = rows["post"].to_numpy(), np.concatenate([np.zeros(k), shares, [0.0]])
    if method == "change_score":
        X, y, weights = X[:, :-1], (rows["post"] - rows["pre"]).to_numpy(), weights[:-1]
    return by_t(*averaged(y, X, weights, rows["cluster"].to_numpy()))


def averaged(y: np.ndarray, X: np.ndarray, weights: np.ndarray, clusters: np.ndarray) -> tuple[float, float, float]:
    """Combination of coefficients with CR2 and Satterthwaite's degrees of freedom, by the residual maker itself."""
    M = np.linalg.inv(X.T @ X)
    b, maker = M @ X.T @ y, np.eye(len(y)) - X @ M @ X.T
    variance, columns = 0.0, []
    for cluster in np.unique(clusters):
        at = clusters == cluster
        values, vectors = np.linalg.eigh(maker[np.ix_(at, at)])
        root = vectors @ np.diag([v**-0.5 if v > 1e-9 else 0.0 for v in values]) @ vectors.T
        a = root @ X[at] @ M @ weights
        variance += (a @ (y - X @ b)[at]) ** 2
        columns.append(maker[:, at] @ a)
    gram = np.array(columns) @ np.array(columns).T
    return float(weights @ b), float(np.sqrt(variance)), float(np.trace(gram) ** 2 / (gram**2).sum())


def adjusted(rows: pd.DataFrame) -> pd.Series:
    """
    The first outcome by itself, Holm over the others of one contrast and arm, within cohort and role.

    Where a claim is that something matters, its p-value is against that: such families are not worked out here.
    """
    headline = rows[rows["method"].isin(["jackknife", "ancova", "people"]) & rows["p_value"].notna()]
    parts = []
    first, matters = headline["scale"].eq("inclusion"), headline["scale"].map(SMALLEST)
    beyond = headline["ci_low"].ge(matters) | headline["ci_high"].le(-matters)
    compared = headline["arm"].eq("waitlist")
    for _, family in headline.groupby(["contrast", "cohort", "role", compared, first]):
        if beyond[family.index].any():
            continue
        ordered = family["p_value"].sort_values()
        steps = ordered * np.arange(len(ordered), 0, -1)
        parts.append(steps.cummax().clip(upper=1))
    return pd.concat(parts).reindex(rows.index)


def expected() -> pd.DataFrame:
    people = panel()
    rows = cohort_rows(people)
    rows = pd.concat([rows, programme_rows(rows, people)], ignore_index=True)
    rows["subgroup"] = rows["subgroup"].fillna("everyone")
    return rows.assign(p_adjusted=adjusted(rows)).set_index(KEY).sort_index()


# the comparison ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> tuple[pd.DataFrame, pd.DataFrame]:
    from rm_research.effects import estimate_change, estimate_difference, estimate_dose, estimate_dyads
    from rm_research.effects.estimates import joined
    from rm_research.panel import prepare_study
    from rm_research.study import read_study
    from rm_research.synthesis import estimate_programme

    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".rm_research"))
    study = read_study(folder)
    prepared = prepare_study(study)
    cohorts = joined([
        *(verb(prepared.panel, study=study) for verb in (estimate_change, estimate_difference, estimate_dose)),
        estimate_dyads(prepared.panel, prepared.dyads, study=study),
    ])  # fmt: skip
    whole = joined([cohorts, estimate_programme(cohorts, study=study, panel=prepared.panel)])
    theirs = whole.to_frame()
    theirs = theirs[theirs["method"] != "experience"]  # what partners say has no second computation here
    return theirs.set_index(KEY).sort_index(), expected()


def test_the_demo_is_as_this_file_takes_it():
    assert set(SETTINGS["outcomes"]) == set(OUTCOMES)
    assert {scale.get("kind") for name, scale in SETTINGS["scales"].items() if name not in OUTCOMES} == {"process"}
    assert "as_planned" not in SETTINGS["programme"]
    assert SETTINGS["design"]["unit"] == "dyad"
    assert SETTINGS["design"]["assignment"] == "randomised"
    assert "imputations" not in SETTINGS["missing"]
    assert {scale["better"] for scale in OUTCOMES.values()} == {"higher"}
    assert not {"score", "retest", "picked"} & {key for scale in OUTCOMES.values() for key in scale}


def test_the_same_rows(tables):
    ours, theirs = tables
    assert ours.index.is_unique
    assert list(ours.index) == list(theirs.index)
    assert len(ours) > 600


@pytest.mark.parametrize("name", COUNTS)
def test_counts(tables, name):
    ours, theirs = (table[name].astype("float64") for table in tables)
    pd.testing.assert_series_equal(ours, theirs, check_exact=True)


def not_worked_out(theirs: pd.DataFrame) -> pd.Series:
    """Likelihood rows of people who share dyads: a check next to the main row, and a mixed model of our own."""
    return methods(theirs, "likelihood") & theirs["estimate"].isna() & theirs["reason"].isna()


def test_reasons(tables):
    left_out = not_worked_out(tables[1])
    ours, theirs = (table.loc[~left_out, "reason"].fillna("") for table in tables)
    assert ours.tolist() == theirs.tolist()
    assert set(ours) == {"", "all_complied", "too_few_pairs", "too_few_people"}


def methods(table: pd.DataFrame, *names: str) -> pd.Series:
    return table.index.get_level_values("method").isin(names)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(tables, name):
    """1e-8 relative, also where both sides look for the maximum of a likelihood; what is within 1e-12 of 0 is 0."""
    ours, theirs = tables
    drawn = methods(ours, "imputed", "wild_bootstrap")
    compared = ~drawn & ~not_worked_out(theirs)
    if name == "p_adjusted":
        compared &= theirs[name].notna() | ours[name].isna()
        assert theirs.loc[compared, name].notna().sum() > 40
    pd.testing.assert_series_equal(ours.loc[compared, name], theirs.loc[compared, name], rtol=EXACT, atol=1e-12)


def test_signs_flipped(tables):
    """The p-value exactly; the interval ends where the hypothesis is just rejected."""
    ours, theirs = (table[methods(table, "wild_bootstrap")] for table in tables)
    pd.testing.assert_series_equal(ours["estimate"], theirs["estimate"], rtol=EXACT)
    pd.testing.assert_series_equal(ours["p_value"], theirs["p_value"], check_exact=True)
    assert ours[["std_error", "df", "statistic", "p_adjusted"]].isna().all(axis=None)
    for (_, row), p_value in zip(ours.iterrows(), theirs["p_value_at"], strict=True):
        for end, outwards in ((row["ci_low"], -1), (row["ci_high"], 1)):
            near = 1e-6 * abs(row["ci_high"] - row["ci_low"]) * outwards
            assert p_value(end - near) > 1 - LEVEL >= p_value(end + near)


def test_imputed_rows(tables):
    """Twenty imputations beside many more of the same model: within five Monte Carlo errors of twenty."""
    ours, theirs = (table[methods(table, "imputed") & table["reason"].isna()] for table in tables)
    assert len(ours) > 60
    estimates = (ours["estimate"] - theirs["estimate"]) / theirs["estimate_off"]
    variances = (ours["std_error"] ** 2 - theirs["std_error"] ** 2) / theirs["variance_off"]
    for errors in (estimates, variances):
        assert errors.abs().max() < 5
        assert errors.abs().mean() < 1
        assert abs(errors.mean()) < 0.4
    half = (ours["ci_high"] - ours["ci_low"]) / 2
    from_t = [by_t(row["estimate"], row["std_error"], row["df"]) for _, row in ours.iterrows()]
    np.testing.assert_allclose(half, [(t["ci_high"] - t["ci_low"]) / 2 for t in from_t], rtol=EXACT)
    np.testing.assert_allclose(ours["p_value"], [t["p_value"] for t in from_t], rtol=EXACT)
