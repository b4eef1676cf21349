"""What the tests of the numbers share: R's results, and how close we must come to them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

REFERENCE = Path(__file__).parents[1] / "reference"
Results = dict[str, Any]
Golden = Callable[[str], tuple[Results, pd.DataFrame]]
Compare = Callable[..., None]


@pytest.fixture
def golden() -> Golden:
    """Read R's results and their data (empty where none were copied) by name."""

    def read(name: str) -> tuple[Results, pd.DataFrame]:
        results = json.loads((REFERENCE / f"{name}.json").read_text())["results"]
        data = REFERENCE / f"{name}.csv"
        return results, pd.read_csv(data) if data.is_file() else pd.DataFrame()

    return read


@pytest.fixture
def compare() -> Compare:
    """Compare every quantity of two mappings; p-values, whose names start with p, as reference/README.md says."""

    def check(ours: Mapping[str, float], theirs: Mapping[str, float], *, rel: float = 1e-8) -> None:
        assert ours.keys() == theirs.keys()
        for name, value in theirs.items():
            tolerance = max(rel, 1e-6) if name.startswith("p") else rel
            assert ours[name] == pytest.approx(value, rel=tolerance, abs=0), name

    return check
