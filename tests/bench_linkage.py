"""
People found by codes they made up, beside exact matching and splink: `python tests/bench_linkage.py [--seeds N …]`.

The people are those of FEBRL data set 4, whose truth is known. A cohort has 100 of them; 20 % are then taken out of the
second wave, or out of each wave. Each of 50 cohorts is a study of its own, except in the row that says otherwise.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from rm_research.linkage.codes import Element, match_codes, split_codes

FEBRL = Path(__file__).parents[2] / "shared" / "data" / "linkage-febrl-sgic"
COHORTS, PEOPLE, KEPT = 50, 100, 80
SEEDS = (101, 102, 103)  # not those that priors and probabilities were chosen on
MISSING = ["x", "xx", "0", "00"]
LENIENT = 0.5  # splink's probabilities know nothing of one-to-one; this is as low as ours may be
LEFT_OUT = {"second": "20 % of the second wave absent", "each": "20 % of each wave absent"}


@dataclass(frozen=True)
class Case:
    """A kind of code, how it is declared, and what is asked of it."""

    code: str
    widths: tuple[int, ...]
    recall: float
    precision: float
    max_edits: int = 1
    min_probability: float = 0.95

    @property
    def name(self) -> str:
        return f"{self.code} {', '.join(map(str, self.widths))}" if len(self.widths) > 1 else f"{self.code} undivided"

    def columns(self, codes: pd.Series) -> pd.DataFrame:
        """Columns to match by: elements with missing values blank, or the code as it stands."""
        if len(self.widths) == 1:
            return codes.to_frame()
        table = split_codes(codes, tuple(Element(f"part {k}", width) for k, width in enumerate(self.widths, start=1)))
        return table.mask(table.isin(MISSING), "")


CASES = (
    Case("code8", (2, 2, 2, 2), 0.985, 0.999),
    Case("code6", (2, 2, 2), 0.93, 0.998),
    # so short that strangers have the same code: only the surest pairs are right often enough
    Case("code4", (2, 1, 1), 0.82, 0.997, min_probability=0.97),
    # two characters that are unknown in one wave are two edits
    Case("code8", (8,), 0.94, 0.998, max_edits=2),
)
Waves = tuple[pd.DataFrame, pd.DataFrame]
Matcher = Callable[[Case, Waves], pd.DataFrame]


@cache
def people() -> Waves:
    """Codes of everybody in both waves, by person."""
    files = (FEBRL / f"sgic_t{wave}.csv" for wave in (1, 2))
    first, second = (pd.read_csv(f, dtype=str, keep_default_na=False).set_index("true_id").sort_index() for f in files)
    return first, second


def draw_cohorts(seed: int, left_out: str, cohorts: int = COHORTS) -> list[Waves]:
    """Cohorts of 100 people, in another order each wave; the index tells who is who."""
    draws = np.random.default_rng(seed)
    first, second = people()
    drawn = []
    for _ in range(cohorts):
        ids = draws.choice(first.index.to_numpy(), PEOPLE, replace=False)
        before = draws.permutation(ids)[: KEPT if left_out == "each" else PEOPLE]
        drawn.append((first.loc[before], second.loc[draws.permutation(ids)[:KEPT]]))
    return drawn


def ours(case: Case, waves: Waves) -> pd.DataFrame:
    """Pairs by rm_research; one block unless a column says otherwise."""
    first, second = (case.columns(wave[case.code]) for wave in waves)
    blocks = [wave["cohort"] if "cohort" in wave else pd.Series("all", index=wave.index) for wave in waves]
    return match_codes(
        first,
        second,
        first_blocks=blocks[0],
        second_blocks=blocks[1],
        max_edits=case.max_edits,
        min_probability=case.min_probability,
    ).pairs


def exactly(case: Case, waves: Waves) -> pd.DataFrame:
    """Pairs of equal codes that one person alone has in either wave."""
    alone = [wave[~wave[case.code].duplicated(keep=False)] for wave in waves]
    codes = [pd.Series(wave.index, index=wave[case.code]) for wave in alone]
    return pd.concat(codes, axis=1, join="inner", keys=["first", "second"])


def splink(case: Case, waves: Waves) -> pd.DataFrame:
    """Pairs by splink as its guide sets it up, not tuned to these codes; each row with its best partner only."""
    from splink import Linker, SettingsCreator, block_on
    from splink import comparison_library as comparisons
    from splink.backends.duckdb import DuckDBAPI

    database = DuckDBAPI()
    tables = [
        case.columns(wave[case.code]).rename(columns=lambda name: str(name).replace(" ", "_")).astype(object)
        for wave in waves
    ]
    names = list(tables[0].columns)
    sources = [
        database.register(
            table.mask(table == "", None).rename_axis("unique_id").reset_index(), dataset_display_name=name
        )
        for name, table in zip(("first", "second"), tables, strict=True)
    ]
    edits = range(1, case.max_edits + 1)
    compared = [comparisons.LevenshteinAtThresholds(name, list(edits)) for name in names]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[one.configure(term_frequency_adjustments=True) for one in compared],
        blocking_rules_to_generate_predictions=["1=1"],
        probability_two_random_records_match=KEPT / PEOPLE / PEOPLE,
    )
    linker = Linker(sources, settings, log_level=50)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e5)
    for name in names[:2]:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    found = linker.inference.predict().as_pandas_dataframe()
    best = found.sort_values("match_probability", ascending=False, kind="stable")
    best = best[best["match_probability"] >= case.min_probability]
    best = best[~best["unique_id_l"].duplicated() & ~best["unique_id_r"].duplicated()]
    return best.rename(columns={"unique_id_l": "first", "unique_id_r": "second"})


def score(matcher: Matcher, case: Case, cohorts: list[Waves]) -> tuple[float, float]:
    """Recall and precision over all cohorts together."""
    there = sum(len(first.index.intersection(second.index)) for first, second in cohorts)
    found = pd.concat([matcher(case, waves)[["first", "second"]] for waves in cohorts])
    right = (found["first"] == found["second"]).sum()
    return right / there, right / max(len(found), 1)


def as_one_study(cohorts: list[Waves]) -> list[Waves]:
    """Cohorts as blocks of a single study; who is in several of them is a person of each."""
    numbered = [
        [wave.assign(cohort=str(k)).set_axis(f"{k}:" + wave.index, axis=0) for wave in waves]
        for k, waves in enumerate(cohorts)
    ]
    first, second = (pd.concat(waves) for waves in zip(*numbered, strict=True))
    return [(first, second)]


def matchers(case: Case, cohorts: list[Waves], splink_cohorts: int) -> Iterator[tuple[str, Matcher, list[Waves]]]:
    """Name of each matcher, what it does and the cohorts it is given."""
    yield "exact", exactly, cohorts
    yield "rm_research", ours, cohorts
    yield "rm_research, as one study", ours, as_one_study(cohorts)
    # splink learns how often elements agree among pairs that agree in another one, so a code needs two at least
    if len(case.widths) > 1 and splink_cohorts and find_spec("splink"):
        for probability in (case.min_probability, LENIENT):
            lenient = replace(case, min_probability=probability)
            yield (
                f"splink, p ≥ {probability}",
                lambda _, waves, case=lenient: splink(case, waves),
                cohorts[:splink_cohorts],
            )


def accuracy(case: Case, seeds: list[int], splink_cohorts: int) -> Table:
    """Recall and precision of each matcher, all cohorts of all seeds together."""
    table = Table("absent", "matcher", "cohorts", "recall", "precision", "asked", "seconds a cohort", title=case.name)
    for left_out, words in LEFT_OUT.items():
        cohorts = [waves for seed in seeds for waves in draw_cohorts(seed, left_out)]
        asked = f"≥ {case.recall}, ≥ {case.precision}" if left_out == "second" else f"≥ {case.precision - 0.003:.3f}"
        for name, matcher, drawn in matchers(case, cohorts, splink_cohorts):
            started = time.perf_counter()
            recall, precision = score(matcher, case, drawn)
            many = len(cohorts) if len(drawn) == 1 else len(drawn)
            spent = f"{(time.perf_counter() - started) / many:.2f}"
            wanted = asked if name == "rm_research" else ""
            table.add_row(words, name, str(many), f"{recall:.4f}", f"{precision:.4f}", wanted, spent)
        if not find_spec("splink"):
            table.add_row(words, "splink: not installed", "", "", "", "", "")
    return table


def many(count: int, seed: int = 1, width: int = 8) -> Waves:
    """Two waves of random codes (`code8`) in one block: 5 % with an edit, 20 % absent later."""
    draws = np.random.default_rng(seed)
    letters = draws.choice(list("abcdefghijklmnopqrstuvwxyz"), (count, width))
    mistaken = letters.copy()
    wrong = draws.choice(count, count // 20, replace=False)
    mistaken[wrong, draws.integers(0, width, len(wrong))] = draws.choice(list("abcdefghijklmnopqrstuvwxyz"), len(wrong))
    first, second = (pd.DataFrame({"code8": ["".join(row) for row in wave]}) for wave in (letters, mistaken))
    return first, second.loc[draws.permutation(count)[: count * KEPT // PEOPLE]]


def at_scale() -> Table:
    """Seconds, memory and accuracy with 100,000 people in one block."""
    table = Table("code", "characters", "edits", "people", "recall", "precision", "seconds", "processor s", "asked",
                  "GB at most", title="Many people")  # fmt: skip
    whole = [(Case("code8", (width,), 0, 0, max_edits=edits), width) for width, edits in ((8, 1), (16, 2), (24, 3))]
    for case, width in (*whole, (Case("code8", (2, 2, 2, 2), 0, 0), 8)):
        waves = many(100_000, width=width)
        started, busy = time.perf_counter(), time.process_time()
        recall, precision = score(ours, case, [waves])
        spent, busy = time.perf_counter() - started, time.process_time() - busy
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        table.add_row(
            "undivided" if len(case.widths) == 1 else "in parts", str(width), str(case.max_edits), "100,000",
            f"{recall:.4f}", f"{precision:.4f}", f"{spent:.1f}", f"{busy:.1f}", "< 20, 2 GB", f"{memory:.2f}",
        )  # fmt: skip
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--splink-cohorts", type=int, default=COHORTS, help="the first so many: it takes seconds each")
    asked = parser.parse_args()
    console = Console(width=140)
    console.print(at_scale())
    if not FEBRL.is_dir():
        console.print(f"{FEBRL.name} is absent from ../shared/data, so the accuracy of linkage is not measured.")
        return
    for case in CASES:
        console.print(accuracy(case, asked.seeds, asked.splink_cohorts))


if __name__ == "__main__":
    main()
