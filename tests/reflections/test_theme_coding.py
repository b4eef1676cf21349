"""Marks of several coders become one by a stated rule; people are counted, not answers."""

import numpy as np
import pandas as pd
import pytest
from open_studies import CODEBOOK, THEMES, coded, open_study

from rm_research.checks import check_study
from rm_research.errors import ReportError, StudyFileError
from rm_research.panel import prepare_study
from rm_research.reflections import assess_coding, count_themes
from rm_research.reflections.coding import settled
from rm_research.reflections.themes import mentions

FOUR = {"leader": ["one", "two", "three", "four"]}
YES, NO = ["time"], ()


def time_of(prepared) -> list[bool | None]:
    """Whether each person mentions the theme `time`, as settled; None where that is not coded."""
    found = mentions(prepared).query("theme == 'time'").set_index("unit")["marked"]
    return [found.get(unit) for unit in prepared.open_answers["unit"]]


@pytest.mark.parametrize(("marks", "counts"), [
    ({"a": {"1": YES, "2": NO, "*": None}}, [True, False, None, None]),
    ({"a": {"1": YES, "2": YES, "*": NO}, "b": {"1": YES, "*": NO}}, [True, False, False, False]),
    ({"a": {"1": YES, "2": YES, "*": NO}, "b": {"1": YES, "2": YES, "*": NO}, "c": {"1": YES, "*": NO}},
     [True, True, False, False]),
    ({"a": {"1": YES, "2": YES, "*": NO}, "b": {"*": NO}, "c": {"1": YES, "*": NO}, "d": {"*": NO}},
     [False, False, False, False]),
    ({"a": {"*": NO}, "b": {"*": NO}, "agreed": {"1": YES, "*": None}}, [True, False, False, False]),
    ({"a": {"*": YES}, "b": {"*": YES}, "agreed": {"1": NO, "*": None}}, [False, True, True, True]),
    ({"a": {"1": YES, "*": None}, "b": {"1": NO, "2": YES, "*": None}}, [False, True, None, None]),
])  # fmt: skip
def test_agreed_settles_else_more_than_half(tmp_path, marks, counts):
    assert time_of(coded(open_study(tmp_path, FOUR), marks)) == counts


def test_the_order_of_sheets_makes_no_difference():
    rows = pd.DataFrame(
        [("b", "u", "t", True), ("a", "u", "t", False), ("agreed", "v", "t", True), ("a", "v", "t", False)],
        columns=["coder", "unit", "theme", "marked"],
    )
    one, other = (settled(frame).sort_values("unit")["marked"].tolist() for frame in (rows, rows[::-1]))
    assert one == other == [False, True]


def test_people_are_counted_not_answers(tmp_path):
    codebook = CODEBOOK + "more,,text,,,And else?,-\n"
    folder = open_study(tmp_path, FOUR, codebook=codebook)
    for wave in ("pre", "post"):
        rows = pd.read_csv(folder / f"{wave}.csv", dtype=str)
        rows.assign(more=["again", "", "", ""]).to_csv(folder / f"{wave}.csv", index=False)
    prepared = coded(folder, {"a": {"1": YES, "5": YES, "*": NO}})  # the fifth answer is the first person's
    assert len(prepared.open_answers) == 5
    counts = count_themes(prepared).set_index("theme")
    assert counts.loc["time", ["n_people", "n_coded", "n_mentioned"]].tolist() == [4, 4, 1]
    half = coded(folder, {"a": {"5": None, "*": YES}})
    assert count_themes(half).set_index("theme").loc["time", ["n_people", "n_coded", "n_mentioned"]].tolist() == [
        4,
        3,
        3,
    ]


