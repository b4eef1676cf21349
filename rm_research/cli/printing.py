"""What commands print: lines, tables and progress."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from rm_research.catalogue import catalogue
from rm_research.checks import MOST_ROWS, Problems
from rm_research.study.folding import printable

if TYPE_CHECKING:
    from rm_research.drafting import Draft

SHOWN = ("flow", "clusters", "links", "near_misses", "careless", "scales", "missing", "ledger")
COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
out_console, err_console = Console(), Console(stderr=True)


def _shown(text: object) -> str:
    """Text that a terminal only shows: names and messages are neither markup nor commands to it."""
    return escape(printable(str(text)))


def print_line(text: str, console: Console = out_console) -> None:
    """Print a line as it is; names and paths are not read as markup."""
    console.print(printable(text), highlight=False, markup=False, soft_wrap=True)


def print_error(message: str) -> None:
    """Print what went wrong, on standard error."""
    err_console.print(f"[red]Error:[/red] {_shown(message)}", highlight=False, soft_wrap=True)


def progress() -> Progress:
    """Progress bar that counts pages and disappears at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err_console, transient=True)


def print_frame(frame: pd.DataFrame, title: str | None) -> None:
    """Print a frame of text."""
    table = Table(*map(_shown, frame.columns), title=title and _shown(title))
    for row in frame.itertuples(index=False, name=None):
        table.add_row(*map(_shown, row))
    out_console.print(table)


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
    table = Table("", "Where", "What to know or do", "Rows", title=None, show_lines=True)
    columns = ["severity", "message", "rows", "count", "file", "cohort", "column"]
    for severity, message, rows, count, *where in summary[columns].itertuples(index=False, name=None):
        colour, more = COLOURS[severity], " …" if rows and count > MOST_ROWS else ""
        place = "\n".join(part for part in where if part)
        table.add_row(f"[{colour}]{severity}[/{colour}]", _shown(place), _shown(message), rows + more)
    if len(summary):
        out_console.print(table)


def print_json(problems: Problems) -> None:
    """Print the problems as JSON, in which letters stand as they are."""
    table = problems.table.map(lambda cell: printable(cell) if isinstance(cell, str) else cell)
    click.echo(table.to_json(orient="records", indent=2, force_ascii=False))


def print_draft(draft: "Draft") -> None:
    """Print what was found in each export and what you have to check."""
    table = Table("File", "Format", "Waves", *(Column(name, justify="right") for name in ("Rows", "Columns", "Items")),
                  Column("In several waves", justify="right"))  # fmt: skip
    for file, *row in draft.files.itertuples(index=False, name=None):
        table.add_row(_shown(Path(file).name), *map(_shown, row))
    out_console.print(table)
    for line, check in draft.checks.itertuples(index=False, name=None):
        print_line(f"study.toml line {line}: {check}")
