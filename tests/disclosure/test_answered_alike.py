"""Groups whose people answered alike are told of in words: a number would be everybody's."""

import numpy as np
import pandas as pd
import pytest
from small_studies import RANDOMISED, TOML, Group, small_study

from rm_research.claims import claims_of
from rm_research.claims.glance import glance
from rm_research.disclosure.alike import holds_one, nearly_equal
from rm_research.disclosure.numbers import decide
from rm_research.panel import prepare_study
from rm_research.study import read_study

SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"
ROLES = SINGLE + '[design]\ninteractions = ["role"]\n'
ITEMS = ["m1", "m2", "m3"]


def decided(folder, change, *groups, toml=SINGLE):
    """Numbers of a study whose answers before and after were changed; the programme is the first group."""
    study = small_study(folder, *(groups or (Group("a", 14),)), toml=toml)
    waves = {wave: pd.read_csv(study / f"{wave}.csv", keep_default_na=False) for wave in ("pre", "post")}
    n = (groups or (Group("a", 14),))[0].n
    change(waves["pre"].loc[: n - 1, ITEMS], waves["post"].loc[: n - 1, ITEMS], waves)
    for wave, rows in waves.items():
        rows.to_csv(study / f"{wave}.csv", index=False)
    return decide(prepare_study(study))


def set_after(value, n=None):
    def change(_, after, waves):
        waves["post"].loc[after.index[:n], ITEMS] = value

    return change


def moved(by, but=0):
    """Everybody moves by as much, but for the first few."""

    def change(before, _, waves):
        start = before.clip(2, 4)
        waves["pre"].loc[start.index, ITEMS] = start
        waves["post"].loc[start.index, ITEMS] = start + by
        waves["post"].loc[: but - 1, ITEMS] = 6 - start.loc[: but - 1]

    return change


def reasons(numbers, contrast="change"):
    table = numbers.table[numbers.table["cohort"].eq("a")]
    return set(table.loc[table["contrast"].eq(contrast) & table["measure"].eq("mean"), "reason"].dropna())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (set_after(5), "alike_after_high"),
        (set_after(1), "alike_after_low"),
        (set_after(3), "alike_after_middle"),
        (set_after(5, 12), "alike_after_high"),  # two differ
        (moved(1), "alike_change_up"),
        (moved(-1), "alike_change_down"),
        (moved(0, but=2), "alike_change_none"),
    ],
)
def test_numbers_give_way_to_words(tmp_path, change, reason):
    numbers = decided(tmp_path, change, Group("a", 14), Group("b", 14))
    assert reasons(numbers) == {reason}
    of_group = numbers.table[numbers.table["cohort"].eq("a")]
    assert of_group["estimate"].isna().all()
    assert not numbers.estimates.details["id"].isin(of_group["id"]).any()
    assert not numbers.tables["answers"]["cohort"].eq("a").any()
    others = numbers.table[numbers.table["cohort"].eq("b") & numbers.table["method"].eq("jackknife")]
    assert others["estimate"].notna().all()


@pytest.mark.slow
def test_three_who_differ_are_enough(tmp_path):
    numbers = decided(tmp_path, set_after(4, 11))
    assert reasons(numbers) == set()
    assert numbers.headline_rows[0].is_known


@pytest.mark.slow
def test_a_mean_near_an_end_is_given_as_that_or_more(tmp_path):
    """Fourteen people with a mean above 5 − 4/14: nobody can have answered 1."""

    def change(_, after, waves):
        values = [5] * 8 + [4] * 3 + [5] * 3
        for item in ITEMS:
            waves["post"].loc[after.index, item] = values

    numbers = decided(tmp_path, change)
    assert numbers.headline_rows[0].is_known
    kept = numbers.estimates.details.set_index(["id", "quantity"])["value"][numbers.headline_rows[0].id]
    assert (kept["mean_post"], kept["mean_post_bound"]) == (4.71, 1)
    assert "mean_post_high" not in kept
    assert kept["mean_pre_low"] < kept["mean_pre"] < kept["mean_pre_high"]


@pytest.mark.slow
@pytest.mark.parametrize("change", [set_after(5), moved(1, but=2)])
def test_no_average_holds_the_numbers_of_a_group_that_words_stand_for(tmp_path, change):
    """Of a group of fourteen the change followed from the average of all and from the others."""
    numbers = decided(tmp_path, change, *(Group(cohort, 14) for cohort in "abc"))
    table = numbers.table[numbers.table["method"].isin(["jackknife", "people"]) & numbers.table["estimate"].notna()]
    assert table[["cohort", "n_pairs"]].to_numpy().tolist() == [["b", 14], ["c", 14], ["all cohorts", 28]]
    of_both = table["estimate"].iloc[:2].mean()
    assert table["estimate"].iloc[2] == pytest.approx(of_both)


def of_roles(study):
    table = decide(prepare_study(study)).table
    return table[table["contrast"].eq("role_difference") & table["measure"].eq("mean")]


@pytest.mark.slow
def test_a_difference_of_roles_of_which_the_other_answered_alike(tmp_path):
    """Next to what one role did, it would tell what the other did."""
    study = small_study(tmp_path, Group("a", 14, "leader"), Group("a", 14, "mentor"), toml=ROLES)
    assert of_roles(study)["estimate"].notna().any()
    after = pd.read_csv(study / "post.csv", keep_default_na=False)
    after.loc[14:, ITEMS] = 5
    after.to_csv(study / "post.csv", index=False)
    assert set(of_roles(study)["reason"]) == {"alike_compared"}


