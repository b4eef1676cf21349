"""estimate_dyads: who is in which dyad, slopes against stats, and what cannot be computed."""

import numpy as np
import pandas as pd
import pytest
from small_panels import check_rows, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import estimate_dyads
from rm_research.errors import FrameError
from rm_research.frames import DYADS
from rm_research.stats.dyadic import actor_partner, distinguishability, dyadic_icc, partner_slopes
from rm_research.stats.power import detectable

NAN = np.nan
COUNTS = ["n_pre", "n_post", "n_pairs", "n_clusters"]
SLOPES = [("actor", "leader"), ("actor", "mentor"), ("partner", "leader"), ("partner", "mentor")]


def scores(seed: int, n: int = 14) -> dict[str, np.ndarray]:
    """Scores of both members of n dyads: like each other, and each moved by the other's start."""
    draws = np.random.default_rng(seed)
    shared = draws.normal(0, 0.5, n)
    x1, x2 = (3 + shared + draws.normal(0, 0.8, n) for _ in range(2))
    after = draws.normal(0, 0.5, n)
    return {"pre_leader": x1, "pre_mentor": x2, "post_leader": 1 + 0.5 * x1 + 0.2 * x2 + after,
            "post_mentor": 1 + 0.4 * x2 + 0.1 * x1 + after + draws.normal(0, 0.5, n)}  # fmt: skip


def people(values: dict[str, np.ndarray], **columns) -> pd.DataFrame:
    """Panel of the members of dyads, leaders first."""
    n, cohort = len(values["pre_leader"]), columns.get("cohort", "one")
    parts = [panel_of(values[f"pre_{role}"], values[f"post_{role}"], role=role,
                      person=[f"{cohort}{role}{place}" for place in range(n)],
                      cluster=[f"{cohort}d{place}" for place in range(n)], **columns)
             for role in ("leader", "mentor")]  # fmt: skip
    return stack(*parts)


def dyads_of(*pairs: tuple[int, int], cohort: str = "one") -> pd.DataFrame:
    """Dyads of the leader and the mentor with these numbers."""
    rows = [{"cohort": cohort, "dyad": f"d{place}", "leader": f"{cohort}leader{leader}",
             "mentor": f"{cohort}mentor{mentor}"} for place, (leader, mentor) in enumerate(pairs)]  # fmt: skip
    return DYADS.conform(pd.DataFrame(rows, columns=["cohort", "dyad", "leader", "mentor"]))


def each_with_their_own(n: int = 14, cohort: str = "one") -> pd.DataFrame:
    return dyads_of(*((place, place) for place in range(n)), cohort=cohort)


def by_name(values):
    return values["post_leader"], values["post_mentor"], values["pre_leader"], values["pre_mentor"]


