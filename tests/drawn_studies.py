"""Studies drawn once and for all: every property of a report holds for them, not only for studies we know."""

import numpy as np
from properties import seeds
from shaped_studies import Shape

ROLES = (("leader", "mentor"), ("leader",), ("participant",))
OUTCOMES = (("Mood",), ("Mood", "Zeal"), ("Zeal", "Mood", "Trust"))
WAVES = (("pre", "post"), ("pre", "post"), ("pre", "post", "later"))
ARMS = ((), ("programme", "waiting"), ("programme", "waiting"), ("talks", "programme", "waiting"))


def drawn(seed: int) -> Shape:
    """One of them: 8 to 24 people a cohort, role and arm, in the first 14 or more; some leave, some effects are 0."""
    draws = np.random.default_rng(seed)

    def one_of(choices):
        return choices[draws.integers(len(choices))]

    sizes = [int(draws.integers(14, 25)), *map(int, draws.integers(8, 25, draws.integers(0, 4)))]
    return Shape(
        cohorts={f"C{at}": n for at, n in enumerate(sizes)}, roles=one_of(ROLES), outcomes=one_of(OUTCOMES),
        waves=one_of(WAVES), arms=one_of(ARMS), assignment=one_of(("randomised", "matched", "self-selected")),
        gains={name: one_of((-0.6, 0.0, 0.3, 0.9)) for name in ("Mood", "Zeal", "Trust")},
        lower=one_of(((), ("Mood",))), left=one_of((0.0, 0.1, 0.4)), smallest=one_of((None, 0.2, 0.3)), seed=seed,
    )  # fmt: skip


DRAWN = {f"drawn-{seed:02d}": drawn(seed) for seed in seeds(20)}
# browsers open one page of every other, its programme's or that of its first cohort; tests/report reads all pages
NOT_OPENED = {
    (name, page) for at, name in enumerate(DRAWN) for page in ("", "c0") if at % 2 or page == ("c0", "")[at // 2 % 2]
}
