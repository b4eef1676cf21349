"""Open answers are kept apart, for their owner only, and named for good without what was written."""

import json
import shutil
import stat

import pytest
from open_studies import CODEBOOK, THEMES, open_study

from rm_research.cli import main
from rm_research.errors import ReportError, SelectionError
from rm_research.panel import prepare_study
from rm_research.panel.open_answers import says_something
from rm_research.privacy import TAKEN_OUT
from rm_research.reflections import read_reflections
from rm_research.reflections.keeping import texts_of
from rm_research.writers.clean import write_clean

TELLING = "zebrafish"
LONG = "word " * 4000


@pytest.fixture
def folder(tmp_path):
    said = [f"a {TELLING} story", "-", "…", "", "👍", "5", TAKEN_OUT, "mary@example.org", LONG]
    return open_study(tmp_path / "study", {"leader": said, "mentor": ["=1+1", "\u202eturned\u202c שלום"]})


def test_what_says_something_is_an_answer(folder):
    answers = read_reflections(prepare_study(folder))
    assert answers["text"].tolist() == [f"a {TELLING} story", "👍", "5", LONG.strip(), "=1+1", "turned שלום"]
    assert answers["role"].tolist() == ["leader"] * 4 + ["mentor"] * 2
    assert answers[["wave", "item"]].drop_duplicates().to_numpy().tolist() == [["post", "words"]]
    assert answers["unit"].is_unique


@pytest.mark.parametrize(
    ("text", "says"), [("- . …", False), ("x", True), ("7", True), ("🙂", True), (TAKEN_OUT, False)]
)
def test_dots_and_marks_say_nothing(text, says):
    assert says_something(text) is says


def test_texts_are_in_the_folder_of_reflections_and_nowhere_else(folder, tmp_path):
    prepared = prepare_study(folder)
    read_reflections(prepared)
    write_clean(prepared, out=tmp_path / "clean", format="csv")
    holding = [path for path in (*(folder / ".rm_research").rglob("*"), *(tmp_path / "clean").rglob("*"))
               if path.is_file() and TELLING.encode() in path.read_bytes()]  # fmt: skip
    assert [path.relative_to(folder).as_posix() for path in holding] == [".rm_research/reflections/answers.json"]
    assert stat.S_IMODE(holding[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(holding[0].parent.stat().st_mode) == 0o700
    assert TELLING not in repr(prepared) + str(prepared.problems) + str(prepared.ledger)


def test_units_stay_and_versions_change_with_what_was_written(folder):
    before = prepare_study(folder).open_answers
    post = (folder / "post.csv").read_text(encoding="utf-8")
    (folder / "post.csv").write_text(post.replace(TELLING, "horse"), encoding="utf-8")
    after = prepare_study(folder).open_answers
    assert before["unit"].tolist() == after["unit"].tolist()
    assert (before["version"] != after["version"]).tolist() == [True] + [False] * 5


def test_units_say_nothing_without_the_key(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other", ignore=shutil.ignore_patterns(".rm_research"))
    one, two = (set(prepare_study(place).open_answers["unit"]) for place in (folder, other))
    assert len(one) == len(two) == 6
    assert not one & two


def test_kept_texts_are_read_again_when_anything_changed_them(folder):
    prepared = prepare_study(folder)
    kept = folder / ".rm_research" / "reflections" / "answers.json"
    texts = texts_of(prepared)[0]
    kept.write_text(kept.read_text(encoding="utf-8").replace(TELLING, "planted"), encoding="utf-8")
    assert texts_of(prepared)[0] == texts
    assert TELLING in kept.read_text(encoding="utf-8")


def test_kept_texts_are_used(folder, monkeypatch):
    prepared = prepare_study(folder)
    texts = texts_of(prepared)[0]
    monkeypatch.setattr("rm_research.reflections.keeping.read_responses", lambda study: pytest.fail("read again"))
    assert texts_of(prepared)[0] == texts


def test_exports_that_changed_since_are_refused(folder):
    prepared = prepare_study(folder)
    with (folder / "post.csv").open("a", encoding="utf-8") as file:
        file.write("QX-0099,leader,3,3,more\n")
    with pytest.raises(ReportError, match="changed since it was prepared"):
        read_reflections(prepared)


def test_a_link_in_place_of_the_folder_is_refused(folder, tmp_path):
    prepared = prepare_study(folder)
    (folder / ".rm_research" / "reflections").symlink_to(tmp_path)
    with pytest.raises(ReportError, match="is a link"):
        read_reflections(prepared)


def test_names_pick_and_unknown_ones_are_refused(folder):
    prepared = prepare_study(folder)
    assert len(read_reflections(prepared, role="mentor", wave="post")) == 2
    assert len(read_reflections(prepared.where(role="mentor"))) == 2
    with pytest.raises(SelectionError, match="mentor"):
        read_reflections(prepared, role="mentors")


def test_a_study_without_text_items_has_none(tmp_path):
    codebook = CODEBOOK.replace("words,,text,,,What did you learn?,-\n", "")
    prepared = prepare_study(open_study(tmp_path, {"leader": ["fine"] * 3}, more="", codebook=codebook))
    assert read_reflections(prepared).empty
    assert not (tmp_path / ".rm_research" / "reflections").exists()


def test_purging_removes_them(folder, runner):
    read_reflections(prepare_study(folder))
    assert runner.invoke(main, ["clean", str(folder), "--purge"]).exit_code == 0
    assert not (folder / ".rm_research").exists()


@pytest.mark.parametrize(("more", "words"), [
    (THEMES.replace("time =", "none ="), "coding sheets have a column of that name already"),
    (THEMES.replace('"Time"', '"None"'), "coding sheets have a column of that name already"),
    (THEMES + '[themes.other]\nlabel = "TIME"\n', "has the same name or label as themes.time"),
    (THEMES + '[themes.other]\nkeywords = ["a*b"]\n', "is not a word or words"),
    (THEMES + '[themes.other]\nkeyword = "a"\n', "did you mean 'keywords'?"),
    ('[reflections]\nquotes = "../quotes.csv"\n', "leads out of the study's folder"),
])  # fmt: skip
def test_themes_that_cannot_be_used_are_errors_of_the_study_file(tmp_path, runner, more, words):
    folder = open_study(tmp_path, {"leader": ["fine"]}, more=more)
    result = runner.invoke(main, ["check", str(folder), "--json"])
    assert result.exit_code == 1
    assert words in " ".join(row["message"] for row in json.loads(result.stdout))


def test_themes_need_an_item_of_kind_text(tmp_path, runner):
    codebook = CODEBOOK.replace("words,,text", "words,,choice")
    folder = open_study(tmp_path, {"leader": ["fine"]}, codebook=codebook)
    found = json.loads(runner.invoke(main, ["check", str(folder), "--json"]).stdout)
    assert "has no item of kind text" in " ".join(row["message"] for row in found)
