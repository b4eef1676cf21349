"""Everything that a run leaves, put together, tells of no group that is too small; and the attacker is a good one."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from attacker import attack
from properties import seeds
from small_studies import TOML, Group, small_study

from rm_research.disclosure import Together, answers, numbers, rules
from rm_research.disclosure.sets import Circulated
from rm_research.disclosure.together import ABOUT
from rm_research.panel import prepare_study
from rm_research.reporting.files import write_tables

COMPARED = TOML + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n[reporting]\nsmallest_group = 10\n'
SHARED = COMPARED.replace('assignment = "randomised"', 'assignment = "randomised"\ncomparison_scope = "shared"')
CHOSEN = COMPARED.replace("randomised", "self-selected")
SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"
UNLINKED = SINGLE + '[link]\nmethod = "none"\n'
LOGGED = SINGLE + '[sessions]\nfile = "sessions.csv"\n'
MOOD = {"mood": (1.0, 5.0)}
SEVEN = (1.0, 7.0)


def arms(cohort: str, programme: int, waitlist: int, **settings) -> list[Group]:
    return [Group(cohort, programme, arm="programme", **settings), Group(cohort, waitlist, arm="waitlist", **settings)]


def left_by(folder, *groups, toml=SINGLE, spoil=None):
    """Folder with the tables that a run leaves; `spoil` changes the study's files before."""
    study = small_study(folder / "study", *groups, toml=toml)
    if "[sessions]" in toml:
        _log_meetings(study)
    if spoil:
        spoil(study)
    prepared = prepare_study(study)
    write_tables(prepared, folder / "out")
    return folder / "out"


def _log_meetings(study):
    """Write a log in which pairs met up to five times."""
    people = pd.read_csv(study / "pre.csv")
    draws = np.random.default_rng(1)
    met = [(pair, f"2025-05-0{day}", 60) for pair in people["pair"] for day in range(1, 1 + draws.integers(0, 6))]
    pd.DataFrame(met, columns=["pair", "date", "minutes"]).to_csv(study / "sessions.csv", index=False)


def _make_coarse(study):
    """Turn answers 1 to 5 into 1 to 3."""
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False)
        items = ["m1", "m2", "m3"]
        rows[items] = (rows[items] - 1) // 2 + 1
        rows.to_csv(study / f"{wave}.csv", index=False)
    (study / "codebook.csv").write_text("item,scale,low,high\nm1,mood,1,3\nm2,mood,1,3\nm3,mood,1,3\n")


def _of_seven_points(study):
    """Give the printed scale seven points, of which the answers are the first five."""
    (study / "codebook.csv").write_text("item,scale,low,high\nm1,mood,1,7\nm2,mood,1,7\nm3,mood,1,7\n")


DESIGNS = {
    "one small cohort": (SINGLE, [Group("a", 30), Group("b", 25), Group("c", 6)]),
    "two small cohorts, few together": (SINGLE, [Group("a", 30), Group("b", 4), Group("c", 5)]),
    "small cohorts, many together": (SINGLE, [Group("a", 30), Group("b", 7), Group("c", 6), Group("d", 8)]),
    "all small": (SINGLE, [Group(name, 6 + place) for place, name in enumerate("abcd")]),
    "few left": (SINGLE, [Group("a", 30, left=3), Group("b", 20, left=12), Group("c", 14, left=6)]),
    "few late": (SINGLE, [Group("a", 30, late=3), Group("b", 20, late=9), Group("c", 9, late=2)]),
    "unlinked": (UNLINKED, [Group("a", 30, left=3), Group("b", 12, left=4), Group("c", 6)]),
    "small comparisons": (COMPARED, [*arms("a", 30, 12), *arms("b", 25, 6), *arms("c", 20, 5), *arms("d", 7, 12)]),
    "few left groups that chose": (CHOSEN, [*arms("a", 30, 14, left=3), *arms("b", 25, 16, left=2)]),
    "small in one arm each": (COMPARED, [*arms("a", 30, 12), *arms("b", 25, 6), *arms("c", 6, 14)]),
    "shared comparison": (SHARED, [*arms("a", 30, 12), *arms("b", 12, 6), *arms("c", 8, 7), *arms("d", 7, 0)]),
    "two roles": (SINGLE, [Group("a", 30, "leader"), Group("a", 6, "mentor"), Group("b", 12, "leader"),
                           Group("b", 7, "mentor"), Group("c", 5, "leader"), Group("c", 9, "mentor")]),
    "two programmes": (LOGGED, [Group("a", 30, arm="x"), Group("a", 6, arm="y"), Group("b", 30, arm="x"),
                                Group("b", 30, arm="y")]),
    "a log": (LOGGED, [Group("a", 30), Group("b", 30, left=2), Group("c", 12), Group("d", 6)]),
    "nobody after": (UNLINKED, [*arms("a", 30, 6), Group("b", 8, arm="programme", left=8),
                                Group("b", 7, arm="waitlist")]),
}  # fmt: skip


