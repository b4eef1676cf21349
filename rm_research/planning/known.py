"""What a plan can take from a study: its settings, the people invited, and the scores so far."""

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
from rm_research.study.settings import Reporting
from rm_research.study.titles import unit_title


@dataclass(frozen=True)
class About:
    """
    Words for what is planned.

    Attributes
    ----------
    scale, people : str
        What is measured and of whom; empty without a study.
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
        By name, as in Assumptions. Numbers from answers are included if at least `smallest_group` people gave them.
    usual : mapping of str to object
        What to assume in addition to the defaults.
    typical, total : int or None
        Units of the programme in a cohort (the median), and in all.
    seed : int
    smallest : int
        Fewest people whose results are shown.
    about : About
    """

    values: Mapping[str, object]
    usual: Mapping[str, object]
    typical: int | None
    total: int | None
    seed: int
    smallest: int
    about: About


WITHOUT_STUDY = Known(
    values={}, usual={"sd": 1.0}, typical=None, total=None, seed=20260101, smallest=Reporting().smallest_group,
    about=About(scale="", people="", unit="", language="en"),
)  # fmt: skip


def known_of(study: Study | Prepared | str | Path, *, scale: str | None, role: str | None, unit: str | None) -> Known:
    """
    Gather what is known from a study about one scale and role, by default in the study's own units.

    Raises
    ------
    StudyError
        When the study has no such scale, role or unit, or an existing file cannot be read.
    """
    prepared = _prepared(study)
    settings = prepared.study
    scales = [declared.name for declared in settings.scales]
    scale = scale or settings.first_scale.name
    if scale not in scales:
        raise StudyError(f"The study has no scale {scale!r}; scales are {', '.join(scales)}.")
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
        smallest=settings.reporting.smallest_group,
        about=_about(settings.scale(scale), role, settings.reporting.language),
    )  # fmt: skip


def _about(scale: Scale, role: str, language: str) -> About:
    words = catalogue(language)
    plural = words.say(f"people.{role}") if words.has(f"people.{role}") else words.say("people.other", role=role)
    return About(scale.title, plural, unit_title(scale, words), language)


def _panel(prepared: Prepared, scale: str, role: str) -> pd.DataFrame:
    """Rows of the Panel at the last later wave, of cohorts without an error."""
    panel, study = prepared.panel, prepared.study
    rows = panel["scale"].eq(scale) & panel["role"].eq(role) & panel["cohort"].isin(prepared.sound_cohorts)
    return panel[rows & panel["arm"].notna() & panel["wave"].isin(study.later_waves[-1:])]


def _prepared(study: Study | Prepared | str | Path) -> Prepared:
    """
    Prepare a study; where a wave has no data yet, prepare the others.

    Raises
    ------
    StudyError
        When an existing file cannot be read.
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
    Return the role to plan for: the one given, or the first of the roles that answer the scale.

    Raises
    ------
    StudyError
        When nobody has the role.
    """
    asked = prepared.study.scale(scale).roles
    roles = [name for name in prepared.people["role"].dropna().unique() if not asked or name in asked]
    roles.sort(key=lambda name: (ROLE_ORDER.index(name) if name in ROLE_ORDER else len(ROLE_ORDER), name))
    if role is not None and role not in roles:
        raise StudyError(
            f"Nobody who is asked {scale!r} has the role {role!r}; roles are {', '.join(roles) or 'none'}."
        )
    if not roles:
        raise StudyError(f"Nobody is known yet who could be asked {scale!r}. Add a [roster], or plan without a study.")
    return role or roles[0]


def _invited(prepared: Prepared, role: str) -> pd.DataFrame:
    people = prepared.people[(prepared.people["role"] == role) & prepared.people["arm"].notna()]
    return people[people["invited"].fillna(True)]


def _sizes(people: pd.DataFrame, study: Study, unit: str) -> dict[str, Any]:
    """People per unit, units of the comparison for each in the programme, and units in the programme by cohort."""
    people = people.assign(unit=_units(people, study, unit))
    treated, compared = people[people["arm"] != study.comparison], people[people["arm"] == study.comparison]
    if treated.empty:
        return {}
    units = treated[["cohort", "unit"]].drop_duplicates()
    sizes = {"cluster_size": len(treated) / len(units), "total": len(units)}
    if unit != "cohort":
        sizes["typical"] = round(units.groupby("cohort").size().median())
    if len(compared):
        sizes["ratio"] = len(compared[["cohort", "unit"]].drop_duplicates()) / len(units)
    return sizes


def _units(people: pd.DataFrame, study: Study, unit: str) -> pd.Series:
    """Name of each person's unit; a dyad has one person per role, unless the study declares it as the unit."""
    if unit == study.clustered_by and unit != "person":  # people of a dyad belong together, but are planned one by one
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

    Scores are centred within `groups`, because differences between cohorts do not affect the precision of a change.
    """
    spread: dict[str, Any] = {}
    before = panel[panel["pre"].notna()]
    pairs = before[before["post"].notna()]
    threshold = Threshold.of(study)
    if threshold.enough(len(before)):
        residuals, df = _centred(before, "pre", groups), len(before) - before.groupby(groups).ngroups
        if df > 0 and residuals @ residuals > 0:
            spread["sd"] = float(np.sqrt(residuals @ residuals / df))
    if threshold.enough(len(pairs)):
        spread["attrition"] = 1 - len(pairs) / len(before)
        pre, post = (_centred(pairs, name, groups) for name in ("pre", "post"))
        if pre @ pre > 0 and post @ post > 0:
            spread["correlation"] = float(pre @ post / np.sqrt((pre @ pre) * (post @ post)))
    return spread


def _spread_unlinked(panel: pd.DataFrame, spread: dict[str, Any]) -> dict[str, Any]:
    """Return the values for two samples: no correlation, and attrition from the numbers of people at both waves."""
    before, after = int(panel["pre"].notna().sum()), int(panel["post"].notna().sum())
    fewer = {"attrition": max(0.0, 1 - after / before)} if before and after else {}
    return spread | fewer | {"correlation": 0.0}


def _centred(rows: pd.DataFrame, column: str, groups: list[str]) -> np.ndarray:
    return (rows[column] - rows.groupby(groups)[column].transform("mean")).to_numpy(float)
