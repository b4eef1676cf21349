"""
Read an .xls, .xlsb or .ods workbook and write its cells as JSON: a separate program.

A damaged file can crash the library that reads it, and with it the process. So `other_workbooks` runs this program in a
process that may crash.
"""

import datetime as dt
import json
import sys
from typing import Any

# how the program ends without the library, when a file has a password, or a sheet more cells than allowed
LACKING, PROTECTED, TOO_LARGE = 3, 4, 5


def main(path: str, most_cells: str) -> None:
    """Write the rows of each sheet; ends with an exception if the file cannot be read."""
    try:
        import python_calamine
    except ImportError:
        sys.exit(LACKING)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
            for sheet in sheets.values():
                if sheet.total_height * sheet.total_width > int(most_cells):
                    print(sheet.total_height, sheet.total_width, file=sys.stderr)
                    sys.exit(TOO_LARGE)
            content = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
    except python_calamine.PasswordError:
        sys.exit(PROTECTED)
    json.dump(content, sys.stdout, default=_plain)


def _plain(value: Any) -> list[Any]:
    """Kind and value of what JSON does not have."""
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.total_seconds()]
    return [type(value).__name__, value.isoformat()]


if __name__ == "__main__":
    main(*sys.argv[1:])
