"""How alike the arms were at the start, as pages may show it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.clusters import few_share_one, who_share_across
from rm_research.disclosure.gate import Disclosed
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Starts
from rm_research.disclosure.threshold import Threshold
from rm_research.effects import assess_balance
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Contrast, Measure
from rm_research.frames import BALANCE
from rm_research.panel import Prepared
from rm_research.study import Study

KEY = ["cohort", "role", "arm", "variable"]


def shown_balance(
    prepared: Prepared, shown: Disclosed, behind: Behind, circulated: Circulated,
    every_wave: Collection[tuple[str, str, str]] = (),
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Rows of `assess_balance` that rest on enough people of each arm.

    Scores before are those of the people whom the main changes next to them are of: everyone with a score before, or
    those with both; where that differs between waves, there are none.

    Parameters
    ----------
    prepared : Prepared
    shown : Disclosed
        Decides whose change may be shown.
    behind : Behind
        Whose questionnaires they are.
    circulated : Circulated
        What other numbers name; what these name is added.
    every_wave : collection of (role, scale, wave)
        Changes that are of people with every wave, who are not those compared here.

    Returns
    -------
    DataFrame
    list of Named
        Groups of questionnaires that they name. Attributes name none: they are no answers to a scale.
    """
    study = prepared.study
    if study.comparison is None or study.link.method == "none":
        return BALANCE.empty(), []
    panel = prepared.sound_panel
    of_all = assess_balance(panel, study=study)
    of_both = assess_balance(panel[panel["pre"].notna() & panel["post"].notna()], study=study)
    scales = of_all["is_scale"].astype(bool)
    changes = [row for row in shown.headline_rows if row.contrast == Contrast.CHANGE and row.measure == Measure.MEAN]
    changes = [row for row in changes if (row.role, row.scale, row.wave) not in every_wave]
    kinds = _kinds(changes, study.comparison, shared=study.design.comparison_scope == "shared")
    whom = [kinds.get(key, set()) for key in of_all[KEY].itertuples(index=False, name=None)]
    everyone = pd.Series([kind == {"everyone"} for kind in whom], index=of_all.index)
    both = pd.Series([kind == {"both"} for kind in whom], index=of_all.index)
    completers = of_both[of_both["is_scale"].astype(bool)].set_index(KEY)
    wanted = pd.MultiIndex.from_frame(of_all.loc[scales & both, KEY])
    rows = [of_all[scales & everyone], completers[completers.index.isin(wanted)].reset_index(), of_all[~scales]]
    table = BALANCE.conform(pd.concat(rows, ignore_index=True))
    threshold = Threshold.of(study)
    table = table[~rules.hidden(rules.BALANCE, Starts(table, threshold), table.index)].reset_index(drop=True)
    asked = dict(iter(panel[panel["pre"].notna()].groupby(["role", "scale", "wave"])))
    sides = [_sides(row, asked, whom=kinds, study=study) if row["is_scale"] else [] for _, row in table.iterrows()]
    named = [[(behind.pile(side["scale"].iloc[0], study.baseline), behind.places(side)) for side in of_row if len(side)]
             for of_row in sides]  # fmt: skip
    # spreads before know no clusters, and the intervals of means do
    codes = [[(side["cluster"], side["person"]) for side in of_row] for of_row in sides]
    told = [any(few_share_one(*side, threshold) for side in of_row) or threshold.few(who_share_across(of_row))
            for of_row in codes]  # fmt: skip
    shows = pd.Series(
        [not tells and circulated.takes(groups) for tells, groups in zip(told, named, strict=True)],
        index=table.index, dtype=bool,
    )  # fmt: skip
    return table[shows].reset_index(drop=True), [groups for groups, taken in zip(named, shows, strict=True) if taken]


def _sides(
    row: pd.Series, asked: Mapping[Any, pd.DataFrame], *, whom: dict[tuple[str, ...], set[str]],
    study: Study,
) -> list[pd.DataFrame]:  # fmt: skip
    """Rows of the Panel of both arms that a row compares, of those with a score before: `asked` by what they answer."""
    first = next(wave for wave in study.later_waves if study.measured(row["variable"], wave))
    people = asked[row["role"], row["variable"], first]
    if whom[tuple(row[KEY])] != {"everyone"}:
        people = people[people["post"].notna()]
    here, compared = people["cohort"].eq(row["cohort"]), people["arm"].isin([study.comparison])
    shared = study.design.comparison_scope == "shared"
    return [people[here & people["arm"].eq(row["arm"])], people[compared & (here | shared)]]


def _kinds(changes: Sequence[Estimate], comparison: str, *, shared: bool) -> dict[tuple[str, ...], set[str]]:
    """Whom the main changes are of, by cohort, role, arm of the programme and scale; nobody where one is not shown."""
    compared = [row for row in changes if row.arm == comparison]
    kinds: dict[tuple[str, ...], set[str]] = {}
    for row in changes:
        if row.arm == comparison:
            continue
        alike = [one for one in compared if (one.role, one.scale, one.wave) == (row.role, row.scale, row.wave)]
        own = [one for one in alike if shared or one.cohort == row.cohort]
        found = kinds.setdefault((row.cohort, row.role, row.arm, row.scale), set())
        found |= {_whom(one) for one in (row, *own)} if own else {"nobody"}
    return kinds


def _whom(row: Estimate) -> str:
    if not row.is_known or row.declared is None:
        return "nobody"
    return "everyone" if row.declared.of_everyone_before else "both"
