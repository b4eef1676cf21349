"""estimate_specifications: one question, answered in every way that could have been chosen."""

from dataclasses import replace

import pandas as pd

from rm_research.effects.groups import groups
from rm_research.effects.specifications.curve import Specifications, collected
from rm_research.effects.specifications.rows import CONTRASTS, Data, Question, Specified, specified
from rm_research.effects.specifications.variants import variants
from rm_research.errors import StudyError
from rm_research.panel import Prepared, cache
from rm_research.panel.asked import Asked, Names
from rm_research.panel.chosen import only
from rm_research.responses import read_responses
from rm_research.study.selection import Selection


def estimate_specifications(
    prepared: Prepared, *,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    contrast: Names = None,
) -> Specifications:  # fmt: skip
    """
    Estimate an outcome in every way that the design allows, and mark the way that was declared.

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
    cohort : str or sequence of str, optional
        One cohort; or several, whose estimates are averaged like those of the programme; all that have no errors unless
        given.
    role, arm : str or sequence of str, optional
        Every role, and every arm of the programme, unless given.
    scale : str or sequence of str, optional
        The first outcome unless given.
    wave : str or sequence of str, optional
        Later waves; the first that asks the scale unless given.
    contrast : {'change', 'difference'}, or both, optional
        Both unless given, differences only where there is a comparison and waves are linked.

    Returns
    -------
    Specifications
        A curve for each role and programme arm. Its estimates have contrast 'change' or 'difference' in a cohort,
        'pooled_change' or 'pooled_difference' over several. The declared row is the headline of `estimate_change` or
        `estimate_difference`; over several cohorts the average that the study declares, made from the cohorts' rows.

    Raises
    ------
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.
    StudyError
        When a cohort has errors, or when files of the study changed since it was prepared.

    Examples
    --------
    >>> curve = rm.estimate_specifications(prepared, cohort="2024 autumn", role="leader", contrast="change")
    >>> curve.summary()[["specifications", "same_sign", "declared", "rank"]].round(2)
       specifications  same_sign  declared  rank
    0              55        1.0      1.06    28
    """
    asked = Asked.of(prepared, None, verb="estimate_specifications", cohort=cohort, role=role, wave=wave, arm=arm)
    study, names = prepared.study, asked.selection.names
    scales = Selection.of({"scale": [known.name for known in study.scales]}, {"scale": scale or study.outcomes[:1]})
    contrasts = Selection.of({"contrast": CONTRASTS}, {"contrast": contrast}).names.get("contrast", CONTRASTS)
    cohorts = names.get("cohort", prepared.sound_cohorts)
    if cache.digest(study) != prepared.digest:
        raise StudyError("Files of the study changed since it was prepared. Call prepare_study again.")
    intake, found = read_responses(study), list[Specified]()
    for name in scales.names["scale"]:
        Selection({**names, "scale": (name,)}, prepared.chosen).mask(asked.panel)
        waves = [known for known in study.later_waves if study.measured(name, known)]
        waves = [known for known in waves if known in names["wave"]] if "wave" in names else waves[:1]
        if not waves or not cohorts:
            continue
        data = [(variant.choices, only(variant.panel, prepared.chosen)) for variant in variants(intake, study, name)]
        for later in waves:
            question = Question(study, cohorts, name, later, names.get("role", ()), names.get("arm", ()), contrasts)
            found += specified(question, [_data(*variant, question, prepared) for variant in data])
    made = collected(found, study)
    return replace(made, estimates=replace(made.estimates, chosen=prepared.chosen))


def _data(choices: dict[str, str], panel: pd.DataFrame, question: Question, prepared: Prepared) -> Data:
    """Groups of one variant on one scale and wave; a shared comparison is used as a whole."""
    study, panel = question.study, panel[panel["wave"] == question.wave]
    wanted = panel["cohort"].isin(question.cohorts)
    if study.design.comparison_scope == "shared":
        wanted |= (panel["arm"] == study.comparison) & panel["cohort"].isin(prepared.sound_cohorts)
    return Data(choices, tuple(groups(panel[wanted], study)))
