"""Findings of studies of other designs, with gaps, and with text that means harm."""

import re

import numpy as np
import pandas as pd
import pytest
from reading import charts
from small_studies import COLUMNS, TOML, Group, as_csv, small_study
from undrawn_findings import undrawn_findings

from rm_research.disclosure import coarse
from rm_research.disclosure.numbers import study_numbers
from rm_research.errors import StudyError
from rm_research.figures import plot_change
from rm_research.findings import build_findings
from rm_research.panel import prepare_study
from rm_research.study import read_study
from rm_research.study.folding import printable

COMPARED = TOML + '[design]\ncomparison = "waitlist"\nassignment = "{}"\n'
PROGRAMME, WAITLIST = Group(n=14, arm="programme", gain=0.9), Group(n=12, arm="waitlist", gain=0.0)
HOSTILE = (
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "Zoë & \"Ångström\" 'Ltd'",
    "\u202egnirps",
    "\U0001f600 grin",
    "$\\frac$ and $",
    "{cohort} {0}",
)


@pytest.mark.slow
def test_an_unlinked_study_is_told_of_as_a_difference_between_surveys(built):
    """Nobody is linked, so neither a change of anybody nor people with both scores may be named."""
    findings = built(Group(n=20), toml=TOML.replace('person = "code"\n', "") + '[link]\nmethod = "none"\n')
    methods = findings.methods.text
    assert "The mean of each survey is of everyone with a score in it; who answered both is not known." in methods
    assert "counts in the mean change" not in methods
    assert "both scores" not in methods
    assert "Difference between surveys: M difference between surveys = " in methods
    assert "Difference between surveys" in findings.outcomes.text


@pytest.mark.slow
def test_groups_of_an_unlinked_study_stand_side_by_side(built):
    """Both rose; that the comparison did, too, is seen on the first screen."""
    toml = COMPARED.format("matched").replace('person = "code"\n', "") + '[link]\nmethod = "none"\n'
    text = repr(built(Group(n=30, arm="programme"), Group(n=25, arm="waitlist"), toml=toml).headline)
    assert "Without links between the surveys no difference from the comparison is judged." in text
    assert "Comparison group: answers differed: people’s mood was" in text
    assert "no usable comparison" not in text


@pytest.mark.slow
@pytest.mark.parametrize(("retest", "said"), [("retest = 0.5\n", "here by an expected +0.3"), ("", "any programme.")])
def test_the_first_screen_says_that_people_were_picked_by_their_score(built, retest, said):
    """Picked below 3 of a mean of 3.2: much of what they gain they would have gained anyway."""
    toml = f"{TOML}{retest}picked = {{ below = 3, mean = 3.2, sd = 0.65 }}\n"
    text = repr(built(Group(n=30), toml=toml).headline)
    assert "People were picked by their score before." in text
    assert "Such scores move towards the average without any programme" in text
    assert said in text


@pytest.mark.slow
def test_nothing_is_said_of_picking_where_nobody_was_picked(built):
    assert "picked" not in repr(built(Group(n=30)).headline)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_people_see_in_hindsight_stands_beside_the_measured_change(tmp_path, language):
    toml = TOML.replace("[columns]", '[waves.then]\nfile = "then.csv"\nkind = "retrospective"\n[columns]')
    study = small_study(tmp_path, Group(n=30, gain=0.0), toml=f'{toml}[reporting]\nlanguage = "{language}"\n')
    then = pd.read_csv(study / "pre.csv", dtype=str)
    then[["m1", "m2", "m3"]] = (then[["m1", "m2", "m3"]].astype(int) - 1).clip(1).astype(str)
    then.assign(when="2025-09-08").to_csv(study / "then.csv", index=False)
    findings = undrawn_findings(prepare_study(study))
    said = {"en": r"Judged in hindsight, people’s mood changed by \+0\.\d\d scale points \(95% .*; 30 people\)\.",
            "de": r"Im Rückblick beurteilt, veränderte sich „Mood“ .* um \+0,\d\d Skalenpunkte"}[language]  # fmt: skip
    assert re.search(said, repr(findings.outcomes))


