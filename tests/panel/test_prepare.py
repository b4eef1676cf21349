"""The whole way from exports to Panel, and what is kept of it on disk."""

import os
import re
import shutil
import stat
from dataclasses import replace
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pandas as pd
import pytest

from rm_research.errors import ReadError, StudyError
from rm_research.panel import cache, prepare_study
from rm_research.panel.prepare import prepare_openly
from rm_research.responses.intake import take_in
from rm_research.study import read_study

# what takes the numbers as they are, and does not change them
AFTERWARDS = ("article", "browsing.py", "catalogue", "checks", "claims", "cli", "drafting", "figures", "findings",
              "paper", "planning", "questionnaires", "reporting", "simulate", "writers")  # fmt: skip
FRAMES = ("responses", "people", "dyads", "meetings", "goals", "links", "near_misses", "scores", "panel", "ledger",
          "problems", "open_answers", "arrivals")  # fmt: skip
TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
dyad = "pair"
role = "role"
submitted = "date"
[attributes]
team = "team"
contact = "contact"
[roster]
file = "roster.csv"
[sessions]
file = "sessions.csv"
[scales.mood]
"""
CODEBOOK = "item,scale,kind,low,high\nm1,mood,,1,5\nm2,mood,,1,5\nnote,,text,,\npick,,choice,,\n"
HEADER = "code,role,pair,date,team,contact,Email,m1,m2,note,pick\n"
FILES = {
    "pre.csv": HEADER
    + "QXA17,leader,DYADONE,2025-01-05,ops,mary@secret.org,mary@secret.org,1,2,Call Mary Poppins,red\n"
    "QXB18,mentor,DYADONE,2025-01-06,it,jo@secret.org,jo@secret.org,Mary Poppins said,9,write to jo@secret.org,blue\n",
    "post.csv": HEADER + "QXA17,mentor,DYADONE,2025-06-05,ops,,,2,3,,red\n",
    "roster.csv": "code,role,pair,team,contact\nQXA17,leader,DYADONE,ops,mary@secret.org\nQXB18,mentor,DYADONE,it,\n",
    "sessions.csv": "pair,date,minutes\nDYADONE,2025-02-01,30\n",
}
SECRETS = ("qxa17", "qxb18", "dyadone", "secret.org", "mary", "poppins", "jo@")


@pytest.fixture
def folder(write_study):
    return write_study(toml=TOML, codebook=CODEBOOK, files=FILES)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Folder of a study that was prepared, which no test changes for good, and what was prepared."""
    folder = tmp_path_factory.mktemp("kept")
    for name, text in {"study.toml": TOML, "codebook.csv": CODEBOOK, **FILES}.items():
        (folder / name).write_text(text)
    return folder, prepare_study(folder)


def same(one, other):
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)


def cached(folder: Path) -> list[Path]:
    return list((folder / ".rm_research").glob("cache/prepared-*"))


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / ".rm_research").rglob("*") if path.is_file()]


def test_what_is_found_on_disk_equals_what_was_prepared(kept):
    folder, fresh = kept
    same(fresh, prepare_study(folder))


def test_texts_and_digest_are_found_again(kept):
    folder, fresh = kept
    again = prepare_study(folder)
    assert (again.texts, again.digest) == (fresh.texts, fresh.digest)


def test_frames_found_on_disk_can_be_written_to(kept):
    panel = prepare_study(kept[0]).panel
    panel.loc[0, "pre"] = 3.0
    panel["post"] += 1
    assert panel.loc[0, "pre"] == 3.0


@pytest.mark.parametrize("name", ["study.toml", "codebook.csv", "pre.csv", "post.csv", "roster.csv", "sessions.csv"])
def test_any_input_that_changes_makes_it_prepare_again(kept, name):
    folder, _ = kept
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(before + b"\n")
    found = cache.load(read_study(folder))
    (folder / name).write_bytes(before)
    assert found is None


def test_the_same_inputs_are_found_again(kept):
    assert cache.load(read_study(kept[0])) is not None


def test_a_study_that_differs_from_its_files_is_not_taken_for_them(kept):
    study = read_study(kept[0])
    scale = study.scale("mood").model_copy(update={"score": "sum"})
    changed = replace(study, settings=study.settings.model_copy(update={"scales": {"mood": scale}}))
    assert cache.load(changed) is None


