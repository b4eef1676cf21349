"""Texts of small exports."""

from collections.abc import Sequence

import pandas as pd

LIKERT = (1, 2, 3, 4, 5)


def sheet(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Text of a CSV file."""
    return pd.DataFrame(list(rows), columns=list(columns)).to_csv(index=False)


def answers(number: int, *, values: Sequence[object] = LIKERT, start: int = 0) -> list[object]:
    """Answers in which every value comes up about as often."""
    return [values[(place * 7 + place // 3 + start) % len(values)] for place in range(number)]


def codes(people: int, start: int = 0) -> list[str]:
    return [f"ab{place:02}x" for place in range(start, start + people)]


def survey(columns: Sequence[str] = ("q_1", "q_2", "q_3"), *, people: int = 30, start: int = 0,
           values: Sequence[object] = LIKERT, **more: Sequence[object]) -> str:  # fmt: skip
    """Text of an export with a code, further columns, and answers."""
    asked = [answers(people, values=values, start=start + place) for place in range(len(columns))]
    return sheet(["code", *more, *columns], list(zip(codes(people), *more.values(), *asked, strict=True)))
