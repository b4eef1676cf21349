"""Questionnaires from study files: what is asked of whom, in which words, and what is told where something lacks."""

import pytest

import rm_research as rm
from rm_research.errors import SelectionError, StudyFileError
from rm_research.questionnaires.build import build_forms

BASE = """
title = "A small study"
{top}
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
{columns}
[scales.mood]
{scale}
{more}
"""
CODEBOOK = "item,scale,low,high,question\nm1,mood,1,5,I am glad.\nm2,mood,1,5,I laugh.\n"


@pytest.fixture
def study(write_study):
    def read(*, more="", columns="", scale="", top="", codebook=CODEBOOK, toml=BASE):
        text = toml.format(more=more, columns=columns, scale=scale, top=top)
        return rm.read_study(write_study(toml=text, codebook=codebook))

    return read


@pytest.fixture
def lacks(study):
    def read(**how):
        with pytest.raises(StudyFileError) as caught:
            build_forms(study(**how))
        return caught.value.problems

    return read


def names(form):
    return [question.name for question in form.questions]


def one(form, name):
    return next(question for question in form.questions if question.name == name)


def test_each_wave_is_asked_its_items_after_the_code(study):
    pre, post = build_forms(
        study(codebook="item,scale,low,high,question,pre\nm1,mood,1,5,Glad?,\nm2,mood,1,5,Ha?,Q7\n")
    )
    assert (pre.name, post.name) == ("pre", "post")
    assert names(pre) == ["code", "m1", "Q7"]
    assert names(post) == ["code", "m1", "m2"]
    assert one(pre, "m1").options == tuple((str(n), str(n)) for n in range(1, 6))
    assert one(pre, "code").text == "Please enter your code."


def test_what_a_wave_does_not_ask_is_left_out(study):
    codebook = "item,scale,low,high,question,pre\nm1,mood,1,5,Glad?,\nm2,,1,5,Ha?,-\n"
    assert names(build_forms(study(codebook=codebook))[0]) == ["code", "m1"]


def test_a_survey_without_any_question_is_told(lacks):
    (problem,) = lacks(codebook="item,scale,low,high,question,pre\nm1,mood,1,5,Glad?,-\nm2,,1,5,Ha?,-\n")
    assert "codebook.csv: pre: the survey for pre.csv has no question" in problem


def test_only_one_wave_may_be_wanted(study):
    assert [form.name for form in build_forms(study(), "post")] == ["post"]
    with pytest.raises(SelectionError, match="There is no wave 'pst'; did you mean 'post'"):
        build_forms(study(), "pst")


def test_unlinked_waves_ask_for_no_code(study):
    forms = build_forms(study(more='[link]\nmethod = "none"', columns='submitted = "when"'))
    assert names(forms[0]) == ["m1", "m2"]


def test_printed_answers_are_those_of_the_table(study):
    codebook = "item,scale,low,high,answers,question\nm1,mood,0,2,often,Glad?\nm2,mood,0,2,often,Ha?\n"
    labels = '[answers.often]\nOften = 2\nNever = 0\n"2" = 2\n"0" = 0\n"1" = 1\nRarely = 1\n'
    form = build_forms(study(codebook=codebook, more=labels))[0]
    assert one(form, "m1").options == (("0", "Never"), ("1", "Rarely"), ("2", "Often"))


def test_a_label_that_is_a_number_keeps_it_as_its_code(study):
    """Its worth would be read as another label."""
    codebook = "item,scale,low,high,answers,question\nm1,mood,0,2,points,Glad?\nm2,mood,0,2,points,Ha?\n"
    form = build_forms(study(codebook=codebook, more='[answers.points]\n"1" = 0\n"2" = 1\n"3" = 2\n'))[0]
    assert one(form, "m1").options == (("1", "1"), ("2", "2"), ("3", "3"))


