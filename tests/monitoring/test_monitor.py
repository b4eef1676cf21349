"""What the coordinator's page tells of small programmes whose truth is known, and that no answer enters it."""

import random
import re
from datetime import date

import pytest

from rm_research.errors import StudyError, StudyFileError
from rm_research.monitoring import Monitor, monitor_study, received, surveys

TOML = """title = "A programme"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
due = 100
[columns]
person = "code"
submitted = "when"
[roster]
file = "roster.csv"
columns = { cohort = "cohort", role = "role", arm = "arm", dyad = "pair" }
[sessions]
file = "log.csv"
columns = { dyad = "pair" }
[programme]
every_days = 30
[scales.mood]
[design]
comparison = "waitlist"
"""
CODEBOOK = "item,scale,low,high\na,mood,1,5\nb,mood,1,5\nc,mood,1,5\n"
PEOPLE = [
    ("L1", "Spring", "leader", "programme", "P-1"), ("M1", "Spring", "mentor", "programme", "P-1"),
    ("L2", "Spring", "leader", "programme", "P-2"), ("M2", "Spring", "mentor", "programme", "P-2"),
    ("L3", "Spring", "leader", "waitlist", "P-3"), ("M3", "Spring", "mentor", "waitlist", "P-3"),
    ("L4", "Autumn", "leader", "programme", "P-4"), ("M4", "Autumn", "mentor", "programme", "P-4"),
]  # fmt: skip
PRE = "code,when,a,b,c\n" + "".join(f"{code},2025-03-0{k},1,2,3\n" for k, code in enumerate(
    ("L1", "M1", "L2", "L3", "M3"), start=1)) + "L4,2025-09-01,4,4,5\n"  # fmt: skip
LOG = "pair,date,minutes\nP-1,2025-03-10,60\nP-1,2025-04-10,60\nP-3,2025-03-01,60\n"
ON = date(2025, 5, 10)
LATE = date(2025, 6, 2)  # when later answers are in


def programme(folder, *, toml=TOML, on=ON, people=PEOPLE, **files) -> Monitor:
    folder.mkdir(parents=True, exist_ok=True)
    roster = "code,cohort,role,arm,pair\n" + "".join(",".join(person) + "\n" for person in people)
    contents = {"study.toml": toml, "codebook.csv": CODEBOOK, "pre.csv": PRE, "log.csv": LOG, "roster.csv": roster}
    for name, content in (contents | {name.replace("_csv", ".csv"): text for name, text in files.items()}).items():
        if content is not None:
            (folder / name).write_text(content, encoding="utf-8")
    return monitor_study(folder, on=on)


def without(key, toml=TOML):
    """study.toml without a table, or without a line."""
    if key.startswith("["):
        return re.sub(rf"{re.escape(key)}\n(?:[^\[].*\n)*", "", toml)
    assert key in toml
    return toml.replace(key, "")


ALONE = without("[roster]", without("[design]"))  # without a list of everyone invited


def rows(monitor, name):
    table = monitor.tables[name].astype(object)
    return table.where(table.notna(), None).to_numpy().tolist()


class TestSurveys:
    def test_an_export_that_is_not_there_is_no_error(self, tmp_path):
        monitor = programme(tmp_path)
        assert rows(monitor, "surveys") == [["pre", "pre.csv", "in", 5], ["post", "post.csv", "awaited", 0]]
        assert monitor.notes["surveys"] == ()

    def test_before_there_is_any_export(self, tmp_path):
        monitor = programme(tmp_path, pre_csv=None)
        assert [row[2] for row in rows(monitor, "surveys")] == ["awaited", "awaited"]
        assert rows(monitor, "answers") == []
        assert "No survey is in yet." in repr(monitor)

    def test_exports_that_are_empty_or_cannot_be_used(self, tmp_path):
        monitor = programme(tmp_path / "a", post_csv="code,when,a,b,c\n")
        assert rows(monitor, "surveys")[1] == ["post", "post.csv", "empty", 0]
        monitor = programme(tmp_path / "b", post_csv="kode,when,a,b,c\nL1,2025-06-01,1,2,3\n")
        assert rows(monitor, "surveys")[1] == ["post", "post.csv", "unusable", 0]
        assert "Run rm-research check" in monitor.notes["surveys"][0]

    def test_half_of_a_survey(self, tmp_path):
        halves = "".join(f'[[waves.pre.sources]]\nname = "{name}"\nfile = "{name}.csv"\n' for name in ("pre", "more"))
        monitor = programme(tmp_path, toml=TOML.replace('[waves.pre]\nfile = "pre.csv"\n', halves))
        assert monitor.notes["surveys"] == (
            "Of the survey “pre”, 1 of 2 files is in; its counts are of this one alone.",
        )
        assert rows(monitor, "surveys")[:2] == [["pre", "pre.csv", "in", 5], ["pre", "more.csv", "awaited", 0]]


