"""Menus for notebooks: what may be picked, what is shown, and what is said where nothing can be."""

import importlib.util

import matplotlib.pyplot as plt
import nbformat
import pytest
from IPython.display import DisplayHandle
from small_studies import Group, small_study

import rm_research.browsing as browsing
from rm_research.browsing import WIDGET, browse
from rm_research.errors import FrameError, ReportError, SelectionError
from rm_research.panel import prepare_study
from rm_research.reporting.render import Page, cleaned, page_html

PICTURE = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}
Dropdown = pytest.importorskip("ipywidgets", reason="ipywidgets is not installed; the extra is called lab").Dropdown


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    groups = [Group(cohort, 12, role) for cohort in ("Spring", "Autumn") for role in ("leader", "mentor")]
    return prepare_study(small_study(tmp_path_factory.mktemp("browse") / "study", *groups))


@pytest.fixture
def desk(monkeypatch):
    """What a notebook would show: the menus, and what stood below them, the latest last."""
    menus, below, bundles = {}, [], []

    class Menu(Dropdown):
        def __init__(self, **options):
            super().__init__(**options)
            menus[options["description"]] = self

    monkeypatch.setattr("ipywidgets.Dropdown", Menu)
    monkeypatch.setattr(browsing, "display", lambda bundle, raw: bundles.append((bundle, raw)))
    monkeypatch.setattr(DisplayHandle, "display", lambda _, shown: below.append(shown))
    monkeypatch.setattr(DisplayHandle, "update", lambda _, shown: below.append(shown))
    return menus, below, bundles


def picked(prepared, *, cohort=None, role, scale):
    return {"cohort": cohort, "role": role, "scale": scale, "people": len(prepared.people)}


def test_there_is_a_menu_for_each_keyword_and_all_only_where_it_is_the_default(prepared, desk):
    browse(picked, prepared)
    menus, below, _ = desk
    assert {title: [text for text, _ in menu.options] for title, menu in menus.items()} == {
        "Cohort": ["all", "Autumn", "Spring"], "Role": ["leader", "mentor"], "Scale": ["mood"],
    }  # fmt: skip
    assert below == [{"cohort": None, "role": "leader", "scale": "mood", "people": 48}]
    assert menus["Cohort"].label == "all"


def test_what_is_shown_follows_the_menus(prepared, desk):
    browse(picked, prepared, role="mentor")
    menus, below, _ = desk
    menus["Cohort"].value = "Spring"
    menus["Role"].value = "leader"
    menus["Cohort"].value = ""
    assert [(shown["cohort"], shown["role"]) for shown in below] == [
        (None, "mentor"), ("Spring", "mentor"), ("Spring", "leader"), (None, "leader"),
    ]  # fmt: skip


def test_a_name_that_does_not_go_with_the_others_is_explained_in_place_of_the_picture(prepared, desk):
    def refusing(prepared, *, cohort=None):
        return prepared.where(cohort=cohort, role="nobody" if cohort else "leader")

    browse(refusing, prepared)
    menus, below, _ = desk
    menus["Cohort"].value = "Spring"
    assert "There is no role 'nobody'" in below[-1].data


def test_a_function_that_fails_leaves_no_picture_of_other_names(prepared, desk):
    browse(lambda prepared, *, cohort=None: 1 / (cohort is None), prepared)
    menus, below, _ = desk
    menus["Cohort"].value = "Spring"
    assert below[-1].data == "ZeroDivisionError: division by zero"


def test_a_picture_is_shown_once_and_not_left_to_pyplot(prepared, desk):
    def drawn(prepared, *, role):
        return plt.subplots()[1]

    before = plt.get_fignums()
    browse(drawn, prepared)
    assert isinstance(desk[1][0], plt.Figure)
    assert plt.get_fignums() == before


def test_a_page_has_nothing_in_place_of_the_menus(prepared, desk):
    browse(picked, prepared)
    ((bundle, raw),) = desk[2]
    assert raw
    assert bundle[WIDGET]["model_id"]
    assert bundle["text/html"] == bundle["text/plain"] == ""
    outputs = [nbformat.v4.new_output("display_data", bundle), nbformat.v4.new_output("display_data", PICTURE)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("browse(…)", outputs=outputs)])
    html = page_html(cleaned(notebook), Page("A page"))
    assert html.count("<img") == 1
    assert "Box" not in html
    assert "Dropdown" not in html


def test_without_ipywidgets_it_says_what_to_install(prepared, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(browsing, "find_spec", lambda name: None if name == "ipywidgets" else found(name))
    with pytest.raises(ReportError, match=r"pip install 'rm_research\[lab\]'"):
        browse(picked, prepared)


def test_a_function_without_such_keywords_is_refused(prepared):
    with pytest.raises(FrameError, match="<lambda> takes none of cohort, role, scale, wave, arm"):
        browse(lambda prepared: 1, prepared)


def test_a_start_that_does_not_exist_is_refused(prepared):
    with pytest.raises(SelectionError, match="There is no role 'boss'"):
        browse(picked, prepared, role="boss")
    with pytest.raises(FrameError, match="takes no arm; it takes cohort, role, scale"):
        browse(picked, prepared, arm="programme")


def test_other_data_are_refused(prepared):
    with pytest.raises(FrameError, match="this is a DataFrame"):
        browse(picked, prepared.panel)
