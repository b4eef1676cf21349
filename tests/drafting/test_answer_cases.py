"""Situations of answers that users reported, by the command line: what the draft estimates, and what it leaves open."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from drafted_exports import codes, sheet
from settled import settle

from rm_research.cli import main
from rm_research.panel import prepare_study

CASES = Path(__file__).parents[3] / "shared" / "cases"
AMOUNT = ("None at all", "A little", "A moderate amount", "A lot", "A great deal")
AGREE = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
# ways to say 1 to 5 before and after, and whether the draft has to leave the order open
AHEAD, BEHIND, WITH_DASH = ([form.format(n=n, w=w) for n, w in enumerate(AGREE, 1)]
                            for form in ("{n} - {w}", "{w} ({n})", "{w} - {n}"))  # fmt: skip
SAID = {
    "numbers before words in brackets": ([f"{n} ({w})" for n, w in enumerate(AGREE, 1)],) * 2 + (False,),
    "only the ends have words": (["1 (Not one bit)", "2", "3", "4", "5 (Through and through)"],) * 2 + (False,),
    "another dash after": (AHEAD, [label.replace("-", "–") for label in AHEAD], False),
    "words before numbers": (BEHIND, WITH_DASH, False),
    "amounts": (AMOUNT, AMOUNT, False),
    "amounts in French": (("Pas du tout", "Un peu", "Modérément", "Beaucoup", "Énormément"),) * 2 + (False,),
    "codes of LimeSurvey": ([f"AO{n:02}" for n in range(1, 6)],) * 2 + (True,),
    "codes without noughts": ([f"A{n}" for n in range(1, 6)],) * 2 + (True,),
}  # fmt: skip
BEFORE = [[1 + (person * 3 + item) % 5 for item in range(3)] for person in range(20)]
AFTER = [[min(5, answer + (person + item) % 2) for item, answer in enumerate(row)] for person, row in enumerate(BEFORE)]
TRUE = float(pd.DataFrame(AFTER).mean(axis=1).mean() - pd.DataFrame(BEFORE).mean(axis=1).mean())


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def change(study):
    panel = prepare_study(study).panel
    return float((panel["post"] - panel["pre"]).mean())


@pytest.mark.quick(4)
@pytest.mark.parametrize("situation", SAID)
def test_the_change_is_the_true_one_or_nothing_is_estimated(tmp_path, situation):
    before, after, left_open = SAID[situation]
    for name, words, given in (("pre", before, BEFORE), ("post", after, AFTER)):
        rows = [(code, *(words[answer - 1] for answer in row)) for code, row in zip(codes(20), given, strict=True)]
        (tmp_path / f"{name}.csv").write_text(sheet(["code", "q1", "q2", "q3"], rows), encoding="utf-8")
    study = tmp_path / "study"
    assert run("init", study, "--from", tmp_path / "pre.csv", tmp_path / "post.csv").exit_code == 0
    checked = run("check", study)
    assert checked.exit_code == left_open
    if left_open:
        refused = run("report", study, "--out", tmp_path / "out")
        assert refused.exit_code == 1
        assert "put x between the brackets of the mark" in refused.stderr
        settle(study)
    assert change(study) == pytest.approx(TRUE, abs=1e-12)


@pytest.mark.skipif(not CASES.is_dir(), reason=f"the cases are not in {CASES}")
@pytest.mark.parametrize(("case", "true"), [
    ("14e-parenthesis/study", 0.06), ("25-limesurvey-codes", 0.06), ("45-none-at-all/study", 0.06),
    ("14d-endash-other-wave/study", 0.06),
])  # fmt: skip
def test_reported_cases(tmp_path, case, true):
    study = tmp_path / "study"
    assert run("init", study, "--from", CASES / case / "pre.csv", CASES / case / "post.csv").exit_code == 0
    assert run("check", study).exit_code == (1 if "limesurvey" in case else 0)
    settle(study)
    assert change(study) == pytest.approx(true, abs=0.005)
