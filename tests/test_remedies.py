"""What messages advise is done to small studies; the problem is then gone and no other has come."""

import ast
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from remedies import (
    AGREE,
    CODEBOOK,
    IDS,
    LABELLED,
    LABELS,
    TOML,
    Case,
    Files,
    answers,
    base,
    beside_file,
    coded,
    declare,
    exported_again,
    listed_missing,
    one,
    replaced,
    said,
    snippet,
    table,
    text,
)

import rm_research
from rm_research.checks import check_study
from rm_research.panel.timing import MESSAGES
from rm_research.people.pairs import STEPS
from rm_research.responses.answers import FAULTS
from rm_research.responses.faults import SIGNS
from rm_research.study import read_study
from rm_research.study.locking import plan_of

PRE, POST = answers(seed=1), answers(seed=2)


def labelled(values, **more):
    content = table(values, **more)
    for value, label in enumerate(LABELS, start=1):
        content = content.replace(f",{value}", f",{label}")
    return content


def toml(old="", new="", more=""):
    assert old in TOML
    return TOML.replace(old, new, 1) + more


def columns(line, more=""):
    return toml("[columns]\n", f"[columns]\n{line}\n", more)


def qualtrics(kind, statuses):
    body = table(POST, Status=statuses)
    header = body.partition("\n")[0]
    ids = ",".join([IDS] * (header.count(",") + 1))
    return base(
        post_csv=f"{header}\n{header}\n{ids}\n{body.partition(chr(10))[2]}",
        study_toml=toml('file = "post.csv"\n', f'file = "post.csv"\nformat = "qualtrics"\n{kind}'),
    )


def dated(pre, post, more=""):
    return base(
        pre_csv=table(PRE, when=pre), post_csv=table(POST, when=post),
        study_toml=columns('submitted = "when"', more),
    )  # fmt: skip


def cohorts(pre, post=None, more="", code="P{:03}", other="P{:03}"):
    return base(
        pre_csv=table(PRE, code, group=pre), post_csv=table(POST, other, group=pre if post is None else post),
        study_toml=columns('cohort = "group"', more),
    )  # fmt: skip


HALVES = ["Spring"] * 20 + ["Autumn"] * 20
ROSTER = '[roster]\nfile = "roster.csv"\n'
PEOPLE = [f"P{k:03}" for k in range(40)]


def roster(rows=None, header="code,cohort,role", more="", **files):
    rows = [f"{code},Spring,leader" for code in PEOPLE] if rows is None else rows
    return base(study_toml=toml(more=more + ROSTER), **files) | {"roster.csv": "\n".join([header, *rows]) + "\n"}


DYADS = [f"{code},Spring,{('leader', 'mentor')[k % 2]},D{k // 2}" for k, code in enumerate(PEOPLE)]
AGREED = ([f"{line},agreed" for line in DYADS], "code,cohort,role,dyad,Purpose",
          '[programme]\nagreed = { purpose = "Purpose" }\n')  # fmt: skip


SHARED = [line.replace("D1", "D0").replace("Spring", "Autumn") if line.endswith("D1") else line for line in DYADS]


def pairs(log, more="", dyads=DYADS):
    """A study of twenty dyads with a log of meetings."""
    return roster(dyads, "code,cohort,role,dyad", f'{more}[sessions]\nfile = "log.csv"\n') | {
        "log.csv": f"dyad,date,minutes\n{log}"}  # fmt: skip


def goals(rows):
    """A study of twenty dyads with a list of goals, rated from 0 to 10."""
    return roster(DYADS, "code,cohort,role,dyad", '[goals]\nfile = "goals.csv"\nlow = 0\nhigh = 10\n') | {
        "goals.csv": f"dyad,set_on,attainment\n{rows}"}  # fmt: skip


def sav(values, labels):
    """An SPSS file whose codes have these labels."""
    frame = pd.DataFrame({"code": PEOPLE, "m1": values[:, 0], "m2": values[:, 1], "m3": values[:, 2]})
    of_items = {f"m{k}": {float(code): label for code, label in labels.items()} for k in (1, 2, 3)}
    with tempfile.NamedTemporaryFile(suffix=".sav") as place:
        pyreadstat.write_sav(frame, place.name, variable_value_labels=of_items)
        return Path(place.name).read_bytes()


