"""Which meetings and goals of pairs count, and what the roster says that they agreed on."""

import pandas as pd
import pytest
from process_study import TOML, process_files

from rm_research.panel import prepare_study
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study


@pytest.fixture
def prepare(tmp_path):
    """Prepare the study of pairs with other files, as a list of a file's further lines or with another study.toml."""

    def prepared(*lines: str, file: str = "log.csv", toml: str = TOML, old: str = "", new: str = ""):
        files = process_files(toml=toml)
        files[file] = files[file].replace(old, new, 1) + "".join(f"{line}\n" for line in lines)
        for name, content in files.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        return prepare_openly(read_study(tmp_path))

    return prepared


def said(prepared) -> dict[str, str]:
    return dict(prepared.problems[["rule", "message"]].itertuples(index=False, name=None))


def held(prepared) -> int:
    return int(prepared.dyads.drop_duplicates(["cohort", "dyad"])["sessions"].sum())


@pytest.mark.parametrize(
    ("line", "rule", "step"),
    [
        ("P001,2025-03-11,45", "meetings_twice", "meetings logged twice"),
        ("P001,2025-02-28,45", "meetings_before_start", "meetings before the start"),
        ("P001,2999-01-01,45", "meetings_to_come", "meetings of days to come"),
        ("P999,2025-04-01,45", "unknown_dyad", "meetings of unknown dyads"),
    ],
)
def test_a_meeting_that_cannot_have_been_held_does_not_count(line, rule, step, prepare):
    before = held(prepare())
    prepared = prepare(line)
    assert held(prepared) == len(prepared.meetings) == before
    assert set(said(prepared)) == {rule}
    assert rule == "unknown_dyad" or "row 98" in said(prepared)[rule]
    left = prepared.ledger.set_index("rule").loc[step]
    assert left["rows_before"] - left["rows_after"] == 1


def test_two_meetings_of_a_day_count_where_their_times_differ(prepare):
    before = held(prepare())
    assert held(prepare("P001,2025-03-20 09:00,45", "P001,2025-03-20 15:00,45")) == before + 2


@pytest.mark.slow
def test_a_meeting_without_its_time_is_the_one_of_that_day_with_a_time(prepare):
    before = held(prepare())
    told = prepare("P001,2025-08-11,45", "P001,2025-08-11 15:00,45", "P001,2025-08-11T23:30:00-05:00,45")
    assert held(told) == before + 2
    assert "row 98 repeat" in said(told)["meetings_twice"]


def test_meetings_without_a_date_are_no_repetition(prepare):
    before = held(prepare())
    assert held(prepare("P001,,45", "P001,,45")) == before + 2


def test_each_cohort_may_start_on_its_own_day(prepare):
    later = TOML.replace("start = 2025-03-01", "start = { a = 2025-03-01, B = 2025-03-20 }")
    before, prepared = prepare().meetings, prepare(toml=later)
    gone = before[before["cohort"].eq("B") & before["date"].lt(pd.Timestamp("2025-03-20"))]
    assert len(gone) > 0
    assert held(prepared) == len(before) - len(gone)


def test_a_start_of_a_cohort_that_nobody_is_in_is_an_error(prepare):
    told = said(prepare(toml=TOML.replace("start = 2025-03-01", "start = { A = 2025-03-01, C = 2025-03-01 }")))
    assert "programme.start: 'C' is not a cohort" in told["unknown_cohort"]


def test_meetings_yet_to_come_are_not_cached(tmp_path):
    files = process_files()
    files["log.csv"] += "P001,2999-01-01,45\n"
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    prepare_study(tmp_path)
    assert not list((tmp_path / ".rm_research" / "cache").glob("prepared-*"))


def test_goals_of_unknown_dyads_are_counted_and_left_out(prepare):
    prepared = prepare("P999,2025-04-01,1", file="goals.csv")
    assert len(prepared.goals) == 42
    assert "1 goal is not counted (row 44)" in said(prepared)["unknown_dyad_of_goals"]


@pytest.mark.parametrize("entry", ["3", "-2.5", "70"])
def test_an_attainment_outside_its_scale_is_an_error(entry, prepare):
    prepared = prepare(f"P001,2025-04-01,{entry}", file="goals.csv")
    assert "row 44 is outside -2 to 2" in said(prepared)["outside_goals"]
    assert prepared.goals.empty


