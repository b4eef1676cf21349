"""Messages that code makes in English and pages say in the language of their study; what of them is still English."""

import copy
import re

import pytest
from small_studies import COLUMNS, TOML, Group, as_csv, small_study
from test_catalogue import ENGLISH_WORDS
from test_remedies import CASES

from rm_research.catalogue import catalogue
from rm_research.catalogue.said import Said, joined, rows_text, spoken, stored
from rm_research.checks import check_study
from rm_research.writers.codebook import build_codebook

GERMAN = '[reporting]\nlanguage = "de"\n'
# faults of study.toml and codebook.csv: their page is in English as a whole
STILL_ENGLISH = {"study_files"}
NAMES = re.compile(
    r"<code[^>]*>.*?</code>|\[[^\]]*\]|`[^`]*`|\b[a-z_]+\.[a-z_@]+|'[^']*'|„[^“]*“|\b[a-z_]+ = ", re.DOTALL
)


def shown(html: str) -> str:
    """What a reader sees of a page, but for names of files and keys, and entries in quotes."""
    return NAMES.sub(" ", re.sub(r"<[^>]+>", " ", re.sub(r"<(style|code)\b.*?</\1>", " ", html, flags=re.DOTALL)))


def test_a_message_is_text_and_remembers_its_key():
    message = Said("problems.unfinished", file="pre.csv", n=3)
    assert message == "pre.csv: 3 questionnaires were not finished; what was answered counts."
    assert spoken(str(message), message.stored, catalogue("de")) == (
        "pre.csv: 3 Fragebögen wurden nicht abgeschlossen; was beantwortet wurde, zählt."
    )


def test_parts_of_a_message_are_said_in_the_same_language():
    places = joined([Said("problems.part.of_file", rows=rows_text([2, 5]), file=file) for file in ("a.csv", "b.csv")])
    assert places == "rows 2, 5 of a.csv; rows 2, 5 of b.csv"
    assert spoken(places, stored(places), catalogue("de")) == "Zeilen 2, 5 von a.csv; Zeilen 2, 5 von b.csv"


def test_a_message_is_copied_whole_as_on_its_way_between_processes():
    message = Said("problems.roster_without_code", file="r.csv", rows=rows_text([4]))
    assert copy.deepcopy(message).stored == message.stored


def test_a_text_without_a_key_stays_as_it_is():
    assert stored("anything") is None
    assert spoken("anything", None, catalogue("de")) == "anything"


@pytest.mark.quick(24)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.rule) for case in CASES if case.rule not in STILL_ENGLISH])
def test_every_kind_of_problem_and_step_has_a_text_in_every_language(case, tmp_path):
    for name, content in case.files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    problems = check_study(tmp_path)
    of_case = problems.table[problems.table["rule"] == case.rule]
    assert len(of_case)
    for message, said in of_case[["message", "said"]].drop_duplicates().itertuples(index=False, name=None):
        told = spoken(message, said, catalogue("de"))
        assert ENGLISH_WORDS.findall(NAMES.sub(" ", told)) == [], told
    for rule, said in () if problems.prepared is None else problems.ledger[["rule", "said"]].to_numpy():
        assert isinstance(said, str) or catalogue("de").has(f"ledger.{rule}"), rule


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Study in German with some problems, of two roles and a comparison; what its owner typed is no English."""
    toml = TOML.replace("A small study", "Kleine Studie").replace('"Mood"', '"Stimmung"') + GERMAN
    toml += '[design]\ncomparison = "warteliste"\nassignment = "randomised"\n'
    groups = [Group(n=14, role=role, arm=arm, left=2, cohort=cohort) for role in ("leader", "mentor")
              for arm in ("programme", "warteliste") for cohort in ("Mai", "Juni")]  # fmt: skip
    folder = small_study(tmp_path_factory.mktemp("de") / "studie", *groups, toml=toml)
    lines = (folder / "post.csv").read_text(encoding="utf-8").splitlines()
    odd = as_csv(COLUMNS, [["", "Mai", "leader", "", "", "", 9, "x", 3]]).splitlines()[1]
    (folder / "post.csv").write_text("\n".join([*lines, lines[1], odd]) + "\n", encoding="utf-8")
    return folder


def test_nothing_english_is_left_on_the_quality_page(folder):
    html = check_study(folder)._repr_html_()
    assert html.count("<table") > 8
    assert ENGLISH_WORDS.findall(shown(html)) == []
    assert not re.search(r"<t[hd]>[a-z]+_[a-z_]+</t", html.replace("inner_", ""))


def test_nothing_english_is_left_on_the_codebook_page(folder):
    html = build_codebook(folder).html
    assert html.count("<table") > 4
    assert ENGLISH_WORDS.findall(shown(html)) == []
