"""A study begun from nothing: study.toml and codebook.csv of surveys that nobody has answered yet."""

import csv
import io
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from rm_research.catalogue import Catalogue, catalogue, languages
from rm_research.drafting.draft import Draft, drafted
from rm_research.drafting.marks import Lines, checks
from rm_research.drafting.new_roles import roles_by_name
from rm_research.drafting.occasions import refuse_names
from rm_research.drafting.study_file import study_title
from rm_research.errors import SelectionError
from rm_research.questionnaires import PLATFORMS
from rm_research.study.codebook import NOT_ASKED
from rm_research.study.entries import slug
from rm_research.study.instruments import LEADER, MENTOR, Instrument, known, usable_instrument
from rm_research.study.toml import comment, inline, key, listed, quoted

WAVES, ROLES = ("pre", "post"), (LEADER, MENTOR)
OUTCOMES = ("open-valued", "open-generations", "open-digital")
PROCESS = ("open-mentor-confidence", "open-meetings", "open-goals", "open-safety", "open-relationship", "open-learning")
AGREE = "agree5"
LONGEST = 18  # letters of a scale's name, so that LimeSurvey takes those of its items
CODE = ("mother", "day", "town")  # what a self-made code is made of
PAIR = "pair"  # the column, and its question
TAKEAWAY = "takeaway"  # the open question


@dataclass(frozen=True)
class Beginning:
    """
    What a new study is about.

    Attributes
    ----------
    title : str
    waves, cohorts : tuple of str
    roles : dict of str to str
        Roles in study files, by the names that their owner gives them.
    outcomes : tuple of str
        Instruments of the outcomes, the headline first.
    others : tuple of str
        Further instruments.
    platform : str
        What takes its surveys; see `PLATFORMS`.
    language : str
    students : bool
        Whether mentors are students.
    process : bool
        Whether what pairs do is kept, too: a plan of meetings, logs of meetings and goals, and an open question.
    """

    title: str
    waves: tuple[str, ...] = WAVES
    roles: Mapping[str, str] = field(default_factory=lambda: {role: role for role in ROLES})
    cohorts: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = OUTCOMES
    others: tuple[str, ...] = PROCESS
    platform: str = "csv"
    language: str = "en"
    students: bool = False
    process: bool = False

    @property
    def in_pairs(self) -> bool:
        """Whether there are both who mentors and who is mentored."""
        return {LEADER, MENTOR} <= {*self.roles.values()}


def begin_study(
    folder: str | Path, *, title: str | None = None, waves: Sequence[str] = (), roles: Sequence[str] = (),
    cohorts: Sequence[str] = (), outcomes: Sequence[str] = (), instruments: Sequence[str] = (), platform: str = "csv",
    language: str = "en", students: bool = False, mentor: str | None = None, process: bool = False,
) -> Draft:  # fmt: skip
    """
    Draft the files of a study that has no surveys yet; nothing is written.

    Raises
    ------
    SelectionError
        When an instrument does not exist or cannot be used, is named twice, or is for none of the roles; when it is
        not clear which role mentors; or when there are no pairs whose meetings could be kept.
    """
    if language not in languages():
        raise SelectionError(f"--language {language!r} has no texts; there are {' and '.join(languages())}.")
    outcomes, instruments = ([usable_instrument(name).name for name in names] for names in (outcomes, instruments))
    further = tuple(instruments) if outcomes else _added(instruments)
    begun = Beginning(
        title or study_title(Path(folder)), tuple(waves) or WAVES, _roles(roles, mentor, students), tuple(cohorts),
        tuple(outcomes) or OUTCOMES, further, platform, language, students, process,
    )  # fmt: skip
    if process and not begun.in_pairs:
        raise SelectionError("--process keeps what pairs do, but the roles make no pairs; leave it out.")
    refuse_names(begun.waves)
    scales = _scales(begun, asked_for={*outcomes, *instruments})
    _refuse_outcomes(begun)
    _refuse_empty_surveys(begun, scales)
    study = _study_text(begun, scales, catalogue(language))
    return drafted(study, _codebook_text(begun, scales, catalogue(language)), pd.DataFrame())


def _roles(names: Sequence[str], mentor: str | None, students: bool) -> dict[str, str]:
    names = tuple(names) or ROLES
    _refuse_twice("role", names)
    roles = roles_by_name(names, mentor)
    if students and MENTOR not in roles.values():
        raise SelectionError("--students says that mentors are students, but no role mentors; leave it out.")
    return roles


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SelectionError(f"The {what} {twice[0]!r} is named twice; name it once.")


def _added(instruments: Sequence[str]) -> tuple[str, ...]:
    """Further instruments, after those of the open set."""
    return (*PROCESS, *(name for name in instruments if name not in (*OUTCOMES, *PROCESS)))


