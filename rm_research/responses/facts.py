"""Facts of each questionnaire (who, cohort, role, arm, when), and which rows count."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.catalogue.said import Said, joined
from rm_research.errors import ReadError
from rm_research.frames import FORM
from rm_research.privacy import EMAIL, hash_codes
from rm_research.readers import Export
from rm_research.readers.export import DAY_ZERO
from rm_research.study import Source, Study, Wave
from rm_research.study.entries import comparable, per_entry, tidy, tidy_numbers, tidy_text
from rm_research.study.model import ONE_ROLE, PROGRAMME
from rm_research.study.numbers import read_numbers, with_points
from rm_research.study.settings import ROW_NUMBER, SERIAL_DATES
from rm_research.study.spelling import FORMS, JOINED, MAY_DIFFER, written

CODES = (
    "person",
    "dyad",
)  # hashed; if a code has several columns, all must be filled, because half a code would link strangers
YES = ("yes", "y", "true", "1")
FIRST_DAY, LAST_DAY = 61, 2_958_465  # March 1900, before which programs count differently, to the year 9999
SERIALS = (20_000, 80_000)  # days of 1954 to 2119
# time zone of a time of day in ISO 8601, behind the time itself
ZONE = r"(\d[T ]\d{2}(?::?\d{2}){0,2}(?:[.,]\d+)?) ?(?:Z|[+-]\d{2}(?::?\d{2})?)$"
DATE = r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b"
WORDS = ("cohort", "role", "arm")  # kept as plain text


def where_mask(export: Export, source: Source) -> pd.Series:
    """
    Rows that meet every condition of `where`.

    Raises
    ------
    ReadError
        When a condition names a column that the export does not have.
    """
    mask = pd.Series(True, index=export.rows.index)
    for name, wanted in source.where.items():
        column = export.find(name)
        if column is None:
            raise ReadError(Said("reading.no_column_of_where", file=export.file, name=name, hint=export.nearest(name)))
        entries = {comparable(str(entry)) for entry in (wanted if isinstance(wanted, list) else [wanted])}
        mask &= tidy_numbers(export.rows[column]).isin(entries)
    return mask


def fact(export: Export, columns: Sequence[str], study: Study, name: str) -> pd.Series:
    """
    One fact of every row as text, recoded to the study's words; missing where it is not given.

    Raises
    ------
    ReadError
        Naming the columns that the export does not have, or the fact kept as plain text that has e-mail addresses.
    """
    places = {column: export.find(column) for column in columns}
    lacking = [column for column, place in places.items() if place is None and column != ROW_NUMBER]
    if lacking:
        hints = joined([Said("reading.part.hint", name=column, hint=export.nearest(column)) for column in lacking])
        raise ReadError(Said("reading.no_column_of_fact", file=export.file, names=hints, fact=name))
    raw = [_row_names(export) if place is None else export.rows[place].str.strip() for place in places.values()]
    parts = [without_missing(part, study) for part in raw]
    whole = parts[0] if len(parts) == 1 else _joined(parts, complete=name in CODES)
    if name in WORDS and any(EMAIL.search(entry) for entry in whole.unique()):
        raise ReadError(Said("reading.addresses", file=export.file, fact=name))
    given = recode(whole, known_words(study, name)).replace("", pd.NA).astype("str")
    return with_points(given) if name in study.settings.attributes else given


def _row_names(export: Export) -> pd.Series:
    """Name of each row, for files whose rows are people."""
    return ("row " + export.rows.index.astype("str")).to_series(export.rows.index).astype("str")


def without_missing(cells: pd.Series, study: Study) -> pd.Series:
    """Replace entries that are declared missing by ''."""
    if not study.missing:
        return cells
    nothing = {comparable(entry) for entry in study.missing}
    blank = per_entry(cells, lambda entry: comparable(entry) in nothing, dtype="bool")
    return cells.mask(blank, "") if blank.any() else cells


def _joined(parts: list[pd.Series], *, complete: bool) -> pd.Series:
    """Join several columns into one value; '' if all of them (or, with `complete`, any of them) are empty."""
    whole, filled = parts[0], parts[0] != ""
    for part in parts[1:]:
        glue = JOINED if complete else ((whole != "") & (part != "")).map({True: JOINED, False: ""})
        whole, filled = whole + glue + part, filled & (part != "")
    return whole.where(filled, "") if complete else whole


def code_parts(export: Export, columns: Sequence[str], study: Study) -> pd.DataFrame:
    """Person codes as typed, one column (numbered from 0) for each of `columns`; '' if blank or declared missing."""
    places = [export.find(column) for column in columns]
    blank = pd.Series("", index=export.rows.index, dtype="str")
    parts = [blank if place is None else without_missing(export.rows[place].str.strip(), study) for place in places]
    return pd.DataFrame({str(number): part for number, part in enumerate(parts)}, index=export.rows.index)


def equal_codes(codes: pd.Series, study: Study) -> pd.Series:
    """Person codes in the form in which equal ones match; with method "code", punctuation and accents are ignored."""
    forms = ("punctuation", *study.link.compare) if study.link.method == "code" else study.link.compare
    return per_entry(codes, lambda code: written(tidy_text(code), forms)) if forms else codes


def other_forms(codes: pd.Series, study: Study, key: bytes) -> pd.DataFrame:
    """
    Hashes of codes as they would be in forms that are not declared, one column per form.

    Parameters
    ----------
    codes : Series of str
        From `equal_codes`.
    study : Study
    key : bytes
        The study's key.

    Returns
    -------
    DataFrame
        Missing where the form is the code itself, which is nearly everywhere.
    """
    found = {}
    tidied = tidy(codes) if study.link.method == "exact" else codes.iloc[:0]
    tidied = tidied[np.asarray(pc.match_substring_regex(pa.array(tidied, pa.large_string()), MAY_DIFFER), dtype=bool)]
    distinct = tidied.unique().tolist()
    for name, form in FORMS.items():
        odd = [code for code in distinct if form.sign.search(code)] if name not in study.link.compare else []
        changed = {code: other for code in odd if (other := written(code, (name,))) not in ("", code)}
        if changed:
            others = tidied[tidied.isin(list(changed))].map(changed).astype("str")
            found[FORM + name] = hash_codes(others, key).reindex(codes.index)
    return pd.DataFrame(found, index=codes.index)


def known_words(study: Study, name: str) -> dict[str, tuple[str, ...]]:
    """Words of [values.…], and for role and arm also those that the study uses elsewhere; they match in any case."""
    built_in: set[str] = set()
    if name == "role":
        built_in = {"leader", "mentor", ONE_ROLE, *(role for scale in study.scales for role in scale.roles)}
    elif name == "arm":
        built_in = {PROGRAMME, *([study.comparison] if study.comparison else [])}
    return dict.fromkeys(sorted(built_in), tuple[str, ...]()) | study.words.get(name, {})


def recode(values: pd.Series, words: dict[str, tuple[str, ...]]) -> pd.Series:
    """Replace entries listed under [values.…] by the study's word for them."""
    known = {comparable(entry): word for word, entries in words.items() for entry in (word, *entries)}
    return per_entry(values, lambda entry: known.get(comparable(entry), entry)) if known else values


