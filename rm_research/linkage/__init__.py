"""Who is who across waves: cohorts filled in, duplicates resolved as declared, questionnaires linked by code."""

from rm_research.linkage.linking import Linkage, link_waves

__all__ = ["Linkage", "link_waves"]
