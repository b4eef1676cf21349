"""
Every row of the demo's estimates, worked out a second time from the raw files.

Nothing of rm_research is used on this side: the cleaning follows the study folder (data/demo) and the rules of the
documents, the statistics come from scipy, statsmodels or their formulas written out. Only the second half, which
compares, calls the package. Rules followed: rows count if `where` holds, consent is given and an item is answered;
labels match after trimming, Unicode normalisation and case folding, everything else is missing; of two questionnaires
of a person the later one counts; a score needs half of its items; the roster says who is in which arm; dyads that share
a person are one cluster. A questionnaire without a code is a person of its own, of whom nothing says the arm, so that
it counts in none.
"""

import shutil
import tomllib
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

DEMO = Path(__file__).parents[2] / "data" / "demo"
SETTINGS = tomllib.loads((DEMO / "study.toml").read_text(encoding="utf-8"))
LEVEL, WAVES = 0.95, ("pre", "post")
NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high", "p_adjusted"]
COUNTS = ["n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters"]
KEY = ["contrast", "method", "cohort", "role", "arm", "scale"]


# the raw files -------------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read(name: str, **options) -> pd.DataFrame:
    return pd.read_csv(DEMO / name, dtype=str, keep_default_na=False, **options)


def words(table: str) -> dict[str, str]:
    return {fold(entry): word for word, entries in SETTINGS["values"][table].items() for entry in [word, *entries]}


def sheet(wave: str) -> pd.DataFrame:
    """Questionnaires of a wave that count: code, cohort, role, and a column of text by item."""
    rows = read(f"{wave}.csv", skiprows=[1, 2])
    codebook = read("codebook.csv")
    for column, wanted in SETTINGS["waves"][wave]["where"].items():
        rows = rows[rows[column].map(fold) == fold(wanted)]
    rows = rows[rows["consent"].map(fold).map(words("consent")) == "yes"]
    missing = {"", *map(fold, SETTINGS["missing"]["values"])}
    items = pd.DataFrame(
        {item: rows[column].map(fold) for item, column in zip(codebook["item"], codebook[wave], strict=True)}
    )
    items = items.mask(items.isin(missing))
    facts = pd.DataFrame(
        {
            "code": rows["code"].map(fold),
            "cohort": rows["cohort"].str.strip(),
            "role": rows["role"].map(fold).map(words("role")),
            "submitted": pd.to_datetime(rows["RecordedDate"]),
        }
    )
    facts.loc[facts["code"] == "", "code"] = [f"({wave} {place})" for place in facts.index[facts["code"] == ""]]
    whole = facts.join(items)[items.notna().any(axis=1)]
    whole = whole.sort_values("submitted", kind="stable")
    return whole[~whole.duplicated(["cohort", "code"], keep="last")]


def scores(wave: str) -> pd.DataFrame:
    """One row a questionnaire, a column a scale."""
    rows, codebook = sheet(wave), read("codebook.csv").set_index("item")
    found = rows[["cohort", "code"]].copy()
    for scale, declared in SETTINGS["scales"].items():
        keyed = {}
        for item, entry in codebook[codebook["scale"] == scale].iterrows():
            labels = {fold(label): float(value) for label, value in SETTINGS["answers"][entry["answers"]].items()}
            low, high = float(entry["low"]), float(entry["high"])
            values = rows[item].map(labels).astype(float)
            values = values.where(values.between(low, high))
            keyed[item] = low + high - values if entry["reverse"] == "yes" else values
        answers = pd.DataFrame(keyed)
        mean = answers.sum(axis=1) / answers.notna().sum(axis=1).replace(0, np.nan)
        found[scale] = mean.where(answers.notna().sum(axis=1) >= declared["min_answered"] * answers.shape[1])
    return found.set_index(["cohort", "code"])


def people() -> pd.DataFrame:
    """Role, arm and cluster of everyone; the roster counts first, then the baseline, then the later wave."""
    roster = read("roster.csv")
    roster = roster.assign(
        code=roster["code"].map(fold),
        cohort=roster["cohort"].str.strip(),
        role=roster["role"].map(fold).map(words("role")),
        arm=roster["arm"].map(fold).map(words("arm")),
    )
    roster["cluster"] = merged_dyads(roster)
    everyone = pd.concat([roster, *(sheet(wave) for wave in WAVES)]).drop_duplicates(["cohort", "code"])
    everyone["cluster"] = everyone["cluster"].fillna(everyone["cohort"] + everyone["code"])
    return everyone.set_index(["cohort", "code"])[["role", "arm", "cluster"]]


def merged_dyads(roster: pd.DataFrame) -> pd.Series:
    """Give dyads that share a person, directly or through others, one name."""
    name = roster["cohort"] + " " + roster["pair"].map(fold)
    while True:
        lower = name.groupby([roster["cohort"], roster["code"]]).transform("min")
        lower = lower.groupby([roster["cohort"], roster["pair"]]).transform("min")
        if (lower == name).all():
            return name
        name = lower


