"""Nothing finer than what pages print leaves: in tables, files and charts."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attacker import embedded_tables
from small_studies import RANDOMISED, TOML, Group, small_study

from rm_research.catalogue import catalogue
from rm_research.disclosure import coarse
from rm_research.disclosure.numbers import study_numbers
from rm_research.disclosure.printed import DECIMALS, SIDED, USUAL, printed, printed_ends, printed_number
from rm_research.effects.estimates import Estimates
from rm_research.findings import build, build_findings
from rm_research.panel import prepare_study
from rm_research.private import private_folder
from rm_research.reporting.files import FULL, write_tables

STUDY_FILES = Path(__file__).parents[2] / "docs" / "study-files.md"
SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"


class TestRounding:
    @pytest.mark.parametrize(
        ("quantity", "value", "expected"),
        [("estimate", 0.12345, 0.12), ("estimate", 0.525, 0.53), ("df", 11.26, 11.3), ("p_value", 0.01234, 0.012),
         ("p_value", 0.0009, 0.0), ("hours", 7.5, 8.0), ("mean_pre", np.float64(2.675), 2.68), ("sd", -0.001, 0.0)],
    )  # fmt: skip
    def test_by_quantity(self, quantity, value, expected):
        found = printed_number(value, quantity)
        assert found == expected
        assert np.signbit(found) == np.signbit(expected)

    @pytest.mark.parametrize(
        ("ends", "expected"),
        [((0.0031, 0.4129), (0.003, 0.41)), ((-0.4, -0.00042), (-0.4, -0.0004)), ((-0.004, 0.3), (0.0, 0.3)),
         ((0.0012, 0.0044), (0.001, 0.004))],
    )  # fmt: skip
    def test_ends_keep_their_side_of_zero(self, ends, expected):
        assert printed_ends(*ends) == expected
        words = catalogue("en")
        assert "just" in "".join(words.ends(*ends)) or words.ends(*printed_ends(*ends)) == words.ends(*ends)

    def test_shares_have_whole_per_cents_only(self):
        frame = pd.DataFrame({"measure": ["share_improved", "mean"], "ci_low": [0.0031, 0.0031], "ci_high": [0.4, 0.4]})
        assert printed(frame)["ci_low"].tolist() == [0.0, 0.003]

    def test_of_long_tables(self):
        values = {"ci_low": 0.0031, "ci_high": 0.41298, "p_value": 0.01234, "mean_pre_low": 0.0031, "prediction_low": 1}
        frame = pd.DataFrame({"row": "a", "quantity": list(values), "value": list(values.values())})
        assert printed(frame)["value"].tolist() == [0.003, 0.41, 0.012, 0.0, 1.0]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Two cohorts of two arms, with a log of meetings."""
    folder = tmp_path_factory.mktemp("printed")
    toml = f'{SINGLE}[design]\n{RANDOMISED}\n[sessions]\nfile = "sessions.csv"\n'
    groups = [Group(cohort, 24, arm=arm) for cohort in "ab" for arm in ("programme", "waitlist")]
    study = small_study(folder / "study", *groups, toml=toml)
    pairs = pd.read_csv(study / "pre.csv")["pair"].tolist()
    log = [(pair, f"2025-05-{day:02}", 60) for at, pair in enumerate(pairs) for day in range(1, 2 + at % 5)]
    pd.DataFrame(log, columns=["pair", "date", "minutes"]).to_csv(study / "sessions.csv", index=False)
    prepared = prepare_study(study)
    with pytest.MonkeyPatch.context() as patch:  # so that there are charts of answers
        patch.setattr(coarse, "FEW_SCORES", 0)
        study_numbers(prepared)
    return prepared


def drawn_and_linked(prepared) -> list[str]:
    html = "".join(build_findings(prepared, cohort=cohort)._repr_html_() for cohort in (None, "a"))
    assert len(re.findall("<svg", html)) >= 6
    return [*re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL), *embedded_tables(html)]


@pytest.mark.slow
def test_charts_and_linked_tables_are_made_of_printed_numbers_alone(prepared, monkeypatch):
    """With numbers that were rounded before, every chart and every linked table is the same."""
    whole = drawn_and_linked(prepared)
    numbers = study_numbers(prepared)
    tables = {name: printed(table) for name, table in numbers.tables.items()}
    rounded = Estimates(printed(numbers.table), printed(numbers.estimates.details))
    monkeypatch.setattr(build, "study_numbers", lambda _: replace(numbers, estimates=rounded, tables=tables))
    assert drawn_and_linked(prepared) == whole


def places(number: str) -> int:
    return len(number.partition(".")[2])


def test_no_file_holds_a_finer_number(prepared, tmp_path):
    write_tables(prepared, tmp_path)
    rows = pd.read_csv(tmp_path / "estimates.csv", dtype=str, keep_default_na=False)
    further = pd.read_csv(tmp_path / "tables.csv", dtype=str, keep_default_na=False)
    assert not [name for name in rows if name.startswith("n_") and rows[name].str.contains(r"\.", regex=True).any()]
    for name in ("estimate", "std_error", "df", "statistic", "p_value", "p_adjusted", "detectable"):
        assert rows[name].map(places).max() == DECIMALS.get(name, USUAL), name
    sided = {f"{name}_{end}" for name in SIDED for end in ("low", "high")}
    for quantity, values in further.groupby("quantity")["value"]:
        assert quantity in sided or values.map(places).max() <= DECIMALS.get(quantity, USUAL), quantity


def test_the_full_numbers_stay_in_the_private_folder(prepared, tmp_path):
    write_tables(prepared, tmp_path / "out")
    kept = pd.read_csv(private_folder(prepared.study.path) / FULL)
    numbers = study_numbers(prepared).table
    assert kept["estimate"].to_numpy() == pytest.approx(numbers["estimate"].to_numpy(float), abs=1e-12, nan_ok=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["estimates.csv", "tables.csv"]


def test_the_decimals_of_every_column_stand_in_the_docs():
    section = STUDY_FILES.read_text(encoding="utf-8").partition("## Numbers that leave")[2].partition("\n## ")[0]
    told = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[1].isdigit():
            told |= dict.fromkeys(re.findall(r"`(\w+)`", cells[0]), int(cells[1]))
    assert DECIMALS.items() <= told.items()
    assert all(f"`{name}_low`" in section for name in SIDED)
