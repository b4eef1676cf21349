"""Parameters of a notebook, checked before it runs."""

import ast
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import papermill

from rm_research.errors import ReportError, listed


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """
    Refuse parameters that a notebook does not have, or of another type than their default.

    Raises
    ------
    ReportError
        When the notebook is missing, is no notebook, has no cell tagged 'parameters', or for every parameter that does
        not fit.
    """
    if not notebook.is_file():
        raise ReportError(f"There is no notebook {notebook}.")
    try:
        known = papermill.inspect_notebook(str(notebook))
    except (ValueError, AttributeError, KeyError) as error:
        raise ReportError(f"{notebook.name} is not a notebook that papermill can read.") from error
    problems = []
    for name, value in parameters.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'none'}"
            problems.append(f"{notebook.name} has no parameter {name!r}; {hint}")
        elif not _fits(value, known[name]["default"]):
            default = known[name]["default"]
            problems.append(f"{notebook.name}: {name} is {type(value).__name__}, its default is {default}")
    if problems:
        raise ReportError(listed(problems, "The notebook cannot be run as asked"))


def _fits(value: Any, default: str) -> bool:
    """Whether a value is of the type of a default, which is given as source text."""
    try:
        meant = ast.literal_eval(default)
    except (SyntaxError, ValueError):
        return True
    if meant is None or (isinstance(meant, float) and isinstance(value, int) and not isinstance(value, bool)):
        return True
    return type(value) is type(meant)
