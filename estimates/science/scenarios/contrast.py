"""An intervention against its baseline: every method, every model, one set of draws."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimates.science.budget import VarianceShare
from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleScenario
from estimates.science.monte_carlo import QUANTILES, Summary
from estimates.science.scenarios.budget import ensemble_shares, input_shares
from estimates.science.scenarios.describe import Scenario, Site
from estimates.science.scenarios.draws import Draws
from estimates.science.scenarios.stock import (
    Setting,
    SocModel,
    Stocks,
    initial_stock,
    starting_pools,
    stocks,
)
from estimates.science.scenarios.streams import (
    BELOW_GROUND,
    SOURCES,
    InputMethod,
    Source,
    Stream,
    streams_of,
    yearly_input,
)

Streams = tuple[Stream, ...]
Quantity = Literal["c_input", "root_c_input", "soc", "soc_equilibrium", "co2e", "co2e_equilibrium"]

UNITS: Mapping[Quantity, str] = {
    "c_input": "t ha-1 a-1",
    "root_c_input": "t ha-1 a-1",
    "soc": "t ha-1",
    "soc_equilibrium": "t ha-1",
    "co2e": "t CO2 ha-1",
    "co2e_equilibrium": "t CO2 ha-1",
}
CO2_PER_C = 44.0 / 12.0

DRAWS = 2_000
LEAST_DRAWS, MOST_DRAWS = 200, 20_000
HORIZONS = (20, 50)
LONGEST_HORIZON = 200


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is compared: an intervention and a baseline on one site, by these horizons in years."""

    site: Site
    baseline: Scenario
    intervention: Scenario
    horizons: tuple[int, ...] = HORIZONS
    seed: int = 1
    draws: int = DRAWS

    def __post_init__(self) -> None:
        """Refuse horizons or draws that no answer can be made of."""
        if not self.horizons or not all(1 <= year <= LONGEST_HORIZON for year in self.horizons):
            raise ImpossibleScenario(f"Horizons are 1 to {LONGEST_HORIZON} years.")
        if not LEAST_DRAWS <= self.draws <= MOST_DRAWS:
            raise ImpossibleScenario(f"Draws are {LEAST_DRAWS} to {MOST_DRAWS}.")
        if self.seed < 0:
            raise ImpossibleScenario("A seed is a whole number, 0 or above.")


@dataclass(frozen=True, kw_only=True, order=True)
class Key:
    """What a number is of: quantity, horizon in years (0 where there is none), method and model."""

    quantity: Quantity
    horizon_years: int
    method: str
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One quantity by one method (and model): baseline, intervention and their difference.

    shares are those of the inputs in the variance of the difference.
    """

    key: Key
    baseline: Summary
    intervention: Summary
    difference: Summary
    shares: tuple[VarianceShare, ...]


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How far the mean differences of several methods or models lie apart; no number is pooled.

    over is what varies; method or model is blank where it varies. names are in the order of their
    means.
    """

    quantity: Quantity
    horizon_years: int
    over: Literal["methods", "models"]
    method: str
    model: str
    lowest: float
    highest: float
    sd: float
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EnsembleBudget:
    """Shares of method, model and inputs in the variance over all of them, equally likely."""

    quantity: Quantity
    horizon_years: int
    shares: tuple[VarianceShare, ...]


