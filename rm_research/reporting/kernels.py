"""
Kernels: a real one per notebook, in a process apart.

They talk over sockets in a private folder, so they take no port and nobody else on the machine can listen.
"""

import os
import shutil
import signal
import sys
import tempfile
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from rm_research.reporting.apart import end, has_room_for_sockets, started
from rm_research.temporary import run_folder

SERVE = "rm_research.reporting.serving:serve"
KILL = getattr(signal, "SIGKILL", None)  # Windows has none
PROVISIONER = "rm-research-warm"  # registered as an entry point in pyproject.toml


class ReportKernelManager(AsyncKernelManager):
    """Kernel manager that uses sockets in its own folder, and processes apart."""

    def __init__(self, **kwargs: Any) -> None:
        self._place = tempfile.mkdtemp(dir=run_folder(), prefix="k")
        kwargs["connection_file"] = str(Path(self._place) / "k.json")
        if sys.platform != "win32" and has_room_for_sockets():
            kwargs["transport"] = "ipc"
        super().__init__(**kwargs)

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The installed kernel, started by our provisioner."""
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return spec

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._place, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


class WarmProvisioner(LocalProvisioner):
    """Launches the kernel as a process apart, which is warm where the platform allows it."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a kernel; its arguments are those of `cmd` after the module's name."""
        folder, environment = Path(kwargs.get("cwd") or Path.cwd()), dict(kwargs.get("env") or os.environ)
        process = started(SERVE, cmd[cmd.index("-f") :], folder=folder, environment=environment)
        self.process = cast(Any, _Process(process))
        self.pid = process.pid
        return self.connection_info


class _Process:
    """A process apart with the methods of Popen that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    def poll(self) -> int | None:
        code = self._process.exitcode
        return None if code is None else int(code)

    def wait(self) -> int:
        self._process.join()
        return int(self._process.exitcode or 0)

    def send_signal(self, number: int) -> None:
        if number == KILL:  # how a provisioner kills
            self.kill()
        elif self.poll() is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        end(self._process)

    def terminate(self) -> None:
        self._process.terminate()
