"""Tables 1 to 3 of an article: counts and means told again by pandas, estimates as the rows have them."""

import docx
import pandas as pd
import pytest
from desk_study import TOML, prepared_desk

import rm_research as rm
from rm_research.disclosure import private_of
from rm_research.errors import FrameError, SelectionError

TABLES = (rm.table_participants, rm.table_change, rm.table_difference)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


def row(table, **where):
    frame = table.to_frame()
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, table
    return frame.iloc[0]


def mean_sd(values):
    return f"{values.mean():.2f} ({values.std():.2f})"


@pytest.fixture(scope="module")
def participants(prepared):
    return rm.table_participants(prepared)


class TestParticipants:
    @pytest.fixture
    def table(self, participants):
        return participants

    def test_a_column_for_each_role_and_arm(self, table):
        assert table.columns == (
            "Characteristic", "Leaders, Programme (n = 14)", "Leaders, Waitlist (n = 14)",
            "Mentors, Programme (n = 14)", "Mentors, Waitlist (n = 14)",
        )  # fmt: skip

    def test_counts_are_those_of_the_questionnaires(self, prepared, table):
        who = prepared.responses.merge(prepared.people, on=["cohort", "person"])
        mine = who[who["role"].eq("leader") & who["arm"].eq("programme")]
        for wave, heading in (("pre", "Answered before"), ("post", "Answered after")):
            assert row(table, Characteristic=heading).iloc[2] == str(mine["wave"].eq(wave).sum())
        both = mine.groupby("person")["wave"].nunique().eq(2).sum()
        assert row(table, Characteristic="Both, after").iloc[2] == str(both) == "12"

    def test_entries_have_their_share(self, table):
        assert row(table, Characteristic="A").iloc[2] == "6 (43%)"
        assert row(table, Characteristic="Spring").iloc[2] == "7 (50%)"

    def test_numbers_have_mean_and_standard_deviation(self, prepared, table):
        ages = prepared.people[prepared.people["role"].eq("leader") & prepared.people["arm"].eq("programme")]["age"]
        assert row(table, group="Age").iloc[2] == mean_sd(ages.astype(float))

    def test_scores_before_are_of_everybody_who_has_one(self, prepared, table):
        scores = prepared.long(scale="mood", role="leader", arm="programme", wave="pre")["score"]
        assert row(table, Characteristic="Mood").iloc[2] == mean_sd(scores)

    def test_who_was_not_asked_has_no_score(self, table):
        assert row(table, Characteristic="Zeal").tolist()[-2:] == ["", ""]

    def test_some_of_the_people(self, prepared):
        some = rm.table_participants(prepared, role="leader", arm="programme", cohort="Spring")
        assert some.columns[1:] == ("Leaders, Programme (n = 7)",)
        assert len(some.numbers) == 7

    def test_without_links_people_are_those_who_answered_before(self, prepared):
        table = rm.table_participants(
            rm.prepare_study(
                prepared.study, vary={"link.method": "none", "design.unit": "person", "design.comparison": None}
            )
        )
        assert table.columns[1] == "Leaders, Programme (n = 14)"
        assert row(table, Characteristic="Answered before").iloc[2] == "14"
        assert row(table, Characteristic="Answered after").iloc[2] == "12"
        assert row(table, Characteristic="A").iloc[2] == "6 (43%)"
        assert "Both, after" not in table.to_frame()["Characteristic"].tolist()
        assert "The surveys are not linked: people are those who answered before." in table.notes

    @pytest.mark.slow
    def test_who_has_no_entry_is_counted(self, tmp_path):
        folder = tmp_path / "s"
        prepared_desk(folder)
        for name in ("pre", "post"):
            path = folder / f"{name}.csv"
            path.write_text(path.read_text().replace(",C,", ",,"))
        table = rm.table_participants(rm.prepare_study(folder))
        assert row(table, Characteristic="Not known").iloc[2] == "4 (29%)"


@pytest.fixture(scope="module")
def changes(prepared):
    return rm.table_change(prepared, cohort="Spring")


