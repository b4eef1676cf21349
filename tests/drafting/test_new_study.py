"""Studies begun from nothing: whatever is chosen, the files that are written can be used at once."""

import click
import pytest
from click.testing import CliRunner

import rm_research as rm
from rm_research.cli import main
from rm_research.cli.asking import ask
from rm_research.drafting import begin_study, write_draft
from rm_research.drafting.new_study import OUTCOMES, PROCESS
from rm_research.errors import SelectionError, StudyFileError
from rm_research.questionnaires.writing import write_questionnaire
from rm_research.study.instruments import known
from rm_research.study.marks import CHECK

USABLE = [name for name, one in known().items() if not one.refused]


def alone(name):
    """How a study begins that has this instrument alone."""
    one = known()[name]
    return {"outcomes": [name], "roles": [*one.roles], "waves": ["now"] if one.during else []}


@pytest.fixture
def begun(tmp_path):
    def begin(**how):
        folder = tmp_path / "my-study"
        write_draft(begin_study(folder, **how), folder)
        return rm.read_study(folder)

    return begin


def _end(line):
    """Where the third cell of a line ends."""
    return len(",".join(line.split(",")[:3]))


def run(*arguments, **more):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], env={"COLUMNS": "200"}, **more)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def test_without_options_it_is_the_open_set(begun):
    study = begun()
    assert study.title == "My study"
    assert {scale.instrument for scale in study.scales} == {*OUTCOMES, *PROCESS}
    assert study.outcomes == ("valued", "generations", "digital")
    assert study.scale("mentorconfidence").roles == ("mentor",)
    assert not study.measured("meetings", "pre")
    assert study.measured("meetings", "post")
    assert study.marks == ()


@pytest.mark.parametrize("name", USABLE)
def test_every_instrument_can_be_begun_with(begun, name):
    study = begun(**alone(name))
    (scale,) = study.scales
    assert len(study.items_of(scale.name)) == known()[name].items
    certain = all(known()[name].knows(fact) for fact in ("range", "reverse"))
    assert bool(study.marks) != certain


@pytest.mark.parametrize("name", USABLE)
@pytest.mark.parametrize("platform", ["limesurvey", "redcap", "qualtrics"])
def test_only_wording_and_decisions_are_missing(begun, tmp_path, name, platform):
    study = begun(**alone(name), platform=platform)
    if known()[name].questions:
        assert write_questionnaire(study, out=tmp_path / "out", platform=platform)
        return
    with pytest.raises(StudyFileError) as caught:
        write_questionnaire(study, out=tmp_path / "out", platform=platform)
    words = ("CHECK", "not ours to give", "have no words")
    assert all(any(word in problem for word in words) for problem in caught.value.problems)


def test_when_marks_are_settled_only_the_wording_is_missing(tmp_path):
    """The range is compared with the source, and corrected; the reversed items are declared."""
    folder = tmp_path / "study"
    write_draft(begin_study(folder, outcomes=["i-adapt-m", "internet-self-efficacy"]), folder)
    for name, old, new in (("study.toml", CHECK, "CHECK [x]"), ("codebook.csv", ",1,7,", ",1,5,"),
                           ("codebook.csv", "item,scale,of,", "item,scale,of,reverse,"),
                           ("codebook.csv", "iadaptm,7,", "iadaptm,7,yes,")):  # fmt: skip
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    lines = (folder / "codebook.csv").read_text(encoding="utf-8").splitlines()
    others = [line if ",yes," in line else f"{line[: _end(line)]},{line[_end(line) :]}" for line in lines[1:]]
    (folder / "codebook.csv").write_text("\n".join([lines[0], *others, ""]), encoding="utf-8")
    study = rm.read_study(folder)
    assert study.scale_range("internetselfeffica") == (1, 5)
    assert [item.name for item in study.items if item.reverse] == ["iadaptm7"]
    with pytest.raises(StudyFileError, match="not ours to give") as caught:
        write_questionnaire(study, out=tmp_path / "out", platform="csv")
    assert "have no words" in caught.value.problems[1]
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("roles", [("leader", "mentor"), ("mentor",), ("participant",), ("Führungs/kraft", "mentor")])
def test_any_roles_cohorts_and_waves(begun, tmp_path, roles, language):
    waves = ["vor her", "nach/her", "später"]
    study = begun(roles=roles, cohorts=['"A"', "b = c"], waves=waves, language=language)
    assert list(study.settings.waves) == waves
    assert study.reporting.cohorts == ('"A"', "b = c")
    paths = write_questionnaire(study, out=tmp_path / "out", platform="csv")
    assert len({*paths}) == len(waves) * len(roles)


@pytest.mark.parametrize(("roles", "asked"), [(("leader", "mentor"), 4), (("leader",), 0), (("participant",), 0)])
def test_partners_are_asked_for_what_makes_them_a_pair(begun, tmp_path, roles, asked):
    study = begun(roles=roles)
    paths = write_questionnaire(study, out=tmp_path / "out", platform="csv")
    assert sum("The number of your pair" in path.read_text("utf-8-sig") for path in paths) == asked


