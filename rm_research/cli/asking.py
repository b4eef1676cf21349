"""The questions that `init --new` asks at a terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from rm_research.catalogue import languages
from rm_research.drafting.new_roles import asks_who_mentors
from rm_research.drafting.new_study import OUTCOMES, PROCESS, ROLES, WAVES
from rm_research.drafting.study_file import study_title
from rm_research.questionnaires import PLATFORMS
from rm_research.study.instruments import MENTOR

NONE = "none"


def ask(folder: Path) -> dict[str, Any]:
    """Ask what a new study is about; the answers are what `begin_study` takes."""
    click.echo("Press Enter to take what stands in brackets. Separate several answers by commas.")
    click.echo("rm-research instruments lists the instruments; open-… may be used by anybody.")
    begun: dict[str, Any] = {
        "title": click.prompt("Title of the study", default=study_title(folder)),
        "waves": _several("Surveys, in order of time", WAVES),
        "roles": (roles := _several("Roles", ROLES)),
        "mentor": (mentor := ask_mentor(roles)),
        "cohorts": _several("Cohorts (none if everybody is in one)", ()),
        "outcomes": _several("Outcomes: instruments, the headline first", OUTCOMES),
        "instruments": _several("Further instruments", PROCESS),
        "students": (mentor or MENTOR in roles) and click.confirm("Are the mentors students?", default=False),
        "platform": click.prompt("Survey platform", default="csv", type=click.Choice(list(PLATFORMS))),
        "language": click.prompt("Language", default="en", type=click.Choice(languages())),
    }
    return begun


def ask_mentor(roles: Sequence[str]) -> str | None:
    """Ask which role mentors, where their names leave it open."""
    if not asks_who_mentors(roles):
        return None
    said = click.prompt("Which role mentors", type=click.Choice([*roles, NONE]))
    return None if said == NONE else str(said)


def _several(question: str, default: tuple[str, ...]) -> tuple[str, ...]:
    said = click.prompt(question, default=", ".join(default), show_default=bool(default))
    return tuple(part.strip() for part in said.split(",") if part.strip())