LABELS_TURNED = base(
    study_toml=TOML.replace('.csv"', '.sav"\nformat = "spss"'),
) | {
    "pre.sav": sav(PRE, dict(enumerate(LABELS, start=1))),
    "post.sav": sav(6 - POST, dict(enumerate(reversed(LABELS), start=1))),
}  # fmt: skip
UMLAUTS = {1: "nie", 2: "kaum möglich", 3: "manchmal", 4: "häufig", 5: "ständig"}


def in_words(values, *, garbled=False):
    """An export whose answers are words; garbled, they were read as another encoding and saved again."""
    content = table(values)
    for value, name in UMLAUTS.items():
        content = content.replace(f",{value}", f",{name.encode().decode('cp1252') if garbled else name}")
    return content


def commas(entry, codebook):
    """Numbers with a comma that may separate decimals or thousands."""
    rows = [
        ["code", "m1"],
        *([code, f"{min(value, 4)}{entry[1:]}"] for code, value in zip(PEOPLE, POST[:, 0], strict=True)),
    ]
    return base(post_csv=text(rows), codebook_csv=codebook)


def planned(files, locked, old="", new="", **changes):
    """A study whose plan says that it was locked on a day, and what was changed since."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, content in files.items():
            (folder / name).write_text(content)
        plan = replace(plan_of(read_study(folder), date.fromisoformat(locked)), **changes)
    return files | {"plan.toml": plan.text(), "study.toml": files["study.toml"].replace(old, new)}


CASES = [
    # exports
    Case("preview_rows", qualtrics("", ["Survey Preview"] + ["IP Address"] * 39), snippet),
    Case("preview_rows", qualtrics("", ["1"] + ["0"] * 39), snippet),
    Case("preview_rows", qualtrics("", ["9", "12", "17", "40"] + ["32", "36", "48"] * 12), snippet, ": 4 rows"),
    Case("preview_rows", qualtrics("", ["Offline Survey Preview"] + ["Offline"] * 20 + ["IP Address"] * 19), snippet),
    Case("preview_rows", qualtrics("", ["Spam", "Imported"] + ["IP Address"] * 38), snippet),
    Case("preview_rows", qualtrics("where = { m1 = [1, 2, 3, 4, 5] }\n", ["8"] + ["0"] * 39), snippet),
    Case("unreadable_file", base(post_csv=""), exported_again(table(POST)), "is empty"),
    Case("unreadable_file", base(post_csv=table(POST).replace("\n", ",x\n", 2).replace(",x", "", 1)),
         exported_again(table(POST)), "cells but the header"),
    Case("unreadable_file", base(post_csv=table(POST).replace("P001", '"P001')), exported_again(table(POST)), "quoted"),
    Case("empty_export", base(post_csv="code,m1,m2,m3\n"), exported_again(table(POST))),
    Case("short_rows", base(post_csv=table(POST).replace("P001,", "P001\nP001,")),
         exported_again(table(POST)), brings=()),
    Case("wrong_column", base(post_csv=table(POST).replace("code", "Code no.")),
         said("Correct study.toml", lambda files, _: declare(
             files, 'person = { pre = "code", post = "Code no." }', "columns"))),
    Case("wrong_column", base(study_toml=toml('file = "post.csv"\n', 'file = "post.csv"\nreturned = "m11"\n')),
         said("did you mean '(?P<name>.*?)'", lambda files, found: declare(
             files, f'returned = "{found["name"]}"', "waves.post")), "`returned`"),
    Case("item_not_in_export", base(post_csv=table(POST).replace("m3", "m_3")),
         said("did you mean '(?P<name>.*?)'",
              lambda files, found: coded({"post": found["name"]}, "m3")(files, "post"))),
    Case("item_not_in_export", base(post_csv=table(POST).replace("m3", "other")), coded({"post": "-"}, "m3"),
         brings=("items_left_out",)),
    # entries
    Case("answer_lost", base(study_toml=TOML + AGREE, codebook_csv=LABELLED, pre_csv=labelled(PRE),
                             post_csv=labelled(POST).replace("Often", "Oftenn")),
         said(r"answer '(?P<label>.*?)' is not a label in \[(?P<table>.*?)\].*Add it there",
              lambda files, found: declare(files, f'"{found["label"]}" = 4', found["table"]))),
    Case("answer_lost", base(study_toml=TOML + AGREE, codebook_csv=LABELLED, pre_csv=labelled(PRE),
                             post_csv=labelled(POST).replace("Sometimes", "No answer")), listed_missing),
    Case("unknown_label", base(study_toml=TOML + AGREE, codebook_csv=LABELLED, pre_csv=labelled(PRE),
                               post_csv=one(labelled(POST), 2, "m1", "Oftenn")),
         said(r"answer '(?P<label>.*?)' is not a label in \[(?P<table>.*?)\].*Add it there",
              lambda files, found: declare(files, f'"{found["label"]}" = 4', found["table"]))),
    Case("not_a_number", base(post_csv=one(one(table(POST), 2, "m1", "3,5"), 3, "m1", "2.5")),
         replaced("post.csv", '"3,5"', "3", "correct it in the export"), "comma"),
    Case("not_a_number", base(study_toml=toml(more="[answers.often]\n" + "".join(f"{k} = {k}\n" for k in range(1, 6))),
                              post_csv="\n".join(
            line.rpartition(",")[0] + ",n/a" if 0 < k < 12 else line
            for k, line in enumerate(table(POST).splitlines())) + "\n"), listed_missing, "'n/a'"),
    Case("not_a_number", base(post_csv=table(POST).replace(",5", ",Always", 12)),
         said(r"Declare labels under \[answers", lambda files, _: files.update({
             "study.toml": TOML + "[answers.often]\nAlways = 5\n" + "".join(f"{k} = {k}\n" for k in range(1, 6)),
             "codebook.csv": LABELLED}))),
    Case("no_usable_answer", base(post_csv=labelled(POST)),
         said(r"Declare labels under \[answers", lambda files, _: files.update({
             "study.toml": TOML + AGREE + "".join(f"{k} = {k}\n" for k in range(1, 6)), "codebook.csv": LABELLED}))),
    Case("out_of_range", base(post_csv=one(table(POST), 2, "m1", "7")),
         said("outside 1 to 5.*correct low and high in codebook.csv", lambda files, _: files.update({
             "codebook.csv": CODEBOOK.replace(",5", ",7")}))),
    Case("next_to_range", base(post_csv=one(one(one(table(POST), 2, "m1", "6"), 3, "m1", "6"), 4, "m2", "6")),
         listed_missing),
    Case("other_range", base(post_csv=table(POST - 1)), coded({"low.post": "0", "high.post": "4"})),
    Case("other_range", base(codebook_csv="item,scale,low,high,low.post,high.post\n" + "".join(
        f"m{k},mood,1,5,1,4\n" for k in (1, 2, 3)), post_csv=table(np.minimum(POST - 1, 3))),
         said("Correct or remove low.post and high.post",
              lambda files, _: coded({"low.post": "0", "high.post": "3"})(files, "low.post high.post"))),
    Case("ranges_differ", base(codebook_csv=CODEBOOK.replace(",5", ",7"), post_csv=table(answers(seed=2, high=7))),
         coded({"low.post": "1", "high.post": "7"}), brings=()),
    Case("ranges_differ", base(codebook_csv="item,scale\nm1,mood\n", post_csv=table(10 * POST)),
         said(r"low and high of its items.*columns (?P<low>low\.post) and (?P<high>high\.post)",
              lambda files, found: files.update({"codebook.csv": (
                  f"item,scale,low,high,{found['low']},{found['high']}\nm1,mood,1,5,10,50\n")})), "other units"),
    Case("items_left_out", base(codebook_csv="item,scale,low,high,post\nm1,mood,1,5,\nm2,mood,1,5,\nm3,mood,1,5,-\n"),
         said("name their columns in codebook.csv", lambda files, _: coded({"post": "m3"}, "m3")(files, "post"))),
    Case("runs_against", base(pre_csv=table(np.column_stack([POST[:, 1::-1], 6 - POST[:, 2]])),
                              post_csv=table(np.column_stack([POST[:, :2], 6 - POST[:, 2]]))),
         said("write (?P<turned>yes|no) under reverse in its row",
              lambda files, found: coded({"reverse": found["turned"]}, "m3")(files, "reverse")), "wave 'pre'"),
    Case("runs_against", base(post_csv=table(np.column_stack([POST[:, :2], 6 - POST[:, 2]]))),
         coded({"reverse.post": "yes"}, "m3"), "no other wave"),
    Case("turned", base(post_csv=table(6 - POST)), coded({"reverse.post": "yes"})),
    Case("hardly_answered", base(post_csv="\n".join(
        line if k == 0 else line.rpartition(",")[0] + "," for k, line in enumerate(table(POST).splitlines())) + "\n"),
         said("write '-' if the wave did not ask it", lambda files, _: coded({"post": "-"}, "m3")(files, "post")),
         brings=("items_left_out",)),
    # facts
    Case("nobody_consents", base(pre_csv=table(PRE, ok="I agree"), post_csv=table(POST, ok="I agree"),
                                 study_toml=columns('consent = "ok"')),
         said(r"List the entries for yes as \[(?P<table>.*?)\] yes = ",
              lambda files, found: declare(files, 'yes = ["I agree"]', found["table"]))),
    Case("nobody_left", base(pre_csv=table(PRE, done="done"), post_csv=table(POST, done="done"), study_toml=columns(
        'finished = "done"').replace('file = "post.csv"\n', 'file = "post.csv"\nunfinished = "drop"\n')),
         said(r"List the entries for finished as \[(?P<table>.*?)\] yes = ",
              lambda files, found: declare(files, 'yes = ["done"]', found["table"])), brings=()),
    Case("unreadable_date", dated("03.03.2025", "08.09.2025"),
         said("Set date_format next to the file", lambda files, _: [
             declare(files, 'date_format = "%d.%m.%Y"', f"waves.{wave}") for wave in ("pre", "post")]), "pre.csv"),
    Case("unreadable_duration", base(pre_csv=table(PRE, took="long"), post_csv=table(POST, took="long", seconds="300"),
                                     study_toml=columns('duration = { post = "took" }', "[careless]\nfastest = 60\n")),
         said("Correct columns.duration",
              lambda files, _: declare(files, 'duration = { post = "seconds" }', "columns"))),
    Case("unknown_word", base(pre_csv=table(PRE, role=["Boss"] + ["leader"] * 39), study_toml=columns(
        'role = { pre = "role" }', '[values.role]\nmentor = ["Junior"]\n')),
         said(r"among the words under \[(?P<table>.*?)\].*Add it there",
              lambda files, found: declare(files, 'leader = ["Boss"]', found["table"]))),
    Case("careless_same_answers", base(
        codebook_csv="item,scale,low,high\n" + "".join(f"m{k},mood,1,5\n" for k in (1, 2, 3)),
        study_toml=toml(more="[careless]\nsame_answers = 3\n")), snippet, brings=()),
    Case("blank_code", base(post_csv=table(POST).replace("P001", "")),
         exported_again(table(POST), advice="code is blank")),
    # who is who
    Case("duplicate_codes", base(post_csv=table(POST) + "P001,3,3,3\n"), snippet, brings=("duplicate",)),
    Case("codes_alike", base(pre_csv=table(PRE, "{:03}"), post_csv=table(POST, "{}")), snippet, "as numbers"),
    Case("codes_alike", base(pre_csv=table(PRE, "p{}@x.org"), post_csv=table(POST, "p{}+a@x.org")), snippet),
    Case("codes_alike", base(pre_csv=table(PRE, "P-{}"), post_csv=table(POST, "P{}")), snippet),
    Case("no_pairs", base(pre_csv=table(PRE, "A{}"), post_csv=table(POST, "B{}")), snippet),
    Case("no_pairs", base(pre_csv=table(PRE, "P-{}"), post_csv=table(POST, "P{}")), snippet),
    Case("no_pairs", cohorts(HALVES, code="P{}", other="P{}") | {
        "post.csv": table(POST, "P{}", group=HALVES).replace(",Autumn", "x,Autumn")},
        said(r"cohort '(?P<name>\w+)' has.*name it in \[reporting\] leave_out", lambda files, found: declare(
            files, f'leave_out = ["{found["name"]}"]', "reporting")), brings=("left_out",)),
    Case("code_in_other_cohort", cohorts(HALVES, ["Autumn", *HALVES[1:]]), snippet, brings=("disagreement",)),
    Case("cohort_name", cohorts(["Spring"] * 20 + ["!!"] * 20),
         said(r"Cohort '(?P<name>.*?)'.*Rename cohorts under \[(?P<table>.*?)\]",
              lambda files, found: declare(files, f'Autumn = ["{found["name"]}"]', found["table"]))),
    Case("cohort_name", cohorts(["Spring"] * 20 + ["Spring!"] * 20),
         said(r"Cohorts '(?P<one>.*?)' and '(?P<name>.*?)'.*Rename cohorts under \[(?P<table>.*?)\]",
              lambda files, found: declare(files, f'{found["one"]} = ["{found["name"]}"]', found["table"]))),
    Case("cohorts_alike", cohorts(["2024 spring"] * 20 + ["24 spring"] * 20),
         said(r"Are '(?P<one>.*?)' and '(?P<name>.*?)' one cohort.* in \[(?P<table>.*?)\]",
              lambda files, found: declare(
             files, f'"{found["one"]}" = ["{found["name"]}"]', found["table"]))),
    Case("unknown_cohort", cohorts(HALVES, more='[reporting]\ncohorts = ["Sprng"]\n'),
         said("did you mean '(?P<name>.*?)'", lambda files, found: declare(
             files, f'cohorts = ["{found["name"]}"]', "reporting"))),
    Case("unknown_cohort", cohorts(HALVES, more='[reporting]\nleave_out = ["Sprng"]\n'),
         said("did you mean '(?P<name>.*?)'", lambda files, found: declare(
             files, f'leave_out = ["{found["name"]}"]', "reporting")), brings=("left_out",)),
    Case("nobody_left", cohorts(HALVES, more='[reporting]\nleave_out = ["Spring", "Autumn"]\n'),
         said("reporting.leave_out.*Take one out of the list", lambda files, found: declare(
             files, 'leave_out = ["Spring"]', "reporting"))),
    Case("no_comparison", base(pre_csv=table(PRE, arm=["Programm"] * 20 + ["Control"] * 20), study_toml=columns(
        'arm = { pre = "arm" }', '[values.arm]\nprogramme = ["Programm"]\n[design]\ncomparison = "waitlist"\n')),
         said(r"list its entries under \[(?P<table>.*?)\]", lambda files, found: declare(
             files, 'waitlist = ["Control"]', found["table"]))),
    Case("unknown_role_of_scale", base(pre_csv=table(PRE, role=["Boss"] * 20 + ["mentor"] * 20), study_toml=columns(
        'role = { pre = "role" }', 'roles = ["leader", "mentor"]\n')),
         said(r"list its entries under \[(?P<table>.*?)\]", lambda files, found: declare(
             files, 'leader = ["Boss"]', found["table"]))),
    Case("waves_swapped", dated("2025-09-08", "2025-03-03"),
         said("Exchange them in study.toml", lambda files, _: [
             declare(files, 'file = "post.csv"', "waves.pre"), declare(files, 'file = "pre.csv"', "waves.post")])),
    Case("waves_equal", base(post_csv=table(PRE)) | {"later.csv": table(POST)},
         said("Name the right file in study.toml",
              lambda files, _: declare(files, 'file = "later.csv"', "waves.post"))),
    Case("waves_share_rows", base(
        study_toml=toml('file = "pre.csv"\n', 'file = "pre.csv"\nwhere = { when = "1" }\n').replace(
            'file = "post.csv"\n', 'file = "pre.csv"\nduplicates = "first"\n'),
        pre_csv=table(PRE, when="1") + table(POST, when="2").split("\n", 1)[1]),
         said("Separate the waves by `where`", lambda files, _: declare(
             files, 'where = { when = "2" }', "waves.post"))),
    Case("unknown_role", base(pre_csv=table(PRE, role=["leader"] * 5 + [""] * 35, Rolle="leader"),
                              study_toml=columns('role = { pre = "role" }')),
         said("Name its column under .columns.",
              lambda files, _: declare(files, 'role = { pre = "Rolle" }', "columns")),
         "of 40 people"),
    Case("unknown_arm", base(pre_csv=table(PRE, arm=["programme"] * 5 + [""] * 35), study_toml=columns(
        'arm = { pre = "arm" }')),
         said("set { (?P<fact>arm) = … } for each export", lambda files, found: declare(
             files, f'set = {{ {found["fact"]} = "programme" }}', "waves.pre")), "of 40 people"),
    Case("unknown_dyad", pairs("D 0,2025-04-01,60\n"),
         replaced("log.csv", "D 0", "D0", "Compare the names of dyads and cohorts")),
    Case("meetings_twice", pairs("D0,2025-04-01,60\nD0,2025-04-01,60\n"),
         replaced("log.csv", "D0,2025-04-01,60\nD0", "D0", "Remove them")),
    Case("meetings_before_start", pairs("D0,2025-02-27,60\n", "[programme]\nstart = 2025-03-01\n"),
         said("or (?P<key>start) under .(?P<table>programme)", lambda files, found: declare(
             files, f"{found['key']} = 2025-02-01", found["table"]))),
    Case("meetings_to_come", pairs("D0,2525-04-01,60\n"),
         replaced("log.csv", "2525", "2025", "Correct the dates")),
    Case("unknown_cohort", pairs("D0,2025-04-01,60\n", "[programme]\nstart = { Sprng = 2025-03-01 }\n"),
         said("programme.start.*did you mean '(?P<name>.*?)'", lambda files, found: declare(
             files, f"start = {{ {found['name']} = 2025-03-01 }}", "programme")), "programme.start"),
    Case("not_a_number", pairs("D0,2025-04-01,an hour\n"),
         replaced("log.csv", "an hour", "60", "Correct them"), "minutes"),
    Case("impossible_minutes", pairs("D0,2025-04-01,6000\n"),
         replaced("log.csv", "6000", "60", "Correct them"), "minutes"),
    Case("dyad_of_several_cohorts", pairs("D0,2025-04-01,60\n", dyads=SHARED),
         replaced("log.csv", "dyad,date,minutes\nD0,2025-04-01,60", "dyad,date,minutes,cohort\nD0,2025-04-01,60,Spring",
                  "Add a cohort column")),
    Case("half_pairs", pairs("D0,2025-04-01,60\n", dyads=DYADS[:-1]),
         replaced("roster.csv", DYADS[-2], "\n".join(DYADS[-2:]), "List both members in the roster")),
    Case("unreadable_date", pairs("D0,01.04.2025,60\n"),
         said("Set (?P<key>date_format) under .(?P<table>sessions)", lambda files, found: declare(
             files, f'{found["key"]} = "%d.%m.%Y"', found["table"])), "meetings"),
    Case("unknown_dyad_of_goals", goals("D 0,,3\n"),
         replaced("goals.csv", "D 0", "D0", "Compare the names of dyads and cohorts")),
    Case("outside_goals", goals("D0,,60\n"),
         said("or low and (?P<key>high) under .(?P<table>goals)", lambda files, found: declare(
             files, f"{found['key']} = 100", found["table"]))),
    Case("not_a_number", goals("D0,,half\n"), replaced("goals.csv", "half", "5", "Correct it"), "attainment"),
    Case("unclear_agreement", roster(*AGREED), said(
        r"List them under .(?P<table>values.purpose)", lambda files, found: declare(
            files, 'yes = ["agreed"]', found["table"]))),
    Case("agreements_differ", roster([line.replace("agreed", "yes" if k else "no") for k, line in enumerate(AGREED[0])],
                                     *AGREED[1:]),
         replaced("roster.csv", "no", "yes", "Correct one of them")),
    Case("nobody_returned", base(post_csv=table(POST, extra=""), study_toml=toml(
        'file = "post.csv"\n', 'file = "post.csv"\nreturned = "extra"\n')),
         said("correct `(?P<key>returned)`", lambda files, found: declare(
             files, f'{found["key"]} = "m1"', "waves.post"))),
    Case("doubtful_dates", base(post_csv=table(POST, Timestamp="05/06/2025 10:00:00"), study_toml=toml(
        'file = "post.csv"\n', 'file = "post.csv"\nformat = "google-forms"\n')),
         said(r'Set (?P<key>date_format) next to the file in study.toml: (?P<format>".*?") if days',
              lambda files, found: declare(files, f"{found['key']} = {found['format']}", "waves.post"))),
    Case("careless_too_fast", base(post_csv=table(POST, took=["5"] + ["300"] * 39), study_toml=columns(
        'duration = { post = "took" }', "[careless]\nfastest = 60\n")), snippet),
    Case("careless_attention", base(codebook_csv=CODEBOOK + "check,,1,5\n", study_toml=toml(
        more="[careless]\nattention = { check = 2 }\n"), pre_csv=table(PRE, check=["3"] + ["2"] * 39),
        post_csv=table(POST, check="2")), snippet),
    Case("published_total", base(pre_csv=table(PRE, total=""), post_csv=table(POST, total="", sum=[
        f"{row.mean():.6f}" for row in POST]), study_toml=toml(more='published = "total"\n')),
         said(r"Correct (?P<table>scales.mood).(?P<key>published)", lambda files, found: declare(
             files, f'{found["key"]} = "sum"', found["table"])), "No row",
         brings=("published_total",)),
    Case("labels_differ", LABELS_TURNED, coded({"reverse.post": "yes"})),
    Case("roster_without_code", roster(["P000,Spring,leader", ",Spring,leader"]),
         replaced("roster.csv", "\n,Spring", "\nP001,Spring", "Add the codes")),
    Case("no_cohort", roster(["P000,Spring,leader", "P001,,leader"], study_csv="") | {
        "pre.csv": table(PRE, cohort="Spring"), "post.csv": table(POST, cohort="Spring"),
        "study.toml": columns('cohort = "cohort"', ROSTER)},
         replaced("roster.csv", "P001,,", "P001,Spring,", "Add the cohort"), "roster.csv"),
    Case("row_in_two_sources", base(study_toml=toml(
        'file = "post.csv"\n', '[[waves.post.sources]]\nname = "a"\nfile = "post.csv"\n'
        '[[waves.post.sources]]\nname = "b"\nfile = "post.csv"\n'), post_csv=table(POST, half=["a"] * 20 + ["b"] * 20)),
         said("Add `where` to the sources", lambda files, _: files.update({"study.toml": files["study.toml"].replace(
             'name = "a"\n', 'name = "a"\nwhere = { half = "a" }\n').replace(
             'name = "b"\n', 'name = "b"\nwhere = { half = "b" }\n')}))),
    # the files of the study
    Case("study_files", base(study_toml=toml('file = "pre.csv"', 'file = "pre.csv"\nformatt = "csv"')),
         said("waves.pre.formatt.*did you mean '(?P<key>.*?)'", lambda files, found: files.update({
             "study.toml": files["study.toml"].replace("formatt", found["key"])}))),
    Case("study_files", base(study_toml=toml('person = "code"\n', "")), said(
        r'or set link.method = "none"', lambda files, _: declare(files, 'method = "none"', "link"))),
    # numbers and text that can be read in two ways
    Case("unclear_number", commas("1,234", "item,scale\nm1,mood\n"), beside_file),
    Case("likely_decimal_comma", commas("1,234", "item,scale,low,high\nm1,mood,1,5\n"), beside_file),
    Case("maybe_summary_rows", base(post_csv=one(table(POST), 41, "code", "Total")), beside_file),
    Case("garbled_text", base(
        study_toml=toml(more="[answers.often]\n" + "".join(f'"{name}" = {value}\n' for value, name in UMLAUTS.items())),
        codebook_csv=LABELLED, pre_csv=in_words(PRE), post_csv=in_words(POST, garbled=True)), beside_file),
    Case("open_mark", base(study_toml=toml(more="# CHECK [ ] whether all of this is right.\n")),
         replaced("study.toml", "[ ]", "[x]", "between the brackets")),
    Case("study_files", base(codebook_csv=CODEBOOK.replace("mood", "mod")),
         said("did you mean '(?P<name>.*?)'", lambda files, found: files.update({
             "codebook.csv": CODEBOOK.replace("mood", found["name"])})), "row 2"),
    # the locked plan
    Case("plan_changed", planned(dated("2025-03-03", "2025-09-08"), "2025-01-01", "[scales.mood]\n",
                                 "[scales.mood]\nmin_answered = 0.9\n"),
         replaced("study.toml", "min_answered = 0.9", "min_answered = 0.5", "mood.min_answered. Put back")),
    Case("plan_title", planned(dated("2025-03-03", "2025-09-08"), "2025-01-01", 'title = "', 'title = "New '),
         said("lock again with --lock --again to plan under it", lambda files, _: files.update(
             planned({name: files[name] for name in files if name != "plan.toml"}, "2025-01-01")))),
    Case("plan_undated", planned(base(post_csv=table(POST, when="2025-09-08")), "2025-01-01"),
         said("(?P<fact>submitted) under .(?P<table>columns)", lambda files, found: declare(
             files, f'{found["fact"]} = {{ post = "when" }}', found["table"])), brings=("plan_changed",)),
    Case("study_files", planned(base(), "2025-01-01") | {"plan.toml": "[plan]\n"},
         said("half a file.*move it out of the folder", lambda files, _: files.update({"plan.toml": planned(
             base(), "2025-01-01")["plan.toml"]})), "plan.toml", brings=("plan_undated",)),
    Case("study_files", base(codebook_csv=LABELLED), said(r"study.toml has no (?P<table>\[.*?\]); add it",
         lambda files, found: files.update({"study.toml": files["study.toml"] + AGREE + "".join(
             f"{k} = {k}\n" for k in range(1, 6))})), "row 2"),
]  # fmt: skip

# kinds of problems whose message leaves nothing that a test could do, and why
BY_HAND = {
    "plan_late": "what came first cannot be changed; pages say so",
    "plan_versions": "other versions have to be installed",
    "summary_rows": "says what was left out; nothing is to be done",
    "fractions": "only who exported the data has the answers themselves",
    "personal_data": "says what was left out; nothing is to be done",
    "duplicate": "says which questionnaire counts, as declared",
    "unfinished": "says what counts; nothing is to be done",
    "returned_by_any_item": "says what counts instead; nothing is to be done",
    "left_out": "says what was left out, as declared",
    "repeat_attenders": "says how they count, as declared",
    "simulated": "only who asked people has their answers",
    "open_answers_await": "people have to read the answers",
    "quotes": "only who chose the quotes can choose others",
    "near_misses": "people have to look at the pairs",
    "disagreement": "only who knows the person can tell which source is right",
    "answered_backward": "only who knows the person can tell which date or code is right",
}
# rules that are not written where a problem is raised, and where they come from
BY_NAME = {
    "rule": (*STEPS, "unclear_agreement", "agreements_differ"), "fault": FAULTS.values(), "first.rule": MESSAGES,
    "f'careless_{sign}'": [f"careless_{sign}" for sign in SIGNS],
    "f'unknown_{fact}'": ["unknown_role", "unknown_arm"],
    "unknown": ["unknown_dyad", "unknown_dyad_of_goals"],
}  # fmt: skip
PLACE = {"problem": 0, "row_problems": 0, "fail": 0, "_fail": 3}  # of the rule among the arguments


def raised():
    """Rules of all problems in the package, as expressions of its source."""
    for path in Path(rm_research.__file__).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source if any(f"{name}(" in source for name in PLACE) else "")):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if name in PLACE and len(node.args) > PLACE[name]:
                yield node.args[PLACE[name]]


def test_every_kind_of_problem_has_a_case_or_a_reason():
    written = {rule.value for rule in raised() if isinstance(rule, ast.Constant)}
    assert {ast.unparse(rule) for rule in raised() if not isinstance(rule, ast.Constant)} == set(BY_NAME)
    kinds = written.union({"study_files"}, *BY_NAME.values())
    assert kinds == {case.rule for case in CASES} | set(BY_HAND)
    assert not {case.rule for case in CASES} & set(BY_HAND)


# quick tests write the snippets that messages print; slow ones follow the rest
QUICK = (snippet, listed_missing, beside_file)
FOLLOWED = [pytest.param(case, id=case.rule, marks=() if case.step in QUICK else pytest.mark.slow) for case in CASES]


@pytest.mark.parametrize("case", FOLLOWED)
def test_following_the_advice_mends_the_problem(tmp_path, case):
    found = problems(tmp_path, case.files)
    told = [message for rule, _, message in found if rule == case.rule and case.words in message]
    assert told, found
    files = dict(case.files)
    case.step(files, told[0])
    left = problems(tmp_path, files)
    assert told[0] not in [message for _, _, message in left], left
    new = {(rule, severity) for rule, severity, _ in left} - {(rule, severity) for rule, severity, _ in found}
    assert {rule for rule, _ in new} <= set(case.brings), left


def problems(folder: Path, files: Files) -> list[tuple[str, str, str]]:
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    shown = check_study(folder).table
    return list(shown[["rule", "severity", "message"]].itertuples(index=False, name=None))