class TestRows:
    def test_own_and_partner_s_slope_of_both_members(self, make_study):
        table = estimate_dyads(people(scores(1)), each_with_their_own(), study=make_study()).to_frame()
        assert list(zip(table["contrast"], table["role"], strict=True)) == SLOPES
        assert (table[["measure", "method"]] == ["slope", "apim"]).all(axis=None)
        assert table["id"][2] == "partner:slope:apim:one:leader:programme:inclusion:post"
        assert (table[COUNTS] == 14).all(axis=None)
        assert table[["n_comparison", "p_adjusted"]].isna().all(axis=None)

    def test_by_cohort_scale_wave_and_arm_in_the_study_s_order(self, make_study):
        places = [("one", "inclusion", "post", "programme"), ("one", "inclusion", "post", "short"),
                  ("one", "inclusion", "later", "programme"), ("one", "mood", "post", "programme"),
                  ("two", "inclusion", "post", "programme")]  # fmt: skip
        parts = [people(scores(seed), cohort=cohort, scale=scale, wave=wave, arm=arm)
                 for seed, (cohort, scale, wave, arm) in reversed(list(enumerate(places)))]  # fmt: skip
        both = pd.concat([each_with_their_own(), each_with_their_own(cohort="two")])
        table = estimate_dyads(stack(*parts), both, study=make_study()).to_frame()
        found = table[["cohort", "scale", "wave", "arm"]].drop_duplicates()
        assert list(found.itertuples(index=False, name=None)) == places

    def test_the_comparison_has_no_programme_to_influence_each_other_in(self, make_study):
        waiting = people(scores(2), arm="control")
        estimates = estimate_dyads(waiting, each_with_their_own(), study=make_study('comparison = "control"'))
        assert len(estimates) == 0

    def test_nobody_in_a_dyad_or_unlinked_waves_or_one_role_give_no_rows(self, make_study):
        panel, study = people(scores(1)), make_study()
        assert len(estimate_dyads(panel, DYADS.empty(), study=study)) == 0
        assert len(estimate_dyads(panel, each_with_their_own(), study=make_study(link='method = "none"'))) == 0
        leaders = panel[panel["role"] == "leader"]
        assert len(estimate_dyads(leaders, each_with_their_own(), study=study)) == 0

    def test_a_frame_that_lacks_a_column_is_refused(self, make_study):
        panel, dyads, study = people(scores(1)), each_with_their_own(), make_study()
        with pytest.raises(FrameError, match=r"estimate_dyads needs Panel.* pre"):
            estimate_dyads(panel.drop(columns="pre"), dyads, study=study)
        with pytest.raises(FrameError, match=r"estimate_dyads needs Dyads.* mentor"):
            estimate_dyads(panel, dyads.drop(columns="mentor"), study=study)
        with pytest.raises(FrameError, match="has scale 'joy', which the study lacks"):
            estimate_dyads(panel.assign(scale="joy"), dyads, study=study)


class TestNumbers:
    def test_slopes_are_those_of_stats(self, make_study):
        values = scores(3)
        values["post_mentor"][[0, 5]] = NAN
        values["pre_leader"][7] = NAN
        estimates = estimate_dyads(people(values), each_with_their_own(), study=make_study(reporting="level = 0.9"))
        expected = actor_partner(*by_name(values), level=0.9)
        for contrast, role in SLOPES:
            row, place = (
                only(estimates, "apim", "slope", contrast=contrast, role=role),
                ("leader", "mentor").index(role),
            )
            assert numbers_of(row) == pytest.approx(numbers_in(getattr(expected, contrast)[place]), rel=1e-9)
            assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.9)
            assert row[COUNTS].tolist() == [13, 12, 11, 11]
        detail = {name: estimates.detail(row["id"], name) for name in estimates.details["quantity"].unique()}
        y1, y2, x1, x2 = by_name(values)
        assert detail == pytest.approx({
            "correlation": expected.correlation.estimate, "n_left_out": 0,
            "icc_before": dyadic_icc(x1, x2, level=0.9).estimate, "icc_after": dyadic_icc(y1, y2, level=0.9).estimate,
            "p_distinguishable": distinguishability(y1, y2, x1, x2).p_corrected,
        })  # fmt: skip

    def test_whoever_is_called_first_the_slopes_are_the_same(self, make_study):
        """Leaders' and mentors' scores changed places: actor and partner slopes change places with them."""
        values, study = scores(4), make_study()
        turned = {name: values[_other(name)] for name in values}
        one, other = (estimate_dyads(people(each), each_with_their_own(), study=study) for each in (values, turned))
        for contrast in ("actor", "partner"):
            assert only(one, "apim", "slope", contrast=contrast, role="leader")["estimate"] == pytest.approx(
                only(other, "apim", "slope", contrast=contrast, role="mentor")["estimate"], rel=1e-9
            )


def _other(name: str) -> str:
    return name.replace("leader", "mentor") if "leader" in name else name.replace("mentor", "leader")


