"""Known ladders keep their order however their answers come; unknown ladders are never numbered."""

import re
import tempfile
from pathlib import Path

import pytest
from drafted_exports import answers, codes, sheet, survey
from drafted_questions import OFTEN, answered, question, worded
from hypothesis import assume, given
from hypothesis import strategies as st
from properties import examples

from rm_research.checks import check_study
from rm_research.drafting import draft_study, write_draft
from rm_research.drafting.answers import CODED, judge, judge_all
from rm_research.drafting.families import LANGUAGES, VOCABULARIES, is_known, parted, said
from rm_research.drafting.sets import find_sets
from rm_research.drafting.words import BLANK_WORDS
from rm_research.study.entries import tidy_text
from rm_research.study.folding import fold

LADDERS = [(one, ladder) for one in VOCABULARIES for ladder in one.ladders]


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.name)
def test_every_kind_of_answers_is_known_in_every_language_and_says_whose_it_is(vocabulary):
    assert {ladder.language for ladder in vocabulary.ladders} == {*LANGUAGES}
    assert all(ladder.source for ladder in vocabulary.ladders)


def test_the_libraries_of_all_tools_are_there():
    sources = " ".join(ladder.source for _, ladder in LADDERS)
    assert all(
        tool in sources for tool in ("Qualtrics", "SurveyMonkey", "Microsoft Forms", "Google Forms", "LimeSurvey")
    )


@examples(100)
@given(drawn=st.data(), known=st.sampled_from(LADDERS))
def test_order_of_appearance_changes_nothing_about_a_known_ladder(drawn, known):
    vocabulary, ladder = known
    wordings = [drawn.draw(st.sampled_from(ways)) for ways in ladder.answers.values()]
    met = drawn.draw(st.permutations(wordings))
    case = drawn.draw(st.sampled_from([str, str.upper, str.lower]))
    found = worded([case(word) for word in met])
    expected = {said(word): number for number, word in enumerate(wordings, start=vocabulary.first)}
    assert {said(label): number for label, number in found.labels.items()} == expected
    assert found.doubt == ""


@examples(20)
@given(drawn=st.data(), known=st.sampled_from([pair for pair in LADDERS if len(pair[1].answers) > 3]))
def test_an_answer_nobody_gave_is_said_in_the_language_of_the_others(drawn, known):
    _, ladder = known
    usual = [ways[0] for ways in ladder.answers.values()]
    absent = drawn.draw(st.sampled_from(usual))
    met = [word for word in usual if word != absent]
    found = worded(met)
    assert found.doubt or len(met) in {len(one.answers) for _, one in LADDERS}
    in_language = {said(way) for _, one in LADDERS if one.language == ladder.language
                   for ways in one.answers.values() for way in ways}  # fmt: skip
    assert {said(word) for word in found.labels} <= in_language


WORDS = st.text(alphabet="bcdfghjklmnprstvwxz", min_size=4, max_size=10)
UNKNOWN = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), min_size=3, max_size=7, unique=True)


@examples(4)
@given(labels=UNKNOWN)
def test_a_ladder_nobody_knows_is_never_numbered_and_check_says_what_to_do(labels):
    assume(not any(is_known(one) or parted(one) or CODED.fullmatch(one) or tidy_text(one) in BLANK_WORDS
                   for one in labels))  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for wave, start in (("pre", 0), ("post", 1)):
            text = survey(["pace_1", "pace_2"], values=labels, people=6 * len(labels), start=start)
            (folder / f"{wave}.csv").write_text(text, encoding="utf-8")
        draft = draft_study(folder, [folder / "pre.csv", folder / "post.csv"])
        write_draft(draft, folder)
        listed = [line for line in draft.study.splitlines() if line.endswith('= ""')]
        assert sorted(line.split('"')[1] for line in listed) == sorted(labels)
        # no row of the codebook has a number either
        assert [line.split(",")[4:6] for line in draft.codebook.splitlines()[1:]] == [["", ""]] * 2
        for text in (draft.study, draft.study.replace("CHECK [ ]", "CHECK [x]")):
            (folder / "study.toml").write_text(text, encoding="utf-8")
            problems = check_study(folder)
            assert problems.prepared is None
            assert 'write each number in place of ""' in " ".join(problems.table["message"])


