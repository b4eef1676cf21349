"""Properties 9 to 12 and 15 of a report: its outline, its reading order without a mouse, on paper, and its language."""

import re
from itertools import pairwise

import pytest
from report_pages import SPOKEN, text_of

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
LONGEST = 25
# what a reader cannot be expected to know, as docs/reading-a-report.md lists it
TERMS = {
    "estimate": r"\bestimate[ds]?\b",
    "interval": r"\bintervals?\b",
    "comparison": r"\bcomparison\b",
    "pair": r"\bpairs?\b",
    "scale points": r"\bscale points?\b",
    "exploratory": r"\bexploratory\b",
    "baseline": r"\bbaseline\b",
}
# names that keep their capitals: of people who devised a method, of months, of sections of the page's own study
NAMES = {
    "Barnard", "Rubin", "Bonett", "Hedges", "Hodges", "Holm", "Benjamini", "Hochberg", "Hartung", "Knapp", "Jacobson",
    "Truax", "Lehmann", "Lord", "Morris", "Satterthwaite", "Student", "Welch", "Wilson", "Python", "Kenward", "Roger",
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December", "Not", "I",
}  # fmt: skip


class TestProperty9TheDocument:
    """html lang, one h1, no skipped heading, a title with cohort and study, one main, skip link, th scope, captions."""

    def test_has_a_language(self, page):
        assert page.soup.html["lang"] == page.facts.toml.get("reporting", {}).get("language", "en")

    @pytest.mark.parametrize("name", ["h1", "main"])
    def test_has_one(self, page, name):
        assert len(page.soup.find_all(name)) == 1

    def test_contents_lead_to_every_section(self, page):
        links = [link["href"] for link in page.main.select("nav.contents a")]
        heads = [f"#{tag['id']}" for tag in page.main.find_all("h2")]
        assert links == [head for head in heads if head != "#words"]

    def test_navigations_have_names_of_their_own(self, page):
        names = [nav["aria-label"] for nav in page.soup.find_all("nav")]
        assert len(names) == len(set(names))

    def test_skips_no_level_of_heading(self, page):
        levels = [int(tag.name[1]) for tag in page.soup.find_all(HEADINGS)]
        assert levels[0] == 1
        assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []

    def test_headings_are_not_empty(self, page):
        assert [tag for tag in page.soup.find_all(HEADINGS) if not text_of(tag)] == []

    def test_its_title_names_cohort_and_study(self, page):
        title = text_of(page.soup.head.title)
        assert page.facts.title in title
        assert page.cohort is None or page.cohort in title

    def test_the_first_link_skips_to_main(self, page):
        first = page.soup.body.find(["a", "button", "input", "summary"])
        assert first["href"] == "#" + page.soup.main["id"]

    def test_heads_of_tables_say_what_they_head(self, page):
        cells = page.soup.find_all("th")
        assert cells
        assert [text_of(cell) for cell in cells if cell.get("scope") not in ("col", "row")] == []

    def test_every_table_has_a_caption_and_heads_of_both_kinds(self, page):
        for table in page.soup.find_all("table"):
            assert text_of(table.caption)
            assert table.select("thead th[scope=col]")
            assert all(row.find("th", scope="row") for row in table.select("tbody tr"))

    def test_sections_are_named_by_their_headings(self, page):
        for section in page.soup.select("main section"):
            named = page.soup.find(id=section["aria-labelledby"])
            assert named in section.find_all(HEADINGS)

    def test_no_id_stands_twice(self, page):
        ids = [tag["id"] for tag in page.soup.find_all(id=True)]
        assert len(ids) == len(set(ids))


class TestProperty10NarrowScreens:
    """Wide tables sit in a region that can be focused and has a name; widths are measured in a browser."""

    def test_the_page_takes_the_width_of_the_screen(self, page):
        assert "width=device-width" in page.soup.find("meta", attrs={"name": "viewport"})["content"]

    def test_every_table_scrolls_in_a_region_of_its_own(self, page):
        for table in page.soup.find_all("table"):
            region = table.find_parent(attrs={"role": "region"})
            assert region is not None, text_of(table.caption)
            assert region["tabindex"] == "0"
            assert region.get("aria-label") or region.get("aria-labelledby")

    def test_no_two_regions_have_one_name(self, page):
        names = [region["aria-label"] for region in page.soup.find_all(attrs={"role": "region"})]
        assert sorted(names) == sorted(set(names))

    def test_pictures_shrink_with_the_screen(self, page):
        assert [svg for svg in page.soup.select("main svg") if svg.get("width") or svg.get("height")] == []


