"""A study drafted from its exports: study.toml and codebook.csv, with what has to be checked marked."""

from rm_research.drafting.draft import Draft, draft_study, refuse_existing, write_draft

__all__ = ["Draft", "draft_study", "refuse_existing", "write_draft"]
