"""
simulate_answers: the exports of a study that has none yet, filled in by chance, to try its questionnaires and pages.

Each file has a column by which it is known as simulated: no other file is ever replaced, and `check` warns of it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from rm_research.errors import StudyFileError
from rm_research.questionnaires.build import build_forms
from rm_research.questionnaires.form import Form, Question
from rm_research.responses.exports import SIMULATED
from rm_research.simulate.layouts import LAYOUTS, YES, Filled
from rm_research.simulate.wording import ABOUT_NONE, GOALS, THEMES
from rm_research.study import Item, Source, Study, Wave, read_study
from rm_research.study.settings import FactFile, Goals

FIRST_DAY = date(2025, 3, 3)  # of the programme, unless study.toml has one
BETWEEN = 182  # days from one survey to the next
COMING_BACK = (0.92, 0.84)  # chance to answer the first survey, and each later one
AGREEING, WRITING, ANSWERING = 0.97, 0.5, 0.98
GAIN, STEADY, PAIR = 0.35, 0.7, 0.4  # change in SD, correlation of surveys, and what partners have in common
MINUTES = (45, 60, 60, 75)
LETTERS = list("abcdefghijklmnoprstuvwz")


@dataclass(frozen=True)
class Person:
    """Somebody who never existed: role, cohort (its place among those to choose), pair, and a number."""

    number: int
    role: str
    cohort: int
    pair: int


def simulate_answers(study: Study | str | Path, *, seed: int = 20260101, pairs: int = 30) -> list[Path]:
    """
    Fill in the questionnaires of a study by chance, and write the exports that its study.toml names.

    Nobody gave these answers. They show what `check` and `report` will say once people have answered. A column of each
    file says that it is simulated, `check` warns of it, and a file without that column is never replaced.

    Parameters
    ----------
    study : Study or path
        A study whose questionnaires can be written, such as one that `rm-research init --new` began.
    seed : int
        The same seed and options write the same bytes.
    pairs : int
        Pairs in each cohort.

    Returns
    -------
    list of Path
        The files written: one export for each wave and source, then the logs of meetings and goals if study.toml names
        them.

    Raises
    ------
    StudyFileError
        When the questionnaires lack something, a file is there that was not simulated, an export has a format that
        cannot be written, or a roster says who took part.

    Examples
    --------
    >>> from rm_research.drafting import begin_study, write_draft
    >>> files = write_draft(begin_study("begun", cohorts=("Spring 2026",)), "begun")
    >>> [path.name for path in rm.simulate_answers("begun", pairs=12)]
    ['pre-leader.csv', 'pre-mentor.csv', 'post-leader.csv', 'post-mentor.csv']
    """
    study = study if isinstance(study, Study) else read_study(study)
    forms = build_forms(study)
    exports = [(wave, source) for wave in study.waves for source in wave.sources]
    logs = [file.file for file in (study.sessions, study.goals) if file]
    _refuse(study, [source for _, source in exports], logs)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    drawn = _Drawn(study, rng, pairs, forms)
    written = {
        source.file: drawn.export(wave, source, form) for (wave, source), form in zip(exports, forms, strict=True)
    }
    if study.sessions:
        written[study.sessions.file] = drawn.sessions(study.sessions)
    if study.goals:
        written[study.goals.file] = drawn.goals(study.goals)
    for file, rows in written.items():
        with (study.path / file).open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)
    return [study.path / file for file in written]


def _refuse(study: Study, sources: list[Source], logs: list[str]) -> None:
    """Refuse what would replace somebody's answers, and what cannot be filled in."""
    problems = []
    files = [source.file for source in sources] + logs
    if real := [file for file in files if (study.path / file).exists() and not is_simulated(study.path / file)]:
        problems.append(f"{', '.join(real)}: is there already, and was not simulated. Move it elsewhere first")
    if other := [f"{source.file} ({source.format})" for source in sources if source.format not in LAYOUTS]:
        problems.append(f"{', '.join(other)}: simulated exports have the format {', '.join(LAYOUTS)}, and no other")
    if twice := sorted({file for file in files if files.count(file) > 1}):
        problems.append(f"{', '.join(twice)}: holds several surveys; simulated exports are a file for each")
    if study.roster:
        problems.append(f"{study.roster.file}: says who takes part, and simulated people are not among them")
    if problems:
        raise StudyFileError(*problems, heading=f"The questionnaires of {study.path} cannot be filled in")