@pytest.mark.slow
def test_a_difference_of_arms_one_of_which_answered_alike(tmp_path):
    toml = f"{SINGLE}[design]\n{RANDOMISED}\n"
    groups = (Group("a", 14, arm="programme"), Group("a", 14, arm="waitlist"))
    numbers = decided(tmp_path, set_after(5), *groups, toml=toml)
    assert reasons(numbers, "difference") == {"alike_compared"}
    table = numbers.table
    assert said_of(numbers, tmp_path, "difference") == (
        "In words only, by group. Programme: nearly all had a score in the highest third of the scale after."
    )
    own = table[table["contrast"].eq("change") & table["arm"].eq("waitlist") & table["method"].eq("jackknife")]
    assert own["estimate"].notna().all()


def said_of(numbers, folder, contrast):
    claims = claims_of(numbers, read_study(folder))
    (said,) = {claims.reason(row) for row in numbers.headline_rows if row.contrast == contrast}
    return said


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_each_arm_has_its_own_words_where_both_changed_alike(tmp_path, language):
    """All of the programme rose by 1, all who waited stayed: no difference may be put in the words of one of them."""
    toml = f'{SINGLE}language = "{language}"\n[design]\n{RANDOMISED}\n'

    def change(before, _, waves):
        start = waves["pre"][ITEMS].clip(2, 4)
        waves["pre"][ITEMS], waves["post"][ITEMS] = start, start
        waves["post"].loc[before.index, ITEMS] += 1

    groups = (Group("a", 14, arm="programme"), Group("a", 14, arm="waitlist"))
    numbers = decided(tmp_path, change, *groups, toml=toml)
    assert reasons(numbers, "difference") == {"alike_compared"}
    assert reasons(numbers) == {"alike_change_up", "alike_change_none"}
    rose, stayed = {
        "en": ("nearly everyone rose by the same amount", "nearly all stayed as they were"),
        "de": ("Fast alle stiegen um gleich viel", "Fast alle blieben, wie sie waren"),
    }[language]
    arms = {"en": "Programme", "de": "Programm"}[language]
    assert said_of(numbers, tmp_path, "difference").endswith(f". {arms}: {rose}. Waitlist: {stayed}.")
    claims = claims_of(numbers, read_study(tmp_path))
    change = next(row for row in numbers.headline_rows if row.contrast == "change" and row.arm == "programme")
    on_page = claims.headline_row(*change.place)
    assert glance(on_page, claims).word == claims.reason(on_page) == said_of(numbers, tmp_path, "difference")


@pytest.mark.slow
def test_a_group_without_a_row_of_its_own_is_told_of_in_no_words(tmp_path):
    """Of declared groups no row says what each did, so the row that compares them does not either."""
    toml = f'{SINGLE}[attributes]\nsite = "site"\n[design]\ninteractions = ["site"]\n'

    def change(before, after, waves):
        for wave in waves.values():
            wave["site"] = ["North"] * 14 + ["South"] * 14
        waves["post"].loc[after.index, ITEMS] = 5

    numbers = decided(tmp_path, change, Group("a", 14), Group("a", 14), toml=toml)
    assert reasons(numbers) == set()
    assert reasons(numbers, "interaction") == {"alike_compared"}
    assert "nearly all people of a group behind it" in said_of(numbers, tmp_path, "interaction")


@pytest.mark.slow
def test_the_page_says_it_in_words(tmp_path):
    numbers = decided(tmp_path, moved(1))
    study = prepare_study(tmp_path).study
    (row,) = [row for row in numbers.headline_rows if row.contrast == "change"]
    said = claims_of(numbers, study).statement(row)
    assert (
        said == "People’s mood: in words only, because people changed alike: nearly everyone rose by the same amount."
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], False), ([1.0], True), ([1, 1, 2, 3], True), ([1, 1, 2, 3, 4], False), ([1] * 27 + [2] * 3, True),
     ([1] * 26 + [2] * 4, False)],
)  # fmt: skip
def test_nearly_equal(values, expected):
    assert nearly_equal(np.array(values, dtype=float)) == expected


@pytest.mark.parametrize(("n_scores", "one"), [(2, True), (3, True), (5, True), (7, False), (13, False), (None, False)])
def test_a_third_with_one_possible_score_would_tell_it(n_scores, one):
    assert holds_one(n_scores) == one


@pytest.mark.slow
def test_no_third_of_one_item_from_1_to_5_is_named(tmp_path):
    """The middle third would mean 3, of everybody; and were that alone not named, to name none would mean it, too."""
    codebook = {"codebook.csv": "item,scale,low,high\nm1,mood,1,5\n"}
    study = small_study(tmp_path, Group("a", 14), toml=SINGLE, files=codebook)
    after = pd.read_csv(study / "post.csv", dtype=str)
    after.assign(m1="3").to_csv(study / "post.csv", index=False)
    numbers = decide(prepare_study(study))
    assert reasons(numbers) == {"alike_after_somewhere"}
    after.assign(m1="5").to_csv(study / "post.csv", index=False)
    assert reasons(decide(prepare_study(study))) == {"alike_after_somewhere"}