def source_facts(
    export: Export, study: Study, wave: Wave, source: Source, names: Iterable[str], *, in_roster: set[str]
) -> pd.DataFrame:
    """
    Facts of every row of an export; a fact that it does not have is missing throughout.

    A column declared for a fact may be absent only if the roster has that fact.

    Raises
    ------
    ReadError
        Naming every column that the export does not have, one line per fact.
    """
    facts: dict[str, pd.Series] = {}
    faults: list[str] = []
    for name in names:
        columns = study.fact_columns(name, wave, source)
        absent = name in in_roster and all(export.find(column) is None for column in columns)
        if name in source.set:
            stated = pd.Series(source.set[name], index=export.rows.index, dtype="str")
            facts[name] = recode(stated, known_words(study, name))
        elif not columns or absent:
            facts[name] = pd.Series(pd.NA, index=export.rows.index, dtype="str")
        else:
            try:
                facts[name] = fact(export, columns, study, name)
            except ReadError as error:
                faults += error.problems
    if faults:
        raise ReadError(*faults)
    return pd.DataFrame(facts, index=export.rows.index)


def is_finished(entries: pd.Series) -> pd.Series:
    """Whether a questionnaire was finished: the entry is a yes or a date; blank means no."""
    return tidy(entries.fillna("")).isin(YES) | entries.str.match(DATE).eq(True)


def spellings(*columns: pd.Series) -> dict[str, str]:
    """First spelling of each word by its tidied form; case, blanks and Unicode forms do not make another word."""
    first: dict[str, str] = {}
    for column in columns:
        for word in column.dropna().unique():
            first.setdefault(tidy_text(word), word)
    return first


def as_dates(
    values: pd.Series, date_format: str | None, day_zero: str = DAY_ZERO, *, on_the_clock: bool = False
) -> pd.Series:  # fmt: skip
    """
    Read text as times, in ISO 8601 or the declared format; missing if it is neither.

    Times of another time zone become those of UTC, so that their order is kept; `on_the_clock` leaves them as the clock
    on the wall showed them, so that a meeting just after midnight stays on its day. With the format
    "excel", numbers are days since `day_zero`; cells that the workbook itself marks as dates are ISO 8601.
    """
    if date_format == SERIAL_DATES:
        days = read_numbers(values)
        known = days.between(FIRST_DAY, LAST_DAY)
        seconds = (days.where(known, 0) * 86_400).round().to_numpy("int64").astype("timedelta64[s]")
        times = pd.Series(np.datetime64(day_zero, "us") + seconds, index=values.index)
        return times.where(known, as_dates(values.where(days.isna()), None))
    if on_the_clock and date_format is None:
        values = values.str.replace(ZONE, r"\1", regex=True)
    elif on_the_clock and "%z" in str(date_format):
        return on_the_wall(values, str(date_format))
    times = pd.to_datetime(values, format=date_format or "ISO8601", errors="coerce", utc=True)
    return times.dt.tz_localize(None).astype("datetime64[us]")


def on_the_wall(values: pd.Series, date_format: str) -> pd.Series:
    """Read text as times of a format with a time zone, as the clock on the wall showed them; missing if it is none."""

    def read(text: object) -> datetime | None:
        try:
            return datetime.strptime(str(text), date_format).replace(tzinfo=None)
        except ValueError:
            return None

    return pd.Series([read(text) for text in values], index=values.index, dtype="datetime64[us]")


def date_remedy(unread: pd.Series, place: str, example: str) -> str:
    """Say what to declare for entries that are not dates as they stand."""
    if read_numbers(unread).between(*SERIALS).all():
        return Said("problems.serial_dates", format=SERIAL_DATES, place=place)
    return Said("problems.set_date_format", place=place, example=example)
