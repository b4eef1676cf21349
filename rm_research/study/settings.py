"""The keys of study.toml: one class per table, every default filled in, unknown keys refused."""

import math
import re
from datetime import date, datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from rm_research.catalogue import languages

FORMATS = (
    "csv", "excel", "qualtrics", "surveymonkey", "google-forms", "redcap", "limesurvey", "spss", "stata",
    "microsoft-forms", "kobotoolbox", "moodle", "typeform", "jotform",
)  # fmt: skip
NUMBERS = ("spss", "stata")  # formats whose numbers are no text
FACTS = ("person", "cohort", "role", "dyad", "arm", "consent", "finished", "submitted", "duration")
AGREED = ("purpose", "structure", "confidentiality")  # what a pair may have agreed on, as the roster says
MEETING_FACTS = ("dyad", "cohort", "date", "minutes")
GOAL_FACTS = ("dyad", "cohort", "attainment")
ROW_NUMBER = "#row"
NOISE = 1e-9  # what rounding may add to a planned number
SERIAL_DATES = "excel"  # date_format of dates that a spreadsheet program wrote as numbers of days

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def is_elsewhere(name: str) -> bool:
    """Whether a path leads out of the study's folder by its parts, on any platform."""
    return any(
        path.is_absolute() or bool(path.drive or path.root) or ".." in path.parts
        for path in (PurePosixPath(name), PureWindowsPath(name))
    )


def as_list(value: Any) -> Any:
    """Treat a single text as a list of one."""
    return (value,) if isinstance(value, str) else value


def as_date_format(pattern: str) -> str:
    """Refuse a format that no date can be read by."""
    if pattern == SERIAL_DATES:
        return pattern
    try:
        datetime.strptime("", pattern)
    except (ValueError, re.error) as error:
        if "does not match format" not in str(error):
            raise ValueError(
                "is not a date format; write it like %d/%m/%Y %H:%M, or excel for numbers of days"
            ) from error
    return pattern


def as_summary_rows(value: Any) -> Any:
    """Refuse what is neither a word for all rows nor a list of rows below a header."""
    rows = isinstance(value, list) and all(type(row) is int and row > 1 for row in value)
    if not rows and value not in ("drop", "keep"):
        raise ValueError('should be "drop", "keep" or a list of row numbers, such as [43, 44]')
    return value


def as_language(name: str) -> str:
    """Refuse a language without a catalogue."""
    if name not in languages():
        raise ValueError(f"there are texts in {', '.join(languages())} only")
    return name


def as_day(value: Any) -> Any:
    """Refuse what is no day, such as the number of a year, which pydantic would take for seconds."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a day; write it like 2025-03-01") from error


def as_due(value: Any) -> Any:
    """Refuse what is neither a day, nor days of cohorts, nor a number of days."""
    if isinstance(value, dict):
        return {str(name): as_day(day) for name, day in value.items()}
    if type(value) is int and value >= 0:
        return value
    try:
        return as_day(value)
    except ValueError as error:
        raise ValueError(
            "is neither a day nor a number of days after the start; write it like 2025-09-01 or 180, or by cohort like "
            '{ "2025 spring" = 2025-09-01 }'
        ) from error


SummaryRows = Annotated[Literal["drop", "keep"] | tuple[int, ...], BeforeValidator(as_summary_rows)]
Columns = Annotated[tuple[Text, ...], BeforeValidator(as_list)]
Values = Annotated[tuple[str, ...], BeforeValidator(as_list)]
# a part of a code: its name and its number of characters
Element = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^:]*[^:\s][^:]*:\s*[1-9]\d?$")]
Day = Annotated[date, BeforeValidator(as_day)]
Due = Annotated[int | date | dict[str, date], BeforeValidator(as_due)]
Format = Literal[
    "csv", "excel", "qualtrics", "surveymonkey", "google-forms", "redcap", "limesurvey", "spss", "stata",
    "microsoft-forms", "kobotoolbox", "moodle", "typeform", "jotform",
]  # fmt: skip
# a tab is white space, which Table would strip
Delimiter = Annotated[str, StringConstraints(strip_whitespace=False, pattern=r'^[^"\r\nA-Za-z0-9]$')]


class Table(BaseModel):
    """What all tables of study.toml share: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class File(Table):
    """A file of rows and how to read it."""

    file: Text
    format: Format = "csv"
    sheet: str | int | None = None
    title_rows: Annotated[int, Field(ge=0)] = 0
    summary_rows: SummaryRows = "drop"
    layout: Literal["wide", "long"] = "wide"
    question: Text | None = None
    answer: Text | None = None
    dictionary: Text | None = None
    encoding: Text | None = None
    delimiter: Delimiter | None = None
    decimal: Literal[".", ","] | None = None
    date_format: Annotated[str, AfterValidator(as_date_format)] | None = None

    @model_validator(mode="after")
    def _named_columns(self) -> "File":
        if (self.layout == "long") != (self.question is not None and self.answer is not None):
            raise ValueError(
                'layout = "long" needs question and answer: the columns that hold the question and the answer of each '
                "row; both are needed only with it"
            )
        return self

    @model_validator(mode="after")
    def _signs_of_text(self) -> "File":
        if self.format in NUMBERS and self.decimal is not None:
            raise ValueError(f"has decimal, but a file of format {self.format!r} keeps numbers as numbers; remove it")
        return self

    @property
    def title(self) -> str:
        """Name in messages and tables: two sheets of one workbook are two exports."""
        return self.file if self.sheet is None else f"{self.file} [{self.sheet}]"


