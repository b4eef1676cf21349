"""The rules for rows of Estimates and for their details."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rm_research.disclosure.alike import alike, of_few_changed, possible_scores
from rm_research.disclosure.clusters import (
    MOST_SOLVED,
    Codes,
    few_of_a_size,
    few_share_one,
    tells_few,
    who_share_across,
)
from rm_research.disclosure.families import first_of_family
from rm_research.disclosure.known import MATES, PARTNERS, PEERS, meetings_before
from rm_research.disclosure.sets import NOBODY, Behind, Circulated, Positions
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.estimate import COMPARING, SETTING_APART, Estimate
from rm_research.effects.estimates import Estimates, headlines, of_both
from rm_research.effects.groups import AND
from rm_research.effects.methods import METHODS, POOLED, Contrast, Measure, Name, Questionnaires
from rm_research.stats.result import Reason, Vector
from rm_research.study import Study

ROUNDED = "error_rounded"  # detail: 1 where the error was rounded up
# details that a page shows, and so do its files; others would reveal more about few people than the rows do
QUANTITIES = (
    "prediction_low", "prediction_high", "tau2", "i2", "r2", "tost_p", "tost_low", "tost_high",
    "e_value", "e_value_interval", "tipping_shift", "largest_shift", "fmi", "share_worse", "share_worse_low",
    "share_worse_high", "expected_by_selection", "icc_before", "icc_after", "p_distinguishable",
    "first_stage_f_robust", "ar_low", "ar_high", "ladder_step", "smallest_p", "of_everyone", "n_persons",
    "share_worse_bound", ROUNDED,
)  # fmt: skip
# only of the headline: everyone with a score before is the same group at all later waves, people with both are not
MEANS = ("mean_pre", "mean_post", "mean_pre_low", "mean_pre_high", "mean_post_low", "mean_post_high")
OF_MEANS = (*MEANS, "mean_pre_bound", "mean_post_bound")
# of a difference: what both arms did and how far apart they were before, of people with both scores
ARMS = tuple(f"{name}{end}" for name in ("change_arm", "change_comparison", "gap") for end in ("", "_low", "_high"))
KEY = ["contrast", "measure", "method"]
WHERE = ["cohort", "role", "scale", "wave"]
SUMS = ["n_pre", "n_post", "n_pairs"]
MOST_OF_ONE = 0.25  # of what tells who met more from who met less, that one person may be


@dataclass(frozen=True, eq=False)
class Asked:
    """
    Rows that are to be shown.

    Attributes
    ----------
    estimates : Estimates
    study : Study
    hidden : Series of bool
        Which of them a rule hides already.
    behind : Behind or None
        Which questionnaires they rest on; None where nobody knows.
    told : mapping of str to str
        Rows that words stand for, as people answered alike or few changed, by id: no average may hold their numbers.
    """

    estimates: Estimates
    study: Study
    hidden: pd.Series
    behind: Behind | None
    told: Mapping[str, str]

    @classmethod
    def of(cls, estimates: Estimates, study: Study, behind: Behind | None) -> "Asked":
        """Rows before any of them is hidden."""
        told = of_few_changed(estimates, study) | ({} if behind is None else alike(estimates.rows, behind, study))
        return cls(estimates, study, pd.Series(False, index=estimates.table.index), behind, told)

    def but(self, hidden: pd.Series) -> "Asked":
        """The same rows, with some of them hidden."""
        return replace(self, hidden=hidden)

    @property
    def table(self) -> pd.DataFrame:
        """The Estimates table."""
        return self.estimates.table

    @property
    def in_words(self) -> pd.Series:
        """Whether words stand for each row."""
        return self.table["id"].isin(list(self.told))

    @property
    def threshold(self) -> Threshold:
        """The study's smallest group."""
        return Threshold.of(self.study)

    def detail(self, quantity: str) -> pd.Series:
        """A count from the details of some rows; missing for the others."""
        values = [self.estimates.detail(name, quantity) for name in self.table["id"]]
        return pd.Series(values, index=self.table.index, dtype="float64")

    def is_of(self, keys: Collection[tuple[str, str, str]]) -> pd.Series:
        """Whether each row is of one of these contrasts, measures and methods."""
        wanted, found = set(keys), zip(*(self.table[name].tolist() for name in KEY), strict=True)
        return pd.Series([key in wanted for key in found], index=self.table.index, dtype=bool)


