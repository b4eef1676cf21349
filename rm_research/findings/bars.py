"""An interval as a small bar of a table, made of the page's own lines: its numbers stand beside it."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from rm_research.disclosure.printed import printed_interval
from rm_research.effects.estimate import Estimate
from rm_research.study import Scale, Study

LEAST, MOST = 2.0, 8.0  # of the smallest change that matters: how far a bar reaches at least, and at most
LEAST_OF_RANGE = 0.05  # of a scale's range, where no such change is declared
ROOM = 1.08  # beyond the longest interval


class Bar(NamedTuple):
    """
    Places on a bar, in per cent of its width; what lies beyond an end is drawn to the end.

    Attributes
    ----------
    low, width, dot : float
        Interval: its start and width, and the estimate.
    band : tuple of (float, float) or None
        Start and width of what is too small to matter.
    """

    low: float
    width: float
    dot: float
    band: tuple[float, float] | None


def bars(rows: Iterable[Estimate], scale: Scale, study: Study) -> dict[str, Bar]:
    """
    Bars of the intervals of one outcome, all on one axis whose middle is 0, by id of the row.

    Parameters
    ----------
    rows : iterable of Estimate
        Those without an interval have no bar.
    scale : Scale
        The axis counts in its smallest change that matters, else in its range.
    study : Study
    """
    known = {row.id: printed_interval(*row.interval) for row in rows if row.has_interval}
    unit, least = _unit(scale, study)
    ends = [abs(end) for _, *both in known.values() for end in both if math.isfinite(end)]
    reach = min(max([least * unit if least else 0.0, *(ROOM * end for end in ends)]) or 1.0, MOST * unit)
    band = None if scale.smallest_effect is None else _span(-scale.smallest_effect, scale.smallest_effect, reach)
    return {name: Bar(*_span(low, high, reach), _place(estimate, reach), band)
            for name, (estimate, low, high) in known.items()}  # fmt: skip


def _unit(scale: Scale, study: Study) -> tuple[float, float]:
    """Unit of the axis, and how many of it are drawn at least."""
    if scale.smallest_effect:
        return scale.smallest_effect, LEAST
    limits = study.scale_range(scale.name)
    return (math.inf, 0.0) if limits is None else (limits[1] - limits[0], LEAST_OF_RANGE)


def _place(value: float, reach: float) -> float:
    return round(50 + 50 * min(max(value / reach, -1.0), 1.0), 1)


def _span(low: float, high: float, reach: float) -> tuple[float, float]:
    start = _place(low, reach)
    return start, round(_place(high, reach) - start, 1)
