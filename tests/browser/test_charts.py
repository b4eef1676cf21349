"""Charts by themselves in a reader's browser: whatever font it has, no text is cut and none lies on another."""

import re
from functools import partial
from pathlib import Path

import pytest
from seen import (
    CHANGE,
    DIFFERENCE,
    LONG,
    LONGER,
    PLACE,
    WAITING,
    answers_of,
    disclosed_of,
    flow_of,
    means_of,
    sessions_of,
)
from small_studies import RANDOMISED, row_of, study_of

import rm_research.reporting
from rm_research.figures import plot_answers, plot_change, plot_flow, plot_forest, plot_sessions
from rm_research.figures.style import ON_PAGES
from rm_research.findings.pictures import Picture, chart_style

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TEMPLATE = Path(rm_research.reporting.__file__).parent / "template" / "findings" / "index.html.j2"
SECURITY = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', TEMPLATE.read_text(encoding="utf-8"))[0]
LIGHT_CARD, DARK_CARD = "#f3f5f8", "#22252c"
LAYOUT = f"""
body {{ margin: 0; }}
main {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }}
figure {{ margin: 0; padding: 1rem; background: {LIGHT_CARD}; }}
svg {{ display: block; width: 100%; height: auto; }}
@media screen and (prefers-color-scheme: dark) {{
  body {{ background: #16181d; }}
  figure {{ background: {DARK_CARD}; }}
}}
"""
NAMES = (
    "2024 spring",
    f"{LONG} and more 2026",
    LONGER,
    "مجموعة الإرشاد العكسي لربيع عام ألفين وأربعة وعشرين",
    "🚀 Start 🧑🏽‍🚀 🎉" * 6,
)
OTHER = row_of(arm=NAMES[1], estimate=0.2, ci_low=-0.1, ci_high=0.5, n_pre=19)
AVERAGE = row_of(contrast="pooled_change", method="reml_hk", cohort="all cohorts", n_clusters=5, ci_low=-9, ci_high=0.6)
WHICH = {"role": "leader", "scale": "mood", "wave": "post", "contrast": "change", "arm": "programme"}


@pytest.fixture(scope="session")
def charts(tmp_path_factory) -> list[Picture]:
    """Each kind of chart, with names that are short, long, of letters that a font lacks, and of another script."""
    study = study_of(tmp_path_factory.mktemp("browser"), design=RANDOMISED)
    shares = ((0.05, 0.04, 0.91), (0.92, 0.05, 0.03), (0.02, 0.96, 0.02), (0.3, 0.3, 0.4))
    answered = [(arm, asked, n, shares[at % 4]) for at, (arm, n) in enumerate((("programme", 18), (NAMES[4], 1200)))
                for asked in ("pre", "post")]  # fmt: skip
    details = [*means_of(CHANGE, 3.2, 3.2), *means_of(OTHER, 3.2, 3.21), *means_of(WAITING, 1, 5)]
    further = [(AVERAGE["id"], "prediction_low", -0.3), (AVERAGE["id"], "prediction_high", 1.1)]
    flow = flow_of(
        arm=["programme", NAMES[3], "waitlist"], invited=[12345, 0, 1], before=[12000, 0, 1], cohort=["all cohorts"] * 3
    )
    several = disclosed_of(
        CHANGE, OTHER, WAITING, DIFFERENCE, *(row_of(cohort=name, ci_low=-1.0) for name in NAMES), AVERAGE,
        details=details + further, answers=answers_of(*answered), sessions=sessions_of((0, 2, 14, 0.1), (3, 9, 20, 9)),
        response=flow,
    )  # fmt: skip
    many = disclosed_of(*(row_of(cohort=f"{NAMES[at % 5]} {at}") for at in range(60)), AVERAGE)
    few = disclosed_of(CHANGE, WAITING, DIFFERENCE, details=details)
    plots = (
        partial(plot_change, few, **PLACE), partial(plot_change, several, **PLACE),
        partial(plot_forest, several, **WHICH), partial(plot_answers, several, **PLACE),
        partial(plot_forest, many, **WHICH), partial(plot_sessions, several, **PLACE), partial(plot_flow, several),
    )  # fmt: skip
    return [Picture(f"chart-{at}", "", "", "A chart.", "", partial(plot, study=study)) for at, plot in enumerate(plots)]


@pytest.fixture
def show(open_page, charts, tmp_path):
    """Open a page of the charts whose own letters are in a font; without `carried`, the charts' are too."""

    def shown(font: str = "serif", *, carried: bool = True, **options):
        figures = "".join(f"<figure>{chart.svg}</figure>" for chart in charts)
        style = f"html {{ font-family: '{font}'; }} {LAYOUT} {chart_style(charts) if carried else ''}"
        head = f"{SECURITY}<meta name=viewport content='width=device-width'><title>x</title><style>{style}</style>"
        html = f"<!DOCTYPE html><html lang=en><meta charset=utf-8>{head}<main>{figures}</main>"
        # the name of no font that is installed: what is drawn is what the page carries, or else the page's own
        html = html.replace("'DejaVu Sans'", "'Carried'").replace("Verdana, sans-serif", f"'{font}'")
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        return open_page(tmp_path / "page.html", **options).page

    return shown


FONTS = [
    ("DejaVu Sans Mono", True),
    ("Liberation Sans Narrow", True),
    ("Liberation Sans", False),
]


@pytest.mark.quick(1)
@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.slow), 320])
@pytest.mark.parametrize(("font", "carried"), FONTS)
def test_no_text_is_cut_covered_or_small(show, charts, width, font, carried):
    page = show(font, carried=carried, width=width)
    assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"] * carried
    assert len(page.query_selector_all("svg text")) > 100
    assert page.evaluate("measures.lost()") == []
    assert page.evaluate("measures.overlaps()") == []
    assert [pair for pair in page.evaluate("measures.points()") if pair[0] < 9] == []


@pytest.mark.quick(1)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_4_5(show, scheme):
    texts = show(scheme=scheme).evaluate("measures.contrasts()")
    assert len(texts) > 100
    assert [pair for pair in texts if pair[0] < 4.5] == []


FILLS = "[...new Set([...document.querySelectorAll('svg use')].map(mark => getComputedStyle(mark).fill))]"


@pytest.mark.quick(1)
@pytest.mark.parametrize(("media", "scheme"), [("screen", "light"), ("screen", "dark"), ("print", "dark")])
def test_colours_follow_the_reader_s_scheme_and_paper_is_light(show, media, scheme):
    page = show(scheme=scheme)
    page.emulate_media(media=media)
    found = {"#{:02X}{:02X}{:02X}".format(*map(int, re.findall(r"\d+", fill))) for fill in page.evaluate(FILLS)}
    dark = media == "screen" and scheme == "dark"
    known = {name: pair[dark] for name, *pair in ON_PAGES.values()}
    assert found >= {known["programme"], known["comparison"], known["difference"], known["second"]}
    assert found <= set(known.values())


def test_without_the_style_charts_are_in_plain_colours_on_white(show):
    page = show("Liberation Sans", carried=False, scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('svg')).backgroundColor") == "rgb(255, 255, 255)"
    assert "rgb(18, 67, 109)" in page.evaluate(FILLS)
