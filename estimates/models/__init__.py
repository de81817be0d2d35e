"""The nouns of estimates: parameter sets, orders, runs, and what runs found."""

from __future__ import annotations

from estimates.models.parameters import ParameterSet
from estimates.models.results import (
    LEVELS,
    QUANTITIES,
    UNITS,
    EstimateFigure,
    EstimateInput,
    EstimateResult,
)
from estimates.models.runs import (
    ACTIVE_STATES,
    FINAL_STATES,
    HELD_STATES,
    MAX_ATTEMPTS,
    RUN_STATES,
    EstimateOrder,
    EstimateRun,
    EstimateRunQuerySet,
)

__all__ = [
    "ACTIVE_STATES",
    "FINAL_STATES",
    "HELD_STATES",
    "LEVELS",
    "MAX_ATTEMPTS",
    "QUANTITIES",
    "RUN_STATES",
    "UNITS",
    "EstimateFigure",
    "EstimateInput",
    "EstimateOrder",
    "EstimateResult",
    "EstimateRun",
    "EstimateRunQuerySet",
    "ParameterSet",
]
