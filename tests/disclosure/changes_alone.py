"""What is decided of changes and differences alone: all that tables of answers and of scores are shown by."""

from rm_research.disclosure import Disclosed
from rm_research.disclosure.gate import disclose
from rm_research.disclosure.sets import Behind, Circulated
from rm_research.disclosure.threshold import Threshold
from rm_research.effects import estimate_change, estimate_difference
from rm_research.panel import Prepared


def changes_alone(prepared: Prepared) -> Disclosed:
    """Changes and differences of each cohort, disclosed; the other numbers of a page take most of the time."""
    study, panel = prepared.study, prepared.panel
    return disclose([estimate_change(panel, study=study), estimate_difference(panel, study=study)], study=study)


def named_by(prepared: Prepared, shown: Disclosed) -> tuple[Behind, Circulated]:
    """Whose questionnaires the rows rest on, and what those name that are shown."""
    behind = Behind(prepared.panel, prepared.study)
    return behind, Circulated.by(shown.telling, behind, Threshold.of(prepared.study), lambda _: ())
