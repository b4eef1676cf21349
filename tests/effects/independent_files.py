"""
The demo study's people and scores, read a second time from the raw files; nothing of rm_research is used.

The cleaning follows the study folder (data/demo) and the rules of the documents: rows count if `where` holds, consent
is given and an item is answered; labels match after trimming, Unicode normalisation and case folding, everything else
is missing; of two questionnaires of a person the later one counts; a score needs half of its items; the roster says who
is in which arm; dyads that share a person are one cluster; meetings count that were held before a person's later
questionnaire. A questionnaire without a code is a person of its own, of whom nothing says the arm, so that it counts in
none.
"""

import tomllib
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd

DEMO = Path(__file__).parents[2] / "data" / "demo"
SETTINGS = tomllib.loads((DEMO / "study.toml").read_text(encoding="utf-8"))
WAVES = ("pre", "post")
# scales of the process are in no estimate of change; their answers are last in the export
OUTCOMES = {name: scale for name, scale in SETTINGS["scales"].items() if name in SETTINGS["outcomes"]}


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read(name: str, **options) -> pd.DataFrame:
    return pd.read_csv(DEMO / name, dtype=str, keep_default_na=False, **options)


def words(table: str) -> dict[str, str]:
    return {fold(entry): word for word, entries in SETTINGS["values"][table].items() for entry in [word, *entries]}


def sheet(wave: str) -> pd.DataFrame:
    """Questionnaires of a wave that count: code, cohort, role, and a column of text by item."""
    rows = read(f"{wave}.csv", skiprows=[1, 2])
    codebook = read("codebook.csv")
    codebook = codebook[codebook[wave] != "-"]
    for column, wanted in SETTINGS["waves"][wave]["where"].items():
        rows = rows[rows[column].map(fold) == fold(wanted)]
    rows = rows[rows["consent"].map(fold).map(words("consent")) == "yes"]
    missing = {"", *map(fold, SETTINGS["missing"]["values"])}
    items = pd.DataFrame(
        {item: rows[column].map(fold) for item, column in zip(codebook["item"], codebook[wave], strict=True)}
    )
    items = items.mask(items.isin(missing))
    facts = pd.DataFrame(
        {
            "code": rows["code"].map(fold),
            "cohort": rows["cohort"].str.strip(),
            "role": rows["role"].map(fold).map(words("role")),
            "submitted": pd.to_datetime(rows["RecordedDate"]),
        }
    )
    facts.loc[facts["code"] == "", "code"] = [f"({wave} {place})" for place in facts.index[facts["code"] == ""]]
    whole = facts.join(items)[items.notna().any(axis=1)]
    whole = whole.sort_values("submitted", kind="stable")
    return whole[~whole.duplicated(["cohort", "code"], keep="last")]


def scores(wave: str) -> pd.DataFrame:
    """One row a questionnaire, a column a scale."""
    rows, codebook = sheet(wave), read("codebook.csv").set_index("item")
    found = rows[["cohort", "code"]].copy()
    for scale, declared in OUTCOMES.items():
        keyed = {}
        for item, entry in codebook[codebook["scale"] == scale].iterrows():
            labels = {fold(label): float(value) for label, value in SETTINGS["answers"][entry["answers"]].items()}
            low, high = float(entry["low"]), float(entry["high"])
            values = rows[item].map(labels).astype(float)
            values = values.where(values.between(low, high))
            keyed[item] = low + high - values if entry["reverse"] == "yes" else values
        answers = pd.DataFrame(keyed)
        mean = answers.sum(axis=1) / answers.notna().sum(axis=1).replace(0, np.nan)
        found[scale] = mean.where(answers.notna().sum(axis=1) >= declared["min_answered"] * answers.shape[1])
    return found.set_index(["cohort", "code"])


def people() -> pd.DataFrame:
    """Role, arm and cluster of everyone; the roster counts first, then the baseline, then the later wave."""
    roster = read("roster.csv")
    roster = roster.assign(
        code=roster["code"].map(fold),
        cohort=roster["cohort"].str.strip(),
        role=roster["role"].map(fold).map(words("role")),
        arm=roster["arm"].map(fold).map(words("arm")),
    )
    roster["cluster"] = merged_dyads(roster)
    everyone = pd.concat([roster, *(sheet(wave) for wave in WAVES)]).drop_duplicates(["cohort", "code"])
    everyone["cluster"] = everyone["cluster"].fillna(everyone["cohort"] + everyone["code"])
    return everyone.set_index(["cohort", "code"])[["role", "arm", "cluster"]]


def merged_dyads(roster: pd.DataFrame) -> pd.Series:
    """Give dyads that share a person, directly or through others, one name."""
    name = roster["cohort"] + " " + roster["pair"].map(fold)
    while True:
        lower = name.groupby([roster["cohort"], roster["code"]]).transform("min")
        lower = lower.groupby([roster["cohort"], roster["pair"]]).transform("min")
        if (lower == name).all():
            return name
        name = lower


def panel() -> pd.DataFrame:
    """One row a person and scale: pre, post, role, arm, cluster, and meetings before the later questionnaire."""
    keys = ["cohort", "code", "scale"]
    long = {wave: scores(wave).melt(ignore_index=False, var_name="scale").reset_index() for wave in WAVES}
    both = pd.concat({wave: rows.set_index(keys)["value"] for wave, rows in long.items()}, axis=1, sort=True)
    asked = [(name, role) for name, scale in OUTCOMES.items() for role in scale["roles"]]
    everyone = people().join(meetings()).reset_index().merge(pd.DataFrame(asked, columns=["scale", "role"]), on="role")
    return everyone.dropna(subset="arm").merge(both.reset_index(), on=keys, how="left")


def invited() -> pd.DataFrame:
    """Who is in which pair: one row a person and pair."""
    roster = read("roster.csv")
    return roster.assign(
        code=roster["code"].map(fold), cohort=roster["cohort"].str.strip(), pair=roster["pair"].map(fold),
        role=roster["role"].map(fold).map(words("role")),
    )  # fmt: skip


def meetings() -> pd.Series:
    """How often everyone of a pair met before handing in the later questionnaire; at all, where that never came."""
    log, handed_in = read("sessions.csv"), sheet("post").set_index(["cohort", "code"])["submitted"]
    log = log.assign(pair=log["pair"].map(fold), date=pd.to_datetime(log["date"]))
    members = invited().join(handed_in, on=["cohort", "code"]).merge(log, on="pair", how="left")
    counted = members["date"].notna() & ~(members["date"] > members["submitted"])
    return counted.groupby([members["cohort"], members["code"]]).sum().rename("sessions")


def pairs_of_two() -> pd.DataFrame:
    """Leader and mentor of each pair neither of whom is in another."""
    roster = invited()
    once = ~roster.duplicated(["cohort", "code"], keep=False)
    wide = roster[once].pivot(index=["cohort", "pair"], columns="role", values="code").dropna()
    return wide.reset_index()
