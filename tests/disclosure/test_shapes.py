"""Limits of findings leave as bands, of enough people, and never of nearly everybody."""

import numpy as np
import pytest
from changes_alone import changes_alone, named_by
from small_studies import TOML, Group, as_csv, small_study

from rm_research.disclosure import rules
from rm_research.disclosure.numbers import decide
from rm_research.disclosure.shapes import shown_shapes
from rm_research.disclosure.summaries import counted_questionnaires
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study

NAMES = ("code", "cohort", "role", "arm", "pair", "when", "m1")


def shapes(folder, pre, post, *, toml=TOML, cohorts=("Spring",)):
    """Limits of people who gave these answers to one item, in each of the cohorts."""
    rows = {"pre": [], "post": []}
    for wave, answers in (("pre", pre), ("post", post)):
        for cohort in cohorts:
            rows[wave] += [(f"{cohort}{n}", cohort, "", "", "", "", answer) for n, answer in enumerate(answers)]
    files = {f"{wave}.csv": as_csv(NAMES, lines) for wave, lines in rows.items()}
    files["codebook.csv"] = "item,scale,low,high\nm1,mood,1,5\n"
    prepared = prepare_study(small_study(folder, toml=toml, files=files))
    shown = changes_alone(prepared)
    return shown_shapes(prepared, shown, counted_questionnaires(prepared, *named_by(prepared, shown))[0])


def limits(table, cohort="Spring"):
    return table.loc[table["cohort"] == cohort, "limit"].tolist()


USUAL = [2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3, 4, 2, 3]
LATER = [3, 3, 4, 2, 4, 3, 2, 2, 4, 3, 3, 4, 2, 3, 4, 2, 3, 3, 2, 4]


def test_scores_within_the_scale_have_no_limit(tmp_path):
    assert shapes(tmp_path, USUAL, LATER).empty


@pytest.mark.parametrize(("at_top", "named"), [(3, False), (4, True), (18, True), (19, False), (20, False)])
def test_scores_at_an_end_are_named_from_a_share_on_but_not_of_nearly_all(tmp_path, at_top, named):
    found = shapes(tmp_path, [5] * at_top + USUAL[at_top:], LATER)
    assert ("highest_before" in limits(found)) is named


@pytest.mark.parametrize(("end", "name"), [(1, "lowest_after"), (5, "highest_after")])
def test_each_end_and_wave_has_its_name(tmp_path, end, name):
    assert limits(shapes(tmp_path, USUAL, [end] * 4 + LATER[4:])) == [name]


def test_a_band_tells_no_more_than_that_it_is_above_the_share(tmp_path):
    few, many = (shapes(tmp_path / str(n), [5] * n + USUAL[n:], LATER) for n in (4, 9))
    assert few.iloc[0].equals(many.iloc[0])
    assert few["above"].tolist() == [0.15]


@pytest.mark.slow
@pytest.mark.parametrize(("factor", "name"), [(3.0, "further_apart"), (1 / 3, "closer_together")])
def test_spread_that_changed_is_named(tmp_path, factor, name):
    wide = [1, 5, 2, 4, 3, 2, 4, 1.5, 4.5, 3, 2, 4, 2.5, 3.5, 3, 1.2, 4.8, 2, 4, 3]
    narrow = [3 + (answer - 3) / 4 for answer in wide]
    before, after = (narrow, wide) if factor > 1 else (wide, narrow)
    rounded = [[round(10 * answer) for answer in answers] for answers in (before, after)]
    toml_items = "item,scale,low,high\nm1,mood,1,100\n"
    files = {
        f"{wave}.csv": as_csv(NAMES, [(f"P{n}", "Spring", "", "", "", "", a) for n, a in enumerate(answers)])
        for wave, answers in zip(("pre", "post"), rounded, strict=True)
    }
    study = small_study(tmp_path, files=files | {"codebook.csv": toml_items})
    assert limits(decide(prepare_study(study)).tables["shapes"]) == [name]


@pytest.mark.slow
def test_groups_whose_change_is_hidden_have_none_and_are_in_no_total(tmp_path):
    found = decide(prepare_study(small_study(tmp_path, Group("a", 30, gain=3.0), Group("b", 6, gain=3.0)))).tables
    assert set(found["shapes"]["cohort"]) <= {"a", ALL_COHORTS}


def test_all_cohorts_together_have_their_own(tmp_path):
    found = shapes(tmp_path, [5] * 5 + USUAL[5:], LATER, cohorts=("a", "b"))
    assert set(found["cohort"]) == {"a", "b", ALL_COHORTS}


def test_without_its_rule_what_nearly_all_did_would_leave(tmp_path, monkeypatch):
    kept = tuple(rule for rule in rules.RULES if rule.name != "few or nearly all")
    monkeypatch.setattr(rules, "RULES", kept)
    assert "highest_before" in limits(shapes(tmp_path, [5] * 19 + [4], LATER))


