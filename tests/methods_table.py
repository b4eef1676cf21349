"""
Write the tables of methods (docs/methods.md) and of comparisons (docs/comparisons.md): `make methods`.

The first comes from the registry of methods. The tests of `rm_research/stats` put each comparison on record (the
fixture `compare`); here they are run once, and what they found becomes a row for each function and reference.
"""

import importlib
import inspect
import json
import math
import pkgutil
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from rm_research import stats
from rm_research.effects.methods import METHODS

ROOT = Path(__file__).parents[1]
PAGE, RECORD = ROOT / "docs" / "methods.md", ROOT / "docs" / "comparisons.md"
METHODS_BEGIN, METHODS_END = "<!-- methods: written by make methods -->", "<!-- end of methods -->"
BEGIN, END = "<!-- comparisons: written by make methods -->", "<!-- end of comparisons -->"
HEAD = """| Method | Function | Compared with | Tolerance | Largest difference | Where they differ, why |
|---|---|---|---|---|---|"""


def methods_table() -> str:
    """Every method of the registry: what it is, when its rows are headlines, whose questionnaires it tells apart."""
    groups = "Groups of questionnaires that it treats differently"
    lines = [f"| contrast | measure | method | What it is | Headline | {groups} |", "|---|---|---|---|---|---|"]
    for row in METHODS.to_frame().itertuples():
        names = " | ".join(f"`{name}`" for name in (row.contrast, row.measure, row.method))
        lines.append(f"| {names} | {row.about} | {row.heads} | {row.groups} |")
    return "\n".join(lines)


def public_functions() -> dict[str, Callable[..., object]]:
    """Every function of `rm_research.stats` without a leading underscore, by its full name."""
    found = {}
    for module in pkgutil.walk_packages(stats.__path__, f"{stats.__name__}."):
        members = inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        own = [(name, member) for name, member in members if member.__module__ == module.name]
        found |= {f"{module.name}.{name}": member for name, member in own if not name.startswith("_")}
    return found


def public_methods() -> dict[str, Callable[..., object]]:
    """Every method of the classes of `rm_research.stats`, neither named with a leading underscore."""
    found = {}
    for module in pkgutil.walk_packages(stats.__path__, f"{stats.__name__}."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ == module.name and not kind.__name__.startswith("_"):
                methods = inspect.getmembers(kind, inspect.isfunction)
                found |= {f"{module.name}.{kind.__name__}.{name}": method for name, method in methods if name[0] != "_"}
    return found


def records() -> Iterator[dict[str, object]]:
    """Run the tests of the numbers and yield what they put on record."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", f"--junitxml={report}", "-o",
                   "junit_family=xunit1", "tests/stats"]  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        for entry in ElementTree.parse(report).iter("property"):  # noqa: S314
            if entry.get("name") == "comparison":
                yield json.loads(entry.get("value", ""))


def table(found: Iterator[dict[str, object]]) -> str:
    """Rows in the order of the modules: one for each set of functions, reference and tolerance."""
    functions, rows = public_functions() | public_methods(), {}
    order = {name: place for place, name in enumerate(functions)}
    for record in found:
        names = tuple(name for name in record["of"] if name in functions)
        key = (names, record["against"], record["rel"], record["absolute"])
        largest, reasons = rows.get(key, (0.0, []))
        rows[key] = max(largest, record["largest"]), list(dict.fromkeys([*reasons, record["because"]]))
    lines = [HEAD]
    for key, (largest, reasons) in sorted(rows.items(), key=lambda item: ([order[n] for n in item[0][0]], item[0][1])):
        names, against, rel, absolute = key
        cells = (_method(functions[names[-1]]), ", ".join(map(_shown, names)), _reference(against),
                 _tolerance(rel, absolute), _power_of_ten(largest), "; ".join(filter(None, reasons)))  # fmt: skip
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _method(function: Callable[..., object]) -> str:
    """First sentence of the docstring, without source and full stop."""
    summary = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
    summary = re.sub(r"\s*\([^()]*\d{4}[^()]*\)", "", summary)
    return re.split(r"[.:;](?:\s|$)", summary)[0].replace("`", "")


def _shown(name: str) -> str:
    return f"`{name.removeprefix(stats.__name__ + '.')}`"


def _reference(against: str) -> str:
    known = (ROOT / "tests" / "reference" / f"{against}.json").is_file()
    return f"[{against}](../tests/reference/{against}.json)" if known else against


def _tolerance(rel: float, absolute: float) -> str:
    parts = [f"{rel:.0e} relative" if rel else "", f"{absolute:.0e} absolute" if absolute else ""]
    return " or ".join(part.replace("e-0", "e-") for part in parts if part) or "exact"


def _power_of_ten(largest: float) -> str:
    """Rounded up, so that another machine's last digit does not change the page."""
    return "0" if largest == 0 else "below 1e-12" if largest < 1e-12 else f"1e{math.ceil(math.log10(largest))}"


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two marks of a page."""
    old = page.read_text(encoding="utf-8")
    before, _, rest = old.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"{page} lacks the marks {begin} and {end}.")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    write_between(PAGE, METHODS_BEGIN, METHODS_END, methods_table())
    write_between(RECORD, BEGIN, END, table(records()))
