"""From the washed and dried sample to clean root, and to its carbon, by one of two routes.

Route A multiplies the mass of clean root by the C of clean root. Route B multiplies the washed
mass by the C of that same washed sample and takes off the C of the soil still on it. Mixing
them corrects for soil twice, or not at all: `check_route` refuses it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from estimates.science.distributions import Array
from estimates.science.errors import ImpossibleLayer, MixedRoutes

Route = Literal["A", "B"]
SoilBy = Literal["ash", "carbon"]
CarbonBasis = Literal["clean_root", "washed_sample"]

BASIS_OF_ROUTE: dict[Route, CarbonBasis] = {"A": "clean_root", "B": "washed_sample"}

# Franzluebbers 2020, doi:10.1002/ael2.20037: 260 plant samples, g per kg
ASH_AT_NO_CARBON_G_KG = 999.0
ASH_PER_CARBON = 1.89
ASH_MISMATCH_G_KG = 80.0  # assumption: wider than the scatter of the 260 samples


def check_route(route: Route, basis: CarbonBasis) -> None:
    """Raise MixedRoutes when C of this basis may not be used on this route."""
    if basis != BASIS_OF_ROUTE[route]:
        raise MixedRoutes(
            f"Route {route} needs the C of a {BASIS_OF_ROUTE[route].replace('_', ' ')}, "
            f"not of a {basis.replace('_', ' ')}: soil would be taken off twice or never."
        )


def soil_share(
    ash_of_sample: Array | float, *, ash_of_root: Array | float, ash_of_soil: Array | float
) -> Array:
    """Return the mass share of adhering soil in the washed dry sample, 0 to 1, from ash (g/g)."""
    span = np.subtract(ash_of_soil, ash_of_root)
    if np.any(span <= 0):
        raise ImpossibleLayer("The ash of soil must be above the ash of clean root.")
    share: Array = np.asarray(np.subtract(ash_of_sample, ash_of_root) / span)
    return np.clip(share, 0.0, 1.0)


def soil_share_from_carbon(
    carbon_of_sample: Array | float,
    *,
    carbon_of_root: Array | float,
    carbon_of_soil: Array | float,
) -> Array:
    """Return the mass share of adhering soil, 0 to 1, from C concentrations (g/g).

    For calcareous soil, where ash by ignition loses carbonate.
    """
    span = np.subtract(carbon_of_root, carbon_of_soil)
    if np.any(span <= 0):
        raise ImpossibleLayer("The C of clean root must be above the C of soil.")
    share: Array = np.asarray(np.subtract(carbon_of_root, carbon_of_sample) / span)
    return np.clip(share, 0.0, 1.0)


def clean_root_mass(
    washed_mass_g: float,
    *,
    processed_share: float = 1.0,
    soil_share: float = 0.0,
    extraneous_share: float = 0.0,
    washing_loss: float = 0.0,
) -> float:
    """Return g of clean root in the whole core from the washed dry mass of the part processed.

    Extraneous organic matter was 40 % of the soil-free mass in maize cores (Hirte et al. 2017,
    doi:10.3389/fpls.2017.00284).
    """
    kept = (1.0 - soil_share) * (1.0 - extraneous_share)
    return washed_mass_g / processed_share * kept / (1.0 - washing_loss)


def carbon_by_route_a(clean_mass_g: float, *, carbon_of_clean_root: float) -> float:
    """Return g C: mass of clean root times the C of clean root (g/g)."""
    return clean_mass_g * carbon_of_clean_root


def carbon_by_route_b(
    washed_mass_g: float,
    *,
    carbon_of_sample: float,
    soil_share: float = 0.0,
    carbon_of_soil: float = 0.0,
) -> float:
    """Return g C: C of the washed sample less the C of the soil on it (all g/g)."""
    return washed_mass_g * max(carbon_of_sample - soil_share * carbon_of_soil, 0.0)


def ash_fits_carbon(*, ash_g_per_g: float, carbon_g_per_g: float) -> bool:
    """Return whether ash and C of one plant sample agree (Franzluebbers 2020)."""
    expected_g_kg = ASH_AT_NO_CARBON_G_KG - ASH_PER_CARBON * carbon_g_per_g * 1000.0
    return abs(ash_g_per_g * 1000.0 - expected_g_kg) <= ASH_MISMATCH_G_KG
