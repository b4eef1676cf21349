"""Several answers in one cell, as Google Forms writes the answers to checkbox questions."""

from collections.abc import Iterator

import pandas as pd

from rm_research.study.entries import per_entry, tidy_text


def parts(entry: str, joint: str) -> list[str]:
    """Choices in one cell."""
    return [choice.strip() for choice in entry.split(joint) if choice.strip()]


def ticked(cells: pd.Series, choice: str, joint: str) -> pd.Series:
    """Column for one choice: the choice's text where it was ticked, '' elsewhere."""
    wanted = tidy_text(choice)
    return per_entry(cells, lambda entry: choice if wanted in map(tidy_text, parts(entry, joint)) else "")


def parted_name(name: str) -> Iterator[tuple[str, str]]:
    """Possible readings of 'question [choice]'; there are several if question or choice contains brackets."""
    name_text = name.strip()
    place = name_text.find(" [") if name_text.endswith("]") else -1
    while place >= 0:
        yield name_text[:place].strip(), name_text[place + 2 : -1].strip()
        place = name_text.find(" [", place + 1)