def undeclared_groups(asked: Asked) -> pd.Series:
    """Rows of methods that do not declare which groups of questionnaires they treat differently."""
    return ~asked.is_of([method.key for method in METHODS if method.groups])


def few_people(asked: Asked) -> pd.Series:
    """Rows of too few people with both scores; where waves are not linked, with one of either wave."""
    return ~asked.threshold.enough(_people(asked)) & ~asked.table["contrast"].isin(COMPARING)


def few_compared(asked: Asked) -> pd.Series:
    """Differences from too few people of the programme or of the comparison."""
    compared = asked.table["n_comparison"].astype("float64")
    few = ~asked.threshold.enough(_people(asked)) | asked.threshold.too_few(compared)
    return few & asked.table["contrast"].isin(COMPARING)


def _people(asked: Asked) -> pd.Series:
    table = asked.table
    unlinked = asked.is_of([method.key for method in METHODS if method.unlinked]) | (asked.study.link.method == "none")
    return table["n_pairs"].where(~unlinked, table[["n_pre", "n_post"]].min(axis=1)).astype("float64")


def beside_few_leavers(asked: Asked) -> pd.Series:
    """
    Rows with the same people as their headline, except for a few who left or came late.

    The answers of these few people could be worked out from the two numbers together.
    """
    # some rows have the number of people whom they do not share with the headline, or who have no score before;
    # the others leave out people who left
    gone = (asked.table["n_pre"] - asked.table["n_pairs"]).astype("float64")
    left, late = asked.detail("n_left").fillna(gone), asked.detail("n_late")
    few = asked.threshold.few(left) | asked.threshold.few(late)
    both = of_both(asked.table)
    # those that count everyone with any score tell it of everyone before, next to those who answered both times
    few |= both & asked.threshold.few(gone)
    beside = [asked.is_of([method.key for method in METHODS.beside_headlines(of_both=case)]) for case in (True, False)]
    return few & ((both & beside[0]) | (~both & beside[1]))


def few_in_a_part(asked: Asked) -> pd.Series:
    """Rows that compare several groups of people where one of the groups is too small."""
    others = asked.table["n_comparison"].astype("float64").mask(asked.table["contrast"].isin(COMPARING))
    return asked.threshold.too_few(asked.detail("n_fewest")) | asked.threshold.too_few(others)


def beside_shared_answers(asked: Asked) -> pd.Series:
    """Rows of a scale that shares answers with an earlier one, where nobody knows who answered only some of them."""
    first = asked.behind.family if asked.behind is not None else first_of_family(asked.study)
    later = [name for name, family in first.items() if name != family]
    return asked.table["scale"].isin(later) & (asked.behind is None or not asked.behind.whole)


def few_meet_otherwise(asked: Asked) -> pd.Series:
    """
    Slopes that rest on few people: nearly all met as often, or one person decides a quarter of what differs.

    So do slopes on what partners say of their meetings.
    """

    def few_differ(meetings: Vector) -> bool:
        meetings = meetings[np.isfinite(meetings)]
        if not len(meetings):
            return False
        away = (meetings - meetings.mean()) ** 2
        usual = np.unique(meetings, return_counts=True)[1].max()
        return asked.threshold.too_few(len(meetings) - usual) or bool(away.max() > MOST_OF_ONE * away.sum())

    def rests_on_few(row: Estimate, behind: Behind) -> bool:
        said = [pairs["post"].to_numpy(float) for pairs in behind.experienced(row).values()]
        return any(map(few_differ, said or [behind.sessions[behind.with_both(row)]]))

    of_meetings = asked.table["contrast"].eq(Contrast.DOSE) | asked.table["method"].eq(Name.EXPERIENCE)
    return _where(asked, of_meetings, rests_on_few)


