"""Tables on measurement and on specifications hold what enough people of cohorts without errors answered."""

import pandas as pd
import pytest
from by_hand import study_by_hand
from changes_alone import changes_alone, named_by
from small_studies import TOML, Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure.numbers import decide, named_groups, release
from rm_research.disclosure.summaries import shown_measurement, shown_specifications
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study

SMALLEST = TOML + "[reporting]\nsmallest_group = 10\n"
CURVES = SMALLEST + "specifications = true\n"


def prepared_of(folder, *groups, toml=SMALLEST, twice=None):
    """Study of some groups; somebody of the cohort `twice` handed in two questionnaires after, which is an error."""
    study = small_study(folder / "study", *groups, toml=toml)
    after = pd.read_csv(study / "post.csv", keep_default_na=False)
    again = after[after["cohort"] == twice].head(1)
    pd.concat([after, again.assign(m1=1, when="2025-09-09")]).to_csv(study / "post.csv", index=False)
    return prepare_study(study)


class TestMeasurement:
    @pytest.mark.slow
    def test_it_is_of_scales_over_all_cohorts_without_errors(self, tmp_path):
        groups = [Group(n=30), Group("Autumn", 25, left=3), Group("Winter", 40)]
        prepared = prepared_of(tmp_path, *groups, twice="Winter")
        assert list(prepared.sound_cohorts) == ["Autumn", "Spring"]
        table = shown_measurement(prepared)["reliability"]
        assert table[["scale", "wave", "n"]].to_numpy().tolist() == [["mood", "pre", 55], ["mood", "post", 52]]
        assert set(table["cohort"]) == {ALL_COHORTS}

    @pytest.mark.slow
    def test_alpha_leaves_as_a_word_of_all_their_answers(self, tmp_path):
        groups = [Group(n=30), Group("Autumn", 25), Group("Winter", 40)]
        table = shown_measurement(prepared_of(tmp_path, *groups, twice="Winter"))["reliability"]
        rows = pd.read_csv(tmp_path / "study" / "pre.csv")
        answers = rows.loc[rows["cohort"] != "Winter", ["m1", "m2", "m3"]]
        alpha = 3 / 2 * (1 - answers.var().sum() / answers.sum(axis=1).var())
        expected = "good" if alpha >= 0.8 else "fair" if alpha >= 0.7 else "weak"
        assert table.loc[table["wave"] == "pre", "measured"].item() == expected
        assert list(table) == ["scale", "wave", "measured", "n", "cohort"]

    @pytest.mark.parametrize(("left", "waves"), [(20, ["pre", "post"]), (21, ["pre"])])
    def test_a_wave_that_few_answered_is_not_spoken_of(self, tmp_path, left, waves):
        table = shown_measurement(prepared_of(tmp_path, Group(n=30, left=left)))["reliability"]
        assert table["wave"].tolist() == waves
        assert table.index.tolist() == list(range(len(waves)))

    def test_waves_are_compared_and_roles_are_not(self, tmp_path):
        groups = [Group(n=40, role=role) for role in ("leader", "mentor")]
        table = shown_measurement(prepared_of(tmp_path, *groups))["measurement"]
        assert list(table) == ["scale", "limit", "wave", "cohort"]
        assert set(table["limit"]) <= {"rough", "no_scale", "shifted"}


def curves(prepared) -> pd.DataFrame:
    """Curves next to the changes and differences of a study."""
    return shown_specifications(prepared, *named_by(prepared, changes_alone(prepared)))[0]


class TestSpecifications:
    def test_there_are_none_unless_requested(self, tmp_path):
        table = curves(prepared_of(tmp_path, Group(n=30)))
        assert table.empty
        assert list(table) == ["cohort"]

    @pytest.mark.slow
    def test_each_cohort_has_its_own_where_they_are(self, tmp_path):
        groups = [Group(n=30), Group("Autumn", 25), Group("Winter", 40)]
        table = curves(prepared_of(tmp_path, *groups, toml=CURVES, twice="Winter"))
        assert sorted(table["cohort"]) == ["Autumn", "Spring"]
        assert not {"lowest", "median", "highest", "declared", "fewest"} & set(table)

    @pytest.mark.slow
    def test_a_cohort_that_few_left_has_none(self, tmp_path):
        table = curves(prepared_of(tmp_path, Group(n=30), Group("Autumn", 25, left=3), toml=CURVES))
        assert table["cohort"].tolist() == ["Spring"]

    def test_where_no_cohort_is_sound_there_are_none(self, tmp_path):
        table = curves(prepared_of(tmp_path, Group(n=30), toml=CURVES, twice="Spring"))
        assert table.empty
        assert list(table) == ["cohort"]

    @pytest.mark.slow
    def test_a_page_shows_them(self, tmp_path):
        page = undrawn_findings(prepared_of(tmp_path, Group(n=30), toml=CURVES), cohort="Spring")
        assert "The first outcome, analysed in every way" in repr(page.methods)

    @pytest.mark.slow
    def test_a_curve_names_its_people(self, tmp_path):
        """Fourteen of a cohort answered after, and the change of none of them is shown: they are in the curve alone."""
        study = study_by_hand(tmp_path / "study", "a follow-up")
        sizes = []
        for more in ("", "specifications = true\n"):
            (study / "study.toml").write_text((study / "study.toml").read_text() + more)
            groups = named_groups(prepare_study(study))
            sizes.append({len(group.questionnaires) for group in groups if group.pile.wave == "post"})
        assert sizes[1] - sizes[0] == {14}

    @pytest.mark.slow
    def test_who_came_late_is_in_none(self, tmp_path):
        groups = [Group(n=30), Group("Autumn", 25)]
        release(prepared_of(tmp_path, *groups, toml=CURVES), "board")
        again = prepared_of(tmp_path, Group(n=30), Group("Autumn", 26), toml=CURVES)
        assert set(decide(again).tables["specifications"]["cohort"]) == {"Spring"}
