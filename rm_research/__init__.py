"""rm_research."""
