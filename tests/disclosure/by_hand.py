"""Studies of which a few people are hidden, each in another way: what they answered must not be told by anything."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from small_studies import as_csv

BASE = """title = "By hand"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
{waves}[columns]
person = "code"
cohort = "cohort"
role = "role"
arm = "arm"
dyad = "pair"
submitted = "when"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
{more}[reporting]
smallest_group = 10
language = "{language}"
average = "{average}"
"""
COMPARED = '[design]\ncomparison = "waitlist"\nassignment = "{}"\n'
SHARED = COMPARED.replace("\n[design]", "").format("randomised") + 'comparison_scope = "shared"\n'
TEAMS = '[attributes]\nteam = "team"\n[design]\ninteractions = ["team"]\n'
LOG = '[sessions]\nfile = "sessions.csv"\n'
ITEMS = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
PART = (
    "item,scale,low,high,pre,post\nm1,mood,1,5,m1,m1\nm2,mood,1,5,m2,m2\nm3,mood,1,5,m3,m3\n"
    "p1,part,1,5,m1,m1\np2,part,1,5,m2,m2\n"
)
LATE = "item,scale,low,high,pre\nm1,mood,1,5,\nm2,zeal,1,5,-\nm3,zeal,1,5,-\n"
LATER, THEN = '[waves.later]\nfile = "later.csv"\n', '[waves.then]\nfile = "then.csv"\nkind = "retrospective"\n'


class Some(NamedTuple):
    """People of one cohort, role, arm and team; the last of them leave, come late or skip items at a wave."""

    n: int
    cohort: str = "a"
    role: str = "leader"
    arm: str = ""
    team: str = "x"
    lack: Mapping[str, int] = MappingProxyType({})  # how many of the last have no questionnaire of a wave
    skip: int = 0  # how many of the first skip some items after
    alike: bool = False


class Made(NamedTuple):
    """How a study is made."""

    groups: Sequence[Some]
    more: str = ""
    waves: str = ""
    codebook: str = ITEMS
    language: str = "en"
    average: str = "people"


STUDIES = {
    "eleven, of whom one left": Made([Some(11, lack={"post": 1})]),
    "two of 21 left, and one came late": Made([Some(21, lack={"post": 2}), Some(1, lack={"pre": 1})]),
    "one alone in a team": Made([Some(13), Some(12, team="y"), Some(1, team="z")], TEAMS),
    "three cohorts with few who left": Made(
        [Some(20, lack={"post": 3}), Some(20, "b"), Some(22, "c", lack={"post": 12}), Some(7, "d")]
    ),
    "a part of a scale": Made([Some(24, skip=2), Some(6, "b")], '[scales.part]\nlabel = "Part"\nmin_answered = 1.0\n',
                              codebook=PART),
    "a follow-up": Made([Some(24, lack={"later": 4, "post": 2}), Some(14, "b", lack={"later": 8})], waves=LATER),
    "dyads of which one side left": Made([Some(14), Some(14, role="mentor", lack={"post": 4}),
                                          Some(8, "b"), Some(9, "b", "mentor")]),
    "seven who wait": Made([Some(22, arm="programme"), Some(7, arm="waitlist")], COMPARED.format("randomised")),
    "few who wait in one cohort": Made([Some(24, arm="programme"), Some(16, arm="waitlist"),
                                        Some(20, "b", arm="programme"), Some(6, "b", arm="waitlist"),
                                        Some(8, "c", arm="programme"), Some(12, "c", arm="waitlist")],
                                       COMPARED.format("self-selected"), language="de"),
    "a shared comparison": Made([Some(20, arm="programme"), Some(14, arm="waitlist"), Some(15, "b", arm="programme"),
                                 Some(13, "b", arm="waitlist", lack={"post": 3}), Some(6, "c", arm="programme")],
                                SHARED),
    "a scale asked only later": Made([Some(14), Some(7, "b"), Some(12, "c", alike=True)],
                                     '[scales.zeal]\nlabel = "Zeal"\n', codebook=LATE),
    "unlinked": Made([Some(24, lack={"post": 3}), Some(7, "b")], '[link]\nmethod = "none"\n'),
    "a log": Made([Some(26), Some(5, "b"), Some(16, "c", lack={"post": 2})], LOG),
    "a judgement in hindsight": Made([Some(24), Some(12, "b", lack={"then": 3}), Some(8, "c")], waves=THEN),
    "an average over cohorts": Made([Some(12, name) for name in "abcdef"] + [Some(5, "g")], average="cohorts"),
    "alike": Made([Some(15, alike=True), Some(14, "b"), Some(6, "c")]),
}  # fmt: skip


def study_by_hand(folder: Path, name: str) -> Path:
    """Write one of the studies."""
    made, draws = STUDIES[name], np.random.default_rng(len(name))
    waves = ["pre", "post", *(wave for wave in ("later", "then") if f"[waves.{wave}]" in made.waves)]
    rows: dict[str, list[list[object]]] = {wave: [] for wave in waves}
    counted: dict[tuple[str, str, str], int] = {}
    for group in made.groups:
        for at in range(group.n):
            usual = draws.normal(3, 0.8)
            key = (group.cohort, group.arm, group.role)
            counted[key] = number = counted.get(key, 0) + 1
            pair = f"{group.cohort}{group.arm}{number}"
            facts = [f"{pair}{group.role}", group.cohort, group.role, group.arm, pair, "2025-03-03"]
            for wave in waves:
                answers = np.clip(np.rint(usual + draws.normal(0.3 * waves.index(wave), 0.9, 3)), 1, 5).astype(int)
                told: list[object] = [4, 4, 4] if group.alike and wave == "post" else answers.tolist()
                if wave == "post" and at < group.skip:
                    told[0] = ""
                if at < group.n - group.lack.get(wave, 0):
                    rows[wave].append([*facts, *told, group.team])
    folder.mkdir(parents=True)
    toml = BASE.format(waves=made.waves, more=made.more, language=made.language, average=made.average)
    contents = {"study.toml": toml, "codebook.csv": made.codebook}
    columns = ("code", "cohort", "role", "arm", "pair", "when", "m1", "m2", "m3", "team")
    contents |= {f"{wave}.csv": as_csv(columns, lines) for wave, lines in rows.items()}
    log = [(row[4], f"2025-05-{day:02}", 60) for row in rows["pre"] for day in range(1, draws.integers(1, 6))]
    contents["sessions.csv"] = as_csv(("dyad", "date", "minutes"), log)
    for file, text in contents.items():
        (folder / file).write_text(text, encoding="utf-8", newline="")
    return folder
