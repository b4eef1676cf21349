"""Every text that code asks for is there, fits its blanks and is used; numbers read as pages write them."""

import ast
import re
import string
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from rm_research.catalogue import Catalogue, capital, catalogue, in_sentence, languages, lowered
from rm_research.checks.clusters import CLUSTERS
from rm_research.checks.flow import HOW
from rm_research.effects import influence
from rm_research.errors import StudyError
from rm_research.frames import (
    ATTRITION,
    INVARIANCE,
    LEDGER,
    LINKS,
    NEAR_MISSES,
    PANEL,
    PROBLEMS,
    RELIABILITY,
    RESPONSES,
    SCORES,
)
from rm_research.monitoring import codes, pairs, surveys
from rm_research.monitoring.monitor import SECTIONS
from rm_research.responses.faults import SIGNS
from rm_research.study.locking import Difference
from rm_research.study.settings import Reporting

PACKAGE = Path(__file__).parents[1] / "rm_research"
LANGUAGES = sorted(path.stem for path in (PACKAGE / "catalogue").glob("*.toml"))
OTHERS = [language for language in LANGUAGES if language != "en"]
MINUS = "−"


def flat(texts: dict, prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in texts.items():
        found |= flat(text, f"{prefix}{name}.") if isinstance(text, dict) else {f"{prefix}{name}": text}
    return found


# blanks that code fills although no English text of that family has them all
OFFERED = {
    "described.": {"whose"},
    "claim.": {
        "Whose",
        "whose",
        "size",
        "signed",
        "moved",
        "raised",
        "higher",
        "arm_moved",
        "other_moved",
        "arm_signed",
        "other_signed",
    },
    "comparing.": {"Whose", "whose", "arm_moved", "other_moved", "arm_signed", "other_signed", "text", "lowered"},
    "chart.title_": {"Whose", "whose", "size", "signed", "moved", "higher", "title"},
    "counts.": {"people", "persons"},
    "headline.also": {"whose", "Whose"},
    "opposed.": {"whose", "text"},
    "headline.of_": {"text"},
    "headline.of_outcome": {"whose"},
    "leaving.of_arm": {"text"},
    "within.outcome": {"title", "lowered"},
    "plain.": {"whose", "Whose", "people"},
    "head.comparison": {"title"},
    "picture.measured": {"whose", "Whose"},
    "prompts.": {"whose", "Whose"},
    "lasting.": {"whose", "Whose"},
}
# forms of one thing, of which a language picks one
SAME = {"Whose": "whose", "signed": "size", "lowered": "text", "title": "text", "persons": "people",
        "arm_moved": "arm_signed", "other_moved": "other_signed"}  # fmt: skip
# texts that count under another name, to which code gives n too
GIVEN_N = {"prompts.left", "prompts.cohorts", "prompts.people", "prompts.pairs", "prompts.people_compared",
           "fidelity.first_meeting",
           "fidelity.regularity", "beside.tips_less", "beside.tips_more"}  # fmt: skip
COUNTED = {"n", "lost", "left", "more", "days"}  # which a text of one need not repeat
FREE = {"higher", "moved", "raised", "people"}  # words, not numbers: a sign may say the same
ENGLISH_WORDS = re.compile(
    r"\b(the|of|and|or|not|is|are|were|with|without|from|before|after|people|by|to|this|that|score|survey|change|"
    r"estimates?|group|cohorts|leaders?|mentors|answers?|answered|shown|computed|show|here|page|which|who|what|for|than)\b",
    re.IGNORECASE,
)
SAME_IN_GERMAN = {
    "RMSEA",
    "Alpha", "April", "August", "Bonett", "Hodges–Lehmann", "In Python", "Median", "November", "Omega",
    "REML, Hartung–Knapp", "September", "Variable", "Welch", "Wilson", "p (Benjamini–Hochberg) {relation}",
}  # fmt: skip


@cache
def asked() -> set[str]:
    """Keys in calls of `say` and `has`, as regular expressions: blanks of f-strings stand for any word."""
    patterns = set()
    for path in PACKAGE.rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            named = isinstance(call.func, ast.Attribute) and call.func.attr in ("say", "has", "heading")
            if (named or (isinstance(call.func, ast.Name) and call.func.id in ("say", "Said"))) and call.args:
                patterns |= pattern_of(call.args[0])
    return {pattern for pattern in patterns if "\\." in pattern} | {r"columns\.[a-z_]+"}


def pattern_of(key: ast.expr) -> set[str]:
    if isinstance(key, ast.Constant):
        return {re.escape(str(key.value))}
    if isinstance(key, ast.IfExp):
        return pattern_of(key.body) | pattern_of(key.orelse)
    if isinstance(key, ast.BinOp):
        return {left + right for left in pattern_of(key.left) for right in pattern_of(key.right)}
    if isinstance(key, ast.JoinedStr):
        parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w +-]+" for part in key.values)  # noqa: PD011
        return {"".join(parts)}
    return {r"[\w-]+"}


