"""study.toml and codebook.csv of a simulated study, with comments for people who learn the format from them."""

from collections.abc import Iterable

import pandas as pd

from rm_research.simulate.exports import AGREED, COMMENT_TEXT, export_columns
from rm_research.simulate.people import ARM_LABELS, PLAN, ROLE_LABELS, STUDENT_LABEL, first_day
from rm_research.simulate.population import ROLES, SCALES, WAVES, Scale
from rm_research.simulate.process import HIGH, LOW, SIDES, Side
from rm_research.simulate.spoiling import REFUSED
from rm_research.simulate.wording import REFLECTION_TEXT, THEMES
from rm_research.study.codebook import NOT_ASKED

STUDY_TOML = """\
# A simulated study: nobody in it exists. truth.json says what is true of it. Paths are relative to this folder.

title = "Reverse mentoring, Northgate Council"
outcomes = ["inclusion", "engagement", "adaptability"]  # confirmatory, the headline first; all else is exploratory

[waves.pre]
file = "pre.csv"
format = "qualtrics"  # three rows above the answers: names, question texts, import ids
duplicates = "last"  # who submitted twice is counted once, with the later answers
where = {{ Status = "IP Address" }}  # leaves out the test rows, whose Status is "Survey Preview"

[waves.post]
file = "post.csv"
format = "qualtrics"
duplicates = "last"
where = {{ Status = "IP Address" }}

[columns]  # which column holds each fact, in the survey exports, the roster or the sessions file
person = "code"
cohort = "cohort"
role = "role"
dyad = "pair"
arm = "arm"
consent = "consent"  # rows whose answer is not `yes` are dropped and counted
finished = "Finished"
submitted = "RecordedDate"

[attributes]  # further facts of a person, for subgroups and checks
directorate = "directorate"  # which takes part itself, or pays for a place at the school or the department
setting = "setting"  # where the cohort meets

# Words of the exports, recoded to ours.
[values.role]
leader = ["{leader}"]
mentor = ["{mentor}", "{student}"]  # at the school, students mentor

[values.arm]
programme = ["{programme}"]
waitlist = ["{waitlist}"]

[values.consent]
yes = ["{agreed}"]

[missing]
values = ["{refused}"]  # counts as no answer; an empty cell always does

[roster]  # everyone invited; a mentor with two leaders has two rows
file = "roster.csv"

[sessions]  # one row per meeting: pair, date, minutes; a programme pair without a row never met
file = "sessions.csv"

[goals]  # one row per goal of a pair; what the goal is stays in the file
file = "goals.csv"
low = {low}  # goal attainment scaling: {low} much less than hoped for … {high} much more
high = {high}
columns = {{ dyad = "pair" }}

[programme]  # what was planned; what pairs did is held against it
start = {{ {starts} }}
planned_meetings = {planned_meetings}
every_days = {every_days}
planned_minutes = {planned_minutes}
agreed = {{ purpose = "purpose", structure = "structure", confidentiality = "confidentiality" }}  # of the roster

[link]
method = "exact"  # codes were handed out, so the same code is the same person …
within = "cohort"  # … within a cohort

# smallest_effect: the smallest change that matters, in scale points, agreed before the data came.
# min_answered: the share of a scale's items that a person must have answered to have a score.
{scales}
# What the meetings were like, asked afterwards of pairs that met: open sets of rm_research, which nobody has validated.
{sides}
# What open answers may be about; words find it, as nobody has to code a study of nobody.
{themes}
# What each printed answer is worth; codebook.csv says which item uses which.
{answers}
[design]
baseline = "pre"
comparison = "waitlist"  # the arm that had no programme between the waves
assignment = "randomised"
unit = "dyad"  # leader and mentor were randomised together

[reporting]
smallest_group = 10  # answers of fewer people than this are not shown
seed = {seed}
language = "en"
"""

SCALE_TOML = """\
[scales.{scale.name}]
label = "{scale.label}"
roles = [{roles}]
better = "higher"
smallest_effect = {scale.smallest_effect}
min_answered = 0.5
"""

SIDE_TOML = """\
[scales.{side.name}]
kind = "process"
instrument = "{side.instrument}"
roles = [{roles}]
"""

THEME_TOML = """\
[themes.{theme.name}]
label = "{theme.label}"
keywords = [{keywords}]
"""


def study_toml(seed: int, cohorts: pd.Series) -> str:
    """Return the text of study.toml; `cohorts` has the first day of each cohort's surveys."""
    answers = {scale.answers_name: scale for scale in SCALES}
    return STUDY_TOML.format(
        scales="\n".join(SCALE_TOML.format(scale=scale, roles=_listed(scale.d)) for scale in SCALES),
        answers="\n".join(_answers_table(scale) for scale in answers.values()),
        sides="\n".join(SIDE_TOML.format(side=side, roles=_listed(ROLES)) for side in SIDES),
        themes="\n".join(THEME_TOML.format(theme=theme, keywords=_listed(theme.keywords)) for theme in THEMES),
        starts=", ".join(f'"{cohort}" = {first_day(start):%Y-%m-%d}' for cohort, start in cohorts.items()),
        **PLAN,
        low=LOW,
        high=HIGH,
        agreed=AGREED,
        refused=REFUSED,
        student=STUDENT_LABEL,
        seed=seed,
        **ROLE_LABELS,
        **ARM_LABELS,
    )


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _answers_table(scale: Scale) -> str:
    rows = [f'"{label}" = {value}\n' for value, label in enumerate(scale.answers, start=scale.low)]
    return f"[answers.{scale.answers_name}]\n" + "".join(rows)


def codebook_frame() -> pd.DataFrame:
    """Return codebook.csv: one row per item, and one for each open question."""
    columns = {wave: export_columns(wave) for wave in WAVES}
    rows = []
    for scale in SCALES:
        for number, (item, label) in enumerate(zip(scale.item_names, scale.items, strict=True), start=1):
            row = {"item": item, "scale": scale.name, "of": "", "kind": "number"}
            row["reverse"] = "yes" if number in scale.reversed_items else ""
            row |= {"low": str(scale.low), "high": str(scale.high), "answers": scale.answers_name, "missing": ""}
            rows.append(row | {"label": label} | {wave: columns[wave][item] for wave in WAVES})
    comment = {"item": "comment", "kind": "text", "label": COMMENT_TEXT}
    rows.append(comment | {wave: columns[wave]["comment"] for wave in WAVES})
    asked = [row for side in SIDES for row in _side_rows(side)]
    asked.append({"item": "reflection", "kind": "text", "label": REFLECTION_TEXT})
    rows += [row | {wave: columns[wave].get(row["item"], NOT_ASKED) for wave in WAVES} for row in asked]
    return pd.DataFrame(rows).fillna("")


def _side_rows(side: Side) -> list[dict[str, str]]:
    """Items of a scale of the process; range and reversal are the instrument's."""
    return [
        {"item": item, "scale": side.name, "of": str(number), "kind": "number", "answers": "agree5", "label": text}
        for number, (item, text) in enumerate(zip(side.item_names, side.texts, strict=True), start=1)
    ]
