"""Findings in the cell of a notebook look as on their page: JupyterLab's own rules do not shift them."""

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from shaped_studies import Shape, page_of, shaped_study

from rm_research.findings import build_findings
from rm_research.panel import prepare_study

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

LOOKS = """() => {
  const look = (selector, ...names) => {
    const style = getComputedStyle(document.querySelector(selector));
    return names.map(name => style[name]);
  };
  document.querySelectorAll("details").forEach(fold => { fold.open = true; });
  return {
    cells: look("table.glance td", "textAlign", "verticalAlign", "whiteSpace"),
    heads: look("table.glance th", "textAlign", "fontWeight"),
    rows: look("table.glance tbody tr:nth-child(2)", "backgroundColor"),
    term: look(".words dt", "float", "display"), meaning: look(".words dd", "display", "marginLeft"),
    heading: look("h2", "fontSize", "marginTop"), text: look("section p", "fontSize", "lineHeight"),
    chart: document.querySelector("figure svg").getBoundingClientRect().width,
  };
}"""


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The same findings as a page and in a notebook that JupyterLab's template shows."""
    folder = tmp_path_factory.mktemp("cell")
    findings = build_findings(prepare_study(shaped_study(folder / "study", Shape(arms=("programme", "waiting")))))
    output = nbformat.v4.new_output("display_data", {"text/html": findings.sections._repr_html_()})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("findings.sections", outputs=[output])])
    exporter = HTMLExporter(template_name="lab")
    exporter.require_js_url = exporter.mathjax_url = exporter.mermaid_js_url = ""
    (folder / "cell.html").write_text(exporter.from_notebook_node(notebook)[0], encoding="utf-8")
    return page_of(findings, folder / "page.html"), folder / "cell.html"


def test_a_cell_looks_like_the_page(open_page, places):
    page, cell = (open_page(path).page.evaluate(LOOKS) for path in places)
    assert cell == page
