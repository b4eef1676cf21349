"""A locked plan: everything that can change a result is in it, and nothing in it changes unseen."""

import errno
import os
import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from pydantic import BaseModel

from rm_research.errors import StudyError, StudyFileError
from rm_research.planning import lock_plan, locking
from rm_research.study import Item, read_study
from rm_research.study.locking import FORMAT, LockedPlan, plan_of, read_plan
from rm_research.study.rules import NO_EFFECT, NO_EFFECT_OF_ITEMS, declared_rules, rules_of
from rm_research.study.settings import Settings

DAY = date(2025, 3, 1)
# a study that declares each kind of table, and each name that stands for others
WHOLE = """title = "All of it"
outcomes = ["mood"]
[waves.pre]
kind = "occasion"
returned = "m1"
[[waves.pre.sources]]
name = "a"
file = "a.csv"
where = { Status = "x", round = 0.5 }
set = { role = "leader" }
columns = { cohort = "Semester" }
[[waves.pre.sources]]
name = "b"
file = "b.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = { pre = "Q2", post = "Q1" }
arm = "group"
submitted = "when"
duration = "took"
dyad = "pair"
[attributes]
grade = "Grade"
[values.role]
leader = ["Senior"]
[missing]
values = ["n/a"]
auxiliary = ["grade"]
[roster]
file = "roster.csv"
columns = { dyad = "Pair" }
[sessions]
file = "sessions.csv"
columns = { dyad = "Pair" }
[goals]
file = "goals.csv"
low = 0
high = 100
columns = { dyad = "Pair" }
[programme]
start = { "Spring" = 2025-03-01 }
planned_meetings = 6
every_days = 30
planned_minutes = 60
agreed = { purpose = "purpose" }
[careless]
same_answers = 3
fastest = 60
attention = { m1 = 2 }
[link]
compare = ["number"]
[scales.mood]
smallest_effect = 0.3
smallest_effect_from = "anchor"
retest = 0.8
roles = ["leader"]
picked = { below = 3, mean = 3.6, sd = 0.8 }
published = "total"
[answers.often]
Never = 1
Always = 5
[design]
baseline = "pre"
comparison = "waitlist"
clusters = "dyad"
interactions = ["grade"]
moderators = ["grade"]
[reporting]
leave_out = ["Pilot"]
[reflections]
quotes = "quotes.csv"
[themes.time]
label = "Time"
keywords = ["hour*"]
[questionnaire]
ask = { Grade = "Your grade" }
"""
CODEBOOK = """item,scale,reverse,low,high,missing,label,post,low.post,high.post,kind
m1,mood,,0,4,99,One,Q1,1,5,
m2,mood,yes,0,4,,Two,-,,,
words,,,,,,,,,,text
"""


