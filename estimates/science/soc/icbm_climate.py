"""The yearly climate factor of ICBM from monthly weather and texture.

r = mean of r_T r_W over the year, over 0.1056855, which makes it 1 at Ultuna, Uppsala. The
responses and pedotransfer functions are those of the package reclim (Menichetti 2024, commit
f9366fd), after Katterer & Andren 2001, doi:10.1016/S0304-3800(00)00420-8, and Katterer, Andren &
Jansson 2006, Acta Agric. Scand. B 56:263. There the steps are days, soil temperature follows a
green area index, and so does evaporation. Here a month is a step, air temperature stands for that
of the soil, and the topsoil is a store between wilting point and field capacity: an approximation
of this package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.streams import MONTHS

AT_ULTUNA = 0.1056855
COLDEST_C = -3.78
SPAN_C = 33.78
SATURATED = 0.5
STORE_MM = 250.0  # 25 cm of soil, the topsoil ICBM was fitted to


@dataclass(frozen=True, kw_only=True)
class WaterPoints:
    """Volumetric water contents of a soil, cm3 per cm3."""

    wilting: float
    field_capacity: float
    porosity: float

    @property
    def inactive(self) -> float:
        """Return the content below which nothing decays."""
        return float(0.0965 * np.log(self.wilting) + 0.3)

    @property
    def best(self) -> float:
        """Return the content from which on decay is fastest."""
        return float(0.2 + 1.26 * self.field_capacity**2.03)


def water_points(*, clay_percent: float, sand_percent: float, soc_percent: float) -> WaterPoints:
    """Return the water contents of a mineral topsoil; raises ImpossibleForcing where they cross."""
    clay, sand = clay_percent / 100.0, sand_percent / 100.0
    points = WaterPoints(
        wilting=0.0086 + 0.4473 * clay - 0.0157 * soc_percent * clay + 0.0123 * soc_percent * sand,
        field_capacity=0.4384 - 0.3839 * sand + 0.0796 * soc_percent * sand,
        porosity=0.4115
        + 0.0409 * soc_percent
        - 0.6089 * clay * sand
        - 0.0031 * soc_percent**2 * clay
        + 0.2276 * clay**3,
    )
    if not 0.0 < points.wilting < points.field_capacity < 1.0:
        raise ImpossibleForcing(
            f"Clay {clay_percent:g} %, sand {sand_percent:g} % and SOC {soc_percent:.3g} % are "
            "outside of what the water of ICBM's climate factor can be reckoned for: give "
            "icbm_climate_factor."
        )
    return points


def temperature_response(temp_c: Array) -> Array:
    """Return ((T + 3.78) / 33.78)^2, and 0 below -3.78 degrees."""
    return np.asarray((np.maximum(temp_c - COLDEST_C, 0.0) / SPAN_C) ** 2)


def moisture_response(water: Array, points: WaterPoints) -> Array:
    """Return 0 when dry, 1 at its best, falling to 0.5 where every pore is full."""
    rising = np.clip((water - points.inactive) / (points.best - points.inactive), 0.0, 1.0)
    beyond = (water - points.field_capacity) / (points.porosity - points.field_capacity)
    return np.asarray(rising * (1.0 - (1.0 - SATURATED) * np.clip(beyond, 0.0, 1.0)))


def yearly_climate_factors(
    temp_c: Array, rain_mm: Array, pet_mm: Array, points: WaterPoints
) -> Array:
    """Return r by year from months (years x 12, ...); the first year starts as it ends.

    Evapotranspiration falls with the water left; what field capacity cannot hold drains in its
    month. r_W is that of the mean water of a month.
    """
    if len(temp_c) % MONTHS:
        raise ImpossibleForcing("ICBM's climate factor needs whole years of months.")
    shape = np.broadcast_shapes(temp_c.shape[1:], rain_mm.shape[1:], pet_mm.shape[1:])
    lowest, highest = points.wilting * STORE_MM, points.field_capacity * STORE_MM
    before = np.full(shape, highest)
    for month in range(MONTHS):  # once through the first year
        before = _after(before, rain_mm[month], pet_mm[month], lowest, highest)
    factors = []
    for month, temp in enumerate(temp_c):
        now = _after(before, rain_mm[month], pet_mm[month], lowest, highest)
        water = (before + now) / 2.0 / STORE_MM
        factors.append(temperature_response(temp) * moisture_response(water, points))
        before = now
    whole = np.stack(factors).reshape(-1, MONTHS, *shape)
    return np.asarray(whole.mean(axis=1) / AT_ULTUNA)


def _after(store: Array, rain_mm: Array, pet_mm: Array, lowest: float, highest: float) -> Array:
    available = (store - lowest) / (highest - lowest)
    return np.asarray(np.clip(store + rain_mm - pet_mm * available, lowest, highest))
