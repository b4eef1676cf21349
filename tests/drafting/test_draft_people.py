"""The column of people's codes is found, and said where it is not certain."""

import pytest
from drafted_exports import answers, codes, sheet, survey


def with_codes(name, entries, *, start=0):
    rows = [(code, *answers(2, start=place + start)) for place, code in enumerate(entries)]
    return sheet([name, "q_1", "q_2"], rows)


def test_a_code_that_is_met_again_is_certain(draft_of):
    made = draft_of({"pre.csv": survey(), "post.csv": survey(start=1)})
    assert made.toml["columns"] == {"person": "code"}
    assert made.toml["link"] == {"method": "exact"}
    assert made.checks == ""
    assert (made.errors(), made.people()) == ([], 30)


def test_an_id_is_to_be_checked(draft_of):
    made = draft_of({"pre.csv": with_codes("ID", codes(20)), "post.csv": with_codes("ID", codes(20, 4))})
    assert made.toml["columns"]["person"] == "ID"
    assert "person: whether this column holds each person's code" in made.checks


def test_numbers_of_rows_link_nobody(draft_of):
    made = draft_of({name: with_codes("ID", range(1, 21)) for name in ("pre.csv", "post.csv")})
    assert "columns" not in made.toml
    assert made.toml["link"]["method"] == "none"
    assert "Candidates: ID" in made.checks
    assert made.errors() == []


def test_a_participant_number_that_counts_rows_is_to_be_checked(draft_of):
    made = draft_of({name: with_codes("Participant", range(1, 21)) for name in ("pre.csv", "post.csv")})
    assert made.toml["columns"]["person"] == "Participant"
    assert "it counts 1, 2, 3" in made.checks


def test_columns_of_other_names(draft_of):
    made = draft_of({"pre.csv": with_codes("Your code", codes(20)), "post.csv": with_codes("Codewort", codes(20, 3))})
    assert made.toml["columns"]["person"] == {"pre": "Your code", "post": "Codewort"}
    assert made.errors() == []


def test_no_code_at_all(draft_of):
    made = draft_of(
        {name: sheet(["q_1", "q_2"], [answers(2, start=n) for n in range(30)]) for name in ("a.csv", "b.csv")}
    )
    assert made.toml["link"] == {"method": "none"}
    assert made.checks == ""
    assert made.errors() == []


def test_codes_of_other_people_link_nobody(draft_of):
    made = draft_of({"pre.csv": with_codes("code", codes(20)), "post.csv": with_codes("code", codes(20, 50))})
    assert made.toml["link"]["method"] == "none"
    assert "values that occur in another" in made.checks


def test_codes_typed_twice_are_near(draft_of):
    typed = [*codes(17), "ab17y", "ab1x8", "zz99"]  # one letter, two letters swapped, somebody else
    made = draft_of({"pre.csv": with_codes("code", codes(20)), "post.csv": with_codes("code", typed)})
    assert "2 more codes occur again except for one character" in made.checks
    assert '# method = "code"' in made.draft.study


def test_a_code_given_twice_is_to_be_decided(draft_of):
    made = draft_of({"pre.csv": with_codes("code", [*codes(20), "ab03x"]), "post.csv": with_codes("code", codes(20))})
    assert made.toml["waves"]["pre"]["duplicates"] == "last"
    assert "duplicates" not in made.toml["waves"]["post"]
    assert "1 code occurs in more than one row" in made.checks
    assert made.errors() == []


def test_a_code_need_be_unique_in_its_cohort_only(draft_of):
    rows = [
        (code, cohort, *answers(2, start=place))
        for cohort in ("spring", "autumn")
        for place, code in enumerate(codes(15))
    ]
    text = sheet(["code", "cohort", "q_1", "q_2"], rows)
    made = draft_of({"pre.csv": text, "post.csv": text})
    assert made.toml["columns"] == {"person": "code", "cohort": "cohort"}
    assert (made.checks, made.people()) == ("", 30)


def test_the_best_of_several_is_taken_and_the_others_are_told(draft_of):
    rows = [
        (f"k{place}", code, f"x{place}@example.org", *answers(2, start=place)) for place, code in enumerate(codes(20))
    ]
    text = sheet(["token", "code", "RecipientEmail", "q_1", "q_2"], rows)
    made = draft_of({"pre.csv": text, "post.csv": text})
    assert made.toml["columns"]["person"] in ("token", "code")
    assert "Equally good candidates" in made.checks
    assert "RecipientEmail" in made.draft.study
    assert "example.org" not in made.draft.study + made.draft.codebook


def test_measurements_are_no_codes(draft_of):
    rows = [(f"{place}.5", *answers(2, start=place)) for place in range(20)]
    made = draft_of({name: sheet(["id", "q_1", "q_2"], rows) for name in ("a.csv", "b.csv")})
    assert made.toml["link"]["method"] == "none"


@pytest.mark.parametrize("name", ["Teilnehmercode", "Teilnehmernummer", "Probandencode", "VP-Nr"])
def test_codes_that_nobody_shares_are_no_outcome_and_are_told(draft_of, name):
    later = [f"{number}.0" for number in range(2000, 2020)]
    made = draft_of({"pre.csv": with_codes(name, range(2000, 2020)), "post.csv": with_codes(name, later)})
    assert name not in made.items
    assert f"Candidates: {name}" in made.checks


def test_answers_as_rows_of_respondents_in_rounds(draft_of):
    rows = [(code, moment, f"Thing {item}", answers(1, start=place + item + len(moment))[0])
            for moment in ("Round one", "Round two") for place, code in enumerate(codes(20))
            for item in range(3)]  # fmt: skip
    made = draft_of({"all.csv": sheet(["Respondent", "Round", "Question", "Answer"], rows)})
    assert [wave["where"] for wave in made.toml["waves"].values()] == [{"Round": "Round one"}, {"Round": "Round two"}]
    assert (made.errors(), made.people()) == ([], 20)
