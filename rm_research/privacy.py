"""Personal data found and kept out; person codes turned into keyed hashes."""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
from pathlib import Path

import pandas as pd

from rm_research.errors import StudyError
from rm_research.study.entries import tidy_text

HOME = ".rm_research"
PERSONAL_NAME = re.compile(
    r"\s*(?:recipient|your|home|work|respondent)?[\s_.]*"
    r"(?:e-?mail(?:[\s_.]*address)?|ip[\s_.-]*address|ip|name|(?:first|last|full|sur|family|given)[\s_.]*name"
    r"|(?:tele|mobile[\s_.]*)?phone(?:[\s_.]*number)?|mobile|(?:location[\s_.]*)?(?:latitude|longitude)"
    r"|(?:postal[\s_.]*)?address|post[\s_.]*code|zip[\s_.]*code|date[\s_.]*of[\s_.]*birth|birth[\s_.]*(?:date|day)"
    r"|vorname|nachname|(?:e-?mail|ip)[\s_.-]*adresse|telefon(?:nummer)?|geburts(?:datum|tag)|anschrift|postleitzahl)\s*",
    re.IGNORECASE,
)
# lengths are bounded so that a long text without blanks is not searched for minutes
EMAIL = re.compile(r"[^\s@,;<>()\"']{1,64}@[^\s@,;<>()\"']{1,250}\.[A-Za-z]{2,}")
IP_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
TAKEN_OUT = "[…]"
MOSTLY = 0.5  # of the filled cells of a column


def personal_columns(rows: pd.DataFrame) -> list[str]:
    """
    Columns that hold personal data, by their name or because most of their cells are e-mail or IP addresses.

    Parameters
    ----------
    rows : DataFrame
        An export's rows, all text.
    """
    return [name for name in rows.columns if PERSONAL_NAME.fullmatch(name) or _mostly_addresses(rows[name])]


def _mostly_addresses(cells: pd.Series) -> bool:
    filled = cells[cells.str.strip() != ""]
    return len(filled) > 0 and bool((without_addresses(filled).str.strip() == TAKEN_OUT).mean() >= MOSTLY)


def without_addresses(cells: pd.Series) -> pd.Series:
    """Text with each e-mail and IP address in it replaced by '[…]'; the rest of what was written stays."""
    return cells.str.replace(EMAIL, TAKEN_OUT, regex=True).str.replace(IP_ADDRESS, TAKEN_OUT, regex=True)


def private_folder(study: Path) -> Path | None:
    """
    Folder of the study that holds key and cache, made on first use for its owner alone; None where it cannot be.

    It ignores itself in git.
    """
    folder = study / HOME
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)  # it may have been made by other means, for all to read
        if not (folder / ".gitignore").exists():
            write_private(folder / ".gitignore", b"*\n")
    except OSError:
        return None
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    _part(path, content).replace(path)


def _part(path: Path, content: bytes) -> Path:
    """Write a new file beside `path`, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return Path(name)


def study_key(study: Path) -> bytes:
    """
    Key that person codes are hashed with: made once per study folder.

    A folder that cannot be written to gets a key for this process alone; hashes then differ from run to run, results
    do not.

    Raises
    ------
    StudyError
        When the key file is damaged.
    """
    folder = private_folder(study)
    if folder is None:
        return secrets.token_bytes(32)
    path = folder / "key"
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError:
        return secrets.token_bytes(32)
    if len(key) != 32:
        raise StudyError(f"{HOME}/key is damaged: it holds {len(key)} bytes, not 32. Delete it; a new one is made.")
    return key


def _make_key(path: Path) -> None:
    part = _part(path, secrets.token_bytes(32))
    try:
        os.link(part, path)  # a link, unlike a rename, never replaces the key that another process has just made
    except FileExistsError:
        pass
    finally:
        part.unlink()


def tidy(values: pd.Series) -> pd.Series:
    """Text as it is compared: trimmed, Unicode forms and case folded, inner white space one blank."""
    return values.map({text: tidy_text(text) for text in values.unique()}).astype("str")


def hash_codes(codes: pd.Series, key: bytes, *, kind: str = "person") -> pd.Series:
    """
    Keyed hashes of codes, 16 hexadecimal digits (HMAC-SHA256, FIPS 198-1).

    Parameters
    ----------
    codes : Series of str
        As typed; compared after `tidy`, so case and stray blanks do not part a person in two.
    key : bytes
        The study's key.
    kind : str
        What the codes name, so that a pair and a person of one name differ.

    Returns
    -------
    Series of str
        Missing where the code is blank.
    """
    typed = tidy(codes)
    digest = {
        text: hmac.new(key, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()[:16] if text else None
        for text in typed.unique()
    }
    return typed.map(digest).astype("str")
