"""Persons found by codes that are alike: each wave's codes compared with all those met before."""

import hashlib
import unicodedata
from dataclasses import dataclass

import pandas as pd

from rm_research.frames import NEAR_MISSES, stacked
from rm_research.journal import Journal
from rm_research.linkage.codes import Matches, match_codes, parse_element, split_codes
from rm_research.study import Study
from rm_research.study.entries import per_entry

CODE = "code:"
WHO = ["cohort", "person"]
PLACE = ["wave", "file", "source_row"]
ROSTER = "roster"


@dataclass(frozen=True, eq=False)
class Compared:
    """
    Questionnaires with persons as similar codes tell.

    Attributes
    ----------
    rows : DataFrame
        As they came, with `person` that of the code they are linked to, `how` (exact, near; missing where not linked to
        an earlier wave) and `probability`.
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
        Questionnaires of all waves, with cohort, person (as equal codes tell) and 'code:…', codes as typed.
    roster : DataFrame or None
        The roster with the same columns; its lines come before all waves.
    study : Study
        [link] says how codes are compared.
    journal : Journal
        Takes what is done.
    """
    # a file may have fewer columns of a code than another
    codes = list(dict.fromkeys(n for frame in (rows, roster) if frame is not None for n in frame if n.startswith(CODE)))
    known = _nodes(roster, codes, study) if roster is not None else None
    parts, misses = [], []
    for wave in _in_order(study):
        of_wave = rows[rows["wave"] == wave]
        nodes = _nodes(of_wave, codes, study)
        if known is None:
            known, part = nodes, of_wave.assign(how=pd.Series(dtype="str"), probability=float("nan"))
        else:
            matches = _matches(known, nodes, study)
            nodes = _renamed(nodes, known, matches, _whom(study))
            part = _applied(of_wave, nodes, _whom(study))
            misses.append(_missed(known, nodes, matches))
            known = pd.concat([known, nodes[~nodes.index.isin(matches.pairs["second"])]], ignore_index=True)
        parts.append(part)
    linked = pd.concat(parts).sort_index()
    if near := int((linked["how"] == "near").sum()):
        journal.step("linked by a similar code", before=len(rows), after=len(rows), cells=near)
    near_misses = stacked(misses, NEAR_MISSES)
    if len(near_misses):
        message = (
            f"{len(near_misses)} pairs of questionnaires have similar codes and were not linked, because the match is "
            "not certain enough or another is as likely. The data-quality page lists their rows (check --html)."
        )
        journal.problem("near_misses", "note", message)
    return Compared(linked, near_misses)


def _in_order(study: Study) -> list[str]:
    """Waves as codes are looked for: the baseline first, then as declared, what was asked in retrospect last."""
    first = [study.baseline, *study.later_waves]
    return [*first, *(wave.name for wave in study.waves if wave.name not in first)]


def _nodes(rows: pd.DataFrame, codes: list[str], study: Study) -> pd.DataFrame:
    """One row a person of some wave who gave a code or part of one: cohort, person, place, code by element."""
    elements = _elements(rows.reindex(columns=codes, fill_value=""), study)
    given = (elements != "").any(axis=1)
    places = rows.reindex(columns=PLACE).assign(
        wave=rows.get("wave", ROSTER), file=rows.get("file", study.roster.file if study.roster else "")
    )
    nodes = pd.concat([rows[WHO], places, elements], axis=1)[given]
    return nodes.drop_duplicates(_whom(study)).reset_index(drop=True)


def _whom(study: Study) -> list[str]:
    """Columns that name a person where a code stands for one."""
    return WHO if study.link.within == "cohort" else ["person"]


def _elements(parts: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Codes by element, '' where unknown: the columns they were typed in, or the parts that `elements` declares."""
    if study.link.elements:
        typed = parts.iloc[:, 0]
        for name in parts.columns[1:]:
            typed = typed + parts[name]
        parts = split_codes(per_entry(typed, compact), tuple(map(parse_element, study.link.elements)))
    else:
        parts = parts.apply(per_entry, read=compact)
    missing = {compact(entry) for entry in study.missing}
    return parts.mask(parts.isin(missing), "")


def compact(code: str) -> str:
    """Code as codes are compared: case folded, letters without accents, nothing but letters and digits."""
    plain = unicodedata.normalize("NFKD", code).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _matches(known: pd.DataFrame, nodes: pd.DataFrame, study: Study) -> Matches:
    elements = [name for name in nodes.columns if name not in (*WHO, *PLACE)]
    first, second = (
        people["cohort"] if study.link.within == "cohort" else pd.Series("", index=people.index, dtype="str")
        for people in (known, nodes)
    )
    return match_codes(
        known[elements],
        nodes[elements],
        first_blocks=first,
        second_blocks=second,
        max_edits=study.link.max_edits,
        min_probability=study.link.certainty,
    )


def _renamed(nodes: pd.DataFrame, known: pd.DataFrame, matches: Matches, whom: list[str]) -> pd.DataFrame:
    """Persons of a wave, called as those they are linked to; `was` is what equal codes call them."""
    pairs = matches.pairs.set_index("second")
    named = nodes.assign(was=nodes["person"], how=pairs["how"], probability=pairs["probability"])
    partner = known["person"].reindex(pairs["first"].reindex(nodes.index)).set_axis(nodes.index).astype("str")
    # an equal code that is not taken for the same person needs a name of its own
    taken = pd.MultiIndex.from_frame(nodes[whom]).isin(pd.MultiIndex.from_frame(known[whom])) & partner.isna()
    own = per_entry(nodes["wave"] + ":" + nodes["person"], _other)
    return named.assign(person=partner.fillna(nodes["person"].mask(taken, own)))


def _other(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _applied(rows: pd.DataFrame, nodes: pd.DataFrame, whom: list[str]) -> pd.DataFrame:
    """Questionnaires of a wave with person, how and probability of their nodes."""
    of_node = nodes.rename(columns={"person": "linked"}).rename(columns={"was": "person"})
    found = rows[whom].join(of_node.set_index(whom)[["linked", "how", "probability"]], on=whom)
    return rows.assign(
        person=found["linked"].fillna(rows["person"]), how=found["how"], probability=found["probability"]
    )


def _missed(known: pd.DataFrame, nodes: pd.DataFrame, matches: Matches) -> pd.DataFrame:
    """Places of the pairs that were nearly linked."""
    misses = matches.misses
    later = nodes.loc[misses["second"], PLACE].reset_index(drop=True)
    earlier = known.loc[misses["first"], PLACE].reset_index(drop=True)
    like = earlier.set_axis(["like_wave", "like_file", "like_row"], axis=1)
    measures = misses[["probability", "reason"]].reset_index(drop=True)
    return NEAR_MISSES.conform(pd.concat([later, like, measures], axis=1))
