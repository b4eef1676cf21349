"""Answers of which a person may give several, joined in one cell, as Google Forms does with those of checkboxes."""

from collections.abc import Iterator

import pandas as pd

from rm_research.study.entries import per_entry, tidy_text


def parts(entry: str, joint: str) -> list[str]:
    """Choices of one cell."""
    return [part.strip() for part in entry.split(joint) if part.strip()]


def ticked(cells: pd.Series, choice: str, joint: str) -> pd.Series:
    """Column of one choice: its words where it was ticked, '' elsewhere."""
    wanted = tidy_text(choice)
    return per_entry(cells, lambda entry: choice if wanted in map(tidy_text, parts(entry, joint)) else "")


def parted_name(name: str) -> Iterator[tuple[str, str]]:
    """Question and choice that 'question [choice]' may mean; several where brackets stand in either."""
    whole = name.strip()
    place = whole.find(" [") if whole.endswith("]") else -1
    while place >= 0:
        yield whole[:place].strip(), whole[place + 2 : -1].strip()
        place = whole.find(" [", place + 1)
