"""Which change is the main row of a role and wave: of everyone measured before, or of those who answered both times."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from rm_research.disclosure.threshold import Threshold
from rm_research.effects.estimates import Estimates, joined
from rm_research.effects.methods import METHODS, Contrast, Heads
from rm_research.study import Study

BY_PEOPLE = (Heads.EVERYONE, Heads.BOTH)
KEY = ["contrast", "measure", "method"]


def headed(parts: Sequence[Estimates], *, study: Study) -> list[Estimates]:
    """
    Decide which changes are main rows, by all parts together; the column `heads` of each part says it.

    Decided once for a role and wave, by the smallest case. If in some group that may be shown (of one cohort, arm and
    outcome) at least one person but too few to show have a score before and none after, all main rows are about those
    who answered both times: next to a change of everyone, the answers of these few could be worked out. Otherwise they
    are about everyone with a score before. Two roles are compared like the one of them that has such a group.

    Parameters
    ----------
    parts : sequence of Estimates
    study : Study
        Its smallest group.
    """
    both = _few_left(joined(parts).table, Threshold.of(study))
    return [replace(part, table=_marked(part.table, both)) for part in parts]


def decided(estimates: Estimates) -> bool:
    """Whether it has been decided which changes are main rows."""
    return bool(estimates.table.loc[_head(estimates.table).isin(BY_PEOPLE), "heads"].notna().all())


def _few_left(table: pd.DataFrame, threshold: Threshold) -> set[tuple[str, str]]:
    """Roles and waves with a group that may be shown and that few people left."""
    changes = table[_head(table).isin(BY_PEOPLE) & table["contrast"].eq(Contrast.CHANGE)]
    n_pre, n_pairs = (changes[name].astype("float64") for name in ("n_pre", "n_pairs"))
    few = changes[threshold.few(n_pre - n_pairs) & threshold.enough(n_pairs)]
    return set(zip(few["role"], few["wave"], strict=True))


def _marked(table: pd.DataFrame, both: set[tuple[str, str]]) -> pd.DataFrame:
    head, waves = _head(table), {wave for _, wave in both}
    of_roles = table["contrast"].eq(Contrast.ROLE_DIFFERENCE)
    places = zip(table["role"], table["wave"], of_roles, strict=True)
    is_both = pd.Series(
        [wave in waves if roles else (role, wave) in both for role, wave, roles in places], table.index, dtype="boolean"
    )
    heads = head.eq(Heads.BOTH).astype("boolean").eq(is_both)
    return table.assign(heads=table["heads"].mask(head.isin(BY_PEOPLE), heads))


def _head(table: pd.DataFrame) -> pd.Series:
    """When the method of each row heads; '' where never."""
    found = (METHODS.get(*map(str, key)) for key in table[KEY].itertuples(index=False, name=None))
    return pd.Series([str(method.heads or "") if method else "" for method in found], index=table.index, dtype=object)
