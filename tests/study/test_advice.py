"""What messages about study.toml and codebook.csv advise is done to wrong files of a study; they are then accepted."""

import csv
import io
import re
from pathlib import Path

import pytest
from remedies import AGREE, CODEBOOK, TOML, Case, Files, Step, base, coded, declare, said, text
from sentences import parsed, unsaid

import rm_research.study
from rm_research.errors import StudyFileError
from rm_research.study import read_study

NAMED = r"did you mean '(?P<name>[^']*)'"


def case(words: str, step: Step, *lines: tuple[str, str], codebook: str | bytes | None = CODEBOOK, **files) -> Case:
    """A study with lines under tables of study.toml (None: no such file), and the words of the message that it gets."""
    study = {name: content for name, content in base(codebook_csv=codebook, **files).items() if content is not None}
    for section, line in lines:
        declare(study, line, section)
    return Case("study_files", study, step, words)


def written(advice: str, line: str, section: str) -> Step:
    """Write a line that the advice asks for, filled with what it suggests."""
    return said(advice, lambda files, found: declare(files, line.format(**found.groupdict()), section))


def changed(advice: str, old: str, new: str, file: str = "study.toml") -> Step:
    """Change what is there into what the advice asks for."""

    def act(files: Files, found: re.Match[str]) -> None:
        changed = files[file].replace(old, new.format(**found.groupdict()))
        assert changed != files[file]
        files[file] = changed

    return said(advice, act)


def row_without(name: str, advice: str) -> Step:
    """Remove the row of an item."""
    kept = re.compile(rf"^{name},.*\n", re.MULTILINE)
    return said(advice, lambda files, _: files.update({"codebook.csv": kept.sub("", files["codebook.csv"])}))


def book(columns: str, *cells: str) -> str:
    """A codebook with further columns and their cells, item by item."""
    rows = list(csv.reader(io.StringIO(CODEBOOK)))
    names = columns.split(",")
    more = [names, *(cell.split(",") if cell else [""] * len(names) for cell in (*cells, *[""] * 3))]
    return text([[*row, *more[k]] for k, row in enumerate(rows)])


def wave(name: str) -> str:
    return TOML.replace("[waves.pre]", f"[waves.{name}]")


def of(*numbers: str) -> str:
    """A codebook of items that have these numbers in an instrument."""
    return "item,scale,low,high,of\n" + "".join(f"m{k},mood,,,{n}\n" for k, n in enumerate(numbers, start=1))


UWES = ("scales.mood", 'instrument = "uwes-3"')
TWO_ALIKE = TOML.replace('"post.csv"', '"pre.csv"')
TWO_SOURCES = '[[waves.pre.sources]]\n{}file = "pre.csv"\n[[waves.pre.sources]]\n{}file = "later.csv"\n'
SOURCES = TOML.replace('[waves.pre]\nfile = "pre.csv"\n', TWO_SOURCES)
ROSTER = ("roster", 'file = "roster.csv"')
WORDED = "item,scale,kind,low,high\nm1,mood,,1,5\nm2,mood,,1,5\nm3,mood,,1,5\nwords,,text,,\n"
TIME = ("themes.time", 'label = "Time"')
SURPLUS = "has kind 'choice' but also"

