"""The tidy frame, and that other libraries take it as it is."""

import pandas as pd
import pytest
from desk_study import TOML, prepared_desk

from rm_research.errors import SelectionError
from rm_research.panel import prepare_study
from rm_research.panel.long import long_frame

COLUMNS = ["cohort", "person", "role", "arm", "dyad", "cluster", "wave", "scale", "score", "grade", "age"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepared_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def long(prepared):
    return prepared.long()


def test_one_row_for_each_person_wave_and_scale(long):
    assert list(long) == COLUMNS
    assert not long.duplicated(["cohort", "person", "wave", "scale"]).any()
    assert not long["score"].isna().any()
    assert long.index.tolist() == list(range(len(long)))


def test_scores_are_those_of_the_study(prepared, long):
    keys = ["cohort", "person", "wave", "scale"]
    both = long.merge(prepared.scores, on=keys, suffixes=("", "_own"))
    assert len(both) == len(long)
    assert both["score"].equals(both["score_own"])


def test_cohorts_stand_as_the_study_shows_them(prepared, tmp_path):
    toml = TOML.replace("[reporting]", '[reporting]\ncohorts = ["Winter", "Spring"]')
    long = prepared_desk(tmp_path, cohorts=3, toml=toml).long()
    assert long["cohort"].cat.categories.tolist() == ["Winter", "Spring", "Autumn"]
    assert list(dict.fromkeys(long["cohort"])) == ["Winter", "Spring", "Autumn"]
    assert long.groupby("cohort", observed=True)["score"].mean().index.tolist() == ["Winter", "Spring", "Autumn"]


def test_what_was_not_asked_for_is_no_category(prepared):
    """In a model it would be a column of zeros."""
    some = prepared.long(cohort="Spring", scale="mood", wave="post")
    for name, only in (("cohort", "Spring"), ("scale", "mood"), ("wave", "post")):
        assert some[name].cat.categories.tolist() == [only]


def test_waves_are_ordered_in_time(long):
    assert long["wave"].cat.ordered
    assert long["wave"].cat.categories.tolist() == ["pre", "post"]
    assert (long["wave"] > "pre").any()


def test_a_scale_is_there_for_the_roles_that_are_asked(long):
    assert set(long.loc[long["scale"].eq("zeal"), "role"]) == {"leader"}


def test_both_members_have_their_dyad(prepared, long):
    known = long.drop_duplicates(["cohort", "person"]).groupby("dyad")["role"].agg(set)
    assert len(known) == len(prepared.dyads)
    assert all(roles == {"leader", "mentor"} for roles in known)


@pytest.mark.slow
def test_codes_that_stand_in_two_cohorts_are_two_people(tmp_path):
    prepared = prepared_desk(tmp_path / "s")
    for path in (tmp_path / "s" / "pre.csv", tmp_path / "s" / "post.csv"):
        path.write_text(path.read_text().replace("Apl0", "Spl0"))
    assert prepare_study(prepared.study).long(scale="mood", wave="pre")["person"].is_unique
    within_study = prepare_study(prepared.study, vary={"link.within": "study"}).long(scale="mood", wave="pre")
    assert within_study["person"].duplicated().any()


def test_dyads_that_share_a_mentor_are_one(prepared):
    dyads = prepared.dyads[prepared.dyads["cohort"].eq("Spring")].copy()
    first, second = dyads.iloc[0], dyads.iloc[1]
    shared = pd.concat([dyads, dyads.iloc[[1]].assign(mentor=first["mentor"])])
    rows = long_frame(prepared.scores, prepared.people, shared, prepared.study, prepared.cohorts)
    assert not rows.duplicated(["cohort", "person", "wave", "scale"]).any()
    members = [first["leader"], first["mentor"], second["leader"], second["mentor"]]
    assert set(rows.loc[rows["person"].isin(members), "dyad"]) == {first["dyad"]}


@pytest.mark.parametrize("fact", ["role", "arm"])
def test_who_has_no_role_or_arm_is_left_out_as_in_estimates(prepared, fact):
    people = prepared.people.copy()
    people.loc[0, fact] = None
    rows = long_frame(prepared.scores, people, prepared.dyads, prepared.study, prepared.cohorts)
    assert people["person"][0] not in set(rows["person"])
    assert rows[fact].notna().all()


def test_people_without_a_dyad_have_none(prepared):
    rows = long_frame(prepared.scores, prepared.people, prepared.dyads.iloc[:0], prepared.study, prepared.cohorts)
    assert rows["dyad"].isna().all()
    assert len(rows) == len(prepared.long())


@pytest.mark.parametrize(
    ("asked", "n"),
    [({"scale": "zeal"}, 1), ({"role": "mentor", "wave": "post"}, 1), ({"cohort": ["Spring", "Autumn"]}, 2)],
)
def test_keywords_pick_rows(long, prepared, asked, n):
    rows = prepared.long(**asked)
    for keyword, names in asked.items():
        assert rows[keyword].nunique() == n
        assert set(rows[keyword].astype(str)) == {names} if isinstance(names, str) else set(names)


def test_a_misspelt_name_is_refused(prepared):
    with pytest.raises(SelectionError, match="did you mean 'mood'"):
        prepared.long(scale="moood")


# pingouin 0.6 asks pandas to change frames in place, which pandas 3.1 deprecates; nothing of ours asks for it
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame")
def test_statsmodels_and_pingouin_take_it_as_it_is(prepared):
    import pingouin
    import statsmodels.formula.api as smf

    rows = prepared.long(scale="mood")
    model = smf.gee("score ~ C(wave) * arm", groups="person", data=rows).fit()
    assert model.nobs == len(rows)
    assert smf.mixedlm("score ~ C(wave) * arm", groups="person", data=rows).fit().nobs == len(rows)
    anova = pingouin.mixed_anova(rows, dv="score", within="wave", between="arm", subject="person")
    assert anova["Source"].tolist() == ["arm", "wave", "Interaction"]
