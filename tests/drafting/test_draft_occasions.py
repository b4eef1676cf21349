"""Waves are found: one a file, as rows of one file, or side by side in it."""

import pytest
from drafted_exports import answers, codes, sheet, survey

from rm_research.errors import StudyFileError


def long(entries, *, column="occasion", people=12, name="id"):
    rows = [
        (code, entry, *answers(2, start=place + number))
        for number, entry in enumerate(entries)
        for place, code in enumerate(codes(people))
    ]
    return sheet([name, column, "m1", "m2"], rows)


def test_two_files_are_pre_and_post(draft_of):
    made = draft_of({"first.csv": survey(), "second.csv": survey(start=2)})
    assert {name: wave["file"] for name, wave in made.toml["waves"].items()} == {
        "pre": "first.csv",
        "post": "second.csv",
    }


def test_three_files_are_numbered(draft_of):
    made = draft_of({f"{number}.csv": survey(start=number) for number in range(3)})
    assert list(made.toml["waves"]) == ["wave1", "wave2", "wave3"]


def test_one_file_is_the_first_wave(draft_of):
    made = draft_of({"first.csv": survey()})
    assert list(made.toml["waves"]) == ["pre"]
    assert made.errors() == []


def test_waves_can_be_named(draft_of):
    made = draft_of({"a.csv": survey(), "b.csv": survey()}, waves=["T 1", "T 2"])
    assert list(made.toml["waves"]) == ["T 1", "T 2"]
    assert made.errors() == []


@pytest.mark.parametrize("names", [["one"], ["one", "one"], ["a.b", "c"], ["item", "c"], ["", "c"]])
def test_names_that_cannot_be(draft_of, names):
    with pytest.raises(StudyFileError, match="--wave"):
        draft_of({"a.csv": survey(), "b.csv": survey()}, waves=names)


def test_waves_as_rows(draft_of):
    made = draft_of({"all.csv": long([0, 1, 2])})
    assert {name: wave["where"] for name, wave in made.toml["waves"].items()} == {
        "occasion0": {"occasion": "0"}, "occasion1": {"occasion": "1"}, "occasion2": {"occasion": "2"},
    }  # fmt: skip
    assert made.toml["columns"]["person"] == "id"
    assert made.checks == ""
    assert made.people() == 12


def test_two_waves_as_rows_are_pre_and_post_in_their_order_in_time(draft_of):
    made = draft_of({"all.csv": long([2016, 2015], column="year")})
    assert {name: wave["where"]["year"] for name, wave in made.toml["waves"].items()} == {"pre": "2015", "post": "2016"}


def test_words_of_time_are_put_in_order(draft_of):
    made = draft_of({"all.csv": long(["follow-up", "post", "baseline"], column="wave")})
    assert [wave["where"]["wave"] for wave in made.toml["waves"].values()] == ["baseline", "post", "follow-up"]
    assert "order" not in made.checks


def test_unknown_words_are_to_be_put_in_order(draft_of):
    made = draft_of({"all.csv": long(["harvest", "sowing"], column="occasion")})
    assert [wave["where"]["occasion"] for wave in made.toml["waves"].values()] == ["harvest", "sowing"]
    assert "the order of these waves in time" in made.checks


def test_anonymous_waves_as_rows(draft_of):
    rows = [(moment, *answers(2, start=place)) for place in range(20) for moment in ("pre", "post")]
    made = draft_of({"all.csv": sheet(["time", "m1", "m2"], rows)})
    assert [wave["where"] for wave in made.toml["waves"].values()] == [{"time": "pre"}, {"time": "post"}]
    assert made.toml["link"]["method"] == "none"


def test_events_of_several_arms_are_one_wave(draft_of):
    rows = [
        (code, f"{event}_arm_{1 + place % 2}", *answers(2, start=place))
        for event in ("baseline", "final")
        for place, code in enumerate(codes(10))
    ]
    made = draft_of({"all.csv": sheet(["record_id", "redcap_event_name", "m1", "m2"], rows)})
    assert made.toml["waves"]["pre"]["where"] == {"redcap_event_name": ["baseline_arm_1", "baseline_arm_2"]}
    assert made.toml["waves"]["pre"]["format"] == "redcap"
    assert made.people() == 10


def test_an_occasion_that_one_person_wrote_is_not_quoted(draft_of):
    text = long(["before", "after"]) + "zz9z,I was ill at the time,1,2\n"
    made = draft_of({"all.csv": text})
    assert "ill" not in made.draft.study
    assert "are in no wave (1 in all)" in made.checks


def test_times_of_day_are_no_occasions(draft_of):
    rows = [
        (code, f"2025-01-{1 + place:02} 10:{place:02}", 1 + place % 5, 2) for place, code in enumerate(codes(15) * 2)
    ]
    made = draft_of({"all.csv": sheet(["id", "time", "m1", "m2"], rows)})
    assert "where" not in made.toml["waves"]["pre"]


def test_waves_side_by_side(draft_of):
    columns = ["Q1Pre: I speak", "Q1Post: I speak", "Q2Pre: I ask", "Q2Post: I ask", "age"]
    rows = list(zip(*(answers(30, start=place) for place in range(4)), range(30, 60), strict=True))
    made = draft_of({"wide.csv": sheet(columns, rows)})
    assert [wave["file"] for wave in made.toml["waves"].values()] == ["wide.csv", "wide.csv"]
    assert (made.items["Q1"]["pre"], made.items["Q1"]["post"]) == ("Q1Pre: I speak", "Q1Post: I speak")
    assert made.items["Q1"]["label"] == "I speak"
    assert made.toml["columns"]["person"] == "#row"
    assert made.errors() == []
    assert made.people() == 30