def test_a_code_that_is_another_answers_entry_is_told(lacks):
    codebook = "item,scale,low,high,answers,question\nm1,mood,0,2,mixed,Glad?\nm2,mood,0,2,mixed,Ha?\n"
    (problem,) = lacks(codebook=codebook, more='[answers.mixed]\n"1" = 0\nSome = 1\nMuch = 2\n')
    assert "answers.mixed: 1 would be the code of one answer and is the entry of another" in problem


@pytest.mark.parametrize(
    ("kind", "cells", "expected"), [("text", ",", "text"), ("choice", ",", "line"), ("number", "0,100", "line")]
)
def test_other_items_are_written(study, kind, cells, expected):
    codebook = CODEBOOK.replace("question", "kind,question").replace("5,I", "5,,I") + f"extra,,{cells},{kind},Why?\n"
    assert one(build_forms(study(codebook=codebook))[0], "extra").kind == expected


def test_cohort_role_and_attributes_are_asked(study):
    form = build_forms(study(
        columns='cohort = "group"\nrole = "part"\n[attributes]\ngrade = "Grade"',
        more='[values.role]\nleader = ["I am mentored", "7"]\nmentor = ["I mentor"]\n'
             '[values.grade]\nlow = []\nhigh = []\n'
             '[reporting]\ncohorts = ["A", "B"]\n[questionnaire.ask]\nGrade = "Which grade?"',
    ))[0]  # fmt: skip
    assert names(form)[:4] == ["code", "group", "part", "Grade"]
    assert one(form, "group").options == (("1", "A"), ("2", "B"))
    assert one(form, "part").options == (("7", "I am mentored"), ("1", "I mentor"))
    assert one(form, "Grade").options == (("1", "low"), ("2", "high"))


def test_a_roster_may_have_what_is_not_asked(study, lacks):
    how = {"columns": '[attributes]\ngrade = "Grade"'}
    assert "questionnaire.ask: says nothing of column 'Grade' (grade)" in lacks(**how)[0]
    form = build_forms(study(**how, more='[roster]\nfile = "roster.csv"'))[0]
    assert "Grade" not in names(form)


def test_what_an_export_sets_is_not_asked(study):
    toml = BASE.replace('file = "pre.csv"\n', 'file = "pre.csv"\nset = {{ cohort = "A", role = "r", grade = "low" }}\n')
    columns = 'cohort = "group"\nrole = "part"\n[attributes]\ngrade = "Grade"'
    more = '[values.role]\nr = []\n[questionnaire.ask]\nGrade = "Which?"'
    pre, post = build_forms(study(toml=toml, columns=columns, more=more))
    assert names(pre) == ["code", "m1", "m2"]
    assert names(post) == ["code", "group", "part", "Grade", "m1", "m2"]


def test_a_scale_for_one_role_is_shown_to_it_alone(study):
    form = build_forms(study(
        columns='role = "part"', scale='roles = ["mentor"]', more='[values.role]\nleader = ["L"]\nmentor = ["M"]',
    ))[0]  # fmt: skip
    block = form.blocks[-1]
    assert (block.roles, form.role_codes(block), form.only_for(block)) == (("mentor",), ["2"], ["M"])
    assert form.role_codes(form.blocks[0]) == []


def test_a_role_of_an_export_is_not_asked_and_has_its_own_words(study):
    codebook = "item,scale,low,high,question,question@mentor\nm1,mood,1,5,Glad?,Glad to teach?\nm2,mood,1,5,Ha?,\n"
    toml = BASE.replace('file = "pre.csv"\n',
                        'sources = [{{ name = "L", file = "a.csv", set = {{ role = "leader" }} }}, '
                        '{{ name = "M", file = "b.csv", set = {{ role = "mentor" }} }}]\n')  # fmt: skip
    leaders, mentors, _ = forms = build_forms(study(toml=toml, codebook=codebook))
    assert [form.name for form in forms] == ["pre-l", "pre-m", "post"]
    assert (one(leaders, "m1").text, one(mentors, "m1").text) == ("Glad?", "Glad to teach?")
    assert one(mentors, "m2").text == "Ha?"
    assert leaders.role is None