class TestAnswers:
    def test_invited_answered_and_not_yet_by_cohort_role_and_group(self, tmp_path):
        assert rows(programme(tmp_path), "answers") == [
            ["pre", "Spring", "leader", "programme", 2, 2, 0],
            ["pre", "Spring", "leader", "waitlist", 1, 1, 0],
            ["pre", "Spring", "mentor", "programme", 2, 1, 1],
            ["pre", "Spring", "mentor", "waitlist", 1, 1, 0],
            ["pre", "Autumn", "leader", "programme", 1, 0, 1],
            ["pre", "Autumn", "mentor", "programme", 1, 0, 1],
        ]

    def test_who_is_not_on_the_list_counts_as_answered_alone(self, tmp_path):
        toml = TOML.replace('submitted = "when"\n', 'submitted = "when"\ncohort = "group"\n')
        stranger = "code,when,group,a,b,c\nX9,2025-03-01,Spring,1,2,3\nL1,2025-03-01,Spring,1,2,3\n"
        # who is not on the list and did not answer later is not waited for
        later = "code,when,group,a,b,c\nL1,2025-06-01,Spring,1,2,3\n"
        monitor = programme(tmp_path, toml=toml, pre_csv=stranger, post_csv=later)
        unknown = [row for row in rows(monitor, "answers") if row[2] == "unknown"]
        assert unknown == [["pre", "Spring", "unknown", "unknown", 0, 1, 0]]

    def test_without_a_list_nobody_knows_who_is_invited(self, tmp_path):
        toml = ALONE.replace('submitted = "when"\n', 'submitted = "when"\nrole = "r"\n')
        monitor = programme(tmp_path, toml=toml, pre_csv=PRE.replace("code,when", "code,r,when").replace(
            ",2025", ",leader,2025"))  # fmt: skip
        assert rows(monitor, "answers") == [["pre", "all people", "leader", "programme", None, 5, None]]
        assert "nobody can tell who has not answered yet" in monitor.notes["answers"][0]

    def test_a_list_that_cannot_be_read(self, tmp_path):
        monitor = programme(tmp_path, roster_csv="person,cohort\nL1,Spring\n")
        assert "roster.csv, the list of everyone invited, cannot be used" in monitor.notes["answers"][0]

    def test_a_cohort_of_which_nobody_is_invited(self, tmp_path):
        toml = TOML.replace('submitted = "when"\n', 'submitted = "when"\ncohort = "group"\n')
        content = "code,when,group,a,b,c\nX9,2025-03-01,Winter,1,2,3\nL1,2025-03-01,Spring,1,2,3\n"
        monitor = programme(tmp_path, toml=toml, pre_csv=content)
        assert [row[-3:] for row in rows(monitor, "answers") if row[1] == "Winter"] == [[None, 1, None]]
        assert "names nobody of Winter" in " ".join(monitor.notes["answers"])

    def test_surveys_that_are_not_linked(self, tmp_path):
        monitor = programme(tmp_path, toml=without("[design]") + '[link]\nmethod = "none"\n')
        assert {row[-1] for row in rows(monitor, "answers")} == {None}
        assert "which of the people who are invited have answered" in monitor.notes["answers"][0]
        assert rows(monitor, "codes") == []
        assert monitor.notes["codes"] == ("Surveys are not linked, as declared.",)

    @pytest.mark.slow
    def test_questionnaires_after_the_day_do_not_count(self, tmp_path):
        # L1 answered again in May, of which the later one counts; M1 has no date; a blank code came in later
        twice = TOML.replace('file = "post.csv"', 'file = "post.csv"\nduplicates = "last"')
        post = "code,when,a,b,c\nL1,2025-05-10,1,2,3\nL1,2025-05-12,1,2,3\nM1,,1,2,3\nL2,2025-05-11,1,2,3\n"
        for on, n, blank in ((ON, 2, False), (date(2025, 5, 11), 3, True)):
            monitor = programme(tmp_path, toml=twice, post_csv=f"{post},2025-05-11,1,2,3\n", on=on)
            assert sum(row[5] for row in rows(monitor, "answers") if row[0] == "post") == n
            problems = received.receive(monitor.study, on).problems
            assert problems["rule"].eq("blank_code").any() == blank
            assert monitor.notes["surveys"] == (
                "Questionnaires without a date: 1. They are counted, although they may have come in after this day.",
            )
        assert "without a date" not in repr(monitor_study(tmp_path, on=date.today()))
        dated = programme(tmp_path, toml=twice, post_csv=post.replace("M1,,", "M1,2025-05-09,"))
        assert "without a date" not in repr(dated)


