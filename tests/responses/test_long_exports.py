"""A study whose exports have one row per answer gives what the same answers in columns give."""

import pandas as pd
import pytest
from click.testing import CliRunner
from settled import settle

from rm_research.checks import check_study
from rm_research.cli import main
from rm_research.errors import StudyFileError
from rm_research.panel import prepare_study
from rm_research.study import read_study

QUESTIONS = {"m1": "I am asked for my view", "m2": "I can speak plainly"}
WAVES = ("pre", "post")
TOML = """
title = "One row per answer"
[waves.pre]
file = "all.csv"
layout = "long"
question = "Item"
answer = "Reply"
where = { Round = "pre" }
[waves.post]
file = "all.csv"
layout = "long"
question = "Item"
answer = "Reply"
where = { Round = "post" }
[columns]
person = "Person"
[scales.mood]
"""
CODEBOOK = "item,scale,low,high,pre,post\n" + "".join(f"{n},mood,1,5,{q},{q}\n" for n, q in QUESTIONS.items())
ANSWERS = {
    (f"P{n:02}", wave, item): (n * (3 if item == "m1" else 2) + (wave == "post") * (n % 2)) % 5 + 1
    for n in range(12)
    for wave in WAVES
    for item in QUESTIONS
}
LONG = "Person,Round,Item,Reply\n" + "".join(
    f"{person},{wave},{QUESTIONS[item]},{answer}\n" for (person, wave, item), answer in ANSWERS.items()
)


def test_it_gives_what_columns_give(write_study):
    prepared = prepare_study(write_study(toml=TOML, codebook=CODEBOOK, files={"all.csv": LONG}))
    wide = pd.Series(ANSWERS).unstack()
    means = wide.mean(axis=1).unstack()[list(WAVES)]
    panel = prepared.panel[["pre", "post"]].sort_values(["pre", "post"]).to_numpy()
    assert panel.tolist() == means.sort_values(list(WAVES)).to_numpy().tolist()
    ledger = prepared.ledger[prepared.ledger["wave"] == "pre"].set_index("rule")
    assert ledger.loc["read", "rows_after"] == 12
    assert ledger.loc["answers put into one row per person", "cells"] == 24
    assert ledger.loc["answers that `where` does not match", "cells"] == 24


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'answer = "Reply"',
            'answer = "Replies"',
            "has no column 'Replies' (its rows seem to be one answer each: set layout",
        ),
        ('person = "Person"', 'person = "#row"', 'layout = "long" needs a column of codes'),
        ('where = { Round = "pre" }', "", "give different answers of one person to one question"),
    ],
)
def test_what_does_not_fit_is_said(write_study, old, new, said):
    toml = TOML.replace(old, new, 1)
    table = check_study(write_study(toml=toml, codebook=CODEBOOK, files={"all.csv": LONG})).table
    assert any(said in message for message in table.loc[table["severity"] == "error", "message"])


def test_both_columns_must_be_named_and_only_for_waves(write_study):
    with pytest.raises(StudyFileError, match='layout = "long" needs question and answer'):
        read_study(write_study(toml=TOML.replace('answer = "Reply"\n', "", 1)))
    roster = '[roster]\nfile = "r.csv"\nlayout = "long"\nquestion = "a"\nanswer = "b"\n'
    with pytest.raises(StudyFileError, match="which is for the answers of a wave"):
        read_study(write_study(roster))


def test_undeclared_it_is_named(write_study):
    plain = TOML.replace('layout = "long"\nquestion = "Item"\nanswer = "Reply"\n', "")
    table = check_study(write_study(toml=plain, codebook=CODEBOOK, files={"all.csv": LONG})).table
    assert table["message"].str.contains('set layout = "long", question = "Item" and answer = "Reply"').any()


@pytest.mark.parametrize("person", ["Person", "Respondent ID"])
def test_by_the_command_line(tmp_path, monkeypatch, person):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.csv").write_text(LONG.replace("Person", person), encoding="utf-8")
    assert CliRunner().invoke(main, ["init", "draft", "--from", "all.csv"]).exit_code == 0
    drafted = (tmp_path / "draft" / "study.toml").read_text(encoding="utf-8")
    assert drafted.count('layout = "long"') == 2
    settle(tmp_path / "draft")
    checked = CliRunner().invoke(main, ["check", "draft", "--allow-outside"], env={"COLUMNS": "200"})
    assert (checked.exit_code, "0 errors" in checked.stdout) == (0, True)
    assert len(prepare_study(tmp_path / "draft", allow_outside=True).people) == 12
