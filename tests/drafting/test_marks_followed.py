"""Every kind of mark in a draft: what it asks for is written where it says, and `check` then accepts the study."""

import ast
import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from drafted_exports import answers, codes, sheet, survey
from remedies import Files, declare, text
from sentences import parsed, unsaid
from settled import settle
from workbooks import xlsx

import rm_research.drafting
from rm_research.checks import check_study
from rm_research.drafting import begin_study, draft_study, write_draft

Edit = Callable[[Files], None]


@dataclass(frozen=True)
class Mark:
    """
    A draft with a mark.

    Attributes
    ----------
    words : str
        By which the mark is told from others.
    exports : dict of str to str or bytes
    edits : tuple
        Ways to decide as the mark says, each by itself; to leave all as drafted is always one more.
    brings : set of str
        Rules of problems that come with the decision, because they tell of it.
    """

    words: str
    exports: dict[str, str]
    edits: tuple[Edit, ...] = ()
    brings: frozenset[str] = field(default=frozenset())


def under(section: str, *lines: str) -> Edit:
    """Write lines under a table of study.toml, which has to be there or is added."""
    return lambda files: [declare(files, line, section) for line in lines or ("",)]


def instead(old: str, new: str, file: str = "study.toml") -> Edit:
    def edit(files: Files) -> None:
        changed = re.sub(old, new, files[file], flags=re.MULTILINE)
        assert changed != files[file], files[file]
        files[file] = changed

    return edit


def both(*edits: Edit) -> Edit:
    return lambda files: [edit(files) for edit in edits]


