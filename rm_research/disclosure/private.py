"""What a researcher sees of a study: the same numbers as pages have, of however few people, and never for a page."""

from collections.abc import Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

import pandas as pd

from rm_research.disclosure.answers import own_answers
from rm_research.disclosure.fidelity import own_fidelity
from rm_research.disclosure.heading import headed
from rm_research.disclosure.meetings import own_meetings
from rm_research.disclosure.participation import participation
from rm_research.disclosure.range import within_range
from rm_research.disclosure.shown import Private
from rm_research.disclosure.threshold import Threshold
from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import adjusted, joined
from rm_research.panel import Prepared
from rm_research.panel.timing import starts
from rm_research.study import Study
from rm_research.synthesis import estimate_programme

_known: "WeakKeyDictionary[Prepared, Private]" = WeakKeyDictionary()  # one picture after another asks for the same


def private_of(prepared: Prepared) -> Private:
    """
    Changes, differences and their averages over cohorts, with all tables that charts show.

    Parameters
    ----------
    prepared : Prepared
        Whole, or some of its people.
    """
    if prepared not in _known:
        panel = prepared.sound_panel
        cohorts = joined([estimate_change(prepared), estimate_difference(prepared)])
        tables = participation(prepared)
        tables |= {"answers": own_answers(prepared), "sessions": own_meetings(panel, prepared.study),
                   "fidelity": own_fidelity(prepared)}  # fmt: skip
        _known[prepared] = Private(_with_average(cohorts, panel, prepared.study, starts(prepared.responses)), tables)
    return _known[prepared]


def private_of_panel(panel: pd.DataFrame, study: Study) -> Private:
    """Changes, differences and their averages over cohorts of a Panel; it has no tables."""
    cohorts = joined([verb(panel, study=study) for verb in (estimate_change, estimate_difference)])
    return Private(_with_average(cohorts, panel, study), {})


def _with_average(
    cohorts: Estimates, panel: pd.DataFrame, study: Study, began: Mapping[str, float] | None = None
) -> Estimates:
    """Estimates of cohorts with their average, and its trend where it is known when they started."""
    # what heads the rows of cohorts heads their average, and who left counts in it as on pages
    (heads,) = headed([cohorts], study=study)
    few = Threshold.of(study).few
    average = estimate_programme(
        heads, study=study, panel=panel, may_add=lambda people: not few(people), starts=began
    )  # fmt: skip
    return private_rows(joined([heads, average]), study)


def private_rows(estimates: Estimates, study: Study) -> Estimates:
    """Estimates with what decides which rows answer their question, and intervals that end where the scale does."""
    rows = within_range(*headed([estimates], study=study), study=study)
    return replace(rows, table=adjusted(rows.table, study))