@pytest.mark.slow
def test_people_of_two_cohorts_are_counted_once_and_their_places_as_places(tmp_path):
    study = small_study(tmp_path, Group("a", 14), Group("b", 14), toml=TOML + '[link]\nwithin = "study"\n')
    for wave in ("pre.csv", "post.csv"):
        (study / wave).write_text((study / wave).read_text().replace("P1-0,", "P0-0,"))
    findings = undrawn_findings(prepare_study(study))
    assert "27 people answered before and after (28 of 28, counted once in each cohort)" in repr(findings.headline)
    said = repr(findings.response)
    assert "Counted once in each cohort, 28 of 28 people who answered before also answered after" in said
    alone = undrawn_findings(prepare_study(study), cohort="a")
    assert "14 of 14 people answered before and after" in repr(alone.headline)


class TestSingleGroup:
    """No comparison, roster or log; people of several cohorts, a wide file."""

    @pytest.fixture(scope="class")
    @classmethod
    def prepared(cls, tmp_path_factory):
        draws, people = np.random.default_rng(3), []
        for place, (cohort, n) in enumerate({"2016": 14, "2017": 12, "2018": 5}.items()):
            people += [[f"P{place}{i}" if i else "regular", cohort, *draws.integers(1, 5, 2), *draws.integers(2, 6, 2)]
                       for i in range(n)]  # fmt: skip
        toml = """title = "Summer workshop"
[waves.pre]
file = "wide.csv"
[waves.post]
file = "wide.csv"
[columns]
person = "code"
cohort = "term"
[link]
within = "study"
[scales.teaching]
label = "Teaching knowledge"
"""
        codebook = "item,scale,low,high,pre,post\na,teaching,1,5,a_pre,a_post\nb,teaching,1,5,b_pre,b_post\n"
        wide = as_csv(("code", "term", "a_pre", "b_pre", "a_post", "b_post"), people)
        folder = tmp_path_factory.mktemp("wide")
        files = {"study.toml": toml, "codebook.csv": codebook, "wide.csv": wide}
        return prepare_study(small_study(folder, files=files))

    @pytest.fixture(scope="class")
    @classmethod
    def cohort(cls, prepared):
        return undrawn_findings(prepared, cohort="2016")

    @pytest.fixture(scope="class")
    @classmethod
    def programme(cls, prepared):
        return undrawn_findings(prepared)

    def test_people_of_several_cohorts_are_counted_once(self, programme):
        """One of 31 took part in all three cohorts."""
        assert "29 people answered before and after (31 of 31, counted once in each cohort)" in repr(programme.headline)
        assert "29 people answered both times" in repr(programme.response)

    @pytest.mark.slow
    def test_speaks_of_change_alone(self, cohort):
        text = repr(cohort)
        assert "People’s teaching knowledge rose by an estimated" in text
        assert "comparison" not in text.replace("No comparison group", "").split("\nMethods and data")[0]

    def test_says_that_nobody_else_was_asked(self, cohort):
        assert "Nobody outside the programme was asked" in repr(cohort.headline)

    def test_gives_no_verdict_without_a_smallest_change(self, cohort):
        assert "nothing is said of whether" in repr(cohort.limits)

    def test_shows_no_section_of_meetings(self, cohort):
        assert cohort.programme.html == ""

    def test_counts_nobody_as_invited(self, cohort):
        assert "nvited" not in repr(cohort.response)

    def test_says_that_nobody_can_know_who_left(self, cohort, programme):
        """All answers stand in one file, whose people all have both."""
        for findings in (cohort, programme):
            assert "nobody can know who left" in repr(findings.outcomes)
            assert "nobody can know who left" in repr(findings.response)
            assert "also answered after" not in repr(findings)

    def test_says_that_rows_link_and_not_codes(self, cohort):
        assert "stand in one row of the file" in repr(cohort.response)
        assert "linked by the code" not in repr(cohort.response)

    def test_counts_people_of_several_cohorts(self, programme):
        assert "Those who answered both times are 29 different people" in repr(programme.response)
        assert "One person took part in more than one cohort and counts in each" in repr(programme.response)

    def test_averages_the_cohorts_that_can_be_shown(self, programme):
        assert "in 26 places in these 2 cohorts" in repr(programme.headline)
        assert "1 cohort is left out" in repr(programme.cohorts)

    def test_lists_a_limit_of_one_outcome_only_where_it_applies(self, programme):
        assert "Several outcomes" not in repr(programme.limits)


