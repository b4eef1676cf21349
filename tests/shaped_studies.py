"""Studies of every shape that a page must bear: arms, roles, outcomes, surveys, cohorts, names, people who left."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import numpy as np
from small_studies import as_csv

from rm_research.findings import Findings
from rm_research.reporting.render import Page, page_html

FACTS = ("code", "cohort", "role", "arm", "pair", "when")
ITEMS = 3  # of each outcome, answered from 1 to 5


@dataclass(frozen=True)
class Shape:
    """
    Shape of a study.

    Attributes
    ----------
    cohorts : dict of str to int
        People of each role and arm.
    roles, outcomes, waves, arms : tuple of str
        The last arm is the comparison; without arms there is none.
    gains : dict of str to float
        How much each outcome moves in the programme; 0.3 unless given.
    drift : float
        How much more it moves in each cohort than in the one before.
    lower : tuple of str
        Outcomes of which less is better.
    left : float
        Share of people who do not answer a later survey.
    """

    cohorts: dict[str, int] = field(default_factory=lambda: {"Spring": 16, "Autumn": 14})
    roles: tuple[str, ...] = ("leader", "mentor")
    outcomes: tuple[str, ...] = ("Mood", "Zeal")
    waves: tuple[str, ...] = ("pre", "post")
    arms: tuple[str, ...] = ()
    assignment: str = "randomised"
    gains: dict[str, float] = field(default_factory=dict)
    drift: float = 0.0
    lower: tuple[str, ...] = ()
    left: float = 0.1
    smallest: float | None = 0.2
    title: str = "A shaped study"
    language: str = "en"
    seed: int = 1


def shaped_study(folder: Path, shape: Shape) -> Path:
    """Write a study of a shape: equal shapes give equal files."""
    folder.mkdir(parents=True, exist_ok=True)
    draws, rows = np.random.default_rng(shape.seed), {wave: [] for wave in shape.waves}
    for place, (cohort, n) in enumerate(shape.cohorts.items()):
        for role in shape.roles:
            for arm in shape.arms or ("",):
                for person in range(n):
                    facts = [f"{place}{role}{arm}{person}", cohort, role, arm, f"{place}{arm}{person}"]
                    usual = draws.normal(3, 0.5, len(shape.outcomes))
                    for at, wave in enumerate(shape.waves):
                        if at and draws.random() < shape.left:
                            continue
                        moved = [0.0 if not at or (shape.arms and arm == shape.arms[-1])
                                 else shape.gains.get(name, 0.3) + place * shape.drift
                                 for name in shape.outcomes]  # fmt: skip
                        answers = (usual + moved)[:, None] + draws.normal(0, 0.6, (len(shape.outcomes), ITEMS))
                        when = f"{2022 + place // 2}-{3 + 6 * (place % 2):02d}-{10 + at}"
                        rows[wave].append([*facts, when, *np.clip(np.rint(answers), 1, 5).astype(int).ravel()])
    items = [f"o{at}i{item}" for at in range(len(shape.outcomes)) for item in range(ITEMS)]
    for wave, answered in rows.items():
        (folder / f"{wave}.csv").write_text(as_csv([*FACTS, *items], answered), encoding="utf-8")
    codebook = [[name, name.partition("i")[0], 1, 5] for name in items]
    (folder / "codebook.csv").write_text(as_csv(["item", "scale", "low", "high"], codebook), encoding="utf-8")
    (folder / "study.toml").write_text(_toml(shape), encoding="utf-8")
    return folder


def _toml(shape: Shape) -> str:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    lines = [f"title = {quoted(shape.title)}"]
    lines += [f'[waves.{quoted(wave)}]\nfile = "{wave}.csv"' for wave in shape.waves]
    lines += ['[columns]\nperson = "code"\ncohort = "cohort"\ndyad = "pair"\nsubmitted = "when"']
    lines += ['role = "role"'] if shape.roles != ("participant",) else []
    lines += ['arm = "arm"'] if shape.arms else []
    for at, name in enumerate(shape.outcomes):
        lines += [f"[scales.o{at}]\nlabel = {quoted(name)}"]
        lines += [] if shape.smallest is None else [f"smallest_effect = {shape.smallest}"]
        lines += ['better = "lower"'] if name in shape.lower else []
    if shape.arms:
        lines += [f'[design]\ncomparison = {quoted(shape.arms[-1])}\nassignment = "{shape.assignment}"']
    lines += [f'[reporting]\nlanguage = "{shape.language}"\nseed = 1']
    return "\n".join(lines) + "\n"


def page_of(findings: Findings, path: Path, language: str = "en") -> Path:
    """Write findings as their page, as `report` does, without a kernel."""
    output = nbformat.v4.new_output("display_data", {"text/html": findings.sections._repr_html_()})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    path.write_text(page_html(notebook, Page(findings.title, language)), encoding="utf-8")
    return path
