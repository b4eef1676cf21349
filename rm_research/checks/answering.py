"""How questionnaires were answered: skipped items, scores piling up at the ends, signs of careless answering."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from rm_research.panel import Prepared
from rm_research.responses.answers import FAULTS
from rm_research.study import Scale

MOST_UNUSABLE = 0.02  # share of answers; a page says how many could not be used where there are more
PILED_UP = 0.15  # share of scores at one end (McHorney and Tarlov 1995, doi:10.1007/BF01593882)


def missing_items(prepared: Prepared) -> pd.DataFrame:
    """
    Share of questionnaires that leave an item unanswered, among people for whom its scale is meant.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per item of a scale (index `item`), one column per wave; 0 to 1, NaN if the wave does not ask it.
    """
    study, who = prepared.study, ["cohort", "person"]
    roles = prepared.responses[who].join(prepared.people.set_index(who)["role"], on=who)["role"]
    waves = [wave.name for wave in study.waves if (prepared.responses["wave"] == wave.name).any()]
    shares: dict[tuple[Hashable, str], float] = {}
    for scale in study.scales:
        asked = _asked(roles, scale)
        for wave in waves:
            names = [item.name for item in study.asked(scale.name, wave)]
            of_wave = prepared.responses.loc[asked & (prepared.responses["wave"] == wave), names]
            shares |= {(name, wave): share for name, share in of_wave.isna().mean().items()}
    table = pd.Series(shares, dtype="float64").unstack() if shares else pd.DataFrame()
    items = [item.name for item in study.items if item.name in table.index]
    return table.reindex(index=items, columns=waves).rename_axis(index="item", columns=None)


def _asked(roles: pd.Series, scale: Scale) -> pd.Series:
    """Whether the scale is meant for each of these roles."""
    return roles.isin(scale.roles) if scale.roles else pd.Series(True, index=roles.index)


def scale_quality(prepared: Prepared) -> pd.DataFrame:
    """
    Scores that are missing, and scores at the lowest and highest possible value.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per scale and wave that asks it, for the people asked: scale, wave, questionnaires, missing (share
        without a score), floor and ceiling (share of scores at the lowest and highest possible value; NaN if
        unbounded) and piled_up ('floor', 'ceiling' or both, if that share is above 0.15: a change in that direction can
        hardly show).
    """
    study, people = prepared.study, prepared.people.set_index(["cohort", "person"])["role"]
    scores = prepared.scores.join(people, on=["cohort", "person"])
    rows_of: dict[Any, Any] = scores.groupby(["scale", "wave"], sort=False).indices
    rows = []
    for scale in study.scales:
        for wave in [wave.name for wave in study.waves if study.measured(scale.name, wave.name)]:
            answered = scores.iloc[rows_of.get((scale.name, wave), [])]
            of_wave = answered.loc[_asked(answered["role"], scale), "score"]
            ends = _ends(of_wave.dropna(), study.scale_range(scale.name))
            missing = of_wave.isna().mean()
            rows.append({"scale": scale.name, "wave": wave, "questionnaires": len(of_wave), "missing": missing, **ends})
    return pd.DataFrame(rows)


def _ends(scores: pd.Series, limits: tuple[float, float] | None) -> dict[str, object]:
    low, high = limits or (float("nan"), float("nan"))
    known = limits is not None and len(scores) > 0
    shares = {
        "floor": (scores <= low).mean() if known else float("nan"),
        "ceiling": (scores >= high).mean() if known else float("nan"),
    }
    return {**shares, "piled_up": " and ".join(end for end, share in shares.items() if share > PILED_UP)}


def careless_signs(prepared: Prepared) -> pd.DataFrame:
    """
    Questionnaires with signs of careless answering.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per wave and sign: wave, sign (same_answers, too_fast, attention), questionnaires.
    """
    problems = prepared.problems
    careless = problems[problems["rule"].str.startswith("careless_")]
    counts = careless.groupby(["wave", "rule"], sort=False).size().rename("questionnaires").reset_index()
    return counts.assign(rule=counts["rule"].str.removeprefix("careless_")).rename(columns={"rule": "sign"})


def unusable_answers(prepared: Prepared, cohort: str | None = None) -> pd.DataFrame:
    """
    Share of the answers that could not be used, because they are none of the declared answers.

    Parameters
    ----------
    prepared : Prepared
    cohort : str, optional
        One cohort; by default all cohorts without errors.

    Returns
    -------
    DataFrame
        One row per wave with answers: wave, n (questionnaires), share (of the answers given in them, 0 to 1).
    """
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    responses = prepared.responses[prepared.responses["cohort"].isin(cohorts)]
    items = [item.name for item in prepared.study.items if item.kind == "number"]
    faulty = _of_questionnaires(prepared.problems[prepared.problems["rule"].isin(FAULTS.values())], responses, prepared)
    rows = []
    for wave, of_wave in responses.groupby("wave", sort=False):
        unusable = int(faulty["wave"].eq(wave).sum())
        given = unusable + int(of_wave[items].notna().sum().sum())
        if given:
            rows.append({"wave": wave, "n": len(of_wave), "share": unusable / given})
    return pd.DataFrame(rows, columns=["wave", "n", "share"])


def _of_questionnaires(problems: pd.DataFrame, responses: pd.DataFrame, prepared: Prepared) -> pd.DataFrame:
    """Problems in the rows of these questionnaires, which may be parts in several files; not those in duplicates."""
    row = ["wave", "file", "source_row"]
    if problems.empty:
        return problems[row]
    known = problems[row].merge(prepared.links[[*row, "person"]], on=row)
    kept = known.merge(responses[[*row, "person"]], on=["wave", "person"], suffixes=("", "_kept"))
    return kept[kept["source_row"].eq(kept["source_row_kept"]) | kept["file"].ne(kept["file_kept"])]