class TestUnlinked:
    @pytest.fixture(scope="class")
    @classmethod
    def prepared(cls, tmp_path_factory):
        toml = TOML.replace('person = "code"\n', "") + '[link]\nmethod = "none"\n'
        groups = [Group(cohort, 16, late=2) for cohort in "ABC"]
        prepared = prepare_study(small_study(tmp_path_factory.mktemp("unlinked"), *groups, toml=toml))
        with pytest.MonkeyPatch.context() as patch:  # so small groups have bands of answers only on other scales
            patch.setattr(coarse, "FEW_SCORES", 0)
            study_numbers(prepared)
        return prepared

    @pytest.fixture(scope="class")
    @classmethod
    def cohort(cls, prepared):
        return build_findings(prepared, cohort="A")

    @pytest.fixture(scope="class")
    @classmethod
    def programme(cls, prepared):
        return undrawn_findings(prepared)

    @pytest.mark.slow
    def test_says_so_in_the_headline(self, cohort):
        text = repr(cohort.headline)
        assert "The two surveys could not be linked" in text
        assert "14 people before, 16 after" in text

    def test_never_says_that_people_changed(self, cohort, programme):
        text = repr(cohort) + repr(programme)
        assert not re.search(r"\b(rose|fell)\b", text.split("Methods and data")[0])

    def test_averages_all_the_same(self, programme):
        assert "3 cohorts, 42 before, 48 after" in repr(programme.headline)

    def test_counts_nobody_as_having_answered_both(self, programme):
        assert "Both" not in repr(programme.response)

    def test_lines_join_no_means_of_different_people(self, cohort):
        assert "Change from before to after" not in cohort.outcomes.html
        assert "Difference between the surveys" in " ".join(charts(cohort.outcomes))

    def test_charts_of_answers_say_that_people_may_differ(self, cohort, programme):
        assert "Different people may have answered each survey." in repr(cohort.outcomes)
        assert "they are from 3 of 3 cohorts" in repr(programme.outcomes)


class TestSeveralArmsAndWaves:
    @pytest.fixture(scope="class")
    @classmethod
    def findings(cls, tmp_path_factory):
        draws = np.random.default_rng(8)
        rows = [
            [f"P{person}", arm, wave, *np.clip(draws.integers(1, 4, 2) + (2 if wave and arm == "thanks" else 0), 0, 6)]
            for person, arm in enumerate(["thanks"] * 12 + ["strengths"] * 12 + ["placebo"] * 12)
            for wave in (0, 1, 2)
        ]
        waves = "".join(f'[waves.{name}]\nfile = "long.csv"\nwhere = {{ occasion = {place} }}\n'
                        for place, name in enumerate(("start", "week1", "month1")))  # fmt: skip
        toml = f"""title = "Exercises"
outcomes = ["low"]
{waves}
[columns]
person = "id"
arm = "arm"
[scales.joy]
score = "sum"
unit = "points"
[scales.low]
label = "Low mood"
better = "lower"
smallest_effect = 0.5
[design]
comparison = "placebo"
assignment = "randomised"
"""
        codebook = "item,scale,low,high\nj1,joy,0,6\nl1,low,0,6\n"
        files = {"study.toml": toml, "codebook.csv": codebook,
                 "long.csv": as_csv(("id", "arm", "occasion", "j1", "l1"), rows)}  # fmt: skip
        return build_findings(prepare_study(small_study(tmp_path_factory.mktemp("long"), files=files)))

    @pytest.mark.slow
    def test_headline_is_the_declared_outcome_at_the_first_later_wave_for_each_arm(self, findings):
        text = repr(findings.headline)
        assert "low mood (thanks, week1)" in text
        assert "low mood (strengths, week1)" in text
        assert "month1" not in text.replace(
            "before and in the survey “month1”", ""
        )  # who answered until the last survey
        assert re.search(r"Low mood, Strengths .*\nLow mood, Thanks .*\nJoy, Strengths", text)

    def test_later_waves_stand_together_in_a_table_with_their_charts_folded(self, findings):
        assert "Outcome Week1 Month1" in repr(findings.lasting)
        lines = re.findall(r'<th scope="row">(Low mood|Joy) <span class="aside">People, (\w+)<', findings.lasting.html)
        assert lines == [(name, arm) for name in ("Low mood", "Joy") for arm in ("Strengths", "Thanks")]
        assert [picture.name for picture in findings.lasting.pictures] == [
            "low-participant-month1-change", "joy-participant-month1-change"]  # fmt: skip

    def test_charts_name_each_arm_s_difference(self, findings):
        first = charts(findings.outcomes)[0]
        assert all(text in first for text in ("Placebo, 12", "Thanks, 12", "Difference at equal scores before,"))

    def test_a_rise_of_what_should_be_low_is_a_loss(self, findings):
        text = repr(findings.headline)
        assert "The programme raised people’s low mood (thanks" in text
        assert "Low mood, Thanks 0 to 6, lower is better, matters from 0.50 ▼ worse by what matters" in text

    def test_says_which_way_is_better(self, findings):
        assert "Lower scores are better." in repr(findings.outcomes)

    def test_outcomes_that_were_not_declared_are_called_so(self, findings):
        text = repr(findings.outcomes)
        assert text.count("not declared in advance") == 1
        assert text.index("\nJoy\n") < text.index("not declared in advance")
        assert "Joy, Thanks 0 to 6, exploratory" in repr(findings.headline)


