"""Which outcomes have answers whose coding is in doubt, so that a result may be reversed or shifted."""

import pandas as pd

from rm_research.effects.groups import ALL_COHORTS
from rm_research.frames import PROBLEMS, stacked
from rm_research.journal import Journal
from rm_research.panel import Prepared
from rm_research.panel.build import places_among
from rm_research.responses.coding import report_ranges
from rm_research.scales import report_direction, report_turned, score_scales, scored_rows
from rm_research.study import Study

# what an open problem puts in doubt
DOUBTS = {"turned": "direction", "runs_against": "direction", "ranges_differ": "units"}


def shown_doubts(named: Prepared) -> pd.DataFrame:
    """
    Scales with an open problem that could reverse or shift their results: that there is one, and nothing of it.

    The problems are looked for anew in the answers that shown numbers name, so that hidden people change no word.

    Parameters
    ----------
    named : Prepared
        From `of_named`.

    Returns
    -------
    DataFrame
        One row per doubt and scale: doubt (direction or units), scale, cohort.
    """
    study, journal = named.study, Journal()
    report_ranges(named.responses, study, journal)
    found = [journal.problems, report_direction(named.responses, study)]
    if study.link.method != "none":
        persons = places_among(named.people, named.responses)[scored_rows(named.responses, study)]
        found.append(report_turned(score_scales(named.responses, study), persons, study))
    problems = stacked(found, PROBLEMS)
    scales = [
        _scale(rule, str(column), study) for rule, column in zip(problems["rule"], problems["column"], strict=True)
    ]
    table = pd.DataFrame({"doubt": problems["rule"].map(DOUBTS), "scale": scales}, dtype="str")
    return table.drop_duplicates(ignore_index=True).assign(cohort=ALL_COHORTS)


def _scale(rule: str, column: str, study: Study) -> str:
    """Scale that a problem is about, which may name an item of it."""
    if rule != "runs_against":
        return column
    return next(item.scale for item in study.items if item.name == column) or ""
