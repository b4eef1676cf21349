"""Plans: numbers against the closed forms and drawn studies, what comes from a study, and what is said."""

import math
from dataclasses import FrozenInstanceError
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from rendered_demo import demo
from scipy import stats
from small_studies import TOML, Group, small_study

import rm_research as rm
from rm_research.cli import main
from rm_research.planning.assumptions import settled
from rm_research.planning.trials import found_by_methods
from rm_research.stats.power import ancova_precision, change_precision, detectable, power_of, two_sample_precision
from rm_research.stats.result import critical_value

__all__ = ["demo"]

COMPARED = TOML + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\nunit = "{unit}"\n'
ARMS = '[values.arm]\nprogramme = ["P"]\nwaitlist = ["W"]\n'
FOUR = (Group("Spring", 14, arm="P", left=2), Group("Spring", 7, arm="W"), Group("Autumn", 20, arm="P", left=3),
        Group("Autumn", 10, arm="W", left=1))  # fmt: skip


def row_of(plan: rm.Plan, n: int) -> dict[str, float]:
    return plan.table.set_index("n").loc[n].to_dict()


def run(*arguments) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def compared(tmp_path):
    """Small study of two cohorts with a comparison."""
    return small_study(tmp_path / "s", *FOUR, toml=COMPARED.format(unit="person") + ARMS)


class TestWithoutAStudy:
    def test_numbers_are_those_of_the_closed_forms(self):
        plan = rm.plan_study(n=[20, 50], effect=0.4, sd=1.2, correlation=0.6, attrition=0.25, level=0.9, power=0.7)
        row = row_of(plan, 50)
        std_error, df = change_precision(50, sd=1.2, r=0.6, attrition=0.25)
        assert (row["std_error"], row["df"]) == (std_error, df)
        assert row["power"] == power_of(0.4, std_error, df, level=0.9)
        assert row["detectable"] == detectable(std_error, df, level=0.9, power=0.7)
        assert (row["people"], row["half_width"]) == (37.5, critical_value(df, 0.9) * std_error)
        assert plan.table["n"].tolist() == [20, 50]
        assert plan.table["n_comparison"].isna().all()
        assert (plan.simulated.empty, plan.typical) == (True, None)

    def test_a_difference_is_by_ancova(self):
        plan = rm.plan_study(n=40, compared=True, ratio=0.5, effect=0.4, unit="cohort", cluster_size=8, icc=0.1)
        expected = ancova_precision(40, 20, sd=1, r=0.5, cluster_size=8, icc=0.1, attrition=0.2)
        assert tuple(plan.table.loc[0, ["std_error", "df"]]) == expected
        assert plan.table.loc[0, ["n_comparison", "people"]].tolist() == [20, 60 * 8 * 0.8]

    def test_needed_is_enough_and_stands_in_the_table(self):
        plan = rm.plan_study(effect=0.4)
        assert row_of(plan, plan.needed)["power"] >= 0.8
        assert row_of(rm.plan_study(effect=0.4, n=plan.needed - 1), plan.needed - 1)["power"] < 0.8
        assert row_of(plan, plan.needed)["detectable"] <= 0.4

    def test_values_not_given_are_the_usual_and_said_to_be(self):
        sources = rm.plan_study(effect=0.4, icc=0.1, unit="dyad").assumptions.sources
        assert {name for name, source in sources.items() if source == "given"} == {"effect", "icc", "unit"}
        assert set(sources.values()) == {"given", "assumed"}
        assert rm.plan_study(effect=0.4, unit="dyad").assumptions.icc == 0.2

    def test_sizes_too_small_to_judge_keep_their_row_with_a_reason(self):
        plan = rm.plan_study(effect=0.4, n=[1, 9])
        assert plan.table["reason"].fillna("").tolist() == ["too_few_people", ""]
        assert plan.table["power"].isna().tolist() == [True, False]
        assert "too few people answered" in repr(plan)

    def test_effects_out_of_reach_are_said_to_be(self):
        plan = rm.plan_study(effect=1e-5)
        assert plan.needed is None
        assert "Even with a million people" in repr(plan)

    def test_it_is_frozen(self):
        with pytest.raises(FrozenInstanceError):
            rm.plan_study(effect=0.4).needed = 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"effect": None}, "no smallest change that matters"),
        ({"effect": 0}, "effect is 0; it must be above 0"),
        ({"effect": math.nan}, "effect is nan"),
        ({"effect": math.inf}, "effect is inf"),
        ({"sd": 0}, "sd is 0; it must be above 0"),
        ({"correlation": 1}, "correlation is 1; it must be between -1 and 1"),
        ({"icc": -0.1}, "icc is -0.1"),
        ({"icc": 1}, "icc is 1"),
        ({"attrition": 1}, "attrition is 1; it must be from 0 to below 1"),
        ({"level": 0.4}, "level is 0.4"),
        ({"power": 1}, "power is 1"),
        ({"power": 0.02}, "power is 0.02"),
        ({"ratio": 0, "compared": True}, "ratio is 0"),
        ({"cluster_size": 0.5}, "cluster_size is 0.5; it must be 1 or more"),
        ({"unit": "cohort"}, "The number of people in a unit is not known"),
        ({"n": 0}, "n must be one or more numbers of at least 1"),
        ({"n": []}, "n must be"),
        ({"n": [10, -2]}, "n must be"),
        ({"simulations": -1}, "simulations is -1"),
    ],
)
def test_what_cannot_be_is_refused(wrong, said):
    with pytest.raises(rm.StudyError, match=said):
        rm.plan_study(**({"effect": 0.4} | wrong))