@pytest.mark.slow
class TestAProgrammeOfOneCohortWithResults:
    """Its first screen tells of that cohort, for the reader has no average to read."""

    def test_it_leads_with_the_result_of_that_cohort(self, built):
        text = repr(built(Group("A", n=22), Group("B", n=4)).headline)
        assert "“A”. At a glance" in text
        assert "Results can be shown for A only. People’s mood rose." in text
        assert "fewer than two cohorts" not in text
        assert "Nobody outside the programme was asked" in text

    def test_it_says_so_where_another_shows_both_roles_together(self, built):
        groups = [Group(cohort, n=n, role=role) for cohort, n in (("A", 22), ("B", 5)) for role in ("leader", "mentor")]
        assert "Results by role can be shown for A only. Leaders’ and mentors’ mood rose." in repr(
            built(*groups).headline
        )

    def test_without_any_result_it_has_none_to_lead_with(self, built):
        assert "fewer than two cohorts" in repr(built(Group("A", n=4), Group("B", n=4)).headline)


ASSUMED = "Those without a later score are assumed to have changed"
NOT_COUNTED = "Those without a later score are not counted."


class TestThoseWhoLeft:
    """The page says how many did not answer after, and what was made of them."""

    def told(self, built, *groups, cohort="Spring", **contents):
        return repr(built(*groups, cohort=cohort, **contents))

    @pytest.mark.slow
    def test_in_a_change_they_count_with_the_score_they_had(self, built):
        text = self.told(built, Group(n=23, role="leader", left=11))
        assert "23 leaders, 12 of them both times)" in text
        assert f"Of the 23 leaders who answered before, 11 did not answer after. {ASSUMED}" in text
        assert "not counted" not in text.split("Methods and data\n")[0]

    @pytest.mark.slow
    def test_where_few_left_it_is_among_those_who_answered_both_times(self, built):
        text = self.told(built, Group(n=23, role="leader", left=5))
        assert "18 leaders who answered both times)" in text
        assert f"Of the 23 leaders who answered before, 5 did not answer after. {NOT_COUNTED}" in text

    @pytest.mark.slow
    def test_nobody_is_said_to_have_left_where_all_came_back(self, built):
        text = self.told(built, Group(n=23, role="leader"))
        assert "23 leaders)" in text
        assert "All 23 leaders who answered before also answered after." in text

    @pytest.mark.slow
    def test_in_a_difference_they_do_not_count(self, built):
        groups = [Group(n=20, arm="programme", gain=0.9, left=2), Group(n=18, arm="waitlist", gain=0.0, left=1)]
        text = self.told(built, *groups, toml=COMPARED.format("randomised"))
        assert "18 in the programme, 17 in the comparison" in text
        assert "Programme: of the 20 people who answered before, 2 did not answer after." in text
        assert f"Waitlist: of the 18 people who answered before, 1 did not answer after. {NOT_COUNTED}" in text

    @pytest.mark.slow
    def test_who_is_not_counted_is_named_after_a_group_that_all_came_back(self, built):
        groups = [Group(n=20, arm="programme", left=2), Group(n=18, arm="waitlist", gain=0.0)]
        text = self.told(built, *groups, toml=COMPARED.format("randomised"))
        assert f"Waitlist: all 18 people who answered before also answered after. {NOT_COUNTED}" in text

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("k", "average", "words"),
        [(2, "people", "over the people in these cohorts"), (5, "people", "over the people in these cohorts"),
         (5, "cohorts", "over cohorts; the more precise")],
    )  # fmt: skip
    def test_an_average_says_whether_it_is_of_people_or_of_cohorts(self, built, k, average, words):
        groups = [Group(f"C{place}", n=11, left=1, gain=0.3 + 0.1 * place) for place in range(k)]
        toml = TOML + f'[reporting]\naverage = "{average}"\n'
        text = self.told(built, *groups, cohort=None, toml=toml)
        assert words in text
        assert f"{k} cohorts" in text


