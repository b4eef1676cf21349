"""A study drafted from its exports, or begun from nothing: study.toml and codebook.csv, with marks at what is open."""

from rm_research.drafting.draft import Draft, draft_study, refuse_existing, write_draft
from rm_research.drafting.new_study import begin_study

__all__ = ["Draft", "begin_study", "draft_study", "refuse_existing", "write_draft"]
