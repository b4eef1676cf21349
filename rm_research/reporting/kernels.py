"""
Warm kernels: a real kernel per notebook, forked from a process that has already done the imports.

Starting Python and importing pandas, seaborn and scipy takes longer than making a report. On Linux a fork server does
this once; elsewhere, where forking is not safe, ordinary kernels give the same results more slowly. Kernels talk over
sockets in a private folder, so they take no port and nobody else on the machine can listen.
"""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from weakref import WeakSet

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

CAN_FORK = sys.platform == "linux"
LONGEST = 75  # most bytes of the temporary folder's path: a socket's whole path may have 107
PROVISIONER = "rm-research-warm"  # registered as an entry point in pyproject.toml
PRELOAD = [
    __name__, "rm_research.findings", "rm_research.checks", "rm_research.planning",  # everything that notebooks call
    "ipykernel.kernelapp", "ipykernel.debugger", "matplotlib_inline.backend_inline",
]  # fmt: skip

_managers: "WeakSet[ReportKernelManager]" = WeakSet()
_workers: "WeakSet[BaseProcess]" = WeakSet()
_launching = threading.Lock()


class ReportKernelManager(AsyncKernelManager):
    """Kernel manager that uses sockets in its own folder, with warm kernels if the platform allows them."""

    def __init__(self, **kwargs: Any) -> None:
        self._place = tempfile.mkdtemp(prefix="rmk-")
        if sys.platform != "win32" and _has_room_for_sockets():
            kwargs |= {"transport": "ipc", "connection_file": str(Path(self._place) / "k.json")}
        super().__init__(**kwargs)
        _managers.add(self)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The installed kernel, started by our provisioner."""
        spec = super().kernel_spec
        if spec is not None and CAN_FORK and _has_room_for_sockets():
            spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return spec

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._place, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


def _has_room_for_sockets() -> bool:
    """Whether sockets fit into the temporary folder; if not, kernels are cold and use ports."""
    return len(os.fsencode(tempfile.gettempdir())) <= LONGEST


def warm_up() -> None:
    """Begin the imports, so that they are (nearly) done when the first kernel is needed."""
    if CAN_FORK and _has_room_for_sockets():
        _forking()
        with _launching, _without_main():
            forkserver.ensure_running()


def _forking() -> multiprocessing.context.ForkServerContext:
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # otherwise the unused debugger prints a warning
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices in many kernels: threads would only wait
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def stop_kernels() -> None:
    """End every kernel and worker of this process at once, whatever it is doing."""
    for manager in list(_managers):
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            process.kill()
    for worker in list(_workers):
        worker.kill()


def finished_apart(work: Callable[..., None], *arguments: Any, folder: Path) -> None:
    """Do some work in a separate process, warm if the platform allows it, and wait until it is done or killed."""
    context = _forking() if CAN_FORK else multiprocessing.get_context("spawn")
    worker = context.Process(target=_work, args=(work, arguments, folder, dict(os.environ)), daemon=True)
    with _launching, _without_main():
        worker.start()
        _workers.add(worker)
    worker.join()


def _work(work: Callable[..., None], arguments: tuple[Any, ...], folder: Path, environment: dict[str, str]) -> None:
    _settle(folder, environment)
    work(*arguments)


class WarmProvisioner(LocalProvisioner):
    """Launches the kernel by forking the warm process."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel; its arguments are those of `cmd` after the module's name."""
        context = _forking()
        folder, environment = str(kwargs.get("cwd") or Path.cwd()), dict(kwargs.get("env") or os.environ)
        forked = context.Process(target=_serve, args=(cmd[cmd.index("-f") :], folder, environment), daemon=True)
        with _launching, _without_main():
            forked.start()
        self.process = cast(Any, _ForkedProcess(forked))
        self.pid = forked.pid
        return self.connection_info


@contextmanager
def _without_main() -> Iterator[None]:
    """
    Hide the main module while a process is being forked.

    multiprocessing would run it again in the new process: that costs the command line seconds, and a script that calls
    run_reports outside `if __name__ == "__main__"` would start another batch in each kernel.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _ForkedProcess:
    """A forked process with the methods of Popen that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: Any) -> None:
        self._process = process

    def poll(self) -> int | None:
        code = self._process.exitcode
        return None if code is None else int(code)

    def wait(self) -> int:
        self._process.join()
        return int(self._process.exitcode)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def _serve(argv: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run as a kernel until told to stop; called in the forked process."""
    from ipykernel.kernelapp import IPKernelApp

    _settle(Path(folder), environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # a kernel that knows its parent ends when the fork server does
    IPKernelApp.launch_instance(argv=argv, parent_handle=os.getppid())


def _settle(folder: Path, environment: dict[str, str]) -> None:
    """Set the session, environment and working folder of a new process."""
    if sys.platform != "win32":
        os.setsid()  # as in ordinary kernels: Ctrl-C goes to the process that started the batch
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
