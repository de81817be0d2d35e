"""C (or N) in the soil that came from roots, as draws: share x concentration x density x depth.

Each layer has a share told by isotopes and a stock. What a laboratory batch reads too high it
reads too high in all layers and plots, the signature of the roots shifts all layers of a plot, and
plots compared with one reference share its error; everything else is each layer's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from estimates.science.distributions import Array, PositiveRows, StandardNormal
from estimates.science.geometry import CM2_PER_M2
from estimates.science.tracer_layers import Concentration, Density

BATCH_CV = 0.02  # assumption: what a calibration may be off, as its control samples are allowed to
DETERMINATION_CV = 0.02  # duplicates that differ by no more than 5 %, as for C of roots
DENSITY_CV = 0.05  # assumption: cylinders driven side by side, where one was taken

TRACER_SOIL, TRACER_ROOT = "tracer_soil", "tracer_root"
SOIL_CONCENTRATION, BULK_DENSITY = "soil_concentration", "bulk_density"
BATCH = "soil_concentration_batch"
REFERENCE = "reference"

Shared = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True)
class SoilShare:
    """The share of a layer's C (or N) that came from roots, and its errors.

    own_sd is that of this layer's soil alone, of_root the relative error the roots bring,
    reference names what it was compared with and the error that brings to all compared with it.
    """

    value: float
    own_sd: float
    of_root: float
    limit: float
    reference: tuple[str, float] | None = None

    @property
    def is_detected(self) -> bool:
        """Return whether the share can be told from none."""
        return self.value > self.limit

    @property
    def nominal(self) -> float:
        """Return the share, or the middle of none and the limit."""
        return self.value if self.is_detected else self.limit / 2.0


@dataclass(frozen=True, kw_only=True)
class AmountLayer:
    """A depth layer: its share, and what its stock follows from."""

    upper_depth_cm: float
    lower_depth_cm: float
    share: SoilShare
    concentration: Concentration
    density: Density

    @property
    def stock_g_m2(self) -> float:
        """Return C (or N) of the layer in g per m2."""
        return self.concentration.value * self.density.value * self.g_m2_per_density

    @property
    def g_m2_per_density(self) -> float:
        """Return g of soil per m2 for each g per cm3."""
        return (self.lower_depth_cm - self.upper_depth_cm) * CM2_PER_M2


@dataclass(frozen=True)
class SoilAmounts:
    """The layers of a plot ready to draw, in g per m2."""

    layers: tuple[AmountLayer, ...]

    @property
    def heights(self) -> dict[str, int]:
        """Return how many rows of standard normal draws each group of errors takes."""
        number = len(self.layers)
        return {
            TRACER_SOIL: number,
            TRACER_ROOT: 1,
            SOIL_CONCENTRATION: number,
            BULK_DENSITY: number,
        }

    @property
    def total_g_m2(self) -> float:
        """Return the amount of all layers, every input at its mean."""
        return math.fsum(layer.share.nominal * layer.stock_g_m2 for layer in self.layers)

    @property
    def limit_g_m2(self) -> float:
        """Return the least amount that could be told from none in all layers together."""
        return math.hypot(*(layer.share.limit * layer.stock_g_m2 for layer in self.layers))

    def shared(self) -> dict[str, StandardNormal]:
        """Return the errors that other plots share, by name."""
        names = {name for layer in self.layers for name, _ in _batches(layer)}
        names |= {name for layer in self.layers for name, _ in _references(layer)}
        return {name: StandardNormal() for name in sorted(names)}

    def nominal(self) -> dict[str, Array]:
        """Return the standard normal values at which every input is at its mean."""
        rows = np.zeros((len(self.layers), 1))
        rows[self._detected] = self._shares.nominal
        return {
            TRACER_SOIL: rows,
            TRACER_ROOT: np.zeros((1, 1)),
            SOIL_CONCENTRATION: self._concentrations.nominal,
            BULK_DENSITY: self._densities.nominal,
        }

    def draws(self, normals: Mapping[str, Array], shared: Shared) -> Array:
        """Return g per m2 of each layer, a row each; uses up the normals."""
        soil = normals[TRACER_SOIL]
        limits = np.array([[layer.share.limit] for layer in self.layers])
        share: Array = ndtr(soil) * limits
        share[self._detected] = self._shares.fill(soil[self._detected])
        share[self._detected] *= self._roots.fill(
            np.repeat(normals[TRACER_ROOT], len(self._detected), axis=0)
        )
        stock = self._concentrations.fill(normals[SOIL_CONCENTRATION])
        stock *= self._densities.fill(normals[BULK_DENSITY])
        stock *= np.array([[layer.g_m2_per_density] for layer in self.layers])
        amounts = []
        for place, layer in enumerate(self.layers):
            off = sum((sd * shared[name] for name, sd in _references(layer)), np.zeros(1))
            high = sum((cv * shared[name] for name, cv in _batches(layer)), np.ones(1))
            amounts.append(np.maximum(share[place] + off, 0.0) * stock[place] * high)
        return np.stack(np.broadcast_arrays(*amounts))

    @cached_property
    def _detected(self) -> list[int]:
        return [place for place, layer in enumerate(self.layers) if layer.share.is_detected]

    @cached_property
    def _shares(self) -> PositiveRows:
        shares = [self.layers[place].share for place in self._detected]
        return _rows([share.value for share in shares], [share.own_sd for share in shares])

    @cached_property
    def _roots(self) -> PositiveRows:
        sds = [self.layers[place].share.of_root for place in self._detected]
        return _rows([1.0] * len(sds), sds)

    @cached_property
    def _concentrations(self) -> PositiveRows:
        found = [layer.concentration for layer in self.layers]
        return _rows([one.value for one in found], [_sd(one, DETERMINATION_CV) for one in found])

    @cached_property
    def _densities(self) -> PositiveRows:
        found = [layer.density for layer in self.layers]
        return _rows([one.value for one in found], [_sd(one, DENSITY_CV) for one in found])


def _rows(means: Sequence[float], sds: Sequence[float]) -> PositiveRows:
    return PositiveRows(mean=np.array(means, dtype=float), sd=np.array(sds, dtype=float))


def _sd(found: Concentration | Density, cv: float) -> float:
    """Return the standard error of a mean, no less than that of as many determinations."""
    return max(found.standard_error, cv * found.value / math.sqrt(found.number))


def _batches(layer: AmountLayer) -> Iterator[tuple[str, float]]:
    for key, share in layer.concentration.batches:
        yield f"{BATCH}:{key}", share * BATCH_CV


def _references(layer: AmountLayer) -> Iterator[tuple[str, float]]:
    if layer.share.is_detected and layer.share.reference is not None:
        name, sd = layer.share.reference
        yield f"{REFERENCE}:{layer.upper_depth_cm:g}-{layer.lower_depth_cm:g} {name}", sd