class TestWhoTakesPart:
    def test_who_has_two_partners_does_not_and_is_counted(self, make_study):
        values = scores(5)
        pairs = [(place, place) for place in range(12)] + [(12, 11), (13, 13)]
        estimates = estimate_dyads(people(values), dyads_of(*pairs), study=make_study())
        kept = [*range(11), 13]
        expected = actor_partner(*(each[kept] for each in by_name(values)), level=0.95)
        row = only(estimates, "apim", "slope", contrast="partner", role="leader")
        assert numbers_of(row) == pytest.approx(numbers_in(expected.partner[0]), rel=1e-9)
        assert row["n_pairs"] == 12
        assert estimates.detail(row["id"], "n_left_out") == 2

    def test_dyads_of_another_arm_are_not_counted_as_left_out(self, make_study):
        treated, waiting = people(scores(5)), people(scores(6, 3), arm="control")
        waiting["person"] = "w" + waiting["person"]
        shared = dyads_of((0, 0), (1, 0), (2, 2))
        shared[["leader", "mentor"]] = "w" + shared[["leader", "mentor"]]
        dyads = DYADS.conform(pd.concat([each_with_their_own(), shared.assign(dyad="w" + shared["dyad"])]))
        estimates = estimate_dyads(stack(treated, waiting), dyads, study=make_study('comparison = "control"'))
        assert estimates.details.query("quantity == 'n_left_out'")["value"].tolist() == [0] * 4
        assert (estimates.table["n_pairs"] == 14).all()

    def test_a_partner_of_another_cohort_is_somebody_else(self, make_study):
        """Codes are of a cohort: dyads of one cohort say nothing of people of the same name in another."""
        panel = stack(people(scores(7), cohort="one"), people(scores(8), cohort="two"))
        estimates = estimate_dyads(panel, each_with_their_own(), study=make_study())
        assert estimates.table.groupby("cohort")["n_pairs"].first().to_dict() == {"one": 14, "two": 0}

    def test_a_dyad_with_somebody_who_is_not_in_the_panel_takes_no_part(self, make_study):
        panel = people(scores(9))
        estimates = estimate_dyads(panel[panel["person"] != "onementor3"], each_with_their_own(), study=make_study())
        assert (estimates.table[COUNTS] == 13).all(axis=None)


def changed(**of) -> dict[str, np.ndarray]:
    values = scores(1)
    return {name: of[name](values) if name in of else each for name, each in values.items()}


CASES = {
    "one dyad": ({name: each[:1] for name, each in scores(1).items()}, "too_few_pairs"),
    "five dyads": ({name: each[:5] for name, each in scores(1).items()}, "too_few_pairs"),
    "mentors all left": (changed(post_mentor=lambda v: v["post_mentor"] * NAN), "too_few_pairs"),
    "nobody before": (changed(pre_leader=lambda v: v["pre_leader"] * NAN), "too_few_pairs"),
    "leaders alike before": (changed(pre_leader=lambda v: v["pre_leader"] * 0 + 3), "collinear"),
    "partners alike before": (changed(pre_mentor=lambda v: v["pre_leader"]), "collinear"),
    "leaders alike after": (changed(post_leader=lambda v: v["post_leader"] * 0 + 3), "no_variation"),
    "partners alike after": (changed(post_mentor=lambda v: v["post_leader"]), "no_variation"),
    "scores after follow from those before": (changed(post_leader=lambda v: v["pre_leader"] / 2), "no_variation"),
}


@pytest.mark.parametrize("case", CASES)
def test_reasons(case, make_study):
    values, reason = CASES[case]
    estimates = estimate_dyads(people(values), each_with_their_own(len(values["pre_leader"])), study=make_study())
    check_rows(estimates)
    assert estimates.table["reason"].tolist() == [reason] * 4


