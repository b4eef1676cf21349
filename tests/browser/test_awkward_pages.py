"""Pages of studies that strain the layout: long and foreign names, many outcomes, arms, surveys or cohorts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from shaped_studies import Shape, page_of, shaped_study

from rm_research.findings import build_findings
from rm_research.panel import prepare_study

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

TWELVE = ("Inclusion", "Engagement", "Adaptability", "Trust", "Voice", "Empathy", "Safety", "Confidence", "Insight",
          "Belonging", "Energy", "Learning")  # fmt: skip
SHAPES = {
    "a title of 300 characters": Shape(title=("Reverse mentoring for everybody " * 10)[:300]),
    "cohorts in Arabic and with emoji": Shape({"الدفعة الأولى 1": 16, "🚀 Rocket 🎉": 16, "Zoë & Ångström": 16}),
    "twelve outcomes": Shape(outcomes=TWELVE),
    "one outcome": Shape(outcomes=("Mood",)),
    "one role": Shape(roles=("leader",)),
    "four arms": Shape({"2024": 24}, ("participant",), arms=("coaching", "mentoring", "both", "waiting")),
    "six waves": Shape({"2024": 40}, waves=("pre", "post", "m3", "m6", "m9", "m12")),
    "60 cohorts": Shape({f"Cohort {at:02d}": 12 for at in range(60)}, ("leader",), ("Mood",)),
    "all hidden": Shape({"2023": 3, "2024": 3}),
    "in German": Shape(arms=("programme", "waiting"), language="de"),
}


@pytest.fixture(scope="module", params=SHAPES)
def path(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("awkward")
    shape = SHAPES[request.param]
    findings = build_findings(prepare_study(shaped_study(folder / "study", shape)))
    return page_of(findings, folder / "index.html", shape.language)


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_runs_off_and_no_text_of_a_table_is_cut(open_page, path, width):
    page = open_page(path, width=width).page
    page.evaluate("measures.openAll()")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = """() => [...document.querySelectorAll('main :is(p, li, h1, h2, h3, summary, figcaption)')]
             .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
             .map(e => e.textContent.slice(0, 60))"""
    assert page.evaluate(cut) == []


def test_the_headline_and_the_contents_are_there(open_page, path):
    page = open_page(path).page
    assert page.locator("h1").inner_text()
    assert page.locator("header p.finding").inner_text()
    assert page.locator("nav.contents a").count() >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, path, scheme):
    page = open_page(path, scheme=scheme).page
    page.evaluate("measures.openAll()")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:90] for node in one["nodes"]][:2]) for one in found] == []