class TestDue:
    def test_days_after_the_first_answer_of_a_cohort(self, tmp_path):
        assert rows(programme(tmp_path), "due") == [
            ["2025-06-09", 30, "post", "Spring", 6, 0, 6], ["2025-12-10", 214, "post", "Autumn", 2, 0, 2],
        ]  # fmt: skip

    def test_days_after_the_declared_start(self, tmp_path):
        toml = TOML.replace("[programme]", "[programme]\nstart = { Spring = 2025-02-01 }")
        assert [row[0] for row in rows(programme(tmp_path, toml=toml), "due")] == ["2025-05-12", "2025-12-10"]

    @pytest.mark.slow
    def test_a_day_for_all_and_days_of_cohorts(self, tmp_path):
        monitor = programme(tmp_path / "a", toml=TOML.replace("due = 100", "due = 2025-05-01"))
        assert [row[:4] for row in rows(monitor, "due")] == [
            ["2025-05-01", -9, "post", "Spring"], ["2025-05-01", -9, "post", "Autumn"],
        ]  # fmt: skip
        monitor = programme(tmp_path / "b", toml=TOML.replace("due = 100", 'due = { "spring" = 2025-05-01 }'))
        assert [row[3] for row in rows(monitor, "due")] == ["Spring"]
        assert monitor.notes["due"] == ("When the survey “post” is due is not declared for Autumn.",)

    def test_a_survey_that_everybody_answered_is_not_due(self, tmp_path):
        everybody = "code,when,a,b,c\n" + "".join(f"{person[0]},2025-06-01,1,2,3\n" for person in PEOPLE[:6])
        assert [row[3] for row in rows(programme(tmp_path, post_csv=everybody, on=LATE), "due")] == ["Autumn"]

    def test_without_a_list_it_stays_due(self, tmp_path):
        monitor = programme(tmp_path, toml=ALONE)
        assert rows(monitor, "due") == [["2025-06-09", 30, "post", "all people", None, 0, None]]

    def test_without_a_day_or_a_start_it_says_so(self, tmp_path):
        monitor = programme(tmp_path / "a", toml=without("due = 100\n"))
        assert monitor.notes["due"] == ("No survey has a day on which it is due: declare due under [waves.…].",)
        monitor = programme(tmp_path / "b", toml=without('submitted = "when"\n'))
        assert rows(monitor, "due") == []
        assert "is not known for Autumn, Spring: declare start under [programme]" in monitor.notes["due"][0]

    @pytest.mark.parametrize("due", ["-1", "true", '"soon"', "1.5", "{ Spring = 5 }", "[2025]"])
    def test_what_is_no_day_is_refused(self, tmp_path, due):
        with pytest.raises(StudyFileError, match=r"waves\.post\.due: is (neither a day nor a number|not a day)"):
            programme(tmp_path, toml=TOML.replace("due = 100", f"due = {due}"))


