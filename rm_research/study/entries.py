"""How entries of exports and study files are compared with each other."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.frames import text_dtype
from rm_research.study.folding import fold, tidy_text

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")
AT_ONCE = 1 << 18  # cells of an export that are looked at together
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # of text that a spreadsheet program would run
FOLDED = r"[\s\x00-\x1f\x7f&`]"  # the ASCII characters that `tidy_text` may change, besides capital letters


def comparable(text: str) -> str:
    """Text in the form in which entries are compared: tidied, and numbers as numbers ('1.0' is '1')."""
    tidied = tidy_text(text)
    return repr(float(tidied)) if NUMBER.fullmatch(tidied) else tidied


def compact(code: str) -> str:
    """Code in the form in which codes are compared: letters and digits only, case folded, without accents."""
    plain = unicodedata.normalize("NFKD", tidy_text(code))
    return "".join(letter for letter in plain if letter.isalnum())


def slug(name: str) -> str:
    """Name of a cohort's folder: lower-case letters, digits and hyphens; empty if nothing of the name is left."""
    plain = unicodedata.normalize("NFKD", fold(name)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:80].strip("-")


def per_entry(cells: pd.Series, read: Callable[[str], Any], *, dtype: str = "str") -> pd.Series:
    """
    Apply `read` to each cell, calling it once per distinct entry.

    Parameters
    ----------
    cells : Series of str
        Text; a missing cell stays missing (False if `dtype` is bool).
    read : callable
        From an entry to a value of `dtype`, or None for missing.
    dtype : {'str', 'float64', 'bool'}
        Dtype of the result.
    """
    places, entries = pd.factorize(cells)
    values = [read(entry) for entry in np.asarray(entries, dtype=object).tolist()]  # Arrow's own list takes longer
    if dtype == "str":
        return _spread(pa.array(values, pa.large_string()), places, cells.index)
    missing = False if dtype == "bool" else np.nan
    known = np.array([missing if value is None else value for value in values] + [missing], dtype=dtype)
    return pd.Series(known[places], index=cells.index)


def _spread(values: pa.Array, places: np.ndarray, index: pd.Index) -> pd.Series:
    """Text at each place; missing if the place is -1."""
    return _series(values.take(pa.array(places, mask=places < 0)), index)


def _series(text: pa.Array, index: pd.Index) -> pd.Series:
    """Arrow's text as a Series, not copied."""
    return pd.Series(pd.array(text, dtype=text_dtype()), index=index)


def in_batches(rows: pd.DataFrame, names: Iterable[str]) -> Iterator[tuple[list[str], pa.ChunkedArray]]:
    """Names of some columns and their cells, one column after the other: many short columns are looked at together."""
    wanted = iter(names)
    while some := list(islice(wanted, max(1, AT_ONCE // max(1, len(rows))))):
        pieces = [piece for name in some for piece in texts(rows[name]).chunks]
        yield some, pa.chunked_array(pieces, pa.large_string())


def texts(cells: pd.Series) -> pa.ChunkedArray:
    """Cells as Arrow's text, not copied if they are held as such."""
    held = pa.array(cells.array, pa.large_string())
    return held if isinstance(held, pa.ChunkedArray) else pa.chunked_array([held])


def all_within(cells: pa.ChunkedArray, lowest: int, highest: int) -> bool:
    """Whether all bytes of some cells (large_string) lie between two others; found much quicker than what they say."""
    for piece in cells.chunks:
        _, offsets, content = piece.buffers()
        first, last = np.frombuffer(offsets, dtype="int64")[[piece.offset, piece.offset + len(piece)]]
        letters = np.frombuffer(content or b"", dtype="uint8")[first:last]
        if len(letters) and not lowest <= letters.min() <= letters.max() <= highest:
            return False
    return True


def may_be_folded(cells: pd.Series) -> np.ndarray:
    """Cells that `tidy_text` may change in more than capital letters."""
    text = pa.array(cells, pa.large_string())
    plain = pc.and_(pc.string_is_ascii(text), pc.invert(pc.match_substring_regex(text, FOLDED)))
    return ~np.asarray(plain.fill_null(True))


def tidy(cells: pd.Series) -> pd.Series:
    """Apply `tidy_text` to cells."""
    tidied = _series(pc.ascii_lower(pa.array(cells, pa.large_string())), cells.index)
    odd = may_be_folded(cells)
    if odd.any():
        tidied.iloc[np.flatnonzero(odd)] = per_entry(cells[odd], tidy_text).array
    return tidied


def tidy_numbers(cells: pd.Series) -> pd.Series:
    """Apply `comparable` to cells."""
    tidied = tidy(cells)
    begins = pc.match_substring_regex(pa.array(tidied, pa.large_string()), r"^[+\-.]?\d")
    numeric = np.asarray(begins.fill_null(False))
    if numeric.all():
        return per_entry(tidied, comparable)
    if numeric.any():
        tidied.iloc[np.flatnonzero(numeric)] = per_entry(tidied[numeric], comparable).array
    return tidied


def neutral(values: pd.Series) -> pd.Series:
    """Text, with an apostrophe before anything that a spreadsheet would run as a formula."""
    text = values.astype("str")
    risky = text.str.startswith(FORMULA_STARTS, na=False)
    return values.mask(risky, "'" + text) if risky.any() else values
