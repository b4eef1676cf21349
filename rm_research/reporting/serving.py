"""A kernel, in its own process."""

import logging
import signal

from ipykernel.kernelapp import IPKernelApp

import rm_research.reporting.warm  # noqa: F401  # what is imported later would be imported in the kernel's folder


def serve(argv: list[str]) -> None:
    """Run as a kernel until told to stop."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # what is beside a study is data: it cannot be imported. A kernel that says more prints how to connect to it. Charts
    # are shown as JupyterLab shows them, though Matplotlib was imported before there was a kernel
    options = ["--InteractiveShellApp.ignore_cwd=True", f"--log-level={logging.CRITICAL}", "--matplotlib=inline"]
    IPKernelApp.launch_instance(argv=[*argv, *options])
