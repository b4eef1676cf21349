"""
The coding sheet: one row per open answer, one column per theme, in which a coder puts an x.

It says neither who wrote an answer nor when or in which role: that could sway a coder, and tells a stranger more than
the text does. Its rows are in no order of people.
"""

import csv
import io
from pathlib import Path

import pandas as pd

from rm_research.errors import ReportError
from rm_research.panel import Prepared
from rm_research.private import private_place, write_private
from rm_research.reflections.answers import read_reflections
from rm_research.reflections.coding import coded_themes, refuse_named_themes
from rm_research.study.entries import neutral

UNIT, VERSION, QUESTION, TEXT, NONE = "unit", "version", "question", "text", "none"
ENDINGS = (".xlsx", ".csv")
MOST_TEXT = 32_000  # characters; a cell of a workbook holds 32 767
CUT = " …"
WIDTHS = {UNIT: 16, VERSION: 16, QUESTION: 30, TEXT: 80}


def write_sheet(prepared: Prepared, out: Path) -> tuple[int, int]:
    """
    Write a coding sheet that only its owner can read; return how many answers it has, and how many of them are cut.

    Raises
    ------
    ReportError
        When there is nothing to code, the file is there already, has another ending, or cannot be written.
    """
    if out.suffix.lower() not in ENDINGS:
        raise ReportError(f"{out.name} ends neither in .xlsx nor in .csv. Name the sheet so: --out sheet.xlsx")
    if out.exists() or out.is_symlink():
        raise ReportError(f"{out} is there already, and may hold somebody's marks. Name another file with --out.")
    if (home := private_place(prepared.study.path).resolve()) in out.resolve().parents:
        raise ReportError(f"{home} is kept by this program. Name a file elsewhere with --out.")
    if not coded_themes(prepared.study):
        raise ReportError(
            "study.toml has no themes for people to mark. Declare them, for example:\n[themes]\n"
            'learning = "Learning from each other"'
        )
    refuse_named_themes(prepared)
    rows, cut = sheet_rows(prepared)
    if rows.empty:
        raise ReportError("There are no open answers to code: nobody wrote anything in answer to items of kind text.")
    content = _workbook(rows) if out.suffix.lower() == ".xlsx" else _text(rows)
    try:
        write_private(out, content)
    except OSError as error:
        raise ReportError(f"{out} cannot be written ({error.strerror}). Name another file with --out.") from error
    return len(rows), cut


def sheet_rows(prepared: Prepared) -> tuple[pd.DataFrame, int]:
    """Rows of a coding sheet by unit, with a column per theme and `none`, all empty; and how many texts are cut."""
    study = prepared.study
    answers = read_reflections(prepared).merge(prepared.open_answers[[UNIT, VERSION]], on=UNIT)
    questions = {item.name: item.label or item.name for item in study.text_items}
    long = answers[TEXT].str.len() > MOST_TEXT
    texts = answers[TEXT].where(~long, answers[TEXT].str.slice(0, MOST_TEXT) + CUT)
    rows = answers.assign(text=neutral(texts), question=neutral(answers["item"].map(questions)))
    titles = pd.Series([study.settings.themes[name].title for name in coded_themes(study)], dtype="str")
    empty = dict.fromkeys([*neutral(titles), NONE], "")
    rows = rows.sort_values(UNIT)[[UNIT, VERSION, QUESTION, TEXT]].assign(**empty)
    return rows.reset_index(drop=True), int(long.sum())


def _text(rows: pd.DataFrame) -> bytes:
    """A CSV that spreadsheet programs take for UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(rows.columns)
    writer.writerows(rows.itertuples(index=False, name=None))
    return buffer.getvalue().encode("utf-8-sig")


def _workbook(rows: pd.DataFrame) -> bytes:
    """A workbook in which no cell is a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    sheet.freeze_panes = "A2"
    for place, name in enumerate(rows.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(name, 16)
    for number, row in enumerate([tuple(rows.columns), *rows.itertuples(index=False, name=None)]):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if not number:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
