"""Properties 13, 14 and 16 to 18 of a report: who answered, what stays hidden, what limits it, and what made it."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from real_studies import DATA
from rendered_demo import EVALUATOR
from report_pages import ALL_COHORTS, BOUNDS, MAIN_METHODS, near, number, text_of

HEAVIEST, AIM = 1_000_000, 400_000
ORDER = ("What to look at next", "Each outcome", "Cohort by cohort", "Does it last", "What the programme did",
         "Who answered", "What this can and cannot show", "Methods and data")  # fmt: skip
CODE = re.compile(r"import rm_research|rm\.build_findings|prepare_study|In \[\d*\]|class=\"(?:jp-|highlight)")


def section(page, heading):
    """Section of a page by its heading."""
    return next(tag.find_parent("section") for tag in page.main.find_all("h2") if text_of(tag) == heading)


class TestProperty13WhoAnswered:
    """A table of invited, answered before, after, both; how they were linked; response and link rates; who left."""

    @pytest.fixture
    def part(self, page):
        return section(page, "Who answered")

    @pytest.fixture
    def counted(self, part):
        """Columns of the table that hold counts, by their headings, summed."""
        table = part.find("table")
        heads = [text_of(cell) for cell in table.select("thead th")]
        lines = [[text_of(cell) for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")]
        columns = dict(zip(heads, zip(*lines, strict=True), strict=True))
        return {
            head: sum(int(cell.replace(",", "")) for cell in cells if cell)
            for head, cells in columns.items()
            if all(re.fullmatch(r"[\d,]*", cell) for cell in cells)
        }

    def test_the_table_counts_before_after_and_both(self, counted, page):
        invited = "roster" in page.facts.toml
        wanted = [*(["Invited"] if invited else []), "Answered before", "Answered", "Both"]
        assert [name for name in wanted if not any(head.startswith(name) for head in counted)] == []

    def test_both_are_no_more_than_either(self, counted):
        both = {head.partition(", ")[2]: n for head, n in counted.items() if head.startswith("Both, ")}
        assert both
        for wave, n in both.items():
            assert n <= min(counted["Answered before"], counted[f"Answered {wave}"])

    def test_it_counts_the_people_of_the_estimates(self, counted, page):
        """People with a score cannot be more than people who answered."""
        if page.cohort is not None:
            rows = [row for row in page.estimates if row["contrast"] == "change" and row["method"] in MAIN_METHODS]
            rows = [row for row in rows if row["measure"] == "mean" and row["heads"] != "False"]
            first = [row for row in rows if (row["scale"], row["wave"]) == (page.facts.first_outcome,
                                                                           page.facts.later_waves[0])]  # fmt: skip
            both = next(n for head, n in counted.items() if head.startswith("Both"))
            assert sum(int(row["n_pairs"]) for row in first) <= both
            assert sum(int(row["n_pre"]) for row in first) <= counted["Answered before"]

    def test_the_response_rate_is_that_of_the_table(self, part, counted):
        said = re.search(r"(\d+) of them answered before \((\d+)%\)", text_of(part))
        if "Invited" in counted:
            assert said
            assert int(said[2]) == round(100 * int(said[1]) / counted["Invited"])

    def test_the_link_rate_is_that_of_the_table(self, part, counted):
        said = re.search(r"(\d+) of (\d+) people who answered before also answered [\w\s“”]+ \((\d+)%\)", text_of(part))
        if not said:  # one file without anybody who left does not tell who did
            assert "nobody can know who left" in text_of(part)
            return
        both, before, share = map(int, said.groups())
        assert (before, share) == (counted["Answered before"], int(100 * both / before + 0.5))
        assert both <= [n for head, n in counted.items() if head.startswith("Both")][-1]

    def test_it_says_how_people_were_linked(self, part):
        assert re.search(r"\b(linked|in one row)\b", text_of(part))

    def test_it_says_who_left(self, part, counted):
        """How many of those who answered before did not answer after, in numbers of their own."""
        both = next(n for head, n in counted.items() if head.startswith("Both"))
        left = counted["Answered before"] - both
        told = [head for head in counted if head.startswith("Left")]
        if told:
            assert sum(counted[head] for head in told[:1]) >= left
        else:
            assert "nobody can know who left" in text_of(part) or not left


class TestProperty14SmallGroupsStayHidden:
    """The rule is stated, nothing made of the answers of fewer people is shown, and nothing lets it be worked out."""

    def test_the_rule_is_stated(self, page):
        smallest = page.facts.smallest_group
        assert re.search(rf"\bfewer than {smallest} people\b", page.opening.get_text(" "))

    def test_a_cohort_too_small_says_so(self, page):
        if page.too_small:
            header = text_of(page.main.header)
            told = r"No results can be shown|can be shown for|too (small|few)|[Ff]ewer than (two cohorts|\d+ people)"
            assert re.search(told, header)

    def test_no_number_rests_on_fewer_people(self, page):
        smallest = page.facts.smallest_group
        for row in page.all_estimates:
            if row["estimate"]:
                groups = [row["n_pre"] if row["method"] in ("jackknife", "welch") else row["n_pairs"]]
                groups += [row["n_comparison"]] if row["contrast"].endswith("difference") else []
                assert [n for n in groups if n and int(n) < smallest] == [], row["id"]

    def test_a_hidden_row_keeps_every_number_that_is_made_of_answers(self, page):
        made = ("estimate", "std_error", "df", "statistic", "p_value", "p_adjusted", "ci_low", "ci_high", "detectable")
        hidden = [row for row in page.all_estimates if row["reason"].startswith("hidden")]
        assert [row["id"] for row in hidden if any(row[name] for name in made)] == []

    def test_no_share_is_of_nobody_or_of_all(self, page):
        shares = [row for row in page.all_estimates if row["measure"] in ("share_improved", "reliable_change")]
        assert [row["id"] for row in shares if row["estimate"] and not 0 < float(row["estimate"]) < 1] == []

    def test_answers_are_of_enough_people_and_never_of_none_or_all(self, page):
        for link in page.downloads:
            for row in link.rows:
                if row.get("share") and "asked" in row:  # of answers: what a log of meetings says is no answer
                    assert 0 < float(row["share"]) < 1, row
                if (row.get("share") and "asked" in row) or (row.get("estimate") and "n_people" in row):
                    assert int(float(row["n_people"])) >= page.facts.smallest_group, row

    def test_shares_of_one_bar_make_a_whole(self, page):
        """Else what is left over would tell of a band that is not shown."""
        bars = {}
        for row in (row for link in page.downloads for row in link.rows if row.get("share") and "asked" in row):
            key = tuple(row[name] for name in ("cohort", "role", "arm", "scale", "wave", "asked"))
            bars[key] = bars.get(key, 0) + float(row["share"])
        # each of at most three shares is printed with two decimals
        assert [key for key, whole in bars.items() if abs(whole - 1) > 3 * 0.005 + 1e-9] == []

    def test_a_pool_does_not_give_a_hidden_group_away(self, page):
        """People of a pool who are in no shown cohort are none, or enough of at least two cohorts."""
        for row in page.all_estimates:
            if row["cohort"] == ALL_COHORTS and row["estimate"]:
                cohorts = [one for one in page.all_estimates if self.is_part(one, row)]
                shown = [one for one in cohorts if one["estimate"]]
                rest = int(row["n_pairs"]) - sum(int(one["n_pairs"]) for one in shown)
                hidden = [one for one in cohorts if not one["estimate"]]
                assert rest == 0 or (len(hidden) > 1 and rest >= page.facts.smallest_group), row["id"]

    @staticmethod
    def is_part(row, pool):
        same = ("role", "arm", "subgroup", "scale", "wave", "measure")
        methods = {"change": {"jackknife", "paired_t", "welch"}, "difference": {"ancova"}}
        contrast = pool["contrast"].removeprefix("pooled_")
        of_pool = all(row[name] == pool[name] for name in same) and row["contrast"] == contrast
        main = row["heads"] != "False" or contrast == "difference"
        return row["cohort"] != ALL_COHORTS and of_pool and row["method"] in methods[contrast] and main

    def test_the_page_of_a_cohort_too_small_holds_no_number_made_of_answers(self, page):
        if page.cohort is not None and not any(row["estimate"] for row in page.estimates):
            others = " ".join(
                text_of(tag) for tag in page.main.select("p, li, td, caption") if not tag.find_parent("header")
            )
            assert BOUNDS.findall(others) == []
            programme = BeautifulSoup((page.out / "index.html").read_text(encoding="utf-8"), "html.parser")
            of_programme = BOUNDS.findall(" ".join(text_of(tag) for tag in programme.select("header table")))
            told = BOUNDS.findall(text_of(page.main.header))
            of_group = told[: len(told) - len(of_programme)]
            assert told[len(of_group) :] == of_programme
            rows = [
                row for row in page.all_estimates if "+" in row["cohort"] and page.cohort in row["cohort"].split(" + ")
            ]
            known = [(row["ci_low"], row["ci_high"]) for row in rows if row["ci_low"]]
            for bounds in of_group:
                low, high = map(number, bounds.split(" to "))
                assert any(near(low, ends[0]) and near(high, ends[1]) for ends in known), bounds
            assert page.figures == [] or not any(chart.of_effects for chart in page.figures)

    def test_the_notebook_holds_no_number_that_the_page_has_not(self, page):
        if page.cohort is not None:
            notebook = json.loads((page.path.parent / "findings.ipynb").read_text(encoding="utf-8"))
            outputs = [part["data"]["text/html"] for cell in notebook["cells"] for part in cell.get("outputs", [])]
            pattern = r"[+−]?\d+\.\d+"
            in_page = set(re.findall(pattern, page.html))
            assert outputs
            assert set(re.findall(pattern, " ".join("".join(part) for part in outputs))) <= in_page


class TestProperty16StrengthsLimitsAndMethods:
    """Strengths and limits; an appendix with model, df, rule for missing data, multiplicity and software."""

    def test_strengths_and_limits_are_told(self, shown):
        items = [text_of(item) for item in section(shown, "What this can and cannot show").find_all("li")]
        strengths = [item for item in items if item.startswith("Strength")]
        assert strengths
        assert len(items) > len(strengths)

    @pytest.mark.parametrize(
        ("part", "words"),
        [
            ("model", r"regression|jackknife|random effects"),
            ("df", r"[Dd]egrees of freedom|t interval"),
            ("missing data", r"who left|missing scores|score before|score after"),
            ("multiplicity", r"adjusted by Holm"),
            ("software", r"rm_research \d.*(numpy|pandas|statsmodels) \d"),
            ("verdicts", r"smallest change that matters"),
        ],
    )
    def test_the_appendix_tells(self, shown, part, words):
        assert re.search(words, text_of(section(shown, "Methods and data"))), part

    def test_the_appendix_names_the_method_of_every_number(self, shown):
        table = section(shown, "Methods and data").find("table")
        heads = [text_of(cell) for cell in table.select("thead th")]
        lines = [[text_of(cell) for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")]
        assert {"Method", "df", "p", "p of the verdict"} <= set(heads)
        assert all(line[heads.index("Method")] for line in lines)

    def test_limits_come_before_the_appendix_and_after_the_findings(self, page):
        heads = [text_of(tag) for tag in page.main.find_all("h2")]
        assert [head for head in heads if head in ORDER] == [head for head in ORDER if head in heads]


class TestProperty17WhatMadeThePage:
    """Version, parameters and seed; neither times nor hashes of the inputs in the page."""

    @pytest.fixture
    def told(self, page):
        return text_of(section(page, "Methods and data")), json.loads((page.out / "manifest.json").read_text("utf-8"))

    def test_version_and_seed_but_no_hash(self, told, page):
        text, manifest = told
        assert f"rm_research {manifest['versions']['rm_research']}" in text
        assert manifest["digest"] not in (page.out / "index.html").read_text("utf-8")
        assert f"seed {manifest['seed']}" in text

    def test_parameters(self, told, page):
        text, manifest = told
        assert f"level {manifest['parameters']['level']:g}" in text
        assert f"smallest group {page.facts.smallest_group}" in text

    def test_packages(self, told):
        text, manifest = told
        named = re.findall(r"\b(numpy|pandas|scipy|statsmodels) ([\d.]*\d)", text)
        assert dict(named) == {name: manifest["versions"][name] for name in ("numpy", "pandas", "scipy", "statsmodels")}

    def test_no_time_stands_in_the_page(self, page, told):
        assert re.findall(r"\d{4}-\d\d-\d\d|\b\d?\d:\d\d\b(?!;)|GMT|UTC", page.html) == []
        assert told[1]["created"][:10] not in page.html


class TestProperty18NothingOfElsewhere:
    """No request to any host, no code cells, no paths or names of users; under 1 MB, with 400 kB as the aim."""

    def test_no_address_of_another_place(self, page):
        """Names of XML namespaces are no addresses."""
        without = re.sub(r"xmlns(:\w+)?=\"[^\"]*\"", "", page.html)
        assert re.findall(r"(?:https?:|ftp:|file:|ws:)?//[\w.-]+\.\w+", without) == []

    def test_no_element_that_loads(self, page):
        assert page.soup.find_all(["link", "iframe", "object", "embed", "audio", "video", "base"]) == []
        assert [tag for tag in page.soup.find_all(src=True) if not tag["src"].startswith("data:")] == []
        assert not re.search(r"@import|url\((?!#|data:font)", page.html)

    def test_the_page_forbids_itself_to_load(self, page):
        policy = page.soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert "default-src 'none'" in policy

    def test_no_code(self, page):
        assert CODE.findall(page.html) == []
        assert page.main.find_all(["code", "pre"]) == []

    def test_no_path_and_no_user(self, page):
        wanted = (EVALUATOR, str(DATA), str(page.out), "/tmp/", "/home/", "/root/", "/work/", "C:\\", "site-packages")  # noqa: S108
        assert [part for part in wanted if part in page.html] == []

    def test_is_light_enough_to_be_mailed(self, page):
        size = len(page.html.encode())
        assert size < HEAVIEST
        several_surveys = len(page.facts.toml["waves"]) > 2  # each has charts and a hundred estimates of its own
        assert page.cohort is None or several_surveys or size < AIM, size
