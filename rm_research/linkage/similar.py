"""Links persons by similar codes: compares the codes of each wave with those of the roster and earlier waves."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.frames import CODE, HOW, NEAR_MISSES, SURE, stacked
from rm_research.journal import Journal
from rm_research.linkage.codes import Matches, match_codes, parse_element, split_codes
from rm_research.study import Study
from rm_research.study.entries import compact, per_entry

WHO = ["cohort", "person"]
PLACE = ["wave", "file", "source_row"]
ROSTER = "roster"


@dataclass(frozen=True, eq=False)
class Compared:
    """
    Questionnaires linked by similar codes.

    Attributes
    ----------
    rows : DataFrame
        As before, but `person` is that of the code they are linked to. Added are HOW (exact, near; missing if not
        linked to an earlier wave) and SURE, the probability. A missing cohort is that of the linked person.
    near_misses : DataFrame
        Near misses.
    """

    rows: pd.DataFrame
    near_misses: pd.DataFrame


def link_similar(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal) -> Compared:
    """
    Give questionnaires with similar codes one person.

    Parameters
    ----------
    rows : DataFrame
        Questionnaires of all waves, with cohort, person (by equal codes) and CODE, codes as typed.
    roster : DataFrame or None
        The roster with the same columns; its lines come before all waves.
    study : Study
        [link] says how codes are compared.
    journal : Journal
        Collects steps and problems.
    """
    # files may differ in the number of columns of a code
    columns = [*rows.columns, *([] if roster is None else roster.columns)]
    codes = [name for name in dict.fromkeys(columns) if name.startswith(CODE)]
    known = _nodes(roster, codes, study) if roster is not None else None
    parts, misses = [], []
    for wave in _in_order(study):
        of_wave = rows[rows["wave"] == wave]
        nodes = _nodes(of_wave, codes, study)
        if known is None:
            known, part = nodes, of_wave.assign(**{HOW: pd.Series(dtype="str"), SURE: pd.Series(dtype="float64")})
        else:
            pairs, missed = _compared(known, nodes, study)
            nodes = _renamed(nodes, known, pairs)
            part = _applied(of_wave, nodes)
            misses.append(_places_of(missed, known, nodes))
            known = pd.concat([known, nodes.loc[~nodes.index.isin(pairs["second"]), known.columns]], ignore_index=True)
        parts.append(part)
    linked = pd.concat(parts).sort_index()
    if near := int((linked[HOW] == "near").sum()):
        journal.step("linked by a similar code", before=len(rows), after=len(rows), cells=near)
    near_misses = stacked(misses, NEAR_MISSES)
    if len(near_misses):
        message = Said("problems.near_misses", n=len(near_misses))
        journal.problem("near_misses", "note", message)
    return Compared(linked, near_misses)


def _in_order(study: Study) -> list[str]:
    """Waves in the order of linking: the baseline, the later waves as declared, then all others."""
    first = [study.baseline, *study.later_waves]
    return [*first, *(wave.name for wave in study.waves if wave.name not in first)]


def _nodes(rows: pd.DataFrame, codes: list[str], study: Study) -> pd.DataFrame:
    """One row per person who gave a code or part of one: cohort, person, place, code by element."""
    elements = _elements(rows.reindex(columns=codes, fill_value=""), study)
    has_code = (elements != "").any(axis=1)
    places = rows.reindex(columns=PLACE).assign(
        wave=rows.get("wave", ROSTER), file=rows.get("file", study.roster.file if study.roster else "")
    )
    nodes = pd.concat([rows[WHO], places, elements], axis=1)[has_code]
    return nodes.drop_duplicates("person").reset_index(drop=True)


def _elements(parts: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Codes by element, '' if unknown: the columns in which they were typed, or the parts that `elements` declares."""
    if study.link.elements:
        typed = parts.iloc[:, 0]
        for name in parts.columns[1:]:
            typed = typed + parts[name]
        parts = split_codes(per_entry(typed, compact), tuple(map(parse_element, study.link.elements)))
    else:
        parts = parts.apply(per_entry, read=compact)
    missing = {compact(entry) for entry in study.missing}
    parts = parts.mask(parts.isin(missing), "")
    return parts.set_axis([f"{CODE}{number}" for number in range(parts.shape[1])], axis=1)


def _compared(known: pd.DataFrame, nodes: pd.DataFrame, study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Pairs and near misses between a wave and earlier ones.

    A code identifies someone in its cohort; people who gave no cohort are compared with everyone not yet linked.
    """
    if study.link.within == "study":
        matches = [_matches(known, nodes, study)]
    else:
        in_cohorts = _matches(known, nodes, study, block="cohort")
        unlinked = known[~known.index.isin(in_cohorts.pairs["first"]) & known["cohort"].notna()]
        matches = [in_cohorts, _matches(unlinked, nodes[nodes["cohort"].isna()], study)]
    pairs, misses = (
        pd.concat([getattr(match, table) for match in matches], ignore_index=True) for table in ("pairs", "misses")
    )
    return pairs, misses


def _matches(known: pd.DataFrame, nodes: pd.DataFrame, study: Study, *, block: str | None = None) -> Matches:
    elements = [name for name in nodes.columns if name.startswith(CODE)]
    first, second = (
        people[block] if block else pd.Series("", index=people.index, dtype="str") for people in (known, nodes)
    )
    return match_codes(
        known[elements],
        nodes[elements],
        first_blocks=first,
        second_blocks=second,
        max_edits=study.link.max_edits,
        min_probability=study.link.certainty,
    )


def _renamed(nodes: pd.DataFrame, known: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Give persons of a wave the name of the person they are linked to; `was` is their name by equal codes."""
    of_node = pairs.set_index("second").reindex(nodes.index)
    partner = known[WHO].reindex(of_node["first"]).set_axis(nodes.index).astype("str")
    # an equal code that is not judged the same person needs a new name
    taken = nodes["person"].isin(known["person"]) & partner["person"].isna()
    renamed = nodes["person"].mask(taken, per_entry(nodes["wave"] + ":" + nodes["person"], _other))
    return nodes.assign(
        was=nodes["person"], person=partner["person"].fillna(renamed), cohort=nodes["cohort"].fillna(partner["cohort"]),
        **{HOW: of_node["how"], SURE: of_node["probability"]},
    )  # fmt: skip


def _other(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _applied(rows: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Give questionnaires of a wave the person, cohort, how and probability of their nodes."""
    of_node = nodes.set_index("was")[["person", "cohort", HOW, SURE]].reindex(rows["person"]).set_axis(rows.index)
    return rows.assign(
        person=of_node["person"].fillna(rows["person"]), cohort=rows["cohort"].fillna(of_node["cohort"]),
        **{HOW: of_node[HOW], SURE: of_node[SURE]},
    )  # fmt: skip


def _places_of(misses: pd.DataFrame, known: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """Near misses by place."""
    later = nodes.loc[misses["second"], PLACE].reset_index(drop=True)
    earlier = known.loc[misses["first"], PLACE].reset_index(drop=True)
    like = earlier.set_axis(["like_wave", "like_file", "like_row"], axis=1)
    measures = misses[["probability", "reason"]].reset_index(drop=True).rename(columns={"probability": "certainty"})
    return NEAR_MISSES.conform(pd.concat([later, like, measures], axis=1))
