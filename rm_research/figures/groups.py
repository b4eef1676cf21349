"""A chart for each group that was asked for, below the finding that it shows."""

from collections.abc import Callable, Sequence

from rm_research.disclosure.wanted import Group, Wanted
from rm_research.figures.sheet import Draw


def charts_of(
    asked: Wanted, groups: Sequence[Group], finding: Callable[[Group], str], draw: Callable[[Group], Draw], *,
    title: bool,
) -> list[tuple[str, Draw]]:  # fmt: skip
    """
    Title of each group's chart and what draws it, as `on_sheet` takes them.

    Parameters
    ----------
    asked : Wanted
    groups : sequence of Group
    finding : callable
        What a group's chart shows, in words.
    draw : callable
        What draws a group's chart.
    title : bool
        Whether to write the finding above each chart, with its cohort where they are of several.
    """
    several = len({group.cohort for group in groups}) > 1
    titles = [asked.titled(finding(group), group.cohort if several else "") if title else "" for group in groups]
    return [(text, draw(group)) for text, group in zip(titles, groups, strict=True)]
