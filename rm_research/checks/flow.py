"""From the rows of the exports to the people who answered: the numbers at each step."""

from collections.abc import Mapping

import pandas as pd

from rm_research.checks.followup import (
    UNKNOWN,
    follow_up,
    has_returned,
    invited,
    keeps_no_leavers,
    parted,
    summed,
)
from rm_research.panel import Prepared
from rm_research.responses.exports import SUMMARIES
from rm_research.responses.intake import TAKEN_ALREADY
from rm_research.study import Study

TOGETHER = "several rules"  # that left out rows of a file which several sources share
APART = ("where", TAKEN_ALREADY, SUMMARIES)  # rules that keep sources of one file apart
BY = ["role", "arm"]
HOW = ("exact", "near", "alone", "blank", "unlinked")


def flow_column(count: str, wave: str) -> str:
    """Name the column of a table of the flow that holds a count of one later wave: 'both post'."""
    return f"{count} {wave}"


def response_flow(
    prepared: Prepared, cohort: str | None = None, *, followed: pd.DataFrame | None = None
) -> pd.DataFrame:  # fmt: skip
    """
    People invited, and those who answered each wave, by role and arm.

    Parameters
    ----------
    prepared : Prepared
    cohort : str, optional
        One cohort; by default all cohorts without errors.
    followed : DataFrame, optional
        `follow_up` of the same people, where it is known already.

    Returns
    -------
    DataFrame
        One row per role and arm ('unknown' if no source gives one): role, arm, invited (missing without a roster),
        before, then for each later wave 'answered <wave>', 'both <wave>' (those who also answered the baseline;
        missing if waves are not linked), 'scored <wave>' (those of them with both scores of the first outcome that
        their role was asked, as `follow_up` counts them) and 'left <wave>' (those who answered the baseline only;
        missing where nobody can know, see `keeps_no_leavers`). Counts of people, the comparison last; a person counts
        once in each cohort.
    """
    followed = follow_up(prepared, cohort) if followed is None else followed
    return _finished(summed(_flagged(prepared, cohort), BY), followed, prepared.study)


def response_flows(
    prepared: Prepared, followed: Mapping[str | None, pd.DataFrame]
) -> dict[str | None, pd.DataFrame]:  # fmt: skip
    """`response_flow` of all cohorts without errors together (None), then of each, by their `follow_ups`."""
    by_cohort = summed(_flagged(prepared, None), ["cohort", *BY])
    tables = {None: summed(by_cohort, BY)} | parted(by_cohort, prepared.sound_cohorts)
    return {cohort: _finished(table, followed[cohort], prepared.study) for cohort, table in tables.items()}


def _flagged(prepared: Prepared, cohort: str | None) -> pd.DataFrame:
    """Which waves each person answered."""
    study = prepared.study
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    people = prepared.people[prepared.people["cohort"].isin(cohorts)]
    people = people.assign(role=people["role"].fillna(UNKNOWN), arm=people["arm"].fillna(UNKNOWN))
    before = has_returned(people, study.baseline, prepared)
    linked, unknown = study.link.method != "none", pd.Series(False, index=people.index)
    flow = people[["cohort", *BY]].assign(invited=invited(people), before=before)
    for wave in study.later_waves:
        again = has_returned(people, wave, prepared)
        both, left = (mask.astype("Int64") for mask in (before & again, before & ~again))
        both = both if linked else both.where(unknown)
        left = left if linked and not keeps_no_leavers(prepared, wave) else left.where(unknown)
        flow = flow.assign(**{flow_column("answered", wave): again, flow_column("both", wave): both,
                              flow_column("left", wave): left})  # fmt: skip
    return flow