class Source(File):
    """One export of a wave, with the facts and names that apply to it alone."""

    name: str = ""
    set: dict[str, str] = {}
    columns: dict[str, Columns] = {}
    where: dict[str, Any] = {}


class Wave(Table):
    """One occasion on which people were asked."""

    name: Text
    kind: Literal["occasion", "retrospective"] = "occasion"
    duplicates: Literal["error", "first", "last"] = "error"
    unfinished: Literal["keep", "drop"] = "keep"
    returned: str | None = None
    due: Due | None = None
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _single_export(cls, table: Any) -> Any:
        """Allow a wave with a single export to name its file directly."""
        if not isinstance(table, dict):
            return table
        of_source = {key: value for key, value in table.items() if key in Source.model_fields and key != "name"}
        if "sources" in table:
            if not isinstance(table["sources"], list):
                raise ValueError("sources is not a list: begin each with [[waves.….sources]], in double brackets")
            if "file" in table:
                raise ValueError("has both a file and sources: name files only under sources")
            shared = {key: value for key, value in of_source.items() if key != "file"}
            sources = [{**shared, **source} if isinstance(source, dict) else source for source in table["sources"]]
        else:
            sources = [of_source]
        return {key: value for key, value in table.items() if key not in of_source} | {"sources": sources}


class FactFile(File):
    """The roster or the log of sessions."""

    columns: dict[str, Columns] = {}

    @model_validator(mode="after")
    def _one_row_each(self) -> "FactFile":
        if self.layout == "long":
            raise ValueError('has layout = "long", which is for the answers of a wave; remove it')
        return self