def few_in_a_cluster(asked: Asked) -> pd.Series:
    """Rows of groups in so few clusters that their error tells the sum of each, where one holds few people."""
    if asked.behind is None:
        table = asked.table
        few = table["n_clusters"].between(2, MOST_SOLVED) & table["n_clusters"].lt(table["n_pairs"])
        return few.fillna(value=False).astype(bool) & ~table["contrast"].isin(list(POOLED.values()))

    def rests_on_few(row: Estimate, behind: Behind) -> bool:
        groups = (people for sides in behind.scored(row) for people in sides)
        return _holds_of_some(tells_few, groups, behind, asked.threshold)

    return _where(asked, pd.Series(True, index=asked.table.index), rests_on_few)


def few_share_a_cluster(asked: Asked) -> pd.Series:
    """
    Rows where few people share a cluster with somebody, and whose spread without clusters is known.

    Changes in standard deviations and those of a model know no clusters, or weigh them in another way; of two possible
    scores, the mean is the spread. Next to the error of the main row, it would tell how these few differ together.
    """
    table = asked.table
    two = [scale.name for scale in asked.study.scales if possible_scores(scale.name, asked.study) == 2]
    otherwise = table["measure"].isin([Measure.G_AV, Measure.D_RM]) | table["scale"].isin(two)
    of_changes = table["method"].eq(Name.IMPUTED) & table["contrast"].eq(Contrast.CHANGE)
    models = table["method"].isin([Name.LIKELIHOOD, Name.MIXED_MODEL]) | of_changes
    otherwise |= models & (asked.behind is not None)

    def rests_on_few(row: Estimate, behind: Behind) -> bool:
        groups = [*behind.scored(row)[0], behind.with_both(row)]
        return _holds_of_some(few_share_one, groups, behind, asked.threshold)

    return _where(asked, otherwise, rests_on_few)


def told_by_clusters(row: Estimate, behind: Behind, threshold: Threshold) -> bool:
    """Whether clusters of some size hold few of the people whom a row is about: its error weighs these otherwise."""
    groups = (people for sides in behind.scored(row) for people in sides)
    return _holds_of_some(few_of_a_size, groups, behind, threshold)


def _holds_of_some(
    holds: Callable[[Codes, Codes, Threshold], bool], groups: Iterable[Positions], behind: Behind, threshold: Threshold
) -> bool:  # fmt: skip
    """Whether something holds of the clusters and people of some group."""
    return any(holds(behind.clusters[people], behind.people[people], threshold) for people in groups)


def few_in_odd_clusters(asked: Asked) -> pd.Series:
    """Exact tests by clusters, where clusters of some size hold few people: they cannot be rounded as errors are."""
    table = asked.table
    exact = table["measure"].eq(Measure.MEAN) & table["std_error"].isna() & table["p_value"].notna()
    return _where(asked, exact, lambda row, behind: told_by_clusters(row, behind, asked.threshold))


def levels_that_are_clusters(asked: Asked) -> pd.Series:
    """Comparisons of clusters with each other: with the sums of some, an error tells those of the others."""
    name, subgroup = asked.study.design.clusters, asked.table["subgroup"]
    return subgroup.str.startswith(f"{name}: ") if name else subgroup.isna()


def few_compared_belong_together(asked: Asked) -> pd.Series:
    """
    Differences of groups of whom few share a cluster with somebody of the other group.

    The error of the difference, next to those of both groups, would tell how these few people differ together.
    """

    def rests_on_few(row: Estimate, behind: Behind) -> bool:
        of = [[(behind.clusters[people], behind.people[people]) for people in sides] for sides in behind.scored(row)]
        return any(asked.threshold.few(who_share_across(sides)) for sides in of)

    return _where(asked, asked.table["contrast"].isin(SETTING_APART) & (asked.behind is not None), rests_on_few)


