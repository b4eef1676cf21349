"""An outcome that was asked only later is described, of enough people: in words where they answered alike."""

import numpy as np
import pandas as pd
import pytest
from small_studies import TOML, Group, as_csv, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure.numbers import decide
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study

CODEBOOK = """item,scale,low,high,pre
m1,mood,1,5,
m2,mood,1,5,
m3,mood,1,5,
z1,zeal,1,5,-
z2,zeal,1,5,-
"""
WITH_ZEAL = TOML + '[scales.zeal]\nlabel = "Zeal"\n[reporting]\nsmallest_group = 10\n'


def study(folder, *sizes: int, skipping: int = 0, toml: str = WITH_ZEAL):
    """Cohorts A, B … of these sizes; only the later survey asks zeal, which the first people skip."""
    groups = [Group(name, n) for name, n in zip("ABC", sizes, strict=False)]
    small_study(folder, *groups, toml=toml, files={"codebook.csv": CODEBOOK})
    after = pd.read_csv(folder / "post.csv", keep_default_na=False)
    draws = np.random.default_rng(7).integers(1, 6, (len(after), 2))
    after = after.assign(z1=draws[:, 0], z2=draws[:, 1])
    after = after.astype({"z1": object, "z2": object})
    after.loc[: skipping - 1, ["z1", "z2"]] = ""
    (folder / "post.csv").write_text(as_csv(list(after.columns), after.to_numpy().tolist()))
    return prepare_study(folder)


def test_mean_and_spread_are_those_of_the_scores(tmp_path):
    found = decide(study(tmp_path, 14)).tables["described"]
    after = pd.read_csv(tmp_path / "post.csv")[["z1", "z2"]].mean(axis=1)
    (row,) = found.to_dict("records")
    assert (row["scale"], row["cohort"], row["n_people"], row["n_cohorts"]) == ("zeal", "A", 14, 1)
    assert (row["mean"], row["sd"]) == pytest.approx((after.mean(), after.std()))


@pytest.mark.slow
def test_few_people_are_not_described(tmp_path):
    prepared = study(tmp_path, 14, skipping=5)
    assert decide(prepared).tables["described"].empty
    assert "the mean of Zeal is hidden" in repr(undrawn_findings(prepared).limits)


def of_answers(folder, fives, others, toml=WITH_ZEAL):
    """A study of fourteen people, of whom so many have the highest score, and the row that describes them."""
    study(folder, 14, toml=toml)
    after = pd.read_csv(folder / "post.csv", keep_default_na=False)
    after[["z1", "z2"]] = [[5, 5]] * fives + [others[k % len(others)] for k in range(14 - fives)]
    after.to_csv(folder / "post.csv", index=False)
    prepared = prepare_study(folder)
    return prepared, decide(prepared).tables["described"].iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fives", "others", "mean", "bound", "third"),
    [
        (14, [], None, None, 3), (12, [[1, 2], [2, 2]], None, None, 3),  # nobody, or two, differ
        (11, [[4, 5]], 4.71, 1, None),  # three differ, and the mean is nearer to the end than (5 − 1)/14
        (9, [[1, 2], [2, 2]], 3.82, None, None),
    ],
)  # fmt: skip
def test_people_who_answered_alike_are_told_of_in_words_or_by_a_bound(tmp_path, fives, others, mean, bound, third):
    _, row = of_answers(tmp_path, fives, others)
    found = [None if np.isnan(row[name]) else round(row[name], 2) for name in ("mean", "bound", "third")]
    assert found == [mean, bound, third]
    assert np.isnan(row["sd"]) == (bound is not None or third is not None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fives", "told"),
    [
        (13, "nearly all had a score in the highest third of the scale after."),
        (11, "mean 4.71 scale points or more (14 people)"),
    ],
)
def test_a_page_says_what_people_who_answered_alike_answered(tmp_path, fives, told):
    prepared, _ = of_answers(tmp_path, fives, [[4, 5]])
    page = undrawn_findings(prepared)
    assert told in repr(page.outcomes)
    assert "nan" not in repr(page.outcomes)
    assert "is hidden" not in repr(page.limits)


