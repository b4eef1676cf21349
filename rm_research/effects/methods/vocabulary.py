"""The closed vocabulary of methods: what is compared, what is estimated, how, for whom, and what is required."""

from enum import StrEnum


class Contrast(StrEnum):
    """What is compared with what."""

    CHANGE = "change"
    DIFFERENCE = "difference"
    ROLE_DIFFERENCE = "role_difference"
    INTERACTION = "interaction"
    DOSE = "dose"
    ACTOR = "actor"
    PARTNER = "partner"
    POOLED_CHANGE = "pooled_change"
    POOLED_DIFFERENCE = "pooled_difference"


POOLED: dict[str, Contrast] = {
    Contrast.CHANGE: Contrast.POOLED_CHANGE, Contrast.DIFFERENCE: Contrast.POOLED_DIFFERENCE,
}  # fmt: skip


class Measure(StrEnum):
    """What is estimated of a contrast."""

    MEAN = "mean"
    MEDIAN = "median"
    G_AV = "g_av"
    D_RM = "d_rm"
    D_PPC2 = "d_ppc2"
    SHARE_IMPROVED = "share_improved"
    RELIABLE_CHANGE = "reliable_change"
    SLOPE = "slope"
    TREND = "trend"


SHARES = (Measure.SHARE_IMPROVED, Measure.RELIABLE_CHANGE)  # of people, 0 to 1


class Name(StrEnum):
    """How an estimate is made."""

    JACKKNIFE = "jackknife"
    LIKELIHOOD = "likelihood"
    PAIRED_T = "paired_t"
    SIGN_FLIPS = "sign_flips"
    HODGES_LEHMANN = "hodges_lehmann"
    BONETT = "bonett"
    WILSON = "wilson"
    IMPUTED = "imputed"
    WELCH = "welch"
    THEN_TEST = "then_test"
    MIXED_MODEL = "mixed_model"
    ANCOVA = "ancova"
    CHANGE_SCORE = "change_score"
    WILD_BOOTSTRAP = "wild_bootstrap"
    RANDOMISATION = "randomisation"
    CONSTRAINED_LIKELIHOOD = "constrained_likelihood"
    INSTRUMENT = "instrument"
    OLS = "ols"
    APIM = "apim"
    EXPERIENCE = "experience"
    REML_HK = "reml_hk"
    REML_HK_OTHER = "reml_hk_other"
    PEOPLE = "people"
    PEOPLE_BOTH = "people_both"


class Questionnaires(StrEnum):
    """
    A group of questionnaires that a method treats differently from others, so that its number tells something of them.

    "All" are those of everyone who has a score then, "both" those of people with a score before and after. Blocks and
    clusters of a model are not groups.
    """

    ALL_BEFORE = "all before"
    ALL_AFTER = "all after"
    BOTH_BEFORE = "both before"
    BOTH_AFTER = "both after"
    CHANGED = "those whose score changed"
    THEN = "those who also judged the start in hindsight"
    MET = "those of whom it is known whether they met"
    ATTENDED = "those who met at least once"
    PARTNERS = "both partners of a dyad"
    EXPERIENCE = "what both partners of a dyad say of the process"
    RETEST = "the comparison of all cohorts, where it gives the retest correlation"
    EACH_ARM = "each arm"
    EACH_ROLE = "each role"
    EACH_LEVEL = "each declared group"
    EACH_COHORT = "each cohort"


class Need(StrEnum):
    """What a method requires of the design and its waves, or of the people."""

    LINKED = "linked waves"
    UNLINKED = "unlinked waves"
    COMPARISON = "a comparison"
    NO_COMPARISON = "no comparison"
    LOT = "arms drawn by lot"
    HINDSIGHT = "a retrospective wave"
    MEETINGS = "a log of meetings"
    RETEST = "a retest correlation"
    LEAVERS = "somebody who left"
    INDEPENDENT = "no cluster that holds several people"
    FEW_DF = "fewer than four degrees of freedom"


class Heads(StrEnum):
    """When the row of a method answers the question of its place; other rows are shown next to it."""

    ALWAYS = "always"
    EVERYONE = "where nobody left, or enough people to show"
    BOTH = "where few people left"
    LOT_OR_MATCHED = "drawn by lot, matched, or picked by score"
    SELF_SELECTED = "self-selected"


class Average(StrEnum):
    """What an average over cohorts is about, as a study declares it."""

    PEOPLE = "people"
    COHORTS = "cohorts"


class Missing(StrEnum):
    """How people without one of the scores are treated, as the specification curve names it."""

    COMPLETERS = "completers"
    LIKELIHOOD = "likelihood"
    IMPUTATION = "imputation"
    RESPONDENTS = "respondents"
