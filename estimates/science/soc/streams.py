"""C that enters the soil: what it is, how much a step, how deep.

How a model humifies a stream is not the stream's: each model looks it up by the stream's name,
else by its source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from estimates.science.errors import ImpossibleForcing, ImpossibleShares, UnknownParameter
from estimates.science.soc.engine import FloatArray

Property = TypeVar("Property")
SHARE_TOLERANCE = 1e-9
MONTHS = 12


class Source(StrEnum):
    """Where C that enters the soil comes from."""

    ROOT = "root"
    RHIZODEPOSIT = "rhizodeposit"
    SHOOT = "shoot"
    MANURE = "manure"
    LITTER = "litter"


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One flow of C into the soil.

    amount is t C per ha and step of the model (months in RothC, years elsewhere), as (steps),
    (steps, plots) or (steps, plots, draws). layer_shares is the part that falls in the topsoil
    and, for models of two layers, in the subsoil; what lies deeper still is left out.
    """

    name: str
    source: Source
    amount: FloatArray
    layer_shares: tuple[FloatArray, ...] = field(default=(np.ones((1, 1)),))

    def amount_in(self, layer: int) -> FloatArray:
        """Return t C per ha and step in one layer, as (steps, plots, draws)."""
        amount = by_step(self.amount)
        if layer >= len(self.layer_shares):
            return np.zeros((len(amount), 1, 1))
        return np.asarray(amount * by_column(self.layer_shares[layer]))


def by_step(values: ArrayLike) -> FloatArray:
    """Return a number, (steps), (steps, plots) or (steps, plots, draws) as three axes."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.ndim > 3:
        raise ImpossibleForcing("A series has axes steps, plots and draws, no more.")
    return array.reshape(array.shape + (1,) * (3 - array.ndim))


def by_column(values: ArrayLike) -> FloatArray:
    """Return a number, (plots) or (plots, draws) as two axes."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 2:
        raise ImpossibleForcing("What holds for a column has axes plots and draws, no more.")
    return array.reshape(array.shape + (1,) * (2 - array.ndim))


def chosen(table: Mapping[str, Property], stream: Stream) -> Property:
    """Return what a table says of this stream: by its name, else by its source."""
    for key in (stream.name, stream.source.value):
        if key in table:
            return table[key]
    raise UnknownParameter(
        f"Nothing says how {stream.source.value} C is humified: give it for the stream "
        f"{stream.name!r} or for {stream.source.value!r}; known are {sorted(table)}."
    )


def check_names(streams: Sequence[Stream]) -> None:
    """Raise ImpossibleForcing when two streams have one name, so that none can be told apart."""
    names = [stream.name for stream in streams]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ImpossibleForcing(f"Two streams are called {twice[0]!r}; each needs its own name.")


def depth_shares(beta: ArrayLike, *lower_depths_cm: float) -> tuple[FloatArray, ...]:
    """Return the shares of roots in layers from the surface, by 1 - beta^depth.

    Gale & Grigal 1987, doi:10.1139/x87-131. The rest lies below the last depth.
    """
    column = by_column(beta)
    if not ((column > 0) & (column < 1)).all():
        raise ImpossibleShares("beta must lie between 0 and 1: it is the share kept per cm.")
    above = [1.0 - column**depth for depth in (0.0, *lower_depths_cm)]
    return tuple(lower - upper for upper, lower in pairwise(above))


def spread_over_months(yearly: ArrayLike, month_shares: Sequence[float]) -> FloatArray:
    """Return t C per ha and month from yearly amounts and the share of each month."""
    if len(month_shares) != MONTHS or abs(sum(month_shares) - 1.0) > SHARE_TOLERANCE:
        raise ImpossibleShares("Twelve shares that add up to 1 spread a year over its months.")
    years = by_step(yearly)
    shares = np.tile(np.asarray(month_shares), len(years))
    return np.asarray(np.repeat(years, MONTHS, axis=0) * shares[:, None, None])
