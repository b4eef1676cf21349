"""Instruments: their files, what a scale takes from one, and what of a study contradicts it."""

import tomllib
from importlib.resources import files

import pytest
from click.testing import CliRunner

import rm_research as rm
from rm_research.catalogue import languages
from rm_research.cli import main
from rm_research.errors import SelectionError, StudyFileError
from rm_research.study.instruments import EVERYBODY, STUDENTS, known

TOML = """
title = "With an instrument"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.s]
instrument = "{name}"
"""
PUBLISHED = [one for one in known().values() if not one.questions and not one.refused]
OPEN = [one for one in known().values() if one.questions]


def codebook(count, *, head="of", cells="{n}"):
    rows = [f"i{n},s,{cells.format(n=n)}" for n in range(1, count + 1)]
    return "\n".join([f"item,scale,{head}", *rows, ""])


@pytest.fixture
def study(write_study):
    def read(name, text):
        return rm.read_study(write_study(toml=TOML.format(name=name), codebook=text))

    return read


@pytest.fixture
def faults(study):
    def read(name, text):
        with pytest.raises(StudyFileError) as caught:
            study(name, text)
        return caught.value.problems

    return read


@pytest.mark.parametrize("one", [*PUBLISHED, *OPEN], ids=lambda one: one.name)
def test_each_instrument_is_sound(one):
    numbers = {*range(1, one.items + 1)}
    assert one.items > 0
    assert one.low < one.high
    assert {*one.reverse} <= numbers
    assert one.permission in ("ask first", "needed unless for research", "not needed")
    assert one.licence
    assert one.source
    assert {*one.label} >= {*languages()}
    assert {*one.uncertain} <= {"range", "reverse", "subscales", "roles", "licence"}
    listed = [number for part in one.parts().values() for number in part]
    assert len(set(listed)) == len(listed)
    if one.subscales and len(one.parts()) == len(one.subscales):
        assert {*listed} == numbers
    elif one.subscales:
        assert sum(one.subscales.values()) == one.items


@pytest.mark.parametrize("one", PUBLISHED, ids=lambda one: one.name)
def test_no_published_instrument_has_wording(one):
    """A file of a published scale has facts of its structure and nothing in which an item could stand."""
    content = tomllib.loads(files("rm_research").joinpath("instruments", f"{one.name}.toml").read_text("utf-8"))
    assert {*content} <= {"title", "label", "items", "low", "high", "reverse", "roles", "source", "licence",
                          "permission", "subscales", "uncertain"}  # fmt: skip
    assert all(isinstance(value, int | list) for value in content.get("subscales", {}).values())


@pytest.mark.parametrize("one", OPEN, ids=lambda one: one.name)
def test_the_open_set_words_every_item_in_every_language(one):
    assert len(one.questions) == one.items
    assert (one.validated, one.licence[:3], one.permission) == (False, "CC0", "not needed")
    for wording in one.questions:
        assert {*wording} <= {EVERYBODY, STUDENTS, "leader", "mentor"}
        assert EVERYBODY in wording or {*wording} >= {*one.roles} > set()
        for texts in wording.values():
            assert {*texts} == {*languages()}
            assert all(text == text.strip() and text.endswith(".") and len(text.split()) <= 20
                       for text in texts.values())  # fmt: skip


def test_the_open_set_asks_nobody_to_keep_secrets():
    """Where students mentor, a child must not be asked to value that what is said stays between it and an adult."""
    said = " ".join(text for one in OPEN for wording in one.questions for texts in wording.values()
                    for text in texts.values()).casefold()  # fmt: skip
    assert not any(word in said for word in ("between us", "unter uns", "secret", "geheim", "partner"))


def test_what_is_known_of_the_structure():
    """Facts that anybody can look up in the sources."""
    uwes, safety = known()["uwes-9"], known()["psychological-safety"]
    assert (uwes.items, uwes.low, uwes.high, uwes.reverse) == (9, 0, 6, ())
    assert uwes.parts() == {"vigor": (1, 2, 5), "dedication": (3, 4, 7), "absorption": (6, 8, 9)}
    assert (safety.items, safety.low, safety.high, safety.reverse) == (7, 1, 7, (1, 3, 5))
    assert {one.name: one.items for one in PUBLISHED} == {
        "adaptive-leadership-behavior": 15, "adaptive-performance": 19, "cultural-intelligence": 20, "i-adapt-m": 55,
        "internet-self-efficacy": 8, "interpersonal-reactivity": 28, "lmx-7": 7, "mentoring-competency": 26,
        "perceived-group-inclusion": 16, "psychological-safety": 7, "toronto-empathy": 16, "uwes-3": 3, "uwes-9": 9,
        "work-group-inclusion": 10,
    }  # fmt: skip


def test_a_scale_takes_range_reversal_and_label(study):
    read = study("psychological-safety", codebook(7))
    assert [item.name for item in read.items if item.reverse] == ["i1", "i3", "i5"]
    assert {(item.low, item.high) for item in read.items} == {(1, 7)}
    assert read.scale("s").title == "Psychological safety"


def test_items_are_told_by_their_number_not_by_their_row(study):
    rows = codebook(7).splitlines()
    read = study("psychological-safety", "\n".join([rows[0], *reversed(rows[1:]), ""]))
    assert [item.name for item in read.items if item.reverse] == ["i5", "i3", "i1"]


