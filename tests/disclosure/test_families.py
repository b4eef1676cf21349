"""Scales that share answers: whether they do, who has a score on one only, and what is then shown."""

import pandas as pd
import pytest
from small_studies import TOML, Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure import disclose
from rm_research.disclosure.families import OF_PAIRS, families, first_of_family, of_pairs
from rm_research.disclosure.numbers import decide
from rm_research.effects import estimate_change
from rm_research.panel import prepare_study
from rm_research.study import read_study

SMALLEST = "[reporting]\nsmallest_group = 10\n"
PART = '[scales.part]\nlabel = "Part of mood"\n[scales.other]\nlabel = "Another"\n'
HEADER = "item,scale,low,high,pre,post\n"
MOOD = "".join(f"m{k},mood,1,5,m{k},m{k}\n" for k in (1, 2, 3))
TWO, OTHER = "p1,part,1,5,m1,m1\np2,part,1,5,m2,m2\n", "o1,other,1,5,x,x\n"
SHARING = HEADER + MOOD + TWO + OTHER


def study_with(folder, codebook=SHARING, *, only_first=0, left=0):
    """People of whom the first few answer the first question alone, before: it gives a score on `part` only."""
    study = small_study(folder, Group(n=30, left=left), toml=TOML + PART + SMALLEST, files={"codebook.csv": codebook})
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str).assign(x="3")
        rows.loc[rows.index % 2 == 0, "x"] = "4" if wave == "pre" else "5"
        if wave == "pre":
            rows.loc[rows.index < only_first, ["m2", "m3"]] = ""
        rows.to_csv(study / f"{wave}.csv", index=False)
    return prepare_study(study)


def shown_scales(disclosed):
    table = disclosed.table[disclosed.table["contrast"].eq("change") & disclosed.table["estimate"].notna()]
    return set(table["scale"])


@pytest.mark.parametrize(
    ("codebook", "expected"),
    [
        (SHARING, [["mood", "part"]]),
        (SHARING.replace("x,x", "m3,x"), [["mood", "part", "other"]]),
        (HEADER + MOOD + "p1,part,1,5,y,y\n" + OTHER, []),
        (HEADER + MOOD + "p1,part,1,5,x,z\no1,other,1,5,y,z\n", [["part", "other"]]),
    ],
)
def test_scales_that_read_one_column_are_a_family(tmp_path, codebook, expected):
    study = small_study(tmp_path, Group(), toml=TOML + PART + SMALLEST, files={"codebook.csv": codebook})
    assert families(read_study(study)) == expected


def test_each_scale_has_the_first_of_its_family(tmp_path):
    study = small_study(tmp_path, Group(), toml=TOML + PART + SMALLEST, files={"codebook.csv": SHARING})
    scales = {"mood": "mood", "part": "mood", "other": "other"}
    assert {name: of for name, of in first_of_family(read_study(study)).items() if name in scales} == scales


def test_what_pairs_say_of_themselves_is_of_no_scale(tmp_path):
    first = first_of_family(read_study(small_study(tmp_path, Group(), toml=TOML + SMALLEST)))
    assert {name for name, of in first.items() if name != "mood"} == {of_pairs(about) for about in OF_PAIRS}
    assert first["mood"] == "mood"


@pytest.mark.slow
@pytest.mark.parametrize("only_first", [1, 0, 10])
def test_all_scales_of_a_family_are_of_those_who_answered_all_its_questions(tmp_path, only_first):
    numbers = decide(study_with(tmp_path, only_first=only_first))
    assert {"mood", "part", "other"} <= shown_scales(numbers)
    known = {row.scale: row.n_pairs for row in numbers.headline_rows if row.is_known and not row.is_pooled}
    assert known == {"mood": 30 - only_first, "part": 30 - only_first, "other": 30}
    assert numbers.tables["skipped"]["n_people"].tolist() == [only_first] * (only_first > 0)
    answers = numbers.tables["answers"]
    assert set(answers.loc[answers["scale"].ne("other"), "n_people"]) <= {30 - only_first}


@pytest.mark.slow
def test_the_page_says_who_is_not_counted(tmp_path):
    prepared = study_with(tmp_path, only_first=1)
    said = "leave out 1 person who answered only some of these"
    for cohort in (None, prepared.cohorts[0]):
        assert said in repr(undrawn_findings(prepared, cohort=cohort))


@pytest.mark.slow
def test_it_is_a_real_danger(tmp_path):
    """Both means with all their decimals, and what both share, give back what the one person answered."""
    same_items = "".join(f"p{k},part,1,5,m{k},m{k}\n" for k in (1, 2, 3))
    prepared = study_with(tmp_path, HEADER + MOOD + same_items + OTHER)
    panel = prepared.panel
    lost = panel["scale"].eq("mood") & panel["person"].eq(panel["person"].iloc[0])
    truth = panel.loc[lost, "pre"].item()
    panel = panel.assign(pre=panel["pre"].where(~lost))
    of = {name: panel.loc[panel["scale"].eq(name), "pre"] for name in ("mood", "part")}
    recovered = of["part"].mean() * of["part"].count() - of["mood"].mean() * of["mood"].count()
    assert recovered == pytest.approx(truth)
    shown = disclose(estimate_change(panel, study=prepared.study), study=prepared.study, panel=panel)
    assert "part" not in shown_scales(shown)


