"""
Read an SPSS or Stata file and write its content as JSON: a separate program.

A damaged file can crash the library that reads it, and with it the process. So `labelled` runs this program in a
process that may crash.
"""

import json
import sys
from typing import Any

import pyreadstat

READERS = {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}


def main(kind: str, path: str, encoding: str) -> None:
    """Write columns and their metadata; ends with an exception if the file cannot be read."""
    columns, about = READERS[kind](
        path, encoding=encoding or None, user_missing=True, disable_datetime_conversion=True, output_format="dict"
    )
    content = {
        "columns": {name: _plain(values) for name, values in columns.items()},
        "records": about.number_rows,
        "width": about.number_columns,
        "texts": about.column_names_to_labels,
        "formats": about.original_variable_types,
        "kinds": about.readstat_variable_types,
        # JSON keys can only be text
        "labels": {name: list(labels.items()) for name, labels in about.variable_value_labels.items()},
        "label_sets": about.variable_to_label,
        "missing_ranges": about.missing_ranges,
        "missing_values": about.missing_user_values,
    }
    json.dump(content, sys.stdout)


def _plain(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)


if __name__ == "__main__":
    main(*sys.argv[1:])
