"""Kernels are warm and yet alone: nothing of one notebook is seen in the next, nothing is left when they end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest

from rm_research.reporting.apart import CAN_FORK
from rm_research.reporting.render import NotebookFailedError, run_notebook
from rm_research.reporting.tasks import made

SEES = """
import json, os, sys
import matplotlib.pyplot as plt
print(json.dumps({"cwd": os.getcwd(), "parent": os.getppid(), "left": "left" in globals(),
                  "environment": os.environ.get("LEFT"), "font": plt.rcParams["font.size"],
                  "group": os.getpgid(0) == os.getpid()}))
"""
LEAVES = """
import os
import matplotlib.pyplot as plt
left = os.environ["LEFT"] = "a trace"
plt.rcParams["font.size"] = 77
os.chdir("/")
"""


def seen(notebook: Path, folder: Path) -> dict[str, object]:
    """Last thing that a notebook printed."""
    return json.loads(run_notebook(notebook, {}, folder=folder).cells[-1].outputs[-1].text)


@pytest.mark.slow
def test_a_kernel_sees_nothing_of_the_one_before(write_notebook, tmp_path):
    run_notebook(write_notebook(LEAVES, name="leaves.ipynb"), {}, folder=tmp_path)
    sight = seen(write_notebook(SEES), tmp_path)
    usual = {"left": False, "environment": None, "font": 10.0, "cwd": str(tmp_path)}
    assert {name: sight[name] for name in usual} == usual
    # forked by another process, where kernels are warm; does not hear Ctrl-C
    assert (sight["parent"] != os.getpid(), sight["group"]) == (CAN_FORK, True)


@pytest.mark.slow
def test_a_long_path_for_temporary_files_makes_kernels_cold(write_notebook, tmp_path, monkeypatch):
    place = tmp_path / ("long" * 20)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert seen(write_notebook(SEES), tmp_path)["parent"] == os.getpid()


@pytest.mark.skipif(not CAN_FORK, reason="reads /proc")
def test_what_a_notebook_started_ends_with_its_kernel(write_notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("STARTED_BY", str(tmp_path))
    starts = "import subprocess\nprint(subprocess.Popen(['sleep', '600']).pid)"
    executed = run_notebook(write_notebook(starts), {}, folder=tmp_path)
    program = int(executed.cells[-1].outputs[-1].text)
    wait_for(lambda: program not in still_running(tmp_path), seconds=5)


def test_an_executed_notebook_tells_nothing_of_the_machine(write_notebook, tmp_path):
    warns = "import warnings, sys\nwarnings.warn('here')\nprint(__name__, file=sys.stderr)\n3"
    text = nbformat.writes(run_notebook(write_notebook(warns), {"study": "a"}, folder=tmp_path))
    assert str(tmp_path) not in text
    assert "ipykernel" not in text
    assert "papermill" not in text.replace("injected-parameters", "")
    assert '"execution_count": null' in text


@pytest.mark.slow
def test_equal_runs_give_equal_notebooks(write_notebook, tmp_path):
    notebook = write_notebook("{study: cohort}")
    first, second = (nbformat.writes(run_notebook(notebook, {"study": "a"}, folder=tmp_path)) for _ in range(2))
    assert first == second


def test_a_cell_that_raises_names_notebook_kind_and_message_without_a_traceback(write_notebook, tmp_path):
    with pytest.raises(NotebookFailedError) as raised:
        run_notebook(write_notebook("{}['x']"), {}, folder=tmp_path)
    assert str(raised.value) == "own.ipynb: KeyError: 'x'"
    assert raised.value.name == "KeyError"


def test_a_kernel_that_dies_is_an_outcome(write_notebook, study, tmp_path):
    from rm_research.reporting.render import Page
    from rm_research.reporting.tasks import Task

    task = Task("Spring", write_notebook("import os\nos._exit(3)"), {}, tmp_path, tmp_path / "out", Page("x"))
    (outcome,) = made([task], 1)
    assert outcome.status == "failed"
    assert outcome.public_error == {
        "rule": "notebook_failed",
        "file": "own.ipynb",
        "count": 1,
        "kind": "DeadKernelError",
    }


SCRIPT = """
from pathlib import Path
from rm_research.cli import main

with Path("begun.txt").open("a") as handle:
    handle.write("begun ")
main()
"""


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def still_running(folder: Path) -> list[int]:
    """Processes that have a folder in their environment."""
    mark, found = f"={folder}".encode(), []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in place.read_bytes() and (place.parent / "cmdline").read_bytes():
                found.append(int(place.parent.name))
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


@pytest.fixture
def marks():
    """A folder with a short path, where sockets of warm kernels are made."""
    place = Path(tempfile.mkdtemp(prefix="rmt-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("kernels", ["warm", "cold"])
def test_nothing_outlives_a_killed_run_and_the_next_clears_up(
    request, study, tmp_path, write_notebook, marks, number, kernels
):
    """The kernels are busy, and one has started a program of its own."""
    temporary = marks / ("t" if kernels == "warm" else "long" * 20)
    temporary.mkdir()
    write_notebook(
        "import subprocess\nsubprocess.Popen(['sleep', '600'])",
        f"from pathlib import Path\nPath({str(marks)!r}, cohort).touch()", "import time\ntime.sleep(600)",
    )  # fmt: skip
    words = ["-c", "from rm_research.cli import main; main()", "report", str(study), "--out", str(tmp_path / "out")]
    environment = os.environ | {"TMPDIR": str(temporary)}
    command = subprocess.Popen(
        [sys.executable, *words, "--notebook", str(tmp_path / "own.ipynb"), "--jobs", "2"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    request.addfinalizer(lambda: [os.kill(process, signal.SIGKILL) for process in still_running(temporary)])
    wait_for(lambda: (marks / "Autumn").exists() and (marks / "Spring").exists(), seconds=240)
    assert len(still_running(temporary)) >= 5  # two kernels, two programs, and the run
    command.send_signal(number)
    command.wait()
    wait_for(lambda: still_running(temporary) == [], seconds=10)
    left = {path.name for path in temporary.iterdir()}
    assert len(left) == 1
    quick = write_notebook("1", name="quick.ipynb")
    done = subprocess.run(
        [sys.executable, *words, "--notebook", str(quick)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not CAN_FORK, reason="reads /proc")
def test_ctrl_c_ends_all_at_once(request, study, tmp_path, write_notebook, marks):
    """Of a script without a guard, which Python would run again in each process that is forked by a server."""
    (tmp_path / "mine.py").write_text(SCRIPT)
    write_notebook(f"from pathlib import Path\nPath({str(marks)!r}, cohort).touch()", "import time\ntime.sleep(600)")
    command = subprocess.Popen(
        [sys.executable, "mine.py", "report", str(study), "--out", "out", "--notebook", "own.ipynb", "--jobs", "1"],
        cwd=tmp_path, env=os.environ | {"TMPDIR": str(marks)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    request.addfinalizer(command.wait)
    request.addfinalizer(lambda: os.killpg(command.pid, signal.SIGKILL) if command.poll() is None else None)
    wait_for(lambda: (marks / "Autumn").exists())
    assert len(still_running(marks)) > 1
    os.killpg(command.pid, signal.SIGINT)  # as a terminal does
    said, _ = command.communicate(timeout=15)
    assert command.returncode == 130
    assert "Stopped. Pages that were finished are kept; run the command again" in said
    assert "Traceback" not in said
    wait_for(lambda: still_running(marks) == [], seconds=5)
    assert list(marks.glob("rm_research-*")) == []
    assert not (marks / "Spring").exists()
    assert (tmp_path / "begun.txt").read_text() == "begun "
