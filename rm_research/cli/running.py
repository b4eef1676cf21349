"""The command for a programme that runs, and pages that are for the evaluator or the coordinator alone."""

from datetime import datetime
from pathlib import Path

import click

from rm_research.cli.wrapping import batch_module, of_study, print_errors
from rm_research.errors import ReportError


@click.command()
@of_study
@click.option("--html", type=click.Path(path_type=Path), help="Write the page to this file.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day as of which to tell.  [default: today]")
@print_errors
def monitor(study: Path, html: Path | None, on: datetime | None) -> None:
    """Tell how far a study has come: surveys, codes and pairs, without a look at any answer."""
    from rm_research.catalogue import catalogue
    from rm_research.cli.printing import err_console, print_frame, print_line
    from rm_research.monitoring import monitor_study
    from rm_research.reporting.own_pages import refuse_other_files

    if html is not None:
        refuse_other_files(html)
    found = monitor_study(study, on=None if on is None else on.date())
    print_line(catalogue("en").say("monitor.as_of", day=catalogue("en").day(found.on)))
    for heading, table, notes in found.sections("en").values():
        if len(table):
            print_frame(table, heading)
        else:
            print_line(heading)
        for note in notes:
            print_line(note)
    print_line("Only for you: this names rows of files and pairs.", err_console)
    if html is not None:
        language = found.study.reporting.language
        title = catalogue(language).say("monitor.title", study=found.study.title)
        write_private_page(html, study, "monitor", title=title, language=language, on=found.on.isoformat())
        print_line(f"Open {html}. It is only for you: it names rows and pairs.", err_console)


def write_private_page(html: Path, study: Path, notebook: str, *, title: str, language: str, **parameters: str) -> None:
    """Run a notebook of ours for a study, and write its page, which is for one reader alone."""
    folder = study.resolve()
    batch_module()
    from rm_research.reporting.files import write
    from rm_research.reporting.render import Page, page_html, run_notebook, shipped_notebook

    given = {"study": folder.name, **parameters}
    executed = run_notebook(shipped_notebook(notebook), given, folder=folder.parent)
    try:
        write(html, page_html(executed, Page(title=title, language=language, kind="private")))
    except OSError as error:
        raise ReportError(f"{html} cannot be written ({error.strerror}). Name another file with --html.") from error
