"""What may be shown of pairs: counts in full, what they say of themselves of enough pairs, and both sides together."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from process_study import TOML, edited, process_files

from rm_research.disclosure.described import shown_described
from rm_research.disclosure.fidelity import shown_fidelity, shown_sides
from rm_research.disclosure.numbers import decide, release
from rm_research.disclosure.sets import Behind, Circulated
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study


class Tables(NamedTuple):
    """Tables of pairs and of both sides, beside no other numbers."""

    tables: dict[str, pd.DataFrame]


@pytest.fixture
def decided(tmp_path):
    """Decide on the study of pairs, after a change of its files: on its tables, or (slowly) on all its numbers."""

    def made(change=None, *, whole=False, **options):
        files = process_files(**options)
        for name, content in (change(files) if change else files).items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        prepared = prepare_study(tmp_path)
        if whole:
            return decide(prepared)
        behind = Behind(prepared.sound_panel, prepared.study, dyads=prepared.dyads)
        circulated = Circulated(behind.person_of, Threshold.of(prepared.study))
        shown = {"described": shown_described, "fidelity": shown_fidelity, "sides": shown_sides}
        return Tables({name: table(prepared, behind, circulated)[0] for name, table in shown.items()})

    return made


def of(numbers, about, cohort, table="fidelity"):
    rows = numbers.tables[table]
    rows = rows[rows["about" if table == "fidelity" else "scale"].eq(about) & rows["cohort"].eq(cohort)]
    rows = rows[rows["n_pairs"].notna()]  # others are not told of
    return rows.iloc[0] if len(rows) else None


def goals_of(n, cohorts=2):
    """Only the first n pairs of the first cohort have their goals rated, and all of the others."""
    return edited("goals.csv", lambda rows: rows.assign(attainment=rows["attainment"].mask(
        rows["dyad"].isin([f"P{k * cohorts:03}" for k in range(n, 14)]), "")))  # fmt: skip


@pytest.mark.parametrize(("rated", "shown"), [(14, True), (10, True), (9, False), (4, False)])
def test_attainment_is_shown_of_enough_pairs(rated, shown, decided):
    numbers = decided(goals_of(rated))
    assert (of(numbers, "attainment", "A") is not None) == shown
    assert of(numbers, "attainment", "B")["n_pairs"] == 14
    # what all cohorts have is of those that are shown; one of two is not all, and the page says that nothing is told
    whole = of(numbers, "attainment", ALL_COHORTS)
    assert (whole is not None) == shown
    assert not shown or (whole["n_pairs"], whole["n_cohorts"], whole["of_cohorts"]) == (14 + rated, 2, 2)
    table = numbers.tables["fidelity"]
    hidden = table.loc[table["n_pairs"].isna(), ["cohort", "about"]].to_numpy().tolist()
    assert hidden == ([] if shown else [[ALL_COHORTS, "attainment"], ["A", "attainment"]])


def test_counts_of_meetings_are_shown_of_any_number_of_pairs(decided):
    numbers = decided(n=8)
    row = of(numbers, "meetings", "A")
    assert (row["n_pairs"], row["n_as_planned"]) == (4, 2)
    assert of(numbers, "purpose", "A") is None
    assert of(numbers, "purpose", ALL_COHORTS) is None  # eight pairs are too few together


def test_small_cohorts_are_told_of_together(decided):
    numbers = decided(n=18, cohorts=2)
    assert of(numbers, "purpose", "A") is None
    assert of(numbers, "purpose", ALL_COHORTS)["n_pairs"] == 18
    assert of(numbers, "safety", ALL_COHORTS, "sides")["n_pairs"] == 18
    described = numbers.tables["described"]
    assert described[["cohort", "role", "n_people"]].to_numpy().tolist() == [
        [ALL_COHORTS, "leader", 18], [ALL_COHORTS, "mentor", 18]]  # fmt: skip


@pytest.mark.parametrize("word", ["yes", "no"])
def test_what_nearly_all_pairs_say_is_a_bound_without_a_count(word, decided):
    numbers = decided(edited("roster.csv", lambda rows: rows.assign(purpose=word)))
    row = of(numbers, "purpose", "A")
    assert pd.isna(row["n_as_planned"])
    assert (row["share"], row["bound"]) == ((0.85, 1) if word == "yes" else (0.15, -1))


def test_a_cohort_with_a_bound_is_in_no_average(decided):
    """Else its share would follow from the others'."""
    in_first = [f"P{k:03}" for k in range(0, 28, 2)]
    all_of_first = edited("roster.csv", lambda rows: rows.assign(
        purpose=rows["purpose"].mask(rows["dyad"].isin(in_first), "yes")))  # fmt: skip
    numbers = decided(all_of_first)
    assert of(numbers, "purpose", "A")["bound"] == 1
    assert of(numbers, "purpose", ALL_COHORTS) is None


