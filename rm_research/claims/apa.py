"""One row of Estimates as journals print it: estimate, interval, test, p-value and number of people in one line."""

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.claims.judgement import OF_CHANGE
from rm_research.effects.methods import SHARES

RANKS = "hodges_lehmann"  # its statistic is V, the sum of ranks
SMALLEST_P = 0.001


def apa_line(row: pd.Series, words: Catalogue, *, level: str, unlinked: bool) -> str:
    """
    Return the line of a row with an estimate; parts that the row lacks are left out.

    Parameters
    ----------
    row : Series
        Of Estimates.
    words : Catalogue
    level : str
        Level of the interval in per cent.
    unlinked : bool
        Whether the people before and after are counted apart.
    """
    parts = [words.say("apa.estimate", what=_what(row, words), value=_written(row, "estimate", words))]
    if pd.notna(row["ci_low"]) and pd.notna(row["ci_high"]):
        low, high = (_written(row, name, words) for name in ("ci_low", "ci_high"))
        parts.append(words.say("apa.interval", level=level, low=low, high=high))
    if pd.notna(row["statistic"]):
        parts.append(_test(row, words))
    if pd.notna(row["p_value"]):
        parts.append(words.say("apa.p", relation=_relation(row["p_value"], words)))
    if pd.notna(row["p_adjusted"]):
        relation = _relation(row["p_adjusted"], words)
        parts.append(words.say("apa.p_holm" if row["planned"] else "apa.p_bh", relation=relation))
    parts += _counted(row, words, unlinked=unlinked)
    return ", ".join(parts)


def _what(row: pd.Series, words: Catalogue) -> str:
    contrast = row["contrast"].removeprefix("pooled_")
    of = words.say(f"apa_contrast.{contrast}") if words.has(f"apa_contrast.{contrast}") else ""
    return words.say(f"apa_measure.{row['measure']}", of=of)


def _written(row: pd.Series, name: str, words: Catalogue) -> str:
    return words.share(row[name]) if row["measure"] in SHARES else words.number(row[name])


def _test(row: pd.Series, words: Catalogue) -> str:
    """Test statistic: t with its degrees of freedom; without any, a normal one or a sum of ranks."""
    value = words.number(row["statistic"])
    if pd.notna(row["df"]):
        return words.say("apa.t", df=words.plain(round(row["df"], 1)), value=value)
    return words.say("apa.v" if row["method"] == RANKS else "apa.z", value=value)


def _relation(value: float, words: Catalogue) -> str:
    """What a p-value equals or is below, without the zero before its decimals, which it cannot exceed."""
    text = words.number(max(value, SMALLEST_P), decimals=3)
    return words.say("apa.below" if value < SMALLEST_P else "apa.equal", value=text.removeprefix("0"))


def _counted(row: pd.Series, words: Catalogue, *, unlinked: bool) -> list[str]:
    """Cohorts of an average, and people; those of two groups or unlinked waves apart."""
    parts = []
    if row["contrast"].startswith("pooled") and pd.notna(row["n_clusters"]):
        parts.append(words.say("apa.cohorts", k=row["n_clusters"]))
    n, second = row["n_pairs"], None
    if unlinked:
        n, second = row["n_pre"], row["n_post"]
    elif row["contrast"] == "pooled_change" or (row["method"] == "likelihood" and row["contrast"] == "change"):
        n = row["n_pre"]
    elif row["contrast"] in (*OF_CHANGE, "role_difference", "interaction"):
        second = row["n_comparison"]
    if pd.notna(n):
        both = second is not None and pd.notna(second)
        parts.append(words.say("apa.n_both" if both else "apa.n", n=n, m=second))
    return parts
