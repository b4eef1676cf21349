"""What a dry run says that pages show and hide, by cohort and role."""

import io

import pandas as pd
import pytest
from rich.console import Console
from small_studies import TOML, Group, small_study

from rm_research.catalogue import lowered
from rm_research.claims import claims_of
from rm_research.cli.printing import print_frame
from rm_research.disclosure.numbers import study_numbers
from rm_research.panel import prepare_study
from rm_research.reporting.preview import preview

UNLABELLED = TOML.replace('label = "Mood"\n', "") + "[scales.inner_zeal]\n"
COMPARED = TOML + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,inner_zeal,1,5\n"
FEW = "hidden because fewer than 10 people answered before and after"


def results(folder) -> dict[tuple[str, str], str]:
    """What is said by cohort and role."""
    prepared = prepare_study(folder)
    table = preview(prepared, prepared.cohorts)
    assert list(table.columns) == ["Cohort", "Role", "People", "Main results"]
    return {(cohort, role): said for cohort, role, _, said in table.itertuples(index=False, name=None)}


@pytest.mark.slow
def test_an_outcome_without_a_label_is_named_as_on_its_page(tmp_path):
    folder = small_study(tmp_path / "study", Group(n=14), toml=UNLABELLED, files={"codebook.csv": CODEBOOK})
    for wave in ("pre.csv", "post.csv"):
        rows = pd.read_csv(folder / wave, dtype="str")
        rows.loc[4:, "m3"] = ""  # four people answer it, too few to be shown
        rows.to_csv(folder / wave, index=False)
    assert results(folder) == {("Spring", "People"): f"shown; Change, Programme, Inner zeal – {FEW}"}


@pytest.mark.slow
def test_a_role_is_shown_hidden_or_shown_together_with_the_other(tmp_path):
    groups = [Group("Large", 14, "leader"), Group("Large", 4, "mentor"), Group("Both", 6, "leader"),
              Group("Both", 6, "mentor")]  # fmt: skip
    assert results(small_study(tmp_path / "study", *groups)) == {
        ("Large", "Leaders"): "shown",
        ("Large", "Mentors"): "shown together with Both",
        ("Both", "Leaders"): "shown together with mentors",
        ("Both", "Mentors"): "shown together with leaders",
    }


@pytest.mark.slow
def test_nothing_stands_in_for_one_small_cohort(tmp_path):
    assert results(small_study(tmp_path / "study", Group("Large", 14), Group("Small", 7))) == {
        ("Large", "People"): "shown",
        ("Small", "People"): FEW,
    }


@pytest.mark.slow
def test_small_cohorts_are_named_with_those_they_are_shown_with(tmp_path):
    groups = [Group(name, 9) for name in ("One", "Two", "Three")]
    assert results(small_study(tmp_path / "study", *groups))["Two", "People"] == "shown together with One and Three"


@pytest.mark.slow
def test_a_small_comparison_hides_the_comparison_alone(tmp_path):
    groups = [Group(n=14, arm="programme"), Group(n=5, arm="waitlist")]
    said = results(small_study(tmp_path / "study", *groups, toml=COMPARED))["Spring", "People"]
    assert said == (
        f"shown; Change, Waitlist – {FEW}; Difference from comparison – {FEW}, in the programme or the comparison"
    )


@pytest.mark.slow
def test_every_reason_is_the_one_that_pages_give(demo):
    prepared = prepare_study(demo)
    claims = claims_of(study_numbers(prepared), prepared.study)
    said = {
        cohort: " ".join(rows) for cohort, rows in preview(prepared, prepared.cohorts).groupby("Cohort")["Main results"]
    }
    hidden = [row for row in claims.disclosed.headline_rows if row.reason == "hidden" and row.contrast == "change"]
    assert hidden
    for row in hidden:
        assert lowered(claims.reason(row).partition(": ")[2]).rstrip(".") in said[row.cohort]


def test_a_german_study_is_previewed_in_german(tmp_path):
    toml = TOML + '[reporting]\nlanguage = "de"\n'
    prepared = prepare_study(small_study(tmp_path / "study", Group(n=7), toml=toml))
    assert preview(prepared, ["Spring"]).to_dict("records") == [{
        "Kohorte": "Spring", "Rolle": "Personen", "Personen": "7",
        "Hauptergebnisse": "nicht gezeigt, Grund: vorher und nachher antworteten weniger als 10 Personen",
    }]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["C" * 80, "The cohort of those who began in spring, of whom most work in offices abroad, too"]
)
def test_long_names_are_printed_whole(name, tmp_path, monkeypatch):
    prepared = prepare_study(small_study(tmp_path / "study", Group(name, 14, "leader"), Group("Short", 14, "mentor")))
    printed = io.StringIO()
    monkeypatch.setattr("rm_research.cli.printing.out_console", Console(width=80, file=printed))
    print_frame(preview(prepared, prepared.cohorts), None)
    assert max(map(len, printed.getvalue().splitlines())) <= 80
    lines = [line.split("│")[1:-1] for line in printed.getvalue().splitlines() if line.startswith("│")]
    columns = ["".join(cell.strip() for cell in cells) for cells in zip(*lines, strict=True)]
    assert any(name.replace(" ", "") in column.replace(" ", "") for column in columns)
