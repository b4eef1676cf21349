"""run_reports: every cohort's page, the programme's page, and the files beside them."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from rm_research.catalogue import catalogue
from rm_research.errors import ReportError, StudyError, listed
from rm_research.findings.context import slug
from rm_research.panel import Prepared, cache, prepare_study
from rm_research.panel.cache import PLACE
from rm_research.privacy import private_folder
from rm_research.reporting import files
from rm_research.reporting.render import NotebookFailedError, Page, page_html, run_notebook, shipped_notebook
from rm_research.study import Study

PRIVATE = "-private"


@dataclass(frozen=True)
class Task:
    """One page to make: a notebook, its parameters, where it goes, what surrounds it."""

    name: str
    notebook: Path
    parameters: dict[str, object]
    folder: Path
    target: Path
    page: Page
    keep_notebook: str | None = None


@dataclass(frozen=True)
class Outcome:
    """
    What became of a cohort.

    Attributes
    ----------
    cohort : str
    status : {'done', 'failed'}
    seconds : float
    paths : tuple of Path
        Files written.
    error : str
        For the evaluator, with rows; never written to the reports.
    public_error : dict of str to (str or int)
        For the manifest: rule, file and count.
    """

    cohort: str
    status: str
    seconds: float = 0.0
    paths: tuple[Path, ...] = ()
    error: str = ""
    public_error: dict[str, str | int] | None = None


def run_reports(
    study: Study | str | Path, *, out: str | Path, cohorts: Sequence[str] = (), jobs: int | None = None,
    notebook: str | Path | None = None, on_done: Callable[[Outcome], None] | None = None,
) -> list[Path]:  # fmt: skip
    """
    Make the pages of a study.

    Parameters
    ----------
    study : Study or path
        The study, or its folder.
    out : path
        Where reports go: a new or empty folder, or one that holds reports already.
    cohorts : sequence of str
        Cohorts whose own pages are made; all unless given. The programme's page and the tables always cover all.
    jobs : int, optional
        Pages made at a time; one per processor unless given.
    notebook : path, optional
        A notebook of your own with the parameters `study` and `cohort`, run for each cohort instead of the findings;
        its pages may show anything and so go to OUT-private.
    on_done : callable, optional
        Called with each cohort's Outcome as it comes.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ReportError
        Before anything is written: unknown cohort, cohorts with one slug, a folder with other files, parameters that do
        not fit. After everything else is written: naming the cohorts that failed.
    StudyError
        When the study as a whole cannot be used.
    """
    prepared = prepare_study(study)
    wanted = _chosen(prepared, cohorts)
    slugs = _slugs(prepared)
    target = Path(out) if notebook is None else Path(f"{Path(out)}{PRIVATE}")
    files.claim(target, slugs.values())
    report = _Run(prepared, target, slugs, jobs or os.cpu_count() or 1, on_done or (lambda outcome: None))
    with _cache_for_kernels(prepared):
        outcomes = report.cohorts(wanted, None if notebook is None else Path(notebook))
        written = [path for outcome in outcomes for path in outcome.paths]
        if notebook is None:
            written += report.programme(outcomes)
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if failed:
        raise ReportError(listed([f"{o.cohort}: {o.error}" for o in failed], f"{len(failed)} of {len(outcomes)} cohorts failed"))
    return written


def _chosen(prepared: Prepared, cohorts: Sequence[str]) -> list[str]:
    unknown = [name for name in cohorts if name not in prepared.cohorts]
    if unknown:
        known = ", ".join(repr(name) for name in prepared.cohorts)
        raise ReportError(f"There is no cohort {', '.join(map(repr, unknown))}. Cohorts are {known}.")
    return [name for name in prepared.cohorts if not cohorts or name in cohorts]


def _slugs(prepared: Prepared) -> dict[str, str]:
    """Folder name of each cohort, none empty and no two alike."""
    slugs = {cohort: slug(cohort) for cohort in prepared.cohorts}
    problems = [f"{cohort!r} has no letter or digit a folder could be named by" for cohort, name in slugs.items() if not name]
    for name in sorted(set(slugs.values())):
        alike = [repr(cohort) for cohort, other in slugs.items() if other == name and name]
        if len(alike) > 1:
            problems.append(f"{' and '.join(alike)} would share the folder {name!r}")
    if problems:
        raise ReportError(listed(problems, "Cohorts need names of their own; rename them under [values.cohort]"))
    return slugs


class _cache_for_kernels:  # noqa: N801  # used as a function
    """Lets kernels find what was prepared here, also where the study folder cannot be written to."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.place: str | None = None

    def __enter__(self) -> None:
        if private_folder(self.prepared.study.path) is None and PLACE not in os.environ:
            self.place = tempfile.mkdtemp(prefix="rm_research-")
            os.environ[PLACE] = self.place
            frames = {name: getattr(self.prepared, name) for name in cache.NAMES}
            cache.save(self.prepared.study, frames, self.prepared.texts)

    def __exit__(self, *_: object) -> None:
        if self.place:
            del os.environ[PLACE]
            shutil.rmtree(self.place, ignore_errors=True)


