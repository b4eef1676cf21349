"""Questionnaires of one person found over the waves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.linkage import link_waves
from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
duplicates = "last"
[waves.post]
file = "post.csv"
duplicates = "last"
[columns]
person = "code"
cohort = "cohort"
[scales.mood]
"""
HEADER = "code,cohort,m1,m2\n"


@pytest.fixture
def link(write_study):
    def linked(pre="", post="", more="", toml=TOML, **files):
        files = {"pre.csv": HEADER + pre, "post.csv": HEADER + post, **{f"{n}.csv": text for n, text in files.items()}}
        study = read_study(write_study(more, toml=toml, files=files))
        return link_waves(take_in(study), study)

    return linked


def hows(linkage):
    """How each questionnaire was linked, by wave and row."""
    return {f"{row.wave}{row.source_row}": row.how for row in linkage.links.itertuples()}


def errors(linkage):
    return linkage.problems.loc[linkage.problems["severity"] == "error", ["cohort", "message"]].to_numpy().tolist()


def test_a_code_met_in_both_waves_links_exactly(link):
    assert hows(link("a,x,1,1\nb,x,1,1\n", " A ,x,2,2\nc,x,1,1\n")) == {
        "pre2": "exact", "pre3": "alone", "post2": "exact", "post3": "alone",
    }  # fmt: skip


def test_an_exact_match_is_certain_and_the_others_are_no_match(link):
    links = link("a,x,1,1\nb,x,1,1\n", "a,x,2,2\n").links
    assert links["probability"].fillna(-1).tolist() == [1, -1, 1]


def test_a_code_stands_for_one_person_within_a_cohort(link):
    linkage = link("a,x,1,1\na,y,1,1\n", "a,x,2,2\nb,y,1,1\n")
    assert linkage.responses["person"].nunique() == 3


def test_a_code_may_stand_for_one_person_in_the_whole_study(link):
    linkage = link("a,x,1,1\na,y,1,1\n", "a,x,2,2\nb,y,1,1\n", '[link]\nwithin = "study"')
    assert linkage.responses["person"].nunique() == 2


def test_blank_codes_are_persons_of_their_own(link):
    linkage = link(",x,1,1\n,x,1,1\na,x,1,1\n", ",x,1,1\na,x,1,1\n")
    assert (linkage.responses["person"].nunique(), list(hows(linkage).values()).count("blank")) == (4, 3)


def test_without_linking_every_questionnaire_is_a_person(link):
    linkage = link("a,x,1,1\na,x,1,1\n", "a,x,2,2\n", '[link]\nmethod = "none"')
    assert (linkage.responses["person"].nunique(), set(linkage.links["how"])) == (3, {"unlinked"})


def test_a_question_about_the_start_asked_later_links_nobody(link):
    toml = TOML.replace("[columns]", '[waves.then]\nkind = "retrospective"\nfile = "post.csv"\n[columns]')
    assert hows(link("a,x,1,1\n", "a,x,2,2\nb,x,1,1\n", toml=toml)) == {
        "pre2": "exact", "post2": "exact", "post3": "alone", "then2": "exact", "then3": "exact",
    }  # fmt: skip


def test_no_code_in_common_is_an_error_of_the_cohort(link):
    linkage = link("a,x,1,1\nb,y,1,1\n", "c,x,1,1\nb,y,2,2\n")
    assert errors(linkage) == [
        ["x", "cohort 'x' has no person code in common (questionnaires in wave 'pre': 1, in wave 'post': 1). Check "
         'columns.person, or set method = "none" under [link] to compare the waves unlinked. To report the other '
         "cohorts without it, name it in [reporting] leave_out."],
    ]  # fmt: skip


def test_without_linking_codes_need_not_be_in_common(link):
    assert errors(link("a,x,1,1\n", "c,x,1,1\n", '[link]\nmethod = "none"')) == []


def test_the_intake_is_left_as_it_was(write_study):
    study = read_study(
        write_study(toml=TOML, files={"pre.csv": HEADER + "a,x,1,1\n", "post.csv": HEADER + "a,x,1,1\n"})
    )
    intake = take_in(study)
    before = intake.responses.copy()
    link_waves(intake, study)
    assert before.equals(intake.responses)


def test_the_summary_counts_questionnaires_by_wave_and_way(link):
    summary = link("a,x,1,1\nb,x,1,1\n", "a,x,2,2\n").summary()
    assert summary.loc["pre"].to_dict() == {"alone": 1, "exact": 1}


ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d", ""]), st.sampled_from(["x", "y"])), max_size=8)


@given(
    pre=ROWS, post=ROWS, rule=st.sampled_from(["first", "last", "error"]), within=st.sampled_from(["cohort", "study"])
)
@examples(4)
def test_nobody_is_lost_unrecorded_or_counted_twice(link, pre, post, rule, within):
    texts = ["".join(f"{code},{cohort},1,2\n" for code, cohort in rows) for rows in (pre, post)]
    linkage = link(*texts, f'[link]\nwithin = "{within}"', toml=TOML.replace('"last"', f'"{rule}"'))
    dropped = (linkage.ledger["rows_before"] - linkage.ledger["rows_after"]).sum()
    kept = linkage.responses
    assert len(kept) + dropped == len(pre) + len(post) == len(linkage.links)
    assert not kept.duplicated(["cohort", "person", "wave"]).any()
    waves = kept.groupby(["cohort", "person"])["wave"].nunique()
    assert (waves == 2).sum() * 2 + (waves == 1).sum() == len(kept)


WIDE = """
title = "T"
[waves.pre]
file = "wide.csv"
[waves.post]
file = "wide.csv"
[columns]
person = "#row"
[scales.mood]
"""


def test_rows_of_a_wide_file_without_codes_are_people(write_study):
    codebook = "item,scale,low,high,pre,post\nm1,mood,1,5,m1_pre,m1_post\n"
    files = {"wide.csv": "m1_pre,m1_post\n1,2\n3,\n5,5\n"}
    study = read_study(write_study(toml=WIDE, codebook=codebook, files=files))
    linkage = link_waves(take_in(study), study)
    assert hows(linkage) == {
        "pre2": "exact", "pre3": "alone", "pre4": "exact", "post2": "exact", "post4": "exact",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["who", "how", "probability", "fact:role", "total:mood", "code:0", "trust"])
def test_an_item_may_be_called_as_columns_of_ours_might_be(write_study, name):
    codebook = f"item,scale,low,high\n{name},mood,1,5\nm2,mood,1,5\n"
    files = {f"{wave}.csv": f"code,cohort,{name},m2\na,x,5,1\nb,x,4,2\n" for wave in ("pre", "post")}
    study = read_study(write_study(toml=TOML, codebook=codebook, files=files))
    assert link_waves(take_in(study), study).responses[name].tolist() == [5, 4, 5, 4]