@pytest.mark.parametrize(("leader", "mentor"), [("L000", "M900"), ("L900", "M000")])
def test_pairs_of_somebody_with_two_are_in_no_number_of_answers(leader, mentor, decided):
    """Who has several pairs knows what they agreed on; beside an earlier edition, a leader's looks like nobody new."""
    second = decided(edited("roster.csv", lambda rows: pd.concat([rows, pd.DataFrame(
        [[leader, "A", "leader", "P900", "no", "yes"], [mentor, "A", "mentor", "P900", "no", "yes"]],
        columns=rows.columns)])))  # fmt: skip
    assert of(second, "purpose", "A")["n_pairs"] == 13
    assert of(second, "meetings", "A")["n_pairs"] == 15  # counts of meetings are no answers


def test_of_cohorts_with_bounds_no_exact_total_is_told(decided):
    """All of one cohort and nobody of the other would follow from their total."""
    in_first = [f"P{k:03}" for k in range(0, 28, 2)]
    numbers = decided(edited("roster.csv", lambda rows: rows.assign(
        purpose=rows["dyad"].isin(in_first).map({True: "yes", False: "no"}))))  # fmt: skip
    assert [of(numbers, "purpose", cohort)["bound"] for cohort in "AB"] == [1, -1]
    assert of(numbers, "purpose", ALL_COHORTS) is None


@pytest.mark.slow
def test_no_bound_of_all_cohorts_stands_beside_the_number_of_one(decided):
    """38 of 40, "nearly all of 15" and "95% or more of 55": then all of the 15 did."""
    in_first, others = ([f"P{k:03}" for k in range(start, 60, 2)] for start in (0, 1))

    def edit(table):
        said = table["dyad"].isin([*in_first[:26], *others]).map({True: "yes", False: "no"})
        return table.assign(purpose=said)

    numbers = decided(edited("roster.csv", edit), n=60)
    assert of(numbers, "purpose", "A")["n_as_planned"] == 26
    assert of(numbers, "purpose", "B")["bound"] == 1
    assert of(numbers, "purpose", ALL_COHORTS) is None


@pytest.mark.slow
def test_goals_that_were_attained_alike_are_told_in_words(decided):
    numbers = decided(edited("goals.csv", lambda rows: rows.assign(attainment="1")))
    row = of(numbers, "attainment", "A")
    assert np.isnan(row["mean"])
    assert row["alike"] == 1
    assert of(numbers, "attainment", ALL_COHORTS) is None


def without(side, n):
    """The first n people of one side of cohort A did not answer to safety."""
    codes = [f"{side}{k * 2:03}" for k in range(n)]
    return edited("post.csv", lambda rows: rows.assign(**{
        item: rows[item].mask(rows["code"].isin(codes), "") for item in ("s1", "s2")}))  # fmt: skip


@pytest.mark.parametrize(("side", "n", "shown"), [("L", 0, True), ("L", 1, False), ("M", 1, False), ("M", 5, False)])
def test_agreement_names_those_of_both_roles(side, n, shown, decided):
    """Who answered without a partner's answer would be told by the mean of the role beside that of the pairs."""
    numbers = decided(without(side, n))
    assert (of(numbers, "safety", "A", "sides") is not None) == shown
    assert of(numbers, "safety", "B", "sides")["n_pairs"] == 14


@pytest.mark.slow
@pytest.mark.parametrize(("side", "n", "shown"), [("L", 0, True), ("L", 1, False), ("M", 1, False)])
def test_slopes_on_what_partners_say_name_those_of_both_roles(side, n, shown, decided):
    numbers = decided(without(side, n), whole=True, n=60)
    rows = numbers.table[numbers.table["method"].eq("experience") & numbers.table["cohort"].eq("A")]
    assert rows["estimate"].notna().tolist() == [shown] * 4


@pytest.mark.parametrize("copied", [False, True])
def test_no_agreement_is_told_where_answers_or_differences_are_alike(copied, decided):
    """Beside the means of both sides, "all differences are alike" would tell each what the partner said."""
    leaders = [f"L{k:03}" for k in range(28)]

    def edit(rows):
        told = rows.set_index("code")
        partner = rows["code"].str.replace("L", "M")
        return rows.assign(**{
            item: rows[item].mask(rows["code"].isin(leaders), told[item].reindex(partner).to_numpy() if copied else "4")
            for item in ("s1", "s2")})  # fmt: skip

    numbers = decided(edited("post.csv", edit))
    assert of(numbers, "safety", "A", "sides") is None
    assert "alike" not in numbers.tables["sides"]


