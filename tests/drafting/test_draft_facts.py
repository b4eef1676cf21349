"""Cohort, role, arm, dyad, consent and dates are found by name, question and content."""

import pytest
from drafted_exports import survey

N = 30


def fact(*entries):
    return [entries[place % len(entries)] for place in range(N)]


def drafted(draft_of, **columns):
    return draft_of({"pre.csv": survey(**columns), "post.csv": survey(start=1, **columns)})


def test_cohort_and_dyad(draft_of):
    made = drafted(draft_of, Cohort=fact("spring", "autumn"), pair_no=[f"P{place // 2}" for place in range(N)])
    assert made.toml["columns"] == {"person": "code", "cohort": "Cohort", "dyad": "pair_no"}
    assert (made.checks, made.errors()) == ("", [])


def test_roles_that_are_clear_are_recoded(draft_of):
    made = drafted(draft_of, role=fact("Senior leader", "Junior mentor"))
    assert made.toml["values"]["role"] == {"leader": ["Senior leader"], "mentor": ["Junior mentor"]}
    assert made.checks == ""


def test_roles_that_are_not_clear_are_to_be_checked(draft_of):
    made = drafted(draft_of, role=fact("Senior mentor", "Other"))
    assert "values" not in made.toml
    assert "role: which entry is the senior person" in made.checks
    assert made.errors() == []


def test_our_own_words_need_no_check(draft_of):
    assert drafted(draft_of, role=fact("leader", "Mentor")).checks == ""


@pytest.mark.parametrize("word", ["Control", "CNTL", "wait-list", "Waiting list", "placebo", "Kontrollgruppe"])
def test_the_comparison_is_known_by_its_word(draft_of, word):
    made = drafted(draft_of, group=fact("MA", word))
    assert made.toml["values"]["arm"] == {"programme": ["MA"], "comparison": [word]}
    assert made.toml["design"] == {"comparison": "comparison", "assignment": "self-selected"}
    assert "arm: which group had the programme" in made.checks
    assert made.errors() == []


def test_arms_without_a_known_word_are_to_be_checked(draft_of):
    made = drafted(draft_of, condition=fact("1", "2", "3"))
    assert made.toml["columns"]["arm"] == "condition"
    assert "design" not in made.toml
    assert "which group is the one without the programme" in made.checks
    assert made.errors() == []


def test_what_was_assigned_is_told_from_where_arms_do_not_mix(draft_of):
    classes = [f"class {place % 6}" for place in range(N)]
    made = drafted(draft_of, group=["Control" if place % 6 < 3 else "MA" for place in range(N)], class_num=classes)
    assert made.toml["attributes"] == {"class_num": "class_num"}
    assert made.toml["design"]["unit"] == "class_num"
    assert made.errors() == []


def test_consent_is_recoded_where_its_word_is_known(draft_of):
    made = drafted(draft_of, consent=["No" if place == 4 else "I agree" for place in range(N)])
    assert made.toml["values"]["consent"] == {"yes": ["I agree"]}
    assert made.people() == N - 1


def test_consent_without_a_known_yes_drops_nobody(draft_of):
    made = drafted(draft_of, consent=fact("option A", "option B"))
    assert "consent" not in made.toml["columns"]
    assert "consent: consent may hold it" in made.checks
    assert made.people() == N


def test_dates_are_taken_if_they_can_be_read(draft_of):
    made = drafted(draft_of, EndDate=fact("2025-03-01 10:00"), RecordedDate=fact("2025-03-01 10:05"))
    assert made.toml["columns"]["submitted"] == "RecordedDate"


def test_a_format_of_dates_is_found_and_to_be_checked(draft_of):
    made = drafted(draft_of, submitted=fact("25/03/2025 10:00", "01/03/2025 11:30"))
    assert made.toml["waves"]["pre"]["date_format"] == "%d/%m/%Y %H:%M"
    assert "whether day and month" in made.checks
    assert made.errors() == []


def test_dates_that_cannot_be_read_are_left_out(draft_of):
    assert "submitted" not in drafted(draft_of, submitted=fact("last spring")).toml["columns"]


def test_opinions_about_a_role_are_no_roles(draft_of):
    agreed = fact("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
    made = drafted(draft_of, **{"What is more, my role in the programme is clear": agreed, "group": agreed})
    assert made.toml["columns"] == {"person": "code"}
    assert len(made.items) == 5


def test_facts_are_told_by_their_questions(draft_of):
    columns = {
        "When did your cohort start?": fact("2024", "2025"),
        "Your part in the programme": fact("Leader", "Mentor"),
    }
    made = drafted(draft_of, **columns)
    assert made.toml["columns"] == dict(zip(("person", "cohort", "role"), ("code", *columns), strict=True))


def test_a_fact_of_one_wave_names_the_wave(draft_of):
    made = draft_of({"pre.csv": survey(cohort=fact("a", "b")), "post.csv": survey(start=1)})
    assert made.toml["columns"]["cohort"] == {"pre": "cohort"}
    assert made.errors() == []


def test_attributes_are_proposed_in_comments(draft_of):
    made = drafted(draft_of, Gender=fact("female", "male"), age=[str(20 + place % 9) for place in range(N)])
    assert '# Gender = "Gender"' in made.draft.study
    assert "attributes" not in made.toml
    assert set(made.items) == {"q_1", "q_2", "q_3"}


def test_rare_entries_of_a_fact_are_not_quoted(draft_of):
    made = drafted(
        draft_of, group=["my own Control group" if place == 7 else ("MA", "Control")[place % 2] for place in range(N)]
    )
    assert "my own" not in made.draft.study


def test_consent_is_judged_wave_by_wave(draft_of):
    given = {"pre.csv": ("I agree", "No"), "post.csv": ("Yes", "No")}
    made = draft_of({name: survey(consent=list(words) * 15) for name, words in given.items()})
    # a wave that says yes in other words would otherwise lose all its rows
    assert made.toml["values"]["consent"] == {"yes": ["Yes", "I agree"]}
    assert made.errors() == []


def test_a_wave_without_a_known_yes_keeps_its_rows_and_is_marked(draft_of):
    given = {"pre.csv": ("I agree", "No"), "post.csv": ("option A", "option B")}
    made = draft_of({name: survey(consent=list(words) * 15) for name, words in given.items()})
    assert made.toml["columns"]["consent"] == {"pre": "consent"}
    assert "in some wave no entry is known to mean yes, so all its rows are kept" in made.checks


@pytest.mark.parametrize(("name", "fact_name"), [
    ("Cohorte", "cohort"), ("Rôle", "role"), ("Groupe", "arm"), ("Grupo", "arm"), ("Consentement", "consent"),
])  # fmt: skip
def test_facts_have_french_and_spanish_names(draft_of, name, fact_name):
    entries = {"role": ("leader", "mentor"), "consent": ("yes", "no"), "arm": ("MA", "Control")}
    made = drafted(draft_of, **{name: fact(*entries.get(fact_name, ("printemps", "automne")))})
    assert made.toml["columns"][fact_name] == name


@pytest.mark.parametrize("form", ["{}", "{},5", "{}.25"])
def test_an_age_is_no_outcome_however_many_there_are(draft_of, form):
    made = drafted(draft_of, Alter=[form.format(20 + place) for place in range(N)])
    assert set(made.items) == {"q_1", "q_2", "q_3"}
    assert '# Alter = "Alter"' in made.draft.study
