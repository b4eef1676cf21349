"""One row of Estimates as journals print it: estimate, interval, test, p-value and number of people in one line."""

import math

from rm_research.catalogue import Catalogue
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Name
from rm_research.effects.verdicts import FORGIVEN, Judged

RANKS = Name.HODGES_LEHMANN  # its statistic is V, the sum of ranks
SMALLEST_P = 0.001


def apa_line(
    row: Estimate, words: Catalogue, *, level: str, unlinked: bool, whose: str = "", found: Judged | None = None,
    counted: tuple[int, int | None] | None = None,
) -> str:  # fmt: skip
    """
    Return the line for a row with an estimate; parts that the row lacks are left out.

    Parameters
    ----------
    row : Estimate
    words : Catalogue
    level : str
        Level of the interval in per cent.
    unlinked : bool
        Whether people before and after are counted separately.
    whose : str
        Whom it is about: "before" for everyone with a score before, "both" for those with both scores; '' unsaid.
    found : Judged, optional
        What may be said of it among the others of its page: with how many it is adjusted, and which p-value is.
    counted : tuple of int and (int or None), optional
        How many people a change counts, and how many different ones they are where some are met in several cohorts.
    """
    parts = [
        words.say("apa.estimate", what=_what(row, words, unlinked=unlinked), value=_written(row.estimate, row, words))
    ]
    if row.has_interval:
        low, high = written_ends(row, words)
        parts.append(words.say("apa.interval", level=level, low=low, high=high))
    if not math.isnan(row.statistic):
        parts.append(_test(row, words))
    if not math.isnan(row.p_value):
        parts.append(words.say("apa.p", relation=_relation(row.p_value, words)))
    parts += _adjusted(row, words, found)
    if counted is None and row.is_change:
        counted = (row.n_pairs if whose == "both" else row.n_about) or 0, None
    parts += _counted(row, words, counted, unlinked=unlinked, everyone=whose == "before")
    parts += [words.say(f"apa.whose_{whose}")] if whose else []
    return ", ".join(parts)


def _adjusted(row: Estimate, words: Catalogue, found: Judged | None) -> list[str]:
    """
    The adjusted p-value with the number of tests; nothing where there was one.

    It is called that of the verdict where it is not made of the p-value beside it, but of one against the smallest
    change that matters, or of the larger of two ways.
    """
    if math.isnan(row.p_adjusted) or (found.n_tests < 2 if found else math.isclose(row.p_adjusted, row.p_value)):
        return []
    relation = _relation(row.p_adjusted, words)
    if found is None:  # rows picked from others do not know how many these were
        return [words.say("apa.p_verdict", relation=relation)]
    own = math.isclose(found.p_value, row.p_value, rel_tol=FORGIVEN)
    keys = ("apa.p_bh", "apa.p_holm") if own else ("apa.p_verdict_bh", "apa.p_verdict_holm")
    return [words.say(keys[row.planned], relation=relation, n=found.n_tests)]


def _what(row: Estimate, words: Catalogue, *, unlinked: bool) -> str:
    contrast = "unlinked" if unlinked and row.is_change else row.unpooled
    of = words.say(f"apa_contrast.{contrast}") if in_line(row, words) else ""
    return words.say(f"apa_measure.{row.measure}", of=of)


def in_line(row: Estimate, words: Catalogue) -> bool:
    """Whether the line itself says what contrast it gives."""
    return words.has(f"apa_contrast.{row.unpooled}")


def written_ends(row: Estimate, words: Catalogue) -> tuple[str, str]:
    """Both ends of the interval of a row, as every text, table and chart writes them."""
    if row.is_share:
        return words.share(row.ci_low), words.share(row.ci_high)
    return words.ends(row.ci_low, row.ci_high)


def _written(value: float, row: Estimate, words: Catalogue) -> str:
    return words.share(value) if row.is_share else words.number(value)


def _test(row: Estimate, words: Catalogue) -> str:
    """Test statistic: t with its degrees of freedom; without them, z or a sum of ranks."""
    value = words.number(row.statistic)
    if not math.isnan(row.df):
        return words.say("apa.t", df=words.plain(round(row.df, 1)), value=value)
    return words.say("apa.v" if row.method == RANKS else "apa.z", value=value)


def p_text(value: float, words: Catalogue) -> str:
    """A p-value as journals print it in tables: '.032', '< .001'; empty if there is none."""
    return "" if math.isnan(value) else _relation(value, words).removeprefix("= ")


def _relation(value: float, words: Catalogue) -> str:
    """The value that a p-value equals or is below, without the zero before the decimal point, as it cannot exceed 1."""
    text = words.number(max(value, SMALLEST_P), decimals=3)
    return words.say("apa.below" if value < SMALLEST_P else "apa.equal", value=text.removeprefix("0"))


def _counted(
    row: Estimate, words: Catalogue, counted: tuple[int, int | None] | None, *, unlinked: bool, everyone: bool
) -> list[str]:  # fmt: skip
    """Numbers of cohorts in an average, and of people; separate numbers for two groups or unlinked waves."""
    parts = []
    if row.is_pooled and row.n_clusters is not None:
        parts.append(words.say("apa.cohorts", k=row.n_clusters))
    n, second = row.n_pairs, None
    if unlinked:
        n, second = row.n_pre, row.n_post
    elif counted is not None and counted[1] is not None:
        return [*parts, words.say("apa.n_places", n=counted[1], m=counted[0])]
    elif counted is not None:
        n = counted[0]
    elif row.compares_groups:
        second = row.n_comparison
    if row.is_change and n is not None and second is None and n > (row.n_pairs or 0):
        parts.append(words.say("apa.n_followed", n=n, m=row.n_pairs))
    elif n is not None:
        two = "apa.n_both_scores" if everyone else "apa.n_both"
        parts.append(words.say("apa.n" if second is None else two, n=n, m=second))
    return parts
