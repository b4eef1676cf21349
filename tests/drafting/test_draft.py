"""The draft as a whole: what it may hold, what it refuses, and that it is the same each time."""

import re
import time
import tomllib

import numpy as np
import pandas as pd
import pytest
from drafted_exports import answers, codes, sheet, survey
from hypothesis import example, given
from hypothesis import strategies as st
from properties import examples

from rm_research.drafting import draft_study, refuse_existing, write_draft
from rm_research.errors import ReadError, StudyError, StudyFileError
from rm_research.study import read_study
from rm_research.study.marks import CHECK

SECRETS = (
    "Zebulon",
    "zebulon@example.org",
    "198.51.100.77",
    "+44 20 7946 0958",
    "my boss Quentin is unfair",
    "Quatschkopf",
)


def test_a_draft_without_a_doubt_runs_as_written(draft_of):
    made = draft_of({"pre.csv": survey(), "post.csv": survey(start=2)})
    assert made.checks == ""
    assert set(made.problems().table["rule"]) <= {"waves_equal", "turned"}  # its answers are drawn at random
    assert made.toml["title"] == "Study"


def test_what_people_wrote_is_nowhere(draft_of):
    rows = [
        (code, *SECRETS[:4], f"{SECRETS[4]} {place}", SECRETS[5] if place < 2 else "Agree", *answers(2, start=place))
        for place, code in enumerate(codes(30))
    ]  # fmt: skip
    names = ["code", "First Name", "Email", "IPAddress", "contact", "comment", "q_3", "q_1", "q_2"]
    made = draft_of({"pre.csv": sheet(names, rows), "post.csv": sheet(names, rows)})
    written = made.draft.study + made.draft.codebook + made.draft.files.to_string() + made.checks
    assert not [secret for secret in (*SECRETS, *codes(30)) if secret in written]
    assert set(made.items) == {"q_1", "q_2"}


def test_personal_data_of_a_few_values_are_no_items(draft_of):
    made = draft_of({"pre.csv": survey(Name=["Anna", "Bert", "Carl"] * 10, Telefon=["0711", "0712", "0713"] * 10)})
    assert "Anna" not in made.draft.study + made.draft.codebook
    assert set(made.items) == {"q_1", "q_2", "q_3"}


PEOPLE = ("Ann Meyer", "Bo Smith", "Cy Jones")


ASKING_FOR_PEOPLE = (
    "Mentor name", "Mentor", "Your mentor", "leader", "lineManager", "Which facilitator led your group?", "Coach",
    "Who is your supervisor?", "trainer_1", "Tutor (autumn)", "Name of the person who helped you", "Your Mentorin",
    "Wer ist Ihre Führungskraft?", "Vorgesetzter", "Betreuerin", "Employee name", "Programme name",
)  # fmt: skip


@pytest.mark.parametrize("words", ["{name} {place}", "{number} - {name} {place}"])
def test_names_of_people_are_not_written(draft_of, words):
    people = {
        column: [words.format(number=number, name=name, place=place) for number, name in enumerate(PEOPLE)] * 10
        for place, column in enumerate(ASKING_FOR_PEOPLE)  # other people in each column
    }
    made = draft_of({name: survey(**people) for name in ("pre.csv", "post.csv")})
    written = made.draft.study + made.draft.codebook + made.draft.files.to_string() + made.checks
    assert not [name for name in PEOPLE if name.split()[1] in written]
    assert set(made.items) == {"q_1", "q_2", "q_3"}
    assert "answers" not in made.toml
    assert "attributes" not in made.toml
    # the columns themselves are told, among those left out
    _, _, after = made.draft.study.partition("# Columns ")
    said = " ".join(line.lstrip("# ") for line in after.partition("# Scales")[0].splitlines())
    assert [column for column in ASKING_FOR_PEOPLE if f" {column};" not in said.replace(".", ";")] == []
    assert made.errors() == []


def test_names_beside_known_answers_are_not_written(draft_of):
    agreed = ("Disagree", "Agree", "Strongly agree", "Neither", "Strongly disagree")
    given = [agreed[place % 5] if place > 2 else "Ann Meyer" for place in range(60)]
    made = draft_of({"pre.csv": survey(people=60, mentor_1=given, mentor_2=given, other_1=given, other_2=given)})
    assert set(made.items) == {"mentor_1", "mentor_2", "other_1", "other_2", "q_1", "q_2", "q_3"}
    about = {line for line in made.draft.study.splitlines() if "Meyer" in line}
    # whoever asks for no person has such answers told
    assert len(about) == 1


