"""All numbers of a study and which of them may be published, decided once before any text or chart is made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.answers import shown_answers
from rm_research.disclosure.balance import shown_balance
from rm_research.disclosure.both_roles import of_both_roles
from rm_research.disclosure.described import shown_described
from rm_research.disclosure.doubts import shown_doubts
from rm_research.disclosure.editions import (
    Edition,
    Family,
    Group,
    as_frame,
    enter,
    known_again,
    present_in,
    read_editions,
    without_late,
)
from rm_research.disclosure.families import first_of_family, without_partial
from rm_research.disclosure.fidelity import shown_fidelity, shown_sides
from rm_research.disclosure.gate import Disclosed, disclosed, poolable
from rm_research.disclosure.heading import headed
from rm_research.disclosure.known import kept, with_clusters_of
from rm_research.disclosure.meetings import shown_meetings
from rm_research.disclosure.participation import participation
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.shapes import shown_shapes
from rm_research.disclosure.summaries import (
    counted_questionnaires,
    of_named,
    shown_measurement,
    shown_specifications,
    shown_unusable,
)
from rm_research.disclosure.themes import shown_themes
from rm_research.disclosure.threshold import Threshold
from rm_research.disclosure.together import QUESTION, Together, small_cohorts
from rm_research.effects import (
    Estimates,
    estimate_change,
    estimate_difference,
    estimate_dose,
    estimate_dyads,
    estimate_hindsight,
    estimate_waves,
)
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import headlines, joined, may_head
from rm_research.effects.groups import ALL_COHORTS, EVERYONE
from rm_research.effects.methods import METHODS, POOLED, Contrast
from rm_research.effects.verdicts import other_ways
from rm_research.panel import Prepared, cache
from rm_research.panel.timing import starts
from rm_research.reflections.quotes import quoted
from rm_research.reflections.themes import mentions
from rm_research.study import Study
from rm_research.synthesis import estimate_programme

Further = tuple[Named, bool]  # what a table names, and whether across the rest
Question = tuple[str, str, str]  # role, scale, wave
# input of the numbers
FRAMES = ("panel", "scores", "responses", "people", "dyads", "meetings", "goals", "links", "problems", "open_answers",
          "arrivals")  # fmt: skip
TABLES = ("cohorts", "response", "follow_up", "meetings", "sessions", "answers", "rare_answers", "together",
          "reliability", "measurement", "doubts", "specifications", "shapes", "described", "unusable", "balance",
          "every_wave", "waiting", "skipped", "fidelity", "sides", "open_answers", "themes", "quotes")  # fmt: skip


def study_numbers(prepared: Prepared) -> Disclosed:
    """
    Estimates of all cohorts without errors, of small cohorts combined, their average, and counts.

    They are cached in the study's private folder and reused as long as their input does not change, so that every page
    is based on the same decisions.
    """
    frames = _made_of(prepared.whole("Numbers that may leave"))
    cached = cache.load_numbers(prepared.study, frames)
    if cached is not None and {"estimates", "details", "hidden_by", *TABLES} <= set(cached):
        tables = {name: cached[name] for name in TABLES}
        rows, hidden_by = (
            Estimates(cached["estimates"], cached["details"], prepared.study),
            dict(cached["hidden_by"].to_numpy()),
        )
        return Disclosed(rows, tables, prepared.study.reporting.smallest_group, hidden_by)
    numbers = decide(prepared)
    _keep(prepared, frames, numbers)
    return numbers


def _keep(prepared: Prepared, frames: dict[str, pd.DataFrame], numbers: Disclosed) -> None:
    why = pd.DataFrame(list(numbers.hidden_by.items()), columns=["id", "rule"], dtype="str")
    whole = {"estimates": numbers.table, "details": numbers.estimates.details, "hidden_by": why}
    cache.save_numbers(prepared.study, frames, whole | numbers.tables)


def _made_of(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """Everything that numbers depend on; a method that is registered or changed, or an edition, makes others."""
    frames = {name: getattr(prepared, name) for name in FRAMES} | {"methods": METHODS.to_frame()}
    coded = {"mentions": mentions(prepared), "quotes": quoted(prepared)} if prepared.study.text_items else {}
    return frames | coded | {"editions": as_frame(read_editions(prepared.study))}


def release(prepared: Prepared, label: str) -> Edition:
    """Enter the numbers of a study, as they are now, into the ledger of editions; pages then show these."""
    made = _decided(prepared)
    numbers, groups, family = made.numbers, _named_by(made), made.behind.family
    edition = enter(prepared.study, label, groups, present_in(prepared.panel, prepared.study, family), family,
                    kept(made.behind.facts))  # fmt: skip
    _keep(prepared, _made_of(prepared), numbers)
    return edition


def decide(prepared: Prepared) -> Disclosed:
    """Make all numbers and decide which of them may be shown; `study_numbers` does it once."""
    return _decided(prepared).numbers


def named_groups(prepared: Prepared) -> list[Group]:
    """Groups of questionnaires that the numbers of a study name, as the ledger keeps those of an edition."""
    return _named_by(_decided(prepared))


def _parts_of(row: Estimate, numbers: Disclosed) -> list[Estimate]:
    """Rows that an average is made of."""
    if not row.is_pooled:
        return []
    return [part for part in numbers.headline_rows
            if part.is_known and not part.is_pooled and part.subgroup == EVERYONE and part.unpooled == row.unpooled
            and part.place[1:] == row.place[1:]]  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Made:
    """Numbers, with what they rest on, all that they name, and what tables next to them name."""

    numbers: Disclosed
    behind: Behind
    circulated: Circulated
    further: list[Further]


def _decided(prepared: Prepared) -> _Made:
    """Numbers of a study and what they name."""
    study, released = prepared.study, read_editions(prepared.study)
    scales = [columns for edition in released for columns in edition.scales.values()]
    family = first_of_family(study, prepared.responses, scales)
    editions = known_again(released, prepared.panel, study, family)
    whole, skipped = without_partial(prepared, family)
    panel, waiting = without_late(whole.panel, editions, study=study, family=family)
    of_today = panel
    panel = with_clusters_of(panel, editions[-1].facts, Threshold.of(study)) if editions else panel
    made = _made(replace(prepared, panel=panel), waiting, [], editions, family)
    # numbers of several waves are of different people, perhaps by few: the other waves are then of who has them all
    if apart := _apart(made.numbers, study):
        made = _made(replace(prepared, panel=_of_every_wave(panel, apart, study)), waiting, apart, editions, family)
    answered = of_named(prepared, made.behind, made.circulated)
    measured = shown_measurement(answered) | {"doubts": shown_doubts(answered)}
    tables = participation(prepared) | measured | made.numbers.tables
    curves, named = shown_specifications(prepared, made.behind, made.circulated)
    if of_today is not panel:  # curves are made of the exports, whose clusters are those of today
        curves, named = curves[:0], []
    tables |= {"specifications": curves, "skipped": skipped}
    numbers = replace(made.numbers, tables={name: tables[name] for name in TABLES})
    return replace(made, numbers=numbers, further=[*made.further, *((groups, False) for groups in named)])


def _named_by(made: _Made) -> list[Group]:
    numbers, behind = made.numbers, made.behind
    groups = [group for named, across in made.further for group in behind.groups(named, across=across)]
    for row in numbers.telling:
        groups += behind.groups(behind.named(row, _parts_of(row, numbers)) or [], across=behind.crosses(row))
    return list(dict.fromkeys(groups))


def _made(
    prepared: Prepared, waiting: pd.DataFrame, every_wave: list[Question], editions: Sequence[Edition], family: Family
) -> _Made:  # fmt: skip
    """Numbers from the Panel; `every_wave` names the questions for which it holds only people with every wave."""
    study, panel = prepared.study, prepared.sound_panel
    estimates = _estimates(prepared, prepared.sound_cohorts)
    estimates = joined([estimates, of_both_roles(panel, estimates, study=study)]).by_cohort(prepared.cohorts)
    together = small_cohorts(panel, study=study, order=prepared.cohorts)
    grouped = _of_groups(panel, together, study)
    estimates, grouped = headed([estimates, grouped], study=study)
    grouped = grouped.where(_decisive(grouped.table, study))
    behind = Behind(
        panel, study, together=together, scores=prepared.scores, dyads=prepared.dyads, goals=prepared.goals,
        editions=editions, family=family,
    )  # fmt: skip
    pooled = _pooled(poolable(joined([estimates, grouped]), study=study, behind=behind), prepared, together)
    shown = disclosed(joined([estimates, grouped, pooled]), study=study, without_means=together.groups, behind=behind)
    tables = {"together": together.table, "waiting": waiting} | shown_answers(prepared, shown)
    tables["every_wave"] = pd.DataFrame(every_wave, columns=QUESTION, dtype="str").assign(cohort=ALL_COHORTS)
    circulated = Circulated.by(shown.telling, behind, Threshold.of(study), lambda row: _parts_of(row, shown))
    tables["described"], described = shown_described(prepared, behind, circulated)
    tables["sessions"], bands = shown_meetings(panel, shown, together, study, behind, circulated)
    tables["balance"], starts = shown_balance(prepared, shown, behind, circulated, every_wave)
    whole, counted = counted_questionnaires(prepared, behind, circulated)
    tables |= {"shapes": shown_shapes(prepared, shown, whole), "unusable": shown_unusable(prepared, whole)}
    tables["fidelity"], of_pairs = shown_fidelity(prepared, behind, circulated)
    tables["sides"], both = shown_sides(prepared, behind, circulated)
    of_words, wrote = shown_themes(prepared, behind, circulated)
    tables |= of_words
    within = (*described, *starts, *counted, *of_pairs, *both, *wrote)
    further = [*((named, False) for named in within), *((named, True) for named in bands)]
    return _Made(replace(shown, tables=tables), behind, circulated, further)


def _apart(numbers: Disclosed, study: Study) -> list[Question]:
    """Role, scale and wave of changes hidden because few people apart from those of another wave are in them."""
    table = numbers.hidden
    hidden = table["id"].map(numbers.hidden_by).eq(rules.RESTS_ON_FEW) & table["contrast"].eq(Contrast.CHANGE)
    hidden &= table["id"].isin(numbers.headlines["id"]) & ~table["wave"].isin(study.later_waves[-1:])
    return list(table.loc[hidden, QUESTION].drop_duplicates().itertuples(index=False, name=None))


def _of_every_wave(panel: pd.DataFrame, questions: list[Question], study: Study) -> pd.DataFrame:
    """Panel without people who lack a score of some wave, as far as some questions go."""
    scored = panel[["pre", "post"]].notna().all(axis=1)
    n_waves = {
        scale.name: sum(study.measured(scale.name, wave) for wave in study.later_waves) for scale in study.scales
    }
    of_person = scored.groupby([panel["cohort"], panel["person"], panel["scale"]]).transform("sum")
    asked = pd.MultiIndex.from_frame(panel[QUESTION]).isin(questions)
    return panel[~asked | of_person.eq(panel["scale"].map(n_waves))]


def _estimates(prepared: Prepared, cohorts: Sequence[str]) -> Estimates:
    """Estimates of cohorts; a comparison that several cohorts share is used as a whole for each of them."""
    study, panel = prepared.study, prepared.panel
    wanted = panel["cohort"].isin(cohorts)
    if study.design.comparison_scope == "shared":
        wanted |= (panel["arm"] == study.comparison) & panel["cohort"].isin(prepared.sound_cohorts)
    panel = panel[wanted]
    parts = [
        estimate_change(panel, study=study, reference=prepared.sound_panel),
        estimate_difference(panel, study=study),
        estimate_hindsight(panel, prepared.scores, study=study),
        estimate_dose(panel, study=study),
        estimate_dyads(panel, prepared.dyads, study=study),
    ]
    if len(study.later_waves) > 1:  # with one later wave, the change and the difference already cover it
        parts.append(estimate_waves(panel, study=study))
    return joined(part.by_cohort(prepared.cohorts) for part in parts)


def _of_groups(panel: pd.DataFrame, together: Together, study: Study) -> Estimates:
    """Estimates of small cohorts combined that may be headlines, each group as one cohort; differences in both ways."""
    parts = []
    for contrast, arm in _kinds(together.table):
        members = together.only(panel[panel["arm"].isin([arm, study.comparison])], contrast, arm)
        if contrast == "change":
            estimates = estimate_change(members[members["arm"] == arm], study=study)
        else:
            if study.design.comparison_scope == "shared":  # it belongs to all cohorts, not to a group
                members = pd.concat([members[members["arm"] == arm], panel[panel["arm"] == study.comparison]])
            estimates = estimate_difference(members, study=study)
        wanted = estimates.table["contrast"].eq(contrast) & estimates.table["arm"].eq(arm) & may_head(estimates.table)
        wanted &= estimates.table["cohort"].isin(together.groups)
        parts.append(estimates.where(wanted).by_cohort(list(dict.fromkeys(together.table["group"]))))
    return joined(parts)


def _decisive(table: pd.DataFrame, study: Study) -> pd.Series:
    """Headlines, and the rows in the other way without which their verdict is not known."""
    heads, others = headlines(table), other_ways(table, study)
    return heads | table.index.isin([others[at] for at in table.index[heads] if at in others])


def _pooled(rows: Estimates, prepared: Prepared, together: Together) -> Estimates:
    """Averages over cohorts and groups; the rows of their people have the same names."""
    study, panel, began = prepared.study, prepared.sound_panel, starts(prepared.responses)
    threshold = Threshold.of(study)
    rows = rows.where(rows.table["role"].isin(panel["role"]))  # both roles together stand for a cohort alone
    averages = [
        estimate_programme(
            rows.where(rows.table["contrast"].eq(contrast) & rows.table["arm"].eq(arm)), study=study,
            panel=together.within(panel, contrast, arm), may_add=lambda people: not threshold.few(people),
            starts=began,
        )
        for contrast, arm in _kinds(rows.table) if contrast in POOLED
    ]  # fmt: skip
    return joined(averages)


def _kinds(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Contrasts and arms of a table, in its order."""
    return list(table[["contrast", "arm"]].drop_duplicates().itertuples(index=False, name=None))
