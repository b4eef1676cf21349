"""
From pre/post surveys of a reverse-mentoring programme to findings.

>>> import rm_research as rm
>>> prepared = rm.prepare_study("data/demo")
>>> change = rm.estimate_change(prepared, scale="inclusion", role="leader")
>>> chart = rm.plot_change(prepared, scale="inclusion")

Every verb takes what `prepare_study` returned, and the same keywords: cohort, role, scale, wave and arm, one name or
several. The prefix of a verb tells what comes back.

What is in the study, and may it be used?
    monitor_study (Monitor): how far it has come while it runs, without a look at any answer.
    read_study, check_study, prepare_study: Study, Problems, Prepared.
    Prepared.where: some of the people. Prepared.long: a tidy frame for other libraries. Study.varied: other options.
    read_responses, link_waves, score_scales, build_panel: the steps of prepare_study one by one (Intake, Linkage).
How much did people change, and more than others?
    estimate_change, estimate_difference, estimate_programme (all cohorts together), estimate_waves (several later
    waves), estimate_hindsight (the start as people judged it later): Estimates.
    plot_change, plot_forest (cohort by cohort).
Does it depend on meetings, or on the partner?
    estimate_dose, plot_sessions, estimate_dyads.
Did pairs do what was planned, and what do both sides say of it?
    assess_fidelity, plot_fidelity.
Could the answer have been another?
    estimate_specifications (Specifications), assess_attrition (who left), assess_balance (the arms at the start).
Did the scales measure well, and what did people answer?
    assess_reliability, assess_invariance, plot_answers, plot_flow (who answered).
    browse: a plot, or any function of these keywords, below menus in a notebook.
What did people write?
    read_reflections, count_themes, assess_coding (how far coders agree).
What goes into an article?
    table_participants, table_change, table_difference, Estimates.to_table (PaperTable), Estimates.to_text,
    methods_text.
What may others see?
    disclose (Disclosed), build_findings (Findings), run_reports, write_clean.
What could a study ask and find?
    instruments (published scales, and an open set), write_questionnaire, plan_study (Plan), simulate_study (a whole
    study whose truth is known), simulate_answers (exports for a study that has none yet).
    lock_plan (LockedPlan): what a study declares, written down before its answers are known.

Whatever is wrong with a study, or with what was asked of it, is a StudyError that says what to do.
"""

from importlib import import_module
from inspect import isfunction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors; Python itself goes by the table
    from rm_research.article import methods_text as methods_text
    from rm_research.article import table_change as table_change
    from rm_research.article import table_difference as table_difference
    from rm_research.article import table_participants as table_participants
    from rm_research.browsing import browse as browse
    from rm_research.checks import Problems as Problems
    from rm_research.checks import check_study as check_study
    from rm_research.disclosure import Disclosed as Disclosed
    from rm_research.disclosure import disclose as disclose
    from rm_research.effects import Estimates as Estimates
    from rm_research.effects import Specifications as Specifications
    from rm_research.effects import assess_attrition as assess_attrition
    from rm_research.effects import assess_balance as assess_balance
    from rm_research.effects import assess_invariance as assess_invariance
    from rm_research.effects import assess_reliability as assess_reliability
    from rm_research.effects import estimate_change as estimate_change
    from rm_research.effects import estimate_difference as estimate_difference
    from rm_research.effects import estimate_dose as estimate_dose
    from rm_research.effects import estimate_dyads as estimate_dyads
    from rm_research.effects import estimate_hindsight as estimate_hindsight
    from rm_research.effects import estimate_specifications as estimate_specifications
    from rm_research.effects import estimate_waves as estimate_waves
    from rm_research.errors import StudyError as StudyError
    from rm_research.figures import plot_answers as plot_answers
    from rm_research.figures import plot_change as plot_change
    from rm_research.figures import plot_fidelity as plot_fidelity
    from rm_research.figures import plot_flow as plot_flow
    from rm_research.figures import plot_forest as plot_forest
    from rm_research.figures import plot_sessions as plot_sessions
    from rm_research.findings import Findings as Findings
    from rm_research.findings import build_findings as build_findings
    from rm_research.linkage import Linkage as Linkage
    from rm_research.linkage import link_waves as link_waves
    from rm_research.monitoring import Monitor as Monitor
    from rm_research.monitoring import monitor_study as monitor_study
    from rm_research.panel import Prepared as Prepared
    from rm_research.panel import build_panel as build_panel
    from rm_research.panel import prepare_study as prepare_study
    from rm_research.paper import PaperTable as PaperTable
    from rm_research.planning import Plan as Plan
    from rm_research.planning import lock_plan as lock_plan
    from rm_research.planning import plan_study as plan_study
    from rm_research.process import assess_fidelity as assess_fidelity
    from rm_research.questionnaires.writing import write_questionnaire as write_questionnaire
    from rm_research.reflections import assess_coding as assess_coding
    from rm_research.reflections import count_themes as count_themes
    from rm_research.reflections import read_reflections as read_reflections
    from rm_research.reporting.batch import run_reports as run_reports
    from rm_research.responses import Intake as Intake
    from rm_research.responses import read_responses as read_responses
    from rm_research.scales import score_scales as score_scales
    from rm_research.simulate import simulate_study as simulate_study
    from rm_research.simulate.filling import simulate_answers as simulate_answers
    from rm_research.study import LockedPlan as LockedPlan
    from rm_research.study import Study as Study
    from rm_research.study import read_study as read_study
    from rm_research.study.instruments import instruments as instruments
    from rm_research.synthesis import estimate_programme as estimate_programme
    from rm_research.writers.clean import write_clean as write_clean

