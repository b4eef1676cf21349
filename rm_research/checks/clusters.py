"""Who belongs together: the groups of people that intervals count as one, as the evaluator can check them."""

import pandas as pd

from rm_research.panel import Prepared
from rm_research.people import cluster_unit

CLUSTERS = ["unit", "role", "people", "groups", "people_in_shared_groups"]


def cluster_sizes(prepared: Prepared) -> pd.DataFrame:
    """
    How many groups the people of each role form.

    Returns
    -------
    DataFrame
        One row per role: unit (what puts people together), role, people (each once, also if met in several cohorts),
        groups, people_in_shared_groups (those who have somebody of their role with them).
    """
    study = prepared.study
    if study.link.within == "cohort":
        people = prepared.people.assign(one=prepared.people["cohort"] + "\0" + prepared.people["person"])
    else:
        people = prepared.people.assign(one=prepared.people["person"])
    unit, rows = cluster_unit(study, people), []
    for role, of_role in people.dropna(subset=["role"]).groupby("role"):
        each = of_role.drop_duplicates(["one", "cluster"])
        shared = each[each["cluster"].duplicated(keep=False)]
        rows.append((unit, role, each["one"].nunique(), each["cluster"].nunique(), shared["one"].nunique()))
    return pd.DataFrame(rows, columns=CLUSTERS)
