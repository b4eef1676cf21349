"""What tests of several readers share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from workbooks import xlsx

from rm_research.readers import Export, read_export
from rm_research.study.settings import File

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Export]:
    """Read a file of this content as a format: text, bytes, or the rows of a workbook's sheet or sheets."""

    def read_content(content, format, *, name="x.csv", **options):
        (tmp_path / name).write_bytes(as_bytes(content))
        return read_export(tmp_path, File(file=name, format=format, **options))

    return read_content


@pytest.fixture
def sample() -> Callable[..., Export]:
    """Read a real file; skip where it is absent."""

    def read_sample(folder, name, format, **options):
        return read_export(sample_folder(folder), File(file=name, format=format, **options))

    return read_sample


@pytest.fixture
def samples() -> Callable[[str], Path]:
    """Folder of real files; skip where it is absent."""
    return sample_folder


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Bytes of a workbook, from the rows of its only sheet or of its sheets by name."""
    return workbook_bytes


def sample_folder(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is not here")
    return DATA / name


def as_bytes(content):
    if isinstance(content, str):
        return content.encode()
    return content if isinstance(content, bytes) else workbook_bytes(content)


def workbook_bytes(content):
    return xlsx(content if isinstance(content, dict) else {"Sheet": content})
