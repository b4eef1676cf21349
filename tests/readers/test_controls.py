"""Characters that act on a terminal or a page do not get past reading, whatever the file's format."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rm_research.readers.controls import STEP, without_controls
from rm_research.readers.export import as_export
from rm_research.study.folding import CONTROL, printable

texts = st.text(st.sampled_from("ab é\n\t\x00\x07\x0b\x1b[31m\x85\x9b\u202e\u2066"), max_size=6)


def export(names, *rows):
    return as_export("pre.csv", names, pd.DataFrame(rows, columns=range(len(names)), dtype="str"), names)


@given(st.lists(texts, min_size=2, max_size=2), st.lists(st.tuples(texts, texts), min_size=1))
def test_nothing_that_acts_is_left_and_every_changed_cell_is_counted(names, rows):
    before = export(names, *rows)
    after = without_controls(before)
    cells = [cell for name in after.rows for cell in after.rows[name]]
    assert CONTROL.search("".join([*cells, *after.rows.columns, *after.texts.values()])) is None
    changed = sum(cell != printable(cell) for name in before.rows for cell in before.rows[name])
    assert after.steps == (((STEP, changed),) if changed else ())
    assert after.rows.shape == before.rows.shape


def test_names_that_become_equal_are_numbered_as_if_they_had_been_so_in_the_file():
    found = without_controls(export(["q\u202e", "q", "\x1b"], ("1", "2", "3")))
    assert list(found.rows) == ["q (1)", "q (2)", "column 3"]
    assert found.repeated == {"q"}


def test_labels_of_codes_are_freed_too():
    one = export(["q1"], ("1",))
    one.labels["q1"] = {"1": "Agree\x1b[0m"}
    assert without_controls(one).labels == {"q1": {"1": "Agree"}}


def test_a_clean_export_stays_as_it_is():
    one = export(["q1"], ("Zeile eins\nZeile zwei\tEnde",), ("می\u200cخواهم",))
    assert without_controls(one).rows.equals(one.rows)
    assert without_controls(one).steps == ()


@pytest.mark.parametrize("sign", ["\x1b[31m", "\u202e", "\x9b", "\x08"])
def test_entries_of_every_kind_are_searched(sign):
    found = without_controls(export(["q1"], (f"a{sign}b",), ("ab",)))
    assert found.rows["q1"].tolist() == ["ab", "ab"]
    assert found.steps == ((STEP, 1),)