@pytest.mark.slow
def test_slopes_on_what_nearly_all_said_are_hidden(decided):
    leaders = [f"L{k:03}" for k in range(27)]
    numbers = decided(edited("post.csv", lambda rows: rows.assign(**{
        item: rows[item].mask(rows["code"].isin(leaders), "4") for item in ("s1", "s2")})), whole=True)  # fmt: skip
    rows = numbers.table[numbers.table["method"].eq("experience")]
    assert rows["estimate"].isna().all()
    assert set(rows["reason"]) <= {"hidden", "collinear"}


@pytest.mark.slow
@pytest.mark.parametrize("alike", [False, True])
def test_slopes_of_changes_that_went_alike_are_hidden(alike, decided):
    """Twenty leaders whose mentors answered rose by one point each; the ten others did not, so all of them differ."""
    silent = [f"M{k:03}" for k in range(40, 60, 2)]
    rose = {f"L{k:03}": 3 + k // 2 % 2 for k in range(0, 40, 2)}

    safe = {f"{side}{k:03}": str(1 + k // 2 * times % 5) for side, times in (("L", 1), ("M", 2)) for k in range(60)}

    def change(files):
        files = edited("post.csv", lambda rows: rows.assign(**{
            item: rows["code"].map(safe).mask(rows["code"].isin(silent), "")
            for item in ("s1", "s2")}))(files)  # fmt: skip
        for file, up in (("pre.csv", 0), ("post.csv", 1)) if alike else ():
            after = {code: str(score - 1 + up) for code, score in rose.items()}
            files = edited(file, lambda rows, after=after: rows.assign(**{
                item: rows["code"].map(after).fillna(rows[item]) for item in ("i1", "i2")}))(files)  # fmt: skip
        return files

    numbers = decided(change, whole=True, n=60)
    rows = numbers.table[numbers.table["method"].eq("experience") & numbers.table["cohort"].eq("A")]
    rows = rows[rows["role"].eq("leader")]
    assert len(rows) == 2
    assert rows["estimate"].isna().tolist() == [alike] * 2
    assert set(rows["reason"].dropna()) == ({"hidden"} if alike else set())


@pytest.mark.slow
def test_slopes_that_few_pairs_decide_are_hidden(decided):
    """Eight mentors of 30 rated safety low, all others high: their leaders' change would follow from slope and mean."""
    low, mentors = ([f"M{k:03}" for k in places] for places in (range(0, 16, 2), range(60)))
    numbers = decided(edited("post.csv", lambda rows: rows.assign(**{
        item: rows[item].mask(rows["code"].isin(mentors), "5").mask(rows["code"].isin(low), "1")
        for item in ("s1", "s2")})), whole=True, n=60)  # fmt: skip
    rows = numbers.table[numbers.table["method"].eq("experience") & numbers.table["cohort"].eq("A")]
    assert rows["estimate"].isna().all()
    assert {numbers.hidden_by.get(row) for row in rows["id"]} == {"few meet otherwise"}


@pytest.mark.slow
def test_two_pairs_that_exchange_all_their_answers_change_nothing(decided):
    def exchanged(rows):
        items = ["i1", "i2", "s1", "s2"]
        rows = rows.set_index("code")
        for side in "LM":
            pair = [f"{side}002", f"{side}004"]
            rows.loc[pair, items] = rows.loc[pair[::-1], items].to_numpy()
        return rows.reset_index()

    before, after = decided(whole=True), decided(edited("post.csv", exchanged), whole=True)
    for name in ("fidelity", "sides", "described"):
        one, other = before.tables[name], after.tables[name]
        numbers = [column for column in one if one[column].dtype == "float64"]
        pd.testing.assert_frame_equal(one.drop(columns=numbers), other.drop(columns=numbers))
        assert np.allclose(one[numbers], other[numbers], equal_nan=True)


@pytest.mark.slow
def test_after_a_release_few_new_pairs_wait(tmp_path):
    def write(n):
        for name, content in process_files(n=n, cohorts=1).items():
            (tmp_path / name).write_text(content, encoding="utf-8")

    write(20)
    release(prepare_study(tmp_path), "board")
    assert of(decide(prepare_study(tmp_path)), "purpose", "A")["n_pairs"] == 20
    write(23)
    later = decide(prepare_study(tmp_path))
    assert of(later, "purpose", "A") is None
    assert of(later, "safety", "A", "sides") is None or of(later, "safety", "A", "sides")["n_pairs"] == 20
    write(31)
    assert of(decide(prepare_study(tmp_path)), "purpose", "A")["n_pairs"] == 31


@pytest.mark.slow
def test_without_linked_waves_nobody_is_known_as_a_pair(decided):
    numbers = decided(toml=TOML.replace("[scales.inclusion]", '[link]\nmethod = "none"\n[scales.inclusion]'))
    assert numbers.tables["sides"].empty