def test_two_answers_of_one_grade_make_a_ladder_unknown():
    found = worded(["Never", "Rarely", "Sometimes", "Usually", "Almost always", "Always"])
    assert found.unordered


def test_two_waves_may_say_an_answer_differently():
    asked = question({"Disagree": OFTEN, "Neutral": OFTEN, "Agree": OFTEN})
    later = question({"Disagree": OFTEN, "Neither": OFTEN, "Agree": OFTEN})
    both = type(asked)({"pre": asked.columns["pre"], "post": later.columns["post"]})
    assert find_sets([judge(both)])[0].labels == {"Disagree": 1, "Neutral": 2, "Neither": 2, "Agree": 3}


def test_a_ladder_that_few_answered_may_have_a_middle_that_nobody_chose():
    labels = ["Strongly disagree", "Disagree", "Agree", "Strongly agree"]
    for rows in (3, 90):
        found = find_sets([answered(dict.fromkeys(labels, rows), waves=["pre"])])[0]
        assert "check that these are all the printed answers" in found.doubt


def test_the_five_answers_of_a_library_may_be_part_of_seven_only_if_few_answered():
    labels = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    for rows, doubtful in ((3, True), (9, False)):
        found = find_sets([answered(dict.fromkeys(labels, rows), waves=["pre"])])[0]
        assert ("check that these are all" in found.doubt) is doubtful


@pytest.mark.parametrize("other", ["Unfamiliar", "Cannot say"])
def test_an_answer_beside_a_whole_ladder_is_told(other):
    labels = ["Very unfavorable", "Somewhat unfavorable", "Neutral", "Somewhat favorable", "Very favorable"]
    found = find_sets([answered({**dict.fromkeys(labels, 10), other: 20})])[0]
    assert list(found.labels.values()) == [1, 2, 3, 4, 5]
    assert f"also answered: '{other}'" in found.doubt


SKILLS = [f"I {verb} this {how} in all of the projects that I have worked on so far, whoever leads them."
          for verb in ("avoid", "try", "do", "teach") for how in ("rarely", "often")][1:]  # fmt: skip


def test_long_answers_are_answers():
    found = judge(question(dict.fromkeys(SKILLS, 5)))
    assert found is not None
    assert set(found.others) == {*SKILLS}


def test_a_ladder_of_a_grid_is_known_from_its_other_lines():
    whole = question(dict.fromkeys(SKILLS, 5), code="s_1")
    sparse = question(dict.fromkeys(SKILLS[:5], 1), code="s_2")
    assert judge(sparse) is None
    assert [one.question for one in judge_all([sparse, whole])] == [sparse, whole]


def test_remarks_that_nobody_shares_are_free_text():
    assert judge(question({f"{text} {number}": 1 for text in SKILLS for number in range(5)})) is None


@pytest.mark.parametrize("entries", [
    ["2025-01-03", "2025-01-10", "2025-02-01"], ["3.1.2025", "10.1.2025"], ["01/03/2025 9:00", "01/04/2025 10:15"],
    ["20250103", "20250110"], ["3 March 2025", "4 March 2025"], ["9:30", "10:45 pm"],
])  # fmt: skip
def test_a_date_is_no_item(entries):
    assert judge(question(dict.fromkeys(entries, 20))) is None


@pytest.mark.parametrize("form", ["AO{:02}", "A{}", "L-{:03}", "ao_{}"])
def test_codes_of_survey_software_are_in_their_order_and_to_be_looked_up(form):
    met = [form.format(number) for number in (3, 1, 5, 2, 4)]
    found = worded(met)
    assert found.labels == {form.format(number): number for number in range(1, 6)}
    assert "codes of the survey software" in found.doubt


NUMBERS = ["{n} ({w})", "{n} – {w}", "{n} - {w}", "{w} ({n})", "[{n}] {w}", "{n}: {w}", "{w} = {n}"]


