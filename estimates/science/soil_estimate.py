"""What isotopes found in the soil of a plot, with intervals, beside its roots or alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from estimates.science.budget import VarianceShare, kind_of, variance_shares
from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData
from estimates.science.inputs import Options, Plot
from estimates.science.measured_cores import estimate_plot
from estimates.science.monte_carlo import (
    BLOCK_DRAWS,
    Outcome,
    Summary,
    draw_until_stable,
    random_stream,
)
from estimates.science.parameters import ParameterSet
from estimates.science.results import (
    Component,
    ComponentEstimate,
    Note,
    PlotEstimate,
    Quantity,
    Refusal,
)
from estimates.science.shared_inputs import SharedInputs
from estimates.science.soil_amounts import SoilAmounts
from estimates.science.soil_shares import FoundInSoil


@dataclass(frozen=True, kw_only=True)
class SoilLines:
    """The amount of all layers, of each and the limit, and how long they were drawn."""

    lines: tuple[ComponentEstimate, ...]
    draws: int
    is_converged: bool


def lines_of(
    found: FoundInSoil,
    plot: Plot,
    options: Options,
    *,
    component: Component,
    limit: Component,
    per_g_m2: float = 1.0,
) -> SoilLines:
    """Return the amount and the limit of all layers and of each, in g per m2 x per_g_m2."""
    amounts = found.amounts
    shared = SharedInputs(seed=options.seed, distributions=amounts.shared())
    generator = random_stream(options.seed, "soil", plot.key, component)

    def own() -> dict[str, Array]:
        return {
            name: generator.standard_normal((height, BLOCK_DRAWS))
            for name, height in amounts.heights.items()
        }

    def draw_block(number: int) -> Array:
        return per_g_m2 * _rows(amounts, own(), shared.block(number))

    outcome = draw_until_stable(
        draw_block, watched=1, digits=options.digits, maximum_draws=options.maximum_draws
    )
    total = ComponentEstimate(
        component=component,
        amount=outcome.summaries[0],
        budget=_budget(amounts, own(), shared.block(0)),
    )
    return SoilLines(
        lines=(
            total,
            *_layers(amounts, outcome, component),
            *_limits(amounts, limit, per_g_m2),
        ),
        draws=outcome.draws,
        is_converged=outcome.is_converged,
    )


def with_roots(
    plot: Plot,
    soil: SoilLines,
    notes: Sequence[Note],
    *,
    parameters: ParameterSet,
    options: Options,
) -> PlotEstimate:
    """Return the estimate of the roots of the plot with these lines; without roots the lines alone.

    A part both have is that drawn with the roots, so that parts add up. Roots that cannot be
    estimated refuse only root C and C input, and say why.
    """
    try:
        estimate = estimate_plot(plot, parameters=parameters, options=options)
    except NotEnoughData as error:
        estimate = _without_roots(plot, soil, error)
    return replace(
        estimate,
        components=_each_once((*estimate.components, *soil.lines)),
        notes=tuple(sorted({*estimate.notes, *notes})),
    )


def _rows(amounts: SoilAmounts, normals: dict[str, Array], shared: Mapping[str, Array]) -> Array:
    layers = amounts.draws(normals, shared)
    return np.vstack((layers.sum(axis=0), layers))


def _layers(
    amounts: SoilAmounts, outcome: Outcome, component: Component
) -> list[ComponentEstimate]:
    return [
        ComponentEstimate(
            component=component,
            amount=summary,
            upper_depth_cm=layer.upper_depth_cm,
            lower_depth_cm=layer.lower_depth_cm,
        )
        for layer, summary in zip(amounts.layers, outcome.summaries[1:], strict=True)
    ]


def _limits(amounts: SoilAmounts, component: Component, per_g_m2: float) -> list[ComponentEstimate]:
    layers = [
        ComponentEstimate(
            component=component,
            amount=_exactly(per_g_m2 * layer.share.limit * layer.stock_g_m2),
            upper_depth_cm=layer.upper_depth_cm,
            lower_depth_cm=layer.lower_depth_cm,
        )
        for layer in amounts.layers
    ]
    whole = _exactly(per_g_m2 * amounts.limit_g_m2)
    return [ComponentEstimate(component=component, amount=whole), *layers]


def _exactly(value: float) -> Summary:
    return Summary(mean=value, sd=0.0, median=value, lower=value, upper=value)


def _budget(
    amounts: SoilAmounts, own: Mapping[str, Array], block: Mapping[str, Array]
) -> tuple[VarianceShare, ...]:
    """Return the shares of the variance of the total that each kind of error explains alone."""
    still = {name: np.zeros(1) for name in block}
    calm = {name: np.repeat(rows, BLOCK_DRAWS, axis=1) for name, rows in amounts.nominal().items()}

    def variance(moving: Mapping[str, Array], shared: Mapping[str, Array]) -> float:
        normals = {name: rows.copy() for name, rows in {**calm, **moving}.items()}
        return float(amounts.draws(normals, shared).sum(axis=0).var())

    single = {name: variance({name: rows}, still) for name, rows in own.items()}
    for name, draws in block.items():
        kind = kind_of(name)
        single[kind] = single.get(kind, 0.0) + variance({}, {**still, name: draws})
    known = {name: value for name, value in single.items() if value > 0}
    return variance_shares(variance(own, block), known)


def _each_once(components: Sequence[ComponentEstimate]) -> tuple[ComponentEstimate, ...]:
    """Return the first of each component, with the shares of variance that another of it has."""
    known: dict[tuple[str, str, float | None], ComponentEstimate] = {}
    for line in components:
        first = known.setdefault((line.component, line.species, line.upper_depth_cm), line)
        if line.budget and not first.budget:
            known[line.component, line.species, line.upper_depth_cm] = replace(
                first, budget=line.budget
            )
    return tuple(known.values())


def _without_roots(plot: Plot, soil: SoilLines, error: NotEnoughData) -> PlotEstimate:
    quantities: tuple[Quantity, ...] = ("root_c_stock", "c_input")
    text = f"Root C and C input are not estimated; the soil is. {error}"
    return PlotEstimate(
        plot_key=plot.key,
        block=plot.block,
        treatment=plot.treatment,
        lower_depth_cm=max(line.lower_depth_cm or 0.0 for line in soil.lines),
        root_mass_g_m2=None,
        root_c_nominal_g_m2=None,
        c_input_nominal_g_m2=None,
        root_c_stock=None,
        c_input=None,
        layers=(),
        cores=(),
        cores_are_exchangeable=False,
        stock_budget=(),
        input_budget=(),
        shared_effects=(),
        notes=(Note(code="roots_not_estimated", message=text),),
        draws=soil.draws,
        is_converged=soil.is_converged,
        refused=tuple(
            Refusal(plot_key=plot.key, code=error.code, message=str(error), quantity=quantity)
            for quantity in quantities
        ),
    )