def test_labels_are_in_the_language_of_the_pages(write_study):
    more = '\n[reporting]\nlanguage = "de"\n'
    read = rm.read_study(write_study(more, toml=TOML.format(name="open-goals"), codebook=codebook(4)))
    assert read.scale("s").title == "Gemeinsame Ziele"
    assert read.items[3].title == "Wir kommen unseren Zielen näher."


def test_a_varied_study_is_filled_alike(study):
    read = study("uwes-9", codebook(9))
    assert read.varied({"reporting.level": 0.9}).items == read.items


def test_a_declared_range_and_reversal_may_repeat_what_is_printed(study):
    text = codebook(7, head="of,low,high", cells="{n},1,7")
    assert sum(item.reverse for item in study("psychological-safety", text).items) == 3


def test_the_items_of_one_subscale_are_enough(study):
    text = "item,scale,of\na,s,1\nb,s,2\nc,s,5\n"
    assert len(study("uwes-9", text).items) == 3


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("uwes-9", codebook(8), "scale 's' has 8 items of uwes-9, which has 9; list all of them, or those of one subs"),
        ("uwes-9", codebook(10), "item 'i10' has number 10 under of, but uwes-9 has 9 items; correct it"),
        ("uwes-9", codebook(9, cells="3"), "item 'i2' has number 3 of uwes-9, as an item above has"),
        ("uwes-9", codebook(9, cells=""), "item 'i1' is of uwes-9 and has no number; write its number there, 1 to 9"),
        ("uwes-9", codebook(9, cells="x"), "row 2: of is 'x'; write the item's number in its instrument"),
        ("uwes-9", codebook(9, head="of,low,high", cells="{n},1,7"), "has the range 1 to 7, but uwes-9 is printed wi"),
        (
            "uwes-9",
            codebook(9, head="of,reverse", cells="{n},yes"),
            "item 'i1' is declared reversed, but item 1 of uwe",
        ),
        ("psychological-safety", codebook(7, head="of,reverse", cells="{n},no"), "item 'i3' is not declared reversed"),
        ("uwes9", codebook(9), "scales.s.instrument: 'uwes9' is not known; did you mean 'uwes-9'?"),
        ("gallup-q12", codebook(12), "scales.s.instrument: Gallup Q12 cannot be used. Gallup owns its items"),
    ],
)
def test_contradictions_are_told_with_their_remedy(faults, name, text, said):
    assert any(said in problem for problem in faults(name, text)), faults(name, text)


def test_one_item_that_is_not_declared_reversed_is_told_alone(faults):
    rows = ["item,scale,of,reverse", *(f"i{n},s,{n},{'yes' if n in (1, 3) else ''}" for n in range(1, 8)), ""]
    (problem,) = faults("psychological-safety", "\n".join(rows))
    assert "row 6: item 'i5' is not declared reversed, but item 5 of psychological-safety is; write yes" in problem


def test_what_is_not_certain_is_neither_filled_in_nor_checked(study, faults):
    text = codebook(10, head="of,low,high", cells="{n},1,7")
    assert study("work-group-inclusion", text).scale_range("s") == (1, 7)
    assert "have no low and high" in faults("work-group-inclusion", codebook(10))[0]


def test_reversal_that_is_not_certain_is_the_owners(study):
    text = codebook(19, head="of,low,high,reverse", cells="{n},1,7,yes")
    assert all(item.reverse for item in study("adaptive-performance", text).items)


def test_a_number_without_an_instrument_is_told(write_study):
    with pytest.raises(StudyFileError, match="has a number under of, but its scale names no instrument"):
        rm.read_study(write_study(codebook="item,scale,low,high,of\nm1,mood,1,5,1\nm2,mood,1,5,\n"))


def test_the_table_has_a_row_for_each():
    table = rm.instruments()
    assert table["instrument"].tolist() == [*known()]
    assert table.set_index("instrument").loc["psychological-safety", "reversed"] == "1, 3, 5"
    assert "not certain" in table.set_index("instrument").loc["i-adapt-m", "reversed"]
    assert table.set_index("instrument").loc["gallup-q12", "refused"].startswith("Gallup owns")


def test_one_instrument_has_a_row_for_each_item():
    assert rm.instruments("uwes-9")["subscale"].tolist()[:3] == ["vigor", "vigor", "dedication"]
    assert rm.instruments("i-adapt-m")["reversed"].isna().all()
    assert not rm.instruments("uwes-9")["question"].any()
    assert rm.instruments("open-learning")["question"][0].startswith("leader: I have tried out")


@pytest.mark.parametrize(("name", "said"), [("uwes9", "did you mean 'uwes-9'?"), ("gallup-q12", "cannot be used")])
def test_an_unknown_or_refused_one_is_told(name, said):
    with pytest.raises(SelectionError, match=said.replace("?", r"\?")):
        rm.instruments(name)
    done = CliRunner().invoke(main, ["instruments", name])
    assert (done.exit_code, done.stdout) == (1, "")


def test_the_command_lists_and_shows():
    listed = CliRunner().invoke(main, ["instruments"], env={"COLUMNS": "200"})
    assert listed.exit_code == 0
    assert all(name in listed.stdout for name in ("uwes-9", "open-goals", "gallup-q12"))
    shown = CliRunner().invoke(main, ["instruments", "psychological-safety"], env={"COLUMNS": "200"})
    assert "Reversed: 1, 3, 5" in shown.stdout
    assert "not validated yet" in CliRunner().invoke(main, ["instruments", "open-goals"]).stdout
