"""Crowns, taproots and stubble by plant density: dug out plant by plant, not cored."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from estimates.science.errors import ImpossibleLayer, NotEnoughData


@dataclass(frozen=True, kw_only=True)
class PlantMass:
    """Mass per area of a part of plants in g per m2, with its standard error.

    standard_error is None for a single plant, which says nothing of how plants differ.
    """

    mass_g_m2: float
    standard_error: float | None
    plants: int


def mass_by_density(
    masses_g: Sequence[float], *, plants_per_m2: float, density_sd: float = 0.0
) -> PlantMass:
    """Return the mass per area of a part of plants: its mean per plant times plants per m2.

    Such a part is a component of its own: it may not be counted in cores as well. Raises
    NotEnoughData without a plant, ImpossibleLayer for masses or densities no plant has.
    """
    if not masses_g:
        raise NotEnoughData("Dig out one plant or more.")
    if min(masses_g) < 0 or not plants_per_m2 > 0:
        raise ImpossibleLayer("Masses of plants are 0 or above, and their density above 0 per m2.")
    mean = statistics.fmean(masses_g)
    error = None
    if len(masses_g) > 1:
        of_mean = statistics.stdev(masses_g) / math.sqrt(len(masses_g))
        error = math.hypot(of_mean * plants_per_m2, mean * density_sd)
    return PlantMass(mass_g_m2=mean * plants_per_m2, standard_error=error, plants=len(masses_g))
