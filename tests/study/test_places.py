"""Files of a study are in its folder, unless whoever runs allows others; and no circulated file tells of them."""

import json
import os

import pytest
from click.testing import CliRunner
from small_studies import Group, small_study

from rm_research.cli import main
from rm_research.errors import StudyFileError
from rm_research.panel import prepare_study
from rm_research.reporting.batch import run_reports
from rm_research.study import read_study
from rm_research.study.places import ALLOWED, leads_out, without_folders

TOML = """title = "x"
[waves.pre]
file = {file}
{more}[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
"""


@pytest.fixture
def study(write_study, tmp_path):
    """A study beside a folder with somebody's own files."""
    folder = write_study()
    (tmp_path / "anna.private").mkdir()
    (tmp_path / "anna.private" / "pre.csv").write_bytes((folder / "pre.csv").read_bytes())
    return folder


@pytest.fixture(autouse=True)
def before(monkeypatch):
    """Leave the environment as it was."""
    monkeypatch.setenv(ALLOWED, "")


def links(study, kind):
    """Name a file outside in one of several ways."""
    place = study.parent / "anna.private"
    if kind == "link":
        (study / "pre.csv").unlink()
        (study / "pre.csv").symlink_to(place / "pre.csv")
        return "pre.csv"
    if kind == "folder":
        (study / "more").symlink_to(place)
        return "more/pre.csv"
    if kind == "link to a link":
        (study / "one.csv").symlink_to("two.csv")
        (study / "two.csv").symlink_to(place / "pre.csv")
        return "one.csv"
    return {"dots": "../anna.private/pre.csv", "inner dots": "./../anna.private/pre.csv"}.get(
        kind, str(place / "pre.csv")
    )


@pytest.mark.parametrize("kind", ["link", "folder", "link to a link", "dots", "inner dots", "absolute"])
def test_a_file_outside_is_refused_unless_who_runs_allows_it(study, kind):
    name = links(study, kind)
    (study / "study.toml").write_text(TOML.format(file=json.dumps(name), more=""), encoding="utf-8")
    with pytest.raises(StudyFileError, match=r"study.toml: waves.pre.file: .* leads out of the study's folder"):
        prepare_study(study)
    with pytest.raises(StudyFileError, match="leads out"):
        read_study(study)
    assert len(prepare_study(study, allow_outside=True).people) == 4
    assert len(prepare_study(read_study(study, allow_outside=True)).people) == 4
    refused = CliRunner().invoke(main, ["check", str(study)])
    assert refused.exit_code == 1
    assert "--allow-outside" in " ".join(refused.stdout.replace("│", "").split())
    assert CliRunner().invoke(main, ["check", str(study), "--allow-outside"]).exit_code == 0


@pytest.mark.parametrize("key", ["allow_outside = true", "[reporting]\nallow_outside = true"])
def test_the_file_itself_cannot_allow_it(study, key):
    (study / "study.toml").write_text(TOML.format(file='"../anna.private/pre.csv"', more=f"{key}\n"), encoding="utf-8")
    with pytest.raises(StudyFileError, match=r"leads out|is not a key"):
        read_study(study)


def test_allowing_one_study_allows_no_other(study, monkeypatch):
    (study / "study.toml").write_text(TOML.format(file='"../anna.private/pre.csv"', more=""), encoding="utf-8")
    monkeypatch.setenv(ALLOWED, str(study.parent))
    with pytest.raises(StudyFileError, match="leads out"):
        read_study(study)


@pytest.mark.parametrize("name", ["study.toml", "codebook.csv"])
def test_the_study_files_themselves_are_no_links_to_elsewhere(study, name):
    """What is said of a file that is not TOML would show parts of it."""
    (study / name).rename(study.parent / "anna.private" / name)
    (study / name).symlink_to(study.parent / "anna.private" / name)
    with pytest.raises(StudyFileError, match=f"{name} is a link out of the study's folder"):
        read_study(study)


def test_links_within_the_folder_are_fine(study):
    (study / "exports").mkdir()
    (study / "pre.csv").rename(study / "exports" / "pre.csv")
    (study / "pre.csv").symlink_to(study / "exports" / "pre.csv")
    assert len(prepare_study(study).people) == 4


@pytest.mark.parametrize(
    "name",
    [r"C:\Users\anna\pre.csv", "C:pre.csv", r"\\server\share\pre.csv", "//server/share/pre.csv", r"..\pre.csv",
     "~/../x", "/etc/passwd"],
)  # fmt: skip
def test_paths_of_any_platform_lead_out(tmp_path, name):
    """Without looking at them: to look at a share on another computer sends it one's password."""
    assert leads_out(tmp_path, name)
    assert without_folders(name) == name.replace("\\", "/").replace(":", "/").rpartition("/")[2]


@pytest.mark.parametrize("name", ["file:///etc/passwd", "http://example.org/pre.csv", "~/pre.csv", "$HOME/pre.csv"])
def test_addresses_are_names_of_files_like_any_other(study, name):
    (study / "study.toml").write_text(TOML.format(file=json.dumps(name), more=""), encoding="utf-8")
    with pytest.raises(Exception, match="is not in the study folder"):
        prepare_study(study)


def test_a_circle_of_links_leads_out(study):
    (study / "a.csv").symlink_to("b.csv")
    (study / "b.csv").symlink_to("a.csv")
    (study / "study.toml").write_text(TOML.format(file='"a.csv"', more=""), encoding="utf-8")
    with pytest.raises(Exception, match=r"leads out|is not in the study folder"):
        prepare_study(study)


@pytest.mark.slow
def test_no_circulated_file_tells_where_files_outside_are(tmp_path):
    """Pages are made, too: kernels read the study as it was allowed here. Two files outside have one name."""
    study = small_study(tmp_path / "small", Group("Spring", 11), Group("Autumn", 4))
    toml = (study / "study.toml").read_text()
    for wave, place in (("pre", "anna.a"), ("post", "anna.b")):
        (tmp_path / place).mkdir()
        (study / f"{wave}.csv").rename(tmp_path / place / "answers.csv")
        toml = toml.replace(f'"{wave}.csv"', f'"../{place}/answers.csv"')
    (study / "study.toml").write_text(toml)
    with (tmp_path / "anna.b" / "answers.csv").open("a") as file:
        file.write("P1-0,Autumn,,,D1-0,2025-09-08,5,5,5\n")  # twice: an error that the manifest names
    out = tmp_path / "out"
    with pytest.raises(Exception, match="Autumn"):
        run_reports(read_study(study, allow_outside=True), out=out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [*manifest["inputs"]] == ["study.toml", "codebook.csv", "answers.csv (1)", "answers.csv (2)"]
    assert manifest["cohorts"]["Spring"]["status"] == "done"
    told = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"anna." not in told
    assert os.environ[ALLOWED] == ""
