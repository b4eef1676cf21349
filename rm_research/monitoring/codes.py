"""Codes of questionnaires that will not lead to the person's other questionnaires, by row."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.checks import MOST_ROWS
from rm_research.monitoring.received import PLACE, WHO, Received

CODES = ["wave", "file", "kind", "questionnaires", "rows"]
KINDS = ("blank", "not_on_roster", "not_before", "similar")
# problems of codes and cohorts, whose messages say what to do
RULES = ("codes_alike", "duplicate_codes", "no_pairs", "no_cohort", "cohorts_alike", "roster_without_code")


def codes(received: Received) -> pd.DataFrame:
    """
    Questionnaires whose code leads nowhere, by survey, file and kind, with their rows in the file.

    Kinds: blank (no code), not_on_roster, not_before (a later questionnaire with a code that nobody gave before, and
    that is not on the roster), similar (a code like another that was not linked). Nothing where surveys are not linked.
    """
    if received.study.link.method == "none":
        return pd.DataFrame(columns=CODES)
    found = pd.concat([rows.assign(kind=kind)[[*PLACE, "kind"]] for kind, rows in _kinds(received)], ignore_index=True)
    waves = [wave.name for wave in received.study.waves]
    found = found.assign(
        of_wave=found["wave"].map(waves.index), of_kind=found["kind"].map(KINDS.index)
    ).sort_values(["of_wave", "of_kind", "file", "source_row"], kind="stable")  # fmt: skip
    rows = [
        (wave, file, kind, len(of), _numbers(of["source_row"]))
        for (wave, file, kind), of in found.groupby(["wave", "file", "kind"], sort=False)
    ]
    return pd.DataFrame(rows, columns=CODES)


def _kinds(received: Received) -> Iterator[tuple[str, pd.DataFrame]]:
    links, study = received.links, received.study
    yield "blank", links[links["how"] == "blank"]
    coded = received.responses.merge(links[[*PLACE, "how"]], on=PLACE)
    coded = coded[coded["how"] != "blank"].merge(received.people[WHO].assign(**_of_roster(received)), on=WHO)
    yield "not_on_roster", coded[coded["strange"]]
    before = received.responses["wave"].eq(study.baseline).any()
    later = coded["wave"].isin(study.later_waves if before else ()) & coded["how"].eq("alone")
    yield "not_before", coded[later & ~coded["strange"] & ~coded["listed"]]
    yield "similar", received.near_misses.drop_duplicates(PLACE)


def _of_roster(received: Received) -> dict[str, pd.Series]:
    """Whether each person is on the roster, and whether not although it lists others of the cohort."""
    people = received.people
    listed = people["invited"].fillna(False).astype(bool)
    return {"listed": listed, "strange": ~listed & listed.groupby(people["cohort"]).transform("any")}


def _numbers(rows: pd.Series) -> str:
    """Row numbers as `check` lists them."""
    shown = ", ".join(str(row) for row in rows[:MOST_ROWS])
    return shown + (" …" if len(rows) > MOST_ROWS else "")


def notes_on_codes(received: Received) -> Iterator[Said]:
    """Why nothing is said of codes."""
    if received.study.link.method == "none":
        yield Said("monitor.codes_unlinked")
