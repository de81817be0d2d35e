"""An intervention against its baseline: every method, every model, one set of draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimates.science.budget import VarianceShare, variance_shares
from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleScenario
from estimates.science.monte_carlo import QUANTILES, Summary
from estimates.science.scenarios.budget import ensemble_shares, first_order_share
from estimates.science.scenarios.evaluate import (
    FIRST,
    SECOND,
    At,
    MethodInputs,
    ModelResponses,
    Pair,
    Question,
)
from estimates.science.scenarios.stock import SocModel
from estimates.science.scenarios.streams import InputMethod

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


def contrast_of(
    question: Question, *, methods: Sequence[InputMethod], models: Sequence[SocModel]
) -> ContrastResult:
    """Return the difference an intervention makes, by every method and model.

    Raises ImpossibleScenario where a scenario contradicts itself or its site, UnknownCrop where a
    method knows no number for a crop.
    """
    if not methods or not models:
        raise ImpossibleScenario("A contrast needs one method and one model or more.")
    inputs = [MethodInputs(question, method) for method in methods]
    patterns = {pattern for each in inputs for pattern in each.patterns}
    found = [cell for each in inputs for cell in _input_cells(question, each)]
    for model in models:
        found += _stock_cells(ModelResponses(question, model, patterns), inputs)
    cells = tuple(cell for cell, _ in found)
    return ContrastResult(
        cells=cells,
        spreads=spreads_of(cells),
        budgets=_budgets(cells, {cell.key: draws for cell, draws in found}),
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


def _input_cells(question: Question, inputs: MethodInputs) -> list[tuple[Cell, Array]]:
    """Return the cells of C inputs with the draws of their differences."""
    first, second = inputs.pairs(FIRST), inputs.pairs(SECOND)
    kept = {name: inputs.pairs(frozenset({name})) for name in sorted(inputs.uncertain)}
    found = []
    for quantity, pair in first.items():
        shares = {
            name: first_order_share(
                pair.difference, second[quantity].difference, run[quantity].difference
            )
            for name, run in kept.items()
        }
        key = Key(quantity=quantity, horizon_years=0, method=inputs.method.name)
        found.append((_cell(key, pair, shares), pair.difference))
    return found


def _stock_cells(
    responses: ModelResponses, inputs: Sequence[MethodInputs]
) -> list[tuple[Cell, Array]]:
    """Return the cells of one model under every method with the draws of their differences."""
    firsts = [responses.pairs(FIRST, each, FIRST) for each in inputs]
    shares = _stock_shares(responses, inputs, firsts)
    found = []
    for each, first, of_method in zip(inputs, firsts, shares, strict=True):
        for at, pair in first.items():
            for key, scale in _keys(at, each.method.name, responses.model.name):
                scaled = pair.times(scale)
                found.append((_cell(key, scaled, of_method[at]), scaled.difference))
    return found


def _stock_shares(
    responses: ModelResponses,
    inputs: Sequence[MethodInputs],
    firsts: Sequence[Mapping[At, Pair]],
) -> list[dict[At, dict[str, float]]]:
    """Return for each method, at each horizon, the share of every uncertain input."""
    seconds = [responses.pairs(SECOND, each, SECOND) for each in inputs]
    shares: list[dict[At, dict[str, float]]] = [{at: {} for at in first} for first in firsts]
    of_model = {
        (name, place): frozenset({name})
        for name in sorted(responses.uncertain)
        for place in range(len(inputs))
    }
    of_method = {
        (name, place): SECOND
        for place, each in enumerate(inputs)
        for name in sorted(each.uncertain - responses.uncertain)
    }
    for (name, place), sample in {**of_method, **of_model}.items():
        each = inputs[place]
        mine = frozenset({name}) if name in each.uncertain else SECOND
        kept = responses.pairs(sample, each, mine)
        for at, pair in kept.items():
            shares[place][at][name] = first_order_share(
                firsts[place][at].difference, seconds[place][at].difference, pair.difference
            )
    return shares


def _keys(at: At, method: str, model: str) -> list[tuple[Key, float]]:
    """Return the quantities a stock answers, each with what to multiply it with."""
    soc: Quantity = "soc" if at else "soc_equilibrium"
    gas: Quantity = "co2e" if at else "co2e_equilibrium"
    return [
        (Key(quantity=soc, horizon_years=at, method=method, model=model), 1.0),
        (Key(quantity=gas, horizon_years=at, method=method, model=model), CO2_PER_C),
    ]


def _cell(key: Key, pair: Pair, shares: Mapping[str, float]) -> Cell:
    variance = float(pair.difference.var())
    return Cell(
        key=key,
        baseline=summary_of(pair.baseline),
        intervention=summary_of(pair.intervention),
        difference=summary_of(pair.difference),
        shares=variance_shares(
            variance, {name: share * variance for name, share in shares.items() if share}
        ),
    )


def _budgets(cells: Sequence[Cell], draws: Mapping[Key, Array]) -> tuple[EnsembleBudget, ...]:
    found = []
    for quantity, horizon in dict.fromkeys((c.key.quantity, c.key.horizon_years) for c in cells):
        group = [c for c in cells if (c.key.quantity, c.key.horizon_years) == (quantity, horizon)]
        names = [(cell.key.method, cell.key.model) for cell in group]
        shares = ensemble_shares(
            {name: draws[cell.key] for name, cell in zip(names, group, strict=True)},
            {name: cell.shares for name, cell in zip(names, group, strict=True)},
        )
        found.append(EnsembleBudget(quantity=quantity, horizon_years=horizon, shares=shares))
    return tuple(found)
