"""A locked plan: what a study declared on a day, in plan.toml, and what it declares otherwise now."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rm_research.errors import StudyFileError
from rm_research.limits import MOST_BYTES
from rm_research.study.folding import printable
from rm_research.study.rules import defaults_of, rules_of
from rm_research.study.toml import key, quoted, value_text

if TYPE_CHECKING:
    from rm_research.study.model import Study

FILE = "plan.toml"
FORMAT = 1
ESTIMATING = ("rm_research", "numpy", "pandas", "scipy", "statsmodels")  # packages that decide numbers
OF_VERSIONS = "versions."  # begins the key of a difference between versions
HEAD = (
    "# A locked plan: what this study declared on the day below, from study.toml and codebook.csv.",
    "# Written by rm-research plan --lock. Do not edit it: its hash tells. To change the plan, change",
    "# study.toml or codebook.csv, and lock again with --again, which keeps this plan below the new one.",
)
RESTORE = f"Restore {FILE} from a copy, or move it out of the folder and lock a plan again"
TABLES: dict[str, type] = {"plan": dict, "versions": dict, "rules": dict, "earlier": list}
FACTS: dict[str, type] = {"format": int, "study": str, "locked": str, "hash": str}


class Difference(NamedTuple):
    """What a plan says of a key and the study now says otherwise, as TOML; '' where it is not declared."""

    key: str
    planned: str
    now: str


@dataclass(frozen=True, repr=False)
class LockedPlan:
    """
    What a study declared on the day on which it was locked, as plan.toml says.

    Attributes
    ----------
    title : str
        Title of the study.
    locked : date
        Day on which the file says that it was locked. A file can be made to say any day.
    versions : mapping of str to str
        Versions of rm_research and of the packages that it estimates with, by name.
    rules : mapping of str to object
        Everything in study.toml and codebook.csv that can change a result, by dotted key.
    earlier : tuple of LockedPlan
        Plans that it took the place of, the oldest first.

    Examples
    --------
    >>> import shutil
    >>> folder = shutil.copytree("data/demo", "data/locked", dirs_exist_ok=True)
    >>> plan = rm.lock_plan(folder, again=True)
    >>> plan.rules["scales.inclusion.smallest_effect"], plan.rules["design.assignment"]
    (0.2, 'randomised')
    """

    title: str
    locked: date
    versions: Mapping[str, str]
    rules: Mapping[str, Any]
    earlier: tuple["LockedPlan", ...] = ()

    @property
    def hash(self) -> str:
        """
        SHA-256 of everything in it, earlier plans included: deposit it elsewhere to show later that it is the same.

        Examples
        --------
        >>> import shutil
        >>> folder = shutil.copytree("data/demo", "data/locked", dirs_exist_ok=True)
        >>> len(rm.lock_plan(folder, again=True).hash)
        64
        """
        before = self.earlier[-1].hash if self.earlier else ""
        whole = [self.title, self.locked.isoformat(), dict(self.versions), dict(self.rules), before]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def differences(self, study: "Study") -> tuple[Difference, ...]:
        """
        Return what a study declares otherwise than planned, and versions that differ (`versions.…`), in order of keys.

        Examples
        --------
        >>> import shutil
        >>> folder = shutil.copytree("data/demo", "data/locked", dirs_exist_ok=True)
        >>> plan = rm.lock_plan(folder, again=True)
        >>> plan.differences(rm.read_study(folder).varied({"scales.inclusion.smallest_effect": 0.1}))
        (Difference(key='scales.inclusion.smallest_effect', planned='0.2', now='0.1'),)
        """
        now = rules_of(study)
        # a rule that this version has and that of the plan did not is kept as long as nothing is declared
        now = {name: value for name, value in now.items() if name in self.rules or value != self._usual(name, study)}
        return (*_differing(self.rules, now), *_differing(self.versions, versions(), OF_VERSIONS))

    def _usual(self, name: str, study: "Study") -> Any:
        return defaults_of(study).get(name)

    def text(self) -> str:
        """
        Content of plan.toml.

        Examples
        --------
        >>> import shutil
        >>> folder = shutil.copytree("data/demo", "data/locked", dirs_exist_ok=True)
        >>> rm.lock_plan(folder, again=True).text().splitlines()[4]
        '[plan]'
        """
        facts = {"format": FORMAT, "study": self.title, "locked": self.locked.isoformat(), "hash": self.hash}
        lines = [*HEAD, *_table("[plan]", facts), *_table("[versions]", self.versions), *_rules("[rules]", self.rules)]
        for plan in self.earlier:
            said = {"study": plan.title, "locked": plan.locked.isoformat(), "hash": plan.hash}
            lines += _table("[[earlier]]", said)
            lines += [*_table("[earlier.versions]", plan.versions), *_rules("[earlier.rules]", plan.rules)]
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        again = f", {len(self.earlier)} earlier" if self.earlier else ""
        return f"LockedPlan of {self.title!r}: {len(self.rules)} rules, says locked {self.locked}, {self.hash}{again}"


def _table(heading: str, content: Mapping[str, Any]) -> list[str]:
    return ["", heading, *(f"{key(name)} = {value_text(value)}" for name, value in content.items())]


def _rules(heading: str, rules: Mapping[str, Any]) -> list[str]:
    """Rules under their dotted keys, in quotes: names may have dots themselves."""
    return ["", heading, *(f"{quoted(name)} = {value_text(value)}" for name, value in rules.items())]


def _differing(planned: Mapping[str, Any], now: Mapping[str, Any], begin: str = "") -> Iterator[Difference]:
    for name in (*planned, *(name for name in now if name not in planned)):
        if planned.get(name) != now.get(name):
            yield Difference(begin + name, *(_written(which.get(name)) for which in (planned, now)))


def _written(value: Any) -> str:
    return "" if value is None else value_text(value)


def versions() -> dict[str, str]:
    """Versions of this package and of those that decide numbers."""
    return {name: version(name) for name in ESTIMATING}


def plan_of(study: "Study", today: date) -> LockedPlan:
    """Plan of a study as it is declared now, without earlier plans."""
    return LockedPlan(study.title, today, versions(), rules_of(study))


def read_plan(folder: Path) -> LockedPlan | None:
    """
    Read the plan of a study folder, if it has one.

    Raises
    ------
    StudyFileError
        When the file is no whole plan, or was changed after it was locked: what is wrong, and what to do.
    """
    file = folder / FILE
    if not file.exists():
        return None
    try:
        if file.stat().st_size > MOST_BYTES:
            raise StudyFileError(f"{FILE}: has more than {MOST_BYTES:,} bytes. Is it another file? {RESTORE}.")
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise StudyFileError(f"{FILE}: cannot be read; it may be half a file. {RESTORE}.") from error
    faults = list(_faults(content))
    if faults:
        raise StudyFileError(*faults)
    plan = _plan(content["plan"], content)
    for part in content.get("earlier", []):
        before = _plan(part, part)
        plan = replace(plan, earlier=(*plan.earlier, replace(before, earlier=plan.earlier)))
    told = [part["hash"] for part in (*content.get("earlier", []), content["plan"])]
    if told != [part.hash for part in (*plan.earlier, plan)]:
        raise StudyFileError(
            f"{FILE}: its hash does not match what it says, so it was changed after it was locked. {RESTORE}. To "
            "change what is planned, change study.toml and give --lock --again."
        )
    return plan


def _plan(facts: Mapping[str, Any], content: Mapping[str, Any]) -> LockedPlan:
    return LockedPlan(facts["study"], date.fromisoformat(facts["locked"]), content["versions"], content["rules"])


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    """What keeps the content of a file from being a plan."""
    newer = content.get("plan")
    if isinstance(newer, dict) and isinstance(newer.get("format"), int) and newer["format"] > FORMAT:
        yield f"{FILE}: was written by a newer version of rm_research. Install that version to read it."
        return
    wanted = {"plan": FACTS, "versions": None, "rules": None}
    yield from _lacking(content, {name: TABLES[name] for name in wanted}, "")
    yield from _unknown(content, TABLES, "")
    if isinstance(content.get("plan"), dict):
        yield from _of_facts(content["plan"], FACTS, "[plan] ")
    earlier = content.get("earlier", [])
    of_earlier = {**{name: kind for name, kind in FACTS.items() if name != "format"}, "versions": dict, "rules": dict}
    for part in earlier if isinstance(earlier, list) else ():
        yield from _of_facts(part if isinstance(part, dict) else {}, of_earlier, "[[earlier]] ")


def _of_facts(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> Iterator[str]:
    yield from _lacking(table, known, where)
    yield from _unknown(table, known, where)
    try:
        date.fromisoformat(str(table.get("locked", "2000-01-01")))
    except ValueError:
        yield f"{FILE}: {where}locked is not a date such as 2026-03-01. {RESTORE}."


def _lacking(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> Iterator[str]:
    lacking = [name for name, kind in known.items() if not isinstance(table.get(name), kind)]
    if lacking:
        yield f"{FILE}: {where}lacks {', '.join(lacking)}; it may be half a file. {RESTORE}."


def _unknown(table: Mapping[str, Any], known: Mapping[str, type], where: str) -> Iterator[str]:
    unknown = [printable(name) for name in table if name not in known]
    if unknown:
        yield f"{FILE}: {where}has {', '.join(unknown)}, which no plan has. {RESTORE}."
