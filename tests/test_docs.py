"""The documents agree with the code: examples run, keys and reasons are all explained, links lead somewhere."""

import json
import re
import runpy
import shutil
import tomllib
from functools import cache
from pathlib import Path

import click
import matplotlib.pyplot as plt
import pytest
import yaml
from methods_table import methods_table, public_functions
from pydantic import BaseModel

import rm_research as rm
from rm_research.catalogue import catalogue
from rm_research.checks import GRAVITY
from rm_research.claims import Claims
from rm_research.claims.judgement import NEXT_LOWER
from rm_research.cli import main
from rm_research.disclosure.numbers import study_numbers
from rm_research.readers import READERS
from rm_research.stats.attrition import MOST_LOST, MOST_UNEVEN
from rm_research.study import settings
from rm_research.study.codebook import FIXED

ROOT = Path(__file__).parents[1]
# beside these stand pages that are made of other files
WRITTEN = ("*.md", "how-to/*.md", "coming-from/*.md", "reference/*.md")
DOCS = sorted(path for pattern in WRITTEN for path in (ROOT / "docs").glob(pattern))
OWN = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
PAGES = [*DOCS, *(ROOT / name for name in OWN)]
WORDS = catalogue("en").texts
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^`([\w-]+)/([\w.]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLES = {
    "[link]": settings.Link, "[scales.NAME]": settings.Scale, "[design]": settings.Design,
    "[reporting]": settings.Reporting, "[missing]": settings.Missing, "[waves.NAME]": settings.Wave,
    "Top level": settings.Settings, "[themes.NAME]": settings.Theme, "[reflections]": settings.Reflections,
}  # fmt: skip
WARNINGS = {"long": [8], "compared": [5]}  # rows, as study-files.md says


@cache
def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """Text of a page without its fenced blocks."""
    return FENCE.sub("", page)


def examples() -> dict[str, dict[str, str]]:
    """Files of each study folder that study-files.md writes out in full."""
    found: dict[str, dict[str, str]] = {}
    for folder, file, content in NAMED.findall(text("study-files.md")):
        found.setdefault(folder, {})[file] = content
    return found


def section(page: str, heading: str) -> str:
    """Lines from a heading to the next one of its rank or above."""
    begin = re.search(rf"^(#+) {re.escape(heading)}$", page, re.MULTILINE)
    assert begin, f"no heading {heading!r}"
    rest = page[begin.end() :]
    end = re.search(rf"^#{{1,{len(begin[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(table: str) -> dict[str, str]:
    """Rows of the tables of a section, by each name in code type in their first cell."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return {name: line for line in lines for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


@pytest.fixture
def write(tmp_path):
    """Write an example's study folder."""

    def into_folder(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file, content in examples()[name].items():
            (folder / file).write_text(content, encoding="utf-8")
        return folder

    return into_folder


def test_the_minimal_example_gives_what_its_page_says(write):
    folder = write("my-study")
    assert len(rm.check_study(folder).table) == 0
    prepared = rm.prepare_study(folder)
    assert prepared.cohorts == ("all people",)
    assert len(prepared.people) == 12
    quoted = re.search(r'reads: "(.*?)"', text("study-files.md"), re.DOTALL)
    assert quoted is not None
    claims = Claims(study_numbers(prepared), prepared.study, catalogue("en"))
    row = claims.headline_row("all people", "participant", "programme", "inclusion", "after")
    assert row is not None
    assert claims.sentence(row) == " ".join(quoted[1].split())


@pytest.mark.parametrize("name", list(examples()))
def test_every_example_can_be_checked_and_prepared(name, write):
    problems = rm.check_study(write(name))
    assert problems.table["severity"].eq("warning").all(), list(problems.table["message"])
    assert problems.table["source_row"].tolist() == WARNINGS.get(name, [])
    assert problems.prepared is not None
    assert len(problems.prepared.panel) > 0


@pytest.mark.parametrize(
    "snippet",
    [body for page in DOCS for kind, body in FENCE.findall(page.read_text(encoding="utf-8")) if kind == "toml"],
)
def test_every_toml_snippet_has_known_keys(snippet):
    given = tomllib.loads(snippet)
    least = tomllib.loads(examples()["my-study"]["study.toml"])
    settings.Settings.model_validate(least | given)


def models() -> list[type[BaseModel]]:
    found = [
        value for value in vars(settings).values() if isinstance(value, type) and issubclass(value, settings.Table)
    ]
    return [model for model in found if model is not settings.Table]


@pytest.mark.parametrize("model", models())
def test_every_key_of_study_toml_is_explained(model):
    missing = [name for name in model.model_fields if f"`{name}`" not in prose(text("study-files.md"))]
    assert not missing


@pytest.mark.parametrize(("heading", "model"), TABLES.items())
def test_tables_of_keys_are_whole_and_give_the_defaults(heading, model):
    table = rows(section(text("study-files.md"), heading))
    fields = dict(model.model_fields)
    if model is settings.Wave:
        fields |= settings.Source.model_fields
    elif "name" in fields:
        del fields["name"]  # the name of the table itself
    assert set(fields) <= set(table)
    for name, field in fields.items():
        default = field.get_default()
        if isinstance(default, str | int | float) and default != "":
            shown = table[name].split("|")[3]
            assert json.dumps(default) in shown or (name == "encoding" and default in shown), (name, default)


def test_facts_columns_and_formats_are_explained():
    page = prose(text("study-files.md"))
    assert set(settings.FACTS) <= set(rows(section(page, "[columns]")))
    assert set(FIXED) <= set(rows(section(page, "codebook.csv")))
    assert all(f"`{name}`" in page for name in settings.FORMATS)
    assert all(f'`"{name}"`' in section(page, "[waves.NAME]") for name in READERS)
    assert all(re.search(rf"^\| {name} \|", page, re.MULTILINE) for name in GRAVITY)


def test_choices_are_explained():
    page = prose(text("study-files.md"))
    schemas = settings.Settings.model_json_schema()["$defs"]
    words = {
        word
        for schema in schemas.values()
        for name, value in schema.get("properties", {}).items()
        if name != "format"
        for word in value.get("enum", [])
    }
    assert len(words) > 10
    assert not [word for word in words if f'`"{word}"`' not in page]


def test_reasons_verdicts_and_methods_are_explained():
    page = text("methods.md")
    assert set(WORDS["reason"]) <= set(re.findall(r"`(\w+)`", section(page, "Why there is no number")))
    assert set(WORDS["verdict"]) == set(rows(section(page, "Verdicts"))) - {"smallest_effect"}
    for kind in ("method", "measure", "contrast"):
        assert not [name for name in WORDS[kind] if f"`{name}`" not in page]


def test_stakeholders_find_every_verdict_and_level_in_words():
    page = text("reading-a-report.md")
    table = section(page, "The verdict")
    assert not [
        words
        for words in (*WORDS["verdict_short"].values(), *WORDS["between_short"].values())
        if f"| {words} |" not in table
    ]
    levels = section(page, "How strong the design is")
    assert re.findall(r"^\| (\d) \|", levels, re.MULTILINE) == ["1", "2", "3", "4", "5"]


def test_losses_that_lower_the_level_are_those_of_the_code():
    section = text("methods.md").split("\n## Design level and attrition\n")[1].split("\n## ")[0]
    lost = [f"{share:.0%}" for share in MOST_LOST]
    assert re.findall(r"\d+%", section) == lost
    assert re.findall(r"(\d+)\s+(?:percentage )?points", section) == [f"{100 * share:.0f}" for share in MOST_UNEVEN]
    for first, second in NEXT_LOWER.items():
        assert first == second or re.search(rf"\b{first} to {second}\b", section), first
    assert all(share in text("reading-a-report.md") for share in lost)


def test_the_table_of_methods_is_that_of_the_registry():
    assert methods_table() in text("methods.md")


def test_every_function_of_stats_stands_in_the_table_of_comparisons():
    table = section(text("comparisons.md"), "Numbers")
    compared = {name for line in table.splitlines() if line.startswith("|") for name in code(line, cell=2)}
    compared = {name for name in compared if not any(part[0].isupper() for part in name.split("."))}  # of classes
    assert compared == {name.removeprefix("rm_research.stats.") for name in public_functions()}
    references = {path.stem for path in (ROOT / "tests" / "reference").glob("*.json")}
    assert references == set(re.findall(r"\((?:[\w./]+/)?(\w+)\.json\)", table))


def code(line: str, *, cell: int) -> list[str]:
    return re.findall(r"`([\w.]+)`", re.split(r"(?<!\\)\|", line)[cell])


def anchors(page: Path) -> set[str]:
    """Anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8")))
    for link in links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page if not path else page.parent / path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_are_named_exist(page):
    content = page.read_text(encoding="utf-8")
    commands = main.commands
    assert set(re.findall(r"rm-research ([a-z]+)", content)) <= set(commands)
    known = {option for command in commands.values() for parameter in command.params
             if isinstance(parameter, click.Option) for option in parameter.opts}  # fmt: skip
    assert set(re.findall(r"`(--[a-z-]+)", content)) <= known


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_there_is_one_title_and_no_absolute_path(page):
    headings = re.findall(r"^(#+) (.+)$", prose(page.read_text(encoding="utf-8")), re.MULTILINE)
    assert [rank for rank, _ in headings].count("#") == 1
    assert not re.search(r"(?:^|\s)/(?:work|tmp|home|Users)/", page.read_text(encoding="utf-8"))


