"""write_clean and `rm-research clean`: what is written where, what is left out, what is refused."""

import hashlib
import re
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from odd_study import SAID, odd_study, with_repeated_code
from small_studies import Group, small_study

import rm_research as rm
from rm_research.errors import ReadError, ReportError
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study
from rm_research.writers import WRITERS
from rm_research.writers.clean import write_clean
from rm_research.writers.usable import LEFT_OUT

every_format = pytest.mark.parametrize("kind", list(WRITERS))


def hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def cleaned(odd, tmp_path_factory):
    """Write the odd study once in every format: paths by format."""
    place = tmp_path_factory.mktemp("cleaned")
    return {kind: write_clean(odd, out=place / "a" / kind, format=kind) for kind in WRITERS}


@every_format
def test_files_of_a_format(cleaned, kind):
    names = ["codebook.html", f"responses.{kind}", f"scores.{kind}", f"panel.{kind}", f"links.{kind}", "ledger.csv"]
    assert [path.name for path in cleaned[kind]] == names
    assert sorted(path.name for path in cleaned[kind][0].parent.iterdir()) == sorted(names)


@pytest.fixture(scope="module")
def later(odd, cleaned):
    """Prepare the odd study anew, in another second than that in which it was written."""
    time.sleep(1.1)
    return prepare_openly(odd.study)


@pytest.mark.quick(1)
@every_format
def test_equal_inputs_give_equal_bytes_at_any_time(later, cleaned, kind, tmp_path):
    write_clean(later, out=tmp_path / "again", format=kind)
    assert hashes(tmp_path / "again") == hashes(cleaned[kind][0].parent)


@pytest.mark.parametrize("given", [lambda study: study, lambda study: str(study.path)], ids=["study", "path"])
def test_a_study_and_its_folder_give_the_same(odd, cleaned, given, tmp_path):
    rm.write_clean(given(odd.study), out=str(tmp_path / "again"), format="csv")
    assert hashes(tmp_path / "again") == hashes(cleaned["csv"][0].parent)


@every_format
def test_no_file_holds_a_code_or_free_text(cleaned, kind):
    for path in cleaned[kind]:
        content = path.read_bytes() if kind != "parquet" or path.suffix != ".parquet" else _as_text(path)
        assert SAID.encode() not in content
        assert not re.search(rb"\bC1[0-3]\b", content)


def _as_text(path: Path) -> bytes:
    return pd.read_parquet(path).to_csv().encode()


def test_an_unknown_format_lists_the_known(odd, tmp_path):
    with pytest.raises(ReportError, match=r"no format 'xls'. Choose parquet, csv, sav, dta"):
        write_clean(odd, out=tmp_path / "out", format="xls")
    assert not (tmp_path / "out").exists()