CASES = [
    # waves
    case("contains a dot", changed("rename the wave", '"a.b"', "ab"), study_toml=wave('"a.b"')),
    case("already has a column with that name", changed("rename the wave", "waves.label", "waves.before"),
         study_toml=wave("label")),
    case("all are retrospective", changed("remove kind", 'kind = "retrospective"', "", "study.toml"),
         ("waves.pre", 'kind = "retrospective"'), ("waves.post", 'kind = "retrospective"')),
    case("design.baseline", written(NAMED, 'baseline = "{name}"', "design"), ("design", 'baseline = "pree"')),
    case("design.baseline", written("known: (?P<name>pre), post", 'baseline = "{name}"', "design"),
         ("design", 'baseline = "spring"')),
    case("reads the same columns of pre.csv", said("separate their rows with `where`", lambda files, _: [
        declare(files, f'where = {{ m1 = {which} }}', f"waves.{name}") for name, which in (("pre", 1), ("post", 2))]),
        study_toml=TWO_ALIKE),
    case("reads the same columns of pre.csv", said("name the columns of each in codebook.csv", lambda files, _:
         files.update({"codebook.csv": book("post", "n1", "n2", "n3")})), study_toml=TWO_ALIKE),
    case("each source needs its own name", changed("add name to each", TWO_SOURCES.format("", ""),
         TWO_SOURCES.format('name = "a"\n', 'name = "b"\n')), study_toml=SOURCES.format("", "")),
    case("waves.pre: 'rle' is neither", written(NAMED, 'set = {{ {name} = "leader" }}', "waves.pre"),
         ("waves.pre", 'set = { rle = "leader" }')),
    case("columns.role: 'pree' is not a wave", written(NAMED, 'role = {{ {name} = "m3" }}', "columns"),
         ("columns", 'role = { pree = "m3" }')),
    case("attributes.grade: 'pree' is not a wave", written(NAMED, 'grade = {{ {name} = "m3" }}', "attributes"),
         ("attributes", 'grade = { pree = "m3" }')),
    case("roster.columns.persn", written(NAMED, 'columns = {{ {name} = "code" }}', "roster"),
         ROSTER, ("roster", 'columns = { persn = "code" }')),
    # themes
    case("has no item of kind text", said("add one", lambda files, _: files.update({"codebook.csv": WORDED})), TIME),
    case("coding sheets have a column of that name", changed("rename the theme", "themes.text", "themes.words"),
         ("themes.text", 'label = "Texts"'), codebook=WORDED),
    case("has the same name or label as themes.time", changed("give it another label", '"TIME"', '"Hours"'),
         TIME, ("themes.hours", 'label = "TIME"'), codebook=WORDED),
    case("is not a word or words", changed('write "learn[*]" or (?P<words>"new ideas")', '"*"', "{words}"),
         ("themes.time", 'keywords = ["*"]'), codebook=WORDED),
    # outcomes and design
    case("outcomes: 'mod' is not a scale", changed(NAMED, '["mod"]', '["{name}"]'),
         study_toml=f'outcomes = ["mod"]\n{TOML}'),
    case("outcomes: names a scale twice", changed("name each once", '"mood", "mood"', '"mood"'),
         study_toml=f'outcomes = ["mood", "mood"]\n{TOML}'),
    case("names a cohort twice", changed("name each once", '"A", "A"', '"A"'), ("reporting", 'cohorts = ["A", "A"]')),
    *(case(f"design.{key}: 'persn'", written(NAMED, key + ' = "{name}"', "design"), ("design", f'{key} = "persn"'))
      for key in ("unit", "clusters")),
    *(case(f"design.{key}: 'age'", written(r"declare it under \[attributes\]", 'age = "m3"', "attributes"),
           ("design", f'{key} = "age"')) for key in ("unit", "clusters")),
    case("design.interactions: 'rle'", written(NAMED, 'interactions = ["{name}"]', "design"),
         ("design", 'interactions = ["rle"]')),
    *(case(f"{table}.{key}: 'age'", written(r"declare it under \[attributes\]", 'age = "m3"', "attributes"),
           (table, f'{key} = ["age"]'))
      for table, key in (("design", "interactions"), ("design", "moderators"), ("missing", "auxiliary"))),
    *(case(f"{table}.{key}: 'age'", written(NAMED, key + ' = ["{name}"]', table),
           (table, f'{key} = ["age"]'), ("attributes", 'ages = "m3"'))
      for table, key in (("design", "moderators"), ("missing", "auxiliary"))),
    *(case(f"design.{key}: no column says", written(rf"add {fact} under \[columns\]", f'{fact} = "m3"', "columns"),
           ("design", line)) for key, fact, line in (
        ("unit", "dyad", 'unit = "dyad"'), ("comparison", "arm", 'comparison = "waitlist"'))),
    *(case(f"design.{key}: no column says", written(rf"add {fact} .*to \[roster\]", ROSTER[1], "roster"),
           ("design", line)) for key, fact, line in (
        ("unit", "dyad", 'unit = "dyad"'), ("comparison", "arm", 'comparison = "waitlist"'))),
    case("the programme's own arm", written("name the arm without the programme", 'comparison = "waitlist"', "design"),
         ("design", 'comparison = "programme"'), ("columns", 'arm = "m3"')),
    # codes
    case("columns.person: is missing; ", written("name the column with each person's code", 'person = "code"',
         "columns"), study_toml=TOML.replace('person = "code"\n', "")),
    case("columns.person: is missing; ", written(r'set link.(?P<line>method = "none")', "{line}", "link"),
         study_toml=TOML.replace('person = "code"\n', "")),
    case("columns.person: is missing for wave post", written(
        "name the column with each person's code", 'columns = {{ person = "code" }}', "waves.post"),
         ("columns", 'person = { pre = "code" }')),
    case("link.elements", changed("remove it", 'elements = ["name:2"]\n', ""), ("link", 'elements = ["name:2"]')),
    case("link.elements", written('change the method|(?P<line>method = "code")', "{line}", "link"),
         ("link", 'elements = ["name:2"]')),
    case("attributes.grade: reads the column of a code", changed("remove it", 'grade = "code"\n', ""),
         ("attributes", 'grade = "code"')),
    case("item 'code' reads the column of a code", row_without("code", "remove the item"),
         codebook=f"{CODEBOOK[:-1]}\n".replace("high\n", "high,kind\n").replace("5\n", "5,\n") + "code,,,,text\n"),
    # cleaning
    case("careless.fastest", written(r"add duration under \[columns\]", 'duration = "m3"', "columns"),
         ("careless", "fastest = 60")),
    case("careless.attention: 'm11'", written(NAMED, "attention = {{ {name} = 2 }}", "careless"),
         ("careless", "attention = { m11 = 2 }")),
    case("is not one of its answers", written("write one of them", "attention = {{ m1 = 2 }}", "careless"),
         ("careless", 'attention = { m1 = "two" }')),
    case("waves.post.unfinished", written(r"add finished under \[columns\]", 'finished = "m3"', "columns"),
         ("waves.post", 'unfinished = "drop"')),
    # names and entries
    case("attributes.role: is a standard fact", said(r"name its column under \[columns\]", lambda files, _: (
        files.update({"study.toml": files["study.toml"].replace('[attributes]\nrole = "m3"\n', "")}),
        declare(files, 'role = "m3"', "columns"))), ("attributes", 'role = "m3"')),
    case("attributes.wave: every study has", changed("rename the attribute", 'wave = "m3"', 'round = "m3"'),
         ("attributes", 'wave = "m3"')),
    case("values.rle: is neither", changed(NAMED, "values.rle", "values.{name}"), ("values.rle", 'leader = ["Boss"]')),
    case("values.role: 'boss' is listed under two words", written("keep it under one", 'mentor = ["Guru"]',
         "values.role"), ("values.role", 'leader = ["Boss"]'), ("values.role", 'mentor = ["boss"]')),
    case("answers.often: 'never' is listed twice", changed("keep one", '" never" = 1\n', ""),
         ("answers.often", "Never = 1"), ("answers.often", '" never" = 1')),
    # items
    case("has scale 'mod', which study.toml lacks", changed(NAMED, "m1,mod", "m1,{name}", "codebook.csv"),
         codebook=CODEBOOK.replace("m1,mood", "m1,mod")),
    case("has scale 'energy', which study.toml lacks", written(r"add \[scales\.energy\]", "", "scales.energy"),
         codebook=CODEBOOK.replace("m1,mood", "m1,energy")),
    case(SURPLUS, coded({"kind": "number"}, "m3"), codebook=book("kind", "", "", "choice")),
    case(SURPLUS, said("leave these cells empty", lambda files, _: files.update({
        "codebook.csv": book("kind", "", "", "choice").replace("m3,mood", "m3,")})),
         codebook=book("kind", "", "", "choice")),
    case("study.toml has no [answers.often]", said("add it", lambda files, _: files.update({
        "study.toml": files["study.toml"] + AGREE})), codebook=book("answers", *["often"] * 3)),
    case("is reversed, so it needs low and high", coded({"low": "1", "high": "5"}),
         codebook="item,scale,low,high,reverse\nm1,mood,,,yes\n"),
    case("must have low below high, or neither", said("low below high", lambda files, _: files.update({
        "codebook.csv": CODEBOOK})), codebook=CODEBOOK.replace("1,5", "5,1")),
    case("has low 1 and high 4", said("correct one of them", lambda files, _: files.update({
        "codebook.csv": book("answers", *["often"] * 3)})), ("answers.often", "Always = 5"),
         codebook=book("answers", *["often"] * 3).replace("1,5", "1,4")),
    case("is not asked in any wave", said(
        "Name its column", lambda files, _: files.update({"codebook.csv": book("pre,post", "", "", "m3,m3")})),
         codebook=book("pre,post", "", "", "-,-")),
    case("is not asked in any wave", row_without("m3", "remove the row"), codebook=book("pre,post", "", "", "-,-")),
    case("has no coding of its own in post", said("leave these cells empty", lambda files, _: files.update({
        "codebook.csv": "item,scale,low,high,kind,low.post\nm1,mood,1,5,,\nm2,,,,choice,\n"})),
         codebook="item,scale,low,high,kind,low.post\nm1,mood,1,5,,\nm2,,,,choice,0\n"),
    case("has answers.post 'often'", said("add it", lambda files, _: files.update({
        "study.toml": files["study.toml"] + AGREE})), codebook=book("answers.post", *["often"] * 3)),
    case("has a coding of its own in post, so it needs low and high", coded({"low": "1", "high": "5"}),
         codebook="item,scale,low,high,low.post,high.post\nm1,mood,,,0,4\n"),
    case("(in post)", said("low below high", lambda files, _: files.update({
        "codebook.csv": book("low.post,high.post", *["0,4"] * 3)})), codebook=book("low.post,high.post", *["4,0"] * 3)),
    # scales
    case("scale 'energy' in study.toml has no items", changed("remove the scale", "[scales.energy]\n", ""),
         ("scales.energy", "")),
    case("scale 'energy' in study.toml has no items", said("add them", lambda files, _: files.update({
        "codebook.csv": CODEBOOK + "m4,energy,1,5\n"})), ("scales.energy", "")),
    case("has no item that all its waves ask", said("name the missing columns", lambda files, _: files.update({
        "codebook.csv": book("pre,post", "", "-,", "-,")})), codebook=book("pre,post", ",-", "-,", "-,")),
    case("has no item that all its waves ask", said("Split it into two scales", lambda files, _: (
        declare(files, "", "scales.energy"),
        files.update({"codebook.csv": files["codebook.csv"].replace("m1,mood", "m1,energy")}))),
         codebook=book("pre,post", ",-", "-,", "-,")),
    case("have different ranges (1–5, 1–7)", said(
        "need the same range", lambda files, _: files.update({"codebook.csv": CODEBOOK})),
         codebook=CODEBOOK.replace("m1,mood,1,5", "m1,mood,1,7")),
    case("have no low and high", coded({"low": "1", "high": "5"}), codebook=CODEBOOK.replace("1,5", ",")),
    case("read column 'm1' in post", changed("correct one of them", "m2,mood,1,5,m1", "m2,mood,1,5,m2",
         "codebook.csv"), codebook=book("post", "", "m1")),
    # the table of items
    case("column 'sclae' is neither", changed(NAMED, "sclae", "{name}", "codebook.csv"),
         codebook=CODEBOOK.replace("scale", "sclae")),
    case("two columns are named 'low'", said("remove one", lambda files, _: files.update({"codebook.csv": CODEBOOK})),
         codebook=book("low", "", "", "")),
    case("has a cell without a heading", changed("put cells that contain a comma in quotes", "Glad, or not",
         '"Glad, or not"', "codebook.csv"), codebook=book("label", "", "", "").replace(
             "m3,mood,1,5,", "m3,mood,1,5,Glad, or not")),
    case("the item has no name", changed("give it one", "\n,mood", "\nm3,mood", "codebook.csv"),
         codebook=CODEBOOK.replace("m3", "")),
    case("cannot be named 'wave'", changed("rename it", "wave,mood", "m3,mood", "codebook.csv"),
         codebook=CODEBOOK.replace("m3", "wave")),
    case("kind is 'likert'", coded({"kind": "number"}, "m3"), codebook=book("kind", "", "", "likert")),
    case("reverse is 'ja'", coded({"reverse": "yes"}, "m3"), codebook=book("reverse", "", "", "ja")),
    case("reverse.post is 'ja'", coded({"reverse.post": "no"}, "m3"), codebook=book("reverse.post", "", "", "ja")),
    case("low is '1,0'", said(r"write it like 1 or (?P<number>1\.5)", lambda files, found: files.update({
        "codebook.csv": CODEBOOK.replace("1,5", f"{found['number']},5")})),
         codebook=CODEBOOK.replace("1,5", '"1,0",5')),
    case("item 'm1' is already in row 2", changed("rename one", "m1,mood,1,5\nm3", "m2,mood,1,5\nm3", "codebook.csv"),
         codebook=CODEBOOK.replace("m2", "m1")),
    # instruments
    case("of is 'one'", changed("write the item's number .*, such as", "one", "1", "codebook.csv"), UWES,
         codebook=of("one", "2", "3")),
    case("has a number under of, but its scale names no instrument", written(
        "write instrument under its", UWES[1], UWES[0]), codebook=of("1", "2", "3").replace(",,,", ",0,6,")),
    case("has a number under of, but its scale names no instrument", said("leave the cell empty", lambda files, _:
         files.update({"codebook.csv": CODEBOOK})), codebook=of("1", "2", "3").replace(",,,", ",0,6,")),
    case("instrument: 'uwes3' is not known", changed(NAMED, "uwes3", "{name}"),
         ("scales.mood", 'instrument = "uwes3"'), codebook=of("1", "2", "3").replace(",,,", ",0,6,")),
    case("instrument: 'zzz' is not known", changed("leave the key out", 'instrument = "zzz"\n', ""),
         ("scales.mood", 'instrument = "zzz"')),
    case("Gallup Q12 cannot be used", changed("Take (?P<name>uwes-9) or", 'instrument = "gallup-q12"\n', ""),
         ("scales.mood", 'instrument = "gallup-q12"')),
    case("has no number; write its number there, 1 to 3", changed("under of", "m3,mood,0,6,\n", "m3,mood,0,6,3\n",
         "codebook.csv"), UWES, codebook=of("1", "2", "").replace(",,,", ",0,6,")),
    case("has number 4 under of, but uwes-3 has 3 items", changed("correct it", ",4\n", ",3\n", "codebook.csv"), UWES,
         codebook=of("1", "2", "4").replace(",,,", ",0,6,")),
    case("has number 2 of uwes-3, as an item above has", changed("correct one", "m3,mood,0,6,2", "m3,mood,0,6,3",
         "codebook.csv"), UWES, codebook=of("1", "2", "2").replace(",,,", ",0,6,")),
    case("has 2 items of uwes-3, which has 3", said("list all of them", lambda files, _: files.update({
        "codebook.csv": of("1", "2", "3")})), UWES, codebook=of("1", "2")),
    case("has 2 items of uwes-3, which has 3", said(r"remove instrument from \[scales.mood\]", lambda files, _: (
        files.update({"study.toml": TOML, "codebook.csv": CODEBOOK}))), UWES, codebook=of("1", "2")),
    case("has 4 items of uwes-9, which has 9; list all of them, or those of one subscale", said(
        r"those of one subscale \(vigor", lambda files, _: files.update({"codebook.csv": of("1", "2", "5")})),
         ("scales.mood", 'instrument = "uwes-9"'), codebook=of("1", "2", "3", "5")),
    case("has the range 1 to 5, but uwes-3 is printed with 0 to 6", changed("leave both empty", "1,5", ",",
         "codebook.csv"), UWES, codebook=of("1", "2", "3").replace("mood,,", "mood,1,5")),
    case("is declared reversed, but item 1 of uwes-3 is not", changed("write no under reverse", "yes", "no",
         "codebook.csv"), UWES, codebook="item,scale,of,reverse\nm1,mood,1,yes\nm2,mood,2,no\nm3,mood,3,\n"),
    # files that cannot be read as what they are
    case("has no column 'item'", changed("Add that heading", "thing", "item", "codebook.csv"),
         codebook=CODEBOOK.replace("item", "thing")),
    case("separated by semicolons", said("save it with commas", lambda files, _: files.update({
        "codebook.csv": CODEBOOK})), codebook=CODEBOOK.replace(",", ";")),
    case("codebook.csv is not a CSV file", changed("Save it as 'CSV UTF-8' again", '"m3', "m3", "codebook.csv"),
         codebook=CODEBOOK.replace("m3", '"m3')),
    case("codebook.csv is not saved as UTF-8", said("Save it as 'CSV UTF-8'", lambda files, _: files.update({
        "codebook.csv": CODEBOOK})), codebook=CODEBOOK.replace("item,", "item,label,").encode("utf-16")),
    case("There is no codebook.csv", said("add it", lambda files, _: files.update({"codebook.csv": CODEBOOK})),
         codebook=None),
    case("has no study.toml. It declares", said("docs/study-files.md", lambda files, _: files.update({
        "study.toml": TOML})), study_toml=None),
    case("study.toml: is not encoded in UTF-8", said("save it as UTF-8", lambda files, _: files.update({
        "study.toml": TOML})), study_toml=TOML.encode("utf-16")),
    case("study.toml: is not valid TOML", changed("line 2.*correct it there", "[waves.pre", "[waves.pre]"),
         study_toml=TOML.replace("[waves.pre]", "[waves.pre")),
    # keys
    case("waves.pre.fomat: is not a key", changed(NAMED, "fomat", "{name}"), ("waves.pre", 'fomat = "csv"')),
    case("waves.pre.fiel: is not a key", changed(NAMED, "fiel", "{name}"),
         study_toml=TOML.replace('file = "pre.csv"', 'fiel = "pre.csv"')),
    case("waves.pre.sources.0.flie: is not a key", changed(NAMED, "flie", "{name}"),
         study_toml=SOURCES.format('name = "a"\n', 'name = "b"\n').replace('file = "pre.csv"', 'flie = "pre.csv"')),
    case("roster.Files: is not a key", changed(NAMED, "Files", "{name}"), ("roster", 'Files = "roster.csv"')),
    case("title: is", said("is missing; add it", lambda files, _: files.update({"study.toml": TOML})),
         study_toml=TOML.replace("title", "# title")),
    case("waves.pre.format: is 'xls'", written("formats are .*(?P<name>excel)", 'format = "{name}"', "waves.pre"),
         ("waves.pre", 'format = "xls"')),
    case("waves.pre.file: is not text", written("put it in quotes", 'file = "2024"', "waves.pre"),
         ("waves.pre", "file = 2024")),
    case("missing.values: is neither text nor a list of texts", written("list of texts", 'values = ["99"]', "missing"),
         ("missing", "values = 99")),
    case("values.role: is not a table", said("table", lambda files, _: (
        files.update({"study.toml": files["study.toml"].replace('role = "leader"\n', "")}),
        declare(files, 'leader = ["Boss"]', "values.role"))), ("values", 'role = "leader"')),
    case("waves.pre.delimiter", written('such as (?P<sign>";")', "delimiter = {sign}", "waves.pre"),
         ("waves.pre", 'delimiter = "semicolon"')),
    case("link.elements", written('such as (?P<part>"surname:2")', "elements = [{part}]", "link"),
         ("link", 'method = "code"'), ("link", 'elements = ["surname"]')),
    case("link.method: should be", written("'exact', '(?P<name>code)' or 'none'", 'method = "{name}"', "link"),
         ("link", 'method = "fuzzy"')),
    case("reporting.language", written("there are texts in (?P<code>\\w+), ", 'language = "{code}"', "reporting"),
         ("reporting", 'language = "xx"')),
    case("reporting.smallest_group", written("greater than or equal to (?P<number>3)", "smallest_group = {number}",
         "reporting"), ("reporting", "smallest_group = 2")),
    case("waves.pre.date_format", written("write it like (?P<form>.*?),", 'date_format = "{form}"', "waves.pre"),
         ("waves.pre", 'date_format = "%q"')),
    case("waves.pre.summary_rows", written(r'(?P<word>"drop"), "keep" or a list', "summary_rows = {word}", "waves.pre"),
         ("waves.pre", "summary_rows = 43")),
    case("waves.pre.summary_rows", written(r"such as (?P<rows>\[43, 44\])", "summary_rows = {rows}", "waves.pre"),
         ("waves.pre", "summary_rows = 43")),
    case("needs question and answer", said("needs question and answer", lambda files, _: [
        declare(files, line, "waves.pre") for line in ('question = "Item"', 'answer = "Response"')]),
         ("waves.pre", 'layout = "long"')),
    case("sources is not a list", changed(r"begin each with \[\[waves", "[waves.pre.sources]", "[[waves.pre.sources]]"),
         study_toml=TOML.replace("[waves.pre]", '[waves.pre.sources]\nname = "a"')),
    case("has both a file and sources", changed("name files only under sources", 'file = "early.csv"\n', ""),
         study_toml=TOML.replace("[waves.pre]\n", '[waves.pre]\nfile = "early.csv"\n[[waves.pre.sources]]\n')),
    case("keeps numbers as numbers", changed("remove it", 'decimal = ","\n', ""), ("waves.pre", 'format = "spss"'),
         ("waves.pre", 'decimal = ","')),
    case('roster: has layout = "long"', changed("remove it", 'layout = "long"\nquestion = "Q"\nanswer = "A"\n', ""),
         ROSTER, ("roster", 'answer = "A"'), ("roster", 'question = "Q"'), ("roster", 'layout = "long"')),
    case("needs either below or above", changed("needs either below", "mean = 3", "below = 2, mean = 3"),
         ("scales.mood", "picked = { mean = 3, sd = 1 }")),
    case("says where smallest_effect is from", written("add smallest_effect", "smallest_effect = 0.3", "scales.mood"),
         ("scales.mood", 'smallest_effect_from = "anchor"')),
    # process and plan
    case("outcomes: 'mood' has kind", changed("remove it here", 'outcomes = ["mood", "joy"]', 'outcomes = ["joy"]'),
         ("scales.mood", 'kind = "process"'), codebook=CODEBOOK + "j1,joy,1,5\n",
         study_toml='outcomes = ["mood", "joy"]\n' + TOML + "[scales.joy]\n"),
    case("scales: all have kind", changed("at least one must be an (?P<kind>outcome)", "process", "{kind}"),
         ("scales.mood", 'kind = "process"')),
    case("of which no change is told", changed("remove smallest_effect and retest",
         "smallest_effect = 1\nretest = 0.8\n", ""),
         ("scales.mood", "retest = 0.8"), ("scales.mood", "smallest_effect = 1"),
         ("scales.mood", 'kind = "process"'), codebook=CODEBOOK + "j1,joy,1,5\n", study_toml=TOML + "[scales.joy]\n"),
    case("programme.agreed: names columns of the roster", written(r"add \[(?P<table>roster)\]", 'file = "{table}.csv"',
         "roster"), ("programme", 'agreed = { purpose = "Purpose" }')),
    case("programme.agreed.purpose: is an attribute, too", changed("rename the attribute", 'purpose = "Why"',
         'why = "Why"'), ROSTER, ("attributes", 'purpose = "Why"'), ("programme", 'agreed = { purpose = "Purpose" }')),
    case("programme.start: is not a day", written("write it like (?P<day>2025-03-01)", "start = {day}", "programme"),
         ("programme", "start = 2025")),
    case("goals: must have low below high", written("such as 0 and (?P<high>100)", "high = {high}", "goals"),
         ("goals", "low = 0"), ("goals", "high = 0"), ("goals", 'file = "goals.csv"')),
    case("goals.columns.reached: is not a fact", written("known: .*(?P<fact>attainment)",
         'columns = {{ {fact} = "R" }}', "goals"),
         ("goals", "low = 0"), ("goals", "high = 100"), ("goals", 'file = "goals.csv"'),
         ("goals", 'columns = { reached = "R" }')),
    case("have no number yet", said('in place of ""', lambda files, _: files.update({
        "study.toml": files["study.toml"].replace('Never = ""', "Never = 1").replace('Often = ""', "Often = 2")})),
         ("answers.often", 'Often = ""'), ("answers.often", 'Never = ""')),
]  # fmt: skip
# what is said next to a sentence, and what a test of this kind cannot do
ELSEWHERE = {
    "The study in ": "the heading above all sentences",
    "There is no folder ": "the command line has another argument",
    "does not match format": "what Python says of a date that has another form",
    "bytes. Is it another file?": "tests/test_bombs.py has files of that size",
    " rows. It lists the items, one per row.": "tests/test_bombs.py has a codebook of that length",
    "study.toml has more than ": "tests/test_bombs.py",
    "has brackets within brackets": "tests/test_bombs.py",
    "has a whole number above ": "tests/test_bombs.py",
    "is a link out of the study's folder": "tests/study/test_places.py has links",
    "A study is read from its folder": "tests/effects/test_vocabulary.py gives other things",
    "whose options could differ": "tests/study/test_varied.py varies tables that are not there",
    "changed since the study was read": "tests/study/test_varied.py changes files in between",
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.words) for case in CASES])
def test_following_the_advice_makes_the_files_right(tmp_path, case):
    told = problems(tmp_path, case.files)
    assert told
    assert all(case.words in problem for problem in told), told
    files = dict(case.files)
    case.step(files, told[0])
    assert problems(tmp_path, files) == []


def problems(folder: Path, files: Files) -> list[str]:
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        read_study(folder)
    except StudyFileError as error:
        return list(error.problems)
    return []


def test_every_sentence_has_a_case_or_a_reason(tmp_path_factory):
    told = [problem for case in CASES for problem in problems(tmp_path_factory.mktemp("study"), case.files)]
    folder = Path(rm_research.study.__file__).parent
    without = unsaid(
        parsed(
            *(folder / f"{name}.py" for name in ("checking", "codebook", "filling", "settings", "themes", "reading"))
        ),
        told,
    )
    assert len(without) == len(ELSEWHERE)
    assert all(any(re.escape(start) in sentence for sentence in without) for start in ELSEWHERE)
