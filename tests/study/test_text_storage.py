"""Whether texts are held as Python's or as Arrow's depends on the size of the exports, and nothing depends on it."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from small_studies import Group, small_study

from rm_research.disclosure.numbers import decide
from rm_research.panel import cache, prepare_study
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study, text_storage

DEMO = Path(__file__).parents[2] / "data" / "demo"
KINDS = ("python", "pyarrow")


def storages(frame: pd.DataFrame) -> set[str]:
    return {kind.storage for kind in frame.dtypes if isinstance(kind, pd.StringDtype)}


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert [kind.name for kind in one.dtypes] == [kind.name for kind in other.dtypes]
    loose = {"check_dtype": False, "check_column_type": False, "check_index_type": False}
    pd.testing.assert_frame_equal(one, other, **loose, check_exact=True)


@pytest.fixture(scope="module", params=["small", pytest.param("demo", marks=pytest.mark.slow)])
def studies(request, tmp_path_factory):
    """A small study, or the demo, prepared in both ways."""
    folder = tmp_path_factory.mktemp("texts") / "study"
    if request.param == "demo":
        shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".rm_research"))
    else:
        small_study(folder, Group("Spring", 12, "leader"), Group("Autumn", 5, "mentor", left=1, late=1))
    study, found = read_study(folder), {}
    for kind, many in zip(KINDS, (10**9, 0), strict=True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text_storage, "MANY", many)
            found[kind] = prepare_openly(study)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_held_as_the_size_of_the_exports_says(studies, kind):
    assert studies[kind].responses["file"].dtype.storage == studies[kind].panel["person"].dtype.storage == kind


def test_a_kept_study_is_held_in_the_same_way(studies, monkeypatch):
    for kind, many in zip(KINDS, (10**9, 0), strict=True):
        monkeypatch.setattr(text_storage, "MANY", many)
        prepare_study(studies[kind].study)
        kept = prepare_study(studies[kind].study)
        assert storages(kept.panel) == {kind}
        same(kept.panel, studies[kind].panel)


@pytest.mark.parametrize(("items", "many"), [(2, True), (34, True), (35, False), (3_400, False)])
def test_many_items_are_not_many_people(write_study, items, many):
    codebook = "item,scale,low,high\n" + "".join(f"q{number},mood,1,5\n" for number in range(items))
    toml = 'title = "T"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\n[scales.mood]\n'
    study = read_study(write_study(toml=toml, codebook=codebook, files={"pre.csv": "x" * 2_000_001}))
    assert text_storage._holds_many(study) == many


def test_the_setting_of_others_is_left_as_it_was(studies):
    assert pd.get_option("mode.string_storage") == "python"


def test_frames_are_the_same(studies):
    one, other = (studies[kind] for kind in KINDS)
    for name in cache.NAMES:
        same(getattr(one, name), getattr(other, name))
    assert one.texts == other.texts


@pytest.mark.slow
def test_numbers_are_the_same(studies):
    one, other = (decide(studies[kind]) for kind in KINDS)
    same(one.table, other.table)
    same(one.estimates.details, other.estimates.details)
    assert one.hidden_by == other.hidden_by
    assert set(one.tables) == set(other.tables)
    for name, table in one.tables.items():
        same(table, other.tables[name])
