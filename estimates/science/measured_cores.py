"""The method measured cores: root C stock and C input from washed roots of soil cores.

For each plot: washed mass to clean root or to C (`cleaning`), to area (`geometry`), over the
depth layers of its cores (`profiles`), over the ground each core stands for (`positions`), to
the depth asked for (`depth`), and from stock to yearly input (`turnover`). All of it is drawn
at once in blocks (`monte_carlo`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from estimates.science.budget import VarianceShare, kind_of, variance_shares
from estimates.science.distributions import Array
from estimates.science.errors import NotEnoughData, ScienceError
from estimates.science.geometry import CM2_PER_M2
from estimates.science.inputs import Options, Plot, RootMass
from estimates.science.monte_carlo import (
    BLOCK_DRAWS,
    Outcome,
    draw_until_stable,
    random_stream,
)
from estimates.science.parameters import ParameterSet
from estimates.science.plot_draws import FIRST_LAYER, INPUT, STOCK
from estimates.science.plot_model import PlotModel, plot_model
from estimates.science.results import (
    CampaignEstimate,
    ComponentEstimate,
    LayerEstimate,
    PlotEstimate,
    Refusal,
    SharedEffect,
)
from estimates.science.root_rows import density_per_mass
from estimates.science.shared_inputs import ASH_OF_ROOT, ASH_OF_SOIL
from estimates.science.soil_by_carbon import CLEAN_ROOT_CARBON
from estimates.science.treatments import treatment_means

METHOD = "measured_cores"
BY_ROW = (ASH_OF_ROOT, ASH_OF_SOIL, CLEAN_ROOT_CARBON)
"""Shared inputs that meet every root fraction; the others meet only sums of them."""
WATCHED = 2  # stock and input decide when the draws are enough


def washed_mass_g_m2(root: RootMass) -> float:
    """Return the washed mass of one root fraction in g per m2 of ground, as recorded.

    Nothing is cleaned or drawn. Raises NotEnoughData when no mass was recorded, or only a limit.
    """
    recorded = root.washed_mass_g if root.mass_density_mg_cm3 is None else root.mass_density_mg_cm3
    if recorded is None:
        raise NotEnoughData(
            f"No mass was recorded at {root.upper_depth_cm:g}-{root.lower_depth_cm:g} cm."
        )
    return recorded * density_per_mass(root) * root.thickness_cm * CM2_PER_M2


def estimate_campaign(
    plots: Sequence[Plot], *, parameters: ParameterSet, options: Options
) -> CampaignEstimate:
    """Return the estimates of all plots, and of their treatments.

    A plot that cannot be estimated is refused by name and stops no other. Any split of the
    plots over several calls gives each plot the same numbers.
    """
    estimates: list[PlotEstimate] = []
    refused: list[Refusal] = []
    for plot in plots:
        try:
            estimates.append(estimate_plot(plot, parameters=parameters, options=options))
        except ScienceError as error:
            refused.append(Refusal(plot_key=plot.key, code=error.code, message=str(error)))
    return CampaignEstimate(
        plots=tuple(estimates),
        refused=tuple(refused),
        treatments=treatment_means(estimates),
    )


def estimate_plot(plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotEstimate:
    """Return root C stock and C input of one plot with their intervals.

    Raises a ScienceError that says what is missing or contradicts itself.
    """
    model = plot_model(plot, parameters=parameters, options=options)
    generator = random_stream(options.seed, "plot", plot.key)
    normals = np.empty((model.draws.width, BLOCK_DRAWS))
    first = generator.standard_normal((model.draws.width, BLOCK_DRAWS))

    def draw_block(number: int) -> Array:
        if number == 0:
            np.copyto(normals, first)
        else:
            generator.standard_normal(out=normals)
        return model.draws.outputs(normals, model.shared.block(number))

    outcome = draw_until_stable(
        draw_block, watched=WATCHED, digits=options.digits, maximum_draws=options.maximum_draws
    )
    return _estimate(plot, model, outcome, first)


def _estimate(plot: Plot, model: PlotModel, outcome: Outcome, first: Array) -> PlotEstimate:
    total = _two_rows(model, first.copy(), model.shared.block(0)).var(axis=1)
    effects = _shared_effects(model)
    single = {name: _sds(rows) ** 2 for name, rows in _own_effects(model, first).items()}
    for item in effects:
        kind, variance = kind_of(item.input), np.array([item.root_c_stock_sd, item.c_input_sd]) ** 2
        single[kind] = single.get(kind, np.zeros(2)) + variance
    nominal = _two_rows(
        model, model.draws.nominal(), model.draws.nominal_shared(model.shared.means())
    )[:, 0]
    return PlotEstimate(
        plot_key=plot.key,
        block=plot.block,
        treatment=plot.treatment,
        lower_depth_cm=_layers(model, outcome)[-1].lower_depth_cm,
        root_mass_g_m2=model.root_mass_g_m2,
        root_c_nominal_g_m2=float(nominal[STOCK]),
        c_input_nominal_g_m2=float(nominal[INPUT]),
        root_c_stock=outcome.summaries[STOCK],
        c_input=outcome.summaries[INPUT],
        layers=_layers(model, outcome),
        cores=model.cores,
        cores_are_exchangeable=model.cores_are_exchangeable,
        stock_budget=_budget(total, single, STOCK),
        input_budget=_budget(total, single, INPUT),
        shared_effects=effects,
        notes=model.notes,
        draws=outcome.draws,
        is_converged=outcome.is_converged,
        components=_components(model, outcome),
    )


def _two_rows(model: PlotModel, normals: Array, shared: Mapping[str, Array]) -> Array:
    return model.draws.outputs(normals, shared)[:FIRST_LAYER]


def _own_effects(model: PlotModel, first: Array) -> dict[str, Array]:
    """Return the draws when one group of the plot's own inputs varies and all else is still."""
    shared = model.draws.nominal_shared(model.shared.means())
    effects = {}
    for name, group in model.draws.groups.items():
        if group.stop > group.start:
            normals = np.repeat(model.draws.nominal(), BLOCK_DRAWS, axis=1)
            normals[group] = first[group]
            effects[name] = _two_rows(model, normals, shared)
    return effects


