"""Areas, volumes and root mass per area of soil cores and pit increments."""

from __future__ import annotations

import math

from estimates.science.errors import ImpossibleLayer

CM2_PER_M2 = 10_000.0
MG_PER_G = 1_000.0


def core_area_cm2(inner_diameter_cm: float) -> float:
    """Return the area in cm2 that a corer of this inner cutting diameter takes."""
    if not inner_diameter_cm > 0:
        raise ImpossibleLayer(f"A corer of {inner_diameter_cm} cm inner diameter takes nothing.")
    return math.pi * inner_diameter_cm**2 / 4.0


def sampled_length_cm(
    *, thickness_cm: float, composited_cores: int, recovered_length_cm: float | None
) -> float:
    """Return the soil length in cm of all composited cores together.

    A recovered length already counts every core; without one, each core is taken as full.
    """
    if recovered_length_cm is None:
        return composited_cores * thickness_cm
    return recovered_length_cm


def recovery_ratio(
    *, thickness_cm: float, composited_cores: int, recovered_length_cm: float
) -> float:
    """Return recovered over driven length; below 1 is loss or compaction."""
    return recovered_length_cm / (composited_cores * thickness_cm)


def root_mass_density_g_cm3(
    washed_mass_g: float, *, area_cm2: float, sampled_length_cm: float
) -> float:
    """Return g of root per cm3 of soil; area is that of one core, length that of all of them."""
    volume_cm3 = area_cm2 * sampled_length_cm
    if not volume_cm3 > 0:
        raise ImpossibleLayer(
            f"A soil volume of {volume_cm3:g} cm3 holds no roots: check area and length."
        )
    return washed_mass_g / volume_cm3


def root_mass_per_area(
    washed_mass_g: float,
    *,
    area_cm2: float,
    thickness_cm: float,
    composited_cores: int = 1,
    recovered_length_cm: float | None = None,
) -> float:
    """Return root mass in g per m2 of ground of one depth layer.

    area_cm2 is the area of one core. A layer recovered only in part is taken to hold the same
    density over its whole thickness (Black et al. 2017, doi:10.1007/s11104-017-3333-7).
    """
    length_cm = sampled_length_cm(
        thickness_cm=thickness_cm,
        composited_cores=composited_cores,
        recovered_length_cm=recovered_length_cm,
    )
    density = root_mass_density_g_cm3(washed_mass_g, area_cm2=area_cm2, sampled_length_cm=length_cm)
    return density * thickness_cm * CM2_PER_M2