@dataclass(frozen=True)
class _Run:
    """One batch: where it writes and how."""

    prepared: Prepared
    out: Path
    slugs: dict[str, str]
    jobs: int
    on_done: Callable[[Outcome], None]

    @property
    def study(self) -> Study:
        return self.prepared.study

    def cohorts(self, wanted: list[str], notebook: Path | None) -> list[Outcome]:
        """Make the cohorts' pages, as many at a time as there are jobs; in the order of the cohorts."""
        sound = [cohort for cohort in wanted if not self.prepared.errors_of(cohort)]
        outcomes = {cohort: self._data_error(cohort) for cohort in wanted if cohort not in sound}
        for outcome in outcomes.values():
            self.on_done(outcome)
        tasks = [self._task(cohort, notebook) for cohort in sound]
        for outcome in made(tasks, self.jobs):
            outcomes[outcome.cohort] = outcome
            self.on_done(outcome)
        return [outcomes[cohort] for cohort in wanted]

    def _task(self, cohort: str, notebook: Path | None) -> Task:
        words = catalogue(self.study.reporting.language)
        folder = self.study.path.resolve()
        title = words.say("page.cohort_title", cohort=cohort)
        return Task(
            name=cohort,
            notebook=notebook or shipped_notebook("cohort_findings"),
            parameters={"study": folder.name, "cohort": cohort},
            folder=folder.parent,
            target=self.out / "cohorts" / self.slugs[cohort],
            page=Page(
                title=words.say("page.browser_title", title=title, study=self.study.title),
                language=self.study.reporting.language,
                kind="public" if notebook is None else "private",
                links=((words.say("page.to_programme"), "../../index.html"),) if notebook is None else (),
            ),
            keep_notebook="findings.ipynb" if notebook is None else notebook.name,
        )

    def _data_error(self, cohort: str) -> Outcome:
        """Outcome of a cohort whose data have an error; a page of an earlier run would now be wrong."""
        shutil.rmtree(self.out / "cohorts" / self.slugs[cohort], ignore_errors=True)
        found = self.prepared.problems
        found = found[(found["severity"] == "error") & (found["cohort"] == cohort)]
        first = found.iloc[0]
        named = {name: str(first[name]) for name in ("rule", "file", "wave") if first[name] == first[name]}
        error = "\n    ".join(self.prepared.errors_of(cohort))
        return Outcome(cohort, "failed", error=error, public_error={**named, "count": len(found)})

    def programme(self, outcomes: list[Outcome]) -> list[Path]:
        """Make the programme's page and the files beside it."""
        words, folder = catalogue(self.study.reporting.language), self.study.path.resolve()
        unavailable = [o.cohort for o in outcomes if o.status == "failed"]
        task = Task(
            name="",
            notebook=shipped_notebook("programme_findings"),
            parameters={"study": folder.name, "unavailable": unavailable},
            folder=folder.parent,
            target=self.out,
            page=Page(
                title=words.say("page.browser_title", title=words.say("page.programme_title"), study=self.study.title),
                language=self.study.reporting.language,
            ),
        )
        outcome = make(task)
        if outcome.status == "failed":
            raise ReportError(f"The programme's page failed: {outcome.error}")
        return [*outcome.paths, *files.write_tables(self.prepared, self.out), self._manifest(outcomes)]

    def _manifest(self, outcomes: list[Outcome]) -> Path:
        cohorts = {
            o.cohort: {"status": o.status, "seconds": round(o.seconds, 2)}
            | ({"page": f"cohorts/{self.slugs[o.cohort]}/index.html"} if o.status == "done" else {})
            | ({"error": o.public_error} if o.public_error else {})
            for o in outcomes
        }
        content = files.manifest(self.prepared, cohorts, datetime.now(UTC).isoformat(timespec="seconds"))
        return files.write(self.out / "manifest.json", json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def made(tasks: list[Task], jobs: int) -> Iterator[Outcome]:
    """Outcomes of tasks as they come; threads are enough, since the work is done in kernels of their own."""
    pool = ThreadPoolExecutor(jobs)
    try:
        for future in as_completed([pool.submit(make, task) for task in tasks]):
            yield future.result()
    finally:
        # stopped by hand: what waits is not begun, and the kernels of what runs end with this process
        pool.shutdown(wait=False, cancel_futures=True)


def make(task: Task) -> Outcome:
    """Make one page; whatever goes wrong becomes its Outcome, and the page of an earlier run goes."""
    started = time.perf_counter()
    try:
        executed = run_notebook(task.notebook, task.parameters, folder=task.folder)
        paths = [files.write(task.target / "index.html", page_html(executed, task.page))]
        if task.keep_notebook:
            paths.append(files.write(task.target / task.keep_notebook, nbformat.writes(executed) + "\n"))
    except (StudyError, OSError, RuntimeError) as error:
        for name in ("index.html", task.keep_notebook):
            if name:
                (task.target / name).unlink(missing_ok=True)
        kind = error.name if isinstance(error, NotebookFailedError) else type(error).__name__
        named: dict[str, str | int] = {"rule": "notebook_failed", "file": task.notebook.name, "count": 1, "kind": kind}
        return Outcome(task.name, "failed", time.perf_counter() - started, error=str(error), public_error=named)
    return Outcome(task.name, "done", time.perf_counter() - started, tuple(paths))
