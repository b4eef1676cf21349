"""`build_findings`: turns a prepared study into the findings of a page."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rm_research.claims import claims_of
from rm_research.claims.glossary import terms, used_terms
from rm_research.disclosure.numbers import study_numbers
from rm_research.errors import StudyError
from rm_research.findings import sections
from rm_research.findings.context import Context
from rm_research.findings.page import MACROS, Content, Findings, Section, Sections, name_of, rendered
from rm_research.panel import Prepared
from rm_research.study.given import wrong_data
from rm_research.study.titles import OUR_UNIT

WORDS = MACROS / "words.html.j2"  # the list of terms, which the texts of all sections decide


def build_findings(
    prepared: Prepared, *, cohort: str | None = None, unavailable: Sequence[str] = (), edition: str = ""
) -> Findings:  # fmt: skip
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
    edition : str
        For whom it is released, as `run_reports(release=...)` enters it into the ledger; '' for a draft, whose head
        says that it is not for circulation.

    Returns
    -------
    Findings
        Holds only what passed `disclose`.

    Raises
    ------
    ReportError
        When there is no such cohort, or `prepared` holds only some of the people or varied options.
    StudyError
        When the cohort's data have an error.

    Examples
    --------
    >>> findings = rm.build_findings(prepared)
    >>> findings.title
    'What changed across the programme'
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("build_findings", prepared)
    prepared.whole("Findings")
    if cohort is not None:
        (cohort,) = prepared.named([cohort])
    if cohort is not None and (errors := prepared.errors_of(cohort)):
        raise StudyError(*errors, heading=f"Cohort {cohort!r} cannot be reported")
    disclosed = study_numbers(prepared)
    context = Context(claims_of(disclosed, prepared.study), cohort, tuple(unavailable), edition,
                      bool(prepared.problems["rule"].eq("simulated").any()))  # fmt: skip
    return Findings(
        title=context.title,
        study_title=prepared.study.title,
        cohort=cohort,
        sections=Sections(_sections(context)),
        disclosed=disclosed,
    )


def _sections(context: Context) -> Iterator[Section]:
    """Sections in the order of the page, and at its end the terms that they use."""
    say, claims = context.words.say, context.claims
    made = [(_template(module), module.content(context)) for module in sections.SECTIONS]
    present = [(template, content) for template, content in made if content is not None]
    shared = {
        "not_shown": [text for _, content in present for text in content.not_shown],
        "region": say("page.table_region"), "download": say("page.download"), "contents_heading": say("page.contents"),
        "contents": [(name_of(template), content.values["heading"]) for template, content in present
                     if "heading" in content.values],
    }  # fmt: skip
    shown = [rendered(template, content, **shared) for template, content in present]
    units = [claims.unit(scale) for scale in context.study.scales if scale.unit == OUR_UNIT]
    known = terms(context.words, level=claims.level_percent, units=units)
    used = [tuple(term.definition.split(": ", 1)) for term in used_terms((section.text for section in shown), known)]
    words = Content({"heading": say("headings.words"), "terms": used} if used else {})
    return iter((*shown, rendered(WORDS, words)))


def _template(module: sections.SectionModule) -> Path:
    return Path(str(module.__file__)).with_suffix(".html.j2")
