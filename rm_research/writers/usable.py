"""The part of a study that can be written while waves are still missing or a cohort has an error."""

import os
from dataclasses import replace
from typing import Any

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.catalogue.said import spoken
from rm_research.errors import ReportError
from rm_research.frames import LEDGER
from rm_research.panel import Prepared
from rm_research.responses.intake import raise_study_errors

FRAMES = ("responses", "people", "dyads", "scores", "panel")
LEFT_OUT = "cohorts with an error left out"


def usable_part(prepared: Prepared) -> Prepared:
    """
    Return a study without the cohorts that have an error; the ledger counts their rows.

    Parameters
    ----------
    prepared : Prepared
        From `prepare_study` or `prepare_openly`.

    Raises
    ------
    ReadError
        When an error concerns the whole study, unless it is that an export of a wave is still missing or empty.
    ReportError
        When no questionnaires are left.
    """
    problems = prepared.problems
    others = problems[~_not_in_yet(prepared)]
    raise_study_errors(others)
    failed = set(others.loc[others["severity"] == "error", "cohort"].dropna())
    sound: dict[str, Any] = {name: _without(getattr(prepared, name), failed) for name in FRAMES}
    if not len(sound["responses"]):
        raise ReportError(*errors_of(prepared), heading="There are no questionnaires to write")
    # links have no cohort: people who are no longer listed belonged to a cohort with an error
    links = prepared.links[prepared.links["person"].isin(sound["people"]["person"])].reset_index(drop=True)
    return replace(prepared, **sound, links=links, ledger=_with_left_out(prepared, len(sound["responses"])))


def _without(frame: pd.DataFrame, cohorts: set[str]) -> pd.DataFrame:
    return frame[~frame["cohort"].isin(cohorts)].reset_index(drop=True)


def errors_of(prepared: Prepared, words: Catalogue | None = None) -> list[str]:
    """Messages of all errors, without repeats: in English, or in the language of a page."""
    errors = prepared.problems[prepared.problems["severity"] == "error"].drop_duplicates("message")
    told = errors[["message", "said"]].itertuples(index=False, name=None)
    return [message if words is None else spoken(message, said, words) for message, said in told]


def _not_in_yet(prepared: Prepared) -> pd.Series:
    """Whether a problem is that an export of a wave is missing, or has no answers yet."""
    problems, study = prepared.problems, prepared.study
    sources = [source for wave in study.waves for source in wave.sources]
    absent = {source.title for source in sources if not os.path.isfile(study.path / source.file)}
    unread = problems["rule"].eq("unreadable_file") & problems["file"].isin(absent)
    return (unread | problems["rule"].eq("empty_export")) & problems["wave"].notna()


def _with_left_out(prepared: Prepared, after: int) -> pd.DataFrame:
    ledger, before = prepared.ledger, len(prepared.responses)
    if after == before:
        return ledger
    last = {"step": len(ledger) + 1, "rule": LEFT_OUT, "rows_before": before, "rows_after": after, "cells": 0}
    return LEDGER.conform(pd.concat([ledger, LEDGER.conform(pd.DataFrame([last]))], ignore_index=True))
