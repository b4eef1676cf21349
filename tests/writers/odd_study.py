"""A small study of odd names, answers and labels, and how each format is read back by other programs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
from small_studies import as_csv

LONG = "a_name_that_is_longer_than_any_program_would_take_it_and_goes_on_for_ever"
SCRIPT = "<script>alert(1)</script>"
TOML = f"""title = "Odd {SCRIPT}"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
arm = "arm"
submitted = "when"
[attributes]
"site of work" = "site"
[scales.mood]
label = "Mood"
better = "lower"
[scales.zeal]
score = "sum"
roles = ["leader"]
[answers.agree]
"Not at all" = 1
"Never" = 1
"Some" = 3
"Fully" = 5
[answers.half]
"No" = 0
"Half" = 0.5
"Yes" = 1
"""
CODEBOOK = f"""item,scale,kind,reverse,low,high,answers,label,pre,post
m.1,mood,number,,1,5,agree,{SCRIPT},,
m 1,mood,number,yes,1,5,agree,,,
byte,mood,number,,1,5,,asked before alone,,-
z,zeal,number,,0,1,half,"half, or not",,
Größe,,number,,,,,"height, in cm",,
{LONG}_1,,number,,0,100,,,,
{LONG}_2,,number,,0,10,,,,
pick,,choice,,,,,,,
said,,text,,,,,,,
"""
HEADER = ("code", "cohort", "role", "arm", "site", "when", "m.1", "m 1", "byte", "z", "Größe", f"{LONG}_1", f"{LONG}_2",
          "pick", "said")  # fmt: skip
PICKS = ("=1+1", "ליווי", "", "a;b", "  ", "+x", "Ü")
SAID = "a secret of mine"


def odd_study(folder: Path, *, waves: tuple[str, ...] = ("pre", "post")) -> Path:
    """Write the study with the exports of some waves."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    (folder / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    for wave in waves:
        rows = [_row(person, wave) for person in range(14)]
        (folder / f"{wave}.csv").write_text(as_csv(HEADER, rows), encoding="utf-8")
    return folder


def with_repeated_code(folder: Path, cohort: str = "Spring") -> Path:
    """Give a cohort an error: a second questionnaire of one person."""
    with (folder / "pre.csv").open("a", encoding="utf-8") as file:
        file.write(f"P0-1,{cohort},,,D,2025-03-04,1,2,3\n")
    return folder


def _row(person: int, wave: str) -> list[Any]:
    later = int(wave == "post")
    when = f"2025-0{3 + 6 * later}-{person + 1:02d} 09:30:1{later}" if person else ""
    agree, half = ("Not at all", "never", "Some", "Fully", ""), ("No", "Half", "Yes")
    return [
        f"C{person}", ("A", "B")[person % 2], "leader", "programme", PICKS[person % 7], when, agree[person % 5],
        agree[(person + 1 + later) % 5], person % 5 + 1, half[(person + later) % 3], 150.25 + 1.5 * person,
        (person * 7 + later) % 101, "" if later else person % 11, PICKS[person % 7], SAID,
    ]  # fmt: skip


@dataclass(frozen=True)
class ReadBack:
    """A file as another program reads it: values, and labels where the format has them."""

    frame: pd.DataFrame
    labels: dict[str, str]
    value_labels: dict[str, dict[float, str]]
    measures: dict[str, str]


def read_back(path: Path) -> ReadBack:
    """Read a file of any format."""
    if path.suffix == ".csv":
        frame = pd.read_csv(path, keep_default_na=False, na_values={}, dtype="str")
        return ReadBack(frame, {}, {}, {})
    if path.suffix == ".parquet":
        fields = {
            field.name: {k.decode(): v.decode() for k, v in field.metadata.items()} for field in pq.read_schema(path)
        }
        values = {name: json.loads(found["values"]) for name, found in fields.items() if "values" in found}
        return ReadBack(
            pd.read_parquet(path),
            {name: found["label"] for name, found in fields.items()},
            {name: {float(value): label for value, label in found.items()} for name, found in values.items()},
            {name: found["measure"] for name, found in fields.items()},
        )
    read = pyreadstat.read_sav if path.suffix == ".sav" else pyreadstat.read_dta
    frame, meta = read(str(path))
    labels = {name: label or "" for name, label in meta.column_names_to_labels.items()}
    return ReadBack(frame, labels, meta.variable_value_labels, meta.variable_measure)


def comparable(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns as plain lists: numbers as float, dates as text, what is missing as ''."""
    return {str(name): [_cell(value) for value in frame[name].tolist()] for name in frame.columns}


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value)
    return float(value) if isinstance(value, int | float) else value
