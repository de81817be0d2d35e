"""Traits of one root sample: length, mass, volume and area over each other.

Formulas as in the handbook of root traits, Freschet et al. 2021, doi:10.1111/nph.17572.
"""

from __future__ import annotations

import math
from typing import Literal

from estimates.science.errors import ImpossibleLayer, NotEnoughData
from estimates.science.findings import Finding
from estimates.science.geometry import MG_PER_G

CM_PER_M = 100.0
# tissue density x specific root length (m per g) x diameter (mm) squared, of a cylinder
CYLINDER = 4.0 / math.pi
CYLINDER_FACTOR = 2.0


def root_length_density(length_cm: float, *, soil_volume_cm3: float) -> float:
    """Return cm of root per cm3 of soil."""
    return _over(length_cm, soil_volume_cm3, "soil volume")


def root_mass_density(dry_mass_g: float, *, soil_volume_cm3: float) -> float:
    """Return mg of dry root per cm3 of soil."""
    return _over(dry_mass_g * MG_PER_G, soil_volume_cm3, "soil volume")


def specific_root_length(length_cm: float, *, dry_mass_g: float) -> float:
    """Return m of root per g of dry root."""
    return _over(length_cm / CM_PER_M, dry_mass_g, "dry mass")


def specific_root_area(surface_area_cm2: float, *, dry_mass_g: float) -> float:
    """Return cm2 of root surface per g of dry root."""
    return _over(surface_area_cm2, dry_mass_g, "dry mass")


def tissue_density(dry_mass_g: float, *, root_volume_cm3: float) -> float:
    """Return g of dry root per cm3 of fresh root."""
    return _over(dry_mass_g, root_volume_cm3, "root volume")


def dry_matter_content(dry_mass_g: float, *, fresh_mass_g: float) -> float:
    """Return g of dry root per g of fresh root, at most 1."""
    if dry_mass_g > fresh_mass_g:
        raise ImpossibleLayer(f"{dry_mass_g:g} g dry is more than {fresh_mass_g:g} g fresh.")
    return _over(dry_mass_g, fresh_mass_g, "fresh mass")


def branching_density(tips_or_forks: float, *, length_cm: float) -> float:
    """Return tips, or forks, per cm of root."""
    return _over(tips_or_forks, length_cm, "length")


def branching_ratio(laterals: float, *, parents: float) -> float:
    """Return laterals of one order per root of the order above."""
    return _over(laterals, parents, "number of parent roots")


def root_mass_fraction(root_mass: float, *, shoot_mass: float) -> float:
    """Return root over root and shoot, in one unit."""
    return _over(root_mass, root_mass + shoot_mass, "mass of root and shoot")


def length_of_whole(
    length_cm: float, *, part: float, whole: float, by: Literal["mass", "area"]
) -> float:
    """Return the length of a sample from that of a subsample, by their masses or tray areas."""
    if not 0 < part <= whole:
        raise ImpossibleLayer(f"The {by} of a subsample lies between 0 and that of the whole.")
    return length_cm * whole / part


def expected_specific_root_length(*, diameter_mm: float, tissue_density_g_cm3: float) -> float:
    """Return m per g of a cylinder: 4 / (pi RTD d^2)."""
    return CYLINDER / _positive(tissue_density_g_cm3, "tissue density") / diameter_mm**2


def identity_findings(
    *, specific_root_length_m_g: float, diameter_mm: float, tissue_density_g_cm3: float
) -> list[Finding]:
    """Return a finding when SRL d^2 RTD is off 1.273, that of a cylinder, by more than twofold."""
    product = specific_root_length_m_g * diameter_mm**2 * tissue_density_g_cm3
    off = product / CYLINDER
    if 1.0 / CYLINDER_FACTOR <= off <= CYLINDER_FACTOR:
        return []
    text = (
        f"Length, diameter and density do not fit one root: SRL d2 RTD is {product:.3g}, and "
        f"{CYLINDER:.3f} for a cylinder."
    )
    return [Finding(code="traits_mismatch", level="confirm", message=text)]


def _over(above: float, below: float, name: str) -> float:
    if above < 0:
        raise ImpossibleLayer(f"A trait of {above:g} is none: check the sign.")
    return above / _positive(below, name)


def _positive(value: float, name: str) -> float:
    if not value > 0:
        raise NotEnoughData(f"A trait needs a {name} above 0.")
    return value