def written(folder, toml=WHOLE, codebook=CODEBOOK):
    folder.mkdir(exist_ok=True)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    (folder / "codebook.csv").write_text(codebook, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return written(tmp_path / "study")


@pytest.fixture
def study(folder):
    return read_study(folder)


def keys_of(model: type[BaseModel], within: str = "") -> Iterator[str]:
    """Every key of study.toml as the models declare it, `*` in the place of names."""
    for name, field in model.model_fields.items():
        yield from keys_in(field.annotation, f"{within}{name}")


def keys_in(declared: Any, key: str) -> Iterator[str]:
    if get_origin(declared) is UnionType or type(None) in get_args(declared):
        for part in get_args(declared):
            if part is not type(None):
                yield from keys_in(part, key)
    elif isinstance(declared, type) and issubclass(declared, BaseModel):
        yield from keys_of(declared, f"{key}.")
    elif get_origin(declared) in (dict, tuple) and isinstance(last := models_of(declared), type):
        yield from keys_of(last, f"{key}.*.")
    else:
        yield key


def models_of(declared: Any) -> type[BaseModel] | None:
    found = [part for part in get_args(declared) if isinstance(part, type) and issubclass(part, BaseModel)]
    return found[0] if found else None


def parents(key: str) -> list[str]:
    parts = key.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def test_every_key_of_study_toml_is_in_the_plan_or_on_the_list_of_those_that_change_nothing(study):
    planned = {above for rule in declared_rules(study.settings) for above in parents(rule.pattern)}
    forgotten = [key for key in keys_of(Settings) if key not in planned and not set(parents(key)) & set(NO_EFFECT)]
    assert forgotten == [], "declare these in WHOLE; then they are in the plan, or have a reason in NO_EFFECT"
    assert set(NO_EFFECT) <= {above for key in keys_of(Settings) for above in parents(key)}


def test_every_fact_of_an_item_is_in_the_plan_or_on_the_list(study):
    names = {field.name for field in fields(Item)}
    assert set(NO_EFFECT_OF_ITEMS) <= names
    planned = {key.split(".")[2] for key in rules_of(study) if key.startswith("items.")}
    assert names - planned - set(NO_EFFECT_OF_ITEMS) <= {"answers"}  # no item of this study has a table of answers


def test_every_reason_says_why():
    assert all(len(reason.split()) > 3 for reason in (*NO_EFFECT.values(), *NO_EFFECT_OF_ITEMS.values()))


CHANGED = [
    ('outcomes = ["mood"]\n', "", ""),  # the only scale is the outcome all the same
    ("smallest_effect = 0.3", "smallest_effect = 0.2", "scales.mood.smallest_effect"),
    ('smallest_effect_from = "anchor"', 'smallest_effect_from = "judgement"', "scales.mood.smallest_effect_from"),
    ('roles = ["leader"]', 'roles = ["leader", "mentor"]', "scales.mood.roles"),
    ("retest = 0.8", 'retest = 0.8\nbetter = "lower"', "scales.mood.better"),
    ("retest = 0.8", "retest = 0.8\nmin_answered = 0.8", "scales.mood.min_answered"),
    ("below = 3", "below = 2", "scales.mood.picked.below"),
    ('Status = "x"', 'Status = "y"', "waves.pre.a.where.Status"),
    ("round = 0.5", "round = 0.25", "waves.pre.a.where.round"),
    ('file = "b.csv"', 'file = "b.csv"\nset = { arm = "waitlist" }', "waves.pre.b.set.arm"),
    ('returned = "m1"', 'returned = "m2"', "waves.pre.returned"),
    ('file = "post.csv"', 'file = "post.csv"\nduplicates = "last"', "waves.post.duplicates"),
    ('arm = "group"', 'arm = "actual"', "columns.arm"),
    ('leader = ["Senior"]', 'leader = ["Senior", "Boss"]', "values.role.leader"),
    ('values = ["n/a"]', 'values = ["n/a", "99"]', "missing.values"),
    ('compare = ["number"]', 'method = "code"', "link.method"),
    ("same_answers = 3", 'same_answers = 3\naction = "drop"', "careless.action"),
    ("m1 = 2", "m1 = 3", "careless.attention.m1"),
    ("Never = 1", "Never = 0", "answers.often.Never"),
    ('comparison = "waitlist"', 'comparison = "none"', "design.comparison"),
    ('clusters = "dyad"', 'clusters = "dyad"\nassignment = "randomised"', "design.assignment"),
    ('clusters = "dyad"', 'clusters = "cohort"', "design.clusters"),
    ('clusters = "dyad"', 'clusters = "dyad"\ncomparison_scope = "shared"', "design.comparison_scope"),
    ('interactions = ["grade"]', "", "design.interactions"),
    ('moderators = ["grade"]', "", "design.moderators"),
    ("[reporting]", "[reporting]\nlevel = 0.9", "reporting.level"),
    ("[reporting]", "[reporting]\nsmallest_group = 8", "reporting.smallest_group"),
    ("[reporting]", '[reporting]\naverage = "cohorts"', "reporting.average"),
    ("every_days = 30", "every_days = 14", "programme.every_days"),
    ('"Spring" = 2025-03-01', '"Spring" = 2025-04-01', "programme.start.Spring"),
    # what no result depends on
    ('published = "total"', 'label = "Mood"\nunit = "points"', ""),
    ("[reporting]", '[reporting]\nlanguage = "de"\ncohorts = ["Spring"]\nspecifications = true', ""),
    ('file = "post.csv"', 'file = "answers.xlsx"\nformat = "excel"', ""),
    ('Grade = "Your grade"', 'Grade = "Which grade?"', ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key"), CHANGED, ids=[f"{key or new}" for _, new, key in CHANGED])
def test_each_change_is_told_and_nothing_else(tmp_path, old, new, key):
    plan = plan_of(read_study(written(tmp_path / "before")), DAY)
    now = read_study(written(tmp_path / "after", WHOLE.replace(old, new, 1)))
    beside = {"link.compare"} if key == "link.method" else set()  # which only equal codes have
    assert {one.key for one in plan.differences(now)} - beside == ({key} if key else set())


@pytest.mark.parametrize(
    ("codebook", "keys"),
    [
        (CODEBOOK.replace("m2,mood,yes", "m2,mood,"), {"items.m2.reverse"}),
        (CODEBOOK.replace("m1,mood,,0,4,99", "m1,mood,,0,4,98"), {"items.m1.missing"}),
        (CODEBOOK.replace("Q1,1,5", "Q2,1,5"), {"items.m1.columns.post"}),
        (CODEBOOK.replace("Q1,1,5", "Q1,,"), {"items.m1.codings.post.low", "items.m1.codings.post.high"}),
        (CODEBOOK.replace(",Two,-", ",Two,"), {"items.m2.columns.post"}),
        (CODEBOOK.replace(",0,4,", ",1,4,"), {"items.m1.low", "items.m2.low"}),
        (CODEBOOK.replace("One", "First"), set()),
        (CODEBOOK + "m3,,,,,,,,,\n", {"items", "items.m3.kind"}),
    ],
)
def test_each_change_of_the_codebook_is_told(tmp_path, codebook, keys):
    plan = plan_of(read_study(written(tmp_path / "before")), DAY)
    assert {one.key for one in plan.differences(read_study(written(tmp_path / "after", WHOLE, codebook)))} == keys


def test_a_scale_that_no_later_wave_asks_any_more_is_told(tmp_path):
    plan = plan_of(read_study(written(tmp_path / "before", SMALL, ITEMS)), DAY)
    now = read_study(written(tmp_path / "after", SMALL, ITEMS.replace("b,zeal,1,5,", "b,zeal,1,5,-")))
    assert [one for one in plan.differences(now) if one.key == "scales.zeal.waves"] == [
        ("scales.zeal.waves", '["pre", "post"]', '["pre"]')
    ]


SMALL = """title = "Small"
outcomes = ["mood", "zeal"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
[scales.zeal]
"""
ITEMS = "item,scale,low,high,post\na,mood,1,5,\nb,zeal,1,5,\n"


def test_what_is_in_force_without_being_declared_is_in_the_plan(tmp_path):
    rules = rules_of(read_study(written(tmp_path / "study", SMALL.replace('outcomes = ["mood", "zeal"]\n', ""), ITEMS)))
    assert rules["outcomes"] == ["mood", "zeal"]
    assert (rules["design.baseline"], rules["design.clusters"], rules["roster"]) == ("pre", "person", False)


def test_what_is_declared_only_now_is_told_with_nothing_planned(tmp_path):
    plan = plan_of(read_study(written(tmp_path / "before", SMALL, ITEMS)), DAY)
    now = read_study(written(tmp_path / "after", SMALL.replace("[scales.zeal]", "[scales.zeal]\nretest = 0.5"), ITEMS))
    assert plan.differences(now) == (("scales.zeal.retest", "", "0.5"),)
    assert replace(plan, rules=rules_of(now)).differences(read_study(tmp_path / "before")) == (
        ("scales.zeal.retest", "0.5", ""),
    )


def test_a_rule_that_came_with_a_later_version_counts_only_where_it_is_declared(study):
    plan = plan_of(study, DAY)
    older = replace(plan, rules={key: value for key, value in plan.rules.items() if key != "link.max_edits"})
    assert older.differences(study) == ()
    assert older.differences(study.varied({"link.max_edits": 2})) == (("link.max_edits", "", "2"),)


def test_versions_that_differ_are_told_apart(study):
    plan = replace(plan_of(study, DAY), versions={**plan_of(study, DAY).versions, "scipy": "0.1"})
    assert [one.key for one in plan.differences(study)] == ["versions.scipy"]


class TestFile:
    def test_is_read_back_as_it_was(self, folder, study):
        plan = plan_of(study, DAY)
        (folder / "plan.toml").write_text(plan.text(), encoding="utf-8")
        assert read_plan(folder) == plan
        assert read_study(folder).plan == plan
        assert read_study(folder).plan.differences(study) == ()

    def test_equal_studies_have_equal_bytes_but_for_the_date(self, study, tmp_path):
        again = read_study(written(tmp_path / "again"))
        assert plan_of(again, DAY).text() == plan_of(study, DAY).text()
        one, other = (plan_of(study, day).text().splitlines() for day in (DAY, date(2025, 3, 2)))
        differing = [line.partition(" ")[0] for line, later in zip(one, other, strict=True) if line != later]
        assert differing == ["locked", "hash"]

    @examples(30)
    @given(
        rules=st.dictionaries(
            st.text(min_size=1),
            st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.lists(st.text()),
                      st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer())),
        ),
        title=st.text(),
    )  # fmt: skip
    def test_whatever_it_holds_is_read_back(self, tmp_path_factory, rules, title):
        folder = tmp_path_factory.mktemp("plan")
        plan = LockedPlan(title, DAY, {"rm_research": title}, rules)
        plan = replace(plan, locked=date(2026, 1, 1), earlier=(plan,))
        (folder / "plan.toml").write_text(plan.text(), encoding="utf-8", newline="")
        assert read_plan(folder) == plan

    def test_no_part_of_it_passes_for_a_plan(self, folder, study):
        text = replace(plan_of(study, DAY), earlier=(plan_of(study, date(2025, 1, 1)),)).text()
        lines = text.splitlines(keepends=True)
        for n in (0, 2, *range(5, 12), 14, 30, len(lines) // 2, len(lines) // 2 + 1, len(lines) - 20, len(lines) - 1):
            (folder / "plan.toml").write_text("".join(lines[:n]), encoding="utf-8")
            with pytest.raises(StudyFileError, match=r"plan.toml: .*Restore plan.toml from a copy, or move it out"):
                read_study(folder)

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('"scales.mood.smallest_effect" = 0.3', '"scales.mood.smallest_effect" = 0.2', "its hash does not match"),
            ("locked = \"2025-03-01\"", 'locked = "2024-03-01"', "its hash does not match"),
            ("locked = \"2025-03-01\"", 'locked = "1 March"', "locked is not a date such as 2026-03-01"),
            ("[rules]\n", '[rules]\n"sclaes.mood.level" = 1\n', "its hash does not match"),
            ("[rules]\n", "[rulez]\n", "lacks rules.*\n.*has rulez, which no plan has"),
            ("format = 1", "format = 1\nauthor = \"me\"", "[plan] has author, which no plan has"),
            ("format = 1", "format = 2", "was written by a newer version of rm_research"),
            ("format = 1\n", "", "[plan] lacks format; it may be half a file"),
            ("[plan]", "[plan", "cannot be read; it may be half a file"),
        ],
    )  # fmt: skip
    def test_a_file_that_was_edited_is_refused_in_words(self, folder, study, old, new, said):
        text = plan_of(study, DAY).text()
        assert old in text
        (folder / "plan.toml").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(StudyFileError) as caught:
            read_study(folder)
        told = str(caught.value)
        assert all(part in told for part in said.split(".*\n.*"))

    def test_an_earlier_plan_cannot_be_changed_or_dropped(self, folder, study):
        first = plan_of(study, date(2025, 1, 1))
        text = replace(plan_of(study, DAY), earlier=(first,)).text()
        for changed in (text.partition("\n[[earlier]]")[0] + "\n", text.replace("2025-01-01", "2024-01-01")):
            (folder / "plan.toml").write_text(changed, encoding="utf-8")
            with pytest.raises(StudyFileError, match="its hash does not match"):
                read_study(folder)

    def test_the_plan_of_another_study_is_refused(self, folder, study):
        plan = plan_of(study, DAY)
        others = {**plan.rules, "scales": ["zeal"], "items": ["z1"]}
        for rules, refused in (
            (others, True),
            (others | {"items": ["m1"]}, False),
            (others | {"scales": ["mood"]}, False),
        ):
            (folder / "plan.toml").write_text(replace(plan, title="Another", rules=rules).text(), encoding="utf-8")
            if refused:
                with pytest.raises(
                    StudyFileError, match="the plan of the study 'Another', which has no scale and no item"
                ):
                    read_study(folder)
            else:
                assert read_study(folder).plan.title == "Another"

    def test_a_link_out_of_the_folder_is_refused(self, folder, study, tmp_path):
        (tmp_path / "elsewhere.toml").write_text(plan_of(study, DAY).text(), encoding="utf-8")
        (folder / "plan.toml").symlink_to(tmp_path / "elsewhere.toml")
        with pytest.raises(StudyFileError, match=r"plan\.toml is a link out of the study's folder"):
            read_study(folder)

    def test_names_it_the_format_it_has(self, study):
        assert tomllib.loads(plan_of(study, DAY).text())["plan"]["format"] == FORMAT