class TestCodes:
    def test_blank_unknown_and_new_codes_by_row(self, tmp_path):
        toml = TOML.replace('submitted = "when"\n', 'submitted = "when"\ncohort = "group"\n')
        pre = (
            "code,when,group,a,b,c\nL1,2025-03-01,Spring,1,2,3\n,2025-03-01,Spring,1,2,3\nX9,2025-03-01,Spring,1,2,3\n"
        )
        post = pre.replace("L1", "M2").replace("X9", "Y8").replace("03-01", "06-01")
        assert rows(programme(tmp_path, toml=toml, pre_csv=pre, post_csv=post, on=LATE), "codes") == [
            ["pre", "pre.csv", "blank", 1, "3"], ["pre", "pre.csv", "not_on_roster", 1, "4"],
            ["post", "post.csv", "blank", 1, "3"], ["post", "post.csv", "not_on_roster", 1, "4"],
        ]  # fmt: skip

    @pytest.mark.slow
    def test_without_a_list_a_later_code_that_is_new_leads_nowhere(self, tmp_path):
        toml = ALONE
        post = "code,when,a,b,c\nL1,2025-06-01,1,2,3\nZZ,2025-06-01,1,2,3\n"
        assert rows(programme(tmp_path, toml=toml, post_csv=post, on=LATE), "codes") == [
            ["post", "post.csv", "not_before", 1, "3"]
        ]
        # while the first survey is not in, nobody can have given a code before
        monitor = programme(tmp_path, toml=toml, post_csv=post, on=LATE)
        (tmp_path / "pre.csv").unlink()
        assert rows(monitor_study(tmp_path, on=LATE), "codes") == []
        assert monitor.tables["codes"]["rows"].tolist() == ["3"]

    def test_codes_that_are_similar_are_listed_as_near_misses(self, tmp_path):
        toml = ALONE + '[link]\nmethod = "code"\nmax_edits = 1\ncertainty = 0.999999\n'
        codes = ["anbc12", "dkef34", "gphi56", "jqkl78", "mrno90"]
        pre, post = (
            "code,when,a,b,c\n" + "".join(f"{code},2025-0{month}-01,1,2,3\n" for code in of)
            for month, of in ((3, codes), (6, [*codes[:4], "mrno91"]))
        )
        kinds = {row[2] for row in rows(programme(tmp_path, toml=toml, pre_csv=pre, post_csv=post, on=LATE), "codes")}
        assert "similar" in kinds

    def test_many_rows_are_cut(self, tmp_path):
        pre = PRE + ",2025-03-01,1,2,3\n" * 20
        listed = [row for row in rows(programme(tmp_path, toml=ALONE, pre_csv=pre), "codes") if row[2] == "blank"]
        assert listed == [["pre", "pre.csv", "blank", 20, "8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 …"]]

    def test_problems_of_codes_say_what_to_do(self, tmp_path):
        monitor = programme(tmp_path, pre_csv=PRE + "L1,2025-03-09,1,2,3\n")
        assert 'Set duplicates = "last" under [waves.pre]' in monitor.notes["codes"][0]