def test_opinions_about_people_are_items(draft_of):
    agreed = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
    numbered = [f"{number} - {word}" for number, word in enumerate(agreed, start=1)]
    columns = {
        "My mentor listens to me": [*agreed] * 6, "My mentor helps me": [*agreed] * 6, "leader_1": [1, 2, 3, 4, 5] * 6,
        "Who you are matters": [*numbered] * 6, "How often did you meet your mentor?": ["weekly", "monthly"] * 15,
    }  # fmt: skip
    made = draft_of({name: survey(**columns) for name in ("pre.csv", "post.csv")})
    assert len(made.items) == 3 + len(columns)
    assert made.errors() == []


def test_columns_of_personal_data_are_told_by_their_name(draft_of):
    made = draft_of({"pre.csv": survey(Email=[f"x{place}@example.org" for place in range(30)], Vorname=["Ann"] * 30)})
    assert "# Columns of personal data, which are not kept: Email; Vorname." in made.draft.study
    assert "Ann" not in made.draft.study


def test_what_was_found_in_a_file_is_declared(tmp_path):
    (tmp_path / "pre.csv").write_bytes(survey(["größe_1", "größe_2"]).replace(",", ";").encode("cp1252"))
    study = tomllib.loads(draft_study(tmp_path, [tmp_path / "pre.csv"]).study)
    assert study["waves"]["pre"] == {"file": "pre.csv", "format": "csv", "encoding": "cp1252", "delimiter": ";"}


def test_a_workbook_with_titles_and_sheets(draft_of, tmp_path):
    rows = [
        ["Our survey", *[None] * 2],
        ["code", "q_1", "q_2"],
        *([code, *answers(2, start=n)] for n, code in enumerate(codes(30))),
    ]
    folder = tmp_path / "study"
    folder.mkdir()
    with pd.ExcelWriter(folder / "pre.xlsx") as book:
        pd.DataFrame(rows).to_excel(book, sheet_name="Answers", header=False, index=False)
        pd.DataFrame([["a", "b"], [1, 2]]).to_excel(book, sheet_name="Notes", header=False, index=False)
    draft = draft_study(folder, [folder / "pre.xlsx"])
    wave = tomllib.loads(draft.study)["waves"]["pre"]
    assert (wave["format"], wave["sheet"], wave["title_rows"]) == ("excel", "Answers", 1)
    assert "which sheet holds the answers" in " ".join(draft.checks["check"])
    write_draft(draft, folder)
    assert read_study(folder).items[0].name == "q_1"


def test_files_elsewhere_are_named_from_the_study_folder(tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "pre.csv").write_text(survey(), encoding="utf-8")
    before = (tmp_path / "exports" / "pre.csv").read_bytes()
    draft = draft_study(tmp_path / "studies" / "one", [tmp_path / "exports" / "pre.csv"])
    assert tomllib.loads(draft.study)["waves"]["pre"]["file"] == "../../exports/pre.csv"
    assert not (tmp_path / "studies").exists()
    assert (tmp_path / "exports" / "pre.csv").read_bytes() == before


def test_a_file_named_twice_is_one(draft_of, tmp_path):
    made = draft_of({"pre.csv": survey()})
    path = made.folder / "pre.csv"
    assert draft_study(made.folder, [path, path]).files["waves"].tolist() == ["pre"]


