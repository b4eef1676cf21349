"""Nothing made of too few people's answers leaves, by whatever way."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.disclosure import RULES, rules
from rm_research.disclosure.gate import HIDDEN, disclose, poolable
from rm_research.disclosure.rows import QUANTITIES
from rm_research.effects.estimates import Estimates
from rm_research.effects.groups import Place
from rm_research.effects.methods import METHODS, Contrast, Measure, Method, Name, Questionnaires
from rm_research.frames import COUNT, ESTIMATES, NUMBER
from rm_research.synthesis import estimate_programme

NUMBERS = [name for name, (dtype, _) in ESTIMATES.columns.items() if dtype == NUMBER]
COUNTS = [name for name, (dtype, _) in ESTIMATES.columns.items() if dtype == COUNT]
SHARED = RANDOMISED + '\ncomparison_scope = "shared"'


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("disclosure"), design=RANDOMISED)


def shown(study, *rows, details=()) -> list[bool]:
    """Whether each row keeps its numbers."""
    disclosed = disclose(Estimates(table_of(*rows), details_of(*details)), study=study)
    return disclosed.table["estimate"].notna().tolist()


@pytest.mark.parametrize(("n", "seen"), [(9, False), (10, True)])
class TestSmallestGroup:
    """The study's smallest group is ten."""

    def test_a_change_rests_on_pairs(self, study, n, seen):
        assert shown(study, row_of(n_pairs=n, n_pre=40, n_post=40)) == [seen]

    def test_a_difference_rests_on_pairs_of_the_programme(self, study, n, seen):
        assert shown(study, row_of(contrast="difference", method="ancova", n_pairs=n, n_comparison=30)) == [seen]

    def test_a_difference_rests_on_pairs_of_the_comparison(self, study, n, seen):
        assert shown(study, row_of(contrast="difference", method="ancova", n_pairs=30, n_comparison=n)) == [seen]

    def test_unlinked_waves_rest_on_those_before(self, study, n, seen):
        assert shown(study, row_of(method="welch", n_pairs=0, n_pre=n, n_post=30)) == [seen]

    def test_unlinked_waves_rest_on_those_after(self, study, n, seen):
        assert shown(study, row_of(method="welch", n_pairs=0, n_pre=30, n_post=n)) == [seen]

    def test_a_pool_rests_on_its_pairs(self, study, n, seen):
        cohort = row_of(n_pre=40, n_pairs=n)
        pool = row_of(contrast="pooled_change", method="people_both", cohort="all cohorts", n_pre=40, n_pairs=n,
                      n_clusters=1)  # fmt: skip
        assert shown(study, cohort, pool) == [seen, seen]

    def test_a_median_of_those_who_changed_rests_on_them(self, study, n, seen):
        median = row_of(measure="median", method="hodges_lehmann", n_pairs=30)
        assert shown(study, median, details=[(median["id"], "n_changed", n)]) == [seen]

    @pytest.mark.parametrize("contrast", ["role_difference", "interaction"])
    def test_groups_set_against_each_other_rest_on_the_smallest_of_them(self, study, n, seen, contrast):
        row = row_of(contrast=contrast, n_pairs=30, n_comparison=60)
        assert shown(study, row, details=[(row["id"], "n_fewest", n)]) == [seen]

    def test_of_several_counts_the_smallest_decides(self, study, n, seen):
        row = row_of(method="then_test", n_pairs=30)
        details = [(row["id"], "n_changed", 25), (row["id"], "n_fewest", n)]
        assert shown(study, row, details=details) == [seen]

    def test_slopes_of_dyads_rest_on_dyads(self, study, n, seen):
        row = row_of(contrast="actor", measure="slope", method="apim", n_pairs=n, n_pre=40, n_post=40)
        assert shown(study, row) == [seen]

    def test_a_pool_of_unlinked_waves_rests_on_both(self, tmp_path, n, seen):
        cohort = row_of(method="welch", n_pairs=0, n_pre=n, n_post=30)
        pool = row_of(contrast="pooled_change", method="reml_hk", n_pairs=0, n_pre=n, n_post=30, n_clusters=1)
        assert shown(study_of(tmp_path, link="none"), cohort, pool) == [seen, seen]


def test_a_slope_of_meetings_is_hidden_where_nobody_knows_who_met_how_often(study):
    row = row_of(contrast="dose", measure="slope", method="ols", n_pairs=30)
    assert shown(study, row, details=[(row["id"], "n_fewest", 20)]) == [False]


