"""A study whose every name tries to be more than text, and its twin with the same numbers and harmless names."""

import json
from pathlib import Path

from small_studies import Group, as_csv, small_study

LONG = "W" * 10_000
SCRIPT = "<script>alert('x')</script>"
# in the order in which both studies sort them
COHORTS = {
    "\"quoted\" 'twice' `thrice` & <b>bold</b>": "c1",
    "-2+3|cmd": "c2",
    "<img src=x onerror=alert(1)> {level} {{ 7*7 }} {% raw %}": "c3",
    '=HYPERLINK("x","y")': "c4",
    "\u202egnirps 🎉 zero\u200bwidth": "c5",
}
ROLES = {"</p><u>role</u>": "r1"}
ARMS = {"programme": "programme", "x</text></svg><svg onload=alert(2)>": "waiting"}
TEAMS = {"+1</script>": "t1", "@SUM(A1)": "t2"}
NAMES = {
    "title": f"{{blank}} {SCRIPT}</title><style>main{{display:none}}</style>",
    "label": "Mood <iframe src=javascript:alert(3)></iframe> {unit}",
    "unit": "<i>points</i> {s}",
    "item": f"{SCRIPT} ]]> --> '\"",
}
HARMLESS = {"title": "A small study", "label": "Mood", "unit": "points", "item": "an item"}
TOML = """title = {title}
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
arm = "arm"
submitted = "when"
[attributes]
team = "team"
[roster]
file = "roster.csv"
columns = {{ person = "code" }}
[scales.mood]
label = {label}
unit = {unit}
smallest_effect = 0.3
[design]
comparison = {comparison}
assignment = "randomised"
interactions = ["team"]
"""


def hostile(folder: Path) -> Path:
    return _written(folder, NAMES, list(COHORTS), list(ROLES), list(ARMS), list(TEAMS))


def harmless(folder: Path) -> Path:
    """Write the twin: equal but for every name."""
    named = (list(found.values()) for found in (COHORTS, ROLES, ARMS, TEAMS))
    return _written(folder, HARMLESS, *named)


def _written(folder, names, cohorts, roles, arms, teams):
    groups = [
        Group(cohort, 14, role=role, arm=arm, gain=0.7 if arm == "programme" else 0.1, left=2)
        for cohort in cohorts for role in roles for arm in arms
    ]  # fmt: skip
    roster = [
        [f"P{place}-{person}", group.cohort, group.role, group.arm, teams[person % 2]]
        for place, group in enumerate(groups) for person in range(group.n)
    ]  # fmt: skip
    quoted = {name: json.dumps(text, ensure_ascii=False) for name, text in names.items()}
    codebook = [[f"m{n}", "mood", 1, 5, names["item"]] for n in (1, 2, 3)]
    files = {
        "roster.csv": as_csv(["code", "cohort", "role", "arm", "team"], roster),
        "codebook.csv": as_csv(["item", "scale", "low", "high", "label"], codebook),
    }
    toml = TOML.format(comparison=json.dumps(arms[1]), **quoted)
    return small_study(folder, *groups, toml=toml, files=files)


def endless(folder: Path) -> Path:
    """Write a study whose names have ten thousand characters without a blank."""
    names = {"title": LONG, "label": LONG, "unit": LONG, "item": LONG}
    return _written(folder, names, [LONG], ["mentor"], ["programme", f"{LONG}b"], [f"{LONG}c", f"{LONG}d"])
