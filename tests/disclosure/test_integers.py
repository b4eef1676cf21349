"""Whoever tries all whole numbers that answers can be finds nobody, unless a rule is left out."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from integers import HALF, Integers, Known, learn
from properties import seeds
from small_studies import COLUMNS, TOML, as_csv

from rm_research.disclosure import coarse, gate, rules
from rm_research.disclosure.numbers import release, study_numbers
from rm_research.panel import prepare_study
from rm_research.reporting.files import write_tables

SMALLEST = 5
DRAWS = np.random.default_rng
BASE = TOML + f"[reporting]\nsmallest_group = {SMALLEST}\n"
TEAMS = BASE + '[attributes]\nteam = "team"\n[design]\ninteractions = ["team"]\n'
POINTS = {1: [1, 2, 3, 4, 5], 3: [float(Fraction(third, 3)) for third in range(3, 16)]}


def write_study(folder, people, *, items=1, toml=BASE):
    """A study of people with the answers before and after of each: None where there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"m{item}" for item in range(1, items + 1)]
    for at, wave in enumerate(("pre", "post")):
        rows = [[f"P{n}", "a", "", "", f"D{n}", "", *answers[at], team] for n, (*answers, team) in enumerate(people)
                if answers[at] is not None]  # fmt: skip
        (folder / f"{wave}.csv").write_text(as_csv((*COLUMNS[:6], *names, "team"), rows), encoding="utf-8")
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    (folder / "codebook.csv").write_text("item,scale,low,high\n" + "".join(f"{name},mood,1,5\n" for name in names))
    return folder


def drawn(draws, n, *, items=1, left=0, team="x"):
    """People with usual answers; the last few left."""
    found = []
    for at in range(n):
        usual = draws.normal(3, 0.9)
        before, after = (np.clip(np.rint(usual + draws.normal(gain, 0.9, items)), 1, 5).astype(int).tolist()
                         for gain in (0, 0.4))  # fmt: skip
        found.append([before, None if at >= n - left else after, team])
    return found


def left_in(folder, name, people, **settings):
    prepared = prepare_study(write_study(folder / "study", people, **settings))
    write_tables(prepared, folder / name)
    return prepared, folder / name


def without(monkeypatch, *names):
    monkeypatch.setattr(rules, "RULES", tuple(rule for rule in rules.RULES if rule.name not in names))


def after_leaving(folder, items=1, seed=0, n=13):
    people = drawn(np.random.default_rng(seed), n, items=items, left=1)
    _, out = left_in(folder, "out", people, items=items)
    integers = Integers({"stayed": n - 1, "left": 1}, POINTS[items])
    learn(integers, Known(out, ("stayed", "left"), ("stayed",)))
    return integers, float(np.mean(people[-1][0]))