class TestPairs:
    def test_pairs_that_met_last_or_started_longer_ago_than_planned(self, tmp_path):
        # P-1 met 30 days ago, P-2 never, 70 days after the start; P-3 waits, P-4 has not started
        assert rows(programme(tmp_path), "pairs") == [["Spring", "P-2", 0, None, 70]]

    @pytest.mark.parametrize(("on", "late"), [(date(2025, 5, 10), False), (date(2025, 5, 11), True)])
    def test_the_planned_interval_itself_is_not_too_long(self, tmp_path, on, late):
        assert ("P-1" in [row[1] for row in rows(programme(tmp_path, on=on), "pairs")]) is late

    def test_meetings_after_the_day_do_not_count(self, tmp_path):
        log = LOG + "P-2,2025-05-20,60\n"
        assert rows(programme(tmp_path, log_csv=log), "pairs") == [["Spring", "P-2", 0, None, 70]]
        assert rows(programme(tmp_path, log_csv=log, on=date(2025, 5, 20)), "pairs") == [
            ["Spring", "P-1", 2, "2025-04-10", 40]
        ]

    def test_meetings_that_are_yet_to_come_are_told(self, tmp_path):
        monitor = programme(tmp_path, log_csv=LOG + "P-2,2099-01-01,60\n", on=date(2100, 1, 1))
        assert "log.csv: meetings in row 5 are dated after today and do not count yet" in " ".join(
            monitor.notes["pairs"]
        )

    def test_pairs_that_had_all_meetings_are_done(self, tmp_path):
        toml = TOML.replace("every_days = 30", "every_days = 30\nplanned_meetings = 2")
        names = [row[1] for row in rows(programme(tmp_path, toml=toml, on=date(2025, 6, 1)), "pairs")]
        assert names == ["P-2"]
        toml = toml.replace("planned_meetings = 2", "planned_meetings = 3")
        names = [row[1] for row in rows(programme(tmp_path, toml=toml, on=date(2025, 6, 1)), "pairs")]
        assert names == ["P-2", "P-1"]

    def test_after_the_last_survey_was_due_nobody_needs_to_meet(self, tmp_path):
        monitor = programme(tmp_path, on=date(2025, 6, 10))
        assert rows(monitor, "pairs") == []
        assert "Pairs of Spring are not listed any more: the last survey was due." in monitor.notes["pairs"]
        assert len(rows(programme(tmp_path, on=date(2025, 6, 9)), "pairs")) == 2

    def test_a_pair_without_any_day_is_not_called_late(self, tmp_path):
        monitor = programme(tmp_path, log_csv=LOG + "P-2,,60\n")
        assert rows(monitor, "pairs") == []
        assert "Meetings without a day: 1. A pair without any day is not listed." in monitor.notes["pairs"]

    def test_without_a_start_pairs_that_never_met_are_listed(self, tmp_path):
        monitor = programme(tmp_path, toml=without('submitted = "when"\n'))
        assert rows(monitor, "pairs") == [["Autumn", "P-4", 0, None, None], ["Spring", "P-2", 0, None, None]]
        assert "When Autumn, Spring started is not known" in " ".join(monitor.notes["pairs"])

    @pytest.mark.parametrize(
        ("toml", "files", "said"),
        [
            (without("[programme]"), {}, "How often pairs are to meet is not declared: add every_days"),
            (without("[sessions]"), {}, "There is no log of meetings. Declare one under [sessions]."),
            (TOML, {"log_csv": None}, "log.csv, the log of meetings, cannot be used."),
            (ALONE, {}, "No file names the pairs: declare dyad under [columns]."),
        ],
    )
    def test_without_what_it_takes_it_says_what_is_lacking(self, tmp_path, toml, files, said):
        monitor = programme(tmp_path, toml=toml, **files)
        assert rows(monitor, "pairs") == []
        assert any(said in note for note in monitor.notes["pairs"]), monitor.notes

    def test_a_code_that_only_an_export_has_is_shown_as_it_is_written_there(self, tmp_path):
        toml = ALONE.replace("[columns]", '[columns]\ndyad = "Duo"\nrole = "r"')
        pre = "code,r,Duo,when,a,b,c\nL1,leader,Ünit 7,2025-03-01,1,2,3\nM1,mentor,ünit 7,2025-03-01,1,2,3\n"
        monitor = programme(tmp_path, toml=toml, pre_csv=pre, log_csv="pair,date,minutes\nother,2025-03-02,60\n")
        assert rows(monitor, "pairs") == [["all people", "Ünit 7", 0, None, 70]]

    def test_contacts_in_a_code_are_taken_out(self, tmp_path):
        people = [(*person[:4], f"{person[4]} ann@example.org") for person in PEOPLE]
        monitor = programme(tmp_path, people=people, log_csv="pair,date,minutes\n")
        assert rows(monitor, "pairs")[0][1] == "P-1 […]"


