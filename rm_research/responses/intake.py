"""read_responses: every export of every wave, cleaned as declared; whatever is left out is recorded."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.errors import ReadError
from rm_research.frames import CODE, CONTENT, FACT, FORM, RESPONSES, TOTAL
from rm_research.journal import Journal
from rm_research.private import study_key
from rm_research.responses.coding import Labels, labels_of, report_labels, report_ranges
from rm_research.responses.exports import check_asked, open_sources
from rm_research.responses.facts import spellings
from rm_research.responses.questionnaires import PERSONAL_FACTS, check_returned, read_questionnaires
from rm_research.responses.roster import facts_of_roster, read_goals, read_roster, read_sessions
from rm_research.responses.screening import Names, screen
from rm_research.study import Study, Wave, read_study
from rm_research.study.entries import per_entry, tidy_text
from rm_research.study.model import ONE_COHORT
from rm_research.study.text_storage import held_by_size

Files = tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None]  # roster, meetings and goals
TAKEN_ALREADY = "rows already in another source"  # rule of the ledger


@dataclass(frozen=True, eq=False, repr=False)
class Intake:
    """
    The content of all exports, before questionnaires are linked.

    Attributes
    ----------
    responses : DataFrame
        Responses: one row per questionnaire, items as answered.
    facts : DataFrame
        One row per questionnaire, same index: its role, arm, dyad (hashed) and attributes.
    published : DataFrame
        One row per questionnaire, same index: published totals in the export, by scale.
    ledger, problems : DataFrame
        What was done, and what is wrong.
    arrivals : DataFrame
        One row per wave: first, the earliest date of all its questionnaires with an answer, whether or not they count;
        and undated, how many of these have no date.
    forms : DataFrame
        Same index: hashes of codes in forms that are not declared, by form; missing where the form is the code itself.
    contents : Series of str
        Same index: a hash of all that a row holds, of questionnaires that no code names; else missing.
    codes : DataFrame or None
        One row per questionnaire, same index: person codes as typed, one column per part. Held in memory for
        `link_waves` if codes are to be compared, else None.
    roster : DataFrame or None
        One row per roster line: source_row, person, cohort and facts (and 'code:…' as `codes`); None without a roster.
    sessions, goals : DataFrame or None
        One row per meeting: cohort, dyad (hashed), date, minutes; and one per goal: cohort, dyad, attainment.
        None without such a file.
    texts : dict of (str, str) to str
        Question text by wave and item, if the export has one.
    names : Names
        Names of people, codes and cohorts of which open answers are freed, as keyed digests.

    Examples
    --------
    >>> intake = rm.read_responses(study)
    >>> len(intake.responses)
    671
    """

    responses: pd.DataFrame
    facts: pd.DataFrame
    published: pd.DataFrame
    ledger: pd.DataFrame
    problems: pd.DataFrame
    arrivals: pd.DataFrame
    forms: pd.DataFrame
    contents: pd.Series
    codes: pd.DataFrame | None
    roster: pd.DataFrame | None
    sessions: pd.DataFrame | None
    goals: pd.DataFrame | None
    texts: dict[tuple[str, str], str]
    names: Names

    def __repr__(self) -> str:
        counts = self.responses.groupby("wave", sort=False).size()
        waves = ", ".join(f"{wave} {count}" for wave, count in counts.items())
        return f"Intake of {len(self.responses)} questionnaires ({waves or 'none'}), {len(self.problems)} problems"


def read_responses(study: Study | str | Path) -> Intake:
    """
    Read and clean the exports of all waves.

    Parameters
    ----------
    study : Study or path
        The study.

    Returns
    -------
    Intake
        `responses` has one row per returned questionnaire, before duplicates are resolved; item columns are in item
        units and never reversed. Cells that match no declared answer are missing, and each is a Problem.

    Raises
    ------
    ReadError
        When an export that all cohorts need cannot be read as declared; all such problems at once.

    Examples
    --------
    >>> rm.read_responses(study).responses["wave"].value_counts().to_dict()
    {'pre': 368, 'post': 303}
    """
    intake = take_in(study if isinstance(study, Study) else read_study(study))
    raise_study_errors(intake.problems)
    return intake


def raise_study_errors(problems: pd.DataFrame) -> None:
    """Raise the errors that concern the whole study, all at once."""
    errors = problems[(problems["severity"] == "error") & problems["cohort"].isna()]
    if len(errors):
        raise ReadError(*dict.fromkeys(errors["message"]), heading="The survey data cannot be used yet")


@held_by_size
def take_in(study: Study) -> Intake:
    """Read all exports; one that cannot be read becomes an error among the problems."""
    journal, key, texts = Journal(), study_key(study.path), dict[tuple[str, str], str]()
    for mark in study.marks:
        journal.problem("open_mark", "error", mark.sentence, file="study.toml")
    names = Names(key)
    names.of_codes(study.words.get("cohort", ()))
    files = read_roster(study, key, journal, names), read_sessions(study, key, journal), read_goals(study, key, journal)
    roster = files[0]
    in_roster = facts_of_roster(roster, study)
    parts, labels = [], Labels()
    for wave in study.waves:
        of_wave, asked, coded = _read_wave(study, wave, key, in_roster, journal, names)
        parts += of_wave
        texts |= asked
        labels |= coded
    questionnaires = screen(_refuse_overlaps(_stacked(parts, study), journal), names, study, journal)
    report_labels(labels, study, journal)
    report_ranges(questionnaires, study, journal)
    if not _has_cohorts(study, roster):
        questionnaires = questionnaires.assign(cohort=ONE_COHORT)
        files = tuple(file if file is None else file.assign(cohort=ONE_COHORT) for file in files)  # type: ignore[assignment]
    _spell_alike(study, questionnaires, files, journal)
    return _intake(study, questionnaires, files, texts, names, journal)


def _read_wave(
    study: Study, wave: Wave, key: bytes, in_roster: set[str], journal: Journal, names: Names
) -> tuple[list[pd.DataFrame], dict[tuple[str, str], str], Labels]:
    """Questionnaires of each export of a wave, question texts and labels of codes; the exports themselves are freed."""
    exports = list(open_sources(study, wave, journal, names))
    check_asked(study, wave, exports)
    check_returned(wave, exports)
    parts, texts, labels = [], dict[tuple[str, str], str](), Labels()
    for opened in exports:
        part = read_questionnaires(opened, key, in_roster)
        if part is not None:
            parts.append(part)
            texts |= opened.texts()
            labels |= labels_of(opened)
    return parts, texts, labels


def _has_cohorts(study: Study, roster: pd.DataFrame | None) -> bool:
    in_exports = any(study.has_fact("cohort", wave, source) for wave in study.waves for source in wave.sources)
    return in_exports or (roster is not None and bool(roster["cohort"].notna().any()))


def _stacked(parts: list[pd.DataFrame], study: Study) -> pd.DataFrame:
    """Stack all questionnaires; columns that no export has are added, empty."""
    filled = [part for part in parts if len(part)]
    questionnaires = pd.concat(filled, ignore_index=True) if filled else RESPONSES.empty()
    texts = [CONTENT, *(FACT + name for name in (*PERSONAL_FACTS, *study.settings.attributes))]
    texts += [item.name for item in study.items if item.kind != "number"]
    numbers = [TOTAL + scale.name for scale in study.scales if scale.published]
    numbers += [item.name for item in study.items if item.kind == "number"]
    dtypes = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "float64")
    lacking = {
        name: pd.Series(index=questionnaires.index, dtype=dtype)
        for name, dtype in dtypes.items()
        if name not in questionnaires
    }
    return pd.concat([questionnaires, pd.DataFrame(lacking, index=questionnaires.index)], axis=1)


def _refuse_overlaps(questionnaires: pd.DataFrame, journal: Journal) -> pd.DataFrame:
    """Keep each row of a file once per wave, even if several sources name the file and take the row."""
    again = questionnaires.duplicated(RESPONSES.key)
    for (wave, file), rows in questionnaires[again].groupby(["wave", "file"], sort=False):
        message = Said("problems.row_in_two_sources", wave=wave, rows=rows_text(rows["source_row"]), file=file)
        journal.problem("row_in_two_sources", "error", message, wave=str(wave), file=str(file))
        before = int((questionnaires["wave"] == wave).sum())
        journal.step(TAKEN_ALREADY, before=before, after=before - len(rows), wave=str(wave), file=str(file))
    return questionnaires[~again].reset_index(drop=True) if again.any() else questionnaires


def _spell_alike(study: Study, questionnaires: pd.DataFrame, files: Files, journal: Journal) -> None:
    """Unify words that differ only in case or blanks: 'Spring 2025' and 'spring 2025' are one cohort."""
    for name in ("cohort", "role", "arm", *study.settings.attributes):
        column = name if name == "cohort" else FACT + name
        roster, *others = files
        places = ((roster, name), (questionnaires, column), *((file, name) for file in others))
        holders = [(frame, at) for frame, at in places if frame is not None and at in frame]
        first = spellings(*(frame[at] for frame, at in holders))
        cells = 0
        for frame, at in holders:
            spelt = per_entry(frame[at], lambda word, first=first: first[tidy_text(word)])  # type: ignore[misc]
            cells += int((spelt != frame[at])[spelt.notna()].sum())
            frame[at] = spelt
        if cells:
            journal.step(Said("ledger.of.spellings", name=name), before=len(questionnaires), after=len(questionnaires),
                         cells=cells)  # fmt: skip
        for problem in journal.problem_rows if name == "cohort" else ():
            if isinstance(stated := problem["cohort"], str):
                problem["cohort"] = first.get(tidy_text(stated), stated)


def _codes(questionnaires: pd.DataFrame) -> pd.DataFrame:
    """Person codes of all questionnaires; '' if an export has fewer parts than another."""
    held = questionnaires[[name for name in questionnaires.columns if name.startswith(CODE)]]
    if held.empty:
        return pd.DataFrame({"0": ""}, index=questionnaires.index, dtype="str")
    return held.rename(columns=lambda name: name.removeprefix(CODE)).fillna("")


def _intake(
    study: Study, questionnaires: pd.DataFrame, files: Files, texts: dict[tuple[str, str], str], names: Names,
    journal: Journal,
) -> Intake:  # fmt: skip
    roster, sessions, goals = files
    facts = [*PERSONAL_FACTS, *study.settings.attributes]
    totals = [scale.name for scale in study.scales if scale.published]
    return Intake(
        responses=RESPONSES.conform(
            questionnaires[[*RESPONSES.columns, *(item.name for item in study.items)]], unique=True
        ),
        facts=questionnaires[[FACT + name for name in facts]].set_axis(facts, axis=1),
        published=questionnaires[[TOTAL + name for name in totals]].set_axis(totals, axis=1),
        ledger=journal.ledger,
        problems=journal.problems,
        arrivals=journal.arrivals,
        forms=questionnaires[[name for name in questionnaires.columns if name.startswith(FORM)]],
        contents=questionnaires[CONTENT],
        codes=_codes(questionnaires) if study.link.method == "code" else None,
        roster=roster,
        sessions=sessions,
        goals=goals,
        texts=texts,
        names=names,
    )
