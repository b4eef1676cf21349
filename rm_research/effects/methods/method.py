"""One method: everything that depends on the method of a row follows from its declaration."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rm_research.effects.groups import Compared, Group, people_share_clusters
from rm_research.effects.methods.vocabulary import Average, Heads, Missing, Need, Questionnaires
from rm_research.errors import StudyError
from rm_research.stats.result import Result
from rm_research.study import Study

Key = tuple[str, str, str]
Estimator = Callable[[Any, Study], Result]  # takes a Group, or Compared where a comparison is needed

OF_DESIGN: dict[Need, Callable[[Study], bool]] = {
    Need.LINKED: lambda study: study.link.method != "none",
    Need.UNLINKED: lambda study: study.link.method == "none",
    Need.COMPARISON: lambda study: study.comparison is not None,
    Need.NO_COMPARISON: lambda study: study.comparison is None,
    Need.LOT: lambda study: study.comparison is not None and study.design.assignment == "randomised",
    Need.HINDSIGHT: lambda study: any(wave.kind == "retrospective" for wave in study.waves),
}
# the estimating functions check the others: MEETINGS in the Panel, FEW_DF once the headline is computed
OF_PEOPLE: dict[Need, Callable[[Any, Study], bool]] = {
    Need.RETEST: lambda group, study: group.retest == group.retest,
    Need.LEAVERS: lambda people, study: bool(people.left.any()),
    Need.INDEPENDENT: lambda people, study: not people_share_clusters(people.clusters, study),
}

DIVISIONS = frozenset({
    Questionnaires.EACH_ARM, Questionnaires.EACH_ROLE, Questionnaires.EACH_LEVEL, Questionnaires.EACH_COHORT,
    Questionnaires.RETEST,
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Method:
    """
    One way to make an estimate.

    Attributes
    ----------
    contrast, measure, name : StrEnum
        As in the columns `contrast`, `measure` and `method` of Estimates. `name` is also the key of the label of the
        method and of its sentence in the appendix, `[method]` and `[methods]` in the catalogue.
    about : str
        What it is, for the table in docs/methods.md.
    groups : frozenset of Questionnaires or None
        Every group of questionnaires that it treats differently. None: not declared, and then its rows are never shown.
    needs : frozenset of Need
        Design, waves and people without which it has no row.
    heads : Heads or None
        When its rows are headlines, which alone count as confirmatory and share a family of adjusted p-values.
    additive : bool
        Whether its estimate comes from sums of scores, so that the difference of two such rows can be worked out.
    estimator : callable or None
        From a Group (change) or Compared (difference) and the study to a Result. None where the rows need more data
        and a function of their own makes them.
    missing : Missing or None
        How people without a score are treated. None: it is not in the specification curve.
    same_if_all_stay : bool
        Whether it equals the headline where nobody left.
    averaged : bool
        Whether the specification curve averages it over cohorts, which requires a standard error.
    average : Average or None
        For a method that averages over cohorts: what the average is about. Its rows are headlines only if the study
        declares that.
    explained : tuple of str
        Further sentences of the appendix that its rows call for.
    explained_by_unit : bool
        Whether its sentence depends on what was assigned: the key then ends in `_person` or `_cluster`.
    golden : tuple of str
        Files in tests/reference that it is compared with; empty where other software or a simulation is used instead.
    """

    contrast: StrEnum
    measure: StrEnum
    name: StrEnum
    about: str
    groups: frozenset[Questionnaires] | None = None
    needs: frozenset[Need] = frozenset()
    heads: Heads | None = None
    additive: bool = False
    estimator: Estimator | None = None
    missing: Missing | None = None
    same_if_all_stay: bool = False
    averaged: bool = True
    average: Average | None = None
    explained: tuple[str, ...] = ()
    explained_by_unit: bool = False
    golden: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Its contrast, measure and name, which together are unique."""
        return str(self.contrast), str(self.measure), str(self.name)

    def heads_in(self, study: Study, scale: str) -> bool | None:
        """
        Whether what the study declares makes it the main row; None where its method alone decides.

        The study declares what an average over cohorts is about, and how people came into the arms.
        """
        if not self.heads or self.average not in (None, study.reporting.average):
            return False if self.heads else None
        if self.heads not in (Heads.LOT_OR_MATCHED, Heads.SELF_SELECTED):
            return None if self.average is None else True
        chose = study.design.assignment == "self-selected" and study.scale(scale).picked is None
        return chose == (self.heads == Heads.SELF_SELECTED)

    @property
    def of_some_answers(self) -> bool:
        """Whether it depends on answers if there is a row of it: degrees of freedom are known of an estimate only."""
        return Need.FEW_DF in self.needs

    @property
    def unlinked(self) -> bool:
        """Whether it compares everyone who answered each wave, without knowing who is who."""
        return self.groups is not None and {Questionnaires.ALL_BEFORE, Questionnaires.ALL_AFTER} == self.groups

    @property
    def people(self) -> frozenset[Questionnaires]:
        """Whose questionnaires it uses, without the arms, roles or cohorts into which it divides them."""
        return (self.groups or frozenset()) - DIVISIONS

    @property
    def of_everyone_before(self) -> bool:
        """Whether it is about everyone with a score before, including people who left."""
        groups = self.groups or frozenset()
        return Questionnaires.ALL_BEFORE in groups and Questionnaires.ALL_AFTER not in groups

    @property
    def averages_rows(self) -> bool:
        """Whether it averages the rows of cohorts, and so rests on what these rest on and on nothing else."""
        return Questionnaires.EACH_COHORT in (self.groups or ()) and self.average != Average.PEOPLE

    @property
    def n_column(self) -> str:
        """Column of Estimates that says how many people a change is about."""
        return "n_post" if self.unlinked else "n_pre" if self.of_everyone_before else "n_pairs"

    def suits(self, study: Study) -> bool:
        """Whether the design of a study has what it needs."""
        return all(has(study) for need, has in OF_DESIGN.items() if need in self.needs)

    def suits_people(self, people: Group | Compared, study: Study) -> bool:
        """Whether a group, or two that are compared, has what it needs."""
        return all(has(people, study) for need, has in OF_PEOPLE.items() if need in self.needs)

    def estimate(self, people: Group | Compared, study: Study) -> Result:
        """
        Estimate a change of one group, or a difference of two.

        Raises
        ------
        NotEstimableError
            With the reason why there is nothing to estimate.
        StudyError
            When a function of its own makes the rows of the method.
        """
        if self.estimator is None:
            raise StudyError(f"The method {' '.join(self.key)!r} has no estimator of single groups.")
        return self.estimator(people, study)

    def explanations(self, clustered_by: str) -> tuple[str, ...]:
        """Keys of the sentences of the appendix that its rows call for."""
        name = str(self.name)
        if self.explained_by_unit:
            name += "_person" if clustered_by == "person" else "_cluster"
        return name, *self.explained
