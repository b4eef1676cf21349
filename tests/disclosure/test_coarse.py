"""Shares of nearly all and means near an end are bounds, and small groups have shares in coarse steps."""

import pandas as pd
import pytest
from small_studies import TOML, Group, details_of, row_of, small_study, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import claims_of
from rm_research.disclosure import disclose
from rm_research.disclosure.coarse import has_few_scores
from rm_research.disclosure.numbers import decide
from rm_research.effects.estimates import Estimates
from rm_research.figures.means import means_of
from rm_research.findings.checks import checks
from rm_research.findings.context import Context
from rm_research.findings.numbers import _mean
from rm_research.panel import prepare_study
from rm_research.study import read_study

SHARE = {"measure": "share_improved", "method": "wilson"}
MANY = "item,scale,low,high\n" + "".join(f"m{item},mood,1,5\n" for item in (1, 2, 3, 4))


@pytest.fixture
def study(tmp_path):
    """Of one item of five points: few possible scores."""
    return study_of(tmp_path)


@pytest.fixture
def many(tmp_path):
    """Of scales with many possible scores."""
    study_of(tmp_path)
    (tmp_path / "codebook.csv").write_text(MANY + "b,zeal,1,100\n")
    return read_study(tmp_path)


def shown(study, *details, **columns):
    row = row_of(**columns)
    found = disclose(Estimates(table_of(row), details_of(*((row["id"], *one) for one in details))), study=study)
    return found, found.rows[0]


def test_how_many_scores_are_few(study, many):
    assert has_few_scores("mood", study)
    assert not has_few_scores("mood", many)  # four items of five points have seventeen


class TestShares:
    @pytest.mark.parametrize(
        ("n", "share", "expected", "side"),
        [(10, 0.1, 0.2, "low"), (10, 0.2, 0.2, None), (10, 0.8, 0.8, None), (10, 1.0, 0.8, "high"),
         (12, 1 / 12, 0.17, "low"), (40, 0.025, 0.05, "low"), (200, 0.05, 0.05, None), (200, 0.97, 0.95, "high")],
    )  # fmt: skip
    def test_of_nearly_nobody_or_everybody_are_bounds(self, many, n, share, expected, side):
        found, row = shown(many, **SHARE, n_pre=n, n_pairs=n, estimate=share, ci_low=0.01, ci_high=0.99)
        assert row.estimate == pytest.approx(expected)
        assert (row.truncated, row.has_interval) == (side, side is None)
        words = {"low": "or less", "high": "or more", None: "%"}[side]
        assert words in claims_of(found, many).estimate(row)

    @pytest.mark.parametrize(("n", "expected"), [(29, (0.4, 0.2, 0.6)), (30, (0.43, 0.23, 0.63))])
    def test_of_small_groups_have_steps_of_ten_per_cent(self, study, n, expected):
        _, row = shown(study, **SHARE, n_pre=n, n_pairs=n, estimate=0.43, ci_low=0.23, ci_high=0.63)
        assert row.interval == pytest.approx(expected)

    def test_of_scales_with_many_scores_have_not(self, many):
        _, row = shown(many, **SHARE, n_pre=12, n_pairs=12, estimate=0.43, ci_low=0.23, ci_high=0.63)
        assert row.interval == pytest.approx((0.43, 0.23, 0.63))

    def test_of_losses_too(self, many):
        details = [("share_worse", 0.0), ("share_worse_low", 0.0), ("share_worse_high", 0.2)]
        found, row = shown(many, *details, measure="reliable_change", method="wilson", estimate=0.3, n_pairs=20)
        kept = found.estimates.details.set_index("quantity")["value"]
        assert kept.to_dict() == {"share_worse": pytest.approx(0.1), "share_worse_bound": -1.0}
        assert row.estimate == 0.3
        ((*_, name, value),) = checks(Context(claims_of(found, many), "one", ())).rows
        assert (name, value) == ("Share with reliable loss", "10% or less")

    def test_of_losses_of_small_groups(self, study):
        details = [("share_worse", 0.33), ("share_worse_low", 0.14), ("share_worse_high", 0.58)]
        found, _ = shown(study, *details, measure="reliable_change", method="wilson", estimate=0.3, n_pairs=20)
        assert found.estimates.details["value"].tolist() == pytest.approx([0.3, 0.1, 0.6])


class TestMeans:
    """Of fourteen people on one to five: room of 4/14 at each end."""

    def after(self, study, mean, *further, n=14):
        details = [("mean_post", mean), ("mean_post_low", mean - 0.2), ("mean_post_high", mean + 0.1), *further]
        found, row = shown(study, *details, n_pre=n, n_post=n, n_pairs=n)
        return found, row, found.estimates.details.set_index("quantity")["value"].to_dict()

    @pytest.mark.parametrize(("mean", "bound", "side"), [(4.8, 4.71, 1), (4.72, 4.71, 1), (1.1, 1.29, -1)])
    def test_near_an_end_are_bounds(self, study, mean, bound, side):
        _, _, kept = self.after(study, mean)
        assert kept == {"mean_post": pytest.approx(bound), "mean_post_bound": side}

    @pytest.mark.parametrize("mean", [4.71, 1.29, 3.0])
    def test_others_are_not(self, study, mean):
        _, _, kept = self.after(study, mean)
        assert kept["mean_post"] == mean
        assert set(kept) == {"mean_post", "mean_post_low", "mean_post_high"}

    def test_all_near_an_end_look_the_same(self, study):
        assert self.after(study, 4.75)[2] == self.after(study, 5.0)[2]

    def test_tables_say_so_and_charts_leave_them_out(self, study):
        found, row, _ = self.after(study, 4.8)
        claims = claims_of(found, study)
        assert _mean(row, "mean_post", Context(claims, "one", ())) == "4.71 or more"
        found, row, _ = self.after(study, 4.8, *((f"mean_pre{end}", 3.0) for end in ("", "_low", "_high")))
        assert means_of(row, "x", ("red", "o"), claims_of(found, study)) is None
        found, row, _ = self.after(study, 4.5, *((f"mean_pre{end}", 3.0) for end in ("", "_low", "_high")))
        assert means_of(row, "x", ("red", "o"), claims_of(found, study)) is not None

    def test_disclosed_again_they_stay(self, study):
        found, _, kept = self.after(study, 4.8)
        again = disclose(found.estimates, study=study).estimates.details.set_index("quantity")["value"].to_dict()
        assert again == kept


@pytest.mark.slow
def test_bands_of_small_groups_with_few_scores_are_left_out(tmp_path):
    toml = TOML + "[reporting]\nsmallest_group = 10\n"
    groups = [Group("a", 29), Group("b", 30)]
    few = decide(prepare_study(small_study(tmp_path / "few", *groups, toml=toml))).tables["answers"]
    assert set(few["cohort"]) == {"b"}
    assert few["n_people"].eq(30).all()


@pytest.mark.parametrize(("language", "text"), [("en", "4.71 or more"), ("de", "4,71 oder mehr")])
def test_in_words(language, text):
    words = catalogue(language)
    assert words.bounded(words.number(4.71), 1) == text
    assert words.bounded("x", float("nan")) == "x"
    assert not pd.isna(words.bounded("x", -1))