def test_another_version_of_a_package_that_reads_or_computes_makes_it_prepare_again(kept, monkeypatch):
    package, study = Path(cache.__file__).parents[1], read_study(kept[0])
    modules = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in AFTERWARDS]
    text = "\n".join(path.read_text() for path in modules)
    imported = set(re.findall(r"^ *(?:from|import) (\w+)", text, re.MULTILINE)) - {
        "pydantic",
    }  # settings; no page
    others = imported & {"rm_research", *packages_distributions()}
    assert {"openpyxl", "pyreadstat", "rapidfuzz", "scipy", "rm_research"} <= others
    for name in others:
        monkeypatch.setattr(cache, "version", lambda asked, name=name: "0" if asked == name else version(asked))
        assert cache.load(study) is None, name


@pytest.mark.slow
def test_what_was_prepared_from_other_inputs_is_removed(folder):
    prepare_study(folder)
    (folder / "sessions.csv").write_text("pair,date,minutes\n")
    prepare_study(folder)
    assert len(cached(folder)) == 1


@pytest.mark.slow
def test_a_damaged_cache_is_prepared_again(folder):
    fresh = prepare_study(folder)
    (cached(folder)[0] / "panel.arrow").write_bytes(b"broken")
    same(fresh, prepare_study(folder))


