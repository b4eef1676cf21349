"""From the rows of the exports to the people who answered: how many there are at each step."""

import pandas as pd

from rm_research.panel import Prepared

UNKNOWN = "unknown"
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
        One cohort; all that have no error unless given.

    Returns
    -------
    DataFrame
        One row a role and arm ('unknown' where no source gives one): role, arm, invited (missing without a roster),
        before, then for each later wave 'answered <wave>' and 'both <wave>' (those who answered the baseline too;
        missing where waves are not linked). Counts of people, the comparison last; a person counts once in each cohort.
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
        One row a wave: wave, read, then one column for each rule that left rows out (rows, 0 where it left none), and
        counted. Read less what was left out is counted.
    """
    ledger, waves = prepared.ledger, [wave.name for wave in prepared.study.waves]
    of_waves = ledger[ledger["wave"].isin(waves)]
    read = of_waves[of_waves["rule"] == "read"].groupby("wave")["rows_after"].sum()
    left = of_waves.assign(rows=of_waves["rows_before"] - of_waves["rows_after"])
    left = left[(left["rule"] != "read") & (left["rows"] > 0)]
    rules = list(dict.fromkeys(left["rule"]))
    out = left.pivot_table(index="wave", columns="rule", values="rows", aggfunc="sum")
    counted = prepared.responses.groupby("wave").size()
    table = pd.DataFrame({"read": read}).join(out[rules] if rules else out).assign(counted=counted)
    table = table.reindex([wave for wave in waves if wave in read]).astype("Int64").fillna(0)
    # what linking leaves out of several waves at once is no one wave's rule
    table.insert(len(table.columns) - 1, "linking", table["read"] - table[rules].sum(axis=1) - table["counted"])
    linked_all = (table["linking"] == 0).all()
    return (table.drop(columns="linking") if linked_all else table).rename_axis(index="wave").reset_index()


def link_quality(prepared: Prepared) -> pd.DataFrame:
    """
    How questionnaires were linked.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row a wave: wave, questionnaires by how they were linked (columns of those ways that occur), and where codes
        were compared: linked (share of questionnaires), lowest (probability of a link), and expected_wrong, the number
        of links that are wrong if each probability is right.
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
            # a link counts once, at its later end
            expected_wrong=(of_wave.count() - of_wave.sum()).drop(prepared.study.baseline, errors="ignore"),
        )
    return table.rename_axis(index="wave", columns=None).reset_index()