class TestGaps:
    TWICE = {"post.csv": as_csv(COLUMNS, [["P0-1", "Spring", *[""] * 4, 1, 1, 1]] * 2)}  # noqa: RUF012

    def test_a_cohort_with_an_error_cannot_be_built(self, built):
        with pytest.raises(StudyError, match="Cohort 'Spring' cannot be reported"):
            built(
                Group(),
                files=self.TWICE,
                cohort="Spring",
            )

    @pytest.mark.slow
    def test_a_programme_whose_cohorts_all_have_errors_shows_nothing(self, built):
        findings = built(Group(), files=self.TWICE)
        assert "No results can be shown" in repr(findings.headline)
        assert "its data contain an error" in repr(findings.cohorts)

    @pytest.mark.slow
    def test_one_wave_alone_shows_no_change(self, built):
        toml = TOML.replace('[waves.post]\nfile = "post.csv"\n', "")
        assert "No answers to the first outcome can be compared over time" in repr(built(Group(), toml=toml).headline)

    @pytest.mark.slow
    def test_an_outcome_not_asked_before_is_not_called_too_small(self, built):
        codebook = "item,scale,low,high,pre\nm1,mood,1,5,-\nm2,mood,1,5,-\nm3,mood,1,5,-\n"
        few = built(Group(n=9), files={"codebook.csv": codebook})
        assert "this was not asked before the programme" in repr(few.headline)
        assert "Fewer than" not in repr(few.headline)
        assert "People’s mood was asked only after" in repr(
            built(Group(n=12), files={"codebook.csv": codebook}).headline
        )

    @pytest.mark.slow
    def test_people_who_came_uninvited_do_not_raise_the_response_rate(self, built):
        toml = TOML + '[roster]\nfile = "roster.csv"\n'
        roster = "code,cohort\n" + "".join(f"P0-{person},Spring\n" for person in range(3)) + "absent,Spring\n"
        text = repr(built(Group(), toml=toml, files={"roster.csv": roster}).response)
        assert "4 people were invited; 3 of them answered before (75%)." in text

    @pytest.mark.slow
    def test_a_log_without_minutes_shows_no_hours(self, built):
        roles = [Group(role=role, arm="programme") for role in ("leader", "mentor")]
        toml = TOML.replace("[scales", '[sessions]\nfile = "log.csv"\n[scales').replace(
            'dyad = "pair"\n', 'dyad = "team"\n'
        )
        toml += '[roster]\nfile = "roster.csv"\n'
        roster = "code,cohort,role,arm,team\n" + "".join(
            f"P{place}-{person},Spring,{group.role},programme,T{person}\n"
            for place, group in enumerate(roles) for person in range(12)
        )  # fmt: skip
        findings = built(*roles, toml=toml, files={"roster.csv": roster, "log.csv": "team,date\nT1,2025-04-01\n"})
        assert "1 of 12 pairs has met; meetings logged: 1." in repr(findings.programme)
        assert "Hours" not in repr(findings.programme)

    @pytest.mark.slow
    def test_a_strength_is_claimed_only_where_groups_were_compared(self, built):
        small = Group(n=4, arm="waitlist")
        text = repr(built(PROGRAMME, small, toml=COMPARED.format("randomised")).limits)
        assert "Strength: the programme group is compared" not in text

    @pytest.mark.slow
    def test_words_of_the_catalogue_are_free_for_waves_and_arms(self, built):
        toml = TOML.replace("waves.post", "waves.wave").replace('comparison = "waitlist"', "")
        findings = built(Group(n=12, arm="arm"), toml=toml, files={"wave.csv": ""})
        assert "mood (arm arm)" in repr(findings.headline)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assignment", "plain", "sentence"),
    [
        ("randomised", "The programme raised people’s mood.", "The programme raised people’s mood by an estimated"),
        ("matched", "People’s mood ended higher than in the comparison group, allowing for where people started.",
         "At equal scores before, people’s mood ended an estimated"),
        ("self-selected", "The change in people’s mood was above that in the comparison group.",
         "People’s mood rose by 0.69, the comparison’s changed by 0.00: estimated difference"),
    ],
)  # fmt: skip
def test_the_design_decides_the_verb(built, assignment, plain, sentence):
    findings = built(PROGRAMME, WAITLIST, toml=COMPARED.format(assignment))
    assert plain in repr(findings.headline)
    assert sentence in repr(findings.outcomes)


