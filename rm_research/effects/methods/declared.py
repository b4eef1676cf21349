"""All methods that there are, in the order of rows and of explanations."""

from collections.abc import Callable

from rm_research.effects.estimators.change import both, changed_reliably, everyone, flipped, improved, likelihood
from rm_research.effects.estimators.difference import (
    ancova,
    bootstrapped,
    change_score,
    constrained,
    randomised,
    standardised,
)
from rm_research.effects.estimators.imputation import impute_change, impute_difference
from rm_research.effects.groups import Group
from rm_research.effects.methods.method import Estimator, Method
from rm_research.effects.methods.registry import Registry
from rm_research.effects.methods.vocabulary import (
    Average,
    Contrast,
    Heads,
    Measure,
    Missing,
    Name,
    Need,
    Questionnaires,
)
from rm_research.stats.paired import hodges_lehmann, welch
from rm_research.stats.result import Result
from rm_research.stats.standardised import d_rm, standardised_change
from rm_research.study import Study


def _of_scores(estimator: Callable[..., Result]) -> Estimator:
    """Estimator of a group from a function of scores before and after."""

    def estimate(group: Group, study: Study) -> Result:
        return estimator(group.pre, group.post, level=study.reporting.level)

    return estimate


Q = Questionnaires
BOTH = frozenset({Q.BOTH_BEFORE, Q.BOTH_AFTER})
EVERYONE_BEFORE = BOTH | {Q.ALL_BEFORE}
COMPARED = BOTH | {Q.EACH_ARM}
LINKED = frozenset({Need.LINKED})
WITH_COMPARISON = frozenset({Need.LINKED, Need.COMPARISON})
BY_LOT = WITH_COMPARISON | {Need.LOT}

