"""Who comes or goes between two released reports cannot be told from both."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from audits import fewest_behind
from click.testing import CliRunner
from small_studies import TOML, Group, small_study

from rm_research.cli import main
from rm_research.disclosure.editions import LEDGER, Pile, enter, forget, read_editions, without_late
from rm_research.disclosure.editions import Group as Named
from rm_research.disclosure.numbers import decide, named_groups, release, study_numbers
from rm_research.disclosure.sets import Behind
from rm_research.errors import ReportError, StudyError
from rm_research.panel import prepare_study
from rm_research.reporting.batch import run_reports
from rm_research.study import read_study

SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"


def written(folder, *, after: int, before: int = 24, cohorts: str = "a"):
    """A study of 24 people a cohort of whom the first few have answered before, and after."""
    files = {".rm_research"}
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in files:
            path.unlink()
    study = small_study(folder, *(Group(cohort, 24) for cohort in cohorts), toml=SINGLE)
    for wave, n in (("pre", before), ("post", after)):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        number = rows["code"].str.rsplit("-", n=1).str[1].astype(int)
        # only the first cohort grows
        rows[~rows["code"].str.startswith("P0") | number.lt(n)].to_csv(study / f"{wave}.csv", index=False)
    return study


def change(study, cohort="a"):
    prepared = prepare_study(study)
    numbers = decide(prepared)
    (row,) = [row for row in numbers.headline_rows if row.contrast == "change" and row.cohort == cohort]
    return row, numbers


def released(study, label="board"):
    return release(prepare_study(study), label)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Studies of which an edition was released, each made once."""
    home = tmp_path_factory.mktemp("released")

    def make(n, cohorts="a"):
        folder = home / f"{n}-{cohorts}"
        if not folder.exists():
            released(written(folder, before=n, after=n, cohorts=cohorts))
        return folder

    return make


@pytest.fixture
def after_release(made, tmp_path):
    """Copy a study that was released when so many had answered, to be changed: its key and its ledger come with it."""

    def copy(n, cohorts="a"):
        return Path(shutil.copytree(made(n, cohorts), tmp_path / "study"))

    return copy


class TestLater:
    """A later report next to a released one."""

    @pytest.mark.slow
    def test_few_who_came_since_wait(self, after_release, tmp_path):
        first, _ = change(after_release(20))
        later, numbers = change(written(tmp_path / "study", before=23, after=23))
        assert (later.n_pre, later.n_pairs) == (20, 20)
        assert later.estimate == first.estimate
        assert numbers.tables["waiting"].to_numpy().tolist() == [["a", 3]]

    @pytest.mark.slow
    def test_without_a_release_they_count(self, tmp_path):
        written(tmp_path / "study", before=20, after=20)
        later, numbers = change(written(tmp_path / "study", before=23, after=23))
        assert later.n_pairs == 23
        assert numbers.tables["waiting"].empty

    @pytest.mark.slow
    def test_many_who_came_since_count(self, after_release, tmp_path):
        after_release(13)
        later, numbers = change(written(tmp_path / "study", before=24, after=24))
        assert later.n_pairs == 24
        assert later.is_known
        assert numbers.tables["waiting"].empty

    @pytest.mark.slow
    def test_answers_after_that_came_since_wait(self, tmp_path):
        """Four who had not answered after, and now have: they could be told from both reports."""
        released(written(tmp_path / "study", before=24, after=14))
        later, numbers = change(written(tmp_path / "study", before=24, after=18))
        assert later.n_pairs == 14
        assert numbers.tables["waiting"]["n_waiting"].tolist() == [4]

    @pytest.mark.slow
    def test_a_group_from_which_few_went_is_hidden(self, after_release, tmp_path):
        after_release(24)
        later, _ = change(written(tmp_path / "study", before=22, after=22))
        assert not later.is_known

    @pytest.mark.slow
    def test_a_group_from_which_many_went_is_shown(self, after_release, tmp_path):
        after_release(24)
        later, _ = change(written(tmp_path / "study", before=12, after=12))
        assert later.is_known

    @pytest.mark.slow
    def test_the_same_data_give_the_same_numbers(self, tmp_path):
        study = written(tmp_path / "study", before=24, after=13, cohorts="abc")
        before = decide(prepare_study(study))
        released(study)
        after = decide(prepare_study(study))
        pd.testing.assert_frame_equal(before.table, after.table)
        assert set(named_groups(prepare_study(study))) == set(read_editions(read_study(study))[0].groups)

    @pytest.mark.slow
    def test_other_cohorts_are_not_held_back(self, after_release, tmp_path):
        after_release(20, "ab")
        later, _ = change(written(tmp_path / "study", before=23, after=23, cohorts="ab"), cohort="b")
        assert later.n_pairs == 24

    @pytest.mark.slow
    def test_forgotten_editions_hold_nothing_back(self, after_release, tmp_path):
        study = read_study(after_release(20))
        forget(study, read_editions(study)[0].id)
        later, _ = change(written(tmp_path / "study", before=23, after=23))
        assert later.n_pairs == 23


