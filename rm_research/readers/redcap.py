"""
REDCap CSV: raw codes or labels, one row per record, event or instance; the data dictionary says what they mean.

Columns are left unchanged: a longitudinal project marks events in `redcap_event_name`, repeats in
`redcap_repeat_instance`, checkboxes as `field___code`. Columns that the dictionary marks as identifiers are listed, not
emptied: a record number or date may be marked so and yet be declared as a fact.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.export import Export, as_export
from rm_research.readers.markup import written
from rm_research.readers.tables import read_cells
from rm_research.study.entries import tidy_text
from rm_research.study.settings import File

# columns of the dictionary: their names in the file that REDCap writes, and in its API
COLUMNS = {
    "name": ("variable / field name", "field_name"),
    "form": ("form name", "form_name"),
    "kind": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
    "identifier": ("identifier?", "identifier"),
}
SUFFIX = re.compile(r" \((choice=.*|\d+)\)$")  # of a checkbox's label, or of a repeated name that the reader numbered
YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
TICKED = {"0": "Unchecked", "1": "Checked"}
STATUS = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


@dataclass(frozen=True)
class Field:
    """
    One line of the dictionary.

    Attributes
    ----------
    name, form, kind, label : str
    choices : dict of str to str
        Label by code.
    identifier : bool
        Whether it identifies a person.
    """

    name: str
    form: str
    kind: str
    label: str
    choices: dict[str, str]
    identifier: bool

    def texts(self) -> dict[str, str]:
        """Question text by column."""
        if self.kind != "checkbox":
            return {self.name: self.label}
        return {_tick_column(self.name, code): f"{self.label}: {choice}" for code, choice in self.choices.items()}

    def labels(self) -> dict[str, dict[str, str]]:
        """Label by code, by column."""
        if self.kind == "checkbox":
            return {_tick_column(self.name, code): TICKED for code in self.choices}
        known = YES_NO.get(self.kind) or (self.choices if self.kind in ("radio", "dropdown") else {})
        return {self.name: known} if known else {}


def read(folder: Path, file: File) -> Export:
    """Read a REDCap export, and its data dictionary if one is declared."""
    cells = read_cells(folder / file.file, file)
    export = as_export(file.file, cells.row(0), cells.records(1), short=cells.short, steps=cells.steps)
    if file.dictionary is None:
        return export
    fields = read_dictionary(folder, file.dictionary)
    columns = _columns(export.rows.columns, fields)
    if not columns:
        raise ReadError(Said("reading.other_dictionary", dictionary=file.dictionary, file=file.file))
    texts = {name: text for field in fields for name, text in field.texts().items() if name in export.rows.columns}
    identifiers = frozenset(name for name, matches in columns.items() if any(field.identifier for field in matches))
    return replace(export, texts=texts, labels=_labels(export.rows, fields), identifiers=identifiers)


def read_dictionary(folder: Path, name: str) -> list[Field]:
    """
    Read the fields of a data dictionary, in its order.

    Raises
    ------
    ReadError
        When there is no such file, or it lacks a column that every dictionary has.
    """
    if not os.path.isfile(folder / name):
        raise ReadError(Said("reading.no_dictionary", file=name))
    cells = read_cells(folder / name, File(file=name))
    header = [tidy_text(cell) for cell in cells.row(0)]
    places = {key: next((header.index(n) for n in names if n in header), None) for key, names in COLUMNS.items()}
    lacking = [COLUMNS[key][0] for key, place in places.items() if place is None]
    if lacking:
        raise ReadError(Said("reading.not_a_dictionary", file=name, names=", ".join(map(repr, lacking))))
    rows = cells.records(1)
    return [_field({key: str(row[place]).strip() for key, place in places.items()}) for row in rows.to_numpy()]


def _columns(names: Iterable[str], fields: Iterable[Field]) -> dict[str, list[Field]]:
    """Fields that each column may belong to: matched by name or, in an export with labels, by label."""
    by_name = {field.name: [field] for field in fields}
    by_label: dict[str, list[Field]] = {}
    for field in fields:
        if field.label:
            by_label.setdefault(tidy_text(field.label), []).append(field)
    matches = {}
    for name in names:
        label = tidy_text(name)
        matches[name] = (
            by_name.get(name.partition("___")[0])
            or by_label.get(label)
            or by_label.get(SUFFIX.sub("", label))
            or []
        )  # fmt: skip
    return {name: candidates for name, candidates in matches.items() if candidates}


def parse_choices(text: str) -> dict[str, str]:
    """Label by code of '0, Never | 1, Always'; entries without a code are left out."""
    choices = (choice.partition(",") for choice in text.split("|"))
    return {code.strip(): written(label) for code, comma, label in choices if comma and code.strip()}


def _field(line: dict[str, str]) -> Field:
    choices = parse_choices(line["choices"]) if line["kind"] in ("radio", "dropdown", "checkbox") else {}
    identifier = tidy_text(line["identifier"]) in ("y", "yes", "1")
    return Field(line["name"], line["form"], line["kind"], written(line["label"]), choices, identifier)


def _tick_column(field: str, code: str) -> str:
    """Name the column of one choice of a checkbox."""
    return f"{field}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"


def _labels(rows: pd.DataFrame, fields: Iterable[Field]) -> dict[str, dict[str, str]]:
    """Labels of the columns that have codes; other columns may have been exported with labels."""
    known = {name: labels for field in fields for name, labels in field.labels().items()}
    known |= {f"{form}_complete": STATUS for form in dict.fromkeys(field.form for field in fields)}
    return {name: labels for name, labels in known.items() if name in rows.columns and _coded(rows[name], labels)}


def _coded(cells: pd.Series, labels: dict[str, str]) -> bool:
    entries = set(cells.unique()) - {""}
    return not entries or bool(entries & set(labels)) or not entries & set(labels.values())
