"""estimate_change: its rows against R and stats, and what they say where nothing can be computed."""

import numpy as np
import pytest
from scipy import stats
from small_panels import NUMBERS, check_rows, drawn, golden, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import estimate_change, estimate_difference
from rm_research.errors import FrameError
from rm_research.frames import PANEL
from rm_research.stats.baseline import change_of_everyone
from rm_research.stats.individual import reliable_change, share_improved
from rm_research.stats.mixed.two_waves import likelihood_change
from rm_research.stats.power import detectable
from rm_research.stats.sensitivity import regression_to_the_mean
from rm_research.stats.standardised import d_rm

METHODS = [("mean", "jackknife"), ("mean", "paired_t"), ("mean", "likelihood"), ("median", "hodges_lehmann"),
           ("g_av", "bonett"), ("d_rm", "paired_t"), ("share_improved", "wilson")]  # fmt: skip
EXACT, SEARCHED = 1e-8, 1e-4  # R's closed forms; R's root search, absolute


@pytest.fixture(params=["paired_sleep", "paired_univbct60"])
def case(request, make_study):
    r, data = golden(request.param)
    return r, data, estimate_change(panel_of(data["pre"], data["post"]), study=make_study())


def test_rows_and_counts(case):
    r, data, estimates = case
    table = estimates.to_frame()
    found = list(zip(table["measure"], table["method"], strict=True))
    leavers = data["pre"].notna() & data["post"].isna()
    assert found == METHODS + [("mean", "imputed")] * bool(leavers.any())
    assert table["id"].is_unique
    assert table["id"][0] == "change:mean:jackknife:one:leader:programme:inclusion:post"
    facts = {"cohort": "one", "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion",
             "wave": "post", "contrast": "change", "n_pre": data["pre"].count(), "n_post": data["post"].count(),
             "n_pairs": r["n"], "planned": True}  # fmt: skip
    assert (table[list(facts)] == facts).all(axis=None)
    assert table[["n_comparison", "reason", "truncated", "heads"]].isna().all(axis=None)
    clusters = table.loc[table["measure"].eq("mean") & table["method"].isin(["jackknife", "paired_t"]), "n_clusters"]
    assert clusters.tolist() == [data["pre"].count(), r["n"]]  # nobody shares one


def test_paired_t_row_equals_r(case):
    r, _, estimates = case
    row = only(estimates, "paired_t")
    ours = numbers_of(row)
    theirs = [r["mean_change"], r["sd_change"] / np.sqrt(r["n"]), r["df"], r["t"], r["p"], *r["ci95"]]
    assert ours == pytest.approx(theirs, rel=EXACT, abs=0)
    for name in ("mean_pre", "mean_post", "sd_pre", "sd_post", "sd_change", "r"):
        assert estimates.detail(row["id"], name) == pytest.approx(r[name], rel=EXACT)
    assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
    assert np.isnan(row["p_adjusted"])  # it stands beside the headline
    headline = only(estimates, "jackknife")
    assert headline["p_adjusted"] == headline["p_value"]  # a family of one


def test_median_row_equals_r(case):
    r, _, estimates = case
    row, w = only(estimates, "hodges_lehmann", "median"), r["wilcoxon"]
    assert row["statistic"] == w["V"]
    assert row["p_value"] == pytest.approx(w["p_corrected"], rel=1e-6)
    ours = row[["estimate", "ci_low", "ci_high"]].astype(float).tolist()
    assert ours == pytest.approx([w["pseudomedian"], *w["ci95"]], rel=0, abs=SEARCHED)
    assert estimates.detail(row["id"], "n_changed") == w["n_nonzero"]
    assert row[["std_error", "df", "detectable", "p_adjusted"]].isna().all()