@pytest.mark.parametrize(
    "pattern",
    ["{moment}_q{number}", "q{number}_{moment}", "I like thing {number} ({moment})", "{moment}: I like {number}"],
)
def test_where_the_moment_may_stand_in_a_name(draft_of, pattern):
    columns = [pattern.format(moment=moment, number=number) for number in (1, 2) for moment in ("pre", "post")]
    rows = list(zip(*(answers(30, start=place) for place in range(4)), strict=True))
    made = draft_of(
        {"wide.csv": sheet(["code", *columns], [(code, *row) for code, row in zip(codes(30), rows, strict=True)])}
    )
    assert [(item["pre"], item["post"]) for item in made.items.values()] == [tuple(columns[:2]), tuple(columns[2:])]
    assert made.toml["columns"]["person"] == "code"


def test_compost_is_no_moment(draft_of):
    columns = [f"{word}{number}" for word in ("com", "compost") for number in (1, 2)]
    made = draft_of({"a.csv": survey(columns)})
    assert list(made.toml["waves"]) == ["pre"]
    assert set(made.items) == set(columns)


def test_further_files_beside_a_long_one_are_said(draft_of):
    made = draft_of({"all.csv": long([0, 1]), "more.csv": survey()})
    assert "more.csv: not used in this draft" in made.checks
    assert made.draft.files.set_index("file").loc["more.csv", "waves"] == "not used"


def test_previews_are_left_out(draft_of):
    header = ["Status", "code", "q_1", "q_2"]
    ids = ['{"ImportId":"status"}', '{"ImportId":"QID1"}', '{"ImportId":"QID2"}', '{"ImportId":"QID3"}']
    rows = [
        ("IP Address" if place else "Survey Preview", code, *answers(2, start=place))
        for place, code in enumerate(codes(20))
    ]
    made = draft_of({"a.csv": sheet(header, [("Response Type", "Code", "One", "Two"), ids, *rows])})
    assert made.toml["waves"]["pre"]["where"] == {"Status": "IP Address"}
    assert made.people() == 19


@pytest.mark.parametrize("kept", [("IP Address", "Imported"), ("0", "16"), ("EX", "Offline")])
@pytest.mark.parametrize("left", ["Survey Preview", "Survey Preview Spam", "2", "17", "EX Spam"])
def test_only_previews_tests_and_spam_are_left_out(draft_of, kept, left):
    header = ["Status", "code", "q_1", "q_2"]
    ids = [f'{{"ImportId":"QID{place}"}}' for place in range(4)]
    statuses = [left, *(kept[place % 2] for place in range(19))]
    rows = [(status, code, *answers(2, start=place))
            for place, (status, code) in enumerate(zip(statuses, codes(20), strict=True))]  # fmt: skip
    made = draft_of({"a.csv": sheet(header, [("Response Type", "Code", "One", "Two"), ids, *rows])})
    assert made.toml["waves"]["pre"]["where"] == {"Status": sorted(kept)}
    assert made.people() == 19


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "entries", "doubt"),
    [("Erhebung", ["vorher", "nachher"], False), ("X7", ["T1", "T2", "T3"], False), ("Form", ["blue", "green"], True)],
)
def test_a_column_of_any_name_is_found_by_people_who_return(draft_of, column, entries, doubt):
    made = draft_of({"all.csv": long(entries, column=column)})
    assert [wave["where"][column] for wave in made.toml["waves"].values()] == entries
    assert f"whether {column!r} says which wave a row belongs to" in made.checks
    assert ("the order of these waves in time" in made.checks) == doubt
    assert made.toml["columns"]["person"] == "id"
    assert made.people() == 12
    assert made.errors() == []


def test_of_several_such_columns_the_one_that_mentions_moments_is_taken(draft_of):
    rows = [
        (code, mark, moment, *answers(2, start=place))
        for mark, moment in (("blue", "vorher"), ("green", "nachher"))
        for place, code in enumerate(codes(12))
    ]
    made = draft_of({"all.csv": sheet(["id", "Form", "Erhebung", "m1", "m2"], rows)})
    assert [wave["where"] for wave in made.toml["waves"].values()] == [{"Erhebung": "vorher"}, {"Erhebung": "nachher"}]
    assert "so does 'Form'" in made.checks


@pytest.mark.parametrize(("column", "again"), [("role", False), ("Form", True)])
def test_a_fact_or_a_column_that_does_not_separate_is_no_occasion(draft_of, column, again):
    rows = [
        (code, mark, *answers(2, start=place)) for mark in ("leader", "mentor") for place, code in enumerate(codes(12))
    ]
    rows += [(codes(1)[0], "leader", 1, 2)] * again  # one person has two rows with the same entry
    made = draft_of({"all.csv": sheet(["id", column, "m1", "m2"], rows)})
    assert "where" not in made.toml["waves"]["pre"]


def test_answers_of_people_who_return_are_no_occasions(draft_of):
    rows = [(code, *answers(3, start=7 * place + wave)) for wave in range(2) for place, code in enumerate(codes(20))]
    made = draft_of({"all.csv": sheet(["id", "m1", "m2", "m3"], rows)})
    assert list(made.toml["waves"]) == ["pre"]