def test_key_and_cache_may_be_kept_elsewhere(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("RM_RESEARCH_PRIVATE", str(tmp_path / "a" / "place"))
    prepare_study(folder)
    (home,) = (tmp_path / "a" / "place").iterdir()
    assert {path.name for path in home.iterdir()} == {".gitignore", "cache", "key", "study.json"}
    assert not (folder / ".rm_research").exists()


@pytest.mark.slow
def test_studies_that_share_a_place_keep_keys_and_caches(folder, tmp_path, monkeypatch):
    """Also two of one name, as copies of a study in different folders are."""
    monkeypatch.setenv("RM_RESEARCH_PRIVATE", str(tmp_path / "place"))
    other = Path(shutil.copytree(folder, tmp_path / "copies" / folder.name))
    first, second = prepare_study(folder), prepare_study(other)
    assert not set(first.people["person"]) & set(second.people["person"])
    assert cache.load(read_study(folder)) is not None


@pytest.mark.slow
def test_what_came_with_a_study_is_prepared_anew(folder, tmp_path):
    """Its sender has its key, too, and could have made a cache with it."""
    fresh = prepare_study(folder)
    received = Path(shutil.copytree(folder, tmp_path / "received"))
    key = (received / ".rm_research" / "key").read_bytes()
    assert cache.load(read_study(folder)) is not None
    assert cache.load(read_study(received)) is None
    same(fresh, prepare_study(received))
    assert (received / ".rm_research" / "key").read_bytes() == key


@pytest.mark.slow
def test_what_others_put_into_the_cache_is_prepared_anew(folder):
    fresh = prepare_study(folder)
    (place,) = cached(folder)
    frames = {name: getattr(fresh, name) for name in FRAMES}
    cache._write(place / "more.arrow", frames["panel"])
    assert cache.load(read_study(folder)) is None
    same(fresh, prepare_study(folder))


def test_frames_without_their_columns_are_prepared_anew(folder):
    fresh = prepare_study(folder)
    frames = {name: getattr(fresh, name) for name in FRAMES} | {"scores": fresh.scores.drop(columns="score")}
    cache.save(fresh.study, frames, {})
    assert cache.load(fresh.study) is None


def test_what_was_prepared_from_one_input_is_not_taken_for_another(folder):
    """Not even under its name."""
    prepare_study(folder)
    (place,) = cached(folder)
    (folder / "sessions.csv").write_text("pair,date,minutes\n")
    study = read_study(folder)
    place.rename(cache._folder(study, cache.PREPARED, cache.digest(study)))
    assert cache.load(study) is None


def test_what_a_killed_run_left_is_removed_by_a_later_one(folder):
    old, new = ((folder / ".rm_research" / "cache" / f".part-{name}") for name in ("old", "new"))
    for part in (old, new):
        part.mkdir(parents=True)
    os.utime(old, (0, 0))
    prepare_study(folder)
    assert (old.exists(), new.exists()) == (False, True)


def test_files_on_disk_are_their_owners_alone(kept):
    assert {stat.S_IMODE(path.stat().st_mode) for path in stored(kept[0])} == {0o600}


def test_no_code_address_or_word_of_a_person_is_on_disk(kept):
    content = b"".join(path.read_bytes() for path in stored(kept[0])).lower()
    assert [secret for secret in SECRETS if secret.encode() in content] == []


def test_no_code_address_or_word_of_a_person_is_in_the_frames(kept):
    shown = "".join(getattr(kept[1], name).to_csv() for name in FRAMES).lower()
    assert [secret for secret in SECRETS if secret in shown] == []


def test_the_problems_of_that_study_were_found_all_the_same(kept):
    assert {"not_a_number", "out_of_range", "disagreement", "personal_data"} <= set(kept[1].problems["rule"])


def test_choices_are_kept_and_free_text_is_not(kept):
    columns = set(kept[1].responses)
    assert ("pick" in columns, "note" in columns) == (True, False)


def test_ledger_steps_are_numbered_throughout(kept):
    steps = kept[1].ledger["step"].tolist()
    assert steps == list(range(1, len(steps) + 1))


def test_a_repr_shows_counts_only(kept):
    assert repr(kept[1]).startswith("Prepared: 2 people, 1 dyads; 0 errors, ")


def test_hashes_of_two_studies_differ(kept, folder):
    one, other = (take_in(read_study(place)).responses["person"] for place in (kept[0], folder))
    assert not set(one) & set(other)


def test_without_a_place_for_the_key_nothing_is_prepared(folder):
    """Its hashes would differ from run to run."""
    (folder / ".rm_research").write_text("in the way")
    with pytest.raises(StudyError, match=r"cannot be used for the study's key.*Set the environment variable RM_RESEA"):
        prepare_study(folder)


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_done_without(folder):
    (folder / ".rm_research").mkdir()
    (folder / ".rm_research" / "cache").write_text("in the way")
    assert prepare_study(folder).scores["score"].equals(prepare_study(folder).scores["score"])


def test_a_cache_that_is_already_there_leaves_no_half_of_another(kept):
    folder, prepared = kept
    cache.save(prepared.study, {name: getattr(prepared, name) for name in FRAMES}, prepared.texts)
    assert [path.name for path in (folder / ".rm_research" / "cache").iterdir()] == [cached(folder)[0].name]


def test_a_wave_that_is_not_in_yet_stops_prepare_study(folder):
    (folder / "post.csv").unlink()
    with pytest.raises(ReadError, match=r"post.csv is not in the study folder. Put it there, or correct its file"):
        prepare_study(folder)


@pytest.mark.parametrize("post", [None, "", HEADER])
def test_a_wave_that_is_not_in_yet_leaves_everything_else(write_study, post):
    folder = write_study(toml=TOML, codebook=CODEBOOK, files={**FILES, "post.csv": post})
    prepared = prepare_openly(read_study(folder))
    assert (prepared.scores["wave"].tolist(), prepared.panel["post"].isna().all(), len(prepared.dyads)) == (
        ["pre", "pre"],
        True,
        1,
    )


def test_without_any_wave_in_the_frames_are_empty(write_study):
    folder = write_study(files={"pre.csv": None, "post.csv": None})
    prepared = prepare_openly(read_study(folder))
    assert [len(getattr(prepared, name)) for name in ("responses", "people", "scores", "panel")] == [0] * 4


def test_with_a_roster_alone_everyone_invited_is_there(write_study):
    files = {"pre.csv": None, "post.csv": None, "roster.csv": "code,role\na,leader\nb,mentor\n"}
    prepared = prepare_openly(read_study(write_study('[roster]\nfile = "roster.csv"\n', files=files)))
    assert (len(prepared.people), prepared.panel[["pre", "post"]].isna().all(axis=None)) == (2, True)


def test_an_error_of_a_cohort_costs_that_cohort_alone(write_study):
    toml = 'title = "T"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\ncohort = "c"\n[scales.mood]\n'
    folder = write_study(toml=toml, files={"pre.csv": "code,c,m1,m2\na,x,1,1\na,x,1,1\nb,y,1,1\n"})
    prepared = prepare_study(folder)
    assert [len(prepared.errors_of(cohort)) for cohort in prepared.cohorts] == [1, 0]


def test_a_cohort_whose_only_export_is_missing_is_still_a_cohort(write_study):
    source = '[[waves.pre.sources]]\nname = "{0}"\nfile = "{0}.csv"\nset = {{ cohort = "{0}" }}\n'
    toml = 'title = "T"\n' + source.format("x") + source.format("y") + '[columns]\nperson = "code"\n[scales.mood]\n'
    prepared = prepare_study(write_study(toml=toml, files={"x.csv": "code,m1,m2\na,1,1\n"}))
    assert (prepared.cohorts, len(prepared.errors_of("y"))) == (("x", "y"), 1)
