"""
Run a program with limits: a separate program.

Its arguments are the seconds and the bytes of memory that it may use, the program's path, and the program's own
arguments. The limits hold even if whoever started it was killed. Windows has none of them.
"""

import os
import runpy
import sys


def main(seconds: str, memory: str, program: str, *arguments: str) -> None:
    """Set the limits and become the program."""
    if sys.platform != "win32":
        import resource
        import signal

        signal.alarm(int(float(seconds)) + 1)
        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # it reserves memory for each
    sys.argv = [program, *arguments]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
