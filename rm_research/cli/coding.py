"""The command `code`: open answers into a coding sheet, and coders' sheets back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rm_research.cli.wrapping import of_study, print_errors

if TYPE_CHECKING:
    from rm_research.panel import Prepared


@click.command()
@of_study
@click.option("--out", type=click.Path(path_type=Path), help="Write a coding sheet: a new file, .xlsx or .csv.")
@click.option("--from", "sheets", metavar="SHEET", multiple=True, type=click.Path(path_type=Path),
              help="Read a coder's sheet back; name all coders' at once.")  # fmt: skip
@print_errors
def code(study: Path, out: Path | None, sheets: tuple[Path, ...]) -> None:
    """Write a coding sheet of open answers, or read coders' sheets back; without both, say what is coded."""
    if out is not None and sheets:
        raise click.UsageError("Give either --out for a new sheet, or --from for sheets that are coded.")
    from rm_research.panel import prepare_study

    prepared = prepare_study(study)
    if out is not None:
        _write(prepared, out)
    elif sheets:
        _read(prepared, sheets)
    else:
        _say(prepared)


def _write(prepared: "Prepared", out: Path) -> None:
    from rm_research.cli.printing import err_console, print_line
    from rm_research.reflections.sheet import write_sheet

    answers, cut = write_sheet(prepared, out)
    print_line(f"Written: {out}. Open answers: {answers}. Give each coder a copy, named after the coder.")
    if cut:
        print_line(f"Longer than a cell holds: {cut}. They end in …; coders do not see the rest.", err_console)
    print_line("Only for you and your coders: what people wrote may tell who they are.", err_console)


def _read(prepared: "Prepared", sheets: tuple[Path, ...]) -> None:
    from rm_research.cli.printing import print_line
    from rm_research.reflections.keeping import keep_codes
    from rm_research.reflections.reading import read_sheets

    read = read_sheets(prepared, sheets)
    keep_codes(prepared.study, read.codes)
    print_line(f"Sheets read: {len(sheets)}. What was read before is replaced.")
    if read.uncoded:
        print_line(
            f"Answers that no sheet codes: {read.uncoded}. Pages tell of no theme of their groups until one does."
        )
    _say(prepared)


def _say(prepared: "Prepared") -> None:
    """Print how far coders agree and how many people mention each theme: of groups of any size."""
    from rm_research.cli.printing import err_console, print_frame, print_line
    from rm_research.reflections import assess_coding, count_themes

    if not prepared.study.text_items:
        print_line("The study has no open questions: no item of codebook.csv is of kind text.")
        return
    print_line(f"Open answers: {len(prepared.open_answers)}.")
    if not prepared.study.themes:
        print_line("study.toml has no themes yet. Declare them under [themes], then write a sheet with --out.")
        return
    agreed = assess_coding(prepared)
    if agreed["n_units"].any():
        shown = agreed.round(2).astype("str").replace("nan", "")
        print_frame(shown, "How far coders agree")
    print_frame(count_themes(prepared).astype("str"), "How many people mention each theme")
    print_line("Only for you: this counts answers of few people.", err_console)