def test_a_scale_not_asked_at_baseline_has_no_slopes(make_study):
    panel = people(scores(1), scale="aftermath").assign(pre=NAN)
    estimates = estimate_dyads(panel, each_with_their_own(), study=make_study())
    assert estimates.table["reason"].tolist() == ["not_asked_at_baseline"] * 4


@pytest.mark.parametrize("unit", [1e-3, 1e6])
def test_the_unit_of_the_scores_does_not_matter(unit, make_study):
    values, study = scores(2), make_study()
    scaled = {name: each * unit for name, each in values.items()}
    same_rows(
        *(estimate_dyads(people(each), each_with_their_own(), study=study) for each in (values, scaled)), rel=1e-7
    )


def test_order_of_rows_does_not_matter(make_study):
    panel, dyads, study = people(scores(2)), each_with_their_own(), make_study()
    shuffled = estimate_dyads(panel.sample(frac=1, random_state=1), dyads.sample(frac=1, random_state=2), study=study)
    same_rows(estimate_dyads(panel, dyads, study=study), shuffled)


PROCESS = {"scales.energy.kind": "process"}


def with_energy(values: dict[str, np.ndarray], seed: int = 9) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """People of dyads with what both say of energy, and these answers."""
    draws, n = np.random.default_rng(seed), len(values["pre_leader"])
    said = {role: draws.normal(3, 1, n) for role in ("leader", "mentor")}
    of_energy = {f"{when}_{role}": said[role] if when == "post" else np.full(n, NAN) for role in said
                 for when in ("pre", "post")}  # fmt: skip
    return stack(people(values), people(of_energy, scale="energy")), said


class TestExperience:
    def test_slopes_of_the_change_are_those_of_stats(self, make_study):
        values = scores(4)
        values["post_leader"][3] = NAN
        panel, said = with_energy(values)
        study = make_study().varied(PROCESS)
        estimates = estimate_dyads(panel, each_with_their_own(), study=study)
        rows = estimates.table[estimates.table["method"].eq("experience")]
        assert rows["subgroup"].unique().tolist() == ["energy"]
        for role, other in (("leader", "mentor"), ("mentor", "leader")):
            change = values[f"post_{role}"] - values[f"pre_{role}"]
            found = partner_slopes(change, said[role], said[other], level=0.95)
            for contrast, expected in zip(("actor", "partner"), found, strict=True):
                row = only(estimates, "experience", "slope", contrast=contrast, role=role)
                assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-9)
                assert row[COUNTS].tolist() == [13 if role == "leader" else 14] * 4

    def test_the_scale_of_the_process_has_no_slopes_of_its_own(self, make_study):
        panel, _ = with_energy(scores(4))
        table = estimate_dyads(panel, each_with_their_own(), study=make_study().varied(PROCESS)).table
        assert set(table["scale"]) == {"inclusion"}
        assert len(table) == 8

    def test_an_outcome_of_one_role_has_them_too(self, make_study):
        panel, _ = with_energy(scores(4))
        panel = panel[panel["scale"].eq("energy") | panel["role"].eq("leader")]
        table = estimate_dyads(panel, each_with_their_own(), study=make_study().varied(PROCESS)).table
        assert table[["role", "method"]].to_numpy().tolist() == [["leader", "experience"]] * 2
        assert table["estimate"].notna().all()

    def test_who_has_a_second_partner_is_left_out(self, make_study):
        panel, _ = with_energy(scores(4))
        dyads = pd.concat([each_with_their_own(), dyads_of((0, 1)).assign(dyad="more")])
        table = estimate_dyads(panel, dyads, study=make_study().varied(PROCESS)).table
        assert (table.loc[table["method"].eq("experience"), "n_pairs"] == 12).all()

    def test_three_dyads_are_too_few(self, make_study):
        panel, _ = with_energy({name: of[:3] for name, of in scores(4).items()})
        table = estimate_dyads(panel, each_with_their_own(3), study=make_study().varied(PROCESS)).table
        assert set(table["reason"]) == {"too_few_pairs"}
