"""Parquet: the frames as they are, with each column's label and value labels as metadata."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rm_research.writers.sheets import Sheet, Variable


def write(sheet: Sheet, path: Path) -> None:
    """Write a table; its fields have the metadata label, measure, values (JSON), low and high."""
    frame = sheet.frame.copy(deep=False)
    frame.attrs = {}  # the mark of its study says where its folder is
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [table.schema.field(variable.name).with_metadata(_described(variable)) for variable in sheet.variables]
    metadata = {**table.schema.metadata, b"title": sheet.title.encode()}
    pq.write_table(pa.Table.from_arrays(table.columns, schema=pa.schema(fields, metadata=metadata)), path)


def _described(variable: Variable) -> dict[str, str]:
    described = {"label": variable.label, "measure": variable.measure}
    if variable.value_labels:
        labels = {f"{value:.15g}": label for value, label in variable.value_labels.items()}
        described["values"] = json.dumps(labels, ensure_ascii=False)
    ends = (("low", variable.low), ("high", variable.high))
    return described | {name: f"{end:.15g}" for name, end in ends if end is not None}
