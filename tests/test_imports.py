"""What is loaded when: names of the package, help and check wait for nothing that they do not use."""

import ast
import subprocess
import sys
from importlib import import_module
from inspect import unwrap
from pathlib import Path
from shutil import copytree

import pytest

import rm_research as rm

ROOT = Path(__file__).parents[1]
DRAWING = {"matplotlib", "seaborn", "PIL", "jinja2"}
ESTIMATING = {"scipy", "statsmodels", "pingouin"}
PAGES = {"papermill", "nbconvert", "nbformat", "nbclient", "IPython", "ipykernel", "jupyter_client", "pypdf", "docx"}
FORMATS = {"openpyxl", "pyreadstat"}
FRAMES = {"pandas", "numpy", "pyarrow", "pydantic", "rich"}
HELP = ("--help",)


def loaded(script: str, *arguments: object) -> set[str]:
    """Packages that Python has loaded at the end of a script."""
    told = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    done = subprocess.run([sys.executable, "-c", told + script, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stderr.split("\n")[-2].split()}


def test_importing_the_package_loads_nothing_but_it():
    assert loaded("import rm_research") & (DRAWING | ESTIMATING | PAGES | FORMATS | FRAMES) == set()


def test_help_loads_nothing_but_what_reads_a_command():
    found = loaded("from rm_research.cli import main; main()", *HELP)
    assert found & (DRAWING | ESTIMATING | PAGES | FORMATS | FRAMES) == set()


def test_check_loads_nothing_that_draws_estimates_or_makes_pages(tmp_path):
    study = copytree(ROOT / "data" / "demo", tmp_path / "demo")
    found = loaded("from rm_research.cli import main; main()", "check", study)
    assert "pandas" in found
    assert found & (DRAWING | ESTIMATING | PAGES | FORMATS) == set()


def test_notebooks_are_checked_without_a_grammar_of_addresses():
    found = loaded("import rm_research.reporting, nbformat")
    assert {"nbformat", "jsonschema"} <= found
    assert found & {"rfc3987_syntax", "lark"} == set()


def test_public_names_are_all_that_is_shown():
    assert dir(rm) == rm.__all__ == sorted(rm.__all__)


@pytest.mark.parametrize("name", rm.__all__)
def test_each_public_name_is_that_of_its_module(name):
    assert unwrap(getattr(rm, name)) is unwrap(getattr(import_module(rm._HOMES[name]), name))


def test_type_checkers_are_told_of_the_same_names_from_the_same_modules():
    tree = ast.parse((ROOT / "rm_research" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    told = {(alias.asname, node.module) for node in block.body for alias in node.names if alias.name == alias.asname}
    assert told == set(rm._HOMES.items())


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="module 'rm_research' has no attribute 'estimate_luck'"):
        rm.estimate_luck  # noqa: B018
    with pytest.raises(ImportError, match="estimate_luck"):
        exec("from rm_research import estimate_luck")  # noqa: S102