def test_standardised_row_equals_r(case):
    r, _, estimates = case
    row, d, j = only(estimates, "bonett", "g_av"), r["d_av"], r["g_av"]["J"]
    ours = row[["estimate", "std_error", "ci_low", "ci_high"]].astype(float).tolist()
    assert ours == pytest.approx([r["g_av"]["est"], j * d["se_bonett"], *d["ci95"]], rel=EXACT)
    assert row["statistic"] == pytest.approx(d["est"] / d["se_bonett"], rel=EXACT)
    assert estimates.detail(row["id"], "d_av") == pytest.approx(d["est"], rel=EXACT)
    assert estimates.detail(row["id"], "J") == pytest.approx(j, rel=EXACT)
    assert row[["df", "p_adjusted"]].isna().all()


def test_the_level_is_the_study_s(make_study):
    r, data = golden("paired_sleep")
    study = make_study(reporting="level = 0.9")
    row = only(estimate_change(panel_of(data["pre"], data["post"]), study=study), "paired_t")
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(r["ci90"], rel=EXACT)


def test_unlinked_waves_are_compared_by_welch(make_study):
    r, data = golden("ancova_btheb")
    change = (data["post"] - data["pre"]).to_numpy()
    nothing = np.full(len(data), np.nan)
    before, after = (np.where(data["treat"] == arm, change, nothing) for arm in (0, 1))
    others = [f"other{place}" for place in range(len(data))]
    panel = stack(panel_of(before, nothing), panel_of(nothing, after, person=others))
    estimates = estimate_change(panel, study=make_study(link='method = "none"'))
    row, w = only(estimates, "welch"), r["welch"]
    ours = row[["statistic", "df", "p_value", "ci_low", "ci_high"]].astype(float).tolist()
    assert ours == pytest.approx([w["t"], w["df"], w["p"], *w["ci95"]], rel=EXACT)
    assert len(estimates) == 1
    assert (row["n_pre"], row["n_post"], row["n_pairs"]) == (r["n_control"], r["n_treat"], 0)
    assert estimates.detail(row["id"], "mean_pre") == pytest.approx(np.nanmean(change[data["treat"] == 0]))


def test_standardised_by_the_correlation_equals_r(case):
    r, data, estimates = case
    row = only(estimates, "paired_t", "d_rm")
    assert row["estimate"] == pytest.approx(r["d_rm"]["est"], rel=EXACT)
    assert estimates.detail(row["id"], "g_rm") == pytest.approx(r["d_rm"]["g"], rel=EXACT)
    expected = d_rm(data["pre"].to_numpy(float), data["post"].to_numpy(float), level=0.95)
    assert numbers_of(row) == pytest.approx(numbers_in(expected), nan_ok=True)


