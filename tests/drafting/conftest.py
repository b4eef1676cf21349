"""Drafts made of small exports."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from settled import settle

from rm_research.checks import Problems, check_study
from rm_research.drafting import Draft, draft_study, write_draft

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(autouse=True)
def exports_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts name exports where they are; whoever drafts wrote the study file, and allows this."""
    monkeypatch.setattr("rm_research.study.reading.is_allowed", lambda folder: True)


class Drafted:
    """A draft, written: its two files parsed, and what `check` says of them."""

    def __init__(self, draft: Draft, folder: Path):
        self.draft, self.folder = draft, folder
        self.toml: dict[str, Any] = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
        codebook = pd.read_csv(folder / "codebook.csv", dtype="str", keep_default_na=False)
        self.items: dict[str, dict[str, str]] = codebook.set_index("item", drop=False).to_dict(orient="index")

    @property
    def checks(self) -> str:
        return "\n".join(self.draft.checks["check"])

    def edited(self, file: str, **changes: str) -> None:
        """Replace text that must be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def open_marks(self) -> list[str]:
        """What `check` says of the draft as it was written."""
        table = check_study(self.folder).table
        return table.loc[table["message"].str.contains("is still marked CHECK"), "message"].tolist()

    def settle(self) -> None:
        """Put x between the brackets of every mark, as somebody does who has looked and found all as drafted."""
        settle(self.folder)

    def problems(self) -> Problems:
        """What `check` says once every mark is settled."""
        self.settle()
        return check_study(self.folder)

    def errors(self) -> list[str]:
        table = self.problems().table
        errors = (table["severity"] == "error") & (table["rule"] != "waves_equal")  # many of these have one wave twice
        return table.loc[errors, "message"].tolist()

    def people(self) -> int:
        prepared = self.problems().prepared
        assert prepared is not None
        return len(prepared.people)


@pytest.fixture
def draft_of(tmp_path: Path) -> Callable[..., Drafted]:
    """Write exports (name → text), draft a study from them and write it beside them."""

    def draft(exports: dict[str, str], *, waves: Sequence[str] = ()) -> Drafted:
        folder = tmp_path / "study"
        folder.mkdir(exist_ok=True)
        for name, text in exports.items():
            (folder / name).write_text(text, encoding="utf-8")
        made = draft_study(folder, [folder / name for name in exports], waves=waves)
        write_draft(made, folder)
        return Drafted(made, folder)

    return draft


@pytest.fixture
def draft_real(tmp_path: Path) -> Callable[..., Drafted]:
    """Draft a study from real exports."""

    def draft(*exports: str, waves: Sequence[str] = ()) -> Drafted:
        files = [DATA / export for export in exports]
        if absent := [file for file in files if not file.is_file()]:
            pytest.skip(f"the real data are not in {absent[0]}")
        folder = tmp_path / "study"
        made = draft_study(folder, files, waves=waves)
        write_draft(made, folder)
        return Drafted(made, folder)

    return draft