class TestFromAStudy:
    def test_settings_and_sizes(self, compared):
        plan = rm.plan_study(compared)
        a = plan.assumptions
        assert (a.compared, a.unit, a.effect, a.level) == (True, "person", 0.3, 0.95)
        assert (a.cluster_size, a.ratio, plan.typical) == (1, 0.5, 17)
        assert {17, 34} <= set(plan.table["n"])
        assert set(a.sources.values()) == {"study", "assumed"}
        assert {name for name, source in a.sources.items() if source == "assumed"} == {"icc", "power"}

    def test_scores_tell_spread_correlation_and_attrition(self, compared):
        panel = rm.prepare_study(compared).panel
        a = rm.plan_study(compared).assumptions
        groups = panel.groupby(["cohort", "arm"])
        variances = groups["pre"].var() * (groups["pre"].count() - 1)
        assert a.sd == pytest.approx(math.sqrt(variances.sum() / (len(panel) - 4)))
        assert a.attrition == pytest.approx(6 / 51)
        pairs = panel.dropna(subset=["pre", "post"])
        rest = pairs[["pre", "post"]] - pairs.groupby(["cohort", "arm"])[["pre", "post"]].transform("mean")
        assert a.correlation == pytest.approx(rest["pre"].corr(rest["post"]))

    def test_what_is_given_comes_first(self, compared):
        a = rm.plan_study(compared, sd=2, correlation=0.1, effect=0.7, compared=False, level=0.8).assumptions
        assert (a.sd, a.correlation, a.effect, a.compared, a.level) == (2, 0.1, 0.7, False, 0.8)
        assert (a.sources["sd"], a.sources["attrition"]) == ("given", "study")

    @pytest.mark.slow
    def test_a_prepared_study_and_a_path_are_alike(self, compared):
        prepared = rm.prepare_study(compared)
        plans = [rm.plan_study(given) for given in (compared, str(compared), rm.read_study(compared), prepared)]
        assert len({repr(plan) for plan in plans}) == 1

    def test_answers_of_few_people_tell_nothing(self, tmp_path):
        folder = small_study(tmp_path / "s", Group(n=9))
        with pytest.raises(rm.StudyError, match="no scores yet that show how much they vary"):
            rm.plan_study(folder)
        sources = rm.plan_study(folder, sd=1).assumptions.sources
        assert (sources["correlation"], sources["attrition"]) == ("assumed", "assumed")

    def test_few_who_stayed_tell_no_correlation(self, tmp_path):
        folder = small_study(tmp_path / "s", Group(n=14, left=5))
        sources = rm.plan_study(folder).assumptions.sources
        assert (sources["sd"], sources["correlation"], sources["attrition"]) == ("study", "assumed", "assumed")

    def test_a_wave_that_is_not_in_yet_is_no_error(self, compared):
        (compared / "post.csv").unlink()
        plan = rm.plan_study(compared)
        sources = plan.assumptions.sources
        assert (sources["sd"], sources["correlation"], plan.typical) == ("study", "assumed", 17)

    def test_before_any_wave_the_roster_tells_how_many_were_invited(self, tmp_path):
        roster = "code,cohort,role,arm\n" + "".join(f"c{i},{'AB'[i % 2]},,{'PPW'[i % 3]}\n" for i in range(36))
        toml = COMPARED.format(unit="person") + ARMS + '[roster]\nfile = "roster.csv"\n'
        folder = small_study(tmp_path / "s", Group(), toml=toml, files={"roster.csv": roster})
        for name in ("pre.csv", "post.csv"):
            (folder / name).unlink()
        plan = rm.plan_study(folder, sd=0.8)
        assert (plan.typical, plan.assumptions.ratio) == (12, 0.5)
        with pytest.raises(rm.StudyError, match="--sd"):
            rm.plan_study(folder)

    def test_a_file_that_cannot_be_read_is_an_error(self, compared):
        (compared / "post.csv").write_text("nothing,of,use\n1,2,3\n")
        with pytest.raises(rm.StudyError, match="cannot be used yet"):
            rm.plan_study(compared)

    def test_a_study_without_anybody_says_what_to_do(self, tmp_path):
        folder = small_study(tmp_path / "s", Group())
        for name in ("pre.csv", "post.csv"):
            (folder / name).unlink()
        with pytest.raises(rm.StudyError, match="Nobody is known yet who could be asked 'mood'"):
            rm.plan_study(folder, sd=1)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"scale": "zeal"}, "no scale 'zeal'; scales are mood"),
            ({"role": "boss"}, "has the role 'boss'; roles are participant"),
            ({"unit": "planet"}, "no unit 'planet'; units are person, dyad, cohort"),
        ],
    )
    def test_names_that_the_study_lacks(self, compared, wrong, said):
        with pytest.raises(rm.StudyError, match=said):
            rm.plan_study(compared, **wrong)

    def test_unlinked_waves_are_compared_as_two_samples(self, tmp_path):
        groups = (Group("Spring", 20, left=4), Group("Autumn", 20, left=6))
        folder = small_study(tmp_path / "s", *groups, toml=TOML + '[link]\nmethod = "none"\n')
        plan = rm.plan_study(folder, n=20, simulations=20)
        a = plan.assumptions
        assert (a.linked, a.correlation, a.attrition, a.unit) == (False, 0.0, 0.25, "person")
        assert tuple(plan.table.loc[0, ["std_error", "df"]]) == two_sample_precision(20, 15, sd=a.sd)
        assert set(plan.simulated["method"]) == {"welch"}

    def test_dyads_that_share_a_person_are_one_unit(self, demo):
        people = rm.prepare_study(demo).panel.query("scale == 'inclusion' and role == 'leader' and pre.notna()")
        own = people[people["arm"] == "programme"]
        plan = rm.plan_study(demo, n=20)
        assert plan.assumptions.unit == "dyad"
        assert plan.assumptions.cluster_size == len(own) / len(own[["cohort", "cluster"]].drop_duplicates())
        assert plan.typical == round(own.groupby("cohort")["cluster"].nunique().median())

    def test_cohorts_as_units(self, demo):
        plan = rm.plan_study(demo, unit="cohort", compared=False, icc=0.1)
        a = plan.assumptions
        assert (plan.typical, a.cluster_size > 10, 6 in set(plan.table["n"])) == (None, True, True)
        assert row_of(plan, 6)["df"] == pytest.approx(5, abs=1e-6)  # nobody's whole cohort leaves


