"""Notebooks into pages, one or many; empty, so that a kernel need not wait for what makes pages of it."""
