"""What pairs are called in the files of a study, by the hash that stands for the name everywhere else."""

from collections.abc import Iterator

import pandas as pd

from rm_research.errors import ReadError
from rm_research.journal import Journal
from rm_research.privacy import hash_codes, without_contacts
from rm_research.private import study_key
from rm_research.responses.exports import open_sources
from rm_research.responses.facts import fact
from rm_research.responses.roster import read_pairs
from rm_research.responses.screening import Names
from rm_research.study import Study
from rm_research.study.text_storage import held_by_size


@held_by_size
def pair_codes(study: Study) -> dict[str, str]:
    """
    Codes of pairs as they are written, by their hash: for the coordinator alone, who has to find the pair.

    As the roster writes them, else the log of meetings, else an export. E-mail addresses and telephone numbers in them
    are taken out. What is wrong with a file is reported where it is read for good.
    """
    key, found = study_key(study.path), dict[str, str]()
    for codes in _written(study, key):
        hashes = hash_codes(codes.fillna(""), key, kind="dyad")
        shown = without_contacts(codes.fillna(""))
        for name, code in zip(hashes, shown, strict=True):
            if isinstance(name, str):
                found.setdefault(name, str(code))
    return found


def _written(study: Study, key: bytes) -> Iterator[pd.Series]:
    """Codes of pairs in each file, the most trusted first."""
    for file in (study.roster, study.sessions):
        codes = None if file is None else read_pairs(study, file)
        if codes is not None:
            yield codes
    for wave in study.waves:
        for opened in open_sources(study, wave, Journal(), Names(key)):
            columns = study.fact_columns("dyad", wave, opened.source)
            try:
                yield fact(opened.export, columns, study, "dyad") if columns else pd.Series(dtype="str")
            except ReadError:
                continue
