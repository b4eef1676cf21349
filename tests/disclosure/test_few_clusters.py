"""What an error by clusters gives away: sums of few clusters, and how two people of one cluster differ together."""

import numpy as np
import pandas as pd
import pytest
from small_studies import TOML, Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure.clusters import told_apart
from rm_research.disclosure.editions import digest
from rm_research.disclosure.known import moved
from rm_research.disclosure.numbers import decide, release
from rm_research.panel import prepare_study

TEN = "[reporting]\nsmallest_group = 10\n"
TEAMS = TOML.replace('dyad = "pair"\n', "") + '[attributes]\nteam = "pair"\n[design]\nclusters = "team"\n' + TEN
ONE_ITEM = "item,scale,low,high\nm1,mood,1,{points}\n"


def in_teams(folder, *sizes, toml=TEAMS, files=None):
    """Write a study of one cohort whose people are in teams of these sizes, in this order."""
    study = small_study(folder, Group(n=sum(sizes)), toml=toml, files=files)
    team = np.repeat(np.arange(len(sizes)), sizes)
    return change_team(study, lambda number: team[number])


def change_team(study, team_of):
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str)
        number = rows["code"].str.rsplit("-", n=1).str[1].astype(int)
        rows.assign(pair=[f"T{team_of(one)}" for one in number]).to_csv(study / f"{wave}.csv", index=False)
    return study


def change_of(study):
    rows = decide(prepare_study(study)).headline_rows
    return next(row for row in rows if row.contrast == "change")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "shown"),
    [((13, 1), False), ((20, 2), False), ((11, 10), True), ((10, 10, 9), False), ((10, 10, 10, 10), True),
     ((12, 5, 5, 5, 5), True), ((14,), True)],
)  # fmt: skip
def test_no_number_where_its_error_tells_the_sum_of_few(tmp_path, sizes, shown):
    """The error of two clusters tells the sum of each, as all answers are whole numbers."""
    assert change_of(in_teams(tmp_path, *sizes)).is_known is shown


@pytest.mark.slow
def test_who_changes_a_team_cannot_be_found_next_to_a_release(tmp_path):
    study = in_teams(tmp_path, 11, 10)
    release(prepare_study(study), "board")
    assert change_of(study).is_known
    change_team(study, lambda number: 0 if number < 10 else 1)
    again = change_of(study)
    assert not again.is_known or again.std_error == change_of(in_teams(tmp_path / "as before", 11, 10)).std_error


@pytest.mark.parametrize(
    ("clusters", "people", "parts"),
    [
        ([0, 0, 1], [0, 1, 2], [[True, True, False], [False, False, True]]),
        ([0, 0, np.nan], [0, 1, 2], [[True, True, False], [False, False, True]]),  # who is in none is one alone
        ([0, 1, 2], [0, 1, 2], []),  # nobody shares one
        ([0, 0, 0], [0, 1, 2], []),  # nothing to tell apart
        ([0, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5], []),  # too many to be told apart
        ([], [], []),
    ],
)
def test_members_of_few_clusters(clusters, people, parts):
    found = told_apart(np.array(clusters, float), np.array(people, float))
    assert [list(part) for part in found] == parts


def groups(**of):
    """Mates by person, as facts of a study say them."""
    return {("a", who): mates for who, mates in of.items()}


@pytest.mark.parametrize(
    ("then", "now", "who"),
    [
        ({"p": "X", "q": "X", "r": "Y", "s": "Y"}, {"p": "X", "q": "X", "r": "Y", "s": "Y"}, ""),
        ({"p": "X", "q": "X", "r": "Y", "s": "Y"}, {"p": "V", "q": "V", "r": "W", "s": "W"}, ""),  # other names
        ({"p": "X", "q": "X", "r": "X", "s": "Y", "t": "Y"}, {"p": "X", "q": "X", "r": "Z", "s": "Z", "t": "Z"}, "r"),
        ({"p": "X", "q": "X", "r": ""}, {"p": "X", "q": "X", "r": "X"}, "r"),  # joined
        ({"p": "X", "q": "X", "r": "X"}, {"p": "X", "q": "X", "r": ""}, "r"),  # left
        ({"p": "X", "q": "X"}, {"p": "X", "q": "X", "r": "X"}, ""),  # nobody knew r
    ],
)
def test_who_moved(then, now, who):
    found = moved({digest("a", person): mates for person, mates in then.items()}, groups(**now))
    assert found == {("a", person) for person in who}


@pytest.mark.slow
@pytest.mark.parametrize(("pairs", "points", "shown"), [(1, 3, False), (0, 3, True), (5, 3, True), (1, 4, True)])
def test_bars_that_give_the_spread_are_not_shown_where_few_share_a_cluster(tmp_path, pairs, points, shown):
    """Else the intervals of the means, which know the clusters, tell how these few differ together."""
    answers = [1 + n % points for n in range(60)]
    names = "code,cohort,role,arm,pair,when,m1"
    files = {"codebook.csv": ONE_ITEM.format(points=points)} | {
        f"{wave}.csv": "\n".join([names, *(
            f"P0-{n},Spring,,,D{n // 2 if n < 2 * pairs else n + 100},,{answers[(n + shift) % 60]}" for n in range(60)
        )]) for wave, shift in (("pre", 0), ("post", 1))
    }  # fmt: skip
    study = small_study(tmp_path, toml=TOML + TEN, files=files)
    assert bool(len(decide(prepare_study(study)).tables["answers"])) is shown


@pytest.mark.slow
def test_a_page_does_not_call_enough_people_too_few(tmp_path):
    page = undrawn_findings(prepare_study(in_teams(tmp_path, 20, 2)))
    assert "it could reveal the answers of a few people who belong together" in page.headline.text
    assert "Fewer than 10 people answered" not in page.headline.text
