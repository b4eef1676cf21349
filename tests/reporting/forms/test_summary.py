"""One sheet of A4 per page: what stands on it, and that nothing is cut however much there is."""

import io

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from test_printing import page

from rm_research.findings.page import stylesheet
from rm_research.reporting.forms.printing import n_sheets, printed_html
from rm_research.reporting.forms.summary import summary_html

TITLE = "Spring: what changed – A study"
PLACE = "cohorts/spring/index.html"
LINE = """<tr><th scope="row">Outcome {n} <span class="aside">1 to 5</span></th><td class="gain">
<span class="word"><span class="sign">▲</span> gain</span> <span class="numbers"><b>+0.{n}</b> (0.05 to 0.95)</span>
<span class="bar"><i class="line" style="left:50%;width:20%"></i></span></td></tr>"""
CHART = """<section class="outcome"><h3>First</h3><div class="sides"><div class="side"><div class="pictures">
<figure data-picture="x"><figcaption><span class="title">It rose</span></figcaption>
<svg viewBox="0 0 255 {height}" role="img"><title>Dots</title><text y="99">dot</text></svg></figure></div></div></div>
<details><summary>More</summary><p>Folded</p></details></section>"""


def made(place, *, outcomes: int = 3, words: int = 1, height: int = 200, lang: str = "en") -> str:
    """Summary of a page with so many outcomes, words in a note, and a chart of such a height."""
    lines = "".join(LINE.format(n=n) for n in range(10, 10 + outcomes))
    head = f"""<header class="headline"><p class="kicker">A study · draft, not for circulation</p><h1>Spring</h1>
    <table class="glance"><tbody>{lines}</tbody></table><p class="key">▲ better. <a href="#words">Words</a></p>
    <p class="finding"><strong>All rose.</strong></p><p class="note">{"word " * words}</p>
    <nav class="contents"><a href="#x">Contents</a></nav></header>"""
    prompts = '<section aria-labelledby="prompts"><h2 id="prompts">Next</h2><ul><li>Wait.</li></ul></section>'
    rest = """<section aria-labelledby="limits"><h2 id="limits">Limits</h2><ul><li>A limit</li></ul>
    <p>Results of fewer than 10 people are not shown.</p></section>"""
    style = f"<style>{stylesheet('findings')}</style>"
    whole = f'<div class="rm">{style}{head}{prompts}{CHART.format(height=height)}{rest}</div>'
    html = page(place, whole, title=TITLE).read_text(encoding="utf-8")
    return summary_html(html.replace('lang="en"', f'lang="{lang}"', 1), PLACE)


class TestContent:
    @pytest.fixture
    def soup(self, tmp_path):
        return BeautifulSoup(made(tmp_path), "html.parser")

    def test_it_has_the_first_screen_the_prompts_and_the_first_charts(self, soup):
        text = soup.main.get_text(" ", strip=True)
        for wanted in ("draft, not for circulation", "Spring", "+0.10", "All rose.", "Wait.", "It rose"):
            assert wanted in text

    def test_it_has_nothing_that_leads_elsewhere_or_is_folded(self, soup):
        assert soup.find_all(["a", "nav", "details"]) == []
        assert "A limit" not in soup.main.get_text()

    def test_it_says_the_rule_for_small_groups_and_where_the_page_is(self, soup):
        rule, whole = (line.get_text() for line in soup.footer.find_all("p"))
        assert rule == "Results of fewer than 10 people are not shown."
        assert PLACE in whole

    def test_it_speaks_the_language_of_its_page(self, tmp_path):
        soup = BeautifulSoup(made(tmp_path, lang="de"), "html.parser")
        assert soup.html["lang"] == "de"
        assert soup.footer.get_text().endswith(f"{PLACE} im Ordner dieses Berichts.")

    def test_it_asks_for_nothing_from_elsewhere(self, soup):
        assert "default-src 'none'" in soup.find("meta", attrs={"http-equiv": True})["content"]
        assert soup.title.get_text() == TITLE


@pytest.mark.slow
@pytest.mark.browser
class TestSheet:
    def text(self, place, chromium, **much) -> str:
        pdf = printed_html(made(place, **much), TITLE, chromium)
        (sheet,) = PdfReader(io.BytesIO(pdf)).pages
        width, height = (float(side) / 72 * 25.4 for side in sheet.mediabox[2:])
        assert (round(width), round(height)) == (210, 297)
        return " ".join(sheet.extract_text().split())

    @pytest.mark.parametrize("much", [
        {"outcomes": 1}, {"outcomes": 12}, {"outcomes": 60}, {"words": 1200}, {"outcomes": 12, "words": 600},
    ], ids=str)  # fmt: skip
    def test_it_is_one_and_holds_everything(self, tmp_path, chromium, much):
        text = self.text(tmp_path, chromium, **much)
        assert [n for n in range(10, 10 + much.get("outcomes", 3)) if f"+0.{n}" not in text] == []
        assert text.count("word ") >= much.get("words", 1) - 1
        for wanted in ("draft, not for circulation", "All rose.", "Wait.", "10 people are not shown.", PLACE):
            assert wanted in text

    def test_charts_stand_on_it_where_they_fit_and_are_left_out_whole(self, tmp_path, chromium):
        assert "It rose" in self.text(tmp_path, chromium)
        assert "It rose" not in self.text(tmp_path, chromium, height=2000)

    def test_equal_pages_give_equal_bytes(self, tmp_path, chromium):
        html = made(tmp_path)
        assert printed_html(html, TITLE, chromium) == printed_html(html, TITLE, chromium)


def test_sheets_are_counted(tmp_path):
    from pypdf import PdfWriter

    writer, made_of = PdfWriter(), io.BytesIO()
    for _ in range(2):
        writer.add_blank_page(72, 72)
    writer.write(made_of)
    assert n_sheets(made_of.getvalue()) == 2
