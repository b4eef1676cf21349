"""
What goes wrong in real surveys, with a count of each fault.

Leaving still depends only on baseline engagement: whole questionnaires are spoiled only for people who are not in the
baseline at all, or who leave anyway.
"""

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd

from rm_research.simulate.exports import AGREED, DECLINED, draw_ids, item_labels, system_values
from rm_research.simulate.people import ROLE_LABELS, Programme
from rm_research.simulate.population import ENGAGEMENT, INCLUSION, SCALES
from rm_research.simulate.process import SIDES

LARGE_COHORT = 20  # dyads; smaller cohorts have no one to spare
# How many people return the two waves in other ways than by staying or leaving.
NOT_AT_BASELINE = {("none", "full"): 3, ("blank", "full"): 2, ("declined", "none"): 1, ("nameless", "full"): 1}
LEAVERS = {("full", "blank"): 2, ("full", "declined"): 1, ("full", "nameless"): 1}

ITEMS = [item for scale in SCALES for item in scale.item_names]
BLANK = [*ITEMS, "comment", *(item for side in SIDES for item in side.item_names), "reflection"]
LOWER = {label: lower for scale in SCALES for lower, label in pairwise(scale.answers)}
OUT_OF_RANGE, MISSPELT, REFUSED = "9", "Agre", "Prefer not to say"
FORMULA, SCRIPT = '=cmd("calc")', "<script>alert('hello')</script>"
UNTIDY = (" {}", "{} ", "{lower}", " {lower} ")
# How many submissions in a wave have each kind of dirt; no submission has two kinds.
SPOILED = {
    "pre": {
        "double_submissions": 4,
        "untidy_codes": 2,
        "out_of_range": 2,
        "unknown_labels": 1,
        "empty_items": 5,
        "refused_items": 3,
        "formula_comments": 1,
        "script_comments": 0,
        "other_role": 0,
        "previews": 2,
    },
    "post": {
        "double_submissions": 3,
        "untidy_codes": 4,
        "out_of_range": 1,
        "unknown_labels": 2,
        "empty_items": 4,
        "refused_items": 2,
        "formula_comments": 0,
        "script_comments": 1,
        "other_role": 1,
        "previews": 2,
    },
}
WHOLE = {"blank": "blank_questionnaires", "declined": "no_consent", "nameless": "blank_codes"}


def draw_returns(rng: np.random.Generator, programme: Programme, left: np.ndarray, *, dirt: bool) -> pd.DataFrame:
    """
    Draw how each person returns each wave.

    One row per person, columns pre and post: full, none, blank (nothing answered), declined (no consent) or nameless
    (no code).
    """
    returns = pd.DataFrame({"pre": "full", "post": np.where(left, "none", "full")})
    if dirt:
        sizes = programme.dyads.groupby("cohort").size()
        spare = programme.people["cohort"].map(sizes).ge(LARGE_COHORT).to_numpy()
        queue = rng.permutation(np.flatnonzero(spare)).tolist()
        for ways, count in NOT_AT_BASELINE.items():
            returns.loc[_take(queue, count), ["pre", "post"]] = ways
        leavers = [person for person in queue if left[person]]
        for ways, count in LEAVERS.items():
            returns.loc[_take(leavers, count), ["pre", "post"]] = ways
    return returns