class TestSharedComparison:
    """One comparison group for several cohorts; a part of it alone is small."""

    def findings(self, built, *parts, cohort):
        toml = COMPARED.format("matched") + 'comparison_scope = "shared"\n'
        programmes = [Group(name, 14, arm="programme") for name in "AB"]
        waiting = [Group(name, n, arm="waitlist", gain=0.0, left=1) for name, n in zip("AB", parts, strict=True)]
        return built(*programmes, *waiting, toml=toml, cohort=cohort)

    @pytest.mark.slow
    def test_each_cohort_is_compared_with_all_of_it(self, built):
        assert "14 in the programme, 22 in the comparison" in repr(self.findings(built, 12, 12, cohort="A").headline)

    @pytest.mark.slow
    def test_its_part_in_a_cohort_is_not_taken_for_it(self, built, tmp_path):
        findings = self.findings(built, 12, 12, cohort="A")
        assert "22 in the comparison that all cohorts share" in repr(findings.headline)
        asked = {"cohort": "A", "role": "participant", "scale": "mood", "wave": "post"}
        axes = plot_change(findings.disclosed, study=read_study(tmp_path / "study"), **asked)
        texts = " ".join(text.get_text() for text in axes.texts)
        assert "Programme, 14" in texts
        assert "Waitlist" not in texts
        assert "from all 22 in the" in texts

    @pytest.mark.slow
    def test_a_small_part_cannot_be_worked_out_from_the_rest(self, built):
        table = self.findings(built, 12, 6, cohort=None).disclosed.table
        parts = table[(table["arm"] == "waitlist") & (table["contrast"] == "change")]
        assert set(parts["cohort"]) == {"A", "B"}
        assert parts["estimate"].isna().all()
        differences = table[table["contrast"].eq("difference") & table["method"].eq("ancova")]
        assert differences["estimate"].notna().all()


class TestHostileText:
    """Text of a survey is data: shown as it was written, never run."""

    @pytest.fixture(scope="class")
    @classmethod
    def prepared(cls, tmp_path_factory):
        groups = [Group(name, 11, role="leader", arm="programme") for name in HOSTILE]
        toml = TOML.replace('label = "Mood"', "label = '<b onclick=x()>Mood</b>'").replace(
            'title = "A small study"', "title = '<img src=x onerror=alert(1)>'"
        )
        return prepare_study(small_study(tmp_path_factory.mktemp("hostile"), *groups, toml=toml))

    @pytest.mark.slow
    @pytest.mark.parametrize("name", [HOSTILE[0], HOSTILE[3], HOSTILE[-1]])
    def test_a_cohort_s_page_shows_its_name(self, prepared, name):
        findings = undrawn_findings(prepared, cohort=name)
        assert name in repr(findings.headline)

    @pytest.fixture(scope="class")
    @classmethod
    def programme(cls, prepared):
        return build_findings(prepared)

    @pytest.mark.parametrize("name", HOSTILE)
    def test_the_programme_s_page_shows_every_name(self, programme, name):
        shown = printable(name)
        assert any(line.startswith(shown) for line in repr(programme.cohorts).split("\n"))
        assert f"{shown}, 11".replace(" ", "") in charts(programme.cohorts)[0].replace(" ", "")

    def test_nothing_of_it_becomes_markup(self, programme):
        html = programme._repr_html_()
        assert not re.search(r"<script|<img|<b |onerror=alert\(1\)>|javascript:", html)

    def test_links_stay_among_the_pages(self, programme):
        links = re.findall(r'<a href="([^"]*)"', programme.cohorts.html)
        assert links
        assert all(re.fullmatch(r"cohorts/[a-z0-9-]+/index\.html", link) for link in links)

    def test_spreadsheets_do_not_run_it(self, programme):
        html = programme.cohorts.html
        assert "%0A%27%3Dcmd" in html
        assert "%0A%3Dcmd" not in html


