"""Answers before and after leave as shares in bands that tell of no single person."""

import numpy as np
import pandas as pd
import pytest
from changes_alone import changes_alone
from small_studies import TOML, Group, as_csv, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure import coarse
from rm_research.disclosure.answers import shown_answers
from rm_research.disclosure.numbers import decide
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study

SMALLEST = "[reporting]\nsmallest_group = 10\n"


@pytest.fixture(autouse=True)
def many_scores(monkeypatch):
    """As if scales had many possible scores: what holds of small groups where they have few is tested elsewhere."""
    monkeypatch.setattr(coarse, "FEW_SCORES", 0)


def shares(folder, *groups, toml=TOML + SMALLEST, files=None, table="answers") -> pd.DataFrame:
    prepared = prepare_study(small_study(folder, *groups, toml=toml, files=files))
    return shown_answers(prepared, changes_alone(prepared))[table]


def of_answers(folder, pre, post, *, codebook="item,scale,low,high\nm1,mood,1,5\n", **told):
    """Shares of one group whose people gave these answers to one item."""
    names = ("code", "cohort", "role", "arm", "pair", "when", "m1")
    files = {
        f"{wave}.csv": as_csv(names, [(f"P{n}", "Spring", "", "", "", "", answer) for n, answer in enumerate(answers)])
        for wave, answers in (("pre", pre), ("post", post))
    }
    return shares(folder, files=files | {"codebook.csv": codebook}, **told)


@pytest.mark.slow
def test_shares_are_of_the_same_people_at_both_surveys(tmp_path):
    """Among all the numbers of a study."""
    study = small_study(tmp_path, Group(n=30, left=4, late=3), Group("Autumn", n=25), toml=TOML + SMALLEST)
    found = decide(prepare_study(study)).tables["answers"]
    assert set(found["cohort"]) == {"Spring", "Autumn", ALL_COHORTS}
    raw = {wave: pd.read_csv(tmp_path / f"{wave}.csv") for wave in ("pre", "post")}
    twice = set(raw["pre"]["code"]) & set(raw["post"]["code"])
    for row in found.itertuples():
        rows = raw[row.asked]
        rows = rows[rows["code"].isin(twice) & (rows["cohort"].eq(row.cohort) | (row.cohort == ALL_COHORTS))]
        answers = rows[["m1", "m2", "m3"]].to_numpy().ravel()
        assert row.share == pytest.approx(np.mean((answers >= row.low) & (answers <= row.high)), abs=1e-12)
        assert row.n_people == len(rows)
    assert set(found[["cohort", "n_people"]].itertuples(index=False, name=None)) == {
        ("Spring", 26), ("Autumn", 25), (ALL_COHORTS, 51)
    }  # fmt: skip
    assert found.groupby("cohort")["n_cohorts"].max().to_dict() == {"Spring": 1, "Autumn": 1, ALL_COHORTS: 2}


@pytest.mark.parametrize(
    ("points", "left", "seen"), [(2, 0, True), (3, 0, True), (3, 2, False), (3, 12, True), (4, 2, True)]
)
def test_where_shares_give_the_mean_groups_that_few_left_have_none(tmp_path, points, left, seen):
    codebook = f"item,scale,low,high\nm1,mood,1,{points}\n"
    answers = [1 + n % points for n in range(30)]
    found = of_answers(tmp_path, answers, [1 + n % points for n in range(1, 31 - left)], codebook=codebook)
    assert bool(len(found)) is seen


def test_bands_of_a_bar_add_up_and_cover_the_printed_scale(tmp_path):
    found = shares(tmp_path, Group(n=40))
    for _, bar in found.groupby(["cohort", "asked"]):
        assert bar["share"].sum() == pytest.approx(1)
        assert (bar["low"].min(), bar["high"].max()) == (1, 5)
        assert (bar["low"].iloc[1:].to_numpy() == bar["high"].iloc[:-1].to_numpy() + 1).all()


