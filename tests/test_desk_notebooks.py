"""The notebooks of the desk: prose that is true, no outputs, and runs on studies of every kind."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError
from small_studies import TOML, Group, small_study
from test_notebooks import NAMES as REPORTS

from rm_research.reporting.kernels import ReportKernelManager

FOLDER = Path(__file__).parents[1] / "notebooks"
START = "start"  # has no code: it lists the others
DESK = ("explore", "measurement", "own_model", "own_notebook", "process", "robustness", "tutorial")
LINK = re.compile(r"\]\(([^)#\s]+)")
WORDS = {
    "tutorial": 600,
    "explore": 300,
    "measurement": 300,
    "own_model": 500,
    "robustness": 400,
    "process": 400,
    "own_notebook": 20,
}


def cells_of(name: str, kind: str) -> list[NotebookNode]:
    cells = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4).cells
    return [cell for cell in cells if cell.cell_type == kind]


def executed(name: str, folder: Path, **parameters: object) -> list[NotebookNode]:
    """Cells with code of a notebook, run as the batch runs those that make pages."""
    notebook = papermill.execute_notebook(
        str(FOLDER / f"{name}.ipynb"), str(folder / f"{name}.ipynb"), parameters=parameters, progress_bar=False,
        log_output=False, kernel_name="python3", language="python", kernel_manager_class=ReportKernelManager,
        resources={"metadata": {"path": str(FOLDER)}},
    )  # fmt: skip
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cells: list[NotebookNode]) -> str:
    return "".join(output.text for cell in cells for output in cell.outputs if output.get("name") == "stdout")


def complaints(cells: list[NotebookNode]) -> list[str]:
    return [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"]


def test_every_notebook_has_its_rules():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {START, *DESK, *REPORTS}


def test_the_start_page_lists_every_notebook_once():
    links = LINK.findall("\n".join(cell.source for cell in cells_of(START, "markdown")))
    assert sorted(links) == sorted(f"{name}.ipynb" for name in (*DESK, *REPORTS))
    assert cells_of(START, "code") == []


@pytest.mark.parametrize("name", [START, *DESK])
class TestEach:
    def test_is_committed_without_outputs(self, name):
        assert [cell for cell in cells_of(name, "code") if cell.outputs or cell.execution_count] == []

    def test_names_no_place_of_a_machine(self, name):
        text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
        assert re.findall(r"(?<![\w.])/(?:home|Users|tmp|work|root)/|[A-Z]:\\\\", text) == []

    def test_links_lead_somewhere(self, name):
        links = LINK.findall("\n".join(cell.source for cell in cells_of(name, "markdown")))
        assert [link for link in links if not (FOLDER / link).exists()] == []


@pytest.mark.parametrize("name", DESK)
class TestEachWithCode:
    def test_has_prose_to_read(self, name):
        text = " ".join(cell.source for cell in cells_of(name, "markdown"))
        assert len(text.split()) >= WORDS[name]

    def test_parameters_are_literals_and_study_is_the_demo(self, name):
        (tagged,) = [cell for cell in cells_of(name, "code") if "parameters" in cell.metadata.get("tags", [])]
        parameters = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged.source).body}
        assert (FOLDER / parameters["study"] / "study.toml").is_file()
        assert set(parameters) <= {"study", "cohort", "role", "scale", "vary"}
        # what is made into pages takes no other options than study.toml
        assert ("vary" in parameters) == (name not in ("tutorial", "own_notebook"))

    @pytest.mark.slow
    def test_runs_as_it_is_and_complains_of_nothing(self, name, tmp_path):
        cells = executed(name, tmp_path)
        assert complaints(cells) == []
        assert sum(bool(cell.outputs) for cell in cells) > 2


ARMS = (("programme", 14, 0.4), ("waitlist", 11, 0.0))
CHOSEN = TOML + '\n[design]\ncomparison = "waitlist"\nassignment = "self-selected"\n'
STUDIES: dict[str, Callable[[Path], Path]] = {
    "one cohort, no roles, no comparison": lambda folder: small_study(folder, Group(left=2)),
    "three people": lambda folder: small_study(folder, Group(n=3)),
    "waves not linked": lambda folder: small_study(
        folder, Group(n=14), Group(cohort="Autumn"), toml=TOML + '[link]\nmethod = "none"\n'
    ),
    "similar codes": lambda folder: small_study(
        folder, Group(n=14, left=1), Group(cohort="Autumn"), toml=TOML + '[link]\nmethod = "code"\n'
    ),
    "roles, a chosen comparison, three cohorts": lambda folder: small_study(
        folder,
        *(Group(cohort, n, role, arm, gain=gain, left=1)
          for cohort in ("Spring", "Autumn", "Winter") for role in ("leader", "mentor") for arm, n, gain in ARMS),
        toml=CHOSEN,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("name", [name for name in DESK if name not in ("tutorial", "own_notebook")])
def test_runs_on_studies_of_every_kind(name, study, tmp_path):
    cells = executed(name, tmp_path, study=str(STUDIES[study](tmp_path / "study")))
    assert complaints(cells) == []
    assert sum(bool(cell.outputs) for cell in cells) > 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["explore", "measurement", "own_model", "process", "robustness"])
def test_takes_names_and_other_options(name, tmp_path):
    study = STUDIES["roles, a chosen comparison, three cohorts"](tmp_path / "study")
    names = {"cohort": "Autumn", "role": "mentor", "scale": "mood", "vary": {"reporting.level": 0.9}}
    known = papermill.inspect_notebook(str(FOLDER / f"{name}.ipynb"))
    cells = executed(name, tmp_path, study=str(study), **{key: value for key, value in names.items() if key in known})
    assert complaints(cells) == []


@pytest.mark.slow
@pytest.mark.parametrize("study", ["one cohort, no roles, no comparison", "roles, a chosen comparison, three cohorts"])
def test_the_tutorial_goes_with_other_studies(study, tmp_path):
    role = "leader" if "roles," in study and "no roles" not in study else "participant"
    cells = executed(
        "tutorial", tmp_path, study=str(STUDIES[study](tmp_path / "study")), cohort="Spring", role=role, scale="mood"
    )
    assert complaints(cells) == []
    assert ("no comparison group" in printed(cells)) == ("no comparison" in study)


@pytest.mark.slow
def test_the_tutorial_says_what_it_needs(tmp_path):
    study = STUDIES["waves not linked"](tmp_path / "study")
    with pytest.raises(PapermillExecutionError, match="set study to its folder, data/demo"):
        executed("tutorial", tmp_path, study=str(study), cohort="Spring", role="participant", scale="mood")


@pytest.mark.slow
def test_a_statement_that_does_not_hold_stops_the_notebook(tmp_path, monkeypatch):
    """The cells with asserts are what makes the prose of own_model true: with another estimate they fail."""
    notebook = nbformat.read(FOLDER / "own_model.ipynb", as_version=4)
    frame = next(cell for cell in notebook.cells if 'wide["change"] =' in cell.source)
    frame.source += '\nwide.loc[wide.index[0], "post"] += 1'
    changed = tmp_path / "changed"
    changed.mkdir()
    nbformat.write(notebook, changed / "own_model.ipynb")
    monkeypatch.setattr("test_desk_notebooks.FOLDER", changed)
    demo = Path(__file__).parents[1] / "data" / "demo"
    with pytest.raises(PapermillExecutionError, match="AssertionError"):
        executed("own_model", tmp_path, study=str(demo))