# the module that a public name is imported from when it is first asked for
_HOMES = {
    "Disclosed": "rm_research.disclosure",
    "Estimates": "rm_research.effects",
    "Findings": "rm_research.findings",
    "Intake": "rm_research.responses",
    "Linkage": "rm_research.linkage",
    "LockedPlan": "rm_research.study",
    "Monitor": "rm_research.monitoring",
    "PaperTable": "rm_research.paper",
    "Plan": "rm_research.planning",
    "Prepared": "rm_research.panel",
    "Problems": "rm_research.checks",
    "Specifications": "rm_research.effects",
    "Study": "rm_research.study",
    "StudyError": "rm_research.errors",
    "assess_attrition": "rm_research.effects",
    "assess_balance": "rm_research.effects",
    "assess_coding": "rm_research.reflections",
    "assess_fidelity": "rm_research.process",
    "assess_invariance": "rm_research.effects",
    "assess_reliability": "rm_research.effects",
    "browse": "rm_research.browsing",
    "build_findings": "rm_research.findings",
    "build_panel": "rm_research.panel",
    "check_study": "rm_research.checks",
    "count_themes": "rm_research.reflections",
    "disclose": "rm_research.disclosure",
    "estimate_change": "rm_research.effects",
    "estimate_difference": "rm_research.effects",
    "estimate_dose": "rm_research.effects",
    "estimate_dyads": "rm_research.effects",
    "estimate_hindsight": "rm_research.effects",
    "estimate_programme": "rm_research.synthesis",
    "estimate_specifications": "rm_research.effects",
    "estimate_waves": "rm_research.effects",
    "instruments": "rm_research.study.instruments",
    "link_waves": "rm_research.linkage",
    "lock_plan": "rm_research.planning",
    "methods_text": "rm_research.article",
    "monitor_study": "rm_research.monitoring",
    "plan_study": "rm_research.planning",
    "plot_answers": "rm_research.figures",
    "plot_change": "rm_research.figures",
    "plot_fidelity": "rm_research.figures",
    "plot_flow": "rm_research.figures",
    "plot_forest": "rm_research.figures",
    "plot_sessions": "rm_research.figures",
    "prepare_study": "rm_research.panel",
    "read_reflections": "rm_research.reflections",
    "read_responses": "rm_research.responses",
    "read_study": "rm_research.study",
    "run_reports": "rm_research.reporting.batch",
    "score_scales": "rm_research.scales",
    "simulate_answers": "rm_research.simulate.filling",
    "simulate_study": "rm_research.simulate",
    "table_change": "rm_research.article",
    "table_difference": "rm_research.article",
    "table_participants": "rm_research.article",
    "write_clean": "rm_research.writers.clean",
    "write_questionnaire": "rm_research.questionnaires.writing",
}
__all__ = sorted(_HOMES)


def __dir__() -> list[str]:
    """Show the public names and nothing else."""
    return __all__


if not TYPE_CHECKING:  # else a type checker would take any misspelt name for one of ours

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first asked for: what draws and makes pages takes seconds to load."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value = _checked(name, value) if isfunction(value) else value
        return value

    def _checked(name: str, verb: Any) -> Any:
        """A verb that words what is wrong with its options, under its public name, by which others find it again."""
        from rm_research.study.given import with_known_options

        checked = with_known_options(verb)
        if checked is not verb:
            checked.__module__, checked.__qualname__ = __name__, name
        return checked