TEXTS = {
    language: flat(tomllib.loads((PACKAGE / "catalogue" / f"{language}.toml").read_text())) for language in LANGUAGES
}
ENGLISH = TEXTS["en"]
SOURCE = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
REASONS = set(re.findall(r'NotEstimableError\("(\w+)"\)', SOURCE))
METHODS = {
    "jackknife", "likelihood", "paired_t", "sign_flips", "hodges_lehmann", "bonett", "wilson", "imputed",
    "mixed_model", "then_test", "welch",
    "ancova", "change_score", "constrained_likelihood", "wild_bootstrap", "randomisation", "instrument", "ols", "apim",
    "experience",
    "people", "people_both", "reml_hk", "reml_hk_other",
}  # fmt: skip
MEASURES = {"mean", "median", "g_av", "d_rm", "d_ppc2", "share_improved", "reliable_change", "slope", "trend"}
VERDICTS = {
    "gain", "loss", "gain_unclear_size", "loss_unclear_size", "too_small", "unclear", "none_higher", "none_lower",
    "none_unclear",
}  # fmt: skip
ALIKE = {
    *(f"alike_{when}_{third}" for when in ("before", "after") for third in ("low", "middle", "high", "somewhere")),
    *(f"alike_change_{way}" for way in ("up", "down", "none")),
    "alike_compared",
}
CLEAR = {"gain", "loss", "gain_unclear_size", "loss_unclear_size"}
LEVELS = ("unlinked", 1, "both", "gap", "same", 4, "drawn", 5)
LOWERED = {"randomised_4", "randomised_2", "matched_2", "matched_1", "self-selected_1", "many", "unevenly"}
STEPS = {  # rules of the ledger that stand in code as they are
    call.args[0].value
    for path in PACKAGE.rglob("*.py") if ".step(" in (code := path.read_text(encoding="utf-8"))
    for call in ast.walk(ast.parse(code))
    if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "step" and call.args
    and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
}  # fmt: skip
CLEANED = {frame.name.lower(): frame.columns for frame in (RESPONSES, SCORES, PANEL, LINKS, LEDGER)}
TABLES_OF_QUALITY = (ATTRITION, INVARIANCE, LEDGER, NEAR_MISSES, RELIABILITY)
VOCABULARY = {
    "apa": {"whose_before", "whose_both"},
    "article": {"whose_before", "whose_both"},
    "ledger": STEPS,
    "quality.columns": {
        *(column for frame in TABLES_OF_QUALITY for column in frame.columns if column != "said"),
        *(set(PROBLEMS.columns) - {"said", "rule", "value"}), "count", "rows", "read", "several rules", "linking",
        "counted", *CLUSTERS, *HOW, "linked", "lowest_certainty", "expected_wrong", "questionnaires", "sign", "missing",
        "floor", "ceiling", "piled_up", *influence.COLUMNS, *Difference._fields,
        *surveys.SURVEYS, *surveys.ANSWERS, *surveys.DUE, *(set(codes.CODES) - {"kind"}), *pairs.PAIRS,
    },
    "quality.severity_is": {"error", "warning", "note"},
    "quality.piled_up_is": {"floor", "ceiling", "floor and ceiling"},
    "quality.sign_is": set(SIGNS),
    "quality.state_is": set(surveys.STATES),
    "monitor": set(SECTIONS),
    "monitor.none": set(SECTIONS),
    "monitor.kind": set(codes.KINDS),
    "quality.unit_is": {"person", "dyad", "cohort"},
    "quality.measure_is": {"share", "standardised_difference", "log_odds"},
    "quality.term_is": {"pre"},
    "quality.level_is": {"configural", "metric", "scalar", "strict", "all"},
    "quality.verdict_is": {influence.NO_RESULT, "higher", "lower"},
    "quality.miss_is": {"ambiguous", "below min_probability"},
    "quality.like_wave_is": {"roster"},
    "quality.flag_is": {"true", "false"},
    **{f"meaning.{name}": set(columns) - {"said"} for name, columns in CLEANED.items()},
    "reason": REASONS | ALIKE | {"hidden", "hidden_compared", "few_changed", "hidden_beside", "hidden_shared"},
    "verdict": {"gain", "loss", "gain_unclear_size", "loss_unclear_size", "too_small", "unclear", "none", "uncertain",
                "uncertain_results", "ways_differ"},
    "verdict_of_difference": {"too_small", "unclear"},
    "verdict_beyond": {"change", "difference"},
    "verdict_between": CLEAR | {"too_small", "unclear"},
    "verdict_short": CLEAR | {"too_small", "unclear", "uncertain", "not_judged_many", "not_judged_unevenly"},
    "between_short": CLEAR,
    "moved": {"up", "down", "flat"},
    "lowered": LOWERED,
    "lowered_every": LOWERED,
    "comparing": {"losses_every", "losses_of_assigned_every", "same", "changes", "changes_of_both"},
    "outcome": {"from_anchor", "from_measurement", "from_judgement", "from_nothing"},
    "contrast": {"change", "difference", "role_difference", "interaction", "dose", "actor", "partner", "pooled_change",
                 "pooled_difference"},
    "unlinked_contrast": {"change", "pooled_change"},
    "method": METHODS,
    "methods": METHODS - {"ancova"} | {"ancova_person", "ancova_cluster", "role_difference", "interaction"},
    "measure": MEASURES,
    "counts": {"interval", "pairs", "followed", "compared", "unlinked", "pooled_pairs", "pooled_compared",
               "pooled_unlinked", "both", "pooled_both", "these_pairs", "these_followed", "these_both",
               "these_compared", "these_unlinked"},
    "claim": {f"{level}.{verdict}" for level in LEVELS for verdict in VERDICTS},
    "plain": {f"{level}.{kind}" for level in LEVELS if level not in ("gap", 4)
              for kind in ("up", "down", *(("little", "unclear") if level != "drawn" else ()))},
    "glance": {*(f"caption_{what}" for what in ("change", "compared", "both", "unlinked")),
               *(f"others_{kind}" for kind in ("clear", "small", "unclear", "worse", "worse_exploratory")),
               "of_group", "of_programme"},
    "pictured": {f"{kind}_{way}" for kind in ("change", "difference") for way in ("up", "down")},
    "prompts": {"gone_change", "gone_difference",
                "uneven_programme", "uneven_comparison", "people", "people_compared", "cohorts"},
    "lasting": {f"{key}_{kind}" for key in ("gone", "less", "further") for kind in ("change", "difference")},
    "counted_sides": {"shared", "compared", "pooled_compared", "these_compared"},
    "cohorts": {f"caption_{what}" for what in ("change", "compared", "both", "unlinked")},
    "headline": {"only", "only_by_role",
                 "doubt_direction", "doubt_units", "in_group", "in_programme", "not_in_programme"},
    "direction": {"rose", "fell", "higher", "lower", "raised", "lowered"},
    "apa_measure": MEASURES,
    "apa_contrast": {"change", "difference", "role_difference", "interaction"},
    "chart": {
        *(f"title_{family}_{kind}" for family in ("change", "unlinked", "difference", "changes")
          for kind in ("clear", "unclear", "little")),
        "axis_change", "axis_change_and_same", "axis_difference", "axis_changes", "difference_row", "difference_row_of",
        "changes_row", "changes_row_of", "not_judged_many", "not_judged_unevenly",
    },
    "design": {"randomised_units", "drawn_exploratory",
               "single", "unlinked", "no_usable", "randomised", "matched", "self-selected", "matched_apart", "picked",
               "drawn_cohort", "drawn_tipping", "drawn_opposite"},
    "beside": {"than_assumed", "than_others", "than_same",
               "tips_less", "tips_more", "of_comparison", "of_programme", "highest_before", "lowest_before",
               "highest_after",               "lowest_after", "further_apart", "closer_together"},
    "limits": {"attrition", "attrition_compared", "attrition_uneven", "these_cohorts", "these_clusters",
               "same_answers_5", "same_answers_10", "same_answers_25", "strength_both", "strength_comparison",
               "strength_linked"},
    "questionnaire": {f"agree_{point}" for point in range(1, 6)},
    "months": {str(month) for month in range(1, 13)},
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_code_asks_for_is_there(language):
    assert [key for key in sorted(asked()) if not any(re.fullmatch(key, known) for known in TEXTS[language])] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "words"), VOCABULARY.items(), ids=VOCABULARY)
