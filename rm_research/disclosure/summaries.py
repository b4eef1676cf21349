"""What may be published about measurement and specifications: summaries that rest on enough people."""

from collections import defaultdict
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.checks.answering import MOST_UNUSABLE, unusable_answers
from rm_research.disclosure import rules
from rm_research.disclosure.editions import Pile
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Counts, Curves
from rm_research.disclosure.threshold import Threshold
from rm_research.effects import assess_invariance, assess_reliability, estimate_specifications
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.measured import how_well, limits_of_measurement
from rm_research.effects.methods import Contrast
from rm_research.effects.specifications.curve import CURVE
from rm_research.panel import Prepared
from rm_research.people import WHO


def of_named(prepared: Prepared, behind: Behind, circulated: Circulated) -> Prepared:
    """
    A study without the answers that no shown number names.

    What is told of everybody else's is then told of whole cells, and what hidden people answered changes no word.
    """
    study, responses = prepared.study, prepared.responses.copy()
    places = behind.places(responses)
    for scale in study.scales:
        items = [item.name for item in study.items_of(scale.name)]
        for wave in study.waves:
            is_named = circulated.names(behind.pile(scale.name, wave.name), places)
            responses.loc[responses["wave"].eq(wave.name) & ~is_named, items] = float("nan")
    return replace(prepared, responses=responses)


def counted_questionnaires(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Questionnaires of which other numbers name every scale that was asked, of the cohorts by which they may be counted.

    What is told of whole questionnaires depends on all answers in them.

    Returns
    -------
    DataFrame
        These rows of Responses.
    list of Named
        Groups of questionnaires that it names, which are added to those of other numbers.
    """
    responses, study, places = prepared.responses, prepared.study, behind.places(prepared.responses)
    roles = responses[WHO].merge(prepared.people[[*WHO, "role"]], on=WHO, how="left")["role"].to_numpy(object)
    asks: dict[Pile, NDArray[np.bool_]] = defaultdict(lambda: np.zeros(len(responses), dtype=bool))
    for scale, wave in product(study.scales, study.waves):
        if study.measured(scale.name, wave.name):
            asked = np.isin(roles, scale.roles) if scale.roles else np.ones(len(responses), dtype=bool)
            asks[behind.pile(scale.name, wave.name)] |= asked & responses["wave"].eq(wave.name).to_numpy(bool)
    whole, parts = places >= 0, list[Named]()
    for pile, at in asks.items():
        whole &= ~at | circulated.names(pile, places)
    may = np.zeros(len(responses), dtype=bool)
    for cohort in prepared.sound_cohorts:
        own = whole & responses["cohort"].eq(cohort).to_numpy(bool)
        named = [(pile, places[own & at]) for pile, at in asks.items() if (own & at).any()]
        if circulated.takes(named):
            parts.append(named)
            may |= own
    return responses[may], parts


def shown_measurement(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """
    How well scales measured in the whole study, and what that limits: in words, from enough people.

    Returns
    -------
    dict of str to DataFrame
        `reliability`: from `how_well`; `measurement`: from `limits_of_measurement`; each with the column `cohort`.
    """
    study, threshold = prepared.study, Threshold.of(prepared.study)
    panel, responses, people, scores = (
        frame[frame["cohort"].isin(prepared.sound_cohorts)]
        for frame in (prepared.panel, prepared.responses, prepared.people, prepared.scores)
    )
    sound = replace(prepared, panel=panel, responses=responses, people=people, scores=scores)
    reliability, invariance = (
        table[~rules.hidden(rules.MEASUREMENT, Counts(table["n"], threshold), table.index)]
        for table in (assess_reliability(sound), assess_invariance(sound))
    )
    limits = limits_of_measurement(reliability, invariance, study=study)
    return {"reliability": how_well(reliability).assign(cohort=ALL_COHORTS),
            "measurement": limits.assign(cohort=ALL_COHORTS)}  # fmt: skip


def shown_unusable(prepared: Prepared, counted: pd.DataFrame) -> pd.DataFrame:
    """Share of answers that could not be used, in whole per cent, by cohort and wave: where it is worth saying."""
    prepared = replace(prepared, responses=counted)
    parts = [
        unusable_answers(prepared, cohort).assign(cohort=cohort or ALL_COHORTS)
        for cohort in (None, *prepared.sound_cohorts)
    ]
    table = pd.concat(parts, ignore_index=True)
    few = rules.hidden(rules.MEASUREMENT, Counts(table["n"], Threshold.of(prepared.study)), table.index)
    shown = table[~few & table["share"].gt(MOST_UNUSABLE)]
    return shown.assign(share=shown["share"].round(2))[["cohort", "wave", "share"]].reset_index(drop=True)


def shown_specifications(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Summaries of the specification curves of each cohort, and the groups that they name; none unless requested.

    Exports are read anew for them, so they name everybody of the Panel, whoever waits for more or has not every wave.
    """
    nothing, named = pd.DataFrame({"cohort": []}), list[Named]()
    if not prepared.study.reporting.specifications:
        return nothing, named
    summaries = []
    for cohort in prepared.sound_cohorts:
        found = _specifications(prepared, cohort)
        groups = [_of_curve(curve, prepared, behind) for _, curve in found.iterrows()]
        taken = [all((places >= 0).all() for _, places in one) and circulated.takes(one) for one in groups]
        summaries.append(found[pd.Series(taken, index=found.index, dtype=bool)])
        named += [one for one, shows in zip(groups, taken, strict=True) if shows]
    return pd.concat(summaries, ignore_index=True) if summaries else nothing, named


def _of_curve(curve: pd.Series, prepared: Prepared, behind: Behind) -> Named:
    """Questionnaires of everyone before, and of those with both, in each arm that a curve is about."""
    panel, study = prepared.panel, prepared.study
    same = panel[["role", "scale", "wave"]].eq(curve[["role", "scale", "wave"]]).all(axis=1)
    here, sound = panel["cohort"].eq(curve["cohort"]), panel["cohort"].isin(prepared.sound_cohorts)
    compared = panel["arm"].eq(study.comparison or "") & (curve["contrast"] == Contrast.DIFFERENCE)
    compared &= sound if study.design.comparison_scope == "shared" else here
    before, after = (behind.pile(curve["scale"], wave) for wave in (study.baseline, curve["wave"]))
    masks = list[tuple[Pile, pd.Series]]()
    for arm in (here & panel["arm"].eq(curve["arm"]), compared):
        has_pre, has_post = (same & arm & panel[score].notna() for score in ("pre", "post"))
        ends = has_post if study.link.method == "none" else has_pre & has_post
        masks += [(before, has_pre), (before, has_pre & has_post), (after, ends)]
    return [(pile, behind.places(panel[people])) for pile, people in masks if people.any()]


def _specifications(prepared: Prepared, cohort: str) -> pd.DataFrame:
    """Summaries of curves where each specification has enough people and no two differ by few people."""
    specifications = estimate_specifications(prepared, cohort=cohort)
    summary = specifications.summary()
    curves = Curves(summary, specifications.to_frame(), Threshold.of(prepared.study))
    shown = summary[~rules.hidden(rules.SPECIFICATIONS, curves, summary.index)]
    # shares of specifications leave, no estimate does
    return shown[[*CURVE, "specifications", "estimated", "same_sign", "excludes_zero"]].reset_index(drop=True)
