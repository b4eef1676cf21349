"""Who came back: the one place that counts people with and without a score, and people who left."""

from collections.abc import Iterable, Sequence
from itertools import repeat

import pandas as pd

from rm_research.panel import Prepared
from rm_research.study import Study

UNKNOWN = "unknown"  # role or arm that no source gives
WHO, GROUP = ["cohort", "person"], ["role", "arm", "scale", "wave"]
COUNTS = ["invited", "returned", "before", "after", "both", "unscored", "left"]


def follow_up(prepared: Prepared, cohort: str | None = None) -> pd.DataFrame:
    """
    People by what they returned and whether it gave a score, for each scale and later wave.

    Everything that pages say of people who left, or have no score, comes from here.

    Parameters
    ----------
    prepared : Prepared
    cohort : str, optional
        One cohort; by default all cohorts without errors.

    Returns
    -------
    DataFrame
        One row per role, arm ('unknown' if no source gives one), scale meant for the role, and later wave that asks it.
        Counts of people: invited (on the roster; missing
        without one), returned (the first questionnaire), before and after (with a usable score then), both (with both
        scores), unscored (with a score before, who returned the later questionnaire without enough answers for one) and
        left (with a score before, who did not return it). `before` is both + unscored + left. What nobody can know is
        missing: both, unscored and left where waves are not linked, left where `keeps_no_leavers`, and before where the
        baseline does not ask the scale. A person counts once in each cohort.
    """
    return _ordered(_unknown(summed(_flagged(prepared, cohort), GROUP), prepared), prepared.study)


def follow_ups(prepared: Prepared) -> dict[str | None, pd.DataFrame]:
    """`follow_up` of all cohorts without errors together (None), then of each: people are counted once."""
    by_cohort = summed(_flagged(prepared, None), ["cohort", *GROUP])
    together = summed(by_cohort.drop(columns="cohort"), GROUP)
    each = _ordered(_unknown(by_cohort, prepared), prepared.study)
    return {None: _ordered(_unknown(together, prepared), prepared.study)} | parted(each, prepared.sound_cohorts)


def parted(table: pd.DataFrame, cohorts: Iterable[str]) -> dict[str | None, pd.DataFrame]:
    """Rows of each cohort, without its name."""
    rest = table.drop(columns="cohort")
    return {cohort: rest[table["cohort"] == cohort].reset_index(drop=True) for cohort in cohorts}


def _flagged(prepared: Prepared, cohort: str | None) -> pd.DataFrame:
    """What each person returned and has a score of, by scale and later wave."""
    study, people = prepared.study, _people(prepared, cohort)
    panel = prepared.panel[prepared.panel["cohort"].isin(people["cohort"].unique())]
    rows = panel[[*WHO, "scale", "wave", "pre", "post"]].merge(people, on=WHO)
    before, after, again = rows["pre"].notna(), rows["post"].notna(), has_returned(rows, rows["wave"], prepared)
    flags = {
        "returned": has_returned(rows, study.baseline, prepared), "before": before, "after": after,
        "both": before & after, "unscored": before & ~after & again, "left": before & ~again,
    }  # fmt: skip
    return rows[["cohort", *GROUP, "invited"]].assign(**flags)


def has_returned(people: pd.DataFrame, wave: pd.Series | str, prepared: Prepared) -> pd.Series:
    """Whether each of these people returned the questionnaire of a wave, or of the wave given for each."""
    came = set(zip(*(prepared.responses[name].tolist() for name in (*WHO, "wave")), strict=True))
    waves = repeat(wave) if isinstance(wave, str) else wave.tolist()
    who = zip(people["cohort"].tolist(), people["person"].tolist(), waves, strict=False)
    return pd.Series([key in came for key in who], index=people.index, dtype=bool)


def keeps_no_leavers(prepared: Prepared, wave: str) -> bool:
    """
    Whether one table holds both surveys and nobody in it answered before only.

    Such a file may hold only people with both, so that nobody can know who left.
    """
    study = prepared.study
    files = [{source.title for source in study.wave(name).sources} for name in (study.baseline, wave)]
    if study.link.method == "none" or files[0] != files[1]:
        return False
    before, again = (has_returned(prepared.people, name, prepared) for name in (study.baseline, wave))
    return bool((before & again).any() and not (before & ~again).any())


def _people(prepared: Prepared, cohort: str | None) -> pd.DataFrame:
    """Everyone of one cohort, or of all without errors: role, arm, and whether they were invited."""
    people = prepared.people[prepared.people["cohort"].isin(prepared.sound_cohorts if cohort is None else (cohort,))]
    named = {fact: people[fact].fillna(UNKNOWN) for fact in ("role", "arm")}
    return people[WHO].assign(**named, invited=invited(people))


def invited(people: pd.DataFrame) -> pd.Series:
    """Whether people are on the roster; missing without a roster, and in cohorts of which it lists nobody."""
    on_it = people["invited"].astype("Int64")
    return on_it.mask(on_it.groupby(people["cohort"]).transform("sum").eq(0).fillna(True))


def summed(counted: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sums of all other columns of counts by group; a sum with a part that is unknown is unknown."""
    counts = [name for name in counted.columns if name not in ("cohort", *by)]
    return counted[counts].astype("Int64").groupby([counted[name] for name in by]).sum(skipna=False).reset_index()


def _unknown(table: pd.DataFrame, prepared: Prepared) -> pd.DataFrame:
    """Counts without those that nobody can know."""
    study = prepared.study
    unasked = ~table["scale"].map(lambda scale: study.changes(scale)).astype(bool)
    unlinked = pd.Series(study.link.method == "none", index=table.index)
    hidden = table["wave"].isin([wave for wave in study.later_waves if keeps_no_leavers(prepared, wave)])
    known = {"before": ~unasked, "both": ~(unasked | unlinked), "unscored": ~(unasked | unlinked),
             "left": ~(unasked | unlinked | hidden)}  # fmt: skip
    return table.assign(**{name: table[name].where(is_known) for name, is_known in known.items()})


def _ordered(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Rows by scale, wave and role, the comparison last."""
    scales, waves = [scale.name for scale in study.scales], list(study.later_waves)
    keys = {"scale": table["scale"].map(scales.index), "wave": table["wave"].map(waves.index), "role": table["role"],
            "last": table["arm"].isin([study.comparison]), "arm": table["arm"]}  # fmt: skip
    order = pd.DataFrame(keys, index=table.index).sort_values(list(keys), kind="stable").index
    columns = [name for name in ("cohort", *GROUP, *COUNTS) if name in table]
    return table.loc[order, columns].reset_index(drop=True)
