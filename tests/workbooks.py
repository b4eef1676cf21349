"""Workbooks written for tests."""

import io
from collections.abc import Mapping, Sequence

import openpyxl

Sheets = Mapping[str, Sequence[Sequence[object]]]


def xlsx(sheets: Sheets) -> bytes:
    """Bytes of an .xlsx workbook, from the rows of its sheets by name."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
