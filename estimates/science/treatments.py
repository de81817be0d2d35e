"""Means of treatments over their plots and blocks, made from the estimates of the plots."""

from __future__ import annotations

import math
from collections.abc import Sequence

from estimates.science.errors import NotEnoughData
from estimates.science.hierarchy import (
    NestedMean,
    Observation,
    nested_mean,
    student_half_width,
)
from estimates.science.results import Note, PlotEstimate, Quantity, TreatmentEstimate

QUANTITIES: tuple[Quantity, ...] = ("root_c_stock", "c_input")


def treatment_means(plots: Sequence[PlotEstimate]) -> tuple[TreatmentEstimate, ...]:
    """Return the mean stock and input of every treatment that has two plots or more.

    Needs only the estimates of the plots, in any order, from any number of calls that shared
    seed, options and parameter set. Plots whose soil alone was estimated do not count.
    """
    by_treatment: dict[str, list[PlotEstimate]] = {}
    for plot in sorted(plots, key=lambda item: item.plot_key):
        if plot.treatment is not None and plot.has_roots:
            by_treatment.setdefault(plot.treatment, []).append(plot)
    return tuple(
        treatment_mean(members, quantity=quantity)
        for _, members in sorted(by_treatment.items())
        if len(members) > 1
        for quantity in QUANTITIES
    )


def treatment_mean(plots: Sequence[PlotEstimate], *, quantity: Quantity) -> TreatmentEstimate:
    """Return the mean of one quantity over the plots of one treatment.

    Where cores stand for equal ground the hierarchy is core in plot in block, else plot in
    block. Raises NotEnoughData for fewer than two plots.
    """
    if len(plots) < 2 or plots[0].treatment is None:
        raise NotEnoughData("The mean of a treatment needs two plots or more that name it.")
    observations = [item for plot in plots for item in observations_of(plot, quantity)]
    nested = nested_mean(observations)
    shared_sd = _shared_sd(plots, quantity)
    sd = math.hypot(nested.standard_error, shared_sd)
    freedom = _effective_freedom(nested, sd)
    half = student_half_width(sd, freedom)
    blocks = {plot.block for plot in plots}
    return TreatmentEstimate(
        treatment=plots[0].treatment,
        quantity=quantity,
        mean=nested.mean,
        standard_error=nested.standard_error,
        shared_sd=shared_sd,
        sd=sd,
        degrees_of_freedom=freedom,
        lower=max(nested.mean - half, 0.0),
        upper=nested.mean + half,
        blocks=len(blocks),
        plots=len(plots),
        cores=sum(len(plot.cores) for plot in plots),
        variance_block=nested.variance_block,
        variance_plot=nested.variance_plot,
        variance_core=nested.variance_core,
        notes=_notes(blocks),
    )


def observations_of(plot: PlotEstimate, quantity: Quantity) -> list[Observation]:
    """Return the cores of the plot, scaled so that their mean is the estimate of the plot.

    Raises NotEnoughData for a plot whose roots were not estimated.
    """
    summary = plot.root_c_stock if quantity == "root_c_stock" else plot.c_input
    if summary is None:
        raise NotEnoughData(f"The roots of plot {plot.plot_key} were not estimated.")
    estimate = summary.mean
    nominal = plot.root_c_nominal_g_m2 or 0.0
    if not (plot.cores_are_exchangeable and nominal > 0):
        return [Observation(value=estimate, plot=plot.plot_key, block=plot.block)]
    scale = estimate / nominal
    return [
        Observation(value=core.root_c_g_m2 * scale, plot=plot.plot_key, block=plot.block)
        for core in plot.cores
    ]


def _shared_sd(plots: Sequence[PlotEstimate], quantity: Quantity) -> float:
    """Return the sd that shared inputs give the mean; they move all plots together."""
    sums: dict[str, float] = {}
    for plot in plots:
        for effect in plot.shared_effects:
            stock = quantity == "root_c_stock"
            sd = effect.root_c_stock_sd if stock else effect.c_input_sd
            sums[effect.input] = sums.get(effect.input, 0.0) + sd
    return math.hypot(*(total / len(plots) for total in sums.values()))


def _effective_freedom(nested: NestedMean, sd: float) -> float:
    """Return Welch and Satterthwaite's degrees of freedom; shared inputs count as well known."""
    if nested.standard_error == 0:
        return math.inf
    return nested.degrees_of_freedom * (sd / nested.standard_error) ** 4


def _notes(blocks: set[str | None]) -> tuple[Note, ...]:
    if len(blocks) > 1:
        return ()
    text = "One block only: differences between blocks are not in the interval."
    return (Note(code="single_block", message=text),)