def test_a_row_without_a_count_is_hidden(study):
    assert shown(study, row_of(n_pairs=None)) == [False]


def test_counts_of_people_stay(study):
    row = row_of(n_pairs=3, n_pre=4, n_post=5)
    hidden = disclose(Estimates(table_of(row), details_of()), study=study).hidden.iloc[0]
    assert [hidden[name] for name in ("n_pre", "n_post", "n_pairs")] == [4, 5, 3]


@pytest.mark.parametrize("reason", [None, "no_variation", "too_few_pairs", "one_of_a_kind", "collinear"])
def test_the_reason_of_a_hidden_row_tells_nothing_of_the_answers(study, reason):
    rows = Estimates(table_of(row_of(n_pairs=3, reason=reason)), details_of())
    assert disclose(rows, study=study).table["reason"].tolist() == [HIDDEN]


@pytest.mark.parametrize(
    "reason", ["not_asked_at_baseline", "no_comparison_here", "shared_comparison", "too_few_cohorts"]
)
def test_a_reason_of_the_design_stays(study, reason):
    rows = Estimates(table_of(row_of(n_pairs=3, estimate=np.nan, reason=reason)), details_of())
    assert disclose(rows, study=study).table["reason"].tolist() == [reason]


def test_details_of_hidden_rows_are_gone(study):
    small, large = row_of(n_pairs=3), row_of(role="mentor")
    details = details_of((small["id"], "mean_pre", 2.0), (large["id"], "mean_pre", 3.0))
    disclosed = disclose(Estimates(table_of(small, large), details), study=study)
    assert disclosed.estimates.details["id"].tolist() == [large["id"]]


def test_details_that_no_page_shows_are_gone(study):
    """Standard deviations, correlations and counts of those who left would say more of few people than the rows do."""
    row = row_of()
    names = ["mean_pre", "sd_pre", "r", "n_left", "n_fewest", "n_leavers", "tipping_shift"]
    details = details_of(*((row["id"], name, 3.0 if name == "mean_pre" else 20.0) for name in names))
    disclosed = disclose(Estimates(table_of(row), details), study=study)
    assert disclosed.estimates.details["quantity"].tolist() == ["mean_pre", "tipping_shift"]
    assert not {"n_left", "n_late", "n_leavers", "n_imputed", "n_fewest", "sd_pre", "sd_post", "r"} & set(QUANTITIES)


def test_hidden_lists_the_rows_that_were_emptied(study):
    rows = table_of(row_of(n_pairs=3), row_of(role="mentor"))
    assert disclose(Estimates(rows, details_of()), study=study).hidden["role"].tolist() == ["leader"]


def test_what_came_in_is_not_changed(study):
    rows = Estimates(table_of(row_of(n_pairs=3)), details_of())
    disclose(rows, study=study)
    assert rows.table["estimate"].tolist() == [0.5]


def test_tables_are_passed_on_unchanged(study):
    rows, counts = Estimates(table_of(row_of()), details_of()), pd.DataFrame({"cohort": ["one"], "came": [12]})
    assert disclose(rows, study=study).tables == {}
    tables = disclose(rows, {"cohorts": counts}, study=study).tables
    assert list(tables) == ["cohorts"]
    pd.testing.assert_frame_equal(tables["cohorts"], counts)


def test_p_values_are_not_adjusted_beside_hidden_ones(study):
    """Holm beside a hidden p of 0.02 gives 0.04 to a shown p of 0.03: the hidden one could be read off it."""
    clear = {"ci_low": 0.1, "ci_high": 0.9}
    rows = table_of(
        row_of(wave="later", p_value=0.03, p_adjusted=0.04, **clear),
        row_of(wave="last", n_pairs=9, p_value=0.02, **clear),
    )
    assert disclose(Estimates(rows, details_of()), study=study).table["p_adjusted"].iloc[0] == 0.03


def test_pools_leave_hidden_cohorts_out(study):
    rows = table_of(row_of(cohort="large", n_pairs=10), row_of(cohort="small", n_pairs=9))
    assert poolable(Estimates(rows, details_of()), study=study).table["cohort"].tolist() == ["large"]


