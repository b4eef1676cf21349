"""estimate_specifications: rows against a second computation from raw tables, the declared one against the verbs."""

import io
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from rm_research.effects import estimate_change, estimate_difference
from rm_research.effects.estimates import Estimates, headlines, joined
from rm_research.effects.groups import Place, generator
from rm_research.effects.methods import METHODS
from rm_research.effects.specifications import Specifications, estimate_specifications
from rm_research.errors import StudyError
from rm_research.frames import DETAILS, ESTIMATES, SPECIFICATIONS
from rm_research.panel import prepare_study
from rm_research.stats.baseline import change_of_everyone
from rm_research.stats.imputed import complete_posts, imputed_ancova, imputed_change
from rm_research.stats.mixed import constrained_likelihood, likelihood_change
from rm_research.stats.result import NotEstimableError, Result
from rm_research.synthesis import estimate_programme

pytestmark = pytest.mark.slow  # hundreds of models each

DEMO = Path(__file__).parents[2] / "data" / "demo"
EXACT = 1e-12
NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]
COUNTS = ["n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters"]
ITEMS = ["m1", "m2", "m3"]
TOML = """
title = "Two cohorts"
[waves.pre]
file = "pre.csv"
duplicates = "last"
[waves.post]
file = "post.csv"
duplicates = "last"
[columns]
person = "code"
cohort = "cohort"
arm = "arm"
submitted = "when"
[link]
within = "study"
[scales.mood]
[design]
comparison = "waitlist"
assignment = "randomised"
"""
CODEBOOK = "item,scale,reverse,low,high\nm1,mood,,1,5\nm2,mood,,1,5\nm3,mood,yes,1,5\n"


# a study in which every choice matters -------------------------------------------------------------------------------


def drawn_waves() -> dict[str, pd.DataFrame]:
    """
    Draw eighty people of two cohorts: some leave, some skip items, some answer twice.

    Three attend both cohorts, and two name the wrong cohort after.
    """
    draws = np.random.default_rng(8)
    codes = [f"P{place:02}" for place in range(80)]
    homes = {code: "A" if place < 40 else "B" for place, code in enumerate(codes)}
    arms = {code: "waitlist" if place % 2 else "programme" for place, code in enumerate(codes)}
    usual = dict(zip(codes, draws.normal(3, 0.7, 80), strict=True))
    waves = {}
    for wave, month, gain, absent in (("pre", 3, 0.0, codes[10:12]), ("post", 9, 0.4, codes[20:24] + codes[50:56])):
        present = [(code, homes[code]) for code in codes if code not in absent]
        present += [(code, "B") for code in codes[26:29]]
        again = [(code, homes[code]) for code in (*codes[1:5], *codes[40:43])]
        days = draws.permutation(len(present) + len(again)) % 28 + 1
        rows = []
        for (code, cohort), day in zip(present + again, days, strict=True):
            answers = usual[code] + gain * (arms[code] == "programme") + draws.normal(0, 0.8, 3)
            answers = np.clip(np.rint(answers), 1, 5)
            answers[2] = 6 - answers[2]
            answers[draws.random(3) < 0.08] = np.nan
            stated = "B" if wave == "post" and code in codes[5:7] else cohort
            later = month + (cohort != homes[code])
            rows.append([code, stated, arms[code], f"2025-{later:02}-{day:02}", *answers])
        frame = pd.DataFrame(rows, columns=["code", "cohort", "arm", "when", *ITEMS])
        waves[wave] = frame[frame[ITEMS].notna().any(axis=1)]
    return waves


WAVES = drawn_waves()


def as_text(wave: pd.DataFrame) -> str:
    buffer = io.StringIO()
    wave.to_csv(buffer, index=False)
    return buffer.getvalue().replace(".0", "")


def write(folder: Path, toml: str = TOML, codebook: str = CODEBOOK, **files: str):
    folder.mkdir(exist_ok=True)
    contents = {"study.toml": toml, "codebook.csv": codebook} | {f"{name}.csv": text for name, text in files.items()}
    for name, text in contents.items():
        (folder / name).write_text(text)
    return prepare_study(folder)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write(tmp_path_factory.mktemp("two") / "study", **{name: as_text(wave) for name, wave in WAVES.items()})


@pytest.fixture(scope="module")
def of_one(prepared):
    return estimate_specifications(prepared, cohort="A")


