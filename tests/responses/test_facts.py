"""Facts of questionnaires."""

import pandas as pd
import pytest

from rm_research.errors import ReadError
from rm_research.readers.export import as_export
from rm_research.responses.facts import as_dates, fact, recode, source_facts, spellings, where_mask
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
where = {WHERE}
[columns]
person = "code"
[missing]
values = ["NA"]
[values.cohort]
spring = ["S", "Spring term"]
[scales.mood]
"""


def export(**columns):
    rows = pd.DataFrame(columns, dtype="str")
    return as_export("pre.csv", list(rows), rows.set_axis(range(2, 2 + len(rows))))


@pytest.fixture
def study(write_study):
    return read_study(write_study(toml=TOML.replace("{WHERE}", "{}")))


def values(series):
    return series.astype(object).where(series.notna(), None).tolist()


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        ("{ occasion = 1 }", [True, True, False]),
        ('{ Status = "ip address" }', [True, False, True]),
        ('{ Status = ["IP Address", "spam"] }', [True, True, True]),
        ('{ occasion = 1, Status = "IP Address" }', [True, False, False]),
    ],
)
def test_where_takes_rows_that_meet_every_condition(write_study, where, taken):
    study = read_study(write_study(toml=TOML.replace("{WHERE}", where)))
    rows = export(occasion=["1", "1.0", "2"], Status=["IP Address", "Spam", "IP Address"])
    assert where_mask(rows, study.waves[0].sources[0]).tolist() == taken


def test_where_names_a_column_there_is(write_study):
    study = read_study(write_study(toml=TOML.replace("{WHERE}", "{ Stats = 1 }")))
    with pytest.raises(ReadError, match=r"pre.csv has no column 'Stats', but `where` names it; did you mean 'Status'"):
        where_mask(export(Status=["1"]), study.waves[0].sources[0])


def test_a_fact_is_trimmed_and_missing_where_blank_or_declared_so(study):
    assert values(fact(export(code=[" a ", "", "na"]), ("code",), study, "person")) == ["a", None, None]


def test_a_fact_is_recoded_to_the_studys_words(study):
    assert values(fact(export(c=["s", "SPRING TERM", "Spring", "autumn"]), ("c",), study, "cohort")) == [
        "spring", "spring", "spring", "autumn",
    ]  # fmt: skip


def test_our_own_words_match_in_any_case(study):
    assert values(fact(export(r=["Leader", "MENTOR ", "guest"]), ("r",), study, "role")) == [
        "leader",
        "mentor",
        "guest",
    ]


def test_several_columns_make_one_value(study):
    rows = export(a=["Ops", "Ops", ""], b=["North", "", "South"])
    assert values(fact(rows, ("a", "b"), study, "unit")) == ["Ops / North", "Ops", "South"]


def test_half_a_code_is_no_code(study):
    rows = export(a=["3", "3", ""], b=["ma", "", "ma"])
    assert values(fact(rows, ("a", "b"), study, "person")) == ["3 / ma", None, None]


def test_rows_may_be_people(study):
    assert values(fact(export(a=["x", "y"]), ("#row",), study, "person")) == ["row 2", "row 3"]


def test_a_fact_in_a_column_that_is_not_there_is_refused_with_a_hint(study):
    with pytest.raises(ReadError, match=r"pre.csv has no column 'Code' \(did you mean 'code'\?\), declared for person"):
        fact(export(code=["a"]), ("Code",), study, "person")


def test_addresses_are_no_cohorts(study):
    with pytest.raises(ReadError, match=r"pre.csv has e-mail addresses in the column declared for cohort. Name anoth"):
        fact(export(c=["mary@example.org"]), ("c",), study, "cohort")


def test_what_is_set_for_an_export_is_recoded_too(write_study):
    toml = TOML.replace("where = {WHERE}", 'set = { role = "Leader", cohort = "S" }')
    study = read_study(write_study(toml=toml))
    facts = source_facts(
        export(code=["a"]), study, study.waves[0], study.waves[0].sources[0], ["role", "cohort"], in_roster=set()
    )
    assert facts.iloc[0].tolist() == ["leader", "spring"]


def test_every_lacking_column_is_named_at_once(write_study):
    study = read_study(write_study(toml=TOML.replace("where = {WHERE}", 'columns = { role = "R", arm = "A" }')))
    with pytest.raises(ReadError, match=r"'R' .*\n.*'A' "):
        source_facts(
            export(code=["a"]), study, study.waves[0], study.waves[0].sources[0], ["role", "arm"], in_roster=set()
        )


def test_a_fact_of_the_roster_may_be_absent_from_an_export(write_study):
    study = read_study(write_study(toml=TOML.replace("where = {WHERE}", 'columns = { role = "R" }')))
    facts = source_facts(
        export(code=["a"]), study, study.waves[0], study.waves[0].sources[0], ["role"], in_roster={"role"}
    )
    assert values(facts["role"]) == [None]


def test_recode_leaves_alone_what_no_word_lists():
    assert recode(pd.Series(["x", "y"]), {"leader": ("X",)}).tolist() == ["leader", "y"]


def test_spellings_of_one_word_are_found_the_first_met_counting():
    found = spellings(pd.Series(["Spring 25", None]), pd.Series(["spring  25", "Autumn 25"]))
    assert found == {"spring 25": "Spring 25", "autumn 25": "Autumn 25"}


@pytest.mark.parametrize(
    ("text", "date_format", "time"),
    [
        ("2025-03-04", None, "2025-03-04"),
        ("2025-03-04 10:11:12", None, "2025-03-04 10:11:12"),
        ("2025-03-04T10:11:12+02:00", None, "2025-03-04 08:11:12"),
        ("04/03/2025", "%d/%m/%Y", "2025-03-04"),
    ],
)
def test_dates_are_iso_or_of_the_declared_format(text, date_format, time):
    assert as_dates(pd.Series([text]), date_format).tolist() == [pd.Timestamp(time)]


def test_a_date_of_another_format_is_missing_not_guessed():
    assert as_dates(pd.Series(["04/03/2025", None]), None).isna().all()