def test_keywords_find_themes_without_coders(tmp_path):
    said = ["I LEARNED it", "unlearned", "a new-idea", "new ideas", "brand new idea!", "Größe", "GRÖSSE zählt", "learn"]
    more = '[themes.learning]\nkeywords = ["learn*", "new idea"]\n[themes.size]\nkeywords = "Größe"\n'
    prepared = prepare_study(open_study(tmp_path, {"leader": said}, more=more))
    found = mentions(prepared).set_index(["theme", "unit"])["marked"]
    units = prepared.open_answers["unit"]
    assert [found["learning", unit] for unit in units] == [True, False, True, False, True, False, False, True]
    assert [found["size", unit] for unit in units] == [False] * 5 + [True, True, False]
    assert assess_coding(prepared).empty
    assert count_themes(prepared)["n_coded"].tolist() == [8, 8]


def test_marks_of_an_answer_that_changed_since_do_not_count(tmp_path):
    folder = open_study(tmp_path, FOUR)
    coded(folder, {"a": {"*": YES}})
    (folder / "post.csv").write_text((folder / "post.csv").read_text().replace("two", "2"))
    assert time_of(prepare_study(folder)) == [True, None, True, True]


@pytest.mark.slow
def test_a_theme_that_is_declared_later_awaits_coding(tmp_path):
    folder = open_study(tmp_path, FOUR)
    coded(folder, {"a": {"*": YES}})
    (folder / "study.toml").write_text((folder / "study.toml").read_text() + 'more = "More"\n')
    prepared = prepare_study(folder)
    assert count_themes(prepared).set_index("theme")["n_coded"].to_dict() == {"learning": 4, "time": 4, "more": 0}
    notes = check_study(folder).table.query("rule == 'open_answers_await'")["message"]
    assert "not coded for every theme: 4." in notes.item()


@pytest.mark.slow
def test_what_awaits_coding_is_a_note_until_it_is_coded(tmp_path):
    folder = open_study(tmp_path, FOUR)
    assert "open_answers_await" in set(check_study(folder).table["rule"])
    coded(folder, {"a": {"*": NO}})
    assert "open_answers_await" not in set(check_study(folder).table["rule"])


def test_agreement_is_of_coders_without_the_agreed_sheet(tmp_path):
    folder = open_study(tmp_path, {"leader": [f"number {n}" for n in range(1, 41)]})
    first = {str(n): YES for n in range(1, 21)} | {"*": NO}
    second = {str(n): YES for n in range(11, 31)} | {"*": NO}
    table = assess_coding(coded(folder, {"a": first, "b": second, "agreed": {"*": YES}})).set_index("theme")
    assert table.loc["time"].tolist() == [2, 40, 0.5, "kappa", pytest.approx(0.0)]
    assert table.loc["learning", ["agreement", "coefficient"]].tolist() == [1.0, ""]
    third = assess_coding(coded(folder, {"a": first, "b": second, "c": first | {"40": None}})).set_index("theme")
    assert third.loc["time", ["n_coders", "coefficient"]].tolist() == [3, "alpha"]
    few = {str(n): YES for n in range(1, 15)} | {str(n): NO for n in range(15, 30)} | {"*": None}
    assert np.isnan(assess_coding(coded(folder, {"a": few, "b": few}))["value"]).all()


def test_a_theme_that_is_called_like_somebody_is_refused(tmp_path):
    folder = open_study(tmp_path, FOUR, more=THEMES + 'three = "Meeting QX-0003"\n')
    with pytest.raises(StudyFileError, match=r"themes\.three: its label holds the name of a person") as raised:
        mentions(prepare_study(folder))
    assert "QX" not in str(raised.value)
    assert check_study(folder).has_errors


@pytest.mark.parametrize(
    "content", ["{", '[{"coder": "a"}]', '{"a": 1}', '[{"coder":"a","unit":"u","version":"v","marks":[]}]']
)
def test_damaged_codes_are_said(tmp_path, content):
    folder = open_study(tmp_path, FOUR)
    coded(folder, {"a": {"*": YES}})
    (folder / ".rm_research" / "reflections" / "coding.json").write_text(content)
    with pytest.raises(ReportError, match=r"coding\.json is damaged"):
        mentions(prepare_study(folder))