def panel() -> pd.DataFrame:
    """One row a person and scale: pre, post, role, arm, cluster."""
    keys = ["cohort", "code", "scale"]
    long = {wave: scores(wave).melt(ignore_index=False, var_name="scale").reset_index() for wave in WAVES}
    both = pd.concat({wave: rows.set_index(keys)["value"] for wave, rows in long.items()}, axis=1, sort=True)
    asked = [(name, role) for name, scale in SETTINGS["scales"].items() for role in scale["roles"]]
    everyone = people().reset_index().merge(pd.DataFrame(asked, columns=["scale", "role"]), on="role")
    return everyone.dropna(subset="arm").merge(both.reset_index(), on=keys, how="left")


# the statistics ------------------------------------------------------------------------------------------------------


def by_t(estimate: float, std_error: float, df: float) -> dict[str, float]:
    law = stats.norm() if np.isnan(df) else stats.t(df)
    half, t = law.ppf((1 + LEVEL) / 2) * std_error, estimate / std_error
    return {"estimate": estimate, "std_error": std_error, "df": df, "statistic": t, "p_value": 2 * law.sf(abs(t)),
            "ci_low": estimate - half, "ci_high": estimate + half}  # fmt: skip


def paired(pre, post) -> dict[str, float]:
    test = stats.ttest_rel(post, pre)
    low, high = test.confidence_interval(LEVEL)
    return {"estimate": np.mean(post - pre), "std_error": stats.sem(post - pre), "df": test.df,
            "statistic": test.statistic, "p_value": test.pvalue, "ci_low": low, "ci_high": high}  # fmt: skip


def bonett(pre, post) -> dict[str, float]:
    """g_av: R code of reference/paired_sleep.json; estimate and standard error times J, Bonett's interval as it is."""
    df, s1, s2, r = len(pre) - 1, np.std(pre, ddof=1), np.std(post, ddof=1), stats.pearsonr(pre, post).statistic
    average = np.sqrt((s1**2 + s2**2) / 2)
    d = np.mean(post - pre) / average
    variance = d**2 * (s1**4 + s2**4 + 2 * r**2 * s1**2 * s2**2) / (8 * df * average**4)
    variance += (s1**2 + s2**2 - 2 * r * s1 * s2) / (df * average**2)
    j = stats.chi.mean(df) ** -1 * np.sqrt(df) * (df - 1) / df  # Γ(df/2) / (√(df/2) Γ((df − 1)/2)), by the mean of chi
    return by_t(d, np.sqrt(variance), np.nan) | {"estimate": j * d, "std_error": j * np.sqrt(variance)}


def median_change(pre, post) -> dict[str, float] | str:
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
    return {"estimate": np.median(averages), "std_error": np.nan, "df": np.nan, "statistic": v,
            "p_value": test.pvalue, **ends}  # fmt: skip


def signed_rank(x) -> float:
    """Standardised V with continuity correction: mean n(n + 1)/4, variance Σ rank² / 4, so ties need no formula."""
    ranks = stats.rankdata(np.abs(x))
    distance = ranks[x > 0].sum() - ranks.sum() / 2
    return np.sign(distance) * (abs(distance) - 0.5) / np.sqrt(np.sum(ranks**2) / 4) if distance else 0.0


def cr2(y, X, clusters) -> dict[str, float]:
    """Second coefficient by n × n matrices: Pustejovsky & Tipton (2018), with equal working variances."""
    fit = sm.OLS(y, X).fit()
    M = np.eye(len(y)) - X @ np.linalg.pinv(X)
    rows, contributions = [], []
    for name in np.unique(clusters):
        own = clusters == name
        block = M[np.ix_(own, own)]
        values, vectors = np.linalg.eigh(block)
        values = np.where(values > 1e-9, values, np.inf)
        adjusted = (vectors / np.sqrt(values)) @ vectors.T @ X[own] @ np.linalg.inv(X.T @ X)[:, 1]
        contributions.append(adjusted @ fit.resid[own])
        rows.append(M[:, own] @ adjusted)
    G = np.array(rows) @ np.array(rows).T
    df = np.trace(G) ** 2 / np.sum(G**2)
    return by_t(fit.params[1], np.sqrt(np.sum(np.square(contributions))), df)


def reml_hartung_knapp(y, se) -> dict[str, float]:
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


# the rows ------------------------------------------------------------------------------------------------------------


def change_rows(of_group: pd.DataFrame) -> dict[str, dict[str, float] | str]:
    pre, post = (of_group.dropna(subset=list(WAVES))[wave].to_numpy() for wave in WAVES)
    methods = {"paired_t": paired, "hodges_lehmann": median_change, "bonett": bonett}
    return {name: method(pre, post) for name, method in methods.items()}