@dataclass(frozen=True, kw_only=True)
class ContrastResult:
    """The whole answer."""

    cells: tuple[Cell, ...]
    spreads: tuple[Spread, ...]
    budgets: tuple[EnsembleBudget, ...]
    method_versions: Mapping[str, str]
    model_versions: Mapping[str, str]
    draws: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Draws of a quantity in both scenarios."""

    baseline: Array
    intervention: Array

    @property
    def difference(self) -> Array:
        """Return intervention minus baseline, draw by draw."""
        return self.intervention - self.baseline


def contrast_of(
    question: Question, *, methods: Sequence[InputMethod], models: Sequence[SocModel]
) -> ContrastResult:
    """Return the difference an intervention makes, by every method and model.

    Raises ImpossibleScenario where a scenario contradicts itself or its site, UnknownCrop where a
    method knows no number for a crop.
    """
    if not methods or not models:
        raise ImpossibleScenario("A contrast needs one method and one model or more.")
    first, uncertain = _evaluated(question, methods, models, kept=None)
    kept = {
        name: _evaluated(question, methods, models, kept={name})[0] for name in sorted(uncertain)
    }
    cells = tuple(
        Cell(
            key=key,
            baseline=summary_of(pair.baseline),
            intervention=summary_of(pair.intervention),
            difference=summary_of(pair.difference),
            shares=input_shares(
                pair.difference, {name: run[key].difference for name, run in kept.items()}
            ),
        )
        for key, pair in first.items()
    )
    return ContrastResult(
        cells=cells,
        spreads=spreads_of(cells),
        budgets=_budgets(cells, first),
        method_versions={method.name: method.version for method in methods},
        model_versions={model.name: model.version for model in models},
        draws=question.draws,
    )


def summary_of(draws: Array) -> Summary:
    """Return mean, standard deviation, median and 95 % interval of some draws."""
    lower, median, upper = np.quantile(draws, QUANTILES)
    return Summary(
        mean=float(draws.mean()),
        sd=float(draws.std(ddof=1)),
        median=float(median),
        lower=float(lower),
        upper=float(upper),
    )


def spreads_of(cells: Sequence[Cell]) -> tuple[Spread, ...]:
    """Return how far methods lie apart under each model, and models under each method."""
    found: list[Spread] = []
    asked = dict.fromkeys((cell.key.quantity, cell.key.horizon_years) for cell in cells)
    for quantity, horizon in asked:
        group = [c for c in cells if (c.key.quantity, c.key.horizon_years) == (quantity, horizon)]
        for model in dict.fromkeys(cell.key.model for cell in group):
            means = {c.key.method: c.difference.mean for c in group if c.key.model == model}
            found += _spread(quantity, horizon, "methods", means, model=model)
        for method in dict.fromkeys(cell.key.method for cell in group if cell.key.model):
            means = {c.key.model: c.difference.mean for c in group if c.key.method == method}
            found += _spread(quantity, horizon, "models", means, method=method)
    return tuple(found)


def _spread(
    quantity: Quantity,
    horizon: int,
    over: Literal["methods", "models"],
    means: Mapping[str, float],
    *,
    method: str = "",
    model: str = "",
) -> list[Spread]:
    if len(means) < 2:
        return []
    values = list(means.values())
    return [
        Spread(
            quantity=quantity,
            horizon_years=horizon,
            over=over,
            method=method,
            model=model,
            lowest=min(values),
            highest=max(values),
            sd=float(np.std(values, ddof=1)),
            names=tuple(sorted(means, key=lambda name: (means[name], name))),
        )
    ]


def _budgets(cells: Sequence[Cell], pairs: Mapping[Key, Pair]) -> tuple[EnsembleBudget, ...]:
    found = []
    for quantity, horizon in dict.fromkeys((c.key.quantity, c.key.horizon_years) for c in cells):
        group = [c for c in cells if (c.key.quantity, c.key.horizon_years) == (quantity, horizon)]
        names = [(cell.key.method, cell.key.model) for cell in group]
        draws = [pairs[cell.key].difference for cell in group]
        shares = ensemble_shares(
            dict(zip(names, draws, strict=True)),
            dict(zip(names, (cell.shares for cell in group), strict=True)),
        )
        found.append(EnsembleBudget(quantity=quantity, horizon_years=horizon, shares=shares))
    return tuple(found)


def _evaluated(
    question: Question,
    methods: Sequence[InputMethod],
    models: Sequence[SocModel],
    *,
    kept: Collection[str] | None,
) -> tuple[dict[Key, Pair], set[str]]:
    """Return both scenarios by every method and model, and the names of what is uncertain."""
    draws = Draws(seed=question.seed, size=question.draws, kept=kept)
    inputs: dict[str, tuple[Streams, Streams]] = {
        method.name: (
            streams_of(question.baseline, method, draws),
            streams_of(question.intervention, method, draws),
        )
        for method in methods
    }
    found: dict[Key, Pair] = {}
    for name, streams in inputs.items():
        found |= _input_pairs(question, name, streams, draws)
    setting = Setting(
        site=question.site,
        baseline=question.baseline,
        kinds=sorted({s.kind for both in inputs.values() for one in both for s in one}),
        soc_t_ha=initial_stock(question.site, draws),
        draws=draws,
    )
    for model in models:
        before = model.prepare(setting, question.baseline)
        after = model.prepare(setting, question.intervention)
        for name, streams in inputs.items():
            start = starting_pools(before, streams[0], setting.soc_t_ha)
            found |= _stock_pairs(
                stocks(before, streams[0], start, years=question.horizons),
                stocks(after, streams[1], start, years=question.horizons),
                method=name,
                model=model.name,
            )
    return found, draws.uncertain


def _input_pairs(
    question: Question, method: str, streams: tuple[Streams, Streams], draws: Draws
) -> dict[Key, Pair]:
    counted: dict[Quantity, tuple[Source, ...]] = {
        "c_input": SOURCES,
        "root_c_input": BELOW_GROUND,
    }
    found = {}
    for quantity, sources in counted.items():
        before, after = (
            yearly_input(entering, years=len(scenario.years), size=draws.size, sources=sources)
            for entering, scenario in zip(
                streams, (question.baseline, question.intervention), strict=True
            )
        )
        key = Key(quantity=quantity, horizon_years=0, method=method)
        found[key] = Pair(baseline=before, intervention=after)
    return found


def _stock_pairs(before: Stocks, after: Stocks, *, method: str, model: str) -> dict[Key, Pair]:
    at: list[tuple[Quantity, Quantity, int, Array, Array]] = [
        ("soc", "co2e", year, before.at_year[year], after.at_year[year]) for year in before.at_year
    ]
    at.append(("soc_equilibrium", "co2e_equilibrium", 0, before.equilibrium, after.equilibrium))
    found = {}
    for soc, gas, year, one, other in at:
        stock = Key(quantity=soc, horizon_years=year, method=method, model=model)
        as_gas = Key(quantity=gas, horizon_years=year, method=method, model=model)
        found[stock] = Pair(baseline=one, intervention=other)
        found[as_gas] = Pair(baseline=one * CO2_PER_C, intervention=other * CO2_PER_C)
    return found
