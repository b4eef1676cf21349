"""Who took part, counted by cohort and over all: against a study of which everything is known."""

import numpy as np
import pandas as pd
import pytest
from small_studies import COLUMNS, TOML, Group, as_csv, small_study

from rm_research.disclosure.participation import participation
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study

CODES = ["".join(row) for row in np.random.default_rng(1).choice(list("abcdefghijklmnoprstuvwz"), (22, 8))]
SPRING, AUTUMN, WINTER = CODES[:12], CODES[12:20], CODES[20:]
MISTYPED = SPRING[0][:7] + "?"
LINKED = TOML + '[roster]\nfile = "roster.csv"\n[link]\nmethod = "code"\n'


def rows(codes, cohort, when, answer=3) -> list[list[object]]:
    return [[code, cohort, "", "", "", when, answer, 4, 2] for code in codes]


def study_folder(folder, toml):
    """
    Two cohorts, and a third whose data are wrong as one of its codes came in twice.

    In spring one of twelve left, one mistyped the code, two gave none, and a person came who takes part in autumn too.
    Of ten who were invited in spring nine came.
    """
    before = [
        *rows([*SPRING, "", ""], "Spring", "2025-03-03"),
        *rows([*AUTUMN, SPRING[5], ""], "Autumn", "2025-10-06"),
        *rows(WINTER, "Winter", "2024-01-08"),
    ]
    after = [
        *rows([MISTYPED, *SPRING[1:11]], "Spring", "2025-09-08", 4),
        *rows([*AUTUMN, SPRING[5]], "Autumn", "2026-02-02", 4),
        *rows([*WINTER, WINTER[0]], "Winter", "2024-06-03", 4),
    ]
    roster = [*([code, "Spring"] for code in [*SPRING[:9], "elsewhere"]), [AUTUMN[0], "Autumn"]]
    files = {
        "pre.csv": as_csv(COLUMNS, before), "post.csv": as_csv(COLUMNS, after),
        "roster.csv": as_csv(("code", "cohort"), roster),
    }  # fmt: skip
    return small_study(folder, toml=toml, files=files)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("participation") / "study"
    return prepare_study(study_folder(folder, LINKED + 'within = "study"\n'))


@pytest.fixture(scope="module")
def tables(prepared) -> dict[str, pd.DataFrame]:
    return participation(prepared)


@pytest.fixture(scope="module")
def counts(tables) -> pd.DataFrame:
    return tables["cohorts"].set_index("cohort")


def of(counts, name) -> list[object]:
    """One count for spring, autumn and all cohorts."""
    return [counts.loc[cohort, name] for cohort in ("Spring", "Autumn", ALL_COHORTS)]


def test_there_is_a_row_for_each_cohort_and_one_for_all_at_the_end(counts):
    assert counts.index.tolist() == ["Winter", "Spring", "Autumn", ALL_COHORTS]


def test_a_cohort_with_an_error_is_named_and_counts_in_no_sum(counts):
    assert counts["failed"].to_dict() == {"Autumn": False, "Spring": False, "Winter": True, ALL_COHORTS: False}
    assert counts.loc[ALL_COHORTS, "first"] == "2025-03"


def test_those_invited_are_on_the_roster_whether_they_came_or_not(counts):
    assert of(counts, "invited") == [10, 1, 11]
    assert of(counts, "came") == [9, 1, 10]


def test_those_who_only_came_later_did_not_come_before(tmp_path):
    roster = as_csv(("code", "cohort"), [[f"P0-{n}", "Spring"] for n in range(12)])
    toml = TOML + '[roster]\nfile = "roster.csv"\n'
    folder = small_study(tmp_path / "study", Group(n=12, late=4), toml=toml, files={"roster.csv": roster})
    counts = participation(prepare_study(folder))["cohorts"]
    assert counts["invited"].tolist() == [12, 12]
    assert counts["came"].tolist() == [8, 8]


def test_without_a_roster_nobody_knows_who_was_invited(tmp_path):
    counts = participation(prepare_study(small_study(tmp_path / "study", Group(n=12))))["cohorts"]
    assert counts[["invited", "came"]].isna().all(axis=None)


def test_questionnaires_without_a_code_are_counted(counts):
    assert of(counts, "without_code") == [2, 1, 3]


def test_links_are_of_those_who_answered_before_and_at_the_last_wave(counts):
    assert of(counts, "linked_exact") == [10, 9, 19]
    assert of(counts, "linked_near") == [1, 0, 1]


def test_wrong_links_are_what_the_probabilities_of_later_ones_leave_to_expect(prepared, counts):
    later = prepared.links[prepared.links["wave"] == "post"]
    spring, autumn, both = of(counts, "linked_wrong")
    assert spring + autumn == pytest.approx(both, rel=1e-9)
    mistyped = later.loc[later["how"] == "near", "probability"].item()
    assert 0 < 1 - mistyped <= spring == pytest.approx(1 - mistyped, abs=1e-6)


@pytest.mark.parametrize("method", ["exact", "none"])
def test_without_comparing_codes_there_are_no_links(tmp_path, method):
    folder = small_study(tmp_path / "study", Group(n=12), toml=TOML + f'[link]\nmethod = "{method}"\n')
    counts = participation(prepare_study(folder))["cohorts"]
    assert counts[["linked_exact", "linked_near", "linked_wrong"]].isna().all(axis=None)


def test_a_person_of_two_cohorts_is_one_repeat_in_each_and_one_over_all(counts):
    assert of(counts, "repeats") == [1, 1, 1]
    *cohorts, everyone = of(counts, "persons")
    assert sum(cohorts) == everyone + 1


def test_where_people_are_told_apart_by_cohort_nobody_repeats(tmp_path):
    prepared = prepare_study(study_folder(tmp_path / "study", LINKED + 'within = "cohort"\n'))
    counts = participation(prepared)["cohorts"]
    assert (counts["repeats"] == 0).all()


def test_months_are_those_in_which_questionnaires_came_in(counts):
    assert of(counts, "first") == ["2025-03", "2025-10", "2025-03"]
    assert of(counts, "last") == ["2025-09", "2026-02", "2026-02"]


def test_where_no_export_says_when_there_are_no_months(tmp_path):
    folder = small_study(tmp_path / "study", Group(n=12), toml=TOML.replace('submitted = "when"\n', ""))
    assert participation(prepare_study(folder))["cohorts"][["first", "last"]].isna().all(axis=None)


def test_responses_are_of_all_cohorts_first_and_of_each_without_errors(tables):
    response = tables["response"]
    assert response.columns[0] == "cohort"
    assert response["cohort"].tolist() == [ALL_COHORTS, "Spring", "Autumn"]
    assert response["before"].tolist() == [24, 14, 10]
    assert response["both post"].tolist() == [20, 11, 9]


def test_meetings_are_there_where_there_is_a_log(tmp_path, tables):
    assert tables["meetings"].empty
    met = as_csv(("pair", "date", "minutes"), [["D0-0", "2025-05-05", 30], ["D0-0", "2025-06-05", 60]])
    toml = TOML + '[sessions]\nfile = "sessions.csv"\n'
    groups = [Group(n=12, role=role) for role in ("leader", "mentor")]
    folder = small_study(tmp_path / "study", *groups, toml=toml, files={"sessions.csv": met})
    for wave in ("pre.csv", "post.csv"):
        (folder / wave).write_text((folder / wave).read_text().replace(",D1-", ",D0-"))
    meetings = participation(prepare_study(folder))["meetings"]
    assert meetings[["cohort", "met", "meetings", "hours"]].to_numpy().tolist() == [["Spring", 1, 2, 1.5]]
