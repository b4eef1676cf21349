"""
How pandas holds texts: as Python's strings, but as Arrow's while a study of many people is read.

Arrow's arrays cost less a row and more a call. Numbers and pages are made by thousands of calls on tables of few rows.
"""

import os
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import pandas as pd

from rm_research.study.model import Study

P = ParamSpec("P")
R = TypeVar("R")
MANY, USUAL = 2_000_000, 34  # bytes of exports: about a thousand people who answer twice; so many items each


def held_by_size(read: Callable[Concatenate[Study, P], R]) -> Callable[Concatenate[Study, P], R]:
    """Let a function that reads a study hold texts as suits the size of its exports."""

    @wraps(read)
    def reading(study: Study, *args: P.args, **options: P.kwargs) -> R:
        with pd.option_context("mode.string_storage", "pyarrow" if _holds_many(study) else "python"):
            return read(study, *args, **options)

    return reading


def _holds_many(study: Study) -> bool:
    """Whether the exports seem to be of many people, and not of many items."""
    return _bytes(study) > MANY * max(1, len(study.items) / USUAL)


def _bytes(study: Study) -> int:
    exports = {study.path / source.file for wave in study.waves for source in wave.sources}
    # not Path.is_file, which raises an error where a name is too long
    return sum(os.path.getsize(path) for path in exports if os.path.isfile(path))
