"""
Questionnaires of a study for survey platforms, in the names and words in which their exports are read.

To add a platform: a module that writes a `Form`, and its entry in `PLATFORMS`.
"""

from typing import NamedTuple


class Platform(NamedTuple):
    """
    A survey platform, or a kind of file.

    Attributes
    ----------
    title : str
    extension : str
        Of its files.
    writer : str
        Module and function that write a form.
    format : str
        Of its exports, as study.toml names it; empty if any may be.
    names : str
        What its names of columns are, as a regular expression.
    rule : str
        The same in words.
    taken : tuple of str
        Names that it gives itself.
    wave, columns, finished : tuple of str
        Lines of study.toml, under a wave, [columns] and [values.finished], that read what it adds to its exports.
    conditions : bool
        Whether its files can say who is asked what.
    """

    title: str
    extension: str
    writer: str
    format: str = ""
    names: str = r".+"
    rule: str = ""
    taken: tuple[str, ...] = ()
    wave: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    conditions: bool = True


PLATFORMS = {
    "qualtrics": Platform(
        "Qualtrics", "txt", "qualtrics:text", "qualtrics", r"[A-Za-z]\w*",
        "a letter, then letters, digits and underscores", ("intro", "thanks", "Status", "Finished", "Progress"),
        wave=('where = { Status = ["IP Address", "0"] }  # leaves out previews and tests',),
        columns=('finished = "Finished"', 'submitted = "RecordedDate"'), conditions=False,
    ),
    "limesurvey": Platform(
        "LimeSurvey", "txt", "limesurvey:text", "limesurvey", r"[A-Za-z][A-Za-z0-9]{0,19}",
        "a letter, then letters and digits, 20 at most", ("id", "submitdate", "lastpage", "startlanguage", "seed"),
        columns=('finished = "submitdate"', 'submitted = "submitdate"'),
    ),
    "redcap": Platform(
        "REDCap", "csv", "redcap:text", "redcap", r"[a-z][a-z0-9]*(_[a-z0-9]+)*",
        "a small letter, then small letters, digits and single underscores",
        ("record_id", "intro_text", "thanks_text", "survey_complete"),
        columns=('finished = "survey_complete"',), finished=('yes = ["Complete", "2"]',),
    ),
    "word": Platform("Word", "docx", "paper:document"),
    "csv": Platform("CSV", "csv", "paper:table"),
}  # fmt: skip
