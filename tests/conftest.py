"""What tests of several modules share."""

import gc
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import properties
import pytest
from hypothesis import is_hypothesis_test, settings

import rm_research.reporting  # noqa: F401  # before nbformat, which takes seconds to import without it

TOML = """
title = "A small study"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
"""
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\n"
FILES = {"pre.csv": "code,m1,m2\na,1,2\nb,3,4\nc,5,5\n", "post.csv": "code,m1,m2\na,2,3\nb,4,4\nd,1,1\n"}


def pytest_configure(config: pytest.Config) -> None:
    """Give tests of properties many examples where the slow tests are asked for, and few otherwise."""
    slow = "slow" in config.option.markexpr.replace("not slow", "")
    settings.load_profile(properties.DEEP if slow else properties.FAST)


@pytest.hookimpl(tryfirst=True)  # before those that were not asked for are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count as slow what looks at the demo's report, what `quick` leaves over, and properties of many examples."""
    for item in items:
        if "demo_out" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")
    _leave_over(items)
    if settings.get_current_profile_name() == properties.DEEP:
        for item in items:
            if is_hypothesis_test(getattr(item, "obj", None)):
                item.add_marker("slow")


def _leave_over(items: list[pytest.Item]) -> None:
    """Of a test marked `quick(n)`, n cases are among the fast tests, and the others among the slow ones."""
    cases = Counter[str]()
    for item in items:
        quick = item.get_closest_marker("quick")
        if quick is None or item.get_closest_marker("slow") is not None:
            continue
        test = item.nodeid.split("[")[0]
        cases[test] += 1
        if cases[test] > quick.args[0]:
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Search for garbage seldom, and never among what was imported: that takes a twentieth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """
    Write a study folder from text: two waves of one scale of two items, unless told otherwise.

    `more` is added to the end of study.toml; `files` to the exports, in place of those of the same name.
    """

    def write(
        more: str = "", *, toml: str = TOML, codebook: str = CODEBOOK, files: Mapping[str, str | bytes | None] = FILES
    ) -> Path:
        folder = tmp_path / "study"
        folder.mkdir(exist_ok=True)
        contents = {"study.toml": toml + more, "codebook.csv": codebook, **FILES, **files}
        for name, content in contents.items():
            if content is None:
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write
