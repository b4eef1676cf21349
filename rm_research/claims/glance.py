"""A finding in one cell of a table: a sign, a word, the estimate and its interval."""

from typing import NamedTuple

from rm_research.claims.opposed import opposed
from rm_research.claims.sentences import Claims
from rm_research.claims.ways import MOVED, way_of
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import FORGIVEN, UNCERTAIN, has_few_df
from rm_research.stats.result import Reason

SIGNS = {"gain": "▲", "loss": "▼", "small": "●", "unclear": "?", "hidden": "–", "differs": "≠"}


class Glance(NamedTuple):
    """
    A finding at a glance.

    Attributes
    ----------
    kind : {'gain', 'loss', 'small', 'unclear', 'hidden', 'differs'}
        `gain` is for the better, whichever way the scale runs.
    word : str
        The verdict in a few words, or why nothing is shown.
    estimate, interval : str
        Empty where there is none.
    row : Estimate or None
        The row behind it.
    """

    kind: str
    word: str
    estimate: str
    interval: str
    row: Estimate | None

    @property
    def sign(self) -> str:
        """Sign of its kind."""
        return SIGNS[self.kind]


def glance(row: Estimate, claims: Claims) -> Glance:
    """Finding of a main row at a glance."""
    say = claims.words.say
    if not row.is_known:
        in_words = claims.said_in_words(row)
        return Glance("hidden", claims.reason(row) if in_words else say(f"glance.{_why(row)}"), "", "", row)
    kind = _kind(row, claims)
    word = _word(row, kind, claims)
    word = word if opposed(claims, row) is None else say("opposed.word", word=word)
    return Glance(kind, word, claims.estimate(row), claims.range(row), row)


def compared_groups(row: Estimate, claims: Claims) -> Glance:
    """Whether two groups differ in their change, or in their difference from the comparison, at a glance."""
    alpha = 1 - claims.study.reporting.level + FORGIVEN
    apart = row.has_interval and not row.ci_low <= 0 <= row.ci_high and not has_few_df(row.df)
    clear = apart and row.p_adjusted <= alpha
    word = claims.words.say("groups.differs" if clear else "verdict_short.unclear")
    return Glance("differs" if clear else "unclear", word, claims.estimate(row), claims.range(row), row)


def _why(row: Estimate) -> str:
    return "hidden" if row.reason == HIDDEN else "later" if row.reason == Reason.NOT_ASKED_AT_BASELINE else "none"


def _kind(row: Estimate, claims: Claims) -> str:
    way = way_of(row, claims)
    if way in MOVED:
        return "gain" if (way == "up") == (claims.study.scale(row.scale).better != "lower") else "loss"
    return "small" if way == "little" else "unclear"


def _word(row: Estimate, kind: str, claims: Claims) -> str:
    """Verdict in a few words; of a difference, better or worse, since both groups may have fallen."""
    say, judged = claims.words.say, claims.judged(row)
    if not row.has_interval:
        return say("glance.no_interval")
    if judged.verdict == UNCERTAIN:
        return say("glance.uncertain", n=judged.n_tests)
    if judged.verdict in ("higher", "lower"):
        table = "between_short" if claims.is_called_better(row) else "verdict_short"
        return say(f"{table}.{kind}_unclear_size")
    return claims.verdict_name(row) or say("verdict_short.unclear")
