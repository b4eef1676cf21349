"""
What pairs agree on, aim at, and say of their meetings, in a simulated study.

Each part is drawn from a stream of its own, so that none of them changes an answer to an outcome. Pairs that meet more
often feel safer, and outcomes rise more with more meetings: so change goes with safety, although neither acts on the
other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from rm_research.simulate.people import Programme
from rm_research.simulate.population import AGREEMENT, LOADING, MEAN_MEETINGS, MEETINGS, ROLES
from rm_research.simulate.wording import ABOUT_NONE, GOALS, THEMES
from rm_research.study.instruments import EVERYBODY, Instrument, the_instrument

SD_MEETINGS = float(np.sqrt((np.arange(len(MEETINGS)) - MEAN_MEETINGS) ** 2 @ MEETINGS))
THRESHOLDS = np.array((-1.8, -1.0, -0.2, 0.9))  # where one answer turns into the next, in item SD
STREAMS = {"agreed": 1, "goals": 2, "sides": 3, "reflections": 4}  # never renumbered: what is drawn would change
AGREED = {"purpose": 0.8, "structure": 0.7, "confidentiality": 0.6}  # chance that a pair agrees on it
NOT_KNOWN = 0.05  # chance that nobody wrote down whether a pair agreed
GOALS_SET = (0.1, 0.45, 0.3, 0.15)  # chance of 0, 1, 2, 3 goals
NOT_RATED = 0.15  # chance that nobody rated a goal
LOW, HIGH = -2, 2  # goal attainment scaling
WRITING = 0.55  # chance that somebody who is asked writes something
TWO_THEMES = 0.25  # chance that an answer goes on to a second theme


@dataclass(frozen=True)
class Side:
    """
    What both sides of a pair are asked about their meetings; values refer to items before rounding to answers.

    Parameters
    ----------
    name, instrument : str
        As in study.toml.
    mean : mapping of role to float
        Mean at the expected number of meetings, in item SD.
    shared : float
        Share of the variance between people that both sides of a pair have in common.
    with_meetings : float
        Correlation with the number of meetings.
    """

    name: str
    instrument: str
    mean: Mapping[str, float]
    shared: float
    with_meetings: float

    @property
    def structure(self) -> Instrument:
        """Items, label and wording of the instrument."""
        return the_instrument(self.instrument)

    @property
    def item_names(self) -> list[str]:
        """Our names of the items, such as `safety_1`."""
        return [f"{self.name}_{number}" for number in range(1, self.structure.items + 1)]

    @property
    def texts(self) -> list[str]:
        """What is asked."""
        return [self.structure.question(number, "en", EVERYBODY) for number in range(1, self.structure.items + 1)]

    def expected_score(self, role: str) -> float:
        """Return the mean score of everybody of a role who met, after rounding."""
        numbers = np.arange(1, len(MEETINGS))
        standing = (numbers - MEAN_MEETINGS) / SD_MEETINGS
        spread = np.sqrt(1 - (LOADING * self.with_meetings) ** 2)
        items = [NormalDist(self.mean[role] + LOADING * self.with_meetings * z, spread) for z in standing]
        means = [1 + sum(1 - item.cdf(threshold) for threshold in THRESHOLDS) for item in items]
        return float(np.average(means, weights=MEETINGS[1:]))


SIDES = (
    Side("safety", "open-safety", {"leader": 0.6, "mentor": 0.2}, shared=0.35, with_meetings=0.4),
    Side("relationship", "open-relationship", {"leader": 0.6, "mentor": 0.5}, shared=0.5, with_meetings=0.3),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Process:
    """
    What pairs agree on and aim at, and what their people say of it.

    Parameters
    ----------
    agreed : DataFrame
        One row per dyad: purpose, structure, confidentiality ('yes', 'no', '' where not known or not in the programme).
    goals : DataFrame
        One row per goal, as in goals.csv.
    asked : array (people,) of bool
        Who is asked: people of the programme whose pair met before the survey.
    keyed : dict of name to array (people, items)
        Answers, from 1 to 5: a higher one always means more.
    reflection : Series
        What each person writes; '' for who writes nothing or is not asked.
    themes : DataFrame
        One column per theme: whether what the person writes is about it.
    """

    agreed: pd.DataFrame
    goals: pd.DataFrame
    asked: np.ndarray
    keyed: dict[str, np.ndarray]
    reflection: pd.Series
    themes: pd.DataFrame


def draw_process(seed: int, programme: Programme) -> Process:
    """Draw it all, each part from its own stream."""
    streams = {name: np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(n,))) for name, n in STREAMS.items()}
    people = programme.people
    asked = people["arm"].eq("programme").to_numpy() & people["dose"].gt(0).to_numpy()
    reflection, themes = _draw_reflections(streams["reflections"], people["role"], asked)
    return Process(
        agreed=_draw_agreed(streams["agreed"], programme.dyads),
        goals=_draw_goals(streams["goals"], programme.dyads),
        asked=asked,
        keyed=_draw_sides(streams["sides"], people),
        reflection=reflection,
        themes=themes,
    )


def _draw_agreed(rng: np.random.Generator, dyads: pd.DataFrame) -> pd.DataFrame:
    drawn = {name: np.where(rng.random(len(dyads)) < chance, "yes", "no") for name, chance in AGREED.items()}
    untold = dyads["arm"].ne("programme").to_numpy() | (rng.random(len(dyads)) < NOT_KNOWN)
    return pd.DataFrame({name: np.where(untold, "", told) for name, told in drawn.items()}, index=dyads.index)


def _draw_goals(rng: np.random.Generator, dyads: pd.DataFrame) -> pd.DataFrame:
    """Goals of pairs that met; who met more attains more."""
    rows: list[tuple[str, str, str, str]] = []
    met = dyads[(dyads["arm"] == "programme") & (dyads["meetings"] > 0)]
    for pair, starts, meetings in zip(met["pair"], met["starts"], met["meetings"].tolist(), strict=True):
        for what in rng.choice(len(GOALS), rng.choice(len(GOALS_SET), p=GOALS_SET), replace=False):
            day = starts + pd.Timedelta(days=int(rng.integers(28, 70)))
            level = 0.3 + 0.25 * (meetings - MEAN_MEETINGS) + rng.standard_normal()
            reached = int(np.clip(np.rint(level), LOW, HIGH))
            rows.append((pair, GOALS[what], f"{day:%Y-%m-%d}", "" if rng.random() < NOT_RATED else str(reached)))
    return pd.DataFrame(rows, columns=["pair", "goal", "set_on", "attainment"])


def _draw_sides(rng: np.random.Generator, people: pd.DataFrame) -> dict[str, np.ndarray]:
    """Answers of everybody as if asked: a part from the meetings, one from the pair, one from the person and item."""
    standing = (people["dose"].to_numpy() - 1) * MEAN_MEETINGS / SD_MEETINGS
    mentor, keyed = people["mentor"].to_numpy(), {}
    for side in SIDES:
        rest = 1 - side.with_meetings**2
        of_pair = np.sqrt(side.shared * rest) * rng.standard_normal(mentor.max() + 1)[mentor]
        of_person = np.sqrt((1 - side.shared) * rest) * rng.standard_normal(len(people))
        common = LOADING * (side.with_meetings * standing + of_pair + of_person)
        noise = np.sqrt(1 - LOADING**2) * rng.standard_normal((len(people), side.structure.items))
        items = people["role"].map(side.mean).to_numpy()[:, None] + common[:, None] + noise
        keyed[side.name] = 1 + (items[:, :, None] > THRESHOLDS).sum(axis=2)
    return keyed


def _draw_reflections(
    rng: np.random.Generator, role: pd.Series, asked: np.ndarray
) -> tuple[pd.Series, pd.DataFrame]:  # fmt: skip
    """Draw what people write: about one theme, two, or none."""
    chances = {one: np.array([theme.share[one] for theme in THEMES]) for one in ROLES}
    texts, about = [], np.zeros((len(role), len(THEMES)), dtype=bool)
    for person, one in enumerate(role):
        writes, goes_on = rng.random(2) < (WRITING, TWO_THEMES)
        first = rng.choice(len(THEMES) + 1, p=[*chances[one], 1 - chances[one].sum()])
        second = rng.choice(len(THEMES), p=chances[one] / chances[one].sum())
        sentences = [rng.choice(THEMES[first].answers if first < len(THEMES) else ABOUT_NONE)]
        further = rng.choice(THEMES[second].answers)
        numbers = [first] if first < len(THEMES) else []
        if goes_on and second != first:
            sentences.append(further)
            numbers.append(second)
        wrote = asked[person] and writes
        texts.append(" ".join(sentences) if wrote else "")
        about[person, numbers] = wrote
    return pd.Series(texts, dtype=object), pd.DataFrame(about, columns=[theme.name for theme in THEMES])


def expected_shares(role: str) -> dict[str, float]:
    """Return, of answers of this role, the share that is about each theme."""
    first = {theme.name: theme.share[role] for theme in THEMES}
    total = sum(first.values())
    return {name: share + (1 - share) * TWO_THEMES * share / total for name, share in first.items()}


def side_labels(process: Process) -> pd.DataFrame:
    """Answers as printed, one row per person: reversed items in their printed direction, empty for who is not asked."""
    labels = np.array(AGREEMENT, dtype=object)
    parts = {}
    for side in SIDES:
        for number, item in enumerate(side.item_names, start=1):
            values = process.keyed[side.name][:, number - 1]
            printed = 6 - values if number in side.structure.reverse else values
            parts[item] = np.where(process.asked, labels[printed - 1], "")
    return pd.DataFrame(parts, dtype=object)
