"""Scores of people as rows of a mixed model, one per score."""

import pandas as pd

from rm_research.effects.groups import STRATUM
from rm_research.stats.mixed.terms import Term


def long_scores(people: pd.DataFrame) -> pd.DataFrame:
    """One row per score of everyone with a score before: y, and after (1 for the later wave)."""
    people = people.dropna(subset=["pre"])
    rows = pd.concat([people.assign(y=people["pre"], after=0.0), people.assign(y=people["post"], after=1.0)])
    return rows.dropna(subset=["y"])


def person_terms(rows: pd.DataFrame) -> list[Term]:
    """Random intercepts of persons, and of clusters (also at each wave) where some have several people."""
    persons = pd.factorize(rows[STRATUM if STRATUM in rows else "cohort"] + "\0" + rows["person"])[0]
    terms = [Term("person", persons)]
    if rows.groupby("cluster")["person"].nunique().max() > 1:
        clusters = pd.factorize(rows["cluster"])[0]
        at_wave = pd.factorize(pd.Series(clusters).astype(str) + "\0" + rows["after"].astype(str).to_numpy())[0]
        terms += [Term("cluster", clusters), Term("cluster_wave", at_wave)]
    return terms