class Goals(FactFile):
    """The list of goals that pairs set themselves, and the ends of the scale on which their attainment is rated."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ends(self) -> "Goals":
        if self.low >= self.high:
            raise ValueError("must have low below high: the ends of the scale of attainment, such as 0 and 100")
        return self


class Programme(Table):
    """What was planned, and what pairs were to agree on; what they did is held against it."""

    start: Day | dict[str, Day] | None = None
    planned_meetings: Annotated[int, Field(ge=1)] | None = None
    every_days: Annotated[int, Field(ge=1)] | None = None
    planned_minutes: Annotated[float, Field(gt=0)] | None = None
    as_planned: Annotated[float, Field(gt=0, le=1)] = 0.8
    agreed: dict[Literal["purpose", "structure", "confidentiality"], Columns] = {}

    @property
    def enough_meetings(self) -> int:
        """Fewest meetings with which a pair has met as planned; 1 where no number was planned."""
        return max(1, math.ceil((self.planned_meetings or 1) * self.as_planned - NOISE))

    @property
    def most_days(self) -> int | None:
        """Most whole days between two meetings that are as planned; None where none were planned."""
        return None if self.every_days is None else math.floor(self.every_days / self.as_planned + NOISE)

    @property
    def enough_minutes(self) -> float | None:
        """Fewest minutes of a meeting that are as planned; None where none were planned."""
        return None if self.planned_minutes is None else self.planned_minutes * self.as_planned


class Link(Table):
    """How questionnaires of one person are linked across waves."""

    method: Literal["exact", "code", "none"] = "exact"
    within: Literal["cohort", "study"] = "cohort"
    repeats: Literal["keep", "first"] = "keep"
    compare: Annotated[tuple[Literal["number", "punctuation", "plus-tag", "words"], ...], BeforeValidator(as_list)] = ()
    max_edits: Annotated[int, Field(ge=0, le=3)] = 1
    elements: Annotated[tuple[Element, ...], BeforeValidator(as_list)] = ()
    certainty: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class Careless(Table):
    """Which questionnaires count as carelessly answered, and what happens to them."""

    action: Literal["flag", "drop"] = "flag"
    same_answers: Annotated[int, Field(ge=3)] | None = None
    fastest: Annotated[float, Field(gt=0)] | None = None
    attention: dict[str, str | float] = {}


class Picked(Table):
    """How people were selected by their score: the limit, and the mean and SD of those they were selected from."""

    below: float | None = None
    above: float | None = None
    mean: float
    sd: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _one_limit(self) -> "Picked":
        if (self.below is None) == (self.above is None):
            raise ValueError("needs either below or above: the score by which people were selected")
        return self


class Scale(Table):
    """A score formed from items."""

    name: Text
    kind: Literal["outcome", "process"] = "outcome"
    label: str = ""
    instrument: Text | None = None
    roles: tuple[Text, ...] = ()
    better: Literal["higher", "lower"] = "higher"
    smallest_effect: Annotated[float, Field(gt=0)] | None = None
    smallest_effect_from: Literal["anchor", "measurement", "judgement"] | None = None
    min_answered: Annotated[float, Field(gt=0, le=1)] = 0.5
    score: Literal["mean", "sum"] = "mean"
    unit: str = "scale points"
    retest: Annotated[float, Field(gt=0, lt=1)] | None = None
    picked: Picked | None = None
    published: str | None = None

    @model_validator(mode="after")
    def _source_of_something(self) -> "Scale":
        if self.smallest_effect_from is not None and self.smallest_effect is None:
            raise ValueError("says where smallest_effect is from, but has none: add smallest_effect")
        return self

    @model_validator(mode="after")
    def _outcome_of_something(self) -> "Scale":
        given = [name for name in ("smallest_effect", "retest", "picked") if getattr(self, name) is not None]
        if self.is_process and given:
            raise ValueError(f'has kind = "process", of which no change is told; remove {" and ".join(given)}')
        return self

    @property
    def is_process(self) -> bool:
        """Whether it tells what meetings were like, and is no outcome."""
        return self.kind == "process"

    @property
    def title(self) -> str:
        """The label, or the name if there is no label."""
        return self.label or self.name.replace("_", " ").capitalize()


class Design(Table):
    """Who is compared with whom, and what was assigned."""

    baseline: str | None = None
    comparison: str | None = None
    assignment: Literal["randomised", "matched", "self-selected"] = "self-selected"
    unit: str = "person"
    clusters: str | None = None
    comparison_scope: Literal["cohort", "shared"] = "cohort"
    interactions: tuple[Text, ...] = ()
    moderators: tuple[Text, ...] = ()


class Reporting(Table):
    """What pages show and hide."""

    level: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    smallest_group: Annotated[int, Field(ge=3)] = 10
    seed: Annotated[int, Field(ge=0)] = 20260101
    language: Annotated[str, AfterValidator(as_language)] = "en"
    average: Literal["people", "cohorts"] = "people"
    specifications: bool = False
    leave_out: Values = ()
    cohorts: Columns = ()


class Texts(Table):
    """What a questionnaire says beside its items, and asks beside them by column of the export."""

    intro: str = ""
    consent: str = ""
    thanks: str = ""
    ask: dict[str, Text] = {}


class Questionnaire(Texts):
    """Texts of the questionnaires of a study, and those that a role has in their place."""

    students: bool = False
    roles: dict[str, Texts] = {}

    def said_to(self, role: str | None) -> Texts:
        """Texts for a role: its own, where it has some."""
        own = self.roles.get(role or "", Texts())
        return Texts(
            intro=own.intro or self.intro, consent=own.consent or self.consent, thanks=own.thanks or self.thanks,
            ask=self.ask | own.ask,
        )  # fmt: skip


class Theme(Table):
    """What open answers may be about: marked by people who read them, or found by declared words."""

    name: Text
    label: str = ""
    keywords: Annotated[tuple[Text, ...], BeforeValidator(as_list)] = ()

    @property
    def title(self) -> str:
        """The label, or the name if there is no label."""
        return self.label or self.name.replace("_", " ").capitalize()


class Reflections(Table):
    """What pages take from open answers beside counts of themes."""

    quotes: Text | None = None


class Missing(Table):
    """Entries that, like an empty cell, mean no answer; and how missing scores are imputed."""

    values: Values = ()
    imputations: Annotated[int, Field(ge=2)] = 20
    auxiliary: tuple[Text, ...] = ()
    rounded: bool = False


FactColumns = Columns | dict[str, Columns]


def _as_numbered(table: Any) -> Any:
    """Refuse printed answers that have no number yet: a draft writes "" where nothing shows the order."""
    without = [label for label, number in table.items() if number == ""] if isinstance(table, dict) else []
    if without:
        left = "1 answer has" if len(without) == 1 else f"{len(without)} answers have"
        raise ValueError(
            f'{left} no number yet ({", ".join(map(repr, without))}); write each number in place of "", from least to '
            "most, and remove lines that are no answer"
        )
    return table


Numbered = Annotated[dict[str, float], BeforeValidator(_as_numbered)]


class Settings(Table):
    """The whole of study.toml."""

    title: Text
    outcomes: tuple[str, ...] = ()
    waves: dict[str, Wave] = Field(min_length=1)
    columns: dict[
        Literal["person", "cohort", "role", "dyad", "arm", "consent", "finished", "submitted", "duration"], FactColumns
    ]
    attributes: dict[str, FactColumns] = {}
    values: dict[str, dict[str, Values]] = {}
    missing: Missing = Missing()
    roster: FactFile | None = None
    sessions: FactFile | None = None
    goals: Goals | None = None
    programme: Programme = Programme()
    careless: Careless = Careless()
    link: Link = Link()
    scales: dict[str, Scale] = Field(min_length=1)
    answers: dict[str, Numbered] = {}
    design: Design = Design()
    reporting: Reporting = Reporting()
    questionnaire: Questionnaire = Questionnaire()
    themes: dict[str, Theme] = {}
    reflections: Reflections = Reflections()

    @model_validator(mode="before")
    @classmethod
    def _name_tables(cls, content: Any) -> Any:
        """Name each wave and scale after its table."""
        if not isinstance(content, dict):
            return content
        named = {"columns": {}, **content}
        if isinstance(themes := content.get("themes"), dict):  # a theme may be its label alone
            content = content | {
                "themes": {name: {"label": of} if isinstance(of, str) else of for name, of in themes.items()}
            }
        for tables in ("waves", "scales", "themes"):
            if isinstance(content.get(tables), dict):
                named[tables] = {name: cls._named(name, table) for name, table in content[tables].items()}
        return named

    @staticmethod
    def _named(name: str, table: Any) -> Any:
        """Give a table its name; a key `name` within it is kept as an unknown key, to be refused."""
        if not isinstance(table, dict):
            return table
        return {("name " if key == "name" else key): value for key, value in table.items()} | {"name": name}
