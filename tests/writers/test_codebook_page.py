"""The codebook page: what it says of items, scales and files, and that survey text in it is text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import nbformat
import pandas as pd
import pytest
from odd_study import LONG, SAID, SCRIPT

from rm_research.catalogue import catalogue
from rm_research.effects.measurement import assess_reliability
from rm_research.frames import LEDGER
from rm_research.reporting.render import shipped_notebook
from rm_research.study import Item
from rm_research.writers.answers import MOST_ROWS, answer_rows
from rm_research.writers.clean import write_clean
from rm_research.writers.codebook import build_codebook


class Tables(HTMLParser):
    """Rows of cells by the caption of their table; headings in order."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.levels, self.caption, self.cell, self.inside = {}, [], "", None, ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag in ("caption", "td", "th") else self.inside
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "tr":
            self.rows.setdefault(self.caption, []).append([])
        if tag == "caption":
            self.caption = ""
        if tag in ("td", "th"):
            self.rows[self.caption][-1].append("")

    def handle_endtag(self, tag):
        self.inside = "" if tag in ("caption", "td", "th") else self.inside

    def handle_data(self, data):
        if self.inside == "caption":
            self.caption += data
        elif self.inside:
            self.rows[self.caption][-1][-1] += data


def tables(prepared, **options):
    return Tables(build_codebook(prepared, **options).html).rows


def number_item(low=None, high=None, kind="number"):
    return Item("q", "", kind, False, low, high, "", (), "", {}, 2)