@pytest.mark.slow
def test_a_cohort_that_is_told_of_in_words_is_in_no_mean_of_all(tmp_path):
    study(tmp_path, 14, 12)
    after = pd.read_csv(tmp_path / "post.csv", keep_default_na=False)
    after.loc[after["cohort"] == "B", ["z1", "z2"]] = 4
    after.to_csv(tmp_path / "post.csv", index=False)
    found = decide(prepare_study(tmp_path)).tables["described"].set_index("cohort")
    assert found["third"].dropna().to_dict() == {"B": 3}
    assert found.loc[ALL_COHORTS, ["n_people", "mean"]].tolist() == found.loc["A", ["n_people", "mean"]].tolist()


@pytest.mark.slow
def test_scales_that_share_answers_are_described_of_those_who_answered_all(tmp_path):
    """One person has the second item only: next to each other, two scales on the same columns would tell it."""
    study(tmp_path, 14)
    toml = WITH_ZEAL.replace("[reporting]", '[scales.part]\nlabel = "Part"\nmin_answered = 1.0\n[reporting]')
    (tmp_path / "study.toml").write_text(toml)
    later = [("z1", "zeal", "z1"), ("z2", "zeal", "z2"), ("y1", "part", "z1")]
    rows = [*CODEBOOK.splitlines()[1:4], *(f"{item},{scale},1,5,-,{column}" for item, scale, column in later)]
    (tmp_path / "codebook.csv").write_text("\n".join(["item,scale,low,high,pre,post", *rows]).replace("5,\n", "5,,\n"))
    after = pd.read_csv(tmp_path / "post.csv", keep_default_na=False, dtype=str)
    after.loc[0, "z1"] = ""
    after.to_csv(tmp_path / "post.csv", index=False)
    prepared = prepare_study(tmp_path)
    scores = prepared.panel[prepared.panel["scale"].isin(["zeal", "part"])].groupby("scale")["post"].count()
    assert scores.to_dict() == {"part": 13, "zeal": 14}
    found = decide(prepared).tables["described"]
    assert found.set_index("scale")["n_people"].to_dict() == {"part": 13, "zeal": 13}


@pytest.mark.slow
def test_the_programme_is_that_of_the_cohorts_shown(tmp_path):
    found = decide(study(tmp_path, 14, 9, 12)).tables["described"].set_index("cohort")
    assert set(found.index) == {"A", "C", ALL_COHORTS}
    assert found.loc[ALL_COHORTS, ["n_people", "n_cohorts"]].tolist() == [26, 2]
    parts = found.loc[["A", "C"]]
    assert found.loc[ALL_COHORTS, "mean"] == pytest.approx((parts["mean"] * parts["n_people"]).sum() / 26)


class TestOnThePage:
    @pytest.mark.slow
    def test_it_is_never_nought_people(self, tmp_path):
        text = repr(undrawn_findings(study(tmp_path, 14)))
        assert "People’s zeal was asked only after: mean" in text
        assert "(14 people). It cannot show a change." in text
        assert " 0 people" not in text

    @pytest.mark.slow
    def test_the_programme_says_of_how_many_cohorts(self, tmp_path):
        text = repr(undrawn_findings(study(tmp_path, 14, 9, 12)).outcomes)
        assert "(26 people in 2 of 3 cohorts)" in text
        assert "too few cohorts" not in text

    @pytest.mark.slow
    def test_it_may_be_the_first_outcome(self, tmp_path):
        found = undrawn_findings(study(tmp_path, 14, toml=f'outcomes = ["zeal", "mood"]\n{WITH_ZEAL}'))
        assert "asked only later" in repr(found.headline)
        assert "People’s mood rose." in repr(found.headline)  # the headline is of the first that can have changed
        assert "People’s zeal was asked only after: mean" in repr(found.outcomes)
        assert "No results can be shown" not in repr(found.headline)
