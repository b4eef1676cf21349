"""
rm-research: the command line.

Each command imports only what it needs: help does not wait for pandas, and check does not load what makes pages.
"""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rm_research.cli.coding import code
from rm_research.cli.planning import plan
from rm_research.cli.running import monitor, write_private_page
from rm_research.cli.starting import init, instruments, questionnaire, simulate
from rm_research.cli.wrapping import batch_module, of_study, print_errors
from rm_research.errors import ReportError
from rm_research.writers import WRITERS

if TYPE_CHECKING:
    from rm_research.panel import Prepared
    from rm_research.reporting.tasks import Outcome

# new objects between two searches for those that only refer to each other: what is imported stays until the end
SELDOM = 100_000


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rm_research")
def main() -> None:
    """Evaluate reverse-mentoring programmes: from survey exports to findings."""
    gc.set_threshold(SELDOM)
    # study.toml is read without plug-ins; looking for them in all installed packages takes longer than reading it
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


@main.command()
@of_study
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the reports.  [default: reports/<study>]")
@click.option("--cohort", "cohorts", multiple=True, help="Make only this cohort's page; may be repeated.")
@click.option("--jobs", type=click.IntRange(min=1), help="Pages made at the same time.  [default: one per processor]")
@click.option("--dry-run", is_flag=True, help="Show what would be made and hidden; write nothing.")
@click.option("--notebook", type=click.Path(path_type=Path), help="Run this notebook per cohort, into OUT-private.")
@click.option(
    "--time-limit", metavar="MINUTES", type=click.FloatRange(min=0, min_open=True),
    help="How long each cell of your --notebook may run.  [default: 30]",
)  # fmt: skip
@click.option("--pdf", is_flag=True, help="Also print each page as index.pdf (needs Chromium or Google Chrome).")
@click.option("--docx", is_flag=True, help="Also write each page as an editable Word document, findings.docx.")
@click.option("--png", is_flag=True, help="Also write each picture as figures/*.png, for slides.")
@click.option(
    "--summary", is_flag=True, help="Also print one sheet per page, summary.pdf (needs a browser, like --pdf)."
)
@click.option("--release", metavar="LABEL", help='For whom it is released, such as "board, March"; else it is a draft.')
@print_errors
def report(
    study: Path, out: Path | None, cohorts: tuple[str, ...], jobs: int | None, dry_run: bool, notebook: Path | None,
    time_limit: float | None, release: str | None, **other_forms: bool,
) -> None:  # fmt: skip
    """Make a page per cohort and one for the programme."""
    from rm_research.reporting import apart
    from rm_research.reporting.forms.asked import asked_forms

    if time_limit is not None and notebook is None:
        raise click.UsageError("--time-limit is for a notebook of your own: name it with --notebook.")
    forms = asked_forms(**other_forms, own_notebook=notebook is not None)
    if not dry_run:
        apart.warm_up()
    from rm_research.panel import prepare_study

    prepared = prepare_study(study)
    if dry_run:
        _print_preview(prepared, cohorts, forms.names)
    else:
        out = out or _default_out(study)
        if release is not None:
            _say_if_first(prepared)
        limit = {} if time_limit is None else {"time_limit": time_limit}
        _make_pages(
            prepared, out, cohorts=cohorts, notebook=notebook, jobs=jobs, release=release, **limit, **other_forms
        )


def _say_if_first(prepared: "Prepared") -> None:
    """Say that no earlier release is known: after a move of the study, that may be wrong."""
    from rm_research.cli.printing import err_console, print_line
    from rm_research.disclosure.editions import read_editions

    if not read_editions(prepared.study):
        print_line(
            "No earlier release of this study is known here. If there was one, stop now, and bring back the private "
            "folder that it was made with: next to it, this one could reveal individuals.", err_console,
        )  # fmt: skip


def _default_out(study: Path) -> Path:
    """Folder for reports unless one is named; a link there may have come with what somebody sent."""
    out = Path("reports") / study.resolve().name
    if linked := [path for path in (out.parent, out) if path.is_symlink()]:
        raise ReportError(f"{linked[0]} is a link. If it is yours, name the folder with --out.")
    return out


def _make_pages(
    prepared: "Prepared", out: Path, *, cohorts: tuple[str, ...], notebook: Path | None, **options: Any
) -> None:  # fmt: skip
    """Make the pages, show progress, and in any case say at the end which page to open."""
    from rm_research.cli.printing import print_line, progress

    wanted = len(set(cohorts)) or len(prepared.cohorts)
    outcomes: list[Outcome] = []
    try:
        with progress() as shown:
            bar = shown.add_task("Pages of cohorts", total=wanted)

            def on_done(outcome: "Outcome") -> None:
                outcomes.append(outcome)
                shown.advance(bar)
                if not shown.console.is_terminal:
                    print_line(f"{outcome.cohort}: {outcome.status}", shown.console)

            batch_module().run_reports(
                prepared.study, out=out, cohorts=cohorts, notebook=notebook, on_done=on_done, **options
            )
    finally:
        n_made = sum(outcome.status == "done" for outcome in outcomes)
        page = Path(f"{out}-private", "cohorts") if notebook else out / "index.html"
        if outcomes:
            print_line(f"{n_made} of {wanted} cohort pages made." + (f" Open {page}" if page.exists() else ""))


