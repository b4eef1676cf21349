"""What somebody sent is data: nothing beside or in a study is imported, run or read as settings."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from properties import SOAK
from small_studies import Group, small_study

# names that programs look for: ours, Python's own, those of libraries, and what is imported late
MODULES = (
    "rm_research", "ipykernel_launcher", "ipykernel", "multiprocessing", "signal", "socket", "selectors", "pickle",
    "json", "sitecustomize", "usercustomize", "pandas", "numpy", "statsmodels", "scipy", "docx", "pyreadstat",
    "python_calamine", "matplotlib_inline", "ipython_config", "ipython_kernel_config", "jupyter_config",
    "jupyter_nbconvert_config", "papermill", "nbconvert",
)  # fmt: skip
ACTS = "open({mark!r}, 'a').write(__file__ + chr(10))\nraise ImportError('not this one')\n"
SETTINGS = {
    "matplotlibrc": "font.size: 77\ntext.usetex: True\nbackend: module://rm_research_backend\n",
    "papermill.yml": "x", ".env": "PYTHONSTARTUP=evil.py\n",
}  # fmt: skip


def hostile(folder: Path, mark: Path) -> None:
    """Put files into a folder that act if they are imported or run."""
    text = ACTS.format(mark=str(mark))
    for name in MODULES:
        (folder / f"{name}.py").write_text(text)
    for place in (".ipython/profile_default/startup", "profile_default/startup", "findings", "rm_research_backend"):
        (folder / place).mkdir(parents=True)
    for name in (".ipython/profile_default/startup/00.py", "profile_default/startup/00.py",
                 "profile_default/ipython_kernel_config.py", "rm_research_backend/__init__.py"):  # fmt: skip
        (folder / name).write_text(text)
    for name, content in SETTINGS.items():
        (folder / name).write_text(content)
    # a template named like ours
    (folder / "findings" / "index.html.j2").write_text(f"{{{{ lipsum.__globals__.os.system('touch {mark}') }}}}hostile")
    (folder / "cohort_findings.ipynb").write_text("{}")


WAYS = (("warm", True), ("cold", False), ("warm", False), ("cold", True))


@pytest.fixture
def short():
    """A folder with a short path, where sockets of warm kernels are made."""
    place = Path(tempfile.mkdtemp(prefix="rmt-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


COMMAND = "import sys; sys.path[:] = [p for p in sys.path if p]; from rm_research.cli import main; main()"


def run(*words: object, folder: Path, temporary: Path) -> str:
    """Run the command line in a folder, as its installed script does: that is not in Python's path."""
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, words)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("kernels", "inside"), WAYS if SOAK else WAYS[:2])  # macOS and Windows always start cold
def test_nothing_beside_a_received_study_is_imported_run_or_read_as_settings(short, kernels, inside):
    """With every kind of kernel, whether the command is given in the study's folder or in the one above."""
    warm, cold = short / "t", short / ("long" * 20)
    temporary = warm if kernels == "warm" else cold
    mark, above = short / "acted.txt", short / "received"
    for place in (warm, cold):
        place.mkdir()
    # cold kernels take seconds each: one page of a cohort is enough where the same is seen of two with warm ones
    cohorts = [Group("Spring", 11), Group("Autumn", 4)][: 2 if kernels == "warm" else 1]
    study = small_study(above / "small", *cohorts)
    plain = run("report", study, "--out", short / "plain", "--png", folder=short, temporary=warm)
    for folder in (above, study):
        hostile(folder, mark)
    name, folder = (".", study) if inside else ("small", above)
    said = run("report", name, "--out", short / "out", "--png", folder=folder, temporary=temporary)
    assert said == plain.replace("plain", "out")
    run("check", name, "--html", short / "quality.html", folder=folder, temporary=temporary)
    assert not mark.exists(), mark.read_text()
    for path in (short / "plain").rglob("*"):
        if path.is_file() and path.name != "manifest.json":
            assert (short / "out" / path.relative_to(short / "plain")).read_bytes() == path.read_bytes(), path
