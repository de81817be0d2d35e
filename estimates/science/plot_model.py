"""From the records of one plot to `PlotDraws`: which layers count, whose C, whose ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from estimates.science.depth import (
    LEAST_LAYERS_TO_FIT,
    BetaDepth,
    DepthModel,
    LogisticDepth,
    MissingDepth,
    fit_beta,
    missing_depth,
)
from estimates.science.distributions import Array, PositiveRows, lognormal_sigma
from estimates.science.dug_plants import DugRows, dug_plants
from estimates.science.errors import ImpossibleLayer, ImpossibleShares, NotEnoughData
from estimates.science.extraneous import with_extraneous
from estimates.science.ground import LEAST_FREEDOM, Sampling, ground_of, sampling_of
from estimates.science.inputs import EqualPositions, Options, Plot
from estimates.science.parameters import SUM_TOLERANCE, ParameterSet
from estimates.science.plot_draws import PlotDraws
from estimates.science.profiles import CoreProfile, PlotGrid, core_profile, plot_grid
from estimates.science.results import CoreValue, Note
from estimates.science.root_rows import COARSE_KINDS, RowTable, root_rows
from estimates.science.shared_inputs import SharedInputs, shared_inputs

DEPTH_TOLERANCE_CM = 1e-6


@dataclass(frozen=True, kw_only=True)
class PlotModel:
    """One plot ready to draw, with what is known of it before any draw."""

    draws: PlotDraws
    shared: SharedInputs
    grid: PlotGrid
    missing: MissingDepth | None
    cores: tuple[CoreValue, ...]
    cores_are_exchangeable: bool
    root_mass_g_m2: float
    notes: tuple[Note, ...]


def plot_model(plot: Plot, *, parameters: ParameterSet, options: Options) -> PlotModel:
    """Return the plot ready to draw.

    Raises NotEnoughData, ProfileGap or ShallowProfile when its cores do not allow an estimate,
    MixedRoutes, ImpossibleShares or UnknownPosition when its records contradict each other.
    """
    plot, notes = with_extraneous(plot, parameters=parameters, options=options)
    _check_shares(plot)
    profiles, profile_notes = _profiles(plot, options)
    spots = [profile.core.spot for profile in profiles]
    weights = plot.positions.weights(spots)
    target_cm = _least(options.target_depth_cm, plot.limiting_depth_cm)
    grid, grid_notes = plot_grid(profiles, weights=weights, target_depth_cm=target_cm)
    table = root_rows(profiles, parameters=parameters, options=options, stands=tuple(plot.stands))
    shared, shared_notes = shared_inputs(
        plot, parameters=parameters, options=options, roots=table.arrays
    )
    ground = ground_of(grid, table.rows, cores=len(profiles))
    dug = dug_plants(plot, parameters=parameters, options=options)
    shared = shared.with_more(dug.shared)
    grids = ground.grids(table.arrays.places)
    draws = _draws_of_cores(plot, table, dug.rows, options, grids)
    mass, carbon = _nominal_amounts(draws, shared)
    by_core = ground.by_core(carbon)
    missing, depth_notes = _missing(
        plot, grid, np.asarray(weights) @ by_core, parameters=parameters, options=options
    )
    sampling = sampling_of(by_core, places=plot.positions.places(spots), weights=weights)
    draws = replace(
        draws,
        sampling_sigma=sampling.total_sigma,
        layer_sigmas=sampling.interval_sigmas,
        missing=None if missing is None else _mean_and_sigma(missing),
    )
    below = 1.0 if missing is None else 1.0 + missing.middle
    notes += [*profile_notes, *grid_notes, *table.notes, *shared_notes, *depth_notes]
    notes += [*_sampling_notes(sampling), *_stand_notes(plot, table), *dug.notes]
    return PlotModel(
        draws=draws,
        shared=shared if missing is None else shared.with_depth_model(),
        grid=grid,
        missing=missing,
        cores=_core_values(
            profiles, weights, by_core.sum(axis=1) * below + _dug_carbon(dug.rows, shared)
        ),
        cores_are_exchangeable=isinstance(plot.positions, EqualPositions),
        root_mass_g_m2=float((weights @ ground.by_core(mass)).sum()) * below
        + float(dug.rows.masses.mean.sum()),
        notes=tuple(sorted(notes)),
    )


def _check_shares(plot: Plot) -> None:
    total = sum(stand.share for stand in plot.stands)
    if abs(total - 1.0) > SUM_TOLERANCE or any(stand.share < 0 for stand in plot.stands):
        raise ImpossibleShares(
            f"Root shares of the stands of plot {plot.key} sum to {total:g}, not to 1."
        )
    if plot.extraneous is not None and not 0 <= plot.extraneous.value < 1:
        raise ImpossibleShares(
            f"Extraneous matter of plot {plot.key} is a share from 0 to below 1, "
            f"not {plot.extraneous.value:g}."
        )
    keys = [core.key for core in plot.cores]
    if len(set(keys)) < len(keys):
        raise ImpossibleLayer(f"Two cores of plot {plot.key} have the same key.")


def _profiles(plot: Plot, options: Options) -> tuple[list[CoreProfile], list[Note]]:
    profiles: list[CoreProfile] = []
    notes: list[Note] = []
    refusal = NotEnoughData(f"Plot {plot.key} has no core with roots.")
    for core in sorted(plot.cores, key=lambda item: item.key):
        try:
            profile, core_notes = core_profile(core, kinds=options.kinds)
        except NotEnoughData as error:
            refusal = error
            notes.append(Note(code="core_left_out", message=str(error), core_key=core.key))
        else:
            profiles.append(profile)
            notes += core_notes
    if not profiles:
        raise refusal
    return profiles, notes


def _draws_of_cores(
    plot: Plot, table: RowTable, dug: DugRows, options: Options, grids: tuple[Any, Any, Any]
) -> PlotDraws:
    """Return the draws of what was measured, before cores differ and roots lie deeper."""
    arrays = table.arrays
    heights = {
        "mass": len(arrays.masses),
        "carbon": len(arrays.determined) + len(arrays.plot_carbon),
        "ash": len(arrays.ash),
        "processed_share": len(set(arrays.core_of_divided.tolist())),
        "extraneous_measured": int(plot.extraneous is not None),
        "species_shares": _uncertain_shares(plot),
        "dug": len(dug.masses),
        **({} if plot.deposited is None else plot.deposited.heights),
        "carbon_per_nitrogen": int(plot.root_carbon_per_nitrogen is not None),
        "cores": 1,
    }
    ends = np.cumsum(list(heights.values())).tolist()
    groups = {
        name: slice(end - height, end)
        for (name, height), end in zip(heights.items(), ends, strict=True)
    }
    return PlotDraws(
        route=options.route,
        rows=arrays,
        grids=grids,
        extraneous=plot.extraneous,
        sampling_sigma=0.0,
        layer_sigmas=np.zeros((1, 1)),
        missing=None,
        stands=tuple(plot.stands),
        dug=dug,
        deposited=plot.deposited,
        carbon_per_nitrogen=_carbon_per_nitrogen(plot),
        deposited_is_nitrogen=plot.deposited_is_nitrogen,
        groups=groups,
    )


def _carbon_per_nitrogen(plot: Plot) -> PositiveRows:
    ratio = plot.root_carbon_per_nitrogen
    found = [] if ratio is None else [ratio]
    return PositiveRows(
        mean=np.array([item.value for item in found], dtype=float),
        sd=np.array([item.uncertainty for item in found], dtype=float),
    )


def _uncertain_shares(plot: Plot) -> int:
    """Return how many shares are drawn: those of all stands, or of none."""
    return len(plot.stands) if any(stand.share_sd > 0 for stand in plot.stands) else 0


def _nominal_amounts(draws: PlotDraws, shared: SharedInputs) -> tuple[Array, Array]:
    """Return clean root mass and C of each row, every input at its mean."""
    means = shared.means()
    kept = draws.kept(draws.nominal(), means)
    mass = draws.fraction_mass(draws.nominal(), means)[:, 0] * kept
    carbon = draws.fraction_carbon(draws.nominal(), means)[:, 0] * kept
    concentrations = draws.source_carbon(draws.nominal(), means)
    for place, concentration in zip(draws.rows.places, concentrations, strict=True):
        carbon[place] *= concentration
    return mass, carbon


def _core_values(
    profiles: Sequence[CoreProfile], weights: Sequence[float], root_c_g_m2: Array
) -> tuple[CoreValue, ...]:
    return tuple(
        CoreValue(key=profile.core.key, weight=weight, root_c_g_m2=float(value))
        for profile, weight, value in zip(profiles, weights, root_c_g_m2, strict=True)
    )


def _dug_carbon(rows: DugRows, shared: SharedInputs) -> float:
    carbon = rows.draw(rows.masses.nominal, shared.means())
    return 0.0 if carbon is None else float(carbon[0])


def _missing(
    plot: Plot,
    grid: PlotGrid,
    profile: Array,
    *,
    parameters: ParameterSet,
    options: Options,
) -> tuple[MissingDepth | None, list[Note]]:
    target_cm = _least(options.target_depth_cm, plot.limiting_depth_cm)
    reached_cm = grid.edges_cm[-1]
    notes = []
    if plot.limiting_depth_cm is not None and target_cm == plot.limiting_depth_cm:
        text = f"Roots are counted to the limiting layer at {target_cm:g} cm."
        notes.append(Note(code="limiting_layer", message=text))
    if target_cm is not None and reached_cm >= target_cm - DEPTH_TOLERANCE_CM:
        return None, notes
    if not options.extrapolate:
        if target_cm is not None:
            text = f"Measured to {reached_cm:g} of {target_cm:g} cm, and not extrapolated."
            notes.append(Note(code="shallower_than_target", message=text))
        return None, notes
    missing = missing_depth(
        _depth_models(plot, grid, profile, parameters),
        measured_to_cm=reached_cm,
        lower_depth_cm=target_cm,
    )
    names = ", ".join(f"{name} {factor:.3f}" for name, factor in missing.factors)
    goal = "the deepest root" if target_cm is None else f"{target_cm:g} cm"
    text = f"Extrapolated from {reached_cm:g} cm to {goal}; roots below per root above: {names}."
    notes.append(Note(code="extrapolated", message=text))
    if len(missing.factors) == 1:
        text = "One depth model only: its own error is not in the interval."
        notes.append(Note(code="single_depth_model", message=text))
    return missing, notes


def _depth_models(
    plot: Plot, grid: PlotGrid, profile: Array, parameters: ParameterSet
) -> list[tuple[str, DepthModel]]:
    models: list[tuple[str, DepthModel]] = []
    family = f"depth.{plot.depth_group}"
    if parameters.has(f"{family}.beta"):
        models.append(("beta", BetaDepth(beta=parameters.value(f"{family}.beta"))))
    if parameters.has(f"{family}.middle"):
        logistic = LogisticDepth(
            middle_cm=parameters.value(f"{family}.middle"),
            steepness=parameters.value(f"{family}.steepness"),
            deepest_cm=parameters.value(f"{family}.deepest"),
        )
        models.append(("logistic", logistic))
    if len(profile) >= LEAST_LAYERS_TO_FIT and profile.sum() > 0:
        models.append(("local", fit_beta(grid.edges_cm[1:], np.cumsum(profile).tolist())))
    return models


def _mean_and_sigma(missing: MissingDepth) -> tuple[float, float]:
    if missing.half_range == 0:
        return missing.middle, 0.0
    return missing.middle, lognormal_sigma(missing.half_range / missing.middle)


def _sampling_notes(sampling: Sampling) -> list[Note]:
    if sampling.degrees_of_freedom == 0:
        text = "No place has two cores: differences between cores are not in the interval."
        return [Note(code="no_replicate_cores", message=text)]
    if sampling.degrees_of_freedom < LEAST_FREEDOM:
        text = "Few cores: how far they differ is itself poorly known."
        return [Note(code="few_cores", message=text)]
    return []


def _stand_notes(plot: Plot, table: RowTable) -> list[Note]:
    has_coarse = any(row.root.kind in COARSE_KINDS for row in table.rows)
    if has_coarse and any(stand.growth == "tree" for stand in plot.stands):
        text = "Turnover of coarse tree roots is unknown: they are not in the C input."
        return [Note(code="coarse_turnover_unknown", message=text)]
    return []


def _least(*depths_cm: float | None) -> float | None:
    known = [depth for depth in depths_cm if depth is not None]
    return min(known, default=None)
