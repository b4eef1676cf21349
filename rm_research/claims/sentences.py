"""One row of Estimates, one sentence, one title, one alternative text: all from the same numbers."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rm_research.catalogue import Catalogue, capital, catalogue, in_sentence, lowered
from rm_research.claims import comparing
from rm_research.claims.judgement import level_of
from rm_research.claims.lasting import lasting_text
from rm_research.claims.leaving import Leaving, leaving
from rm_research.claims.moments import moment, survey
from rm_research.claims.opposed import on_average
from rm_research.claims.staying import Followed, followed, people_left
from rm_research.disclosure import HIDDEN, Shown
from rm_research.disclosure.alike import COMPARED
from rm_research.disclosure.together import QUESTION
from rm_research.effects.apa import apa_line, written_ends
from rm_research.effects.bounds import largest
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import headlines
from rm_research.effects.groups import ALL_COHORTS, AND, EVERYONE, Place, roles_of_split, row_id
from rm_research.effects.methods import Average, Contrast, Measure, Name
from rm_research.effects.printing import headed_by_both
from rm_research.effects.verdicts import CLEAR, ENDLESS, UNCERTAIN, Judged, against, has_few_df, judged
from rm_research.errors import ReportError
from rm_research.stats.result import Reason
from rm_research.study import Scale, Study
from rm_research.study.model import ONE_ROLE, PROGRAMME
from rm_research.study.titles import arm_title, people_title, unit_title, wave_title

_latest: "deque[Claims]" = deque(maxlen=2)  # of the pages being written; older ones may be forgotten


@dataclass(frozen=True)
class Claims:
    """
    What may be said about Disclosed rows.

    Attributes
    ----------
    disclosed : Shown
    study : Study
    words : Catalogue
    """

    disclosed: Shown
    study: Study
    words: Catalogue

    def level(self, row: Estimate) -> int:
        """Design level of a row."""
        return level_of(row, self.followed, self.study)

    @cached_property
    def followed(self) -> Followed:
        """Who stayed in each arm, and how the arms started."""
        return followed(self.disclosed, self.study)

    @cached_property
    def _judged(self) -> dict[str, Judged]:
        return judged(self.disclosed.table, headlines(self.disclosed.table), self.study)

    def judged(self, row: Estimate) -> Judged:
        """Verdict on a row, once others of its family and both ways to compare are allowed for."""
        known = self._judged.get(row.id)
        if known is not None:
            return known
        open_ended = not row.is_known or has_few_df(row.df)
        alone = "unclear" if open_ended else against(row.ci_low, row.ci_high, self.study.scale(row.scale))
        hull = (row.ci_low, row.ci_high) if row.is_known else ENDLESS
        return Judged(alone, row.p_adjusted, 1, hull, row.p_value)

    def level_text(self, row: Estimate) -> str:
        """Name the design level in words, and what lowered it."""
        return comparing.level_text(self, row)

    def qualified(self, row: Estimate) -> bool:
        """Whether a difference, or that at the place of a change, bears less than its declared design would."""
        return comparing.is_qualified(self, row)

    def beside(self, row: Estimate) -> list[str]:
        """What must be read with a difference; with a change, that of the comparison where both stand side by side."""
        return comparing.beside(self, row)

    def beside_in_short(self, row: Estimate) -> str:
        """What a headline would be misread without: what both arms did, or that both ways differ; empty elsewhere."""
        return comparing.in_short(self, row)

    def lasting(self, row: Estimate) -> str:
        """Say what became of a result of the first later survey until the last; empty where that is not clear."""
        return lasting_text(self, row)

    def headline_row(self, cohort: str, role: str, arm: str, scale: str, wave: str) -> Estimate | None:
        """
        Main row of a group: the difference where it can be shown and the design supports it, otherwise the change.

        None where the group has no row at all, or is hidden and told of together with the other role.
        """
        place, pooled = Place(cohort, role, arm, scale, wave), cohort == ALL_COHORTS
        difference = self.disclosed.headline(place, Contrast.POOLED_DIFFERENCE if pooled else Contrast.DIFFERENCE)
        if difference is not None and difference.is_known and self.level(difference) > 1:
            return difference
        change = self.disclosed.headline(place, Contrast.POOLED_CHANGE if pooled else Contrast.CHANGE)
        if change is not None and difference is not None and all(map(self.said_in_words, (change, difference))):
            return difference  # whose words are those of both arms
        return None if change is not None and change.reason == HIDDEN and self._told_together(place) else change

    def _told_together(self, place: Place) -> bool:
        """Whether both roles of a cohort are shown together in place of one."""
        both = (role for role in self._both_roles if place.role in role.split(AND))
        rows = (self.disclosed.headline(place._replace(role=role), Contrast.CHANGE) for role in both)
        return any(row is not None and row.is_known for row in rows)

    @cached_property
    def _both_roles(self) -> set[str]:
        return {row.role for row in self.disclosed.headline_rows if AND in row.role}

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
        blanks = self._blanks(row) | {"n": self.people_counted(row)}
        if not row.has_interval:
            return self.words.say(f"no_interval.{self._family(row)}", **blanks)
        blanks["interval"] = self.interval(row)
        if row.compares_arms:
            blanks |= comparing.moves(self, row)
        return self.words.say(f"claim.{self.claimed(row)}.{self._worded(row)}", **blanks)

    def finding(self, row: Estimate) -> str:
        """Sentence of a row without what it adds on the design."""
        text, ends, _ = self.sentence(row).partition("). ")
        return f"{text})." if ends else text

    def statement(self, row: Estimate) -> str:
        """Return the sentence; without an estimate, say whose outcome it is about and why there is none."""
        if row.is_known:
            return self.sentence(row)
        text, whose = self.reason(row), self.whose(row.role)
        blanks = {"whose": whose, "Whose": capital(whose), "scale": self.scale_text(row.scale, row.arm, row.wave)}
        return self.words.say("headline.also", **blanks, text=text, lowered=lowered(text))

    def verdict_sentence(self, row: Estimate) -> str:
        """Compare the interval with the smallest change that matters; empty where there is nothing to say."""
        if not row.is_known or self.has_no_verdict(row):
            return ""
        if text := self._cannot_show_more(row):
            return text
        scale, (found, _, n_tests, *_) = self.study.scale(row.scale), self.judged(row)
        if found == UNCERTAIN:
            several = len(self.study.later_waves) > 1 or len({one.arm for one in self.disclosed.rows}) > 2
            return self.words.say("verdict.uncertain_results" if several else "verdict.uncertain", n=n_tests)
        if comparing.ways_differ(self, row):
            return self.words.say("verdict.one_way" if comparing.one_way_clear(self, row) else "verdict.ways_differ")
        found = "none" if scale.smallest_effect is None else found
        if found == "unclear" and math.isnan(row.detectable):
            return ""
        other = comparing.other_way(self, row) if row.compares_arms else None
        found_from = max(row.detectable, row.detectable if other is None else other.detectable)  # both ways must agree
        detectable = "" if math.isnan(found_from) else self.words.number(found_from)
        s = "" if scale.smallest_effect is None else self.words.number(scale.smallest_effect)
        above = self.words.say("direction.above" if row.estimate > 0 else "direction.below")
        return self.words.say(
            self._verdict_key(row, found), s=s, above=above, unit=self.unit(scale), detectable=detectable
        )

    def _verdict_key(self, row: Estimate, found: str) -> str:
        """Text of a verdict on a change, on two surveys of different people, or on a difference between groups."""
        kind = "change" if self._family(row) == "change" else "difference"
        if found == "unclear" and row.detectable > largest(row.contrast, row.measure, row.scale, self.study):
            return f"verdict_beyond.{kind}"
        if (row.compares_arms or self._family(row) == "unlinked") and found != "none":
            return f"verdict_between.{found}"
        of_kind = f"verdict_of_{kind}.{found}"
        return of_kind if self.words.has(of_kind) else f"verdict.{found}"

    def has_no_verdict(self, row: Estimate) -> bool:
        """Whether a row is a difference that its design does not support."""
        return row.compares_arms and self.level(row) == 1

    def _cannot_show_more(self, row: Estimate) -> str:
        """Say that there are too few groups, or answers that fit everything; empty where neither is so."""
        texts = [self.words.say("verdict.anything")] if row.truncated == "both" else []
        if has_few_df(row.df):
            groups = row.is_pooled or (row.n_clusters is not None and row.n_clusters < self._n_judged_by(row))
            kind = self._few_averaged(row) if row.is_pooled else "few_groups" if groups else "few_people"
            n = round(row.df) + 1 if kind == "few_parts" else row.n_clusters if groups else self._n_judged_by(row)
            texts.append(self.words.say(f"verdict.{kind}", n=n, df=self.words.plain(round(row.df, 1))))
        return " ".join(texts)

    def _few_averaged(self, row: Estimate) -> str:
        """What there is too little of in an average: cohorts, results of several of them, or groups of people."""
        if row.method not in (Name.REML_HK, Name.REML_HK_OTHER):
            return "few_df"
        return "few_cohorts" if round(row.df) + 1 == row.n_clusters else "few_parts"

    def clusters_sentence(self, row: Estimate) -> str:
        """Name and count the groups of people who belong together behind an interval; empty where each stands alone."""
        if not row.has_interval or row.is_pooled or row.n_clusters is None or self.unlinked(row):
            return ""
        n = self._n_judged_by(row)
        if row.n_clusters >= n:
            return ""
        unit, people, groups = self.study.clustered_by, self.people(row.role), row.n_clusters
        if unit in ("person", "dyad") and AND in row.role and n == 2 * groups:
            return self.words.say("clusters.pairs", n=n, groups=groups)
        return self.words.say("clusters.counted", n=n, people=people, groups=groups, unit=self.unit_text(unit))

    def unit_text(self, unit: str) -> str:
        """What people of one group share, by the name of the unit in study.toml."""
        key = "dyad" if unit in ("person", "dyad") else "cohort" if unit == "cohort" else "unit"
        return self.words.say(f"clusters.{key}", unit=unit)

    def _n_judged_by(self, row: Estimate) -> int:
        """How many people the interval of a row rests on."""
        return (self.n_about(row) if row.is_change else (row.n_pairs or 0) + (row.n_comparison or 0)) or 0

    def n_about(self, row: Estimate) -> int:
        """How many people a change is about, those who are met in several cohorts once in each."""
        counted = row.n_about if self.unlinked(row) else row.n_pre if self.counts_leavers(row) else row.n_pairs
        return counted or 0

    def whom(self, row: Estimate) -> str:
        """Whom a change is about, as the label of a mark: how many, and in how many places where that differs."""
        n, m, key = self.n_about(row), None, "chart.both"
        if self.unlinked(row):
            n, m, key = row.n_pre or 0, row.n_post, "counts.unlinked"
        people = {"people": self.people(row.role, n), "persons": self.people(ONE_ROLE, n)}
        if m is None and not self.among_both(row):
            return self._places(row, n, people)
        return self.words.say(key, n=self._persons(row) or n, m=m, **people)

    def counted_apart(self, row: Estimate | None) -> bool:
        """Whether the people of a row count once in each cohort, and some are met in several."""
        return row is not None and self._persons(row) is not None

    def _persons(self, row: Estimate) -> int | None:
        """Different people of a row where some are met in several cohorts."""
        persons = self.disclosed.estimates.detail(row.id, "n_persons")
        return None if math.isnan(persons) else int(persons)

    def _of_both_instead(self, row: Estimate) -> bool:
        """Whether a change of everyone could only be that of those who answered both times."""
        return self.disclosed.estimates.detail(row.id, "of_everyone") == 0

    def among_both(self, row: Estimate) -> bool:
        """Whether a change is only about those who answered both times, although others answered before."""
        if not row.is_change or self.unlinked(row) or (row.n_pre or 0) <= (row.n_pairs or 0):
            return False
        return not self.counts_leavers(row)

    def verdict_name(self, row: Estimate) -> str:
        """Verdict in a few words; empty where there is none."""
        if not row.is_known:
            return ""
        if self.has_no_verdict(row):
            return self.words.say(f"verdict_short.not_judged_{comparing.how_lost(self, row)}")
        found = self.judged(row).verdict
        if self.study.scale(row.scale).smallest_effect is None and found != UNCERTAIN:
            return ""
        if found == "unclear" and has_few_df(row.df):
            found = "few_groups"
        elif comparing.ways_differ(self, row):
            found = "one_way" if comparing.one_way_clear(self, row) else "ways_differ"
        between = self.is_called_better(row) and self.words.has(f"between_short.{found}")
        table = "between_short" if between else "verdict_short"
        return self.words.say(f"{table}.{found}")

    def is_called_better(self, row: Estimate) -> bool:
        """Whether a result is better or worse, no gain or loss: of two groups, or where lower scores are better."""
        return row.compares_arms or self.unlinked(row) or self.study.scale(row.scale).better == "lower"

    def title(self, row: Estimate) -> str:
        """Title of a chart: the finding, without its interval."""
        family, found = self._family(row), self._worded(row).removeprefix("none_")
        if family == "difference" and comparing.by_changes(self, row):
            family = "changes"
        kind = {"too_small": "little", "unclear": "unclear"}.get(found, "clear")
        text = self.words.say(f"chart.title_{family}_{kind}", **self._blanks(row))
        return on_average(self, row, text) if kind == "little" else text

    def apa(self, row: Estimate) -> str:
        """One line on a row as journals print it; the reason where it has no estimate."""
        if not row.is_known:
            return self.reason(row)
        found, unlinked = self.judged(row), self.unlinked(row)
        counted = (self.n_about(row), self._persons(row)) if row.is_change else None
        return apa_line(row, self.words, level=self.level_percent, unlinked=unlinked, found=found, counted=counted)

    def reason(self, row: Estimate) -> str:
        """Say why a row has no estimate."""
        if row.reason == COMPARED and (told := " ".join(self._alike_groups(row))):
            return self.words.say("comparing.alike_groups", told=told)
        key = self.disclosed.why_hidden(row.id) if row.reason == HIDDEN else f"reason.{row.reason}"
        return self.words.say(key, smallest=self.disclosed.smallest_group)

    def _alike_groups(self, row: Estimate) -> Iterator[str]:
        """What the groups that a row compares did, as far as their own rows say it in words."""
        groups: dict[str, Place] = {}
        if row.compares_arms:
            arms = (row.arm, self.study.comparison or "")
            groups = {self.arm_title(arm): row.place._replace(arm=arm) for arm in arms}
        elif row.contrast == Contrast.ROLE_DIFFERENCE:
            roles = roles_of_split(row.subgroup)
            groups = {capital(self.people(role)): row.place._replace(role=role) for role in roles}
        for name, place in groups.items():
            own = self.disclosed.headline(place, Contrast.POOLED_CHANGE if row.is_pooled else Contrast.CHANGE)
            if own is not None and self.said_in_words(own):
                yield self.words.say("comparing.alike_group", name=name, what=self.reason(own).partition(": ")[2])

    @staticmethod
    def said_in_words(row: Estimate) -> bool:
        """Whether words stand at the place of a number, because people answered alike."""
        return not row.is_known and str(row.reason).startswith("alike_")

    def interval(self, row: Estimate) -> str:
        """Interval with its level."""
        low, high = self.ends(row)
        return self.words.say("counts.interval", level=self.level_percent, low=low, high=high)

    def range(self, row: Estimate) -> str:
        """Interval alone; empty where there is none."""
        if not row.has_interval:
            return ""
        low, high = self.ends(row)
        return self.words.say("format.range", low=low, high=high)

    def estimate(self, row: Estimate) -> str:
        """Estimate alone, with its sign; a share in per cent."""
        if not row.is_share:
            return self.words.number(row.estimate, signed=True)
        side = 0 if row.has_interval else {"low": -1, "high": 1}.get(row.truncated or "", 0)
        return self.words.bounded(self.words.share(row.estimate), side)

    def ends(self, row: Estimate) -> tuple[str, str]:
        """Both ends of an interval."""
        return written_ends(row, self.words)

    @property
    def level_percent(self) -> str:
        """Level of the intervals in per cent, as '95'."""
        return self.words.plain(100 * self.study.reporting.level)

    def people_counted(self, row: Estimate, *, sides: bool = False) -> str:
        """How many people the row rests on; with `sides`, of a comparison how many on which side."""
        unlinked = self.unlinked(row)
        kind = "unlinked" if unlinked else "compared" if row.compares_groups else "pairs"
        kind = "both" if kind == "pairs" and self.among_both(row) else kind
        n = (row.n_pre if unlinked else row.n_pairs) or 0
        m = row.n_post if unlinked else row.n_comparison
        over_people = self.over_people(row)
        if row.reason == Reason.NOT_ASKED_AT_BASELINE:
            kind, n = "pairs", row.n_post or 0
        elif kind == "pairs" and self.counts_leavers(row):
            kind, n, m = "pairs" if row.is_pooled and not over_people else "followed", row.n_pre or 0, n
        people = {"people": self.people(row.role, n), "persons": self.people(ONE_ROLE, n)}
        if row.compares_roles or row.contrast == Contrast.INTERACTION:
            return self._of_groups(row, n, m or 0)
        several = (row.n_clusters or 0) > 1  # of one cohort that is left there is no average
        of_average = "" if not several else "these_" if over_people else "pooled_" if row.is_pooled else ""
        who = self._places(row, n, people)
        table = "counted_sides" if sides and kind == "compared" else "counts"
        kind = "shared" if table == "counted_sides" and self.from_shared(row) else kind
        return self.words.say(f"{table}.{of_average}{kind}", n=n, m=m, who=who, k=row.n_clusters or 0, **people)

    def from_shared(self, row: Estimate) -> bool:
        """Whether a difference of one cohort is one from the comparison group of all cohorts."""
        return row.compares_arms and not row.is_pooled and self.study.design.comparison_scope == "shared"

    def _of_groups(self, row: Estimate, n: int, m: int) -> str:
        """People of two groups, of both arms where it is the effect that differs."""
        second = roles_of_split(row.subgroup)[1] if row.compares_roles else row.role
        key = "roles" if row.compares_roles else "compared"
        who = self.words.say(f"counts.{key}", n=n, m=m, people=self.people(row.role, n),
                             others=self.people(second, m), persons=self.people(ONE_ROLE, m))  # fmt: skip
        effects = row.contrast == Contrast.INTERACTION and self.study.comparison is not None
        return self.words.say("counts.both_arms", who=who) if effects else who

    def _places(self, row: Estimate, n: int, people: dict[str, str]) -> str:
        """People of several cohorts; where some are met in more than one, how many they are and in how many places."""
        persons = self._persons(row)
        if persons is None:
            return self.words.say("counts.pairs", n=n, **people)
        return self.words.say("counts.places", persons_met=persons, n=n, **people)

    def compared_text(self, row: Estimate) -> str:
        """Which groups of people a row compares, by the names of roles on pages; empty for a row about everyone."""
        if row.compares_roles:
            return " − ".join(capital(self.people(role)) for role in roles_of_split(row.subgroup))
        return "" if row.subgroup == EVERYONE else row.subgroup

    def counted_before(self, row: Estimate) -> tuple[int, str]:
        """People with a score before, and their plural; where some are met in several cohorts, with their places."""
        n, people = row.n_pre or 0, self.people(row.role)
        persons = self._persons(row)
        if persons is None or not self.counts_all(row):
            return n, people
        return persons, self.words.say("counts.in_places", people=people, n=n)

    def counts_all(self, row: Estimate) -> bool:
        """Whether a row counts everyone with a score before."""
        return row.n_pre == row.n_pairs or self.counts_leavers(row)

    def over_people(self, row: Estimate) -> bool:
        """Whether a row is an average over the people of these cohorts."""
        return row.declared is not None and row.declared.average == Average.PEOPLE

    def over_cohorts(self, row: Estimate) -> Estimate | None:
        """Row that averages over cohorts like these for the question of a row; None where it has no estimate."""
        found = self.disclosed.estimates.by_id.get(row_id(row.contrast, Measure.MEAN, Name.REML_HK, row.place))
        return found if found is not None and found.is_known else None

    def prediction(self, row: Estimate) -> tuple[float, float] | None:
        """Range in which a further cohort may lie, for the question of an average; None where it is not known."""
        average = self.over_cohorts(row)
        if average is None:
            return None
        low, high = (self.disclosed.estimates.detail(average.id, f"prediction_{end}") for end in ("low", "high"))
        return None if math.isnan(low) or math.isnan(high) else (low, high)

    def parts(self, row: Estimate) -> dict[str, list[str]]:
        """Cohorts, and groups of them, in an average: by name, the cohorts in each."""
        return {part: self.followed.cohorts(row, part) for part in self.followed.parts_of(row)}

    def of_every_wave(self, row: Estimate) -> bool:
        """Whether a row rests only on people with a score from every wave."""
        return (row.role, row.scale, row.wave) in self._of_every_wave

    @cached_property
    def _of_every_wave(self) -> set[tuple[str, str, str]]:
        table = self.disclosed.tables.get("every_wave")
        return set() if table is None else set(table[QUESTION].itertuples(index=False, name=None))

    def people_left(self, row: Estimate) -> dict[str, tuple[int, int]]:
        """People with a score before and how many of them left, by arm, in all cohorts behind a row."""
        return people_left(row, self.followed, self.study)

    def leaving(self, row: Estimate) -> dict[str, Leaving]:
        """People with a score before by what became of them, by arm, in all cohorts behind a row."""
        return leaving(row, self.disclosed, self.followed, self.study)

    def unlinked(self, row: Estimate) -> bool:
        """Whether a row compares the two waves' people without knowing who is who, or averages such rows."""
        return (row.declared is not None and row.declared.unlinked) or self.study.link.method == "none"

    def counts_leavers(self, row: Estimate) -> bool:
        """Whether a row includes people who did not answer after."""
        of_everyone = row.declared is not None and row.declared.of_everyone_before and not row.compares_groups
        if not of_everyone or self.unlinked(row) or self._of_both_instead(row):
            return False
        # an average of the cohorts' own changes is of those whom these are about
        if row.method == Name.REML_HK and (row.role, row.wave) in self._headed_by_both:
            return False
        return (row.n_pre or 0) > (row.n_pairs or 0)

    @cached_property
    def _headed_by_both(self) -> set[tuple[str, str]]:
        """Roles and waves whose changes are headed by those of people who answered both times."""
        return headed_by_both(self.disclosed.headline_rows)

    def people(self, role: str, n: int = 2) -> str:
        """Plural of a role, or its singular for one person."""
        return people_title(role, self.words, n)

    def whose(self, role: str) -> str:
        """Possessive of a role."""
        return self.words.say(f"whose.{role}" if self.words.has(f"whose.{role}") else "whose.other", role=role)

    def scale_text(self, scale: str, arm: str, wave: str, *, several: bool = False) -> str:
        """
        Name of the outcome within a sentence, with arm, or `several` of them, and survey where there are more.

        Without a wave none is named.
        """
        title = self.study.scale(scale).title
        name = self.words.say("within.outcome", title=title, lowered=in_sentence(title))
        of_arm = arm != self.study.comparison and (arm != PROGRAMME or len(self._arms) > 1)
        of_wave = len(self.study.later_waves) > 1 and bool(wave)
        if not (of_arm or of_wave):
            return name
        key = "both" if of_arm and of_wave else "wave" if of_wave else "several_arms" if several else "arm"
        return name + self.words.say(f"within.{key}", arm=arm, wave=self.wave_name(wave))

    @cached_property
    def _arms(self) -> set[str]:
        """Arms of the programme."""
        return {row.arm for row in self.disclosed.rows} - {self.study.comparison}

    def arm_title(self, arm: str) -> str:
        """Name of an arm as a label."""
        return arm_title(arm, self.words)

    def moment(self, wave: str) -> str:
        """When a wave was, within a sentence: 'before', 'after', or 'in the survey “late”'."""
        return moment(wave, self.study, self.words)

    def survey(self, wave: str) -> str:
        """Name of a survey as a label: 'before', 'after', or its own where there are several later ones."""
        return survey(wave, self.study, self.words)

    def wave_name(self, wave: str) -> str:
        """Name of a wave as a label."""
        return wave_title(wave, self.words)

    def unit(self, scale: Scale) -> str:
        """Unit of a scale: the study's own word, or the default where it has none."""
        return unit_title(scale, self.words)

    def _family(self, row: Estimate) -> str:
        if not (row.compares_arms or row.is_change):
            raise ReportError(f"There is no sentence for {row.id!r}: it is neither a change nor a difference.")
        if row.compares_arms:
            return "difference"
        return "unlinked" if self.unlinked(row) else "change"

    def claimed(self, row: Estimate) -> str:
        """Column of the table of claims that a row falls into."""
        family = self._family(row)
        if family != "difference":
            return "unlinked" if family == "unlinked" else "1"
        if self.level(row) == 1:
            raise ReportError(f"There is no sentence for {row.id!r}: its design does not support a comparison.")
        return comparing.family(self, row, clear=self.judged(row).verdict in CLEAR)

    def _worded(self, row: Estimate) -> str:
        """Verdict; where no smallest change that matters is declared, on which side of 0 the interval lies."""
        found = self.judged(row).verdict
        found = "unclear" if found == UNCERTAIN else found
        return found if self.study.scale(row.scale).smallest_effect is not None else f"none_{found}"

    def named(self, row: Estimate) -> dict[str, str]:
        """Whose outcome a row is about, and its unit, as templates ask for them."""
        whose, people = self.whose(row.role), self.people(row.role)
        return {
            "Whose": capital(whose), "whose": whose, "People": capital(people), "people": people,
            "scale": self.scale_text(row.scale, row.arm, row.wave), "unit": self.unit(self.study.scale(row.scale)),
        }  # fmt: skip

    def _blanks(self, row: Estimate) -> dict[str, str]:
        """Everything a template may ask for, from one row."""
        up = row.estimate > 0
        return self.named(row) | {
            "size": self.words.number(abs(row.estimate)),
            "signed": self.words.number(row.estimate, signed=True),
            "moved": self.words.say("direction.rose" if up else "direction.fell"),
            "raised": self.words.say("direction.raised" if up else "direction.lowered"),
            "higher": self.words.say("direction.higher" if up else "direction.lower"),
        }


def claims_of(disclosed: Shown, study: Study) -> Claims:
    """
    Return what may be said about Disclosed rows in the language of their study.

    Who stayed and how rows are judged are found once for all charts and sentences of a page: they ask for the same
    Claims one after the other.
    """
    for known in tuple(_latest):
        if known.disclosed is disclosed and known.study is study:
            return known
    claims = Claims(disclosed, study, catalogue(study.reporting.language))
    _latest.append(claims)
    return claims
