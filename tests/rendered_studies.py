"""Reports of four studies and of drawn ones, each made once by the command itself."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from drawn_studies import DRAWN
from real_studies import copied, needs_data
from rendered_demo import EVALUATOR, reported, session_folder
from shaped_studies import shaped_study

# of pages that are much alike, one of each kind
SLUGS = {
    "demo": ["", "2022-spring", "2024-spring", "2024-autumn"],
    "biodiversity_pd": ["", "2022-1"],
    "ahi_cesd": ["all-people"],
    "mental_abacus": ["", "first-grade"],
    **{name: ["", "c0"] for name in DRAWN},
}
TOO_SMALL = {("demo", "2024-autumn")}  # five dyads: such a page may not show what the others must


Slugs = Collection[tuple[str, str]]


def page_params(leave_out: Slugs = ()) -> list[Any]:
    """Study and slug of every page ('' is the programme's); all are slow, as a report has to be made."""
    params = []
    for study, slugs in SLUGS.items():
        for slug in slugs:
            marks = [pytest.mark.slow, *([] if study == "demo" or study in DRAWN else [needs_data])]
            if (study, slug) not in leave_out:
                params.append(pytest.param((study, slug), id=f"{study}-{slug or 'programme'}", marks=marks))
    return params


def folders_of(study: str, request: pytest.FixtureRequest) -> tuple[Path, Path]:
    """Folders of a study and of its report."""
    if study == "demo":
        return request.getfixturevalue("demo"), request.getfixturevalue("demo_out")
    home = session_folder(request.getfixturevalue("tmp_path_factory")) / EVALUATOR
    home.mkdir(exist_ok=True)

    def written() -> None:
        if study in DRAWN:
            shaped_study(home / study, DRAWN[study])
        else:
            copied(study, home / study)

    return home / study, reported(home / study, home / f"{study}-reports", before=written)


def page_path(out: Path, slug: str) -> Path:
    return out / "cohorts" / slug / "index.html" if slug else out / "index.html"
