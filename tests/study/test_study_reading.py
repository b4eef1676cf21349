"""study.toml read: what it gives, and every fault in it said with key and remedy."""

import re

import pytest

from rm_research.errors import StudyFileError
from rm_research.study import read_study

HEAD = 'title = "T"\n'
WAVES = '[waves.pre]\nfile = "pre.csv"\n[waves.post]\nfile = "post.csv"\n'
REST = '[columns]\nperson = "code"\n[scales.mood]\n'


def faults(folder):
    """Sentences of the error, without its heading."""
    with pytest.raises(StudyFileError) as caught:
        read_study(folder)
    return [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:]]


def test_a_small_study_is_read_with_every_default_in_its_place(write_study):
    study = read_study(write_study())
    assert (study.baseline, study.later_waves, study.outcomes, study.link.method) == (
        "pre",
        ("post",),
        ("mood",),
        "exact",
    )


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        StudyFileError, match=r"There is no folder .*nowhere\. Name the folder that contains study.toml"
    ):
        read_study(tmp_path / "nowhere")


def test_a_folder_without_study_toml_points_to_the_manual(tmp_path):
    with pytest.raises(StudyFileError, match=r"has no study.toml. It declares waves, .*docs/study-files.md"):
        read_study(tmp_path)


def without_tables(said):
    """Sentences without what the table of a misspelt key has: tests/study/test_varied.py reads it."""
    return [re.sub(r" \[[\w.]+\] has .*", "", one) for one in said]


def test_what_is_not_toml_is_said_with_its_line(write_study):
    said = faults(write_study(toml='title = "T"\n[waves.pre\n'))
    assert said == [
        "study.toml: is not valid TOML: Expected ']' at the end of a table declaration (at line 2, column 11); "
        "correct it there"
    ]


def test_study_toml_in_another_encoding_is_said(write_study):
    folder = write_study()
    (folder / "study.toml").write_bytes('title = "Führung"'.encode("cp1252"))
    assert faults(folder) == ["study.toml: is not encoded in UTF-8; save it as UTF-8"]


