"""estimate_change: its rows against R, and what they say where nothing can be computed."""

import numpy as np
import pytest
from small_panels import drawn, golden, only, panel_of, stack

from rm_research.effects import estimate_change, estimate_difference
from rm_research.errors import FrameError
from rm_research.frames import PANEL
from rm_research.stats.power import detectable

METHODS = {"paired_t": "mean", "hodges_lehmann": "median", "bonett": "g_av"}
EXACT, SEARCHED = 1e-8, 1e-4  # R's closed forms; R's root search, absolute


@pytest.fixture(params=["paired_sleep", "paired_univbct60"])
def case(request, make_study):
    r, data = golden(request.param)
    return r, data, estimate_change(panel_of(data["pre"], data["post"]), study=make_study())


def test_rows_and_counts(case):
    r, data, estimates = case
    table = estimates.to_frame()
    assert dict(zip(table["method"], table["measure"], strict=True)) == METHODS
    assert table["id"].is_unique
    assert table["id"][0] == "change:mean:paired_t:one:leader:programme:inclusion:post"
    facts = {"cohort": "one", "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion",
             "wave": "post", "contrast": "change", "n_pre": data["pre"].count(), "n_post": data["post"].count(),
             "n_pairs": r["n"], "planned": True}  # fmt: skip
    assert (table[list(facts)] == facts).all(axis=None)
    assert table[["n_comparison", "n_clusters", "reason"]].isna().all(axis=None)


def test_paired_t_row_equals_r(case):
    r, _, estimates = case
    row = only(estimates, "paired_t")
    ours = row[["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]].astype(float).tolist()
    theirs = [r["mean_change"], r["sd_change"] / np.sqrt(r["n"]), r["df"], r["t"], r["p"], *r["ci95"]]
    assert ours == pytest.approx(theirs, rel=EXACT, abs=0)
    for name in ("mean_pre", "mean_post", "sd_pre", "sd_post", "sd_change", "r"):
        assert estimates.detail(row["id"], name) == pytest.approx(r[name], rel=EXACT)
    assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
    assert row["p_adjusted"] == row["p_value"]  # a family of one


def test_median_row_equals_r(case):
    r, _, estimates = case
    row, w = only(estimates, "hodges_lehmann"), r["wilcoxon"]
    assert row["statistic"] == w["V"]
    assert row["p_value"] == pytest.approx(w["p_corrected"], rel=1e-6)
    ours = row[["estimate", "ci_low", "ci_high"]].astype(float).tolist()
    assert ours == pytest.approx([w["pseudomedian"], *w["ci95"]], rel=0, abs=SEARCHED)
    assert estimates.detail(row["id"], "n_changed") == w["n_nonzero"]
    assert row[["std_error", "df", "detectable", "p_adjusted"]].isna().all()


def test_standardised_row_equals_r(case):
    r, _, estimates = case
    row, d, j = only(estimates, "bonett"), r["d_av"], r["g_av"]["J"]
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


RISING, NAN = np.arange(1.0, 9.0), np.nan


@pytest.mark.parametrize(
    ("pre", "post", "reasons"),
    [
        ([3, 4, NAN], [NAN, NAN, 2], ["too_few_pairs"] * 3),
        ([3, 4, 5], [NAN, NAN, 2], ["too_few_pairs"] * 3),
        ([NAN], [NAN], ["too_few_pairs"] * 3),
        ([3, 4], [4, 6], [None, "too_few_pairs", "too_few_pairs"]),
        (RISING, RISING + 0.1, ["no_variation"] * 3),
        (RISING, RISING, ["no_variation"] * 3),
        (np.full(8, 0.1), RISING, [None, None, "no_variation"]),
        (RISING, np.full(8, 0.1), [None, None, "no_variation"]),
        (RISING, [*RISING[:-1], 9], [None, "too_few_pairs", None]),
    ],
)
def test_reasons(pre, post, reasons, make_study):
    table = estimate_change(panel_of(pre, post), study=make_study()).to_frame()
    assert [None if reason != reason else reason for reason in table["reason"]] == reasons
    empty = table[table["reason"].notna()]
    assert empty[["estimate", "std_error", "df", "p_value", "ci_low", "detectable", "p_adjusted"]].isna().all(axis=None)
    assert table["estimate"].notna().tolist() == [reason is None for reason in reasons]
    assert (table["n_pre"] == np.isfinite(pre).sum()).all()
    assert (table["n_post"] == np.isfinite(post).sum()).all()


@pytest.mark.parametrize(
    ("pre", "post", "reason"),
    [([3], [4, 5], "too_few_people"), ([], [4, 5], "too_few_people"), ([3, 3], [4, 4], "no_variation")],
)
def test_reasons_of_unlinked_waves(pre, post, reason, make_study):
    both = [*pre, *np.full(len(post), NAN)], [*np.full(len(pre), NAN), *post]
    assert only(estimate_change(panel_of(*both), study=make_study(link='method = "none"')), "welch")["reason"] == reason


def test_a_scale_not_asked_at_baseline_is_no_change(make_study):
    estimates = estimate_change(panel_of([NAN] * 5, RISING[:5], scale="aftermath"), study=make_study())
    assert estimates.to_frame()["reason"].tolist() == ["not_asked_at_baseline"] * 3
    assert not len(estimates.details)


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
    parts = [panel_of([1, 2], [2, 4], **dict(zip(names, place, strict=True))) for place in reversed(places)]
    parts = [part.assign(person=part["person"] + part["role"]) for part in parts]
    table = estimate_change(stack(*parts), study=make_study(design='comparison = "control"')).to_frame()
    assert list(table.loc[table["method"] == "paired_t", list(names)].itertuples(index=False, name=None)) == places


def test_order_of_rows_does_not_matter(make_study):
    panel, study = panel_of(*drawn(1)), make_study()
    table = estimate_change(panel, study=study).to_frame()
    shuffled = estimate_change(panel.sample(frac=1, random_state=1), study=study).to_frame()
    numbers = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high", "detectable"]
    np.testing.assert_allclose(shuffled[numbers].to_numpy(float), table[numbers].to_numpy(float), rtol=1e-12)


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