class TestEveryoneMeasuredBefore:
    """The headline: nobody with a score before is left out."""

    def test_without_leavers_it_is_the_paired_t(self, make_study):
        estimates = estimate_change(panel_of(*drawn(1)), study=make_study())
        headline, beside, check = (only(estimates, name) for name in ("jackknife", "paired_t", "likelihood"))
        assert numbers_of(headline) == pytest.approx(numbers_of(beside), rel=1e-12)
        assert numbers_of(check) == pytest.approx(numbers_of(beside), rel=1e-12)

    def test_with_leavers_it_is_stats_(self, make_study):
        pre, post = left(*drawn(2, 20), 5)
        estimates = estimate_change(panel_of(pre, post), study=make_study(reporting="level = 0.9"))
        check, beside = only(estimates, "likelihood"), likelihood_change(pre, post, level=0.9)
        assert numbers_of(check) == numbers_in(beside)
        row, expected = only(estimates, "jackknife"), change_of_everyone(pre, post, level=0.9)
        assert numbers_of(row) == numbers_in(expected)
        assert row[["n_pre", "n_post", "n_pairs"]].tolist() == [20, 15, 15]
        assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.9)
        for name in ("mean_pre", "mean_post", "mean_post_low", "slope", "of_everyone"):
            assert estimates.detail(row["id"], name) == expected.details[name]
        assert estimates.detail(row["id"], "mean_pre") == pytest.approx(pre.mean())  # of those who left, too

    def test_those_who_left_move_it_as_their_score_before_says(self, make_study):
        """All who leave were low before, and low scores rose: the mean change of those who stayed is too small."""
        draws = np.random.default_rng(3)
        pre = draws.normal(3, 1, 400)
        post = 3 + 0.5 * (pre - 3) + draws.normal(0, 0.8, 400)
        post = np.where(pre < np.quantile(pre, 0.3), np.nan, post)
        estimates = estimate_change(panel_of(pre, post), study=make_study())
        stayed, everyone = (only(estimates, name)["estimate"] for name in ("paired_t", "jackknife"))
        assert stayed < -0.15
        assert abs(everyone) < abs(stayed) / 2

    def test_people_without_a_score_before_do_not_move_it(self, make_study):
        pre, post = left(*drawn(2, 20), 5)
        late = stack(panel_of(pre, post), panel_of([np.nan] * 3, [9.0] * 3, person=list("xyz")))
        found, expected = (only(estimate_change(panel, study=make_study()), "jackknife") for panel in
                           (late, panel_of(pre, post)))  # fmt: skip
        assert numbers_of(found) == numbers_of(expected)
        assert (found["n_post"], expected["n_post"]) == (18, 15)

    def test_what_selection_alone_makes_of_scores_stands_beside_it(self, make_study):
        picked = "retest = 0.6\npicked = {{ {} = 2.5, mean = 3.1, sd = 0.8 }}"
        for side in ("below", "above"):
            estimates = estimate_change(panel_of(*drawn(4)), study=make_study(inclusion=picked.format(side)))
            found = estimates.detail(only(estimates, "jackknife")["id"], "expected_by_selection")
            expected = regression_to_the_mean(2.5, mean=3.1, sd=0.8, retest=0.6, below=side == "below")
            assert found == expected
            assert (found > 0) is (side == "below")

    def test_nothing_is_expected_where_nobody_was_picked_or_no_retest_is_known(self, make_study):
        for lines in ("retest = 0.6", "picked = { below = 2.5, mean = 3.1, sd = 0.8 }"):
            estimates = estimate_change(panel_of(*drawn(4)), study=make_study(inclusion=lines))
            assert np.isnan(estimates.detail(only(estimates, "jackknife")["id"], "expected_by_selection"))

    def test_it_is_held_against_the_smallest_change_that_matters(self, make_study):
        study = make_study(inclusion="smallest_effect = 0.4")
        estimates = estimate_change(panel_of(*drawn(4)), study=study)
        row = only(estimates, "jackknife")
        narrow = [estimates.detail(row["id"], name) for name in ("tost_low", "tost_high")]
        assert row["ci_low"] < narrow[0] < row["estimate"] < narrow[1] < row["ci_high"]
        assert (estimates.detail(row["id"], "tost_p") < 0.05) == (narrow[0] > -0.4 and narrow[1] < 0.4)
        # either may be the main row
        assert np.isfinite(estimates.detail(only(estimates, "paired_t")["id"], "tost_p"))
        assert np.isnan(estimates.detail(only(estimates, "likelihood")["id"], "tost_p"))


