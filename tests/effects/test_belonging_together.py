"""People who belong together: who is a cluster, what few clusters can show, from the study's files to the sentences."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rm_research.checks import check_study
from rm_research.claims import claims_of
from rm_research.disclosure.numbers import decide
from rm_research.panel import prepare_study

TOML = """title = "A study"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
dyad = "pair"
arm = "arm"
[attributes]
class = "class"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
[reporting]
smallest_group = 10
{more}
"""
ITEMS = ["m1", "m2", "m3"]
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
BY_CLASS = '[design]\nclusters = "class"\n'


def people(
    cohort: str, pairs, *, role: str = "leader", classes=None, seed: int = 1, codes=None, arm: str = ""
) -> pd.DataFrame:  # fmt: skip
    """One row per person, with answers before and after."""
    draws, n = np.random.default_rng(seed), len(pairs)
    usual = draws.normal(3, 0.6, n)
    facts = {"code": codes or [f"{cohort}-{role}-{arm}-{place}" for place in range(n)], "cohort": cohort, "role": role,
             "pair": pairs, "arm": arm, "class": classes if classes is not None else ""}  # fmt: skip
    answers = {
        f"{item}{wave}": np.clip(np.rint(usual + gain + draws.normal(0, 0.6, n)), 1, 5).astype(int)
        for wave, gain in (("", 0.0), ("_after", 0.4))
        for item in ITEMS
    }
    return pd.DataFrame(facts | answers)


def folder_of(path: Path, *parts: pd.DataFrame, more: str = "") -> Path:
    rows = pd.concat(parts, ignore_index=True)
    path.mkdir(parents=True, exist_ok=True)
    (path / "study.toml").write_text(TOML.format(more=more))
    (path / "codebook.csv").write_text(CODEBOOK)
    facts = ["code", "cohort", "role", "pair", "arm", "class"]
    rows[[*facts, *ITEMS]].to_csv(path / "pre.csv", index=False)
    after = rows[[*facts, *(f"{item}_after" for item in ITEMS)]]
    after.columns = [*facts, *ITEMS]
    after.to_csv(path / "post.csv", index=False)
    return path


def numbers_of(path: Path, *parts: pd.DataFrame, more: str = ""):
    prepared = prepare_study(folder_of(path, *parts, more=more))
    numbers = decide(prepared)
    return numbers, claims_of(numbers, prepared.study)


def headline(numbers, cohort: str, role: str = "leader", contrast: str = "change"):
    (row,) = [row for row in numbers.headline_rows if (row.cohort, row.role, row.contrast) == (cohort, role, contrast)]
    return row


def mentors_with(leaders: int, mentors: int = 8) -> list[str]:
    return [f"M{place // leaders}" for place in range(leaders * mentors)]


class TestLeadersOfOneMentor:
    @pytest.mark.slow
    def test_are_one_cluster_without_any_declaration(self, tmp_path):
        numbers, claims = numbers_of(tmp_path / "s", people("A", mentors_with(3)))
        row = headline(numbers, "A")
        assert (row.n_clusters, row.df) == (8, pytest.approx(7))
        assert claims.clusters_sentence(row) == (
            "The interval counts 8 groups, not 24 single leaders: people of one group may change alike "
            "(whoever shares a partner)."
        )

    @pytest.mark.slow
    def test_one_leader_each_is_nothing_to_speak_of(self, tmp_path):
        numbers, claims = numbers_of(tmp_path / "s", people("A", mentors_with(1, 14)))
        row = headline(numbers, "A")
        assert (row.n_clusters, row.df) == (14, pytest.approx(13))
        assert claims.clusters_sentence(row) == ""

    def test_the_programme_counts_the_same_clusters_as_the_cohort(self, tmp_path):
        prepared = prepare_study(folder_of(tmp_path / "s", people("A", mentors_with(3)), people("B", mentors_with(3))))
        of_cohorts = prepared.panel.groupby("cohort")["cluster"].nunique()
        assert of_cohorts.tolist() == [8, 8]
        assert prepared.panel["cluster"].nunique() == 16  # mentors of two cohorts who have one name are two

    def test_check_prints_the_choice_and_the_count(self, tmp_path):
        study = folder_of(tmp_path / "s", people("A", mentors_with(3)))
        assert check_study(study).clusters.to_dict("records") == [
            {"unit": "dyad", "role": "leader", "people": 24, "groups": 8, "people_in_shared_groups": 24}
        ]


WITHIN_STUDY = '[link]\nwithin = "study"\n'


class TestMetInSeveralCohorts:
    def test_a_person_is_one_cluster_and_one_of_the_people_checked(self, tmp_path):
        """31 people in 40 rows."""
        codes = [f"P{place}" for place in range(31)]
        first = people("A", [f"a{p}" for p in range(20)], codes=codes[:20])
        second = people("B", [f"b{p}" for p in range(20)], codes=codes[11:], seed=2)
        study = folder_of(tmp_path / "s", first, second, more=WITHIN_STUDY)
        prepared = prepare_study(study)
        assert (len(prepared.people), prepared.people["cluster"].nunique()) == (40, 31)
        assert check_study(study).clusters[["people", "groups"]].to_numpy().tolist() == [[31, 31]]

    def test_within_cohorts_equal_codes_are_several_people(self, tmp_path):
        codes = [f"P{place}" for place in range(12)]
        parts = [people(cohort, [f"{p}" for p in range(12)], codes=codes) for cohort in "AB"]
        prepared = prepare_study(folder_of(tmp_path / "s", *parts))
        assert prepared.people["cluster"].nunique() == 24

    def test_a_mentor_connects_the_dyads_of_both_cohorts(self, tmp_path):
        parts = [
            part
            for cohort in "AB"
            for part in (people(cohort, ["x", "y"], codes=[f"{cohort}1", f"{cohort}2"]),
                         people(cohort, ["x"], role="mentor", codes=["M"]))
        ]  # fmt: skip
        prepared = prepare_study(folder_of(tmp_path / "s", *parts, more=WITHIN_STUDY))
        assert prepared.people["cluster"].nunique() == 3  # both dyads of the mentor, and two leaders alone

    def test_an_instructor_declared_as_the_cluster_is_one(self, tmp_path):
        parts = [people(cohort, [""] * 12, classes=["Kim"] * 6 + [f"{cohort}2"] * 6) for cohort in "AB"]
        prepared = prepare_study(folder_of(tmp_path / "s", *parts, more=BY_CLASS))
        assert prepared.people["cluster"].nunique() == 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A cohort of 39 in two classes, one of 30 in ten, and one of 25 that is a single class."""
    parts = [people("A", [""] * 39, classes=np.repeat(["x", "y"], [20, 19])),
             people("B", [""] * 30, classes=[f"c{place // 3}" for place in range(30)], seed=2),
             people("C", [""] * 25, classes=["z"] * 25, seed=3)]  # fmt: skip
    return numbers_of(tmp_path_factory.mktemp("few") / "s", *parts, more=BY_CLASS)


