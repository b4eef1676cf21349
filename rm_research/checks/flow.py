"""From the rows of the exports to the people who answered: the numbers at each step."""

import pandas as pd

from rm_research.panel import Prepared
from rm_research.responses.intake import TAKEN_ALREADY

UNKNOWN = "unknown"
TOGETHER = "several rules"  # that left out rows of a file which several sources share
APART = ("where", TAKEN_ALREADY)  # rules that keep sources of one file apart
HOW = ("exact", "near", "alone", "blank", "unlinked")


def flow_column(count: str, wave: str) -> str:
    """Name the column of a table of the flow that holds a count of one later wave: 'both post'."""
    return f"{count} {wave}"


def response_flow(prepared: Prepared, cohort: str | None = None) -> pd.DataFrame:
    """
    People invited, and those who answered each wave, by role and arm.

    Parameters
    ----------
    prepared : Prepared
    cohort : str, optional
        One cohort; by default all cohorts without errors.

    Returns
    -------
    DataFrame
        One row per role and arm ('unknown' if no source gives one): role, arm, invited (missing without a roster),
        before, then for each later wave 'answered <wave>' and 'both <wave>' (those who also answered the baseline;
        missing if waves are not linked). Counts of people, the comparison last; a person counts once in each cohort.
    """
    study, who = prepared.study, ["cohort", "person"]
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    people = prepared.people[prepared.people["cohort"].isin(cohorts)]
    people = people.assign(role=people["role"].fillna(UNKNOWN), arm=people["arm"].fillna(UNKNOWN))
    responses = prepared.responses[prepared.responses["cohort"].isin(cohorts)]
    answered = responses[[*who, "wave"]].drop_duplicates().assign(here=True)
    waves = [study.baseline, *study.later_waves]
    wide = answered.pivot(index=who, columns="wave", values="here").reindex(columns=waves).notna()
    here = people[who].join(wide, on=who)[waves].eq(True)
    flow = people[["role", "arm"]].assign(invited=people["invited"].astype("Int64"), before=here[study.baseline])
    for wave in study.later_waves:
        both = (here[study.baseline] & here[wave]).astype("Int64")
        both = both.mask(both.notna() & (study.link.method == "none"))
        flow = flow.assign(**{flow_column("answered", wave): here[wave], flow_column("both", wave): both})
    counts = {name: "Int64" for name in flow.columns if name not in ("role", "arm")}
    table = flow.astype(counts).groupby(["role", "arm"])[list(counts)].sum(min_count=1).reset_index()
    compared = table["arm"] == study.comparison
    return pd.concat([table[~compared], table[compared]], ignore_index=True)


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
        were compared, linked (share of questionnaires), lowest (probability of a link) and expected_wrong, the number
        of links that are wrong if the probabilities are right.
    """
    links, waves = prepared.links, [wave.name for wave in prepared.study.waves]
    counts = pd.crosstab(links["wave"], links["how"])
    table = counts.reindex([wave for wave in waves if wave in counts.index])
    table = table[[how for how in HOW if how in table]]
    if prepared.study.link.method == "code":
        of_wave = links.groupby("wave")["probability"]
        table = table.assign(
            linked=of_wave.count() / of_wave.size(),
            lowest=of_wave.min(),
            # a link counts once, in its later wave
            expected_wrong=(of_wave.count() - of_wave.sum()).drop(prepared.study.baseline, errors="ignore"),
        )
    return table.rename_axis(index="wave", columns=None).reset_index()