@pytest.fixture(scope="module")
def of_both(prepared):
    return estimate_specifications(prepared, contrast="difference")


# the same once more --------------------------------------------------------------------------------------------------


@cache
def people(linkage: str, duplicates: str, scoring: str) -> pd.DataFrame:
    """Cohort, code, arm, pre and post of everyone, from the raw tables."""
    rows = pd.concat([wave.assign(wave=name) for name, wave in WAVES.items()], ignore_index=True)
    if linkage.startswith("within study"):
        before = rows[rows["wave"] == "pre"].drop_duplicates(["code", "cohort"])
        home = rows["code"].map(before.drop_duplicates("code", keep=False).set_index("code")["cohort"])
        taken = set(zip(rows["cohort"], rows["code"], rows["wave"], strict=True))
        free = [key not in taken for key in zip(home, rows["code"], rows["wave"], strict=True)]
        rows["cohort"] = rows["cohort"].mask(home.notna() & np.array(free), home)
    if linkage.endswith("first cohort"):
        first = rows.sort_values("when", kind="stable").drop_duplicates("code").set_index("code")["cohort"]
        rows = rows[rows["cohort"] == rows["code"].map(first)]
    rows = rows.sort_values("when", kind="stable").drop_duplicates(["cohort", "code", "wave"], keep=duplicates)
    keyed = rows[ITEMS].assign(m3=6 - rows["m3"])
    kind, value = scoring.split("=")
    keyed = keyed.drop(columns=value) if kind == "without" else keyed
    share = float(value) if kind == "min_answered" else 0.5
    rows["score"] = keyed.mean(axis=1).where(keyed.notna().sum(axis=1) >= share * keyed.shape[1])
    table = rows.pivot(index=["cohort", "code", "arm"], columns="wave", values="score").reset_index()
    return table.dropna(subset=["pre", "post"], how="all")


def walsh_median(change) -> float:
    change = change[change != 0]
    pairs = [(a + b) / 2 for place, a in enumerate(change) for b in change[place:]]
    return float(np.median(pairs))


def robust(columns, outcome) -> tuple[float, float]:
    fit = sm.OLS(outcome, np.column_stack(columns)).fit(cov_type="HC2", use_t=True)
    return fit.params[1], fit.bse[1]


def recomputed(model: str, contrast: str, table: pd.DataFrame, cohort: str, study) -> tuple[float, float]:
    """Estimate and standard error of one cohort."""
    mine = table[table["cohort"] == cohort]
    arm, level = mine[mine["arm"] == "programme"], 0.95
    both, arm_both = mine.dropna(), arm.dropna()
    treated = (both["arm"] == "programme").to_numpy(float)
    place = Place(cohort, "participant", "programme", "mood", "post")
    draws = generator(study, cohort, ":".join([contrast, "mean", "imputed", *place]))
    everyone, treated_all = mine[["pre", "post"]].to_numpy(float).T, (mine["arm"] == "programme").to_numpy(float)

    def filled(rows):
        return complete_posts(rows["pre"].to_numpy(float), rows["post"].to_numpy(float), draws, m=20)

    if contrast == "change":
        change = (arm_both["post"] - arm_both["pre"]).to_numpy()
        found = {
            "paired_t": lambda: (change.mean(), stats.sem(change)),
            "hodges_lehmann": lambda: (walsh_median(change), np.nan),
            "jackknife": lambda: change_of_everyone(*arm[["pre", "post"]].to_numpy(float).T, level=level),
            "likelihood": lambda: likelihood_change(*arm[["pre", "post"]].to_numpy(float).T, level=level),
            "imputed": lambda: imputed_change(filled(arm), level=level),
        }
    else:
        ones, pre, post = np.ones(len(both)), both["pre"].to_numpy(), both["post"].to_numpy()
        found = {
            "ancova": lambda: robust([ones, treated, pre], post),
            "change_score": lambda: robust([ones, treated], post - pre),
            "constrained_likelihood": lambda: constrained_likelihood(*everyone, treated_all, level=level),
            "imputed": lambda: imputed_ancova(filled(arm), filled(mine[mine["arm"] == "waitlist"]), level=level),
        }
    result = found[model]()
    return (result.estimate, result.std_error) if isinstance(result, Result) else result


def choices_of(row) -> tuple[str, str, str]:
    return row.linkage, row.duplicates, row.scoring


