"""estimate_specifications: one question, answered in every way that could have been chosen."""

from collections.abc import Sequence

from rm_research.effects.groups import groups
from rm_research.effects.specifications.curve import Specifications, collected
from rm_research.effects.specifications.rows import CONTRASTS, Data, Question, specified
from rm_research.effects.specifications.variants import variants
from rm_research.errors import StudyError
from rm_research.panel import Prepared, cache
from rm_research.responses import read_responses
from rm_research.study import Study


def estimate_specifications(
    prepared: Prepared, *, scale: str | None = None, wave: str | None = None, role: str | None = None,
    cohort: str | Sequence[str] | None = None, contrast: str | None = None,
) -> Specifications:  # fmt: skip
    """
    Estimate one outcome in every way that the design allows, and mark the way that was declared.

    A specification curve (Simonsohn, Simmons & Nelson 2020), or multiverse (Steegen et al. 2016): the questionnaires
    are linked, scored and analysed anew for each combination of

    - linkage: within the cohort; within the study, people of several cohorts in all or the first of them. Over the
      study only where that is declared, or no code stands in two cohorts at once. Where codes are compared, also
      strictly (equal codes alone) and loosely (links from a certainty of 0.51);
    - duplicates: the declared rules, or each other rule in all waves that have one;
    - scoring: the declared share of items that must be answered, half, four fifths, all; or each item left out in turn,
      at the declared share, replaced by the others;
    - missing people and model, which go together: `effects/specifications/models.py` lists them.

    Combinations that give the same data are computed once. Each could have been declared, but together they are not a
    sample of anything: the share of them that excludes 0 is a description, not a p-value.

    Parameters
    ----------
    prepared : Prepared
        From `prepare_study`. The exports are read again, because linking starts from them.
    scale : str, optional
        The first outcome unless given.
    wave : str, optional
        A later wave; the first that asks the scale unless given.
    role : str, optional
        Every role unless given.
    cohort : str or sequence of str, optional
        One cohort; or several, whose estimates are averaged like those of the programme; all that have no errors unless
        given.
    contrast : {'change', 'difference'}, optional
        Both unless given, differences only where there is a comparison and waves are linked.

    Returns
    -------
    Specifications
        A curve for each role and programme arm. Its estimates have contrast 'change' or 'difference' in a cohort,
        'pooled_change' or 'pooled_difference' over several. The declared row is the headline of `estimate_change` or
        `estimate_difference`; over several cohorts the average that the study declares, made from the cohorts' rows.

    Raises
    ------
    StudyError
        When there is no such scale, later wave, role or cohort, when a cohort has errors, or when files of the study
        changed since it was prepared.
    """
    study = prepared.study
    scale, wave = _outcome(study, scale, wave)
    cohorts = _cohorts(prepared, cohort)
    _known("role", role, sorted(prepared.people["role"].dropna().unique()))
    _known("contrast", contrast, CONTRASTS)
    if wave is None or not cohorts:
        return collected([])
    if cache.digest(study) != prepared.digest:
        raise StudyError("Files of the study changed since it was prepared. Call prepare_study again.")
    question = Question(study, cohorts, scale, wave, role, (contrast,) if contrast else CONTRASTS)
    data = []
    for variant in variants(read_responses(study), study, scale):
        panel = variant.panel[variant.panel["wave"] == wave]
        wanted = panel["cohort"].isin(cohorts)
        if study.design.comparison_scope == "shared":
            wanted |= (panel["arm"] == study.comparison) & panel["cohort"].isin(prepared.sound_cohorts)
        data.append(Data(variant.choices, tuple(groups(panel[wanted], study))))
    return collected(specified(question, data))


def _outcome(study: Study, scale: str | None, wave: str | None) -> tuple[str, str | None]:
    """Scale and later wave that are asked for; no wave where none of the later ones asks the scale."""
    _known("scale", scale, [declared.name for declared in study.scales])
    _known("later wave", wave, study.later_waves)
    scale = scale or study.outcomes[0]
    asking = [name for name in study.later_waves if study.measured(scale, name) and wave in (None, name)]
    return scale, asking[0] if asking else None


def _cohorts(prepared: Prepared, cohort: str | Sequence[str] | None) -> tuple[str, ...]:
    """Cohorts that are asked for, each once."""
    if cohort is None:
        return prepared.sound_cohorts
    names = tuple(dict.fromkeys([cohort] if isinstance(cohort, str) else cohort))
    for name in names:
        _known("cohort", name, prepared.cohorts)
        if errors := prepared.errors_of(name):
            raise StudyError(*errors, heading=f"Cohort {name!r} cannot be estimated")
    return names


def _known(what: str, name: str | None, names: Sequence[str]) -> None:
    if name is not None and name not in names:
        raise StudyError(f"There is no {what} {name!r}; there is {', '.join(map(repr, names)) or 'none'}.")
