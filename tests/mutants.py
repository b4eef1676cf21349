"""
Mutants of a module, and whether a test fails for each: what no test notices may be wrong without anybody seeing it.

`make mutants MODULE=rm_research/scales.py` draws a sample of what mutmut makes of the module, puts one after the other
into a copy of the project, never into the working tree, runs the tests that belong to the module and tells the score.
"""

import argparse
import ast
import difflib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", ".rm_research", "/reports")
# imported once, not for every mutant; nothing of ours may be among them
HEAVY = ["libcst", "mutmut", "pytest", "pandas", "scipy.stats", "statsmodels.api", "seaborn.objects", "pydantic",
         "openpyxl", "pyreadstat", "rapidfuzz", "jinja2"]  # fmt: skip
LEFT_ALONE = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator)
PROCESSES = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")


class Places(cst.CSTVisitor):
    """What stands in a module and what may stand there instead; types, imports and sentences are left alone."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, LEFT_ALONE) or (isinstance(node, cst.SimpleString) and " " in node.value):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [(node, other) for other in operator(node)]
        return True


def mutants(source: str) -> Iterator[str]:
    """Sources that differ from a module in one place each, and in what they do."""
    module, places, seen = cst.parse_module(source), Places(), {ast.dump(ast.parse(source))}
    module.visit(places)
    for old, new in places.found:
        code = module.deep_replace(old, new).code
        try:
            tree = ast.dump(ast.parse(code))
        except SyntaxError:
            continue
        if tree not in seen:
            seen.add(tree)
            yield code


def tests_of(module: Path) -> list[str]:
    """Tests that belong to a module or a folder of modules: those of the same path."""
    folder = "tests" / module.relative_to("rm_research").parent
    if (ROOT / module).is_dir():
        return [str(folder / module.name)]
    own = sorted((ROOT / folder).glob(f"test_{module.stem}.py")) or sorted((ROOT / folder).glob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in own]


def run_tests(project: Path, tests: list[str]) -> None:
    import pytest

    os.setsid()  # so that all that the tests start can be ended with them
    os.chdir(project)
    sys.path.insert(0, str(project))
    os.environ |= {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True  # two mutants of one size, made in one second, would pass for each other
    said = os.open(project.parent / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    options = ["-n0", "-qx", "-mnot slow", "-pno:cacheprovider", f"--basetemp={project.parent / 'tests'}"]
    sys.exit(int(pytest.main([*options, *tests])))


def outcome(project: Path, tests: list[str], seconds: float) -> int | None:
    """Exit code of the tests, None where they took longer."""
    process = PROCESSES.Process(target=run_tests, args=(project, tests))
    process.start()
    try:
        process.join(seconds)
        return process.exitcode
    finally:
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)


def difference(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return "\n".join(f"    {line}" for line in list(lines)[2:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", type=Path, help="a module of rm_research, or a folder of modules")
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", help="others than those of the same path")
    told = parser.parse_args()
    tests = told.tests or tests_of(told.module)
    PROCESSES.set_forkserver_preload(HEAVY)
    with tempfile.TemporaryDirectory(prefix="mutants-") as home:
        project = Path(home) / "project"
        shutil.copytree(ROOT, project, ignore=LEFT_OUT)
        if (shared := ROOT.parent / "shared").is_dir():
            (project.parent / "shared").symlink_to(shared)  # real studies, where they are at hand
        report(project, told.module, tests, sample=told.sample, seed=told.seed)


def report(project: Path, module: Path, tests: list[str], *, sample: int, seed: int) -> None:
    paths = sorted((project / module).rglob("*.py")) if (project / module).is_dir() else [project / module]
    made = [(path, code) for path in paths for code in mutants(path.read_text(encoding="utf-8"))]
    drawn = random.Random(seed).sample(made, min(sample, len(made)))  # noqa: S311
    outcome(project, tests, 600)  # the first run compiles
    began = time.monotonic()
    if outcome(project, tests, 600) != 0:
        sys.exit("The tests fail without any mutant:\n" + (project.parent / "said").read_text(encoding="utf-8"))
    seconds, survivors, slow = 20 + 5 * (time.monotonic() - began), 0, 0
    for path, code in drawn:
        source = path.read_text(encoding="utf-8")
        path.write_text(code, encoding="utf-8")
        exit_code = outcome(project, tests, seconds)
        path.write_text(source, encoding="utf-8")
        slow += exit_code is None
        if exit_code == 0:
            survivors += 1
            print(f"Survived, {path.relative_to(project)}:\n{difference(source, code)}", flush=True)
    killed = len(drawn) - survivors
    print(f"{module}: {killed} of {len(drawn)} mutants killed ({killed / len(drawn):.0%}), {slow} of them by time; "
          f"{len(made)} could be made, seed {seed}, tests {' '.join(tests)}")  # fmt: skip


if __name__ == "__main__":
    main()