def test_each_row_of_a_cohort_equals_a_second_computation(of_one, prepared):
    frame = of_one.to_frame()
    assert set(frame["contrast"]) == {"change", "difference"}
    for row in frame.itertuples():
        expected = recomputed(row.model, row.contrast, people(*choices_of(row)), "A", prepared.study)
        assert (row.estimate, row.std_error) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), row.id


def test_each_row_over_cohorts_is_the_average_of_a_second_computation(of_both, prepared):
    for row in of_both.to_frame().itertuples():
        cohorts, table = [], people(*choices_of(row))
        for cohort in "AB":
            both = table[(table["cohort"] == cohort) & (table["arm"] == "programme")].dropna()
            with suppress(NotEstimableError):
                cohorts.append((*recomputed(row.model, "difference", table, cohort, prepared.study), len(both)))
        assert row.contrast == "pooled_difference"
        name = "change_score" if row.model == "change_score" else "ancova"
        assert (row.method, row.cohort, row.n_clusters) == (name, "all cohorts", len(cohorts))
        if len(cohorts) < 2:
            assert row.reason == "too_few_cohorts"
            continue
        estimates, std_errors, n = np.array(cohorts).T
        average = np.average(estimates, weights=n), np.sqrt(((n / n.sum() * std_errors) ** 2).sum())
        assert (row.estimate, row.std_error) == pytest.approx(average, rel=1e-8), row.id


LINKAGES = ("within study", "within cohort", "within study, first cohort")
SCORINGS = ("min_answered=0.5", "min_answered=0.8", "min_answered=1", *(f"without={item}" for item in ITEMS))


@pytest.mark.parametrize(("fixture", "cohorts"), [("of_one", "A"), ("of_both", "AB")])
def test_all_combinations_are_made_and_each_once(fixture, cohorts, request):
    specifications = request.getfixturevalue(fixture)
    distinct = {"change": set(), "difference": set()}
    for key in ((a, b, c) for a in LINKAGES for b in ("last", "first") for c in SCORINGS):
        table = people(*key)
        mine = table[[cohort in cohorts for cohort in table["cohort"]]]
        for contrast, rows in (("change", mine[mine["arm"] == "programme"]), ("difference", mine)):
            columns = ["cohort", "arm", "pre", "post"]
            distinct[contrast].add(rows[columns].sort_values(columns).to_csv(index=False))
    found = specifications.to_frame()["contrast"].str.removeprefix("pooled_").value_counts()
    models = {"change": 5, "difference": 4}
    assert found.to_dict() == {contrast: models[contrast] * len(distinct[contrast]) for contrast in found.index}
    assert min(len(data) for data in distinct.values()) > 12


def test_the_first_of_equal_data_gives_its_name(of_one):
    # four fifths of three items are all of them; whoever attends both cohorts is in the first one either way
    assert set(of_one.choices["scoring"]) == set(SCORINGS) - {"min_answered=1"}
    assert set(of_one.choices["linkage"]) == {"within study", "within cohort"}


def test_frames_have_the_declared_columns(of_one):
    assert list(of_one.choices) == list(SPECIFICATIONS.columns)
    assert list(of_one.estimates.table) == list(ESTIMATES.columns)
    assert of_one.choices["id"].tolist() == of_one.estimates.table["id"].tolist()
    frame = of_one.to_frame()
    assert list(frame) == [*SPECIFICATIONS.columns, *(name for name in ESTIMATES.columns if name != "id")]
    assert frame["p_adjusted"].isna().all()
    for _, curve in frame.groupby("contrast"):
        assert curve["estimate"].dropna().is_monotonic_increasing
        assert curve["estimate"].notna().sum() > len(curve) / 2


def test_the_table_says_how_missing_people_are_treated(of_one):
    found = set(of_one.to_frame()[["contrast", "missing", "model"]].itertuples(index=False, name=None))
    assert found == {
        ("change", "likelihood", "jackknife"), ("change", "likelihood", "likelihood"),
        ("change", "completers", "paired_t"),
        ("change", "completers", "hodges_lehmann"), ("change", "imputation", "imputed"),
        ("difference", "completers", "ancova"), ("difference", "completers", "change_score"),
        ("difference", "likelihood", "constrained_likelihood"), ("difference", "imputation", "imputed"),
    }  # fmt: skip