class TestNoAnswerEntersIt:
    CARELESS = '[careless]\naction = "drop"\nsame_answers = 3\n'

    @pytest.mark.slow
    @pytest.mark.parametrize("more", ["", CARELESS, '[link]\nmethod = "code"\n'])
    def test_other_answers_give_the_same_bytes(self, tmp_path, more):
        post = PRE.replace("2025-03", "2025-06")
        one = programme(tmp_path / "one", toml=TOML + more, post_csv=post)
        for seed in range(3):
            draws = random.Random(seed)  # noqa: S311

            def other(_, draws=draws):
                same = str(draws.randint(1, 5))
                return ",".join(
                    ["", *([same] * 3 if draws.random() < 0.5 else [str(draws.randint(1, 5)) for _ in "abc"])]
                )

            pre, after = (re.sub(r",\d,\d,\d(?=\n)", other, text) for text in (PRE, post))
            assert pre != PRE
            two = programme(tmp_path / f"two{seed}", toml=TOML + more, pre_csv=pre, post_csv=after)
            assert repr(two) == repr(one)
            assert two._repr_html_() == one._repr_html_()

    @pytest.mark.slow
    def test_nothing_is_scored_and_no_item_is_kept(self, tmp_path, monkeypatch):
        import rm_research.scales

        def refuse(*_, **__):
            raise AssertionError("a score was computed")

        monkeypatch.setattr(rm_research.scales, "score_scales", refuse)
        monkeypatch.setattr(rm_research.scales, "scale_scores", refuse)
        programme(tmp_path)
        came = received.receive(monitor_study(tmp_path, on=ON).study, ON)
        frames = [value for value in vars(came).values() if hasattr(value, "columns")]
        assert not {"a", "b", "c"} & {column for frame in frames for column in frame.columns}

    def test_no_word_of_it_is_about_an_outcome(self, tmp_path):
        assert "mood" not in programme(tmp_path)._repr_html_().lower()


class TestPage:
    def test_says_at_its_head_for_whom_it_is_and_of_which_day(self, tmp_path):
        html = programme(tmp_path)._repr_html_()
        assert re.match(r"<h1>How far it has come: A programme</h1>\s*<p>For the coordinator only", html)
        assert "<p>As of 10 May 2025.</p>" in html
        assert re.findall("<h2>(.*?)</h2>", html) == [
            "Surveys that are in", "Answers so far", "Surveys due next", "Codes that will not link",
            "Pairs that have not met for longer than planned",
        ]  # fmt: skip

    def test_is_in_the_language_of_the_study_and_on_the_terminal_in_english(self, tmp_path):
        german = programme(
            tmp_path, toml=TOML + '[reporting]\nlanguage = "de"\n', pre_csv=PRE + "L1,2025-03-09,1,2,3\n"
        )
        html = german._repr_html_()
        assert "Nur für die Koordination" in html
        assert "<th>Eingeladen</th>" in html
        assert "noch nicht da" in html
        assert "Um jeweils die neuesten" in html or "duplicates" in html
        assert "For the coordinator only" in repr(german)
        assert "Eingeladen" not in repr(german)

    def test_a_group_that_all_have_is_no_column(self, tmp_path):
        people = [person for person in PEOPLE if person[3] == "programme"]
        assert "<th>Group</th>" in programme(tmp_path / "a")._repr_html_()
        pre = "".join(line + "\n" for line in PRE.splitlines() if "3," not in line[:3])
        monitor = programme(tmp_path / "b", people=people, pre_csv=pre, toml=without("[design]"))
        assert "<th>Group</th>" not in monitor._repr_html_()

    def test_what_files_hold_is_only_text(self, tmp_path):
        people = [("L1", "<b>Spring</b>", "leader", "programme", "<i>P</i>")]
        html = programme(tmp_path, people=people, log_csv="pair,date,minutes\n")._repr_html_()
        assert "&lt;b&gt;Spring" in html
        assert "&lt;i&gt;P" in html
        assert "<b>" not in html

    @pytest.mark.parametrize("on", ["yesterday", "2025-13-01", 5])
    def test_what_is_no_day_is_said(self, tmp_path, on):
        with pytest.raises(StudyError, match="give a day such as 2025-06-01"):
            programme(tmp_path, on=on)

    def test_today_unless_told(self, tmp_path):
        assert programme(tmp_path, on=None).on == date.today()
        assert programme(tmp_path, on="2025-05-10").on == ON


def test_every_state_has_its_word(tmp_path):
    from rm_research.catalogue import catalogue

    for language in ("en", "de"):
        words = catalogue(language)
        assert all(words.has(f"quality.state_is.{state}") for state in surveys.STATES)
