"""Editions that were released: which questionnaires their numbers named, so that later ones reveal nothing together."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.disclosure.families import Column, columns_of, first_of_family, read_by
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import Place
from rm_research.errors import StudyError
from rm_research.private import HOME, LEDGER, private_folder, write_private
from rm_research.study import Study
from rm_research.study.settings import ROW_NUMBER

DIGITS = 16
OPEN_ANSWERS = "\0open answers"  # family of what people wrote; no scale can have such a name
Family = Mapping[str, str]  # the first scale of each scale's family


class Pile(NamedTuple):
    """Questionnaires of one wave that a family of scales reads."""

    family: str
    wave: str


class Group(NamedTuple):
    """
    Questionnaires that a number of an edition named.

    Attributes
    ----------
    pile : Pile
    across : bool
        Whether it is a part of people across the others.
    questionnaires : tuple of str
        Digests, from which nobody can be told who has not the key of the study.
    """

    pile: Pile
    across: bool
    questionnaires: tuple[str, ...]


@dataclass(frozen=True)
class Edition:
    """
    One released report.

    Attributes
    ----------
    id : str
    date : str
        Day of the release.
    label : str
        For whom it was.
    groups : tuple of Group
    present : tuple of Group
        All questionnaires that there were, of each pile, also those that no number named.
    columns : dict of str to tuple of str
        What each family read, by its name: a scale of another name may read the same answers later.
    facts : dict of str to dict of str to str
        Who belonged with whom and had met how often; see `facts_of`.
    scales : dict of str to tuple of (str, str, str)
        What each scale read: wave, source and column.
    files : dict of str to tuple of str
        Files of each wave.
    """

    id: str
    date: str
    label: str
    groups: tuple[Group, ...]
    present: tuple[Group, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scales: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def digest(*of: str) -> str:
    """Name of a questionnaire by cohort, person (a keyed hash already) and wave."""
    return hashlib.sha256("\0".join(of).encode()).hexdigest()[:DIGITS]


def read_editions(study: Study) -> tuple[Edition, ...]:
    """
    Editions of a study, the oldest first.

    Raises
    ------
    StudyError
        When the ledger is damaged: without it, later numbers could reveal individuals next to earlier ones.
    """
    path = private_folder(study.path) / LEDGER
    if not path.is_file():
        return ()
    editions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            kept = json.loads(line)
            groups, present = (
                tuple(Group(Pile(*of["pile"]), bool(of["across"]), tuple(of["of"])) for of in kept[name])
                for name in ("groups", "present")
            )
            columns = {str(name): tuple(map(str, of)) for name, of in kept.get("columns", {}).items()}
            facts = {str(kind): {str(name): str(one) for name, one in of.items()}
                     for kind, of in kept.get("facts", {}).items()}  # fmt: skip
            scales = {str(name): tuple((str(wave), str(source), str(column)) for wave, source, column in of)
                      for name, of in kept.get("scales", {}).items()}  # fmt: skip
            files = {str(wave): tuple(map(str, of)) for wave, of in kept.get("files", {}).items()}
            edition, date, label = (str(kept[name]) for name in ("id", "date", "label"))
            editions.append(Edition(edition, date, label, groups, present, columns, facts, scales, files))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StudyError(
                f"{HOME}/{LEDGER}: line {number} is damaged, so nobody can know which numbers were released. Restore "
                "the file from a backup, or delete the line if its report was never sent to anybody."
            ) from error
    return tuple(editions)


def enter(
    study: Study, label: str, groups: Sequence[Group], present: Sequence[Group] = (), family: Family | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
) -> Edition:  # fmt: skip
    """
    Enter an edition into the ledger.

    Raises
    ------
    StudyError
        When the private folder cannot be written to, or the study does not say who gave which questionnaire.
    """
    if study.settings.columns.get("person", (ROW_NUMBER,)) == (ROW_NUMBER,):
        raise StudyError(
            "A release has to know people again later, and this study numbers them by their rows. Name the column of "
            "their codes as person under [columns], or circulate one report only, made of the final data."
        )
    date = datetime.now(UTC).date().isoformat()
    editions = read_editions(study)
    name = hashlib.sha256(json.dumps([len(editions), date, label, _kept(groups)]).encode()).hexdigest()[:8]
    scales = {scale: tuple(columns) for scale, columns in read_by(study).items()}
    edition = Edition(name, date, label, tuple(groups), tuple(present), _columns(study, family), facts or {}, scales,
                      _files(study))  # fmt: skip
    _write(study, [*editions, edition])
    return edition


def forget(study: Study, edition: str) -> Edition:
    """
    Remove an edition that was never sent to anybody.

    Raises
    ------
    StudyError
        When there is none with this id.
    """
    editions = read_editions(study)
    for one in editions:
        if one.id == edition:
            _write(study, [other for other in editions if other is not one])
            return one
    known = ", ".join(one.id for one in editions) or "none"
    raise StudyError(f"There is no edition {edition!r}; there are: {known}. List them with `rm-research editions`.")


def _write(study: Study, editions: Iterable[Edition]) -> None:
    lines = [
        json.dumps({
            "id": edition.id, "date": edition.date, "label": edition.label,
            "groups": _kept(edition.groups), "present": _kept(edition.present), "columns": dict(edition.columns),
            "facts": edition.facts, "scales": edition.scales, "files": edition.files,
        }, ensure_ascii=False)
        for edition in editions
    ]  # fmt: skip
    write_private(private_folder(study.path) / LEDGER, "".join(f"{line}\n" for line in lines).encode())


def _kept(groups: Iterable[Group]) -> list[dict[str, object]]:
    return [{"pile": group.pile, "across": group.across, "of": group.questionnaires} for group in groups]


def _columns(study: Study, family: Family | None) -> dict[str, tuple[str, ...]]:
    """Columns that each family reads."""
    family, found = family or first_of_family(study), defaultdict[str, set[str]](set)
    for scale, columns in columns_of(study).items():
        found[family[scale]].update(columns)
    return {name: tuple(sorted(columns)) for name, columns in found.items()}


def present_in(panel: pd.DataFrame, study: Study, family: Family | None = None) -> list[Group]:
    """All questionnaires of a Panel, by pile."""
    family, found = family or first_of_family(study), defaultdict[Pile, set[str]](set)
    columns = panel[["cohort", "person", "scale", "wave", "pre", "post"]].itertuples(index=False, name=None)
    for cohort, person, scale, wave, pre, post in columns:
        for score, at in ((pre, study.baseline), (post, wave)):
            if pd.notna(score):
                found[Pile(family[scale], at)].add(digest(cohort, person, at))
    return [Group(pile, False, tuple(sorted(names))) for pile, names in found.items()]


def known_again(
    editions: Sequence[Edition], panel: pd.DataFrame, study: Study, family: Family | None = None
) -> tuple[Edition, ...]:
    """
    Editions with their piles as the study names them now.

    Raises
    ------
    StudyError
        When the study has no such wave or outcome any more, or many new people in place of as many: names or codes may
        have been changed, so that nobody could know which questionnaires an edition named.
    """
    family, waves = family or first_of_family(study), {study.baseline, *study.later_waves}
    now = {pile: set(names) for pile, _, names in present_in(panel, study, family)} if editions else {}
    problems, known = list[str](), list[Edition]()
    for edition in editions:
        told = f"edition {edition.id} ({edition.label}) tells of"
        piles = {group.pile for group in (*edition.groups, *edition.present)}
        strange = [f"a wave {pile.wave!r}" for pile in piles if pile.wave not in waves]
        named = {name: _families_of(name, edition, study, family) for name in {pile.family for pile in piles}}
        strange += [f"an outcome {name!r}" for name, found in named.items() if not found]
        problems += [f"{told} {what}, which the study lacks" for what in sorted(set(strange))]
        problems += [f"{told} {what}" for what in _exchanged(edition, study)]
        if not strange:
            known.append(_renamed(edition, named))
            problems += [f"{told} {what}" for what in _replaced(known[-1], now, Threshold.of(study))]
    if problems:
        raise StudyError(
            *dict.fromkeys(problems),
            "Give cohorts, waves, outcomes and codes the names and the key that they had, so that people are known "
            "again; or, if an edition was never sent to anybody, forget it: rm-research editions STUDY --forget ID",
            heading="Released reports cannot be allowed for",
        )
    return tuple(known)


def _families_of(name: str, edition: Edition, study: Study, family: Family) -> list[str]:
    """Families of now that an edition's family stands for: of its name, and those that read a column which it read."""
    if name == OPEN_ANSWERS:
        return [name]
    read = set(edition.columns.get(name, ()))
    sharing = [family[scale] for scale, columns in columns_of(study).items() if read.intersection(columns)]
    return list(dict.fromkeys([*([family[name]] if name in family else []), *sharing]))


