"""Pages as documents: their outline, names for screen readers, and nothing fetched from anywhere."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from rendered_demo import cohort_page

VOID = {"meta", "link", "br", "img", "input", "hr", "use", "path"}


class Outline(HTMLParser):
    """Start tags in order, each with its attributes and the tags it stands in; text of each tag's own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.stack: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(self.stack)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(self.stack)))

    def handle_endtag(self, tag):
        if tag in self.stack:
            while self.stack.pop() != tag:
                pass

    def all(self, *names):
        return [(attributes, parents) for tag, attributes, parents in self.tags if tag in names]


@pytest.fixture(scope="module", params=["programme", "2022-spring", "2024-autumn"])
def html(request, demo_out):
    if request.param == "programme":
        return (demo_out / "index.html").read_text(encoding="utf-8")
    return cohort_page(demo_out, request.param)


@pytest.fixture(scope="module")
def page(html):
    return Outline(html)


def test_has_a_language(page):
    assert page.all("html")[0][0]["lang"] == "en"


def test_has_a_title_with_page_and_study(html):
    title = re.search(r"<title>(.*?)</title>", html).group(1)
    assert title.endswith("– Reverse mentoring, Northgate Council")
    assert re.search(r"<h1>(.*?)</h1>", html).group(1) in title


@pytest.mark.parametrize("tag", ["h1", "main", "title"])
def test_has_one(page, tag):
    assert len([parents for _, parents in page.all(tag) if "svg" not in parents]) == 1


def test_skips_no_level_of_heading(page):
    levels = [int(tag[1]) for tag, _, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_first_link_skips_to_main(page):
    assert page.all("a")[0][0]["href"] == "#main"
    assert page.all("main")[0][0]["id"] == "main"


def test_tables_have_captions_and_headings_that_say_what_they_head(page):
    assert len(page.all("caption")) == len(page.all("table")) > 0
    assert {attributes.get("scope") for attributes, _ in page.all("th")} == {"col", "row"}


def test_pictures_have_a_role_and_their_title(html, page):
    pictures = page.all("svg")
    titles = re.findall(r"<svg[^>]*>\s*<title id=\"([^\"]+)\">[^<]{20,}</title>", html)
    assert [attributes["aria-labelledby"] for attributes, _ in pictures] == titles
    assert all(attributes["role"] == "img" for attributes, _ in pictures)


def test_no_id_stands_twice(page):
    ids = [attributes["id"] for _, attributes, _ in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_label_points_at_something(page):
    ids = {attributes["id"] for _, attributes, _ in page.tags if "id" in attributes}
    wanted = {attributes["aria-labelledby"] for _, attributes, _ in page.tags if "aria-labelledby" in attributes}
    assert wanted <= ids


def test_nothing_is_fetched_from_anywhere(html, page):
    addresses = [
        attributes.get(name) for _, attributes, _ in page.tags for name in ("src", "href", "xlink:href", "data")
    ]
    allowed = r"#[\w-]+|(\.\./\.\./|\.\./[\w-]+/|cohorts/[\w-]+/)index\.html|data:text/csv[^\"]*"
    assert [address for address in addresses if address and not re.fullmatch(allowed, address)] == []
    assert not re.search(r"url\((?!#|data:font)|@import", html)


def test_shows_no_code(html):
    assert not re.search(r"rm\.build_findings|import rm_research|class=\"(highlight|jp-)", html)


def test_is_under_400_kilobytes(html):
    assert len(html.encode()) < 400_000


def test_links_lead_to_pages_that_are_there(page, demo_out, html):
    for attributes, _ in page.all("a"):
        if attributes["href"].endswith("index.html"):
            place = demo_out / "cohorts" / "2022-spring" if attributes["href"].startswith("..") else demo_out
            assert (place / attributes["href"]).resolve().is_file()


def test_charts_use_the_palette_alone(html):
    colours = {
        colour.lower()
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL)
        for colour in re.findall(r"#[0-9a-fA-F]{6}\b", svg)
    }
    assert colours <= {
        "#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1", "#767676", "#d9d9d9", "#e8e8e8", "#ffffff",
        "#000000",
    }  # fmt: skip


def test_charts_write_nothing_under_9_points(html):
    sizes = [float(size) for size in re.findall(r"font-size: ?([\d.]+)px", html)] + [
        float(size) for size in re.findall(r"font: ([\d.]+)px", html)
    ]
    assert all(size >= 9 for size in sizes)