def test_every_model_of_the_verbs_is_a_specification_or_answers_another_question(prepared):
    estimates = joined([verb(prepared.panel, study=prepared.study) for verb in (estimate_change, estimate_difference)])
    table = estimates.table
    offered = {*table[["contrast", "measure", "method"]].drop_duplicates().itertuples(index=False, name=None)}
    listed = {method.key for method in METHODS if method.missing}
    assert {model for model in offered - listed if model[1] in ("mean", "median")} == set()
    assert listed - offered == {("change", "mean", "welch")}


# the declared analysis -----------------------------------------------------------------------------------------------


def headline_rows(prepared, *verbs, **of: str) -> pd.DataFrame:
    """Headline rows of the verbs, of cohorts and programme."""
    study, panel = prepared.study, prepared.panel
    for name, value in of.items():
        panel = panel[panel[name] == value]
    estimates = joined([verb(panel, study=study) for verb in verbs or (estimate_change, estimate_difference)])
    table = joined([estimates, estimate_programme(estimates, study=study)]).table
    return table[headlines(table) & (table["arm"] != study.comparison)]


def assert_declared(specifications: Specifications, expected: pd.DataFrame) -> None:
    """Compare each declared row with the headline of its curve."""
    frame = specifications.to_frame()
    declared = frame[frame["declared"]]
    keys = ["contrast", "cohort", "role", "arm", "scale", "wave"]
    assert len(declared) == frame[keys].drop_duplicates().shape[0]
    both = declared.merge(expected, on=[*keys, "method"], suffixes=("", "_headline"), validate="one_to_one")
    assert len(both) == len(declared)
    for name in [*NUMBERS, "detectable", *COUNTS]:
        ours, theirs = (both[column].astype("float64").to_numpy() for column in (name, f"{name}_headline"))
        assert ours == pytest.approx(theirs, rel=EXACT, abs=EXACT, nan_ok=True), name
    assert both["reason"].fillna("").tolist() == both["reason_headline"].fillna("").tolist()


def test_the_declared_row_is_the_headline(of_one, of_both, prepared):
    expected = headline_rows(prepared)
    for specifications in (of_one, of_both):
        assert_declared(specifications, expected)
    declared = of_one.choices[of_one.choices["declared"]]
    assert set(map(choices_of, declared.itertuples())) == {("within study", "last", "min_answered=0.5")}
    assert set(declared["model"]) == {"jackknife", "ancova"}


def test_rows_of_the_declared_data_are_those_of_the_verbs(of_one, prepared):
    frame = of_one.to_frame()
    frame = frame[frame.apply(choices_of, axis=1) == ("within study", "last", "min_answered=0.5")]
    verbs = joined([verb(prepared.panel, study=prepared.study) for verb in (estimate_change, estimate_difference)])
    table = verbs.table[verbs.table["cohort"] == "A"]
    both = frame.merge(table, on=["contrast", "measure", "method", "arm"], suffixes=("", "_verb"))
    assert len(both) == len(frame) == 9
    for name in NUMBERS + COUNTS:
        ours, theirs = (both[column].astype("float64").to_numpy() for column in (name, f"{name}_verb"))
        assert ours == pytest.approx(theirs, rel=EXACT, abs=EXACT, nan_ok=True), name


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".rm_research"))
    return prepare_study(folder)


def test_declared_rows_of_the_programme_of_the_demo(demo):
    specifications = estimate_specifications(demo, contrast="difference", role="leader")
    assert_declared(specifications, headline_rows(demo, estimate_difference, scale="inclusion", role="leader"))
    assert len(specifications.summary()) == 1


@pytest.mark.parametrize("scale", ["inclusion", "engagement", "adaptability"])
def test_declared_rows_of_every_page_of_the_demo(scale, demo):
    expected = headline_rows(demo, scale=scale)
    for cohort in (None, *demo.cohorts):
        specifications = estimate_specifications(demo, scale=scale, cohort=cohort)
        assert_declared(specifications, expected)
        assert len(specifications.summary()) == 2 * len(demo.study.scale(scale).roles)


# smaller studies -----------------------------------------------------------------------------------------------------

PLAIN = """
title = "Plain"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
"""
THREE = "item,scale,reverse,low,high\nm1,mood,,1,5\nm2,mood,yes,1,5\nm3,mood,,1,5\n"
BEFORE = [[1, 5, 2], [2, 3, 4], [3, 1, 3], [4, 2, 5], [2, 4, 1]]
AFTER = [[2, 4, 4], [3, 2, 5], [5, 1, 4], [4, 1, 5], [2, 2, 3]]