def known_otherwise(asked: Asked) -> pd.Series:
    """
    Rows that depend on who belongs with whom, or on meetings, where that changed for few people since an edition.

    The same answers give another number then, and the two numbers together would tell those of these few people.
    """
    if asked.behind is None or not asked.behind.since:
        return pd.Series(False, index=asked.table.index)

    def depends(row: Estimate, behind: Behind) -> bool:
        groups = (row.declared.groups if row.declared else None) or frozenset()
        kinds = [MATES if row.contrast in SETTING_APART or AND in row.role else PEERS]
        kinds += [PARTNERS] if groups & {Questionnaires.PARTNERS, Questionnaires.EXPERIENCE} else []
        kinds += [meetings_before(row.wave)] if row.contrast == Contrast.DOSE or row.method == Name.INSTRUMENT else []
        people = [behind.who(np.concatenate([NOBODY, *sides])) for sides in behind.scored(row)]
        return any(behind.since.of_few(kind, some) for kind in kinds for some in people)

    return _where(asked, pd.Series(True, index=asked.table.index), depends)


def _where(asked: Asked, which: pd.Series, hides: Callable[[Estimate, Behind], bool]) -> pd.Series:
    """Rows of a kind that are to be hidden: some of them, or all where nobody knows whose they are."""
    if asked.behind is None:
        several = asked.table["n_pairs"].ne(asked.table["n_clusters"]).fillna(value=False).astype(bool)
        return which & (several | asked.table["measure"].eq(Measure.SLOPE))
    rows = zip(asked.estimates.rows, which, asked.hidden, strict=True)
    found = [bool(is_of and not hidden and hides(row, asked.behind)) for row, is_of, hidden in rows]
    return pd.Series(found, index=asked.table.index, dtype=bool)


def rests_on_few(asked: Asked) -> pd.Series:
    """
    Rows with which a sum or difference of shown numbers would rest on few people.

    Rows are tried one after the other, main rows first; a row that fails is hidden, and the next are tried without it.
    """
    hides = pd.Series(False, index=asked.table.index)
    if asked.behind is None:
        return hides
    circulated = Circulated(asked.behind.person_of, asked.threshold, asked.behind.released)
    main, taken = headlines(asked.table), dict[tuple[str, ...], list[Estimate]]()
    rows = dict(zip(asked.table.index, asked.estimates.rows, strict=True))
    for at in sorted(asked.table.index[~asked.hidden], key=lambda at: _turn(rows[at], bool(main[at]), asked.study)):
        row = rows[at]
        question = (row.unpooled, row.role, row.arm, row.scale, row.wave)
        named = asked.behind.named(row, taken.get(question, []))
        hides[at] = named is None or not circulated.takes(named, across=asked.behind.crosses(row))
        if main[at] and not hides[at] and row.is_known and not row.is_pooled and row.id not in asked.told:
            taken.setdefault(question, []).append(row)
    return hides


# what the comparison did by itself comes after the differences, which rest on all of it where cohorts share it
ORDER = (Contrast.CHANGE, Contrast.DIFFERENCE, "comparison", *POOLED.values())


def _turn(row: Estimate, main: bool, study: Study) -> tuple[object, ...]:
    """
    Place of a row among those that are tried.

    Main rows come first, both roles together and declared groups last of these; then the latest wave, cohorts before
    averages, large cohorts before small ones.
    """
    scales = [scale.name for scale in study.scales]
    of_comparison = row.contrast == Contrast.CHANGE and row.arm == study.comparison
    contrast = "comparison" if of_comparison else row.contrast
    rank = ORDER.index(contrast) if contrast in ORDER else len(ORDER)
    kind, size = (not main, AND in row.role, rank == len(ORDER)), row.n_pairs or row.n_pre or 0
    return (*kind, -study.later_waves.index(row.wave), rank, scales.index(row.scale), -size)


def second_split(asked: Asked) -> pd.Series:
    """
    Rows that split people by any compared attribute other than the first.

    Two ways to split the same people may differ by few of them, whose answers both rows together would reveal.
    """
    further = [name for name in asked.study.design.interactions if name != "role"][1:]
    starts = tuple(f"{name}: " for name in further)
    if asked.behind is not None:  # then it is known whether they do
        starts = ()
    return asked.table["subgroup"].str.startswith(starts) if starts else asked.table["id"].isna()


