"""What all commands have in common: how errors are printed, and how a study is named."""

import errno
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import click

from rm_research.errors import StudyError


def print_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Print the message of a StudyError, or of a name that is too long, and exit with 1; exit with 130 on Ctrl-C."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (StudyError, OSError) as error:
            from rm_research.cli.printing import print_error

            message = str(error)
            if isinstance(error, OSError):
                if error.errno != errno.ENAMETOOLONG:
                    raise
                message = f"{error.filename} is too long for a file's name. Name another."
            print_error(message)
            sys.exit(1)
        except KeyboardInterrupt:
            click.echo("Stopped. Pages that were finished are kept; run the command again for the others.", err=True)
            sys.exit(130)

    return run


def of_study(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its study, and the option that allows the study files outside its folder."""

    @wraps(command)
    def run(study: Path, allow_outside: bool, **more: Any) -> Any:
        if not allow_outside:
            return command(study=study, **more)
        from rm_research.study.places import allowed

        with allowed(study):
            return command(study=study, **more)

    option = click.option("--allow-outside", is_flag=True, help="Let study.toml name files outside its folder.")
    return click.argument("study", type=click.Path(path_type=Path))(option(run))


def batch_module() -> ModuleType:
    """Import what makes pages only when needed: it takes seconds, which help and check do not have to wait."""
    # reading notebooks imports jsonschema, which would compile a grammar of web addresses if it had this module
    sys.modules.setdefault("rfc3987_syntax", cast(ModuleType, None))
    from rm_research.reporting import batch

    return batch
