"""A study with other options is prepared anew, kept beside the declared one, and no report is made of it."""

import pytest

from rm_research.errors import ReportError, StudyFileError
from rm_research.panel import cache, prepare, prepare_study
from rm_research.reporting.batch import run_reports
from rm_research.study import read_study


@pytest.fixture
def folder(write_study):
    return write_study()


@pytest.fixture
def no_reading(monkeypatch):
    """From now on, what is not in the cache cannot be prepared."""

    def forbid():
        monkeypatch.setattr(prepare, "prepare_openly", lambda study: pytest.fail("prepared again"))

    return forbid


def folders(folder, kind):
    return sorted(path.name for path in (folder / ".rm_research" / "cache").glob(f"{kind}-*"))


def test_options_change_what_is_prepared(folder):
    linked, unlinked = prepare_study(folder), prepare_study(folder, vary={"link.method": "none"})
    assert linked.panel[["pre", "post"]].notna().all(axis=1).any()
    assert not unlinked.panel[["pre", "post"]].notna().all(axis=1).any()
    assert unlinked.study.options == {"link.method": "none"}


def test_a_path_and_a_study_may_be_varied(folder):
    study = read_study(folder)
    for given in (folder, str(folder), study, study.varied({"reporting.seed": 3})):
        assert prepare_study(given, vary={"reporting.level": 0.8}).study.reporting.level == 0.8
    assert prepare_study(folder, vary={}).study.options == {}
    assert prepare_study(folder, vary=None).study.options == {}


@pytest.mark.slow
def test_each_variation_has_a_cache_of_its_own_beside_that_of_the_study(folder, no_reading):
    prepare_study(folder)
    levels = [0.8 + 0.01 * at for at in range(cache.MOST_VARIED + 2)]
    for level in levels:
        prepare_study(folder, vary={"reporting.level": level})
    assert len(folders(folder, "varied")) == cache.MOST_VARIED
    assert len(folders(folder, "prepared")) == 1
    no_reading()
    assert prepare_study(folder).study.reporting.level == 0.95
    assert prepare_study(folder, vary={"reporting.level": levels[-1]}).study.reporting.level == levels[-1]


def test_a_variation_is_prepared_anew_when_a_file_changes(folder):
    before = prepare_study(folder, vary={"reporting.level": 0.8})
    post = folder / "post.csv"
    post.write_text(post.read_text() + "c,5,4\n")
    after = prepare_study(folder, vary={"reporting.level": 0.8})
    assert len(after.responses) == len(before.responses) + 1


def test_options_that_do_not_exist_are_refused_before_anything_is_read(folder):
    with pytest.raises(StudyFileError, match=r"link\.methud: is not a key of study\.toml here; did you mean 'method'"):
        prepare_study(folder, vary={"link.methud": "code"})
    assert not (folder / ".rm_research").exists()


def test_no_report_is_made_of_it(folder, tmp_path):
    study = read_study(folder).varied({"reporting.level": 0.8})
    with pytest.raises(ReportError, match=r"Reports are made of the study as study\.toml declares it"):
        run_reports(study, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
