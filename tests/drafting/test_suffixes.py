"""Moments in the names of columns are found in any form, and put in order only where the order is certain."""

import pytest
from drafted_exports import answers, codes, sheet
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.drafting.suffixes import in_time, parted_names

FORMS = {
    ("_0716", "_0717", "_0718"): True, (".pre", ".post"): True, ("_t1", "_t2", "_t3"): True, ("_T0", "_T1"): True,
    (" (before)", " (after)"): True, ("_bl", "_fu1", "_fu2"): True, ("_baseline", "_endline"): True,
    ("-w1", "-w2"): True, ("_2023", "_2024"): True, ("_20240301", "_20240901"): True, ("Pre", "Post"): True,
    ("_avant", "_après"): True, ("_antes", "_después"): True, ("_vorher", "_nachher"): True,
    ("_month3", "_month6"): True, ("_pre", "_post1", "_post2"): True, ("_0325", "_0326"): True,
    ("_1223", "_0124"): False,
}  # fmt: skip


@pytest.mark.quick(8)
@pytest.mark.parametrize(("suffixes", "sure"), FORMS.items())
def test_waves_in_suffixes_of_any_form(draft_of, suffixes, sure):
    asked = [f"q{number}{suffix}" for suffix in suffixes for number in (1, 2)]
    rows = [(code, *answers(len(asked), start=place)) for place, code in enumerate(codes(30))]
    made = draft_of({"all.csv": sheet(["code", *asked], rows)})
    assert len(made.toml["waves"]) == len(suffixes)
    for name in ("q1", "q2"):
        cells = [made.items[name][wave] for wave in made.toml["waves"]]
        assert {*cells} == {f"{name}{suffix}" for suffix in suffixes}
        assert not sure or cells == [f"{name}{suffix}" for suffix in suffixes]
    assert ("order of these waves" in made.checks) is not sure
    assert made.errors() == []


@pytest.mark.parametrize("names", [
    ["q1_1", "q1_2", "q2_1", "q2_2"], ["q_1001", "q_1002"], ["post_code", "pre_fix"],
    ["a_9999", "a_8888", "b_9999", "b_8888"], ["a_2024", "b_2023"],
])  # fmt: skip
def test_numbers_that_are_no_moments(names):
    bases = {base for base, _ in parted_names(names).values()}
    assert len(bases) in (0, len(names))  # none, or none of them in two moments


@examples(50)
@given(
    st.lists(st.dates(), min_size=2, max_size=4, unique=True),
    st.sampled_from(["%m%y", "%y%m", "%Y%m", "%d%m%Y", "%Y%m%d"]),
)
def test_dates_are_in_order_or_the_order_is_open(dates, notation):
    if any(not 1900 <= date.year <= 2100 for date in dates):
        dates = [date.replace(year=2000 + date.year % 100, day=min(date.day, 28)) for date in dates]
    by_token = {date.strftime(notation): date.strftime("%Y%m" if "%d" not in notation else "%Y%m%d") for date in dates}
    ordered, sure = in_time(sorted(by_token))
    assert sorted(ordered) == sorted(by_token)
    if sure and len({when[:2] for when in by_token.values()}) == 1:
        times = [by_token[token] for token in ordered]
        assert times == sorted(times)
