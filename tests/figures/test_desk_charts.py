"""Charts as a researcher asks for them: of a Prepared or of Estimates, by name, at any width, private by default."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from desk_study import CODEBOOK, prepared_desk
from seen import clashes, dots, rows, words

import rm_research as rm
from rm_research.claims import claims_of
from rm_research.disclosure import Disclosed, Private, private_of
from rm_research.disclosure.numbers import study_numbers
from rm_research.disclosure.wanted import MOST
from rm_research.errors import FrameError, ReportError, SelectionError
from rm_research.figures.style import GREY, WIDTHS

ALL = ("plot_change", "plot_forest", "plot_answers")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def said(ax):
    """Words of all panels of a figure."""
    return [text for panel in ax.figure.axes for text in words(panel)]


class TestWhatIsShown:
    @pytest.mark.slow
    def test_numbers_are_those_of_the_estimates(self, prepared):
        ax = rm.plot_change(prepared, scale="mood", role="leader", cohort="Spring", title=False)
        heads = private_of(prepared).estimates.where(scale="mood", role="leader", cohort="Spring").headlines().table
        shown = heads[heads["contrast"].isin(["change", "difference"])]
        assert [size for size, _ in dots(ax)] == pytest.approx(shown["estimate"].round(2).tolist())

    def test_estimates_are_shown_like_the_prepared_that_they_are_of(self, prepared):
        of = rm.estimate_change(prepared) + rm.estimate_difference(prepared)
        asked = {"scale": "mood", "role": "leader", "cohort": "Spring"}
        assert said(rm.plot_change(of, **asked)) == said(rm.plot_change(prepared, **asked))

    @pytest.mark.parametrize("verb", ["plot_change", "plot_forest"])
    def test_a_panel_is_shown_like_the_prepared_that_it_is_of(self, prepared, verb):
        of_panel = getattr(rm, verb)(prepared.panel, study=prepared.study, scale="mood", role="leader")
        assert sorted(said(of_panel)) == sorted(said(getattr(rm, verb)(prepared, scale="mood", role="leader")))

    @pytest.mark.slow
    def test_people_however_few_are_shown_to_the_researcher_alone(self, tmp_path):
        prepared = prepared_desk(tmp_path / "few", dyads=5)
        change = rm.estimate_change(prepared, scale="mood", role="leader", cohort="Spring")
        assert len(dots(rm.plot_change(change))) == 2
        path = tmp_path / "few" / "study.toml"
        path.write_text(path.read_text().replace("smallest_group = 3", "smallest_group = 10"))
        study = rm.read_study(tmp_path / "few")
        hidden = rm.disclose(rm.estimate_change(prepared.panel, study=study, scale="mood", role="leader"), study=study)
        assert dots(rm.plot_change(hidden, cohort="Spring")) == []

    def test_unless_cohorts_are_named_all_are_shown_together(self, prepared):
        assert rows(rm.plot_change(prepared, scale="mood", role="leader", title=False))[0].startswith("Programme, 12")
        one = rm.plot_change(prepared, scale="mood", role="leader", cohort="Spring", title=False)
        assert rows(one)[0].startswith("Programme, 6")

    def test_arms_may_be_named(self, prepared):
        ax = rm.plot_change(prepared, scale="mood", role="leader", cohort="Spring", arm="waitlist", title=False)
        assert [text.split(",")[0] for text in rows(ax)] == ["Waitlist"]

    def test_several_groups_are_several_charts_below_one_another(self, prepared):
        ax = rm.plot_change(prepared, scale="mood", cohort=["Spring", "Autumn"])
        titles = [text for text in said(ax) if text.startswith(("Spring: ", "Autumn: "))]
        assert len(titles) == 4
        tops = np.unique([round(panel.get_position().y1, 6) for panel in ax.figure.axes])
        assert len(tops) == 4
        assert min(np.diff(tops)) > 0.1

    def test_charts_of_several_arms_name_theirs(self, prepared):
        """Else a finding of those who wait would be read as one of the programme."""
        ax = rm.plot_forest(prepared, scale="mood", role="leader", contrast="change")
        assert [text.partition(":")[0] for text in said(ax) if "mood" in text] == ["Programme", "Waitlist"]

    def test_a_change_among_changes_of_several_arms_is_said_to_be_of_its_own(self, prepared):
        of = rm.estimate_change(prepared)
        asked = {"scale": "mood", "role": "leader", "cohort": "Spring"}
        assert any(text.startswith("Programme: ") for text in said(rm.plot_change(of, **asked)))
        waiting = said(rm.plot_change(of, **asked, arm="waitlist"))
        assert not any(text.startswith("Programme: ") for text in waiting)
        row = private_of(prepared).estimates.where(**asked, arm="waitlist", contrast="change").headlines().rows[0]
        assert claims_of(private_of(prepared), prepared.study).title(row) in " ".join(waiting)

    @pytest.mark.slow
    @pytest.mark.parametrize("verb", [*ALL, "plot_flow"])
    def test_a_chart_of_some_of_the_people_says_of_whom(self, prepared, verb):
        some = prepared.where(role="leader", grade=["A", "B"])
        assert any(text.startswith("leader; A, B: ") for text in said(getattr(rm, verb)(some)))
        assert not any(text.startswith("leader; A, B: ") for text in said(getattr(rm, verb)(prepared)))

    @pytest.mark.parametrize("verb", ["plot_change", "plot_forest"])
    def test_a_chart_of_nobody_says_why(self, prepared, verb):
        one = prepared.where(cohort="Spring", role="leader", arm="programme", age="36")  # who did not answer after
        assert any(text.startswith("Nothing to show of these people.") for text in said(getattr(rm, verb)(one)))

    def test_axes_too_low_for_the_words_are_told_of(self, prepared):
        asked = {"scale": "mood", "role": "leader", "cohort": "Spring"}
        with pytest.warns(UserWarning, match=r"needs \d\.\d inches of height and has 1\.5") as told:
            rm.plot_change(prepared, **asked, ax=plt.figure(figsize=(7, 1.5)).add_axes((0, 0, 1, 1)))
        assert told[0].filename == __file__
        rm.plot_change(prepared, **asked, ax=plt.figure(figsize=(7, 9)).add_axes((0, 0, 1, 1)))

    @pytest.mark.slow
    def test_more_charts_than_a_figure_holds_are_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr("rm_research.disclosure.wanted.MOST", 3)
        prepared = prepared_desk(tmp_path / "s")
        with pytest.raises(SelectionError, match=r"That would be 6 charts in one figure, and 3 is the most"):
            rm.plot_change(prepared, cohort=["Spring", "Autumn"])
        assert MOST > 3

    def test_a_forest_has_a_row_for_each_cohort_and_the_average(self, prepared):
        ax = rm.plot_forest(prepared, scale="mood", role="leader", title=False)
        assert [text.split(",")[0] for text in rows(ax)][:2] == list(prepared.cohorts)
        one = rm.plot_forest(prepared, scale="mood", role="leader", cohort="Spring", contrast="change", title=False)
        assert "Autumn" not in " ".join(rows(one))
        assert "change" in words(one)[0].lower()

    def test_answers_are_of_everybody_with_both_scores(self, prepared):
        ax = rm.plot_answers(prepared, scale="mood", role="leader", cohort="Spring")
        assert any(text.startswith("Programme, 6 leaders") for text in words(ax))

    @pytest.mark.slow
    def test_answers_that_are_turned_are_told_of(self, prepared, tmp_path):
        asked = {"scale": "mood", "role": "leader", "cohort": "Spring"}
        assert not any("turned" in text for text in words(rm.plot_answers(prepared, **asked)))
        one, both = (CODEBOOK.replace("item,scale,low,high", "item,scale,reverse,low,high") for _ in range(2))
        one = one.replace("mood,1", "mood,,1", 1).replace("mood,1", "mood,yes,1").replace("zeal,1", "zeal,,1")
        both = both.replace("mood,1", "mood,yes,1").replace("zeal,1", "zeal,,1")
        for name, codebook, told in (
            ("one", one, "Answers to 1 of the 2 questions are turned: it asks the opposite."),
            ("both", both, "Answers to 2 of the 2 questions are turned: these ask the opposite."),
        ):
            turned = prepared_desk(tmp_path / name, codebook=codebook)
            ax = rm.plot_answers(turned, **asked)
            assert told in " ".join(words(ax))
            assert clashes(ax) == []
            other = rm.plot_answers(turned, scale="zeal", role="leader", cohort="Spring")
            assert not any("turned" in text for text in words(other))

    @pytest.mark.slow
    def test_pages_say_below_a_chart_of_answers_that_some_are_turned(self, prepared, tmp_path):
        """So the chart itself does not: it would be told twice."""
        codebook = CODEBOOK.replace("item,scale,", "item,scale,reverse,").replace("mood,1", "mood,yes,1")
        turned = prepared_desk(tmp_path / "s", codebook=codebook.replace("zeal,1", "zeal,,1"), dyads=12)
        shown = study_numbers(turned)
        ax = rm.plot_answers(shown, study=turned.study, scale="mood", role="leader")
        assert len(words(ax)) > 3
        assert not any("turned" in text for text in words(ax))

    def test_who_answered_is_counted_by_group(self, prepared):
        text = " ".join(said(rm.plot_flow(prepared, cohort="Spring", role="mentor")))
        assert "Mentors" in text
        assert "Leaders" not in text
        both = said(rm.plot_flow(prepared, cohort=["Spring", "Autumn"]))
        assert [line.split(":")[0] for line in both if ": " in line] == ["Spring", "Autumn"]


class TestPeople:
    def lines(self, ax):
        return [line for panel in ax.figure.axes for line in panel.lines if line.get_color() == GREY
                and line.get_marker() == "o"]  # fmt: skip

    def test_each_is_a_line_with_dots_if_asked(self, prepared):
        asked = {"scale": "mood", "role": "leader", "cohort": "Spring"}
        assert self.lines(rm.plot_change(prepared, **asked)) == []
        panel = prepared.panel
        theirs = panel["cohort"].eq("Spring") & panel["role"].eq("leader") & panel["scale"].eq("mood")
        n = panel[theirs][["pre", "post"]].notna().all(axis=1).sum()
        assert len(self.lines(rm.plot_change(prepared, people=True, **asked))) == n == 12

    def test_people_of_all_cohorts_stand_beside_the_means_of_those_with_both_scores(self, prepared):
        asked = {"scale": "mood", "role": "leader", "arm": "programme"}
        ax = rm.plot_change(prepared, people=True, **asked)
        panel = prepared.panel
        for keyword, name in asked.items():
            panel = panel[panel[keyword].eq(name)]
        both = panel.dropna(subset=["pre", "post"])
        assert len(self.lines(ax)) >= len(both) == 12
        assert f"{both['pre'].mean():.2f}" in said(ax)
        assert f"{both['post'].mean():.2f} Programme" in said(ax)
        assert len(rm.plot_change(prepared, **asked).figure.axes) == 1

    def test_estimates_know_nobody(self, prepared):
        with pytest.raises(FrameError, match="people=True needs everybody's scores"):
            rm.plot_change(rm.estimate_change(prepared, cohort="Spring", scale="mood"), people=True)


class TestSizes:
    @pytest.mark.parametrize("verb", ALL)
    def test_a_figure_is_as_wide_as_a_notebook(self, prepared, verb):
        ax = getattr(rm, verb)(prepared, scale="mood", role="leader")
        assert ax.figure.get_figwidth() == pytest.approx(WIDTHS["notebook"])

    @pytest.mark.parametrize(("width", "inches"), [("column", 3.504), ("page", 7.205), (5, 5)])
    def test_or_as_wide_as_is_asked(self, prepared, width, inches):
        ax = rm.plot_change(prepared, scale="mood", role="leader", width=width)
        assert ax.figure.get_figwidth() == pytest.approx(inches, abs=0.001)

    @pytest.mark.parametrize("width", ["colum", 0.5, 100])
    def test_no_other_width_is_taken(self, prepared, width):
        with pytest.raises(SelectionError, match=r"width|wide"):
            rm.plot_change(prepared, scale="mood", role="leader", width=width)

    def test_axes_of_the_caller_are_drawn_into(self, prepared):
        figure, (left, right) = plt.subplots(1, 2, figsize=(12, 10))
        assert rm.plot_change(prepared, scale="mood", ax=left) is left
        rm.plot_forest(prepared, scale="mood", role="leader", ax=right)
        assert figure.get_size_inches().tolist() == [12, 10]
        middle = right.get_position().x0
        assert all(panel.get_position().x1 <= middle for panel in figure.axes if panel is not right)

    @pytest.mark.slow
    def test_a_figure_is_saved_as_vectors_with_letters(self, prepared, tmp_path):
        ax = rm.plot_change(prepared, scale="mood", role="leader", width="column")
        for name in ("a.pdf", "a.svg", "a.png"):
            ax.figure.savefig(tmp_path / name, dpi=300)
        pdf = (tmp_path / "a.pdf").read_bytes()
        assert b"/TrueType" in pdf or b"/CIDFontType2" in pdf
        assert b"/Type3" not in pdf
        assert "<path" in (tmp_path / "a.svg").read_text()
        assert plt.imread(tmp_path / "a.png").shape[1] == pytest.approx(3.504 * 300, abs=1)


class TestRefused:
    @pytest.mark.parametrize("verb", [*ALL, "plot_flow"])
    def test_a_misspelt_cohort_is_refused_with_the_nearest(self, prepared, verb):
        with pytest.raises(SelectionError, match="There is no cohort 'Sprin'; did you mean 'Spring'"):
            getattr(rm, verb)(prepared, cohort="Sprin")

    def test_there_are_two_contrasts(self, prepared):
        with pytest.raises(SelectionError, match="There is no contrast 'differnce'; did you mean 'difference'"):
            rm.plot_forest(prepared, contrast="differnce")

    @pytest.mark.parametrize("verb", ALL)
    def test_a_scale_that_a_role_is_not_asked_says_so(self, prepared, verb):
        with pytest.raises(SelectionError, match="Scale 'zeal' is not asked of role 'mentor'"):
            getattr(rm, verb)(prepared, scale="zeal", role="mentor")

    @pytest.mark.parametrize("verb", [*ALL, "plot_flow", "plot_sessions"])
    def test_other_data_are_refused(self, prepared, verb):
        with pytest.raises(FrameError, match=f"{verb} takes what prepare_study returned"):
            getattr(rm, verb)("data/demo")

    @pytest.mark.parametrize("verb", ["plot_answers", "plot_flow", "plot_sessions"])
    def test_estimates_and_panels_do_not_hold_answers(self, prepared, verb):
        for data in (rm.estimate_change(prepared, cohort="Spring"), prepared.panel):
            with pytest.raises(FrameError, match="needs more than this"):
                getattr(rm, verb)(data, study=prepared.study)

    @pytest.mark.parametrize("verb", ["plot_change", "plot_forest"])
    def test_a_panel_without_its_study_is_refused(self, prepared, verb):
        with pytest.raises(FrameError, match=f"{verb}: a Panel needs study="):
            getattr(rm, verb)(prepared.panel)


class TestPrivate:
    def test_a_page_takes_only_what_passed_disclosure(self, prepared):
        from rm_research.claims import claims_of
        from rm_research.findings.context import Context

        shown = private_of(prepared)
        assert isinstance(shown, Private)
        assert not isinstance(shown, Disclosed)
        with pytest.raises(ReportError, match="only what has passed disclose"):
            _ = Context(claims_of(shown, prepared.study), None, ()).disclosed

    def test_it_holds_every_row_and_no_reason_to_hide(self, prepared):
        shown = private_of(prepared)
        assert shown.hidden.empty
        assert shown.table["estimate"].notna().sum() > 0
        assert private_of(prepared) is shown
        assert private_of(prepared.where(role="leader")) is not shown

    def test_shares_of_answers_are_whole(self, prepared):
        answers = private_of(prepared).tables["answers"]
        sums = answers.groupby(["cohort", "role", "arm", "scale", "asked"])["share"].sum()
        np.testing.assert_allclose(sums, 1)
        assert set(answers["cohort"]) == {"Spring", "Autumn", "all cohorts"}

    def test_change_by_meetings_is_that_of_the_people_in_each_band(self, prepared):
        from rm_research.disclosure.meetings import own_meetings

        panel = prepared.panel.assign(sessions=pd.array(range(len(prepared.panel)), dtype="Int64") % 6)
        bands = own_meetings(panel, prepared.study)
        row, place = bands[bands["cohort"].eq("Spring")].iloc[0], ["cohort", "role", "arm", "scale", "wave"]
        met = panel[panel[place].eq(row[place]).all(axis=1) & panel["sessions"].between(row["low"], row["high"])]
        change = (met["post"] - met["pre"]).dropna()
        assert row["n_people"] == len(change) >= 2
        assert row["estimate"] == pytest.approx(change.mean())


def test_estimates_of_another_study_are_refused(prepared):
    other = prepared.study.varied({"reporting.level": 0.9})
    for verb in (rm.plot_change, rm.plot_forest):
        with pytest.raises(FrameError, match=r"another study than that of the estimates\. Leave study= out"):
            verb(rm.estimate_change(prepared), study=other)
