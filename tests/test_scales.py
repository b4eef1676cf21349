"""Answers into scores."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.errors import FrameError, ScoringError
from rm_research.scales import compare_published, keyed_items, report_items, score_scales
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
{SCALE}
"""
CODEBOOK = (
    "item,scale,reverse,low,high,pre,post\nm1,mood,,1,5,,\nm2,mood,yes,1,5,,\nm3,mood,,1,5,,\nm4,mood,,1,5,,{LAST}\n"
)


@pytest.fixture
def study(write_study):
    def read(scale="", last=""):
        return read_study(write_study(toml=TOML.replace("{SCALE}", scale), codebook=CODEBOOK.replace("{LAST}", last)))

    return read


def responses(*answers, wave="pre"):
    """One questionnaire a tuple of answers."""
    rows = pd.DataFrame(answers, columns=["m1", "m2", "m3", "m4"], dtype=float)
    people = [f"p{number}" for number in range(len(rows))]
    facts = pd.DataFrame({"wave": wave, "file": "x.csv", "source_row": range(len(rows)), "person": people,
                          "cohort": "x", "submitted": pd.NaT})  # fmt: skip
    return pd.concat([facts, rows], axis=1)


def score(study, *answers):
    return score_scales(responses(*answers), study)["score"].tolist()


def test_a_reversed_item_is_low_plus_high_minus_the_answer(study):
    assert keyed_items(responses((1, 1, 1, 1), (5, 5, 5, 5)), study(), "mood")["m2"].tolist() == [5, 1]


def test_the_declared_range_reverses_not_the_one_observed(study):
    assert keyed_items(responses((1, 2, 1, 1)), study(), "mood")["m2"].tolist() == [4]


def test_a_mean_is_over_the_items_answered(study):
    assert score(study(), (1, None, 4, 4)) == [3]


def test_a_sum_is_prorated_so_that_a_skipped_item_is_no_zero(study):
    assert score(study('score = "sum"'), (1, None, 4, 4)) == [12]


@pytest.mark.parametrize(("share", "scored"), [(0.5, True), (0.75, False)])
def test_too_few_answers_make_no_score(study, share, scored):
    value = score(study(f"min_answered = {share}"), (1, None, 4, None))[0]
    assert pd.notna(value) == scored


@pytest.mark.parametrize(("answered", "scored"), [(7, True), (6, False)])
def test_a_share_that_a_computer_cannot_hold_is_no_stumbling_block(write_study, answered, scored):
    # 0.28 of 25 items are seven, and 7.000000000000001 to a computer
    names = [f"m{number}" for number in range(25)]
    codebook = "item,scale,low,high\n" + "".join(f"{name},mood,1,5\n" for name in names)
    read = read_study(write_study(toml=TOML.replace("{SCALE}", "min_answered = 0.28"), codebook=codebook))
    answers = [[3.0] * answered + [None] * (25 - answered)]
    rows = pd.concat([responses((1, 1, 1, 1)).iloc[:, :6], pd.DataFrame(answers, columns=names, dtype=float)], axis=1)
    assert score_scales(rows, read)["score"].notna().tolist() == [scored]


def test_no_answers_make_no_score_however_small_the_share(study):
    assert pd.isna(score(study("min_answered = 0.01"), (None, None, None, None))[0])


def test_items_answered_are_counted(study):
    scores = score_scales(responses((1, None, 4, None)), study())
    assert scores[["scale", "n_answered"]].to_numpy().tolist() == [["mood", 2]]


def test_a_scale_with_other_items_in_another_wave_uses_the_common_ones(study):
    assert score(study(last="-"), (1, 5, 1, 5)) == [1]


def test_a_wave_that_does_not_ask_the_scale_has_no_rows(write_study):
    codebook = CODEBOOK.replace("{LAST}", "-").replace(",5,,\n", ",5,,-\n")
    read = read_study(write_study(toml=TOML.replace("{SCALE}", ""), codebook=codebook))
    assert len(score_scales(responses((1, 1, 1, 1), wave="post"), read)) == 0


def test_unlinked_responses_are_refused(study):
    twice = pd.concat([responses((1, 1, 1, 1))] * 2)
    with pytest.raises(FrameError, match=r"needs linked Responses, one row per person and wave. Call link_waves first"):
        score_scales(twice, study())


