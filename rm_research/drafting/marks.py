"""Comments in study.toml that say what has to be checked."""

from rm_research.study.marks import CHECK
from rm_research.study.toml import wrapped

Lines = list[str]


def checks(*doubts: str) -> Lines:
    """Comments on what has to be decided; none for an empty doubt."""
    return [line for doubt in doubts if doubt for line in wrapped(f"{CHECK} {doubt}")]