@pytest.mark.slow
class TestSimulations:
    @pytest.mark.parametrize(
        ("given", "methods"),
        [
            ({}, ["jackknife", "paired_t"]),
            ({"unit": "dyad", "cluster_size": 3, "icc": 0.3}, ["jackknife", "paired_t"]),
            ({"compared": True}, ["ancova"]),
            ({"compared": True, "unit": "dyad", "cluster_size": 2, "icc": 0.3}, ["ancova"]),
            ({"unit": "cohort", "cluster_size": 12, "icc": 0.1}, ["reml_hk"]),
        ],
    )
    def test_methods_of_reports_find_the_effect_about_as_often_as_it_says(self, given, methods):
        n = 10 if given.get("unit") == "cohort" else 30
        plan = rm.plan_study(n=n, effect=0.55, attrition=0, simulations=250, **given)
        assert plan.simulated["method"].tolist() == methods
        for row in plan.simulated.itertuples():
            assert row.power == pytest.approx(plan.table.loc[0, "power"], abs=4 * row.mc_error)
            assert row.half_width == pytest.approx(plan.table.loc[0, "half_width"], rel=0.06)
            assert row.mc_error == pytest.approx(math.sqrt(row.power * (1 - row.power) / 250), rel=0.15)

    def test_attrition_costs_everyone_less_than_those_who_stayed(self):
        plan = rm.plan_study(n=40, effect=0.4, attrition=0.4, correlation=0.7, simulations=300)
        widths = plan.simulated.set_index("method")["half_width"]
        assert widths["jackknife"] < widths["paired_t"]
        assert widths["paired_t"] == pytest.approx(plan.table.loc[0, "half_width"], rel=0.05)

    def test_draws_depend_on_seed_and_size_alone(self):
        both = rm.plan_study(n=[10, 12], effect=0.4, simulations=30, seed=1).simulated
        one = rm.plan_study(n=12, effect=0.4, simulations=30, seed=1).simulated
        pd.testing.assert_frame_equal(both[both["n"] == 12].reset_index(drop=True), one)
        other = rm.plan_study(n=12, effect=0.4, simulations=30, seed=2).simulated
        assert (other["half_width"] != one["half_width"]).all()

    def test_without_an_effect_they_find_one_as_often_as_the_level_says(self):
        """Half of 1 − level, because the wrong direction does not count."""
        a = settled({"effect": 1e-12, "level": 0.8, "attrition": 0.0}, {}, {"sd": 1.0})
        for found in found_by_methods(a, 20, 600, 7):
            assert found.power == pytest.approx(0.1, abs=4 * found.mc_error)

    def test_what_cannot_be_estimated_is_not_found(self):
        plan = rm.plan_study(n=1, effect=5, simulations=5)
        assert plan.simulated["power"].tolist() == [0, 0]
        assert plan.simulated["half_width"].isna().all()
        assert (plan.simulated["mc_error"] > 0).all()

    def test_units_of_the_scale_do_not_matter(self):
        small, large = (
            rm.plan_study(n=15, effect=0.4 * unit, sd=unit, simulations=40).simulated for unit in (1e-3, 1e6)
        )
        assert small["power"].tolist() == large["power"].tolist()
        assert (large["half_width"] / small["half_width"]).to_numpy() == pytest.approx(1e9)

    @pytest.mark.slow
    @pytest.mark.parametrize("icc", [0.0, 0.2])
    @pytest.mark.parametrize("attrition", [0.15, 0.35])
    def test_closed_form_and_draws_agree_for_cohorts_compared(self, icc, attrition):
        plan = rm.plan_study(n=[6, 12], compared=True, unit="cohort", cluster_size=10, icc=icc, attrition=attrition,
                             effect=0.5, simulations=1000)  # fmt: skip
        both = plan.simulated.merge(plan.table, on="n", suffixes=("", "_closed"))
        assert (both["power"] - both["power_closed"]).abs().max() < 0.06


