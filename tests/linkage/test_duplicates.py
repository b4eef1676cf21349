"""One questionnaire per person and wave: duplicates by rule, parts joined."""

import pytest

from rm_research.linkage import link_waves
from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
{RULE}
[columns]
person = "code"
submitted = "date"
[scales.mood]
"""
PARTS = """
title = "T"
[waves.pre]
{RULE}
[[waves.pre.sources]]
name = "one"
file = "one.csv"
columns = { role = "role" }
[[waves.pre.sources]]
name = "two"
file = "two.csv"
[columns]
person = "code"
submitted = "date"
[scales.mood]
published = "total"
"""
HEADER = "code,date,m1,m2\n"


@pytest.fixture
def link(write_study):
    def linked(rule="", toml=TOML, **files):
        toml = toml.replace("{RULE}", f'duplicates = "{rule}"' if rule else "")
        study = read_study(write_study(toml=toml, files={f"{name}.csv": text for name, text in files.items()}))
        return link_waves(take_in(study), study)

    return linked


def kept(linkage):
    return linkage.responses["source_row"].tolist()


def messages(linkage):
    return linkage.problems["message"].tolist()


def test_two_questionnaires_of_a_person_are_an_error_with_their_rows(link):
    linkage = link(pre=HEADER + "a,,1,1\nb,,1,1\na,,2,2\nb,,1,1\n")
    assert linkage.problems[["severity", "cohort", "message"]].to_numpy().tolist() == [
        ["error", "all people", "wave 'pre' of cohort 'all people' has 2 codes used by more than one row (rows 2, 3, "
         "4, 5 of pre.csv). Set duplicates = \"last\" under [waves.pre] in study.toml to keep each person's latest "
         "answer."],
    ]  # fmt: skip


def test_without_a_rule_what_is_left_out_is_in_the_ledger(link):
    ledger = link(pre=HEADER + "a,,1,1\na,,2,2\n").ledger
    assert ledger[["rule", "rows_before", "rows_after"]].to_numpy().tolist() == [
        ["duplicates without a rule, first kept", 2, 1]
    ]


@pytest.mark.parametrize(("rule", "row"), [("first", 3), ("last", 2)])
def test_dates_decide_which_counts(link, rule, row):
    assert kept(link(rule, pre=HEADER + "a,2025-02-01,1,1\na,2025-01-01,2,2\n")) == [row]


@pytest.mark.parametrize(("rule", "row"), [("first", 2), ("last", 3)])
def test_without_dates_the_order_in_the_file_decides(link, rule, row):
    assert kept(link(rule, pre=HEADER + "a,,1,1\na,,2,2\n")) == [row]


@pytest.mark.parametrize(("rule", "row"), [("first", 2), ("last", 3)])
def test_a_date_that_only_one_of_them_has_decides_nothing(link, rule, row):
    assert kept(link(rule, pre=HEADER + "a,,1,1\na,2025-02-01,2,2\n")) == [row]


@pytest.mark.parametrize(
    ("dates", "how"), [(("2025-01-01", "2025-01-02"), "date submitted"), (("", ""), "order in the")]
)
def test_what_was_left_out_says_by_what(link, dates, how):
    linkage = link("last", pre=HEADER + "".join(f"a,{date},1,1\n" for date in dates))
    assert messages(linkage)[0].startswith(
        f"A second questionnaire of the same person in this wave was left out; the last counts (by {how}"
    )


def test_each_left_out_row_is_named(link):
    linkage = link("first", pre=HEADER + "a,,1,1\na,,1,1\nb,,1,1\na,,1,1\n")
    assert linkage.problems["source_row"].tolist() == [3, 5]


def test_links_keep_what_duplicates_left_out(link):
    assert len(link("first", pre=HEADER + "a,,1,1\na,,2,2\n").links) == 2


ONE, TWO = "code,date,m1,role\n", "code,date,m2,total\n"


def test_two_parts_make_one_questionnaire(link):
    linkage = link(toml=PARTS, one=ONE + "a,,1,leader\n", two=TWO + "a,,2,1.5\n")
    assert (linkage.responses[["file", "m1", "m2"]].to_numpy().tolist(), messages(linkage)) == (
        [["one.csv", 1, 2]],
        [],
    )


def test_facts_and_totals_of_both_parts_are_kept(link):
    linkage = link(toml=PARTS, one=ONE + "a,,1,leader\n", two=TWO + "a,,2,1.5\n")
    assert (linkage.facts["role"].tolist(), linkage.published["mood"].tolist()) == (["leader"], [1.5])


def test_a_questionnaire_is_handed_in_with_its_last_part(link):
    linkage = link(toml=PARTS, one=ONE + "a,2025-01-05,1,\n", two=TWO + "a,2025-01-09,2,\n")
    assert str(linkage.responses.loc[0, "submitted"]) == "2025-01-09 00:00:00"


def test_parts_joined_are_in_the_ledger(link):
    linkage = link(toml=PARTS, one=ONE + "a,,1,\nb,,1,\n", two=TWO + "a,,2,\n")
    assert linkage.ledger[["rule", "rows_before", "rows_after"]].to_numpy().tolist() == [
        ["parts of one questionnaire joined", 3, 2]
    ]


def test_a_part_handed_in_twice_is_resolved_before_it_is_joined(link):
    linkage = link("last", toml=PARTS, one=ONE + "a,,1,\na,,3,\n", two=TWO + "a,,2,\n")
    assert linkage.responses[["m1", "m2"]].to_numpy().tolist() == [[3, 2]]


def test_an_item_answered_in_both_exports_makes_them_duplicates(link):
    linkage = link(toml=PARTS, one="code,date,m1,m2,role\na,,1,1,\n", two=HEADER + "a,,2,\n")
    assert "has 1 code used by more than one row (row 2 of one.csv; row 2 of two.csv)" in messages(linkage)[-1]


def test_people_of_two_exports_stay_apart(link):
    linkage = link(toml=PARTS, one=ONE + "a,,1,leader\n", two=TWO + "b,,2,\n")
    assert len(linkage.responses) == 2


def test_parts_that_differ_in_a_fact_are_told(write_study):
    toml = """
title = "T"
[waves.pre]
[[waves.pre.sources]]
name = "one"
file = "one.csv"
[[waves.pre.sources]]
name = "two"
file = "two.csv"
[columns]
person = "code"
role = "role"
[scales.mood]
"""
    files = {"one.csv": "code,role,m1,m2\na,leader,1,\n", "two.csv": "code,role,m1,m2\na,mentor,,2\n"}
    study = read_study(write_study(toml=toml, files=files))
    linkage = link_waves(take_in(study), study)
    told = linkage.problems[linkage.problems["rule"] == "disagreement"]
    assert told[["file", "column"]].to_numpy().tolist() == [["two.csv", "role"]]
    assert len(linkage.responses) == 1