class TestFolder:
    def test_an_earlier_run_of_the_same_format_is_replaced(self, two_cohorts, odd, tmp_path):
        write_clean(odd, out=tmp_path / "out", format="csv")
        write_clean(two_cohorts, out=tmp_path / "out", format="csv")
        assert "m1" in (tmp_path / "out" / "responses.csv").read_text(encoding="utf-8").splitlines()[0]

    def test_another_format_is_refused_and_nothing_is_lost(self, odd, tmp_path):
        write_clean(odd, out=tmp_path / "out", format="csv")
        before = hashes(tmp_path / "out")
        with pytest.raises(ReportError, match="another format"):
            write_clean(odd, out=tmp_path / "out", format="sav")
        assert hashes(tmp_path / "out") == before

    @pytest.mark.parametrize("name", ["thesis.docx", "responses.csv", "ledger.csv", "codebook.html"])
    def test_files_of_others_are_refused_and_stay(self, odd, name, tmp_path):
        (tmp_path / name).write_text("mine")
        with pytest.raises(ReportError, match=re.escape(name) if name == "thesis.docx" else "no codebook.html of ours"):
            write_clean(odd, out=tmp_path, format="csv")
        assert (tmp_path / name).read_text() == "mine"
        assert [path.name for path in tmp_path.iterdir()] == [name]

    def test_a_foreign_file_beside_ours_is_refused(self, odd, tmp_path):
        write_clean(odd, out=tmp_path / "out", format="csv")
        (tmp_path / "out" / "notes.txt").write_text("mine")
        with pytest.raises(ReportError, match=r"not ours \(notes\.txt\)"):
            write_clean(odd, out=tmp_path / "out", format="csv")

    def test_a_file_is_no_folder(self, odd, tmp_path):
        (tmp_path / "out").write_text("mine")
        for out in (tmp_path / "out", tmp_path / "out" / "deeper"):
            with pytest.raises(ReportError, match="Name a new or empty folder with --out"):
                write_clean(odd, out=out)
        assert (tmp_path / "out").read_text() == "mine"

    @pytest.mark.parametrize("place", [".", "exports", ".rm_research", ".rm_research/cache/new"])
    def test_the_study_s_own_folders_are_refused(self, two_cohorts, place):
        toml = (two_cohorts / "study.toml").read_text(encoding="utf-8")
        (two_cohorts / "exports").mkdir()
        (two_cohorts / "post.csv").rename(two_cohorts / "exports" / "post.csv")
        (two_cohorts / "study.toml").write_text(toml.replace('"post.csv"', '"exports/post.csv"'), encoding="utf-8")
        before = sorted(path.name for path in two_cohorts.rglob("*") if ".rm_research" not in path.parts)
        with pytest.raises(ReportError, match="where the study keeps its own files"):
            write_clean(two_cohorts, out=two_cohorts / place)
        assert sorted(path.name for path in two_cohorts.rglob("*") if ".rm_research" not in path.parts) == before

    def test_a_folder_of_its_own_within_the_study_is_taken(self, two_cohorts):
        assert len(write_clean(two_cohorts, out=two_cohorts / "cleaned")) == 6

    def test_a_run_that_was_stopped_can_be_taken_up_again(self, odd, tmp_path):
        out = tmp_path / "out"
        write_clean(odd, out=out, format="csv")
        for name in ("scores.csv", "panel.csv", "ledger.csv"):
            (out / name).unlink()
        (out / ".scores.csv.part").write_text("half")
        assert len(write_clean(odd, out=out, format="csv")) == 6
        assert not list(out.glob(".*"))

    def test_what_cannot_be_written_leaves_the_folder_as_it_was(self, odd, tmp_path):
        write_clean(odd, out=tmp_path / "out", format="dta")
        before = hashes(tmp_path / "out")
        huge = replace(odd, panel=odd.panel.assign(post=1e308))
        with pytest.raises(ReportError, match="Stata cannot hold some data in panel"):
            write_clean(huge, out=tmp_path / "out", format="dta")
        assert hashes(tmp_path / "out") == before


