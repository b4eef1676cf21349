"""Menus in a notebook: cohort, role, scale, wave or arm of a picture or table is picked while one looks at it."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from inspect import Parameter, signature
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import DisplayHandle, Pretty, display
from matplotlib.figure import Figure

from rm_research.catalogue import capital
from rm_research.errors import FrameError, ReportError, StudyError
from rm_research.panel import Prepared
from rm_research.panel.asked import known_names
from rm_research.study.given import wrong_data
from rm_research.study.selection import KEYWORDS, Selection

WIDGET = "application/vnd.jupyter.widget-view+json"
ALL = ""  # what a menu holds for all names: a menu whose value is None shows an empty line


def browse(show: Callable[..., Any], prepared: Prepared, **start: str | None) -> None:
    """
    Show what a function makes of a study, below a menu for each name that the function takes.

    In JupyterLab the picture or table changes with the menus. In a page made of the notebook it stays as it was last,
    and the menus are gone.

    Parameters
    ----------
    show : callable
        A verb, such as `rm.plot_change`, or a function of one's own. It gets `prepared` first, and by keyword any of
        cohort, role, scale, wave and arm that it declares: names, or None for all where None is its default. What it
        returns is shown: Axes or a figure as a picture, anything else as a cell would show it.
    prepared : Prepared
        Its names are those to pick from; cohorts with errors are left out.
    **start : str or None
        What is picked at first, by keyword; all where the function allows it, else the first name, unless given.

    Raises
    ------
    FrameError
        When `prepared` is something else, or the function takes none of the keywords.
    SelectionError
        When there is no such name to start with.
    ReportError
        When ipywidgets is not installed.

    Examples
    --------
    >>> import rm_research as rm
    >>> prepared = rm.prepare_study("data/demo")
    >>> browse(rm.plot_change, prepared, role="leader", scale="inclusion")  # doctest: +SKIP
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("browse", prepared)
    if find_spec("ipywidgets") is None:
        raise ReportError(
            "browse needs ipywidgets for its menus, which is not installed. Install it with pip install "
            "'rm_research[lab]', or call the function itself with the names you want."
        )
    choices = _choices(show, prepared)
    picked = dict.fromkeys(choices) | {name: of[0] for name, of in choices.items() if None not in of}
    picked |= _started(choices, start)
    made = _made(show, prepared, picked)
    place = _menus(choices, picked, lambda handle: handle.update(_made_or_why(show, prepared, picked)))
    place.display(made)


def _choices(show: Callable[..., Any], prepared: Prepared) -> dict[str, list[str | None]]:
    """Names to pick from, by keyword that the function takes; None, for all, comes first where it is the default."""
    panel = prepared.sound_panel
    known: Mapping[str, list[str]] = known_names(panel, prepared.study) | {"cohort": list(prepared.sound_cohorts)}
    taken = signature(show).parameters
    choices = {name: [*([None] if taken[name].default is None else []), *known[name]]
               for name in KEYWORDS if name in taken and taken[name].kind in _BY_KEYWORD}  # fmt: skip
    if not choices:
        name = getattr(show, "__name__", "it")
        raise FrameError(f"browse: {name} takes none of {', '.join(KEYWORDS)} by keyword, so there is nothing to pick.")
    return choices


_BY_KEYWORD = (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def _started(choices: Mapping[str, list[str | None]], start: Mapping[str, str | None]) -> dict[str, str | None]:
    if strange := [name for name in start if name not in choices]:
        raise FrameError(f"browse: the function takes no {strange[0]}; it takes {', '.join(choices)}.")
    known = {name: [one for one in of if one is not None] for name, of in choices.items()}
    return {name: names[0] for name, names in Selection.of(known, start).names.items()}


def _made(show: Callable[..., Any], prepared: Prepared, picked: Mapping[str, str | None]) -> Any:
    """What the function makes: a figure is taken from pyplot, which would show it once more."""
    made = show(prepared, **picked)
    figure = made if isinstance(made, Figure) else getattr(made, "figure", None)
    if not isinstance(figure, Figure):
        return made
    plt.close(figure)
    return figure


def _made_or_why(show: Callable[..., Any], prepared: Prepared, picked: Mapping[str, str | None]) -> Any:
    """What the function makes, or what went wrong: a picture of other names than the menus show would mislead."""
    try:
        return _made(show, prepared, picked)
    except StudyError as error:
        return Pretty(str(error))
    except Exception as error:  # of a function of one's own
        return Pretty(f"{type(error).__name__}: {error}")


def _menus(
    choices: Mapping[str, list[str | None]], picked: dict[str, str | None], changed: Callable[[DisplayHandle], None]
) -> DisplayHandle:
    """Show the menus; return the place below them, which is made anew when something is picked."""
    from ipywidgets import Dropdown, HBox, Layout

    place = DisplayHandle()
    menus = []
    for name, of in choices.items():
        options = [("all", ALL) if one is None else (one, one) for one in of]
        first, title = picked[name] or ALL, capital(name)
        menu = Dropdown(options=options, value=first, description=title, layout=Layout(width="220px"))

        def take(change: Mapping[str, Any], name: str = name) -> None:
            picked[name] = change["new"] or None
            changed(place)

        menu.observe(take, names="value")
        menus.append(menu)
    view = HBox(menus, layout=Layout(flex_flow="row wrap"))._repr_mimebundle_()[WIDGET]
    # a page without JupyterLab shows nothing in place of the menus
    display({WIDGET: view, "text/html": "", "text/plain": ""}, raw=True)
    return place
