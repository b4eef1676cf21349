"""Questionnaire files: conditions, signs that a platform would act on, names it does not take, paper, the command."""

import csv
import io

import docx
import platform_exports
import pytest
from click.testing import CliRunner

import rm_research as rm
from rm_research.cli import main
from rm_research.errors import ReportError, SelectionError, StudyFileError
from rm_research.questionnaires import PLATFORMS
from rm_research.questionnaires.writing import write_questionnaire

TOML = """
title = "A <small> study"
[waves.pre]
file = "pre.csv"
format = "{format}"
[waves.post]
file = "post.csv"
format = "{format}"
[columns]
person = "code"
role = "part"
consent = "ok"
[values.role]
leader = ["I am mentored"]
mentor = ["I mentor"]
[values.consent]
yes = ["Sure"]
[answers.much]
"Less & less" = 1
"More" = 2
[scales.mood]
[scales.skill]
roles = ["mentor"]
[questionnaire]
intro = "Two lines.\\nThe second."
consent = "May we?"
thanks = "Bye {{all}}."
"""
CODEBOOK = (
    "item,scale,kind,low,high,answers,question\n"
    'm1,mood,,1,2,much,"Is 1 < 2, [[really]]?\nSay so."\nm2,mood,,1,2,much,Ha {x}?\n'
    "s1,skill,,1,5,,I can.\ncomment,,text,,,,Else?\n"
)


@pytest.fixture
def files(write_study, tmp_path):
    def write(platform, *, codebook=CODEBOOK, form=None, **options):
        given = platform if platform in ("qualtrics", "limesurvey", "redcap") else "csv"
        study = write_study(toml=TOML.format(format=form or given), codebook=codebook)
        return write_questionnaire(study, out=tmp_path / "out", platform=platform, **options)

    return write


@pytest.mark.parametrize("platform", ["qualtrics", "limesurvey", "redcap", "csv"])
def test_a_platform_understands_every_question(files, platform):
    pre, post = files(platform)
    asked = platform_exports.questions(platform, pre.read_bytes().decode())
    assert [one.name for one in asked] == ["ok", "code", "part", "m1", "m2", "s1", "comment"]
    by_name = {one.name: one for one in asked}
    assert by_name["m1"].options == [("1", "Less & less"), ("2", "More")]
    assert by_name["part"].options == [("1", "I am mentored"), ("2", "I mentor")]
    assert by_name["m1"].text.startswith("Is 1 < 2, [")
    assert "\ufeff" not in by_name["m1"].text
    assert post.name == f"post{pre.suffix}"


def test_roles_are_conditions_where_the_platform_has_them(files):
    asked = platform_exports.of_limesurvey(files("limesurvey")[0].read_text("utf-8"))
    shown = {one.name: one.shown for one in asked}
    assert shown["s1"] == '(ok == "1") and (part == "2")'
    assert shown["comment"] == '(ok == "1")'


def test_roles_are_conditions_in_redcap(files):
    shown = {one.name: one.shown for one in platform_exports.of_redcap(files("redcap")[0].read_text("utf-8"))}
    assert shown["s1"] == "([ok] = '1') and ([part] = '2')"


def test_a_scale_is_a_matrix_in_redcap(files):
    rows = list(csv.DictReader(io.StringIO(files("redcap")[0].read_text("utf-8"))))
    groups = {row["Variable / Field Name"]: row["Matrix Group Name"] for row in rows}
    assert groups["m1"] == groups["m2"] != ""
    assert groups["s1"] == groups["comment"] == groups["part"] == ""
    assert {row["Form Name"] for row in rows} == {"survey"}
    assert {row["Variable / Field Name"] for row in rows if row["Required Field?"]} == {"ok"}


def test_limesurvey_computes_nothing(files):
    rows = csv.DictReader(io.StringIO(files("limesurvey")[0].read_text("utf-8").removeprefix("\ufeff")), delimiter="\t")
    texts = {row["name"]: row["text"] for row in rows}
    assert texts["m2"] == "Ha { x }?"
    assert texts["surveyls_endtext"] == "Bye { all }."
    assert texts["surveyls_title"] == "A &lt;small&gt; study"
    assert texts["surveyls_welcometext"] == "Two lines.<br />The second."


def test_qualtrics_takes_no_text_for_a_tag(files):
    text = files("qualtrics")[0].read_text("utf-8")
    assert "Is 1 &lt; 2, [ [really]]?<br>Say so." in text
    assert "[[Block:Only for: I mentor]]" in text


def test_qualtrics_asks_each_kind_in_its_own_way(files):
    text = files("qualtrics")[0].read_text("utf-8")
    assert "[[Question:MC:SingleAnswer]]\n[[ID:m2]]" in text
    assert "[[Question:MC:SingleAnswer:Horizontal]]\n[[ID:s1]]" in text
    assert "[[Question:TE:SingleLine]]\n[[ID:code]]" in text
    assert "[[Question:TE:Essay]]\n[[ID:comment]]" in text


def test_limesurvey_has_its_columns_and_settings(files):
    text = files("limesurvey")[0].read_text("utf-8").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    assert list(rows[0]) == [
        "id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation", "mandatory",
        "other", "default", "same_default",
    ]  # fmt: skip
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert settings == {"language": "en", "format": "G", "datestamp": "Y", "anonymized": "Y"}
    kinds = {row["name"]: row["type/scale"] for row in rows if row["class"] == "Q"}
    assert kinds == {"ok": "L", "code": "S", "part": "L", "m1": "L", "m2": "L", "s1": "L", "comment": "T"}
    assert {row["name"] for row in rows if row["mandatory"] == "Y"} == {"ok"}