def _print_preview(prepared: "Prepared", cohorts: tuple[str, ...], forms: tuple[str, ...]) -> None:
    """Say what a run would make of each cohort, and what it would hide."""
    from rm_research.catalogue import catalogue
    from rm_research.cli.printing import print_frame, print_line
    from rm_research.reporting.preview import preview

    words = catalogue(prepared.study.reporting.language)
    title = words.say("preview.title", study=prepared.study.title)
    print_frame(preview(prepared, batch_module().chosen(prepared, cohorts)), title)
    print_line(words.say("preview.rule", smallest=prepared.study.reporting.smallest_group))
    if forms:
        print_line(words.say("preview.forms", forms=", ".join(forms)))


@main.command()
@click.argument("file", metavar="FILE.ipynb", type=click.Path(path_type=Path))
@click.option("--study", type=click.Path(path_type=Path), help="Study that it opens in JupyterLab.")
@print_errors
def notebook(file: Path, study: Path | None) -> None:
    """Write a notebook to begin with, which report --notebook runs for each cohort."""
    from rm_research.cli.printing import print_line
    from rm_research.reporting.beginning import write_notebook

    write_notebook(file, study=study)
    named = study or Path("STUDY")
    print_line(f"Written: {file}. Open it in JupyterLab, or run it for each cohort:")
    print_line(f"rm-research report {named} --notebook {file} --out OUT")


@main.command()
@of_study
@click.option("--forget", metavar="ID", help="Remove an edition that was never sent to anybody.")
@print_errors
def editions(study: Path, forget: str | None) -> None:
    """List the released editions of a study, which later reports allow for."""
    from rm_research.cli.printing import print_line
    from rm_research.disclosure import editions as ledger
    from rm_research.study import read_study

    known = read_study(study)
    if forget is not None:
        one = ledger.forget(known, forget)
        print_line(f"Forgotten: {one.id}, {one.date}, {one.label}. Later reports do not allow for it any more.")
    for edition in ledger.read_editions(known):
        print_line(f"{edition.id}  {edition.date}  {edition.label}")
    if not ledger.read_editions(known):
        print_line("No edition was released.")


@main.command()
@of_study
@click.option("--html", type=click.Path(path_type=Path), help="Write the data-quality page to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
@print_errors
def check(study: Path, html: Path | None, as_json: bool) -> None:
    """Find every problem in a study at once; exit code 1 if any is an error."""
    from rm_research.checks import check_study
    from rm_research.cli.printing import err_console, print_json, print_line, print_picture, print_problems
    from rm_research.reporting.own_pages import refuse_other_files

    if html is not None:
        refuse_other_files(html)
    problems = check_study(study)
    if as_json:
        print_json(problems)
    else:
        print_problems(problems)
        print_picture(problems)
        print_line(problems.counts())
        print_line("Only for you: this names rows, and counts answers of few people.", err_console)
    if html is not None:
        if problems.prepared is None:
            raise ReportError("Correct the study files before making the page; see the problems above.")
        title = problems.words.say("quality.title", study=problems.prepared.study.title)
        write_private_page(html, study, "data_quality", title=title, language=problems.words.language)
        print_line(f"Open {html}. It is only for you: it names rows.", err_console)
    sys.exit(1 if problems.has_errors else 0)


@main.command()
@of_study
@click.option("--out", type=click.Path(path_type=Path), help="A new or empty folder for the files.")
@click.option("--format", "kind", type=click.Choice(list(WRITERS)), default="parquet", show_default=True)
@click.option(
    "--purge",
    is_flag=True,
    help="Remove key, cache, open answers and list of editions; hashes of persons differ then.",
)
@print_errors
def clean(study: Path, out: Path | None, kind: str, purge: bool) -> None:
    """Write cleaned, linked and scored data with a codebook page; waves that are not in yet are left out."""
    if out is None and not purge:
        raise click.UsageError("Give a folder with --out, or --purge to remove the key and the cache.")
    from rm_research.cli.printing import print_line
    from rm_research.private import private_place, purge_private

    failed = _write_clean(study, out, kind) if out is not None else False
    if purge:
        removed = purge_private(study)
        print_line(f"Removed {private_place(study)}." if removed else f"{study} has no key and no cache.")
    sys.exit(1 if failed else 0)


def _write_clean(study: Path, out: Path, kind: str) -> bool:
    """Write cleaned data; return whether there was an error."""
    batch_module()
    from rm_research.cli.printing import err_console, print_line
    from rm_research.panel.prepare import prepare_openly
    from rm_research.study import read_study
    from rm_research.writers.clean import write_clean
    from rm_research.writers.usable import errors_of

    prepared = prepare_openly(read_study(study))
    paths = write_clean(prepared, out=out, format=kind)
    missing = errors_of(prepared)
    for message in missing:
        print_line(f"Left out: {message}", err_console)
    print_line(f"{len(paths)} files in {out}. Open {paths[0]}. They are only for you: they hold individuals' answers.")
    return bool(missing)


for command in (instruments, init, questionnaire, simulate, plan, monitor, code):
    main.add_command(command)