CELL = "{code-cell} ipython3"
RUN = [page for page in DOCS if page.parent.name == "how-to" and CELL in page.read_text(encoding="utf-8")]


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_every_cell_of_a_how_to_page_runs(page, tmp_path, monkeypatch):
    """On the demo study, from the page's own folder as the site has it."""
    place = tmp_path / "docs" / "how-to"
    place.mkdir(parents=True)
    shutil.copytree(ROOT / "data" / "demo", tmp_path / "data" / "demo", ignore=shutil.ignore_patterns(".rm_research"))
    monkeypatch.chdir(place)
    cells = [body for kind, body in FENCE.findall(page.read_text(encoding="utf-8")) if kind == CELL]
    Path("cells.py").write_text("\n".join(cells), encoding="utf-8")
    runpy.run_path("cells.py")
    plt.close("all")


def test_the_reference_lists_every_public_name_once():
    listed = re.findall(r"^   (\w+)$", text("reference/index.md"), re.MULTILINE)
    assert sorted(listed) == rm.__all__


def test_every_page_has_its_place_in_the_site():
    """Each page but the first stands in one list of contents."""
    named: list[Path] = []
    for page in DOCS:
        trees = [body for kind, body in FENCE.findall(page.read_text(encoding="utf-8")) if kind == "{toctree}"]
        names = [line for body in trees for line in body.splitlines() if line and not line.startswith(":")]
        named += [page.parent / f"{name}.md" for name in names]
    written = [path for path in named if path in DOCS]
    assert sorted(written) == [page for page in DOCS if page != ROOT / "docs" / "index.md"]


def test_the_site_is_built_and_deployed_by_make():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "docs.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert [step["run"] for step in steps if "run" in step] == ["make docs"]
    assert "build/docs" in [step.get("with", {}).get("path") for step in steps]