@pytest.mark.slow
@pytest.mark.parametrize(("first", "later"), [(20, 23), (13, 24), (24, 22), (24, 12), (20, 20), (24, 5)])
def test_an_audit_of_two_releases_together(after_release, tmp_path, first, later):
    """Whatever is added or subtracted of both rests on enough people, also of those who are gone."""
    after_release(first, "ab")
    prepared = prepare_study(written(tmp_path / "study", before=later, after=later, cohorts="ab"))
    editions = read_editions(prepared.study)
    panel, _ = without_late(prepared.panel, editions, study=prepared.study)
    behind, piles = Behind(panel, prepared.study, editions=editions), {}
    for pile, places, _ in behind.released:
        piles.setdefault(pile, {})[np.unique(places).tobytes()] = places
    for row in decide(prepared).rows:
        if row.is_known and not row.is_pooled:
            for pile, places in behind.named(row):
                piles.setdefault(pile, {})[np.unique(places).tobytes()] = places
    assert min(fewest_behind(list(groups.values()), behind.person_of) for groups in piles.values()) >= 10


@pytest.mark.slow
def test_a_release_shows_what_the_draft_showed(tmp_path):
    """Those who had left by then are no newcomers to their own report."""
    study = written(tmp_path / "study", before=24, after=20, cohorts="ab")
    draft = study_numbers(prepare_study(study))
    released(study)
    now = decide(prepare_study(study))
    pd.testing.assert_frame_equal(draft.table, now.table)
    assert now.tables["waiting"].empty
    pd.testing.assert_frame_equal(draft.table, study_numbers(prepare_study(study)).table)


class TestChangedNames:
    """A later study whose names or codes differ cannot be compared with the ledger: that is an error, not a leak."""

    @pytest.fixture
    def changed(self, after_release):
        return lambda change: self.refused(after_release(20), change)

    def refused(self, folder, change):
        study = written(folder, before=21, after=21)
        change(study)
        with pytest.raises(StudyError, match="cannot be allowed for") as error:
            decide(prepare_study(study))
        return str(error.value)

    def test_a_cohort_with_another_name(self, changed):
        def rename(study):
            for wave in ("pre", "post"):
                rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
                rows.assign(cohort="Alpha").to_csv(study / f"{wave}.csv", index=False)

        assert "20 people at 'pre' who are not known any more, while 21 are new" in changed(rename)

    def test_a_part_of_a_cohort_with_another_name(self, changed):
        """Ten of the twenty have other codes, and one is really new: the two could not be told apart."""

        def rename(study):
            for wave in ("pre", "post"):
                rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
                number = rows["code"].str.rsplit("-", n=1).str[1].astype(int)
                rows["code"] = rows["code"].mask(number.lt(10), "Q" + rows["code"])
                rows.to_csv(study / f"{wave}.csv", index=False)

        assert "10 people at 'pre' who are not known any more, while 11 are new" in changed(rename)

    def test_waves_that_exchanged_their_names(self, changed):
        def rename(study):
            text = (study / "study.toml").read_text()
            text = (
                text.replace('submitted = "when"\n', "")
                .replace("pre.csv", "x.csv")
                .replace("post.csv", "pre.csv")
                .replace("x.csv", "post.csv")
            )
            (study / "study.toml").write_text(text)

        assert "a wave 'pre' whose answers are those of 'post' now" in changed(rename)

    def test_a_wave_with_another_name(self, changed):
        def rename(study):
            text = (study / "study.toml").read_text()
            (study / "study.toml").write_text(text.replace("[waves.pre]", "[waves.before]"))

        assert "a wave 'pre', which the study lacks" in changed(rename)

    def test_an_outcome_with_another_name_and_other_columns(self, changed):
        def rename(study):
            self.rename(study)
            for name in ("pre.csv", "post.csv", "codebook.csv"):
                text = (study / name).read_text()
                (study / name).write_text(text.replace("m1", "h1").replace("m2", "h2").replace("m3", "h3"))

        assert "an outcome 'mood', which the study lacks" in changed(rename)

    def rename(self, study):
        for name in ("study.toml", "codebook.csv"):
            text = (study / name).read_text()
            (study / name).write_text(text.replace("scales.mood", "scales.humour").replace(",mood,", ",humour,"))

    @pytest.mark.slow
    def test_an_outcome_of_another_name_is_known_by_its_columns(self, after_release):
        """Who came late waits, whatever the outcome is called now."""
        study = written(after_release(20), before=21, after=21)
        self.rename(study)
        assert decide(prepare_study(study)).tables["waiting"]["n_waiting"].tolist() == [1]

    def test_another_key(self, changed):
        def lose(study):
            (study / ".rm_research" / "key").unlink()

        assert "the key that they had" in changed(lose)

    @pytest.mark.slow
    def test_a_scale_put_before_another_that_shares_its_answers(self, after_release, tmp_path):
        """The ledger follows: the family has another first scale now."""
        after_release(20)
        study = written(tmp_path / "study", before=21, after=21)
        text = (study / "study.toml").read_text()
        (study / "study.toml").write_text(text.replace("[scales.mood]", '[scales.part]\nlabel = "Part"\n[scales.mood]'))
        codebook = (study / "codebook.csv").read_text()
        lines = "item,scale,low,high,pre,post\np1,part,1,5,m1,m1\n"
        (study / "codebook.csv").write_text(lines + "".join(f"{line},,\n" for line in codebook.splitlines()[1:]))
        numbers = decide(prepare_study(study))
        assert numbers.tables["waiting"]["n_waiting"].tolist() == [1]

    @pytest.mark.slow
    def test_a_study_that_numbers_people_by_row_is_not_released(self, tmp_path):
        study = written(tmp_path / "study", before=20, after=20)
        text = (study / "study.toml").read_text()
        (study / "study.toml").write_text(text.replace('person = "code"\n', "") + '[link]\nmethod = "none"\n')
        with pytest.raises(StudyError, match="numbers them by their rows"):
            released(study)


