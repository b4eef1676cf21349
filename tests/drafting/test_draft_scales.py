"""Items are grouped into scales, and those that run against the others are pointed at."""

import pytest
from drafted_exports import answers, codes, sheet, survey

from rm_research.drafting.stems import slug


def scales(made):
    return {name: [item for item, row in made.items.items() if row["scale"] == name] for name in made.toml["scales"]}


def test_names_with_one_beginning_are_a_scale(draft_of):
    made = draft_of({"pre.csv": survey(["affSat1", "affSat2", "Q5_1", "Q5_2", "rse16a", "rse16b", "alone"])})
    assert scales(made) == {"affSat": ["affSat1", "affSat2"], "Q5": ["Q5_1", "Q5_2"], "rse16": ["rse16a", "rse16b"]}
    assert made.items["alone"]["scale"] == ""
    assert "Items in no scale: alone" in made.draft.study
    assert (made.checks, made.errors()) == ("", [])


def test_lines_of_a_grid_are_a_scale(draft_of):
    made = draft_of(
        {"pre.csv": survey(["How true is it? [I speak]", "How true is it? [I ask]", "Was it good, all in all?"])}
    )
    assert scales(made) == {"how_true_is_it": ["i_speak", "i_ask"]}


def test_items_of_another_range_are_not_in_the_scale(draft_of):
    rows = [
        (code, *answers(4, start=place), *answers(1, values=range(1, 8), start=place))
        for place, code in enumerate(codes(60))
    ]
    made = draft_of({"pre.csv": sheet(["code", "q_1", "q_2", "q_3", "q_4", "q_5"], rows)})
    assert scales(made) == {"q": ["q_1", "q_2", "q_3", "q_4"]}
    assert made.errors() == []


def test_items_that_one_wave_lacks_are_not_in_the_scale(draft_of):
    made = draft_of({"pre.csv": survey(["q_1", "q_2", "q_3"]), "post.csv": survey(["q_1", "q_2", "q_4"], start=1)})
    assert scales(made) == {"q": ["q_1", "q_2"]}
    assert made.errors() == []


def test_items_that_have_nothing_in_common_but_their_answers(draft_of):
    made = draft_of({"pre.csv": survey(["It was good", "I learned something", "I would come again"])})
    assert scales(made) == {"items_1_5": ["it_was_good", "i_learned_something", "i_would_come_again"]}
    assert "items with the same kind of answers were put together" in made.checks
    assert made.errors() == []


def test_measurements_are_scales_only_where_nothing_else_is(draft_of):
    rows = [(code, 10 * place + 0.5, 3 * place) for place, code in enumerate(codes(30))]
    text = sheet(["code", "seconds", "points"], rows)
    made = draft_of({"pre.csv": text, "post.csv": text})
    assert scales(made) == {"seconds": ["seconds"], "points": ["points"]}
    assert made.items["seconds"]["low"] == ""
    assert "this scale is a single item" in made.checks
    assert made.errors() == []


def test_without_any_question_the_scales_are_to_be_written(draft_of):
    rows = [(code, f"remark number {place} of somebody") for place, code in enumerate(codes(30))]
    made = draft_of({"pre.csv": sheet(["code", "remark"], rows)})
    assert "scales" not in made.toml
    assert "a study needs a scale" in made.checks
    assert "of somebody" not in made.draft.study


def against(draft_of, *, reversed_at):
    rows = []
    for place, code in enumerate(codes(50)):
        level = place % 5
        given = [1 + min(4, max(0, level + (place // 5 + item) % 2 - item % 2)) for item in range(5)]
        rows.append((code, *(6 - answer if item in reversed_at else answer for item, answer in enumerate(given))))
    return draft_of({"pre.csv": sheet(["code", *(f"q_{item + 1}" for item in range(5))], rows)})


def test_an_item_that_runs_against_the_others_is_pointed_at(draft_of):
    made = against(draft_of, reversed_at={2})
    assert "these items run against the others: q_3 (r = -" in made.checks
    assert "q_1 (r" not in made.checks
    assert made.items["q_3"]["reverse"] == ""


def test_items_that_run_together_are_not(draft_of):
    assert against(draft_of, reversed_at=set()).checks == ""


def test_yes_or_no_is_a_scale_to_be_checked(draft_of):
    made = draft_of({"pre.csv": survey(["k_1", "k_2", "k_3"], values=("Yes", "No"))})
    assert made.toml["answers"] == {"yes_no": {"No": 0, "Yes": 1}}
    assert "only if its items measure one thing" in made.checks
    assert made.errors() == []


@pytest.mark.parametrize(
    ("text", "short"),
    [("I feel heard, and seen!", "i_feel_heard_and_seen"), ("affSat1", "affSat1"), ("Ärger über Öl", "arger_uber_ol"),
     ("…", "x"), ("", "x"), ("a" * 80, "a" * 30), ("at.ease", "at_ease"), ("Q1#2_3", "q1_2_3")],
)  # fmt: skip
def test_short_names(text, short):
    assert slug(text) == short