@pytest.mark.parametrize(
    ("roles", "mentor"),
    [(("student", "head"), "student"), (("head", "student"), "student"), (("student", "leader", "teacher"), "student")],
)
def test_roles_of_other_names_are_asked_what_is_for_mentors_and_leaders(begun, tmp_path, roles, mentor):
    study = begun(roles=roles, mentor=mentor, students=True)
    assert study.scale("mentorconfidence").roles == ("mentor",)
    write_questionnaire(study, out=tmp_path / "out", platform="csv")
    students, heads = (
        (tmp_path / "out" / f"post-{name}.csv").read_text("utf-8-sig")
        for name in ("student", "head" if "head" in roles else "leader")
    )
    assert "What I know counts at my school." in students
    assert "mentorconfidence1" in students
    assert "learning1" in students
    assert "What I know counts where I work." in heads
    assert "I have tried out something that my mentor showed me." in heads


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"roles": ["student", "head"]}, "Which role mentors: student or head"),
        ({"roles": ["head"]}, "Which role mentors: head"),
        ({"roles": ["student", "head"], "mentor": "studnt"}, "none of the roles; did you mean 'student'"),
        ({"roles": ["student", "head", "aide"], "mentor": "student"}, "Which of the roles head and aide is mentored"),
        ({"roles": ["student", "mentor"], "mentor": "student"}, "A role is called mentor already"),
        ({"roles": ["leader", "head"], "mentor": "leader"}, "Who is called leader is mentored"),
        ({"roles": ["participant"], "students": True}, "no role mentors"),
    ],
)
def test_roles_that_leave_open_who_mentors_are_told(begun, how, said):
    with pytest.raises(SelectionError, match=said):
        begun(**how)


def test_the_command_takes_who_mentors(tmp_path):
    roles = ("--students", "--role", "student", "--role", "head")
    refused = run("init", tmp_path / "study", "--new", *roles)
    assert refused.exit_code == 1
    assert "--mentor" in refused.stderr
    assert run("init", tmp_path / "study", "--new", *roles, "--mentor", "student").exit_code == 0
    assert 'name = "student"' in (tmp_path / "study" / "study.toml").read_text()


def test_a_further_instrument_adds_to_the_open_set(begun):
    study = begun(instruments=["uwes-3", "open-goals"])
    assert study.outcomes == ("valued", "generations", "digital")
    assert [scale.instrument for scale in study.scales] == [*OUTCOMES, *PROCESS, "uwes-3"]


def test_chosen_outcomes_stand_alone(begun):
    assert [scale.instrument for scale in begun(outcomes=["uwes-3"]).scales] == ["uwes-3"]


def test_one_wave_asks_everything(begun):
    study = begun(waves=["now"])
    assert study.measured("meetings", "now")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"outcomes": ["uwes9"]}, r"no instrument 'uwes9'; did you mean 'uwes-9'\?"),
        ({"instruments": ["gallup-q12"]}, "Gallup Q12 cannot be used"),
        ({"outcomes": ["uwes-9"], "instruments": ["uwes-9"]}, "The instrument 'uwes-9' is named twice"),
        ({"language": "fr"}, "--language 'fr' has no texts; there are de and en|en and de"),
        ({"cohorts": ["A", "A"]}, "The cohort 'A' is named twice"),
        ({"roles": ["leader"], "outcomes": ["open-mentor-confidence"]}, "is for mentor, and the study has leader"),
        (
            {"outcomes": ["open-learning"]},
            "open-learning can only be asked once a pair has met.*as --outcome one of th",
        ),
        ({"outcomes": ["open-goals", "open-safety"], "instruments": ["uwes-3"]}, "open-goals and open-safety can only"),
        (
            {"outcomes": ["open-mentor-confidence"]},
            "The survey pre of leader would ask nothing: open-mentor-confidence",
        ),
    ],
)
def test_what_cannot_be_begun_is_told(begun, how, said):
    with pytest.raises(SelectionError, match=said):
        begun(**how)


def test_names_that_waves_cannot_have_are_told(begun):
    with pytest.raises(StudyFileError, match=r"--wave 'a\.b'"):
        begun(waves=["a.b"])


def test_the_command_takes_options(tmp_path):
    folder = tmp_path / "study"
    done = run("init", folder, "--new", "--title", "Mine", "--cohort", "A", "--cohort", "B",
               "--outcome", "uwes-9", "--instrument", "work-group-inclusion",
               "--wave", "start", "--wave", "end", "--for", "redcap")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "study.toml line " in done.stdout
    assert "range is not certain" in done.stdout
    assert f"Next: rm-research questionnaire {folder} --for redcap" in done.stdout
    study = rm.read_study(folder)
    assert (study.title, study.outcomes, list(study.settings.waves)) == ("Mine", ("uwes9",), ["start", "end"])


