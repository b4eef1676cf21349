"""Detects the format of a file from its content; a file without any sign of one is CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rm_research.errors import ReadError
from rm_research.readers import (
    delimited,
    excel,
    google_forms,
    limesurvey,
    platforms,
    qualtrics,
    spss,
    stata,
    surveymonkey,
)
from rm_research.readers.kinds import kind_of
from rm_research.readers.titles import has_title, title_rows
from rm_research.study.entries import NUMBER, tidy_text
from rm_research.study.settings import File

HEAD = 20  # rows looked at
SUFFIXES = {".sav": "spss", ".zsav": "spss", ".dta": "stata", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel",
            ".xlsb": "excel", ".ods": "excel"}  # fmt: skip
LIMESURVEY = ("response id", "date submitted", "last page", "start language", "seed")
REDCAP = ("redcap_event_name", "redcap_repeat_instrument", "redcap_survey_identifier", "redcap_data_access_group")
REDCAP_LABELS = ("event name", "repeat instrument", "repeat instance", "survey identifier", "data access group")
STATUS = {"", "0", "1", "2"}
Rows = list[list[str]]


@dataclass(frozen=True)
class Detected:
    """
    The format that a file seems to have.

    Attributes
    ----------
    format : str
        One of the formats of study.toml.
    reason : str
        What gave it away, for a person to check.
    title_rows : int
        Number of rows above the header.
    sheet : str or None
        Its sheet, if the workbook has several with cells.
    """

    format: str
    reason: str
    title_rows: int = 0
    sheet: str | None = None


def detect_format(path: Path) -> Detected:
    """
    Detect a file's format, from its content rather than its name.

    A file that cannot be read gets the format that its name suggests, or CSV; reading it will say what is wrong.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Detected
        Of several sheets, the first that `detect_tables` finds.
    """
    return detect_tables(path)[0]


def detect_tables(path: Path) -> tuple[Detected, ...]:
    """
    Detect the format of each table of answers in a file: one, unless it is a workbook with several such sheets.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of Detected
        In the order of the sheets: of those whose first rows look like records below names, the one in which most
        cells of these rows are filled, and those that share at least half of their names with it. The first sheet with
        cells if none looks like that.
    """
    named = SUFFIXES.get(path.suffix.lower(), "csv")
    try:
        with path.open("rb") as stream:
            start = stream.read(64)
        if start.startswith(spss.SIGNATURES):
            return (Detected("spss", "begins like an SPSS file"),)
        if stata.is_stata(start):
            return (Detected("stata", "begins like a Stata file"),)
        if kind_of(path, File(file=path.name)) != "text":
            named = "excel"
            return _of_workbook(path)
        return (_of_rows(delimited.first_rows(path, File(file=path.name), HEAD), "csv"),)
    except (ReadError, OSError):
        return (
            Detected(named, f"cannot be read; its name ends in {path.suffix}" if path.suffix else "cannot be read"),
        )


def _of_workbook(path: Path) -> tuple[Detected, ...]:
    heads = excel.sheet_heads(path, File(file=path.name), HEAD)
    if not heads:
        return (Detected("excel", "is a workbook without cells"),)
    sheets = {name: _of_rows(rows, "excel") for name, rows in heads.items()}
    if len(heads) == 1:
        return tuple(sheets.values())
    answers = _with_answers({name: rows[sheets[name].title_rows :] for name, rows in heads.items()})
    which = f"one of {len(heads)} sheets with cells" if answers else f"the first of {len(heads)} sheets with cells"
    return tuple(
        replace(sheets[name], reason=f"{sheets[name].reason}; {which}", sheet=name) for name in answers or [*heads][:1]
    )


def _with_answers(sheets: dict[str, Rows]) -> list[str]:
    """Names of the sheets that seem to hold the answers of one survey; the second rows of some tools are records."""
    names = {name: {tidy_text(cell) for cell in rows[0] if cell} for name, rows in sheets.items() if len(rows) > 1}
    named = {name: cells for name, cells in names.items() if len(cells) > 1 and not any(map(NUMBER.fullmatch, cells))}
    # a list of two sites may have more columns than the answers of many people
    fullest = max(named, key=lambda name: sum(cell != "" for row in sheets[name] for cell in row), default="")
    return [name for name, cells in named.items() if 2 * len(cells & named[fullest]) >= len(cells)]


def _of_rows(rows: Rows, default: str) -> Detected:
    """Detect the format of a table from its first rows; only a file without titles can be a survey tool's."""
    # workbooks have no cells after the last filled one
    width = max(map(len, rows), default=0)
    header, second, third = ([*row, *[""] * (width - len(row))] for row in [*rows, [], [], []][:3])
    if not has_title(rows) and (tool := _survey_tool(header, second, third, rows[1:])):
        return Detected(*tool)
    above = title_rows(rows)
    reason = "is a workbook" if default == "excel" else "has no sign of a survey tool"
    return Detected(default, f"{reason}, with its header in row {above + 1}", above)


def _survey_tool(header: list[str], second: list[str], third: list[str], records: Rows) -> tuple[str, str] | None:
    """Format and reason, if the header shows which survey tool wrote the file."""
    names = [tidy_text(name) for name in header]
    if qualtrics.are_import_ids(third) or qualtrics.are_import_ids(second):
        return "qualtrics", "has Qualtrics' import ids above its answers"
    if _is_old_qualtrics(header, second):
        return "qualtrics", "has the columns V1, V2 … of Qualtrics before 2016"
    if _is_surveymonkey(header, second):
        return "surveymonkey", "has SurveyMonkey's two header rows"
    if platform := platforms.platform_of(header):
        return platform, f"has the columns that {platforms.NAMES[platform]} adds"
    if marks := [name for name in names if name in REDCAP or (name in REDCAP_LABELS and "complete?" in names)]:
        return "redcap", f"has REDCap's column {marks[0]!r}"
    if _is_redcap(names, records):
        return "redcap", "has REDCap's columns for checkboxes or form status"
    if sum(name in LIMESURVEY for name in names) > 1:
        return "limesurvey", "has LimeSurvey's columns 'Response ID', 'Date submitted' …"
    if len(header) > 1 and limesurvey.has_codes(header):
        return "limesurvey", "has columns named 'code. question', like LimeSurvey"
    if names and names[0] in google_forms.TIMESTAMPS:
        return "google-forms", f"begins with Google Forms' column {header[0]!r}"
    return None


def _is_old_qualtrics(header: list[str], second: list[str]) -> bool:
    """Whether the header begins with V1 to V3, above a row with their meaning."""
    return header[:3] == ["V1", "V2", "V3"] and qualtrics.is_legacy(header, second)


def _is_surveymonkey(header: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the second row has subheadings of questions, and nothing below the respondent's number."""
    if not surveymonkey.has_two_headers(header, second):
        return False
    known = any(surveymonkey.RESPONDENT.fullmatch(name.strip()) for name in header)
    return known or any(tidy_text(cell) in surveymonkey.RESPONSES for cell in second)


def _is_redcap(names: list[str], records: Rows) -> bool:
    """Whether there are columns of checkboxes (field___code) or of form status (form_complete: 0, 1, 2)."""
    if any("___" in name.strip("_") for name in names):
        return True
    status = [place for place, name in enumerate(names) if name.endswith("_complete")]
    cells = {row[place] for row in records for place in status if place < len(row)}
    return bool(status) and bool(cells - {""}) and cells <= STATUS
