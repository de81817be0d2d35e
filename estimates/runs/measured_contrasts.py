"""Differences between treatments that were measured, from the estimates of their plots."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estimates.models import EstimateRun, TreatmentContrast
from estimates.models.treatment_contrasts import CONTRASTED
from estimates.science.contrasts import ContrastEstimate, contrasts_of_plots
from estimates.science.errors import NotEnoughData
from estimates.science.results import PlotEstimate
from estimates.science.treatments import QUANTITIES
from sampling.models import Study, Treatment


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Differences, and why a study has none."""

    rows: Sequence[TreatmentContrast]
    without: Sequence[str]


def measured_contrasts(
    done: Sequence[EstimateRun], estimates: Mapping[uuid.UUID, PlotEstimate]
) -> Measured:
    """Return every treatment of each study minus its control, where it has exactly one."""
    by_study: dict[Study, list[EstimateRun]] = {}
    for run in done:
        if run.plot is not None and run.plot.treatment is not None:
            by_study.setdefault(run.plot.study, []).append(run)
    rows: list[TreatmentContrast] = []
    without: list[str] = []
    for study, runs in by_study.items():
        treatments = {run.plot.treatment for run in runs if run.plot and run.plot.treatment}
        controls = [treatment for treatment in treatments if treatment.is_control]
        if len(treatments) < 2:
            continue
        if len(controls) != 1:
            without.append(
                f"Study {study}: {len(controls)} of its treatments are controls, and a contrast "
                "needs exactly one to stand against. Mark the control on its treatment."
            )
            continue
        try:
            rows += _of_study([estimates[run.pk] for run in runs], controls[0], runs[0].method)
        except NotEnoughData as error:
            without.append(f"Study {study}: {error}")
    return Measured(rows=rows, without=without)


def _of_study(
    plots: Sequence[PlotEstimate], control: Treatment, method: str
) -> list[TreatmentContrast]:
    return [
        _row(found, quantity, method)
        for quantity in QUANTITIES
        for found in contrasts_of_plots(plots, baseline=str(control.pk), quantity=quantity)
    ]


def _row(found: ContrastEstimate, quantity: str, method: str) -> TreatmentContrast:
    freedom = found.degrees_of_freedom
    return TreatmentContrast(
        quantity=quantity,
        treatment_id=uuid.UUID(found.treatment),
        baseline_id=uuid.UUID(found.baseline),
        method=method,
        unit=CONTRASTED[quantity],
        mean=found.mean,
        baseline_mean=found.baseline_mean,
        standard_error=found.standard_error,
        shared_sd=found.shared_sd,
        sd=found.sd,
        degrees_of_freedom=freedom if math.isfinite(freedom) else None,
        lower=found.lower,
        upper=found.upper,
        variance_block=found.variance_block,
        variance_plot=found.variance_plot,
        variance_core=found.variance_core,
        blocks=found.blocks,
    )
