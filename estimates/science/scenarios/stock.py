"""SOC over the years from yearly maps: what a year does to the pools, and what a tonne becomes.

Every model here is linear in its inputs, so one year of a rotation is a matrix on the pools and,
for each month, a vector for C that enters then. Fifty years are fifty small products for all draws
at once, and the equilibrium of a rotation is one solve.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleScenario
from estimates.science.scenarios.describe import Scenario, Site
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.streams import Kind, Stream

Pattern = tuple[Kind, tuple[float, ...]]
"""A kind of stream and how it is spread over the months of its year."""

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
    known: Mapping[Pattern, list[Array]] = field(default_factory=dict)

    def only(self, patterns: Collection[Pattern]) -> YearMap:
        """Return the year for these patterns alone: a long series of years would not fit whole."""
        known = {
            (kind, months): self._stands(kind, months)
            for kind, months in patterns
            if kind in self.entries
        }
        return YearMap(step=self.step, entries={}, known=known)

    def stands(self, stream: Stream) -> list[Array]:
        """Return where a tonne of a stream stands at the end of the year, for each layer."""
        if (stream.kind, stream.months) in self.known:
            return self.known[stream.kind, stream.months]
        return self._stands(stream.kind, stream.months)

    def _stands(self, kind: Kind, months: Sequence[float]) -> list[Array]:
        found = []
        for table in self.entries[kind]:
            shares = np.asarray(months if len(table) > 1 else (1.0,))
            found.append(np.einsum("m,mnp->np", shares, table))
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedModel:
    """A model made ready for one scenario: a map for each modelled year.

    These are the years of its rotation, or several rotations under a series of weather; rotation
    is how many years one has, as many as there are maps when it is 0.

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
    rotation: int = 0


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

    The numbers of a model that stand in relation to something refer to the baseline. modelled_years
    is how many years are modelled before they repeat, 0 for those of the rotation. patterns are
    the only ones that streams have.
    """

    site: Site
    baseline: Scenario
    kinds: Sequence[Kind]
    soc_t_ha: Array
    draws: Draws
    modelled_years: int = 0
    patterns: frozenset[Pattern] = frozenset()

    def years_of(self, scenario: Scenario) -> int:
        """Return how many years of a scenario are modelled."""
        return self.modelled_years or len(scenario.years)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stocks:
    """SOC in t C per ha at the years asked for, and the mean over a rotation at equilibrium."""

    at_year: Mapping[int, Array]
    equilibrium: Array


class Response:
    """What the inputs of any method make of the SOC of one prepared model.

    SOC after some years is a weighted sum of the starting pools and of what each year of the
    rotation brings; the weights are worked out once, backwards from the SOC that is asked for.
    """

    def __init__(self, model: PreparedModel, *, years: Sequence[int]) -> None:
        """Work out the weights for these horizons."""
        self.model = model
        self.weights = {year: self._weights(year) for year in years}
        through: Array = np.eye(len(model.counted))[None].astype(np.float64)
        for each in model.maps:
            through = np.asarray(each.step @ through, dtype=np.float64)
        self.held = np.asarray(np.linalg.inv(np.eye(len(model.counted)) - through))
        self._stands: dict[tuple[int, Kind, tuple[float, ...]], list[Array]] = {}

    def inflows(self, streams: Sequence[Stream]) -> list[Array]:
        """Return what the streams add to the pools in each modelled year."""
        found: list[Array] = [np.zeros((1, len(self.model.counted))) for _ in self.model.maps]
        rotation = self.model.rotation or len(self.model.maps)
        for stream in streams:
            amounts = [
                np.asarray(stream.amount_t_ha * stream.share_between(*layer))[:, None]
                for layer in self.model.layers
            ]
            for year in range(stream.year, len(found), rotation):
                for amount, stands in zip(amounts, self._entering(year, stream), strict=True):
                    found[year] = found[year] + amount * stands
        return found

    def _entering(self, year: int, stream: Stream) -> list[Array]:
        key = (year, stream.kind, stream.months)
        if key not in self._stands:
            self._stands[key] = self.model.maps[year].stands(stream)
        return self._stands[key]

    def steady_states(self, inflows: Sequence[Array]) -> list[Array]:
        """Return the pools at the end of each year of a rotation that repeats for ever."""
        added: Array = np.zeros((1, len(self.model.counted)))
        for year, inflow in zip(self.model.maps, inflows, strict=True):
            added = _through(year.step, added) + inflow
        state = _through(self.held, added)
        found = []
        for year, inflow in zip(self.model.maps, inflows, strict=True):
            state = _through(year.step, state) + inflow
            found.append(state)
        return found

    def start(self, inflows: Sequence[Array], soc_t_ha: Array) -> Array:
        """Return pools that hold the stock, as these inputs at equilibrium would share it out.

        Raises ImpossibleScenario where what the model cannot adjust already exceeds the stock, or
        no C enters the soil.
        """
        model = self.model
        steady = self.steady_states(inflows)[-1]
        fixed = model.inert_t_ha + steady @ (model.measured * (1.0 - model.adjusted))
        free = steady @ (model.measured * model.adjusted)
        if not np.all(free > 0):
            raise ImpossibleScenario(
                "No C enters the soil in the baseline: a stock in proportion to it has none."
            )
        scale = (soc_t_ha - fixed) / free
        if not np.all(scale > 0):
            raise ImpossibleScenario(
                f"The initial stock of {float(np.median(soc_t_ha)):.1f} t C per ha is too small "
                f"for the inert and young C of the model, {float(np.median(fixed)):.1f} t C per ha."
            )
        pools: Array = steady * np.where(model.adjusted > 0, scale[:, None], 1.0)
        return pools

    def stocks(self, inflows: Sequence[Array], start: Array) -> Stocks:
        """Return SOC at every horizon from the starting pools, and at equilibrium."""
        found = {}
        for year, (of_start, of_years) in self.weights.items():
            soc = (of_start * start).sum(axis=1)
            for weight, inflow in zip(of_years, inflows, strict=True):
                soc = soc + (weight * inflow).sum(axis=1)
            found[year] = np.asarray(soc + self.model.inert_t_ha)
        states = [state @ self.model.counted for state in self.steady_states(inflows)]
        mean = np.mean(np.stack(states), axis=0)
        return Stocks(at_year=found, equilibrium=np.asarray(mean + self.model.inert_t_ha))

    def _weights(self, years: int) -> tuple[Array, list[Array]]:
        """Return the weights of the starting pools and of what each year of the rotation adds."""
        length = len(self.model.maps)
        weight: Array = self.model.counted[None]
        of_years: list[Array] = [np.zeros_like(weight) for _ in range(length)]
        for number in reversed(range(years)):
            place = number % length
            of_years[place] = of_years[place] + weight
            weight = (weight[:, None, :] @ self.model.maps[place].step)[:, 0, :]
        return weight, of_years


def initial_stock(site: Site, draws: Draws) -> Array:
    """Return draws of the SOC at the start in t C per ha."""
    return site.soil.soc_t_ha * draws.factor("initial stock", site.soil.soc_variation)


def _through(step: Array, pools: Array) -> Array:
    moved: Array = (step @ pools[..., None])[..., 0]
    return moved
