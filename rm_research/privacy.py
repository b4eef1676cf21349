"""Personal data found and kept out; person codes turned into keyed hashes."""

import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

import pandas as pd

from rm_research.errors import StudyError

HOME = ".rm_research"
PERSONAL_NAME = re.compile(
    r"\s*(?:recipient|your|home|work|respondent)?[\s_.]*"
    r"(?:e-?mail(?:[\s_.]*address)?|ip[\s_.-]*address|ip|name|(?:first|last|full|sur|family|given)[\s_.]*name"
    r"|(?:tele|mobile[\s_.]*)?phone(?:[\s_.]*number)?|mobile|(?:location[\s_.]*)?(?:latitude|longitude)"
    r"|(?:postal[\s_.]*)?address|post[\s_.]*code|zip[\s_.]*code|date[\s_.]*of[\s_.]*birth|birth[\s_.]*(?:date|day))\s*",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[A-Za-z]{2,}")
IP_ADDRESS = re.compile(r"^\s*(?:\d{1,3}\.){3}\d{1,3}\s*$")


def personal_columns(rows: pd.DataFrame) -> list[str]:
    """
    Columns that hold personal data, by their name or because they hold e-mail or IP addresses.

    Parameters
    ----------
    rows : DataFrame
        An export's rows, all text.
    """
    return [
        name
        for name in rows.columns
        if PERSONAL_NAME.fullmatch(name)
        or rows[name].str.contains(EMAIL, regex=True).any()
        or rows[name].str.fullmatch(IP_ADDRESS).any()
    ]


def private_folder(study: Path) -> Path | None:
    """
    Folder of the study that holds key and cache, made on first use for its owner alone; None where it cannot be.

    It ignores itself in git.
    """
    folder = study / HOME
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            write_private(ignore, b"*\n")
    except OSError:
        return None
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
    part.replace(path)


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
    if not path.exists():
        write_private(path, secrets.token_bytes(32))
    key = path.read_bytes()
    if len(key) != 32:
        raise StudyError(f"{HOME}/key is damaged: it holds {len(key)} bytes, not 32. Delete it; a new one is made.")
    return key


def tidy(values: pd.Series) -> pd.Series:
    """Text as it is compared: trimmed, Unicode forms and case folded, inner white space one blank."""
    folded = {text: " ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in values.unique()}
    return values.map(folded).astype("str")


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
