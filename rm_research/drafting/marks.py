"""Comments of study.toml that say what has to be checked."""

from rm_research.drafting.toml import INDENT, wrapped

CHECK = "CHECK:"

Lines = list[str]


def checks(*doubts: str) -> Lines:
    """Comments on what has to be decided; none for an empty doubt."""
    return [line for doubt in doubts if doubt for line in wrapped(f"{CHECK} {doubt}")]


def marks(text: str) -> list[tuple[int, str]]:
    """Line and text of every comment that has to be checked."""
    found: list[tuple[int, str]] = []
    continued = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(f"# {CHECK}"):
            found.append((number, line.removeprefix(f"# {CHECK}").strip()))
            continued = True
        elif continued := continued and line.startswith(INDENT):
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.removeprefix(INDENT)}")
    return found