OF_CHANGE = (
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.JACKKNIFE, "linked waves: everyone with a score before",
        EVERYONE_BEFORE, LINKED, Heads.EVERYONE, additive=True, estimator=everyone, missing=Missing.LIKELIHOOD,
        golden=("jackknife_change",),
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.PAIRED_T, "those with both scores; next to it where it does not head",
        BOTH, LINKED, Heads.BOTH, additive=True, estimator=both, missing=Missing.COMPLETERS, same_if_all_stay=True,
        golden=("paired_sleep", "paired_univbct60"),
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.LIKELIHOOD, "next to it: the same with equal variances, or a mixed model",
        EVERYONE_BEFORE, LINKED, additive=True, estimator=likelihood, missing=Missing.LIKELIHOOD,
        same_if_all_stay=True,
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.SIGN_FLIPS, "with few degrees of freedom: those with both scores",
        BOTH, LINKED | {Need.FEW_DF}, additive=True, estimator=flipped,
    ),
    Method(
        Contrast.CHANGE, Measure.MEDIAN, Name.HODGES_LEHMANN, "next to it: median of those whose score changed",
        frozenset({Q.CHANGED}), LINKED, estimator=_of_scores(hodges_lehmann), missing=Missing.COMPLETERS,
        averaged=False, golden=("paired_sleep", "paired_univbct60"),
    ),
    Method(
        Contrast.CHANGE, Measure.G_AV, Name.BONETT, "next to it, in average standard deviations",
        BOTH, LINKED, additive=True, estimator=_of_scores(standardised_change),
        golden=("paired_sleep", "paired_univbct60"),
    ),
    Method(
        Contrast.CHANGE, Measure.D_RM, Name.PAIRED_T, "next to it, in standard deviations of the change",
        BOTH, LINKED, additive=True, estimator=_of_scores(d_rm), explained=("d_rm",),
        golden=("paired_sleep", "paired_univbct60"),
    ),
    Method(
        Contrast.CHANGE, Measure.SHARE_IMPROVED, Name.WILSON, "share of people who gained",
        BOTH, LINKED, estimator=improved,
    ),
    Method(
        Contrast.CHANGE, Measure.RELIABLE_CHANGE, Name.WILSON, "share of people who gained more than chance explains",
        BOTH | {Q.RETEST}, LINKED | {Need.RETEST}, estimator=changed_reliably, explained=("reliable_change",),
        golden=("rci_sai_shed",),
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.IMPUTED,
        "next to it: everyone with a score before, later scores of those who left imputed",
        EVERYONE_BEFORE, LINKED | {Need.LEAVERS}, additive=True, estimator=impute_change, missing=Missing.IMPUTATION,
        same_if_all_stay=True, golden=("mi_nhanes",),
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.WELCH, "unlinked waves: everyone who answered each",
        frozenset({Q.ALL_BEFORE, Q.ALL_AFTER}), frozenset({Need.UNLINKED}), Heads.ALWAYS, additive=True,
        estimator=_of_scores(welch), missing=Missing.RESPONDENTS,
        golden=("paired_sleep", "paired_univbct60"),
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.THEN_TEST, "next to it, where people also judged the start in hindsight",
        frozenset({Q.THEN}), LINKED | {Need.HINDSIGHT},
    ),
    Method(
        Contrast.CHANGE, Measure.MEAN, Name.MIXED_MODEL, "next to it, with several later waves: one model of all",
        EVERYONE_BEFORE | {Q.ALL_AFTER}, LINKED, additive=True,
    ),
)  # fmt: skip
OF_DIFFERENCE = (
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.ANCOVA, "score after, at equal score before",
        COMPARED, WITH_COMPARISON, Heads.LOT_OR_MATCHED, estimator=ancova, missing=Missing.COMPLETERS,
        explained_by_unit=True, golden=("ancova_btheb", "ancova_cr2_bdf24"),
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.CHANGE_SCORE, "difference of the mean changes",
        COMPARED, WITH_COMPARISON, Heads.SELF_SELECTED, additive=True, estimator=change_score,
        missing=Missing.COMPLETERS,
        golden=("ancova_btheb", "ancova_cr2_bdf24"),
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.WILD_BOOTSTRAP, "with fewer than four degrees of freedom",
        COMPARED, WITH_COMPARISON | {Need.FEW_DF}, estimator=bootstrapped,
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.RANDOMISATION, "with fewer than four degrees of freedom, by lot",
        COMPARED, BY_LOT | {Need.FEW_DF}, estimator=randomised,
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.CONSTRAINED_LIKELIHOOD,
        "next to it, by lot: everyone with a score before, with one mean before",
        EVERYONE_BEFORE | {Q.EACH_ARM}, BY_LOT | {Need.INDEPENDENT}, additive=True, estimator=constrained,
        missing=Missing.LIKELIHOOD,
    ),
    Method(
        Contrast.DIFFERENCE, Measure.D_PPC2, Name.CHANGE_SCORE, "next to it, in standard deviations before",
        COMPARED, WITH_COMPARISON | {Need.INDEPENDENT}, additive=True, estimator=standardised, explained=("d_ppc2",),
        golden=("morris2008_table",),
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.IMPUTED,
        "next to it: everyone with a score before, later scores of those who left imputed",
        EVERYONE_BEFORE | {Q.EACH_ARM}, WITH_COMPARISON | {Need.LEAVERS}, additive=True, estimator=impute_difference,
        missing=Missing.IMPUTATION, same_if_all_stay=True, golden=("mi_nhanes",),
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.MIXED_MODEL, "next to it, with several later waves: one model of all",
        EVERYONE_BEFORE | {Q.ALL_AFTER, Q.EACH_ARM}, WITH_COMPARISON, additive=True,
    ),
    Method(
        Contrast.DIFFERENCE, Measure.MEAN, Name.INSTRUMENT,
        "effect of meeting as planned, or at all, where a lot decided who was offered it",
        COMPARED | {Q.MET, Q.ATTENDED}, BY_LOT | {Need.MEETINGS}, additive=True, golden=("cace_sim90",),
    ),
)  # fmt: skip
OF_GROUPS = (
    Method(
        Contrast.ROLE_DIFFERENCE, Measure.MEAN, Name.JACKKNIFE, "whether two roles changed differently",
        EVERYONE_BEFORE | {Q.EACH_ROLE}, LINKED, Heads.EVERYONE, additive=True, explained=("role_difference",),
    ),
    Method(
        Contrast.ROLE_DIFFERENCE, Measure.MEAN, Name.PAIRED_T, "the same of those with both scores",
        BOTH | {Q.EACH_ROLE}, LINKED, Heads.BOTH, additive=True, explained=("role_difference",),
    ),
    Method(
        Contrast.ROLE_DIFFERENCE, Measure.MEAN, Name.LIKELIHOOD, "next to it: a mixed model",
        EVERYONE_BEFORE | {Q.EACH_ROLE}, LINKED, additive=True, explained=("role_difference",),
    ),
    Method(
        Contrast.INTERACTION, Measure.MEAN, Name.JACKKNIFE, "whether declared groups changed differently",
        EVERYONE_BEFORE | {Q.EACH_LEVEL}, LINKED | {Need.NO_COMPARISON}, Heads.EVERYONE, additive=True,
        explained=("interaction",),
    ),
    Method(
        Contrast.INTERACTION, Measure.MEAN, Name.PAIRED_T, "the same of those with both scores",
        BOTH | {Q.EACH_LEVEL}, LINKED | {Need.NO_COMPARISON}, Heads.BOTH, additive=True, explained=("interaction",),
    ),
    Method(
        Contrast.INTERACTION, Measure.MEAN, Name.LIKELIHOOD, "next to it: a mixed model",
        EVERYONE_BEFORE | {Q.EACH_LEVEL}, LINKED | {Need.NO_COMPARISON}, additive=True, explained=("interaction",),
    ),
    Method(
        Contrast.INTERACTION, Measure.MEAN, Name.ANCOVA, "whether effects differ between declared groups",
        COMPARED | {Q.EACH_LEVEL}, WITH_COMPARISON, Heads.ALWAYS, explained_by_unit=True, explained=("interaction",),
    ),
    Method(
        Contrast.ACTOR, Measure.SLOPE, Name.APIM, "what goes with one's own score before, within a dyad",
        frozenset({Q.PARTNERS}), LINKED, golden=("apim_sim45",),
    ),
    Method(
        Contrast.PARTNER, Measure.SLOPE, Name.APIM, "what goes with the partner's score before",
        frozenset({Q.PARTNERS}), LINKED, golden=("apim_sim45",),
    ),
    Method(
        Contrast.ACTOR, Measure.SLOPE, Name.EXPERIENCE, "what goes with what people themselves say of the process",
        frozenset({Q.EXPERIENCE}), LINKED,
    ),
    Method(
        Contrast.PARTNER, Measure.SLOPE, Name.EXPERIENCE, "what goes with what their partner says of the process",
        frozenset({Q.EXPERIENCE}), LINKED,
    ),
    Method(
        Contrast.DOSE, Measure.SLOPE, Name.OLS, "what goes with one more meeting",
        BOTH | {Q.MET}, LINKED | {Need.MEETINGS},
        golden=("cace_sim90",),
    ),
)  # fmt: skip
OF_PROGRAMME = (
    Method(
        Contrast.POOLED_CHANGE, Measure.MEAN, Name.PEOPLE, "average over people: everyone with a score before",
        EVERYONE_BEFORE | {Q.EACH_COHORT}, LINKED, Heads.ALWAYS, additive=True, average=Average.PEOPLE,
        explained=("over_people",),
    ),
    Method(
        Contrast.POOLED_CHANGE, Measure.MEAN, Name.PEOPLE_BOTH,
        "average over people: those with both scores, where few of the others left",
        BOTH | {Q.EACH_COHORT}, LINKED, Heads.ALWAYS, additive=True, average=Average.PEOPLE, explained=("over_people",),
    ),
    Method(
        Contrast.POOLED_CHANGE, Measure.MEAN, Name.WELCH, "average over people, unlinked waves",
        frozenset({Q.ALL_BEFORE, Q.ALL_AFTER}), frozenset({Need.UNLINKED}), Heads.ALWAYS, additive=True,
        average=Average.PEOPLE, explained=("over_people",),
    ),
    Method(
        Contrast.POOLED_DIFFERENCE, Measure.MEAN, Name.ANCOVA,
        "average over people: score after, at equal score before",
        COMPARED | {Q.EACH_COHORT}, LINKED, Heads.LOT_OR_MATCHED, average=Average.PEOPLE, explained_by_unit=True,
        explained=("over_people",),
    ),
    Method(
        Contrast.POOLED_DIFFERENCE, Measure.MEAN, Name.CHANGE_SCORE,
        "average over people: difference of the mean changes",
        COMPARED | {Q.EACH_COHORT}, LINKED, Heads.SELF_SELECTED, average=Average.PEOPLE, explained=("over_people",),
    ),
    Method(
        Contrast.POOLED_CHANGE, Measure.MEAN, Name.REML_HK, "average over cohorts, and how much they differ",
        EVERYONE_BEFORE | {Q.EACH_COHORT}, heads=Heads.ALWAYS, average=Average.COHORTS,
        golden=("meta_bcg", "meta_normand1999"),
    ),
    Method(
        Contrast.POOLED_DIFFERENCE, Measure.MEAN, Name.REML_HK, "average over cohorts, and how much they differ",
        COMPARED | {Q.EACH_COHORT}, LINKED, heads=Heads.ALWAYS, average=Average.COHORTS,
        golden=("meta_bcg", "meta_normand1999"),
    ),
    Method(
        Contrast.POOLED_DIFFERENCE, Measure.MEAN, Name.REML_HK_OTHER,
        "next to it, where no lot was drawn: the same over the cohorts' differences in the other way",
        COMPARED | {Q.EACH_COHORT}, LINKED, golden=("meta_bcg", "meta_normand1999"),
    ),
    Method(
        Contrast.POOLED_CHANGE, Measure.SLOPE, Name.REML_HK, "how changes go with a declared moderator",
        EVERYONE_BEFORE | {Q.EACH_COHORT},
    ),
    Method(
        Contrast.POOLED_DIFFERENCE, Measure.SLOPE, Name.REML_HK, "how effects go with a declared moderator",
        COMPARED | {Q.EACH_COHORT}, LINKED,
    ),
    Method(
        Contrast.POOLED_CHANGE, Measure.TREND, Name.REML_HK,
        "how changes differ for each year that a cohort starts later", EVERYONE_BEFORE | {Q.EACH_COHORT},
    ),
    Method(
        Contrast.POOLED_DIFFERENCE, Measure.TREND, Name.REML_HK,
        "how effects differ for each year that a cohort starts later",
        COMPARED | {Q.EACH_COHORT}, LINKED,
    ),
)  # fmt: skip
METHODS = Registry((*OF_CHANGE, *OF_DIFFERENCE, *OF_GROUPS, *OF_PROGRAMME))
