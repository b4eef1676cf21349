"""Pages to make, `jobs` of them at a time, and what became of each."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_core.utils import ensure_event_loop

from rm_research.reporting import files
from rm_research.reporting.apart import stop_all
from rm_research.reporting.forms.asked import NONE, Forms
from rm_research.reporting.forms.beside import Lost, make_forms
from rm_research.reporting.render import NotebookFailedError, Page, page_html, run_notebook


@dataclass(frozen=True)
class Task:
    """One page to make: a notebook, its parameters, its folder, what surrounds it, its other forms, and its time."""

    name: str
    notebook: Path
    parameters: dict[str, object]
    folder: Path
    target: Path
    page: Page
    keep_notebook: str | None = None
    forms: Forms = NONE
    minutes: float | None = None


@dataclass(frozen=True)
class Outcome:
    """
    What became of a page.

    Attributes
    ----------
    cohort : str
        Empty for the programme's page.
    status : {'done', 'failed'}
    seconds : float
    paths : tuple of Path
        Files written.
    error : str
        For the evaluator; names rows and is never written to the reports.
    public_error : dict of str to (str or int)
        For the manifest: rule, file and count.
    lost : tuple of Lost
        Other forms of the page that could not be made.
    """

    cohort: str
    status: str
    seconds: float = 0.0
    paths: tuple[Path, ...] = ()
    error: str = ""
    public_error: dict[str, str | int] | None = None
    lost: tuple[Lost, ...] = ()


def made(tasks: list[Task], jobs: int) -> Iterator[Outcome]:
    """Outcomes of tasks as they finish; threads are enough, because the work is done in separate kernels."""
    stopped = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        pages = [pool.submit(make, task, stopped) for task in tasks]
        try:
            for page in as_completed(pages):
                yield page.result()
        except BaseException:  # stopped by hand: waiting tasks do not start, and running ones are ended
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            _end(pages)
            raise


def _end(pages: list[Future[Outcome]]) -> None:
    """End the processes of pages that are being made, including those that are only starting."""
    while not all(page.done() for page in pages):
        stop_all()
        time.sleep(0.1)


def _close_loop() -> None:
    """Close the loop that papermill opened in this thread; a cell that was stopped leaves a task waiting in it."""
    loop = ensure_event_loop()
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
    loop.close()


def make(task: Task, stopped: threading.Event) -> Outcome:
    """Make one page; any failure becomes its Outcome, and an earlier run's page is removed."""
    started = time.perf_counter()
    try:
        executed = run_notebook(task.notebook, task.parameters, folder=task.folder, minutes=task.minutes)
        html = page_html(executed, task.page)
        files.remove_forms(task.target)
        paths = [files.write(task.target / "index.html", html)]
        if task.keep_notebook:
            paths.append(files.write(task.target / task.keep_notebook, nbformat.writes(executed) + "\n"))
    except Exception as error:
        if not stopped.is_set():
            files.remove_page(task.target, task.keep_notebook)
        kind = error.name if isinstance(error, NotebookFailedError) else type(error).__name__
        named: dict[str, str | int] = {"rule": "notebook_failed", "file": task.notebook.name, "count": 1, "kind": kind}
        return Outcome(task.name, "failed", time.perf_counter() - started, error=str(error), public_error=named)
    finally:
        _close_loop()
    more, lost = make_forms(task.forms, task.target, task.page.title, task.parameters, task.folder)
    return Outcome(task.name, "done", time.perf_counter() - started, (*paths, *more), lost=tuple(lost))
