"""From root fractions to ground: how much each one adds per m2, and how cores differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from estimates.science.distributions import Array, lognormal_sigma
from estimates.science.geometry import CM2_PER_M2
from estimates.science.profiles import PlotGrid
from estimates.science.root_rows import COARSE_KINDS, Row

# Student's t with f degrees of freedom has variance f / (f - 2); below three the mean of so few
# cores gets what three would give, and a note.
LEAST_FREEDOM = 3


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What one unit of each root fraction adds per m2 under its core, by depth interval.

    Entry k says: row `row[k]` of core `core[k]` adds per_m2[k] to interval `interval[k]`, and
    that core stands there for weight[k] of the ground.
    """

    cores: int
    intervals: int
    rows: int
    core: NDArray[np.intp]
    interval: NDArray[np.intp]
    row: NDArray[np.intp]
    per_m2: Array
    weight: Array
    reached_weight: Array
    is_coarse: NDArray[np.bool_]

    def grids(self, places: tuple[slice, slice, slice]) -> tuple[Any, Any, Any]:
        """Return a sparse matrix for each slice of rows: intervals, then coarse roots over all."""
        values = self.per_m2 * self.weight
        coarse = self.is_coarse[self.row]
        grid = csr_array(
            (
                np.concatenate((values, values[coarse])),
                (
                    np.concatenate((self.interval, np.full(coarse.sum(), self.intervals))),
                    np.concatenate((self.row, self.row[coarse])),
                ),
            ),
            shape=(self.intervals + 1, self.rows),
        )
        first, second, third = places
        return grid[:, first], grid[:, second], grid[:, third]

    def by_core(self, amounts: Array) -> Array:
        """Return amount per m2 under each core (rows) and interval, from that of each row.

        An interval a core does not reach gets the mean of those that do.
        """
        under = np.zeros((self.cores, self.intervals))
        np.add.at(under, (self.core, self.interval), self.per_m2 * amounts[self.row])
        means = (self.reached_weight * under).sum(axis=0)
        return np.where(self.reached_weight > 0, under, means)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How uncertain a plot is because its cores differ: sigmas of lognormal factors.

    degrees_of_freedom 0 means that no place has two cores, so that nothing is known.
    """

    total_sigma: float
    interval_sigmas: Array
    degrees_of_freedom: int


def ground_of(grid: PlotGrid, rows: Sequence[Row], *, cores: int) -> Ground:
    """Return what the rows add per m2 on this grid."""
    members: dict[tuple[int, int], list[int]] = {}
    for number, row in enumerate(rows):
        members.setdefault((row.core, row.layer), []).append(number)
    entries: list[tuple[int, int, int, float, float]] = []
    reached = np.zeros((cores, len(grid.intervals)))
    for cell in grid.cells:
        upper, lower = grid.intervals[cell.interval]
        reached[cell.core, cell.interval] = cell.weight
        for layer, part in cell.part_of_layer.items():
            volume = part * (lower - upper) * CM2_PER_M2
            for number in members.get((cell.core, layer), ()):
                amount = volume * rows[number].density_per_mass
                entries.append((cell.core, cell.interval, number, amount, cell.weight))
    table = np.array(entries, dtype=float).reshape(-1, 5).T
    core, interval, row = table[:3].astype(np.intp)
    return Ground(
        cores=cores,
        intervals=len(grid.intervals),
        rows=len(rows),
        core=core,
        interval=interval,
        row=row,
        per_m2=table[3],
        weight=table[4],
        reached_weight=reached,
        is_coarse=np.array([item.root.kind in COARSE_KINDS for item in rows], dtype=bool),
    )


def sampling_of(
    by_core: Array, *, places: Sequence[Hashable], weights: Sequence[float]
) -> Sampling:
    """Return how far the mean of the plot may be off because its cores differ.

    The variance of cores at one place is pooled over places.
    """
    freedom = len(places) - len(set(places))
    values = np.column_stack((by_core.sum(axis=1), by_core))
    if freedom == 0:
        sigmas = np.zeros(values.shape[1])
    else:
        sigmas = _sigmas(values, list(places), np.array(weights), freedom)
    return Sampling(
        total_sigma=float(sigmas[0]),
        interval_sigmas=sigmas[1:, None],
        degrees_of_freedom=freedom,
    )


def _sigmas(values: Array, places: list[Hashable], weights: Array, freedom: int) -> Array:
    squares = np.zeros(values.shape[1])
    variance_of_mean = 0.0  # of a mean of cores whose variance is 1
    for place in dict.fromkeys(places):
        members = np.array([other == place for other in places])
        at_place = values[members]
        squares += ((at_place - at_place.mean(axis=0)) ** 2).sum(axis=0)
        variance_of_mean += weights[members].sum() ** 2 / members.sum()
    known = max(freedom, LEAST_FREEDOM)
    variances = squares / freedom * variance_of_mean * known / (known - 2)
    means = weights @ values
    ratios = np.sqrt(variances) / np.where(means > 0, means, np.inf)
    return np.array([lognormal_sigma(ratio) for ratio in ratios])
