"""Text that looks alike counts as equal wherever a study compares it, and the ledger says how often."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from look_alikes import labels, written_otherwise

from rm_research.panel import prepare_study
from rm_research.readers.export import as_export
from rm_research.responses.intake import take_in
from rm_research.study import read_study
from rm_research.study.folding import fold

TOML = """
title = "A study"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
where = { "Done?" = "Yes - all" }
[columns]
person = "code"
cohort = "cohort"
role = "role"
consent = "ok"
[values.role]
leader = ["Line manager - 'senior'"]
[values.consent]
yes = ["I do"]
[answers.agree]
"Don't" = 1
"1 - 2" = 2
"Do" = 3
[scales.mood]
"""
BOOK = "item,scale,low,high,answers\nI'm ok - really,mood,1,3,agree\n"
PLAIN = "code;cohort;role;ok;Done?;I'm ok - really\nA-1;Spring - 1;Line manager - 'senior';I do;Yes - all;Don't\n"
ALIKE = (
    "code;cohort;role;ok;Done?;I’m ok – really\n"
    'Ａ‑1;Spring – １;Line\u00a0manager — ‘senior’;I\u202fdo;"Yes&nbsp;- all";Don`t\n'
)


@pytest.fixture
def study(write_study):
    def write(post=ALIKE):
        pre = PLAIN.replace("Yes - all", "x")
        return write_study(toml=TOML, codebook=BOOK, files={"pre.csv": pre, "post.csv": post})

    return write


def counted(folder):
    ledger = take_in(read_study(folder)).ledger
    alike = ledger[ledger["rule"].str.contains("look-alike")]
    assert set(alike["wave"]) <= {"post"}
    return dict(zip(alike["rule"], alike["cells"], strict=True))


def test_every_kind_of_text_matches_and_is_counted(study):
    prepared = prepare_study(study())
    assert prepared.panel[["pre", "post"]].to_numpy().tolist() == [[1, 1]]
    assert prepared.people[["cohort", "role"]].to_numpy().tolist() == [["Spring - 1", "leader"]]
    assert counted(study()) == {
        "names of columns in look-alike characters": 1, "entries of person in look-alike characters": 1,
        "entries of Done? in look-alike characters": 1, "entries of role in look-alike characters": 1,
        "entries of consent in look-alike characters": 1, "answers in look-alike characters": 1,
    }  # fmt: skip


def test_nothing_is_counted_where_nothing_differs(study):
    assert counted(study(PLAIN)) == {}
    assert counted(study(PLAIN.replace("Don't", " DON'T ").replace("I do", "i DO").replace("A-1", "a-1 "))) == {}


@given(st.data(), st.lists(labels.filter(lambda text: ";" not in text), min_size=1, max_size=3, unique_by=str.casefold))
def test_any_heading_is_found_however_it_is_written(data, names):
    names = list({fold(name): name for name in names}.values())
    written = [data.draw(written_otherwise(name)) for name in names]
    export = as_export("pre.csv", written, pd.DataFrame([["1"] * len(names)], columns=range(len(names)), dtype="str"))
    assert [fold(str(export.find(name))) for name in names] == [fold(name) for name in names]


def test_the_roster_is_counted_too(study):
    folder = study()
    with (folder / "study.toml").open("a", encoding="utf-8") as toml:
        toml.write('[roster]\nfile = "roster.csv"\ncolumns = { role = "The role - then" }\n')
    roster = "code;cohort;The role – then\nA–1;Spring - 1;Line manager - ‘senior’\n"
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    taken = take_in(read_study(folder))
    assert taken.roster["role"].tolist() == ["leader"]
    ledger = taken.ledger[taken.ledger["file"] == "roster.csv"]
    assert dict(zip(ledger["rule"], ledger["cells"], strict=True)).items() >= {
        "names of columns in look-alike characters": 1, "entries of person in look-alike characters": 1,
        "entries of role in look-alike characters": 1,
    }.items()  # fmt: skip
