"""Linear mixed models by restricted maximum likelihood: nested and crossed groups, without n × n matrices."""

from rm_research.stats.mixed.inference import kenward_roger, satterthwaite
from rm_research.stats.mixed.ladder import Ladder, contrast_of, fit_by_ladder, mixed_contrast
from rm_research.stats.mixed.reml import Fit, fit_reml
from rm_research.stats.mixed.terms import Term
from rm_research.stats.mixed.two_waves import constrained_likelihood, likelihood_change
from rm_research.stats.mixed.waves import WaveModel, fit_waves

__all__ = [
    "Fit", "Ladder", "Term", "WaveModel", "constrained_likelihood", "contrast_of", "fit_by_ladder", "fit_reml",
    "fit_waves", "kenward_roger", "likelihood_change", "mixed_contrast", "satterthwaite",
]  # fmt: skip
