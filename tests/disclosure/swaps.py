"""Exchanges answers of people who are in the same sets: whatever a run leaves must stay the same, byte for byte."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from small_studies import COLUMNS, TOML, as_csv
from undrawn_findings import undrawn_findings

from rm_research.disclosure.editions import Pile, digest
from rm_research.disclosure.families import first_of_family
from rm_research.disclosure.numbers import named_groups
from rm_research.panel import Prepared, prepare_study
from rm_research.reporting.files import write_tables

WAVES, ITEMS = ("pre", "post"), ["m1", "m2", "m3"]
FURTHER = ("later", "then")  # waves that some studies have
SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"
DESIGN = '[design]\ncomparison = "waitlist"\nassignment = "{how}"\n'
LOG = '[sessions]\nfile = "sessions.csv"\n'
TEAMS = '[attributes]\nteam = "team"\n'
Signature = tuple[object, ...]
Who = tuple[str, str]  # cohort and hashed code


def drawn_study(folder: Path, seed: int) -> Path:
    """
    Write a study of one to four cohorts of dyads, of whom some left and some came late.

    By turns it has a comparison, a log of meetings, and teams that are compared.
    """
    draws = np.random.default_rng(seed)
    compared, logged, teams = seed % 2 == 1, seed % 3 == 1, seed % 4 == 2
    toml = SINGLE + (DESIGN.format(how=["randomised", "self-selected"][seed // 2 % 2]) if compared else "")
    toml += LOG * logged + (TEAMS + '[design]\ninteractions = ["team"]\n' if teams else "")
    rows: dict[str, list[list[object]]] = {wave: [] for wave in WAVES}
    for cohort in "abcd"[: draws.integers(1, 5)]:
        for arm in ("programme", "waitlist") if compared else ("",):
            _people(rows, draws, cohort, arm, n=int(draws.integers(5, 24)))
    log = [(row[4], f"2025-05-{day:02}", 60) for row in rows["pre"] for day in range(1, draws.integers(1, 7))]
    folder.mkdir(parents=True)
    contents = {"study.toml": toml, "codebook.csv": "item,scale,low,high\n" + "".join(f"{i},mood,1,5\n" for i in ITEMS)}
    contents |= {f"{wave}.csv": as_csv((*COLUMNS, "team"), lines) for wave, lines in rows.items()}
    contents["sessions.csv"] = as_csv(("pair", "date", "minutes"), log).replace("pair", "dyad", 1)
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def _people(rows: dict[str, list[list[object]]], draws: np.random.Generator, cohort: str, arm: str, n: int) -> None:
    roles = ("leader", "mentor") if draws.integers(3) else ("leader",)
    for at in range(n):
        for role in roles:
            alone = len(roles) > 1 and at < n // 4  # without a partner
            pair = f"{cohort}{arm}{at}{role * alone}"
            facts = [f"{cohort}{arm}{role}{at}", cohort, role, arm, pair]
            usual, gone = draws.normal(3, 0.8), draws.choice(["", "pre", "post"], p=[0.8, 0.05, 0.15])
            for wave in WAVES:
                answers = np.clip(np.rint(usual + draws.normal(0.2, 0.9, 3)), 1, 5).astype(int).tolist()
                if wave != gone:
                    rows[wave].append([*facts, "", *answers, "xyz"[at % 3]])


def waves_of(study: Path) -> tuple[str, ...]:
    """Waves that a study has."""
    return tuple(wave for wave in (*WAVES, *FURTHER) if (study / f"{wave}.csv").is_file())


def left_of(study: Path, out: Path) -> tuple[Prepared, dict[str, bytes]]:
    """Everything that a run leaves, apart from charts (which are drawn from what stands there) and the manifest."""
    prepared = prepare_study(study)
    write_tables(prepared, out)
    files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
    pages = {cohort: undrawn_findings(prepared, cohort=cohort) for cohort in (None, *prepared.sound_cohorts)}
    return prepared, files | {str(cohort): page._repr_html_().encode() for cohort, page in pages.items()}


def signatures(prepared: Prepared) -> dict[Who, Signature]:
    """
    What shown numbers tell of each person apart from the answers: by cohort and hashed code.

    Groups of questionnaires that they name; beside these, what a model knows of people and what is no group: cohort,
    cluster and meetings.
    """
    panel = prepared.panel.dropna(subset=["role", "arm"]).drop_duplicates(["cohort", "person"])
    groups = named_groups(prepared)
    of: dict[str, set[int]] = defaultdict(set)
    for number, group in enumerate(groups):
        for name in group.questionnaires:
            of[name].add(number)
    found = {}
    for row in panel.itertuples():
        waves = [wave.name for wave in prepared.study.waves]
        sets = tuple(frozenset(of[digest(row.cohort, row.person, wave)]) for wave in waves)
        found[row.cohort, row.person] = (sets, row.cohort, row.role, row.arm, row.sessions)
    return found


def codes_of(study: Path, prepared: Prepared) -> dict[Who, str]:
    """Code of each person, by cohort and hashed code."""
    known = {}
    for wave in waves_of(study):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        of_wave = prepared.responses[prepared.responses["wave"].eq(wave)]
        for row in of_wave.itertuples():
            known[row.cohort, row.person] = rows["code"].iloc[row.source_row - 2]
    return known


def exchangeable(prepared: Prepared, answered: dict[Who, tuple[bool, ...]]) -> Iterator[list[list[tuple[str, str]]]]:
    """Units, people without a partner or dyads, that are in the same sets; each unit names its people in one order."""
    of_person, units = signatures(prepared), defaultdict(list)
    panel = prepared.panel.dropna(subset=["role", "arm"]).drop_duplicates(["cohort", "person"])
    for _, rows in panel.groupby(["cohort", "cluster"]):
        people = sorted(zip(rows["cohort"], rows["person"], strict=True), key=lambda who: str(of_person[who]))
        units[tuple((of_person[who], answered[who]) for who in people)].append(people)
    yield from (same for same in units.values() if len(same) > 1)


def exchange(study: Path, swaps: dict[str, str]) -> None:
    """Give each person, by code, the answers of another one."""
    for wave in waves_of(study):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        answers = rows.set_index("code")[ITEMS]
        source = [swaps.get(code, code) for code in rows["code"]]
        rows[ITEMS] = answers.loc[source].to_numpy()
        rows.to_csv(study / f"{wave}.csv", index=False)


def exchanged(study: Path, prepared: Prepared) -> int:
    """Exchange the answers of the first and the last unit of each kind; return how many people changed."""
    codes, answered = codes_of(study, prepared), answered_in(study)
    by_person = {who: answered[code] for who, code in codes.items()}
    swaps: dict[str, str] = {}
    for same in exchangeable(prepared, by_person):
        for one, other in zip(same[0], same[-1], strict=True):
            swaps |= {codes[one]: codes[other], codes[other]: codes[one]}
    exchange(study, swaps)
    return len(swaps)


def answered_in(study: Path) -> dict[str, tuple[bool, ...]]:
    """Which items of which waves each code answered."""
    of = [pd.read_csv(study / f"{wave}.csv", dtype=str).set_index("code")[ITEMS].notna() for wave in waves_of(study)]
    codes = sorted(set().union(*(rows.index for rows in of)))
    return {code: tuple(np.concatenate([_answered(rows, code) for rows in of]).tolist()) for code in codes}


def _answered(rows: pd.DataFrame, code: str) -> np.ndarray:
    return rows.loc[code].to_numpy(bool) if code in rows.index else np.zeros(len(ITEMS), dtype=bool)


def replace_hidden(study: Path, prepared: Prepared, seed: int) -> int:
    """Give any other answers to scales and waves of whoever no shown number names there; return how many these are."""
    codes, draws, replaced = codes_of(study, prepared), np.random.default_rng(seed), 0
    named = {(group.pile, name) for group in named_groups(prepared) for name in group.questionnaires}
    families: dict[str, set[str]] = defaultdict(set)
    first = first_of_family(prepared.study)  # also of facts about pairs, which no questionnaire holds
    for scale in prepared.study.scales:
        asked = {name for item in prepared.study.items_of(scale.name) for wave in WAVES
                 for name in item.candidates(wave, wave)}  # fmt: skip
        families[first[scale.name]] |= asked
    for wave, (family, items) in product(waves_of(study), families.items()):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        # who judged the start in hindsight is named by the answers before and after
        piles = [wave] if wave != "then" else [*WAVES]
        known = {code for who, code in codes.items() for at in piles if (Pile(family, at), digest(*who, at)) in named}
        theirs, columns = ~rows["code"].isin(known), sorted(items & set(ITEMS))
        drawn = draws.integers(1, 6, (theirs.sum(), len(columns))).astype(str)
        rows.loc[theirs, columns] = np.where(rows.loc[theirs, columns].ne(""), drawn, "")
        rows.to_csv(study / f"{wave}.csv", index=False)
        replaced += int(theirs.sum())
    return replaced


def differing(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """Files and pages that are not the same."""
    assert list(before) == list(after)
    return [name for name in before if before[name] != after[name]]