def part_of_shared_comparison(asked: Asked) -> pd.Series:
    """
    Parts, by cohort, of a shared comparison that would reveal a small part.

    Differences rest on the whole comparison, so a small part could be worked out from the other parts.
    """
    table, study = asked.table, asked.study
    if asked.behind is not None or study.design.comparison_scope != "shared" or study.comparison is None:
        return table["id"].isna()
    part = table["contrast"].eq("change") & table["arm"].eq(study.comparison) & table["n_pairs"].gt(0)
    question = [table[name] for name in ("role", "scale", "wave")]
    kind = [*question, table["measure"], table["method"]]
    given_away = _given_away(table["n_pairs"].where(part & asked.hidden), kind, asked.threshold)
    # not every part has a row of every method: where a part has few people itself, the other parts are hidden too
    few = table["n_pairs"].where(part & asked.threshold.too_few(table["n_pairs"]))
    given_away |= _given_away(few, kind, asked.threshold).groupby(question).transform("any")
    return part & given_away


def _given_away(hidden: pd.Series, by: Sequence[pd.Series], threshold: Threshold) -> pd.Series:
    """Whether the hidden parts of a group are a single part, or have few people together."""
    parts = hidden.groupby(list(by))
    count = parts.transform("count")
    return count.gt(0) & ~threshold.hide_each_other(count, parts.transform("sum"))


def average_of_hidden(asked: Asked) -> pd.Series:
    """
    Averages that do not cover exactly the cohorts shown next to them, so that a hidden result could be worked out.

    Judging by numbers of cohorts and people, an average must cover all rows, of cohorts or groups of them, that are
    headlines of the same question, have an estimate, and are shown.
    """
    table, about = asked.table, ["contrast", "role", "arm", "scale", "wave"]
    pooled = table["contrast"].isin(list(POOLED.values()))
    if not pooled.any():
        return pooled
    shown = table[headlines(table) & table["estimate"].notna() & ~asked.hidden & ~asked.in_words]
    shown = shown[shown["contrast"].isin(list(POOLED))]
    parts = shown.assign(contrast=shown["contrast"].map(POOLED).astype("str"), n_parts=1)
    whole = parts.groupby(about)[[*SUMS, "n_parts"]].sum()
    known = whole.reindex(pd.MultiIndex.from_frame(table[about])).set_axis(table.index).fillna(0)
    # cohorts are counted one by one in the row itself, groups of them as one in its details
    of_average = table[SUMS].assign(n_parts=asked.detail("n_parts").fillna(table["n_clusters"].astype("float64")))
    # one that is not averaged counts the cohorts of a shared comparison, too
    of_average["n_parts"] = of_average["n_parts"].mask(table["reason"].eq(Reason.SHARED_COMPARISON), known["n_parts"])
    alike = of_average.astype("float64").eq(known.astype("float64")).all(axis=1)
    return pooled & ~alike


def average_of_few_leavers(asked: Asked) -> pd.Series:
    """
    Averages of everyone with a score before, next to cohorts' rows of those with both scores, where few left.

    The answers of these few people could be worked out from the average and the cohorts together.
    """
    table, about = asked.table, ["role", "arm", "scale", "wave"]
    few = asked.threshold.few((table["n_pre"] - table["n_pairs"]).astype("float64"))
    of_everyone = [
        method.key for method in METHODS.of("pooled_change") if method.additive and method.of_everyone_before
    ]
    few &= asked.is_of(of_everyone)
    if not few.any():
        return few
    changes = table[headlines(table) & table["contrast"].eq("change") & ~asked.hidden]
    keys = changes[KEY].itertuples(index=False, name=None)
    of_both = [(method := METHODS.get(*key)) is None or not method.of_everyone_before for key in keys]
    beside = pd.MultiIndex.from_frame(table[about]).isin(pd.MultiIndex.from_frame(changes.loc[of_both, about]))
    return few & beside


