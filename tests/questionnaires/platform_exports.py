"""
Exports as a survey platform lays them out, made from nothing but the questionnaire file that it was given.

People answer with options by their place; a platform then exports the option's label or its code.
"""

import csv
import html
import io
import json
import re
from dataclasses import dataclass, field

BRACKETS = re.compile(r"\[\[(.*?)\]\]")


@dataclass
class Asked:
    """A question as the platform knows it."""

    name: str
    text: str
    options: list[tuple[str, str]] = field(default_factory=list)
    shown: str = ""

    def cell(self, answer, labels):
        if answer == "" or not self.options:
            return answer
        code, label = self.options[answer]
        return label if labels else code


def questions(platform, content):
    return {"qualtrics": of_qualtrics, "limesurvey": of_limesurvey, "redcap": of_redcap, "csv": of_table}[platform](
        content
    )


def of_qualtrics(content):
    assert content.startswith("[[AdvancedFormat]]\n")
    found, place = [], ""
    for line in content.splitlines():
        tag = BRACKETS.fullmatch(line)
        kind, _, value = tag[1].partition(":") if tag else ("", "", "")
        if kind == "Question":
            found.append(Asked("", ""))
            place = "text" if value != "Text" else "said"
        elif kind == "ID":
            found[-1].name = value
        elif kind == "Choice":
            found[-1].options.append((value, ""))
            place = "option"
        elif line and not tag and place == "option":
            found[-1].options[-1] = (found[-1].options[-1][0], html.unescape(line))
        elif line and not tag:
            assert place in ("text", "said")
            assert not found[-1].text, "a text of several lines would be read as choices"
            found[-1].text = html.unescape(line)
            found[-1].shown = place
    return [one for one in found if one.shown == "text"]


def of_limesurvey(content):
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff")), delimiter="\t"))
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert settings["language"] in ("en", "de")
    assert {row["name"] for row in rows if row["class"] == "SL"} >= {"surveyls_title", "surveyls_welcometext"}
    found, group = [], ""
    for row in rows:
        if row["class"] == "G":
            group = row["relevance"]
        elif row["class"] == "Q":
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", row["name"])
            found.append(Asked(row["name"], html.unescape(row["text"]), shown=group))
        elif row["class"] == "A":
            assert re.fullmatch(r"[A-Za-z0-9]{1,5}", row["name"])
            found[-1].options.append((row["name"], html.unescape(row["text"])))
    ids = [row["id"] for row in rows if row["class"] in "GQ"]
    assert len(set(ids)) == len(ids)
    return found


def of_redcap(content):
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows[0]) == 18
    assert rows[0]["Variable / Field Name"] == "record_id"
    choices = "Choices, Calculations, OR Slider Labels"
    found = []
    for row in rows[1:]:
        if row["Field Type"] != "descriptive":
            pairs = [part.split(",", 1) for part in row[choices].split("|")] if row[choices] else []
            options = [(code.strip(), html.unescape(label.strip())) for code, label in pairs]
            shown = row["Branching Logic (Show field only if...)"]
            found.append(Asked(row["Variable / Field Name"], html.unescape(row["Field Label"]), options, shown))
    return found


def of_table(content):
    found = []
    for row in csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))):
        pairs = [part.partition(" = ") for part in row["answers"].split(" | ")] if row["answers"] else []
        options = [(code, label or code) for code, _, label in pairs]
        found.append(Asked(row["column"], row["question"], options))
    return found


def export(platform, asked, people, *, labels=True, heads="both"):
    """
    Rows of people's answers as the platform exports them.

    `people` are dicts of answers by column: the place of an option, or what was written. `heads` says for LimeSurvey
    whether headers are codes or codes with texts.
    """
    cells = [[one.cell(answers.get(one.name, ""), labels) for one in asked] for answers in people]
    rows = {"qualtrics": _qualtrics, "limesurvey": _limesurvey, "redcap": _redcap, "csv": _plain}[platform](
        asked, cells, labels=labels, heads=heads
    )
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", delimiter=";" if platform == "limesurvey" else ",").writerows(rows)
    return ("\ufeff" if platform == "limesurvey" else "") + buffer.getvalue()


def _qualtrics(asked, cells, *, labels, heads):
    system = {"StartDate": "Start Date", "EndDate": "End Date", "Status": "Response Type", "Progress": "Progress",
              "Duration (in seconds)": "Duration (in seconds)", "Finished": "Finished",
              "RecordedDate": "Recorded Date", "ResponseId": "Response ID"}  # fmt: skip
    yield [*system, *(one.name for one in asked)]
    yield [*system.values(), *(one.text for one in asked)]
    yield [json.dumps({"ImportId": f"x{n}"}) for n in range(len(system) + len(asked))]
    for n, answers in enumerate(cells):
        day = f"2026-03-{n % 28 + 1:02} 10:00:00"
        yield [
            day,
            day,
            "IP Address" if labels else "0",
            "100",
            "300",
            "True" if labels else "1",
            day,
            f"R_{n}",
            *answers,
        ]
    preview = ["Survey Preview" if labels else "1", "100", "9", "True" if labels else "1"]
    yield ["2026-02-01 10:00:00", "2026-02-01 10:00:00", *preview, "2026-02-01 10:00:00", "R_x", *cells[0]]


def _limesurvey(asked, cells, *, labels, heads):
    system = {"id": "Response ID", "submitdate": "Date submitted", "lastpage": "Last page",
              "startlanguage": "Start language"}  # fmt: skip
    names = system | {one.name: one.text for one in asked}
    yield [f"{code}. {said}" for code, said in names.items()] if heads == "both" else [*names]
    for n, answers in enumerate(cells, start=1):
        yield [n, f"2026-03-{n % 28 + 1:02} 10:00:00", "5", "en", *answers]


def _redcap(asked, cells, *, labels, heads):
    """Raw data; or, with labels, what its API gives when it is asked for labels below the names of fields."""
    yield ["record_id", "redcap_survey_identifier", "survey_timestamp", *(one.name for one in asked), "survey_complete"]
    for n, answers in enumerate(cells, start=1):
        yield [n, "", "2026-03-01 10:00", *answers, "Complete" if labels else "2"]


def _plain(asked, cells, *, labels, heads):
    yield [one.name for one in asked]
    yield from cells