class TestSharedComparison:
    """Differences rest on the whole comparison group; the parts of it by cohort may give a small part away."""

    def parts(self, folder, *sizes, design=SHARED):
        rows = [row_of(cohort=f"c{place}", arm="waitlist", n_pairs=n) for place, n in enumerate(sizes)]
        return shown(study_of(folder, design=design), *rows)

    def test_all_large_parts_are_shown(self, tmp_path):
        assert self.parts(tmp_path, 10, 12) == [True, True]

    def test_one_small_part_hides_the_others(self, tmp_path):
        assert self.parts(tmp_path, 30, 20, 4) == [False, False, False]

    def test_a_part_of_one_person_hides_the_others(self, tmp_path):
        assert self.parts(tmp_path, 30, 20, 1) == [False, False, False]

    def test_a_part_of_nobody_hides_no_other(self, tmp_path):
        assert self.parts(tmp_path, 30, 20, 0) == [True, True, False]

    def test_two_small_parts_that_are_few_together_hide_the_others(self, tmp_path):
        assert self.parts(tmp_path, 30, 4, 4) == [False, False, False]

    def test_two_small_parts_that_are_many_together_hide_each_other(self, tmp_path):
        assert self.parts(tmp_path, 30, 6, 6) == [True, False, False]

    def test_parts_of_a_comparison_within_cohorts_stand_alone(self, tmp_path):
        assert self.parts(tmp_path, 30, 4, design=RANDOMISED) == [True, False]

    def test_an_empty_part_gives_nothing_away(self, tmp_path):
        assert self.parts(tmp_path, 30, 0) == [True, False]

    def table(self, folder, *rows):
        table = disclose(Estimates(table_of(*rows), details_of()), study=study_of(folder, design=SHARED)).table
        return table.set_index(["cohort", "measure", "method"])["estimate"].notna().to_dict()

    def test_several_measures_of_one_method_do_not_hide_that_a_part_is_alone(self, tmp_path):
        """paired_t gives a mean and d_rm: one small cohort has two rows of the method, and is one small cohort."""
        rows = [row_of(cohort=cohort, arm="waitlist", n_pre=n, n_pairs=n, measure=measure, method="paired_t")
                for cohort, n in (("large", 30), ("small", 6)) for measure in ("mean", "d_rm")]  # fmt: skip
        assert not any(self.table(tmp_path, *rows).values())

    def test_a_method_that_the_small_part_has_no_row_of_is_hidden_too(self, tmp_path):
        """Nobody left the small part, so it has no imputed row; that of the large one tells its mean change."""
        rows = [row_of(cohort="large", arm="waitlist", n_pre=40, n_pairs=30, method=name)
                for name in ("jackknife", "imputed")]  # fmt: skip
        rows.append(row_of(cohort="small", arm="waitlist", n_pre=4, n_pairs=4))
        assert not any(self.table(tmp_path, *rows).values())

    def test_a_number_hidden_for_those_who_left_is_not_given_away_by_the_others(self, tmp_path):
        """The mean change of all who stayed, less that of the other cohorts' who stayed, would be the hidden one."""
        rows = [
            row_of(cohort=cohort, arm="waitlist", n_pre=n_pre, n_pairs=20, method=name)
            for cohort, n_pre in (("few left", 22), ("nobody left", 20))
            for name in ("jackknife", "paired_t")
        ]
        seen = self.table(tmp_path, *rows)
        assert [key for key, shown in seen.items() if not shown] == [
            (cohort, "mean", "jackknife") for cohort in ("few left", "nobody left")
        ]