@pytest.mark.parametrize("items", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_one_who_left(tmp_path, monkeypatch, items):
    integers, _ = after_leaving(tmp_path / "on", items)
    assert len(integers.answers("left", "pre")) == len(POINTS[items])
    without(monkeypatch, "beside few leavers", rules.RESTS_ON_FEW, "means beside other rows")
    integers, truth = after_leaving(tmp_path / "off", items)
    assert integers.answers("left", "pre") == pytest.approx([truth])


def alone_in_a_team(folder):
    draws = DRAWS(10)
    people = [*drawn(draws, 7), *drawn(draws, 7, team="y"), *drawn(draws, 1, team="z")]
    _, out = left_in(folder, "out", people, toml=TEAMS)
    integers = Integers({"x": 7, "y": 7, "z": 1}, POINTS[1])
    learn(integers, Known(out, "xyz", "xyz", {name: (name,) for name in "xyz"}))
    return integers, float(people[-1][1][0] - people[-1][0][0])


@pytest.mark.slow
def test_one_alone_in_a_team(tmp_path, monkeypatch):
    """A group's mean and spread tell how far anybody can be from it, and no more of one than of the others."""
    integers, _ = alone_in_a_team(tmp_path / "on")
    for score in ("pre", "post", "change"):
        assert integers.answers("z", score) == integers.answers("x", score)
        assert len(integers.answers("z", score)) > 2
    assert {change % 2 for change in integers.answers("z", "change")} == {0, 1}
    without(monkeypatch, "few in a part", rules.RESTS_ON_FEW)
    # two teams of seven whose changes differ by three in all leave an even rest of seven for the one
    integers, truth = alone_in_a_team(tmp_path / "off")
    assert truth in integers.answers("z", "change")
    assert all(change % 2 == 0 for change in integers.answers("z", "change"))


def two_editions(folder, *, remembered, items=1, seed=2, n=12, joined=1):
    people = drawn(np.random.default_rng(seed), n + joined, items=items)
    prepared, first = left_in(folder, "first", people[:n], items=items)
    if remembered:
        release(prepared, "board")
    prepared, second = left_in(folder, "second", people, items=items)
    integers = Integers({"first": n, "joined": joined}, POINTS[items])
    learn(integers, Known(first, ("first",), ("first",)))
    n_pairs = pd.read_csv(second / "estimates.csv")["n_pairs"].iloc[0]
    both = ("first", "joined") if n_pairs == n + joined else ("first",)
    learn(integers, Known(second, both, both))
    return integers, float(np.mean(people[-1][0]))


@pytest.mark.slow
@pytest.mark.parametrize("items", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_one_who_joined_between_two_editions(tmp_path, items):
    integers, _ = two_editions(tmp_path / "on", remembered=True, items=items)
    assert len(integers.answers("joined", "pre")) == len(POINTS[items])
    integers, truth = two_editions(tmp_path / "off", remembered=False, items=items)
    assert integers.answers("joined", "pre") == pytest.approx([truth])


def all_the_same(folder):
    people = [[before, [4], team] for before, _, team in drawn(np.random.default_rng(5), 12)]
    _, out = left_in(folder, "out", people)
    integers = Integers({"all": 12}, POINTS[1])
    learn(integers, Known(out, ("all",), ("all",)))
    return integers


@pytest.mark.slow
def test_everybody_s_answer(tmp_path, monkeypatch):
    integers = all_the_same(tmp_path / "on")
    assert integers.common(["all"], "post") == []
    monkeypatch.setattr("rm_research.disclosure.rows.alike", lambda *_: {})
    without(monkeypatch, "means of equal answers")
    assert all_the_same(tmp_path / "off").common(["all"], "post") == [4]


def the_mean_alone(folder):
    """Of twelve people nine are at the end after; of all that leaves, the mean after is taken in alone."""
    after = [5] * 9 + [4] * 3
    people = [[before, [at], team] for (before, _, team), at in zip(drawn(DRAWS(6), 12), after, strict=True)]
    prepared, _ = left_in(folder, "out", people)
    details = study_numbers(prepared).estimates.details.set_index(["quantity"])["value"]
    integers, value = Integers({"all": 12}, POINTS[1]), float(details[["mean_post"]].iloc[0])
    integers.mean("post", ["all"], value - HALF, 5 if "mean_post_bound" in details else value + HALF)
    return integers


@pytest.mark.slow
def test_a_mean_near_an_end(tmp_path, monkeypatch):
    assert the_mean_alone(tmp_path / "on").answers("all", "post") == POINTS[1]
    monkeypatch.setattr(gate, "coarse", lambda estimates, **_: estimates)
    assert 1 not in the_mean_alone(tmp_path / "off").answers("all", "post")


def in_bands(folder):
    _, out = left_in(folder, "out", drawn(DRAWS(9), 12))
    integers = Integers({"all": 12}, POINTS[1])
    learn(integers, Known(out, ("all",), ("all",)))
    return {(score, point): integers.counts(["all"], score, point) for score in ("pre", "post") for point in POINTS[1]}


@pytest.mark.slow
def test_bands_of_few_scores(tmp_path, monkeypatch):
    """With bands, it is known how many gave some answers."""
    within = in_bands(tmp_path / "on")
    monkeypatch.setattr(coarse, "FEW_SCORES", 0)
    known = in_bands(tmp_path / "off")
    assert sum(len(counts) == 1 for counts in known.values()) > sum(len(counts) == 1 for counts in within.values())
    assert all(set(known[key]) <= set(within[key]) for key in known)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_drawn_studies_in_two_editions(tmp_path, seed):
    """Whoever left, or joined later and is waiting, may have given any answer; nobody's answer is everybody's."""
    draws, items = np.random.default_rng(seed), (1, 3)[seed % 2]
    stayed, left, joined = int(draws.integers(8, 12)), int(draws.integers(0, 3)), int(draws.integers(0, 3))
    people = drawn(draws, stayed + left, items=items, left=left)
    prepared, first = left_in(tmp_path, "first", people, items=items)
    release(prepared, "board")
    people += drawn(draws, joined, items=items)
    prepared, second = left_in(tmp_path, "second", people, items=items)
    sizes = {"stayed": stayed, "left": left, "joined": joined}
    integers = Integers({name: n for name, n in sizes.items() if n}, POINTS[items])
    for out, cells in ((first, ("stayed", "left")), (second, ("stayed", "left", "joined"))):
        n_pairs = pd.read_csv(out / "estimates.csv")["n_pairs"].iloc[0]
        both = [name for name in cells if name != "left" and sizes[name]]
        both = both if n_pairs == sum(sizes[name] for name in both) else ["stayed"]
        learn(integers, Known(out, [*both, *(["left"] if left else [])], both))
    assert integers.possible()
    for name in ("left", "joined"):
        for score in ("pre", "post") if sizes[name] else ():
            assert len(integers.answers(name, score)) == len(POINTS[items]), (name, score)
    assert not [score for score in ("pre", "post", "change") if integers.common(["stayed"], score)]
