"""The same study with other options, checked like its file."""

import re

import pytest

from rm_research.errors import ReportError, StudyFileError
from rm_research.study import read_study


@pytest.fixture
def study(write_study):
    return read_study(write_study('label = "Mood"\n[reporting]\nlevel = 0.9\n'))


def refused(study, options):
    with pytest.raises(StudyFileError) as error:
        study.varied(options)
    return list(error.value.problems)


def test_options_take_the_place_of_those_of_the_file(study):
    varied = study.varied({"reporting.level": 0.8, "link.method": "none", "scales.mood.smallest_effect": 0.5})
    assert (varied.reporting.level, varied.link.method, varied.scale("mood").smallest_effect) == (0.8, "none", 0.5)
    assert varied.scale("mood").label == "Mood"
    assert study.reporting.level == 0.9


def test_a_table_is_put_over_that_of_the_file(study):
    varied = study.varied({"scales": {"mood": {"better": "lower"}}})
    assert (varied.scale("mood").better, varied.scale("mood").label) == ("lower", "Mood")


def test_none_brings_back_the_default(study):
    assert study.varied({"reporting.level": None}).reporting.level == 0.95


def test_a_study_says_how_it_was_varied(study):
    once = study.varied({"reporting.level": 0.8})
    again = once.varied({"reporting.seed": 3})
    assert again.options == {"reporting.level": 0.8, "reporting.seed": 3}
    assert (again.reporting.level, again.reporting.seed) == (0.8, 3)
    assert study.options == {}


def test_a_varied_study_is_another_one(study):
    assert study.varied({"reporting.level": 0.8}) != study
    assert study.varied({}) == study


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"link.methud": "code"}, '[link]\nmethud = "code"\n'),
        ({"link.method": "cod"}, '[link]\nmethod = "cod"\n'),
        ({"design.baseline": "before"}, '[design]\nbaseline = "before"\n'),
        ({"outcomes": ["moood"]}, None),
    ],
)
def test_errors_are_those_of_the_file(write_study, options, line):
    study = read_study(write_study())
    told = refused(study, options)
    assert len(told) == 1
    folder = study.path
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(text + line if line else 'outcomes = ["moood"]\n' + text)
    with pytest.raises(StudyFileError) as error:
        read_study(folder)
    assert list(error.value.problems) == told


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("link.metod", r"link\.metod: is not a key of study\.toml here; did you mean 'method'\? \[link\] has method, "),
        ("lnk.method", r"lnk: is not a key of study\.toml here; did you mean 'link'\? \[link\] has method, "),
        ("scales.mood.bettr", r"did you mean 'better'\? \[scales\.mood\] has kind, label, .*better"),
        ("waves.pre.fille", r"did you mean 'file'\? \[waves\.pre\] has .*file, "),
        ("titel", r"did you mean 'title'\?$"),
        ("scales.moood.label", r"no table \[scales\.moood\] whose options could differ; did you mean 'mood'\?"),
        ("waves.after.file", r"no table \[waves\.after\] whose options could differ; known: pre, post$"),
    ],
)
def test_misspelt_keys_and_tables_say_what_there_is(study, option, told):
    (problem,) = refused(study, {option: "code"})
    assert re.search(told, problem), problem


def test_a_table_may_be_taken_away(study):
    assert study.varied({"scales.mood.label": None}).scale("mood").label != "Mood"
    assert "study.toml" in refused(study, {"scales": "mood"})[0]


def test_all_faults_are_told_at_once(study):
    assert len(refused(study, {"reporting.level": 3, "link.method": "cod"})) == 2


def test_a_file_that_changed_since_is_refused(study):
    path = study.path / "study.toml"
    path.write_text(path.read_text().replace("0.9", "0.99"))
    assert "changed since the study was read. Call read_study again." in refused(study, {"reporting.seed": 1})[0]


def test_files_outside_the_folder_stay_forbidden(study):
    assert "leads out of the study's folder" in refused(study, {"waves.pre.file": "../pre.csv"})[0]


def test_nothing_that_leaves_is_made_of_it(study):
    assert study.as_declared("Reports") is study
    with pytest.raises(ReportError, match=r"Reports are made of the study as study.toml declares it.*reporting\.level"):
        study.varied({"reporting.level": 0.8}).as_declared("Reports")
