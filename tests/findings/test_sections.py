"""A section is a module and a template, entered in one list: page, document, terms and pictures follow."""

import copy
import importlib.util
import io
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import docx
import pytest
from small_studies import Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.catalogue import catalogue
from rm_research.findings import Findings, Section, Sections, build_findings, sections
from rm_research.panel import prepare_study
from rm_research.reporting.forms.word import word_document

MODULE = """
from functools import partial

from rm_research.findings.page import Content
from rm_research.findings.pictures import Picture
from rm_research.figures import plot_flow


def content(context):
    if context.cohort is None:
        return None
    if context.cohort == "B":
        return Content()
    draw = partial(plot_flow, context.disclosed, study=context.study, cohort=context.cohort, title=False)
    picture = Picture(name="toy", title="A toy", subtitle="Played with", alt="Bars.", note="", draw=draw)
    values = {"heading": "Toys of <all> pairs", "sentence": "Each pair has a toy."}
    return Content(values, pictures=(picture,), not_shown=("Toys that broke are not shown.",))
"""
TEMPLATE = """{% from "macros.html.j2" import figures %}
<section aria-labelledby="toy">
<h2 id="toy">{{ heading }}</h2>
<p>{{ sentence }}</p>
{{ figures(pictures) }}
</section>
"""


def toy(folder: Path) -> ModuleType:
    """The module of a section that no other knows."""
    (folder / "toy.py").write_text(MODULE, encoding="utf-8")
    (folder / "toy.html.j2").write_text(TEMPLATE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("toy", folder / "toy.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare_study(small_study(tmp_path_factory.mktemp("study"), Group("A", 14), Group("B", 12)))


def names(findings: Findings) -> list[str]:
    return [section.name for section in findings.sections]


class TestASectionThatIsEntered:
    """After the headline."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def entered(cls, tmp_path_factory):
        first, *others = sections.SECTIONS
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sections, "SECTIONS", (first, toy(tmp_path_factory.mktemp("toy")), *others))
            yield

    @pytest.fixture(scope="class")
    @classmethod
    def findings(cls, prepared, entered):
        return build_findings(prepared, cohort="A")

    def test_stands_on_the_page_in_its_place_and_escaped(self, findings):
        assert names(findings) == [
            "headline", "toy", "prompts", "outcomes", "lasting", "groups", "programme", "response", "limits",
            "methods", "words",
        ]  # fmt: skip
        page = findings.sections._repr_html_()
        places = [page.index(part) for part in ('<header class="headline">', '<h2 id="toy">', '<h2 id="outcomes">')]
        assert places == sorted(places)
        assert "Toys of &lt;all&gt; pairs" in page
        assert repr(findings).splitlines().count("Toys of <all> pairs") == 2  # in the contents and above itself

    def test_a_term_that_it_uses_is_among_the_words_at_the_end(self, findings):
        assert "<dfn>Pair</dfn>" in findings.words.html
        assert findings.sections._repr_html_().count("<dfn>Pair</dfn>") == 1

    def test_stands_in_the_contents(self, findings):
        assert '<li><a href="#toy">Toys of &lt;all&gt; pairs</a></li>' in findings.headline.html

    @pytest.mark.slow
    def test_stands_in_the_document_with_its_picture(self, findings):
        document = docx.Document(io.BytesIO(word_document(findings, catalogue("en"))))
        headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
        assert headings[:2] == ["Toys of <all> pairs", "Each outcome"]
        assert len(document.inline_shapes) == len(findings.pictures)

    def test_its_pictures_are_among_the_page_s(self, findings):
        assert findings.pictures[0].name == "toy"
        assert findings.toy.pictures == findings.pictures[:1]
        assert len(findings.pictures) > 1

    def test_what_it_keeps_back_is_in_the_list_of_that(self, findings):
        assert "What is not shown, and why\nToys that broke are not shown." in findings.limits.text

    def test_is_empty_where_it_has_nothing_to_tell(self, prepared):
        findings = undrawn_findings(prepared, cohort="B")
        assert findings.toy.html == ""
        assert "toy" not in repr(findings).lower()

    def test_is_not_there_where_it_does_not_belong(self, prepared):
        findings = undrawn_findings(prepared)
        assert names(findings) == [
            "headline", "prompts", "outcomes", "cohorts", "lasting", "groups", "programme",
            "reflections", "response", "limits", "methods", "words",
        ]  # fmt: skip
        with pytest.raises(AttributeError, match="Findings have no 'toy'"):
            findings.toy  # noqa: B018


class TestEachSection:
    @pytest.fixture(scope="class")
    @classmethod
    def findings(cls, prepared):
        return undrawn_findings(prepared, cohort="A")

    def test_is_a_module_and_a_template_and_nothing_else_is_there(self):
        folder = Path(sections.__file__).parent
        listed = {Path(module.__file__).stem for module in sections.SECTIONS}
        assert {path.stem for path in folder.glob("*.py")} == listed | {"__init__"}
        assert {path.name.partition(".")[0] for path in folder.glob("*.j2")} == listed | {"macros", "words"}

    def test_is_an_attribute_of_findings_and_of_their_copy(self, findings):
        assert all(getattr(findings, section.name) is section for section in findings.sections)
        assert copy.copy(findings).headline is findings.headline

    @pytest.mark.slow
    def test_turns_no_page_of_the_document_where_it_is_empty(self, findings):
        longer = replace(findings, sections=Sections((*findings.sections, Section("toy", ""))))
        assert word_document(longer, catalogue("en")) == word_document(findings, catalogue("en"))

    def test_text_is_what_it_shows_as_plain_text(self, findings):
        headline = findings.headline
        assert headline.text == repr(headline)
        assert headline.text.splitlines()[1] == "A: what changed"
