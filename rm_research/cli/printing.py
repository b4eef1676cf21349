"""What commands print: lines, tables and progress."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Column, Table

from rm_research.catalogue import catalogue
from rm_research.checks import MOST_ROWS, Problems
from rm_research.study.folding import printable

if TYPE_CHECKING:
    from rich.progress import Progress

    from rm_research.drafting import Draft

SHOWN = ("plan", "flow", "clusters", "links", "near_misses", "careless", "scales", "missing", "ledger")
COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
out_console, err_console = Console(emoji=False), Console(stderr=True, emoji=False)


def _shown(text: object) -> str:
    """Text that a terminal only shows: names and messages are neither markup nor commands to it."""
    return escape(printable(str(text)))


def print_line(text: str, console: Console = out_console) -> None:
    """Print a line as it is; names and paths are not read as markup."""
    console.print(printable(text), highlight=False, markup=False, soft_wrap=True)


def print_error(message: str) -> None:
    """Print what went wrong, on standard error."""
    err_console.print(f"[red]Error:[/red] {_shown(message)}", highlight=False, soft_wrap=True)


def progress() -> "Progress":
    """Progress bar that counts pages and disappears at the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err_console, transient=True)


def _table(*columns: str, **more: Any) -> Table:
    """Table whose cells are never cut: what is too long goes on in the next line."""
    return Table(*(Column(_shown(name), overflow="fold") for name in columns), **more)


def print_frame(frame: pd.DataFrame, title: str | None) -> None:
    """Print a frame of text; where its words do not fit side by side, one line for each cell."""
    rows = list(frame.itertuples(index=False, name=None))
    title = title and _shown(title)
    table = _table(*frame.columns, title=title)
    for row in rows:
        table.add_row(*map(_shown, row))
    if Measurement.get(out_console, out_console.options.update(width=10_000), table).minimum <= out_console.width:
        out_console.print(table)
        return
    records = _table("", "", title=title, show_header=False)
    for row in rows:
        for name, cell in zip(frame.columns, row, strict=True):
            records.add_row(_shown(name), _shown(cell), end_section=name == frame.columns[-1])
    out_console.print(records)


def print_picture(problems: Problems) -> None:
    """Print those tables of the data-quality page that are quick to make."""
    words, folder = catalogue("en"), problems.prepared
    tables = problems.sections(SHOWN) if folder is not None else {}
    for name, table in tables.items():
        if len(table):
            filled = table.dropna(axis=1, how="all").astype(object)
            print_frame(filled.where(filled.notna(), "").map(str), words.say(f"quality.{name}"))


def print_problems(problems: Problems) -> None:
    """Print each problem with its place."""
    summary = problems.summary()
    table = _table("", "Where", "What to know or do", "Rows", show_lines=True)
    columns = ["severity", "message", "rows", "count", "file", "cohort", "column"]
    for severity, message, rows, count, *where in summary[columns].itertuples(index=False, name=None):
        colour, more = COLOURS[severity], " …" if rows and count > MOST_ROWS else ""
        place = "\n".join(part for part in where if part)
        table.add_row(f"[{colour}]{severity}[/{colour}]", _shown(place), _shown(message), rows + more)
    if len(summary):
        out_console.print(table)


def print_json(problems: Problems) -> None:
    """Print the problems as JSON, in which letters stand as they are."""
    table = problems.to_frame().map(lambda cell: printable(cell) if isinstance(cell, str) else cell)
    click.echo(table.to_json(orient="records", indent=2, force_ascii=False))


def print_draft(draft: "Draft") -> None:
    """Print what was found in each export and what you have to check."""
    titles = {"format": "Format", "waves": "Waves", "rows": "Rows", "columns": "Columns", "items": "Items",
              "paired": "In several waves"}  # fmt: skip
    print_frame(draft.files.assign(file=[Path(file).name for file in draft.files["file"]]).rename(
        columns={"file": "File", **titles}), None)  # fmt: skip
    for line, check in draft.checks.itertuples(index=False, name=None):
        print_line(f"study.toml line {line}: {check}")
