"""Layouts of exports become a study that runs once its marks are settled, by the command line."""

import tomllib

import pytest
from click.testing import CliRunner
from drafted_exports import answers, codes, sheet, survey

from rm_research.cli import main
from rm_research.study.marks import CHECK, open_marks

PEOPLE = 14
NAMES = ("north", "south", "west")


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def wide(start):
    asked = [f"q{number}_t{time}" for time in (1, 2) for number in (1, 2)]
    return sheet(["code", *asked], [(code, *answers(4, start=n)) for n, code in enumerate(codes(PEOPLE, start))])


def long(start):
    rows = [(code, time, *answers(2, start=n + len(time)))
            for time in ("pre", "post") for n, code in enumerate(codes(PEOPLE, start))]  # fmt: skip
    return sheet(["code", "wave", "q1", "q2"], rows)


def narrow(start, shift=0):
    rows = [(code, *answers(2, start=n + shift)) for n, code in enumerate(codes(PEOPLE, start))]
    return sheet(["code", "q1", "q2"], rows)


LAYOUTS = {
    "wide": {"all.csv": wide(0)}, "long": {"all.csv": long(0)},
    "narrow": {"pre.csv": narrow(0), "post.csv": narrow(0, 2)},
    "wide thrice": {f"{name}.csv": wide(20 * place) for place, name in enumerate(NAMES)},
    "long thrice": {f"{name}.csv": long(20 * place) for place, name in enumerate(NAMES)},
    "narrow thrice": {f"{wave}_{name}.csv": narrow(20 * place, shift)
                      for wave, shift in (("post", 2), ("pre", 0)) for place, name in enumerate(NAMES)},
}  # fmt: skip


@pytest.mark.quick(2)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_draft_with_settled_marks_runs(tmp_path, layout):
    exports, study = LAYOUTS[layout], tmp_path / "study"
    for name, text in exports.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert run("init", study, "--from", *(tmp_path / name for name in exports)).exit_code == 0
    text = (study / "study.toml").read_text(encoding="utf-8")
    waves = tomllib.loads(text)["waves"]
    assert len(waves) == 2
    used = {one["file"].rpartition("/")[2] for wave in waves.values() for one in wave.get("sources", [wave])}
    assert used == {*exports}
    checked = run("check", study)
    assert checked.exit_code == bool(open_marks(text)) == ("thrice" in layout)
    (study / "study.toml").write_text(text.replace(CHECK, "CHECK [x]"), encoding="utf-8")
    checked = run("check", study)
    assert "0 errors" in checked.stdout
    files = 3 if "thrice" in layout else 1
    assert f"{PEOPLE * files}" in checked.stdout


def test_files_that_share_a_moment_are_one_wave_whatever_their_order(draft_of):
    made = draft_of(LAYOUTS["narrow thrice"])
    first = [source["file"] for source in made.toml["waves"]["pre"]["sources"]]
    assert sorted(first) == ["pre_north.csv", "pre_south.csv", "pre_west.csv"]
    assert "have the same columns, so they are taken for different people" in made.checks


def test_files_of_another_layout_stay_waves(draft_of):
    made = draft_of({"pre_a.csv": survey(["q_1"]), "pre_b.csv": survey(["q_2"]), "post_a.csv": survey(["q_1"])})
    assert len(made.toml["waves"]) == 3


def test_an_export_of_another_layout_is_told(draft_of):
    made = draft_of({"a.csv": long(0), "b.csv": long(20), "roster.csv": sheet(["code", "team"], [("ab00x", "A")])})
    assert "roster.csv: not used in this draft" in made.checks
    assert [source["file"] for source in made.toml["waves"]["pre"]["sources"]] == ["a.csv", "b.csv"]


def test_names_of_files_that_run_against_their_order_are_to_be_checked(draft_of):
    made = draft_of({"after.csv": survey(), "before.csv": survey(start=1)})
    assert "by the names of the files, after.csv comes after before.csv" in made.checks
    assert len(made.open_marks()) == 1


@pytest.mark.parametrize("names", [("before", "after"), ("x_t1", "x_t2"), ("one", "two"), ("wave 1", "wave 2")])
def test_names_of_files_that_run_with_their_order_leave_nothing_open(draft_of, names):
    made = draft_of({f"{name}.csv": survey(start=place) for place, name in enumerate(names)})
    assert made.checks == ""


OFTEN, COLOURS = ("Never", "Sometimes", "Always"), ("Magenta", "Cyan", "Ochre")


@pytest.mark.parametrize(("before", "after", "paired"), [
    (OFTEN, COLOURS, False), ((1, 2, 3, 4, 5), COLOURS, False), ((1, 2, 3, 4, 5), (6, 7, 8, 9, 10), False),
    (OFTEN, OFTEN, True), ((1, 2, 3), (2, 3, 4), True), (OFTEN, ("Nie", "Manchmal", "Immer"), True),
    (("1 - low", "2 - high"), ("1 – low", "2 – high"), True),
])  # fmt: skip
def test_items_that_share_a_name_and_no_answer_are_not_paired(draft_of, before, after, paired):
    made = draft_of(
        {"pre.csv": survey(["q_1", "q_2"], values=before), "post.csv": survey(["q_1", "q_2"], values=after)}
    )
    cells = [(item["pre"], item["post"]) for item in made.items.values()]
    assert (cells == [("", ""), ("", "")]) is paired
    assert ("shares a name with an item of an earlier wave" in made.checks) is not paired


def test_comments_that_share_a_name_raise_no_mark(draft_of):
    remarks = [[f"{word} {place}" for place in range(30)] for word in ("so", "thus")]
    made = draft_of({"pre.csv": survey(note=remarks[0]), "post.csv": survey(note=remarks[1], start=1)})
    assert made.checks == ""
