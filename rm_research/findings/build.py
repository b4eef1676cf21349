"""build_findings: prepared study to page."""

from collections.abc import Iterator, Sequence
from typing import Any

from rm_research.claims import claims_of
from rm_research.claims.glossary import first_used, terms
from rm_research.disclosure.numbers import study_numbers
from rm_research.errors import ReportError, StudyError, listed
from rm_research.findings import appendix, cohorts, outcomes, overview
from rm_research.findings.context import Context
from rm_research.findings.page import Findings, Section, rendered
from rm_research.findings.pictures import Picture
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
    disclosed = study_numbers(prepared)
    context = Context(claims_of(disclosed, prepared.study), cohort, prepared.digest, tuple(unavailable))
    values = {
        "headline": overview.headline(context), "outcomes": outcomes.outcomes(context),
        "cohorts": cohorts.cohorts(context), "response": overview.response(context),
        "programme": overview.programme(context), "limits": overview.limits(context),
        "methods": appendix.methods(context),
    }  # fmt: skip
    return Findings(
        title=context.title,
        study_title=prepared.study.title,
        cohort=cohort,
        **_with_terms(values, context),
        pictures=tuple(_pictures(values)),
        disclosed=disclosed,
    )


def _pictures(values: dict[str, dict[str, Any]]) -> Iterator[Picture]:
    """Pictures of a page, in its order."""
    for block in values["outcomes"]["blocks"]:
        for part in block["parts"]:
            for group in part["groups"]:
                yield from group["pictures"]
    yield from values["response"]["pictures"]
    yield from values["programme"]["pictures"]


def _with_terms(values: dict[str, dict[str, Any]], context: Context) -> dict[str, Section]:
    """Sections in the order of the page, each with the terms that it is the first to use."""
    heading = context.words.say("headings.words")
    without = [rendered(name, **own, terms=(), terms_heading=heading) for name, own in values.items()]
    units = [context.claims.unit(scale) for scale in context.study.scales]
    known = terms(context.words, level=context.claims.level_percent, units=units)
    first = first_used([[repr(section)] for section in without], known)
    named = [[tuple(term.definition.split(": ", 1)) for term in found] for found in first]
    return {
        name: rendered(name, **own, terms=new, terms_heading=heading)
        for (name, own), new in zip(values.items(), named, strict=True)
    }
