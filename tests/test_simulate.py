"""Simulated studies: the demo is current, its dirt is counted, and what truth.json says is what was drawn."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rm_research.errors import StudyError
from rm_research.simulate import simulate_study

DEMO = Path(__file__).parents[1] / "data" / "demo"
SEED = 20260101
WAVES = ("pre", "post")
ROLES = {"Senior leader": "leader", "Junior mentor": "mentor", "Student mentor": "mentor"}
ARMS = {"Programme": "programme", "Waiting list": "waitlist"}


OUTCOMES = ("engagement", "inclusion", "adaptability")


def read_csv(path: Path, **options) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)


def read_truth(folder: Path) -> dict:
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def read_wave(folder: Path, wave: str) -> pd.DataFrame:
    """The export with our item names, and `person`, the code as it was handed out."""
    codebook = read_csv(folder / "codebook.csv")
    ours = dict(codebook.loc[codebook[wave].ne("-"), [wave, "item"]].to_numpy().tolist())
    sheet = read_csv(folder / f"{wave}.csv", skiprows=[1, 2]).rename(columns=ours)
    return sheet.assign(person=sheet["code"].str.strip().str.upper())


def outcome_items(folder: Path) -> pd.DataFrame:
    """Rows of the codebook whose answers make the outcomes."""
    codebook = read_csv(folder / "codebook.csv")
    return codebook[codebook["scale"].isin(OUTCOMES)]


def read_people(folder: Path) -> pd.DataFrame:
    roster = read_csv(folder / "roster.csv").drop_duplicates("code").set_index("code")
    return roster.assign(role=roster["role"].map(ROLES), arm=roster["arm"].map(ARMS))


def scores(folder: Path, wave: str) -> pd.DataFrame:
    """Mean of keyed items by person and scale, worked out from the study files alone; for studies without dirt."""
    answers = tomllib.loads((folder / "study.toml").read_text("utf-8"))["answers"]
    sheet = read_wave(folder, wave).set_index("person")
    codebook = read_csv(folder / "codebook.csv").query(f"kind == 'number' and {wave} != '-'")
    keyed = {}
    for item in codebook.itertuples():
        values = sheet[item.item].map(answers[item.answers]).astype(float)
        # what the instrument fills in is empty in the codebook: the third question on safety is worded against it
        low, high, reverse = (item.low or 1), (item.high or 5), item.reverse == "yes" or item.item == "safety_3"
        keyed[item.item] = int(low) + int(high) - values if reverse else values
    return pd.DataFrame(keyed).T.groupby(codebook.set_index("item")["scale"]).mean().T


def long_changes(folder: Path) -> pd.DataFrame:
    """One row per person and scale: pre, post, change and the roster's facts."""
    pre, post = (
        scores(folder, wave)[list(OUTCOMES)].melt(ignore_index=False, var_name="scale", value_name=wave)
        for wave in WAVES
    )
    both = pre.set_index("scale", append=True).join(post.set_index("scale", append=True)).dropna().reset_index("scale")
    return both.assign(change=both["post"] - both["pre"]).join(read_people(folder))


def returned(folder: Path, wave: str) -> set[str]:
    """The people whose questionnaire counts."""
    sheet = read_wave(folder, wave)
    items = outcome_items(folder)["item"]
    live = sheet["Status"].eq("IP Address") & sheet["consent"].eq("I agree") & sheet["person"].ne("")
    return set(sheet.loc[live & sheet[items].ne("").any(axis=1), "person"])


@pytest.fixture(scope="module")
def everyone(tmp_path_factory) -> Path:
    """The demo study had nobody left and nothing gone wrong: the same people giving the same answers."""
    folder = tmp_path_factory.mktemp("everyone")
    simulate_study(folder, seed=SEED, attrition=0, dirt=False)
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """Enough people to tell a declared value from another."""
    folder = tmp_path_factory.mktemp("large")
    simulate_study(folder, seed=1, cohorts=(1000, 1000), attrition=0, dirt=False)
    return folder


def test_demo_is_what_simulate_writes_today(tmp_path):
    written = simulate_study(tmp_path / "demo", seed=SEED)
    committed = [path for path in DEMO.iterdir() if not path.name.startswith(".")]
    assert {path.name for path in committed} == {path.name for path in written}
    for path in written:
        assert path.read_bytes() == (DEMO / path.name).read_bytes(), path.name


