"""Which estimates were planned: of a declared outcome and, where a plan was locked, asked and compared as it says."""

from rm_research.effects.groups import AND, EVERYONE, OF_ATTRIBUTE, Place, roles_of_split
from rm_research.effects.methods import Contrast, Name
from rm_research.study import Study
from rm_research.study.locking import LockedPlan

COMPARED = (Contrast.DIFFERENCE, Contrast.POOLED_DIFFERENCE)  # with the comparison arm
POOLED = (Contrast.POOLED_CHANGE, Contrast.POOLED_DIFFERENCE)
ASSOCIATIONS = (Contrast.DOSE, Contrast.ACTOR, Contrast.PARTNER)  # looked at by the way, whatever a plan has
ENOUGH = ("planned_meetings", "as_planned")  # of [programme]: who met often enough to have attended


def is_planned(place: Place, contrast: str, study: Study, *, subgroup: str = EVERYONE, method: str = "") -> bool:
    """
    Whether an estimate was planned; associations never are.

    Parameters
    ----------
    place : Place
        Its scale, role and wave.
    contrast : str
        A difference was planned if the plan compares with the same arm.
    study : Study
        Without a locked plan, whatever else is about a declared outcome counts as planned.
    subgroup : str
        Which groups an interaction compares, on which moderator an average depends, or which retrospective wave a
        change is from: planned if the plan names it.
    method : str
        How it is made: the effect of attending was planned if the plan has a log and the same number of meetings.
    """
    if place.scale not in study.confirmatory or contrast in ASSOCIATIONS:
        return False
    plan = study.plan
    if plan is None:
        return True
    if study.baseline != plan.rules.get("design.baseline") or place.wave not in _of_scale(place.scale, "waves", plan):
        return False
    roles = _of_scale(place.scale, "roles", plan)
    of_roles = not roles or _roles(place, contrast, subgroup) <= set(roles)
    has_data = _has_start(place, contrast, subgroup, plan, study) and _has_log(method, plan, study)
    return of_roles and has_data and _compares(place, contrast, subgroup, plan, study)


def _roles(place: Place, contrast: str, subgroup: str) -> set[str]:
    """Roles that a row is about: one, both together, or both that it compares."""
    compares = contrast in (Contrast.ROLE_DIFFERENCE, Contrast.INTERACTION) and OF_ATTRIBUTE not in subgroup
    return set(roles_of_split(subgroup) if compares else place.role.split(AND))


def _of_scale(scale: str, name: str, plan: LockedPlan) -> list[str]:
    found: list[str] = plan.rules.get(f"scales.{scale}.{name}", [])
    return found


def _has_start(place: Place, contrast: str, subgroup: str, plan: LockedPlan, study: Study) -> bool:
    """Whether a plan asks a scale at the start, where an estimate needs it: not in hindsight, nor of later scales."""
    in_hindsight = contrast == Contrast.CHANGE and subgroup != EVERYONE
    only_later = not study.measured(place.scale, study.baseline)
    return in_hindsight or only_later or study.baseline in _of_scale(place.scale, "waves", plan)


def _has_log(method: str, plan: LockedPlan, study: Study) -> bool:
    """Whether a plan knows the meetings and how many are enough, where an estimate needs it."""
    if method != Name.INSTRUMENT:
        return True
    now = study.settings.programme
    return plan.rules.get("sessions", False) and all(
        plan.rules.get(f"programme.{name}") == getattr(now, name) for name in ENOUGH
    )


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
    return contrast != Contrast.CHANGE or subgroup in _of_scale(
        place.scale, "waves", plan
    )  # from the start in hindsight
