"""SOC over the years from yearly maps: what a year does to the pools, and what a tonne becomes.

Every model here is linear in its inputs, so one year of a rotation is a matrix on the pools and,
for each month, a vector for C that enters then. Fifty years are fifty small products for all draws
at once, and the equilibrium of a rotation is one solve.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.describe import Scenario, Site
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.streams import Kind, Stream

Layer = tuple[float, float]
"""Upper and lower depth in cm."""


@dataclass(frozen=True, kw_only=True, eq=False)
class YearMap:
    """One year of one model: arrays (draws or 1, ...), C in t per ha.

    step (.., pools, pools) carries the pools through the year. entries say for each kind of
    stream, and in it for each layer, where a tonne that enters in a step stands at the end of the
    year, as (steps, .., pools); a step is a month, or the year.
    """

    step: Array
    entries: Mapping[Kind, Sequence[Array]]

    def inflow(self, stream: Stream, layers: Sequence[Layer]) -> Array:
        """Return where a stream stands at the end of the year, as (draws, pools)."""
        total = np.zeros((1, self.step.shape[-1]))
        for layer, table in zip(layers, self.entries[stream.kind], strict=True):
            shares = stream.months if len(table) > 1 else (1.0,)
            stands = np.einsum("m,mnp->np", np.asarray(shares), table)
            amount = np.asarray(stream.amount_t_ha * stream.share_between(*layer))
            total = total + amount[:, None] * stands
        return total


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedModel:
    """A model made ready for one scenario: a map for each year of its rotation.

    By pool, each 0 or 1: counted says which are SOC, measured which of them the initial stock was
    measured in, adjusted which are scaled so that it is met. inert_t_ha is C that never turns
    over. layers are those streams enter.
    """

    maps: Sequence[YearMap]
    layers: Sequence[Layer]
    counted: Array
    measured: Array
    adjusted: Array
    inert_t_ha: Array


class SocModel(Protocol):
    """A SOC model, under its name and version."""

    @property
    def name(self) -> str:
        """Return the name of the model."""

    @property
    def version(self) -> str:
        """Return the parameter set and its version."""

    def prepare(self, setting: Setting, scenario: Scenario) -> PreparedModel:
        """Return the model ready for a scenario."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What both scenarios of a contrast have in common, and the streams that may enter.

    The numbers of a model that stand in relation to something refer to the baseline.
    """

    site: Site
    baseline: Scenario
    kinds: Sequence[Kind]
    soc_t_ha: Array
    draws: Draws


@dataclass(frozen=True, kw_only=True, eq=False)
class Stocks:
    """SOC in t C per ha at the years asked for, and the mean over a rotation at equilibrium."""

    at_year: Mapping[int, Array]
    equilibrium: Array


def initial_stock(site: Site, draws: Draws) -> Array:
    """Return draws of the SOC at the start in t C per ha."""
    return site.soil.soc_t_ha * draws.factor("initial stock", site.soil.soc_variation)


def starting_pools(model: PreparedModel, streams: Sequence[Stream], soc_t_ha: Array) -> Array:
    """Return pools that hold the stock, in the proportions of the equilibrium of these streams.

    Raises ImpossibleScenario where what the model cannot adjust already exceeds the stock, or no C
    enters the soil.
    """
    steady = _steady_states(model, _inflows(model, streams))[-1]
    fixed = model.inert_t_ha + steady @ (model.measured * (1.0 - model.adjusted))
    free = steady @ (model.measured * model.adjusted)
    if not np.all(free > 0):
        raise ImpossibleScenario(
            "No C enters the soil in the baseline: a stock in proportion to its inputs has none."
        )
    scale = (soc_t_ha - fixed) / free
    if not np.all(scale > 0):
        raise ImpossibleScenario(
            f"The initial stock of {float(np.median(soc_t_ha)):.1f} t C per ha is too small for "
            f"the inert and young C of the model, {float(np.median(fixed)):.1f} t C per ha."
        )
    pools: Array = steady * np.where(model.adjusted > 0, scale[:, None], 1.0)
    return pools


def stocks(
    model: PreparedModel, streams: Sequence[Stream], start: Array, *, years: Sequence[int]
) -> Stocks:
    """Return SOC after so many years from the starting pools, and at equilibrium."""
    inflows = _inflows(model, streams)
    pools = start
    found: dict[int, Array] = {}
    for number in range(max(years)):
        place = number % len(model.maps)
        pools = _through(model.maps[place].step, pools) + inflows[place]
        if number + 1 in years:
            found[number + 1] = pools @ model.counted + model.inert_t_ha
    steady = _steady_states(model, inflows)
    mean = sum(state @ model.counted for state in steady) / len(steady)
    return Stocks(at_year=found, equilibrium=np.asarray(mean + model.inert_t_ha))


def _inflows(model: PreparedModel, streams: Sequence[Stream]) -> list[Array]:
    """Return what the streams add to the pools in each year of the rotation."""
    inflows: list[Array] = [np.zeros((1, len(model.counted))) for _ in model.maps]
    for stream in streams:
        inflows[stream.year] = inflows[stream.year] + model.maps[stream.year].inflow(
            stream, model.layers
        )
    return inflows


def _steady_states(model: PreparedModel, inflows: Sequence[Array]) -> list[Array]:
    """Return the pools at the end of each year of a rotation that repeats for ever."""
    pools = len(model.counted)
    through: Array = np.asarray(np.eye(pools)[None], dtype=np.float64)
    added: Array = np.zeros((1, pools))
    for year, inflow in zip(model.maps, inflows, strict=True):
        through = np.asarray(year.step @ through, dtype=np.float64)
        added = _through(year.step, added) + inflow
    balance = np.broadcast_to(np.eye(pools) - through, (len(added), pools, pools))
    state: Array = np.asarray(np.linalg.solve(balance, added[..., None])[..., 0], dtype=np.float64)
    found = []
    for year, inflow in zip(model.maps, inflows, strict=True):
        state = _through(year.step, state) + inflow
        found.append(state)
    return found


def _through(step: Array, pools: Array) -> Array:
    moved: Array = (step @ pools[..., None])[..., 0]
    return moved