def sheet(rows, **columns) -> str:
    """Text of an export: one row a person, a to z, with further columns of one value each."""
    frame = pd.DataFrame(rows, columns=[f"m{place + 1}" for place in range(len(rows[0]))])
    frame.insert(0, "code", [*"abcdefghijklmnopqrstuvwxyz"][: len(rows)])
    return frame.assign(**columns).to_csv(index=False)


def plain(folder, before=BEFORE, after=AFTER, *, more="", toml=PLAIN, codebook=THREE, **columns):
    files = {"pre": sheet(before, **columns), "post": sheet(after, **columns)}
    return write(folder, toml + more, codebook, **files)


def scored(rows, left_out=None) -> np.ndarray:
    """Person means with the second item reversed, one item left out."""
    keyed = np.array(rows, float)
    keyed[:, 1] = 6 - keyed[:, 1]
    return (keyed if left_out is None else np.delete(keyed, left_out, axis=1)).mean(axis=1)


def test_leaving_an_item_out_equals_scoring_by_hand(tmp_path):
    # a left-out item counts like a skipped one: sums stay in the unit of three items
    frame = estimate_specifications(plain(tmp_path / "s", more='score = "sum"\n')).to_frame()
    mean = frame[frame["model"] == "jackknife"].set_index("scoring")["estimate"]
    assert set(mean.index) == {"min_answered=0.5", "without=m1", "without=m2", "without=m3"}
    for name, left_out in (("min_answered=0.5", None), ("without=m1", 0), ("without=m2", 1), ("without=m3", 2)):
        by_hand = 3 * (scored(AFTER, left_out) - scored(BEFORE, left_out)).mean()
        assert mean[name] == pytest.approx(by_hand, rel=EXACT)


def test_where_nobody_left_missing_people_make_no_specifications(tmp_path):
    frame = estimate_specifications(plain(tmp_path / "s")).to_frame()
    assert set(frame["model"]) == {"jackknife", "hodges_lehmann"}
    assert set(frame["contrast"]) == {"change"}  # there is no comparison
    assert set(frame["linkage"]) == {"within cohort"}
    assert set(frame["duplicates"]) == {"error"}


def test_the_share_that_must_be_answered(tmp_path):
    skipped = [[1, 5, None], [2, None, 4], [3, 1, 3], [None, None, 5], [2, 4, 1], [4, 2, 2], [5, 1, 3], [3, 3, 2]]
    prepared = plain(tmp_path / "s", skipped, AFTER + AFTER[:3], more="min_answered = 0.2\n")
    frame = estimate_specifications(prepared).to_frame()
    pairs = frame[frame["model"] == "jackknife"].set_index("scoring")["n_pairs"]
    assert pairs[["min_answered=0.2", "min_answered=0.5", "min_answered=0.8"]].tolist() == [8, 7, 5]
    assert pairs["without=m2"] == 8
    assert pairs["without=m3"] == 7  # one answered the third item alone
    assert "min_answered=1" not in pairs  # the same as four fifths of three items


def test_of_a_scale_of_one_item_only_the_models_differ(tmp_path):
    codebook = "item,scale,low,high\nm1,mood,1,5\n"
    prepared = plain(tmp_path / "s", [[1], [2], [3], [2]], [[2], [2], [5], [4]], codebook=codebook)
    specifications = estimate_specifications(prepared)
    assert set(specifications.choices["scoring"]) == {"min_answered=0.5"}
    assert sorted(specifications.choices["model"]) == ["hodges_lehmann", "jackknife"]
    assert_declared(specifications, headline_rows(prepared))


def test_unlinked_waves_differ_by_scoring_alone(tmp_path):
    toml = PLAIN.replace('[columns]\nperson = "code"\n', "") + '[link]\nmethod = "none"\n'
    prepared = plain(tmp_path / "s", BEFORE, AFTER[:4], toml=toml)
    specifications = estimate_specifications(prepared)
    frame = specifications.to_frame()
    choices = frame[["linkage", "duplicates", "missing", "model"]].drop_duplicates()
    assert choices.to_numpy().tolist() == [["unlinked", "error", "respondents", "welch"]]
    by_hand = scored(AFTER[:4], 1).mean() - scored(BEFORE, 1).mean()
    assert frame.set_index("scoring").loc["without=m2", "estimate"] == pytest.approx(by_hand, rel=EXACT)
    assert specifications.fewest == 4
    assert_declared(specifications, headline_rows(prepared))


