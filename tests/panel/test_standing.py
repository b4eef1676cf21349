"""Whether a locked plan says that it is older than the first later answer, and what `check` tells of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from small_studies import TOML, Group, small_study

from rm_research.checks import check_study
from rm_research.disclosure.participation import participation
from rm_research.frames import ARRIVALS
from rm_research.panel import prepare_study
from rm_research.panel.standing import STOOD, differences, stood
from rm_research.study import read_study
from rm_research.study.locking import plan_of

LATER = date(2025, 9, 8)  # day of the later answers of a small study


@pytest.fixture
def folder(tmp_path):
    return small_study(tmp_path / "s", Group(role="leader", arm="programme"))


def locked(folder, day=date(2025, 1, 1), old="", new="", **changes):
    """Write the plan of a study, and change study.toml afterwards."""
    plan = replace(plan_of(read_study(folder), day), **changes)
    (folder / "plan.toml").write_text(plan.text(), encoding="utf-8")
    toml = (folder / "study.toml").read_text(encoding="utf-8")
    assert old in toml
    (folder / "study.toml").write_text(toml.replace(old, new), encoding="utf-8")
    return folder


def told(folder):
    table = check_study(folder).table
    return {rule: (severity, message) for rule, severity, message in
            zip(table["rule"], table["severity"], table["message"], strict=True)}  # fmt: skip


DAYS = [(-300, "before"), (-2, "before"), (-1, "around"), (0, "around"), (1, "around"), (2, "after"), (90, "after")]


@pytest.mark.quick(4)
@pytest.mark.parametrize(("days", "expected"), DAYS)
def test_the_day_of_the_plan_is_held_against_the_first_later_answer(folder, days, expected):
    prepared = prepare_study(locked(folder, LATER + timedelta(days)))
    assert stood(prepared.arrivals, prepared.study) == expected
    late = told(folder).get("plan_late")
    assert (late is not None) is (expected != "before")
    if late is not None:
        severity, message = late
        assert severity == "warning"
        assert ("had come in" in message) is (expected == "after")


def test_the_first_of_all_later_answers_counts(folder):
    locked(folder, date(2025, 6, 1))
    text = (folder / "post.csv").read_text()
    (folder / "post.csv").write_text(text.replace("2025-09-08", "2025-05-01", 1))
    assert "plan_late" in told(folder)


def first_row(text, day):
    """The first questionnaire of an export, on another day."""
    return text.splitlines()[1].replace("2025-09-08", day)


LEFT_OUT = {  # additions to study.toml, and the value of a column that leaves a questionnaire out
    "duplicates": ('duplicates = "last"', None, ""),
    "unfinished": ('unfinished = "drop"', "finished", "no"),
    "consent": ("", "consent", "no"),
}


@pytest.mark.quick(4)
@pytest.mark.parametrize("how", LEFT_OUT)
@pytest.mark.parametrize(("day", "expected"), [("2025-05-01", "after"), ("", "unknown"), ("2025-09-08", "before")])
def test_questionnaires_that_are_left_out_were_answers_all_the_same(folder, how, day, expected):
    of_wave, column, no = LEFT_OUT[how]
    toml = (folder / "study.toml").read_text()
    toml = toml.replace("[waves.post]\n", f"[waves.post]\n{of_wave}\n")
    if column is not None:
        toml = toml.replace("[columns]\n", f'[columns]\n{column} = "{column}"\n')
    (folder / "study.toml").write_text(toml)
    for name in ("pre", "post"):
        text = (folder / f"{name}.csv").read_text()
        first = first_row(text, day)
        lines = text.splitlines()
        if column is not None:
            lines = [f"{lines[0]},{column}", *(f"{line},yes" for line in lines[1:])]
            first = f"{first},{no}"
        (folder / f"{name}.csv").write_text("\n".join([lines[0], *([first] if name == "post" else []), *lines[1:]]))
    prepared = prepare_study(locked(folder, date(2025, 8, 1)))
    assert (prepared.responses.query("wave == 'post'")["submitted"].dt.date == LATER).all()
    assert stood(prepared.arrivals, prepared.study) == expected
    assert prepare_study(folder).arrivals.equals(prepared.arrivals)  # from the cache


def test_the_page_of_a_cohort_judges_by_the_whole_study(tmp_path):
    groups = [Group(cohort=name, role="leader", arm="programme") for name in ("A", "B")]
    folder = locked(small_study(tmp_path / "s", *groups), date(2025, 10, 15))
    header, *rows = (folder / "post.csv").read_text().splitlines()
    moved = [row.replace("2025-09-08", "2025-12-01") if ",B," in row else row for row in rows]
    assert moved != rows
    (folder / "post.csv").write_text("\n".join([header, *moved]))
    assert set(participation(prepare_study(folder))["cohorts"]["plan"]) == {"after"}


@pytest.mark.slow
def test_without_a_date_nobody_knows(folder):
    locked(folder)
    text = (folder / "post.csv").read_text()
    (folder / "post.csv").write_text(text.replace("2025-09-08", "", 1))
    assert told(folder)["plan_undated"][0] == "note"
    # an answer that is known to be older settles it all the same
    (folder / "post.csv").write_text(text.replace("2025-09-08", "", 1).replace("2025-09-08", "2024-05-01", 1))
    assert "plan_late" in told(folder)
    assert "plan_undated" not in told(folder)


def test_dates_that_are_not_declared_are_not_known(folder):
    toml = (folder / "study.toml").read_text().replace('submitted = "when"\n', "")
    (folder / "study.toml").write_text(toml)
    _, message = told(locked(folder))["plan_undated"]
    assert "Declare the column of dates as submitted under [columns]" in message


def test_before_there_are_later_answers_nothing_is_late(folder):
    locked(folder, date(2030, 1, 1))
    (folder / "post.csv").unlink()
    problems = check_study(folder)
    assert problems.prepared is not None
    assert stood(problems.prepared.arrivals, problems.prepared.study) == "none_yet"
    assert not set(problems.table["rule"]) & {"plan_late", "plan_undated"}


def test_retrospective_answers_are_later_answers(folder):
    toml = (
        (folder / "study.toml")
        .read_text()
        .replace("[columns]", '[waves.then]\nkind = "retrospective"\nfile = "then.csv"\n[columns]')
    )
    (folder / "study.toml").write_text(toml)
    (folder / "then.csv").write_text((folder / "pre.csv").read_text().replace("2025-03-03", "2025-04-01"))
    prepared = prepare_study(locked(folder, date(2025, 5, 1)))
    assert stood(prepared.arrivals, prepared.study) == "after"


def test_without_a_plan_nothing_is_said(folder):
    prepared = prepare_study(folder)
    assert stood(prepared.arrivals, prepared.study) is None
    assert differences(prepared.study) == ()
    assert not [rule for rule in told(folder) if rule.startswith("plan")]


def test_what_stood_is_known_words(folder):
    prepared = prepare_study(locked(folder))
    assert {stood(ARRIVALS.empty(), prepared.study), stood(prepared.arrivals, prepared.study)} <= set(STOOD)


def test_a_change_is_a_warning_with_its_keys_and_a_table(folder):
    locked(folder, old="smallest_effect = 0.3", new="smallest_effect = 0.1\nmin_answered = 0.9")
    severity, message = told(folder)["plan_changed"]
    assert severity == "warning"
    assert "locked on 2025-01-01: scales.mood.smallest_effect, scales.mood.min_answered." in message
    assert check_study(folder).plan.to_numpy().tolist() == [
        ["scales.mood.smallest_effect", "0.3", "0.1"], ["scales.mood.min_answered", "0.5", "0.9"],
    ]  # fmt: skip


def test_of_many_changes_six_are_named_and_the_others_counted(folder):
    new = (
        'smallest_effect = 0.1\nmin_answered = 0.9\nscore = "sum"\nbetter = "lower"\nretest = 0.5\nroles = ["leader"]\n'
    )
    locked(folder, old="smallest_effect = 0.3\n", new=new + '[design]\nclusters = "cohort"\n')
    _, message = told(folder)["plan_changed"]
    assert message.count("scales.mood.") + message.count("design.") == 6
    assert "and 1 more." in message
    assert len(check_study(folder).plan) == 7


def test_a_new_title_is_a_warning_and_no_change(folder):
    locked(folder, old='"A small study"', new='"Its new name"')
    found = told(folder)
    severity, message = found["plan_title"]
    assert severity == "warning"
    assert "'A small study', and this study is called 'Its new name'" in message
    assert "plan_changed" not in found


def test_other_versions_are_a_note_and_no_change(folder):
    versions = plan_of(read_study(folder), LATER).versions | {"scipy": "0.1", "numpy": "0.2"}
    locked(folder, versions=versions)
    found = told(folder)
    assert found["plan_versions"][0] == "note"
    assert "numpy, scipy" in found["plan_versions"][1]
    assert "plan_changed" not in found
    assert check_study(folder).plan["key"].tolist() == ["versions.numpy", "versions.scipy"]


def test_options_that_are_tried_out_are_no_change(folder):
    varied = read_study(locked(folder)).varied({"reporting.level": 0.9})
    assert "plan_changed" not in set(check_study(varied).table["rule"])
    assert differences(varied) == ()


def test_a_new_plan_is_noticed_although_nothing_else_changed(folder):
    assert prepare_study(folder).study.plan is None
    locked(folder, date(2025, 12, 1))
    assert "plan_late" in set(prepare_study(folder).problems["rule"])


@pytest.mark.slow
def test_the_quality_page_has_the_table_or_says_that_there_is_nothing(folder):
    assert "No plan was locked. To lock one" in check_study(folder)._repr_html_()
    locked(folder)
    assert "declare what the plan says" in check_study(folder)._repr_html_()
    (folder / "study.toml").write_text(TOML.replace("0.3", "0.1"))
    html = check_study(folder)._repr_html_()
    assert "<td>scales.mood.smallest_effect</td>" in html
    assert "<th>In the plan</th>" in html
