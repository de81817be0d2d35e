"""Radiocarbon as a tracer: specific activities as fractions of atoms.

An activity A in Bq per g C is a fraction x = A M / (lambda N_A) of the C atoms, M = 12.011 g per
mol; the half-life is 5730 years (Godwin 1962, doi:10.1038/195984a0).
"""

from __future__ import annotations

import math

from estimates.science.errors import ImpossibleLayer
from estimates.science.isotopes.scales import AtomFraction, Standard

HALF_LIFE_S = 5730.0 * 365.25 * 86_400.0
ATOMS_PER_MOL = 6.02214076e23
MOLAR_MASS_G = 12.011
MODERN_BQ_PER_G = 0.226
"""C of 1950: 13.56 decays a minute and g (Stuiver & Polach 1977, doi:10.1017/S0033822200003672)."""

ATOMS_PER_BQ_G = MOLAR_MASS_G * HALF_LIFE_S / math.log(2.0) / ATOMS_PER_MOL
MODERN = Standard(
    name="modern-14C",
    isotope="14C",
    ratio=MODERN_BQ_PER_G * ATOMS_PER_BQ_G,
    source="Stuiver & Polach 1977, doi:10.1017/S0033822200003672",
)


def atom_fraction_of_activity(
    activity_bq_per_g: float, *, uncertainty_bq_per_g: float | None = None
) -> AtomFraction:
    """Return the fraction of 14C atoms of a specific activity per g C."""
    if not activity_bq_per_g > 0:
        raise ImpossibleLayer(
            f"An activity of {activity_bq_per_g:g} Bq per g C is none: C of today has "
            f"{MODERN_BQ_PER_G:g}."
        )
    spread = uncertainty_bq_per_g
    return AtomFraction(
        value=activity_bq_per_g * ATOMS_PER_BQ_G,
        standard=MODERN,
        uncertainty=None if spread is None else spread * ATOMS_PER_BQ_G,
    )