def test_every_word_of_the_vocabulary_has_a_text(table, words, language):
    assert {word for word in words if f"{table}.{word}" not in TEXTS[language]} == set()


def usual(key: str) -> str:
    """Key of which a text is the form for one of what is counted; any other key as it is."""
    several = key.removesuffix("_one")
    return several if several in ENGLISH else key


def used(key: str) -> bool:
    """Whether code asks for a key as it stands, or for its family and names its last word somewhere."""
    table, word = usual(key).rsplit(".", 1)
    key = usual(key)
    by_name = {"people", "one", "whose", "arms", "waves"}  # words of studies: roles, arms and waves
    if table.startswith(("claim.", "plain.")):
        table, word = table[:5], f"{table[6:]}.{word}"
    named = table in by_name or word in VOCABULARY.get(table, ()) or f'"{word}"' in SOURCE
    if table.startswith("quality.") or table == "ledger":  # asked for by the names of columns, entries and rules
        return word in VOCABULARY[table] or f'"{word}"' in SOURCE
    return (
        re.escape(key) in asked()
        or f'"{key}"' in SOURCE
        or (named and any(re.fullmatch(pattern, key) for pattern in asked()))
    )


def test_every_text_is_used():
    assert [key for key in ENGLISH if not used(key)] == []


def test_meanings_of_columns_are_those_of_the_declared_frames():
    for name, columns in CLEANED.items():
        assert {
            f"meaning.{name}.{column}": meaning for column, (_, meaning) in columns.items() if column != "said"
        } == {key: text for key, text in ENGLISH.items() if key.startswith(f"meaning.{name}.")}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_format(language):
    words = catalogue(language)
    for key, text in TEXTS[language].items():
        assert all(name.isidentifier() for name in blanks(text)), key
        numbers = {name for _, name, spec, _ in string.Formatter().parse(text) if spec}
        words.say(key, **{name: 1.5 if name in numbers else "x" for name in blanks(text)})


