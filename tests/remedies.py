"""
Every kind of problem as a small study that has it, and the step that its message advises.

A step takes what it writes from the message: a snippet of study.toml, a column of codebook.csv, an entry. What only the
study's owner can know (the number of a label, the right date) stands in the case.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Files = dict[str, str]
Step = Callable[[Files, str], None]

TOML = """title = "A small study"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
"""
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
LABELS = ("Never", "Rarely", "Sometimes", "Often", "Always")
AGREE = "[answers.often]\n" + "".join(f"{label} = {value}\n" for value, label in enumerate(LABELS, start=1))
LABELLED = "item,scale,low,high,answers\n" + "".join(f"m{k},mood,1,5,often\n" for k in (1, 2, 3))
IDS = '"{""ImportId"":""x""}"'
SNIPPET = re.compile(
    r"(?P<line>[\w.]+ = (?:\[.*?\]|\{.*?\}|\".*?\"|[\w.]+)) (?:under|to|next to) \[(?P<table>[^\]]+)\]"
)


def answers(n: int = 40, seed: int = 1, low: int = 1, high: int = 5) -> np.ndarray:
    """Answers of people who differ from each other, to three items; equal seeds are equal people."""
    usual = np.random.default_rng(0).normal(0, 1, (n, 1))
    drawn = usual + np.random.default_rng(seed).normal(0, 0.8, (n, 3))
    return np.clip(np.rint((drawn + 2) / 4 * (high - low) + low), low, high).astype(int)


def table(values: np.ndarray, code: str = "P{:03}", **columns: object) -> str:
    """An export: code, further columns (one entry, or one a row) and three items."""
    n = len(values)
    more = {name: entry if isinstance(entry, list) else [entry] * n for name, entry in columns.items()}
    rows = [[code.format(k), *(of[k] for of in more.values()), *values[k]] for k in range(n)]
    return text([["code", *more, "m1", "m2", "m3"], *rows])


def text(rows: list[list[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def one(content: str, row: int, column: str, entry: str) -> str:
    """An export with another entry in one cell; rows are counted as a spreadsheet does."""
    rows = list(csv.reader(io.StringIO(content)))
    rows[row - 1][rows[0].index(column)] = entry
    return text(rows)


def base(**files: str) -> Files:
    given = {name.replace("_csv", ".csv").replace("_toml", ".toml"): content for name, content in files.items()}
    return {"study.toml": TOML, "codebook.csv": CODEBOOK, "pre.csv": table(answers(seed=1)),
            "post.csv": table(answers(seed=2)), **given}  # fmt: skip


def declare(files: Files, line: str, section: str) -> None:
    """Write a line under a table of study.toml, in place of one with the same key."""
    header, key, lines = f"[{section}]", line.partition(" = ")[0], files["study.toml"].splitlines()
    if header not in lines:
        lines += [header]
    start = lines.index(header) + 1
    end = next((k for k in range(start, len(lines)) if lines[k].startswith("[")), len(lines))
    kept = [one for one in lines[start:end] if one.partition(" = ")[0] != key]
    files["study.toml"] = "\n".join([*lines[:start], line, *kept, *lines[end:]]) + "\n"


def snippet(files: Files, message: str) -> None:
    """Write the first snippet of a message where it says."""
    found = SNIPPET.search(message)
    assert found, f"no snippet to be written: {message}"
    declare(files, found["line"], found["table"])


def beside_file(files: Files, message: str) -> None:
    """Write the first key of a message next to the file that it is about."""
    line, name = re.search(r"\w+ = (?:\".*?\"|\[.*?\]|\d+)", message), re.match(r"([\w.]+)\.csv", message)
    assert line, message
    assert name, message
    declare(files, line[0], f"waves.{name[1]}")


def listed_missing(files: Files, message: str) -> None:
    """List under [missing] the entry that a message quotes or counts."""
    assert "under [missing]" in message
    found = re.search(r"The answer '(.*?)'|answers to scale '\w+' are ([\d, ]+),", message)
    assert found, message
    entries = [found[1]] if found[1] else found[2].split(", ")
    declare(files, f"values = {[str(entry) for entry in entries]}", "missing")


def coded(entries: dict[str, str], *items: str) -> Step:
    """Fill columns of codebook.csv that the message names, for these items or for all."""

    def step(files: Files, message: str) -> None:
        assert all(column in message for column in entries), message
        rows = list(csv.DictReader(io.StringIO(files["codebook.csv"])))
        for row in rows:
            row |= {column: entry if not items or row["item"] in items else row.get(column, "")
                    for column, entry in entries.items()}  # fmt: skip
        files["codebook.csv"] = text([list(rows[0]), *(list(row.values()) for row in rows)])

    return step


def said(pattern: str, act: Callable[[Files, re.Match[str]], None]) -> Step:
    """A step of what a pattern finds in the message."""

    def step(files: Files, message: str) -> None:
        found = re.search(pattern, message)
        assert found, f"{pattern!r} is not in: {message}"
        act(files, found)

    return step


def replaced(file: str, old: str, new: str, advice: str) -> Step:
    """Correct a file by hand, as the message advises."""

    def act(files: Files, _: re.Match[str]) -> None:
        assert old in files[file]
        files[file] = files[file].replace(old, new)

    return said(advice, act)


def exported_again(content: str, file: str = "post.csv", advice: str = "[Ee]xport") -> Step:
    return said(advice, lambda files, _: files.update({file: content}))


@dataclass(frozen=True)
class Case:
    """A study with a problem, the words by which its message is told from others of the rule, and what it advises."""

    rule: str
    files: Files
    step: Step
    words: str = ""
    brings: tuple[str, ...] = field(default=())  # rules that come with following the advice, because they tell of it