def test_reversed_items_are_turned_over(tmp_path):
    codebook = "item,scale,low,high,reverse\nm1,mood,1,5,yes\n"
    found = of_answers(tmp_path, [1] * 12 + [5] * 4 + [3] * 4, [1] * 4 + [5] * 12 + [3] * 4, codebook=codebook)
    before = found[found["asked"] == "pre"]
    assert before.set_index("low")["share"].to_dict() == {1: 0.2, 3: 0.2, 4: 0.6}


def test_one_cohort_has_no_sum_over_cohorts(tmp_path):
    assert set(shares(tmp_path, Group(n=30))["cohort"]) == {"Spring"}


def test_an_answer_that_nobody_of_a_cohort_chose_is_none_in_the_sum(tmp_path):
    """In autumn nobody chose the ends of the scale."""
    chosen = {"Autumn": [2, 3, 4] * 10, "Spring": [1, 2, 3, 4, 5] * 6}
    rows = [(f"{cohort}-{n}", cohort, "", "", "", "", answer) for cohort, answers in chosen.items()
            for n, answer in enumerate(answers)]  # fmt: skip
    once = as_csv(("code", "cohort", "role", "arm", "pair", "when", "m1"), rows)
    again = as_csv(("code", "cohort", "role", "arm", "pair", "when", "m1"), [(*row[:-1], 6 - row[-1]) for row in rows])
    files = {"pre.csv": once, "post.csv": again, "codebook.csv": "item,scale,low,high\nm1,mood,1,5\n"}
    found = shares(tmp_path, files=files)
    whole = found[found["cohort"].eq(ALL_COHORTS) & found["asked"].eq("pre")]
    assert whole.set_index("low")["share"].to_dict() == pytest.approx({1: 22 / 60, 3: 16 / 60, 4: 22 / 60})


def of_cohorts(folder, chosen, **told):
    """Shares of cohorts whose people gave these answers to one item; after, each gave the next one's."""
    names = ("code", "cohort", "role", "arm", "pair", "when", "m1")
    files = {
        f"{wave}.csv": as_csv(names, [
            (f"{cohort}-{n}", cohort, "", "", "", "", answer) for cohort, answers in chosen.items()
            for n, answer in enumerate(np.roll(answers, shift))
        ]) for shift, wave in enumerate(("pre", "post"))
    }  # fmt: skip
    return shares(folder, files=files | {"codebook.csv": "item,scale,low,high\nm1,mood,1,5\n"}, **told)


CHOSEN = {"Spring": [1, 2, 3, 4, 5] * 8, "Summer": [1, 2, 3, 4, 5] * 6, "Autumn": [4, 5] * 15}


class TestTheSumIsNotOfCohortsChosenByTheirAnswers:
    """Else a cohort in which nearly all rose would be missing in the sum because they did."""

    def test_everybody_counts_and_nothing_gives_the_cohort_away(self, tmp_path):
        found = of_cohorts(tmp_path, CHOSEN)
        assert set(found["cohort"]) == {"Spring", ALL_COHORTS}  # not Summer: sum less Spring and Summer is Autumn
        whole = found[found["cohort"].eq(ALL_COHORTS)]
        assert (set(whole["n_people"]), set(whole["n_cohorts"])) == ({100}, {3})
        assert whole.loc[whole["asked"].eq("pre") & whole["high"].eq(5), "share"].sum() == pytest.approx(0.58)

    def test_what_nearly_nobody_answered_is_told_of_that_cohort_alone(self, tmp_path):
        assert set(of_cohorts(tmp_path, CHOSEN, table="rare_answers")["cohort"]) == {"Autumn"}

    @pytest.mark.slow
    def test_a_sum_that_would_tell_it_itself_is_not_shown(self, tmp_path):
        alike = {name: [4, 5] * 15 for name in ("Summer", "Autumn")}
        assert set(of_cohorts(tmp_path, {"Spring": [1, 2, 3, 4, 5] * 6} | alike)["cohort"]) == {ALL_COHORTS}
        (tmp_path / "alike").mkdir()
        assert of_cohorts(tmp_path / "alike", alike).empty


