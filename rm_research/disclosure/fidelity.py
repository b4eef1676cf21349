"""What pairs did and what both sides say of it, as it may be shown: counts in full, answers of enough pairs."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.alike import nearly_equal
from rm_research.disclosure.coarse import bounded_share
from rm_research.disclosure.described import told
from rm_research.disclosure.editions import Pile
from rm_research.disclosure.families import of_pairs
from rm_research.disclosure.known import PARTNERS, RATED
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Counts
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.dyads import one_to_one
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.process import both_sides, pairs_of
from rm_research.process.meetings import HELD
from rm_research.process.pairs import MEASURES, as_planned, planned
from rm_research.process.sides import AGREEMENT, DIFFERENCE, SIDES, agreement
from rm_research.study.settings import AGREED

Rows = list[dict[str, Any]]
NAN = float("nan")
GOALS, ATTAINMENT = "goals", "attainment"
WHERE = ["n_cohorts", "of_cohorts"]  # whose pairs are told of, and who have any
FIDELITY = ["cohort", "about", "planned", "n_pairs", "n_as_planned", "share", "bound", "mean", "alike", *WHERE]
SIDED = ["cohort", "scale", "wave", "n_pairs", *(f"{measure}{end}" for measure in (DIFFERENCE, AGREEMENT)
                                                for end in ("", "_low", "_high")), *WHERE]  # fmt: skip
TEXTS, COUNTS = ("cohort", "about", "scale", "wave"), ("n_pairs", "n_as_planned", *WHERE)
Takes = Callable[[pd.DataFrame], bool]


def shown_fidelity(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Pairs that did as planned, of each cohort and of all.

    Returns
    -------
    DataFrame
        One row per cohort ('all cohorts' for the programme) and about: meetings, first_meeting, regularity, minutes and
        goals (set any) as counts in full; purpose, structure, confidentiality and attainment, which say something of
        single pairs, where enough pairs have them: of pairs whose members have no other. planned, n_pairs (of whom it
        is known), n_as_planned, share. bound: −1 where share or mean is that or less, 1 where it is that or more; the
        count is missing then. mean: attainment, on the scale of [goals]. alike: 1 where nearly all attained the same,
        and there is no mean. n_cohorts, of_cohorts: in how many cohorts these pairs are, and in how many there are any;
        missing for counts in full. Where pairs may not be told of, all but cohort and about is missing.
    list of Named
        Groups of pairs that it names.
    """
    pairs, names = pairs_of(prepared), list[Named]()
    pairs = pairs.assign(person=pairs["leader"])
    # who has several pairs knows what they agreed on, and would find the one that is left
    alone = pd.MultiIndex.from_frame(one_to_one(prepared.dyads)[["cohort", "dyad"]])
    known = pairs[(behind.places(pairs) >= 0) & pd.MultiIndex.from_frame(pairs[["cohort", "dyad"]]).isin(alone)]

    def takes(some: pd.DataFrame, about: str) -> bool:
        people = list(some[["cohort", "person"]].itertuples(index=False, name=None))
        if about == ATTAINMENT and behind.since.of_few(RATED, people):
            return False
        named: Named = [(Pile(of_pairs(about), prepared.study.baseline), behind.places(some))]
        names.extend([named] if (taken := circulated.takes(named)) else [])
        return taken

    rows = [row for about in (*HELD, GOALS) for row in _counted(pairs, about, prepared)]
    for about in (*AGREED, ATTAINMENT):
        of = known[known[about].notna()]
        told = _told(of, about, prepared, lambda some, about=about: takes(some, about))  # type: ignore[misc]
        rows += [*told, *_hidden(of, about, told, prepared)]
    return _ordered(rows, FIDELITY, "about", MEASURES, prepared), names


def own_fidelity(prepared: Prepared) -> pd.DataFrame:
    """The same of pairs however few: for the researcher's own eyes."""
    pairs = pairs_of(prepared)
    rows = [row for about in (*HELD, GOALS, *AGREED) for row in _counted(pairs, about, prepared)]
    for place, some in _places(pairs, prepared):
        if len(rated := some[ATTAINMENT].dropna()):
            rows.append({"cohort": place, "about": ATTAINMENT, "n_pairs": len(rated), "mean": rated.mean()})
    return _ordered(rows, FIDELITY, "about", MEASURES, prepared)