class TestFewClusters:
    @pytest.mark.slow
    def test_two_classes_have_an_estimate_that_cannot_show_more(self, whole):
        numbers, claims = whole
        row = headline(numbers, "A")
        assert (row.n_clusters, row.df, row.reason) == (2, pytest.approx(1, abs=0.01), None)
        assert claims.sentence(row).startswith("It is unclear whether leaders’ mood changed: estimate")
        assert (
            "The interval rests on only 2 groups of people who belong together: with so few"
            in claims.verdict_sentence(row)
        )
        assert claims.verdict_name(row) == "can’t tell: too few groups"

    @pytest.mark.slow
    def test_a_p_value_of_signs_stands_in_the_appendix(self, whole):
        numbers, _ = whole
        rows = [row for row in numbers.rows if row.method == "sign_flips"]
        assert [(row.cohort, row.p_value) for row in rows] == [("A", 0.5)]  # two signs of four
        assert rows[0].id not in {row.id for row in numbers.headline_rows}

    @pytest.mark.slow
    def test_a_hidden_group_has_no_row_that_is_there_only_for_some_answers(self, tmp_path):
        parts = [people(cohort, [""] * 20, classes=np.repeat(["x", "y"], 10), seed=seed)
                 for cohort, seed in (("A", 1), ("B", 2))]  # fmt: skip
        parts[1] = parts[1].iloc[:8]
        numbers, _ = numbers_of(tmp_path / "s", *parts, more=BY_CLASS)
        assert {row.cohort for row in numbers.rows if row.is_known} == {"A"}
        assert {row.cohort for row in numbers.rows if row.method == "sign_flips"} == {"A"}

    def test_enough_classes_are_judged_as_always(self, whole):
        numbers, claims = whole
        assert headline(numbers, "B").n_clusters == 10
        assert "cannot be relied on" not in claims.verdict_sentence(headline(numbers, "B"))

    def test_one_class_has_an_estimate_without_an_interval(self, whole):
        numbers, claims = whole
        row = headline(numbers, "C")
        assert (row.is_known, row.has_interval, row.reason, row.n_clusters) == (True, False, "too_few_clusters", 1)
        said = claims.sentence(row)
        assert said.startswith("The estimated change of leaders’ mood is +0.")
        assert "(25 leaders). It has no interval, because all of them belong to one group." in said
        assert claims.verdict_sentence(row) == ""
        assert claims.title(row) == "No clear change found in leaders’ mood"

    def test_nobody_is_told_that_too_few_people_answered(self, whole):
        numbers, _ = whole
        assert "too_few_people" not in set(numbers.table["reason"].dropna())

    @pytest.mark.slow
    def test_a_difference_from_a_single_class_has_no_interval_either(self, tmp_path):
        parts = [people("A", [""] * 20, classes=["x"] * 20, arm="programme"),
                 people("A", [""] * 20, classes=["y"] * 20, arm="waitlist", seed=4)]  # fmt: skip
        design = '[design]\ncomparison = "waitlist"\nassignment = "matched"\nunit = "class"\n'
        numbers, claims = numbers_of(tmp_path / "s", *parts, more=design)
        row = headline(numbers, "A", contrast="difference")
        assert (row.is_known, row.has_interval, row.reason) == (True, False, "too_few_clusters")
        assert "has no interval, because one side is a single group" in claims.sentence(row)
