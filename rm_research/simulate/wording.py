"""What people of a simulated study write: goals of pairs, and answers to the question about their meetings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

REFLECTION_TEXT = "What have you taken away from your meetings?"


@dataclass(frozen=True)
class Theme:
    """
    What an answer may be about.

    Parameters
    ----------
    name, label : str
        As in study.toml.
    keywords : tuple of str
        Words that find it, as in study.toml. They miss some answers, as words do: truth.json says how many.
    share : mapping of role to float
        Chance that an answer of this role is about it, each answer beginning with one theme or with none.
    answers : tuple of str
        What people write about it.
    """

    name: str
    label: str
    keywords: tuple[str, ...] = ()
    share: Mapping[str, float] = field(default_factory=dict)
    answers: tuple[str, ...] = ()


THEMES = (
    Theme(
        name="digital",
        label="Digital skills",
        keywords=("app", "apps", "online", "digital", "screen*", "spreadsheet*", "website"),
        share={"leader": 0.35, "mentor": 0.15},
        answers=(
            "I can share my screen now without calling anybody.",
            "We went through the three apps that my team uses every day.",
            "I understand what our online forms ask of people.",
            "Shared spreadsheets no longer frighten me.",
            "Two digital tools that save me an hour a week.",
            "How to find my own files again.",  # about it, without any of the words
        ),
    ),
    Theme(
        name="views",
        label="Seeing it from the other side",
        keywords=("see", "sees", "view", "views", "perspective*", "understand*", "other side"),
        share={"leader": 0.30, "mentor": 0.30},
        answers=(
            "I see decisions from the other side now.",
            "A view of the job that no report gives me.",
            "How differently the two of us see the same meeting.",
            "I understand better why some things take so long.",
            "Another perspective on what respect means at work.",
            "We come from different worlds, and talked about it.",  # about it, without any of the words
        ),
    ),
    Theme(
        name="voice",
        label="Speaking up",
        keywords=("speak*", "say", "said", "ask", "asked", "heard", "voice*"),
        share={"leader": 0.10, "mentor": 0.30},
        answers=(
            "I speak up more in large meetings.",
            "Somebody asked for my opinion and then used it.",
            "I dare to say when I do not know something.",
            "I felt heard.",
            "Being asked questions made me surer of what I know.",
            "More courage.",  # about it, without any of the words
        ),
    ),
    Theme(
        name="time",
        label="Too little time",
        keywords=("time", "diary", "calendar*", "postpone*", "cancel*"),
        share={"leader": 0.15, "mentor": 0.15},
        answers=(
            "Good when it took place, but there was never enough time.",
            "We had to postpone too often.",
            "My calendar won every time.",
            "Two meetings were cancelled at short notice.",
            "An hour a month is too short for this.",  # about it, without any of the words
        ),
    ),
)
ABOUT_NONE = (
    "Good conversations.",
    "I would do it again.",
    "Not much so far.",
    "A colleague whom I now greet in the corridor.",
    "A lot, and all of it at the right time.",  # has a word of a theme, and is not about it
)
# Which themes the comments at the end of both surveys are about; the others are about none.
COMMENT_THEMES = {
    "More time between the meetings would help.": ("time",),
    "I had not expected to learn this much about our own website.": ("digital",),
    "My diary made it difficult.": ("time",),
}
GOALS = (
    "Use the team's chat instead of long mails",
    "Explain one decision a month to the team",
    "Try out a new tool together",
    "Run a meeting in which everybody speaks",
    "Get to know the other's working day",
    "Practise speaking before a large group",
)