def test_study_toml_may_begin_with_a_byte_order_mark(write_study):
    folder = write_study()
    (folder / "study.toml").write_bytes(b"\xef\xbb\xbf" + (folder / "study.toml").read_bytes())
    assert read_study(folder).title == "A small study"


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        (
            HEAD + WAVES.replace('"pre.csv"', '"pre.csv"\nfomat = "csv"') + REST,
            "waves.pre.fomat: is not a key of study.toml here; did you mean 'format'?",
        ),
        (HEAD + WAVES.replace('file = "pre.csv"', "") + REST, "waves.pre.file: is missing; add it"),
        (WAVES + REST, "title: is missing; add it"),
        ("title = 3\n" + WAVES + REST, "title: is not text; put it in quotes (it is 3)"),
        (HEAD + "waves = 3\n" + REST, "waves: is not a table (it is 3)"),
        (
            HEAD + WAVES + REST + "[waves.pre.set]\nrolle = 'leader'",
            "waves.pre: 'rolle' is neither a fact nor an attribute; did you mean 'role'? Otherwise declare "
            "it under [attributes]",
        ),
        (
            HEAD + WAVES + REST.replace("person", "persn"),
            "columns.persn: is not a key of study.toml here; did you mean 'person'?",
        ),
        (
            HEAD + WAVES + REST.replace('"code"', "3"),
            "columns.person: is neither text nor a list of texts (it is 3)",
        ),
        (HEAD + WAVES + REST + "[desgin]", "desgin: is not a key of study.toml here; did you mean 'design'?"),
        (
            HEAD + WAVES + REST + '[link]\nmethod = "fuzzy"',
            "link.method: should be 'exact', 'code' or 'none' (it is 'fuzzy')",
        ),
        (
            HEAD + WAVES + REST + "beter = 'lower'",
            "scales.mood.beter: is not a key of study.toml here; did you mean 'better'?",
        ),
        (
            HEAD + WAVES + REST + "smallest_effect = nan",
            "scales.mood.smallest_effect: should be a finite number (it is nan)",
        ),
        (HEAD + WAVES + REST + "[reporting]\nlevel = 95", "reporting.level: should be less than 1 (it is 95)"),
        (
            HEAD + WAVES.replace("[waves.post]", "name = 'start'\n[waves.post]") + REST,
            "waves.pre.name: is not a key of study.toml here; known: kind, duplicates, unfinished, returned, due, "
            "sources, file, format, sheet, title_rows, summary_rows, layout, question, answer, dictionary, encoding, "
            "delimiter, decimal, date_format, set, columns, where",
        ),
        (
            HEAD + WAVES.replace("[waves.post]", "summary_rows = ['x']\n[waves.post]") + REST,
            'waves.pre.summary_rows: should be "drop", "keep" or a list of row numbers, such as [43, 44]',
        ),
        (
            HEAD + WAVES.replace("[waves.post]", "summary_rows = 'kep'\n[waves.post]") + REST,
            'waves.pre.summary_rows: should be "drop", "keep" or a list of row numbers, such as [43, 44] (it is '
            "'kep')",
        ),
        (
            HEAD + WAVES + REST + "[waves.pre.sources]\nfile = 'x.csv'",
            "waves.pre: sources is not a list: begin each with [[waves.….sources]], in double brackets",
        ),
        (
            HEAD + WAVES + REST + "[[waves.pre.sources]]\nfile = 'x.csv'",
            "waves.pre: has both a file and sources: name files only under sources",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_one_key_is_one_sentence_with_its_remedy(write_study, toml, sentence):
    assert without_tables(faults(write_study(toml=toml))) == [f"study.toml: {sentence}"]


def test_an_unknown_format_lists_those_there_are(write_study):
    said = faults(write_study(toml=HEAD + WAVES.replace('"pre.csv"', '"pre.csv"\nformat = "xls"') + REST))
    assert said == [
        "study.toml: waves.pre.format: is 'xls'; formats are csv, excel, qualtrics, surveymonkey, google-forms, "
        "redcap, limesurvey, spss, stata, "
        "microsoft-forms, kobotoolbox, moodle, typeform, jotform"
    ]


def test_a_key_of_one_of_several_sources_is_found_by_its_place(write_study):
    sources = '[[waves.pre.sources]]\nname = "a"\nfil = "a.csv"\n[waves.post]\nfile = "post.csv"\n'
    said = faults(write_study(toml=HEAD + sources + REST))
    told = "study.toml: waves.pre.sources.0.fil: is not a key of study.toml here; did you mean 'file'?"
    assert told in without_tables(said)
    assert any(re.search(r" \[waves\.pre\.sources\] has .*\bfile\b", one) for one in said)


def test_faults_of_both_files_are_said_at_once(write_study):
    said = faults(write_study("[desgin]\n", codebook="item,scale,low,high\nm1,mood,1,x\n"))
    assert without_tables(said) == [
        "study.toml: desgin: is not a key of study.toml here; did you mean 'design'?",
        "codebook.csv row 2: high is 'x', which is not a number; write it like 1 or 1.5",
    ]


def test_contradictions_are_found_though_the_codebook_is_faulty(write_study):
    toml = 'outcomes = ["joy"]\n' + HEAD + WAVES + REST
    said = faults(write_study(toml=toml, codebook="item,scale,low,high\nm1,mood,1,x\n"))
    assert said[0] == "study.toml: outcomes: 'joy' is not a scale; known: mood"


def test_waves_of_the_codebook_are_not_called_unknown_when_study_toml_cannot_be_read(write_study):
    said = faults(write_study(toml="title", codebook="item,scale,low,high,pre,post\nm1,mood,1,5,Q1,Q2\n"))
    assert len(said) == 1


def test_the_heading_counts_problems_and_names_the_folder(write_study):
    folder = write_study("[desgin]\n[repoting]\n")
    with pytest.raises(StudyFileError, match="is not ready \\(2 problems\\)") as caught:
        read_study(folder)
    assert str(folder) in str(caught.value)


def test_a_tab_may_part_columns(write_study):
    study = read_study(write_study(toml=HEAD + WAVES.replace('"pre.csv"', '"pre.csv"\ndelimiter = "\\t"') + REST))
    assert study.waves[0].sources[0].delimiter == "\t"


def test_a_word_parts_no_columns(write_study):
    said = faults(write_study(toml=HEAD + WAVES.replace('"pre.csv"', '"pre.csv"\ndelimiter = "tab"') + REST))
    assert said == [
        'study.toml: waves.pre.delimiter: is not a delimiter; give one character, such as ";" or "\\t" (it is \'tab\')'
    ]
