"""Files whose reader may crash, hang or take all memory are read by a program in its own bounded process."""

import subprocess
import sys
from pathlib import Path

from rm_research.limits import LEAST_SECONDS, MOST_MEMORY, SECONDS_PER_BYTE

BOUNDED = Path(__file__).with_name("bounded.py")


def time_limit(path: Path) -> float:
    """Seconds after which a file that is still being read counts as damaged."""
    return LEAST_SECONDS + path.stat().st_size * SECONDS_PER_BYTE


def read_apart(program: Path, path: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """
    Run one of our programs that reads a file; -P, so that nothing is imported from the working folder.

    Raises
    ------
    subprocess.TimeoutExpired
    """
    limit = time_limit(path)
    command = [sys.executable, "-P", str(BOUNDED), str(limit), str(MOST_MEMORY), str(program), *arguments]
    return subprocess.run(command, capture_output=True, timeout=limit, check=False)  # noqa: S603