def left_alone(table: pd.DataFrame, rule: pd.Series) -> pd.Series:
    """Averages of a single cohort or none, as all others are hidden: that is why there is no average."""
    about = ["contrast", "role", "arm", "scale", "wave"]
    hidden = table[headlines(table) & table["contrast"].isin(list(POOLED)) & rule.notna()]
    hidden = hidden[hidden["n_pairs"].fillna(0).gt(0)]  # a cohort without anybody hides nothing
    lacking = hidden.assign(contrast=hidden["contrast"].map(POOLED).astype("str"))[about]
    without = table["reason"].eq(Reason.TOO_FEW_COHORTS) & (table["n_clusters"].fillna(0) < 2)
    return without & pd.MultiIndex.from_frame(table[about]).isin(pd.MultiIndex.from_frame(lacking))


@dataclass(frozen=True, eq=False)
class Details:
    """
    Details of rows that are shown.

    Attributes
    ----------
    estimates : Estimates
    without_means : collection of str
        Groups of cohorts without means before and after.
    threshold : Threshold
    """

    estimates: Estimates
    without_means: Collection[str]
    threshold: Threshold

    @property
    def quantity(self) -> pd.Series:
        """What each detail is."""
        return self.estimates.details["quantity"]

    def of(self, rows: pd.Series) -> pd.Series:
        """Whether each detail belongs to one of these rows."""
        return self.estimates.details["id"].isin(self.estimates.table.loc[rows, "id"])


def on_no_page(asked: Details) -> pd.Series:
    """Details that no page shows."""
    return ~asked.quantity.isin([*QUANTITIES, *OF_MEANS, *ARMS])


def arms_beside_few_leavers(asked: Details) -> pd.Series:
    """What both arms did, of people with both scores, where few left and the main changes are of everyone before."""
    table, details = asked.estimates.table, asked.estimates.details
    left = details[details["quantity"].eq("n_left")].set_index("id")["value"]
    few = table["id"].map(left).astype("float64").pipe(asked.threshold.few) & ~of_both(table)
    return asked.quantity.isin(ARMS) & asked.of(few)


def gaps_beside_other_waves(asked: Details) -> pd.Series:
    """
    How far apart arms were before, where several later waves or combined cohorts have it.

    It is of people with both scores. These differ from wave to wave, perhaps by few, whose mean could be worked out.
    An average over combined cohorts tells theirs, next to those of the other cohorts.
    """
    table = asked.estimates.table
    question = [table["role"], table["scale"]]
    waves = table.groupby(question)["wave"].transform("nunique")
    combined = table["cohort"].isin(list(asked.without_means))
    averaged = table["contrast"].isin(list(POOLED.values())) & combined.groupby(question).transform("any")
    return asked.quantity.str.startswith("gap") & asked.of(waves.gt(1) | combined | averaged)


def means_beside_other_rows(asked: Details) -> pd.Series:
    """
    Means before and after of rows that are not headlines.

    With several later waves, also of those who answered both times: others did at each wave, perhaps few, whose mean
    before could be worked out.
    """
    table = asked.estimates.table
    waves = table.groupby(["cohort", "role", "arm", "scale"])["wave"].transform("nunique")
    return asked.quantity.isin(OF_MEANS) & ~asked.of(headlines(table) & ~(of_both(table) & waves.gt(1)))


def means_of_groups(asked: Details) -> pd.Series:
    """Means of combined cohorts: another wave may combine one cohort more, whose mean both would reveal."""
    return asked.quantity.isin(OF_MEANS) & asked.of(asked.estimates.table["cohort"].isin(list(asked.without_means)))


def means_of_equal_answers(asked: Details) -> pd.Series:
    """Means without an interval, as where all scores of a wave are equal: they would be everybody's."""
    details = asked.estimates.details
    without = details["quantity"].isin([f"{name}_low" for name in MEANS[:2]]) & details["value"].isna()
    names = details.loc[without, "quantity"].str.removesuffix("_low")
    flat = pd.MultiIndex.from_arrays([details.loc[without, "id"], names])
    mine = asked.quantity.str.replace(r"_(?:low|high)$", "", regex=True)
    return asked.quantity.isin(MEANS) & pd.MultiIndex.from_arrays([details["id"], mine]).isin(flat)
