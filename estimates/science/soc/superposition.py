"""Uncertain amounts without running every draw: SOC is linear in each stream.

A stream whose amounts are all multiplied by one uncertain factor per draw needs one run of its
pattern; a draw is then the start plus the sum of factor x what the stream brought. K streams
take K + 1 runs for any number of draws. Factors on rates, clay or climate are not linear: those
are drawn directly, by giving the arrays of the model a draws axis. A humification coefficient
or a share of a split is linear too: split the stream in two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import FloatArray
from estimates.science.soc.series import INITIAL, SocSeries

CHUNK_VALUES = 2**18  # numbers of one block of draws, about what a core caches


@dataclass(frozen=True, kw_only=True)
class Basis:
    """SOC over time of the start and of each stream's pattern, (records, plots) each."""

    years: FloatArray
    initial: FloatArray
    by_stream: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        if not self.by_stream:
            raise ImpossibleForcing("Superposition needs at least one stream.")

    def draws(self, factors: Mapping[str, FloatArray]) -> FloatArray:
        """Return SOC (records, plots, draws); factors are (draws) or (plots, draws) by stream."""
        out = np.empty((*self.initial.shape, draws_of(factors, self)))
        for plots, block in self.blocks(factors):
            out[:, plots] = block
        return out

    def quantiles(
        self, factors: Mapping[str, FloatArray], probabilities: Sequence[float]
    ) -> FloatArray:
        """Return quantiles over draws (probabilities, records, plots), never holding all draws."""
        out = np.empty((len(probabilities), *self.initial.shape))
        for plots, block in self.blocks(factors):
            out[:, :, plots] = np.quantile(block, probabilities, axis=-1, overwrite_input=True)
        return out

    def blocks(self, factors: Mapping[str, FloatArray]) -> Iterator[tuple[slice, FloatArray]]:
        """Yield plots and their draws (records, plots, draws); a block holds until the next."""
        records, plots = self.initial.shape
        draws = draws_of(factors, self)
        names = list(self.by_stream)
        patterns = np.stack([self.by_stream[name] for name in names], axis=-1).swapaxes(0, 1)
        rows = max(1, min(plots, CHUNK_VALUES // (records * draws)))
        out = np.empty((rows, records, draws))
        scales = np.empty((rows, len(names), draws))
        for first in range(0, plots, rows):
            part = slice(first, min(first + rows, plots))
            size = part.stop - part.start
            for row, name in enumerate(names):
                factor = np.atleast_2d(factors[name])
                scales[:size, row] = factor[part] if len(factor) > 1 else factor
            np.matmul(patterns[part], scales[:size], out=out[:size])
            np.add(out[:size], self.initial.T[part, :, None], out=out[:size])
            yield part, out[:size].swapaxes(0, 1)


def basis_of(series: SocSeries) -> Basis:
    """Return the basis from a run by stream without draws.

    Raises ImpossibleForcing when the run was not by stream or varies over draws itself.
    """
    if INITIAL not in series.by_stream or series.soc_t_ha.shape[-1] != 1:
        raise ImpossibleForcing(
            "Superposition starts from a run by stream (Wish.by_stream) of one draw."
        )
    parts = {name: part[..., 0] for name, part in series.by_stream.items()}
    return Basis(years=series.years, initial=parts.pop(INITIAL), by_stream=parts)


def draws_of(factors: Mapping[str, FloatArray], basis: Basis) -> int:
    """Return the number of draws; raises ImpossibleForcing unless the factors fit the streams."""
    missing = sorted(set(basis.by_stream) ^ set(factors))
    if missing:
        raise ImpossibleForcing(f"Each stream needs its factor and none else: {missing[0]!r}.")
    shapes = {np.shape(factor)[-1] for factor in factors.values()}
    plots = {len(factor) for factor in factors.values() if np.ndim(factor) > 1}
    if len(shapes) != 1 or plots - {1, basis.initial.shape[1]}:
        raise ImpossibleForcing("The factors of all streams have the same draws and plots.")
    return int(shapes.pop())


def fitted_factor(rest: FloatArray, pattern: FloatArray, measured: FloatArray) -> float:
    """Return by what one stream must be multiplied to come closest to measured SOC.

    Least squares, exact because SOC is linear in the stream: rest is SOC without it, pattern
    what it brings, both at the times of the measurements. Raises ImpossibleForcing when the
    stream brings nothing or would have to be negative.
    """
    power = float((pattern**2).sum())
    factor = float(((measured - rest) * pattern).sum()) / power if power > 0 else -1.0
    if factor < 0:
        raise ImpossibleForcing("No input of this stream, 0 or more, explains these stocks.")
    return factor
