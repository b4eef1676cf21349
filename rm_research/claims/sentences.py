"""One row of Estimates, one sentence, one title, one alternative text: all from the same numbers."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from rm_research.catalogue import Catalogue, capital
from rm_research.claims.judgement import LEVELS, OF_CHANGE, design_level, verdict
from rm_research.disclosure import HIDDEN, OTHER_PEOPLE, SHARES, Disclosed
from rm_research.effects.estimates import ALL_COHORTS, EVERYONE, headlines
from rm_research.study import Study
from rm_research.study.model import PROGRAMME


@dataclass(frozen=True)
class Claims:
    """
    What may be said of Disclosed rows.

    Attributes
    ----------
    disclosed : Disclosed
    study : Study
    words : Catalogue
    """

    disclosed: Disclosed
    study: Study
    words: Catalogue

    def level(self, row: pd.Series) -> int:
        """Design level of a row."""
        return design_level(row, self.disclosed.table, self.study)

    def level_text(self, row: pd.Series) -> str:
        """Name the design level in words, and what lowered it."""
        level, assignment = self.level(row), self.study.design.assignment
        if level == 1:
            return self.words.say("design.single" if self.study.comparison is None else "design.no_usable")
        if level == LEVELS[assignment]:
            return self.words.say(f"design.{assignment}")
        lowered = self.words.say(f"design.lowered_to_{level}", people=self.people(row["role"]))
        return f"{self.words.say(f'design.{assignment}_lowered')} {lowered}"

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """Rows that answer their question, in the order of the table."""
        return self.disclosed.table[headlines(self.disclosed.table)]

    def headline_row(self, cohort: str, role: str, arm: str, scale: str, wave: str) -> pd.Series | None:
        """
        Row that speaks for a group: the difference where it can be shown and the design bears it, else the change.

        None where the group has no row at all.
        """
        table = self.headlines
        mine = table[
            (table["cohort"] == cohort) & (table["role"] == role) & (table["arm"] == arm) & (table["scale"] == scale)
            & (table["wave"] == wave) & table["subgroup"].eq(EVERYONE)
        ]  # fmt: skip
        pooled = "pooled_" if cohort == ALL_COHORTS else ""
        differences = mine[(mine["contrast"] == f"{pooled}difference") & mine["estimate"].notna()]
        if len(differences) and self.level(differences.iloc[0]) > 1:
            return differences.iloc[0]
        changes = mine[mine["contrast"] == f"{pooled}change"]
        return changes.iloc[0] if len(changes) else None

    def sentence(self, row: pd.Series) -> str:
        """One sentence with estimate, interval and number of people; the reason where there is no estimate."""
        if pd.isna(row["estimate"]):
            return self.reason(row)
        family = self._family(row)
        kind = self._kind(row)
        key = f"{family}.{kind}_{self.level(row)}" if family == "difference" and kind == "clear" else f"{family}.{kind}"
        return self.words.say(key, **self._blanks(row), interval=self.interval(row), n=self.people_counted(row))

    def statement(self, row: pd.Series) -> str:
        """Return the sentence, or whose outcome it would have been about and the reason why there is none."""
        if pd.notna(row["estimate"]):
            return self.sentence(row)
        whose, text = self.whose(row["role"]), self.reason(row)
        text = text[0].lower() + text[1:]
        return self.words.say("headline.also", whose=capital(whose), scale=self.scale_text(row), text=text)

    def verdict_sentence(self, row: pd.Series) -> str:
        """Say what the interval means beside the smallest change that matters; empty where there is no estimate."""
        if pd.isna(row["estimate"]):
            return ""
        found = verdict(row, self.study.scale(row["scale"]))
        s = self.study.scale(row["scale"]).smallest_effect or 0.0
        detectable = "" if pd.isna(row["detectable"]) else self.words.number(row["detectable"])
        return self.words.say(f"verdict.{found}", s=self.words.number(s), unit=self._unit(row), detectable=detectable)

    def verdict_name(self, row: pd.Series) -> str:
        """Verdict in a few words; empty where there is none."""
        found = verdict(row, self.study.scale(row["scale"]))
        return "" if found == "none" or pd.isna(row["estimate"]) else self.words.say(f"verdict_short.{found}")

    def title(self, row: pd.Series) -> str:
        """Title of a chart: the finding."""
        return self.words.say(f"chart.title_{self._family(row)}_{self._kind(row)}", **self._blanks(row))

    def reason(self, row: pd.Series) -> str:
        """Say why a row has no estimate."""
        key = row["reason"]
        if key == HIDDEN:
            key = self._kind_of_hidden(row)
        return self.words.say(f"reason.{key}", smallest=self.disclosed.smallest_group)

    def _kind_of_hidden(self, row: pd.Series) -> str:
        groups = [row["n_pairs"], *([row["n_comparison"]] if row["contrast"] in OF_CHANGE else [])]
        if min(groups) < self.disclosed.smallest_group:
            return "hidden_compared" if row["contrast"] in OF_CHANGE else "hidden"
        if tuple(row[["contrast", "measure", "method"]]) in OTHER_PEOPLE:
            return "hidden_beside"
        if row["measure"] in SHARES:
            return "hidden_share"
        return "hidden_changed" if row["method"] == "hodges_lehmann" else "hidden"

    def interval(self, row: pd.Series) -> str:
        """Interval with its level."""
        low, high = self.words.number(row["ci_low"]), self.words.number(row["ci_high"])
        return self.words.say("counts.interval", level=self.level_percent, low=low, high=high)

    @property
    def level_percent(self) -> str:
        """Level of the intervals in per cent, as '95'."""
        return f"{100 * self.study.reporting.level:g}"

    def people_counted(self, row: pd.Series) -> str:
        """How many people the row rests on."""
        pooled, unlinked = row["contrast"].startswith("pooled"), self.unlinked(row)
        kind = "unlinked" if unlinked else "pairs"
        if pooled:
            kind = "pooled_unlinked" if unlinked else "pooled"
        elif row["contrast"] in (*OF_CHANGE, "role_difference", "interaction"):
            kind = "compared"
        n = int(row["n_pre"] if unlinked else row["n_pairs"])
        m = row["n_post"] if unlinked else row["n_comparison"]
        if kind == "pairs" and self.counts_leavers(row):
            kind, n, m = "followed", int(row["n_pre"]), n
        people = self.people(row["role"], n)
        return self.words.say(f"counts.{kind}", n=n, people=people, m=m, k=row["n_clusters"])

    def unlinked(self, row: pd.Series) -> bool:
        """Whether a row compares the two waves' people without knowing who is who, or averages such rows."""
        return row["method"] == "welch" or self.study.link.method == "none"

    def counts_leavers(self, row: pd.Series) -> bool:
        """Whether a row speaks of people who did not answer after."""
        return row["method"] == "likelihood" and row["n_pre"] > row["n_pairs"]

    def people(self, role: str, n: int = 2) -> str:
        """Plural of a role, or its singular for one person."""
        group = "one" if n == 1 and self.words.has(f"one.{role}") else "people"
        key = f"{group}.{role}" if self.words.has(f"{group}.{role}") else "people.other"
        return self.words.say(key, role=role)

    def whose(self, role: str) -> str:
        """Possessive of a role."""
        return self.words.say(f"whose.{role}" if self.words.has(f"whose.{role}") else "whose.other", role=role)

    def scale_text(self, row: pd.Series) -> str:
        """Name of the outcome within a sentence, with arm and survey where there are several."""
        title = self.study.scale(row["scale"]).title
        name = title if title[1:2].isupper() else title[0].lower() + title[1:]
        if row["arm"] not in (PROGRAMME, self.study.comparison):
            name += self.words.say("within.arm", arm=row["arm"])
        return name + (self.words.say("within.wave", wave=row["wave"]) if len(self.study.later_waves) > 1 else "")

    def arm_title(self, arm: str) -> str:
        """Name of an arm as a label."""
        return self.words.say(f"arms.{arm}") if self.words.has(f"arms.{arm}") else capital(arm)

    def _unit(self, row: pd.Series) -> str:
        return self.study.scale(row["scale"]).unit

    def _family(self, row: pd.Series) -> str:
        if row["contrast"] in OF_CHANGE:
            return "difference"
        return "unlinked" if self.unlinked(row) else "change"

    def _kind(self, row: pd.Series) -> str:
        """Say clear (excludes 0), little (inside the smallest change that matters) or unclear."""
        if verdict(row, self.study.scale(row["scale"])) == "too_small":
            return "little"
        return "clear" if row["ci_low"] > 0 or row["ci_high"] < 0 else "unclear"

    def _blanks(self, row: pd.Series) -> dict[str, str]:
        """Everything a template may ask for, from one row."""
        say, up = self.words.say, row["estimate"] > 0
        whose = self.whose(row["role"])
        return {
            "Whose": capital(whose),
            "whose": whose,
            "scale": self.scale_text(row),
            "unit": self._unit(row),
            "size": self.words.number(abs(row["estimate"])),
            "signed": self.words.number(row["estimate"], signed=True),
            "moved": say("change.rose" if up else "change.fell"),
            "raised": say("difference.raised" if up else "difference.lowered"),
            "more": say("difference.more" if up else "difference.less"),
            "higher": say("difference.higher" if up else "difference.lower"),
        }
