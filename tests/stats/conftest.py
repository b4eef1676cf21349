"""What the tests of the numbers share: others' results, and how close we come to them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
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
def compare(record_property: Callable[[str, object], None]) -> Compare:
    """
    Compare our numbers with another program's, and put the comparison on record for the table in docs/comparisons.md.

    Parameters of the function it returns
    -------------------------------------
    ours, theirs : mapping of str to float or array
        The same quantities by name; p-values have names that begin with p.
    of : sequence of function or str
        The functions of `rm_research.stats` that made ours; `tests/methods_table.py` takes module and name from them.
    against : str
        Name of the file in tests/reference (without ending), or the program, as "scipy.stats.ttest_rel".
    rel, absolute : float
        Tolerance: |ours − theirs| ≤ max(rel · |theirs|, absolute). `rel` of p-values is at least 1e-6.
    because : str
        Why the two may differ at all by more than rounding, or what definition is chosen; stands in the table.
    """

    def check(
        ours: Mapping[str, Any], theirs: Mapping[str, Any], *, of: Sequence[Callable[..., Any]], against: str,
        rel: float = 1e-8, absolute: float = 0.0, because: str = "",
    ) -> None:  # fmt: skip
        assert ours.keys() == theirs.keys()
        largest = 0.0
        for name, value in theirs.items():
            mine, other = np.asarray(ours[name], float), np.asarray(value, float)
            tolerance = max(rel, 1e-6) if name.startswith("p") else rel
            assert mine == pytest.approx(other, rel=tolerance, abs=absolute, nan_ok=True), name
            difference, size = np.abs(mine - other), np.abs(other)
            relative = np.where(difference == 0, 0.0, difference / np.where(size == 0, 1.0, size))
            largest = max(largest, float(np.nanmax(difference if absolute and not rel else relative, initial=0.0)))
        functions = [f"{function.__module__}.{function.__qualname__}" for function in of]
        record = {"of": functions, "against": against, "rel": rel, "absolute": absolute, "largest": largest,
                  "because": because}  # fmt: skip
        record_property("comparison", json.dumps(record))

    return check
