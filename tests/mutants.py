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
from contextlib import suppress
from itertools import islice
from pathlib import Path

import libcst as cst
import pytest
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".rm_research")
LEFT_ALONE = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator)
# imported once, not for every mutant; nothing of ours may be among them
HEAVY = ["libcst", "mutmut", "pytest", "scipy.stats", "statsmodels.api", "seaborn.objects", "pydantic", "openpyxl"]
PROCESSES = multiprocessing.get_context("forkserver")


def places(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """What stands in a module, and what may stand there instead; types, imports and sentences are left alone."""
    if isinstance(node, LEFT_ALONE) or (isinstance(node, cst.SimpleString) and " " in node.value):
        return
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from ((node, other) for other in operator(node))
    for child in node.children:
        yield from places(child)


def mutants(paths: list[Path], seed: int) -> Iterator[tuple[Path, str]]:
    """Modules with a source that differs in one place, and in what it does, in an order drawn by lot."""
    sources = {path: cst.parse_module(path.read_text(encoding="utf-8")) for path in paths}
    found = [(path, *pair) for path, module in sources.items() for pair in places(module)]
    seen = {ast.dump(ast.parse(module.code)) for module in sources.values()}
    random.Random(seed).shuffle(found)  # noqa: S311
    for path, old, new in found:
        code = sources[path].deep_replace(old, new).code
        with suppress(SyntaxError):
            if (tree := ast.dump(ast.parse(code))) not in seen:
                seen.add(tree)
                yield path, code


def tests_of(module: Path) -> list[str]:
    """Tests that belong to a module or a folder of modules: those of the same path, else those of its folder."""
    mirrored = Path("tests", *module.parts[1:])
    own = mirrored.with_name(f"test_{module.name}")
    return [str(next(path for path in (mirrored, own, mirrored.parent) if (ROOT / path).exists()))]


def run_tests(project: Path, tests: list[str]) -> None:
    os.setsid()  # so that all that the tests start can be ended with them
    os.chdir(project)
    sys.path.insert(0, str(project))
    os.environ |= {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True  # two mutants of one size, made in one second, would pass for each other
    said = os.open(project.parent / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
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


def report(project: Path, module: Path, tests: list[str], *, sample: int, seed: int) -> None:
    paths = sorted((project / module).rglob("*.py")) if (project / module).is_dir() else [project / module]
    began = time.monotonic()
    if outcome(project, tests, 1800) != 0:
        sys.exit("The tests fail without any mutant:\n" + (project.parent / "said").read_text(encoding="utf-8"))
    seconds, outcomes = 20 + 5 * (time.monotonic() - began), []
    for path, code in islice(mutants(paths, seed), sample):
        source = path.read_text(encoding="utf-8")
        path.write_text(code, encoding="utf-8")
        outcomes.append(outcome(project, tests, seconds))
        path.write_text(source, encoding="utf-8")
        if outcomes[-1] == 0:
            lines = list(difflib.unified_diff(source.splitlines(), code.splitlines(), lineterm="", n=0))[2:]
            print(f"Survived in {path.relative_to(project)}:", *lines, sep="\n    ", flush=True)
    killed, n = len(outcomes) - outcomes.count(0), len(outcomes)
    print(f"{module}: {killed} of {n} mutants killed ({killed / n:.0%}), {outcomes.count(None)} by time. Seed {seed}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", type=Path, help="a module of rm_research, or a folder of modules")
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", help="others than those of the same path")
    told = parser.parse_args()
    PROCESSES.set_forkserver_preload(HEAVY)
    with tempfile.TemporaryDirectory(prefix="mutants-") as home:
        copy = shutil.copytree(ROOT, Path(home) / "project", ignore=LEFT_OUT)
        if (shared := ROOT.parent / "shared").is_dir():
            (Path(home) / "shared").symlink_to(shared)  # real studies, where they are at hand
        report(copy, told.module, told.tests or tests_of(told.module), sample=told.sample, seed=told.seed)
