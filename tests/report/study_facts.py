"""What a study's own two files say, read without the package: names, ranges, design, and how strong that design is."""

import csv
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import fisher_exact

Row = dict[str, str]
PEOPLE = {"leader": "leaders", "mentor": "mentors", "participant": "people", "leader + mentor": "leaders and mentors"}
ARMS = ("Programme", "Talks", "Waiting")  # as they stand in headings
LEVEL_OF = {"randomised": 5, "matched": 3, "self-selected": 2}
ONE_LOWER = {5: 4, 3: 2, 2: 1}


@dataclass(frozen=True)
class Facts:
    """study.toml and codebook.csv, as they were typed."""

    toml: dict[str, Any]
    codebook: list[Row]

    @classmethod
    def of(cls, folder: Path) -> "Facts":
        toml = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
        return cls(toml, list(csv.DictReader((folder / "codebook.csv").read_text(encoding="utf-8").splitlines())))

    @property
    def title(self) -> str:
        return str(self.toml["title"])

    @property
    def first_outcome(self) -> str:
        return str(self.toml.get("outcomes", list(self.toml["scales"]))[0])

    @property
    def smallest_group(self) -> int:
        return int(self.toml.get("reporting", {}).get("smallest_group", 10))

    @property
    def level(self) -> float:
        return float(self.toml.get("reporting", {}).get("level", 0.95))

    @property
    def comparison(self) -> str | None:
        return self.toml.get("design", {}).get("comparison")

    @property
    def in_two_ways(self) -> bool:
        """Whether arms are compared in two ways, as no lot was drawn."""
        return self.comparison is not None and self.toml["design"].get("assignment", "self-selected") != "randomised"

    @property
    def later_waves(self) -> list[str]:
        return list(self.toml["waves"])[1:]

    @property
    def dated(self) -> bool:
        return "submitted" in self.toml["columns"]

    def label(self, scale: str) -> str:
        return str(self.toml["scales"][scale].get("label", scale))

    def unit(self, scale: str) -> str:
        return str(self.toml["scales"][scale].get("unit", "scale points"))

    def printed_range(self, scale: str) -> tuple[float, float] | None:
        """Ends of the score's range; none where the codebook gives none."""
        items = [row for row in self.codebook if row["scale"] == scale]
        if not items or not items[0]["low"]:
            return None
        times = len(items) if self.toml["scales"][scale].get("score") == "sum" else 1
        return float(items[0]["low"]) * times, float(items[0]["high"]) * times

    def design_level(self, role: str, arm: str, scale: str, wave: str, rows: Iterable[Row]) -> int:
        """How much a difference may be made of: the declared design, lowered where many or unevenly many left."""
        if self.comparison is None:
            return 1
        declared = LEVEL_OF[self.toml["design"].get("assignment", "self-selected")]
        left = {}
        for row in rows:
            same = (row["role"], row["scale"], row["wave"], row["measure"]) == (role, scale, wave, "mean")
            if same and row["contrast"] in ("change", "pooled_change") and int(row["n_pre"] or 0):
                left[row["arm"]] = int(row["n_pre"]) - int(row["n_pairs"]), int(row["n_pairs"])
        table = [counts for name, counts in left.items() if name in (arm, self.comparison)]
        shares = [gone / (gone + stayed) for gone, stayed in table]
        overall = sum(gone for gone, _ in table) / sum(map(sum, table))
        uneven = round(max(shares) - min(shares), 9) >= 0.10 and fisher_exact(table).pvalue < 0.10
        return ONE_LOWER[declared] if round(overall, 9) > 0.35 or uneven else declared

    def own_words(self) -> set[str]:
        """Words that come from the study's files and keep the capitals they have there."""
        texts = [self.title, *self.toml["waves"], *ARMS]
        for name, scale in self.toml["scales"].items():
            texts += [name, scale.get("label", ""), scale.get("unit", "")]
        return {word.strip("().,:;’") for text in texts for word in text.split()}