def test_one_export_cannot_ask_roles_different_questions(lacks):
    codebook = "item,scale,low,high,question,question@mentor\nm1,mood,1,5,Glad?,Glad to teach?\nm2,mood,1,5,Ha?,\n"
    (problem,) = lacks(codebook=codebook, columns='role = "part"', more="[values.role]\nleader = []\nmentor = []")
    assert "row 2: item 'm1' asks leader and mentor different questions, which one column cannot hold" in problem


def test_a_question_for_an_unknown_role_is_told(lacks):
    codebook = CODEBOOK.replace("question\n", "question,question@mentr\n").replace("glad.", "glad.,Glad?")
    (problem,) = lacks(codebook=codebook, columns='role = "part"', more="[values.role]\nleader = []\nmentor = []")
    assert "column 'question@mentr' is for a role that study.toml lacks; did you mean 'mentor'?" in problem


def test_items_without_a_question_are_one_error(lacks):
    (problem,) = lacks(codebook="item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\n")
    assert problem == "codebook.csv: m1, m2 have no question; write what is asked under question"


NEVER = '[answers.often]\nNever = 0\n"1" = 1\n"2" = 2\n"3" = 3\n"4" = 4\n"5" = 5\nAlways = 6\n'


def licensed(*, answers, question="As licensed"):
    return "item,scale,of,answers,question\n" + "".join(f"e{n},mood,{n},{answers},{question}\n" for n in (1, 2, 3))


def test_items_of_licensed_instruments_are_one_error_that_lists_them(lacks):
    codebook = "item,scale,of\n" + "".join(f"e{n},mood,{n}\n" for n in range(1, 4))
    codebook += "".join(f"s{n},safe,{n}\n" for n in range(1, 8))
    more = '[scales.safe]\ninstrument = "psychological-safety"'
    wording, answers = lacks(codebook=codebook, scale='instrument = "uwes-3"', more=more)
    assert "their wording is not ours to give" in wording
    assert "uwes-3: e1, e2, e3 (permission: needed unless for research; Schaufeli" in wording
    assert "psychological-safety: s1, s2, s3, s4, s5, s6, s7 (permission: ask first" in wording
    assert "the answers of mood (uwes-3), safe (psychological-safety) have no words" in answers


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ("", ""),
        ("often", NEVER.replace("Never", '"0"')),
        ("often", NEVER.replace("Always", '"6"')),
        ("often", "[answers.often]\nNever = 0\nAlways = 6\n"),  # a choice of two is another instrument
    ],
)
def test_licensed_instruments_are_not_asked_with_bare_numbers(lacks, answers, more):
    (problem,) = lacks(codebook=licensed(answers=answers), scale='instrument = "uwes-3"', more=more)
    assert "the answers of mood (uwes-3) have no words" in problem


def test_a_licensed_instrument_is_written_with_the_owners_wording(study):
    form = build_forms(study(codebook=licensed(answers="often"), scale='instrument = "uwes-3"', more=NEVER))[0]
    assert one(form, "e1").options == (("0", "Never"), *((str(n), str(n)) for n in range(1, 6)), ("6", "Always"))
    assert form.blocks[-1].lead == ""


def test_the_open_set_brings_its_wording_and_says_what_numbers_mean(study):
    codebook = "item,scale,of\n" + "".join(f"g{n},mood,{n}\n" for n in range(1, 5))
    scale = 'instrument = "open-goals"'
    form = build_forms(study(codebook=codebook, scale=scale))[0]
    assert one(form, "g4").text == "We are getting closer to our goals."
    assert form.blocks[-1].lead == "How far do you agree? From 1 (Strongly disagree) to 5 (Strongly agree)."
    german = build_forms(study(codebook=codebook, scale=scale, more='[reporting]\nlanguage = "de"'))[0]
    assert one(german, "g4").text == "Wir kommen unseren Zielen näher."


