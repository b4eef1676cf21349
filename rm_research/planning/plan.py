"""A plan: what a study of a given size could find, as tables and in words."""

import math
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from rm_research.catalogue import Catalogue, capital, catalogue
from rm_research.planning.assumptions import Assumptions
from rm_research.planning.known import About


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """
    What studies of different sizes could find.

    Attributes
    ----------
    assumptions : Assumptions
        The values that it is based on, and where each comes from.
    table : DataFrame
        One row per size: n (units of the programme that are measured before), n_comparison (units of the comparison;
        missing without one), people (expected to be measured twice, both arms), std_error and df of the estimate, power
        (chance of finding the effect), detectable (smallest effect found with the desired power), half_width (expected
        half width of the interval), shown (chance that a cohort of this size has enough people with both scores to be
        shown, in both arms), level_kept (chance that the loss of people does not lower the level of its comparison;
        missing without one, or where units are cohorts), reason (why there are no numbers). Errors, effects and widths
        are in the unit of `sd`.
    simulated : DataFrame
        One row per size and report method: n, method, power (share of drawn studies in which it found the effect),
        mc_error (standard error of that share), half_width (mean), simulations. Without simulations it has no rows.
    needed : int or None
        Fewest units of the programme that find the effect with the desired power; None if a million are too few.
    smallest : int
        Fewest people whose results are shown.
    typical : int or None
        Median number of the programme's units in a cohort of the study; None without a study.
    about : About
        Words for what is planned.

    Examples
    --------
    >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
    >>> plan.to_frame()[["n", "power"]].round(2)
        n  power
    0  20   0.16
    1  40   0.30
    """

    assumptions: Assumptions
    table: pd.DataFrame
    simulated: pd.DataFrame
    needed: int | None
    smallest: int
    typical: int | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """
        Return a copy of the table in full precision.

        Examples
        --------
        >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
        >>> plan.to_frame()[["n", "half_width"]].round(2)
            n  half_width
        0  20        0.40
        1  40        0.28
        """
        return self.table.copy()

    @property
    def title(self) -> str:
        """Heading."""
        about, say = self.about, self._words.say
        return say("plan.title_of_scale", scale=about.scale, people=about.people) if about.scale else say("plan.title")

    @property
    def units(self) -> str:
        """What `n` counts, in words."""
        kind, say = self.assumptions.unit, self._words.say
        if kind == "person":
            return self.about.people or say("people.everyone")
        return say(f"plan.units.{kind}") if kind in ("dyad", "cohort") else say("plan.units.other", unit=kind)

    @property
    def unit(self) -> str:
        """Unit of the effect, in words."""
        return self.about.unit or self._words.say("plan.standard_deviations")

    def sentences(self) -> list[str]:
        """
        Results of the plan, in words.

        Examples
        --------
        >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
        >>> plan.sentences()[0]
        'With 152 dyads in the programme and 100 in the comparison, the chance of finding a difference of 0.20 scale
        points is 80%.'
        """
        words, assumptions = self._words, self.assumptions
        values = {"units": self.units, "unit": self.unit, "effect": words.number(assumptions.effect),
                  "power": words.share(assumptions.power)}  # fmt: skip
        key = "needed_compared" if assumptions.compared else "needed"
        if self.needed is None:
            sentences = [words.say("plan.out_of_reach", **values)]
        else:
            compared = math.ceil(self.needed * assumptions.ratio)
            sentences = [words.say(f"plan.{key}", n=self.needed, m=compared, **values)]
        rows = self.table[self.table["n"].isin([self.typical]) & self.table["reason"].isna()]
        for row in rows.to_dict("records"):
            numbers = {"chance": words.share(row["power"]), "detectable": words.number(row["detectable"])}
            sentences.append(words.say("plan.typical", n=self.typical, **numbers, **values))
            sentences += self._of_chances(row)
        if len(self.simulated):
            sentences.append(words.say("plan.simulations", simulations=self.simulated["simulations"].max()))
        return sentences

    def _of_chances(self, row: dict[Any, Any]) -> list[str]:
        """Whether a typical cohort can be shown, and whether its level of evidence survives the loss of people."""
        say, share = self._words.say, self._words.share
        key = "plan.shown_compared" if self.assumptions.compared else "plan.shown"
        sentences = [say(key, chance=share(row["shown"]), smallest=self.smallest)]
        if not pd.isna(row["level_kept"]):
            sentences.append(say("plan.level_kept", chance=share(row["level_kept"])))
        return sentences

    def shown(self) -> pd.DataFrame:
        """
        Return the table as text: rounded, with headings, and simulated chances next to the others.

        Examples
        --------
        >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
        >>> plan.shown().columns.tolist()[:2]
        ['Dyads', 'In the comparison']
        """
        words = self._words
        hidden = [] if self.assumptions.compared else ["n_comparison"]
        hidden += ["std_error", "df", "shown", "level_kept"]
        hidden += [] if self.table["reason"].notna().any() else ["reason"]
        blanks = {"units": capital(self.units), "power": words.share(self.assumptions.power)}
        columns = {
            words.say(f"plan.columns.{name}", **blanks): [self._cell(name, value) for value in self.table[name]]
            for name in self.table.columns.drop(hidden)
        }
        for method, rows in self.simulated.groupby("method", sort=False):
            chances = zip(
                *(rows.set_index("n").reindex(self.table["n"])[name] for name in ("power", "mc_error")), strict=True
            )
            heading = words.say("plan.columns.simulated", method=words.say(f"method.{method}"))
            columns[heading] = [
                words.say("plan.chance", chance=words.share(power), error=words.share(error))
                for power, error in chances
            ]
        return pd.DataFrame(columns)

    def chances(self) -> pd.DataFrame:
        """
        Return as text the chances that a cohort can be shown, and that the level of its comparison is kept.

        Examples
        --------
        >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
        >>> plan.chances().columns.tolist()[:2]
        ['Dyads', 'Chance that a cohort can be shown']
        """
        names = ["n", "shown", *(["level_kept"] if self.table["level_kept"].notna().any() else [])]
        headings = [self._words.say(f"plan.columns.{name}", units=capital(self.units)) for name in names]
        cells = [[self._cell(name, value) for name, value in zip(names, row, strict=True)]
                 for row in self.table[names].itertuples(index=False)]  # fmt: skip
        return pd.DataFrame(cells, columns=headings)

    def assumed(self) -> pd.DataFrame:
        """
        Return the assumptions as text: name, value, and where the value comes from.

        Examples
        --------
        >>> plan = rm.plan_study(study, scale="inclusion", role="leader", n=[20, 40], simulations=0)
        >>> plan.assumed().columns.tolist()
        ['Assumed', 'Value', 'From']
        """
        say, assumptions = self._words.say, self.assumptions
        design = "design_compared" if assumptions.compared else "design_single"
        values = {"compared": say(f"plan.{design}"), "unit": self.units}
        left_out = ["linked"] + ([] if assumptions.compared else ["ratio"])
        left_out += ["icc"] if assumptions.cluster_size == 1 else []
        rows = [
            (
                say(f"plan.{name}"),
                values.get(name) or self._cell(name, getattr(assumptions, name)),
                say(f"plan.{source}"),
            )
            for name, source in assumptions.sources.items()
            if name not in left_out
        ]
        return pd.DataFrame(rows, columns=[say(f"plan.{name}") for name in ("assumption", "value", "source")])

    def _cell(self, name: str, value: Any) -> str:
        """Write one number of the table or of the assumptions."""
        words = self._words
        if pd.isna(value):
            return ""
        if name == "reason":
            return words.say(f"reason.{value}")
        if name == "level":
            return words.say("format.percent", value=f"{100 * value:g}")
        if name in ("power", "attrition", "shown", "level_kept"):
            return words.share(float(value))
        whole = name in ("n", "n_comparison", "people")
        return words.number(float(value), decimals=0 if whole else 2)

    @property
    def _words(self) -> Catalogue:
        return catalogue(self.about.language)

    def __repr__(self) -> str:
        tables = [table.to_string(index=False) for table in (self.shown(), self.chances(), self.assumed())]
        return "\n".join([self.title, *self.sentences(), *tables])

    def _repr_html_(self) -> str:
        paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        tables = (self.shown(), self.chances(), self.assumed())
        shown, chances, assumed = (table.to_html(index=False) for table in tables)
        caption = f"<caption>{escape(self.title)}</caption><thead>"
        return paragraphs + shown.replace("<thead>", caption, 1) + chances + assumed
