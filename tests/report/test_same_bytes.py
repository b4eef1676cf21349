"""Same inputs, same bytes: a second run elsewhere, with other jobs, gives the same report but for its times."""

import json
import shutil
from pathlib import Path

import pytest
from rendered_demo import reported

# hashes of inputs are keyed, and a copy of a study has a key of its own
TIMES = {"created", "seconds", "inputs", "digest"}


def files(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def timeless(told):
    """A manifest without its times, however deep they lie."""
    if isinstance(told, dict):
        return {name: timeless(value) for name, value in told.items() if name not in TIMES}
    return told


@pytest.fixture(scope="module")
def again(demo, tmp_path_factory):
    """Report of the same study in another place (its own name is a parameter of the notebooks), one page at a time."""
    home = tmp_path_factory.mktemp("again") / "deeper" / "elsewhere"
    home.mkdir(parents=True)
    shutil.copytree(demo, home / "demo", ignore=shutil.ignore_patterns(".rm_research"))
    return reported(home / "demo", home / "out", "--jobs", "1")


@pytest.mark.slow
class TestSecondRun:
    def test_leaves_the_same_files(self, demo_out, again):
        assert files(again) == files(demo_out)

    def test_gives_the_same_bytes(self, demo_out, again):
        names = files(demo_out) - {"manifest.json"}
        assert [name for name in sorted(names) if (again / name).read_bytes() != (demo_out / name).read_bytes()] == []

    def test_gives_the_same_manifest_but_for_its_times(self, demo_out, again):
        first, second = (json.loads((out / "manifest.json").read_text(encoding="utf-8")) for out in (demo_out, again))
        assert timeless(first) == timeless(second)
        assert "created" in first
