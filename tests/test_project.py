"""The project's own files agree with each other."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def bounds(requirements):
    """Bound by normalised name."""
    found = (re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", text).groups() for text in requirements)
    return {name.casefold().replace("_", "-"): bound for name, bound in found}


def test_conda_environment_has_the_same_dependencies_and_bounds():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    named = bounds(text for text in conda if isinstance(text, str) and text != "pip")
    assert named == bounds(PROJECT["dependencies"]) | {"python": PROJECT["requires-python"]}


def test_conda_environment_installs_the_package_itself():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert {"pip": ["-e ."]} in conda


def test_lock_pins_every_dependency_and_holds_no_address():
    lines = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert all(re.match(r"^[A-Za-z0-9_.\[\]-]+==", line) for line in lines)
    pinned = {line.split("==")[0].casefold().replace("_", "-") for line in lines}
    wanted = set(bounds(PROJECT["dependencies"])) | set(bounds(PROJECT["optional-dependencies"]["dev"]))
    assert wanted <= pinned


def test_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert citation["version"] == PROJECT["version"]
    assert f"## {PROJECT['version']}" in changelog


def test_templates_words_and_notebooks_are_where_the_wheel_takes_them_from():
    package = ROOT / "rm_research"
    assert (package / "catalogue" / "en.toml").is_file()
    assert (package / "reporting" / "template" / "findings" / "index.html.j2").is_file()
    assert (package / "findings" / "sections" / "headline.html.j2").is_file()
    assert len(list((ROOT / "notebooks").glob("*.ipynb"))) >= 3