def test_demo_is_small_portable_and_of_nobody_real():
    texts = [path.read_bytes() for path in DEMO.iterdir() if path.is_file()]
    assert sum(map(len, texts)) < 450_000
    assert not any(b"\r" in text for text in texts)
    for wave in WAVES:
        sheet = read_wave(DEMO, wave)
        assert sheet["IPAddress"].str.match(r"(192\.0\.2|198\.51\.100)\.\d+$").all()
        assert sheet["RecipientEmail"].str.match(r"([a-z]+\.[a-z]+\d+@example\.org)?$").all()


def test_demo_has_one_hidden_cohort_and_enough_pairs_elsewhere():
    people, pairs = read_people(DEMO), set.intersection(*(returned(DEMO, wave) for wave in WAVES))
    n_pairs = people[people.index.isin(pairs)].groupby(["cohort", "arm", "role"], as_index=False).size()
    smallest = n_pairs.pivot_table(index="cohort", columns="arm", values="size", aggfunc="min")
    hidden = smallest["programme"] < 10
    assert hidden.sum() == 1
    assert (smallest.loc[~hidden, "waitlist"] >= 10).sum() >= 4


@pytest.mark.parametrize("wave", WAVES)
def test_export_has_names_texts_and_import_ids(wave):
    top = pd.read_csv(DEMO / f"{wave}.csv", header=None, dtype=str, nrows=3)
    assert top.iloc[0].is_unique
    assert top.iloc[1].str.len().min() > 3
    assert all("ImportId" in json.loads(cell) for cell in top.iloc[2])


def test_codebook_maps_waves_that_number_differently():
    codebook = read_csv(DEMO / "codebook.csv")
    assert ",".join(codebook) == "item,scale,of,kind,reverse,low,high,answers,missing,label,pre,post"
    sizes = {"adaptability": 15, "inclusion": 10, "engagement": 9, "safety": 4, "relationship": 4, "": 2}
    assert codebook["scale"].value_counts().to_dict() == sizes
    assert codebook.query("reverse == 'yes'")["scale"].value_counts().to_dict() == {"adaptability": 4, "inclusion": 3}
    assert (codebook["pre"] != codebook["post"]).mean() > 0.9
    for wave in WAVES:
        assert set(codebook[wave]) - {"-"} <= set(pd.read_csv(DEMO / f"{wave}.csv", nrows=0))
    assert codebook["item"][codebook["pre"] == "-"].str.contains("safety|relationship|reflection").sum() == 9


def test_roster_and_sessions_agree():
    roster, sessions = read_csv(DEMO / "roster.csv"), read_csv(DEMO / "sessions.csv")
    assert set(sessions["pair"]) < set(roster.query("arm == 'Programme'")["pair"])  # some pairs never met
    leaders_per_mentor = roster.query("role != 'Senior leader'")["code"].value_counts()
    assert leaders_per_mentor.max() == 2
    assert roster.query("role == 'Senior leader'")["code"].is_unique
    arms = roster.groupby("code")[["arm", "cohort"]].nunique()
    assert (arms == 1).all(axis=None)

    answered = roster.assign(person=roster["code"]).merge(read_wave(DEMO, "post")[["person", "RecordedDate"]])
    meetings = answered.merge(sessions, on="pair")
    assert 0 < (meetings["date"] > meetings["RecordedDate"]).mean() < 0.05  # a few meet after they answered


def found_dirt(folder: Path, wave: str) -> dict[str, int]:
    sheet = read_wave(folder, wave)
    live = sheet[sheet["Status"] == "IP Address"]
    codebook = outcome_items(folder)
    items, both = codebook["item"], codebook.query("scale in ('engagement', 'inclusion')")["item"]
    blank = live[items].eq("").all(axis=1)
    ticked = live.set_index("person")["role"].map(ROLES)
    roster = read_people(folder)["role"].reindex(ticked.index)
    return {
        "previews": len(sheet) - len(live),
        "no_consent": (live["consent"] == "I do not agree").sum(),
        "blank_codes": (live["code"] == "").sum(),
        "blank_questionnaires": blank.sum(),
        "untidy_codes": (live["code"] != live["person"]).sum(),
        "double_submissions": live.loc[live["person"] != "", "person"].duplicated().sum(),
        "out_of_range": (live[items] == "9").sum(axis=None),
        "unknown_labels": (live[items] == "Agre").sum(axis=None),
        "refused_items": (live[items] == "Prefer not to say").sum(axis=None),
        "empty_items": (live.loc[~blank, both] == "").sum(axis=None),
        "formula_comments": live["comment"].str.startswith("=").sum(),
        "script_comments": live["comment"].str.contains("<script>", regex=False).sum(),
        "other_role": (roster.notna() & (roster != ticked)).sum(),
    }


