"""Whether a study still is as its locked plan says, and whether that plan is older than the first later answer."""

from datetime import timedelta

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.journal import Journal
from rm_research.study import Study
from rm_research.study.locking import FILE, OF_VERSIONS, Difference

ABOUT = timedelta(days=1)  # days of a plan and of an answer may be those of different time zones
STOOD = ("before", "around", "after", "unknown", "none_yet")
LATE: dict[str | None, str] = {"after": "problems.plan_after", "around": "problems.plan_around"}
MOST_NAMED = 6  # keys that a message names


def differences(study: Study) -> tuple[Difference, ...]:
    """What differs from the locked plan; nothing without one, or where options were varied on purpose."""
    return () if study.plan is None or study.options else study.plan.differences(study)


def rules_changed(study: Study) -> tuple[Difference, ...]:
    """Of what differs from the locked plan, what is no version of a package."""
    return tuple(one for one in differences(study) if not one.key.startswith(OF_VERSIONS))


def stood(arrivals: pd.DataFrame, study: Study) -> str | None:
    """
    Tell whether the locked plan says that it is older than the first later answer.

    Parameters
    ----------
    arrivals : DataFrame
        Arrivals of the whole study, which know questionnaires that were left out: their answers could be seen, too.
    study : Study

    Returns
    -------
    str or None
        One of STOOD: 'around' where both are of about the same day, 'unknown' where questionnaires without a date may
        be older, 'none_yet' without later answers; None without a plan.
    """
    if study.plan is None:
        return None
    retrospective = [wave.name for wave in study.waves if wave.kind == "retrospective"]
    later = arrivals[arrivals["wave"].isin([*study.later_waves, *retrospective])]
    if later.empty:
        return "none_yet"
    dated = later["first"].dropna()
    ahead = dated.min().date() - study.plan.locked if len(dated) else None
    if ahead is not None and ahead < -ABOUT:
        return "after"
    if ahead is None or later["undated"].any():
        return "unknown"
    return "around" if ahead <= ABOUT else "before"


def report_plan(arrivals: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Problems: what differs from the locked plan, and a plan that does not say it is older than answers."""
    journal, plan = Journal(), study.plan
    if plan is None or study.options:
        return journal.problems
    if plan.title != study.title:
        message = Said("problems.plan_title", planned=plan.title, now=study.title)
        journal.problem("plan_title", "warning", message, file=FILE)
    if changed := rules_changed(study):
        keys = [one.key for one in changed]
        more = Said("problems.part.keys_more", n=len(keys) - MOST_NAMED) if len(keys) > MOST_NAMED else ""
        message = Said("problems.plan_changed", locked=plan.locked, keys=", ".join(keys[:MOST_NAMED]), more=more)
        journal.problem("plan_changed", "warning", message, file=FILE)
    if others := [one.key.removeprefix(OF_VERSIONS) for one in differences(study) if one not in changed]:
        message = Said("problems.plan_versions", locked=plan.locked, names=", ".join(others))
        journal.problem("plan_versions", "note", message, file=FILE)
    how = stood(arrivals, study)
    if how in LATE:
        journal.problem("plan_late", "warning", Said(LATE[how], locked=plan.locked), file=FILE)
    elif how == "unknown":
        journal.problem("plan_undated", "note", Said("problems.plan_undated", locked=plan.locked), file=FILE)
    return journal.problems