class TestWhatIsLeftOut:
    @pytest.mark.parametrize("kind", ["csv", "sav"])
    def test_only_the_first_wave_is_in(self, kind, tmp_path):
        folder = odd_study(tmp_path / "study", waves=("pre",))
        prepared = prepare_openly(read_study(folder))
        write_clean(prepared, out=tmp_path / "out", format=kind)
        page = (tmp_path / "out" / "codebook.html").read_text(encoding="utf-8")
        assert "What is missing from these files" in page
        assert "post.csv is not in the study folder" in page
        assert "post, 0 questionnaires" in page

    def test_an_export_without_answers_counts_as_not_in_yet(self, two_cohorts, tmp_path):
        header = (two_cohorts / "post.csv").read_text(encoding="utf-8").splitlines()[0]
        (two_cohorts / "post.csv").write_text(header + "\n", encoding="utf-8")
        write_clean(two_cohorts, out=tmp_path / "out", format="csv")
        assert set(pd.read_csv(tmp_path / "out" / "responses.csv")["wave"]) == {"pre"}

    def test_the_only_wave_that_is_in_may_be_the_last(self, two_cohorts, tmp_path):
        (two_cohorts / "pre.csv").unlink()
        write_clean(two_cohorts, out=tmp_path / "out", format="csv")
        panel = pd.read_csv(tmp_path / "out" / "panel.csv")
        assert (panel["pre"].notna().sum(), panel["post"].notna().sum()) == (0, 24)

    def test_a_cohort_whose_own_export_is_not_in_yet_keeps_its_first_wave(self, two_cohorts, tmp_path):
        header, *lines = (two_cohorts / "post.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        autumn = header + "".join(line for line in lines if ",Autumn," in line)
        (two_cohorts / "autumn.csv").write_text(autumn, encoding="utf-8")
        sources = "".join(
            f'[[waves.post.sources]]\nname = "{name}"\nfile = "{name}.csv"\nset = {{ cohort = "{name.title()}" }}\n'
            for name in ("autumn", "spring")
        )
        toml = (two_cohorts / "study.toml").read_text(encoding="utf-8")
        (two_cohorts / "study.toml").write_text(toml.replace('file = "post.csv"\n', sources), encoding="utf-8")
        write_clean(two_cohorts, out=tmp_path / "out", format="csv")
        responses = pd.read_csv(tmp_path / "out" / "responses.csv")
        assert responses.groupby(["cohort", "wave"]).size().to_dict() == {
            ("Autumn", "pre"): 12, ("Autumn", "post"): 12, ("Spring", "pre"): 12,
        }  # fmt: skip
        assert "spring.csv is not in the study folder" in (tmp_path / "out" / "codebook.html").read_text("utf-8")

    def test_no_wave_is_in(self, two_cohorts, tmp_path):
        for name in ("pre.csv", "post.csv"):
            (two_cohorts / name).unlink()
        with pytest.raises(ReportError, match=r"no questionnaires to write(.|\n)*pre\.csv(.|\n)*post\.csv"):
            write_clean(two_cohorts, out=tmp_path / "out")
        assert not (tmp_path / "out").exists()

    @pytest.mark.slow
    def test_a_cohort_with_an_error_costs_itself_alone_and_is_in_the_ledger(self, two_cohorts, tmp_path):
        write_clean(with_repeated_code(two_cohorts), out=tmp_path / "out", format="csv")
        for name in ("responses", "scores", "panel"):
            assert set(pd.read_csv(tmp_path / "out" / f"{name}.csv")["cohort"]) == {"Autumn"}
        assert len(pd.read_csv(tmp_path / "out" / "links.csv")) == 24
        last = pd.read_csv(tmp_path / "out" / "ledger.csv").iloc[-1]
        assert (last["rule"], last["rows_before"], last["rows_after"]) == (LEFT_OUT, 48, 24)
        assert "cohort &#39;Spring&#39;" in (tmp_path / "out" / "codebook.html").read_text(encoding="utf-8")

    def test_every_cohort_has_an_error(self, tmp_path):
        folder = with_repeated_code(small_study(tmp_path / "study", Group("Spring")))
        with pytest.raises(ReportError, match=r"no questionnaires to write \(1 problem\)(.|\n)*rows 3, 14 of pre\.csv"):
            write_clean(folder, out=tmp_path / "out")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (("m2,", "m9,"), "has no column 'm9'"),
            (('file = "post.csv"', 'file = "post.csv"\nencoding = "ascii"'), "post.csv is .*not ascii"),
        ],
    )  # fmt: skip
    def test_errors_of_the_whole_study_are_raised(self, two_cohorts, change, message, tmp_path):
        for name in ("study.toml", "codebook.csv"):
            content = (two_cohorts / name).read_text(encoding="utf-8").replace(*change)
            (two_cohorts / name).write_text(content, encoding="utf-8")
        with (two_cohorts / "post.csv").open("a", encoding="utf-8") as file:
            file.write("Ü,Autumn,,,D,2025-03-04,1,2,3\n")
        with pytest.raises(ReadError, match=message):
            write_clean(two_cohorts, out=tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_a_roster_that_is_not_there_is_raised(self, two_cohorts, tmp_path):
        with (two_cohorts / "study.toml").open("a", encoding="utf-8") as file:
            file.write('[roster]\nfile = "roster.csv"\n')
        with pytest.raises(ReadError, match=r"roster\.csv is not in the study folder"):
            write_clean(two_cohorts, out=tmp_path / "out")