def test_responses_without_an_item_are_refused(study):
    with pytest.raises(ScoringError, match=r"Scale 'mood' cannot be scored: no wave asks m3. Name the columns in code"):
        score_scales(responses((1, 1, 1, 1)).drop(columns="m3"), study())


def published(study, *totals, answers=((1, 5, 1, 1), (5, 1, 5, 5))):
    return compare_published(responses(*answers), pd.DataFrame({"mood": totals}), study)


def test_a_published_total_that_agrees_is_noted(study):
    problems = published(study('score = "sum"\npublished = "tot"'), 4.0, 20.0)
    assert problems["message"].tolist() == ["tot agrees with the score on 2 of 2 rows."]


def test_totals_rounded_to_two_decimals_agree(study):
    problems = published(study('published = "tot"'), 1.0, 2.67, answers=((1, 5, 1, 1), (None, 4, 2, 4)))
    assert problems["severity"].tolist() == ["note"]


def test_a_published_total_that_differs_names_its_row(study):
    problems = published(study('score = "sum"\npublished = "tot"'), 4.0, 19.0)
    told = problems[["rule", "severity", "source_row", "column"]].astype(object).to_numpy().tolist()
    assert told[1] == ["published_total", "warning", 1, "tot"]


def test_a_published_total_that_is_nowhere_is_a_warning(study):
    problems = published(study('published = "tot"'), float("nan"), float("nan"))
    assert problems[["severity", "message"]].to_numpy().tolist() == [
        ["warning", "No row has both 'tot' and a score of 'mood'. Correct scales.mood.published."]
    ]


def test_a_scale_without_published_totals_leaves_the_others_compared(write_study):
    toml = TOML.replace("{SCALE}", 'published = "tot"\n[scales.zeal]\npublished = "sum"')
    codebook = CODEBOOK.replace("{LAST}", "").replace("m4,mood", "m4,zeal")
    totals = pd.DataFrame({"mood": [float("nan")], "zeal": [4.0]})
    problems = compare_published(responses((1, 5, 1, 4)), totals, read_study(write_study(toml=toml, codebook=codebook)))
    assert problems[["rule", "severity", "column"]].to_numpy().tolist() == [
        ["published_total", "warning", "tot"], ["published_total", "note", "sum"],
    ]  # fmt: skip


def test_items_that_not_every_wave_asks_are_told_where_they_can_be_named(write_study):
    codebook = CODEBOOK.replace("{LAST}", "-").replace("m3,mood,,1,5,,", "m3,mood,,1,5,,-")
    read = read_study(write_study(toml=TOML.replace("{SCALE}", ""), codebook=codebook))
    (problem,) = report_items(read).to_dict(orient="records")
    assert [problem[name] for name in ("rule", "severity", "file", "column")] == [
        "items_left_out", "warning", "codebook.csv", "mood",
    ]  # fmt: skip
    assert "asks m3, m4, so the score of 'mood' uses only the other 2 items" in problem["message"]


ANSWERS = st.lists(st.tuples(*[st.sampled_from([1, 2, 3, 4, 5, None])] * 4), min_size=1, max_size=6)
few = examples(6)


@given(ANSWERS)
@few
def test_reversing_twice_is_what_was_answered(study, answers):
    once = responses(*answers)
    keyed = keyed_items(once, study(), "mood")
    twice = keyed_items(once.assign(m2=keyed["m2"]), study(), "mood")
    assert twice["m2"].equals(once["m2"])


@given(ANSWERS, st.randoms())
@few
def test_the_order_of_rows_does_not_matter(study, answers, random):
    rows = responses(*answers)
    order = random.sample(range(len(rows)), len(rows))
    whole, shuffled = (score_scales(frame, study()).set_index("person")["score"] for frame in (rows, rows.iloc[order]))
    assert whole.equals(shuffled.reindex(whole.index))


@given(ANSWERS, st.sampled_from(["mean", "sum"]))
@few
def test_scores_lie_within_the_scales_range(study, answers, kind):
    read = study(f'score = "{kind}"')
    low, high = read.scale_range("mood")
    assert pd.Series(score(read, *answers)).dropna().between(low, high).all()
