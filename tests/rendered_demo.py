"""The demo study, rendered once for all tests of its pages: by the command itself, where no name may leak."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from rm_research.cli import main

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data" / "demo"
COMMAND = (sys.executable, "-c", "from rm_research.cli import main; main()")
EVALUATOR = "evaluatrix"  # name of the user and of a folder on the way


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one test process at a time do something."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """Folder that all test processes of this run share."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


def reported(study: Path, out: Path, *options: str, before: Callable[[], object] = lambda: None) -> Path:
    """Run `rm-research report`, unless another test process has done so; `before` is done first."""
    with locked(out.parent / f"{out.name}.lock"):
        if not (out / "manifest.json").is_file():
            before()
            user = {"USER": EVALUATOR, "LOGNAME": EVALUATOR}
            done = subprocess.run(
                [*COMMAND, "report", str(study), "--out", str(out), *options], env=os.environ | user,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the demo study."""
    home = session_folder(tmp_path_factory) / EVALUATOR
    with locked(session_folder(tmp_path_factory) / "demo.lock"):
        if not (home / "demo").is_dir():
            shutil.copytree(DEMO, home / "demo", ignore=shutil.ignore_patterns(".rm_research"))
    return home / "demo"


@pytest.fixture(scope="session")
def demo_out(demo: Path) -> Path:
    """What `rm-research report` makes of it; tests that look at it are slow."""
    return reported(demo, demo.parent / "reports")


@pytest.fixture(scope="session")
def quality_page(demo: Path) -> Path:
    """What `rm-research check --html` makes of it."""
    page = demo.parent / "quality.html"
    with locked(demo.parent / "quality.lock"):
        if not page.is_file():
            done = CliRunner().invoke(main, ["check", str(demo), "--html", str(page)])
            assert done.exit_code == 0, done.stderr
    return page


def cohort_page(out: Path, slug: str = "2022-spring") -> str:
    return (out / "cohorts" / slug / "index.html").read_text(encoding="utf-8")
