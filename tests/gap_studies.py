"""Studies in which people left, came late, or returned questionnaires without enough answers for a score."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st
from small_studies import as_csv

TOML = """title = "Gaps"
outcomes = ["mood", "zeal"]
[waves.pre]
file = "{pre}.csv"
{where_pre}
[waves.post]
file = "{post}.csv"
{where_post}
[columns]
person = "code"
cohort = "cohort"
arm = "arm"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
[scales.zeal]
label = "Zeal"
[reporting]
smallest_group = 10
"""
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nz1,zeal,1,5\n"
# whether the questionnaire came back, and whether mood was answered, before and after
KINDS = {
    "both": ("full", "full"), "left": ("full", None), "late": (None, "full"), "blank after": ("full", "blank"),
    "blank before": ("blank", "full"), "blank, left": ("blank", None), "blank twice": ("blank", "blank"),
}  # fmt: skip


class Crowd(NamedTuple):
    """People of one cohort and arm, by kind."""

    cohort: str
    arm: str
    kinds: Sequence[str]

    def count(self, *kinds: str) -> int:
        return sum(kind in kinds for kind in self.kinds)


def gap_study(folder: Path, *crowds: Crowd, design: str = "", one_file: bool = False) -> Path:
    """Write a study of these people; in one file, a column says of which survey a row is."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[list[object]]] = {"pre": [], "post": []}
    for place, crowd in enumerate(crowds):
        for person, kind in enumerate(crowd.kinds):
            facts = [f"P{place}-{person}", crowd.cohort, crowd.arm]
            for shift, (wave, what) in enumerate(zip(rows, KINDS[kind], strict=True)):
                answers = [1 + (person + shift) % 5, 1 + (2 * person + shift) % 5]
                if what is not None:
                    mood = answers if what == "full" else ["", ""]
                    rows[wave].append([*facts, wave, *mood, 1 + (3 * person + shift) % 4])
    columns = ("code", "cohort", "arm", "when", "m1", "m2", "z1")
    names = {"pre": "all", "post": "all"} if one_file else {"pre": "pre", "post": "post"}
    where = {f"where_{wave}": f'where = {{ when = "{wave}" }}' if one_file else "" for wave in names}
    files = {"study.toml": TOML.format(**names, **where) + design, "codebook.csv": CODEBOOK}
    if one_file:
        files["all.csv"] = as_csv(columns, [row for wave in rows.values() for row in wave])
    else:
        files |= {f"{wave}.csv": as_csv(columns, of_wave) for wave, of_wave in rows.items()}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@st.composite
def crowds(draw, *, compared: bool) -> list[Crowd]:
    """One or two cohorts, with a waitlist or not, of people of all kinds; most have both scores."""
    found = []
    for cohort in ("A", "B")[: draw(st.integers(1, 2))]:
        for arm in ("programme", "waitlist") if compared else ("",):
            gaps = draw(st.lists(st.sampled_from(list(KINDS)), max_size=14))
            found.append(Crowd(cohort, arm, ["both"] * draw(st.integers(2, 14)) + gaps))
    return found
