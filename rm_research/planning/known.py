"""What a study knows that a plan can build on: its settings, who was invited, and the scores it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rm_research.catalogue import catalogue
from rm_research.disclosure import Threshold
from rm_research.effects.groups import ROLE_ORDER
from rm_research.errors import ReadError, StudyError
from rm_research.panel import Prepared, prepare_study
from rm_research.panel.prepare import prepare_openly
from rm_research.study import Scale, Study, read_study


@dataclass(frozen=True)
class About:
    """
    Words for what is planned.

    Attributes
    ----------
    scale, people : str
        What is measured and whose it is; empty without a study.
    unit : str
        Of the effect, as 'scale points'.
    language : str
    """

    scale: str
    people: str
    unit: str
    language: str


@dataclass(frozen=True)
class Known:
    """
    What is known before anything is assumed.

    Attributes
    ----------
    values : mapping of str to object
        By name, as in Assumptions. Numbers made of answers are there if at least `smallest_group` people gave them.
    usual : mapping of str to object
        What to assume beyond the usual.
    typical, total : int or None
        Units of the programme in a cohort (the median), and in all.
    seed : int
    about : About
    """

    values: Mapping[str, object]
    usual: Mapping[str, object]
    typical: int | None
    total: int | None
    seed: int
    about: About


WITHOUT_STUDY = Known(
    values={}, usual={"sd": 1.0}, typical=None, total=None, seed=20260101,
    about=About(scale="", people="", unit="", language="en"),
)  # fmt: skip


def known_of(study: Study | Prepared | str | Path, *, scale: str | None, role: str | None, unit: str | None) -> Known:
    """
    Gather what a study knows of one scale and role, in units of its own unless told otherwise.

    Raises
    ------
    StudyError
        When the study has no such scale, role or unit, or a file that is there cannot be read.
    """
    prepared = _prepared(study)
    settings = prepared.study
    names = [one.name for one in settings.scales]
    scale = scale or names[0]
    if scale not in names:
        raise StudyError(f"The study has no scale {scale!r}; scales are {', '.join(names)}.")
    role = _role(prepared, scale, role)
    panel = _panel(prepared, scale, role)
    linked = settings.link.method != "none"
    unit = unit or (settings.clustered_by if linked else "person")
    before = panel[panel["pre"].notna()]
    sizes = _sizes(before if len(before) else _invited(prepared, role), settings, unit)
    values = {"compared": settings.comparison is not None and linked, "linked": linked, "unit": unit,
              "level": settings.reporting.level, "effect": settings.scale(scale).smallest_effect}  # fmt: skip
    spread = _spread(panel, settings, ["arm"] if unit == "cohort" else ["cohort", "arm"])
    return Known(
        values=values | sizes | (spread if linked else _spread_unlinked(panel, spread)), usual={},
        typical=sizes.get("typical"), total=sizes.get("total"), seed=settings.reporting.seed,
        about=_about(settings.scale(scale), role, settings.reporting.language),
    )  # fmt: skip


def _about(scale: Scale, role: str, language: str) -> About:
    words = catalogue(language)
    plural = words.say(f"people.{role}") if words.has(f"people.{role}") else words.say("people.other", role=role)
    return About(scale.title, plural, scale.unit, language)


def _panel(prepared: Prepared, scale: str, role: str) -> pd.DataFrame:
    """Rows of the Panel at the last later wave, of cohorts without an error."""
    panel, study = prepared.panel, prepared.study
    rows = panel["scale"].eq(scale) & panel["role"].eq(role) & panel["cohort"].isin(prepared.sound_cohorts)
    return panel[rows & panel["arm"].notna() & panel["wave"].isin(study.later_waves[-1:])]


def _prepared(study: Study | Prepared | str | Path) -> Prepared:
    """
    Prepare a study; where a wave is not in yet, what there is of it.

    Raises
    ------
    StudyError
        When a file that is there cannot be read.
    """
    if isinstance(study, Prepared):
        return study
    study = study if isinstance(study, Study) else read_study(study)
    try:
        return prepare_study(study)
    except ReadError:
        files = [study.path / source.file for wave in study.waves for source in wave.sources]
        if all(file.exists() for file in files):
            raise
        return prepare_openly(study)


def _role(prepared: Prepared, scale: str, role: str | None) -> str:
    """
    Return the role to plan for: the one asked for, else the first of those that the scale is for.

    Raises
    ------
    StudyError
        When nobody has the role.
    """
    asked = prepared.study.scale(scale).roles
    found = [name for name in prepared.people["role"].dropna().unique() if not asked or name in asked]
    found.sort(key=lambda name: (ROLE_ORDER.index(name) if name in ROLE_ORDER else len(ROLE_ORDER), name))
    if role is not None and role not in found:
        raise StudyError(
            f"Nobody who is asked {scale!r} has the role {role!r}; roles are {', '.join(found) or 'none'}."
        )
    if not found:
        raise StudyError(f"Nobody is known yet who could be asked {scale!r}. Add a [roster], or plan without a study.")
    return role or found[0]


def _invited(prepared: Prepared, role: str) -> pd.DataFrame:
    people = prepared.people[(prepared.people["role"] == role) & prepared.people["arm"].notna()]
    return people[people["invited"].fillna(True)]


def _sizes(people: pd.DataFrame, study: Study, unit: str) -> dict[str, Any]:
    """People of a unit, units of the comparison for one of the programme, and units of the programme by cohort."""
    people = people.assign(unit=_units(people, study, unit))
    own, other = people[people["arm"] != study.comparison], people[people["arm"] == study.comparison]
    if own.empty:
        return {}
    units = own[["cohort", "unit"]].drop_duplicates()
    found = {"cluster_size": len(own) / len(units), "total": len(units)}
    if unit != "cohort":
        found["typical"] = round(units.groupby("cohort").size().median())
    if len(other):
        found["ratio"] = len(other[["cohort", "unit"]].drop_duplicates()) / len(units)
    return found


def _units(people: pd.DataFrame, study: Study, unit: str) -> pd.Series:
    """Name of each person's unit; of a dyad there is one person a role, unless the study says more."""
    if unit == study.clustered_by:
        return people["cluster"]
    names = {"person": "person", "dyad": "person", "cohort": "cohort"} | {
        name: name for name in study.settings.attributes
    }
    if unit not in names:
        raise StudyError(f"The study has no unit {unit!r}; units are {', '.join(names)}.")
    return people[names[unit]]


