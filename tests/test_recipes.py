"""Recipes of CONTRIBUTING.md: they name the files that a thing of the kind stands in, and count them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "rm_research"
TEXTS = {"catalogue/en.toml", "catalogue/de.toml"}
# by recipe: how many files it says, an example that exists, what code of the example looks like, and its files
RECIPES = {
    "survey format": (
        "Four files", {"FORMAT": "surveymonkey"}, r"\bsurveymonkey\b",
        {"readers/surveymonkey.py", "readers/__init__.py", "study/settings.py", "readers/detection.py"},
    ),
    "estimator": (
        "Five files", {}, r"\bRANDOMISATION\b|\bdef randomisation\b",
        {"effects/methods/declared.py", "effects/methods/vocabulary.py", *TEXTS},
    ),
    "section": (
        "Five files", {"NAME": "prompts"}, r"^from rm_research.findings.sections import [^)]*\bprompts\b",
        {"findings/sections/prompts.py", "findings/sections/prompts.html.j2", "findings/sections/__init__.py", *TEXTS},
    ),
    "rule of what may leave": (
        "Two files", {}, r"\bfew_apart\b",
        {"disclosure/rows.py", "disclosure/tables.py", "disclosure/threshold.py", "disclosure/rules.py", *TEXTS},
    ),
    "instrument": ("One file", {"INSTRUMENT": "lmx-7"}, None, {"instruments/lmx-7.toml"}),
    "survey platform": (
        "Two files", {"PLATFORM": "limesurvey"}, r"\blimesurvey:text\b",
        {"questionnaires/limesurvey.py", "questionnaires/__init__.py"},
    ),
    "language": ("One file", {"LANGUAGE": "de"}, None, {"catalogue/de.toml"}),
    "chart": (
        "Seven files", {"CHART": "sessions"}, r"\bplot_sessions\b|\bsessions_pictures\b",
        {"figures/sessions.py", "figures/__init__.py", "__init__.py", "findings/illustrations.py",
         "findings/sections/programme.py", *TEXTS},
    ),
}  # fmt: skip


def recipe(name: str, names: dict[str, str]) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"^## To add an? {name}$(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
    for word, example in names.items():
        found = found.replace(word, example)
    return found


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_names_and_counts_the_files(name):
    said, names, pattern, files = RECIPES[name]
    text = recipe(name, names)
    assert text.strip().startswith(said)
    paths = re.findall(r"`((?:[\w-]+/)+[\w.-]+\.(?:py|toml|html\.j2))`", text)
    named = {path.removeprefix("rm_research/") for path in paths if not path.startswith("tests/")}
    assert named == files
    assert {path for path in named if not (PACKAGE / path).is_file()} == set()
    if pattern is None:  # no code knows of it
        return
    code = {str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    mentioning = {path for path, source in code.items() if re.search(pattern, source, re.MULTILINE)}
    assert {path for path in mentioning if not path.startswith("stats/")} <= files
    assert mentioning
