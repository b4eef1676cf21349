"""Estimators: people and a study in, a Result out. The registry of methods says when each is used."""
