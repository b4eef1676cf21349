"""What a researcher sees of a study: the same numbers as pages have, of however few people, and never for a page."""

from weakref import WeakKeyDictionary

from rm_research.disclosure.answers import own_answers
from rm_research.disclosure.heading import headed
from rm_research.disclosure.meetings import own_meetings
from rm_research.disclosure.participation import participation
from rm_research.disclosure.range import within_range
from rm_research.disclosure.shown import Private
from rm_research.disclosure.threshold import Threshold
from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import joined
from rm_research.panel import Prepared
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
        study = prepared.study
        cohorts = joined([estimate_change(prepared), estimate_difference(prepared)])
        panel = prepared.panel[prepared.panel["cohort"].isin(prepared.sound_cohorts)]
        # what heads the rows of cohorts heads their average, and who left counts in it as on pages
        (heads,) = headed([cohorts], study=study)
        few = Threshold.of(study).few
        average = estimate_programme(heads, study=study, panel=panel, may_add=lambda people: not few(people))
        rows = private_rows(joined([heads, average]), study)
        tables = participation(prepared)
        tables |= {"answers": own_answers(prepared), "sessions": own_meetings(panel, study)}
        _known[prepared] = Private(rows, tables)
    return _known[prepared]


def private_rows(estimates: Estimates, study: Study) -> Estimates:
    """Estimates with what decides which rows answer their question, and intervals that end where the scale does."""
    return within_range(*headed([estimates], study=study), study=study)