class TestProperty11Keyboard:
    """Everything by keyboard, the appendix folded by `details`; the walk itself is done in a browser."""

    def test_the_order_is_that_of_the_page(self, page):
        assert [tag for tag in page.soup.find_all(tabindex=True) if int(tag["tabindex"]) > 0] == []

    def test_the_appendix_is_folded(self, page):
        folded = page.soup.select("section[aria-labelledby=methods] > details")
        assert len(folded) == 1
        assert folded[0].find("summary", recursive=False)
        assert not folded[0].has_attr("open")

    def test_nothing_but_links_and_folds_acts(self, page):
        acting = page.soup.find_all(lambda tag: any(name.startswith("on") for name in tag.attrs))
        assert acting == []
        assert page.soup.find_all(["button", "input", "select", "form", "iframe", "object", "embed"]) == []

    def test_links_say_where_they_lead(self, page):
        empty = {"here", "click here", "more", "link", ""}
        assert [link for link in page.soup.find_all("a") if text_of(link).lower() in empty] == []

    def test_the_focus_is_drawn_by_the_page(self, page):
        style = " ".join(tag.get_text() for tag in page.soup.find_all("style"))
        assert re.search(r":focus-visible\s*{[^}]*outline:\s*\d", style)
        assert not re.search(r"outline:\s*(0|none)", style)


class TestProperty12Print:
    """On paper what is folded lies open, no figure is cut, headings stay with what they head; a browser prints it."""

    @pytest.fixture
    def rules(self, page):
        style = " ".join(tag.get_text() for tag in page.soup.find_all("style"))
        return style, style[style.index("@media print") :]

    def test_what_is_folded_opens(self, page):
        scripts = " ".join(tag.get_text() for tag in page.soup.find_all("script"))
        assert "beforeprint" in scripts
        assert "open = true" in scripts

    def test_no_figure_is_cut(self, rules):
        style, on_paper = rules
        assert re.search(r"figure[^{}]*{[^}]*break-inside:\s*avoid", style + on_paper)

    def test_headings_stay_with_what_they_head(self, rules):
        assert re.search(r"h2[^{}]*h3[^{}]*{[^}]*break-after:\s*avoid", rules[1])

    def test_wide_tables_are_not_cut(self, rules):
        assert re.search(r"\.scroll[^{}]*{[^}]*overflow:\s*visible", rules[1])


# arm and survey, where there are several, come on top; an end of an interval is one word
NAMED = re.compile(r" \((?:[^()\d]+\d*, [^()]+|arm [^()]+|[a-z]+)\)|just (?:below|above) (?=0)")


def _counted(sentence: str) -> list[str]:
    return NAMED.sub("", sentence).split()


class TestProperty15Language:
    """Sentences of at most 25 words, terms defined at the end, sentence case."""

    def test_sentences_have_at_most_25_words(self, page):
        # an average says of how many cohorts it is
        most = {part: LONGEST + 2 * (" cohorts" in part) for _, part in page.spoken}
        words = {part: len(_counted(part)) for _, part in page.spoken}
        long = [(n, part) for part, n in words.items() if n > most[part]]
        assert long == []

    @pytest.mark.parametrize("term", TERMS)
    def test_terms_that_are_used_are_defined_at_the_end(self, page, term):
        words = page.main.select_one("section.words")
        others = [part for part in page.main.find_all(["header", "section"]) if part is not words]
        if any(re.search(TERMS[term], " ".join(part.find_all(string=True)), re.IGNORECASE) for part in others):
            defined = [text_of(tag) for tag in words.find_all("dfn")]
            assert [word for word in defined if re.search(TERMS[term], word, re.IGNORECASE)], defined

    def test_no_term_is_defined_twice(self, page):
        defined = [text_of(tag).lower() for tag in page.main.find_all("dfn")]
        assert len(defined) == len(set(defined))

    def test_every_definition_defines(self, page):
        """Beside a term that is marked stands its meaning."""
        for term in page.main.find_all("dfn"):
            place = term.find_parent(["dt", "p", "li"])
            meaning = text_of(place.find_next_sibling("dd")) if place.name == "dt" else text_of(place)
            assert len(meaning.replace(text_of(term), "").split()) >= 4, text_of(term)

    def test_headings_and_captions_are_in_sentence_case(self, page):
        own = page.facts.own_words() | {word for name in page.cohorts for word in name.split()}
        for tag in page.main.select(f"h1, h2, h3, h4, caption, thead th, summary, {SPOKEN.split('p, li, ')[1]}"):
            if tag.name in ("td", "dd"):
                continue
            words = [word.strip("().,:;?’“”–") for word in text_of(tag).split()]
            starts = {place + 1 for place, word in enumerate(text_of(tag).split()) if word[-1] in ".:?!"}
            shouted = [
                word for place, word in enumerate(words)
                if place and place not in starts and re.fullmatch(r"[A-Z][a-z]+", word) and word not in own | NAMES
            ]  # fmt: skip
            assert shouted == [], text_of(tag)

    def test_headings_begin_with_a_capital(self, page):
        for tag in page.main.select("h1, h2, h3, h4, caption, thead th, summary"):
            first = text_of(tag)[0]
            own = page.cohort is not None and text_of(tag).startswith(page.cohort)
            assert own or not first.islower() or text_of(tag) in ("p", "p of the verdict", "df"), text_of(tag)