def test_a_study_may_choose_every_language_that_has_a_file():
    assert languages() == tuple(LANGUAGES)
    assert [Reporting(language=language).language for language in LANGUAGES] == LANGUAGES


def test_a_language_without_a_file_is_refused_with_those_that_have_one():
    with pytest.raises(ValueError, match=r"there are texts in .*\ben\b.* only"):
        Reporting(language="xx")


def faults(texts: dict[str, str]) -> list[str]:
    """What a language lacks, has too much or fills otherwise than code does, by key."""
    lines = [f"{key}: missing" for key in ENGLISH if key not in texts and usual(key) == key]
    lines += [f"{key}: no text of this package" for key in texts if usual(key) not in ENGLISH]
    for key in (key for key in texts if usual(key) in ENGLISH):
        several, free = usual(key), FREE if usual(key) == key else FREE | COUNTED
        wrong, needed = (
            blanks(texts[key]) - supplied(several),
            {SAME.get(name, name) for name in blanks(ENGLISH[several])},
        )
        lacking = needed - {SAME.get(name, name) for name in blanks(texts[key])} - free
        lines += [f"{key}: nothing fills {{{name}}}" for name in sorted(wrong)]
        lines += [f"{key}: {{{name}}} is lost" for name in sorted(lacking)]
    return lines


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_is_complete(language):
    """If not, this lists every key to be written or corrected."""
    assert "\n".join(faults(TEXTS[language])) == ""


