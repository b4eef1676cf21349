"""Imports point one way: each module of the package only to those above it."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "rm_research"
ORDER = (
    "errors", "catalogue", "limits", "temporary", "frames", "journal", "study", "paper", "readers", "privacy",
    "private", "responses", "linkage", "people", "scales", "panel", "stats", "effects", "reflections", "checks",
    "synthesis", "process", "monitoring", "disclosure", "claims", "figures", "browsing", "article", "findings",
    "reporting", "writers", "questionnaires", "simulate", "planning", "drafting", "cli",
)  # fmt: skip


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(path: Path) -> set[str]:
    layers = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            own = node.module == "rm_research"
            names = [f"rm_research.{alias.name}" for alias in node.names] if own else [str(node.module)]
        layers |= {name.split(".")[1] for name in names if name.startswith("rm_research.")}
    return layers


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def test_every_module_has_its_place_in_the_order():
    assert {layer(path) for path in MODULES} == set(ORDER)


def test_imports_point_up():
    down = [(str(path.relative_to(PACKAGE)), name) for path in MODULES for name in imported_layers(path)
            if ORDER.index(name) > ORDER.index(layer(path))]  # fmt: skip
    assert down == []


def test_stats_knows_no_survey():
    allowed = {"stats"}
    assert all(imported_layers(path) <= allowed for path in MODULES if layer(path) == "stats")


def test_no_module_is_called_utils():
    assert not list(PACKAGE.rglob("utils*"))
