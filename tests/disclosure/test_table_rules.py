"""What the rules keep out of tables and details, and what it would tell: sums that leave no doubt."""

import numpy as np
import pandas as pd
import pytest
from small_panels import panel_of, stack, write_study
from small_studies import details_of, row_of, study_of, table_of

from rm_research.disclosure import RULES, Threshold, disclose, rules
from rm_research.disclosure.tables import Counts, Curves, Lacking
from rm_research.disclosure.threshold import least_share, nearly_all_or_none
from rm_research.effects import estimate_change
from rm_research.effects.estimates import Estimates

TEN = Threshold(10)


def without(monkeypatch, name: str) -> None:
    monkeypatch.setattr(rules, "RULES", tuple(rule for rule in RULES if rule.name != name))


@pytest.mark.parametrize(("people", "enough", "few"), [(0, False, False), (9, False, True), (10, True, False)])
def test_few_people_are_some_but_fewer_than_the_smallest_group(people, enough, few):
    assert (TEN.enough(people), TEN.few(people), TEN.too_few(people)) == (enough, few, not enough)


def test_an_unknown_number_is_neither_enough_nor_too_few():
    assert not any((TEN.enough(np.nan), TEN.few(np.nan), TEN.too_few(np.nan)))


@pytest.mark.parametrize(("parts", "people", "hides"), [(1, 30, False), (2, 9, False), (2, 10, True)])
def test_hidden_parts_hide_each_other_where_they_are_several_and_many(parts, people, hides):
    assert TEN.hide_each_other(parts, people) is hides


@pytest.mark.parametrize(("people", "least"), [(10, 0.2), (20, 0.1), (40, 0.05), (400, 0.05)])
def test_the_least_share_is_of_two_people_and_of_five_per_cent(people, least):
    shares = pd.Series([0.0, least - 1e-6, least, 0.5, 1 - least, 1 - least + 1e-6, 1.0])
    found = least_share(pd.Series(people, index=shares.index))
    assert found.tolist() == pytest.approx([least] * 7, rel=1e-12)
    assert nearly_all_or_none(shares, found).tolist() == [True, True, False, False, False, True, True]


def panel_left_by(left: int, wave: str) -> pd.DataFrame:
    """Panel of 42 people, the last of whom left."""
    draws = np.random.default_rng(1)
    pre = draws.normal(3, 1, 42)
    post = pre + draws.normal(0.5, 0.5, 42)
    return panel_of(pre, np.where(np.arange(42) < 42 - left, post, np.nan), wave=wave)


def test_means_of_who_answered_both_times_tell_of_who_left_in_between(tmp_path, monkeypatch):
    study = write_study(tmp_path, reporting="smallest_group = 10")
    estimates = estimate_change(stack(panel_left_by(12, "post"), panel_left_by(13, "later")), study=study)

    def means() -> dict[str, float]:
        shown = disclose(estimates, study=study)
        rows = shown.table[shown.table["method"].eq("paired_t") & shown.table["measure"].eq("mean")]
        return {row.wave: shown.estimates.detail(row.id, "mean_pre") for row in rows.itertuples()}

    assert np.isnan(list(means().values())).all()
    without(monkeypatch, "means beside other rows")
    found = means()
    score = panel_left_by(0, "post")["pre"].iloc[29]
    assert 30 * found["post"] - 29 * found["later"] == pytest.approx(score)


def test_a_count_of_people_tells_that_what_was_chosen_for_it_is_few(tmp_path, monkeypatch):
    """A page shows n_changed; how many are in the smallest group that a row compares it does not, nor may a file."""
    study = write_study(tmp_path, reporting="smallest_group = 10")
    row = row_of()
    rows = Estimates(table_of(row), details_of((row["id"], "n_fewest", 20), (row["id"], "sd_pre", 1.0)))
    assert disclose(rows, study=study).estimates.details.empty
    without(monkeypatch, "on no page")
    assert len(disclose(rows, study=study).estimates.details) == 2


def test_of_a_group_the_means_at_two_waves_tell_of_a_cohort_that_joins(tmp_path, monkeypatch):
    """At one wave b + c stand together, at the next b + c + d: the two means before leave that of d."""
    study = write_study(tmp_path, reporting="smallest_group = 10")
    draws, parts = np.random.default_rng(2), []
    scores = {cohort: draws.normal(3, 1, n) for cohort, n in (("b", 7), ("c", 8), ("d", 6))}
    for wave, cohorts in (("post", "bc"), ("later", "bcd")):
        pre = np.concatenate([scores[cohort] for cohort in cohorts])
        parts.append(panel_of(pre, pre + draws.normal(0.5, 0.5, len(pre)), wave=wave, cohort=" + ".join(cohorts)))
    estimates = estimate_change(stack(*parts), study=study)

    def means() -> dict[str, float]:
        shown = disclose(estimates, study=study, without_means={"b + c", "b + c + d"})
        rows = shown.headlines[shown.headlines["contrast"].eq("change")]
        return {row.cohort: shown.estimates.detail(row.id, "mean_pre") for row in rows.itertuples()}

    assert np.isnan(list(means().values())).all()
    without(monkeypatch, "means of groups of cohorts")
    found = means()
    assert (21 * found["b + c + d"] - 15 * found["b + c"]) / 6 == pytest.approx(scores["d"].mean())