class Text(HTMLParser):
    """Collects the cells of a page's tables."""

    def __init__(self, page: str):
        super().__init__()
        self.cells: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.cells += [data.strip()] if data.strip() else []


class TestWords:
    def test_it_says_what_it_takes_and_what_a_cohort_could_find(self, compared):
        plan = rm.plan_study(compared, simulations=10)
        needed, typical, _, _, simulated = plan.sentences()
        other = math.ceil(plan.needed * 0.5)
        assert needed.endswith("is 80%.")
        assert needed.startswith(
            f"With {plan.needed} people in the programme and {other} in the comparison, the chance of finding"
        )
        row = row_of(plan, 17)
        assert f"has 17 people. Its chance of finding 0.30 scale points is {row['power']:.0%};" in typical
        assert "10 drawn studies" in simulated
        assert plan.title == "Plan: Mood, people"

    def test_a_single_group_has_no_word_of_a_comparison(self):
        said = repr(rm.plan_study(effect=0.4, n=20))
        assert "omparison" not in said
        assert "0.40 standard deviations" in said

    def test_tables_show_what_the_plan_holds(self):
        plan = rm.plan_study(effect=0.4, n=[10, 30], simulations=10)
        shown, cells = plan.shown(), Text(plan._repr_html_()).cells
        assert shown.iloc[:, 0].tolist() == ["10", "30"]
        assert list(shown.columns[-2:]) == ["jackknife, simulated", "paired t, simulated"]
        assert set(shown.to_numpy().ravel()) <= set(cells)
        assert set(plan.assumed().to_numpy().ravel()) <= set(cells)
        assert set(plan.sentences()) <= set(cells)
        numbers = [f"{value:.2f}" for value in plan.table["detectable"]]
        assert shown["Smallest effect found with 80%"].tolist() == numbers

    def test_titles_of_scales_are_text(self, tmp_path):
        toml = TOML.replace('label = "Mood"', 'label = "<b>Mood</b> [red]"')
        folder = small_study(tmp_path / "s", Group(n=20), toml=toml)
        page = rm.plan_study(folder, n=20)._repr_html_()
        assert "<b>Mood" not in page
        assert "&lt;b&gt;Mood&lt;/b&gt; [red]" in page
        assert "<b>Mood</b> [red]" in " ".join(run("plan", folder, "--n", 20).stdout.split())

    def test_a_level_is_not_rounded_away(self):
        assert "99.5%" in rm.plan_study(effect=0.4, level=0.995, n=20).assumed().to_numpy()

    def test_the_frame_is_a_copy(self):
        plan = rm.plan_study(effect=0.4)
        frame = plan.to_frame()
        frame.loc[0, "power"] = 9
        assert plan.table["power"].max() <= 1