def _scales(begun: Beginning, asked_for: Set[str]) -> dict[str, Instrument]:
    """Instruments by the names of their scales; what is only proposed is left out where nobody has its role."""
    for what, names in (("wave", begun.waves), ("cohort", begun.cohorts),
                        ("instrument", (*begun.outcomes, *begun.others))):  # fmt: skip
        _refuse_twice(what, names)
    found: dict[str, Instrument] = {}
    for name in (*begun.outcomes, *begun.others):
        one = usable_instrument(name)
        if one.roles and not {*one.roles} & {*begun.roles.values()}:
            if name not in asked_for:
                continue
            raise SelectionError(
                f"{name} is for {' and '.join(one.roles)}, and the study has {' and '.join(begun.roles)}; leave it out."
            )
        letters = "".join(letter for letter in name.removeprefix("open-") if letter.isalnum())
        found[letters[:LONGEST]] = one
    return found


def _refuse_outcomes(begun: Beginning) -> None:
    """Refuse outcomes of which none can be asked before the pairs have met."""
    if len(begun.waves) > 1 and all(known()[name].during for name in begun.outcomes):
        can = [name for name, one in known().items() if not (one.during or one.refused)]
        raise SelectionError(
            f"{' and '.join(begun.outcomes)} can only be asked once a pair has met, so nobody can say how it changed. "
            f"Name it with --instrument, and as --outcome one of these: {', '.join(can)}."
        )


def _refuse_empty_surveys(begun: Beginning, scales: Mapping[str, Instrument]) -> None:
    """Refuse roles that would be asked nothing, at the start or at all."""
    first = [one for one in scales.values() if not (one.during and len(begun.waves) > 1)]
    for called, role in begun.roles.items():
        if not any(not one.roles or role in one.roles for one in first):
            raise SelectionError(
                f"The survey {begun.waves[0]} of {called} would ask nothing: {', '.join(one.name for one in first)} is "
                "for others. Add an instrument that is for everybody, or leave this role out."
            )


def _study_text(begun: Beginning, scales: dict[str, Instrument], words: Catalogue) -> str:
    outcomes = [name for name, one in scales.items() if one.name in begun.outcomes]
    sections = (
        [
            comment("A study that rm-research init began. docs/study-files.md explains every key."),
            comment("Decide outcomes and smallest effects before anybody answers."),
            *(comment(f"Role {role}: {called}") for called, role in begun.roles.items() if called != role),
            "",
            f"title = {quoted(begun.title)}",
            f"outcomes = {listed(outcomes)}  {comment('declared in advance, the headline first')}",
        ],
        *(_wave(begun, wave) for wave in begun.waves),
        _columns(begun),
        *_words(begun, words),
        ["[link]", f'method = "code"  {comment("people make up their codes; similar ones may be the same person")}'],
        *(_scale(begun, name, one) for name, one in scales.items()),
        _answers(words) if any(one.questions for one in scales.values()) else [],
        _questionnaire(begun, words),
        _process() if begun.process else [],
        _reporting(begun),
    )
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _wave(begun: Beginning, wave: str) -> Lines:
    """Exports of a wave: one for each role, as each is asked its own questions."""
    short = slug(wave) or f"wave{begun.waves.index(wave) + 1}"
    one = PLATFORMS[begun.platform]
    shared = [f"format = {quoted(one.format or 'csv')}", *one.wave]
    if len(begun.roles) == 1:
        (only,) = begun.roles.values()
        head = [f"[waves.{key(wave)}]", f"file = {quoted(f'{short}.csv')}"]
        return [*head, *shared, 'duplicates = "last"', _everybody(begun, only)]
    lines = [f"[waves.{key(wave)}]", *shared, 'duplicates = "last"']
    for number, (called, role) in enumerate(begun.roles.items(), start=1):
        name = slug(called) or f"role{number}"
        lines += ["", f"[[waves.{key(wave)}.sources]]", f"name = {quoted(name)}",
                  f"file = {quoted(f'{short}-{name}.csv')}", _everybody(begun, role)]  # fmt: skip
    return lines


def _everybody(begun: Beginning, role: str) -> str:
    """What is so of everybody in an export: the role; and the cohort, if there is only one."""
    cohort = {"cohort": begun.cohorts[0]} if len(begun.cohorts) == 1 else {}
    return f"set = {inline({'role': role} | cohort)}"


def _columns(begun: Beginning) -> Lines:
    cohort = ['cohort = "cohort"'] if len(begun.cohorts) > 1 else []
    code = f"person = {listed(_code_columns())}"
    pair = [f"dyad = {quoted(PAIR)}"] if begun.in_pairs else []
    return ["[columns]", code, *cohort, *pair, 'consent = "consent"', *PLATFORMS[begun.platform].columns]


def _code_columns() -> list[str]:
    return [f"code{part}" for part in CODE]


def _words(begun: Beginning, words: Catalogue) -> list[Lines]:
    """Printed answers of the facts, each with its code in exports that hold codes."""
    agreed = ["[values.consent]", f"yes = {listed([words.say('questionnaire.yes'), '1'])}",
              f"no = {listed([words.say('questionnaire.no'), '2'])}"]  # fmt: skip
    asked = begun.cohorts if len(begun.cohorts) > 1 else ()
    cohorts = [f"{key(name)} = {listed([str(number)])}" for number, name in enumerate(asked, start=1)]
    finished = PLATFORMS[begun.platform].finished
    return [
        agreed, ["[values.cohort]", *cohorts] if cohorts else [], ["[values.finished]", *finished] if finished else [],
    ]  # fmt: skip