def test_redcaps_dictionary_goes_with_its_export(tmp_path):
    header = (
        'Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels",Identifier?'
    )
    rows = [f'{name},form,radio,How is {name}?,"1, Bad | 2, So so | 3, Good",' for name in ("m_1", "m_2")]
    (tmp_path / "dictionary.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    records = [(code, *answers(2, values=(2, 3), start=n), 2) for n, code in enumerate(codes(30))]
    (tmp_path / "data.csv").write_text(sheet(["record_id", "m_1", "m_2", "form_complete"], records), encoding="utf-8")
    draft = draft_study(tmp_path, [tmp_path / "data.csv", tmp_path / "dictionary.csv"])
    wave = tomllib.loads(draft.study)["waves"]["pre"]
    assert (wave["format"], wave["dictionary"]) == ("redcap", "dictionary.csv")
    assert "m_1,m,number,,1,3,,,How is m_1?" in draft.codebook


def test_what_redcaps_dictionary_calls_an_identifier_is_no_item(tmp_path):
    header = (
        'Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels",Identifier?'
    )
    told = {"record_id": "y", "ward": "y", "m_1": "", "m_2": "", "visit": "y"}
    lines = [f"{name},form,text,{name.title()}?,,{mark}" for name, mark in told.items()]
    (tmp_path / "dictionary.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    for wave in ("pre", "post"):
        records = [
            (code, ("Quiet", "Busy")[n % 2], *answers(2, start=n), ("Ann", "Bo")[n % 2], 2)
            for n, code in enumerate(codes(30))
        ]
        text = sheet(["record_id", "ward", "m_1", "m_2", "visit", "form_complete"], records)
        (tmp_path / f"{wave}.csv").write_text(text, encoding="utf-8")
    draft = draft_study(tmp_path, [tmp_path / name for name in ("pre.csv", "post.csv", "dictionary.csv")])
    study = tomllib.loads(draft.study)
    # a record's number is a code; of it, too, the name alone is written
    assert study["columns"] == {"person": "record_id"}
    assert [line.split(",")[0] for line in draft.codebook.splitlines()] == ["item", "m_1", "m_2"]
    assert "which are not kept: ward; visit." in draft.study
    assert not [word for word in ("Quiet", "Busy", "Ann", "Bo", *codes(30)) if word in draft.study + draft.codebook]


def test_days_or_months_first_is_to_be_checked(draft_of):
    times = ["4/3/2025 9:00:00"] * 30
    text = survey(people=30)
    lines = [f"{time},{line}" for time, line in zip(["Timestamp", *times], text.splitlines(), strict=True)]
    later = [line.replace("4/3/2025", "4/30/2025") for line in lines]
    made = draft_of({"pre.csv": "\n".join(lines), "post.csv": "\n".join(later)})
    assert made.toml["waves"]["pre"]["format"] == "google-forms"
    assert made.checks.count("shows whether days or months come first") == 1
    assert "pre.csv: no entry of 'Timestamp' shows" in made.checks


@pytest.mark.parametrize("header", ["ann@example.org", "+44 20 7946 0958", "198.51.100.77"])
def test_a_header_that_is_a_record_is_not_quoted(tmp_path, header):
    (tmp_path / "headless.csv").write_text(f"{header},so,fine\nbo@example.org,so,good\n")
    with pytest.raises(ReadError, match=r"headless.csv: row 1 holds somebody's address or number") as refused:
        draft_study(tmp_path, [tmp_path / "headless.csv"])
    assert header not in str(refused.value)


def test_a_dictionary_alone_is_no_export(tmp_path):
    (tmp_path / "d.csv").write_text("Variable / Field Name,Form Name\na,b\n")
    with pytest.raises(ReadError, match="data dictionary"):
        draft_study(tmp_path, [tmp_path / "d.csv"])


def test_everything_that_cannot_be_read_is_said_at_once(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "header.csv").write_text("a,b\n")
    (tmp_path / "headless.csv").write_text("1,2,3\n4,5,6\n")
    (tmp_path / "torn.csv").write_text('a,b\n1,"2')
    names = ["empty.csv", "header.csv", "headless.csv", "torn.csv", "nowhere.csv", "."]
    with pytest.raises(ReadError) as refused:
        draft_study(tmp_path / "study", [tmp_path / name for name in names])
    said = str(refused.value)
    assert "(6 problems)" in said
    assert all(name in said for name in names)
    assert not (tmp_path / "study").exists()


def test_a_header_of_numbers_is_not_quoted(tmp_path):
    (tmp_path / "headless.csv").write_text("19870412,2,3\n19900101,5,6\n")
    with pytest.raises(ReadError) as refused:
        draft_study(tmp_path, [tmp_path / "headless.csv"])
    assert "19870412" not in str(refused.value)


@pytest.mark.parametrize("name", ["study.toml", "codebook.csv"])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / "pre.csv").write_text(survey(), encoding="utf-8")
    draft = draft_study(tmp_path, [tmp_path / "pre.csv"])
    (tmp_path / name).write_text("mine")
    with pytest.raises(StudyFileError, match=name):
        write_draft(draft, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["pre.csv", name])
    assert (tmp_path / name).read_text() == "mine"


def test_both_files_are_written_or_neither(tmp_path, monkeypatch):
    (tmp_path / "pre.csv").write_text(survey(), encoding="utf-8")
    draft = draft_study(tmp_path, [tmp_path / "pre.csv"])
    (tmp_path / "codebook.csv").symlink_to(tmp_path / "nowhere" / "codebook.csv")  # exists() is false, opening fails
    with pytest.raises(StudyFileError, match="cannot be written to"):
        write_draft(draft, tmp_path)
    assert not (tmp_path / "study.toml").exists()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "pre.csv").write_text(survey())
    with pytest.raises(StudyFileError, match="is a file"):
        refuse_existing(tmp_path / "pre.csv")


