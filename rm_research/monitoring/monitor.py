"""monitor_study: how far a study has come, for its coordinator; no answer is looked at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

import pandas as pd

from rm_research.catalogue import Catalogue, catalogue
from rm_research.catalogue.said import Said, said_again, spoken, stored
from rm_research.checks.wording import worded
from rm_research.errors import StudyError
from rm_research.frames import LEDGER
from rm_research.monitoring import codes, pairs, surveys
from rm_research.monitoring.received import Received, receive
from rm_research.study import Study, read_study

SECTIONS: dict[str, Callable[[Received], pd.DataFrame]] = {
    "surveys": surveys.surveys, "answers": surveys.answers, "due": surveys.due, "codes": codes.codes,
    "pairs": pairs.pairs,
}  # fmt: skip
NOTES: dict[str, Callable[[Received], Iterator[Said]]] = {
    "surveys": surveys.notes_on_surveys, "answers": surveys.notes_on_answers, "due": surveys.notes_on_due,
    "codes": codes.notes_on_codes, "pairs": pairs.notes_on_pairs,
}  # fmt: skip
PROBLEMS_OF = {"codes": codes.RULES, "pairs": pairs.RULES}


@dataclass(frozen=True, eq=False, repr=False)
class Monitor:
    """
    How far a study has come, for its coordinator alone. Nothing in it depends on what anybody answered.

    Attributes
    ----------
    study : Study
    on : date
        Day as of which it tells.
    tables : dict of str to DataFrame
        `surveys` (exports that are in), `answers` (people invited, who answered, and who did not yet, by survey, cohort
        and role), `due` (surveys due next), `codes` (questionnaires whose code leads nowhere, by row) and `pairs`
        (those that have not met for longer than planned, by code).
    notes : dict of str to tuple of str
        What cannot be told, and what to do, by the name of a table.

    Examples
    --------
    >>> monitor = rm.monitor_study("data/demo", on="2024-12-01")
    >>> monitor.tables["answers"].tail(2)[["wave", "cohort", "role", "arm", "invited", "answered"]]
        wave       cohort    role        arm  invited  answered
    48  post  2024 autumn  mentor  programme        5         0
    49  post  2024 autumn  mentor   waitlist        3         0
    """

    study: Study
    on: date
    tables: dict[str, pd.DataFrame]
    notes: dict[str, tuple[str, ...]]

    def sections(self, language: str | None = None) -> dict[str, tuple[str, pd.DataFrame, list[str]]]:
        """
        Return heading, table and notes of each section in words.

        Parameters
        ----------
        language : str, optional
            The study's, unless given.

        Examples
        --------
        >>> monitor = rm.monitor_study("data/demo", on="2024-12-01")
        >>> monitor.sections()["due"][2]
        ['No survey has a day on which it is due: declare due under [waves.…].']
        """
        words = catalogue(language or self.study.reporting.language)
        return {name: (words.say(f"monitor.{name}"), self._table(name, words), self._notes(name, words))
                for name in self.tables}  # fmt: skip

    def _table(self, name: str, words: Catalogue) -> pd.DataFrame:
        table = self.tables[name]
        if name == "codes":
            kinds = [words.say(f"monitor.kind.{kind}") for kind in table["kind"]]
            table = table.drop(columns="kind").assign(message=kinds)
        if name == "answers" and table["arm"].nunique() < 2:
            table = table.drop(columns="arm")
        return worded(name, table, words, LEDGER.empty())

    def _notes(self, name: str, words: Catalogue) -> list[str]:
        said = [spoken(note, stored(note), words) for note in self.notes[name]]
        if self.tables[name].empty and not said:
            return [words.say(f"monitor.none.{name}")]
        return said

    def _head(self, words: Catalogue) -> list[str]:
        return [words.say("monitor.private"), words.say("monitor.as_of", day=words.day(self.on))]

    def __repr__(self) -> str:
        words, parts = catalogue("en"), []
        for heading, table, notes in self.sections("en").values():
            parts += ["", heading, *([table.to_string(index=False)] if len(table) else []), *notes]
        return "\n".join([words.say("monitor.title", study=self.study.title), *self._head(words), *parts])

    def _repr_html_(self) -> str:
        words = catalogue(self.study.reporting.language)
        parts = [f"<h1>{escape(words.say('monitor.title', study=self.study.title))}</h1>"]
        parts += [f"<p>{escape(text)}</p>" for text in self._head(words)]
        for heading, table, notes in self.sections().values():
            parts.append(f"<h2>{escape(heading)}</h2>")
            if len(table):  # wide tables scroll sideways, by keyboard too
                shown = table.to_html(index=False, border=0, escape=True)
                parts.append(shown.replace("<table ", '<table tabindex="0" ', 1))
            parts += [f"<p>{escape(note)}</p>" for note in notes]
        return "\n".join(parts)


def monitor_study(study: Study | str | Path, *, on: date | str | None = None) -> Monitor:
    """
    Tell how far a study has come: surveys, codes and pairs, without a look at any answer.

    Works from the first export on; an export that is not there yet is no error. Nothing is scored, averaged or
    compared, so that whoever runs the programme does not know its outcomes before the study is over.

    Parameters
    ----------
    study : Study or path
        The study, or its folder.
    on : date or str, optional
        Day as of which to tell, such as '2025-06-01'; today unless given. Questionnaires and meetings after
        it do not count; questionnaires without a date do, and a note says how many there are.

    Returns
    -------
    Monitor

    Raises
    ------
    StudyError
        When the study files are not in order, or `on` is no day.

    Examples
    --------
    >>> monitor = rm.monitor_study("data/demo", on="2024-12-01")
    >>> monitor.tables["surveys"]
       wave      file state  questionnaires
    0   pre   pre.csv    in             364
    1  post  post.csv    in             287
    """
    known = study if isinstance(study, Study) else read_study(study)
    received = receive(known, _day(on))
    tables = {name: make(received) for name, make in SECTIONS.items()}
    notes = {name: (*make(received), *_messages(received, name)) for name, make in NOTES.items()}
    return Monitor(known, received.on, tables, notes)


def _messages(received: Received, name: str) -> Iterator[str]:
    """Problems that belong to a section, which a page can say in its own language."""
    table = received.told(PROBLEMS_OF.get(name, ()))
    return (said_again(*told) for told in table[["message", "said"]].itertuples(index=False, name=None))


def _day(on: date | str | None) -> date:
    if on is None:
        return date.today()
    try:
        return on if isinstance(on, date) else date.fromisoformat(on)
    except (TypeError, ValueError) as error:
        raise StudyError(f"on is {on!r}; give a day such as 2025-06-01.") from error
