"""Detects the format of a file from its content; a file without any sign of one is CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rm_research.errors import ReadError
from rm_research.readers import delimited, excel, google_forms, limesurvey, qualtrics, spss, stata, surveymonkey
from rm_research.study.entries import tidy_text
from rm_research.study.settings import File

HEAD = 20  # rows looked at
SUFFIXES = {".sav": "spss", ".zsav": "spss", ".dta": "stata", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel"}
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
        First sheet with cells, if the workbook has several.
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
    """
    named = SUFFIXES.get(path.suffix.lower(), "csv")
    try:
        with path.open("rb") as stream:
            start = stream.read(64)
        if start.startswith(spss.SIGNATURES):
            return Detected("spss", "begins like an SPSS file")
        if stata.is_stata(start):
            return Detected("stata", "begins like a Stata file")
        if start.startswith(excel.OLD):
            return Detected("excel", "begins like a password-protected Excel file or one from before 2007")
        if start.startswith(excel.ZIP):
            return _of_workbook(path)
        return _of_rows(delimited.first_rows(path, File(file=path.name), HEAD), "csv")
    except (ReadError, OSError):
        return Detected(named, f"cannot be read; its name ends in {path.suffix}" if path.suffix else "cannot be read")


def _of_workbook(path: Path) -> Detected:
    heads = excel.sheet_heads(path, File(file=path.name), HEAD)
    if not heads:
        return Detected("excel", "is a workbook without cells")
    name, rows = next(iter(heads.items()))
    first_sheet = _of_rows(rows, "excel")
    if len(heads) == 1:
        return first_sheet
    reason = f"{first_sheet.reason}; the first of {len(heads)} sheets with cells"
    return Detected(first_sheet.format, reason, first_sheet.title_rows, name)


def _of_rows(rows: Rows, default: str) -> Detected:
    """Detect the format of a table from its first rows, below any title rows."""
    title_rows = _title_rows(rows)
    below = rows[title_rows:]
    header, second, third = [*below, [], [], []][:3]
    if not title_rows:
        # workbooks have no cells after the last filled one
        width = max(map(len, below), default=0)
        header, second, third = ([*row, *[""] * (width - len(row))] for row in (header, second, third))
        if tool := _survey_tool(header, second, third, below[1:]):
            return Detected(*tool)
    reason = "is a workbook" if default == "excel" else "has no sign of a survey tool"
    return Detected(default, f"{reason}, with its header in row {title_rows + 1}", title_rows)


def _survey_tool(header: list[str], second: list[str], third: list[str], records: Rows) -> tuple[str, str] | None:
    """Format and reason, if the header shows which survey tool wrote the file."""
    names = [tidy_text(name) for name in header]
    if qualtrics.are_import_ids(third) or qualtrics.are_import_ids(second):
        return "qualtrics", "has Qualtrics' import ids above its answers"
    if _is_old_qualtrics(header, second):
        return "qualtrics", "has the columns V1, V2 … of Qualtrics before 2016"
    if _is_surveymonkey(header, second):
        return "surveymonkey", "has SurveyMonkey's two header rows"
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


def _title_rows(rows: Rows) -> int:
    """Number of rows above the header: those with at most one filled cell, if the rows below are wider."""
    width = max(map(len, rows), default=0)
    if width < 2:
        return 0
    for place, row in enumerate(rows):
        filled = sum(bool(cell) for cell in row)
        # in a header of two columns, the first may have no name
        if filled > 1 or (filled == 1 and len(row) == width == 2):
            return place
    return 0
