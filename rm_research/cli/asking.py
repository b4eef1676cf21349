"""The questions that `init --new` asks at a terminal."""

from pathlib import Path
from typing import Any

import click

from rm_research.catalogue import languages
from rm_research.drafting.new_study import OUTCOMES, PROCESS, ROLES, WAVES
from rm_research.drafting.study_file import study_title
from rm_research.questionnaires import PLATFORMS


def ask(folder: Path) -> dict[str, Any]:
    """Ask what a new study is about; the answers are what `begin_study` takes."""
    click.echo("Press Enter to take what stands in brackets. Separate several answers by commas.")
    click.echo("rm-research instruments lists the instruments; open-… may be used by anybody.")
    begun: dict[str, Any] = {
        "title": click.prompt("Title of the study", default=study_title(folder)),
        "waves": _several("Surveys, in order of time", WAVES),
        "roles": _several("Roles", ROLES),
        "cohorts": _several("Cohorts (none if everybody is in one)", ()),
        "outcomes": _several("Outcomes: instruments, the headline first", OUTCOMES),
        "instruments": _several("Further instruments", PROCESS),
        "students": click.confirm("Are the mentors students?", default=False),
        "platform": click.prompt("Survey platform", default="csv", type=click.Choice(list(PLATFORMS))),
        "language": click.prompt("Language", default="en", type=click.Choice(languages())),
    }
    return begun


def _several(question: str, default: tuple[str, ...]) -> tuple[str, ...]:
    said = click.prompt(question, default=", ".join(default), show_default=bool(default))
    return tuple(part.strip() for part in said.split(",") if part.strip())
