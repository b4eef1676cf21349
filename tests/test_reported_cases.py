"""Situations that users of survey tools reported: each does what the README of the cases says; skipped where absent."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from settled import settle

from rm_research.checks import check_study
from rm_research.cli import main
from rm_research.panel import prepare_study

CASES = Path(__file__).parents[2] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"the cases are not in {CASES}")


@pytest.fixture
def case(tmp_path):
    """A copy of a case; its study, or one drafted from its exports and settled."""

    def copied(name, exports=()):
        shutil.copytree(CASES / name, tmp_path / name, copy_function=shutil.copyfile)
        for folder in (tmp_path / name, *(tmp_path / name).rglob("*/")):
            folder.chmod(0o700)
        if not exports:
            return tmp_path / name / "study"
        draft = tmp_path / "draft"
        draft.mkdir()
        copies = [shutil.copyfile(tmp_path / name / one, draft / Path(one).name) for one in exports]
        done = CliRunner().invoke(main, ["init", str(draft), "--from", *map(str, copies)])
        assert done.exit_code == 0, done.output
        settle(draft)
        return draft

    return copied


def found(study, severity):
    table = check_study(study).table
    return table[table["severity"] == severity]


def edit(study, file, old, new):
    text = (study / file).read_text(encoding="utf-8")
    assert old in text
    (study / file).write_text(text.replace(old, new), encoding="utf-8")


def change(study):
    panel = prepare_study(study).panel
    return float((panel["post"] - panel["pre"]).mean()), int((panel["post"] - panel["pre"]).notna().sum())


def test_every_row_of_the_readme_is_tested():
    rows = re.findall(r"^\| (\d\d\w*-\S+) \|", (CASES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    assert len(rows) == len(list(CASES.glob("*/run.sh"))) > 0
    assert [row for row in rows if f'"{row}' not in sources] == []


@pytest.mark.parametrize(("name", "words", "form", "people"), [
    ("06b-id-some-zeros", "11 codes", "number", 24), ("09-email-id", "codes", "plus-tag", 24),
])  # fmt: skip
def test_codes_that_nearly_agree_are_counted_and_one_key_makes_them_equal(case, name, words, form, people):
    study = case(name)
    message = found(study, "warning").set_index("rule").loc["codes_alike", "message"]
    assert words in message
    assert f'compare = ["{form}"]' in message
    before = change(study)[1]
    edit(study, "study.toml", "[columns]", f'[link]\ncompare = ["{form}"]\n[columns]')
    assert "codes_alike" not in set(found(study, "warning")["rule"])
    assert change(study)[1] == people > before


def test_another_range_is_an_error_that_names_both_and_the_key(case):
    study = case("11c-zero-to-four-then-one-to-five", ["study/pre.csv", "study/post.csv"])
    errors = found(study, "error")
    message = " ".join(errors["message"])
    assert len(errors)
    assert all(words in message for words in ("0 to 4", "1 to 5", "low.", "high."))
    assert CliRunner().invoke(main, ["report", str(study), "--out", str(study / "out")]).exit_code == 1
    codebook = pd.read_csv(study / "codebook.csv", dtype="str", keep_default_na=False)
    codebook = codebook.assign(low="1", high="5", **{"low.pre": "0", "high.pre": "4"})
    codebook.to_csv(study / "codebook.csv", index=False)
    assert len(found(study, "error")) == 0
    assert change(study)[0] == pytest.approx(0.06, abs=0.005)


def test_five_and_seven_points_are_not_compared(case):
    study = case("12-five-to-seven")
    errors = found(study, "error")
    assert set(errors["rule"]) == {"other_range"}
    assert "are 6, 7, outside 1 to 5" in errors["message"].iloc[0]
    assert "out_of_range" not in set(check_study(study).table["rule"])
    assert CliRunner().invoke(main, ["report", str(study), "--out", str(study / "out")]).exit_code == 1


def test_decimal_commas_are_read_and_said(case):
    study = case("13-decimal-comma")
    assert len(found(study, "error")) == 0
    ledger = prepare_study(study).ledger
    assert ledger.loc[ledger["rule"] == "numbers with a decimal comma", "cells"].sum() > 0
    assert prepare_study(study).responses[["q1", "q2", "q3"]].notna().all(axis=None)


def test_codes_that_run_the_other_way_later_are_an_error(case):
    study = case("26c-sav-coding-reversed-in-post", ["pre.sav", "post.sav"])
    errors = found(study, "error")
    assert set(errors["rule"]) == {"labels_differ"}
    assert all(words in errors["message"].iloc[0] for words in ("post.sav", "pre.sav", "reverse.post"))
    codebook = pd.read_csv(study / "codebook.csv", dtype="str", keep_default_na=False)
    codebook.assign(**{"reverse.post": "yes"}).to_csv(study / "codebook.csv", index=False)
    assert len(found(study, "error")) == 0
    assert change(study)[0] == pytest.approx(0.06, abs=0.005)


def test_quotes_and_dashes_of_one_wave_make_no_other_labels(case):
    study = case("29-dash-quote-labels")
    assert len(check_study(study).table) == 0
    prepared = prepare_study(study)
    assert prepared.responses[["q1", "q2", "q3"]].notna().all(axis=None)
    counted = prepared.ledger[prepared.ledger["rule"] == "answers in look-alike characters"]
    assert counted["wave"].tolist() == ["post"]
    assert counted["cells"].sum() > 0


def test_an_item_that_turns_in_one_wave_is_told(case):
    study = case("31-item-turned-in-post")
    told = found(study, "warning").set_index("rule").loc["runs_against"]
    assert told["column"] == "q3"
    assert "runs against the others of scale 'inclusion' in wave 'post'" in told["message"]
    assert "and in no other wave" in told["message"]
    assert "yes under reverse.post" in told["message"]
    codebook = pd.read_csv(study / "codebook.csv", dtype="str").assign(**{"reverse.post": ["", "", "yes"]})
    codebook.to_csv(study / "codebook.csv", index=False)
    assert len(check_study(study).table) == 0
    assert change(study)[0] == pytest.approx(0.06, abs=0.005)


@pytest.mark.slow
def test_who_returned_a_questionnaire_is_not_said_to_have_left(case, tmp_path):
    study = case("49-partial-saves-two-scales")
    done = CliRunner().invoke(main, ["report", str(study), "--out", str(tmp_path / "out"), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    page = re.sub(r"<[^>]+>|\s+", " ", (tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    page = re.sub(r" +", " ", page)
    assert "10 returned the later questionnaire without enough usable answers" in page
    assert not re.search(r"\b10 (?:people )?(?:did not|left\b|never)", page)
