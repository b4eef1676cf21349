"""
A whole study folder whose truth is known: for the demo, for tests, and for trying a design before the first survey.

The modules, in the order in which a study takes shape: `population` (what is true), `people` (cohorts, dyads, arms),
`answering` (who answers what, who leaves), `process` (what pairs agree on, aim at and say, in the words of `wording`),
`exports` (survey exports), `spoiling` (what goes wrong), `truth` and `process_truth`, `study_files`.
"""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from rm_research.errors import SelectionError, StudyError
from rm_research.simulate.answering import Answers, draw_answers
from rm_research.simulate.exports import draw_sheet, with_process, write_export
from rm_research.simulate.people import Programme, draw_programme, draw_sessions
from rm_research.simulate.population import WAVES
from rm_research.simulate.process import Process, draw_process
from rm_research.simulate.spoiling import draw_returns, spoil
from rm_research.simulate.study_files import codebook_frame, study_toml
from rm_research.simulate.truth import truth_json
from rm_research.study.wording import suggest

__all__ = ["simulate_study"]

FILES = (
    "study.toml", "codebook.csv", "pre.csv", "post.csv", "roster.csv", "sessions.csv", "goals.csv", "truth.json",
)  # fmt: skip
SIZES = {"full": (40, 38, 36, 34, 32, 8), "small": (24, 22)}  # dyads per cohort
CACHE = ".rm_research"  # rebuilt from the study whenever it is read, so nothing is lost with it
SMALLEST_COHORT = 2  # one dyad in each arm


def simulate_study(
    path: str | PathLike[str],
    *,
    seed: int = 20260101,
    size: str = "full",
    cohorts: Sequence[int] | None = None,
    effect: float = 1.0,
    attrition: float = 0.20,
    dirt: bool = True,
) -> list[Path]:
    """
    Write a randomised study with a waiting list, and the truth about it.

    Parameters
    ----------
    path : path
        The study folder. It is made if absent; an earlier simulated study in it is replaced.
    seed : int
        The same seed and options write the same bytes.
    size : {'full', 'small'}
        How many people: 'full' has six cohorts of 8 to 40 dyads, 'small' two of 24 and 22, for tests that are to be
        quick. The second cohort is a school's, where students mentor, the fourth a government department's.
    cohorts : sequence of int, optional
        Dyads per cohort, both arms together; about 60 % of them start, the others wait. As `size` says unless given.
    effect : float
        Multiplies every true effect of the programme; 0 is a programme without effect.
    attrition : float
        Expected share, from 0 up to but not including 1, of those who answered `pre` and do not answer `post`.
        Leaving depends on engagement at the start and on nothing else (missing at random).
    dirt : bool
        Whether the exports have the faults of real ones: double submissions, test rows, unknown answers and so on.
        The people, their answers and who leaves are the same with and without them.

    Returns
    -------
    list of Path
        The files written: study.toml, codebook.csv, pre.csv, post.csv, roster.csv, sessions.csv, goals.csv, truth.json.
        truth.json has `population` (what holds for everyone; d, r and icc in units of the score before rounding),
        `changes` (grain cohort × arm × role × scale), `differences` (cohort × role × scale), both in scale points
        after rounding and before attrition, `dirt` (counts per wave), and `process`: `meetings` (by cohort: pairs,
        those that met as planned, mean), `agreed` (chances), `sides` (role × scale: mean score of all such people, and
        of the n asked here), `safety_and_effect` (by role: correlation of safety with the effect on inclusion),
        `themes` (role × theme: share of answers about it, and how many of those who write here).

    Raises
    ------
    StudyError
        When the folder holds anything other than a simulated study, or an option is out of range.

    Examples
    --------
    >>> folder = rm.simulate_study("simulated", seed=1)
    >>> rm.read_study("simulated").title
    'Reverse mentoring, Northgate Council'
    >>> folder = rm.simulate_study("small", size="small")
    """
    cohorts = _sizes(size, cohorts)
    _check_options(cohorts, attrition)
    folder = _usable_folder(Path(path))
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    programme = draw_programme(rng, cohorts)
    sessions = draw_sessions(rng, programme)
    answers = draw_answers(rng, programme.people, effect=effect, attrition=attrition)
    returns = draw_returns(rng, programme, answers.left, dirt=dirt)
    process = draw_process(seed, programme)
    counts = _write_exports(folder, rng, programme, answers, process, returns, dirt=dirt)

    agreed = process.agreed.assign(pair=programme.dyads["pair"])
    tables = {
        "roster": programme.roster.merge(agreed, on="pair", how="left"), "sessions": sessions, "goals": process.goals,
        "codebook": codebook_frame(),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    _write_text(
        folder / "study.toml", study_toml(seed, programme.dyads.groupby("cohort", sort=False)["starts"].first())
    )
    truth = truth_json(
        programme, answers, process, sessions, returns, counts, seed=seed, effect=effect, attrition=attrition
    )
    _write_text(folder / "truth.json", truth)
    return [folder / name for name in FILES]


def _write_exports(
    folder: Path,
    rng: np.random.Generator,
    programme: Programme,
    answers: Answers,
    process: Process,
    returns: pd.DataFrame,
    *,
    dirt: bool,
) -> dict[str, dict[str, int]]:
    """Write both waves and return how much dirt each holds, by wave and kind."""
    counts = {}
    for wave in WAVES:
        sheet = draw_sheet(rng, programme.people, answers.keyed[wave], returns[wave].to_numpy(), wave)
        if wave == WAVES[-1]:
            sheet = with_process(sheet, process)
        sheet, counts[wave] = spoil(rng, sheet, wave, dirt=dirt)
        write_export(folder / f"{wave}.csv", sheet, wave)
    return counts


def _sizes(size: str, cohorts: Sequence[int] | None) -> Sequence[int]:
    if size not in SIZES:
        raise SelectionError(f"There is no size {size!r}; {suggest(size, SIZES)}")
    return SIZES[size] if cohorts is None else cohorts


def _check_options(cohorts: Sequence[int], attrition: float) -> None:
    if not cohorts or min(cohorts) < SMALLEST_COHORT:
        raise StudyError(
            f"simulate_study: cohorts = {list(cohorts)} is empty or has a cohort under {SMALLEST_COHORT} dyads.\n"
            f"  Give the number of dyads in each cohort, at least {SMALLEST_COHORT}: cohorts=(40, 30)."
        )
    if not 0 <= attrition < 1:
        raise StudyError(
            f"simulate_study: attrition = {attrition} is not a share of people.\n"
            "  Give a number from 0 up to but not including 1: attrition=0.25."
        )


def _usable_folder(folder: Path) -> Path:
    """Make the folder if absent; refuse it if writing could destroy what simulate did not write."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"simulate_study: {folder} is a file.\n  Name a folder that is new or empty.")
    names = {entry.name for entry in folder.iterdir()} - {CACHE} if folder.exists() else set()
    foreign = sorted(names - set(FILES))
    # A real study may use our file names, but only a simulated one knows its truth.
    if foreign or (names and "truth.json" not in names):
        what = f"holds {foreign[0]!r}" if foreign else "holds a study without truth.json"
        raise StudyError(
            f"simulate_study: {folder} {what}, which simulate did not write.\n"
            "  Name a folder that is new or empty, or move its files elsewhere first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
