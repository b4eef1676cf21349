"""From a questionnaire to a platform and back: what it exports is read without an edit of any file."""

import re
from pathlib import Path

import numpy as np
import platform_exports
import pytest
from click.testing import CliRunner

import rm_research as rm
from rm_research.cli import main
from rm_research.drafting import begin_study, write_draft
from rm_research.questionnaires import PLATFORMS
from rm_research.questionnaires.writing import write_questionnaire

COHORTS = ("Spring 2026", "Autumn 2026")
N = 12  # people of each role and cohort
REVERSED = ("meetings4", "safety3")


def run(*arguments):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def person(number):
    """The parts of a code, unlike those of anybody else."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    first, second = divmod(number * 7 % 676, 26)
    return {"codemother": letters[first] + letters[second], "codeday": f"{number % 28 + 1:02}",
            "codetown": letters[(number * 5) % 26] + letters[(number * 11) % 26]}  # fmt: skip


def answered(asked, role, seed):
    """Answers of everybody of one role to the questions of one export; the last of each cohort does not agree."""
    rng = np.random.default_rng(seed)
    people = []
    for number in range(2 * N):
        # codes differ between roles too
        one = person(number + (100 if role == "mentor" else 0))
        one |= {"consent": int(number % N == N - 1), "cohort": number // N, "pair": f"No. {number + 1}"}
        level = rng.normal(2, 0.8)
        for item in asked:
            if item.name not in one:
                place = int(
                    np.clip(
                        np.rint(level + (0.8 if item.name[-1] in "13" else -0.4) + rng.normal(0, 0.6)),
                        0,
                        len(item.options) - 1,
                    )
                )
                one[item.name] = len(item.options) - 1 - place if item.name in REVERSED else place
        people.append(one)
    return people


@pytest.fixture
def study(tmp_path):
    """Begin a study for a platform, write its surveys, and put exports beside its files."""

    def make(platform, *, labels=True, heads="both", **begun):
        folder = tmp_path / platform
        write_draft(begin_study(folder, platform=platform, cohorts=COHORTS, **begun), folder)
        given = {}
        for path in write_questionnaire(folder, out=folder / "surveys", platform=platform):
            wave, role = path.stem.split("-")
            asked = platform_exports.questions(platform, path.read_bytes().decode())
            given[wave, role] = asked, answered(asked, role, len(given))
            content = platform_exports.export(platform, *given[wave, role], labels=labels, heads=heads)
            (folder / f"{path.stem}.csv").write_text(content, encoding="utf-8")
        return folder, given

    return make


CASES = [
    *((platform, {"labels": labels}) for platform in ("qualtrics", "limesurvey", "redcap", "csv")
      for labels in (True, False)),
    ("limesurvey", {"heads": "codes"}),
    ("limesurvey", {"language": "de", "students": True}),
    ("redcap", {"language": "de", "labels": False}),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "how"), CASES, ids=str)
def test_what_comes_back_is_read_without_an_edit(study, platform, how):
    folder, given = study(platform, **how)
    problems = rm.check_study(folder)
    assert problems.table["severity"].isin(["note"]).all(), problems.table["message"].tolist()
    prepared = rm.prepare_study(folder)
    items = {item.name: item for item in prepared.study.items}
    read = prepared.responses.merge(prepared.people[["cohort", "person", "role"]], on=["cohort", "person"])
    assert read.groupby(["wave", "role"]).size().tolist() == [2 * (N - 1)] * 4
    assert {*read["cohort"]} == {*COHORTS}
    assert len(prepared.people) == 2 * 2 * (N - 1)  # everybody is found again
    assert (prepared.people["cluster"].value_counts() == 2).all()  # partners, by the number of their pair
    for (wave, role), (asked, people) in given.items():
        agreed = [one for one in people if one["consent"] == 0]
        rows = read[(read["wave"] == wave) & (read["role"] == role)].sort_values("source_row")
        for question in asked:
            if question.name in items:
                expected = [one[question.name] + items[question.name].low for one in agreed]
                assert rows[question.name].tolist() == expected, (wave, role, question.name)


def test_reversed_items_are_scored_so(study):
    folder, given = study("csv")
    prepared = rm.prepare_study(folder)
    _, people = given["post", "leader"]
    expected = [
        np.mean([one[f"meetings{k}"] + 1 for k in (1, 2, 3)] + [5 - one["meetings4"]])
        for one in people
        if one["consent"] == 0
    ]
    scores = prepared.scores.merge(prepared.people[["cohort", "person", "role"]], on=["cohort", "person"])
    scores = scores.query("scale == 'meetings' and wave == 'post' and role == 'leader'")["score"]
    assert sorted(scores) == pytest.approx(sorted(expected))


def test_each_role_is_asked_what_is_for_it(study):
    _, given = study("csv")
    names = {place: {question.name for question in asked} for place, (asked, _) in given.items()}
    assert "mentorconfidence1" in names["pre", "mentor"] - names["pre", "leader"]
    assert "meetings1" in names["post", "leader"] - names["pre", "leader"]
    wordings = {role: {q.name: q.text for q in given["post", role][0]} for role in ("leader", "mentor")}
    assert wordings["leader"]["learning1"] == "I have tried out something that my mentor showed me."
    assert wordings["mentor"]["learning1"] == "The leader I mentor has tried out something that I showed them."
    assert wordings["leader"]["goals1"] == wordings["mentor"]["goals1"]


def test_students_who_mentor_are_asked_in_their_words(study):
    _, given = study("csv", students=True)
    wordings = {role: {q.name: q.text for q in given["post", role][0]} for role in ("leader", "mentor")}
    assert wordings["mentor"]["valued2"] == "What I know counts at my school."
    assert wordings["leader"]["valued2"] == "What I know counts where I work."


def test_german_students_are_addressed_as_such(tmp_path):
    write_draft(begin_study(tmp_path, students=True, language="de", cohorts=COHORTS), tmp_path)
    said = {path.stem: path.read_text("utf-8-sig") for path in
            write_questionnaire(tmp_path, out=tmp_path / "out", platform="csv")}  # fmt: skip
    for wave in ("pre", "post"):
        assert not re.search(r"\b(Sie|Ihr|Ihre[rnms]?)\b", said[f"{wave}-mentor"].replace("Sie dauert", ""))
        assert "dürfen wir deine antworten verwenden" in said[f"{wave}-mentor"].casefold()
        assert not re.search(r"\b(du|dein\w*)\b", said[f"{wave}-leader"].casefold())


def test_only_who_agrees_is_asked_more(study):
    _, given = study("limesurvey")
    shown = {question.name: question.shown for question in given["pre", "leader"][0]}
    assert (shown["consent"], shown["valued1"]) == ("1", '(consent == "1")')
    _, given = study("redcap")
    shown = {question.name: question.shown for question in given["pre", "leader"][0]}
    assert (shown["consent"], shown["valued1"]) == ("", "([consent] = '1')")


@pytest.mark.slow
def test_from_nothing_to_pages(tmp_path, study):
    """What the how-to page says: begin, write surveys, put exports there, check, report."""
    folder, _ = study("limesurvey")
    run("check", folder)
    out = tmp_path / "reports"
    run("report", folder, "--out", out, "--jobs", 1)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "Being valued" in page
    assert (Path(out) / "cohorts" / "spring-2026" / "index.html").exists()


def test_every_platform_has_a_writer():
    assert {*PLATFORMS} == {"qualtrics", "limesurvey", "redcap", "word", "csv"}