def test_equal_exports_give_equal_drafts(tmp_path):
    (tmp_path / "pre.csv").write_text(survey(group=["MA", "Control"] * 15, role=["leader", "mentor"] * 15))
    (tmp_path / "post.csv").write_text(survey(start=3, values=("Agree", "Disagree", "NA")))
    drafts = [draft_study(tmp_path, [tmp_path / "pre.csv", tmp_path / "post.csv"]) for _ in range(2)]
    assert (drafts[0].study, drafts[0].codebook) == (drafts[1].study, drafts[1].codebook)


def test_every_mark_has_its_line(draft_of):
    made = draft_of({"pre.csv": survey(group=["MA", "Control"] * 15, values=(2, 3))})
    lines = made.draft.study.split("\n")
    assert len(made.draft.checks) > 1
    for line, check in made.draft.checks.itertuples(index=False, name=None):
        assert lines[line - 1].startswith(f"# {CHECK} ")
        assert check.startswith(lines[line - 1].removeprefix(f"# {CHECK} "))
    assert made.draft.study.count(f"# {CHECK} ") == len(made.draft.checks)


NAMES = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=24)


@examples(10)
@example(names=["0", "0\r0"], seed=0)
@given(names=st.lists(NAMES, min_size=2, max_size=6, unique=True), seed=st.integers(0, 9))
def test_any_names_of_columns_give_a_study_that_can_be_read(tmp_path_factory, names, seed):
    folder = tmp_path_factory.mktemp("hostile")
    for wave in ("pre", "post"):
        (folder / f"{wave}.csv").write_text(survey(names, start=seed), encoding="utf-8", newline="")
    try:
        draft = draft_study(folder, [folder / "pre.csv", folder / "post.csv"])
    except StudyError:
        return  # an export that nobody could read either
    write_draft(draft, folder)
    if "\n[scales." in draft.study:
        assert read_study(folder).waves[0].name == "pre"
    else:
        assert "a study needs a scale" in draft.study


ENTRIES = st.sampled_from(
    ["1", "5", "Agree", "Never", "yes", "NA", "x", "", "2025-01-01", "1e999", "-9", "ab12", "3 - so", "٣"]
)


@examples(10)
@given(columns=st.lists(st.lists(ENTRIES, min_size=8, max_size=8), min_size=2, max_size=5))
def test_any_answers_give_a_draft(tmp_path_factory, columns):
    folder = tmp_path_factory.mktemp("odd")
    names = ["id", "group", "q_1", "q_2", "wave"][: len(columns)]
    (folder / "a.csv").write_text(sheet(names, list(zip(*columns, strict=True))), encoding="utf-8")
    try:
        draft = draft_study(folder, [folder / "a.csv"])
    except ReadError:
        return
    tomllib.loads(draft.study)
    write_draft(draft, folder)
    if "\n[scales." in draft.study:
        assert read_study(folder).items


@pytest.mark.slow
def test_ten_thousand_columns(tmp_path):
    """Five times the columns take about five times as long."""
    took = []
    for n in (2_000, 10_000):
        rng, folder = np.random.default_rng(1), tmp_path / str(n)
        folder.mkdir()
        names = ["code", *(f"s{place // 20}_{place % 20 + 1}" for place in range(n - 1))]
        for wave in ("pre", "post"):
            given = rng.integers(1, 6, (50, n - 1)).astype(str)
            rows = [",".join((code, *row)) for code, row in zip(codes(50), given, strict=True)]
            (folder / f"{wave}.csv").write_text("\n".join([",".join(names), *rows, ""]))
        began = time.process_time()
        draft = draft_study(folder, [folder / "pre.csv", folder / "post.csv"])
        took.append(time.process_time() - began)
        assert len(re.findall(r"^\[scales\.", draft.study, re.MULTILINE)) == n // 20
    assert took[1] < 15 * took[0]
