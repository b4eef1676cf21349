"""Errors and slopes tell who belongs with whom: not where few do, nor where that changed for few since a release."""

import numpy as np
import pandas as pd
import pytest
from process_study import edited, process_files

from rm_research.disclosure import rules
from rm_research.disclosure.clusters import who_share_across
from rm_research.disclosure.numbers import decide, release
from rm_research.panel import prepare_study

SIDE_BY_SIDE = ["role_difference", "pooled_role_difference"]


def written(folder, edit=lambda files: files, **options):
    """Prepare the study of pairs, after a change of its files."""
    for name, content in edit(process_files(**options)).items():
        (folder / name).write_text(content, encoding="utf-8")
    return prepare_study(folder)


def pairs_known(n):
    """Of all but n pairs, nobody knows who is in them."""
    return edited("roster.csv", lambda table: table.assign(
        dyad=table["dyad"].mask(table["dyad"].str[1:].astype(int) >= n, "")))  # fmt: skip


def of(numbers, contrast):
    table = numbers.table
    return table[table["contrast"].isin([contrast] if isinstance(contrast, str) else contrast)]


@pytest.mark.slow
@pytest.mark.parametrize(("known", "shown"), [(0, True), (1, False), (4, False), (5, True), (28, True)])
def test_roles_are_compared_where_no_pair_or_enough_people_in_pairs_are_known(known, shown, tmp_path):
    """Else the error of the difference, less those of both roles, tells how the members of a pair differ from them."""
    numbers = decide(written(tmp_path, pairs_known(known), cohorts=1))
    compared = of(numbers, SIDE_BY_SIDE)
    assert len(compared)
    assert compared["estimate"].notna().any() == shown
    assert shown or "few compared belong together" in {numbers.hidden_by.get(row) for row in compared["id"]}
    assert of(numbers, "change")["estimate"].notna().any()


@pytest.mark.slow
def test_those_in_pairs_count_who_gave_the_answers(tmp_path):
    """Twelve pairs are known, and ten of them answered nothing."""

    def edit(files):
        silent = [f"{side}{k:03}" for side in "LM" for k in range(2, 12)]
        for file in ("pre.csv", "post.csv"):
            files = edited(file, lambda table: table[~table["code"].isin(silent)])(files)
        return pairs_known(12)(files)

    compared = of(decide(written(tmp_path, edit, n=40, cohorts=1)), SIDE_BY_SIDE)
    assert len(compared)
    assert compared["estimate"].isna().all()


@pytest.mark.parametrize(("here", "there", "n"), [
    ([(1, 1), (2, 2)], [(3, 3)], 0), ([(1, 1), (2, 2)], [(1, 3), (2, 4)], 4), ([(1, 1), (1, 2)], [(3, 3)], 0),
    ([(1, 1)], [(1, 1)], 0),  # the same person in both, as who waited and then took part
    ([(1, 1), (1, 2)], [(1, 1)], 2), ([(np.nan, 1)], [(np.nan, 2)], 0), ([], [], 0),
])  # fmt: skip
def test_who_shares_a_cluster_with_somebody_of_the_other_group(here, there, n):
    sides = [(np.array([c for c, _ in side], float), np.array([p for _, p in side], float)) for side in (here, there)]
    assert who_share_across(sides) == n


def swapped(n, first=0):
    """The leaders of n pairs go round by one."""

    def edit(table):
        dyads = {f"L{first + k:03}": f"P{first + (k + 1) % n:03}" for k in range(n)}
        return table.assign(dyad=table["code"].map(dyads).fillna(table["dyad"]))

    return edited("roster.csv", edit)


@pytest.mark.slow
@pytest.mark.parametrize(("moved", "shown"), [(0, True), (2, False), (4, False), (5, True)])
def test_what_goes_with_partners_waits_until_enough_have_others(moved, shown, tmp_path):
    release(written(tmp_path, cohorts=1), "board")
    numbers = decide(written(tmp_path, swapped(moved) if moved else lambda files: files, cohorts=1))
    assert of(numbers, ["actor", "partner"])["estimate"].notna().any() == shown
    assert bool(len(numbers.tables["sides"])) == shown


@pytest.mark.slow
@pytest.mark.parametrize(("moved", "first"), [(2, 7), (3, 5), (9, 0)])
def test_errors_stay_those_of_a_release_until_enough_have_other_partners(moved, first, tmp_path):
    """The difference of two errors is the product of what those who changed differ from the mean by."""
    errors = [["role_difference", "change"], "std_error"]
    released = written(tmp_path, cohorts=1)
    release(released, "board")
    later = written(tmp_path, swapped(moved, first), cohorts=1)
    before, after = (of(decide(study), errors[0]).set_index("id")[errors[1]] for study in (released, later))
    assert before.notna().any()
    pd.testing.assert_series_equal(before.isna(), after.isna())
    same = (before - after).abs().max() < 1e-12
    assert same == (moved < 9)


@pytest.mark.slow
def test_a_mentor_who_gets_a_second_leader_does_not_change_an_error(tmp_path):
    released = written(tmp_path, cohorts=1)
    release(released, "board")
    second = edited("roster.csv", lambda table: pd.concat([table, pd.DataFrame(
        [["L003", "A", "leader", "P004", "yes", "yes"]], columns=table.columns)]))  # fmt: skip
    before, after = (of(numbers, "change").set_index("id")["std_error"]
                     for numbers in (decide(released), decide(written(tmp_path, second, cohorts=1))))  # fmt: skip
    assert before.notna().any()
    pd.testing.assert_series_equal(before, after)


@pytest.mark.slow
@pytest.mark.parametrize(("pairs", "shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_slopes_of_meetings_wait_where_the_log_of_few_was_corrected(pairs, shown, tmp_path):
    release(written(tmp_path, cohorts=1), "board")
    more = "".join(f"P{1 + k:03},2025-0{month}-27,30\n" for k in range(pairs) for month in range(4, 8))
    numbers = decide(written(tmp_path, lambda files: files | {"log.csv": files["log.csv"] + more}, cohorts=1))
    assert of(numbers, "dose")["estimate"].notna().any() == shown


@pytest.mark.slow
@pytest.mark.parametrize(("pairs", "shown"), [(0, True), (1, False), (10, True)])
def test_attainment_waits_where_a_further_goal_of_few_was_rated(pairs, shown, tmp_path):
    release(written(tmp_path, cohorts=1), "board")
    more = "".join(f"P{1 + k:03},2025-04-27,2\n" for k in range(pairs))
    later = written(tmp_path, lambda files: files | {"goals.csv": files["goals.csv"] + more}, cohorts=1)
    table = decide(later).tables["fidelity"]
    assert bool(table.loc[table["about"].eq("attainment"), "mean"].notna().any()) is shown


@pytest.mark.slow
def test_each_rule_is_needed(tmp_path, monkeypatch):
    names = {"few compared belong together", "known otherwise"}
    monkeypatch.setattr(rules, "RULES", tuple(one for one in rules.RULES if one.name not in names))
    (tmp_path / "few").mkdir()
    assert of(decide(written(tmp_path / "few", pairs_known(1), cohorts=1)), SIDE_BY_SIDE)["estimate"].notna().any()
    release(written(tmp_path, cohorts=1), "board")
    assert of(decide(written(tmp_path, swapped(2), cohorts=1)), ["actor", "partner"])["estimate"].notna().any()
