"""What a verb was given: options that it does not have, and data of another kind than it takes, refused in words."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import ParamSpec, TypeVar

import pandas as pd

from rm_research.errors import FrameError, SelectionError
from rm_research.study.model import Study
from rm_research.study.wording import suggest

P = ParamSpec("P")
R = TypeVar("R")


def with_known_options(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb that refuses options that it does not have in words, by name and by place."""
    taken = signature(verb).parameters
    kinds = [one.kind for one in taken.values()]
    if Parameter.VAR_KEYWORD in kinds or Parameter.VAR_POSITIONAL in kinds:
        return verb

    @wraps(verb)
    def asked(*given: P.args, **options: P.kwargs) -> R:
        for name, value in options.items():
            if name not in taken:
                raise SelectionError(_no_option(verb.__name__, name, value, list(taken), given))
        lacking = [name for name, one in list(taken.items())[len(given) :]
                   if one.default is Parameter.empty and name not in options]  # fmt: skip
        if lacking:
            raise SelectionError(f"{verb.__name__} needs {', '.join(lacking)}, too.")
        if len(given) > len(kinds) - kinds.count(Parameter.KEYWORD_ONLY):
            named = [name for name, one in taken.items() if one.kind == Parameter.KEYWORD_ONLY]
            raise SelectionError(
                f"{verb.__name__} takes these by name only: {', '.join(f'{name}=' for name in named)}."
            )
        return verb(*given, **options)

    return asked


def _no_option(verb: str, name: str, value: object, taken: Sequence[str], given: Sequence[object]) -> str:
    """Say that there is no such option, and how to choose people by it where it is a fact about them."""
    study = next((known for known in (getattr(one, "study", None) for one in given) if isinstance(known, Study)), None)
    if study is not None and name in ("cohort", "role", "arm", *study.settings.attributes):
        return f"{verb} has no option {name!r}. Choose people by it first: prepared.where({name}={value!r})."
    return f"{verb} has no option {name!r}; {suggest(name, [one for one in taken if one != 'self'])}"


def wrong_data(verb: str, data: object, takes: str = "what prepare_study returned") -> FrameError:
    """
    Error about data of another kind than a verb takes, with what to do instead.

    Parameters
    ----------
    verb : str
    data : object
        What it was given.
    takes : str
        What it takes.
    """
    kind = type(data).__name__
    if isinstance(data, str | os.PathLike | Study):
        given, text = ("a Study", "study") if isinstance(data, Study) else ("a path", repr(os.fspath(data)))
        return FrameError(f"{verb} takes {takes}; this is {given}. Prepare the study first: rm.prepare_study({text}).")
    if isinstance(data, Iterable) and not isinstance(data, pd.DataFrame):
        return FrameError(f"{verb} takes {takes}; this is a {kind}. Give one study at a time.")
    return FrameError(f"{verb} takes {takes}; this is a {kind}.")
