"""The project's own files agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def bounds(requirements):
    """Bound by normalised name."""
    found = (re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", text).groups() for text in requirements)
    return {name.casefold().replace("_", "-"): bound for name, bound in found}


def test_conda_environment_has_the_same_dependencies_and_bounds():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    named = bounds(text for text in conda if isinstance(text, str) and text != "pip")
    wanted = bounds(PROJECT["dependencies"]) | bounds(EXTRAS["lab"])
    assert named == wanted | {"python": PROJECT["requires-python"]}


def test_conda_environment_installs_the_package_itself():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert {"pip": ["-e ."]} in conda


def test_lock_pins_every_dependency_and_holds_no_address():
    lines = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert all(re.match(r"^[A-Za-z0-9_.\[\]-]+==", line) for line in lines)
    pinned = {line.split("==")[0].casefold().replace("_", "-") for line in lines}
    assert set(bounds([*PROJECT["dependencies"], *EXTRAS["dev"], *EXTRAS["lab"]])) <= pinned


def test_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert citation["version"] == PROJECT["version"]
    assert re.search(rf"^## {PROJECT['version']} – |^This will be {PROJECT['version']},", changelog, re.MULTILINE)


def test_templates_words_and_notebooks_are_where_the_wheel_takes_them_from():
    package = ROOT / "rm_research"
    assert (package / "catalogue" / "en.toml").is_file()
    assert (package / "reporting" / "template" / "findings" / "index.html.j2").is_file()
    assert (package / "findings" / "sections" / "headline.html.j2").is_file()
    assert len(list((ROOT / "notebooks").glob("*.ipynb"))) >= 3


def test_changelog_starts_with_what_is_unreleased_and_dates_each_release():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    dates = [re.fullmatch(r"\d+\.\d+\.\d+ – (\d{4}-\d{2}-\d{2})", heading) for heading in headings[1:]]
    assert all(dates), headings
    assert [found[1] for found in dates] == sorted((found[1] for found in dates), reverse=True)


def test_hosted_tests_begin_with_the_oldest_python_and_call_make():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["make"]
    assert PROJECT["requires-python"] == f">={job['strategy']['matrix']['python'][0]}"
    commands = [step["run"].split() for step in job["steps"] if "run" in step]
    assert {maker for maker, _ in commands} == {"make"}
    assert {"lint", "report", "test"} == {target for _, target in commands} <= targets


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*-*.yml")), ids=lambda form: form.stem
)
def test_issue_forms_ask_for_something_and_warn_of_real_data(form):
    asked = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} == set(asked)
    warning, *fields = asked["body"]
    assert re.search(
        "no survey data of real people|no real answers|do not write here how", warning["attributes"]["value"]
    )
    assert len({field["id"] for field in fields}) == len(fields) > 0
    assert all(field["attributes"]["label"] for field in fields)


def test_the_wheel_holds_templates_words_notebooks_and_the_mark_of_types():
    taken = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    wanted = ("catalogue/en.toml", "reporting/template/findings/index.html.j2", "findings/sections/headline.html.j2",
              "instruments/uwes-9.toml", "py.typed",
              *(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")))  # fmt: skip
    assert len(wanted) >= 7
    assert {f"rm_research/{name}" for name in wanted} <= taken
