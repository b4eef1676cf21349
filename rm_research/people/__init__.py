"""Who takes part, and what pairs did: People, Dyads, meetings and goals."""

from rm_research.people.pairs import first_days
from rm_research.people.participants import (
    WHO,
    Participants,
    build_participants,
    cluster_unit,
    connected_dyads,
)

__all__ = ["WHO", "Participants", "build_participants", "cluster_unit", "connected_dyads", "first_days"]
