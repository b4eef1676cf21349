"""The questions that `init --new` asks at a terminal."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from rm_research.catalogue import languages
from rm_research.drafting.new_roles import asks_who_mentors, roles_by_name
from rm_research.drafting.new_study import OUTCOMES, PROCESS, ROLES, WAVES
from rm_research.drafting.study_file import study_title
from rm_research.errors import SelectionError
from rm_research.questionnaires import PLATFORMS
from rm_research.study.instruments import MENTOR, the_instrument, usable_instrument

NONE = "none"


def ask(folder: Path) -> dict[str, Any]:
    """Ask what a new study is about; the answers are what `begin_study` takes."""
    click.echo(f"Press Enter to take what stands in brackets. Separate several answers by commas; {NONE} means none.")
    click.echo("rm-research instruments lists the instruments; open-… may be used by anybody.")
    title = click.prompt("Title of the study", default=study_title(folder))
    waves = _several("Surveys, in order of time", WAVES) or WAVES
    roles = _several("Roles", ROLES) or ROLES
    mentor = ask_mentor(roles)
    in_files = {*roles_by_name(roles, mentor).values()}
    further = [name for name in PROCESS if not (for_whom := the_instrument(name).roles) or {*for_whom} & in_files]
    return {
        "title": title,
        "waves": waves,
        "roles": roles,
        "mentor": mentor,
        "cohorts": _several("Cohorts, if there are several", ()),
        "outcomes": _several("Outcomes: instruments, the headline first", OUTCOMES, _usable) or OUTCOMES,
        "instruments": _several("Further instruments", further, _usable),
        "students": MENTOR in in_files and click.confirm("Are the mentors students?", default=False),
        "process": {*ROLES} <= in_files
        and click.confirm("Will you keep logs of meetings and goals, and ask an open question?", default=False),
        "platform": click.prompt("Survey platform", default="csv", type=click.Choice(list(PLATFORMS))),
        "language": click.prompt("Language", default="en", type=click.Choice(languages())),
    }


def ask_mentor(roles: Sequence[str]) -> str | None:
    """Ask which role mentors, where their names leave it open."""
    if not asks_who_mentors(roles):
        return None
    said = click.prompt("Which role mentors", type=click.Choice([*roles, NONE]))
    return None if said == NONE else str(said)


def _usable(name: str) -> str:
    """Return the name of an instrument; asked again if there is none, or it cannot be used."""
    try:
        return usable_instrument(name).name
    except SelectionError as error:
        raise click.BadParameter(str(error)) from error


def _several(
    question: str, default: Sequence[str], read: Callable[[str], str] = lambda one: one
) -> tuple[str, ...]:  # fmt: skip
    def parts(said: str) -> tuple[str, ...]:
        named = [part.strip() for part in said.split(",") if part.strip()]
        return () if [name.casefold() for name in named] == [NONE] else tuple(map(read, named))

    answer: tuple[str, ...] = click.prompt(question, default=", ".join(default) or NONE, value_proc=parts)
    return answer