def test_nobody_left_after_a_variant_is_a_row_with_its_reason(tmp_path):
    after = [[*row[:2], None] for row in AFTER[:4]] + [[None, None, 3]]
    specifications = estimate_specifications(plain(tmp_path / "s", BEFORE, after))
    frame = specifications.to_frame()
    empty = frame[frame["n_pairs"] == 0]
    assert set(empty["scoring"]) == {"min_answered=0.8"}  # of everyone, some item is missing
    assert (empty["reason"] == "too_few_pairs").all()
    assert empty["estimate"].isna().all()
    assert len(empty) >= 3
    summary = specifications.summary().iloc[0]
    assert (summary["specifications"], summary["estimated"]) == (len(frame), frame["estimate"].notna().sum())
    assert specifications.fewest == summary["fewest"] == 0
    assert frame["estimate"].isna().tolist() == sorted(frame["estimate"].isna())  # they come last


def test_scales_not_asked_at_baseline_have_their_reason(tmp_path):
    codebook = THREE.replace("high\n", "high,pre\n").replace(",5\n", ",5,\n") + "n1,zeal,,1,5,-\n"
    after = sheet([[*row, 3] for row in AFTER]).replace("m4", "n1")
    prepared = write(tmp_path / "s", PLAIN + "[scales.zeal]\n", codebook, pre=sheet(BEFORE), post=after)
    specifications = estimate_specifications(prepared, scale="zeal")
    assert set(specifications.to_frame()["reason"]) == {"not_asked_at_baseline"}
    assert_declared(specifications, headline_rows(prepared, scale="zeal"))


def test_without_a_later_wave_there_is_nothing(tmp_path):
    toml = PLAIN.replace('[waves.post]\nfile = "post.csv"\n', "")
    specifications = estimate_specifications(write(tmp_path / "s", toml, THREE, pre=sheet(BEFORE)))
    assert len(specifications) == len(specifications.to_frame()) == len(specifications.summary()) == 0
    assert specifications.fewest == 0
    assert repr(specifications) == "0 specifications"
    assert "0 specifications" in specifications._repr_html_()


# which linkages there are --------------------------------------------------------------------------------------------

COHORTS = PLAIN.replace('person = "code"', 'person = "code"\ncohort = "cohort"')


def in_cohorts(folder, before: str, after: str, more: str = ""):
    """Write a study of people a, b, c … in the cohorts that the letters say, one letter a person."""
    files = {
        name: sheet(rows[: len(text)], cohort=[*text]) for name, rows, text in
        (("pre", BEFORE + BEFORE, before), ("post", AFTER[::-1] + AFTER, after))
    }  # fmt: skip
    return write(folder, COHORTS + more, THREE, **files)


def linkages(prepared, cohort="X") -> set[str]:
    return set(estimate_specifications(prepared, cohort=cohort).choices["linkage"])


def test_codes_of_one_cohort_each_are_linked_in_one_way(tmp_path):
    assert linkages(in_cohorts(tmp_path / "s", "XXXXYYYY", "XXXXYYYY")) == {"within cohort"}


def test_codes_that_changed_cohort_are_linked_over_the_study_too(tmp_path):
    frame = estimate_specifications(in_cohorts(tmp_path / "s", "XXXXYYYY", "XXXYYYYY"), cohort="X").to_frame()
    pairs = frame[frame["model"] == "jackknife"].groupby("linkage")["n_pairs"].max()
    assert pairs.to_dict() == {"within cohort": 3, "within study": 4}


def test_a_cohort_that_a_linkage_leaves_without_people_has_a_row(tmp_path):
    # linked over the study, those who name X after are of Y, where they were before
    frame = estimate_specifications(in_cohorts(tmp_path / "s", "YYYYYYYY", "XXXXYYYY"), cohort="X").to_frame()
    counts = frame[frame["scoring"] == "min_answered=0.5"].groupby("linkage")["n_post"].max()
    assert counts.to_dict() == {"within cohort": 4, "within study": 0}
    assert set(frame["reason"]) == {"too_few_pairs"}


def test_codes_known_to_be_shared_are_not_linked_over_the_study(tmp_path):
    prepared = in_cohorts(tmp_path / "s", "XXXXYYYY", "XXXYYYYY")
    rows = (tmp_path / "s" / "pre.csv").read_text() + "a,3,2,1,Y\n"
    (tmp_path / "s" / "pre.csv").write_text(rows)
    assert linkages(prepare_study(prepared.study)) == {"within cohort"}