def _scale(begun: Beginning, name: str, one: Instrument) -> Lines:
    lines = [f"[scales.{key(name)}]", f"instrument = {quoted(one.name)}"]
    roles = [role for role in begun.roles.values() if role in one.roles]
    if roles and len(roles) < len(begun.roles):
        lines.append(f"roles = {listed(roles)}")
    if one.name in begun.outcomes:
        lines.append(comment("smallest_effect = …: the smallest change that matters, in scale points"))
    elif one.during:
        lines.append(f'kind = "process"  {comment("tells what the meetings were like; no change is told of it")}')
    for fact, where in (("range", "low and high"), ("reverse", "reverse")):
        if not one.knows(fact):
            said = f"{one.name}: {fact} is not certain ({one.uncertain[fact]})"
            lines += checks(f"{said}. Compare {where} in codebook.csv with the source.")
    return lines


def _answers(words: Catalogue) -> Lines:
    labels = [words.say(f"questionnaire.agree_{point}") for point in range(1, 6)]
    pairs = [*((label, point) for point, label in enumerate(labels, start=1)), *((str(n), n) for n in range(1, 6))]
    said = comment("printed answers; and their codes, for exports that hold codes")
    return [said, f"[answers.{AGREE}]", *(f"{key(label)} = {point}" for label, point in pairs)]


def _questionnaire(begun: Beginning, words: Catalogue) -> Lines:
    lines = [comment("Adapt these texts to your programme, and to what your ethics board or data protection asks for.")]
    texts = {name: words.say(f"questionnaire.{name}") for name in ("intro", "consent", "thanks")}
    parts = dict(zip(_code_columns(), CODE, strict=True)) | ({PAIR: PAIR} if begun.in_pairs else {})
    ask = {column: words.say(f"questionnaire.{part}") for column, part in parts.items()}
    lines += ["[questionnaire]", *_texts(texts), *(["students = true"] if begun.students else [])]
    lines += ["", "[questionnaire.ask]", *_texts(ask)]
    if begun.students:
        own = {name: words.say(f"questionnaire.students.{name}") for name in ("consent", "thanks")}
        asked = {column: words.say(f"questionnaire.students.{part}") for column, part in parts.items()}
        lines += ["", f"[questionnaire.roles.{MENTOR}]", *_texts(_others_than(texts, own))]
        if differing := _others_than(ask, asked):
            lines += ["", f"[questionnaire.roles.{MENTOR}.ask]", *_texts(differing)]
    return lines


def _texts(texts: Mapping[str, str]) -> Lines:
    return [f"{name} = {quoted(text)}" for name, text in texts.items()]


def _others_than(shared: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in own.items() if text != shared[name]}


def _process() -> Lines:
    """What pairs are to do, which the owner has to fill in, and the logs of what they did."""
    return [
        "[programme]",
        comment("Write what is planned in place of these examples, and remove the first # of each line."),
        "# start = 2030-01-31    # the first day",
        "# planned_meetings = 6  # how many meetings each pair is to have",
        "# every_days = 30       # at most how many days lie between two meetings",
        "# planned_minutes = 60  # how long a meeting is to take",
        "",
        f"[sessions]  {comment('a row per meeting: dyad (the number of the pair), date, minutes')}",
        'file = "meetings.csv"',
        "",
        f"[goals]  {comment('a row per goal: dyad, attainment (empty until it is rated, here from 0 to 100)')}",
        'file = "goals.csv"',
        "low = 0",
        "high = 100",
    ]


def _reporting(begun: Beginning) -> Lines:
    lines = [f"cohorts = {listed(begun.cohorts)}"] if begun.cohorts else []
    return ["[reporting]", *lines, f"language = {quoted(begun.language)}"]


def _codebook_text(begun: Beginning, scales: dict[str, Instrument], words: Catalogue) -> str:
    """One row per item; what asks about the pair is not asked in the first wave."""
    kind = ["kind"] if begun.process else []
    own = [f"question@{MENTOR}"] if begun.process and begun.students else []
    names = ["item", "scale", *kind, "of", "low", "high", "answers", "question", *own, *begun.waves]
    later = {begun.waves[0]: NOT_ASKED} if len(begun.waves) > 1 else {}
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    for name, one in scales.items():
        for number in range(1, one.items + 1):
            row = {"item": f"{name}{number}", "scale": name, "of": str(number)}
            row |= {} if one.knows("range") else {"low": f"{one.low:g}", "high": f"{one.high:g}"}
            row |= {"answers": AGREE} if one.questions else {}
            row |= later if one.during else {}
            writer.writerow(row)
    if begun.process:
        row = {"item": TAKEAWAY, "kind": "text", "question": words.say(f"questionnaire.{TAKEAWAY}")}
        writer.writerow(row | dict.fromkeys(own, words.say(f"questionnaire.students.{TAKEAWAY}")) | later)
    return buffer.getvalue()
