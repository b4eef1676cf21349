"""No sum or difference of shown numbers rests on few people: the sets that rows name, and what follows from them."""

import shutil
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from audits import fewest_behind, smallest_cut
from hypothesis import given
from hypothesis import strategies as st
from properties import examples, seeds
from rendered_demo import DEMO
from small_studies import TOML, Group, small_study

from rm_research.claims import claims_of
from rm_research.disclosure.editions import Group as KeptGroup
from rm_research.disclosure.editions import digest
from rm_research.disclosure.numbers import decide, named_groups
from rm_research.disclosure.sets import Behind, Circulated, Pile
from rm_research.disclosure.threshold import Threshold
from rm_research.disclosure.together import small_cohorts
from rm_research.effects.methods import METHODS
from rm_research.panel import prepare_study

SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"
COMPARED = SINGLE + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'
LATER = '[waves.later]\nfile = "later.csv"\n'
PILE = Pile("mood", "pre")


groups_of_places = st.lists(st.sets(st.integers(0, 29), min_size=1), min_size=1, max_size=6)


class TestCells:
    """Whether groups may be added to those that are known."""

    @examples(60)
    @given(groups=groups_of_places, smallest=st.integers(2, 6), doubles=st.integers(0, 4))
    def test_what_is_taken_rests_on_enough_people(self, groups, smallest, doubles):
        persons = np.where(np.arange(30) < 2 * doubles, np.arange(30) // 2, np.arange(30))
        circulated, taken = Circulated(persons, Threshold(smallest)), []
        for group in groups:
            places = np.array(sorted(group))
            if circulated.takes([(PILE, places)]):
                taken.append(places)
        assert not taken or fewest_behind(taken, persons) >= smallest

    @pytest.mark.parametrize(
        ("groups", "taken"),
        [
            ([range(30), range(20)], [True, True]),
            ([range(30), range(21)], [True, False]),  # nine are left
            ([range(30), range(30)], [True, True]),
            ([range(30), range(10), range(10, 20), range(20, 29)], [True, True, True, False]),
            ([range(20), range(10, 30)], [True, True]),
            ([range(20), range(11, 30)], [True, False]),
            ([range(9)], [False]),
        ],
    )
    def test_cells_of_ten(self, groups, taken):
        circulated = Circulated(np.arange(30), Threshold(10))
        assert [circulated.takes([(PILE, np.array(group))]) for group in groups] == taken

    def test_groups_that_fail_together_leave_nothing_behind(self):
        circulated = Circulated(np.arange(30), Threshold(10))
        assert not circulated.takes([(PILE, np.arange(20)), (PILE, np.arange(25))])
        assert circulated.takes([(PILE, np.arange(25))])
        assert not circulated.takes([(PILE, np.arange(20))])

    def test_waves_do_not_touch_each_other(self):
        circulated = Circulated(np.arange(30), Threshold(10))
        assert circulated.takes([(PILE, np.arange(30))])
        assert circulated.takes([(Pile("mood", "post"), np.arange(25))])

    def test_one_person_in_several_cohorts_is_one(self):
        circulated = Circulated(np.arange(30) // 2, Threshold(10))
        assert not circulated.takes([(PILE, np.arange(18))])
        assert circulated.takes([(PILE, np.arange(20))])


class TestParts:
    """Parts across the cells, as bands of meetings over all cohorts."""

    @examples(40)
    @given(cells=st.lists(st.integers(0, 3), min_size=20, max_size=20), smallest=st.integers(2, 5),
           parts=st.lists(st.integers(0, 2), min_size=20, max_size=20))  # fmt: skip
    def test_what_may_cross_rests_on_enough_people(self, cells, parts, smallest):
        persons, circulated, taken = np.arange(20), Circulated(np.arange(20), Threshold(smallest)), []
        for cell in (1, 2, 3):
            places = np.flatnonzero(np.array(cells) == cell)
            if len(places) and circulated.takes([(PILE, places)]):
                taken.append(places)
        bands = [np.flatnonzero(np.array(parts) == part) for part in (1, 2)]
        bands = [band for band in bands if len(band)]
        if bands and (taken or all(len(band) for band in bands)):
            expected = fewest_behind([*taken, *bands], persons) >= smallest
            assert circulated.may_cross([[(PILE, band)] for band in bands]) == expected

    def test_a_band_that_leaves_out_few_of_a_cohort(self):
        circulated = Circulated(np.arange(40), Threshold(10))
        assert circulated.takes([(PILE, np.arange(20))])
        assert circulated.takes([(PILE, np.arange(20, 40))])
        assert circulated.may_cross([[(PILE, np.arange(40))]])
        assert not circulated.may_cross([[(PILE, np.arange(37))]])
        assert circulated.may_cross([[(PILE, np.arange(0, 40, 2))], [(PILE, np.arange(1, 40, 2))]])


def behind_of(prepared, numbers) -> Behind:
    panel = prepared.panel
    together = small_cohorts(panel, study=prepared.study, order=prepared.cohorts)
    return Behind(panel, prepared.study, together=together, scores=prepared.scores, dyads=prepared.dyads)


def audited(prepared) -> float:
    """Fewest people that any combination of the numbers of a study rests on, from the sets that its methods declare."""
    numbers = decide(prepared)
    behind, piles = behind_of(prepared, numbers), {}
    for row in numbers.telling:
        parts = [part for part in numbers.headline_rows
                 if part.is_known and not part.is_pooled and part.unpooled == row.unpooled
                 and (part.role, part.arm, part.scale, part.wave) == (row.role, row.arm, row.scale, row.wave)
                 and part.subgroup == row.subgroup]  # fmt: skip
        for pile, places in behind.named(row, parts):
            piles.setdefault(pile, {})[np.unique(places).tobytes()] = places
    assert piles
    return min(fewest_behind(list(groups.values()), behind.person_of) for groups in piles.values())


def spread_levels(study) -> None:
    """Give everybody one of three entries of an attribute: ten, ten and one person of a cohort."""
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        of = rows["code"].str.rsplit("-", n=1).str[1].astype(int)
        rows["team"] = np.select([of < 10, of < 20], ["x", "y"], "z")
        rows.to_csv(study / f"{wave}.csv", index=False)


LEVELS = SINGLE + '[attributes]\nteam = "team"\n[design]\ninteractions = ["team"]\n'
STUDIES = {
    "three cohorts, one of them small": (SINGLE, [Group("a", 24), Group("b", 25), Group("c", 6)]),
    "few and many left": (SINGLE, [Group("a", 30, left=3), Group("b", 24), Group("c", 30, left=12)]),
    "arms": (COMPARED, [Group("a", 22, arm="programme", left=4), Group("a", 14, arm="waitlist"),
                        Group("b", 12, arm="programme"), Group("b", 9, arm="waitlist")]),
    "roles": (SINGLE, [Group("a", 20, "leader"), Group("a", 12, "mentor", left=1), Group("b", 11, "leader"),
                       Group("b", 10, "mentor")]),
    "levels, one of one person": (LEVELS, [Group("a", 21)]),
    "levels of enough people": (LEVELS, [Group("a", 30)]),
    "both roles together": (SINGLE, [Group(cohort, 8, role, left=left) for role in ("leader", "mentor")
                                     for cohort, left in (("a", 0), ("b", 1), ("c", 2))]),
    "both roles in arms": (COMPARED, [Group("a", n, role, arm=arm) for role in ("leader", "mentor")
                                      for arm, n in (("programme", 8), ("waitlist", 6))]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_an_audit_of_all_that_is_shown(tmp_path, name):
    toml, groups = STUDIES[name]
    study = small_study(tmp_path, *groups, toml=toml)
    if toml == LEVELS:
        spread_levels(study)
    assert audited(prepare_study(study)) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_an_audit_of_drawn_studies(tmp_path, seed):
    draws = np.random.default_rng(seed)
    toml, groups = [SINGLE, COMPARED][seed % 2], []
    for cohort in "abcd"[: draws.integers(2, 5)]:
        for arm in ("programme", "waitlist") if toml == COMPARED else ("",):
            n = int(draws.integers(6, 26))
            groups.append(Group(cohort, n, arm=arm, left=int(draws.integers(0, n // 2 + 1))))
    prepared = prepare_study(small_study(tmp_path, *groups, toml=toml))
    if decide(prepared).table["estimate"].notna().any():
        assert audited(prepared) >= 10


@pytest.mark.slow
def test_an_audit_of_the_demo(tmp_path):
    """It is too large to try every combination: cells are counted, and the smallest cut of cells by parts."""
    study = shutil.copytree(DEMO, tmp_path / "demo", ignore=shutil.ignore_patterns(".rm_research"))
    prepared = prepare_study(study)
    piles = defaultdict(list)
    for group in named_groups(prepared):
        piles[group.pile].append(group)
    assert len(piles) > 4
    who = prepared.panel[["cohort", "person"]].drop_duplicates().itertuples(index=False, name=None)
    people = {digest(*one, wave): one[1] for one in who for wave in ("pre", "post")}
    assert min(smallest_cut(groups, people) for groups in piles.values()) >= 10


@pytest.mark.parametrize(
    ("parts", "least"),
    [([(range(30), False), (range(12), False)], 12), ([(range(30), False), (range(25), False)], 5),
     ([(range(20), False), (range(20, 40), False), (range(16), True), (range(16, 40), True)], 4)],
)  # fmt: skip
def test_the_smallest_cut_is_that_of_the_exact_search(parts, least):
    people = {str(place): place for place in range(40)}
    groups = [KeptGroup(PILE, across, tuple(map(str, places))) for places, across in parts]
    assert smallest_cut(groups, people) == least
    assert fewest_behind([np.array(places) for places, _ in parts], range(40)) == least


@pytest.mark.slow
def test_levels_are_compared_only_where_each_has_enough_people(tmp_path):
    for n, shown in ((21, False), (30, True)):
        study = small_study(tmp_path / str(n), Group("a", n), toml=LEVELS)
        spread_levels(study)
        table = decide(prepare_study(study)).table
        of_levels = table[table["contrast"].eq("interaction") & table["subgroup"].str.startswith("team: z")]
        assert of_levels["estimate"].notna().any() == shown


def with_waves(folder, missing_first: int, missing_later: int):
    """Thirty people at three waves; the first few miss the second wave, the last few the third."""
    study = small_study(
        folder, Group("a", 30), toml=TOML.replace("[columns]", LATER + "[columns]") + SINGLE[len(TOML) :]
    )
    rows = pd.read_csv(study / "post.csv", keep_default_na=False, dtype=str)
    further = {item: (6 - rows[item].astype(int)).astype(str) for item in ("m1", "m2")}
    rows.assign(when="2026-03-03", **further).iloc[: 30 - missing_later].to_csv(study / "later.csv", index=False)
    rows.iloc[missing_first:].to_csv(study / "post.csv", index=False)
    return prepare_study(study)


class TestBothRoles:
    """Leaders and mentors of a cohort together, where neither are enough."""

    def shown(self, folder, *groups, toml=SINGLE):
        rows = decide(prepare_study(small_study(folder, *groups, toml=toml))).headline_rows
        return {(row.cohort, row.role): row for row in rows if row.contrast == "change" and row.is_known}

    @pytest.mark.slow
    def test_stand_together_where_neither_role_has_enough_people(self, tmp_path):
        shown = self.shown(tmp_path, Group("a", 8, "leader"), Group("a", 7, "mentor"))
        assert list(shown) == [("a", "leader + mentor")]
        assert shown["a", "leader + mentor"].n_pairs == 15

    @pytest.mark.slow
    def test_do_not_where_one_role_has(self, tmp_path):
        assert list(self.shown(tmp_path, Group("a", 12, "leader"), Group("a", 7, "mentor"))) == [("a", "leader")]

    @pytest.mark.slow
    def test_do_not_where_both_are_too_few(self, tmp_path):
        assert not self.shown(tmp_path, Group("a", 5, "leader"), Group("a", 4, "mentor"))

    @pytest.mark.slow
    def test_partners_are_one_cluster(self, tmp_path):
        """Twins in all answers: as eight dyads, not as sixteen people."""
        study = small_study(tmp_path, Group("a", 8, "leader"), Group("a", 8, "mentor"), toml=SINGLE)
        for wave in ("pre", "post"):
            rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
            rows.loc[8:, ["pair", "m1", "m2", "m3"]] = rows.loc[:7, ["pair", "m1", "m2", "m3"]].to_numpy()
            rows.to_csv(study / f"{wave}.csv", index=False)
        (row,) = [row for row in decide(prepare_study(study)).headline_rows if row.is_known]
        assert (row.role, row.n_pairs, row.n_clusters, row.df) == ("leader + mentor", 16, 8, pytest.approx(7))

    @pytest.mark.slow
    def test_cohorts_of_both_stand_across_groups_of_one_role(self, tmp_path):
        groups = [Group(cohort, 8, role) for cohort in "abcd" for role in ("leader", "mentor")]
        shown = self.shown(tmp_path, *groups)
        assert set(shown) == {(name, "leader + mentor") for name in "abcd"} | {
            (name, role) for name in ("a + b", "c + d") for role in ("leader", "mentor")
        }


class TestSeveralWaves:
    """People with one wave and not with another would be told of by the numbers of both."""

    def main_rows(self, prepared):
        numbers = decide(prepared)
        rows = {row.wave: row for row in numbers.headline_rows if row.contrast == "change"}
        return rows, numbers.tables["every_wave"]

    @pytest.mark.slow
    def test_the_latest_wave_stands_and_the_others_are_of_those_with_every_wave(self, tmp_path):
        rows, every_wave = self.main_rows(with_waves(tmp_path, 3, 10))
        assert (rows["later"].n_pre, rows["later"].n_pairs, rows["later"].is_known) == (30, 20, True)
        assert (rows["post"].n_pre, rows["post"].n_pairs) == (17, 17)
        assert every_wave["wave"].tolist() == ["post"]
        assert not rows["post"].is_known  # three would be left between 20 and 17

    @pytest.mark.slow
    def test_enough_people_apart_are_no_danger(self, tmp_path):
        rows, every_wave = self.main_rows(with_waves(tmp_path, 0, 10))
        assert (rows["post"].n_pairs, rows["later"].n_pairs) == (30, 20)
        assert every_wave.empty
        assert rows["post"].is_known
        assert rows["later"].is_known

    @pytest.mark.slow
    def test_of_those_with_every_wave_where_these_are_enough_apart(self, tmp_path):
        prepared = with_waves(tmp_path, 10, 10)
        rows, every_wave = self.main_rows(prepared)
        assert every_wave.empty  # cells of ten: missing one wave, the other, none
        assert {rows[wave].is_known for wave in rows} == {True}


@pytest.mark.slow
def test_every_group_of_the_vocabulary_is_known_to_the_sets(tmp_path):
    """A row of each method of the demo names sets, so that none is shown because nothing is known of it."""
    prepared = prepare_study(small_study(tmp_path, Group("a", 24), Group("b", 24, left=3), toml=SINGLE))
    numbers = decide(prepared)
    behind = behind_of(prepared, numbers)
    for row in numbers.rows:
        assert behind.named(row, [row]) is not None, row.id
    assert all(method.groups for method in METHODS)


@pytest.mark.slow
def test_bands_of_meetings_are_left_out_where_they_would_tell_of_few(monkeypatch, tmp_path):
    """Bands of 12 and 12, of which a cohort's 20 and 4 people are: its four could be told from both."""
    toml = SINGLE + '[sessions]\nfile = "sessions.csv"\n'
    study = small_study(tmp_path, Group("a", 20), Group("b", 20), toml=toml)
    pairs = pd.read_csv(study / "pre.csv")["pair"].tolist()
    often = {*pairs[:16], *pairs[20:24]}
    log = [(pair, f"2025-05-{day:02}", 60) for pair in pairs for day in range(1, 6 if pair in often else 3)]
    pd.DataFrame(log, columns=["pair", "date", "minutes"]).to_csv(study / "sessions.csv", index=False)
    prepared = prepare_study(study)
    assert decide(prepared).tables["sessions"].empty
    monkeypatch.setattr(Circulated, "may_cross", lambda *_: True)
    assert len(decide(prepared).tables["sessions"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("waiting", "shown"), [((12, 12), True), ((14, 6), False), ((25, 0), True)])
def test_reliable_change_names_the_comparison_that_its_threshold_comes_from(tmp_path, waiting, shown):
    """A part of it that is hidden would move the share of those who changed reliably."""
    groups = [Group(cohort, n, arm=arm) for cohort, of_waiting in zip("ab", waiting, strict=True)
              for arm, n in (("programme", 30), ("waitlist", of_waiting))]  # fmt: skip
    numbers = decide(prepare_study(small_study(tmp_path / "study", *groups, toml=COMPARED)))
    rows = [row for row in numbers.rows if row.measure == "reliable_change" and row.arm == "programme"]
    assert [row.is_known for row in rows] == [shown] * 2
    declared = COMPARED.replace('label = "Mood"', 'label = "Mood"\nretest = 0.7')
    numbers = decide(prepare_study(small_study(tmp_path / "declared", *groups, toml=declared)))
    rows = [row for row in numbers.rows if row.measure == "reliable_change" and row.arm == "programme"]
    assert [row.is_known for row in rows] == [True] * 2


@pytest.mark.slow
def test_slopes_of_one_member_of_dyads_name_both(tmp_path):
    study = small_study(tmp_path, Group("a", 14, "leader"), Group("a", 14, "mentor"), toml=SINGLE)
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        rows.loc[14:, "pair"] = rows.loc[:13, "pair"].to_numpy()
        rows.to_csv(study / f"{wave}.csv", index=False)
    prepared = prepare_study(study)
    numbers = decide(prepared)
    behind = behind_of(prepared, numbers)
    slopes = [row for row in numbers.rows if row.contrast in ("actor", "partner")]
    named = [{pile: set() for pile, _ in behind.named(row)} for row in slopes]
    for row, groups in zip(slopes, named, strict=True):
        for pile, places in behind.named(row):
            groups[pile] |= set(places.tolist())
    assert len(slopes) == 4
    assert all(len(places) == 28 for groups in named for places in groups.values())


@pytest.mark.slow
def test_a_page_does_not_call_those_left_who_lack_another_wave(tmp_path):
    """Ten answered after and not later: they lack a score from some survey, and did not leave."""
    numbers = decide(prepared := with_waves(tmp_path, 3, 11))
    row = next(row for row in numbers.headline_rows if row.contrast == "change" and row.wave == "post")
    claims = claims_of(numbers, prepared.study)
    assert claims.of_every_wave(row)
    assert claims.people_left(row) == {"programme": (30, 30 - row.n_pairs)}
    assert {arm: left.left for arm, left in claims.leaving(row).items()} == {"programme": 3}