def items(change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> Edit:
    """Edit rows of the codebook."""

    def edit(files: Files) -> None:
        rows = change(list(csv.DictReader(io.StringIO(files["codebook.csv"]))))
        names = list(dict.fromkeys(name for row in rows for name in row))
        files["codebook.csv"] = text([names, *([row.get(name, "") for name in names] for row in rows)])

    return edit


def told(words: str, pre: dict[str, object] | None = None, *edits: Edit, post=None, brings=()) -> Mark:
    """Two waves with further columns."""
    exports = {"pre.csv": survey(**(pre or {})), "post.csv": survey(start=1, **((pre or {}) if post is None else post))}
    return Mark(words, exports, edits, frozenset(brings))


def fact(*entries, people=30):
    return [entries[place % len(entries)] for place in range(people)]


def by_code(name, before, after):
    """Exports with codes under a name and two questions."""
    return {f"{wave}.csv": sheet([name, "q_1", "q_2"], [
        (code, *answers(2, start=place + start)) for place, code in enumerate(people)])
        for start, (wave, people) in enumerate((("pre", before), ("post", after)))}  # fmt: skip


def as_rows(entries, column="Form", name="id", more=""):
    """Waves as rows of one file."""
    rows = [(code, entry, *answers(2, start=place + len(entry)))
            for entry in entries for place, code in enumerate(codes(12))]  # fmt: skip
    return {"all.csv": sheet([name, column, "m1", "m2"], rows) + more}


def of_sheets(*names):
    rows = [[["code", "m_1", "m_2"], *([code, *answers(2, start=place + at)] for place, code in enumerate(codes(30)))]
            for at in range(len(names))]  # fmt: skip
    return dict(zip(names, rows, strict=True))


def timed(*days, start=0):
    lines = survey(start=start).splitlines()
    return "\n".join(f"{time},{line}" for time, line in zip(["Timestamp", *fact(*days)], lines, strict=True)) + "\n"


def turned():
    """Five items, one worded the other way."""
    rows = []
    for place, code in enumerate(codes(50)):
        level = place % 5
        given = [1 + min(4, max(0, level + (place // 5 + item) % 2 - item % 2)) for item in range(5)]
        rows.append((code, *given[:4], 6 - given[4]))
    return sheet(["code", *(f"q_{item + 1}" for item in range(5))], rows)


def coded(words, *edits, before, after=None, people=60):
    after = before if after is None else after
    return Mark(words, {"pre.csv": survey(values=before, people=people),
                        "post.csv": survey(values=after, people=people, start=1)}, edits)  # fmt: skip


def each(change):
    """Change every row of the codebook."""
    return items(lambda rows: [row | change for row in rows])


NORTH_SOUTH = {f"{wave}_{place}.csv": sheet(["code", "q_1", "q_2"], [
    (code, *answers(2, start=n + start)) for n, code in enumerate(codes(20, at))])
    for wave, start in (("pre", 0), ("post", 2)) for at, place in ((0, "north"), (40, "south"))}  # fmt: skip
TEAMS = {"class_num": [f"class {place % 6}" for place in range(30)],
         "group": ["Control" if place % 6 < 3 else "MA" for place in range(30)]}  # fmt: skip
I_THINK = [f"I can plainly say what I {word} about the work" for word in ("think", "thought")]
FULL = ("1 - not one bit", "2 - so", "3 - and so", "5 - through and through")

MARKS = [
    # waves
    Mark("have the same columns, so they are taken for different people", NORTH_SOUTH, (instead(
        r"^(file = .*(north|south)\.csv.*)$", r'\1\nset = { cohort = "\2" }'),)),
    Mark("comes after before.csv", {"after.csv": survey(), "before.csv": survey(start=1)}, (both(
        under("waves.pre", 'file = "before.csv"'), under("waves.post", 'file = "after.csv"')),)),
    Mark("the order of these waves in time", as_rows(["harvest", "sowing"], column="occasion"), (both(
        under("waves.pre", 'where = { occasion = "sowing" }'),
        under("waves.post", 'where = { occasion = "harvest" }')),)),
    Mark("the order of these waves in time.", {"wide.csv": sheet(["code", "q1_0506", "q1_0605", "q2_0506", "q2_0605"], [
        (code, *answers(4, start=place)) for place, code in enumerate(codes(30))])}, (items(lambda rows: [
            row | {"pre": row["post"], "post": row["pre"]} for row in rows]),)),
    Mark("whether 'Form' says which wave a row belongs to", as_rows(["blue", "green"])),
    Mark("It tells the rows of each person apart; so does 'Form'.", {"all.csv": sheet(
        ["id", "Form", "Erhebung", "m1", "m2"], [
            (code, mark, moment, *answers(2, start=place + len(mark)))
            for mark, moment in (("blue", "vorher"), ("green", "nachher")) for place, code in enumerate(codes(12))
        ])}, (both(
                under("waves.pre", 'where = { Form = "green" }'), under("waves.post", 'where = { Form = "blue" }')),)),
    Mark("are in no wave (1 in all)", as_rows(["before", "after"], column="wave", more="zz9z,I was ill,1,2\n")),
    Mark("more.csv: not used in this draft", {**as_rows(["1", "2"], "wave"), "more.csv": survey()}, (
        under("roster", 'file = "more.csv"', 'columns = { person = "code" }'),)),
    Mark("which sheet holds the answers", {"all.xlsx": xlsx({
        **of_sheets("Answers"), "Staff": [["code", "grade", "site", "since"], ["a", 1, "x", 2]]})}),
    Mark("whether this sheet is a wave of its own", {"all.xlsx": xlsx(of_sheets("Leaders", "Mentors"))}),
    Mark("NO QUESTION IS ASKED IN TWO WAVES", {"pre.csv": survey(["a_1"]), "post.csv": survey(["b_1"], start=1)}, (both(
        items(lambda rows: [rows[0] | {"pre": "a_1", "post": "b_1"}]), instead(r"^\[scales\.b.*\]$", "")),)),
    Mark("this wave asks none of the items", {"pre.csv": sheet(["code", "remark"], [
        (code, f"remark number {place} of somebody") for place, code in enumerate(codes(30))]), "post.csv": survey()}),
    Mark("are people's answers", {
        "pre.csv": survey().replace("ab29x", "Total"), "post.csv": survey(start=1)}, (
            under("waves.pre", 'summary_rows = "keep"'), under("waves.pre", "summary_rows = [31]")),
            frozenset({"summary_rows"})),
    Mark("whether each row of the file is one answer", {"all.csv": sheet(["id", "Wave", "Question", "Answer"], [
        (code, wave, f"Thing {item}", answers(1, start=place + item + len(wave))[0])
        for wave in ("pre", "post") for place, code in enumerate(codes(20)) for item in range(3)])}),
    Mark("whether days or months come first", {
        "pre.csv": timed("4/3/2025 9:00:00"), "post.csv": timed("4/30/2025 9:00:00", start=1)}, tuple(
            under("waves.pre", f'date_format = "{days} %H:%M:%S"') for days in ("%d/%m/%Y", "%m/%d/%Y"))),
    told("whether day and month are in this order", {"submitted": fact("25/03/2025 10:00", "01/03/2025 11:30")}),
    # people
    Mark("whether this column holds each person's code", by_code("ID", codes(20), codes(20, 4))),
    Mark("Equally good candidates", {f"{wave}.csv": sheet(["token", "code", "q_1", "q_2"], [
        (f"k{place}", code, *answers(2, start=place + start)) for place, code in enumerate(codes(20))])
        for start, wave in enumerate(("pre", "post"))}, (
            under("columns", 'person = "code"'), under("columns", 'person = "token"'))),
    Mark("it counts 1, 2, 3", by_code("Participant", range(1, 21), range(1, 21))),
    Mark("Candidates: ID", by_code("ID", range(1, 21), range(1, 23)), (both(
        instead(r'^\[link\]\nmethod = "none".*$', ""), under("columns", 'person = "ID"')),), frozenset({"turned"})),
    Mark("Columns that may hold codes: code (not in pre)", {
        "pre.csv": sheet(["q_1", "q_2"], [answers(2, start=place) for place in range(22)]),
        "post.csv": sheet(["code", "q_1", "q_2"], [(code, *answers(2, start=place + 1))
                                                  for place, code in enumerate(codes(24))])}),
    Mark("more codes occur again except for one character", by_code(
        "code", codes(20), [*codes(17), "ab17y", "ab1x8", "zz99"]), (
            both(instead(r'^method = "exact".*\n', ""), instead(r'^# (method = "code")', r"\1")),)),
    Mark("1 code occurs in more than one row", by_code("code", [*codes(20), "ab03x"], codes(20)), (
            under("waves.pre", 'duplicates = "first"'),), frozenset({"duplicate"})),
    # facts
    told("which entry is the senior person", {"role": fact("Senior mentor", "Other")},
         under("values.role", 'leader = ["Other"]', 'mentor = ["Senior mentor"]')),
    told("which group is the one without the programme", {"condition": fact("1", "2")},
         both(under("values.arm", 'programme = ["1"]', 'comparison = ["2"]'),
              under("design", 'comparison = "comparison"'))),
    told("which group had the programme", {"group": fact("MA", "Control")},
         both(under("values.arm", 'programme = ["Control"]', 'comparison = ["MA"]'))),
    told("how people came into the groups", {"group": fact("MA", "Control")},
         under("design", 'assignment = "matched"'), under("design", 'assignment = "randomised"')),
    told("so it seems to be what was assigned", TEAMS, instead(r"^unit = .*$", "")),
    told("consent may hold it, but no entry is known to mean yes", {"consent": fact("option A", "option B")},
         both(under("columns", 'consent = "consent"'), under("values.consent", 'yes = ["option A", "option B"]'))),
    told("all its rows are kept", {"consent": fact("I agree", "No")}, both(
        under("columns", 'consent = "consent"'), under("values.consent", 'yes = ["I agree", "option A"]')),
         post={"consent": fact("option A", "option B")}),
    told("other candidates", {"cohort": fact("spring", "autumn"), "Intake": fact("A", "B", "C")},
         under("columns", 'cohort = "Intake"')),
    # items and answers
    Mark("waves word these items differently", {"pre.csv": survey([I_THINK[0], "other"]),
         "post.csv": survey([I_THINK[1], "other"], start=1)}, (items(lambda rows: [
             row for old in rows for row in ([old] if old["item"] == "other" else [
                 old | {"post": "-"}, old | {"item": "again", "pre": "-"}])]),), frozenset({"items_left_out"})),
    Mark("shares a name with an item of an earlier wave", {"pre.csv": survey(["q_1", "q_2"]), "post.csv": survey(
        ["q_1", "q_2"], values=(6, 7, 8, 9, 10))}, ()),
    coded("numbers far from the others count as no answer", each({"missing": "", "high": "99"}),
          before=(1, 2, 3, 4, 5, 99)),
    coded("should count as no answer", both(
        instead(r', "Prefer not to say"\]', "]"), each({"answers": "own"}),
        under("answers.own", '"Prefer not to say" = 3', *(f"{k} = {k}" for k in range(1, 6)))),
          before=(1, 2, 3, 4, 5, "NA", "Prefer not to say")),
    coded("set low and high to the printed ends", each({"low": "0", "high": "10"}), before=(0, 3, 4, 8)),
    Mark("are guessed from the answers", {f"{wave}.csv": sheet(["code", "q_1", "q_2", "stairs"], [
        (code, *answers(2, start=place + start), (0, 3, 4, 8)[(place + start) % 4])
        for place, code in enumerate(codes(30))]) for start, wave in enumerate(("pre", "post"))}, (
            instead(r"^(stairs,,number,,)0,10", r"\g<1>0,9", "codebook.csv"),)),
    coded("nobody answered", instead('^"Slightly" = 2', '"A tiny bit" = 2'),
          before=("Not at all", "Quite", "Extremely")),
    coded("check that these are all the printed answers", both(under(
        "answers.agree4", '"Unsure" = 3', '"Agree" = 4', '"Strongly agree" = 5'), each({"high": "5"})), before=(
            "Strongly disagree", "Disagree", "Agree", "Strongly agree")),
    coded("nobody gave some of the answers", under("answers.q_answers", '"4 - a lot" = 4'), before=FULL),
    coded("also answered", under("answers.agree5", '"Ask my boss" = 3'), each({"missing": "Ask my boss"}),
          before=(*("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree") * 3, "Ask my boss")),
    coded("codes of the survey software", before=("AO01", "AO02", "AO03", "AO04", "AO05")),
    coded("Write each number in place", both(under("answers.q_answers", '"Cyan" = 1', '"Magenta" = 2', '"Ochre" = 3'),
                                             each({"low": "1", "high": "3"})), before=("Magenta", "Cyan", "Ochre")),
    coded("only if its items measure one thing", before=("Yes", "No")),
    # scales
    Mark("items with the same kind of answers were put together", {"pre.csv": survey(
        ["It was good", "I learned something", "I would come again"])}, (both(
            items(lambda rows: [row | {"scale": "good" if n == 0 else "rest"} for n, row in enumerate(rows)]),
            instead(r"^\[scales\.items_1_5\]$", "[scales.good]\n[scales.rest]")),)),
    Mark("this scale is a single item", {name: sheet(["code", "seconds", "points"], [
        (code, 10 * place + start, 3 * place) for place, code in enumerate(codes(30))])
        for name, start in (("pre.csv", 0.5), ("post.csv", 1.5))}, (
            both(instead(r"^\[scales\.points\]$", ""), items(lambda rows: [
                row | {"scale": "" if row["item"] == "points" else row["scale"]} for row in rows])),
            under("scales.points", 'better = "lower"'))),
    Mark("these items run against the others: q_5", {"pre.csv": turned()}, (items(lambda rows: [
        row | {"reverse": "yes" if row["item"] == "q_5" else ""} for row in rows]),)),
    Mark("no question has numbers or printed answers", {"pre.csv": sheet(["code", "remark", "seconds"], [
        (code, f"remark number {place} of somebody", "") for place, code in enumerate(codes(30))])}, (both(
            items(lambda _: [{"item": "seconds", "scale": "time", "pre": "seconds"}]), under("scales.time")),)),
]  # fmt: skip
# marks of drafts that cannot stay as they are
NEED_WORK = ("Write each number in place", "no question has numbers")


def problems(folder):
    shown = check_study(folder).table
    return list(shown[["rule", "severity", "message"]].itertuples(index=False, name=None))


def open_doubts(tree):
    """Parts of the source that word a mark."""
    for node in ast.walk(tree):
        names = [getattr(name, "id", "") for name in getattr(node, "targets", [])]
        called = getattr(node, "func", None)
        names += [
            getattr(called, "id", ""),
            getattr(getattr(called, "value", None), "id", ""),
            getattr(node, "arg", ""),
        ]
        names += [node.name] if isinstance(node, ast.FunctionDef) else []
        if any(word in str(name).lower() for name in names for word in ("doubt", "checks", "backwards", "codes")):
            yield node


@pytest.mark.slow
def test_every_kind_of_mark_has_a_case(tmp_path_factory):
    said = []
    for mark in MARKS:
        folder = tmp_path_factory.mktemp("exports")
        for name, content in mark.exports.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        said += draft_study(folder, [folder / name for name in mark.exports]).checks["check"].tolist()
    # studies begun from nothing: their marks are followed in test_new_study.py
    said += begin_study(folder, instruments=["work-group-inclusion", "i-adapt-m"]).checks["check"].tolist()
    modules = parsed(*Path(rm_research.drafting.__file__).parent.glob("*.py"))
    places = [place for module in modules for place in open_doubts(module)]
    assert unsaid(places, said) == []


@pytest.mark.slow
@pytest.mark.parametrize("mark", [pytest.param(mark, id=mark.words) for mark in MARKS])
def test_deciding_as_a_mark_says_is_accepted(tmp_path, mark):
    for name, content in mark.exports.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    write_draft(draft_study(tmp_path, [tmp_path / name for name in mark.exports]), tmp_path)
    drafted = {name: (tmp_path / name).read_text(encoding="utf-8") for name in ("study.toml", "codebook.csv")}
    found = problems(tmp_path)
    assert [message for _, _, message in found if mark.words in message and "is still marked CHECK" in message], found
    as_it_is = () if any(words in mark.words for words in NEED_WORK) else (lambda _: None,)
    for edit in (*as_it_is, *mark.edits):
        files = dict(drafted)
        edit(files)
        for name, content in files.items():
            Path(tmp_path / name).write_text(content, encoding="utf-8")
        settle(tmp_path)
        left = problems(tmp_path)
        assert [one for one in left if one[1] == "error"] == []
        new = {rule for rule, severity, _ in left if severity == "warning"} - {rule for rule, _, _ in found}
        assert new <= mark.brings, left