@pytest.mark.parametrize("wave", WAVES)
def test_dirt_is_what_pandas_finds(everyone, wave):
    dirty, clean = read_truth(DEMO)["dirt"], read_truth(everyone)["dirt"]
    assert dirty[wave] == found_dirt(DEMO, wave)
    assert clean[wave] == found_dirt(everyone, wave) == dict.fromkeys(dirty[wave], 0)
    assert all(dirty["pre"][kind] + dirty["post"][kind] > 0 for kind in dirty[wave])
    assert dirty["post_only_people"] == len(returned(DEMO, "post") - returned(DEMO, "pre")) > 0


@pytest.mark.parametrize("wave", WAVES)
def test_last_submission_is_the_true_one(everyone, wave):
    sheet = read_wave(DEMO, wave).query("person not in ('', 'TEST')")
    true = read_wave(everyone, wave).set_index("person")
    twice = sheet[sheet["person"].duplicated(keep=False)].sort_values("RecordedDate")
    items = outcome_items(DEMO)["item"]
    first, last = (twice.drop_duplicates("person", keep=keep).set_index("person") for keep in ("first", "last"))
    assert last[items].equals(true.loc[last.index, items])
    assert (first[items] != true.loc[first.index, items]).any(axis=1).all()
    assert (first["RecordedDate"].sort_index() < last["RecordedDate"].sort_index()).all()
    assert (first["StartDate"].sort_index() > last["StartDate"].sort_index()).any()  # the order of rows misleads


@pytest.mark.parametrize("study", ["everyone", "demo"])
def test_changes_and_differences_can_be_worked_out_again(everyone, study):
    folder = everyone if study == "everyone" else DEMO
    people = long_changes(everyone)
    at_baseline = people[people.index.isin(returned(folder, "pre") & set(people.index))]
    groups = at_baseline.groupby(["cohort", "arm", "role", "scale"])["change"].agg(["size", "mean"])
    truth = read_truth(folder)
    changes = pd.DataFrame(truth["changes"]).set_index(groups.index.names).sort_index()
    assert changes["n_baseline"].equals(groups["size"].rename("n_baseline"))
    np.testing.assert_allclose(changes["mean_change"], groups["mean"], atol=1e-6)

    means = groups.pivot_table(index=["cohort", "role", "scale"], columns="arm", values="mean")
    differences = pd.DataFrame(truth["differences"]).set_index(means.index.names).sort_index()
    np.testing.assert_allclose(differences["difference"], means["programme"] - means["waitlist"], atol=2e-6)


@pytest.mark.slow
def test_population_values_are_those_drawn(large):
    people = long_changes(large)
    for row in read_truth(large)["population"]["scales"]:
        group = people[(people["scale"] == row["scale"]) & (people["role"] == row["role"])]
        by_arm = group.groupby("arm")["change"]
        error = (by_arm.var() / by_arm.size()) ** 0.5
        for arm in ARMS.values():
            assert abs(by_arm.mean()[arm] - row[f"mean_change_{arm}"]) < 4 * error[arm], row
        d = (by_arm.mean()["programme"] - by_arm.mean()["waitlist"]) / group["pre"].std()
        rounding = 0.05 * row["d"]
        assert abs(d - row["d"]) < 4 * np.hypot(*error) / group["pre"].std() + rounding, row
        assert 0.15 <= row["d"] <= 0.45
        r = group["pre"].corr(group["post"])
        assert 0.60 <= r <= 0.75
        assert abs(r - row["r"]) < 0.08  # rounding takes some


