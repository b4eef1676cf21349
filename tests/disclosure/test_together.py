"""Small cohorts count in the programme together, and never by themselves."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from small_studies import TOML, Group, small_study, study_of

from rm_research.disclosure import small_cohorts
from rm_research.disclosure.numbers import decide
from rm_research.effects.estimates import headlines
from rm_research.effects.groups import ALL_COHORTS
from rm_research.frames import PANEL
from rm_research.panel import prepare_study

COMPARED = 'comparison = "waitlist"\nassignment = "randomised"'
SHARED = COMPARED + '\ncomparison_scope = "shared"'


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("compared"), design=COMPARED)


def panel_of(sizes: dict[str, tuple[object, ...]], persons: dict[str, int] | None = None) -> pd.DataFrame:
    """
    Panel of cohorts with so many people in the programme, and in the comparison.

    A size is of people who answered twice, or of those who answered before, after and both times. `persons` says at
    which number the persons of a cohort begin; those of equal number are the same.
    """
    rows = []
    for cohort, arms in sizes.items():
        number = (persons or {}).get(cohort, 100 * (list(sizes).index(cohort) + 1))
        for arm, size in zip(("programme", "waitlist"), arms, strict=False):
            before, after, both = size if isinstance(size, tuple) else (size, size, size)
            answered = [(3.0, 4.0)] * both + [(3.0, np.nan)] * (before - both) + [(np.nan, 4.0)] * (after - both)
            for pre, post in answered:
                rows.append((cohort, f"P{number}", "mood", "post", pre, post, "leader", arm, f"P{number}", pd.NA))
                number += 1
    return PANEL.conform(pd.DataFrame(rows, columns=list(PANEL.columns)))


def groups(study, sizes, contrast="difference", persons=None) -> list[str]:
    """Groups that stand for the change of the programme, of the comparison, or for their difference."""
    arm = "waitlist" if contrast == "comparison" else "programme"
    found = small_cohorts(panel_of(sizes, persons), study=study)
    about = found.about("difference" if contrast == "difference" else "change", arm)
    return list(dict.fromkeys(about["group"]))


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": (30,), "b": (6,)}, []),
        ({"a": (30,), "b": (4,), "c": (5,)}, []),
        ({"a": (30,), "b": (6,), "c": (4,)}, ["b + c"]),
        ({"a": (6,), "b": (6,), "c": (6,), "d": (6,)}, ["a + b", "c + d"]),
        ({"a": (6,), "b": (6,), "c": (6,)}, ["a + b + c"]),
        ({"a": (30,), "b": (0,), "c": (6,)}, []),
        ({"a": (30,), "b": (1,), "c": (9,)}, ["b + c"]),  # one person is few
        # few stayed, or nobody: they are few all the same
        ({"a": (30,), "b": ((12, 12, 6),), "c": ((9, 8, 7),)}, ["b + c"]),
        ({"a": (30,), "b": ((9, 0, 0),), "c": (9,)}, []),
    ],
)
def test_groups_of_one_arm(study, sizes, expected):
    assert groups(study, sizes, "change") == expected


@pytest.mark.parametrize(
    ("sizes", "change", "comparison", "difference"),
    [
        # what is small in one arm only is alone there
        ({"a": (30, 6), "b": (6, 30)}, [], [], []),
        ({"a": (30, 6), "b": (30, 6)}, [], ["a + b"], ["a + b"]),
        ({"a": (30, 6), "b": (6, 30), "c": (6, 6)}, ["b + c"], ["a + c"], ["a + b + c"]),
        # a cohort without a comparison says nothing of a difference
        ({"a": (6, 6), "b": (6, 6), "c": (9, 0)}, ["a + b"], ["a + b"], ["a + b"]),
    ],
)
def test_groups_of_two_arms(study, sizes, change, comparison, difference):
    found = {name: groups(study, sizes, name) for name in ("change", "comparison", "difference")}
    assert found == {"change": change, "comparison": comparison, "difference": difference}


def test_arms_are_combined_whatever_the_order_of_their_names(study):
    panel = panel_of({"a": (6, 6), "b": (6, 6)}).replace({"arm": {"programme": "x"}})
    found = small_cohorts(panel, study=study)
    assert set(found.about("difference", "x")["group"]) == {"a + b"}
    assert set(found.about("change", "waitlist")["group"]) == {"a + b"}


def test_a_shared_comparison_is_no_part_of_a_group(tmp_path):
    shared = study_of(tmp_path, design=SHARED)
    assert groups(shared, {"a": (6, 6), "b": (6, 30)}, "change") == ["a + b"]
    assert groups(shared, {"a": (6, 6), "b": (6, 30)}) == ["a + b"]


def test_unlinked_waves_count_both(tmp_path):
    unlinked = study_of(tmp_path, link="none")
    sizes = {"a": ((20, 7, 0),), "b": ((20, 8, 0),), "c": ((20, 20, 0),), "d": ((8, 0, 0),)}
    assert groups(unlinked, sizes, "change") == ["a + b"]


def test_the_same_people_twice_are_no_more_people(study):
    sizes = {"a": (6,), "b": (6,), "c": (30,)}
    assert groups(study, sizes, "change") == ["a + b"]
    assert groups(study, sizes, "change", persons={"a": 100, "b": 100}) == []
    assert groups(study, sizes, "change", persons={"a": 100, "b": 104}) == ["a + b"]


def test_a_group_never_has_the_name_of_a_cohort(study):
    assert groups(study, {"a": (6,), "a + b": (30,), "b": (6,)}, "change") == ["a + b +"]


@given(sizes=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=9))
@examples(10)
def test_no_arm_of_a_group_hides_one_cohort_or_few_people(study, sizes):
    named = {f"c{place}": people for place, people in enumerate(sizes)}
    panel = panel_of(named)
    table = small_cohorts(panel, study=study).table
    for (contrast, arm), about in table.groupby(["contrast", "arm"]):
        assert about["cohort"].is_unique
        for _, group in about.groupby("group"):
            parts = [named[cohort] for cohort in group["cohort"]]
            for place, name in enumerate(("programme", "waitlist")):
                if contrast == "difference" or name == arm:
                    hidden = [part[place] for part in parts if 0 < part[place] < 10]
                    assert not hidden or (len(hidden) >= 2 and sum(hidden) >= 10)
            if contrast == "change":
                assert all(0 < part[("programme", "waitlist").index(arm)] < 10 for part in parts)


# a study of two small cohorts beside three large ones, each with a comparison
@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    toml = TOML + f"[design]\n{COMPARED}\n[reporting]\nsmallest_group = 10\n"
    sizes = {"a": (20, 15), "b": (16, 18), "c": (14, 12), "d": (7, 9), "e": (9, 4)}
    people = [
        Group(cohort, n, arm=arm, gain=gain, left=left)
        for cohort, both in sizes.items()
        for arm, n, gain, left in zip(("programme", "waitlist"), both, (0.6, 0.1), (1, 0), strict=True)
    ]
    return prepare_study(small_study(tmp_path_factory.mktemp("groups") / "study", *people, toml=toml))


@pytest.fixture(scope="module")
def table(prepared):
    return decide(prepared).table


def only(table, **wanted) -> pd.Series:
    return table[(table[list(wanted)] == list(wanted.values())).all(axis=1)].iloc[0]


@pytest.mark.slow
def test_the_cohorts_themselves_are_hidden(table):
    alone = table[table["cohort"].isin(["d", "e"])]
    assert len(alone)
    assert alone["estimate"].isna().all()


@pytest.mark.slow
def test_nothing_but_headlines_is_said_of_a_group(table):
    group = table[table["cohort"] == "d + e"]
    assert headlines(group).all()
    assert set(group["contrast"]) == {"change", "difference"}


def test_its_difference_has_an_intercept_for_each_cohort(prepared, table):
    people = prepared.panel[prepared.panel["cohort"].isin(["d", "e"])].dropna(subset=["pre", "post"])
    people = people.assign(treated=people["arm"].eq("programme").astype(float))
    model = smf.ols("post ~ treated + pre + C(cohort)", people).fit(cov_type="HC2", use_t=True)
    row = only(table, cohort="d + e", contrast="difference")
    assert row["estimate"] == pytest.approx(model.params["treated"], rel=1e-10)
    assert row["std_error"] == pytest.approx(model.bse["treated"], rel=1e-10)
    assert (row["n_pairs"], row["n_comparison"]) == (14, 13)


def test_the_average_counts_the_cohorts_of_the_group(table):
    parts = table[table["contrast"].eq("difference") & headlines(table) & table["estimate"].notna()]
    assert parts["cohort"].tolist() == ["a", "b", "c", "d + e"]
    average = only(table, contrast="pooled_difference", method="reml_hk", measure="mean")
    assert average["n_clusters"] == 5
    assert average["n_pairs"] == parts["n_pairs"].sum()
    assert parts["estimate"].min() < average["estimate"] < parts["estimate"].max()


def test_the_average_over_people_has_one_effect_of_the_group(prepared, table):
    """In cohorts the effect is their own, in a group it is that of the group's row: no part can be worked out."""
    people = prepared.panel.dropna(subset=["pre", "post"])
    people = people.assign(treated=people["arm"].eq("programme").astype(float),
                           unit=people["cohort"].replace({"d": "d + e", "e": "d + e"}))  # fmt: skip
    model = smf.ols("post ~ C(cohort) + treated:C(unit) + pre", people).fit()
    shares = people[people["treated"] == 1]["unit"].value_counts(normalize=True)
    effects = {unit: model.params[f"treated:C(unit)[{unit}]"] for unit in shares.index}
    average = only(table, contrast="pooled_difference", method="ancova")
    assert average["estimate"] == pytest.approx(sum(shares[unit] * effects[unit] for unit in effects), rel=1e-6)
    assert average["n_comparison"] == int((people["treated"] == 0).sum())


