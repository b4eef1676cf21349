"""Every verb takes a Prepared, or a Panel with its study, and the same keywords."""

import pickle
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from desk_study import CODEBOOK, TOML, desk_study, prepared_desk

import rm_research as rm
from rm_research.errors import FrameError, SelectionError, StudyError
from rm_research.panel import prepare_study

ESTIMATES = ["estimate_change", "estimate_difference", "estimate_waves", "estimate_dose", "estimate_dyads",
             "estimate_hindsight"]  # fmt: skip
FRAMES = ["assess_attrition", "assess_balance"]
OF_PREPARED = ["assess_reliability", "assess_invariance", "estimate_specifications"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The study with an error in one cohort: everybody there gave the same answers twice."""
    folder = tmp_path_factory.mktemp("broken")
    prepared_desk(folder)
    pre = [line for line in (folder / "pre.csv").read_text().splitlines() if ",Autumn," in line]
    post = [line for line in (folder / "post.csv").read_text().splitlines() if ",Autumn," not in line]
    (folder / "post.csv").write_text("\n".join([*post, *pre]) + "\n")
    return prepare_study(folder)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another study, with another outcome."""
    folder = desk_study(tmp_path_factory.mktemp("other"), toml=TOML.replace("zeal", "drive"),
                        codebook=CODEBOOK.replace("zeal", "drive"))  # fmt: skip
    return rm.read_study(folder)


def of_panel(verb, prepared, **options):
    further = {"estimate_dyads": [prepared.dyads], "estimate_hindsight": [prepared.scores]}
    return getattr(rm, verb)(prepared.panel, *further.get(verb, []), study=prepared.study, **options)


def rows_of(found):
    return found.to_frame() if isinstance(found, rm.Estimates) else found


@pytest.mark.parametrize("verb", [*ESTIMATES, *FRAMES])
def test_a_prepared_gives_what_its_panel_gives(verb, prepared):
    one, other = rows_of(getattr(rm, verb)(prepared)), rows_of(of_panel(verb, prepared))
    order = [name for name in ("id", "cohort", "role", "arm", "scale", "wave", "measure", "term", "variable", "entry")
             if name in one]  # fmt: skip
    one, other = (rows.sort_values(order).reset_index(drop=True) for rows in (one, other))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("verb", ["estimate_change", "estimate_difference", "estimate_waves", *FRAMES])
@pytest.mark.parametrize("asked", [{"cohort": "Spring"}, {"role": "leader", "scale": ["mood", "zeal"]},
                                   {"scale": "mood", "arm": "programme"}])  # fmt: skip
def test_keywords_pick_rows_whose_numbers_stay_the_same(verb, asked, prepared):
    whole, some = rows_of(getattr(rm, verb)(prepared)), rows_of(getattr(rm, verb)(prepared, **asked))
    for keyword, names in asked.items():
        names = [names] if isinstance(names, str) else names
        column = keyword
        if verb == "assess_balance" and keyword == "scale":
            whole, column = whole[whole["is_scale"].astype(bool)], "variable"
        whole = whole[whole[column].isin(names)]
    assert len(some) > 0
    pd.testing.assert_frame_equal(some, whole.reset_index(drop=True))


def test_an_adjusted_p_value_is_that_of_the_whole_family(prepared):
    alone = rm.estimate_change(prepared, scale="zeal", arm="programme").headlines().table
    whole = rm.estimate_change(prepared).table.set_index("id")["p_adjusted"]
    assert alone["p_adjusted"].tolist() == whole[alone["id"]].tolist()


@pytest.mark.parametrize("verb", [*ESTIMATES, *FRAMES, *OF_PREPARED, "estimate_programme", "score_scales"])
def test_a_misspelt_name_is_refused_with_the_nearest(verb, prepared):
    with pytest.raises(SelectionError, match="There is no scale 'moood'; did you mean 'mood'"):
        getattr(rm, verb)(prepared, scale="moood")


@pytest.mark.parametrize("verb", [*ESTIMATES, *FRAMES, *OF_PREPARED, "estimate_programme", "score_scales"])
def test_a_scale_that_a_role_is_not_asked_says_so(verb, prepared):
    with pytest.raises(SelectionError, match="Scale 'zeal' is not asked of role 'mentor'; it is asked of 'leader'"):
        getattr(rm, verb)(prepared, scale="zeal", role="mentor")


@pytest.mark.parametrize("verb", [*ESTIMATES, *FRAMES])
def test_a_panel_of_another_study_is_refused(verb, prepared, other):
    with pytest.raises(FrameError, match="The Panel has scale 'zeal', which the study lacks; it has mood, drive"):
        of_panel(verb, replace(prepared, study=other))


def test_a_panel_whose_scores_another_study_cannot_have_is_refused(prepared):
    shorter = prepared.panel.assign(pre=prepared.panel["pre"] + 4)
    with pytest.raises(FrameError, match=r"in this study they go from 1 to 5\. Is it the Panel of another study"):
        rm.estimate_change(shorter, study=prepared.study)


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """Another study, with the same names and ranges."""
    return prepared_desk(tmp_path_factory.mktemp("twin"), dyads=5)


@pytest.mark.parametrize("verb", [*ESTIMATES, *FRAMES])
def test_a_panel_of_another_study_with_the_same_names_is_refused(verb, prepared, twin):
    with pytest.raises(FrameError, match="This Panel is of another study than that in the folder 'twin0'"):
        of_panel(verb, replace(prepared.where(arm=["programme", "waitlist"]), study=twin.study))


def test_a_panel_beside_estimates_of_another_study_is_refused(prepared, twin):
    change = rm.estimate_change(prepared)
    for verb, name in ((rm.estimate_programme, "panel"), (rm.plot_change, "people")):
        with pytest.raises(FrameError, match="This Panel is of another study"):
            verb(change, **{name: twin.panel})
        with pytest.raises(FrameError, match="needs Panel; this frame has no column"):
            verb(change, **{name: prepared.people})
    with pytest.raises(FrameError, match="This Dyads is of another study"):
        rm.estimate_dyads(prepared.panel, twin.dyads, study=prepared.study)


def test_a_panel_of_ones_own_is_taken(prepared, twin):
    own = pd.DataFrame(twin.panel.to_dict("list"))
    assert len(rm.estimate_change(own, study=prepared.study))
    assert len(rm.estimate_change(prepared.panel, study=prepared.study.varied({"reporting.level": 0.9})))


def test_a_study_that_was_moved_is_the_same_study(tmp_path):
    prepared_desk(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    moved = prepare_study(tmp_path / "there")  # by its cache, which was made in the other place
    assert len(rm.estimate_change(moved.panel, study=moved.study))


@pytest.mark.parametrize("verb", [*ESTIMATES, *FRAMES])
def test_a_panel_alone_and_other_things_are_refused(verb, prepared):
    with pytest.raises(FrameError, match=f"{verb}: a Panel needs study="):
        getattr(rm, verb)(prepared.panel)
    with pytest.raises(FrameError, match=f"{verb} takes what prepare_study returned"):
        getattr(rm, verb)("data/demo")


EVERY = [*ESTIMATES, *FRAMES, *OF_PREPARED, "estimate_programme", "plot_change", "plot_forest", "plot_answers",
         "plot_flow", "plot_sessions", "table_participants", "table_change", "table_difference", "score_scales",
         "link_waves", "build_findings", "methods_text"]  # fmt: skip


@pytest.mark.parametrize("verb", EVERY)
def test_what_is_no_data_says_what_to_do(verb, prepared):
    for given, told in (
        ("my-study", r"this is a path\. Prepare the study first: rm\.prepare_study\('my-study'\)"),
        (Path("my-study"), r"this is a path\. Prepare the study first: rm\.prepare_study\('my-study'\)"),
        (prepared.study, r"this is a Study\. Prepare the study first: rm\.prepare_study\(study\)"),
        ([prepared, prepared], r"this is a list\. Give one study at a time"),
        (3, "this is a int"),
    ):
        with pytest.raises(FrameError, match=f"{verb} takes .*; {told}"):
            getattr(rm, verb)(given)


@pytest.mark.parametrize("verb", EVERY[:-4])
def test_options_that_do_not_exist_say_which_do(verb, prepared):
    with pytest.raises(SelectionError, match=f"{verb} has no option 'grade'. Choose people by it .*where.grade='A'"):
        getattr(rm, verb)(prepared, grade="A")
    with pytest.raises(SelectionError, match=f"{verb} has no option 'cohrt'; did you mean 'cohort'"):
        getattr(rm, verb)(prepared, cohrt="Spring")


def test_methods_have_options_like_verbs(prepared):
    with pytest.raises(SelectionError, match=r"long has no option 'age'\. Choose people .*prepared\.where\(age=30\)"):
        prepared.long(age=30)
    with pytest.raises(SelectionError, match="where has no option 'rolle'; did you mean 'role'"):
        rm.estimate_change(prepared).where(rolle="leader")


def test_names_are_given_by_keyword_and_data_is_given(prepared):
    with pytest.raises(SelectionError, match="estimate_change takes these by name only: study=, cohort=, role="):
        rm.estimate_change(prepared, "Spring")
    with pytest.raises(SelectionError, match="estimate_change needs data"):
        rm.estimate_change(cohort="Spring")
    with pytest.raises(SelectionError, match="build_panel needs people, study"):
        rm.build_panel(prepared.scores)


@pytest.mark.slow
def test_odd_values_of_options_are_refused_in_words(prepared):
    asked = {"scale": "mood", "role": "leader", "cohort": "Spring"}
    for people in ("yes", prepared, 1):
        with pytest.raises(FrameError, match=r"people= is True or False, or a Panel, prepared.panel; this is a"):
            rm.plot_change(prepared, people=people, **asked)
    with pytest.raises(SelectionError, match=r"width= is a number of inches, or one of notebook, .*; this is a list"):
        rm.plot_change(prepared, width=[3], **asked)
    for verb in (rm.read_study, rm.prepare_study):
        with pytest.raises(StudyError, match="A study is read from its folder, a path; this is a list"):
            verb([prepared])


def test_a_verb_is_found_again_by_its_name():
    """As a process that it is handed to finds it: pickle refuses what is another thing under that name."""
    assert b"estimate_change" in pickle.dumps(rm.estimate_change)


def test_a_prepared_has_a_study_of_its_own(prepared):
    assert len(rm.estimate_change(prepared, study=prepared.study, cohort="Spring"))
    with pytest.raises(StudyError, match="study= is another study"):
        rm.estimate_change(prepared, study=prepared.study.varied({"reporting.level": 0.8}))


@pytest.mark.parametrize("verb", ["assess_reliability", "assess_invariance"])
def test_items_are_not_in_a_panel(verb, prepared):
    with pytest.raises(FrameError, match="needs answers to items, which a Panel does not have"):
        getattr(rm, verb)(prepared.panel)


def test_dyads_and_scores_come_with_a_panel(prepared):
    with pytest.raises(FrameError, match=r"with a Panel, give its Dyads, too: dyads=prepared\.dyads"):
        rm.estimate_dyads(prepared.panel, study=prepared.study)
    with pytest.raises(FrameError, match="give its Scores, too"):
        rm.estimate_hindsight(prepared.panel, study=prepared.study)


def test_cohorts_with_errors_are_left_out_and_refused_by_name(broken):
    assert broken.sound_cohorts == ("Spring",)
    assert set(rm.estimate_change(broken).table["cohort"]) == {"Spring"}
    with pytest.raises(StudyError, match="Cohort 'Autumn' cannot be estimated"):
        rm.estimate_change(broken, cohort="Autumn")


def test_rows_stand_in_the_order_of_the_study(prepared):
    assert tuple(dict.fromkeys(rm.estimate_change(prepared).table["cohort"])) == prepared.cohorts


def test_what_is_known_about_people_picks_whose_answers_are_assessed(prepared):
    leaders = rm.assess_reliability(prepared, role="leader", scale="mood", wave="pre")
    pd.testing.assert_frame_equal(
        leaders, rm.assess_reliability(prepared.where(role="leader"), scale="mood", wave="pre")
    )
    assert leaders["n"].dropna().unique().tolist() == [28]
    assert set(rm.assess_invariance(prepared, wave="post")["compared"]) == {"pre – post"}


@pytest.mark.slow
def test_the_programme_is_made_of_a_prepared_or_of_its_estimates(prepared):
    both = rm.estimate_change(prepared) + rm.estimate_difference(prepared)
    panel = prepared.panel
    pd.testing.assert_frame_equal(
        rm.estimate_programme(prepared).table, rm.estimate_programme(both, study=prepared.study, panel=panel).table
    )
    some = rm.estimate_programme(both, panel=panel, scale="mood", role="leader")
    assert set(some.table["scale"]) == {"mood"}
    assert set(some.table["role"]) == {"leader"}


@pytest.mark.slow
def test_the_average_is_of_the_cohorts_named(tmp_path):
    prepared = prepared_desk(tmp_path / "s", cohorts=3)
    whole = rm.estimate_programme(prepared, scale="mood", role="leader", arm="programme")
    some = rm.estimate_programme(prepared, cohort=["Spring", "Winter"], scale="mood", role="leader", arm="programme")
    counts = {len(found.table): found.headlines().table["n_pre"].iloc[0] for found in (whole, some)}
    assert whole.headlines().table["n_pre"].iloc[0] == 21
    assert some.headlines().table["n_pre"].iloc[0] == 14, counts


def test_specifications_of_several_outcomes_and_of_one_role(prepared):
    found = rm.estimate_specifications(
        prepared, cohort="Spring", scale=["mood", "zeal"], role="leader", contrast="change"
    )
    assert found.summary()["scale"].tolist() == ["mood", "zeal"]
    assert set(found.estimates.table["role"]) == {"leader"}
    assert found.estimates.study is prepared.study


def test_scores_and_links_are_made_of_a_prepared(prepared):
    scores = rm.score_scales(prepared, role="leader", scale="mood", wave="pre")
    assert len(scores) == 28
    pd.testing.assert_frame_equal(rm.score_scales(prepared), rm.score_scales(prepared.responses, prepared.study))
    linked = rm.link_waves(prepared)
    pd.testing.assert_frame_equal(linked.links, prepared.links)
    with pytest.raises(FrameError, match="Responses alone do not tell roles"):
        rm.score_scales(prepared.responses, prepared.study, role="leader")
    for verb, part in ((rm.score_scales, prepared.responses), (rm.link_waves, rm.read_responses(prepared.study))):
        with pytest.raises(FrameError, match="need"):
            verb(part)