class TestChange:
    @pytest.fixture
    def table(self, changes):
        return changes

    @pytest.mark.slow
    def test_means_are_of_the_people_whom_the_change_is_about(self, prepared, table):
        """So that they subtract: of those who answered both times, where the change is theirs."""
        long = prepared.long(cohort="Spring", role="leader", arm="waitlist", scale="mood")
        both = long.pivot(index="person", columns="wave", values="score").dropna()
        assert len(both) < long["person"].nunique()
        found = row(table, group="Mood", Role="Leaders", Group="Waitlist")
        assert found["Before, mean (SD)"] == mean_sd(both["pre"])
        assert found["After, mean (SD)"] == mean_sd(both["post"])
        assert float(found["Change [95% CI]"].split()[0].replace("−", "-")) == pytest.approx(
            both["post"].mean() - both["pre"].mean(), abs=0.005
        )

    @pytest.mark.slow
    def test_of_some_of_the_people_it_says_of_whom(self, prepared):
        some = prepared.where(role="leader", cohort="Spring")
        for verb in (rm.table_change, rm.table_difference, rm.table_participants):
            assert "leader" in verb(some).title
            assert "Spring" in verb(some).title
        assert "leader" not in rm.table_change(prepared).title

    def test_main_rows_have_adjusted_p_values(self, prepared):
        table = rm.table_change(prepared, cohort="Spring")
        assert table.numbers["p_adjusted"].notna().all()

    def test_the_change_is_that_of_the_main_row(self, prepared, table):
        shown = private_of(prepared)
        (main,) = (one for one in shown.headline_rows if one.contrast == "change" and one.place[:] == (
            "Spring", "leader", "waitlist", "mood", "post"))  # fmt: skip
        found = row(table, group="Mood", Role="Leaders", Group="Waitlist")
        plain = found["Change [95% CI]"].replace("−", "-")
        assert plain == f"{main.estimate:.2f} [{main.ci_low:.2f}, {main.ci_high:.2f}]"
        assert found["n"] == str(main.n_pairs)
        assert found["t (df)"].replace("−", "-") == f"{main.statistic:.2f} ({main.df:g})"
        assert found["p"] == f"{main.p_value:.3f}".removeprefix("0")
        assert found["g_av [95% CI]"]

    @pytest.mark.slow
    def test_notes_say_of_whom_it_is_where_few_left(self, table, tmp_path):
        assert "Where few people of some group have no score after, changes are of those" in table.notes[1]
        assert "of everyone with a score before is another number; estimate_change gives both" in table.notes[2]
        prepared_desk(tmp_path, dyads=9)
        lines = (tmp_path / "post.csv").read_text().splitlines()
        kept = [line for line in lines if line.split(",")[0][3:] not in tuple("5678")]
        (tmp_path / "post.csv").write_text("\n".join(kept) + "\n")
        notes = rm.table_change(rm.prepare_study(tmp_path), scale="mood").notes
        assert notes[1] == "Changes are of everyone with a score before, those who left included."

    def test_all_cohorts_stand_together_unless_named(self, prepared):
        table = rm.table_change(prepared)
        assert "Cohort" not in table.columns
        assert not any("g_av" in column for column in table.columns)
        assert set(table.numbers["contrast"]) == {"pooled_change"}
        both = rm.table_change(prepared, cohort=["Spring", "Autumn"], scale="mood", role="mentor", arm="programme")
        assert both.to_frame()["Cohort"].tolist() == list(prepared.cohorts)

    def test_outcomes_are_groups_in_the_order_of_the_study(self, table):
        assert list(dict.fromkeys(table.groups)) == ["Mood", "Zeal"]

    def test_notes_say_how_it_was_made(self, table):
        assert any("of those of them with a score then" in note for note in table.notes)
        assert any("answered both times" in note for note in table.notes)

    @pytest.mark.slow
    def test_words_follow_the_study(self, tmp_path):
        german = prepared_desk(tmp_path / "s", toml=TOML + 'language = "de"\n')
        table = rm.table_change(german, cohort="Spring")
        assert "Vorher, Mittelwert (SD)" in table.columns
        assert "," in row(table, group="Mood", **{table.columns[0]: "Führungskräfte"} | {
            table.columns[1]: table.to_frame()[table.columns[1]].iloc[0]})[table.columns[3]]  # fmt: skip


