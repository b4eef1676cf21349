"""
How many examples a test of a property is given: few in the fast tests, four times as many in the slow ones.

Either way the examples are the same in every run, so that a test fails for a change of the code and for nothing else.
Of studies drawn by a seed, the slow tests take a few and `make soak` takes all.
"""

import os

from hypothesis import HealthCheck, settings

FAST, DEEP = "few examples", "many examples"
TIMES = 4
SOAK = os.environ.get("RM_RESEARCH_SOAK") == "1"
DRAWN = 40

settings.register_profile(
    FAST, max_examples=10, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.register_profile(DEEP, settings.get_profile(FAST), max_examples=10 * TIMES)


def examples(few: int) -> settings:
    """Settings of a property that takes longer, or needs more, than others: so many examples in the fast tests."""
    deep = settings.get_current_profile_name() == DEEP
    return settings(max_examples=few * TIMES if deep else few)


def seeds(many: int = DRAWN) -> range:
    """Seeds of drawn studies: all in a soak, a fifth of them otherwise."""
    return range(many if SOAK else many // 5)