def _places(pairs: pd.DataFrame, prepared: Prepared) -> Iterator[tuple[str, pd.DataFrame]]:
    """Pairs of each cohort, and of all where there are several."""
    for cohort in prepared.sound_cohorts:
        yield cohort, pairs[pairs["cohort"] == cohort]
    if len(prepared.cohorts) > 1:
        yield ALL_COHORTS, pairs


def _counted(pairs: pd.DataFrame, about: str, prepared: Prepared) -> Iterator[dict[str, Any]]:
    """How many pairs did as planned."""
    plan = planned(prepared.study.programme)
    if about not in plan and about != GOALS:
        return
    for place, some in _places(pairs, prepared):
        did = _did(some, about, prepared).dropna()
        if len(did):
            yield {"cohort": place, "about": about, "planned": plan.get(about), "n_pairs": len(did),
                   "n_as_planned": int(did.sum()), "share": did.mean()}  # fmt: skip


def _did(pairs: pd.DataFrame, about: str, prepared: Prepared) -> pd.Series:
    """Whether each pair did as planned; set any goal."""
    if about == GOALS:
        return (pairs[GOALS] > 0).astype("float64").mask(pairs[GOALS].isna())
    return as_planned(pairs, about, prepared.study.programme)


def _told(pairs: pd.DataFrame, about: str, prepared: Prepared, takes: Takes) -> Rows:
    """What pairs say of themselves, of the cohorts that may be shown and of these together."""
    goals, plan = prepared.study.goals, planned(prepared.study.programme).get(about)
    limits = (goals.low, goals.high) if goals else None

    def cells(some: pd.DataFrame) -> dict[str, Any]:
        if about == ATTAINMENT:
            mean, side, _, third = told(some[about].to_numpy(float), limits, None)
            return {"mean": mean, "bound": side or NAN, "alike": NAN if pd.isna(third) else 1.0}
        did = _did(some, about, prepared)
        share = bounded_share(float(did.mean()), len(did))
        count = {} if share.side else {"n_as_planned": int(did.sum())}
        return count | {"planned": plan, "share": share.value, "bound": share.side or NAN}

    def apart(some: pd.DataFrame) -> bool:
        made = cells(some)
        return any(pd.notna(made.get(name, NAN)) for name in ("bound", "alike"))

    shown = _shown(pairs, prepared, takes, apart, all_apart=about != ATTAINMENT)
    return [{"cohort": place, "about": about} | _of(some, pairs) | cells(some) for place, some in shown]


def _of(some: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, int]:
    """Of how many pairs a row tells, in how many of the cohorts that have any."""
    return {"n_pairs": len(some), "n_cohorts": some["cohort"].nunique(), "of_cohorts": pairs["cohort"].nunique()}


def _hidden(pairs: pd.DataFrame, about: str, told: Rows, prepared: Prepared) -> Iterator[dict[str, Any]]:
    """Places with pairs of which it is known and may not be told."""
    shown = {row["cohort"] for row in told}
    for place, some in _places(pairs, prepared):
        if len(some) and place not in shown:
            yield {"cohort": place, "about": about}


