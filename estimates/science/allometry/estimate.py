"""One plot under one yield method: its root C and C input drawn with their intervals.

Coefficients of a crop are drawn once per batch, so that every plot of the crop is wrong the same
way; the yield belongs to its plot, the same under every method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from estimates.science.allometry.harvest_model import HarvestModel, Values, harvest_model
from estimates.science.budget import VarianceShare, variance_shares
from estimates.science.distributions import Array
from estimates.science.inputs import Options, Plot
from estimates.science.monte_carlo import BLOCK_DRAWS, draw_until_stable, random_stream
from estimates.science.parameters import ParameterSet
from estimates.science.results import ComponentEstimate, PlotEstimate, SharedEffect
from estimates.science.shared_inputs import shared_block

STOCK, INPUT = 0, 1
WATCHED = 2
NOISE = 1e-12  # relative; less is rounding


def estimate_harvest(
    plot: Plot, *, method: str, parameters: ParameterSet, options: Options
) -> PlotEstimate:
    """Return root C and C input of one plot by one method, with their intervals.

    Raises a ScienceError that says what is missing.
    """
    model = harvest_model(plot, method=method, parameters=parameters, options=options)
    block_of = _blocks(model, seed=options.seed, plot_key=plot.key)
    outcome = draw_until_stable(
        lambda number: model.outputs(block_of(number)),
        watched=WATCHED,
        digits=options.digits,
        maximum_draws=options.maximum_draws,
    )
    nominal = model.outputs(model.means())[:, 0]
    first = block_of(0)
    effects = _effects(model, first)
    total = model.outputs(first)[:WATCHED].var(axis=1)
    return PlotEstimate(
        plot_key=plot.key,
        block=plot.block,
        treatment=plot.treatment,
        lower_depth_cm=_wanted_depth(plot, options),
        root_mass_g_m2=None,
        root_c_nominal_g_m2=float(nominal[STOCK]),
        c_input_nominal_g_m2=float(nominal[INPUT]),
        root_c_stock=outcome.summaries[STOCK],
        c_input=outcome.summaries[INPUT],
        layers=(),
        cores=(),
        cores_are_exchangeable=False,
        stock_budget=_budget(total, effects, STOCK),
        input_budget=_budget(total, effects, INPUT),
        shared_effects=tuple(
            SharedEffect(input=name, root_c_stock_sd=sds[STOCK], c_input_sd=sds[INPUT])
            for name, sds in effects.items()
            if name in model.shared
        ),
        notes=model.notes,
        draws=outcome.draws,
        is_converged=outcome.is_converged,
        components=tuple(
            ComponentEstimate(component=name, amount=summary)
            for name, summary in zip(model.components, outcome.summaries[WATCHED:], strict=True)
        ),
    )


def _blocks(model: HarvestModel, *, seed: int, plot_key: str) -> Callable[[int], Values]:
    def block(number: int) -> Values:
        drawn = {
            name: shared_block(seed, name, item, number) for name, item in model.shared.items()
        }
        for name, item in model.own.items():
            stream = random_stream(seed, "plot", plot_key, name, str(number))
            drawn[name] = item.draw(stream, BLOCK_DRAWS)
        return drawn

    return block


def _effects(model: HarvestModel, first: Values) -> dict[str, tuple[float, float]]:
    """Return what each uncertain input alone does to root C and C input, as signed sds."""
    means = model.means()
    effects = {}
    for name, item in {**model.own, **model.shared}.items():
        if item.sd > 0:
            rows = model.outputs({**means, name: first[name]})[:WATCHED]
            rising = np.sign(((rows - rows.mean(axis=1, keepdims=True)) * first[name]).sum(axis=1))
            varies = np.ptp(rows, axis=1) > NOISE * rows.mean(axis=1)
            sds = np.where(varies, rows.std(axis=1), 0.0) * rising
            if sds.any():
                effects[name] = (float(sds[STOCK]), float(sds[INPUT]))
    return effects


def _budget(
    total: Array, effects: Mapping[str, tuple[float, float]], quantity: int
) -> tuple[VarianceShare, ...]:
    variances = {name: sds[quantity] ** 2 for name, sds in effects.items() if sds[quantity]}
    return variance_shares(float(total[quantity]), variances)


def _wanted_depth(plot: Plot, options: Options) -> float | None:
    known = [x for x in (options.target_depth_cm, plot.limiting_depth_cm) if x is not None]
    return min(known, default=None)
