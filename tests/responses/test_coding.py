"""Waves that are coded differently are never compared silently, and can declare their own coding."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.checks import check_study
from rm_research.errors import StudyFileError
from rm_research.responses.coding import outside
from rm_research.responses.intake import take_in
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
"""
ITEMS = ["m1", "m2", "m3"]
CODEBOOK = "item,scale,low,high{columns}\n" + "".join(f"{item},mood,1,5{{cells}}\n" for item in ITEMS)
RANDOM = np.random.default_rng(13)
# the same answers in both waves would be an error of their own
TRUE = np.clip(3 + RANDOM.integers(-1, 2, (40, 1)) + RANDOM.integers(-1, 2, (40, 3)), 1, 5)

LATER = np.roll(TRUE, 1, axis=0)


def export(answers) -> str:
    rows = [f"p{number},{','.join(map(str, row))}" for number, row in enumerate(np.asarray(answers).tolist())]
    return "\n".join([f"code,{','.join(ITEMS)}", *rows]) + "\n"


@pytest.fixture
def study(write_study):
    def write(pre, post, *, columns="", cells="", more=""):
        codebook = CODEBOOK.format(columns=columns, cells=cells)
        return write_study(more, toml=TOML, codebook=codebook, files={"pre.csv": export(pre), "post.csv": export(post)})

    return write


def found(folder, *rules):
    problems = check_study(folder).to_frame()
    return problems.loc[problems["rule"].isin(rules), ["severity", "message"]].to_numpy().tolist()


CODING = ("other_range", "ranges_differ", "labels_differ", "next_to_range", "fractions", "answer_lost", "out_of_range")


@pytest.mark.parametrize(
    ("recode", "columns", "cells"),
    [
        (lambda true: true - 1, ",low.post,high.post", ",0,4"),
        (lambda true: true - 3, ",low.post,high.post", ",-2,2"),
        (lambda true: true + 10, ",low.post,high.post", ",11,15"),
        (lambda true: 5 - true, ",low.post,high.post,reverse.post", ",0,4,yes"),
    ],
)
def test_a_wave_in_another_range_is_an_error_whose_remedy_mends_it(study, recode, columns, cells):
    folder = study(TRUE, recode(LATER))
    problems = check_study(folder)
    assert problems.has_errors
    mended = check_study(study(TRUE, recode(LATER), columns=columns, cells=cells))
    assert not mended.has_errors
    responses = mended.prepared.responses
    pre, post = (responses[responses["wave"] == wave].sort_values("source_row")[ITEMS] for wave in ("pre", "post"))
    assert (np.roll(pre.to_numpy(), 1, axis=0) == post.to_numpy()).all()
    assert "answers put on the scale of the item" in set(mended.ledger["rule"])


def test_zero_to_four_is_named_with_both_ranges_and_the_key(study):
    [(severity, message)] = found(study(TRUE, TRUE - 1), *CODING)
    assert severity == "error"
    assert all(text in message for text in ("0, outside 1 to 5", "low.post", "high.post", "post.csv"))


def test_seven_points_are_one_error_not_a_problem_a_cell(study):
    wide = np.clip(TRUE + RANDOM.integers(0, 3, TRUE.shape), 1, 7)
    [(severity, message)] = found(study(TRUE, wide), *CODING)
    assert severity == "error"
    assert "6, 7, outside 1 to 5" in message


def test_a_code_next_to_the_range_looks_like_do_not_know(study):
    post = TRUE.copy()
    post[:4, 0] = 6
    [(severity, message)] = found(study(TRUE, post), *CODING)
    assert severity == "warning"
    assert message.startswith("post.csv: 4 answers to scale 'mood' are 6, next to 1 to 5, and count as missing.")
    assert found(study(TRUE, post, more="[missing]\nvalues = ['6']\n"), *CODING) == []


def test_codes_far_from_the_range_stay_a_warning_each(study):
    post = TRUE.astype(object)
    post[:4, 0] = 99
    assert [severity for severity, _ in found(study(TRUE, post), *CODING)] == ["warning"] * 4


def test_a_slip_of_the_pen_next_to_the_range_is_no_other_coding(study):
    post = TRUE.copy()
    post[0, 0] = 6
    assert [severity for severity, _ in found(study(TRUE, post), *CODING)] == ["warning"]


def test_some_fractions_among_whole_numbers_are_a_warning(study):
    post = TRUE.astype(object)
    post[:3, 1] = 3.4
    [(severity, message)] = found(study(TRUE, post), *CODING)
    assert severity == "warning"
    assert "3 of 120 answers to scale 'mood' are not whole numbers" in message


WIDE = "item,scale,low,high{columns}\n" + "".join(f"{item},mood,{{low}},{{high}}{{cells}}\n" for item in ITEMS)