def test_without_consent_everybody_is_asked(write_study, tmp_path):
    toml = TOML.replace('consent = "ok"\n', "").replace('consent = "May we?"\n', "").format(format="limesurvey")
    (pre, _) = write_questionnaire(write_study(toml=toml, codebook=CODEBOOK), out=tmp_path, platform="limesurvey")
    shown = {one.name: one.shown for one in platform_exports.of_limesurvey(pre.read_text("utf-8"))}
    assert (shown["m1"], shown["s1"]) == ("1", '(part == "2")')


def test_paper_has_lines_to_write_on(files):
    said = [paragraph.text for paragraph in docx.Document(files("word")[0]).paragraphs]
    assert set(said[said.index("Please enter your code.") + 1]) == {"_"}
    after = said[said.index("Else?") + 1 :]
    assert len([line for line in after if set(line) == {"_"}]) == 3
    after = said[said.index("☐ Sure   ☐ No, I do not agree") + 1 :]
    assert after[:2] == ["If you tick “No, I do not agree”, please stop here.", "Please enter your code."]


def test_paper_has_every_question_and_answer(files):
    document = docx.Document(files("word")[0])
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert all(text in said for text in ("A <small> study", "May we?", "☐ Sure", "Only for: I mentor", "Else?", "Bye"))
    (grid,) = document.tables
    assert [cell.text for cell in grid.rows[0].cells] == ["", "Less & less", "More"]
    assert [row.cells[0].text for row in grid.rows[1:]] == ["Is 1 < 2, [[really]]?\nSay so.", "Ha {x}?"]


def test_a_table_says_whom_each_question_is_for(files):
    rows = list(csv.DictReader(io.StringIO(files("csv")[0].read_text("utf-8-sig"))))
    assert {row["column"]: row["for"] for row in rows if row["for"]} == {"s1": "I mentor"}
    assert [row["column"] for row in rows if row["required"]] == ["ok"]


@pytest.mark.parametrize(
    ("platform", "name", "said"),
    [
        ("limesurvey", "m_1", "columns that LimeSurvey cannot have: m_1; its names are a letter, then letters and"),
        ("limesurvey", "m123456789012345678901", "cannot have: m123456789012345678901"),
        ("redcap", "M1", "columns that REDCap cannot have: M1; its names are a small letter"),
        ("redcap", "record_id", "cannot have: record_id"),
        *(("qualtrics", name, f"cannot have: {name}") for name in PLATFORMS["qualtrics"].taken),
        *(("limesurvey", name, f"cannot have: {name}") for name in PLATFORMS["limesurvey"].taken),
        ("redcap", "thanks_text", "cannot have: thanks_text"),
        ("csv", "Q5*", "columns that CSV cannot have: Q5*, which are parts of names"),
        ("csv", "code", "pre: two questions are asked into one column (code)"),
    ],
)
def test_names_that_a_platform_does_not_take_are_told(files, platform, name, said):
    codebook = CODEBOOK.replace("answers,question", "answers,question,pre").replace("Else?", f"Else?,{name}").replace(
        "Ha {x}?", "Ha {x}?,").replace('Say so."', 'Say so.",').replace("I can.", "I can.,")  # fmt: skip
    codebook = codebook.replace(",text,", ",number,") if name == "code" else codebook
    with pytest.raises(StudyFileError) as caught:
        files(platform, codebook=codebook)
    assert said in str(caught.value)


def test_another_format_than_the_platforms_is_told(files, tmp_path):
    with pytest.raises(StudyFileError) as caught:
        files("limesurvey", form="csv")
    assert 'waves.pre: pre.csv has the format "csv"' in str(caught.value)
    assert 'set format = "limesurvey"' in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_answers_that_redcap_would_divide_are_told(files, monkeypatch):
    monkeypatch.setattr("test_platform_files.TOML", TOML.replace("More", "More | most"))
    with pytest.raises(StudyFileError, match=r"answers that REDCap would divide: 'More \| most'; reword them"):
        files("redcap")


def test_nothing_is_replaced(files):
    files("csv", wave="pre")
    with pytest.raises(ReportError, match=r"already has pre\.csv\. Name another folder"):
        files("csv")


def test_an_unknown_platform_is_told(files):
    with pytest.raises(SelectionError, match=r"no platform 'limesurfey'; did you mean 'limesurvey'\?"):
        files("limesurfey")


def test_the_same_study_gives_the_same_bytes(files, tmp_path):
    first = [path.read_bytes() for path in files("word")]
    (tmp_path / "out").rename(tmp_path / "before")
    assert [path.read_bytes() for path in files("word")] == first


def test_the_command_writes_and_says_what_is_left_to_do(write_study, tmp_path):
    study = write_study(toml=TOML.format(format="qualtrics"), codebook=CODEBOOK)
    arguments = ["questionnaire", str(study), "--for", "qualtrics", "--out", str(tmp_path / "q"), "--wave", "pre"]
    done = CliRunner().invoke(main, arguments, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert "show each block that is only for a role to that role alone" in done.stdout
    assert [path.name for path in (tmp_path / "q").iterdir()] == ["pre.txt"]
    again = CliRunner().invoke(main, arguments)
    assert (again.exit_code, again.stdout) == (1, "")


def test_a_folder_that_is_a_file_is_told(write_study, tmp_path):
    (tmp_path / "q").write_text("")
    study = rm.read_study(write_study(toml=TOML.format(format="csv"), codebook=CODEBOOK))
    with pytest.raises(ReportError, match=r"is a file\. Name a folder with --out"):
        write_questionnaire(study, out=tmp_path / "q", platform="csv")