class TestChances:
    """Whether a cohort can be shown at all, and whether the level of its comparison survives the loss of people."""

    def test_a_cohort_can_be_shown_if_enough_people_have_both_scores(self, compared):
        alone = row_of(rm.plan_study(effect=0.4, n=12, attrition=0.2), 12)
        assert alone["shown"] == pytest.approx(stats.binom.sf(9, 12, 0.8))
        assert math.isnan(alone["level_kept"])
        toml = (compared / "study.toml").read_text()
        (compared / "study.toml").write_text(toml + "[reporting]\nsmallest_group = 8\n")
        row = row_of(rm.plan_study(compared, n=12, ratio=1.5, effect=0.4, attrition=0.3), 12)
        assert row["shown"] == pytest.approx(stats.binom.sf(7, 12, 0.7) * stats.binom.sf(7, 18, 0.7))

    def test_the_level_is_kept_as_often_as_published(self):
        plan = rm.plan_study(effect=0.4, n=[12, 40], compared=True, attrition=0.2)
        assert plan.table["level_kept"].tolist() == pytest.approx([0.93, 0.94], abs=0.005)

    def test_people_of_large_units_count(self):
        row = row_of(rm.plan_study(effect=0.4, n=5, unit="dyad", cluster_size=3, attrition=0.1), 5)
        assert row["shown"] == pytest.approx(stats.binom.sf(9, 15, 0.9))

    def test_of_cohorts_it_is_the_chance_of_one(self):
        plan = rm.plan_study(effect=0.4, n=[5, 20], unit="cohort", cluster_size=12, attrition=0.1, compared=True)
        assert plan.table["shown"].tolist() == pytest.approx([stats.binom.sf(9, 12, 0.9)] * 2)
        assert plan.table["level_kept"].isna().all()

    @pytest.mark.parametrize("attrition", [0.0, 0.6])
    def test_certain_and_hopeless_plans(self, attrition):
        row = row_of(rm.plan_study(effect=0.4, n=200, compared=True, attrition=attrition), 200)
        assert row["shown"] == pytest.approx(1)
        assert row["level_kept"] == pytest.approx(0 if attrition else 1, abs=1e-6)

    def test_a_typical_cohort_is_told_of_both(self, compared):
        said = rm.plan_study(compared, effect=0.4, attrition=0.2).sentences()
        assert any("10 or more people have both scores in each group" in sentence for sentence in said)
        assert any("does not lower the level of its comparison" in sentence for sentence in said)


class TestCommand:
    def test_prints_table_assumptions_and_sentences(self, compared):
        options = {"effect": 0.4, "sd": 0.9, "correlation": 0.5, "icc": 0, "attrition": 0.1, "power": 0.9}
        given = [word for name, value in options.items() for word in (f"--{name}", value)]
        done = run("plan", compared, "--n", 20, "--n", 60, "--simulate", 5, *given)
        plan = rm.plan_study(compared, n=[20, 60], simulations=5, **options)
        said = " ".join(done.stdout.split())
        assert done.exit_code == 0
        assert all(sentence in said for sentence in plan.sentences())
        lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines() if "│" in line]
        assert all(row in lines for row in plan.shown().to_numpy().tolist())

    def test_options_reach_the_plan(self, demo):
        said = run("plan", demo, "--scale", "engagement", "--role", "mentor", "--n", 30).stdout
        assert "Plan: Engagement, mentors" in said

    def test_an_error_has_no_traceback(self, compared):
        done = run("plan", compared, "--attrition", 3)
        assert done.exit_code == 1
        assert "attrition is 3; it must be from 0 to below 1" in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr

    def test_a_study_that_is_not_there(self, tmp_path):
        assert run("plan", tmp_path / "nowhere").exit_code == 1

    def test_equal_calls_print_equal_text(self, compared):
        texts = {run("plan", compared, "--n", 20, "--simulate", 5).stdout for _ in range(2)}
        assert len(texts) == 1


def test_sizes_are_counted_once_and_in_order(compared):
    assert rm.plan_study(compared, n=[40, 17, 40, 5]).table["n"].tolist() == [5, 17, 40]
    assert np.all(np.diff(rm.plan_study(compared).table["power"]) > 0)