def long_runs(folder, n, *, action="flag"):
    """Limits of 40 people, n of whom gave the same answer to everything at both waves."""
    draws = np.random.default_rng(1)
    items = [f"m{item}" for item in range(1, 7)]
    rows = {}
    for wave in ("pre", "post"):
        answers = [[3] * 6 if person < n else [1, *draws.integers(1, 6, 4), 5] for person in range(40)]
        rows[wave] = [(f"P{person}", "Spring", "", "", "", "", *of) for person, of in enumerate(answers)]
    files = {f"{wave}.csv": as_csv((*NAMES[:6], *items), lines) for wave, lines in rows.items()}
    files["codebook.csv"] = "item,scale,low,high\n" + "".join(f"{item},mood,1,5\n" for item in items)
    toml = TOML + f'[careless]\naction = "{action}"\n'
    table = decide(prepare_study(small_study(folder, toml=toml, files=files))).tables["shapes"]
    return table.loc[table["limit"] == "same_answers", "above"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "above"), [(0, []), (2, []), (3, [0.05]), (4, [0.05]), (5, [0.1]), (11, [0.25]), (39, [])]
)
def test_questionnaires_with_one_answer_throughout_are_told_in_bands(tmp_path, n, above):
    assert long_runs(tmp_path, n) == above


@pytest.mark.slow
def test_questionnaires_of_people_whom_no_number_names_are_not_counted(tmp_path):
    """Three of a cohort of forty answer so, and all of one that is too small to be shown."""
    draws, rows = np.random.default_rng(1), {}
    for wave in ("pre", "post"):
        answers = [[3] * 6 if at < 3 or at >= 40 else [1, *draws.integers(1, 6, 4), 5] for at in range(49)]
        rows[wave] = [(f"P{at}", "ab"[at >= 40], "", "", "", "", *of) for at, of in enumerate(answers)]
    names = [f"m{item}" for item in range(1, 7)]
    files = {f"{wave}.csv": as_csv((*NAMES[:6], *names), lines) for wave, lines in rows.items()}
    files["codebook.csv"] = "item,scale,low,high\n" + "".join(f"{name},mood,1,5\n" for name in names)
    toml = TOML + '[careless]\naction = "flag"\n[reporting]\nsmallest_group = 10\n'
    table = decide(prepare_study(small_study(tmp_path, toml=toml, files=files))).tables["shapes"]
    table = table[table["limit"].eq("same_answers")]
    assert table[["cohort", "above"]].to_numpy().tolist() == [["a", 0.05], [ALL_COHORTS, 0.05]]


@pytest.mark.slow
def test_questionnaires_that_were_left_out_are_no_limit(tmp_path):
    assert long_runs(tmp_path, 11, action="drop") == []


def two_scales(folder, hidden, *, zeal="3"):
    """Counted responses of two cohorts; few of the second have answers, and few of the first rated zeal."""
    toml = TOML + '[scales.zeal]\nlabel = "Zeal"\n[reporting]\nsmallest_group = 10\n'
    names, rows = (*NAMES, "z1"), []
    for cohort, n in (("Spring", 30), ("Autumn", hidden)):
        rows += [(f"{cohort}{k}", cohort, "", "", "", "", USUAL[k % 20], zeal if k < 3 else "") for k in range(n)]
    files = {"pre.csv": as_csv(names, rows), "post.csv": as_csv(names, [(*row[:6], LATER[k % 20], row[7])
                                                                        for k, row in enumerate(rows)])}  # fmt: skip
    files["codebook.csv"] = "item,scale,low,high\nm1,mood,1,5\nz1,zeal,1,5\n"
    prepared = prepare_study(small_study(folder, toml=toml, files=files))
    shown = changes_alone(prepared)
    return counted_questionnaires(prepared, *named_by(prepared, shown))[0]


def test_questionnaires_of_hidden_cohorts_are_not_counted(tmp_path):
    one_scale = TOML + "[reporting]\nsmallest_group = 10\n"
    for hidden, cohorts in ((4, {"Spring"}), (12, {"Spring", "Autumn"})):
        (folder := tmp_path / str(hidden)).mkdir()
        rows = [(f"{c}{k}", c, "", "", "", "", USUAL[k % 20]) for c, n in (("Spring", 30), ("Autumn", hidden))
                for k in range(n)]  # fmt: skip
        files = {"pre.csv": as_csv(NAMES, rows),
                 "post.csv": as_csv(NAMES, [(*row[:6], LATER[k % 20]) for k, row in enumerate(rows)]),
                 "codebook.csv": "item,scale,low,high\nm1,mood,1,5\n"}  # fmt: skip
        prepared = prepare_study(small_study(folder, toml=one_scale, files=files))
        shown = changes_alone(prepared)
        assert set(counted_questionnaires(prepared, *named_by(prepared, shown))[0]["cohort"]) == cohorts


def test_questionnaires_with_answers_to_a_scale_that_is_not_shown_are_not_counted(tmp_path):
    """What is told of whole questionnaires would depend on these answers."""
    assert two_scales(tmp_path, 12).empty