def difference_rows(both: pd.DataFrame) -> dict[str, dict[str, float]]:
    arm, clusters = (both["arm"] == "programme").to_numpy(float), both["cluster"].to_numpy()
    plain = sm.add_constant(arm)
    with_pre = np.column_stack([plain, both["pre"]])
    return {
        "ancova": cr2(both["post"].to_numpy(), with_pre, clusters),
        "change_score": cr2((both["post"] - both["pre"]).to_numpy(), plain, clusters),
    }


def cohort_rows() -> pd.DataFrame:
    rows = []
    for (cohort, role, scale), beside in panel().groupby(["cohort", "role", "scale"]):
        for arm, of_arm in beside.groupby("arm"):
            counts = {
                "n_pre": of_arm["pre"].count(),
                "n_post": of_arm["post"].count(),
                "n_pairs": len(of_arm[[*WAVES]].dropna()),
            }
            place = {"cohort": cohort, "role": role, "arm": arm, "scale": scale, **counts}
            for method, found in change_rows(of_arm).items():
                rows.append(place | {"contrast": "change", "method": method} | filled(found))
            if arm == "programme":
                both = beside.dropna(subset=[*WAVES])
                counts = {"n_comparison": (both["arm"] == "waitlist").sum(), "n_clusters": both["cluster"].nunique()}
                for method, found in difference_rows(both).items():
                    rows.append(place | {"contrast": "difference", "method": method} | counts | filled(found))
    return pd.DataFrame(rows)


def filled(found: dict[str, float] | str) -> dict[str, float | str]:
    return {"reason": found} if isinstance(found, str) else found


def programme_rows(rows: pd.DataFrame) -> pd.DataFrame:
    pooled = []
    headline = rows[rows["method"].isin(["paired_t", "ancova"])]
    for (contrast, role, arm, scale), cohorts in headline.groupby(["contrast", "role", "arm", "scale"]):
        sums = cohorts[[name for name in COUNTS if name != "n_clusters"]].sum(min_count=1)
        place = {"cohort": "all cohorts", "role": role, "arm": arm, "scale": scale, "method": "reml_hk"}
        counts = {**sums, "n_clusters": len(cohorts), "contrast": f"pooled_{contrast}"}
        found = reml_hartung_knapp(cohorts["estimate"].to_numpy(), cohorts["std_error"].to_numpy())
        pooled.append(place | counts | found)
    return pd.DataFrame(pooled)


def adjusted(rows: pd.DataFrame) -> pd.Series:
    """Holm over the headline rows of one contrast, within cohort and role; all scales of the demo are outcomes."""
    headline = rows[rows["method"].isin(["paired_t", "ancova", "reml_hk"]) & rows["p_value"].notna()]
    parts = []
    for _, family in headline.groupby(["contrast", "cohort", "role"]):
        ordered = family["p_value"].sort_values()
        steps = ordered * np.arange(len(ordered), 0, -1)
        parts.append(steps.cummax().clip(upper=1))
    return pd.concat(parts).reindex(rows.index)


def expected() -> pd.DataFrame:
    rows = cohort_rows()
    rows = pd.concat([rows, programme_rows(rows)], ignore_index=True)
    return rows.assign(p_adjusted=adjusted(rows)).set_index(KEY).sort_index()


# the comparison ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> tuple[pd.DataFrame, pd.DataFrame]:
    from rm_research.effects import estimate_change, estimate_difference
    from rm_research.effects.estimates import joined
    from rm_research.panel import prepare_study
    from rm_research.study import read_study
    from rm_research.synthesis import estimate_programme

    folder = tmp_path_factory.mktemp("demo") / "study"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".rm_research"))
    study = read_study(folder)
    prepared = prepare_study(study).panel
    cohorts = joined([estimate_change(prepared, study=study), estimate_difference(prepared, study=study)])
    whole = joined([cohorts, estimate_programme(cohorts, study=study)])
    return whole.to_frame().set_index(KEY).sort_index(), expected()


def test_the_demo_is_as_this_file_takes_it():
    assert set(SETTINGS["outcomes"]) == set(SETTINGS["scales"])
    assert SETTINGS["design"]["unit"] == "dyad"
    assert "score" not in {key for scale in SETTINGS["scales"].values() for key in scale}


def test_the_same_rows(tables):
    ours, theirs = tables
    assert ours.index.is_unique
    assert list(ours.index) == list(theirs.index)
    assert len(ours) > 250


@pytest.mark.parametrize("name", COUNTS)
def test_counts(tables, name):
    ours, theirs = (table[name].astype("float64") for table in tables)
    pd.testing.assert_series_equal(ours, theirs, check_exact=True)


def test_reasons(tables):
    ours, theirs = (table["reason"].fillna("") for table in tables)
    assert ours.tolist() == theirs.tolist()
    assert set(ours) == {"", "too_few_pairs"}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(tables, name):
    """1e-8 relative; what is within 1e-12 of 0 is 0 but for rounding."""
    ours, theirs = tables
    pd.testing.assert_series_equal(ours[name], theirs[name], rtol=1e-8, atol=1e-12)
