"""Other forms of a page: printed, to be edited, its pictures for slides; empty, so that each loads what it needs."""
