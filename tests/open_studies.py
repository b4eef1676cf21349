"""Study folders with open answers, written by hand; who wrote what is known."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rm_research.panel import Prepared, prepare_study
from rm_research.reflections.keeping import keep_codes

TOML = """title = "Words"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
role = "role"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
"""
THEMES = """[themes]
learning = "Learning from each other"
time = "Time"
"""
CODEBOOK = """item,scale,kind,low,high,label,pre
m1,mood,,1,5,,
m2,mood,,1,5,,
words,,text,,,What did you learn?,-
"""
Texts = Sequence[str]


def open_study(
    folder: Path, answers: Mapping[str, Texts], *, more: str = THEMES, toml: str = TOML, codebook: str = CODEBOOK,
    facts: Mapping[str, str] | None = None, files: Mapping[str, str] | None = None,
) -> Path:  # fmt: skip
    """
    Write a study: one person per answer, by role, who has codes QX-0001 and so on and wrote it in the survey after.

    `facts` are further columns that are equal in every row of both exports.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draws, rows = np.random.default_rng(5), {"pre": list[list[object]](), "post": list[list[object]]()}
    facts = dict(facts or {})
    people = [(role, text) for role, texts in answers.items() for text in texts]
    for number, (role, text) in enumerate(people, start=1):
        before = draws.integers(1, 5, 2)
        after = np.clip(before + draws.integers(0, 2, 2), 1, 5)
        who = [f"QX-{number:04}", role, *facts.values()]
        rows["pre"].append([*who, *before, ""])
        rows["post"].append([*who, *after, text])
    header = ["code", "role", *facts, "m1", "m2", "words"]
    contents = {"study.toml": toml + more, "codebook.csv": codebook}
    contents |= {f"{wave}.csv": as_csv([header, *of_wave]) for wave, of_wave in rows.items()}
    for name, content in (contents | dict(files or {})).items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


def as_csv(rows: Sequence[Sequence[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def texts_in(numbers: int, word: str, n: int) -> list[str]:
    """Answers of n people, the first of whom use a word."""
    return [f"It was about {word} for me." if place < numbers else "It was good." for place in range(n)]


def coded(folder: Path, marks: Mapping[str, Mapping[str, Sequence[str]]]) -> Prepared:
    """
    Keep codes of coders, as their sheets would say: by coder and person, the themes marked. Others have `none`.

    A person's number stands in the code, QX-0001; `marks[coder]["*"]` is for everybody who is not named, None for a
    person who is not coded.
    """
    prepared = prepare_study(folder)
    codes, themes = [], [theme.name for theme in prepared.study.themes if not theme.keywords]
    answers = prepared.open_answers.reset_index(drop=True)
    for coder, of in marks.items():
        for place, (unit, version) in enumerate(zip(answers["unit"], answers["version"], strict=True), start=1):
            marked = of.get(str(place), of.get("*", ()))
            if marked is not None:
                found = {theme: theme in marked for theme in themes}
                codes.append({"coder": coder, "unit": unit, "version": version, "marks": found})
    keep_codes(prepared.study, codes)
    return prepare_study(folder)
