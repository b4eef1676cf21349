"""A thousand rows of Estimates of all kinds that pages speak of, drawn from a seed, with the texts made of each."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from small_studies import details_of, row_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates
from rm_research.stats.result import critical_value, t_result
from rm_research.study import Study, read_study

TOML = """title = "Rows"
outcomes = ["mood"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
{waves}
[columns]
person = "code"
cohort = "cohort"
role = "role"
arm = "arm"
[scales.mood]
label = "Teaching mood"
better = "{better}"
{smallest}
[link]
method = "{link}"
[design]
{design}
"""
ASSIGNED = ("", "self-selected", "matched", "randomised")
ROLES = ("leader", "mentor", "participant", "sponsor")
S = 0.3
# ends of intervals: at, inside and outside 0 and the smallest change that matters, and far off
ENDS = np.array(
    [-1234.5, -8.2, -0.9, -0.31, -0.3, -0.29, -0.12, -0.004, 0, 0.003, 0.15, 0.29, 0.3, 0.34, 0.8, 7, 999.9]
)


@dataclass(frozen=True)
class Said:
    """One row, the study's settings that matter to words, and every text made of it."""

    row: Estimate
    better: str
    smallest: float | None
    linked: bool
    level: int
    family: str
    found: str
    arms: tuple[float, ...]
    sentence: str
    title: str
    alt: str
    verdict: str
    verdict_name: str
    apa: str
    n_tests: int
    of_own_p: bool

    @property
    def texts(self) -> tuple[str, ...]:
        return self.sentence, self.title, self.alt, self.verdict, self.verdict_name, self.apa


def studies(folder: Path) -> Iterator[tuple[Study, np.random.Generator]]:
    """Studies of all designs, with and without a smallest effect, either end better, linked or not, of 1 or 2 waves."""
    linked = product(("exact",), ASSIGNED, ("higher", "lower"), (S, None), (True, False))
    unlinked = product(("none",), ("",), ("higher", "lower"), (S, None), (True, False))
    for place, (link, assigned, better, smallest, several) in enumerate([*linked, *unlinked]):
        design = f'comparison = "waitlist"\nassignment = "{assigned}"' if assigned else ""
        own = folder / str(place)
        own.mkdir()
        (own / "study.toml").write_text(TOML.format(
            waves='[waves.later]\nfile = "later.csv"' if several else "", better=better, link=link, design=design,
            smallest="" if smallest is None else f"smallest_effect = {smallest}",
        ))  # fmt: skip
        (own / "codebook.csv").write_text("item,scale,low,high\na,mood,1,5\n")
        yield read_study(own), np.random.default_rng(place)


def interval(draws: np.random.Generator) -> dict[str, Any]:
    low, high = np.sort(draws.choice(ENDS, 2, replace=False) + draws.choice([0, 0, 1e-4]))
    if draws.random() < 0.3:  # near 0, where most verdicts are decided
        low, high = np.sort(draws.choice(ENDS[3:14], 2, replace=False))
    # interval and p-value are of one test, so that only families of several rows make a finding uncertain
    estimate, df = (low + high) / 2, draws.choice([4.5, 61.24, 118.0, np.nan])
    error = (high - low) / 2 / critical_value(df, 0.95)
    tested = t_result(estimate, error, df, 0.95)
    return {"estimate": estimate, "ci_low": low, "ci_high": high, "std_error": error, "df": df,
            "statistic": draws.choice([tested.statistic, np.nan]), "p_value": tested.p_value,
            "planned": bool(draws.integers(2)),
            "detectable": draws.choice([0.02, 0.4, 12.345, np.nan])}  # fmt: skip


def people(draws: np.random.Generator) -> dict[str, int]:
    pairs = int(draws.integers(10, 200))
    return {"n_pairs": pairs, "n_pre": pairs + int(draws.choice([0, 0, 1, pairs])),
            "n_post": pairs + int(draws.integers(50))}  # fmt: skip


def situation(study: Study, draws: np.random.Generator, place: int) -> list[dict[str, Any]]:
    """Rows of one cohort or pool that bear on each other: changes of arms and, if there are two, their difference."""
    linked, pooled = study.link.method != "none", place % 3 == 0
    common = {"cohort": "all cohorts" if pooled else f"cohort-{'abcdefghijklmnopqrstuvwxyz'[place]}",
              "role": ROLES[place // 3 % 4], "wave": draws.choice(study.later_waves), "n_clusters": pd.NA}  # fmt: skip
    arm = str(draws.choice(["programme", "thanks"]))
    if pooled:
        common |= {"n_clusters": int(draws.integers(2, 9))}
    over_people = pooled and place % 2 == 0
    of_change = {"contrast": "pooled_change" if pooled else "change", "method": "jackknife" if linked else "welch"}
    if over_people and linked:
        of_change["method"] = str(draws.choice(["people", "people_both"]))
    elif pooled and not over_people:
        of_change["method"] = "reml_hk"
    arms = [arm, "waitlist"] if study.comparison else [arm]
    rows = [row_of(**common | of_change | people(draws) | interval(draws) | {"arm": one}) for one in arms]
    if study.comparison:
        chose = study.design.assignment == "self-selected"
        way = "reml_hk" if pooled and not over_people else "change_score" if chose else "ancova"
        both = {"contrast": f"{'pooled_' if pooled else ''}difference", "arm": arm, "method": way, "heads": True}
        common = {name: value for name, value in common.items() if name != "method"}
        rows.append(row_of(**both | common | people(draws) | interval(draws) | {"n_comparison": rows[1]["n_pairs"]}))
    return rows


def said(folder: Path) -> dict[str, list[Said]]:
    """Every row with its texts, by language."""
    found: dict[str, list[Said]] = {"en": [], "de": []}
    for study, draws in studies(folder):
        rows = [row for place in range(13) for row in situation(study, draws, place)]
        table = table_of(*{row["id"]: row for row in rows}.values())
        table["p_adjusted"] = table["p_value"].mul(2).clip(upper=1).where(table["n_pairs"] % 2 == 0)
        differences = table.loc[table["contrast"].str.endswith("difference"), "id"]
        details = [detail for name in differences for detail in arms_of(name, draws)]
        disclosed = Disclosed(Estimates(table, details_of(*details)), {}, 10)
        for language, texts in found.items():
            claims = Claims(disclosed, study, catalogue(language))
            for row in disclosed.rows:
                level = claims.level(row)
                if row.contrast.endswith("change") or level > 1:
                    texts.append(_said(row, claims, level))
    return found


def arms_of(name: str, draws: np.random.Generator) -> list[tuple[str, str, float]]:
    """What both arms did, of two in three differences."""
    if draws.random() < 0.3:
        return []
    found = []
    for arm in ("change_arm", "change_comparison"):
        low, high = np.sort(draws.choice(ENDS, 2, replace=False))
        found += [(name, arm, (low + high) / 2), (name, f"{arm}_low", low), (name, f"{arm}_high", high)]
    return found


def _said(row: Estimate, claims: Claims, level: int) -> Said:
    scale, sentence = claims.study.scale(row.scale), claims.sentence(row)
    alt = claims.words.say("chart.alt_change", scale=claims.scale_text(row.scale, row.arm, row.wave), finding=sentence)
    detail = claims.disclosed.estimates.detail
    arms = tuple(detail(row.id, name) for name in ("change_arm", "change_comparison"))
    return Said(
        row, scale.better, scale.smallest_effect, claims.study.link.method != "none", level,
        claims.claimed(row), claims.judged(row).verdict, arms, sentence,
        claims.title(row), alt, claims.verdict_sentence(row), claims.verdict_name(row), claims.apa(row),
        claims.judged(row).n_tests, math.isclose(claims.judged(row).p_value, row.p_value),
    )  # fmt: skip
