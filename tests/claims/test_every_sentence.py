"""Every text made of a thousand drawn rows, in every language: its numbers, verbs, directions and length."""

import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from generated import Said, said

from rm_research.effects.estimate import Estimate

LANGUAGES = ("en", "de")
ADJUSTED = r", p( of the verdict| des Urteils)? \((Holm|Benjamini–Hochberg), "
MINUS = "−"
POINT = {"en": ".", "de": ","}
# what may be said at each level of the design, whatever the catalogue says
VERBS = {
    "en": {
        ("unlinked", "clear"): "Answers differed",
        ("unlinked", "small"): "hardly differed after",
        ("unlinked", "unclear"): "It is unclear whether .* differed",
        ("1", "clear"): r"\b(rose|fell) by an estimated",
        ("1", "small"): "^(?!The programme).* hardly changed",
        ("1", "unclear"): "It is unclear whether .* changed:",
        ("both", "clear"): "(by|to) .*, the comparison’s (rose|fell|changed) by .*: estimated difference",
        ("both", "small"): "the comparison’s by .*: hardly a difference",
        ("both", "unclear"): "the comparison’s by .*: difference unclear",
        ("gap", "clear"): "^The change in .* (higher|lower) than the comparison’s",
        ("gap", "small"): "changed much like the comparison’s",
        ("gap", "unclear"): "It is unclear whether .* changed unlike the comparison’s",
        ("same", "clear"): r"^At equal scores before, .* ended an estimated .* than the comparison’s \([^.]*[^)]*\)\.$",
        ("same", "small"): "^At equal scores before, .* ended much like the comparison’s",
        ("same", "unclear"): "^At equal scores before, it is unclear whether",
        ("4", "clear"): "^At equal scores before, .* ended with an estimated difference",
        ("drawn", "clear"): "^At equal scores before, .* ended an estimated .* Who took part was drawn by lot.$",
        ("5", "clear"): "The programme (raised|lowered) .* by an estimated",
        ("5", "small"): "The programme hardly changed",
        ("5", "unclear"): "It is unclear whether the programme changed",
    },
    "de": {
        ("unlinked", "clear"): "lag .* nachher anders",
        ("unlinked", "small"): "lag .* nachher kaum anders",
        ("unlinked", "unclear"): "unterschied sich .* nicht eindeutig",
        ("1", "clear"): r"\b(stieg|sank) .* um geschätzte",
        ("1", "small"): "veränderte sich .* kaum",
        ("1", "unclear"): "Ob sich .* verändert hat, ist unklar",
        ("both", "clear"): "im Vergleich .*; geschätzter Unterschied",
        ("both", "small"): "im Vergleich .*; kaum ein Unterschied",
        ("both", "unclear"): "im Vergleich .*; Unterschied unklar",
        ("gap", "clear"): "^Die Veränderung von .* (höher|niedriger) als im Vergleich",
        ("gap", "small"): "ähnlich wie im Vergleich",
        ("gap", "unclear"): "^Ob sich .* anders veränderte, ist unklar",
        ("same", "clear"): r"^Bei gleichen Werten vorher lag .* (höher|niedriger) als im Vergleich \([^)]*\)\.$",
        ("same", "small"): "^Bei gleichen Werten vorher lag .* kaum anders als im Vergleich",
        ("same", "unclear"): "^Ob .* bei gleichem Anfang vom Vergleich abwich, ist unklar",
        ("4", "clear"): "^Bei gleichen Werten vorher endete .* anders als im Vergleich: geschätzter Unterschied",
        ("drawn", "clear"): "^Bei gleichen Werten vorher lag .* Wer teilnahm, wurde ausgelost.$",
        ("5", "clear"): "Das Programm (erhöhte|senkte) .* um geschätzte",
        ("5", "small"): "Das Programm veränderte .* kaum",
        ("5", "unclear"): "Ob das Programm .* veränderte, ist unklar",
    },
}
CAUSAL = {
    "en": r"the programme|raise|lowered|\bcaus|effect|impact|influence|led to|thanks to|due to|because|improv|worsen",
    "de": r"das programm|erhöh|senk|bewirk|wirkung|effekt|einfluss|führte|\bdank\b|wegen|\bdurch\b|verursach",
}
MADE = {"en": r"raised|lowered", "de": "erhöhte|senkte"}
UP = {"en": r"\b(rose|raised|higher)\b", "de": r"\b(stieg|erhöhte|höher)\b"}
DOWN = {"en": r"\b(fell|lowered|lower)\b", "de": r"\b(sank|senkte|niedriger)\b"}
GAIN = {"en": r"\bgain\b|\bbetter\b", "de": r"\bVerbesserung\b|\bBesseren\b|\bbesser\b"}
LOSS = {"en": r"\bloss\b|\bworse\b", "de": r"\bVerschlechterung\b|\bSchlechteren\b|\bschlechter\b"}
ESTIMATED = {"en": r"\bestimated?\b", "de": r"\bgeschätzte[nr]?\b|\bgeschätzt\b"}
UNIT = {"en": "scale points", "de": "Skalenpunkte"}
# names that a study gives itself count as one word each, with those of arms and surveys
NAMES = r"[Tt]eaching mood”?“?( \(.*?\)| at \w+)?|Sponsor participants|sponsor participants"