def is_simulated(path: Path) -> bool:
    """Whether the first row of a file names the column of simulated ones."""
    with path.open("rb") as handle:
        return SIMULATED.encode() in handle.readline()


class _Drawn:
    """People, and what they answer to whatever they are asked: equal in all surveys where it is about them."""

    def __init__(self, study: Study, rng: np.random.Generator, pairs: int, forms: tuple[Form, ...]) -> None:
        self.study, self.rng = study, rng
        cohorts = max((len(question.options) for form in forms for question in form.questions
                       if question.name in self._columns("cohort")), default=0) or 1  # fmt: skip
        roles = list(dict.fromkeys(role for form in forms for role in form.roles)) or [""]
        self.pairs = [(cohort, cohort * pairs + number) for cohort in range(cohorts) for number in range(1, pairs + 1)]
        places = [(role, *pair) for pair in self.pairs for role in roles]
        self.people = [Person(number, *place) for number, place in enumerate(places)]
        self.start = {cohort: self._start(cohort) for cohort in range(cohorts)}
        self.meetings = {pair: int(rng.binomial(study.programme.planned_meetings or 6, 0.75)) for _, pair in self.pairs}
        self.common = rng.standard_normal((len(self.pairs) + 1, len(study.scales)))
        self.own = rng.standard_normal((len(self.people), len(study.scales)))
        self.facts: dict[tuple[int, str], str] = {}
        self.codes: set[tuple[str, ...]] = set()

    def _columns(self, fact: str) -> set[str]:
        return {name for wave in self.study.waves for source in wave.sources
                for name in self.study.fact_columns(fact, wave, source)}  # fmt: skip

    def _start(self, cohort: int) -> date:
        start = self.study.programme.start
        if isinstance(start, Mapping):
            return list(start.values())[cohort] if cohort < len(start) else FIRST_DAY
        return start or FIRST_DAY

    def export(self, wave: Wave, source: Source, form: Form) -> list[list[str]]:
        """Rows of one export, as its platform lays them out."""
        place = [one.name for one in self.study.waves].index(wave.name)
        items = {item.candidates(wave.name, source.name)[0]: item for item in self.study.items
                 if item.candidates(wave.name, source.name)}  # fmt: skip
        filled = []
        for person in self.people:
            if (form.roles and person.role not in form.roles) or self.rng.random() > COMING_BACK[min(place, 1)]:
                continue
            day = self.start[person.cohort] + timedelta(days=place * BETWEEN + int(self.rng.integers(-14, 0)))
            filled.append(Filled(day, self._answers(person, place, form, wave, source, items)))
        dated = self.study.fact_columns("submitted", wave, source)
        return LAYOUTS[source.format](form, filled, dated)

    def _answers(
        self, person: Person, place: int, form: Form, wave: Wave, source: Source, items: Mapping[str, Item]
    ) -> dict[str, str]:  # fmt: skip
        """What one person answers; who does not agree is asked nothing more."""
        if form.consent is not None and self.rng.random() > AGREEING:
            return {form.consent.name: form.consent.options[1][1]}
        told = {} if form.consent is None else {form.consent.name: form.consent.options[0][1]}
        code = self.study.fact_columns("person", wave, source)
        for block in form.blocks:
            if block.roles and person.role not in block.roles:
                continue
            for question in block.questions:
                if question.name in code:
                    told[question.name] = self._code(person, question.name, code)
                elif item := items.get(question.name):
                    told[question.name] = self._item(person, place, question, item)
                else:
                    told[question.name] = self._fact(person, question, form)
        return told

    def _code(self, person: Person, column: str, columns: tuple[str, ...]) -> str:
        """Part of a code; no two people have the same."""
        while (person.number, column) not in self.facts:
            parts = tuple(self._part(name) for name in columns)
            if parts not in self.codes:
                self.codes.add(parts)
                self.facts |= {(person.number, name): part for name, part in zip(columns, parts, strict=True)}
        return self.facts[person.number, column]

    def _part(self, column: str) -> str:
        if "day" in column.casefold():
            return f"{self.rng.integers(1, 29):02}"
        return "".join(self.rng.choice(LETTERS, 2)) + (
            f"{self.rng.integers(1000):03}" if column in ("code", "person") else ""
        )

    def _fact(self, person: Person, question: Question, form: Form) -> str:
        """Return cohort, role and pair of a person; of everything else, one of the options or a letter."""
        if question.name in self._columns("dyad"):
            return str(person.pair)
        if question.name in self._columns("cohort"):
            return question.options[person.cohort][1] if question.options else f"Cohort {person.cohort + 1}"
        if form.role is not None and question.name == form.role.name:
            return question.options[form.roles.index(person.role)][1] if question.options else person.role
        key = (person.number, question.name)
        if key not in self.facts:
            options = [label for _, label in question.options] or ["A", "B", "C"]
            self.facts[key] = str(self.rng.choice(options))
        return self.facts[key]

    def _item(self, person: Person, place: int, question: Question, item: Item) -> str:
        if item.kind == "text":
            texts = [answer for theme in THEMES for answer in theme.answers] + [*ABOUT_NONE]
            return str(self.rng.choice(texts)) if self.rng.random() < WRITING else ""
        if self.rng.random() > ANSWERING:
            return ""
        level = self.rng.normal(self._level(person, place, item), 0.7)
        if not question.options:
            low, high = item.low if item.low is not None else 0, item.high if item.high is not None else 10
            return str(round(float(np.clip(low + (high - low) * (0.55 + 0.18 * self._turned(level, item)), low, high))))
        last = len(question.options) - 1
        chosen = int(np.clip(np.rint(last * (0.55 + 0.18 * self._turned(level, item))), 0, last))
        return question.options[chosen][1]

    def _level(self, person: Person, place: int, item: Item) -> float:
        """Where somebody stands on a scale, in SD: a part of the pair, one of the person, one of the survey."""
        names = [scale.name for scale in self.study.scales]
        if item.scale not in names:
            return 0.0
        scale = names.index(item.scale)
        usual = PAIR * self.common[person.pair, scale] + np.sqrt(1 - PAIR**2) * self.own[person.number, scale]
        news = np.sqrt(1 - STEADY**2) * self.rng.standard_normal() if place else 0.0
        return float((STEADY if place else 1.0) * usual + news + GAIN * (place > 0))

    def _turned(self, level: float, item: Item) -> float:
        return -level if item.reverse else level

    def sessions(self, file: FactFile) -> list[list[str]]:
        """Rows of the log of meetings."""
        rows = [[*_headings(file, "dyad", "date", "minutes"), SIMULATED]]
        for cohort, pair in self.pairs:
            days = np.sort(self.rng.choice(np.arange(7, BETWEEN - 14), self.meetings[pair], replace=False))
            dates = [str(self.start[cohort] + timedelta(days=int(day))) for day in days]
            rows += [[str(pair), day, str(self.rng.choice(MINUTES)), YES] for day in dates]
        return rows

    def goals(self, file: Goals) -> list[list[str]]:
        """Rows of the list of goals."""
        dyad, attainment = _headings(file, "dyad", "attainment")
        rows = [[dyad, "goal", "set_on", attainment, SIMULATED]]
        for cohort, pair in self.pairs:
            for what in self.rng.choice(GOALS, int(self.rng.integers(0, 3)), replace=False):
                reached = np.clip(self.rng.normal(0.6, 0.25), 0, 1) * (file.high - file.low) + file.low
                day = self.start[cohort] + timedelta(days=int(self.rng.integers(7, 40)))
                rows.append([str(pair), str(what), str(day), str(round(float(reached))), YES])
        return rows


def _headings(file: FactFile, *facts: str) -> list[str]:
    """Columns of a file that hold facts: as it declares them, otherwise the fact's own name."""
    return [file.columns[fact][0] if fact in file.columns else fact for fact in facts]
