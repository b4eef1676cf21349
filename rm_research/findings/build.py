"""build_findings: prepared study to page."""

from collections.abc import Sequence

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.errors import ReportError, StudyError, listed
from rm_research.findings import appendix, outcomes, overview
from rm_research.findings.context import Context
from rm_research.findings.numbers import cohort_numbers, programme_numbers
from rm_research.findings.page import Findings, rendered
from rm_research.panel import Prepared


def build_findings(prepared: Prepared, *, cohort: str | None = None, unavailable: Sequence[str] = ()) -> Findings:
    """
    Findings of one cohort, or of the whole programme.

    Parameters
    ----------
    prepared : Prepared
        From `prepare_study`.
    cohort : str, optional
        Name of a cohort; the programme over all cohorts unless given.
    unavailable : sequence of str
        Cohorts whose own page could not be made, for the programme's list.

    Returns
    -------
    Findings
        Only what passed `disclose`.

    Raises
    ------
    ReportError
        When there is no such cohort.
    StudyError
        When the cohort's data have an error.
    """
    if cohort is not None and cohort not in prepared.cohorts:
        known = ", ".join(repr(name) for name in prepared.cohorts)
        raise ReportError(f"There is no cohort {cohort!r}. Cohorts are {known}.")
    if cohort is not None and (errors := prepared.errors_of(cohort)):
        raise StudyError(listed(errors, f"Cohort {cohort!r} cannot be reported"))
    disclosed = programme_numbers(prepared) if cohort is None else cohort_numbers(prepared, cohort)
    words = catalogue(prepared.study.reporting.language)
    context = Context(prepared, cohort, Claims(disclosed, prepared.study, words), tuple(unavailable))
    return Findings(
        title=context.title,
        study_title=prepared.study.title,
        cohort=cohort,
        headline=rendered("headline", **overview.headline(context)),
        outcomes=rendered("outcomes", **outcomes.outcomes(context)),
        cohorts=rendered("cohorts", **outcomes.cohorts(context)),
        response=rendered("response", **overview.response(context)),
        programme=rendered("programme", **overview.programme(context)),
        limits=rendered("limits", **overview.limits(context)),
        methods=rendered("methods", **appendix.methods(context)),
        disclosed=disclosed,
    )