def left(pre: np.ndarray, post: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Let the last n people have no score after."""
    return pre, np.where(np.arange(len(post)) < len(post) - n, post, np.nan)


class TestShares:
    def test_who_improved_is_who_moved_the_better_way(self, make_study):
        pre, post = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 2, 4, 3, 9])
        for better, counts in (("higher", (3, 1, 1)), ("lower", (1, 1, 3))):
            estimates = estimate_change(panel_of(pre, post), study=make_study(inclusion=f'better = "{better}"'))
            row = only(estimates, "wilson", "share_improved")
            expected = share_improved(pre, post, level=0.95, sign=1 if better == "higher" else -1)
            assert numbers_of(row) == pytest.approx(numbers_in(expected), nan_ok=True)
            assert row["estimate"] == counts[0] / 5
            found = [estimates.detail(row["id"], name) for name in ("n_improved", "n_unchanged", "n_worse")]
            assert found == list(counts)
            assert row[["std_error", "df", "p_value", "detectable", "p_adjusted"]].isna().all()

    def test_reliable_change_needs_a_retest_correlation(self, make_study):
        rows = estimate_change(panel_of(*drawn(5, 30)), study=make_study()).to_frame()
        assert "reliable_change" not in set(rows["measure"])

    @pytest.mark.parametrize("better", ["higher", "lower"])
    def test_a_declared_retest_correlation_is_taken(self, better, make_study):
        (pre, post), study = drawn(5, 30), make_study(inclusion=f'retest = 0.8\nbetter = "{better}"')
        estimates = estimate_change(panel_of(pre, post), study=study)
        row = only(estimates, "wilson", "reliable_change")
        found = reliable_change(pre, post, retest=0.8, level=0.95, sign=1 if better == "higher" else -1)
        assert numbers_of(row) == pytest.approx(numbers_in(found.improved), nan_ok=True)
        worse = [estimates.detail(row["id"], f"share_worse{end}") for end in ("", "_low", "_high")]
        assert worse == [found.deteriorated.estimate, found.deteriorated.ci_low, found.deteriorated.ci_high]
        assert estimates.detail(row["id"], "retest") == 0.8
        assert estimates.detail(row["id"], "threshold") == found.threshold

    def test_else_that_of_the_comparison_over_all_cohorts(self, make_study):
        """Ten pairs a cohort are too few, twenty together are enough; the comparison is not judged by itself."""
        compared = [panel_of(*drawn(seed, 10), cohort=f"c{seed}", arm="control") for seed in (1, 2)]
        treated = [panel_of(*drawn(seed + 10), cohort=f"c{seed}") for seed in (1, 2)]
        study = make_study('comparison = "control"')
        estimates = estimate_change(stack(*compared, *treated), study=study)
        rows = estimates.where(estimates.table["measure"] == "reliable_change")
        assert rows.table["arm"].tolist() == ["programme"] * 2
        together = stack(*compared)
        found = [rows.detail(name, "retest") for name in rows.table["id"]]
        assert found == pytest.approx([np.corrcoef(together["pre"], together["post"])[0, 1]] * 2)
        fewer = estimate_change(stack(compared[0], *treated), study=study).to_frame()
        assert "reliable_change" not in set(fewer["measure"])

    def test_a_comparison_whose_scores_do_not_vary_has_no_retest_correlation(self, make_study):
        compared = panel_of(np.full(25, 3.0), drawn(1, 25)[1], arm="control")
        table = estimate_change(stack(panel_of(*drawn(2)), compared), study=make_study('comparison = "control"'))
        table = table.to_frame().query("measure == 'reliable_change'")  # a row that is missing would tell that
        assert table[["arm", "reason"]].values.tolist() == [["programme", "no_retest"]]


RISING, NAN = np.arange(1.0, 9.0), np.nan
FEW, ALIKE = "too_few_pairs", "no_variation"


@pytest.mark.parametrize(
    ("pre", "post", "reasons"),
    [
        ([3], [4], [FEW] * 7),
        ([3, 4, NAN], [NAN, NAN, 2], [FEW] * 8),
        ([3, 4, 5], [NAN, NAN, 2], [FEW] * 8),
        ([NAN], [NAN], [FEW] * 7),
        (RISING, np.full(8, NAN), [FEW] * 8),
        # the fourth is the test by signs that few degrees of freedom call for
        ([3, 4], [4, 6], [None, None, None, None, FEW, FEW, FEW, None]),
        ([3, 4, 5, 5], [4, 6, NAN, NAN], [None, None, None, None, FEW, FEW, FEW, None, FEW]),
        (RISING, RISING + 0.1, [ALIKE] * 6 + [None]),
        (RISING, RISING, [ALIKE] * 6 + [None]),
        (np.full(8, 0.3), np.full(8, 0.3), [ALIKE] * 6 + [None]),
        ([*RISING, 4], [*(RISING + 1), NAN], [ALIKE] * 6 + [None, ALIKE]),
        (np.full(8, 0.1), RISING, [None, None, None, None, ALIKE, ALIKE, None]),
        (RISING, np.full(8, 0.1), [None, None, None, None, ALIKE, ALIKE, None]),
        ([*np.full(8, 0.1), 0.1], [*RISING, NAN], [None, None, None, None, ALIKE, ALIKE, None, None]),
        (RISING, [*RISING[:-1], 9], [None, None, None, FEW, None, None, None]),
        # all moved to the other end of the scale: with equal variances, nothing tells how those who left would change
        ([*RISING, 4], [*(9 - RISING), NAN], [None, None, ALIKE, None, None, None, None, None]),
    ],
)
def test_reasons(pre, post, reasons, make_study):
    estimates = estimate_change(panel_of(pre, post), study=make_study())
    table = estimates.to_frame()
    assert [None if reason != reason else reason for reason in table["reason"]] == reasons
    check_rows(estimates)
    assert (table["n_pre"] == np.isfinite(pre).sum()).all()
    assert (table["n_post"] == np.isfinite(post).sum()).all()


@pytest.mark.parametrize("unit", [1e-3, 1e6])
def test_the_unit_of_the_scores_does_not_matter(unit, make_study):
    pre, post = left(*drawn(6, 16), 4)
    study = make_study(inclusion="retest = 0.7")
    plain, scaled = (estimate_change(panel_of(pre * by, post * by), study=study).to_frame() for by in (1, unit))
    same = ~plain["measure"].isin(["mean", "median"])
    for name in NUMBERS:
        free = same | (name in ("df", "statistic", "p_value"))
        expected = plain[name].where(free, plain[name] * unit).to_numpy(float)
        tolerance = 1e-4 if name in ("estimate", "ci_low", "ci_high") else 1e-8  # the median is searched for
        np.testing.assert_allclose(scaled[name].to_numpy(float), expected, rtol=tolerance, atol=1e-9 * unit)


@pytest.mark.parametrize(
    ("pre", "post", "reason"),
    [([3], [4, 5], "too_few_people"), ([], [4, 5], "too_few_people"), ([3, 3], [4, 4], "no_variation")],
)
def test_reasons_of_unlinked_waves(pre, post, reason, make_study):
    both = [*pre, *np.full(len(post), NAN)], [*np.full(len(pre), NAN), *post]
    assert only(estimate_change(panel_of(*both), study=make_study(link='method = "none"')), "welch")["reason"] == reason


def test_a_scale_not_asked_at_baseline_is_no_change(make_study):
    estimates = estimate_change(panel_of([NAN] * 5, RISING[:5], scale="aftermath"), study=make_study())
    assert estimates.to_frame()["reason"].tolist() == ["not_asked_at_baseline"] * 7
    check_rows(estimates)


@pytest.mark.slow
def test_groups_come_in_a_fixed_order(make_study):
    """Cohort, outcomes as declared and then the other scales, wave, leaders first, the comparison last."""
    places = [
        (cohort, scale, wave, role, arm)
        for cohort in ("one", "two")
        for scale in ("inclusion", "engagement", "mood")
        for wave in ("post", "later")
        for role in ("leader", "mentor", "coach")
        for arm in ("alpha", "programme", "control")
    ]
    names = ("cohort", "scale", "wave", "role", "arm")
    parts = [panel_of([1], [2], **dict(zip(names, place, strict=True))) for place in reversed(places)]
    parts = [part.assign(person=part["person"] + part["role"]) for part in parts]
    table = estimate_change(stack(*parts), study=make_study(design='comparison = "control"')).to_frame()
    changes = table[(table["method"] == "jackknife") & (table["contrast"] == "change")]
    assert list(changes[list(names)].itertuples(index=False, name=None)) == places


def test_order_of_rows_does_not_matter(make_study):
    mentors = panel_of(*left(*drawn(2, 14), 3), role="mentor")
    panel = stack(panel_of(*left(*drawn(1, 14), 3)), mentors.assign(person="m" + mentors["person"]))
    panel["cluster"] = [f"d{place % 14}" for place in range(28)]
    study = make_study(inclusion="retest = 0.7")
    once, again = (estimate_change(rows, study=study) for rows in (panel, panel.sample(frac=1, random_state=1)))
    assert {"jackknife", "likelihood", "imputed", "wilson"} <= set(once.table["method"])
    same_rows(once, again, rel=1e-6)


@pytest.mark.parametrize("fact", ["role", "arm"])
def test_people_without_role_or_arm_count_in_no_row(fact, make_study):
    known, unknown = panel_of(*drawn(1)), panel_of(*drawn(2), cohort="two")
    panel, study = stack(known, unknown.assign(**{fact: None})), make_study('comparison = "control"')
    table, expected = (estimate_change(rows, study=study).to_frame() for rows in (panel, known))
    assert table.equals(expected)
    compared = stack(known, panel_of(*drawn(3), arm="control"))
    spoilt = stack(compared, unknown.assign(**{fact: None, "cohort": "one", "person": "u" + unknown["person"]}))
    table, expected = (estimate_difference(rows, study=study).to_frame() for rows in (spoilt, compared))
    assert table.equals(expected)


def test_a_panel_without_rows_gives_no_rows(make_study):
    assert len(estimate_change(PANEL.empty(), study=make_study())) == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda panel: panel.drop(columns=["pre", "arm"]), "estimate_change needs Panel.* pre, arm"),
        (
            lambda panel: panel.assign(cohort=panel["cohort"].where(panel.index > 1)),
            "2 rows of the Panel have no cohort",
        ),
        (lambda panel: panel.assign(cluster=None), "3 rows of the Panel have no cluster"),
        (lambda panel: panel.assign(scale="joy"), "has scale 'joy', which the study lacks"),
        (lambda panel: panel.assign(wave="pre"), "has wave 'pre', which the study lacks"),
    ],
)
def test_a_panel_that_would_lose_rows_is_refused(spoil, message, make_study):
    with pytest.raises(FrameError, match=message):
        estimate_change(spoil(panel_of([1, 2, 3], [2, 2, 4])), study=make_study())


def test_members_of_a_declared_cluster_are_not_independent(make_study):
    """Ten clusters whose members change alike: the change is far less sure than of a hundred people."""
    draws = np.random.default_rng(4)
    cluster = np.repeat(np.arange(10), 10)
    pre = draws.normal(3, 0.5, 100)
    post = pre + 0.3 + draws.normal(0, 0.4, 10)[cluster] + draws.normal(0, 0.3, 100)
    panel = panel_of(pre, post, cluster=[f"d{code}" for code in cluster])
    alone = only(estimate_change(panel.assign(cluster=panel["person"]), study=make_study()), "jackknife")
    row = only(estimate_change(panel, study=make_study('clusters = "division"')), "jackknife")
    means = np.array([(post - pre)[cluster == code].mean() for code in range(10)])
    assert row["estimate"] == pytest.approx(means.mean(), rel=1e-6)
    assert row["std_error"] == pytest.approx(means.std(ddof=1) / np.sqrt(10), rel=1e-9)
    assert (row["df"], row["n_clusters"]) == (pytest.approx(9), 10)
    assert row["std_error"] > 2 * alone["std_error"]


@pytest.mark.parametrize("which", ["pre", "post"])
def test_means_of_clusters_are_as_unsure_as_the_means_of_so_many_clusters(which, make_study):
    """Ten clusters alike in size: Student's t on ten means."""
    draws = np.random.default_rng(4)
    cluster = np.repeat(np.arange(10), 10)
    pre = draws.normal(3, 0.5, 10)[cluster] + draws.normal(0, 0.5, 100)
    post = pre + 0.3 + draws.normal(0, 0.2, 10)[cluster] + draws.normal(0, 0.3, 100)
    panel = panel_of(pre, post, cluster=[f"d{code}" for code in cluster])
    estimates = estimate_change(panel, study=make_study('clusters = "division"'))
    row, scores = only(estimates, "jackknife"), pre if which == "pre" else post
    means = np.array([scores[cluster == code].mean() for code in range(10)])
    found = [estimates.detail(row["id"], f"mean_{which}_{end}") for end in ("low", "high")]
    expected = stats.t.interval(0.95, 9, means.mean(), stats.sem(means))
    assert np.mean(found) == pytest.approx(estimates.detail(row["id"], f"mean_{which}"))
    assert np.mean(found) == pytest.approx(means.mean())
    assert np.diff(found) == pytest.approx(np.diff(expected), rel=1e-9)