@pytest.mark.slow
@pytest.mark.parametrize(("moved", "shown"), [(False, True), (True, False)])
def test_who_left_a_question_out_is_not_found_where_it_moved_to_another_scale(tmp_path, moved, shown):
    """Two means of one edition and two of the next would tell the difference of two answers of theirs."""
    codebook = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,zeal,1,5\n"
    toml = SINGLE.replace("[reporting]", '[scales.zeal]\nlabel = "Zeal"\n[reporting]')
    study = small_study(tmp_path / "study", Group("a", 24), toml=toml, files={"codebook.csv": codebook})
    rows = pd.read_csv(study / "pre.csv", keep_default_na=False, dtype=str)
    rows.loc[3, "m2"] = ""
    rows.to_csv(study / "pre.csv", index=False)
    released(study)
    if moved:
        (study / "codebook.csv").write_text(codebook.replace("m2,mood", "m2,zeal"))
    numbers = decide(prepare_study(study))
    assert [row.is_known for row in numbers.headline_rows if row.contrast == "change"] == [shown, shown]


@pytest.mark.parametrize(("edit", "n_new"), [
    (lambda rows: rows.iloc[::-1], 0),
    (lambda rows: pd.concat([rows.iloc[1:], rows.iloc[:1].assign(m1="1", m2="1", m3="5")]), 1),
])  # fmt: skip
def test_who_has_no_code_is_known_again_by_what_the_row_holds(tmp_path, edit, n_new):
    """By its number, a row that came later would take the place of one that went."""
    text = SINGLE + '[link]\nmethod = "none"\n'
    study = small_study(tmp_path, Group("a", 24), toml=text)
    before = prepare_study(study).panel["person"]
    rows = pd.read_csv(study / "pre.csv", keep_default_na=False, dtype=str)
    edit(rows).to_csv(study / "pre.csv", index=False)
    assert len(set(prepare_study(study).panel["person"]) - set(before)) == n_new


