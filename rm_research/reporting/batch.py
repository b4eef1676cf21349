"""`run_reports`: makes every cohort's page, the programme's page, and the files beside them."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from rm_research.catalogue import catalogue
from rm_research.disclosure.editions import read_editions
from rm_research.disclosure.numbers import release as issue
from rm_research.disclosure.numbers import study_numbers
from rm_research.errors import ReportError, listed
from rm_research.findings.context import place_of_page
from rm_research.panel import Prepared, prepare_study
from rm_research.reporting import files
from rm_research.reporting.forms.asked import Forms, asked_forms
from rm_research.reporting.parameters import check_parameters
from rm_research.reporting.render import Page, shipped_notebook
from rm_research.reporting.tasks import Outcome, Task, made
from rm_research.study import Study
from rm_research.study.entries import slug
from rm_research.study.places import allowed_as_here, without_folders

PRIVATE = "-private"
CELL_MINUTES = 30  # that a cell of a notebook of your own may run, unless you say otherwise


def run_reports(
    study: Study | str | Path, *, out: str | Path, cohorts: Sequence[str] = (), jobs: int | None = None,
    notebook: str | Path | None = None, pdf: bool = False, docx: bool = False, png: bool = False,
    summary: bool = False, release: str | None = None, time_limit: float = CELL_MINUTES,
    on_done: Callable[[Outcome], None] | None = None,
) -> list[Path]:  # fmt: skip
    """
    Make the pages of a study.

    Parameters
    ----------
    study : Study or path
        The study, or its folder.
    out : path
        Folder for the reports: new, empty, or one that already holds reports.
    cohorts : sequence of str
        Cohorts whose pages are made; all unless given. The programme's page and the tables always cover all cohorts.
    jobs : int, optional
        Number of pages made at the same time; one per processor unless given.
    notebook : path, optional
        A notebook of your own with the parameters `study` and `cohort`, run for each cohort instead of the findings.
        Its pages may show anything, so they go to OUT-private.
    pdf : bool
        Print each page as index.pdf, with Chromium or Google Chrome.
    docx : bool
        Write the findings of each page as findings.docx, for editing.
    png : bool
        Write each picture to figures/ beside the page, for slides.
    summary : bool
        Print the first screen of each page on one sheet, summary.pdf, with Chromium or Google Chrome.
    release : str, optional
        For whom the report is released: it is then no draft, and the ledger of editions in the study's private folder
        keeps which questionnaires its numbers name, so that later ones reveal nothing next to it.
    time_limit : float
        Minutes that each cell of your own notebook may run. Pages of the findings have no limit.
    on_done : callable, optional
        Called with each cohort's Outcome as soon as it is known.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ReportError
        Before anything is written: unknown cohorts, cohorts with the same slug, a folder with other files, parameters
        that do not fit, or no browser for printing. After everything else is written: cohorts that failed, and files
        beside pages that could not be made.
    StudyError
        When the study as a whole cannot be used.

    Examples
    --------
    >>> written = rm.run_reports("data/demo", out="reports", cohorts=["2024 autumn"])
    >>> sorted({path.name for path in written})
    ['estimates.csv', 'findings.ipynb', 'index.html', 'manifest.json', 'tables.csv']
    """
    if release is not None and (notebook is not None or cohorts or not release.strip()):
        raise ReportError(
            'A release is of all findings: give it a label, such as "board, March", and no cohort or notebook.'
        )
    forms = asked_forms(pdf=pdf, docx=docx, png=png, summary=summary, own_notebook=notebook is not None)
    prepared = prepare_study(study).whole("Reports")
    wanted, slugs = chosen(prepared, cohorts), {cohort: slug(cohort) for cohort in prepared.cohorts}
    custom = None if notebook is None else Path(notebook)
    target = Path(out) if custom is None else Path(f"{Path(out)}{PRIVATE}")
    report = _Run(
        prepared, target, slugs, wanted, custom, jobs or os.cpu_count() or 1, forms, on_done or (lambda outcome: None),
        (release or "").strip(), time_limit,
    )  # fmt: skip
    check_parameters(report.notebook, report.parameters(""))
    files.claim(target, slugs.values(), report.kept_notebook)
    if release is not None:
        _refuse_simulated(prepared)
        _refuse_unknown_editions(prepared.study, target)
        issue(prepared, report.edition)  # before any page is in place
    with allowed_as_here(prepared.study):
        study_numbers(prepared)  # what may be shown is decided once; each page reads it
        outcomes = report.cohorts(wanted)
        programme = [] if custom else [report.programme()]
    written = [path for outcome in [*outcomes, *programme] for path in outcome.paths]
    written += [] if custom else [*files.write_tables(prepared, target), report.manifest([*outcomes, *programme])]
    _raise_failed([*outcomes, *programme])
    return written


def _refuse_simulated(prepared: Prepared) -> None:
    """Refuse to release what nobody answered."""
    simulated = prepared.problems[prepared.problems["rule"] == "simulated"]
    if len(simulated):
        files = ", ".join(dict.fromkeys(simulated["file"]))
        raise ReportError(f"{files}: simulated, so there is nothing to release. Put the real files there.")


def _refuse_unknown_editions(study: Study, out: Path) -> None:
    """Refuse a release into a folder with one that the ledger does not know: its numbers could not be allowed for."""
    known = {edition.id for edition in read_editions(study)}
    if not known.issuperset(files.released_in(out)):
        raise ReportError(
            f"{out} holds or held a released report that the private folder of the study does not know: perhaps its "
            "key and ledger were removed, or left on another computer. Bring them back, or release into another folder "
            "if that report was never sent to anybody."
        )


def _raise_failed(outcomes: list[Outcome]) -> None:
    failed = [f"{o.cohort or 'The page of the programme'}: {o.error}" for o in outcomes if o.status == "failed"]
    lost = [
        f"{outcome.cohort or 'The page of the programme'}: {form.name}: {form.message}"
        for outcome in outcomes for form in outcome.lost
    ]  # fmt: skip
    texts = [listed(failed, f"{len(failed)} of {len(outcomes)} pages could not be made")] if failed else []
    texts += [listed(lost, "Files beside pages could not be made")] if lost else []
    if texts:
        raise ReportError("\n".join(texts))


def chosen(prepared: Prepared, cohorts: Sequence[str]) -> list[str]:
    """Cohorts with these names, or all cohorts if none is named, in the order of the study."""
    wanted = prepared.named(cohorts)
    return [name for name in prepared.cohorts if not cohorts or name in wanted]


@dataclass(frozen=True)
class _Run:
    """One batch: what it makes, where it writes and how."""

    prepared: Prepared
    out: Path
    slugs: dict[str, str]
    wanted: list[str]
    own_notebook: Path | None
    jobs: int
    forms: Forms
    on_done: Callable[[Outcome], None]
    edition: str = ""
    time_limit: float = CELL_MINUTES

    @property
    def notebook(self) -> Path:
        """Notebook that runs for each cohort."""
        return self.own_notebook or shipped_notebook("cohort_findings")

    @property
    def kept_notebook(self) -> str:
        """Name of each cohort's executed notebook."""
        return self.own_notebook.name if self.own_notebook else files.EXECUTED

    def parameters(self, cohort: str) -> dict[str, object]:
        """Parameters of a cohort's notebook."""
        edition = {"edition": self.edition} if self.edition else {}
        return {"study": self.prepared.study.path.resolve().name, "cohort": cohort, **edition}

    def cohorts(self, wanted: list[str]) -> list[Outcome]:
        """Make the cohorts' pages, in the order asked for; cohorts with errors in their data lose theirs."""
        if not self.own_notebook:
            files.clear_other_data(self.out, files.keyed_digest(self.prepared))
        for cohort in self.prepared.cohorts:
            if self.prepared.errors_of(cohort):
                files.remove_page(self._folder(cohort), self.kept_notebook)
        sound = [cohort for cohort in wanted if not self.prepared.errors_of(cohort)]
        outcomes = {cohort: self._data_error(cohort) for cohort in wanted if cohort not in sound}
        for outcome in outcomes.values():
            self.on_done(outcome)
        for outcome in made([self._task(cohort) for cohort in sound], self.jobs):
            outcomes[outcome.cohort] = outcome
            self.on_done(outcome)
        return [outcomes[cohort] for cohort in wanted]

    def programme(self) -> Outcome:
        """Make the programme's page, with links to the cohorts' pages that exist."""
        unavailable = [name for name in self.prepared.cohorts if not (self._folder(name) / "index.html").is_file()]
        parameters = {"study": self.parameters("")["study"], "unavailable": unavailable}
        parameters |= {"edition": self.edition} if self.edition else {}
        title = catalogue(self._language).say("page.programme_title")
        notebook = shipped_notebook("programme_findings")
        task = Task("", notebook, parameters, self._place, self.out, self._page(title), forms=self.forms)
        (outcome,) = made([task], 1)
        return outcome

    def manifest(self, outcomes: list[Outcome]) -> Path:
        """Write the manifest: what became of each page."""
        content = files.manifest(self.prepared, datetime.now(UTC).isoformat(timespec="seconds"))
        content["cohorts"] = {outcome.cohort: self._status(outcome) for outcome in outcomes if outcome.cohort}
        content["programme"] = next(self._status(outcome) for outcome in outcomes if not outcome.cohort)
        editions = read_editions(self.prepared.study)
        content["editions_known"] = len(editions)
        edition = [editions[-1].id] if self.edition else []
        content["released_as"] = next(iter(edition), None)
        content[files.RELEASED] = list(dict.fromkeys([*files.released_in(self.out), *edition]))
        return files.write(self.out / files.MANIFEST, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    def _status(self, outcome: Outcome) -> dict[str, object]:
        status: dict[str, object] = {"status": outcome.status, "seconds": round(outcome.seconds, 2)}
        if outcome.status == "done":
            folder = self._folder(outcome.cohort) if outcome.cohort else self.out
            status["page"] = (folder / "index.html").relative_to(self.out).as_posix()
            main = {folder / "index.html", folder / self.kept_notebook}
            status["forms"] = [path.relative_to(self.out).as_posix() for path in outcome.paths if path not in main]
            status["not_made"] = [{"file": form.name, "kind": form.kind} for form in outcome.lost]
        return status | ({"error": outcome.public_error} if outcome.public_error else {})

    def _task(self, cohort: str) -> Task:
        title = catalogue(self._language).say("page.cohort_title", cohort=cohort)
        return Task(
            name=cohort,
            notebook=self.notebook,
            parameters=self.parameters(cohort),
            folder=self._place,
            target=self._folder(cohort),
            page=self._page(title, links=self._links(cohort)),
            keep_notebook=self.kept_notebook,
            forms=self.forms,
            minutes=self.time_limit if self.own_notebook else None,
        )

    def _page(self, title: str, links: tuple[tuple[str, str], ...] = ()) -> Page:
        public = self.own_notebook is None
        return Page(
            title=catalogue(self._language).say("page.browser_title", title=title, study=self.prepared.study.title),
            language=self._language,
            kind="public" if public else "private",
            links=links if public else (),
        )

    def _links(self, cohort: str) -> tuple[tuple[str, str], ...]:
        """Links of a cohort's page to the programme's page and to those of the previous and next cohorts."""
        words, with_page = (
            catalogue(self._language),
            [name for name in self.prepared.sound_cohorts if self._has_page(name)],
        )
        links = [(words.say("page.to_programme"), "../../index.html")]
        for key, step in (("previous", -1), ("next", 1)):
            place = with_page.index(cohort) + step
            if 0 <= place < len(with_page):
                name = with_page[place]
                links.append((words.say(f"page.{key}", cohort=name), f"../{self.slugs[name]}/index.html"))
        return tuple(links)

    def _has_page(self, cohort: str) -> bool:
        """Whether a cohort will have a page after this run, if nothing goes wrong."""
        return cohort in self.wanted or (self._folder(cohort) / "index.html").is_file()

    def _data_error(self, cohort: str) -> Outcome:
        """Outcome of a cohort whose data have an error."""
        rows = self.prepared.problems
        rows = rows[(rows["severity"] == "error") & (rows["cohort"] == cohort)]
        named = {name: str(rows[name].iloc[0]) for name in ("rule", "file", "wave") if pd.notna(rows[name].iloc[0])}
        if "file" in named:
            named["file"] = without_folders(named["file"])
        error = "\n    ".join(self.prepared.errors_of(cohort))
        return Outcome(cohort, "failed", error=error, public_error={**named, "count": len(rows)})

    def _folder(self, cohort: str) -> Path:
        return self.out / place_of_page(cohort)

    @property
    def _place(self) -> Path:
        """Working folder of kernels: the study folder's parent, so that parameters hold no path of this machine."""
        return self.prepared.study.path.resolve().parent

    @property
    def _language(self) -> str:
        return self.prepared.study.reporting.language
