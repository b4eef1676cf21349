"""The table of participants: how many there were and answered, and what is known about them, by role and arm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from rm_research.article.cells import heading_of, mean_sd, words_of
from rm_research.catalogue import Catalogue, capital
from rm_research.effects.groups import ROLE_ORDER
from rm_research.panel import Prepared
from rm_research.paper import PaperTable
from rm_research.study import Study
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names
from rm_research.study.titles import arm_title, people_title, wave_title

WHO = ["cohort", "person"]
Line = tuple[str, str, list[str]]  # heading of its group, its own, and a cell for each group of people


def table_participants(
    prepared: Prepared, *, cohort: Names = None, role: Names = None, arm: Names = None, title: str | None = None
) -> PaperTable:  # fmt: skip
    """
    Table 1 of an article: how many people there were and answered, and what is known about them.

    It counts any people, however few: check what may be published.

    Parameters
    ----------
    prepared : Prepared
        From `prepare_study`, whole or some of its people.
    cohort, role, arm : str or sequence of str, optional
        Which people; all unless given. Cohorts with errors, and people whose role or arm is not known, are left out.
    title : str, optional
        Above the table; a usual one unless given.

    Returns
    -------
    PaperTable
        A column for each role and arm, with its number of people: everybody invited or met, or, where waves are not
        linked, those who answered before, as nobody knows who is who. Rows: people invited (where there is a roster),
        and those who answered each wave and both the first and each later one; people by cohort and by entry of each
        attribute, with their share; mean and standard deviation of attributes of numbers, and of each outcome before.

    Raises
    ------
    SelectionError
        When there is no such name, or nobody has all names together; the message says what there is.
    FrameError
        When `prepared` is something else.

    Examples
    --------
    >>> table = rm.table_participants(prepared, role="leader")
    >>> table.to_frame().iloc[:4, 1:]
        Characteristic Leaders, Programme (n = 112) Leaders, Waitlist (n = 76)
    0          Invited                          112                         76
    1  Answered before                          110                         74
    2   Answered after                           92                         64
    3      Both, after                           90                         62
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("table_participants", prepared)
    some = prepared.where(cohort=cohort, role=role, arm=arm)
    study, words = some.study, words_of(some.study)
    people = some.people[some.people["cohort"].isin(some.sound_cohorts)].dropna(subset=["role", "arm"])
    groups = [_Group(*key, people[people["role"].eq(key[0]) & people["arm"].eq(key[1])], some, words)
              for key in _order(people, study)]  # fmt: skip
    notes = [words.say("article.about_shares"), *([words.say("article.unlinked")] if _unlinked(study) else [])]
    lines = [*_taking_part(groups, study, words), *_known(groups, some, words), *_before(groups, study, words)]
    heads = [words.say("article.participants_of", n=len(group.people), group=group.title) for group in groups]
    return PaperTable(
        heading_of("participants", study, prepared.chosen) if title is None else title,
        (words.say("article.what"), *heads),
        tuple((heading, *cells) for _, heading, cells in lines),
        tuple(group for group, _, _ in lines),
        tuple(notes),
        people.reset_index(drop=True),
    )


def _unlinked(study: Study) -> bool:
    """Whether nobody knows which questionnaires are of one person."""
    return study.link.method == "none"


def _order(people: pd.DataFrame, study: Study) -> list[tuple[str, str]]:
    """Roles and arms that people have, leaders first and the comparison last."""
    pairs = [(str(role), str(arm)) for role, arm in people[["role", "arm"]].drop_duplicates().itertuples(index=False)]

    def rank(pair: tuple[str, str]) -> tuple[object, ...]:
        role, arm = pair
        return ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER), role, arm == study.comparison, arm

    return sorted(pairs, key=rank)