@pytest.mark.slow
def test_late_answers_to_a_scale_that_is_only_described_wait_too(tmp_path):
    codebook = "item,scale,low,high,pre\nm1,mood,1,5,\nm2,mood,1,5,\nm3,mood,1,5,\nz1,zeal,1,5,-\n"
    toml = SINGLE.replace("[reporting]", '[scales.zeal]\nlabel = "Zeal"\n[reporting]')

    def with_zeal(n):
        study = small_study(tmp_path / "study", Group("a", 24), toml=toml, files={"codebook.csv": codebook})
        rows = pd.read_csv(study / "post.csv", keep_default_na=False, dtype=str).assign(z1="2")
        rows.loc[::2, "z1"] = "4"
        rows.head(n).to_csv(study / "post.csv", index=False)
        return study

    first = decide(prepare_study(with_zeal(20))).tables["described"]
    released(with_zeal(20))
    later = decide(prepare_study(with_zeal(21))).tables["described"]
    pd.testing.assert_frame_equal(first, later)


class TestLedger:
    """The file of editions in the private folder."""

    @pytest.mark.slow
    def test_holds_no_code_and_no_answer(self, made, tmp_path):
        shutil.copytree(made(20), tmp_path / "study", ignore=shutil.ignore_patterns(LEDGER))
        study = tmp_path / "study"
        edition = released(study)
        text = (study / ".rm_research" / LEDGER).read_text(encoding="utf-8")
        assert "P0-1" not in text
        assert read_editions(read_study(study)) == (edition,)
        assert all(len(name) == 16 for group in edition.groups for name in group.questionnaires)

    def test_only_its_owner_can_read_it(self, made):
        assert (made(20) / ".rm_research" / LEDGER).stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("line", ["{", "[]", '{"id": "x"}', '{"id": 1, "date": "", "label": "", "groups": [{}]}'])
    def test_a_damaged_line_is_an_error(self, after_release, line):
        study = after_release(20)
        with (study / ".rm_research" / LEDGER).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        with pytest.raises(StudyError, match="line 2 is damaged"):
            read_editions(read_study(study))

    def test_an_unknown_edition_cannot_be_forgotten(self, tmp_path):
        study = written(tmp_path / "study", before=20, after=20)
        edition = enter(read_study(study), "x", [Named(Pile("mood", "pre"), False, ("0" * 16,))])
        with pytest.raises(StudyError, match=f"there are: {edition.id}"):
            forget(read_study(study), "nothing")


class TestCommand:
    """`report --release` and `editions`."""

    def run(self, *arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    @pytest.mark.slow
    def test_lists_and_forgets(self, tmp_path):
        study = written(tmp_path / "study", before=20, after=20)
        assert "No edition was released." in self.run("editions", study).output
        edition = released(study, "board, March")
        assert f"{edition.id}  {edition.date}  board, March" in self.run("editions", study).output
        assert "No edition was released." in self.run("editions", study, "--forget", edition.id).output

    @pytest.mark.parametrize("more", [["--cohort", "a"], ["--notebook", "own.ipynb"]])
    def test_a_release_is_of_all_findings(self, tmp_path, more):
        study = written(tmp_path / "study", before=20, after=20)
        result = self.run("report", study, "--out", tmp_path / "out", "--release", "board", *more)
        assert result.exit_code == 1
        assert "A release is of all findings" in result.output

    @pytest.mark.slow
    def test_a_page_says_whether_it_is_a_draft(self, tmp_path):
        study, out = written(tmp_path / "study", before=20, after=20), tmp_path / "out"
        run_reports(study, out=out, jobs=1)
        assert "draft, not for circulation" in (out / "index.html").read_text(encoding="utf-8")
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        assert (manifest["editions_known"], manifest["released_as"]) == (0, None)
        run_reports(study, out=out, jobs=1, release="board, March")
        page, cohort = (path.read_text(encoding="utf-8") for path in (out / "index.html", out / "cohorts/a/index.html"))
        assert "edition: board, March" in page
        assert "edition: board, March" in cohort
        assert "not for circulation" not in page + cohort
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        (edition,) = read_editions(read_study(study))
        assert (manifest["editions_known"], manifest["released_as"]) == (1, edition.id)
        # those who came since wait, and the page says so
        written(tmp_path / "study", before=23, after=23)
        run_reports(study, out=out, jobs=1)
        assert "Answers of 3 people that came in since" in (out / "cohorts/a/index.html").read_text(encoding="utf-8")
        # a ledger that was lost cannot be allowed for, though a draft took the place of what was released
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        assert (manifest["released_as"], manifest["released"]) == (None, [edition.id])
        shutil.rmtree(study / ".rm_research")
        with pytest.raises(ReportError, match="does not know"):
            run_reports(study, out=out, jobs=1, release="board")