@pytest.fixture(scope="module")
def page(odd, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "out"
    write_clean(odd, out=out, format="dta")
    return (out / "codebook.html").read_text(encoding="utf-8")


class TestAnswers:
    def test_counts_and_shares_are_those_of_the_answers(self, odd):
        rows = tables(odd)["Answers to m.1"]
        answered = odd.responses.groupby("wave")["m.1"].value_counts()
        questionnaires = odd.responses.groupby("wave").size()
        expected = [["Answer", "pre, 14 questionnaires", "post, 14 questionnaires"]]
        for value, label in ((1, "Not at all / Never"), (3, "Some"), (5, "Fully")):
            cells = []
            for wave in ("pre", "post"):
                cells.append(f"{answered[wave, value]} ({round(100 * answered[wave, value] / answered[wave].sum())}%)")
            expected.append([f"{value} {label}", *cells])
        empty = questionnaires - answered.groupby("wave").sum()
        missing = [f"{empty[wave]} ({round(100 * empty[wave] / questionnaires[wave])}%)" for wave in ("pre", "post")]
        assert rows[:5] == [*expected, ["Not answered", *missing]]

    def test_a_wave_that_does_not_ask_says_so(self, odd):
        rows = tables(odd)["Answers to byte"]
        assert rows[0] == ["Answer", "pre, 14 questionnaires", "post, 0 questionnaires"]
        assert rows[-1] == ["Not answered", "0 (0%)", "not asked"]
        assert all(row[2] == "" for row in rows[1:-1])

    def test_every_printed_step_is_listed_also_where_nobody_gave_it(self):
        rows = answer_rows(number_item(1, 5), {"pre": pd.Series([2.0, 2.0, 3.5])}, {}, catalogue("en"))
        assert [(row.answer, row.cells[0].text) for row in rows] == [
            ("1", "0 (0%)"), ("2", "2 (67%)"), ("3", "0 (0%)"), ("3.5", "1 (33%)"), ("4", "0 (0%)"), ("5", "0 (0%)"),
        ]  # fmt: skip

    def test_many_numbers_are_told_by_five_of_them(self):
        answers = pd.Series([float(value) for value in range(101)])
        rows = answer_rows(number_item(0, 100), {"pre": answers, "post": answers[:0]}, {}, catalogue("en"))
        assert [(row.answer, *(cell.text for cell in row.cells)) for row in rows] == [
            ("Lowest", "0", ""), ("Lower quarter", "25", ""), ("Median", "50", ""), ("Upper quarter", "75", ""),
            ("Highest", "100", ""),
        ]  # fmt: skip

    def test_numbers_that_are_not_whole_have_decimals(self):
        rows = answer_rows(number_item(), {"pre": pd.Series([value / 7 for value in range(70)])}, {}, catalogue("en"))
        assert rows[-1].cells[0].text == "9.86"

    def test_texts_stand_by_frequency_and_the_rare_ones_together(self):
        texts = pd.Series([f"t{place:02d}" for place in range(30)] + ["often", "often"], dtype="str")
        rows = answer_rows(number_item(kind="choice"), {"pre": texts}, {}, catalogue("en"))
        assert (rows[0].answer, rows[0].cells[0].text) == ("often", "2 (6%)")
        assert [row.answer for row in rows[1:3]] == ["t00", "t01"]
        assert (rows[-1].answer, rows[-1].cells[0].text, len(rows)) == ("10 other answers", "10 (31%)", MOST_ROWS + 1)

    def test_an_item_that_nobody_answered_has_no_counts(self):
        rows = answer_rows(number_item(1, 2), {"pre": pd.Series([float("nan")] * 3)}, {}, catalogue("en"))
        assert [row.cells[0].text for row in rows] == ["", ""]

    def test_bars_are_as_long_as_shares(self, odd):
        html = build_codebook(odd).html
        found = re.findall(r">\d+ \((\d+)%\)</span><span aria-hidden=\"true\"[^>]*width:([\d.]+)em", html)
        assert len(found) > 50
        assert all(abs(float(width) / 6 - int(share) / 100) <= 0.0075 for share, width in found)


class TestItems:
    def test_facts_of_an_item(self, page):
        assert "1 to 5</bdi> · <bdi>reversed in the score</bdi> · <bdi>called m 1 in Python</bdi>" in page
        assert "not in the score, because not every wave asks it" in page
        assert "columns of the exports: pre: byte</bdi>" in page
        assert "text from a list" in page
        assert "any number" in page

    def test_the_question_wins_over_the_label_and_waves_that_differ_are_both_there(self, odd):
        asked = replace(odd, texts={("pre", "m 1"): "Now?", ("post", "m 1"): "Later?", ("pre", "byte"): "In words"})
        html = build_codebook(asked).html
        assert "<bdi>pre</bdi>: <bdi>Now?</bdi>" in html
        assert "<bdi>post</bdi>: <bdi>Later?</bdi>" in html
        assert ">byte</code> <bdi>In words</bdi></h3>" in html

    def test_items_of_no_scale_have_a_part_of_their_own(self, page):
        assert (
            page.index("Items in no scale</h2>")
            < page.index(">Grosse</code>")
            < page.index("Variables of each file</h2>")
        )

    def test_free_text_is_named_and_not_shown(self, page):
        assert "None of these files contains free text (said)" in page
        assert SAID not in page


class TestScales:
    @pytest.mark.slow
    def test_reliability_is_that_of_assess_reliability(self, demo_prepared):
        found = assess_reliability(demo_prepared)
        whole = found[(found["scale"] == "inclusion") & (found["wave"] == "post") & found["item"].isna()].iloc[0]
        rows = tables(demo_prepared)["How consistently scales measured"]
        alpha = f"{whole['alpha']:.2f} ({whole['alpha_low']:.2f} to {whole['alpha_high']:.2f})"
        retest = f"{whole['retest']:.2f} ({whole['retest_low']:.2f} to {whole['retest_high']:.2f})"
        assert rows[2] == [
            "post",
            "295",
            "10",
            alpha,
            f"{whole['omega']:.2f}",
            f"{whole['mean_inter_item']:.2f}",
            retest,
        ]

    @pytest.mark.slow
    def test_an_item_stands_beside_the_others_of_its_scale(self, demo_prepared):
        found = assess_reliability(demo_prepared).set_index(["item", "wave"])["item_rest"]
        row = tables(demo_prepared)["Answers to inclusion_3"][-1]
        rest = [f"{found['inclusion_3', wave]:.2f}" for wave in ("pre", "post")]
        assert row == ["Correlation with the other items", *rest]

    def test_where_there_is_no_alpha_there_is_its_reason(self, odd):
        rows = tables(odd)["How consistently scales measured"]
        assert rows[-1][:4] == ["post", "14", "1", "Not computed: the scale has too few items."]

    def test_facts_of_a_scale(self, page):
        assert "Scores: 0 to 1 scale points. Asked of: leaders." in page
        assert "mean of a person’s answers times the number of items" in page
        assert "Lower scores are better." in page


class TestFiles:
    @pytest.mark.parametrize("kind", ["parquet", "csv", "sav", "dta"])
    def test_all_variables_of_all_files_are_there(self, odd, kind):
        found = tables(odd, format=kind)
        responses = [row[0] for row in found[f"responses.{kind}"][1:]]
        assert len(responses) == len(set(responses)) == odd.responses.shape[1]
        assert [row[0] for row in found["ledger.csv"][1:]] == [name for name in LEDGER.columns if name != "said"]
        assert {f"scores.{kind}", f"panel.{kind}"} <= set(found)

    def test_what_was_renamed_has_both_names(self, odd):
        rows = {row[1]: row[0] for row in tables(odd, format="dta")["responses.dta"][1:]}
        assert (rows["m.1"], rows["m 1"], rows["byte"], rows["wave"]) == ("m_1", "m_1_2", "v_byte", "wave")
        assert rows[f"{LONG}_1"] == LONG[:32].rstrip("_")

    def test_without_renaming_there_is_one_name(self, odd):
        assert tables(odd, format="csv")["responses.csv"][0] == ["Variable", "Meaning", "Values"]

    def test_value_labels_stand_beside_their_variable(self, odd):
        rows = {row[0]: row[2] for row in tables(odd)["responses.parquet"][1:]}
        assert rows["z"] == "0 No, 0.5 Half, 1 Yes"


class TestPage:
    def test_is_private_and_says_so(self, page):
        assert '<body class="private">' in page
        assert "For the evaluator only" in page

    def test_survey_text_is_text(self, page):
        assert SCRIPT not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<title>Codebook: Odd &lt;script&gt;" in page
        assert page.count("<script>") == 1  # the template's own

    def test_long_and_right_to_left_texts_stay_whole_and_apart(self, odd):
        long, right_to_left = "<b>" + "w" * 10_000, "\u202eשלום"
        asked = replace(odd, texts={("pre", "z"): long, ("pre", "m 1"): right_to_left})
        html = build_codebook(asked).html
        assert f"<bdi>&lt;b&gt;{'w' * 10_000}</bdi>" in html
        assert f"<bdi>{right_to_left}</bdi>" in html
        assert '<th scope="row" dir="auto">ליווי</th>' in html

    def test_skips_no_level_of_heading(self, page):
        levels = Tables(page).levels
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))

    def test_ids_are_there_once_and_every_link_leads_to_one(self, page):
        ids = re.findall(r'\bid="([^"]*)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)

    def test_needs_nothing_from_elsewhere(self, page):
        assert not re.search(r"\b(?:src|href)=\"(?!#)", page)
        assert "http" not in re.sub(r"http-equiv", "", page)

    def test_its_text_reads_without_html(self, odd):
        assert "Answers to m.1" in repr(build_codebook(odd))


@pytest.mark.slow
def test_the_notebook_shows_the_same(demo_folder, demo_prepared):
    """Its cells, run here as they stand; tests/test_notebooks.py runs it in a kernel."""
    code = [cell.source for cell in nbformat.read(shipped_notebook("codebook"), as_version=4).cells]
    names = {}
    exec("\n".join(code[:-1]).replace("../data/demo", str(demo_folder)), names)  # noqa: S102
    assert eval(code[-1], names).html == build_codebook(demo_prepared).html  # noqa: S307
