"""
A page on one sheet, for people who forward one: its first screen, what to look at next, and its first charts.

It is made from the page's own HTML, so that both say the same. What the sheet has no room for is left out whole (the
charts) or made smaller (everything); a browser measures it, because only a browser knows how long its text is.
"""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from bs4 import BeautifulSoup
from bs4.element import Tag

from rm_research.catalogue import Catalogue, catalogue

ALWAYS = (("@media print", "@media all"), ("(prefers-color-scheme: dark)", "not all"))  # measured as it is printed
LEFT_OUT = "nav, details, .key a"
CHART = (7.6, 6.2)  # centimetres: how wide a chart is at most, and at least for letters of 7 points
# of the usual size: below the second the table has a line for each outcome; the third takes dozens of them
LARGEST, DENSE, SMALLEST = 1.3, 0.84, 0.3
FIT = f"""<script>
const sheet = document.querySelector(".sheet"), page = sheet.firstElementChild;
const fits = () => sheet.scrollHeight <= sheet.clientHeight && sheet.scrollWidth <= sheet.clientWidth;
const chart = document.querySelector(".outcome");
for (let width = {CHART[0]}; width >= {CHART[1]}; width -= .1) {{
  sheet.style.setProperty("--chart", width + "cm");
  if (fits()) break;
}}
if (!fits() && chart) chart.remove();
const shrink = (from, to) => {{
  for (let size = from; size > to; size -= .02) {{
    page.style.zoom = size;
    if (fits()) break;
  }}
}};
if (!chart || !chart.isConnected) shrink({LARGEST}, {DENSE});
if (!fits()) {{
  sheet.classList.add("dense");
  shrink({LARGEST}, {SMALLEST});
}}
</script>"""


def summary_html(html: str, place: str) -> str:
    """
    HTML of one sheet of A4.

    Parameters
    ----------
    html : str
        A page of findings.
    place : str
        Where it is, relative to the folder of the report.

    Returns
    -------
    str
        Needs nothing beside it; has the title of the page.
    """
    page = BeautifulSoup(html, "html.parser")
    language = str(page.html["lang"]) if page.html else "en"
    policy, title = page.select_one("meta[http-equiv]"), page.title
    parts = [*_parts(page), _foot(page, place, catalogue(language))]
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">{policy or ""}{title or ""}'
        f'<style>{_style(page)}</style></head><body><main class="sheet"><div class="rm">\n'
        + "\n".join(map(str, parts))
        + f"</div></main>{FIT}</body></html>"
    )


def _style(page: BeautifulSoup) -> str:
    """Style of the page and of its charts, as on paper; then that of the sheet."""
    styles = dict.fromkeys(tag.get_text() for tag in page.select(".rm > style"))
    style = "".join(styles) + (files("rm_research.reporting.forms") / "summary.css").read_text(encoding="utf-8")
    for condition, instead in ALWAYS:
        style = style.replace(condition, instead)
    return style


def _parts(page: BeautifulSoup) -> Iterator[Tag]:
    """First screen, what to look at next, and the first outcome with its charts."""
    for where in ("header.headline", "section[aria-labelledby=prompts]", "section.outcome:has(figure)"):
        if (part := page.select_one(where)) is not None:
            for tag in part.select(LEFT_OUT):
                tag.decompose()
            yield part


def _foot(page: BeautifulSoup, place: str, words: Catalogue) -> str:
    """Which results are not shown, and where everything else is."""
    rule = page.select_one("section[aria-labelledby=limits] > p")
    lines = [rule.get_text(" ", strip=True)] if rule else []
    lines.append(words.say("summary.whole", place=place))
    return "<footer>" + "".join(f"<p>{escape(line)}</p>" for line in lines) + "</footer>"
