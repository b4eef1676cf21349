"""
Survey exports in the style of Qualtrics: names, question texts and import ids above the answers.

A sheet is an export under our own names, one row per submission: `person` (row of Programme.people, -1 for nobody),
`returned` (how, see `spoiling`), started, seconds, the columns as exported, and the items.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from rm_research.simulate.people import POST_WINDOW, PRE_WINDOW
from rm_research.simulate.population import SCALES
from rm_research.simulate.process import SIDES, Process, side_labels
from rm_research.simulate.wording import REFLECTION_TEXT

AGREED, DECLINED = "I agree", "I do not agree"
WINDOWS = {"pre": PRE_WINDOW, "post": POST_WINDOW}
# The two surveys were built at different times and number their questions differently, as real surveys do.
QUESTIONS = {
    "pre": {"engagement": "Q5", "inclusion": "Q6", "adaptability": "Q7", "comment": "Q8"},
    "post": {
        "inclusion": "Q5",
        "engagement": "Q6",
        "adaptability": "Q8",
        "comment": "Q9",
        "safety": "Q10",
        "relationship": "Q11",
        "reflection": "Q12",
    },
}
FACTS = {
    "consent": "Your answers are used to evaluate the programme. Do you agree?",
    "code": "Your five-character programme code",
    "cohort": "When did your cohort start?",
    "role": "Your part in the programme",
}
STEMS = {"often7": "How often is this true of you?", "agree5": "How far is this true of you?"}
COMMENT_TEXT = "Is there anything else you want to tell us?"
SYSTEM = {  # name: (text, import id)
    "StartDate": ("Start Date", "startDate"),
    "EndDate": ("End Date", "endDate"),
    "Status": ("Response Type", "status"),
    "IPAddress": ("IP Address", "ipAddress"),
    "Progress": ("Progress", "progress"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration"),
    "Finished": ("Finished", "finished"),
    "RecordedDate": ("Recorded Date", "recordedDate"),
    "ResponseId": ("Response ID", "_recordId"),
    "RecipientLastName": ("Recipient Last Name", "recipientLastName"),
    "RecipientFirstName": ("Recipient First Name", "recipientFirstName"),
    "RecipientEmail": ("Recipient Email", "recipientEmail"),
    "ExternalReference": ("External Data Reference", "externalDataReference"),
    "LocationLatitude": ("Location Latitude", "locationLatitude"),
    "LocationLongitude": ("Location Longitude", "locationLongitude"),
    "DistributionChannel": ("Distribution Channel", "distributionChannel"),
    "UserLanguage": ("User Language", "userLanguage"),
}
FIRST_NAMES = (
    "Amina",
    "Bea",
    "Callum",
    "Dev",
    "Esme",
    "Farid",
    "Grace",
    "Hugh",
    "Iona",
    "Jonas",
    "Kemi",
    "Lena",
    "Moss",
)
LAST_NAMES = ("Archer", "Bello", "Cole", "Dunne", "Ellis", "Fairley", "Goss", "Hale", "Ivory", "Jain", "Kerr")
COMMENTS = (
    "More time between the meetings would help.",
    "I had not expected to learn this much about our own website.",
    "Finding a room was the hardest part, honestly.",
    "Please keep this going, and tell the other teams.",
    "None",
    "My diary made it difficult.",
)
COMMENT_SHARE = 0.1
ID_CHARACTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def draw_sheet(
    rng: np.random.Generator, people: pd.DataFrame, keyed: dict[str, np.ndarray], returned: np.ndarray, wave: str
) -> pd.DataFrame:
    """Draw the submissions in one wave, one for each person who returned anything."""
    rows = np.flatnonzero(returned != "none")
    shown = people.iloc[rows].reset_index(drop=True)
    n = len(rows)
    days, seconds = rng.integers(*WINDOWS[wave], n), rng.integers(8 * 3600, 18 * 3600, n)
    sheet = pd.DataFrame({"person": rows, "returned": returned[rows]})
    sheet["started"] = shown["starts"] + pd.to_timedelta(days * 86400 + seconds, unit="s")
    sheet["seconds"] = np.clip(rng.lognormal(np.log(480), 0.4, n), 240, 3600).astype(int)
    sheet = sheet.assign(**system_values(rng, rows), consent=AGREED, code=shown["code"], cohort=shown["cohort"])
    sheet["role"] = shown["label"]
    sheet["comment"] = np.where(rng.random(n) < COMMENT_SHARE, rng.choice(COMMENTS, n), "")
    return pd.concat(
        [sheet, item_labels(shown["role"], {name: values[rows] for name, values in keyed.items()})], axis=1
    )


def with_process(sheet: pd.DataFrame, process: Process) -> pd.DataFrame:
    """Add to a sheet what its people say of their meetings."""
    told = side_labels(process).assign(reflection=process.reflection)
    return pd.concat([sheet, told.iloc[sheet["person"]].reset_index(drop=True)], axis=1)


def system_values(rng: np.random.Generator, person: np.ndarray) -> dict[str, list[str] | str]:
    """Values of the columns that the survey tool adds, for submissions of these people."""
    first = [FIRST_NAMES[number % len(FIRST_NAMES)] for number in person]
    last = [LAST_NAMES[number % len(LAST_NAMES)] for number in person]
    nets = rng.choice(["192.0.2", "198.51.100"], len(person))  # set aside for documentation, as is example.org
    return {
        "Status": "IP Address",
        "IPAddress": [f"{net}.{host}" for net, host in zip(nets, rng.integers(1, 255, len(person)), strict=True)],
        "Progress": "100",
        "Finished": "True",
        "ResponseId": draw_ids(rng, len(person)),
        "RecipientLastName": last,
        "RecipientFirstName": first,
        "RecipientEmail": [f"{a}.{b}{n}@example.org".lower() for a, b, n in zip(first, last, person, strict=True)],
        "ExternalReference": [f"E{1000 + number}" for number in person],
        "LocationLatitude": [f"{value:.2f}" for value in rng.uniform(54.8, 55.0, len(person))],
        "LocationLongitude": [f"{value:.2f}" for value in rng.uniform(-1.8, -1.5, len(person))],
        "DistributionChannel": "email",
        "UserLanguage": "EN",
    }


def draw_ids(rng: np.random.Generator, n: int) -> list[str]:
    """Draw response ids."""
    return ["R_" + "".join(characters) for characters in rng.choice(ID_CHARACTERS, (n, 15))]


def item_labels(role: pd.Series, keyed: dict[str, np.ndarray]) -> pd.DataFrame:
    """Answers as printed: reversed items in their printed direction, labels for values, empty for roles not asked."""
    parts = []
    for scale in SCALES:
        raw = np.where(scale.reversed_mask, scale.low + scale.high - keyed[scale.name], keyed[scale.name])
        labels = np.array(scale.answers, dtype=object)[raw - scale.low]
        labels[~role.isin(list(scale.d)).to_numpy()] = ""
        parts.append(labels)
    names = [name for scale in SCALES for name in scale.item_names]
    return pd.DataFrame(np.hstack(parts), columns=names, dtype=object)  # a single block is by far the fastest to write


def export_columns(wave: str) -> dict[str, str]:
    """Name of each item and of the comment in the export of this wave, in the order of that export."""
    columns: dict[str, str] = {}
    items = {scale.name: scale.item_names for scale in (*SCALES, *SIDES)}
    for block, question in QUESTIONS[wave].items():
        if block in items:
            columns |= {item: f"{question}_{k}" for k, item in enumerate(items[block], start=1)}
        else:
            columns[block] = question
    return columns


def write_export(path: Path, sheet: pd.DataFrame, wave: str) -> None:
    """Write a sheet as the survey tool exports it, ordered by when each submission was started."""
    sheet = sheet.sort_values("started", kind="stable", ignore_index=True)
    ended = sheet["started"] + pd.to_timedelta(sheet["seconds"], unit="s")
    times = {"StartDate": sheet["started"], "EndDate": ended, "RecordedDate": ended + pd.Timedelta(seconds=1)}
    sheet = sheet.assign(**{name: time.dt.strftime("%Y-%m-%d %H:%M:%S") for name, time in times.items()})
    sheet["Duration (in seconds)"] = sheet["seconds"].astype(str)

    names = {**{name: name for name in [*SYSTEM, *FACTS]}, **export_columns(wave)}
    texts = {name: text for name, (text, _) in SYSTEM.items()} | FACTS | _item_texts()
    headings = pd.DataFrame([{ours: texts[ours] for ours in names}, {ours: _import_id(ours, names) for ours in names}])
    pd.concat([headings, sheet[list(names)]]).rename(columns=names).to_csv(path, index=False, lineterminator="\n")


def _item_texts() -> dict[str, str]:
    texts = {"comment": COMMENT_TEXT, "reflection": REFLECTION_TEXT}
    for side in SIDES:
        texts |= dict(zip(side.item_names, side.texts, strict=True))
    for scale in SCALES:
        stem = STEMS[scale.answers_name]
        texts |= {name: f"{stem} - {item}" for name, item in zip(scale.item_names, scale.items, strict=True)}
    return texts


def _import_id(ours: str, names: dict[str, str]) -> str:
    if ours in SYSTEM:
        value = {"ImportId": SYSTEM[ours][1]}
        if ours.endswith("Date"):
            value["timeZone"] = "Europe/London"
    elif ours in FACTS:
        value = {"ImportId": f"QID{list(FACTS).index(ours) + 1}"}
    else:
        value = {"ImportId": f"QID{names[ours].removeprefix('Q')}"}
    return json.dumps(value, separators=(",", ":"))
