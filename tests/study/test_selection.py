"""The keywords of all verbs: names as the study writes them, and refusals that say what there is."""

import pandas as pd
import pytest

from rm_research.errors import SelectionError, StudyError
from rm_research.study.selection import Selection, names_in

ROWS = pd.DataFrame(
    [("Spring", "leader", "mood", "post", "programme"), ("Spring", "leader", "zeal", "post", "programme"),
     ("Spring", "mentor", "mood", "post", "programme"), ("Autumn", "leader", "mood", "later", "waitlist")],
    columns=["cohort", "role", "scale", "wave", "arm"],
)  # fmt: skip


def picked(**asked):
    return ROWS[Selection.of(names_in(ROWS), asked).mask(ROWS)].index.tolist()


def refused(**asked):
    with pytest.raises(SelectionError) as error:
        picked(**asked)
    return list(error.value.problems)


def test_one_name_several_or_none():
    assert picked() == picked(cohort=None) == [0, 1, 2, 3]
    assert picked(scale="mood") == [0, 2, 3]
    assert picked(role=["leader", "mentor"], wave=("post",)) == [0, 1, 2]
    assert picked(cohort=pd.Series(["Autumn"])) == [3]


def test_names_may_be_written_in_other_case_and_with_blanks():
    assert picked(cohort=" SPRING ", scale="Zeal") == [1]


def test_an_unknown_name_is_refused_with_the_nearest():
    assert refused(scale="moood") == ["There is no scale 'moood'; did you mean 'mood'?"]
    assert refused(role="boss") == ["There is no role 'boss'; known: leader, mentor"]


def test_all_unknown_names_are_told_at_once():
    assert len(refused(scale="moood", role=["boss", "leader", "chief"], wave="pos")) == 4


def test_a_scale_that_is_not_asked_of_a_role_says_so():
    told = ["Scale 'zeal' is not asked of role 'mentor'; it is asked of 'leader'."]
    assert refused(scale="zeal", role="mentor") == told
    assert refused(scale=["mood", "zeal"], role="mentor") == told


def test_a_role_without_some_scale_is_told_of_too():
    assert refused(role=["leader", "mentor"], scale="zeal") == [
        "Role 'mentor' is not asked for scale 'zeal'; it is asked for 'mood'."
    ]


def test_names_that_do_not_go_together_say_what_there_is():
    assert refused(cohort="Autumn", wave="post") == ["Cohort 'Autumn' has no wave 'post'; it has wave 'later'."]


def test_names_that_go_together_in_pairs_only_are_refused_too():
    (told, *_) = refused(cohort="Spring", role="leader", arm="programme", scale="mood", wave="later")
    assert "'later'" in told


def test_an_empty_selection_is_refused():
    assert refused(arm=[]) == ["arm= names nothing. Leave it out for all, or name one or several."]


def test_a_name_that_is_no_text_is_compared_as_one():
    rows = pd.DataFrame({"cohort": ["2024", "2025"]})
    assert Selection.of(names_in(rows, ["cohort"]), {"cohort": 2024}).mask(rows).tolist() == [True, False]


def test_the_error_is_one_of_the_study():
    assert issubclass(SelectionError, StudyError)


def test_a_selection_says_what_it_holds():
    assert str(Selection({"role": ("leader",), "arm": ("a", "b")})) == "role 'leader', arm 'a', 'b'"
    assert not Selection({})
