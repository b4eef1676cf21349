"""One row of Estimates, one sentence, one title, one alternative text: all from the same numbers."""

import math
from dataclasses import dataclass
from functools import cached_property

from rm_research.catalogue import Catalogue, capital, catalogue, lowered
from rm_research.claims.apa import apa_line, written_ends
from rm_research.claims.judgement import LEVELS, Followed, followed, level_of, people_left, verdict
from rm_research.claims.measurement import when
from rm_research.disclosure import HIDDEN, Disclosed
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS, Place
from rm_research.effects.methods import Contrast
from rm_research.errors import ReportError
from rm_research.study import Scale, Study
from rm_research.study.model import ONE_ROLE, PROGRAMME

OUR_UNIT = Scale.model_fields["unit"].default


@dataclass(frozen=True)
class Claims:
    """
    What may be said about Disclosed rows.

    Attributes
    ----------
    disclosed : Disclosed
    study : Study
    words : Catalogue
    """

    disclosed: Disclosed
    study: Study
    words: Catalogue

    def level(self, row: Estimate) -> int:
        """Design level of a row."""
        return level_of(row, self._followed, self.study)

    @cached_property
    def _followed(self) -> Followed:
        return followed(self.disclosed)

    def level_text(self, row: Estimate) -> str:
        """Name the design level in words, and what lowered it."""
        level, assignment = self.level(row), self.study.design.assignment
        if level == 1:
            return self.words.say("design.single" if self.study.comparison is None else "design.no_usable")
        if level == LEVELS[assignment]:
            return self.words.say(f"design.{assignment}")
        step = self.words.say(f"design.lowered_to_{level}", people=self.people(row.role))
        return f"{self.words.say(f'design.{assignment}_lowered')} {step}"

    def headline_row(self, cohort: str, role: str, arm: str, scale: str, wave: str) -> Estimate | None:
        """
        Main row of a group: the difference where it can be shown and the design supports it, otherwise the change.

        None where the group has no row at all.
        """
        place, pooled = Place(cohort, role, arm, scale, wave), cohort == ALL_COHORTS
        difference = self.disclosed.headline(place, Contrast.POOLED_DIFFERENCE if pooled else Contrast.DIFFERENCE)
        if difference is not None and difference.is_known and self.level(difference) > 1:
            return difference
        return self.disclosed.headline(place, Contrast.POOLED_CHANGE if pooled else Contrast.CHANGE)

    def sentence(self, row: Estimate) -> str:
        """
        One sentence with estimate, interval and number of people; the reason where there is no estimate.

        Raises
        ------
        ReportError
            When the row is neither a change nor a difference, or a difference that its design does not support.
        """
        if not row.is_known:
            return self.reason(row)
        blanks = self._blanks(row) | {"interval": self.interval(row), "n": self.people_counted(row)}
        return self.words.say(f"claim.{self._claimed_level(row)}.{self._judged(row)}", **blanks)

    def statement(self, row: Estimate) -> str:
        """Return the sentence; without an estimate, say whose outcome it is about and why there is none."""
        if row.is_known:
            return self.sentence(row)
        text, whose = self.reason(row), self.whose(row.role)
        blanks = {"whose": whose, "Whose": capital(whose), "scale": self.scale_text(row.scale, row.arm, row.wave)}
        return self.words.say("headline.also", **blanks, text=text, lowered=lowered(text))

    def verdict_sentence(self, row: Estimate) -> str:
        """Compare the interval with the smallest change that matters; empty where there is nothing to say."""
        scale = self.study.scale(row.scale)
        judged = verdict(row, scale)
        if not row.is_known or (judged == "unclear" and math.isnan(row.detectable)):
            return ""
        detectable = "" if math.isnan(row.detectable) else self.words.number(row.detectable)
        s = "" if scale.smallest_effect is None else self.words.number(scale.smallest_effect)
        kind = "change" if self._family(row) == "change" else "difference"
        key = f"verdict_of_{kind}.{judged}"
        if judged == "unclear" and self._is_beyond_range(row):
            key = f"verdict_beyond.{kind}"
        elif not self.words.has(key):
            key = f"verdict.{judged}"
        return self.words.say(key, s=s, unit=self.unit(scale), detectable=detectable)

    def _is_beyond_range(self, row: Estimate) -> bool:
        """Whether the smallest change that would have been found is larger than any the scale allows."""
        limits = self.study.scale_range(row.scale)
        return limits is not None and row.detectable > limits[1] - limits[0]

    def verdict_name(self, row: Estimate) -> str:
        """Verdict in a few words; empty where there is none."""
        judged = verdict(row, self.study.scale(row.scale))
        return "" if judged == "none" or not row.is_known else self.words.say(f"verdict_short.{judged}")

    def title(self, row: Estimate) -> str:
        """Title of a chart: the finding, without its interval."""
        family, judged = self._family(row), self._judged(row).removeprefix("none_")
        kind = {"too_small": "little", "unclear": "unclear"}.get(judged, "clear")
        return self.words.say(f"chart.title_{family}_{kind}", **self._blanks(row))

    def apa(self, row: Estimate) -> str:
        """One line on a row as journals print it; the reason where it has no estimate."""
        if not row.is_known:
            return self.reason(row)
        return apa_line(row, self.words, level=self.level_percent, unlinked=self.unlinked(row))

    def reason(self, row: Estimate) -> str:
        """Say why a row has no estimate."""
        key = self.disclosed.why_hidden(row.id) if row.reason == HIDDEN else f"reason.{row.reason}"
        return self.words.say(key, smallest=self.disclosed.smallest_group)

    def interval(self, row: Estimate) -> str:
        """Interval with its level."""
        low, high = self.ends(row)
        return self.words.say("counts.interval", level=self.level_percent, low=low, high=high)

    def range(self, row: Estimate) -> str:
        """Interval alone."""
        low, high = self.ends(row)
        return self.words.say("format.range", low=low, high=high)

    def estimate(self, row: Estimate) -> str:
        """Estimate alone, with its sign; a share in per cent."""
        return self.words.share(row.estimate) if row.is_share else self.words.number(row.estimate, signed=True)

    def ends(self, row: Estimate) -> tuple[str, str]:
        """Both ends of an interval."""
        return written_ends(row, self.words)

    @property
    def level_percent(self) -> str:
        """Level of the intervals in per cent, as '95'."""
        return self.words.plain(100 * self.study.reporting.level)

    def people_counted(self, row: Estimate) -> str:
        """How many people the row rests on."""
        unlinked = self.unlinked(row)
        kind = "unlinked" if unlinked else "compared" if row.compares_groups else "pairs"
        n = (row.n_pre if unlinked else row.n_pairs) or 0
        m = row.n_post if unlinked else row.n_comparison
        if kind == "pairs" and self.counts_leavers(row):
            kind, n, m = "pairs" if row.is_pooled else "followed", row.n_pre or 0, n
        people = {"people": self.people(row.role, n), "persons": self.people(ONE_ROLE, n)}
        return self.words.say(f"counts.{'pooled_' * row.is_pooled}{kind}", n=n, m=m, k=self.n_cohorts(row), **people)

    def n_cohorts(self, row: Estimate) -> int:
        """How many cohorts are behind an average, counting combined cohorts separately."""
        together = (len(cohorts) - 1 for cohorts in self.parts(row).values())
        return 0 if row.n_clusters is None else row.n_clusters + sum(together)

    def parts(self, row: Estimate) -> dict[str, list[str]]:
        """Cohorts, and groups of them, in an average: by name, the cohorts in each."""
        return {part: self._followed.cohorts(row, part) for part in self._followed.parts_of(row)}

    def people_left(self, row: Estimate) -> dict[str, tuple[int, int]]:
        """People with a score before and how many of them left, by arm, in all cohorts behind a row."""
        return people_left(row, self._followed, self.study)

    def unlinked(self, row: Estimate) -> bool:
        """Whether a row compares the two waves' people without knowing who is who, or averages such rows."""
        return (row.declared is not None and row.declared.unlinked) or self.study.link.method == "none"

    def counts_leavers(self, row: Estimate) -> bool:
        """Whether a row includes people who did not answer after."""
        of_everyone = row.declared is not None and row.declared.of_everyone_before and not row.compares_groups
        return of_everyone and not self.unlinked(row) and (row.n_pre or 0) > (row.n_pairs or 0)

    def people(self, role: str, n: int = 2) -> str:
        """Plural of a role, or its singular for one person."""
        group = "one" if n == 1 and self.words.has(f"one.{role}") else "people"
        key = f"{group}.{role}" if self.words.has(f"{group}.{role}") else "people.other"
        return self.words.say(key, role=role)

    def whose(self, role: str) -> str:
        """Possessive of a role."""
        return self.words.say(f"whose.{role}" if self.words.has(f"whose.{role}") else "whose.other", role=role)

    def scale_text(self, scale: str, arm: str, wave: str) -> str:
        """Name of the outcome within a sentence, with arm and survey where there are several."""
        title = self.study.scale(scale).title
        name = self.words.say("within.outcome", title=title, lowered=lowered(title))
        of_arm = arm not in (PROGRAMME, self.study.comparison)
        of_wave = len(self.study.later_waves) > 1
        if not (of_arm or of_wave):
            return name
        key = "both" if of_arm and of_wave else "arm" if of_arm else "wave"
        return name + self.words.say(f"within.{key}", arm=arm, wave=wave)

    def arm_title(self, arm: str) -> str:
        """Name of an arm as a label."""
        return self.words.say(f"arms.{arm}") if self.words.has(f"arms.{arm}") else capital(arm)

    def when(self, wave: str) -> str:
        """When a wave was, within a sentence: 'after', or 'at follow-up'."""
        return when(wave, self.words)

    def unit(self, scale: Scale) -> str:
        """Unit of a scale: the study's own word, or the default where it has none."""
        return self.words.say("unit.scale_points") if scale.unit == OUR_UNIT else scale.unit

    def _family(self, row: Estimate) -> str:
        if not (row.compares_arms or row.is_change):
            raise ReportError(f"There is no sentence for {row.id!r}: it is neither a change nor a difference.")
        if row.compares_arms:
            return "difference"
        return "unlinked" if self.unlinked(row) else "change"

    def _claimed_level(self, row: Estimate) -> str:
        """Column of the table of claims that a row falls into."""
        family, level = self._family(row), self.level(row)
        if family == "difference" and level == 1:
            raise ReportError(f"There is no sentence for {row.id!r}: its design does not support a comparison.")
        return "unlinked" if family == "unlinked" else str(level)

    def _judged(self, row: Estimate) -> str:
        """Verdict; where no smallest change that matters is declared, on which side of 0 the interval lies."""
        judged = verdict(row, self.study.scale(row.scale))
        if judged != "none":
            return judged
        if row.ci_low > 0:
            return "none_higher"
        return "none_lower" if row.ci_high < 0 else "none_unclear"

    def _blanks(self, row: Estimate) -> dict[str, str]:
        """Everything a template may ask for, from one row."""
        up, whose = row.estimate > 0, self.whose(row.role)
        return {
            "Whose": capital(whose),
            "whose": whose,
            "scale": self.scale_text(row.scale, row.arm, row.wave),
            "unit": self.unit(self.study.scale(row.scale)),
            "size": self.words.number(abs(row.estimate)),
            "signed": self.words.number(row.estimate, signed=True),
            "moved": self.words.say("direction.rose" if up else "direction.fell"),
            "raised": self.words.say("direction.raised" if up else "direction.lowered"),
            "more": self.words.say("direction.more" if up else "direction.less"),
            "higher": self.words.say("direction.higher" if up else "direction.lower"),
        }


def claims_of(disclosed: Disclosed, study: Study) -> Claims:
    """Return what may be said about Disclosed rows in the language of their study."""
    return Claims(disclosed, study, catalogue(study.reporting.language))
