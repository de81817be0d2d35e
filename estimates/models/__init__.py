"""The nouns of estimates: parameter sets, orders, runs and results, scenarios and contrasts."""

from __future__ import annotations

from estimates.models.claimed import (
    ACTIVE_STATES,
    FINAL_STATES,
    HELD_STATES,
    MAX_ATTEMPTS,
    RUN_STATES,
    ClaimedRun,
)
from estimates.models.contrast_results import (
    CONTRAST_KINDS,
    CONTRAST_QUANTITIES,
    CONTRAST_UNITS,
    ContrastFigure,
    ContrastInput,
    ContrastResult,
)
from estimates.models.parameters import ParameterSet
from estimates.models.results import (
    LEVELS,
    QUANTITIES,
    SPREAD_LEVELS,
    UNITS,
    EstimateFigure,
    EstimateInput,
    EstimateResult,
)
from estimates.models.runs import ENSEMBLE, EstimateOrder, EstimateRun, EstimateRunQuerySet
from estimates.models.scenarios import INTERVENTIONS, Contrast, ContrastRun, Scenario
from estimates.models.treatment_contrasts import TreatmentContrast

__all__ = [
    "ACTIVE_STATES",
    "CONTRAST_KINDS",
    "CONTRAST_QUANTITIES",
    "CONTRAST_UNITS",
    "ENSEMBLE",
    "FINAL_STATES",
    "HELD_STATES",
    "INTERVENTIONS",
    "LEVELS",
    "MAX_ATTEMPTS",
    "QUANTITIES",
    "RUN_STATES",
    "SPREAD_LEVELS",
    "UNITS",
    "ClaimedRun",
    "Contrast",
    "ContrastFigure",
    "ContrastInput",
    "ContrastResult",
    "ContrastRun",
    "EstimateFigure",
    "EstimateInput",
    "EstimateOrder",
    "EstimateResult",
    "EstimateRun",
    "EstimateRunQuerySet",
    "ParameterSet",
    "Scenario",
    "TreatmentContrast",
]