def _renamed(edition: Edition, families: Mapping[str, Sequence[str]]) -> Edition:
    """An edition with the families that its scales are of now."""
    groups, present = (
        tuple(group._replace(pile=group.pile._replace(family=now))
              for group in some for now in families[group.pile.family])
        for some in (edition.groups, edition.present)
    )  # fmt: skip
    return replace(edition, groups=groups, present=present)


def _files(study: Study) -> dict[str, tuple[str, ...]]:
    """Files of each wave."""
    return {wave.name: tuple(source.file for source in wave.sources) for wave in study.waves}


def _exchanged(edition: Edition, study: Study) -> Iterator[str]:
    """Waves whose file is another wave's now: their names were exchanged, and people are the same in both."""
    now = _files(study)
    for wave, files in edition.files.items():
        for other, theirs in now.items():
            moved = set(files) & set(theirs) - set(now.get(wave, ())) - set(edition.files.get(other, ()))
            if other != wave and moved:
                yield f"a wave {wave!r} whose answers are those of {other!r} now"


def _replaced(edition: Edition, now: Mapping[Pile, set[str]], threshold: Threshold) -> Iterator[str]:
    """
    Surveys of which many people are gone while as many are new: perhaps the same, by other names.

    Nobody could know then how few really came or went.
    """
    for pile, _, names in edition.present:
        gone, new = set(names) - now.get(pile, set()), now.get(pile, set()) - set(names)
        if threshold.enough(len(gone)) and threshold.enough(len(new)):
            yield f"{len(gone)} people at {pile.wave!r} who are not known any more, while {len(new)} are new"


