"""A study as its owner declares it: study.toml and codebook.csv, read and checked before any answers are read."""

from rm_research.study.codebook import Item
from rm_research.study.locking import LockedPlan
from rm_research.study.model import Study
from rm_research.study.reading import read_study
from rm_research.study.settings import Scale, Source, Wave

__all__ = ["Item", "LockedPlan", "Scale", "Source", "Study", "Wave", "read_study"]
