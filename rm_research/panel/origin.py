"""Which study a frame was made of: a mark that it carries, by which the frame of another study is known."""

import hashlib
import os
from collections.abc import Iterable

import pandas as pd

from rm_research.errors import FrameError
from rm_research.study import Study

MARK = "rm_research.study"  # in the attrs of a frame


def mark(frames: Iterable[pd.DataFrame], study: Study) -> None:
    """Mark frames as made of a study. What pandas makes of them keeps the mark, unless it joins two."""
    own = _mark_of(study)
    for frame in frames:
        frame.attrs[MARK] = own


def check_origin(frame: pd.DataFrame, study: Study, name: str) -> None:
    """
    Refuse a frame that is marked as made of another study; one without a mark may be anybody's own.

    Raises
    ------
    FrameError
        Naming the frame.
    """
    if MARK in frame.attrs and frame.attrs[MARK] != _mark_of(study):
        raise FrameError(
            f"This {name} is of another study than that in the folder {study.path.name!r}, though its names fit. Give "
            "both of one study. If the folder was moved since, call prepare_study again."
        )


def _mark_of(study: Study) -> str:
    """Digest of a study's folder: two studies may have equal files, but not one place."""
    return hashlib.sha256(os.fsencode(study.path.resolve())).hexdigest()[:16]