@pytest.fixture(scope="module")
def differences(prepared):
    return rm.table_difference(prepared, cohort="Spring")


class TestDifference:
    @pytest.fixture
    def table(self, differences):
        return differences

    def test_the_difference_is_that_of_the_main_row(self, prepared, table):
        main = rm.estimate_difference(prepared).by_id["difference:mean:ancova:Spring:leader:programme:mood:post"]
        found = row(table, group="Mood", Role="Leaders")
        assert found["Difference [95% CI]"].replace("−", "-").startswith(f"{main.estimate:.2f} [{main.ci_low:.2f}, ")
        assert found["n, programme and comparison"] == f"{main.n_pairs}, {main.n_comparison}" == "6, 6"
        assert found["d_ppc2 [95% CI]"]

    def test_what_each_arm_did_stands_beside_it(self, prepared, table):
        panel = prepared.panel[prepared.panel["cohort"].eq("Spring") & prepared.panel["role"].eq("leader")
                               & prepared.panel["scale"].eq("mood")].dropna(subset=["pre", "post"])  # fmt: skip
        means = (panel["post"] - panel["pre"]).groupby(panel["arm"]).mean()
        found = row(table, group="Mood", Role="Leaders")
        assert found["Change in the programme"].replace("−", "-") == f"{means['programme']:.2f}"
        assert found["Change in the comparison"].replace("−", "-") == f"{means['waitlist']:.2f}"

    @pytest.mark.slow
    def test_without_a_comparison_there_are_no_rows(self, tmp_path):
        toml = TOML.replace('comparison = "waitlist"\n', "").replace('assignment = "randomised"\n', "")
        table = rm.table_difference(prepared_desk(tmp_path / "s", toml=toml))
        assert len(table) == 0
        assert "Difference [95% CI]" in table.columns
        assert isinstance(table.numbers, pd.DataFrame)
        assert len(docx.Document(table.to_word(tmp_path / "t.docx")).tables[0].rows) == 1


@pytest.mark.parametrize("make", TABLES)
def test_each_is_written_in_every_form(make, prepared, tmp_path):
    table = make(prepared)
    document = docx.Document(table.to_word(tmp_path / "t.docx"))
    assert document.paragraphs[0].text == table.title
    assert "Desk & <study>" in table.title
    assert "&lt;study&gt;" in table.to_html()
    assert r"Desk \& \textless{}study\textgreater{}" in table.to_latex()
    assert make(prepared, title="Table 1").title == "Table 1"


@pytest.mark.parametrize("make", TABLES)
def test_misspelt_names_and_other_data_are_refused(make, prepared):
    with pytest.raises(SelectionError, match="did you mean 'Spring'"):
        make(prepared, cohort="Sprin")
    with pytest.raises(FrameError, match="takes what prepare_study returned; this is a DataFrame"):
        make(prepared.panel)


@pytest.mark.parametrize("make", TABLES[1:])
def test_a_scale_that_a_role_is_not_asked_says_so(make, prepared):
    with pytest.raises(SelectionError, match="Scale 'zeal' is not asked of role 'mentor'"):
        make(prepared, scale="zeal", role="mentor")


def test_an_average_says_over_which_cohorts_it_is(prepared):
    """Pages leave out those that may not be shown."""
    notes = " ".join(rm.table_difference(prepared).notes)
    assert f"Averages are over {', '.join(prepared.cohorts[:-1])} and {prepared.cohorts[-1]}." in notes
    assert "The changes of both groups are of those with both scores." in notes
    assert "Averages are over" not in " ".join(rm.table_change(prepared, cohort=prepared.cohorts[0]).notes)
