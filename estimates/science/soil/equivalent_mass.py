"""SOC stocks compared at equal mineral soil mass, not at equal depth.

Soil that was compacted holds more of itself above the same depth; a stock at fixed depth then
shows a gain that is none (Wendt & Hauser 2013, doi:10.1111/ejss.12002; von Haden et al. 2020,
doi:10.1111/gcb.15124). Cumulative SOC is interpolated over cumulative mineral mass. The choice of
interpolator alone moves a stock, so that a result names the one it was made with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.interpolate import CubicHermiteSpline, PchipInterpolator

from estimates.science.distributions import Array
from estimates.science.errors import BeyondSample, ImpossibleLayer
from estimates.science.soil.stocks import SoilLayer, check_contiguous

Interpolator = Literal["hyman", "pchip", "linear"]
Curve = Callable[[float], float]

ROUNDING = 1e-9  # relative: a reference mass this little beyond the core is the core's own


@dataclass(frozen=True, kw_only=True)
class MassProfile:
    """Cumulative mineral mass and SOC of a core at its layer borders, from 0 at the surface."""

    lower_depths_cm: tuple[float, ...]
    mineral_mass_t_ha: tuple[float, ...]
    soc_t_ha: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class EquivalentStock:
    """SOC above a mineral mass, and how it was interpolated."""

    mineral_mass_t_ha: float
    soc_t_ha: float
    interpolator: Interpolator
    is_extrapolated: bool


def mass_profile(layers: Sequence[SoilLayer]) -> MassProfile:
    """Return the cumulative masses of a core; raises NotEnoughData where layers leave gaps."""
    check_contiguous(layers)
    return MassProfile(
        lower_depths_cm=(0.0, *(layer.lower_depth_cm for layer in layers)),
        mineral_mass_t_ha=_cumulative([layer.mineral_mass_t_ha for layer in layers]),
        soc_t_ha=_cumulative([layer.soc_t_ha for layer in layers]),
    )


def stock_at_mass(
    profile: MassProfile,
    mineral_mass_t_ha: float,
    *,
    interpolator: Interpolator = "hyman",
    extrapolates: bool = False,
) -> EquivalentStock:
    """Return the SOC above a mineral mass.

    Raises BeyondSample when the core holds less than that mass, unless extrapolates: then the
    curve goes on as a straight line with the slope of its end.
    """
    deepest = profile.mineral_mass_t_ha[-1]
    if mineral_mass_t_ha < 0:
        raise ImpossibleLayer(f"A soil mass of {mineral_mass_t_ha:g} t per ha is none.")
    is_beyond = mineral_mass_t_ha > deepest * (1 + ROUNDING)
    if is_beyond and not extrapolates:
        raise BeyondSample(
            f"The core holds {deepest:.6g} t mineral soil per ha, less than the "
            f"{mineral_mass_t_ha:.6g} t compared at: sample deeper, or compare a smaller mass."
        )
    curve, end_slope = _curve(profile, interpolator)
    reached = min(mineral_mass_t_ha, deepest)
    soc_t_ha = curve(reached) + end_slope * (mineral_mass_t_ha - reached)
    return EquivalentStock(
        mineral_mass_t_ha=mineral_mass_t_ha,
        soc_t_ha=soc_t_ha,
        interpolator=interpolator,
        is_extrapolated=is_beyond,
    )


def depth_of_mass_cm(profile: MassProfile, mineral_mass_t_ha: float) -> float:
    """Return the depth above which a core holds this mineral mass, layers taken as even."""
    return float(np.interp(mineral_mass_t_ha, profile.mineral_mass_t_ha, profile.lower_depths_cm))


def hyman_spline(x: Array, y: Array) -> CubicHermiteSpline:
    """Return the cubic spline through points whose slopes are filtered to keep it monotone.

    The spline ends as the cubics through the first and last four points (Forsythe, Malcolm &
    Moler 1977); slopes are then held between 0 and 3 times the smaller neighbouring secant
    (Hyman 1983, doi:10.1137/0904045), as `spline(method = "hyman")` of R does.
    """
    secants = np.diff(y) / np.diff(x)
    before, after = np.append(secants[:1], secants), np.append(secants, secants[-1:])
    limits = 3.0 * np.minimum(np.abs(before), np.abs(after))
    slopes = _spline_slopes(x, y)
    signs = np.sign(np.where(before * after > 0, after, slopes))
    filtered = signs * np.clip(signs * slopes, 0.0, limits)
    return CubicHermiteSpline(x, y, filtered)


def _curve(profile: MassProfile, interpolator: Interpolator) -> tuple[Curve, float]:
    """Return cumulative SOC over mass, and its slope at the deepest mass."""
    x, y = np.array(profile.mineral_mass_t_ha), np.array(profile.soc_t_ha)
    if interpolator == "linear":
        slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
        return lambda mass: float(np.interp(mass, x, y)), float(slope)
    if interpolator == "pchip" and len(x) == 2:
        return _curve(profile, "linear")
    spline = hyman_spline(x, y) if interpolator == "hyman" else PchipInterpolator(x, y)
    return lambda mass: float(spline(mass)), float(spline(x[-1], 1))


def _cumulative(amounts: Sequence[float]) -> tuple[float, ...]:
    return tuple(np.concatenate(([0.0], np.cumsum(amounts))).tolist())


def _spline_slopes(x: Array, y: Array) -> Array:
    """Return the slopes at the points of a cubic spline with the ends of its outer cubics."""
    steps = np.diff(x)
    secants: Array = np.diff(y) / steps
    curvature = _third_order_curvature(x, steps, secants)
    forward = secants - steps * (curvature[1:] + 2.0 * curvature[:-1])
    last = secants[-1] + steps[-1] * (curvature[-2] + 2.0 * curvature[-1])
    slopes: Array = np.append(forward, last)
    return slopes


def _third_order_curvature(x: Array, steps: Array, secants: Array) -> Array:
    """Return a sixth of the second derivative at each point."""
    number = len(x)
    if number == 2:
        return np.zeros(2)
    matrix = np.zeros((number, number))
    right = np.zeros(number)
    for i in range(1, number - 1):
        matrix[i, i - 1 : i + 2] = steps[i - 1], 2.0 * (steps[i - 1] + steps[i]), steps[i]
        right[i] = secants[i] - secants[i - 1]
    matrix[0, :2] = -steps[0], steps[0]
    matrix[-1, -2:] = steps[-1], -steps[-1]
    if number > 3:
        second: Array = np.diff(secants) / (x[2:] - x[:-2])
        third: Array = np.diff(second) / (x[3:] - x[:-3])
        right[0] = third[0] * steps[0] ** 2
        right[-1] = -third[-1] * steps[-1] ** 2
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