def test_groups_that_are_too_small_have_none(tmp_path):
    assert set(shares(tmp_path, Group(n=30), Group("Autumn", n=9))["cohort"]) == {"Spring"}


def test_the_sum_over_cohorts_leaves_the_small_out(tmp_path):
    found = shares(tmp_path, Group(n=30), Group("Summer", n=20), Group("Autumn", n=9))
    assert set(found.loc[found["cohort"] == ALL_COHORTS, "n_people"]) == {50}


@pytest.mark.parametrize(
    ("pre", "bands"),
    [
        ([2] * 6 + [3] * 6 + [4] * 8, [(1, 2), (3, 3), (4, 5)]),
        ([3] * 8 + [4] * 12, [(1, 3), (4, 5)]),  # nobody below the middle
        ([2] * 8 + [3] * 11 + [4], [(1, 2), (3, 5)]),  # one person above it
    ],
)
def test_a_band_of_nobody_or_one_person_is_joined_to_its_neighbour(tmp_path, pre, bands):
    found = of_answers(tmp_path, pre, pre[::-1])
    before = found[found["asked"] == "pre"]
    assert list(zip(before["low"], before["high"], strict=True)) == bands


def test_a_group_that_answers_all_alike_has_none(tmp_path):
    assert of_answers(tmp_path, [4] * 20, [5] * 20).empty


@pytest.mark.parametrize(
    ("below", "above", "rare"),
    [
        (0, 1, [("pre", 1, 3, 0.1), ("post", 1, 3, 0.1)]),  # nearly all are above the middle at both surveys
        (1, 1, [("pre", 1, 3, 0.1), ("post", 1, 3, 0.1)]),  # whether it is nobody or one cannot be told
        (0, 12, [("pre", 1, 3, 0.1)]),
        (3, 12, []),
    ],
)
def test_that_nearly_nobody_chose_a_band_is_told_as_a_bound(tmp_path, below, above, rare):
    pre = [1] * below + [4, 5] * 10
    post = [2] * above + [4, 5, 5] * 10
    found = of_answers(tmp_path, pre[:20], post[:20], table="rare_answers")
    assert list(found[["asked", "low", "high", "share"]].itertuples(index=False, name=None)) == rare
    assert found["bound"].eq(-1).all()
    assert of_answers(tmp_path, pre[:20], post[:20]).empty == bool(rare)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "10% or less of the answers to Mood before were 1–3"),
     ("de", "10 % oder weniger der Antworten zu Mood lagen vorher bei 1–3")],
)  # fmt: skip
def test_a_page_says_what_nearly_nobody_answered(tmp_path, language, told):
    toml = TOML + SMALLEST + f'language = "{language}"\n'
    answers = {"pre": [1, *[4, 5, 5] * 6, 4], "post": [1, 2, 3, 4, 5] * 4}
    names = ("code", "cohort", "role", "arm", "pair", "when", "m1")
    files = {
        f"{wave}.csv": as_csv(
            names, [(f"{c}{n}", c, "", "", "", "", answer) for c in "AB" for n, answer in enumerate(of_wave)]
        )
        for wave, of_wave in answers.items()
    }
    files["codebook.csv"] = "item,scale,low,high\nm1,mood,1,5\n"
    prepared = prepare_study(small_study(tmp_path, toml=toml, files=files))
    for cohort in (None, "A"):
        page = repr(undrawn_findings(prepared, cohort=cohort).limits)
        assert told in page
        assert page.count(told) == (2 if cohort is None else 1)
        assert "chart of answers to Mood is left out" not in page


