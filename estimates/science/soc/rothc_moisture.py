"""The topsoil moisture deficit of RothC and the rate modifier that follows from it.

Deficits are mm of water below field capacity over the depth of the layer: 0 or negative. Classic
limits: Coleman & Jenkinson 1996, doi:10.1007/978-3-642-61094-3_17. Options of version 2.0.0:
Farina et al. 2013, doi:10.1016/j.geoderma.2013.01.021, on water contents by Woesten et al. 1999,
doi:10.1016/S0016-7061(98)00132-3, and van Genuchten 1980,
doi:10.2136/sssaj1980.03615995004400050002x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimates.science.errors import ImpossibleForcing
from estimates.science.soc.engine import FloatArray

PAN_FACTOR = 0.75  # open-pan evaporation to evapotranspiration
FULL_RATE_SHARE = 0.444  # of the largest deficit: decay is not slowed above it
BARE_SHARE = 0.556  # of the largest deficit: bare soil dries no further
LEAST_RATE = 0.2
REFERENCE_DEPTH_CM = 23.0
MATTER_PER_CARBON = 1.72
RESIDUAL_WATER = 0.01
SUCTION_FIELD_CAPACITY_CM = 50.0
SUCTION_1_BAR_CM = 1_000.0
SUCTION_15_BAR_CM = 15_000.0
SUCTION_1000_BAR_CM = 1_000_000.0
BARE_SHARE_OF_RANGE = 0.6388 / 0.8


@dataclass(frozen=True, kw_only=True)
class MoistureLimits:
    """Deficits in mm that bound drying and slow decay, each (plots or 1, draws or 1).

    least_rate is the modifier at slowest and below; may_dry_below says whether a soil can be
    drier than that.
    """

    driest: FloatArray
    bare: FloatArray
    full_rate: FloatArray
    slowest: FloatArray
    least_rate: float = LEAST_RATE
    may_dry_below: bool = False


@dataclass(frozen=True, kw_only=True)
class WaterProperties:
    """What the pedotransfer of version 2.0.0 needs beyond clay: silt %, bulk density, OC %."""

    silt_pct: FloatArray
    bulk_density_g_cm3: FloatArray
    organic_carbon_pct: FloatArray


def largest_deficit_mm(clay_pct: FloatArray, depth_cm: FloatArray) -> FloatArray:
    """Return the classic largest deficit: -(20 + 1.3 clay - 0.01 clay^2) x depth / 23."""
    per_reference = 20.0 + 1.3 * clay_pct - 0.01 * (clay_pct * clay_pct)
    largest: FloatArray = -per_reference * depth_cm / REFERENCE_DEPTH_CM
    return largest


def classic_limits(
    clay_pct: FloatArray,
    depth_cm: FloatArray,
    *,
    bare_to_wilting: bool = False,
    least_rate: float = LEAST_RATE,
) -> MoistureLimits:
    """Return the limits of RothC-26.3; bare_to_wilting lets bare soil dry as far as a crop."""
    _check_soil(clay_pct, depth_cm)
    largest = largest_deficit_mm(clay_pct, depth_cm)
    return MoistureLimits(
        driest=largest,
        bare=largest if bare_to_wilting else BARE_SHARE * largest,
        full_rate=FULL_RATE_SHARE * largest,
        slowest=largest,
        least_rate=least_rate,
    )


def water_limits(
    clay_pct: FloatArray,
    depth_cm: FloatArray,
    water: WaterProperties,
    *,
    may_dry_below: bool,
    bare_to_wilting: bool = False,
    least_rate: float = LEAST_RATE,
) -> MoistureLimits:
    """Return the limits from texture, bulk density and OC (version 2.0.0, options 2 and 3).

    may_dry_below is option 2: a covered soil dries to 1,000 bar, the rate staying at its least.
    """
    _check_soil(clay_pct, depth_cm)
    one, fifteen, thousand = _deficits_mm(clay_pct, depth_cm, water)
    return MoistureLimits(
        driest=thousand if may_dry_below else fifteen,
        bare=fifteen if bare_to_wilting else fifteen - BARE_SHARE_OF_RANGE * (fifteen - one),
        full_rate=one,
        slowest=fifteen,
        least_rate=least_rate,
        may_dry_below=may_dry_below,
    )


def _check_soil(clay_pct: FloatArray, depth_cm: FloatArray) -> None:
    if not (((clay_pct >= 0) & (clay_pct <= 100)).all() and (depth_cm > 0).all()):
        raise ImpossibleForcing("Clay lies between 0 and 100 %, and the layer is some cm deep.")


def _deficits_mm(
    clay: FloatArray, depth_cm: FloatArray, water: WaterProperties
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the deficits at 1, 15 and 1,000 bar against field capacity."""
    if not ((clay > 0).all() and (water.silt_pct > 0).all()):
        raise ImpossibleForcing(
            "The water contents of Woesten et al. 1999 need clay and silt above 0 %; "
            "use the classic moisture limits for this soil."
        )
    silt, density = water.silt_pct, water.bulk_density_g_cm3
    matter = MATTER_PER_CARBON * water.organic_carbon_pct
    saturated, alpha, shape = _van_genuchten(clay, silt, density, matter)

    def content(suction_cm: float) -> FloatArray:
        filled = (1.0 + (alpha * suction_cm) ** shape) ** (1.0 - 1.0 / shape)
        part: FloatArray = RESIDUAL_WATER + (saturated - RESIDUAL_WATER) / filled
        return part

    capacity = content(SUCTION_FIELD_CAPACITY_CM)
    one, fifteen, thousand = (
        (content(suction) - capacity) * 10.0 * depth_cm
        for suction in (SUCTION_1_BAR_CM, SUCTION_15_BAR_CM, SUCTION_1000_BAR_CM)
    )
    return one, fifteen, thousand


def _van_genuchten(
    clay: FloatArray, silt: FloatArray, density: FloatArray, matter: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return saturated water content, alpha (1/cm) and n of a topsoil, Woesten 1999 table 5."""
    saturated = (
        0.7919 + 0.001691 * clay - 0.29619 * density - 0.000001491 * silt**2
        + 0.0000821 * matter**2 + 0.02427 / clay + 0.01113 / silt + 0.01472 * np.log(silt)
        - 0.0000733 * matter * clay - 0.000619 * density * clay
        - 0.001183 * density * matter - 0.0001664 * silt
    )  # fmt: skip
    alpha = np.exp(
        -14.96 + 0.03135 * clay + 0.0351 * silt + 0.646 * matter + 15.29 * density - 0.192
        - 4.671 * density**2 - 0.000781 * clay**2 - 0.00687 * matter**2 + 0.0449 / matter
        + 0.0663 * np.log(silt) + 0.1482 * np.log(matter) - 0.04546 * density * silt
        - 0.4852 * density * matter + 0.00673 * clay
    )  # fmt: skip
    shape = 1.0 + np.exp(
        -25.23 - 0.02195 * clay + 0.0074 * silt - 0.1940 * matter + 45.5 * density
        - 7.24 * density**2 + 0.0003658 * clay**2 + 0.002885 * matter**2 - 12.81 / density
        - 0.1524 / silt - 0.01958 / matter - 0.2876 * np.log(silt) - 0.0709 * np.log(matter)
        - 44.6 * np.log(density) - 0.02264 * density * clay + 0.0896 * density * matter
        + 0.00718 * clay
    )  # fmt: skip
    return saturated, alpha, shape