@dataclass(frozen=True, eq=False)
class _Group:
    """Everybody of one role and arm; where waves are not linked, each questionnaire is somebody."""

    role: str
    arm: str
    everybody: pd.DataFrame
    prepared: Prepared
    words: Catalogue

    @cached_property
    def people(self) -> pd.DataFrame:
        """People, each once: where nobody knows who is who, those who answered before."""
        study = self.prepared.study
        return self._who_answered(study.baseline) if _unlinked(study) else self.everybody

    @property
    def title(self) -> str:
        """Role and arm."""
        named = {"People": capital(people_title(self.role, self.words)), "arm": arm_title(self.arm, self.words)}
        return self.words.say("chart.flow_group", **named)

    def answered(self, *waves: str) -> int:
        """How many people answered every one of these waves."""
        found = [set(self._who_answered(wave)[WHO].itertuples(index=False, name=None)) for wave in waves]
        return len(set.intersection(*found))

    def _who_answered(self, wave: str) -> pd.DataFrame:
        responses = self.prepared.responses
        return self.everybody.merge(responses.loc[responses["wave"] == wave, WHO].drop_duplicates(), on=WHO)

    def scores(self, scale: str, wave: str) -> pd.Series:
        """Their scores."""
        scores = self.prepared.scores
        return scores[scores["scale"].eq(scale) & scores["wave"].eq(wave)].merge(self.everybody[WHO], on=WHO)["score"]


def _taking_part(groups: Sequence[_Group], study: Study, words: Catalogue) -> Iterator[Line]:
    part = words.say("article.taking_part")
    if all(group.everybody["invited"].notna().all() for group in groups):
        yield part, words.say("columns.invited"), [str(int(group.everybody["invited"].sum())) for group in groups]
    for wave in (study.baseline, *study.later_waves):
        heading = capital(words.say("columns.wave", wave=wave_title(wave, words)))
        yield part, heading, [str(group.answered(wave)) for group in groups]
    for wave in () if _unlinked(study) else study.later_waves:
        heading = words.say("columns.both", wave=wave_title(wave, words))
        yield part, heading, [str(group.answered(study.baseline, wave)) for group in groups]


def _known(groups: Sequence[_Group], prepared: Prepared, words: Catalogue) -> Iterator[Line]:
    """Cohorts and attributes: counts with shares, or means."""
    if len(prepared.sound_cohorts) > 1:
        heading = words.say("columns.cohort")
        for cohort in prepared.sound_cohorts:
            yield heading, cohort, [_share(group.people["cohort"].eq(cohort), words) for group in groups]
    for name in prepared.study.settings.attributes:
        columns, heading = [group.people[name] for group in groups], capital(name.replace("_", " "))
        entries = pd.concat(columns) if columns else pd.Series(dtype=object)
        numbers = pd.to_numeric(entries, errors="coerce")
        if entries.notna().any() and numbers.notna().equals(entries.notna()):
            means = [mean_sd(pd.to_numeric(column, errors="coerce"), words) for column in columns]
            yield heading, words.say("article.mean_sd"), means
            continue
        for entry in sorted(entries.dropna().unique(), key=str):
            yield heading, str(entry), [_share(column.eq(entry), words) for column in columns]
        if entries.isna().any():
            yield heading, words.say("article.not_known"), [_share(column.isna(), words) for column in columns]


def _before(groups: Sequence[_Group], study: Study, words: Catalogue) -> Iterator[Line]:
    """Each outcome before, of those with a score."""
    for scale in study.scales:
        if study.changes(scale.name):
            scores = [group.scores(scale.name, study.baseline) for group in groups]
            cells = [mean_sd(values, words) if not scale.roles or group.role in scale.roles else ""
                     for group, values in zip(groups, scores, strict=True)]  # fmt: skip
            yield words.say("article.scores_before"), scale.title, cells


def _share(which: pd.Series, words: Catalogue) -> str:
    """How many of some people, with their share: '23 (21%)'."""
    n = int(which.fillna(False).sum())
    return f"{n} ({words.share(n / len(which))})" if len(which) else "0"