@examples(20)
@given(
    forms=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2),
    met=st.permutations(range(1, 6)),
    bare=st.booleans(),
)
def test_numbers_beside_any_words_are_the_codes(forms, met, bare):
    words = {1: "so and so", 2: "hither", 3: "yon", 4: "thither", 5: "there"}
    labels = {form.format(n=number, w=words[number]): number for number in met for form in forms}
    labels = {(str(number) if bare and number in (2, 3, 4) else label): number for label, number in labels.items()}
    found = worded(list(labels))
    # dashes of two kinds are one
    assert {fold(label): number for label, number in found.labels.items()} == {
        fold(label): number for label, number in labels.items()
    }
    assert found.doubt == ""


def test_two_answers_with_one_number_are_not_put_in_order():
    found = judge(question(dict.fromkeys(["1 - so", "1 - thus", "2 - otherwise", "3 - not"], OFTEN)))
    assert found is None or not found.grades


def test_a_rare_spelling_of_a_printed_answer_is_the_same_answer():
    found = find_sets([answered({"1 - so": 9, "2 - thus": 9, "1 – so": 1, "2 – THUS": 1}, waves=["pre"])])[0]
    assert set(found.labels) == {"1 - so", "2 - thus"}
    assert found.doubt == ""


def test_an_answer_too_rare_to_be_quoted_leaves_a_mark():
    found = find_sets([answered({"1 - so": 30, "2 - thus": 30, "2 - I mean Ann": 2, "3 - not": 30})])
    assert found[0].unordered  # two answers have one number
    assert not any("Ann" in label for label in found[0].labels)
    found = find_sets([answered({"1 - so": 30, "2 - thus": 30, "3 - hardly": 2, "4 - not": 30}, waves=["pre"])])[0]
    assert "3 - hardly" not in found.labels
    assert "too few people did to quote them" in found.doubt


def test_a_choice_in_no_scale_is_no_table_of_answers(draft_of):
    rows = [(code, ("Windows", "Linux")[place % 2], *answers(2, start=place)) for place, code in enumerate(codes(30))]
    text = sheet(["code", "system", "q_1", "q_2"], rows)
    made = draft_of({"pre.csv": text, "post.csv": text})
    assert (made.items["system"]["kind"], made.items["system"]["answers"]) == ("choice", "")
    assert "answers" not in made.toml
    assert made.errors() == []


AGREEING = {
    "fr": [("satisfait", "satisfaite"), ("content", "contente"), ("approprié", "appropriée"), ("bon", "bonne"),
           ("mauvais", "mauvaise"), ("excellent", "excellente"), ("vrai", "vraie"), ("faux", "fausse"),
           ("positif", "positive"), ("négatif", "négative"), ("supérieur", "supérieure"), ("inférieur", "inférieure"),
           ("incertain", "incertaine"), ("moyen", "moyenne")],
    "es": [("satisfecho", "satisfecha"), ("bueno", "buena"), ("malo", "mala"), ("apropiado", "apropiada"),
           ("cómodo", "cómoda"), ("seguro", "segura"), ("falso", "falsa"), ("verdadero", "verdadera"),
           ("positivo", "positiva"), ("negativo", "negativa"), ("pésimo", "pésima")],
}  # fmt: skip


@pytest.mark.parametrize("language", AGREEING)
def test_a_ladder_may_be_feminine(language):
    changed = 0
    for vocabulary, ladder in LADDERS:
        if ladder.language != language:
            continue
        wordings = [ways[0] for ways in ladder.answers.values()]
        feminine = []
        for wording in wordings:
            for one, other in AGREEING[language]:
                wording = re.sub(rf"(?i)(?<=\w){one}\b|\b{one}\b", lambda met, other=other: other, wording)
            feminine.append(wording)
        changed += feminine != wordings
        found = worded(feminine)
        assert list(found.labels.values()) == [*range(vocabulary.first, vocabulary.first + len(wordings))], feminine
        assert [said(label) for label in found.labels] == [said(wording) for wording in wordings]
    assert changed > 5