def _shared_effects(model: PlotModel) -> tuple[SharedEffect, ...]:
    """Return what one standard deviation of each shared input does, all else still."""
    means = model.draws.nominal_shared(model.shared.means())
    block = model.shared.block(0)
    effects = []
    for name in model.shared.uncertain():
        width = BLOCK_DRAWS if name in BY_ROW else 1
        normals = np.repeat(model.draws.nominal(), width, axis=1)
        rows = _two_rows(model, normals, {**means, name: block[name]})
        stock_sd, input_sd = (_sds(rows) * _directions(rows, block[name])).tolist()
        effects.append(SharedEffect(input=name, root_c_stock_sd=stock_sd, c_input_sd=input_sd))
    return tuple(effects)


def _sds(rows: Array) -> Array:
    """Return the standard deviation of each row; that of equal numbers is 0, not 1e-17."""
    sds: Array = np.where(np.ptp(rows, axis=1) > 0, rows.std(axis=1), 0.0)
    return sds


def _directions(rows: Array, draws: Array) -> Array:
    """Return 1 for each row that rises with the draws of an input, -1 for one that falls."""
    directions: Array = np.sign(((rows - rows.mean(axis=1, keepdims=True)) * draws).sum(axis=1))
    return directions


def _budget(total: Array, single: Mapping[str, Array], quantity: int) -> tuple[VarianceShare, ...]:
    variances = {name: float(variance[quantity]) for name, variance in single.items()}
    return variance_shares(
        float(total[quantity]), {name: value for name, value in variances.items() if value > 0}
    )


def _components(model: PlotModel, outcome: Outcome) -> tuple[ComponentEstimate, ...]:
    keys = model.draws.components
    rows = outcome.summaries[-len(keys) :]
    return tuple(
        ComponentEstimate(component=component, species=species, amount=summary)
        for (component, species), summary in zip(keys, rows, strict=True)
    )


def _layers(model: PlotModel, outcome: Outcome) -> tuple[LayerEstimate, ...]:
    measured = len(model.grid.intervals)
    summaries = outcome.summaries[FIRST_LAYER:]
    layers = [
        LayerEstimate(upper_depth_cm=upper, lower_depth_cm=lower, root_c=summary)
        for (upper, lower), summary in zip(model.grid.intervals, summaries, strict=False)
    ]
    if model.missing is not None:
        below = LayerEstimate(
            upper_depth_cm=model.missing.measured_to_cm,
            lower_depth_cm=model.missing.lower_depth_cm,
            root_c=summaries[measured],
            is_extrapolated=True,
        )
        layers.append(below)
    return tuple(layers)