@pytest.mark.parametrize(("left", "seen"), [(0, True), (1, False), (9, False), (10, True)])
class TestBesideFewLeavers:
    """A number of other people than the headline's is hidden where the two differ by few people."""

    @pytest.mark.parametrize("method", ["jackknife", "likelihood", "imputed"])
    def test_the_change_of_everyone_next_to_that_of_those_who_stayed(self, study, left, seen, method):
        rows = [row_of(n_pre=30 + left, n_pairs=30, method=name) for name in (method, "paired_t")]
        assert shown(study, *rows) == [seen, True]

    @pytest.mark.parametrize(("measure", "method"), [("g_av", "bonett"), ("d_rm", "paired_t"), ("mean", "paired_t")])
    def test_standardised_changes_of_those_who_stayed_are_of_the_main_row_s_people(
        self, study, left, seen, measure, method
    ):
        names = {(measure, method), ("mean", "jackknife"), ("mean", "paired_t")}
        rows = [row_of(measure=what, method=how, n_pre=30 + left, n_pairs=30) for what, how in sorted(names)]
        assert dict(zip(sorted(names), shown(study, *rows), strict=True))[measure, method]

    @pytest.mark.parametrize(
        ("measure", "method"),
        [
            ("mean", "change_score"),
            ("mean", "constrained_likelihood"),
            ("mean", "imputed"),
            ("mean", "instrument"),
            ("mean", "mixed_model"),
            ("d_ppc2", "change_score"),
        ],
    )
    def test_differences_count_who_left_themselves(self, study, left, seen, measure, method):
        row = row_of(contrast="difference", measure=measure, method=method, n_pre=30, n_pairs=30, n_comparison=30)
        assert shown(study, row, details=[(row["id"], "n_left", left)]) == [seen]

    @pytest.mark.parametrize("contrast", ["change", "difference"])
    def test_a_model_of_all_waves_also_counts_who_came_late(self, study, left, seen, contrast):
        row = row_of(contrast=contrast, method="mixed_model", n_pre=30, n_pairs=30, n_comparison=30)
        assert shown(study, row, details=[(row["id"], "n_left", 40), (row["id"], "n_late", left)]) == [seen]

    def test_what_rests_on_the_headline_s_people_stays(self, study, left, seen):
        median = row_of(method="hodges_lehmann", measure="median", n_pre=30 + left, n_pairs=30)
        ancova = row_of(contrast="difference", method="ancova", n_pre=30 + left, n_pairs=30, n_comparison=30)
        details = [(ancova["id"], "n_left", left)]
        assert shown(study, median, ancova, details=details) == [True, True]

    def test_it_says_that_it_is_hidden(self, study, left, seen):
        row, beside = (row_of(n_pre=30 + left, n_pairs=30, method=name) for name in ("jackknife", "paired_t"))
        disclosed = disclose(Estimates(table_of(row, beside), details_of((row["id"], "tost_p", 0.5))), study=study)
        assert (len(disclosed.hidden) == 0) is seen
        assert (len(disclosed.estimates.details) == 1) is seen


KINDS = [
    ("change", "mean", "jackknife"), ("change", "mean", "paired_t"), ("change", "mean", "welch"),
    ("change", "mean", "likelihood"),
    ("change", "median", "hodges_lehmann"), ("change", "g_av", "bonett"), ("difference", "mean", "ancova"),
    ("difference", "mean", "change_score"), ("difference", "mean", "mixed_model"),
    ("role_difference", "mean", "jackknife"), ("dose", "slope", "ols"), ("pooled_change", "mean", "reml_hk"),
    ("pooled_change", "mean", "people"), ("pooled_change", "mean", "people_both"),
    ("pooled_difference", "mean", "ancova"),
]  # fmt: skip
people = st.integers(0, 25)


@st.composite
def estimates(draw) -> Estimates:
    """Rows of every kind, resting on few or many people, computed or not."""
    rows, details = [], []
    for place in range(draw(st.integers(1, 6))):
        contrast, measure, method = draw(st.sampled_from(KINDS))
        number = draw(st.floats(-3, 3))
        row = row_of(
            cohort=f"c{place}", contrast=contrast, measure=measure, method=method, estimate=number,
            n_pre=draw(people), n_post=draw(people), n_pairs=draw(people), ci_low=number - 1, ci_high=number + 1,
            n_comparison=draw(people) if contrast.endswith("difference") else None, p_value=draw(st.floats(0, 1)),
            reason=draw(st.sampled_from([None, "no_variation"])), arm=draw(st.sampled_from(["programme", "waitlist"])),
        )  # fmt: skip
        rows.append(row)
        details.append((row["id"], "mean_pre", 2.5))
        if row["method"] == "hodges_lehmann":
            details.append((row["id"], "n_changed", float(draw(people))))
        if contrast in ("role_difference", "dose"):
            details.append((row["id"], "n_fewest", float(draw(people))))
        if contrast == "difference":
            details.append((row["id"], "n_left", float(draw(people))))
    return Estimates(table_of(*rows), details_of(*details))


def base(row: pd.Series, details: pd.DataFrame) -> int:
    """How many people's answers a row rests on, the smallest group of them."""
    groups = [row["n_pre"], row["n_post"]] if row["method"] == "welch" else [row["n_pairs"]]
    groups += [] if pd.isna(row["n_comparison"]) else [row["n_comparison"]]
    fewer = details["quantity"].isin(["n_changed", "n_fewest"])
    groups += details.loc[(details["id"] == row["id"]) & fewer, "value"].tolist()
    return int(min(groups))


@pytest.fixture(scope="module")
def shared_study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("shared"), design=SHARED)