@pytest.mark.slow
def test_both_roles_together_stand_in_place_of_either(built):
    groups = [Group("Spring", 8, role) for role in ("leader", "mentor")]
    findings = built(*groups, toml=TOML + "[reporting]\nsmallest_group = 10\n")
    assert "Leaders’ and mentors’ mood rose." in repr(findings.headline)
    assert "Outcome Leaders and mentors\n" in repr(findings.headline)
    assert "not shown" not in repr(findings.headline)
    assert "Leaders, Programme, Change: hidden for Mood" in repr(findings.limits)


class TestRolesTogether:
    """Two cohorts of seven pairs: both roles stand together; some scales are of one role, or asked only after."""

    @pytest.fixture
    def page(self, tmp_path):
        toml = TOML.replace("smallest_effect = 0.3\n", "") + (
            '[scales.skill]\nroles = ["mentor"]\n[scales.use]\n[reporting]\nsmallest_group = 10\n'
        )
        groups = [Group(cohort, 7, role) for cohort in ("School A", "School B") for role in ("leader", "mentor")]
        codebook = "item,scale,low,high,pre,post\nm1,mood,1,5,m1,m1\nm2,skill,1,5,m2,m2\nm3,use,1,5,-,m3\n"
        study = small_study(tmp_path, *groups, toml=toml, files={"codebook.csv": codebook})
        for wave in ("pre", "post"):  # each pair has one name
            rows = pd.read_csv(study / f"{wave}.csv", dtype=str)
            rows = rows.assign(pair=rows["pair"].str.replace("D1", "D0").str.replace("D3", "D2"))
            rows.loc[rows["role"].eq("leader"), "m2"] = ""
            rows.to_csv(study / f"{wave}.csv", index=False)
        return undrawn_findings(prepare_study(study), cohort="School A")

    @pytest.mark.slow
    def test_what_one_role_was_asked_is_not_called_unasked(self, page):
        said = repr(page.headline)
        assert "not asked" not in said
        assert said.count("not shown") == said.count("asked only later") == 1

    @pytest.mark.slow
    def test_a_reason_for_both_roles_stands_once(self, page):
        assert repr(page.outcomes).count("Not a change: this was not asked before") == 1

    @pytest.mark.slow
    def test_no_verdict_is_denied_and_then_given(self, page):
        assert "nothing is said of whether a change is large enough to matter" in repr(page.limits)


@pytest.mark.slow
def test_only_some_outcomes_without_a_smallest_change_are_told_of(tmp_path):
    toml = TOML + '[scales.zeal]\nlabel = "Zeal"\n'
    codebook = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,zeal,1,5\n"
    study = small_study(tmp_path, Group(n=14), toml=toml, files={"codebook.csv": codebook})
    page = repr(undrawn_findings(prepare_study(study), cohort="Spring").limits)
    assert "For some outcomes no smallest change that matters was declared" in page


@pytest.mark.slow
def test_roles_that_are_compared_have_the_names_of_pages(tmp_path):
    toml = TOML + '[design]\ninteractions = ["role"]\n[reporting]\nlanguage = "de"\n'
    study = small_study(tmp_path, Group("a", 14, "leader"), Group("a", 15, "mentor"), toml=toml)
    page = repr(undrawn_findings(prepare_study(study), cohort="a"))
    assert "Führungskräfte − Mentorinnen und Mentoren" in page
    assert "leader − mentor" not in page.replace("leader − mentor,", "")
    assert "14 Führungskräfte und 15 Mentorinnen und Mentoren" in page
