"""
From pre/post surveys of a reverse-mentoring programme to findings.

>>> import rm_research as rm
>>> study = rm.read_study("data/demo")
>>> prepared = rm.prepare_study(study)
>>> estimates = rm.estimate_change(prepared.panel, study=study)

The prefix of a verb tells what comes back: read_, prepare_, link_, score_, build_, estimate_, check_, plan_, plot_.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rm_research.checks import Problems, check_study
from rm_research.disclosure import Disclosed, disclose
from rm_research.effects import (
    Estimates,
    Specifications,
    assess_attrition,
    assess_invariance,
    assess_reliability,
    estimate_change,
    estimate_difference,
    estimate_dose,
    estimate_dyads,
    estimate_hindsight,
    estimate_specifications,
    estimate_waves,
)
from rm_research.errors import StudyError
from rm_research.figures import plot_answers, plot_change, plot_flow, plot_forest, plot_sessions
from rm_research.findings import Findings, build_findings
from rm_research.linkage import Linkage, link_waves
from rm_research.panel import Prepared, build_panel, prepare_study
from rm_research.planning import Plan, plan_study
from rm_research.responses import Intake, read_responses
from rm_research.scales import score_scales
from rm_research.simulate import simulate_study
from rm_research.study import Study, read_study
from rm_research.synthesis import estimate_programme

if TYPE_CHECKING:
    from rm_research.reporting.batch import run_reports
    from rm_research.writers.clean import write_clean

__all__ = [
    "Disclosed",
    "Estimates",
    "Findings",
    "Intake",
    "Linkage",
    "Plan",
    "Prepared",
    "Problems",
    "Specifications",
    "Study",
    "StudyError",
    "assess_attrition",
    "assess_invariance",
    "assess_reliability",
    "build_findings",
    "build_panel",
    "check_study",
    "disclose",
    "estimate_change",
    "estimate_difference",
    "estimate_dose",
    "estimate_dyads",
    "estimate_hindsight",
    "estimate_programme",
    "estimate_specifications",
    "estimate_waves",
    "link_waves",
    "plan_study",
    "plot_answers",
    "plot_change",
    "plot_flow",
    "plot_forest",
    "plot_sessions",
    "prepare_study",
    "read_responses",
    "read_study",
    "run_reports",
    "score_scales",
    "simulate_study",
    "write_clean",
]
LATE = {"run_reports": "rm_research.reporting.batch", "write_clean": "rm_research.writers.clean"}


def __getattr__(name: str) -> Any:
    """Import what makes pages when it is asked for: papermill and nbconvert take seconds a notebook need not wait."""
    if name in LATE:
        return getattr(import_module(LATE[name]), name)
    raise AttributeError(f"module 'rm_research' has no attribute {name!r}")
