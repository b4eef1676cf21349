"""An export read in the wrong encoding is one error, whose remedy works."""

import pytest
from openpyxl import Workbook

from rm_research.responses import read_responses
from rm_research.responses.intake import take_in
from rm_research.study import read_study
from rm_research.study.garbling import Garbling

TOML = """
title = "Eine Studie"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
role = "Rolle für"
[values.role]
leader = ["Führung"]
[answers.agree]
"Stimme nicht zu" = 1
"Überwiegend" = 2
"Völlig – ja" = 3
[scales.mood]
"""
BOOK = "item,scale,low,high,answers\nm1,mood,1,3,agree\nm2,mood,1,3,agree\n"
ROWS = "code,Rolle für,m1,m2\na,Führung,Überwiegend,Völlig – ja\nb,Führung,Stimme nicht zu,Überwiegend\n"


@pytest.fixture
def study(write_study):
    def write(post, toml=TOML):
        return write_study(toml=toml, codebook=BOOK, files={"pre.csv": ROWS, "post.csv": post})

    return write


def errors(folder):
    problems = take_in(read_study(folder)).problems
    return problems.loc[problems["severity"] == "error", ["rule", "file", "message"]].to_numpy().tolist()


def with_encoding(folder, encoding, file="post.csv"):
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace(f'file = "{file}"', f'file = "{file}"\nencoding = "{encoding}"'), encoding="utf-8")
    return folder


GARBLED = [
    (Garbling("utf-8", "cp1252").apply(ROWS).encode(), "utf-8 read as cp1252"),
    (ROWS.encode("mac_roman"), "mac_roman"),
]


@pytest.mark.parametrize(("post", "encoding"), GARBLED)
def test_one_error_names_the_encoding_and_setting_it_helps(study, post, encoding):
    folder = study(post)
    ((rule, file, message),) = errors(folder)
    assert (rule, file) == ("garbled_text", "post.csv")
    assert f'Set encoding = "{encoding}"' in message
    answers = read_responses(with_encoding(folder, encoding)).responses
    assert answers.loc[answers["wave"] == "post", ["m1", "m2"]].to_numpy().tolist() == [[2, 3], [1, 2]]


@pytest.mark.parametrize("place", ["Rolle für", "Führung", "Überwiegend", "Völlig – ja"])
def test_headings_words_and_labels_are_all_known(study, place):
    ((rule, _, message),) = errors(study(ROWS.replace(place, Garbling("utf-8", "cp1252").apply(place))))
    assert rule == "garbled_text"
    assert "utf-8 read as cp1252" in message


def test_a_garbled_study_file_is_named_itself(study):
    garbled = TOML.replace("Überwiegend", "Ãœberwiegend")
    said = errors(study(ROWS, garbled))
    assert [(rule, file) for rule, file, _ in said] == [("garbled_text", "pre.csv"), ("garbled_text", "post.csv")]
    assert all("the study files have 'Ãœberwiegend'" in message for _, _, message in said)


def test_a_study_that_knows_both_ways_is_left_alone(study):
    both = TOML.replace('"Überwiegend" = 2', '"Überwiegend" = 2\n"Ãœberwiegend" = 2')
    assert errors(study(ROWS.replace("Überwiegend", "Ãœberwiegend"), both)) == []


def test_what_someone_wrote_is_never_quoted(study):
    post = ROWS.replace("Völlig – ja", Garbling("utf-8", "cp1252").apply("Völlig — JA"))
    ((_, _, message),) = errors(study(post))
    assert "JA" not in message


def test_a_workbook_has_to_be_made_again(study):
    folder = study(None, TOML.replace('"post.csv"', '"post.xlsx"\nformat = "excel"'))
    book = Workbook()
    for line in GARBLED[0][0].decode().splitlines():
        book.active.append(line.split(","))
    book.save(folder / "post.xlsx")
    ((_, _, message),) = errors(folder)
    assert "Export it again, and open it as utf-8" in message


@pytest.mark.parametrize(("encoding", "said"), [
    ("utf-8 read as cp1252", "is not utf-8 read as cp1252. Remove encoding"),
    ("utf-8 read as klingon", "is not an encoding"),
])  # fmt: skip
def test_an_encoding_that_does_not_fit_is_refused(study, encoding, said):
    ((rule, _, message),) = errors(with_encoding(study(ROWS), encoding))
    assert rule == "unreadable_file"
    assert said in message


def test_a_file_in_utf8_was_not_read_in_another_encoding(study):
    # 'Ÿ' stands where cp1252 reads the 'ü' of mac_roman; in a file in utf-8 somebody wrote it
    folder = study(ROWS, TOML.replace("Völlig – ja", "Všllig Ð ja").replace("Überwiegend", "†berwiegend"))
    assert all("the study files have" in message for rule, _, message in errors(folder) if rule == "garbled_text")