@pytest.mark.parametrize(("file", "line"), [("log.csv", "P001,2025-06-01,30"), ("goals.csv", "P001,,1")])
def test_rows_of_a_dyad_that_two_cohorts_have_are_an_error_without_a_cohort(file, line, prepare):
    files = process_files()
    again = "".join(f"X{side},A,{role},P001,yes,yes\n" for side, role in enumerate(("leader", "mentor")))
    told = said(prepare(file="roster.csv", old=(roster := files["roster.csv"]), new=roster + again))
    assert "name a dyad of several cohorts" in told["dyad_of_several_cohorts"]
    assert not {"unknown_dyad", "unknown_dyad_of_goals"} & set(told)


def test_a_dyad_with_one_side_only_is_told_of(prepare):
    told = said(prepare("L900,A,leader,P900,yes,yes", file="roster.csv"))
    assert told["half_pairs"].startswith("1 of ")


@pytest.mark.parametrize("minutes", ["-60", "5000"])
def test_minutes_that_no_meeting_has_are_not_added_up(minutes, prepare):
    prepared = prepare(f"P001,2025-06-01,{minutes}")
    assert "minutes in row 98 are below 0 or more" in said(prepared)["impossible_minutes"]
    assert prepared.meetings["minutes"].isna().sum() == 1


@pytest.mark.quick(3)
@pytest.mark.parametrize("when", [
    "2025-09-02T00:30:00+02:00", "2025-09-02 23:30-0500", "2025-09-02T12:00:00.5Z", "2025-09-02T00:30:00+02",
    "20250902T003000+0200", "2025-09-02T00+02:00",
])  # fmt: skip
def test_a_meeting_stays_on_the_day_of_the_clock_on_the_wall(when, prepare):
    days = prepare(f"P001,{when},30").meetings["date"].dt.strftime("%Y-%m-%d")
    assert days.max() == "2025-09-02"


@pytest.mark.parametrize(("form", "when"), [
    ("%Y-%m-%dT%H:%M:%SZ", "2025-09-02T00:30:00Z"), ("%d/%m/%Y %H:%M %z", "02/09/2025 00:30 +0200"),
    ("%d/%m/%Y %H:%M%z", "02/09/2025 00:30+02:00"),
])  # fmt: skip
def test_a_declared_format_may_have_a_zone(form, when, prepare):
    toml = TOML.replace('file = "log.csv"', f'file = "log.csv"\ndate_format = "{form}"')
    days = prepare(f"P001,{when},30", toml=toml).meetings["date"].dt.strftime("%Y-%m-%d %H:%M")
    assert days.dropna().tolist() == ["2025-09-02 00:30"]


def test_goals_may_be_unrated_and_undated(prepare):
    prepared = prepare("P001,soon,", "P001,,a lot", file="goals.csv")
    assert len(prepared.goals) == 44
    assert set(said(prepared)) == {"not_a_number"}
    assert prepared.goals["attainment"].isna().sum() == 2


def agreed(prepared, name="purpose") -> list[object]:
    return prepared.dyads[name].astype(object).where(prepared.dyads[name].notna(), None).tolist()


def test_what_pairs_agreed_on_is_what_the_roster_says(prepare):
    assert sorted(agreed(prepare()), key=str) == [False] * 6 + [True] * 22


def test_one_line_of_a_pair_is_enough(prepare):
    prepared = prepare(file="roster.csv", old="L000,A,leader,P000,no", new="L000,A,leader,P000,")
    assert agreed(prepared).count(False) == 6


@pytest.mark.parametrize(("entry", "rule"), [("perhaps", "unclear_agreement"), ("yes", "agreements_differ")])
def test_what_is_unclear_or_contradicts_itself_is_not_known(entry, rule, prepare):
    lines = "L000,A,leader,P000,no,yes\nM000,A,mentor,P000,no,yes"
    changed = lines.replace("no,yes\nM", f"{entry},yes\nM")
    changed = changed if rule == "agreements_differ" else changed.replace("P000,no", f"P000,{entry}")
    prepared = prepare(file="roster.csv", old=lines, new=changed)
    assert agreed(prepared).count(None) == 1
    assert set(said(prepared)) == {rule}


def test_other_words_are_listed_in_the_study_file(prepare):
    words = TOML + '[values.purpose]\nyes = ["agreed"]\n'
    prepared = prepare(file="roster.csv", toml=words, old="P000,no", new="P000,agreed")
    assert "unclear_agreement" not in said(prepared)