def test_two_ways_to_split_people_tell_of_the_few_in_between(tmp_path, monkeypatch):
    """Women and three men are in the south: its change less that of the women is theirs."""
    splits = 'interactions = ["gender", "site"]\n[attributes]\ngender = "gender"\nsite = "site"'
    study = study_of(tmp_path, design=splits)
    draws, place = np.random.default_rng(3), np.arange(40)
    change = draws.normal(0.5, 0.5, 40)
    pre = draws.normal(3, 1, 40)
    gender, site = np.where(place < 20, "women", "men"), np.where(place < 23, "south", "north")
    estimates = estimate_change(panel_of(pre, pre + change, scale="mood", gender=gender, site=site), study=study)

    def differences() -> dict[str, float]:
        shown = disclose(estimates, study=study).table
        rows = shown[shown["contrast"].eq("interaction") & shown["estimate"].notna()]
        return dict(zip(rows["subgroup"], rows["estimate"], strict=True))

    assert list(differences()) == ["gender: women − men"]
    without(monkeypatch, "second split")
    found, whole = differences(), 40 * change.mean()
    women = (whole + 20 * found["gender: women − men"]) / 40
    south = (whole + 17 * found["site: south − north"]) / 40
    assert (23 * south - 20 * women) / 3 == pytest.approx(change[20:23].mean(), abs=1e-6)


def curves(*sizes: tuple[int, int, int], fewest: int = 30) -> Curves:
    """One curve, of specifications with so many people before, with both scores and in the comparison."""
    key = {"contrast": "difference", "cohort": "a", "role": "leader", "arm": "programme", "scale": "mood",
           "wave": "post"}  # fmt: skip
    rows = pd.DataFrame(list(sizes), columns=["n_pre", "n_pairs", "n_comparison"], dtype="Int64").assign(**key)
    return Curves(pd.DataFrame([key | {"fewest": fewest}]), rows, TEN)


def hides(asked: Curves) -> bool:
    return bool(rules.hidden(rules.SPECIFICATIONS, asked, asked.summary.index).iloc[0])


class TestSpecifications:
    @pytest.mark.parametrize(("fewest", "hidden"), [(9, True), (10, False)])
    def test_each_rests_on_enough_people(self, fewest, hidden):
        assert hides(curves((30, 30, 30), fewest=fewest)) is hidden

    @pytest.mark.parametrize(
        ("sizes", "hidden"),
        [
            ([(30, 30, 30), (30, 30, 30)], False),
            ([(30, 30, 30), (40, 40, 30)], False),
            ([(30, 30, 30), (39, 39, 30)], True),  # nine people more
            ([(30, 30, 30), (30, 30, 31)], True),  # one of the comparison more
            ([(31, 30, 30)], True),  # one who left
            ([(40, 30, 30)], False),
            ([(60, 30, 30), (60, 60, 30), (60, 35, 30)], True),  # not next to each other
        ],
    )
    def test_no_two_differ_by_few_people(self, sizes, hidden):
        assert hides(curves(*sizes)) is hidden

    def test_two_that_differ_by_one_person_tell_what_this_one_answered(self, monkeypatch):
        """The lowest and the highest estimate of two specifications stand in the summary."""
        change = np.array([0.2, 0.4, 0.6, 0.8, 1.0, 0.5, 0.7, 0.3, 0.9, 0.1, -2.0])
        summary = pd.Series([change[:10].mean(), change.mean()])
        assert hides(curves((10, 10, 30), (11, 11, 30)))
        without(monkeypatch, "specifications few apart")
        assert not hides(curves((10, 10, 30), (11, 11, 30)))
        assert 11 * summary.min() - 10 * summary.max() == pytest.approx(-2.0)

    def test_one_of_few_people_is_shown_without_its_rule(self, monkeypatch):
        without(monkeypatch, "few in a specification")
        assert not hides(curves((30, 30, 30), fewest=2))

    def test_curves_are_judged_one_by_one(self):
        one, other = curves((30, 30, 30)), curves((31, 30, 30))
        other.summary["arm"] = other.rows["arm"] = "coaching"
        both = Curves(*(pd.concat(pair, ignore_index=True) for pair in
                        ((one.summary, other.summary), (one.rows, other.rows))), TEN)  # fmt: skip
        assert rules.hidden(rules.SPECIFICATIONS, both, both.summary.index).tolist() == [False, True]


class TestMeasurement:
    def hides(self, *n: int) -> list[bool]:
        counts = Counts(pd.Series(n), TEN)
        return rules.hidden(rules.MEASUREMENT, counts, counts.n.index).tolist()

    def test_it_rests_on_enough_questionnaires(self):
        assert self.hides(9, 10) == [True, False]

    def test_of_two_people_alpha_tells_whether_their_items_agree(self, monkeypatch):
        """Alpha of 1 from two people: each item differs between them by the same amount."""
        answers = pd.DataFrame({"m1": [2, 4], "m2": [1, 3]})
        alpha = 2 * (1 - answers.var().sum() / answers.sum(axis=1).var())
        assert alpha == pytest.approx(1)
        assert (answers.diff().iloc[1] == 2).all()
        without(monkeypatch, "few questionnaires")
        assert self.hides(2) == [False]


class TestMeetings:
    def hides(self, counts: dict[str, list[int]]) -> list[bool]:
        table = pd.DataFrame(counts)
        return rules.hidden(rules.MEETINGS, Lacking(table, TEN), table.index).tolist()

    @pytest.mark.parametrize(
        ("left", "hidden"),
        [
            ([0, 0], [False, False]),
            ([10, 0], [False, False]),
            ([9, 0], [True, False]),
            ([4, 5], [True, True]),
            ([4, 6], [False, False]),
            ([1, 30], [True, False]),
        ],
    )
    def test_cohorts_that_few_left(self, left, hidden):
        assert self.hides({"left": left, "unlogged": [0, 0]}) == hidden
        assert self.hides({"left": [0, 0], "unlogged": left}) == hidden
