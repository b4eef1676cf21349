"""
How many examples a test of a property is given: few in the fast tests, four times as many in the slow ones.

Either way the examples are the same in every run, so that a test fails for a change of the code and for nothing else.
"""

from hypothesis import HealthCheck, settings

FAST, DEEP = "few examples", "many examples"
TIMES = 4

settings.register_profile(
    FAST, max_examples=10, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.register_profile(DEEP, settings.get_profile(FAST), max_examples=10 * TIMES)


def examples(few: int) -> settings:
    """Settings of a property that takes longer, or needs more, than others: so many examples in the fast tests."""
    deep = settings.get_current_profile_name() == DEEP
    return settings(max_examples=few * TIMES if deep else few)