def _spread(panel: pd.DataFrame, study: Study, groups: list[str]) -> dict[str, Any]:
    """
    Standard deviation before, correlation and attrition, where enough people answered to show them.

    Scores are centred within `groups`: what whole cohorts differ in does not blur a change within them.
    """
    found: dict[str, Any] = {}
    before = panel[panel["pre"].notna()]
    pairs = before[before["post"].notna()]
    threshold = Threshold.of(study)
    if threshold.enough(len(before)):
        rest, df = _centred(before, "pre", groups), len(before) - before.groupby(groups).ngroups
        if df > 0 and rest @ rest > 0:
            found["sd"] = float(np.sqrt(rest @ rest / df))
    if threshold.enough(len(pairs)):
        found["attrition"] = 1 - len(pairs) / len(before)
        pre, post = (_centred(pairs, name, groups) for name in ("pre", "post"))
        if pre @ pre > 0 and post @ post > 0:
            found["correlation"] = float(pre @ post / np.sqrt((pre @ pre) * (post @ post)))
    return found


def _spread_unlinked(panel: pd.DataFrame, spread: dict[str, Any]) -> dict[str, Any]:
    """Return what holds of two samples: no correlation, and as many fewer as there are after."""
    before, after = int(panel["pre"].notna().sum()), int(panel["post"].notna().sum())
    fewer = {"attrition": max(0.0, 1 - after / before)} if before and after else {}
    return spread | fewer | {"correlation": 0.0}


def _centred(rows: pd.DataFrame, column: str, groups: list[str]) -> np.ndarray:
    return (rows[column] - rows.groupby(groups)[column].transform("mean")).to_numpy(float)
