"""What a draft leaves open is refused wherever the study goes, until its owner has settled it."""

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from small_studies import TOML, Group, small_study

from rm_research.checks import check_study
from rm_research.cli import main
from rm_research.drafting.marks import checks
from rm_research.errors import StudyError, StudyFileError
from rm_research.panel import prepare_study
from rm_research.responses.intake import read_responses
from rm_research.study import read_study
from rm_research.study.marks import CHECK, Mark, open_marks
from rm_research.study.toml import BREAKS
from rm_research.writers.clean import write_clean

MARK = f"# {CHECK} which wave is first.\n"


@pytest.fixture
def marked(tmp_path):
    return small_study(tmp_path / "study", Group(), toml=TOML.replace("[waves.pre]", MARK + "[waves.pre]"))


@pytest.mark.parametrize(
    "line", ["# CHECK [ ] so", "# CHECK [] so", "#CHECK [  ]: so", "  # CHECK [ ] so", "# CHECK: so", "# CHECK : so"]
)
def test_marks_that_are_open(line):
    assert open_marks(f"a = 1\n{line}\r\nb = 2") == (Mark(2, "so"),)


@pytest.mark.parametrize(
    "line", ["# CHECK [x] so", "# CHECK [ x] so", "# CHECK [X]: so", "# [ ] so", "# so", "# CHECK with the team: so",
             "# check: so", 'a = 1  # CHECK [ ] so', "# CHECKED: so", ""],
)  # fmt: skip
def test_marks_that_are_settled_and_other_comments(line):
    assert open_marks(line) == ()


@examples(20)
@given(
    st.lists(
        st.tuples(
            st.text(min_size=1).filter(lambda said: not said.strip().startswith(":") and BREAKS.sub("", said)),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_a_mark_of_any_words_is_found_until_it_is_settled(drawn):
    lines = []
    for said, settled in drawn:
        lines += [line.replace(CHECK, "CHECK [x]") if settled else line for line in checks(said)]
        lines += ["a = 1", "# a comment", "#   another"]
    found = open_marks("\n".join(lines))
    left = [said for said, settled in drawn if not settled]
    assert len(found) == len(left)
    for mark, said in zip(found, left, strict=True):
        assert BREAKS.sub("", mark.said) == BREAKS.sub("", said)


def test_an_open_mark_is_refused_everywhere(marked, tmp_path):
    for verb in (prepare_study, read_responses, lambda study: write_clean(study, out=tmp_path / "clean", format="csv")):
        with pytest.raises(
            StudyError, match=r"study.toml line 2 is still marked CHECK: which wave is first\. Decide it"
        ):
            verb(marked)
    assert read_study(marked).marks == (Mark(2, "which wave is first."),)


def test_the_command_line_says_how_a_mark_is_settled(marked, tmp_path):
    done = CliRunner().invoke(main, ["report", str(marked), "--out", str(tmp_path / "out")], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert "put x between the brackets of the mark" in done.stderr
    assert not (tmp_path / "out").exists()


def test_check_tells_of_open_marks_and_of_the_data_at_once(marked):
    with (marked / "pre.csv").open("a", encoding="utf-8") as file:
        file.write("P9-1,Spring,,,D9-1,2025-03-03,9,1,1\n")
    problems = check_study(marked)
    assert {"open_mark", "out_of_range"} & set(problems.table["rule"]) >= {"open_mark"}
    assert len(problems.table) > 1
    assert problems.table.loc[problems.table["rule"] == "open_mark", "severity"].tolist() == ["error"]


def test_a_settled_mark_is_kept_and_refuses_nothing(marked):
    text = (marked / "study.toml").read_text(encoding="utf-8")
    (marked / "study.toml").write_text(text.replace("[ ]", "[x]"), encoding="utf-8")
    assert len(prepare_study(marked).panel) == 12


def test_open_marks_stand_beside_the_faults_of_the_study_files(marked):
    text = (marked / "study.toml").read_text(encoding="utf-8")
    (marked / "study.toml").write_text(text.replace("label =", "lable ="), encoding="utf-8")
    with pytest.raises(StudyFileError, match="lable") as refused:
        read_study(marked)
    assert any("still marked CHECK: which wave is first" in problem for problem in refused.value.problems)


NUMBERED = '[answers.pace]\n"no time" = {}\n"some time" = {}\n'


@pytest.mark.parametrize(("first", "second", "said"), [
    ('""', '""', "answers.pace: 2 answers have no number yet ('no time', 'some time'); write each number"),
    ("1", '""', "answers.pace: 1 answer has no number yet ('some time'); write each number"),
])  # fmt: skip
def test_answers_without_a_number_are_refused_in_one_sentence(tmp_path, first, second, said):
    study = small_study(tmp_path / "study", Group(), toml=TOML + NUMBERED.format(first, second))
    with pytest.raises(StudyFileError) as refused:
        read_study(study)
    assert len(refused.value.problems) == 1
    assert said in refused.value.problems[0]
