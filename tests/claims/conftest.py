"""What the tests of the claims share."""

from collections.abc import Callable, Sequence

import pytest
from small_studies import details_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.disclosure import disclose
from rm_research.effects.estimates import Estimates


@pytest.fixture(scope="session")
def studies(tmp_path_factory) -> Callable[..., object]:
    """Return the study of some settings, made once."""
    made: dict[tuple[tuple[str, object], ...], object] = {}

    def study(**settings: object):
        key = tuple(sorted(settings.items()))
        if key not in made:
            made[key] = study_of(tmp_path_factory.mktemp("study"), **settings)
        return made[key]

    return study


@pytest.fixture(scope="session")
def claims(studies) -> Callable[..., Claims]:
    """Claims of some rows in the study of some settings."""

    def of(
        *rows: dict[str, object], details: Sequence[tuple[str, str, float]] = (), **settings: object
    ) -> Claims:  # fmt: skip
        study = studies(**settings)
        disclosed = disclose(Estimates(table_of(*rows), details_of(*details)), study=study)
        return Claims(disclosed, study, catalogue("en"))

    return of