def _unpaired(study):
    """Take the first four people out of their pairs, so that nobody knows how often they met."""
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False)
        rows.loc[:3, "pair"] = ""
        rows.to_csv(study / f"{wave}.csv", index=False)


def _alike(study):
    """Make all but the first eight people answer after as before."""
    before, after = (pd.read_csv(study / f"{wave}.csv", keep_default_na=False) for wave in ("pre", "post"))
    items = ["m1", "m2", "m3"]
    after.loc[8:, items] = before.loc[8:, items]
    after.loc[:7, items] = 6 - before.loc[:7, items]
    after.to_csv(study / "post.csv", index=False)


def _slopes(study) -> dict[tuple[str, str], float]:
    """Slope of scores after on scores before, of those with both, by cohort and arm: as if known from elsewhere."""
    before, after = (pd.read_csv(study / f"{wave}.csv", keep_default_na=False) for wave in ("pre", "post"))
    both = before.merge(after, on=["code", "cohort", "arm"], suffixes=("_pre", "_post"))
    found = {}
    for (cohort, arm), rows in both.groupby(["cohort", "arm"]):
        pre, post = (rows[[f"m{item}_{wave}" for item in (1, 2, 3)]].mean(axis=1) for wave in ("pre", "post"))
        found[(cohort, arm or "programme")] = float(np.polyfit(pre, post, 1)[0])
    return found


FAST = ("small cohorts, many together",)


