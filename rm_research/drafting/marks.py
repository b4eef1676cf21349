"""Comments in study.toml that say what has to be checked."""

from rm_research.drafting.toml import INDENT, wrapped

CHECK = "CHECK:"

Lines = list[str]


def checks(*doubts: str) -> Lines:
    """Comments on what has to be decided; none for an empty doubt."""
    return [line for doubt in doubts if doubt for line in wrapped(f"{CHECK} {doubt}")]


def marks(text: str) -> list[tuple[int, str]]:
    """Line number and text of every mark."""
    marked: list[tuple[int, str]] = []
    continued = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(f"# {CHECK}"):
            marked.append((number, line.removeprefix(f"# {CHECK}").strip()))
            continued = True
        elif continued := continued and line.startswith(INDENT):
            marked[-1] = (marked[-1][0], f"{marked[-1][1]} {line.removeprefix(INDENT)}")
    return marked
