"""Data of all variants into rows: one per specification, each combination of data and model once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rm_research.effects.estimates import Row
from rm_research.effects.groups import ALL_COHORTS, Compared, Group, Place, comparisons
from rm_research.effects.methods import METHODS, Heads
from rm_research.effects.specifications.averages import average_row
from rm_research.effects.specifications.models import estimated, fingerprint, models_of
from rm_research.frames import PANEL
from rm_research.study import Study

CONTRASTS = ("change", "difference")


@dataclass(frozen=True)
class Question:
    """
    What is estimated under every specification.

    Attributes
    ----------
    study : Study
    cohorts : tuple of str
        One, or several that are averaged.
    scale, wave : str
    roles, arms : tuple of str
        Empty for every role and every arm of the programme.
    contrasts : tuple of str
    """

    study: Study
    cohorts: tuple[str, ...]
    scale: str
    wave: str
    roles: tuple[str, ...]
    arms: tuple[str, ...]
    contrasts: tuple[str, ...]


@dataclass(frozen=True)
class Data:
    """
    The groups that one variant makes from the answers.

    Attributes
    ----------
    choices : dict of str to str
        linkage, duplicates, scoring.
    groups : tuple of Group
        Of the scale and wave; where cohorts share a comparison, with all of its parts.
    """

    choices: dict[str, str]
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Specified:
    """
    One specification.

    Attributes
    ----------
    row : Row
    choices : dict of str to object
        As in the frame Specifications; `declared` says that data and model of cohorts are, which leaves the average.
    """

    row: Row
    choices: dict[str, object]


class Curve(NamedTuple):
    """Whose specifications are compared with one another."""

    contrast: str
    role: str
    arm: str


class Cohort(NamedTuple):
    """People of one cohort, with a fingerprint that is equal for the same people with the same scores."""

    arms: Compared
    fingerprint: bytes


def specified(question: Question, variants: Sequence[Data]) -> Iterator[Specified]:
    """Yield the rows of every curve, those of the declared data (the first) first."""
    known: dict[tuple[object, ...], Row] = {}
    for curve in _curves(question, variants[0]):
        declared_heads = [head for head in METHODS.headlines(curve.contrast) if head.heads != Heads.BOTH]
        heads = [head.name for head in declared_heads if head.heads_in(question.study, question.scale) is not False]
        seen = set()
        for position, data in enumerate(variants):
            cohorts = _cohorts(curve, question, data)
            if (prints := tuple((cohort.arms.group.place, cohort.fingerprint) for cohort in cohorts)) in seen:
                continue
            seen.add(prints)
            for row, missing, model in _rows(curve, question, cohorts, known):
                declared = position == 0 and model in heads
                yield _named(row, data.choices | {"missing": missing, "model": model}, declared)


def _curves(question: Question, declared: Data) -> Iterator[Curve]:
    study = question.study
    compared = study.comparison is not None and study.link.method != "none"
    whom = dict.fromkeys(
        (group.place.role, group.place.arm)
        for group in declared.groups
        if group.place.cohort in question.cohorts
        and group.place.arm != study.comparison
        and group.place.role in (question.roles or (group.place.role,))
        and group.place.arm in (question.arms or (group.place.arm,))
    )
    for contrast in question.contrasts:
        if contrast == "change" or compared:
            yield from (Curve(contrast, role, arm) for role, arm in whom)


def _cohorts(curve: Curve, question: Question, data: Data) -> list[Cohort]:
    """People of the curve by cohort; an empty group where the only cohort has nobody."""
    study, (contrast, role, arm) = question.study, curve
    of_role = [group for group in data.groups if group.place.role == role]
    people = [
        arms if contrast == "difference" else Compared(arms.group, ())
        for arms in comparisons(of_role, study)
        if arms.group.place.arm == arm and arms.group.place.cohort in question.cohorts
    ]
    if not people and len(question.cohorts) == 1:
        place = Place(question.cohorts[0], role, arm, question.scale, question.wave)
        people = [
            Compared(
                Group(place, np.array([]), np.array([]), np.array([], object), PANEL.empty(), np.array([], int)), ()
            )
        ]
    return [Cohort(arms, fingerprint(arms)) for arms in people]


def _rows(
    curve: Curve, question: Question, cohorts: Sequence[Cohort], known: dict[tuple[object, ...], Row]
) -> Iterator[tuple[Row, str, str]]:
    """Row, treatment of missing people and model, from estimates of cohorts that are cached in `known`."""
    study, place = question.study, Place(ALL_COHORTS, curve.role, curve.arm, question.scale, question.wave)
    someone_left = any(cohort.arms.n_left for cohort in cohorts)
    for model in models_of(curve.contrast, study, someone_left=someone_left):
        rows = []
        for arms, print_ in cohorts:
            key = (*model.key, arms.group.place, print_)
            if key not in known:
                known[key] = estimated(model, arms, study)
            rows.append((arms, known[key]))
        if len(question.cohorts) == 1:
            yield rows[0][1], str(model.missing), str(model.name)
        elif model.averaged:
            yield average_row(model, place, rows, study), str(model.missing), str(model.name)


def _named(row: Row, choices: dict[str, str], declared: bool) -> Specified:
    """Row with an identifier that says which specification it is."""
    name = f"{row.columns['id']}:" + ";".join(f"{choice}={value}" for choice, value in choices.items())
    return Specified(Row(row.columns | {"id": name}, row.details), {"id": name, **choices, "declared": declared})