@pytest.mark.parametrize("wave", WAVES)
def test_dyads_share_the_declared_part(large, wave):
    roster = read_csv(large / "roster.csv").assign(role=lambda rows: rows["role"].map(ROLES))
    both = scores(large, wave)
    for row in read_truth(large)["population"]["scales"]:
        if row["scale"] == "adaptability":  # asked of leaders only
            continue
        score = roster["code"].map(both[row["scale"]])
        dyads = roster.assign(score=score - score.groupby([roster["role"], roster["arm"]]).transform("mean"))
        wide = dyads.pivot_table(index="pair", columns="role", values="score")
        icc = wide["leader"].corr(wide["mentor"])
        assert 0.05 <= icc <= 0.20
        assert abs(icc - row["icc"]) < 4 / len(wide) ** 0.5


@pytest.mark.slow
def test_effects_average_to_the_population(tmp_path):
    found = []
    for seed in range(4):
        simulate_study(tmp_path, seed=seed, cohorts=(200, 200), dirt=False)
        found.append(pd.DataFrame(read_truth(tmp_path)["differences"]))
    means = pd.concat(found).groupby(["scale", "role"])["effect"].mean()
    for row in read_truth(tmp_path)["population"]["scales"]:
        assert means[row["scale"], row["role"]] == pytest.approx(row["effect"], rel=0.08)

    simulate_study(tmp_path, effect=0)
    truth = read_truth(tmp_path)
    assert all(row["effect"] == 0 for row in truth["differences"] + truth["population"]["scales"])


@pytest.mark.slow
@pytest.mark.parametrize("attrition", [0.15, 0.35])
def test_leaving_depends_on_baseline_engagement_only(tmp_path, large, attrition):
    simulate_study(tmp_path, seed=1, cohorts=(1000, 1000), attrition=attrition, dirt=False)
    people = long_changes(large).query("scale == 'engagement'")
    left = ~people.index.isin(read_wave(tmp_path, "post")["person"])
    assert left.mean() == pytest.approx(attrition, abs=0.02)
    assert people.loc[left, "pre"].mean() < people.loc[~left, "pre"].mean() - 0.3

    in_programme = people["arm"] == "programme"
    facts = [np.ones(len(people)), people["pre"], in_programme, people["role"] == "leader", left]
    X = np.column_stack(facts).astype(float)
    y = people["post"].to_numpy()
    coefficients, residual, *_ = np.linalg.lstsq(X, y)
    error = np.sqrt(residual[0] / (len(y) - X.shape[1]) * np.linalg.inv(X.T @ X)[-1, -1])
    assert abs(coefficients[-1]) < 4 * error  # given the baseline, leavers are like those who stay


@pytest.mark.parametrize("cohorts", [(2,), (3, 25)])
@pytest.mark.parametrize("dirt", [True, False])
def test_small_studies_can_be_simulated(tmp_path, cohorts, dirt):
    simulate_study(tmp_path, cohorts=cohorts, dirt=dirt)
    truth = read_truth(tmp_path)
    assert len({row["cohort"] for row in truth["changes"]}) == len(cohorts)
    assert len(read_people(tmp_path)) >= 2 * sum(cohorts) - 1
    for wave in WAVES:
        assert truth["dirt"][wave] == found_dirt(tmp_path, wave)


def test_simulated_study_is_replaced(tmp_path):
    simulate_study(tmp_path, seed=1, cohorts=(20,))
    old = (tmp_path / "pre.csv").read_bytes()
    simulate_study(tmp_path, seed=2, cohorts=(20,))
    assert (tmp_path / "pre.csv").read_bytes() != old


@pytest.mark.parametrize("name", ["notes.docx", "pre.csv"])  # a stranger's file; a real study with our file names
def test_other_folders_are_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text("precious")
    with pytest.raises(StudyError, match=r"did not write\.\n  Name a folder that is new or empty"):
        simulate_study(tmp_path)
    with pytest.raises(StudyError, match="is a file"):
        simulate_study(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"


@pytest.mark.parametrize("options", [{"cohorts": ()}, {"cohorts": (20, 1)}, {"attrition": 1}, {"attrition": -0.1}])
def test_impossible_options_are_refused(tmp_path, options):
    with pytest.raises(StudyError, match="Give "):
        simulate_study(tmp_path / "study", **options)
    assert not (tmp_path / "study").exists()