def test_what_is_declared_comes_first_and_may_be_any(tmp_path):
    prepared = in_cohorts(tmp_path / "s", "XXXXYYYY", "XXXYYYYY", '[link]\nwithin = "study"\nrepeats = "first"\n')
    specifications = estimate_specifications(prepared, cohort="X")
    assert set(specifications.choices["linkage"]) == {"within study, first cohort", "within cohort"}
    declared = specifications.choices[specifications.choices["declared"]]
    assert declared["linkage"].tolist() == ["within study, first cohort"]
    assert_declared(specifications, headline_rows(prepared))


def test_duplicates_are_kept_by_either_rule(tmp_path):
    toml = PLAIN.replace('file = "post.csv"\n', 'file = "post.csv"\nduplicates = "first"\n')
    prepared = write(tmp_path / "s", toml, THREE, pre=sheet(BEFORE), post=sheet(AFTER) + "a,5,1,5\n")
    frame = estimate_specifications(prepared).to_frame()
    whole = frame[(frame["scoring"] == "min_answered=0.5") & (frame["model"] == "jackknife")]
    found = whole.set_index("declared")["estimate"]
    assert found[True] == pytest.approx((scored(AFTER) - scored(BEFORE)).mean(), rel=EXACT)
    assert found[False] == pytest.approx((scored([[5, 1, 5], *AFTER[1:]]) - scored(BEFORE)).mean(), rel=EXACT)
    # the wave before declares no rule, and keeps it
    assert set(frame["duplicates"]) == {"as declared by wave", "last"}


# several cohorts and arms --------------------------------------------------------------------------------------------

ARMS = COHORTS.replace("[columns]", '[columns]\narm = "arm"') + '[design]\ncomparison = "waitlist"\n'


def in_arms(folder, more: str = ""):
    """Write a study of two cohorts of twelve, in two arms."""
    draws = np.random.default_rng(3)
    before = draws.integers(1, 6, (24, 3))
    after = np.clip(before + draws.integers(-1, 3, (24, 3)), 1, 5)
    columns = {"cohort": ["X", "Y"] * 12, "arm": ["programme", "programme", "waitlist", "waitlist"] * 6}
    files = {"pre": sheet(before.tolist(), **columns), "post": sheet(after.tolist(), **columns)}
    return write(folder, ARMS + more, THREE, **files)


@pytest.fixture(scope="module")
def armed(tmp_path_factory):
    return in_arms(tmp_path_factory.mktemp("armed") / "s")


def test_self_selected_arms_have_no_model_that_takes_them_for_alike(armed):
    frame = estimate_specifications(armed, contrast="difference", cohort="X").to_frame()
    assert set(frame["model"]) == {"ancova", "change_score"}


def test_a_shared_comparison_serves_each_cohort_and_is_not_averaged(tmp_path):
    prepared = in_arms(tmp_path / "s", 'comparison_scope = "shared"\n')
    one = estimate_specifications(prepared, contrast="difference", cohort="Y")
    assert_declared(one, headline_rows(prepared, estimate_difference))
    assert set(one.to_frame()["n_comparison"]) == {12}
    both = estimate_specifications(prepared, contrast="difference").to_frame()
    assert set(both["reason"]) == {"shared_comparison"}
    assert set(both["n_comparison"]) == {12}


def test_cohorts_may_be_chosen(armed):
    one, as_list = (estimate_specifications(armed, contrast="change", cohort=of) for of in ("X", ["X"]))
    pd.testing.assert_frame_equal(one.to_frame(), as_list.to_frame())
    both, everyone = (estimate_specifications(armed, contrast="change", cohort=of) for of in (["Y", "X", "Y"], None))
    pd.testing.assert_frame_equal(both.to_frame(), everyone.to_frame())


# what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"scale": "joy"}, "There is no scale 'joy'; known: mood"),
        ({"wave": "pre"}, "Wave 'pre' is the first, which every later wave is compared with; known: post"),
        ({"role": "leader"}, "There is no role 'leader'; known: participant"),
        ({"cohort": "Z"}, "There is no cohort 'Z'; known: X, Y"),
        ({"contrast": "dose"}, "There is no contrast 'dose'; known: change, difference"),
    ],
)
def test_unknown_names(asked, message, armed):
    with pytest.raises(StudyError) as refused:
        estimate_specifications(armed, **asked)
    assert str(refused.value) == message