@given(rows=estimates(), shared=st.booleans())
@examples(10)
def test_no_number_survives_with_a_base_below_the_rule(study, shared_study, rows, shared):
    disclosed = disclose(rows, study=shared_study if shared else study)
    for (_, before), (_, after) in zip(rows.table.iterrows(), disclosed.table.iterrows(), strict=True):
        if base(before, rows.details) < disclosed.smallest_group:
            assert after[NUMBERS].isna().all()
            # a median of few who changed is told of in words
            assert after["reason"] in {HIDDEN, "few_changed" if before["method"] == "hodges_lehmann" else HIDDEN}
            assert before["id"] not in set(disclosed.estimates.details["id"])
        assert after[COUNTS].equals(before[COUNTS])


def test_a_mean_of_nearly_0_is_no_share(study):
    assert shown(study, row_of(estimate=0.0), row_of(role="mentor", estimate=1.0)) == [True, True]


ATTRIBUTES = '\n[attributes]\ngender = "gender"\nsite = "site"\nage = "age"'
SPLITS = '\ninteractions = ["role", "gender", "site", "age"]' + ATTRIBUTES


@pytest.mark.parametrize(
    ("subgroup", "seen"),
    [
        ("leader − mentor", True),
        ("gender: women − men", True),
        ("site: south − north", False),
        ("age: old − young", False),
    ],
)
def test_people_are_split_by_one_attribute(tmp_path, subgroup, seen):
    row = row_of(contrast="interaction", method="ancova", subgroup=subgroup, n_pairs=30, n_comparison=60)
    assert shown(study_of(tmp_path, design=RANDOMISED + SPLITS), row) == [seen]


def test_the_first_attribute_is_split_by_wherever_roles_stand(tmp_path):
    design = RANDOMISED + '\ninteractions = ["gender", "role", "site"]' + ATTRIBUTES
    rows = [
        row_of(contrast="interaction", method="ancova", subgroup=name, scale=scale, n_pairs=30, n_comparison=60)
        for name, scale in (("gender: women − men", "mood"), ("site: south − north", "zeal"))
    ]
    assert shown(study_of(tmp_path, design=design), *rows) == [True, False]


class TestAverages:
    """An average is shown next to the cohorts that it is of, and only if these are all that are shown."""

    def rows(self, *sizes: int) -> list[dict[str, object]]:
        return [row_of(cohort=f"c{place}", n_pre=n, n_post=n + 1, n_pairs=n) for place, n in enumerate(sizes)]

    def average(self, *sizes: int, contrast="pooled_change", method="reml_hk", **columns) -> dict[str, object]:
        counts = {"n_pre": sum(sizes), "n_post": sum(sizes) + len(sizes), "n_pairs": sum(sizes)}
        columns = {"cohort": "all cohorts", "n_clusters": len(sizes)} | counts | columns
        return row_of(contrast=contrast, method=method, **columns)

    def shows(self, study, cohorts, average) -> bool:
        return shown(study, *cohorts, average)[-1]

    def test_of_the_cohorts_that_are_shown(self, study):
        assert self.shows(study, self.rows(10, 12, 14), self.average(10, 12, 14))

    def test_of_a_hidden_cohort_too(self, study):
        assert not self.shows(study, self.rows(10, 12, 9), self.average(10, 12, 9))

    def test_alone(self, study):
        assert not self.shows(study, [], self.average(10, 12, 14))

    def test_of_fewer_cohorts_than_are_shown(self, study):
        assert not self.shows(study, self.rows(10, 12, 14), self.average(10, 12))

    @pytest.mark.parametrize("name", ["n_pre", "n_post", "n_pairs", "n_clusters"])
    def test_of_other_numbers(self, study, name):
        average = self.average(10, 12, 14)
        assert not self.shows(study, self.rows(10, 12, 14), average | {name: average[name] + 1})

    def test_of_cohorts_without_a_number(self, study):
        average = self.average(10, 12, 14)
        assert not self.shows(study, self.rows(10, 12, 14), average | {"n_clusters": None})

    def test_of_a_group_of_small_cohorts(self, study):
        group = row_of(cohort="c2 + c3", n_pre=14, n_post=14, n_pairs=14)
        average = self.average(10, 12, 14, n_post=38)
        assert self.shows(study, [*self.rows(10, 12, 8, 6), group], average)

    @pytest.mark.parametrize("lacks", [("estimate", "std_error"), ("estimate",)])
    def test_what_has_no_estimate_is_in_no_average(self, study, lacks):
        lacking = row_of(cohort="c2", n_pre=14, n_pairs=14, reason="no_variation", **dict.fromkeys(lacks, np.nan))
        assert self.shows(study, [*self.rows(10, 12), lacking], self.average(10, 12))

    @pytest.mark.parametrize("about", [{"measure": "slope", "subgroup": "size"}, {"measure": "trend"}])
    def test_a_slope_over_cohorts_rests_on_the_same_cohorts(self, study, about):
        assert not self.shows(study, self.rows(10, 9), self.average(10, 9, **about))
        assert self.shows(study, self.rows(10, 19), self.average(10, 19, **about))

    def test_differences_need_rows_of_differences(self, study):
        cohorts = [row | {"n_comparison": 20} for row in self.rows(10, 12)]
        average = self.average(10, 12, contrast="pooled_difference", n_comparison=40)
        assert not self.shows(study, cohorts, average)
        cohorts = [row | {"contrast": "difference", "method": "ancova", "id": f"d{row['id']}"} for row in cohorts]
        assert self.shows(study, cohorts, average)

    def test_of_another_scale_wave_arm_or_role(self, study):
        for name, other in (("scale", "zeal"), ("wave", "later"), ("arm", "waitlist"), ("role", "mentor")):
            cohorts = [row | {name: other} for row in self.rows(10, 12)]
            assert not self.shows(study, cohorts, self.average(10, 12))