class TestLockPlan:
    def test_a_new_title_is_locked_again_and_keeps_the_plan_of_the_old_one(self, folder):
        first = lock_plan(folder)
        toml = folder / "study.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace('"All of it"', '"A new title"'), encoding="utf-8")
        assert read_study(folder).plan == first
        second = lock_plan(folder, again=True)
        assert (second.title, second.earlier) == ("A new title", (first,))
        assert read_study(folder).plan == second
        assert lock_plan(folder, again=True) == second

    def test_where_there_are_no_links_it_is_written_and_never_over_another(self, folder, monkeypatch):
        def no_links(*_):
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)
        files = {path.name for path in folder.iterdir()}
        study = read_study(folder)
        plan = lock_plan(study)
        assert read_study(folder).plan == plan
        assert {path.name for path in folder.iterdir()} - files <= {"plan.toml", ".rm_research"}
        text = (folder / "plan.toml").read_text(encoding="utf-8")
        with pytest.raises(StudyError, match="is there already"):  # it came after the study was read
            locking._write(folder / "plan.toml", "another", anew=True)
        assert (folder / "plan.toml").read_text(encoding="utf-8") == text
        (folder / "plan.toml").unlink()

        def no_replacing(*_):
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(os, "replace", no_replacing)
        with pytest.raises(StudyError, match="cannot be written"):
            lock_plan(study)
        assert not (folder / "plan.toml").exists()

    def test_locks_before_there_are_any_data(self, folder):
        plan = lock_plan(folder)
        assert read_study(folder).plan == plan
        assert plan.rules["scales.mood.smallest_effect"] == 0.3
        assert sorted(path.name for path in folder.iterdir()) == ["codebook.csv", "plan.toml", "study.toml"]

    def test_refuses_to_lock_over_a_plan_unless_again(self, folder):
        first = lock_plan(folder)
        before = (folder / "plan.toml").read_bytes()
        written(folder, WHOLE.replace("0.3", "0.2"))
        with pytest.raises(StudyError, match=f"says it was locked on {first.locked}.*--again"):
            lock_plan(folder)
        assert (folder / "plan.toml").read_bytes() == before

    def test_again_keeps_every_earlier_plan(self, folder):
        plans = [lock_plan(folder)]
        for effect in ("0.2", "0.1"):
            written(folder, WHOLE.replace("0.3", effect))
            plans.append(lock_plan(folder, again=True))
        kept = read_study(folder).plan
        assert kept == plans[-1]
        assert list(kept.earlier) == plans[:-1]
        assert [plan.rules["scales.mood.smallest_effect"] for plan in kept.earlier] == [0.3, 0.2]

    def test_again_without_a_difference_changes_nothing(self, folder, monkeypatch):
        first = lock_plan(folder)
        before = (folder / "plan.toml").read_bytes()
        monkeypatch.setattr(locking, "plan_of", lambda study, today: plan_of(study, date(2099, 1, 1)))
        assert lock_plan(folder, again=True) == first
        assert (folder / "plan.toml").read_bytes() == before

    def test_a_study_with_open_marks_is_not_ready(self, folder):
        written(folder, WHOLE + "# CHECK [ ] something.\n")
        with pytest.raises(StudyError, match="The study is not ready to be locked"):
            lock_plan(folder)
        assert not (folder / "plan.toml").exists()

    def test_a_varied_study_is_not_what_the_files_declare(self, study, folder):
        with pytest.raises(StudyError, match=r"Plans are made of the study as study\.toml declares it"):
            lock_plan(study.varied({"reporting.level": 0.9}))
        assert not (folder / "plan.toml").exists()

    def test_a_study_that_changed_since_it_was_read_is_read_again(self, study, folder):
        written(folder, WHOLE.replace("0.3", "0.2"))
        with pytest.raises(StudyFileError, match="changed since the study was read"):
            lock_plan(study)

    def test_a_folder_that_cannot_be_written_is_said(self, study, monkeypatch):
        monkeypatch.setattr(locking.tempfile, "mkstemp", refuse)
        with pytest.raises(StudyError, match=r"cannot be written \(Read-only\)"):
            lock_plan(study)

    def test_a_plan_that_came_meanwhile_is_not_lost(self, study, folder, monkeypatch):
        locked = lock_plan(folder).text()
        (folder / "plan.toml").rename(folder / "kept")
        again = read_study(folder)
        (folder / "kept").rename(folder / "plan.toml")
        monkeypatch.setattr(type(again), "varied", lambda self, options: self)
        with pytest.raises(StudyError, match="is there already"):
            lock_plan(again)
        assert (folder / "plan.toml").read_text() == locked
        assert not list(folder.glob(".plan*"))


def refuse(**_):
    raise PermissionError(30, "Read-only")