@pytest.mark.slow
def test_where_nobody_knows_who_answered_what_only_the_first_of_a_family_is_shown(tmp_path):
    prepared = study_with(tmp_path)
    changes = estimate_change(prepared.panel, study=prepared.study)
    assert shown_scales(disclose(changes, study=prepared.study)) == {"mood", "other"}
    assert shown_scales(disclose(changes, study=prepared.study, panel=prepared.panel)) == {"mood", "other"}


ONE_COLUMN = {"by a pattern": "mo*", "by its question": "What of m1?", "twice in the file": "copy"}


@pytest.mark.parametrize("column", ONE_COLUMN.values(), ids=ONE_COLUMN)
def test_columns_that_hold_the_same_answers_are_one(tmp_path, column):
    """However the codebook writes them."""
    codebook = HEADER + MOOD.replace("m1,m1", "mood 1,mood 1") + f"p1,part,1,5,{column},{column}\n"
    study = small_study(
        tmp_path, Group(n=12), toml=TOML + PART.split("[scales.other]")[0], files={"codebook.csv": codebook}
    )
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str).rename(columns={"m1": "mood 1"})
        rows = rows.assign(**({"copy": rows["mood 1"]} if column == "copy" else {}))
        if column.endswith("?"):
            rows = rows.assign(**{column: rows["mood 1"]})
        rows.to_csv(study / f"{wave}.csv", index=False)
    prepared = prepare_study(study)
    assert families(prepared.study) == []
    assert families(prepared.study, prepared.responses) == [["mood", "part"]]


def test_columns_of_few_answers_or_of_one_answer_are_not_called_the_same(tmp_path):
    codebook = HEADER + MOOD + "o1,other,1,5,x,x\n" + "p1,part,1,5,y,y\n"
    study = small_study(tmp_path, Group(n=30), toml=TOML + PART, files={"codebook.csv": codebook})
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str).assign(x="3", y="3")
        rows.loc[7:, ["x", "y"]] = ""
        rows.loc[0, ["x", "y"]] = "4" if wave == "pre" else "3"
        if wave == "post":
            rows[["x", "y"]] = "3"
        rows.to_csv(study / f"{wave}.csv", index=False)
    prepared = prepare_study(study)
    assert families(prepared.study, prepared.responses) == []


def with_copy(folder, column, made):
    """A scale of three items, and another that reads a column made of them; one person left out the first item."""
    toml = TOML + PART.split("[scales.other]")[0] + SMALLEST
    codebook = HEADER + MOOD + f"p1,part,{column}\n"
    study = small_study(folder, Group(n=30), toml=toml, files={"codebook.csv": codebook})
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str)
        items = rows[["m1", "m2", "m3"]].astype(int)
        rows = rows.assign(made=made(items).astype(str))
        rows.loc[7, "m1"] = ""
        rows.to_csv(study / f"{wave}.csv", index=False)
    return prepare_study(study)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("column", "made"),
    [
        ("1,5,made,made", lambda items: 6 - items["m2"]),  # turned by the platform
        ("0,4,made,made", lambda items: items["m2"] - 1),
        ("3,15,made,made", lambda items: items.sum(axis=1)),  # its sum
    ],
)
def test_answers_in_another_coding_and_sums_are_the_same_answers(tmp_path, column, made):
    prepared = with_copy(tmp_path, column, made)
    assert families(prepared.study, prepared.responses) == [["mood", "part"]]
    known = {row.scale: row.n_pairs for row in decide(prepared).headline_rows if row.is_known and not row.is_pooled}
    assert known == {"mood": 29, "part": 29}


@pytest.mark.slow
def test_a_form_that_asks_less_leaves_questions_out(tmp_path):
    """One person answered on paper, where the second question is missing."""
    files = '[{ name = "web", file = "post.csv" }, { name = "paper", file = "paper.csv" }]'
    toml = TOML.replace('file = "post.csv"', f"sources = {files}")
    toml += PART.split("[scales.other]")[0] + SMALLEST
    codebook = HEADER.replace("post", "post,post.paper") + "m1,mood,1,5,m1,m1,m1\nm2,mood,1,5,m2,m2,-\n"
    codebook += "p1,part,1,5,m1,m1,m1\n"
    study = small_study(tmp_path, Group(n=30), toml=toml, files={"codebook.csv": codebook})
    rows = pd.read_csv(study / "post.csv", dtype=str)
    rows.iloc[:1].drop(columns="m2").to_csv(study / "paper.csv", index=False)
    rows.iloc[1:].to_csv(study / "post.csv", index=False)
    numbers = decide(prepare_study(study))
    known = {row.scale: row.n_pairs for row in numbers.headline_rows if row.is_known and not row.is_pooled}
    assert known == {"mood": 29, "part": 29}