def _shown(
    pairs: pd.DataFrame,
    prepared: Prepared,
    takes: Takes,
    apart: Callable[[pd.DataFrame], bool],
    *,
    all_apart: bool = False,
) -> Iterator[tuple[str, pd.DataFrame]]:
    """
    Cohorts with enough pairs that may be shown next to everything else, and all of these together.

    One of several cohorts is not told of as all. Where no cohort may, all pairs together are tried. Cohorts of whom a
    bound or words are told stand apart: they are in no average, as the others with it would give their number away;
    unless all of them do, and all together, too.
    """
    threshold, parts = Threshold.of(prepared.study), dict(iter(pairs.groupby("cohort", sort=False)))
    sizes = pd.Series({cohort: len(some) for cohort, some in parts.items()}, dtype="float64")
    few = rules.hidden(rules.DESCRIBED, Counts(sizes, threshold), sizes.index)
    by_size = sizes.sort_values(ascending=False, kind="stable").index
    shown = [cohort for cohort in by_size if not few[cohort] and takes(parts[cohort])]
    yield from ((str(cohort), parts[cohort]) for cohort in shown)
    if len(prepared.cohorts) < 2:
        return
    plain = [parts[cohort] for cohort in shown if not apart(parts[cohort])]
    if len(plain) > 1 or (plain and len(parts) == 1):
        yield ALL_COHORTS, pd.concat(plain)
    elif not plain and all_apart and shown and apart(whole := pd.concat([parts[cohort] for cohort in shown])):
        yield ALL_COHORTS, whole
    elif not shown and threshold.enough(len(pairs)) and takes(pairs):
        yield ALL_COHORTS, pairs


def shown_sides(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    How far both sides of pairs agree on scales of the process.

    Returns
    -------
    DataFrame
        One row per cohort that may be shown ('all cohorts' for these together), scale and wave: n_pairs (with both
        answers), difference (leader − mentor, mean) and icc (ICC(A,1)) with intervals. No row where nearly all of one
        side, or nearly all differences, are equal: beside the means of both sides, words would tell each what the
        partner said; none where few of these people had other partners in an edition.
    list of Named
        Groups of questionnaires that it names: those of both roles.
    """
    sides, names, rows = both_sides(prepared), list[Named](), Rows()
    sides = sides.dropna(subset=[f"score_{side}" for side in SIDES])

    def takes(pairs: pd.DataFrame) -> bool:
        named: Named = []
        people = [who for side in SIDES for who in pairs[["cohort", side]].itertuples(index=False, name=None)]
        if behind.since.of_few(PARTNERS, people):
            return False
        for side in SIDES:
            theirs = pairs.assign(person=pairs[side])
            named.append((behind.pile(theirs["scale"].iloc[0], theirs["wave"].iloc[0]), behind.places(theirs)))
        names.extend([named] if (taken := circulated.takes(named)) else [])
        return taken

    for (scale, wave), pairs in sides.groupby(["scale", "wave"], sort=False):
        for place, some in _shown(pairs, prepared, takes, _all_alike):
            if not _all_alike(some):
                cells = {"cohort": place, "scale": scale, "wave": wave}
                rows.append(cells | _of(some, pairs) | _agreed(some, prepared))
    order = [scale.name for scale in prepared.study.process_scales]
    return _ordered(rows, SIDED, "scale", order, prepared), names


def _all_alike(pairs: pd.DataFrame) -> bool:
    leaders, mentors = (pairs[f"score_{side}"].to_numpy(float) for side in SIDES)
    return any(nearly_equal(values) for values in (leaders, mentors, leaders - mentors))


def _agreed(pairs: pd.DataFrame, prepared: Prepared) -> dict[str, float]:
    found = agreement(pairs, level=prepared.study.reporting.level)
    return {
        f"{measure}{end}": value
        for measure, result in found.items() if result is not None
        for end, value in (("", result.estimate), ("_low", result.ci_low), ("_high", result.ci_high))
    }  # fmt: skip


def _ordered(rows: Rows, columns: list[str], name: str, order: Iterable[str], prepared: Prepared) -> pd.DataFrame:
    """A table with its rows in the order of cohorts, all of them first, and of what they are about."""
    table = pd.DataFrame(rows, columns=columns)
    places, of = [ALL_COHORTS, *prepared.cohorts], list(order)
    key = {"cohort": places, name: of}
    table = table.sort_values(list(key), key=lambda values: values.map(key[str(values.name)].index), kind="stable")
    texts: dict[str, str] = dict.fromkeys([one for one in TEXTS if one in columns], "str")
    counts: dict[str, str] = dict.fromkeys([one for one in COUNTS if one in columns], "Int64")
    numbers = dict.fromkeys([one for one in columns if one not in texts | counts], "float64")
    return table.astype(texts | counts | numbers).reset_index(drop=True)
