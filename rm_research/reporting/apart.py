"""
Processes apart: work that may crash, draw or be ended without harm to the process that asked for it.

On Linux they are forked from a process that has already done the imports; elsewhere, where forking is not safe, they
start afresh, with the same results more slowly. Three things hold for each of them. It imports nothing from a working
folder, since what is beside a study is data. It leads a group of its own, and the end of one is the end of all that it
started. And it ends with the process that asked, however that one ends.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess, current_process
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from weakref import WeakSet

from rm_research.temporary import run_folder

CAN_FORK = sys.platform == "linux"
LONGEST = 60  # most bytes of the temporary folder's path: a socket's whole path may have 103 on macOS
WARM = "rm_research.reporting.warm"

_started: "WeakSet[BaseProcess]" = WeakSet()
_starting = threading.Lock()


def has_room_for_sockets() -> bool:
    """Whether sockets fit into the temporary folder; if not, processes start afresh and kernels use ports."""
    return len(os.fsencode(tempfile.gettempdir())) <= LONGEST


def warm_up() -> None:
    """Begin the imports, so that they are (nearly) done when the first process is needed."""
    if CAN_FORK and has_room_for_sockets():
        with _undisturbed():
            _context()
            forkserver.ensure_running()


def started(work: str, *arguments: Any, folder: Path, environment: dict[str, str]) -> BaseProcess:
    """
    Start a process.

    Parameters
    ----------
    work : str
        'module:function'; the module is imported in a folder of ours.
    *arguments
    folder : Path
        Its working folder.
    environment : dict of str to str
    """
    with _undisturbed():
        process = _context().Process(  # type: ignore[attr-defined]  # every context has it
            target=_begin, args=(_alive()[0], work, arguments, folder, environment), daemon=True
        )
        process.start()
        _started.add(process)
    return cast(BaseProcess, process)


def finished_apart(work: Callable[..., None], *arguments: Any, folder: Path) -> None:
    """Do some work in a process of its own and wait until it is done or ended."""
    name = f"{work.__module__}:{work.__qualname__}"
    started(name, *arguments, folder=folder, environment=dict(os.environ)).join()


def stop_all() -> None:
    """End every process apart at once, whatever it is doing."""
    for process in list(_started):
        end(process)


def end(process: BaseProcess) -> None:
    """End a process and those it has started."""
    if sys.platform != "win32" and process.pid is not None and process.is_alive():
        with contextlib.suppress(OSError):  # it does not lead a group yet
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _context() -> multiprocessing.context.BaseContext:
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # otherwise the unused debugger prints a warning
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices in many kernels: threads would only wait
    if not (CAN_FORK and has_room_for_sockets()):
        return multiprocessing.get_context("spawn")
    cast(Any, current_process())._config.setdefault("tempdir", str(run_folder()))  # for the server's socket
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([WARM])
    return context


@cache  # only called by one thread at a time
def _alive() -> tuple[Any, Any]:
    """Reading and writing end of a pipe; this process alone has the writing end, so that its end closes it."""
    return multiprocessing.Pipe(duplex=False)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """
    Hide the main module and the working folder while a process is being started.

    multiprocessing would run the main module again in the new process: that costs the command line seconds, and a
    script that calls run_reports outside `if __name__ == "__main__"` would start another batch in each kernel. And
    Python would look for its own modules in the working folder first, which may be one that somebody sent.
    """
    with _starting:
        main, safe = sys.modules["__main__"], os.environ.get("PYTHONSAFEPATH")
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ["PYTHONSAFEPATH"] = "1"
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            if safe is None:
                del os.environ["PYTHONSAFEPATH"]
            else:
                os.environ["PYTHONSAFEPATH"] = safe


def _begin(alive: Connection, work: str, arguments: tuple[Any, ...], folder: Path, environment: dict[str, str]) -> None:
    """Become a process apart and work; called in the new process."""
    if sys.platform != "win32":
        os.setsid()  # Ctrl-C goes to the process that started the batch
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    module, _, function = work.partition(":")
    os.chdir(Path(__file__).parent)  # some modules read settings from the working folder
    done = getattr(import_module(module), function)
    os.chdir(folder)
    try:
        done(*arguments)
    finally:
        _end_group()


def _end_with(alive: Connection) -> None:
    """End this process and those it started when the process that asked for it has ended."""
    with contextlib.suppress(OSError, EOFError):
        alive.poll(None)  # nothing is ever sent: it waits until the other end is closed
    _end_group()


def _end_group() -> None:
    """End this process and those it started."""
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