@pytest.fixture(scope="session")
def drawn(tmp_path_factory) -> dict[str, list[Said]]:
    return said(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return str(request.param)


@pytest.fixture
def all_said(drawn, language) -> list[Said]:
    return drawn[language]


def judged(one: Said) -> str:
    """Clear (the interval excludes 0), small (it lies inside the smallest change that matters) or unclear."""
    if one.row.df < 4:  # too few groups or people to judge by
        return "unclear"
    low, high = one.row.ci_low, one.row.ci_high
    if one.smallest is not None and -one.smallest < low and high < one.smallest:
        return "small"
    return "clear" if (low > 0 or high < 0) and one.found != "uncertain" else "unclear"


def spoken_level(one: Said) -> str:
    return one.family


def written(value: float, language: str, decimals: int = 2, *, signed: bool = False) -> str:
    exact = Decimal(f"{abs(value):.9f}")
    text = f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)}"
    sign = "" if not float(text) else MINUS if value < 0 else "+" if signed else ""
    return sign + text.replace(".", POINT[language])


def written_ends(row: Estimate, language: str) -> set[str]:
    """Ends of an interval: none is written as 0 without being 0, but more exactly, or in words that name 0."""
    found, near = set(), [abs(value) < 0.005 for value in (row.ci_low, row.ci_high)]
    for value in (row.ci_low, row.ci_high):
        texts = (written(value, language, decimals) for decimals in range(2, 6))
        finer = value and (row.ci_low > 0 or row.ci_high < 0 or all(near))
        in_words = abs(value) < 0.005 and value and not finer
        found.add("0" if in_words else next(text for text in texts if not finer or set(text) & set("123456789")))
    return found


def numbers(text: str, language: str) -> set[str]:
    point = re.escape(POINT[language])
    return set(re.findall(rf"(?<![\w{point}])[+{MINUS}]?(?:\d+(?:{point}\d+)?|{point}\d+)", text))


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


def counted(one: Said, language: str) -> set[str]:
    """People and cohorts that a sentence must name."""
    row, pooled = one.row, one.row.contrast.startswith("pooled")
    names = ["n_clusters"] if pooled else []
    if not one.linked:
        names += ["n_pre", "n_post"]
    elif row.contrast == "change":
        names += ["n_pre"] + ["n_pairs"] * bool(row.n_pre > row.n_pairs)
    elif row.contrast == "pooled_change":
        names += {"people": ["n_pre", *["n_pairs"] * bool(row.n_pre > row.n_pairs)], "people_both": ["n_pairs"]}.get(
            row.method, ["n_pre"]
        )
    else:
        names += ["n_pairs", "n_comparison"]
    return {str(getattr(row, name)) for name in names}


def test_all_levels_and_verdicts_are_among_a_thousand_rows(all_said):
    assert len(all_said) >= 1000
    assert {(spoken_level(one), judged(one)) for one in all_said} == set(VERBS["en"])
    for values in ("better", "smallest"):
        found = {(getattr(one, values), spoken_level(one), judged(one)) for one in all_said}
        assert len(found) >= 2 * len(VERBS["en"]) - 10


def test_families_fit_the_level(all_said):
    allowed = {5: {"5", "drawn"}, 4: {"4", "same"}, 3: {"same", "both", "gap"}, 2: {"same", "both", "gap"}}
    for one in all_said:
        if one.row.contrast.endswith("difference"):
            assert one.family in allowed[one.level]
            assert (one.family == "both") <= (not np.isnan(one.arms[0]))


def test_numbers_of_a_sentence_are_the_row_s(all_said, language):
    for one in all_said:
        row, found = one.row, numbers(one.sentence, language)
        ends = written_ends(row, language)
        estimates = {written(abs(row.estimate), language), written(row.estimate, language, signed=True)}
        if one.family == "both":
            each = {written(abs(arm), language) for arm in one.arms}
            each |= {written(arm, language, signed=True) for arm in one.arms}
            assert len(found & each) >= 1
            estimates |= each
        assert found - estimates == (ends | counted(one, language) | {"95"}) - estimates, one.sentence
        assert found & estimates


def test_numbers_of_a_title_are_the_estimate(all_said, language):
    for one in all_said:
        value = one.row.estimate
        assert numbers(one.title, language) <= {written(abs(value), language), written(value, language, signed=True)}


def test_numbers_of_an_alternative_text_are_the_sentence_s(all_said, language):
    for one in all_said:
        assert numbers(one.alt, language) == numbers(one.sentence, language)


