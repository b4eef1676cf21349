"""Nothing that a terminal would act on is printed by a command, wherever it stands: files, study, arguments."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from rm_research.cli import main
from rm_research.cli.printing import err_console, out_console, print_error, print_frame, print_line
from rm_research.study.folding import CONTROL

ACTS = "\x1b]0;owned\x07\x1b[31m\x9b\u202e\u2066\x08"
TOML = """
title = "Tit\\u001b[31mle\u202e"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
[values.role]
leader = ["Boss\u202e"]
[scales.mood]
label = "Mood\\u009b2J"
"""


@pytest.fixture
def hostile(write_study):
    rows = f"a,{ACTS}Spring,Bo{ACTS}ss,{ACTS}4,3\nb,Sp{ACTS}ring,Intern{ACTS},9,{ACTS}often\n"
    files = {f"{wave}.csv": f"code,cohort,role,m1{ACTS},m{ACTS}2\n{rows}" for wave in ("pre", "post")}
    return write_study(
        toml=TOML, files=files, codebook=f"item,scale,low,high,label\nm1,mood,1,5,One{ACTS}\nm2,mood,1,5,\n"
    )


def printed(*arguments):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.stdout + done.stderr


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_check_prints_text_only(hostile, more):
    said = printed("check", hostile, *more)
    assert "often" not in said
    assert CONTROL.search(said) is None


def test_json_still_says_everything(hostile):
    problems = json.loads(CliRunner().invoke(main, ["check", str(hostile), "--json"]).stdout)
    assert {"out_of_range", "not_a_number", "unknown_word"} <= {problem["rule"] for problem in problems}


def test_init_prints_and_writes_text_only(hostile, tmp_path):
    said = printed("init", tmp_path / "draft", "--from", hostile / "pre.csv", hostile / "post.csv")
    drafts = [(tmp_path / "draft" / name).read_text(encoding="utf-8") for name in ("study.toml", "codebook.csv")]
    assert CONTROL.search("".join([said, *drafts])) is None
    assert "\\u" not in drafts[0]


def test_errors_print_text_only(hostile):
    (hostile / "study.toml").write_text(TOML + f'[link]\n"meth{ACTS[-3:-1]}od" = "x\\u001b[31m"\n', encoding="utf-8")
    for command in ("check", "report"):
        assert CONTROL.search(printed(command, hostile)) is None
    said = printed("report", hostile.parent / f"nowhere{ACTS}")
    assert "There is no folder" in said
    assert CONTROL.search(said) is None


def test_a_preview_prints_text_only(hostile):
    assert CONTROL.search(printed("report", hostile, "--dry-run", "--cohort", f"x{ACTS}")) is None


def test_whatever_is_printed_is_text(monkeypatch):
    import pandas as pd

    for console in (out_console, err_console):
        with console.capture() as shown:
            print_line(ACTS, console)
            print_frame(pd.DataFrame({ACTS: [ACTS]}), ACTS)
            print_error(ACTS)
        assert CONTROL.search(shown.get()) is None


@pytest.mark.parametrize("width", [24, 40, 80, 200])
@pytest.mark.parametrize("columns", [2, 9])
def test_no_table_cuts_a_name(monkeypatch, width, columns):
    name = "Programme_of_the_northern_region_in_the_spring_of_2024"
    frame = pd.DataFrame({f"{name}_{place}": [f"{place}_{name}"] for place in range(columns)})
    monkeypatch.setattr(out_console, "width", width)
    with out_console.capture() as printed:
        print_frame(frame, None)
    lines = [[cell.strip() for cell in line.split("│")] for line in printed.get().replace("┃", "│").splitlines()]
    cells = ["".join(cell) for cell in zip(*(line for line in lines if len(line) > 2), strict=False)]
    assert "…" not in printed.get()
    for place in range(columns):
        assert any(f"{name}_{place}" in cell for cell in cells)
        assert any(f"{place}_{name}" in cell for cell in cells)
