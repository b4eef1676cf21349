"""What the tests of the estimates share."""

from collections.abc import Callable
from functools import partial

import pytest
from small_panels import write_study

from rm_research.study import Study


@pytest.fixture
def make_study(tmp_path) -> Callable[..., Study]:
    """Write a small study folder with lines of one's own, and read it."""
    return partial(write_study, tmp_path)
