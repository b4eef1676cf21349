"""The tidy frame of a study: one row per person, wave and scale, as other libraries take it."""

from collections.abc import Sequence

import pandas as pd

from rm_research.people import connected_dyads
from rm_research.study import Study
from rm_research.study.selection import scales_of_roles

WHO = ["cohort", "person"]


def long_frame(
    scores: pd.DataFrame, people: pd.DataFrame, dyads: pd.DataFrame, study: Study, cohorts: Sequence[str]
) -> pd.DataFrame:  # fmt: skip
    """
    Scores with all that is known about the people, one row per person, wave and scale.

    Parameters
    ----------
    scores, people, dyads : DataFrame
        The frames with those names.
    study : Study
        Its waves and scales give the order of the categories, its attributes the last columns.
    cohorts : sequence of str
        In the order in which the study shows them.

    Returns
    -------
    DataFrame
        As `Prepared.long` describes it.
    """
    known = people.dropna(subset=["role", "arm"]).merge(_dyad_of(dyads), on=WHO, how="left")
    asked = scales_of_roles(study, people["role"].dropna().unique())
    rows = scores.dropna(subset=["score"]).merge(known, on=WHO).merge(asked, on=["scale", "role"])
    waves, scales = ([one.name for one in several] for several in (study.waves, study.scales))
    orders = {"cohort": cohorts, "wave": waves, "scale": scales}
    for name, order in orders.items():
        present = [one for one in order if rows[name].eq(one).any()]
        rows[name] = pd.Categorical(rows[name], present, ordered=name == "wave")
    columns = [*WHO, "role", "arm", "dyad", "cluster", "wave", "scale", "score", *study.settings.attributes]
    return rows.sort_values([*WHO, "scale", "wave"], kind="stable")[columns].reset_index(drop=True)


def _dyad_of(dyads: pd.DataFrame) -> pd.DataFrame:
    """Dyad of each person; dyads that share a person are one, by the name of the first."""
    members = [dyads[["cohort", "dyad", member]].rename(columns={member: "person"}) for member in ("leader", "mentor")]
    together = pd.concat(members, ignore_index=True).dropna(subset=["person"])
    if together.empty:
        return together[[*WHO, "dyad"]]
    alone = together["cohort"] + "/" + together["person"]
    named = alone.map(connected_dyads(together.assign(alone=alone))).str.partition("/")[2]
    return together.assign(dyad=named).drop_duplicates(WHO)[[*WHO, "dyad"]]
