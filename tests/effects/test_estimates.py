"""Estimates as an object, and the families that p-values are adjusted in."""

import numpy as np
import pandas as pd
import pytest
from small_panels import drawn, only, panel_of, stack, write_study
from small_studies import row_of, table_of

from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import headlines, joined
from rm_research.frames import DETAILS, ESTIMATES

SCALES = ("inclusion", "engagement", "mood", "energy")
COMPARED = 'comparison = "control"'


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two cohorts, two roles, two arms, four scales of which two are outcomes."""
    parts, seed = [], 0
    for cohort in ("one", "two"):
        for role in ("leader", "mentor"):
            for arm in ("programme", "control"):
                for scale in SCALES:
                    part = panel_of(*drawn(seed), cohort=cohort, role=role, arm=arm, scale=scale)
                    parts.append(part.assign(person=part["person"] + role))
                    seed += 1
    panel, study = stack(*parts), write_study(tmp_path_factory.mktemp("study"), COMPARED)
    panel["cluster"] = panel["cohort"] + panel["person"]  # a person's scales are one cluster, and nobody shares it
    return joined([estimate_change(panel, study=study), estimate_difference(panel, study=study)])


def test_frames_are_as_declared(whole):
    assert {name: str(dtype) for name, dtype in whole.table.dtypes.items()} == {
        name: dtype for name, (dtype, _) in ESTIMATES.columns.items()
    }
    assert list(whole.details) == list(DETAILS.columns)
    assert whole.table["id"].is_unique
    assert set(whole.details["id"]) <= set(whole.table["id"])
    assert not whole.details.duplicated(["id", "quantity"]).any()


def holm_by_hand(p_values):
    ordered = np.sort(p_values)
    steps = np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)).clip(max=1)
    return dict(zip(ordered, steps, strict=True))


def hochberg_by_hand(p_values):
    ordered = np.sort(p_values)
    steps = np.minimum.accumulate((ordered * len(ordered) / np.arange(1, len(ordered) + 1))[::-1])[::-1].clip(max=1)
    return dict(zip(ordered, steps, strict=True))


@pytest.mark.parametrize(("contrast", "method"), [("change", "jackknife"), ("difference", "change_score")])
def test_a_family_is_the_headline_of_one_contrast_cohort_and_role(whole, contrast, method):
    """The first outcome is a family of its own; so are the changes of the comparison."""
    table = whole.to_frame()
    headline = table[(table["contrast"] == contrast) & (table["method"] == method) & (table["measure"] == "mean")]
    if contrast == "difference":  # no lot was drawn: the larger p-value of both ways
        ways = table[(table["contrast"] == contrast) & table["method"].isin(["change_score", "ancova"])]
        ways = ways[ways["measure"] == "mean"].groupby(["cohort", "role", "scale", "wave"])["p_value"].max()
        keys = pd.MultiIndex.from_frame(headline[["cohort", "role", "scale", "wave"]])
        headline = headline.assign(p_value=ways.reindex(keys).to_numpy())
    for _, rows in headline.groupby(["cohort", "role", "arm"]):
        primary = rows[rows["scale"] == SCALES[0]]
        assert primary["p_adjusted"].tolist() == pytest.approx(primary["p_value"].tolist())
        rows = rows[rows["scale"] != SCALES[0]]
        for planned, by_hand in ((True, holm_by_hand), (False, hochberg_by_hand)):
            family = rows[rows["planned"] == planned]
            assert set(family["scale"]) == (set(SCALES[1:2]) if planned else set(SCALES[2:]))
            expected = family["p_value"].map(by_hand(family["p_value"].to_numpy()))
            assert family["p_adjusted"].tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    others = table[~table["method"].isin(["jackknife", "change_score"])]
    assert others["p_adjusted"].isna().all()
    assert others["p_value"].notna().any()


def test_rows_without_a_p_value_do_not_count_towards_the_family(make_study):
    panel = stack(panel_of(*drawn(1)), panel_of([3], [4], scale="engagement"))
    estimates = estimate_change(panel, study=make_study())
    row = only(estimates.where(estimates.table["scale"] == "inclusion"), "jackknife")
    assert row["p_adjusted"] == row["p_value"]
    assert estimates.table.loc[estimates.table["scale"] == "engagement", "p_adjusted"].isna().all()


def test_where_keeps_rows_with_their_details(whole):
    chosen = whole.where((whole.table["method"] == "paired_t") & (whole.table["measure"] == "mean"))
    assert isinstance(chosen, Estimates)
    assert len(chosen) == 32 + 8  # changes, and leaders beside mentors
    assert chosen.table.index.tolist() == list(range(40))
    assert set(chosen.details["id"]) == set(chosen.table["id"])
    assert chosen.detail(chosen.table["id"][5], "r") == whole.detail(chosen.table["id"][5], "r")
    nothing = whole.where(whole.table["method"] == "none such")
    assert (len(nothing), len(nothing.details)) == (0, 0)
    assert list(nothing.table) == list(ESTIMATES.columns)


def test_detail_is_nan_where_there_is_none(whole):
    place = whole.table["id"][0]
    assert whole.detail(place, "mean_pre") > 0
    assert np.isnan(whole.detail(place, "tau2"))
    assert np.isnan(whole.detail("no such row", "sd_pre"))


def test_to_frame_is_a_copy(whole):
    copy = whole.to_frame()
    copy["estimate"] = 0.0
    copy.loc[:, "reason"] = "spoilt"
    assert (whole.table["estimate"] != 0).any()
    assert whole.table["reason"].isna().all()


def test_joined_keeps_order_and_everything(whole):
    contrasts = ("change", "role_difference", "difference")
    parts = [whole.where(whole.table["contrast"] == contrast) for contrast in contrasts]
    again = joined(parts)
    pd.testing.assert_frame_equal(again.table, whole.table)
    pd.testing.assert_frame_equal(again.details, whole.details)
    assert len(joined([])) == 0


def test_shown_as_text_and_html(whole):
    text, html = repr(whole), whole._repr_html_()
    n = len(whole)
    assert n == 32 * 7 + 16 + 16 * 3 + 8 * 3  # changes, reliable ones, differences, and leaders beside mentors
    heading = f"Estimates, {n} rows, the first 12 shown; to_frame() has all"
    assert text.startswith(f"{heading}\n")
    assert f"<caption>{heading}</caption>" in html
    assert "hodges_lehmann" in text
    assert "reason" not in text  # no row lacks an estimate
    assert len(html.split("<tr")) == 2 + 12
    mean = whole.table["estimate"][0]
    assert f"{mean:.3f}" in text
    assert repr(mean) not in text


def test_shown_text_is_escaped(make_study):
    panel = panel_of(*drawn(1), cohort="<script>alert(1)</script>")
    html = estimate_change(panel, study=make_study())._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_no_rows_are_shown_as_such(make_study):
    nothing = estimate_difference(panel_of(*drawn(1)), study=make_study())
    assert repr(nothing) == "Estimates, 0 rows"
    assert "Estimates, 0 rows" in nothing._repr_html_()
    assert list(nothing.to_frame()) == list(ESTIMATES.columns)


class TestHeadlines:
    """The one row that answers a question; what stands beside it has no adjusted p-value and is no headline."""

    def methods(self, *rows):
        table = table_of(*rows)
        return [
            f"{contrast} {method}"
            for contrast, method in table.loc[headlines(table), ["contrast", "method"]].to_numpy()
        ]

    def test_of_a_change_is_that_of_everyone_measured_before(self):
        beside = [row_of(method=name) for name in ("paired_t", "likelihood", "imputed", "mixed_model", "then_test")]
        beside += [row_of(method="paired_t", measure="d_rm"), row_of(method="wilson", measure="share_improved")]
        assert self.methods(row_of(), *beside) == ["change jackknife"]

    def test_of_a_change_is_that_of_those_who_answered_both_times_where_that_was_decided(self):
        rows = [row_of(heads=False), row_of(method="paired_t", heads=True),
                row_of(method="paired_t", measure="d_rm"), row_of(method="imputed")]  # fmt: skip
        assert self.methods(*rows) == ["change paired_t"]

    def test_of_unlinked_waves_is_welch(self):
        assert self.methods(row_of(method="welch")) == ["change welch"]

    def test_of_a_difference_is_the_ancova(self):
        names = ("ancova", "change_score", "constrained_likelihood", "imputed", "instrument", "wild_bootstrap")
        rows = [row_of(contrast="difference", method=name) for name in names]
        assert self.methods(*rows) == ["difference ancova"]

    def test_of_slopes_there_is_none(self):
        slopes = [row_of(contrast=name, measure="slope", method=method)
                  for name, method in (("dose", "ols"), ("actor", "apim"), ("partner", "apim"))]  # fmt: skip
        assert self.methods(*slopes) == []

    @pytest.mark.parametrize("k", [2, 12])
    @pytest.mark.parametrize("declared", ["people", "reml_hk"])
    def test_of_a_programme_is_the_declared_average(self, k, declared):
        common = {"contrast": "pooled_change", "cohort": "all cohorts", "n_clusters": k}
        rows = [row_of(**common, method=name, heads=name == declared)
                for name in ("reml_hk", "people")]  # fmt: skip
        moderated = row_of(contrast="pooled_change", cohort="all cohorts", method="reml_hk", measure="slope")
        assert self.methods(*rows, moderated | {"id": "slope"}) == [f"pooled_change {declared}"]

    def test_of_a_programme_the_difference_is_the_declared_one(self):
        pooled = {"contrast": "pooled_difference", "cohort": "all cohorts"}
        rows = [row_of(method=name, heads=name == "change_score", **pooled)
                for name in ("ancova", "change_score", "reml_hk")]  # fmt: skip
        assert self.methods(*rows) == ["pooled_difference change_score"]

    def test_every_place_of_a_programme_has_one(self):
        places = [{"role": role, "scale": scale, "contrast": f"pooled_{kind}", "n_clusters": k}
                  for role in ("leader", "mentor") for scale in ("mood", "zeal")
                  for kind, k in (("change", 3), ("difference", 7))]  # fmt: skip
        heads = {"pooled_change": "people", "pooled_difference": "ancova"}
        table = table_of(*(row_of(method=name, heads=name == heads[place["contrast"]], **place)
                           for place in places for name in ("reml_hk", "people", "ancova")))  # fmt: skip
        found = table[headlines(table)]
        assert not found.duplicated(["role", "scale", "contrast"]).any()
        assert len(found) == len(places)
