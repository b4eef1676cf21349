"""Columns of several waves that ask the same become one item."""

from drafted_exports import answers, codes, sheet, survey


def qualtrics(names, texts, *, start=0):
    """An export of Qualtrics: names, question texts, import ids."""
    ids = [f'{{"ImportId":"QID{place}"}}' for place in range(len(names) + 1)]
    rows = [(code, *answers(len(names), start=place + start)) for place, code in enumerate(codes(30))]
    return sheet(["code", *names], [("Your code", *texts), ids, *rows])


def columns_of(made):
    return {name: (item["pre"], item["post"]) for name, item in made.items.items()}


def test_the_same_name_is_the_same_item(draft_of):
    made = draft_of({"pre.csv": survey(["q_1", "q_2"]), "post.csv": survey(["q_2", "q_1"])})
    assert columns_of(made) == {"q_1": ("", ""), "q_2": ("", "")}


def test_what_one_wave_asks_is_not_asked_in_the_other(draft_of):
    made = draft_of({"pre.csv": survey(["q_1", "q_2"]), "post.csv": survey(["q_2", "q_3"])})
    assert columns_of(made) == {"q_1": ("", "-"), "q_2": ("", ""), "q_3": ("-", "")}
    assert made.errors() == []


def test_the_same_question_is_the_same_item_whatever_its_number(draft_of):
    texts = ["How true is it? - I speak up", "How true is it? - I am heard"]
    made = draft_of({"pre.csv": qualtrics(["Q5_1", "Q5_2"], texts), "post.csv": qualtrics(["Q9_1", "Q9_2"], texts)})
    assert columns_of(made) == {"Q5_1": ("", "Q9_1"), "Q5_2": ("", "Q9_2")}
    assert made.items["Q5_1"]["label"] == "I speak up"
    assert (made.checks, made.errors()) == ("", [])


def test_a_number_that_stands_for_another_question_is_not_paired(draft_of):
    before, after = ["I speak up at meetings", "I am heard"], ["Lunch was tasty today", "I am heard"]
    made = draft_of({"pre.csv": qualtrics(["Q1", "Q2"], before), "post.csv": qualtrics(["Q1", "Q2"], after)})
    assert columns_of(made) == {"Q1": ("", "-"), "Q2": ("", ""), "Q1_2": ("-", "Q1")}
    assert "use the code Q1 for different questions" in made.draft.study
    assert made.errors() == []


def test_questions_worded_nearly_alike_are_paired_and_checked(draft_of):
    before = "I can plainly say what I think about the work"
    after = "I can plainly say what I thought about the work"
    made = draft_of({"pre.csv": survey([before, "other"]), "post.csv": survey([after, "other"])})
    assert (before, after) in columns_of(made).values()
    assert "waves word these items differently: i_can_plainly_say" in made.checks
    assert made.errors() == []


def test_lines_of_a_grid_are_not_mixed_up(draft_of):
    question = "Please say how much you agree with each of the following statements about your work: "
    before = [f"{question}[{line}]" for line in ("I can write", "I can read", "I can sing")]
    after = [f"{question}[{line}]" for line in ("I can write", "I can lead", "I can sing")]
    made = draft_of({"pre.csv": survey(before), "post.csv": survey(after)})
    assert columns_of(made)["i_can_read"] == (before[1], "-")
    assert columns_of(made)["i_can_lead"] == ("-", after[1])
    assert made.items["i_can_sing"]["label"] == "I can sing"


def test_repeated_questions_are_paired_in_their_order(draft_of):
    text = survey(["Why is that so?", "Why is that so?"])
    made = draft_of({"pre.csv": text, "post.csv": text})
    assert {one[0] for one in columns_of(made).values()} == {"Why is that so? (1)", "Why is that so? (2)"}
    assert made.errors() == []


def test_names_that_a_codebook_cannot_hold_as_they_are(draft_of):
    columns = [
        "left|right",
        "-",
        "=sum(A1)",
        "+1 more",
        "  blank  ",
        "a,b",
        'say "so"',
        "line\nbreak",
        "own id",
        "wave",
    ]
    made = draft_of({"pre.csv": survey(columns), "post.csv": survey(columns, start=1)})
    assert made.errors() == []
    assert made.items["left_right"]["pre"] == "left*"
    assert "=sum(A1)" in {item["pre"].strip() for item in made.items.values()}
    assert not any(cell.startswith(("=", "+")) for item in made.items.values() for cell in item.values())


def test_names_that_every_study_has_are_not_given_to_items(draft_of):
    made = draft_of({"pre.csv": survey(["wave", "submitted_1", "person_1"])})
    assert "wave" not in made.items
    assert made.errors() == []


def test_system_columns_are_no_items(draft_of):
    names = [
        "Progress",
        "Duration (in seconds)",
        "Status",
        "my_form_complete",
        "gym___1",
        "Question time: q1",
        "Last page",
        "Seed",
    ]
    made = draft_of({"pre.csv": survey([*names, "q_1"])})
    assert list(made.items) == ["q_1"]


def test_rows_of_a_wave_without_items_count_if_something_is_answered(draft_of):
    rows = [(code, f"remark number {place} of somebody") for place, code in enumerate(codes(30))]
    made = draft_of({"pre.csv": sheet(["code", "remark"], rows), "post.csv": survey()})
    assert made.toml["waves"]["pre"]["returned"] == "remark"
    assert "this wave asks none of the items" in made.checks
    assert (made.errors(), made.people()) == ([], 30)
    assert made.problems().response.loc["all people"].to_dict() == {"pre": 30, "post": 30}


def test_nothing_in_common_is_said_loudly(draft_of):
    made = draft_of({"pre.csv": survey(["a_1", "a_2"]), "post.csv": survey(["b_1", "b_2"])})
    assert "NO QUESTION IS ASKED IN TWO WAVES" in made.checks
    assert set(made.toml["scales"]) == {"a", "b"}
    assert made.errors() == []