def as_frame(editions: Iterable[Edition]) -> pd.DataFrame:
    """One row per questionnaire that an edition named, and per one that there was."""
    rows = [
        (edition.id, *group.pile, group.across, number, one)
        for edition in editions
        for number, group in enumerate((*edition.groups, *edition.present)) for one in group.questionnaires
    ]  # fmt: skip
    columns = ["edition", "family", "wave", "across", "group", "questionnaire"]
    return pd.DataFrame(rows, columns=columns).astype({"across": "bool", "group": "int64"})


def without_late(
    panel: pd.DataFrame, editions: Sequence[Edition], *, study: Study, family: Family | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """
    Leave out answers that came in since the last edition, where they are few in their group.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    editions : sequence of Edition
    study : Study
        Its smallest group.
    family : mapping of str to str, optional
        Family of each scale; by the names of columns unless given.

    Returns
    -------
    DataFrame
        The Panel, without these scores.
    DataFrame
        One row per cohort with any: cohort, n_waiting (people whose answers wait for more).
    """
    named: dict[Pile, set[str]] = defaultdict(set)
    for group in (group for edition in editions for group in (*edition.groups, *edition.present)):
        named[group.pile].update(group.questionnaires)
    late = pd.DataFrame(False, index=panel.index, columns=["pre", "post"])
    family, threshold = family or first_of_family(study), Threshold.of(study)
    if named:
        for place, rows in panel.groupby(list(Place._fields)):
            _, _, _, scale, wave = map(str, place)
            for score, at in (("pre", study.baseline), ("post", wave)):
                if known := named.get(Pile(family[scale], at)):
                    late.loc[rows.index, score] = _few_new(rows, score, at, known, threshold)
    people = panel.loc[late.any(axis=1), ["cohort", "person"]].drop_duplicates()
    waiting = people.groupby("cohort").size().rename("n_waiting").reset_index()
    return panel.assign(pre=panel["pre"].mask(late["pre"]), post=panel["post"].mask(late["post"])), waiting


def _few_new(rows: pd.DataFrame, score: str, wave: str, known: set[str], threshold: Threshold) -> np.ndarray:
    """Which people of a group have a score that no edition named, where they are few next to those that one did."""
    has = rows[score].notna().to_numpy()
    names = [
        digest(cohort, person, wave) in known for cohort, person in zip(rows["cohort"], rows["person"], strict=True)
    ]
    new = has & ~np.array(names, dtype=bool)
    few = (has & ~new).any() and threshold.few(rows.loc[new, "person"].nunique())
    return new & bool(few)