def test_what_is_missing_from_a_language_is_said_by_key():
    texts = dict(ENGLISH)
    for key in ("format.locale", "format.decimal", "months.3"):
        del texts[key]
    changed = {"quality.title": "Qualité : {etude}", "format.month": "{month}", "quality.extra": "trop"}
    assert faults(texts | changed) == [
        "format.locale: missing", "format.decimal: missing", "months.3: missing",
        "quality.extra: no text of this package", "format.month: {year} is lost",
        "quality.title: nothing fills {etude}", "quality.title: {study} is lost",
    ]  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_a_blank_that_the_english_text_lacks_is_filled_by_every_call_that_may_ask_for_it(language):
    """Nobody who reads English pages would notice; calls that pass on a whole mapping are left out."""
    beyond = {key: more for key, text in TEXTS[language].items()
              if (more := blanks(text) - blanks(ENGLISH[usual(key)]))}  # fmt: skip
    lacking = [f"{place}: {key} {sorted(more - given)}" for place, patterns, words, given in calls_of_say()
               for key, more in beyond.items() if more - given and asks_for(usual(key), patterns, words)]  # fmt: skip
    assert lacking == []


@cache
def calls_of_say() -> list[tuple[str, set[str], set[str], set[str]]]:
    """Calls that name every blank they fill: function, keys asked for, words of that function, blanks."""
    found = []
    for path in PACKAGE.rglob("*.py"):
        functions = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
        for function in functions:
            nodes = list(ast.walk(function))
            words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            for call in (node for node in nodes if isinstance(node, ast.Call) and node.args):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                given = {keyword.arg for keyword in call.keywords}
                if name in ("say", "Said") and None not in given:
                    place = f"{path.name} {function.name}"
                    found.append((place, pattern_of(call.args[0]), words, {str(blank) for blank in given}))
    return found


def asks_for(key: str, patterns: set[str], words: set[str]) -> bool:
    """Whether a call may ask for a key: as it stands, or by a pattern whose blanks the function's own words fill."""
    return any(
        re.fullmatch(one, key) and all(re.escape(part) in one or part in words for part in key.split("."))
        for one in patterns
    )


def supplied(key: str) -> set[str]:
    """Blanks that code fills for a key: those of the English text, and others it offers beside them."""
    families = [offered for start, offered in OFFERED.items() if key.startswith(start)]
    return blanks(ENGLISH[key]).union(*families)


@pytest.mark.parametrize("start", OFFERED)
def test_blanks_offered_beside_the_english_ones_are_used_somewhere(start):
    used_there = {
        name for texts in TEXTS.values() for key in texts if key.startswith(start) for name in blanks(texts[key])
    }
    assert OFFERED[start] <= used_there


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_have_at_most_25_words(language):
    for key, text in TEXTS[language].items():
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            assert len(sentence.split()) <= 25, key


def test_no_english_word_is_left_in_german():
    """Names of methods and of things in study.toml or Python stay as they are."""
    left = {
        key: found
        for key, text in TEXTS["de"].items()
        if (
            found := ENGLISH_WORDS.findall(
                re.sub(r"\{.*?\}|\[[^\]]*\]|\b[a-z_]+\.[a-z_]+|\b[a-z_]+ = |--\w+", "", text)
            )
        )
    }
    assert left == {}


def test_no_german_text_is_the_english_one():
    """But for names, symbols and what holds nothing but blanks."""
    same = {text for key, text in TEXTS["de"].items() if text == ENGLISH.get(key)}
    worded = {text for text in same if re.search(r"[a-z]{4}", re.sub(r"\{.*?\}", "", text))}
    assert worded <= SAME_IN_GERMAN


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_has_a_text_of_its_own(language):
    words = catalogue(language)
    texts = [words.say("leaving.left", n=n, moment="x") for n in (1, 2)]
    assert texts == [TEXTS[language][f"leaving.left{form}"].format(n=2, moment="x") for form in ("_one", "")]