def test_files_that_changed_since(tmp_path):
    prepared = plain(tmp_path / "s")
    (tmp_path / "s" / "post.csv").write_text(sheet(AFTER[:4]))
    with pytest.raises(StudyError, match="changed since it was prepared"):
        estimate_specifications(prepared)


def test_cohorts_with_errors(tmp_path):
    in_cohorts(tmp_path / "s", "XXXXYYYY", "XXXXYYYY")
    post = tmp_path / "s" / "post.csv"
    post.write_text(post.read_text() + "a,1,1,1,X\n")  # a second questionnaire, and no rule
    prepared = prepare_study(tmp_path / "s")
    with pytest.raises(StudyError, match="Cohort 'X' cannot be estimated"):
        estimate_specifications(prepared, cohort="X")
    assert set(estimate_specifications(prepared).to_frame()["cohort"]) == {"Y"}  # the sound one is all there is


# the result ----------------------------------------------------------------------------------------------------------


def made(*estimates: tuple[float, float, float]) -> Specifications:
    """One curve with these estimates and intervals, the first declared."""
    place = {"contrast": "change", "cohort": "X", "role": "leader", "arm": "programme", "scale": "s", "wave": "post"}
    rows = [
        {"id": str(at), **place, "estimate": middle, "ci_low": low, "ci_high": high}
        for at, (middle, low, high) in enumerate(estimates)
    ]
    details = [{"id": row["id"], "quantity": "n_fewest", "value": 20.0 + at} for at, row in enumerate(rows)]
    table = Estimates(ESTIMATES.conform(pd.DataFrame(rows)), DETAILS.conform(pd.DataFrame(details)))
    choices = [{"id": row["id"], "declared": row["id"] == "0"} for row in rows]
    return Specifications(table, SPECIFICATIONS.conform(pd.DataFrame(choices)))


def test_summary_of_a_curve():
    curve = made((0.3, 0.1, 0.5), (-0.1, -0.4, 0.2), (0.2, 0.0, 0.4), (0.5, 0.2, 0.8), (np.nan, np.nan, np.nan))
    row = curve.summary().iloc[0].to_dict()
    assert row == {
        "contrast": "change", "cohort": "X", "role": "leader", "arm": "programme", "scale": "s", "wave": "post",
        "specifications": 5, "estimated": 4, "same_sign": 0.75, "excludes_zero": 0.5, "lowest": -0.1,
        "median": 0.25, "highest": 0.5, "declared": 0.3, "rank": 3, "fewest": 20,
    }  # fmt: skip
    assert curve.fewest == 20
    assert curve.to_frame()["estimate"].dropna().tolist() == [-0.1, 0.2, 0.3, 0.5]


def test_summary_without_a_declared_estimate():
    row = made((np.nan, np.nan, np.nan), (0.1, -0.1, 0.3)).summary().iloc[0]
    assert row[["declared", "same_sign", "rank"]].isna().all()
    assert (row["lowest"], row["highest"], row["excludes_zero"]) == (0.1, 0.1, 0)


def test_summary_of_losses():
    row = made((-0.3, -0.5, -0.1), (-0.1, -0.4, 0.2), (0.2, 0.0, 0.4)).summary().iloc[0]
    assert (row["same_sign"], row["excludes_zero"], row["rank"]) == (pytest.approx(2 / 3), pytest.approx(1 / 3), 1)


def test_it_shows_its_summary(of_one):
    text = repr(of_one)
    assert text.startswith(f"{len(of_one)} specifications\n")
    assert "same_sign" in text
    html = of_one._repr_html_()
    assert f"<caption>{len(of_one)} specifications</caption>" in html
    assert html.count("<tr") == 3


def test_the_fewest_people_behind_a_specification(of_one):
    frame = of_one.to_frame()
    fewest = frame[["n_pairs", "n_comparison"]].min(axis=1)
    changed = [
        int((table["post"] != table["pre"]).sum())
        for table in (people(*choices_of(row))[lambda t: (t["cohort"] == "A") & (t["arm"] == "programme")].dropna()
                      for row in frame[frame["model"] == "hodges_lehmann"].itertuples())
    ]  # fmt: skip
    assert of_one.fewest == min([*fewest, *changed])
    assert of_one.fewest == of_one.summary()["fewest"].min()
