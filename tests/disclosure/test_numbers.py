"""All numbers of a study are decided once, kept, and made anew where anything they rest on is another."""

import pandas as pd
import pytest
from small_studies import TOML, Group, small_study

from rm_research.disclosure import numbers
from rm_research.disclosure.numbers import TABLES, decide, study_numbers
from rm_research.effects.estimates import headlines
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import METHODS, Contrast, Measure, Method, Name
from rm_research.effects.verdicts import judged
from rm_research.panel import cache, prepare_study

SMALLEST = "[reporting]\nsmallest_group = 10\n"
SHARED = '[design]\ncomparison = "waitlist"\nassignment = "randomised"\ncomparison_scope = "shared"\n'
LATER = TOML.replace("[columns]", '[waves.later]\nfile = "later.csv"\n[columns]') + SMALLEST


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    groups = [Group(n=30), Group("Autumn", 25), Group("Winter", 6)]
    folder = tmp_path_factory.mktemp("numbers") / "study"
    return prepare_study(small_study(folder, *groups, toml=TOML + SMALLEST))


def forbid(monkeypatch):
    """Let numbers be read, and not made."""

    def made(prepared):
        raise AssertionError("They are made again.")

    monkeypatch.setattr(numbers, "decide", made)


@pytest.mark.slow
def test_an_average_without_the_hidden_cohort_is_hidden_and_not_called_uncomputed(tmp_path):
    """Else a page says that there are too few cohorts where there are two."""
    numbers = decide(prepare_study(small_study(tmp_path, Group(n=30), Group("Autumn", 8), toml=TOML + SMALLEST)))
    pooled = numbers.table[numbers.table["contrast"].eq("pooled_change")]
    assert len(pooled)
    assert set(pooled["reason"]) == {"hidden"}


@pytest.mark.slow
def test_numbers_are_made_once_and_read_as_they_were(prepared, monkeypatch):
    first = study_numbers(prepared)
    forbid(monkeypatch)
    again = study_numbers(prepared)
    pd.testing.assert_frame_equal(again.table, first.table)
    pd.testing.assert_frame_equal(again.estimates.details, first.estimates.details)
    assert again.hidden_by == first.hidden_by != {}
    assert again.smallest_group == first.smallest_group == 10
    assert list(first.tables) == list(again.tables) == list(TABLES)
    assert {name: len(table) for name, table in again.tables.items()} == {
        name: len(table) for name, table in first.tables.items()
    }


def test_a_kept_row_tells_why_it_is_hidden(prepared):
    first, again = study_numbers(prepared), study_numbers(prepared)
    hidden = first.hidden["id"].tolist()
    assert hidden
    assert [again.why_hidden(name) for name in hidden] == [first.why_hidden(name) for name in hidden]


def test_a_new_method_makes_new_numbers(prepared, monkeypatch):
    study_numbers(prepared)
    forbid(monkeypatch)
    toy = Method(Contrast.CHANGE, Measure.MEAN, Name.OLS, "a toy")
    with METHODS.having(toy), pytest.raises(AssertionError, match="made again"):
        study_numbers(prepared)


@pytest.mark.parametrize("name", ["estimates", "details", "hidden_by", "response"])
def test_numbers_of_which_a_table_is_lost_are_made_again(prepared, monkeypatch, name):
    study_numbers(prepared)
    load = cache.load_numbers
    monkeypatch.setattr(
        cache, "load_numbers", lambda study, frames: {k: v for k, v in load(study, frames).items() if k != name}
    )
    forbid(monkeypatch)
    with pytest.raises(AssertionError, match="made again"):
        study_numbers(prepared)


@pytest.mark.slow
def test_a_shared_comparison_is_used_as_a_whole_for_each_cohort(tmp_path):
    groups = [Group("Spring", 30), Group("Autumn", 25)]
    groups = [*(Group(group.cohort, group.n, arm="programme") for group in groups), Group("Summer", 14, arm="waitlist")]
    table = decide(prepare_study(small_study(tmp_path / "study", *groups, toml=TOML + SHARED + SMALLEST))).table
    of = table[table["contrast"].eq("difference") & table["method"].eq("ancova") & table["measure"].eq("mean")]
    shown = of[of["estimate"].notna()]
    assert sorted(shown["cohort"]) == ["Autumn", "Spring"]
    assert set(shown["n_comparison"]) == {14}


@pytest.mark.slow
@pytest.mark.parametrize("several", [False, True])
def test_waves_are_modelled_together_where_there_are_several(tmp_path, several):
    folder = small_study(tmp_path / "study", Group(n=30), toml=LATER if several else TOML + SMALLEST)
    if several:
        after = pd.read_csv(folder / "post.csv", keep_default_na=False)
        after.assign(m1=after["m2"], m2=after["m1"]).to_csv(folder / "later.csv", index=False)
    table = decide(prepare_study(folder)).table
    assert table["method"].eq("mixed_model").any() == several


@pytest.mark.slow
def test_a_cohort_with_an_error_is_in_no_number(tmp_path):
    folder = small_study(tmp_path / "study", Group(n=30), Group("Autumn", 25), toml=TOML + SMALLEST)
    after = pd.read_csv(folder / "post.csv", keep_default_na=False)
    again = after[after["cohort"] == "Autumn"].head(1)
    pd.concat([after, again.assign(m1=1, when="2025-09-09")]).to_csv(folder / "post.csv", index=False)
    prepared = prepare_study(folder)
    assert list(prepared.sound_cohorts) == ["Spring"]
    table = decide(prepared).table
    assert set(table["cohort"]) <= {"Spring", ALL_COHORTS}
    assert set(table.loc[table["cohort"].eq(ALL_COHORTS) & table["estimate"].notna(), "n_pairs"]) <= {30}


@pytest.mark.slow
def test_small_cohorts_combined_are_compared_in_both_ways_where_no_lot_was_drawn(tmp_path):
    """The verdict on a group is that of both ways together, as on a cohort."""
    groups = [Group(name, 6, arm=arm) for name in ("spring", "autumn") for arm in ("programme", "waitlist")]
    design = '[design]\ncomparison = "waitlist"\nassignment = "self-selected"\n'
    prepared = prepare_study(small_study(tmp_path, *groups, toml=TOML + design))
    shown = decide(prepared)
    combined = shown.table["cohort"].isin(shown.tables["together"]["group"])
    rows = shown.table[shown.table["contrast"].eq("difference") & combined]
    assert set(rows.loc[rows["estimate"].notna(), "method"]) == {"ancova", "change_score"}
    verdicts = judged(shown.table, headlines(shown.table), prepared.study)
    for row in rows[headlines(rows)].itertuples():
        hull = rows.loc[rows["role"].eq(row.role) & rows["scale"].eq(row.scale)]
        assert verdicts[row.id].hull == (hull["ci_low"].min(), hull["ci_high"].max())
