"""Personal data found and kept out; person codes turned into keyed hashes."""

import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from rm_research.errors import StudyError
from rm_research.study.entries import per_entry, tidy

HOME = ".rm_research"
# whose particulars a form may ask for, in English and German: a person's, not a programme's or a team's
ROLE = (
    r"(?:recipient|respondent|participant|student|pupil|child|employee|staff|member|person|contact|mentor|mentee|leader"
    r"|manager|facilitator|coach|trainer|teacher|instructor|supervisor|tutor|teilnehmer|mitarbeiter|schüler|betreuer"
    r"|vorgesetzte[rn]?|führungskraft|leiter)"
)
WHOSE = (
    r"(?:the|your|my|home|work|private|full|(?:ih|dei|mei)(?:n|r)e?[rsnm]?|de[rs]"
    rf"|(?:(?:team|line|group|project|class)[ _.]*+)?{ROLE}(?:in)?(?:['’]?s|s['’]|es)?)"
)
ASKING = (
    r"(?:please[ _.,]*)?(?:(?:what|which)[ _.]*(?:is|are)|enter|give(?:[ _.]*us)?|provide|type|wie[ _.]*lautet"
    r"|bitte(?:[ _.]*(?:geben|nennen)[ _.]*sie)?)"
)
# blanks are taken once and lists are short, so that no odd question is searched for minutes
AND = r"[ _.]*+(?:-[ _.]*+)?(?:,|/|&|\+|(?<![^\W_])(?:and|or|und|oder)(?![^\W_]))[ _.]*+"
FIRST = r"(?:first|last|full|sur|family|given|middle|nick|fore|vor|nach|zu|familien)"
FIRST_OR_LAST = rf"{FIRST}(?:[ _.-]*+names?)?(?:{AND}{FIRST}(?:[ _.-]*+names?)?){{0,3}}"
PARTICULAR = (
    r"(?:e-?mail(?:[ _.]*address)?|ip[ _.-]*address|ip"
    rf"|(?:{FIRST}{AND}){{0,3}}(?:{FIRST}[ _.-]*+)?name[sn]?"
    r"|(?:tele|mobile[ _.]*|cell[ _.]*)?phone(?:[ _.]*(?:number|no))?|mobile(?:[ _.]*(?:number|no))?"
    r"|(?:location[ _.]*)?(?:latitude|longitude)|(?:geo|gps)[ _.-]*(?:location|coordinates?)|coordinates?"
    r"|(?:postal[ _.]*|street[ _.]*)?address|(?:post|zip)[ _.]*code"
    r"|date[ _.]*of[ _.]*birth|birth[ _.]*(?:date|day)"
    r"|contact[ _.]*(?:details?|information|data)|linkedin(?:[ _.]*profile)?"
    r"|(?:e-?mail|ip)[ _.-]*adresse|telefon(?:nummer)?|handy(?:nummer)?"
    r"|geburts(?:datum|tag)|anschrift|postleitzahl|kontaktdaten)"
)
# 'name and email', 'name (first and last)', 'name of your mentor'
KIND = (
    rf"{PARTICULAR}(?:{AND}(?:{WHOSE}[ _.]++){{0,3}}{PARTICULAR}){{0,3}}(?:[ _.]*+\({FIRST_OR_LAST}\))?"
    rf"(?:[ _.]++(?:of|de[rs]|(?:ih|dei|mei)(?:n|r)e[rs])(?:[ _.]++{WHOSE}){{1,3}})?"
)
# a column's name or question that asks for who someone is: 'Recipient Email', 'Please enter your name:'
PERSONAL_NAME = re.compile(
    rf"(?:{ASKING}[ _.]++)?(?:{WHOSE}[ _.]*+){{0,4}}{KIND}(?:[ _.]*+\(optional\))?(?:[ _.]*+(?:ein|an))?[ _.:?*]*",
    re.IGNORECASE,
)
# lengths are bounded so that a long text without blanks is not searched for minutes
EMAIL = re.compile(r"[^\s@,;<>()\"']{1,64}@[^\s@,;<>()\"']{1,250}\.[A-Za-z]{2,}")
IP_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
COORDINATES = re.compile(r"(?<![\d.])-?\d{1,3}\.\d{3,},\s{0,3}-?\d{1,3}\.\d{3,}(?![\d.])")
# with a prefix (+44, 0, brackets) or in American groups; a bare number may be anything
PHONE = re.compile(
    r"(?<![\w.+-])(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d))(?:\+\d|0[1-9]|\(\+?\d)(?:[ ()/.-]{0,2}\d){6,13}(?![\w-])"
    r"|(?<![\w.-])\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w-])"
)
CONTACTS = (EMAIL, COORDINATES, IP_ADDRESS, PHONE)
TAKEN_OUT = "[…]"
MOSTLY = 0.5  # of the filled cells of a column


def personal_columns(rows: pd.DataFrame, texts: Mapping[str, str] | None = None) -> list[str]:
    """
    Columns that hold personal data, by name, by question, or because most of their cells are contacts.

    Parameters
    ----------
    rows : DataFrame
        An export's rows, all text.
    texts : mapping of str to str, optional
        Question text by column.

    Returns
    -------
    list of str
        Names, e-mail, postal and IP addresses, telephone numbers, coordinates, dates of birth.
    """
    asked = texts or {}
    return [
        name
        for name in rows.columns
        if PERSONAL_NAME.fullmatch(name.strip())
        or PERSONAL_NAME.fullmatch(asked.get(name, "").strip())
        or _mostly_contacts(rows[name])
    ]


def _mostly_contacts(cells: pd.Series) -> bool:
    filled = cells[cells != ""]
    return len(filled) > 0 and bool(per_entry(filled, _is_contact, dtype="bool").mean() >= MOSTLY)


def _is_contact(entry: str) -> bool:
    return freed_of_contacts(entry).strip() == TAKEN_OUT


def freed_of_contacts(entry: str) -> str:
    """Text with each e-mail and IP address, telephone number and pair of coordinates in it replaced by '[…]'."""
    for contact in CONTACTS:
        entry = contact.sub(TAKEN_OUT, entry)
    return entry


def without_contacts(cells: pd.Series) -> pd.Series:
    """Cells, each freed of contacts; the rest of what was written stays."""
    return per_entry(cells, freed_of_contacts)


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


def purge_private(study: Path) -> bool:
    """Remove key and cache of a study; whether there were any."""
    folder = study / HOME
    if not folder.is_dir() or folder.is_symlink():
        return False
    shutil.rmtree(folder)
    return True


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


def hash_codes(codes: pd.Series, key: bytes, *, kind: str = "person") -> pd.Series:
    """
    Keyed hashes of codes, 16 hexadecimal digits (BLAKE2b as RFC 7693 keys it).

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

    def digest(text: str) -> str | None:
        return hashlib.blake2b(f"{kind}:{text}".encode(), key=key, digest_size=8).hexdigest() if text else None

    return per_entry(tidy(codes), digest)
