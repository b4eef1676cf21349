"""Parameters of a notebook, checked before it runs."""

import ast
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import nbformat
from papermill.translators import papermill_translators

from rm_research.errors import ReportError


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """
    Refuse parameters that a notebook does not have, or whose type differs from that of the default.

    Raises
    ------
    ReportError
        When the notebook is missing or is not a notebook; or when parameters do not fit, naming all of them.
    """
    known = _known(notebook)
    problems = []
    for name, value in parameters.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known) or 'none'}"
            problems.append(f"{notebook.name} has no parameter {name!r}; {hint}")
        elif not _fits(value, known[name]):
            problems.append(f"{notebook.name}: {name} is {type(value).__name__}, its default is {known[name]}")
    if problems:
        raise ReportError(*problems, heading="The notebook cannot run with these parameters")


def _known(notebook: Path) -> dict[str, str]:
    """Parameters of a notebook with the source text of their defaults; none if no cell is tagged 'parameters'."""
    if not notebook.is_file():
        raise ReportError(f"There is no notebook {notebook}.")
    try:
        cells = nbformat.read(notebook, as_version=4)["cells"]
    except (nbformat.ValidationError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ReportError(f"{notebook.name} is not a notebook. Save it again in JupyterLab.") from error
    tagged = next((cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])), None)
    if tagged is None:
        return {}
    parameters = papermill_translators.find_translator("python3", "python").inspect(tagged)
    return {parameter.name: parameter.default for parameter in parameters}


def _fits(value: Any, default: str) -> bool:
    """Whether a value has the type of a default, which is given as source text."""
    try:
        example = ast.literal_eval(default)
    except (SyntaxError, ValueError):
        return True
    if example is None or (isinstance(example, float) and isinstance(value, int) and not isinstance(value, bool)):
        return True
    return type(value) is type(example)
