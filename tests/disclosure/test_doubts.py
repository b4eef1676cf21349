"""A page says that the coding of an outcome is in doubt, and learns that from shown answers alone."""

import pandas as pd
import pytest
from small_studies import TOML, Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure.numbers import study_numbers
from rm_research.panel import prepare_study

ITEMS = ["m1", "m2", "m3"]
SMALLEST = TOML + "[reporting]\nsmallest_group = 10\n"
TEXT = (
    "Some answers to Mood may be coded the wrong way round, so results may have the wrong sign or size until this is "
    "settled."
)


def study(folder, *groups, turn=ITEMS, waves=("post",), toml=SMALLEST):
    """Study of some groups, in which some items of some waves are coded the other way without a word."""
    folder = small_study(folder / "study", *groups, toml=toml)
    for wave in waves:
        answers = pd.read_csv(folder / f"{wave}.csv", keep_default_na=False)
        answers[turn] = 6 - answers[turn]
        answers.to_csv(folder / f"{wave}.csv", index=False)
    return prepare_study(folder)


def doubts(prepared) -> list[list[str]]:
    return study_numbers(prepared).tables["doubts"][["doubt", "scale"]].to_numpy().tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, [["direction", "mood"]]),  # a wave
        ({"turn": ["m1"], "waves": ("pre", "post")}, [["direction", "mood"]]),  # an item
        ({"turn": []}, []),
        ({"toml": SMALLEST + '[link]\nmethod = "none"\n'}, []),  # nobody is high before and low later
    ],
)
def test_a_wave_or_an_item_that_runs_the_other_way_is_in_doubt(tmp_path, change, found):
    n = 200 if change.get("turn") == ["m1"] else 40  # so that the other items do not run against each other by chance
    if "toml" in change:
        change = change | {"toml": change["toml"].replace('person = "code"\n', "")}
    assert doubts(study(tmp_path, Group(n=n), **change)) == found


def test_a_scale_in_other_units_is_in_doubt(tmp_path):
    unbounded = {"codebook.csv": "item,scale,low,high\nm1,mood,,\n"}
    folder = small_study(tmp_path / "study", Group(n=40), toml=SMALLEST, files=unbounded)
    answers = pd.read_csv(folder / "post.csv", keep_default_na=False)
    answers.assign(m1=100 * answers["m1"]).to_csv(folder / "post.csv", index=False)
    assert doubts(prepare_study(folder)) == [["units", "mood"]]


@pytest.mark.slow
def test_answers_of_people_who_are_hidden_raise_no_doubt(tmp_path):
    """Those of nine people in Autumn alone run the other way, and their results are not shown."""
    folder = small_study(tmp_path / "study", Group(n=12), Group("Autumn", n=9), toml=SMALLEST)
    for wave, high in (("pre", 0), ("post", 1)):
        answers = pd.read_csv(folder / f"{wave}.csv", keep_default_na=False)
        autumn = answers["cohort"] == "Autumn"
        answers.loc[autumn, ITEMS] = [[5 if at % 2 == high else 1] * len(ITEMS) for at in range(autumn.sum())]
        answers.to_csv(folder / f"{wave}.csv", index=False)
    prepared = prepare_study(folder)
    assert "turned" in set(prepared.problems["rule"])
    assert doubts(prepared) == []


@pytest.mark.slow
def test_the_first_screen_says_so(tmp_path):
    prepared = study(tmp_path, Group(n=40))
    assert "turned" in set(prepared.problems["rule"])
    for cohort in (None, "Spring"):
        assert TEXT in undrawn_findings(prepared, cohort=cohort).headline.text