def test_without_a_terminal_it_takes_what_is_proposed(tmp_path):
    assert run("init", tmp_path / "study", "--new").exit_code == 0
    assert rm.read_study(tmp_path / "study").outcomes == ("valued", "generations", "digital")


@pytest.fixture
def answer(tmp_path):
    """Answer the questions at a terminal, and read the study that they begin."""

    @click.command()
    def asked():
        write_draft(begin_study(tmp_path, **ask(tmp_path)), tmp_path / "study")

    def say(*answers):
        done = CliRunner().invoke(asked, input="\n".join([*answers, ""]), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return rm.read_study(tmp_path / "study"), done.output

    return say


def test_at_a_terminal_it_asks(answer):
    study, _ = answer("Ours", "", "", "A, B", "uwes-3, open-goals", "open-valued", "y", "y", "limesurvey", "de")
    assert (study.title, study.outcomes, study.reporting.language) == ("Ours", ("uwes3", "goals"), "de")
    assert study.reporting.cohorts == ("A", "B")
    assert study.settings.questionnaire.students
    assert [item.name for item in study.text_items] == ["takeaway"]


def test_at_a_terminal_a_mistyped_instrument_is_asked_again_and_none_means_none(answer):
    study, said = answer("", "", "", "none", "uwes3", "gallup-q12", "UWES-3", "None", "", "", "", "")
    assert "did you mean 'uwes-3'?" in said
    assert "Gallup Q12 cannot be used" in said
    assert (study.outcomes, len(study.scales), study.reporting.cohorts) == (("uwes3",), 1, ())


def test_at_a_terminal_it_asks_who_mentors(answer):
    study, said = answer("", "", "student, head", "student", "", "", "", "y", "", "", "")
    assert "Which role mentors" in said
    assert study.settings.questionnaire.students
    assert study.scale("mentorconfidence").roles == ("mentor",)


def test_at_a_terminal_only_what_is_for_the_roles_is_proposed(answer):
    study, said = answer("", "", "leader", "", "", "", "", "")
    assert "open-mentor-confidence" not in said
    assert "students" not in said
    assert "logs of meetings" not in said
    assert study.scale("learning").instrument == "open-learning"


def test_what_pairs_do_may_be_kept_too(begun, tmp_path):
    study = begun(process=True, students=True, language="de", platform="limesurvey")
    assert (study.sessions.file, study.goals.file) == ("meetings.csv", "goals.csv")
    paths = {path.name: path.read_text("utf-8") for path in write_questionnaire(
        study, out=tmp_path / "out", platform="limesurvey")}  # fmt: skip
    asked = {name for name, text in paths.items() if "Treffen mitgenommen" in text}
    assert {name for name in paths if "post" in name} == asked
    assert sum("Was hast du aus euren" in text for text in paths.values()) == 1


def test_lines_of_a_plan_can_be_filled_in(begun, tmp_path):
    begun(process=True)
    toml = tmp_path / "my-study" / "study.toml"
    text = toml.read_text("utf-8")
    for name in ("start", "planned_meetings", "every_days", "planned_minutes"):
        assert f"# {name} = " in text
        text = text.replace(f"# {name} = ", f"{name} = ")
    toml.write_text(text, encoding="utf-8")
    assert rm.read_study(toml.parent).programme.planned_meetings == 6


def test_without_pairs_there_is_nothing_that_pairs_do(begun):
    with pytest.raises(SelectionError, match="the roles make no pairs"):
        begun(process=True, roles=["participant"])


@pytest.mark.parametrize("roles", [["leader", "mentor"], ["participant"]])
def test_the_only_cohort_is_not_asked(begun, tmp_path, roles):
    study = begun(cohorts=["2026"], roles=roles)
    assert all(source.set["cohort"] == "2026" for wave in study.waves for source in wave.sources)
    assert "Which group" not in write_questionnaire(study, out=tmp_path / "out", platform="csv")[0].read_text("utf-8")


def test_instruments_may_be_in_capitals(begun):
    assert begun(outcomes=["UWES-9"]).scales[0].instrument == "uwes-9"


def test_what_is_there_is_kept(tmp_path):
    run("init", tmp_path, "--new")
    before = (tmp_path / "study.toml").read_text()
    done = run("init", tmp_path, "--new", "--title", "Another")
    assert (done.exit_code, (tmp_path / "study.toml").read_text()) == (1, before)
    assert "never overwrites" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [(), ("--new", "--from", "pre.csv"), ("--from", "pre.csv", "--cohort", "A"), ("--new", "pre.csv")],
)
def test_exports_and_a_beginning_exclude_each_other(tmp_path, arguments):
    assert run("init", tmp_path / "study", *arguments).exit_code == 2
    assert not (tmp_path / "study").exists()