def spoil(
    rng: np.random.Generator, sheet: pd.DataFrame, wave: str, *, dirt: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the sheet with its dirt, and the counts per kind."""
    counts = Counter({WHOLE[way]: int((sheet["returned"] == way).sum()) for way in WHOLE})
    sheet = _spoil_whole(sheet.copy())
    wanted = SPOILED[wave] if dirt else dict.fromkeys(SPOILED[wave], 0)
    queue = rng.permutation(np.flatnonzero(sheet["returned"] == "full")).tolist()
    is_mentor = sheet["role"] != ROLE_LABELS["leader"]
    mentors = [row for row in queue if is_mentor[row]][: wanted["other_role"]]  # a leader would miss the leaders' items
    rows = {"other_role": mentors}
    queue = [row for row in queue if row not in mentors]
    rows |= {kind: _take(queue, count) for kind, count in wanted.items() if kind not in ("other_role", "previews")}
    counts.update({kind: len(taken) for kind, taken in rows.items()})

    _spoil_facts(sheet, rows)
    _spoil_items(rng, sheet, rows)
    added = [_earlier_submissions(rng, sheet, rows["double_submissions"]), _previews(rng, sheet, wanted["previews"])]
    counts["previews"] = len(added[1])
    return pd.concat([sheet, *added], ignore_index=True), dict(sorted(counts.items()))


def _take(queue: list[int], count: int) -> list[int]:
    """Take the next `count` from the queue, or as many as are left."""
    taken, queue[:] = queue[:count], queue[count:]
    return taken


def _spoil_whole(sheet: pd.DataFrame) -> pd.DataFrame:
    blank = sheet["returned"] == "blank"
    sheet.loc[blank, [name for name in BLANK if name in sheet]] = ""
    sheet.loc[blank, ["Progress", "Finished"]] = ["12", "False"]
    sheet.loc[sheet["returned"] == "declined", "consent"] = DECLINED
    sheet.loc[sheet["returned"] == "nameless", "code"] = ""
    return sheet


def _spoil_facts(sheet: pd.DataFrame, rows: dict[str, list[int]]) -> None:
    """Codes, roles and comments."""
    for k, row in enumerate(rows["untidy_codes"]):
        code = str(sheet.loc[row, "code"])
        sheet.loc[row, "code"] = UNTIDY[k % len(UNTIDY)].format(code, lower=code.lower())
    sheet.loc[rows["other_role"], "role"] = ROLE_LABELS["leader"]
    sheet.loc[rows["formula_comments"], "comment"] = FORMULA
    sheet.loc[rows["script_comments"], "comment"] = SCRIPT


def _spoil_items(rng: np.random.Generator, sheet: pd.DataFrame, rows: dict[str, list[int]]) -> None:
    """One item of each of these submissions, of a scale that everyone is asked."""
    both = ENGAGEMENT.item_names + INCLUSION.item_names
    spoiled = {
        "out_of_range": (OUT_OF_RANGE, ENGAGEMENT.item_names),
        "unknown_labels": (MISSPELT, INCLUSION.item_names),
        "empty_items": ("", both),
        "refused_items": (REFUSED, both),
    }
    for kind, (value, items) in spoiled.items():
        for row in rows[kind]:
            sheet.loc[row, items[rng.integers(len(items))]] = value


def _earlier_submissions(rng: np.random.Generator, sheet: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    """
    First attempts of people who submitted again; about half of their answers were one lower.

    Every second one was opened in another window after the attempt that counts, and sent before it: only RecordedDate
    shows this.
    """
    first = sheet.loc[rows].reset_index(drop=True)
    second_window = np.arange(len(rows)) % 2 == 0
    first["started"] += pd.to_timedelta(np.where(second_window, 30, -2 * 86400), unit="s")
    first["seconds"] -= 90  # no one takes less than four minutes
    first["ResponseId"] = draw_ids(rng, len(rows))
    items = first[ITEMS]
    first[ITEMS] = items.where(rng.random(items.shape) < 0.5, items.map(lambda label: LOWER.get(label, label)))
    return first


def _previews(rng: np.random.Generator, sheet: pd.DataFrame, count: int) -> pd.DataFrame:
    """Rows of the people who built the survey and clicked through it before it was sent out."""
    nobody = np.full(count, -1)
    role = pd.Series(["leader"] * count, dtype=object)
    keyed = {s.name: rng.integers(s.low, s.high + 1, (count, len(s.items))) for s in SCALES}
    previews = pd.DataFrame({"person": nobody, "returned": "preview", "seconds": 240})
    previews["started"] = sheet["started"].min() - pd.to_timedelta(np.arange(1, count + 1), unit="D")
    previews = previews.assign(**system_values(rng, nobody), consent=AGREED, code="TEST", comment="")
    previews = previews.assign(cohort=sheet["cohort"].iloc[0], role=ROLE_LABELS["leader"])
    unsent = ["RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference"]
    previews[["Status", "DistributionChannel"]] = ["Survey Preview", "preview"]
    previews[unsent] = ""
    return pd.concat([previews, item_labels(role, keyed)], axis=1)
