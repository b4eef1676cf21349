"""Imputed rows against the functions they rest on, what their draws depend on, and who left."""

from functools import partial
from itertools import product

import numpy as np
import pandas as pd
import pytest
from small_panels import panel_of, stack

from rm_research.effects.change import estimate_change
from rm_research.effects.difference import estimate_difference
from rm_research.effects.groups import generator
from rm_research.effects.missing import assess_attrition
from rm_research.errors import FrameError
from rm_research.frames import ATTRITION, PANEL
from rm_research.stats.attrition import leaving_model, share_lost, standardised_difference
from rm_research.stats.imputed import complete_posts, imputed_ancova, imputed_change
from rm_research.stats.power import detectable
from rm_research.study import read_study

NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]
NAMED = 'comparison = "control"\nunit = "{}"'.format
PINNED = [2061, 2457, 6542, 3456]
RANGED = "item,scale,low,high,pre\na,inclusion,1,5,\nb,engagement,1,5,\nc,mood,,,\nd,energy,1,5,\ne,aftermath,1,5,-\n"


def drawn(seed: int, n: int = 24, gain: float = 0.8, left: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Scores before and after; some of those lower before have none after."""
    draws = np.random.default_rng(seed)
    pre = draws.normal(3, 0.8, n)
    post = 3 + gain + 0.6 * (pre - 3) + draws.normal(0, 0.5, n)
    post[np.argsort(pre)[1 : 1 + left]] = np.nan
    return pre, post


@pytest.fixture
def ranged(make_study, tmp_path):
    """Read a study whose scales run from 1 to 5 (mood is unbounded), with lines of one's own."""

    def read(**lines):
        make_study(**lines)
        (tmp_path / "codebook.csv").write_text(RANGED)
        return read_study(tmp_path)

    return read


def imputed(estimates):
    return estimates.where(estimates.table["method"].eq("imputed"))


def changes(panel, study):
    return imputed(estimate_change(panel, study=study))


def differences(panel, study):
    return imputed(estimate_difference(panel, study=study))


def missing(**options) -> str:
    return "[missing]\n" + "\n".join(f"{name} = {value}" for name, value in options.items())


def same(row: pd.Series, result) -> None:
    assert row[NUMBERS].astype(float).tolist() == [getattr(result, name) for name in NUMBERS]


def test_row_of_a_change(ranged):
    study, (pre, post) = ranged(), drawn(1)
    estimates = changes(panel_of(pre, post), study)
    (row,) = (row for _, row in estimates.to_frame().iterrows())
    assert row["id"] == "change:mean:imputed:one:leader:programme:inclusion:post"
    assert row[["n_pre", "n_post", "n_pairs"]].tolist() == [24, 18, 18]
    m = study.settings.missing.imputations
    completed = complete_posts(pre, post, generator(study, "one", row["id"]), m=m)
    expected = imputed_change(completed, level=0.95, largest_shift=4.0)
    same(row, expected)
    assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
    found = estimates.details.set_index("quantity")["value"].to_dict()
    assert found == dict(expected.details)
    assert {"fmi", "tipping_shift", "n_imputed", "m"} <= set(found)
    assert np.isnan(row["p_adjusted"])


@pytest.mark.parametrize("unit", ["person", "division"])
def test_row_of_a_difference(unit, ranged):
    study = ranged(design=NAMED(unit))
    one, other = drawn(1), drawn(2, n=20, gain=0.0, left=4)
    clusters = {"person": [None, None], "division": [np.arange(24) // 3, np.arange(20) // 3 + 50]}[unit]
    parts = [panel_of(*scores, arm=arm) if own is None else panel_of(*scores, arm=arm, cluster=own.astype(str))
             for scores, arm, own in zip((one, other), ("programme", "control"), clusters, strict=True)]  # fmt: skip
    estimates = differences(stack(*parts), study)
    (row,) = (row for _, row in estimates.to_frame().iterrows())
    assert row["id"] == "difference:mean:imputed:one:leader:programme:inclusion:post"
    assert row[["n_pre", "n_pairs", "n_comparison"]].tolist() == [24, 18, 16]
    assert row["n_clusters"] == (44 if unit == "person" else 8 + 7)  # of everyone measured at the start
    draws = generator(study, "one", row["id"])
    arms = [complete_posts(*scores, draws, m=study.settings.missing.imputations) for scores in (one, other)]
    named = None if unit == "person" else np.concatenate(clusters).astype(str)
    expected = imputed_ancova(*arms, level=0.95, clusters=named, largest_shift=4.0)
    same(row, expected)
    assert estimates.detail(row["id"], "n_left") == 4  # of the arm where they are fewest
    assert estimates.detail(row["id"], "tipping_shift") == expected.details["tipping_shift"]


def test_no_row_where_nobody_left(ranged):
    study = ranged(design=NAMED("person"))
    both = stack(panel_of(*drawn(1, left=0)), panel_of(*drawn(2, left=0), arm="control"))
    assert len(changes(both, study)) == len(differences(both, study)) == 0
    came_later = panel_of(np.append(drawn(1, left=0)[0], np.nan), np.append(drawn(1, left=0)[1], 3.0))
    assert len(changes(came_later, study)) == 0
    one_arm = stack(panel_of(*drawn(1, left=0)), panel_of(*drawn(2, left=3), arm="control"))
    assert changes(one_arm, study).to_frame()["arm"].tolist() == ["control"]
    assert len(differences(one_arm, study)) == 1


def everybody() -> pd.DataFrame:
    places = product(("programme", "control"), ("leader", "mentor"), ("one", "two"), ("inclusion", "engagement"))
    parts = [
        panel_of(*drawn(seed, gain=0.4 * (arm == "programme")), arm=arm, role=role, cohort=cohort, scale=scale)
        for seed, (arm, role, cohort, scale) in enumerate(places)
    ]
    return stack(*parts)


@pytest.mark.slow
def test_neither_order_nor_company_changes_a_row(ranged):
    study, panel = ranged(design=NAMED("person")), everybody()
    for made in (changes, differences):
        table = made(panel, study).to_frame().set_index("id")
        shuffled = made(panel.sample(frac=1, random_state=3), study).to_frame().set_index("id")
        pd.testing.assert_frame_equal(shuffled.loc[table.index], table, rtol=1e-12)
        alone = made(panel[(panel["cohort"] == "two") & (panel["role"] == "mentor")], study).to_frame().set_index("id")
        assert 0 < len(alone) < len(table)
        pd.testing.assert_frame_equal(alone, table.loc[alone.index].assign(p_adjusted=np.nan), rtol=1e-12)


def test_rows_have_draws_of_their_own(ranged):
    study = ranged()
    same_scores = [panel_of(*drawn(1), cohort=cohort, role=role) for cohort in "ab" for role in ("leader", "mentor")]
    found = changes(stack(*same_scores), study).to_frame()
    assert found["estimate"].nunique() == 4
    assert changes(stack(*same_scores), study).to_frame().equals(found)
    other_seed = changes(stack(*same_scores), ranged(reporting="seed = 7")).to_frame()
    assert (other_seed["estimate"] != found["estimate"]).all()


def test_generator_is_the_same_everywhere(ranged):
    """Pinned: seeding must not change between platforms or releases, or reports would."""
    study = ranged(reporting="seed = 20260101")
    assert generator(study, "one", "a:row").integers(0, 10_000, 4).tolist() == PINNED
    assert generator(study, "onea", ":row").integers(0, 10_000, 4).tolist() != PINNED
    assert generator(study, "two", "a:row").integers(0, 10_000, 4).tolist() != PINNED


def test_imputations_are_as_many_as_declared(ranged):
    found = changes(panel_of(*drawn(1)), ranged(reporting=missing(imputations=7)))
    assert found.details.set_index("quantity")["value"]["m"] == 7


def test_rounded_scores_are_scores_that_people_can_have(ranged):
    draws = np.random.default_rng(4)
    pre = draws.integers(1, 6, 30).astype(float)
    post = np.where(draws.random(30) < 0.3, np.nan, np.clip(pre + draws.integers(-1, 3, 30), 1, 5))
    panel = panel_of(pre, post)
    total = {}
    for rounded in ("false", "true"):
        study = ranged(reporting=missing(rounded=rounded, imputations=4))
        total[rounded] = changes(panel, study).to_frame()["estimate"][0] * 30 * 4  # one item: whole numbers
    assert total["true"] == pytest.approx(round(total["true"]), abs=1e-9)
    assert abs(total["false"] - round(total["false"])) > 1e-6


def test_declared_attributes_help_to_impute(ranged):
    pre, post = drawn(5, n=60, left=20)
    full = np.where(np.isnan(post), 3.8 + 0.6 * (pre - 3), post)
    numbers = np.round(10 * full + np.random.default_rng(1).normal(0, 0.3, 60)).astype(int).astype(str)
    panel = panel_of(pre, post).assign(division=numbers)
    plain, helped = (changes(panel, ranged(reporting=missing(auxiliary=names))) for names in ("[]", '["division"]'))
    fmi = [found.details.set_index("quantity")["value"]["fmi"] for found in (plain, helped)]
    assert fmi[1] < 0.3 * fmi[0]
    words = panel.assign(division=np.where(full > np.median(full), "upper", "lower"))
    by_word = changes(words, ranged(reporting=missing(auxiliary='["division"]')))
    assert by_word.details.set_index("quantity")["value"]["fmi"] < fmi[0]


@pytest.mark.parametrize("values", [["same"] * 24, [None] * 24, ["a", None] * 12, [None] * 20 + ["3", "4", "5", "6"]])
def test_attributes_that_say_little_do_no_harm(values, ranged):
    study = ranged(reporting=missing(auxiliary='["division"]'))
    panel = panel_of(*drawn(1)).assign(division=pd.Series(values, dtype="str"))
    found = changes(panel, study).to_frame()
    assert np.isfinite(found["estimate"]).all()
    if len(set(values)) == 1:
        assert found["estimate"][0] == pytest.approx(changes(panel, ranged()).to_frame()["estimate"][0])


def test_without_a_range_shifts_are_searched_up_to_four_standard_deviations(ranged):
    pre, post = drawn(1)
    found = changes(panel_of(pre, post, scale="mood"), ranged())
    assert found.details.set_index("quantity")["value"]["largest_shift"] == pytest.approx(4 * pre.std())


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (drawn(1, n=9, left=3), drawn(2), "too_few_pairs"),
        (drawn(1), drawn(2, n=9, left=3), "too_few_pairs"),
        (drawn(1), (np.full(5, 3.0), np.full(5, np.nan)), "no_comparison_here"),
        (drawn(1), None, "no_comparison_here"),
        ((np.full(24, 3.0), drawn(1)[1]), (np.full(24, 3.0), drawn(2)[1]), "collinear"),
    ],
)
def test_differences_that_cannot_be_computed(one, other, reason, ranged):
    parts = [panel_of(*one)] + ([] if other is None else [panel_of(*other, arm="control")])
    (found,) = differences(stack(*parts), ranged(design=NAMED("person"))).to_frame()["reason"]
    assert found == reason


def test_changes_that_cannot_be_computed(ranged):
    rows = changes(stack(panel_of(*drawn(1, n=9, left=3)), panel_of([3, 3], [4, np.nan], role="mentor")), ranged())
    assert rows.to_frame()["reason"].tolist() == ["too_few_pairs", "too_few_pairs"]


def test_a_comparison_shared_by_cohorts_is_imputed_as_one_arm(ranged):
    study = ranged(design=NAMED("person") + '\ncomparison_scope = "shared"')
    panel = everybody()
    found = differences(panel[panel["scale"] == "inclusion"], study).to_frame()
    assert (found["n_comparison"] == 36).all()
    assert (found["n_pairs"] == 18).all()
    assert found["reason"].isna().all()


# who left ------------------------------------------------------------------------------------------------------------


def of_measure(table, measure, **place) -> pd.Series:
    chosen = table[table["measure"] == measure]
    for name, value in place.items():
        chosen = chosen[chosen[name] == value]
    (row,) = (row for _, row in chosen.iterrows())
    return row


def test_attrition_of_each_group(ranged):
    panel, study = everybody(), ranged(design=NAMED("person"), reporting="level = 0.9")
    table = assess_attrition(panel, study=study)
    assert list(table) == list(ATTRITION.columns)
    assert table.dtypes.astype(str).to_dict() == {name: dtype for name, (dtype, _) in ATTRITION.columns.items()}
    assert (table["measure"] == "share").sum() == (table["measure"] == "standardised_difference").sum() == 16
    pre, post = drawn(0, gain=0.4)
    place = {"cohort": "one", "role": "leader", "arm": "programme", "scale": "inclusion"}
    share, apart = (of_measure(table, measure, **place) for measure in ("share", "standardised_difference"))
    expected = share_lost(24, 18, level=0.9)
    assert share[["estimate", "ci_low", "ci_high"]].tolist() == [0.25, expected.ci_low, expected.ci_high]
    assert share[["n_pre", "n_pairs"]].tolist() == [24, 18]
    expected = standardised_difference(pre[np.isnan(post)], pre[~np.isnan(post)], level=0.9)
    numbers = ["estimate", "std_error", "statistic", "p_value", "ci_low", "ci_high"]
    assert apart[numbers].tolist() == [getattr(expected, name) for name in numbers]
    assert apart["estimate"] < 0  # those lower before left
    assert share[["std_error", "p_value", "odds_ratio", "term"]].isna().all()
    assert table["reason"].isna().all()


def test_the_model_of_leaving(ranged):
    panel, study = everybody(), ranged(design=NAMED("person"))
    table = assess_attrition(panel, study=study)
    rows = table[(table["measure"] == "log_odds") & (table["cohort"] == "two") & (table["scale"] == "engagement")]
    assert rows["term"].tolist() == ["pre", "arm programme", "role mentor"]
    assert (rows[["role", "arm"]] == "everyone").all(axis=None)
    people = panel[(panel["cohort"] == "two") & (panel["scale"] == "engagement")]
    X = np.column_stack([np.ones(len(people)), people["pre"], people["arm"] == "programme", people["role"] == "mentor"])
    expected = leaving_model(X.astype(float), people["post"].isna().to_numpy(), level=0.95)[1:]
    for (_, row), result in zip(rows.iterrows(), expected, strict=True):
        assert row[["estimate", "std_error", "p_value"]].tolist() == pytest.approx(
            [result.estimate, result.std_error, result.p_value], rel=1e-6
        )
        assert row["odds_ratio"] == pytest.approx(np.exp(row["estimate"]))
        assert row[["n_pre", "n_pairs"]].tolist() == [96, 72]


def test_facts_that_do_not_vary_are_no_terms(ranged):
    rows = assess_attrition(panel_of(*drawn(1)), study=ranged())
    assert rows.loc[rows["measure"] == "log_odds", "term"].tolist() == ["pre"]
    mixed = stack(panel_of(*drawn(1)), panel_of([np.nan] * 3, [3.0] * 3, role="mentor"))
    rows = assess_attrition(mixed, study=ranged())
    assert rows.loc[rows["measure"] == "log_odds", "term"].tolist() == ["pre"]


def test_all_cohorts_at_once(ranged):
    """The same verb on a Panel that is called one cohort."""
    panel = everybody()
    persons = panel["cohort"] + panel["person"]
    table = assess_attrition(panel.assign(cohort="all cohorts", person=persons), study=ranged(design=NAMED("person")))
    row = of_measure(table, "share", arm="programme", role="leader", scale="inclusion")
    assert row[["n_pre", "n_pairs"]].tolist() == [48, 36]


def test_attrition_that_cannot_be_computed(ranged):
    study = ranged(design=NAMED("person"))
    nobody_left = assess_attrition(panel_of(*drawn(1, left=0)), study=study).set_index("measure")["reason"]
    assert nobody_left.drop("share").to_dict() == {
        "standardised_difference": "too_few_people",
        "log_odds": "no_variation",
    }
    assert pd.isna(nobody_left["share"])
    absent = panel_of([np.nan] * 4, [3.0, 4.0, 2.0, 5.0])
    assert set(assess_attrition(absent, study=study)["reason"]) == {"too_few_people"}
    pre = np.linspace(1.0, 5.0, 12)
    lowest = assess_attrition(panel_of(pre, np.where(pre < 2.4, np.nan, pre)), study=study).set_index("measure")
    assert lowest.loc["log_odds", "reason"] == "separated"
    assert np.isnan(lowest.loc["log_odds", "estimate"])
    assert lowest.loc["standardised_difference", "estimate"] < -1


def test_what_has_no_rows(ranged):
    aftermath = panel_of([np.nan] * 12, np.linspace(1.0, 5.0, 12), scale="aftermath")
    assert len(assess_attrition(aftermath, study=ranged())) == 0
    unlinked = assess_attrition(panel_of(*drawn(1)), study=ranged(link='method = "none"'))
    assert len(unlinked) == 0
    assert list(unlinked) == list(ATTRITION.columns)
    assert len(assess_attrition(PANEL.empty(), study=ranged())) == 0


def test_a_column_that_lacks_is_named(ranged):
    refused = partial(assess_attrition, panel_of(*drawn(1)).drop(columns="arm"), study=ranged())
    with pytest.raises(FrameError, match="assess_attrition needs Panel; this frame has no column arm"):
        refused()
