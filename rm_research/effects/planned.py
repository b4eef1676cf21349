"""Which estimates were planned: of a declared outcome and, where a plan was locked, asked and compared as it says."""

from rm_research.effects.groups import AND, EVERYONE, Place, roles_of_split
from rm_research.effects.methods import Contrast
from rm_research.study import Study
from rm_research.study.locking import LockedPlan

COMPARED = (Contrast.DIFFERENCE, Contrast.POOLED_DIFFERENCE)  # with the comparison arm
OF_ATTRIBUTE = ": "  # in the name of a comparison, after that of an attribute
POOLED = (Contrast.POOLED_CHANGE, Contrast.POOLED_DIFFERENCE)


def is_planned(place: Place, contrast: str, study: Study, *, subgroup: str = EVERYONE) -> bool:
    """
    Whether an estimate was planned.

    Parameters
    ----------
    place : Place
        Its scale, role and wave.
    contrast : str
        A difference was planned if the plan compares with the same arm.
    study : Study
        Without a locked plan, whatever is about a declared outcome counts as planned.
    subgroup : str
        Which groups an interaction compares, on which moderator an average or on which scale of the process a change
        depends, or which retrospective wave a change is from: planned if the plan names it.
    """
    if place.scale not in study.confirmatory:
        return False
    plan = study.plan
    if plan is None:
        return True
    if study.baseline != plan.rules.get("design.baseline") or place.wave not in _of_scale(place.scale, "waves", plan):
        return False
    roles = _of_scale(place.scale, "roles", plan)
    of_roles = not roles or _roles(place, contrast, subgroup) <= set(roles)
    return of_roles and _compares(place, contrast, subgroup, plan, study)


def _roles(place: Place, contrast: str, subgroup: str) -> set[str]:
    """Roles that a row is about: one, both together, or both that it compares."""
    compares = contrast in (Contrast.ROLE_DIFFERENCE, Contrast.INTERACTION) and OF_ATTRIBUTE not in subgroup
    return set(roles_of_split(subgroup) if compares else place.role.split(AND))


def _of_scale(scale: str, name: str, plan: LockedPlan) -> list[str]:
    found: list[str] = plan.rules.get(f"scales.{scale}.{name}", [])
    return found


def _compares(place: Place, contrast: str, subgroup: str, plan: LockedPlan, study: Study) -> bool:
    """Whether a plan names what a contrast compares, or depends on."""
    if contrast in COMPARED and study.comparison != plan.rules.get("design.comparison"):
        return False
    attribute = subgroup.partition(OF_ATTRIBUTE)[0]
    if contrast == Contrast.INTERACTION:
        term = attribute if OF_ATTRIBUTE in subgroup else "role"
        return term in plan.rules.get("design.interactions", [])
    if subgroup == EVERYONE:
        return True
    if contrast in POOLED:
        return attribute in plan.rules.get("design.moderators", [])
    if contrast in (Contrast.ACTOR, Contrast.PARTNER):  # what meetings were like, as a scale of the process tells
        return place.wave in _of_scale(subgroup, "waves", plan)
    return contrast != Contrast.CHANGE or subgroup in _of_scale(
        place.scale, "waves", plan
    )  # from the start in hindsight