def _finished(table: pd.DataFrame, followed: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Counts with the scores of each group, the comparison last."""
    table = _with_scores(table, followed, study)
    compared = table["arm"] == study.comparison
    return pd.concat([table[~compared], table[compared]], ignore_index=True)


def _with_scores(table: pd.DataFrame, followed: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Add how many people of each group have both scores of their first outcome, before the column of who left."""
    asked = followed[followed["before"].notna()].drop_duplicates(["wave", *BY])  # rows are in the order of scales
    scored = dict(zip(asked[["wave", *BY]].itertuples(index=False, name=None), asked["both"], strict=True))
    for wave in study.later_waves:
        column = [scored.get((wave, *key), pd.NA) for key in table[BY].itertuples(index=False, name=None)]
        place = list(table.columns).index(flow_column("left", wave))
        table.insert(place, flow_column("scored", wave), pd.Series(column, index=table.index, dtype="Int64"))
    return table


def row_flow(prepared: Prepared) -> pd.DataFrame:
    """
    Rows from the exports to the questionnaires that count.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per wave: wave, read (each row once, however many sources share its file), then one column for each rule
        that left rows out (rows; 0 if it left out none; 'several rules' together where sources that share a file do
        not tell them apart), and counted. Read minus left out is counted.
    """
    ledger, waves = prepared.ledger, [wave.name for wave in prepared.study.waves]
    of_waves = ledger[ledger["wave"].isin(waves)]
    readings = of_waves[of_waves["rule"] == "read"]
    again = readings.duplicated(["wave", "file"])
    read, read_again = (part.groupby("wave")["rows_after"].sum() for part in (readings[~again], readings[again]))
    out = _left_out(of_waves, read_again)
    rules = list(out.columns)
    counted = prepared.responses.groupby("wave").size()
    table = pd.DataFrame({"read": read}).join(out).assign(counted=counted)
    table = table.reindex([wave for wave in waves if wave in read]).astype("Int64").fillna(0)
    # rows that linking left out of several waves at once belong to no single wave's rule
    table.insert(len(table.columns) - 1, "linking", table["read"] - table[rules].sum(axis=1) - table["counted"])
    linked_all = (table["linking"] == 0).all()
    return (table.drop(columns="linking") if linked_all else table).rename_axis(index="wave").reset_index()


def _left_out(ledger: pd.DataFrame, read_again: pd.Series) -> pd.DataFrame:
    """
    Rows that each rule left out, by wave.

    A row of a file that several sources read is left out only if none of them takes it: what was read again is taken
    off the rules that tell such sources apart. The ledger does not say which other rule a row met in which source, so
    where rows remain these rules are counted together.
    """
    left = ledger.assign(rows=ledger["rows_before"] - ledger["rows_after"])
    left = left[(left["rule"] != "read") & (left["rows"] > 0)]
    out = left.pivot_table(index="wave", columns="rule", values="rows", aggfunc="sum", fill_value=0)
    out = out[list(dict.fromkeys(left["rule"]))]
    surplus = read_again.reindex(out.index, fill_value=0)
    for rule in [rule for rule in APART if rule in out]:
        taken = out[rule].clip(upper=surplus)
        out[rule], surplus = out[rule] - taken, surplus - taken
    others = [str(rule) for rule in out if rule not in APART]
    if surplus.any():
        together = out[others].sum(axis=1) - surplus
        out = out.drop(columns=others).assign(**{others[0] if len(others) == 1 else TOGETHER: together})
    return out[[rule for rule in out if out[rule].any()]]


def link_quality(prepared: Prepared) -> pd.DataFrame:
    """
    How questionnaires were linked.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per wave: wave, questionnaires by how they were linked (a column for each way that occurs) and, if codes
        were compared, linked (share of questionnaires), lowest_certainty (probability of a link) and expected_wrong,
        the number of links that are wrong if the probabilities are right.
    """
    links, waves = prepared.links, [wave.name for wave in prepared.study.waves]
    counts = pd.crosstab(links["wave"], links["how"])
    table = counts.reindex([wave for wave in waves if wave in counts.index])
    table = table[[how for how in HOW if how in table]]
    if prepared.study.link.method == "code":
        of_wave = links.groupby("wave")["probability"]
        table = table.assign(
            linked=of_wave.count() / of_wave.size(),
            lowest_certainty=of_wave.min(),
            # a link counts once, in its later wave
            expected_wrong=(of_wave.count() - of_wave.sum()).drop(prepared.study.baseline, errors="ignore"),
        )
    return table.rename_axis(index="wave", columns=None).reset_index()
