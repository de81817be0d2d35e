"""The run that sums up an order: means of treatments and the intervals of all plots side by side.

It is made last, by whichever worker finishes the last plot.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from estimates.assembly import Lineage
from estimates.models import ENSEMBLE, EstimateFigure, EstimateRun
from estimates.plots import Interval, draw_intervals
from estimates.runs.claims import Claim
from estimates.runs.findings import Findings, plot_estimate, treatment_results
from estimates.runs.measured_contrasts import measured_contrasts
from estimates.runs.methods import source_line
from estimates.science.errors import NotEnoughData
from estimates.science.results import PlotEstimate
from estimates.science.treatments import treatment_means
from sampling.rules.canonical_json import canonical_sha256

RUN_KIND = "estimate_run"


def followers_of(run: EstimateRun) -> list[uuid.UUID]:
    """Return the runs that may sum up now that this one is finished."""
    sums_up = Q(is_summary=True)
    if run.plot_id is not None:
        sums_up |= Q(plot=run.plot_id, method=ENSEMBLE)
    waiting = EstimateRun.objects.ready().filter(sums_up, order=run.order_id, state="queued")
    return list(waiting.order_by("is_summary", "pk").values_list("pk", flat=True))


def summarise(claim: Claim[EstimateRun]) -> Findings:
    """Return means and contrasts of treatments; plots that failed are named and left out.

    Where every plot failed there is nothing to sum up, and that is a failure too.
    """
    plot_runs = list(
        EstimateRun.objects.filter(order=claim.run.order_id, method=claim.run.method)
        .of_plots()
        .newest()
        .select_related("plot__treatment", "plot__study")
        .order_by("plot__study__code", "plot__treatment__code", "plot__code", "pk")
    )
    lineage = [Lineage(RUN_KIND, run.pk, run.generation) for run in plot_runs]
    done = [run for run in plot_runs if run.state == "succeeded"]
    blank = Findings(
        input_sha256=canonical_sha256([[str(item.record), item.revision] for item in lineage]),
        lineage=lineage,
        details={"plots": len(done), "left_out": _left_out(plot_runs)},
    )
    if not done:
        reason = f"None of {len(plot_runs)} plots has an estimate; the run of each says why."
        return replace(blank, failure_code=NotEnoughData.code, failure_reason=reason)
    estimates = {run.pk: plot_estimate(run.details["estimate"]) for run in done}
    means = treatment_means(list(estimates.values()))
    measured = measured_contrasts(done, estimates)
    title = f"{claim.run.order.campaign} by {claim.run.method.replace('_', ' ')}"
    return replace(
        blank,
        results=treatment_results(means, method=claim.run.method),
        figures=_figures(done, estimates, title, source_line([claim.run]))
        if any(estimate.has_roots for estimate in estimates.values())
        else (),
        contrasts=measured.rows,
        details={**blank.details, "without_contrast": list(measured.without)},
    )


def _left_out(plot_runs: Sequence[EstimateRun]) -> list[dict[str, str]]:
    return [
        {"plot": str(run.plot_id), "code": run.failure_code, "reason": run.failure_reason}
        for run in plot_runs
        if run.state != "succeeded"
    ]


def _figures(
    done: Sequence[EstimateRun],
    estimates: dict[uuid.UUID, PlotEstimate],
    title: str,
    source: str,
) -> list[EstimateFigure]:
    stocks, inputs = (
        [
            Interval(
                label=str(run.plot),
                group=str(run.plot.treatment) if run.plot and run.plot.treatment else "",
                summary=getattr(estimates[run.pk], quantity),
            )
            for run in done
            if estimates[run.pk].has_roots
        ]
        for quantity in ("root_c_stock", "c_input")
    )
    svg = draw_intervals(stocks, inputs, title=title, source=source)
    return [EstimateFigure(name="intervals", title=title, svg=svg)]