@pytest.mark.parametrize(("low", "high"), [("", ""), ("0", "100")])
def test_a_measurement_has_none(tmp_path, low, high):
    answers = [10, 20, 30, 40] * 5
    assert of_answers(tmp_path, answers, answers, codebook=f"item,scale,low,high\nm1,mood,{low},{high}\n").empty


def test_a_scale_without_a_middle_has_two_bands(tmp_path):
    codebook = "item,scale,low,high\nm1,mood,1,4\n"
    found = of_answers(tmp_path, [1, 2, 3, 4] * 5, [2, 3, 3, 4] * 5, codebook=codebook)
    assert found[["low", "high"]].drop_duplicates().to_numpy().tolist() == [[1, 2], [3, 4]]


def test_unlinked_waves_count_everyone_of_each(tmp_path):
    found = shares(tmp_path, Group(n=30, left=8), toml=TOML + SMALLEST + '[link]\nmethod = "none"\n')
    assert found.drop_duplicates("asked")["n_people"].tolist() == [30, 22]


@pytest.mark.parametrize(("points", "seen"), [(11, True), (12, False)])
def test_a_scale_of_up_to_eleven_points_is_a_choice_of_answers(tmp_path, points, seen):
    codebook = f"item,scale,low,high\nm1,mood,1,{points}\n"
    answers = [1 + n % points for n in range(4 * points)]
    assert bool(len(of_answers(tmp_path, answers, answers[::-1], codebook=codebook))) is seen


def test_a_scale_from_nought_to_ten_has_eleven_points(tmp_path):
    answers = [n % 11 for n in range(44)]
    found = of_answers(tmp_path, answers, answers[::-1], codebook="item,scale,low,high\nm1,mood,0,10\n")
    assert found[["low", "high"]].drop_duplicates().to_numpy().tolist() == [[0, 4], [5, 5], [6, 10]]


def of_two_scales(folder, *, waves=("post",)) -> pd.DataFrame:
    """Shares of two cohorts; of zeal, few of the second answered after, at the first later wave."""
    names, files = ("code", "cohort", "role", "arm", "pair", "when", "z", "m"), {}
    for place, wave in enumerate(("pre", *waves)):
        rows = []
        for cohort, people in (("Spring", 30), ("Autumn", 25)):
            for n in range(people):
                zeal = "" if cohort == "Autumn" and place == 1 and n > 4 else 1 + (n + place) % 5
                rows.append((f"{cohort}-{n}", cohort, "", "", "", "", zeal, 1 + (2 * n + place) % 5))
        files[f"{wave}.csv"] = as_csv(names, rows)
    files["codebook.csv"] = "item,scale,low,high\nz,zeal,1,5\nm,mood,1,5\n"
    more = "".join(f'[waves.{wave}]\nfile = "{wave}.csv"\n' for wave in waves if wave != "post")
    toml = TOML.replace("[columns]", f"{more}[columns]").replace("[scales.mood]", "[scales.zeal]\n[scales.mood]")
    return shares(folder, toml=toml + SMALLEST, files=files)


@pytest.mark.parametrize("waves", [("post",), ("post", "later")])
def test_a_cohort_is_hidden_where_its_change_of_this_scale_and_wave_is(tmp_path, waves):
    found = of_two_scales(tmp_path, waves=waves)
    cohorts = found.groupby("scale")["cohort"].agg(set).to_dict()
    assert cohorts == {"mood": {"Spring", "Autumn", ALL_COHORTS}, "zeal": {"Spring"}}
    people = found[found["asked"] == "post"].drop_duplicates(["scale", "cohort"])
    assert people.set_index(["scale", "cohort"])["n_people"].to_dict() == {
        ("mood", "Spring"): 30, ("mood", "Autumn"): 25, ("mood", ALL_COHORTS): 55, ("zeal", "Spring"): 30,
    }  # fmt: skip
    assert set(found["wave"]) == {"post"}