def test_numbers_of_a_verdict_are_the_smallest_change_and_what_could_be_found(all_said, language):
    for one in all_said:
        allowed = {written(value, language) for value in (one.row.detectable, one.smallest) if pd.notna(value)}
        if one.row.df < 4:
            row = one.row
            counts = [row.n_clusters, row.n_pre, row.n_post, row.n_pairs, (row.n_pairs or 0) + (row.n_comparison or 0)]
            allowed |= {str(count) for count in counts}
        if one.found == "uncertain":
            allowed |= {"0", "2"}  # that the interval excludes 0, and how many rows there are
        allowed |= {"0"} if one.found in ("too_small", "gain", "loss") else set()  # how far from 0 the interval lies
        assert numbers(one.verdict, language) <= allowed
        assert one.verdict or pd.isna(one.row.detectable)


def test_numbers_of_a_journal_s_line_are_the_row_s(all_said, language):
    for one in all_said:
        row = one.row
        allowed = {written(getattr(row, name), language) for name in ("estimate", "statistic")} | {"95"}
        allowed |= written_ends(row, language)
        allowed |= {str(getattr(row, name)) for name in ("n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters")}
        allowed |= {written(row.df, language, decimals) for decimals in (0, 1)}
        allowed |= {
            written(max(getattr(row, name), 0.001), language, 3).removeprefix("0") for name in ("p_value", "p_adjusted")
        }
        allowed |= {str(one.n_tests)}
        assert numbers(one.apa, language) <= allowed, one.apa
        assert written(row.estimate, language) in one.apa
        assert (", p <" in one.apa or ", p =" in one.apa) == pd.notna(row.p_value)
        assert bool(re.search(ADJUSTED, one.apa)) == (pd.notna(row.p_adjusted) and one.n_tests > 1)


def test_a_journal_s_line_names_the_adjustment(all_said):
    for one in all_said:
        if (found := re.search(ADJUSTED, one.apa)) is not None:
            verdict, rule = found.groups()
            assert (rule == "Holm") == bool(one.row.planned)
            assert (verdict is None) == one.of_own_p


def test_the_verb_fits_level_and_verdict_and_no_other(all_said, language):
    for one in all_said:
        fitting = {cell for cell, verb in VERBS[language].items() if re.search(verb, one.sentence)}
        assert fitting == {(spoken_level(one), judged(one))}, one.sentence


def test_no_causal_word_below_the_lot(all_said, language):
    for one in all_said:
        below = one.level < 5 or not one.row.contrast.endswith("difference")
        said_of_it = " ".join([one.title, one.verdict, one.verdict_name, *([one.sentence, one.alt] if below else [])])
        assert not re.search(CAUSAL[language], said_of_it, re.IGNORECASE)


def test_the_programme_did_it_only_where_the_interval_excludes_0(all_said, language):
    for one in all_said:
        if re.search(MADE[language], one.sentence):
            assert one.level == 5
            assert not one.row.ci_low <= 0 <= one.row.ci_high


def test_words_of_direction_agree_with_the_sign(all_said, language):
    for one in all_said:
        if one.family == "both":  # words of direction are of each arm
            continue
        wrong, right = (DOWN, UP) if one.row.estimate > 0 else (UP, DOWN)
        assert not re.search(wrong[language], one.sentence + one.title)
        if judged(one) == "clear" and spoken_level(one) not in ("both", "4"):
            assert re.search(right[language], one.sentence)


def test_gain_and_loss_agree_with_what_is_better(all_said, language):
    for one in all_said:
        good = (one.row.estimate > 0) == (one.better == "higher")
        wrong, right = (LOSS, GAIN) if good else (GAIN, LOSS)
        text = f"{one.verdict} {one.verdict_name}"
        assert not re.search(wrong[language], text)
        if judged(one) == "clear" and one.smallest is not None:
            assert re.search(right[language], one.verdict)
            assert re.search(right[language], one.verdict_name)
        else:
            assert not re.search(right[language], text)


def test_sentences_have_at_most_25_words(all_said):
    """Two more where an average says that it is of these cohorts."""
    for one in all_said:
        most = 27 if one.row.is_pooled else 25
        for sentence in sentences(f"{one.sentence} {one.verdict}"):
            a_number = r"just (below|above) 0|knapp (unter|über) 0"
            said = re.sub(a_number, "0", re.sub(NAMES, "name", sentence))
            said = re.sub(r"\w+innen und (\w+)", r"\1", said)  # both forms are one word
            assert len(said.split()) <= most, sentence


def test_titles_are_short(all_said):
    """Names of arms and surveys come on top, where there are several."""
    for one in all_said:
        title = re.sub(r" \(.*?\)| at \w+", "", re.sub(NAMES, "name", one.title))
        assert len(re.sub(r"\w+innen und (\w+)", r"\1", title).split()) <= 12, one.title  # both forms are one word


def test_a_sentence_says_that_it_is_an_estimate_in_its_unit(all_said, language):
    for one in all_said:
        assert re.search(ESTIMATED[language], one.sentence)
        assert UNIT[language] in one.sentence
        assert not re.search(r"\bp\b", one.sentence + one.title + one.verdict)


def test_nothing_is_left_blank(all_said):
    for one in all_said:
        for text in one.texts:
            assert not re.search(r"[{}]|\b(nan|None|inf)\b|<NA>|  |\(\s|\s[.,;)](?!\d)", text), text