class TestAverageOfFewLeavers:
    """An average of everyone beside cohorts of those with both scores tells of those who left."""

    def shows(self, study, left: int, method: str, of_cohorts: str) -> bool:
        counts = {"n_post": 30, "n_pairs": 30}
        cohorts = [row_of(cohort=f"c{place}", method=of_cohorts, n_pre=30 + n, heads=True, **counts)
                   for place, n in enumerate((left // 2, left - left // 2))]  # fmt: skip
        average = row_of(contrast="pooled_change", cohort="all cohorts", method=method, n_pre=60 + left, n_post=60,
                         n_pairs=60, n_clusters=2)  # fmt: skip
        return shown(study, *cohorts, average)[-1]

    @pytest.mark.parametrize(("left", "seen"), [(0, True), (1, False), (9, False), (10, True)])
    def test_few_more_people_are_not_counted(self, study, left, seen):
        """Cohorts' rows of those with both scores, as a headline that is not of everyone."""
        assert self.shows(study, left, "people", "welch") is seen

    @pytest.mark.parametrize("left", [1, 9, 10])
    def test_the_same_people_as_in_the_cohorts_are(self, study, left):
        assert self.shows(study, left, "people_both", "welch")
        assert self.shows(study, 2 * left, "people", "jackknife") is (
            left >= 10
        )  # else the cohorts' are of those with both


def test_of_a_group_of_cohorts_the_average_names_each_and_counts_one(study):
    """The row counts five cohorts, two of them in one group: its details say that four rows are in it."""
    rows = [row_of(cohort=f"c{place}", n_pre=12, n_post=12, n_pairs=12) for place in range(3)]
    group = row_of(cohort="c3 + c4", n_pre=14, n_post=14, n_pairs=14)
    average = row_of(contrast="pooled_change", cohort="all cohorts", method="people", n_pre=50, n_post=50, n_pairs=50,
                     n_clusters=5)  # fmt: skip
    assert shown(study, *rows, group, average, details=[(average["id"], "n_parts", 4)])[-1]
    assert not shown(study, *rows, group, average)[-1]


def test_estimates_of_several_verbs_are_disclosed_together(study):
    """The way of the docstring: an average of what is shown stands next to it, an average of all cohorts is empty."""
    rows = Estimates(
        table_of(*(row_of(cohort=f"c{n}", n_pre=n, n_post=n, n_pairs=n) for n in (9, 10, 12))), details_of()
    )
    of_all, alone = (disclose(one, study=study) for one in ([rows, estimate_programme(rows, study=study)],
                                                            estimate_programme(rows, study=study)))  # fmt: skip
    of_shown = estimate_programme(disclose(rows, study=study).estimates, study=study)
    assert of_all.headlines["estimate"].notna().tolist() == [False, True, True, False]
    assert alone.table["estimate"].isna().all()
    assert disclose([rows, of_shown], study=study).headlines["estimate"].notna().tolist() == [False, True, True, True]


class TestDeclaredGroups:
    """Privacy fails closed: a method that does not say whose answers it treats apart is not shown."""

    def test_else_a_mean_of_three_who_left_would_be_taken_for_one_of_thirty(self, study, monkeypatch):
        row = row_of(method="mean of who left", n_pre=33, n_pairs=30)
        assert shown(study, row) == [False]
        monkeypatch.setattr(rules, "RULES", tuple(rule for rule in RULES if rule.name != "undeclared groups"))
        assert shown(study, row) == [True]

    def test_a_method_without_groups_is_hidden(self, study):
        toy = Method(Contrast.CHANGE, Measure.MEAN, Name.OLS, "a toy")
        with METHODS.having(toy):
            assert shown(study, row_of(method="ols")) == [False]

    def test_a_method_without_any_group_is_hidden(self, study):
        toy = Method(Contrast.CHANGE, Measure.MEAN, Name.OLS, "a toy", groups=frozenset())
        with METHODS.having(toy):
            assert shown(study, row_of(method="ols")) == [False]

    def test_a_method_with_groups_is_shown(self, study):
        toy = Method(Contrast.CHANGE, Measure.MEAN, Name.OLS, "a toy", groups=frozenset({Questionnaires.BOTH_BEFORE}))
        with METHODS.having(toy):
            assert shown(study, row_of(method="ols")) == [True]

    @pytest.mark.parametrize(("left", "seen"), [(0, True), (1, False), (10, True)])
    def test_a_new_method_of_those_who_stayed_is_hidden_beside_few_leavers(self, study, left, seen):
        groups = frozenset({Questionnaires.BOTH_BEFORE, Questionnaires.BOTH_AFTER})
        with METHODS.having(Method(Contrast.CHANGE, Measure.MEAN, Name.OLS, "a toy", groups=groups, additive=True)):
            assert shown(study, row_of(method="ols", n_pre=30 + left, n_pairs=30)) == [seen]

    def test_a_method_of_another_registry_is_hidden(self, study):
        assert shown(study, row_of(method="guessed")) == [False]

    def test_its_reason_is_told(self, study):
        row = row_of(method="guessed")
        assert disclose(Estimates(table_of(row), details_of()), study=study).why_hidden(row["id"]) == (
            "reason.hidden_undeclared"
        )


class TestSentences:
    """A hidden row is explained by the first rule that hides it."""

    def sentence(self, study, *rows, details=()) -> str:
        return disclose(Estimates(table_of(*rows), details_of(*details)), study=study).why_hidden(rows[0]["id"])

    def test_of_few_people(self, study):
        assert self.sentence(study, row_of(method="paired_t", n_pre=11, n_pairs=9)) == "reason.hidden"

    @pytest.mark.parametrize(("n_pairs", "n_comparison"), [(9, 30), (30, 9)])
    def test_of_few_in_either_arm(self, study, n_pairs, n_comparison):
        row = row_of(contrast="difference", method="ancova", n_pairs=n_pairs, n_comparison=n_comparison)
        assert self.sentence(study, row) == "reason.hidden_compared"

    def test_of_few_leavers(self, study):
        beside = row_of(method="likelihood", n_pre=31, n_pairs=30)
        assert self.sentence(study, beside, row_of(method="paired_t", n_pre=31, n_pairs=30)) == "reason.hidden_beside"

    def test_of_few_who_changed(self, study):
        row = row_of(measure="median", method="hodges_lehmann", n_pairs=30)
        few = disclose(Estimates(table_of(row), details_of((row["id"], "n_changed", 9))), study=study)
        none = row | {"estimate": np.nan, "reason": "no_variation"}
        nobody = disclose(Estimates(table_of(none), details_of()), study=study)
        assert few.table["reason"].tolist() == nobody.table["reason"].tolist() == ["few_changed"]

    def test_of_few_in_the_group_set_against_another(self, study):
        row = row_of(contrast="role_difference", n_pairs=30, n_comparison=9)
        assert self.sentence(study, row) == "reason.hidden_given_away"

    @pytest.mark.parametrize(
        ("measure", "method"), [("mean", "paired_t"), ("share_improved", "wilson"), ("median", "hodges_lehmann")]
    )
    def test_of_parts_of_a_shared_comparison(self, shared_study, measure, method):
        rows = [row_of(cohort=f"c{n}", arm="waitlist", n_pre=n, n_pairs=n, measure=measure, method=method)
                for n in (30, 4)]  # fmt: skip
        assert self.sentence(shared_study, *rows) == "reason.hidden_given_away"

    def test_of_averages(self, study):
        row = row_of(contrast="pooled_change", method="reml_hk", n_clusters=5)
        assert self.sentence(study, row) == "reason.hidden_given_away"

    def test_of_rows_that_were_hidden_before(self, study):
        row = row_of(estimate=np.nan, reason=HIDDEN)
        assert self.sentence(study, row) == "reason.hidden_given_away"

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_every_rule_has_one(self, language):
        words = catalogue(language)
        assert all(words.has(rule.sentence) for rule in RULES)
        assert len({rule.name for rule in RULES}) == len(RULES)


class TestDetails:
    """What stands beside a row that is shown, and is hidden all the same."""

    def kept(self, study, row, *names, without_means=()) -> list[str]:
        rows = Estimates(table_of(row), details_of(*((row["id"], name, 3.0) for name in names)))
        return disclose(rows, study=study, without_means=without_means).estimates.details["quantity"].tolist()

    @pytest.mark.parametrize(("low", "seen"), [(3.5, True), (float("nan"), False)])
    def test_a_mean_of_equal_answers_is_everybody_s(self, study, low, seen):
        row = row_of()
        details = [(row["id"], "mean_post", 4.0), (row["id"], "mean_post_low", low), (row["id"], "mean_post_high", low)]
        found = disclose(Estimates(table_of(row), details_of(*details)), study=study).estimates
        assert (found.detail(row["id"], "mean_post") == 4.0) is seen

    @pytest.mark.parametrize(("waves", "seen"), [(["post"], True), (["post", "later"], False)])
    def test_a_gap_of_one_of_several_waves_tells_who_left_between(self, study, waves, seen):
        rows = [row_of(contrast="difference", method="ancova", n_comparison=14, wave=wave) for wave in waves]
        details = [(row["id"], name, 0.2) for row in rows for name in ("gap", "change_arm")]
        found = disclose(Estimates(table_of(*rows), details_of(*details)), study=study).estimates
        assert [found.detail(row["id"], "gap") == 0.2 for row in rows] == [seen] * len(rows)
        assert [found.detail(row["id"], "change_arm") == 0.2 for row in rows] == [True] * len(rows)

    @pytest.mark.parametrize(("combined", "seen"), [("a + b", False), ("another", True)])
    def test_the_gap_of_an_average_tells_that_of_combined_cohorts(self, study, combined, seen):
        kind = {"n_comparison": 28, "n_pre": 24, "n_post": 24, "n_pairs": 24, "n_clusters": 2}
        rows = [row_of(contrast="difference", method="ancova", n_comparison=14, cohort=name) for name in ("a + b", "c")]
        rows.append(row_of(contrast="pooled_difference", method="reml_hk", cohort="all cohorts", **kind))
        details = [(row["id"], "gap", 0.2) for row in rows]
        found = disclose(Estimates(table_of(*rows), details_of(*details)), study=study, without_means={combined})
        assert [found.estimates.detail(row["id"], "gap") == 0.2 for row in rows] == [seen, True, seen]

    def test_means_stand_beside_headlines_only(self, study):
        assert self.kept(study, row_of(), "mean_pre", "tost_p") == ["mean_pre", "tost_p"]
        assert self.kept(study, row_of(method="paired_t"), "mean_pre", "tost_p") == ["tost_p"]

    def test_groups_of_cohorts_have_no_means(self, study):
        group = row_of(cohort="a + b")
        assert self.kept(study, group, "mean_post_low", "tost_p", without_means={"a + b"}) == ["tost_p"]
        assert self.kept(study, group, "mean_post_low", without_means={"a + c"}) == ["mean_post_low"]


class TestHeadline:
    """The row that answers the question of a place."""

    def test_is_the_first_of_everyone(self, study):
        rows = [row_of(subgroup="gender: women − men"), row_of(), row_of(role="mentor"), row_of(method="paired_t")]
        rows = [row | {"id": f"r{place}"} for place, row in enumerate(rows)]
        disclosed = disclose(Estimates(table_of(*rows, rows[1] | {"id": "again"}), details_of()), study=study)
        place = Place("one", "leader", "programme", "mood", "post")
        found = disclosed.headline(place, "change")
        assert (found.id, found.estimate) == ("r1", 0.5)
        assert disclosed.headline(place, "difference") is None
        assert [row.id for row in disclosed.headline_rows] == disclosed.headlines["id"].tolist()

    def test_is_there_where_it_is_hidden(self, study):
        disclosed = disclose(Estimates(table_of(row_of(n_pairs=3)), details_of()), study=study)
        assert not disclosed.headline(Place("one", "leader", "programme", "mood", "post"), "change").is_known
