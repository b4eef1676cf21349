"""assess_fidelity: what pairs did, held against the plan, and what the two sides say of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from rm_research.effects.groups import ALL_COHORTS
from rm_research.errors import SelectionError
from rm_research.frames import FIDELITY
from rm_research.panel import Prepared
from rm_research.process.pairs import MEASURES, PAIR, as_planned, pairs_of, planned
from rm_research.process.sides import DIFFERENCE, SIDES, agreement, both_sides
from rm_research.study.given import with_known_options, wrong_data
from rm_research.study.selection import Names
from rm_research.study.wording import suggest

By = Literal["dyad", "cohort", "programme"]
Cells = dict[str, Any]


@with_known_options
def assess_fidelity(prepared: Prepared, *, by: By = "cohort", cohort: Names = None) -> pd.DataFrame:
    """
    Hold what pairs did against what [programme] planned, and give what the two sides say of it.

    For the researcher's own eyes: of single pairs it must not circulate, and of cohorts only what pages show.

    Parameters
    ----------
    prepared : Prepared
        Its meetings, goals, agreements and scales of the process; the comparison has none.
    by : {"dyad", "cohort", "programme"}
        Whether rows are of pairs, of cohorts, or of all cohorts together.
    cohort : str or sequence of str, optional
        Only pairs of these cohorts; of all that have no error unless given.

    Returns
    -------
    DataFrame
        Fidelity. Rows of what no file or plan tells are left out. Of a pair: values, and for each scale of the process
        both sides and their difference. Of a cohort or the programme: means over pairs, how many of these did as
        planned, the mean of each role, and over pairs of which both sides answered the mean difference (Student's t)
        and the agreement ICC(A,1) (McGraw & Wong 1996). Pairs with a member who has a second partner are in no
        difference or agreement.

    Raises
    ------
    SelectionError
        When there is no such cohort, or rows by anything else are asked for.
    StudyError
        When it is given anything but what prepare_study returned.

    Examples
    --------
    >>> met = rm.assess_fidelity(prepared, by="programme")
    >>> met.loc[met["about"].eq("meetings"), ["cohort", "measure", "estimate", "n"]].round(2)
            cohort measure  estimate   n
    0  all cohorts    mean       4.9  112
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("assess_fidelity", prepared)
    if by not in get_args(By):
        raise SelectionError(f"by={by!r} is not known; {suggest(str(by), get_args(By))}")
    if cohort is not None:
        prepared = prepared.where(cohort=cohort)
    pairs, sides = pairs_of(prepared), both_sides(prepared)
    if by == "dyad":
        rows = [*_values(pairs, prepared), *_sides_of_pairs(sides, prepared)]
    else:
        people = _process_rows(prepared)
        places = [(ALL_COHORTS, prepared.sound_cohorts)] if by == "programme" else _each(prepared.sound_cohorts)
        rows = [row for place, cohorts in places for row in _of_place(place, cohorts, pairs, sides, people, prepared)]
    return FIDELITY.conform(pd.DataFrame(rows, columns=list(FIDELITY.columns)))


def _each(cohorts: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    return [(cohort, (cohort,)) for cohort in cohorts]


def _values(pairs: pd.DataFrame, prepared: Prepared) -> Iterator[Cells]:
    """What each pair did, in the order of pairs."""
    programme = prepared.study.programme
    plan = planned(programme)
    did = {name: as_planned(pairs[name], name, programme) for name in MEASURES}
    known = [name for name in MEASURES if pairs[name].notna().any()]
    for place, pair in enumerate(pairs.to_dict("records")):
        for name in known:
            yield {
                **{key: pair[key] for key in PAIR}, "about": name, "measure": "value", "estimate": pair[name],
                "n": int(np.isfinite(pair[name])), "planned": plan.get(name),
                "n_as_planned": _whole(float(did[name].iloc[place])),
            }  # fmt: skip


def _sides_of_pairs(sides: pd.DataFrame, prepared: Prepared) -> Iterator[Cells]:
    """What leader and mentor of each pair answered, and the difference."""
    for row in sides.to_dict("records"):
        scores = {side: row[f"score_{side}"] for side in SIDES}
        place = {name: row[name] for name in (*PAIR, "wave")} | {"about": row["scale"]}
        for side, score in scores.items():
            yield place | {"role": side, "measure": "value", "estimate": score, "n": int(np.isfinite(score))}
        difference = scores[SIDES[0]] - scores[SIDES[1]]
        yield place | {"measure": DIFFERENCE, "estimate": difference, "n": int(np.isfinite(difference))}


def _of_place(
    place: str, cohorts: Iterable[str], pairs: pd.DataFrame, sides: pd.DataFrame, people: pd.DataFrame,
    prepared: Prepared,
) -> Iterator[Cells]:  # fmt: skip
    """Means over the pairs of some cohorts, and what the sides of these say."""
    here, programme = pairs[pairs["cohort"].isin(cohorts)], prepared.study.programme
    for name in MEASURES:
        known = here[name].dropna()
        if len(known):
            did = as_planned(known, name, programme)
            yield {"cohort": place, "about": name, "measure": "mean", "estimate": known.mean(), "n": len(known),
                   "planned": planned(programme).get(name),
                   "n_as_planned": None if did.isna().all() else int(did.sum())}  # fmt: skip
    told = people[people["cohort"].isin(cohorts)]
    for (scale, wave, role), answers in told.groupby(["scale", "wave", "role"], observed=True, sort=False):
        yield {"cohort": place, "about": scale, "wave": wave, "role": role, "measure": "mean",
               "estimate": answers["post"].mean(), "n": len(answers)}  # fmt: skip
    both = sides[sides["cohort"].isin(cohorts)].dropna(subset=[f"score_{side}" for side in SIDES])
    for (scale, wave), of_pairs in both.groupby(["scale", "wave"], sort=False):
        for measure, result in agreement(of_pairs, level=prepared.study.reporting.level).items():
            cells: Mapping[str, float] = {} if result is None else {
                "estimate": result.estimate, "ci_low": result.ci_low, "ci_high": result.ci_high,
            }  # fmt: skip
            yield {"cohort": place, "about": scale, "wave": wave, "measure": measure, "n": len(of_pairs), **cells}


def _process_rows(prepared: Prepared) -> pd.DataFrame:
    """Rows of the Panel with an answer of the programme's arms to a scale of the process."""
    names = [scale.name for scale in prepared.study.process_scales]
    panel = prepared.sound_panel
    mine = panel["scale"].isin(names) & panel["arm"].notna() & ~panel["arm"].isin([prepared.study.comparison])
    return panel[mine & panel["post"].notna() & panel["role"].notna()]


def _whole(flag: float) -> int | None:
    return None if np.isnan(flag) else int(flag)
