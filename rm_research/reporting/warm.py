"""
What pages need, made once: the first import of the process from which others are forked.

Modules are imported and the letters of charts are chosen in a folder of ours, since matplotlib takes settings from the
working folder.
"""

from contextlib import chdir
from importlib import import_module
from pathlib import Path

NEEDED = (  # everything that notebooks call
    "rm_research.findings", "rm_research.checks", "rm_research.planning", "ipykernel.kernelapp", "ipykernel.debugger",
    "matplotlib_inline.backend_inline",
)  # fmt: skip

with chdir(Path(__file__).parent):
    for _name in NEEDED:
        import_module(_name)
    import_module("rm_research.figures.font").letters(frozenset())