def test_a_scale_worded_by_role_needs_roles(lacks):
    codebook = "item,scale,of\n" + "".join(f"l{n},mood,{n}\n" for n in range(1, 5))
    (problem,) = lacks(codebook=codebook, scale='instrument = "open-learning"')
    assert "l1, l2, l3, l4 of open-learning are worded for leader and mentor; say who has which role" in problem


def test_one_export_of_both_roles_asks_the_open_set_in_words_for_everybody(study, lacks):
    codebook = "item,scale,of\n" + "".join(f"g{n},mood,{n}\n" for n in range(1, 5))
    how = {"codebook": codebook, "scale": 'instrument = "open-goals"', "columns": 'role = "part"'}
    roles = "[values.role]\nleader = []\nmentor = []\n"
    form = build_forms(study(**how, more=roles))[0]
    assert one(form, "g2").text == "I know what the other person hopes to gain from our meetings."
    valued = {**how, "scale": 'instrument = "open-valued"'}
    assert "different questions" in lacks(**valued, more=f"{roles}[questionnaire]\nstudents = true")[0]


def test_a_role_may_have_texts_of_its_own(study, lacks):
    toml = BASE.replace('file = "pre.csv"\n',
                        'sources = [{{ name = "L", file = "a.csv", set = {{ role = "leader" }} }}, '
                        '{{ name = "M", file = "b.csv", set = {{ role = "mentor" }} }}]\n')  # fmt: skip
    more = '[questionnaire]\nintro = "Hello."\nthanks = "Thank you."\n[questionnaire.ask]\ncode = "Your code?"\n'
    more += '[questionnaire.roles.mentor]\nintro = "Hi."\n[questionnaire.roles.mentor.ask]\ncode = "Code?"\n'
    leaders, mentors, _ = build_forms(study(toml=toml, more=more))
    assert (leaders.intro, leaders.thanks, one(leaders, "code").text) == ("Hello.", "Thank you.", "Your code?")
    assert (mentors.intro, mentors.thanks, one(mentors, "code").text) == ("Hi.", "Thank you.", "Code?")
    (problem,) = lacks(toml=toml, more=more.replace("roles.mentor", "roles.mentr"))
    assert "questionnaire.roles.mentr is for a role that study.toml lacks; did you mean 'mentor'?" in problem


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"more": '[questionnaire]\nconsent = "Agree?"'}, "no column holds the answer; write consent"),
        ({"columns": 'consent = "ok"'}, "questionnaire.consent: is missing, but [columns] has consent"),
        ({"columns": 'consent = "ok"', "more": '[questionnaire]\nconsent = "?"'}, '"Yes, I agree" does not mean yes'),
        ({"columns": 'role = "part"'}, "values.role: nothing says which roles there are"),
    ],
)
def test_what_lacks_is_told(lacks, how, said):
    assert any(said in problem for problem in lacks(**how))


def test_consent_is_printed_in_words_that_mean_yes(study):
    form = build_forms(study(
        columns='consent = "ok"', more='[values.consent]\nyes = ["Sure"]\n[questionnaire]\nconsent = "May we?"'
    ))[0]  # fmt: skip
    assert form.consent.options == (("1", "Sure"), ("2", "No, I do not agree"))
    assert form.consent.required
    assert names(form)[0] == "ok"


def test_the_parts_of_a_code_are_asked_one_by_one(study, lacks):
    toml = BASE.replace('person = "code"', 'person = ["mother", "day"]')
    assert len(lacks(toml=toml)) == 2
    ask = '[questionnaire.ask]\nmother = "Her first name?"\nday = "Your day?"'
    form = build_forms(study(toml=toml, more=ask))[0]
    assert names(form)[:2] == ["mother", "day"]
    assert form.blocks[0].lead.startswith("The following questions make up your code.")


def test_nothing_is_written_while_a_mark_is_open(lacks):
    assert "is still marked CHECK: the range" in lacks(top="# CHECK [ ] the range.")[0]