@pytest.mark.slow
def test_a_group_has_no_mean_before_or_after(prepared):
    numbers = decide(prepared)
    of_group = numbers.table.loc[numbers.table["cohort"] == "d + e", "id"]
    kept = numbers.estimates.details[numbers.estimates.details["id"].isin(of_group)]
    assert not kept["quantity"].str.startswith("mean_").any()


def test_change_of_the_group_is_that_of_all_its_people(prepared, table):
    people = prepared.panel[prepared.panel["cohort"].isin(["d", "e"]) & prepared.panel["arm"].eq("waitlist")]
    row = only(table, cohort="d + e", contrast="change", arm="waitlist")
    assert row["estimate"] == pytest.approx((people["post"] - people["pre"]).mean(), rel=1e-9)


@pytest.mark.slow
def test_meetings_and_answers_say_nothing_of_the_small(prepared):
    answers = decide(prepared).tables["answers"]
    assert set(answers["cohort"]) <= {"a", "b", "c", ALL_COHORTS}
    whole = answers[answers["cohort"] == ALL_COHORTS]
    for arm, rows in whole.groupby("arm"):
        parts = answers[answers["cohort"].ne(ALL_COHORTS) & answers["arm"].eq(arm)]
        assert rows["n_people"].iloc[0] == parts.drop_duplicates("cohort")["n_people"].sum()
