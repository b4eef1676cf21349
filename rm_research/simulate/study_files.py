"""study.toml and codebook.csv of a simulated study, with comments for people who learn the format from them."""

import pandas as pd

from rm_research.simulate.exports import AGREED, COMMENT_TEXT, export_columns
from rm_research.simulate.people import ARM_LABELS, ROLE_LABELS
from rm_research.simulate.population import ROLES, SCALES, WAVES, Scale
from rm_research.simulate.spoiling import REFUSED

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
directorate = "directorate"

# Words of the exports, recoded to ours.
[values.role]
leader = ["{leader}"]
mentor = ["{mentor}"]

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

[link]
method = "exact"  # codes were handed out, so the same code is the same person …
within = "cohort"  # … within a cohort

# smallest_effect: the smallest change that matters, in scale points, agreed before the data came.
# min_answered: the share of a scale's items that a person must have answered to have a score.
{scales}
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


def study_toml(seed: int) -> str:
    """Return the text of study.toml."""
    answers = {scale.answers_name: scale for scale in SCALES}
    return STUDY_TOML.format(
        scales="\n".join(SCALE_TOML.format(scale=scale, roles=_quoted(scale)) for scale in SCALES),
        answers="\n".join(_answers_table(scale) for scale in answers.values()),
        agreed=AGREED,
        refused=REFUSED,
        seed=seed,
        **ROLE_LABELS,
        **ARM_LABELS,
    )


def _quoted(scale: Scale) -> str:
    return ", ".join(f'"{role}"' for role in ROLES if role in scale.d)


def _answers_table(scale: Scale) -> str:
    rows = [f'"{label}" = {value}\n' for value, label in enumerate(scale.answers, start=scale.low)]
    return f"[answers.{scale.answers_name}]\n" + "".join(rows)


def codebook_frame() -> pd.DataFrame:
    """Return codebook.csv: one row per item, and one for the open question."""
    columns = {wave: export_columns(wave) for wave in WAVES}
    rows = []
    for scale in SCALES:
        for number, (item, label) in enumerate(zip(scale.item_names, scale.items, strict=True), start=1):
            row = {"item": item, "scale": scale.name, "kind": "number"}
            row["reverse"] = "yes" if number in scale.reversed_items else ""
            row |= {"low": str(scale.low), "high": str(scale.high), "answers": scale.answers_name, "missing": ""}
            rows.append(row | {"label": label} | {wave: columns[wave][item] for wave in WAVES})
    comment = {"item": "comment", "kind": "text", "label": COMMENT_TEXT}
    rows.append(comment | {wave: columns[wave]["comment"] for wave in WAVES})
    return pd.DataFrame(rows).fillna("")