@pytest.mark.parametrize(
    ("pre", "post", "ends", "error"),
    [
        (TRUE - 1, TRUE, (0, 5), True),
        (TRUE - 4, TRUE, (-3, 5), True),
        (TRUE, np.clip(TRUE + 2 * (TRUE > 4), 1, 7), (1, 7), True),
        (TRUE, TRUE, (0, 5), False),
        (TRUE, np.clip(TRUE - 1, 1, 5), (1, 5), False),
        (TRUE, TRUE, (1, 7), False),
    ],
)
def test_a_declared_range_that_holds_two_codings_does_not_hide_them(write_study, pre, post, ends, error):
    files = {"pre.csv": export(pre), "post.csv": export(post)}
    low, high = ends
    folder = write_study(toml=TOML, codebook=WIDE.format(columns="", cells="", low=low, high=high), files=files)
    assert bool(found(folder, "ranges_differ")) is error
    declared = WIDE.format(columns=",low.post,high.post", cells=f",{low},{high}", low=low, high=high)
    folder = write_study(toml=TOML, codebook=declared, files=files)
    assert found(folder, "ranges_differ") == []


def test_an_answer_that_many_gave_and_that_is_lost_is_one_error(write_study):
    toml = TOML + '[answers.agree]\n"No" = 1\n"Yes" = 2\n'
    codebook = "item,scale,low,high,answers\n" + "".join(f"{item},mood,1,2,agree\n" for item in ITEMS)
    words = np.where(TRUE > 3, "Yes", "No").astype(object)
    lost = np.roll(words, 1, axis=0)
    lost[:12] = "Undecided"
    folder = write_study(toml=toml, codebook=codebook, files={"pre.csv": export(words), "post.csv": export(lost)})
    problems = found(folder, "answer_lost", "unknown_label")
    assert [severity for severity, _ in problems] == ["error"] * 3
    assert problems[0][1].startswith(
        "post.csv: 12 people (rows 2, 3, 4, 5, 6, 7, 8, 9 and 4 more) gave an answer to 'm1' that is lost. The answer "
        "'Undecided'"
    )
    folder = write_study(toml=toml + '[missing]\nvalues = ["Undecided"]\n', codebook=codebook,
                         files={"pre.csv": export(words), "post.csv": export(lost)})  # fmt: skip
    assert not check_study(folder).has_errors


@examples(25)
@given(st.dictionaries(st.integers(-3, 9), st.integers(1, 40), min_size=1))
def test_what_lies_outside_is_never_an_answer_of_the_range(counts):
    result = outside({float(code): n for code, n in counts.items()}, 1.0, 5.0)
    if result is not None:
        assert not set(result.codes) & {1, 2, 3, 4, 5}
        assert result.n == sum(counts[code] for code in result.codes) >= 3
        if len(result.codes) == 1 and {1, 5} <= set(counts):  # one odd code beside a range that is used to both ends
            assert not result.error


@examples(15)
@given(low=st.integers(-5, 20), points=st.integers(2, 11), turned=st.booleans(), data=st.data())
def test_any_declared_coding_puts_answers_on_the_scale(tmp_path_factory, low, points, turned, data):
    high = low + points - 1
    codes = data.draw(st.lists(st.integers(low, high), min_size=3, max_size=6))
    folder = tmp_path_factory.mktemp("coded")
    (folder / "study.toml").write_text(TOML)
    cells = f",{low},{high},{'yes' if turned else ''}"
    (folder / "codebook.csv").write_text(CODEBOOK.format(columns=",low.post,high.post,reverse.post", cells=cells))
    (folder / "pre.csv").write_text(export([[1, 3, 5]] * len(codes)))
    (folder / "post.csv").write_text(export([[code] * 3 for code in codes]))
    responses = take_in(read_study(folder)).responses
    answers = responses.loc[responses["wave"] == "post", "m1"].to_numpy()
    expected = 1 + 4 * (np.array(codes) - low) / (high - low)
    np.testing.assert_allclose(answers, 6 - expected if turned else expected)


@pytest.mark.parametrize(
    ("columns", "cells", "message"),
    [
        (",low.post", ",a", "codebook.csv row 2: low.post is 'a', which is not a number"),
        (",low.later", ",0", "column 'low.later' is neither a codebook column nor a wave"),
        (",low.post,high.post", ",4,0", "must have low below high, or neither (in post)"),
        (",reverse.post", ",maybe", "reverse.post is 'maybe'; it must be yes, no or empty"),
        (",answers.post", ",agree", "has answers.post 'agree', but study.toml has no [answers.agree]; add it"),
    ],
)
def test_a_coding_that_cannot_be_is_said(study, columns, cells, message):
    with pytest.raises(StudyFileError) as error:
        read_study(study(TRUE, TRUE, columns=columns, cells=cells))
    assert message in str(error.value)


