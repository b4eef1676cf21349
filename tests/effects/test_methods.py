"""The registry of methods: one declaration, from which everything else follows."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest
from small_studies import Group, small_study
from undrawn_findings import undrawn_findings

import rm_research as rm
from rm_research.catalogue import catalogue, languages
from rm_research.effects.groups import Group as People
from rm_research.effects.methods import METHODS, Contrast, Heads, Measure, Method, Need, Questionnaires
from rm_research.errors import StudyError
from rm_research.stats.result import OF_DESIGN, NotEstimableError, Reason, t_result

REFERENCE = Path(__file__).parents[1] / "reference"
LANGUAGES = languages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_has_its_words(language):
    words = catalogue(language)
    for method in METHODS:
        keys = [f"contrast.{method.contrast}", f"measure.{method.measure}", f"method.{method.name}"]
        keys += [f"methods.{key}" for unit in ("person", "dyad") for key in method.explanations(unit)]
        assert [key for key in keys if not words.has(key)] == [], method.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_sentence(language):
    assert [reason for reason in Reason if not catalogue(language).has(f"reason.{reason}")] == []


def test_a_reason_without_a_sentence_is_refused():
    with pytest.raises(ValueError, match="too_warm"):
        NotEstimableError("too_warm")


def test_golden_files_exist():
    named = {name for method in METHODS for name in method.golden}
    assert {name for name in named if not (REFERENCE / f"{name}.json").is_file()} == set()


def test_every_method_names_the_groups_it_treats_differently():
    assert [method.key for method in METHODS if not method.groups] == []


def test_methods_next_to_a_headline_that_tell_of_other_people():
    """Written out by hand: what is left between such a row and a headline is the answers of those who left."""
    in_any_case = {
        ("change", "mean", "mixed_model"), ("difference", "mean", "constrained_likelihood"),
        ("difference", "mean", "imputed"), ("difference", "mean", "instrument"), ("difference", "mean", "mixed_model"),
    }  # fmt: skip
    assert {method.key for method in METHODS.beside_headlines(of_both=False)} == in_any_case | {
        ("change", "mean", "paired_t"), ("change", "mean", "sign_flips"), ("change", "g_av", "bonett"),
        ("change", "d_rm", "paired_t"), ("difference", "mean", "change_score"),
        ("difference", "d_ppc2", "change_score"), ("role_difference", "mean", "paired_t"),
        ("interaction", "mean", "paired_t"), ("interaction", "mean", "likelihood"),
    }  # fmt: skip
    # next to changes of those who answered both times, it is those of everyone that tell of the others
    assert {method.key for method in METHODS.beside_headlines(of_both=True)} == in_any_case | {
        ("change", "mean", "jackknife"), ("change", "mean", "likelihood"), ("change", "mean", "imputed"),
        ("role_difference", "mean", "jackknife"), ("role_difference", "mean", "likelihood"),
        ("interaction", "mean", "jackknife"), ("interaction", "mean", "likelihood"),
    }  # fmt: skip


def test_headlines_are_means_and_one_of_them_in_each_design():
    heads = [method for method in METHODS if method.heads]
    assert {method.measure for method in heads} == {Measure.MEAN}
    assert {(method.contrast, method.name, method.heads) for method in heads} == {
        ("change", "jackknife", Heads.EVERYONE), ("change", "paired_t", Heads.BOTH), ("change", "welch", "always"),
        ("role_difference", "jackknife", Heads.EVERYONE), ("role_difference", "paired_t", Heads.BOTH),
        ("interaction", "jackknife", Heads.EVERYONE), ("interaction", "paired_t", Heads.BOTH),
        ("difference", "ancova", Heads.LOT_OR_MATCHED), ("difference", "change_score", Heads.SELF_SELECTED),
        ("interaction", "ancova", "always"), ("pooled_change", "people", "always"),
        ("pooled_change", "people_both", "always"), ("pooled_change", "welch", "always"),
        ("pooled_change", "reml_hk", "always"), ("pooled_difference", "ancova", Heads.LOT_OR_MATCHED),
        ("pooled_difference", "change_score", Heads.SELF_SELECTED), ("pooled_difference", "reml_hk", "always"),
    }  # fmt: skip


def test_an_average_over_cohorts_heads_only_where_it_is_declared():
    of_programme = [method for method in METHODS if method.contrast.startswith("pooled") and method.heads]
    assert {(str(method.average), str(method.name)) for method in of_programme} == {
        ("people", "people"), ("people", "people_both"), ("people", "welch"), ("people", "ancova"),
        ("people", "change_score"), ("cohorts", "reml_hk"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "column"),
    [("jackknife", "n_pre"), ("likelihood", "n_pre"), ("imputed", "n_pre"), ("paired_t", "n_pairs"),
     ("mixed_model", "n_pairs"),
     ("welch", "n_post"), ("unheard_of", "n_pairs")],
)  # fmt: skip
def test_how_many_people_a_change_is_about(name, column):
    assert METHODS.n_column("change", "mean", name) == column


def test_two_methods_of_one_key_are_refused():
    method = METHODS["change", "mean", "paired_t"]
    with pytest.raises(StudyError, match="change mean paired_t"):
        METHODS.register(method)
    assert METHODS["change", "mean", "paired_t"] is method


def test_a_method_that_a_verb_of_its_own_makes_has_no_estimator():
    with pytest.raises(StudyError, match="no estimator"):
        METHODS["change", "mean", "mixed_model"].estimate(None, None)


def test_reasons_of_design_do_not_tell_what_people_answered():
    assert set(OF_DESIGN) == {"not_asked_at_baseline", "no_comparison_here", "shared_comparison", "too_few_cohorts"}


class Toy(StrEnum):
    TRIMMED = "trimmed"


def trimmed(group: People, study) -> object:
    """Mean change without the largest and the smallest."""
    change = np.sort((group.post - group.pre)[group.paired])[1:-1]
    return t_result(change.mean(), change.std(ddof=1) / np.sqrt(len(change)), len(change) - 1, study.reporting.level)


TOY = Method(
    Contrast.CHANGE, Measure.MEAN, Toy.TRIMMED, "a toy", needs=frozenset({Need.LINKED}), estimator=trimmed,
)  # fmt: skip
DECLARED = replace(TOY, groups=frozenset({Questionnaires.CHANGED}))


@pytest.fixture
def toy_words(monkeypatch):
    texts = catalogue("en").texts
    monkeypatch.setitem(texts["method"], "trimmed", "toy of a method")
    monkeypatch.setitem(texts["methods"], "trimmed", "A toy leaves out two people.")


def run(folder: Path, out: Path) -> tuple[str, str]:
    """Page and estimates.csv of a study, made in this process."""
    findings = undrawn_findings(rm.prepare_study(folder))
    rows = findings.disclosed.table
    return findings.methods.html, rows[rows["method"].eq("trimmed")].to_csv(index=False)


@pytest.mark.usefixtures("toy_words")
class TestToyMethod:
    """What one entry in the registry and two texts do."""

    @pytest.fixture
    def folder(self, tmp_path):
        return small_study(tmp_path / "study", Group(n=24))

    def test_it_is_estimated(self, folder):
        prepared = rm.prepare_study(folder)
        with METHODS.having(DECLARED):
            table = rm.estimate_change(prepared.panel, study=prepared.study).table
        row = table[table["method"].eq("trimmed")]
        assert row[["contrast", "measure", "n_pairs"]].to_numpy().tolist() == [["change", "mean", 24]]
        panel = prepared.panel
        change = np.sort(panel["post"] - panel["pre"])[1:-1]
        assert row["estimate"].item() == pytest.approx(change.mean())
        assert "trimmed" not in set(rm.estimate_change(prepared.panel, study=prepared.study).table["method"])

    def test_it_is_shown_once_its_groups_are_declared(self, folder, tmp_path):
        with METHODS.having(DECLARED):
            page, rows = run(folder, tmp_path)
        assert "A toy leaves out two people." in page
        assert "toy of a method" in page
        assert "hidden" not in rows

    def test_it_is_hidden_until_its_groups_are_declared(self, folder, tmp_path):
        with METHODS.having(TOY):
            page, rows = run(folder, tmp_path)
        assert "A toy leaves out two people." not in page
        assert "toy of a method" in page
        assert rows.splitlines()[1].endswith(",hidden")
        assert rows.splitlines()[1].count(",,") > 3

    @pytest.mark.parametrize(
        "declared_anew",
        [{"additive": True}, {"groups": None}, {"averaged": False}, {"heads": Heads.ALWAYS},
         {"estimator": lambda group, study: trimmed(group, study)}],
        ids=["additive", "groups", "averaged", "heads", "estimator"],
    )  # fmt: skip
    def test_numbers_are_made_anew_for_whatever_is_declared_anew(self, declared_anew):
        with METHODS.having(DECLARED):
            before = METHODS.to_frame()
        with METHODS.having(replace(DECLARED, **declared_anew)):
            assert not METHODS.to_frame().equals(before)

    @pytest.mark.slow
    def test_a_page_made_without_it_is_not_taken_for_one_with_it(self, folder, tmp_path):
        assert "toy of a method" not in run(folder, tmp_path)[0]
        with METHODS.having(DECLARED):
            assert "toy of a method" in run(folder, tmp_path)[0]
