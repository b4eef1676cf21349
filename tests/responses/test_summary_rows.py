"""Rows of totals in a study: named, counted, and nobody's answers; by the command line too."""

from click.testing import CliRunner

from rm_research.checks import check_study
from rm_research.checks.flow import row_flow
from rm_research.cli import main
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study

PEOPLE = "".join(f"K{n:02},{n % 5 + 1},{(n * 2) % 5 + 1}\n" for n in range(20))
SURVEY = "code,m1,m2\n" + PEOPLE
LATER = "code,m1,m2\n" + "".join(f"K{n:02},{(n * 3 + 1) % 5 + 1},{n % 5 + 1}\n" for n in range(20))
TAIL = ",,\nTotal,60,60\nMean,3.0,3.0\n"
FILES = {"pre.csv": SURVEY + TAIL, "post.csv": LATER + "Zoe,2,2\n" + TAIL.replace("60", "62")}


def problems(folder):
    table = check_study(folder).table
    return table[table["rule"].str.contains("summary")]


def test_totals_are_nobody(write_study):
    prepared = prepare_openly(read_study(write_study(files=FILES)))
    assert len(prepared.people) == 21
    steps = prepared.ledger[prepared.ledger["rule"] == "totals, means, headers and the like"]
    assert steps[["wave", "rows_before", "rows_after"]].to_numpy().tolist() == [["pre", 22, 20], ["post", 23, 21]]
    flow = row_flow(prepared).set_index("wave")
    assert flow.loc["pre", ["read", "totals, means, headers and the like", "counted"]].tolist() == [22, 2, 20]


def test_they_are_named(write_study):
    found = problems(write_study(files=FILES))
    assert found["severity"].tolist() == ["warning", "warning"]
    assert "pre.csv: rows 23, 24 held totals" in found["message"].iloc[0]
    assert 'summary_rows = "keep"' in found["message"].iloc[0]


def test_a_person_of_that_code_counts_and_is_named(write_study):
    files = dict.fromkeys(("pre.csv", "post.csv"), f"{SURVEY}Total,2,3\n")
    folder = write_study(files=files)
    assert len(prepare_openly(read_study(folder)).people) == 21
    found = problems(folder)
    assert found["rule"].tolist() == ["maybe_summary_rows"] * 2
    assert "row 22 begin" in found["message"].iloc[0]
    assert "Total" not in found["message"].iloc[0]
    assert problems(write_study(files=files, toml=(folder / "study.toml").read_text().replace(
        '"pre.csv"', '"pre.csv"\nsummary_rows = "keep"').replace('"post.csv"', '"post.csv"\nsummary_rows = "keep"'),
    )).empty  # fmt: skip


def test_sources_that_share_a_file_leave_its_totals_out_once(write_study):
    toml = """
title = "Two groups in one file"
[[waves.pre.sources]]
name = "a"
file = "pre.csv"
where = { g = "a" }
[[waves.pre.sources]]
name = "b"
file = "pre.csv"
where = { g = "b" }
[columns]
person = "code"
[scales.mood]
"""
    people = "".join(f"K{n:02},{'ab'[n % 2]},{n % 5 + 1},{(n * 2) % 5 + 1}\n" for n in range(20))
    folder = write_study(toml=toml, files={"pre.csv": "code,g,m1,m2\n" + people + "Total,,60,60\n"})
    flow = row_flow(prepare_openly(read_study(folder)))
    assert flow.to_dict(orient="records") == [
        {"wave": "pre", "read": 21, "totals, means, headers and the like": 1, "counted": 20}
    ]


def test_a_total_in_the_roster_or_the_log_is_nobody(write_study):
    more = '[roster]\nfile = "roster.csv"\n[sessions]\nfile = "log.csv"\n'
    roster = "code,dyad,age\n" + "".join(f"K{n:02},P{n % 10},{30 + n}\n" for n in range(20)) + "Total,,790\n"
    log = "dyad,date,minutes\n" + "".join(f"P{n},2025-01-0{n % 9 + 1},45\n" for n in range(10)) + "Total,,450\n"
    folder = write_study(more, files={"roster.csv": roster, "log.csv": log, **FILES})
    prepared = prepare_openly(read_study(folder))
    assert len(prepared.people) == 21
    assert set(problems(folder)["file"]) == {"pre.csv", "post.csv", "roster.csv", "log.csv"}
    steps = prepared.ledger[prepared.ledger["rule"] == "totals, means, headers and the like"].set_index("file")
    assert steps.loc["log.csv", ["rows_before", "rows_after"]].tolist() == [11, 10]


def test_by_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    drafted = CliRunner().invoke(main, ["init", "draft", "--from", "pre.csv", "post.csv"], env={"COLUMNS": "200"})
    assert (drafted.exit_code, "Written" in drafted.stdout) == (0, True)
    assert "# Left out: rows 23, 24 of the file" in (tmp_path / "draft" / "study.toml").read_text()
    checked = CliRunner().invoke(main, ["check", "draft", "--allow-outside"], env={"COLUMNS": "200"})
    assert checked.exit_code == 0
    assert "2 warnings" in checked.stdout
