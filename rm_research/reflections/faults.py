"""What is still to be done about open answers, and what is wrong with quotes: as problems of a study."""

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError, StudyError
from rm_research.frames import PROBLEMS
from rm_research.journal import Journal
from rm_research.panel import Prepared
from rm_research.reflections.coding import coded_themes, codes_of, refuse_named_themes
from rm_research.reflections.quotes import quoted


def problems_of_words(prepared: Prepared) -> pd.DataFrame:
    """Problems: answers that await coding, quotes that cannot be shown; none where files have errors anyway."""
    answers = prepared.open_answers[prepared.open_answers["cohort"].isin(prepared.sound_cohorts)]
    whole = prepared.problems[prepared.problems["cohort"].isna()]["severity"].ne("error").all()
    if not prepared.study.text_items or prepared.chosen or not whole:
        return PROBLEMS.empty()
    journal = Journal()
    try:
        if len(answers):
            refuse_named_themes(prepared)
        if themes := coded_themes(prepared.study):
            times = codes_of(prepared).groupby("unit")["theme"].nunique()
            done = times.index[times == len(themes)]
            if n := int((~answers["unit"].isin(done)).sum()):
                journal.problem("open_answers_await", "note", Said("problems.open_answers_await", n=n))
        quoted(prepared)
    except StudyError as error:
        file = prepared.study.settings.reflections.quotes or ""
        for message in error.problems:
            journal.problem("quotes", "error", message, file=file if isinstance(error, ReadError) else "")
    return journal.problems