@pytest.mark.parametrize(
    "design", [design if design in FAST else pytest.param(design, marks=pytest.mark.slow) for design in DESIGNS]
)
def test_nothing_hidden_can_be_worked_out(tmp_path, design):
    toml, groups = DESIGNS[design]
    assert attack(left_by(tmp_path, *groups, toml=toml), MOOD, 10) == []


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_nothing_hidden_can_be_worked_out_of_answers_on_three_points(tmp_path, design):
    toml, groups = DESIGNS[design]
    assert attack(left_by(tmp_path, *groups, toml=toml, spoil=_make_coarse), {"mood": (1.0, 3.0)}, 10, within=0.5) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_nothing_hidden_can_be_worked_out_of_drawn_studies(tmp_path, seed):
    draws = np.random.default_rng(seed)
    toml = [LOGGED, UNLINKED, COMPARED, SHARED][seed % 4]
    groups = []
    for cohort in "abcdef"[: draws.integers(2, 7)]:
        for arm in ("programme", "waitlist") if toml in (COMPARED, SHARED) else ("",):
            n = int(draws.integers(1, 26))
            left = int(draws.integers(0, n // 2 + 1))
            late = int(draws.integers(0, (n - left) // 2 + 1))
            groups.append(Group(cohort, n, arm=arm, gain=float(draws.normal(0.5, 0.5)), left=left, late=late))
    assert attack(left_by(tmp_path, *groups, toml=toml), MOOD, 10) == []


class Case(NamedTuple):
    """What a rule keeps from the attacker: a study, and what is found out where the rule is left out."""

    found: str
    groups: list[Group]
    toml: str = SINGLE
    spoil: Callable[..., None] | None = None
    limits: tuple[float, float] = (1.0, 5.0)
    within: float = 1
    knows_slopes: bool = False
    forgets_to_choose: bool = False  # averages are made of all cohorts, and not of those alone that are shown


ROLES = [Group("a", 30, "leader"), Group("a", 6, "mentor")]
CASES = {
    "few people": Case("('b', 'programme', 'post') change", [Group("a", 30), Group("b", 6)]),
    "few compared": Case("('a', 'waitlist', 'post') change", arms("a", 30, 6), COMPARED),
    "beside few leavers": Case("('a', 'programme', 'post') left before", [Group("a", 30, left=3)], knows_slopes=True),
    "few in a part": Case("leader − mentor change", ROLES),
    "part of a shared comparison": Case(
        "('c', 'waitlist', 'post') change", [*arms("a", 30, 12), *arms("b", 25, 14), *arms("c", 20, 4)], SHARED
    ),
    "average of hidden cohorts": Case(
        "('c', 'programme', 'post') change", [Group("a", 30), Group("b", 25), Group("c", 6)], forgets_to_choose=True
    ),
    # of nineteen possible scores: with few, small groups have no bands of answers anyway
    "answers beside a hidden change": Case(
        "'b', 'programme', 'post'", [Group("a", 30), Group("b", 9)], spoil=_of_seven_points, limits=SEVEN
    ),
    "rare answers": Case("answers of everybody", [Group("a", 12, gain=3.0)], spoil=_of_seven_points, limits=SEVEN),
    "few left or without a log": Case("change of the few without a log", [Group("a", 30)], LOGGED, spoil=_unpaired),
    "few in a band of meetings": Case("change of few who met similarly often", [Group("a", 26)], LOGGED),
}  # fmt: skip
# what these keep back is no sum of scores, or is in no file of these studies: their own tests do the arithmetic
ELSEWHERE = {
    "undeclared groups", "second split", "on no page", "means beside other rows", "means of groups of cohorts",
    "average of few leavers", "few in a specification", "specifications few apart",
    "few questionnaires", "few described", "few or nearly all", "arms beside few leavers",
    "few at the start", "means of equal answers", "gaps beside other waves",
    "answers of few leavers", "answers of few scores", "answers of few who belong together",
    "beside shared answers", rules.RESTS_ON_FEW,
    "few meet otherwise", "few share a cluster", "few in a cluster", "few in odd clusters", "levels that are clusters",
    "few wrote",
    "few compared belong together", "known otherwise", "too few for two groups",
}  # fmt: skip


def test_every_rule_is_attacked_or_has_a_test_of_its_own():
    assert {rule.name for rule in rules.RULES} == set(CASES) | ELSEWHERE
    assert not set(CASES) & ELSEWHERE


# what numbers of people tell of a row follows from the sets of people too; these say why a row is hidden
OF_COUNTS = {
    "few people", "few compared", "beside few leavers", "few in a part", "part of a shared comparison",
    "average of few leavers",
}  # fmt: skip


def without(monkeypatch, *names: str) -> None:
    monkeypatch.setattr(rules, "RULES", tuple(rule for rule in rules.RULES if rule.name not in names))


@pytest.mark.slow
@pytest.mark.parametrize(
    "design", [design if design in FAST[:1] else pytest.param(design, marks=pytest.mark.slow) for design in DESIGNS]
)
def test_the_sets_of_people_keep_what_the_numbers_of_people_keep(tmp_path, monkeypatch, design):
    toml, groups = DESIGNS[design]
    without(monkeypatch, *OF_COUNTS)
    assert attack(left_by(tmp_path, *groups, toml=toml), MOOD, 10) == []


# the arithmetic of the others is in the tests of the rules, and a rule that is no longer entered is missed above
AT_ONCE = ("few people", "average of hidden cohorts")


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "name", [name if name in AT_ONCE else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_the_attacker_wins_where_a_rule_is_left_out(tmp_path, monkeypatch, name):
    case = CASES[name]
    if case.forgets_to_choose:
        monkeypatch.setattr(numbers, "poolable", lambda estimates, **_: estimates)

    def found(folder) -> list[str]:
        out = left_by(folder, *case.groups, toml=case.toml, spoil=case.spoil)
        slopes = _slopes(folder / "study") if case.knows_slopes else None
        return [finding.what for finding in attack(out, {"mood": case.limits}, 10, case.within, slopes)]

    assert found(tmp_path / "with") == []
    without(monkeypatch, name, *([rules.RESTS_ON_FEW] if name in OF_COUNTS else []))
    monkeypatch.setattr(
        "rm_research.disclosure.rows.alike", lambda *_: {}
    )  # words in place of numbers keep shares of everybody too
    monkeypatch.setattr(Circulated, "may_cross", lambda *_: True)  # it keeps what bands of meetings tell
    assert any(case.found in what for what in found(tmp_path / "without"))


class TestTheAttackerSucceeds:
    """Where numbers are made otherwise, the attacker finds what is hidden: so that finding nothing means something."""

    @pytest.mark.slow
    def test_groups_of_which_one_is_known(self, tmp_path, monkeypatch):
        about = ("participant", "mood", "post", "change", "programme")
        table = pd.DataFrame([(*about, "a", "a + b"), (*about, "b", "a + b")], columns=[*ABOUT, "cohort", "group"])
        monkeypatch.setattr(numbers, "small_cohorts", lambda panel, *, study, order: Together(table))
        without(monkeypatch, rules.RESTS_ON_FEW)
        found = attack(left_by(tmp_path, Group("a", 30), Group("b", 6)), MOOD, 10)
        assert "('b', 'programme', 'post') change" in [finding.what for finding in found]

    @pytest.mark.slow
    def test_sums_of_answers_that_hold_one_small_cohort(self, tmp_path, monkeypatch):
        everybody = {(cohort, "participant", "programme") for cohort in "abc"}
        monkeypatch.setattr(answers, "_failing", lambda counted, bands: set())
        monkeypatch.setattr(answers, "_rare", lambda group, bands: [])
        monkeypatch.setattr(answers, "_may_be_shown", lambda *_, **__: everybody)
        out = left_by(tmp_path, Group("a", 30), Group("b", 25), Group("c", 6))
        tables = pd.read_csv(out / "tables.csv")
        tables[~((tables["table"] == "answers") & (tables["cohort"] == "c"))].to_csv(out / "tables.csv", index=False)
        found = attack(out, MOOD, 10)
        assert any("answers" in finding.what for finding in found)

    def test_meetings_of_all_but_few(self, tmp_path):
        """Bands that leave out six people of known total tell of these."""
        out = left_by(tmp_path, Group("a", 30), Group("b", 6))
        rows = pd.read_csv(out / "estimates.csv")
        change = rows.loc[
            rows["method"].eq("paired_t") & rows["cohort"].eq("a") & rows["measure"].eq("mean"), "estimate"
        ]
        total = float(change.iloc[0]) * 30
        lines = [
            ("sessions", "all cohorts", f"participant / programme / mood / post / {low}", name, value)
            for low, n, estimate in (("0 / 2", 18, 0.4), ("3 / 9", 18, (total + 6 * 1.5 - 18 * 0.4) / 18))
            for name, value in (("n_people", n), ("estimate", estimate))
        ]
        further = pd.DataFrame(lines, columns=["table", "cohort", "row", "quantity", "value"])
        pd.concat([pd.read_csv(out / "tables.csv"), further]).to_csv(out / "tables.csv", index=False)
        found = {finding.what: (finding.low, finding.high) for finding in attack(out, MOOD, 10)}
        low, high = found["('b', 'programme', 'post') change"]
        assert low - 0.01 <= 1.5 <= high + 0.01