def test_a_wave_may_have_its_own_labels(write_study):
    toml = TOML + '[answers.five]\n"a" = 1\n"e" = 5\n[answers.seven]\n"a" = 1\n"d" = 4\n"g" = 7\n'
    codebook = "item,scale,low,high,answers,answers.post,low.post,high.post\nm1,mood,1,5,five,seven,1,7\n"
    files = {"pre.csv": "code,m1\np1,a\np2,e\np3,e\n", "post.csv": "code,m1\np1,a\np2,d\np3,g\n"}
    responses = take_in(read_study(write_study(toml=toml, codebook=codebook, files=files))).responses
    assert responses["m1"].tolist() == [1, 5, 5, 1, 3, 5]


LABELS = dict(enumerate(["Never", "Rarely", "Sometimes", "Often", "Always"], start=1))


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("recode", "columns", "cells", "told"),
    [
        (lambda code: 6 - code, ",reverse.post", ",yes", "'never' is 5 there, not 1"),
        (lambda code: code + 10, ",low.post,high.post", ",11,15", "'never' is 11 there, not 1"),
    ],
)
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_labels_that_stand_for_other_codes_are_an_error_until_that_is_declared(
    write_study, kind, recode, columns, cells, told
):
    folder = write_study(toml=TOML.replace(".csv", f".{kind}"), codebook=CODEBOOK.format(columns=columns, cells=cells))
    write, form = {"sav": (pyreadstat.write_sav, "spss"), "dta": (pyreadstat.write_dta, "stata")}[kind]
    for wave, of in (("pre", lambda code: code), ("post", recode)):
        rows = pd.DataFrame(of(TRUE if wave == "pre" else LATER), columns=ITEMS).assign(
            code=[f"p{number}" for number in range(len(TRUE))]
        )
        labels = {item: {of(code): label for code, label in LABELS.items()} for item in ITEMS}
        write(rows, str(folder / f"{wave}.{kind}"), variable_value_labels=labels)
    toml = (folder / "study.toml").read_text().replace(f'.{kind}"', f'.{kind}"\nformat = "{form}"')
    (folder / "study.toml").write_text(toml)
    assert not check_study(folder).has_errors
    (folder / "codebook.csv").write_text(CODEBOOK.format(columns="", cells=""))
    messages = [message for _, message in found(folder, "labels_differ")]
    assert len(messages) == 1
    assert told in messages[0]


def test_an_item_turned_in_one_wave_is_said_louder(study):
    true = np.clip(3 + np.linspace(-2, 2, 40).round()[:, None].astype(int) + RANDOM.integers(0, 2, (40, 3)), 1, 5)
    turned = true.copy()
    turned[:, 2] = 6 - turned[:, 2]
    [(severity, message)] = found(study(true, turned), "runs_against")
    assert severity == "warning"
    assert "in wave 'post'" in message
    assert "in no other wave" in message
    assert "write yes under reverse.post" in message
    both = found(study(turned, turned), "runs_against")
    assert len(both) == 2
    assert all("in no other wave" not in message for _, message in both)
    # the remedy, for the one item
    codebook = "item,scale,low,high,reverse.post\nm1,mood,1,5,\nm2,mood,1,5,\nm3,mood,1,5,yes\n"
    folder = study(true, turned)
    (folder / "codebook.csv").write_text(codebook)
    mended = check_study(folder)
    assert "runs_against" not in set(mended.table["rule"])
    scores = mended.prepared.scores.pivot(index="person", columns="wave", values="score")
    pd.testing.assert_series_equal(scores["pre"], scores["post"], check_names=False)


def test_an_item_that_a_wave_did_not_ask_is_an_error(study):
    post = LATER.astype(object)
    post[:, 0] = ""
    [(severity, message)] = found(study(TRUE, post), "hardly_answered")
    assert severity == "error"
    assert message.startswith("Hardly anybody answered 'm1' in wave 'post'")
    folder = study(TRUE, post)
    (folder / "codebook.csv").write_text("item,scale,low,high,post\nm1,mood,1,5,-\nm2,mood,1,5,\nm3,mood,1,5,\n")
    assert not check_study(folder).has_errors


def test_a_wave_that_is_coded_the_other_way_as_a_whole_is_a_warning(study):
    true = np.clip(3 + np.linspace(-2, 2, 40).round()[:, None].astype(int) + RANDOM.integers(0, 2, (40, 3)), 1, 5)
    [(severity, message)] = found(study(true, 6 - true), "turned")
    assert severity == "warning"
    assert "write yes under reverse.post" in message
    assert found(study(true, np.roll(true, 1, axis=0)), "turned") == []


def test_a_range_declared_by_mistake_is_named_as_that(study):
    [(_, message)] = found(study(TRUE, LATER, columns=",low.post,high.post", cells=",0,4"), *CODING)
    assert message.endswith("which codebook.csv declares for this wave. Correct or remove low.post and high.post.")