def test_a_text_without_a_form_for_one_stands_for_one_too():
    assert catalogue("en").say("programme.n_pairs", n=1).startswith("1 ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_for_one_are_told_by_n(language):
    """By another name nobody would find them: `say` asks for n alone."""
    several = [usual(key) for key in TEXTS[language] if usual(key) != key]
    counts = {key: blanks(ENGLISH[key]) & COUNTED for key in several}
    assert {key for key, names in counts.items() if not names} == set()
    by_other_names = {key for key, names in counts.items() if "n" not in names}
    assert by_other_names <= GIVEN_N


def test_values_are_no_templates():
    assert catalogue("en").say("page.cohort_title", cohort="{smallest} {0}") == "{smallest} {0}: what changed"


def test_a_missing_text_is_an_error_that_names_it():
    with pytest.raises(StudyError, match=r"no text 'verdict\.perhaps'"):
        catalogue("en").say("verdict.perhaps")


def test_a_table_is_no_text():
    assert not catalogue("en").has("verdict")


def test_a_missing_language_is_an_error_with_a_way_out():
    with pytest.raises(StudyError, match=r"no catalogue for language 'xx' yet\. Set language"):
        catalogue("xx")


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (0.5, "0.50", "+0.50"),
        (-0.5, f"{MINUS}0.50", f"{MINUS}0.50"),
        (0.0, "0.00", "0.00"),
        (0.004, "0.00", "0.00"),
        (-0.004, "0.00", "0.00"),
        (-0.006, f"{MINUS}0.01", f"{MINUS}0.01"),
        (1234.5, "1234.50", "+1234.50"),
    ],
)
def test_numbers_have_a_true_minus_and_zero_has_no_sign(value, plain, signed):
    words = catalogue("en")
    assert (words.number(value), words.number(value, signed=True)) == (plain, signed)


def test_numbers_have_the_decimals_asked_for():
    assert catalogue("en").number(-0.04, decimals=1) == "0.0"


def test_numbers_have_the_language_s_decimal_sign():
    assert Catalogue("xx", {"format": {"decimal": ","}}).number(-1.25) == f"{MINUS}1,25"


def test_shares_are_whole_per_cent():
    assert catalogue("en").share(0.286) == "29%"


def test_months_are_words():
    assert catalogue("en").month(pd.Timestamp("2025-03-31")) == "March 2025"


@pytest.mark.parametrize(
    ("parts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_prose(parts, text):
    assert catalogue("en").listed(parts) == text


@pytest.mark.parametrize(("text", "capitalised"), [("iPads", "IPads"), ("", ""), ("mentors’ IT", "Mentors’ IT")])
def test_capitals_leave_the_rest_as_it_is(text, capitalised):
    assert capital(text) == capitalised


@pytest.mark.parametrize(
    ("text", "small"), [("Mood at work", "mood at work"), ("IT skills", "IT skills"), ("", ""), ("X", "x")]
)
def test_texts_within_a_sentence_begin_small_but_for_abbreviations(text, small):
    assert lowered(text) == small


@pytest.mark.parametrize(
    ("value", "number", "share"), [(0.825, "0.83", "83%"), (0.125, "0.13", "13%"), (0.1249, "0.12", "12%")]
)
def test_half_a_unit_goes_away_from_0_in_numbers_and_shares(value, number, share):
    words = catalogue("en")
    assert (words.number(value), words.share(value)) == (number, share)
    assert words.number(-value) == f"{MINUS}{number}"


@pytest.mark.parametrize(
    ("title", "within"),
    [("Inclusion", "inclusion"), ("Utrecht Work Engagement", "Utrecht Work Engagement"),
     ("Quality of LMX", "quality of LMX"), ("Trust in Leaders", "Trust in Leaders"), ("NPS", "NPS")],
)  # fmt: skip
def test_a_title_with_a_further_capital_is_a_name(title, within):
    assert in_sentence(title) == within


@pytest.mark.parametrize(("value", "text"), [(1.0, "1"), (97.5, "97,5"), (-0.25, f"{MINUS}0,25")])
def test_numbers_that_somebody_set_keep_their_decimals(value, text):
    assert Catalogue("xx", {"format": {"decimal": ","}}).plain(value) == text


@pytest.mark.parametrize(("value", "text"), [(float("inf"), "∞"), (float("-inf"), "−∞")])
def test_endless_numbers_are_signs(value, text):
    assert catalogue("en").number(value) == text


def test_german_numbers_shares_and_months():
    words = catalogue("de")
    assert (words.number(-1.25), words.share(0.286), words.month(pd.Timestamp("2025-03-31"))) == (
        f"{MINUS}1,25", "29\u202f%", "März 2025",
    )  # fmt: skip
