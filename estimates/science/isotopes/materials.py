"""Reference materials and their assigned delta values (CIAAW, https://www.ciaaw.org).

13C is on VPDB-LSVEC, with the expanded uncertainty (k = 2) CIAAW gives; 15N on air N2.
"""

from __future__ import annotations

from dataclasses import dataclass

from estimates.science.errors import MixedScales, UnknownTerm
from estimates.science.isotopes.scales import Isotope, Scale

EXPANSION = 2.0  # CIAAW gives U with k = 2


@dataclass(frozen=True, kw_only=True)
class AssignedValue:
    """The delta value of a reference material on a scale, with its standard uncertainty."""

    material: str
    isotope: Isotope
    scale: Scale
    delta_permil: float
    uncertainty_permil: float | None


# material, delta in permil, expanded uncertainty; None where the value is exact or none is given
CARBON = (
    ("NBS 19", 1.95, 0.0),
    ("LSVEC", -46.6, 0.0),
    ("USGS40", -26.39, 0.04),
    ("USGS41", 37.63, 0.05),
    ("USGS24", -16.05, 0.04),
    ("IAEA-CH-3", -24.72, 0.04),
    ("IAEA-CH-6", -10.45, 0.03),
    ("IAEA-CH-7", -32.15, 0.05),
    ("IAEA-600", -27.77, 0.04),
    ("NBS 22", -30.03, 0.05),
    ("USGS42", -21.09, 0.10),
    ("IAEA-309A", 93.9, 1.0),
    ("IAEA-309B", 535.3, 5.0),
)
NITROGEN = (
    ("IAEA-N-1", 0.43),
    ("IAEA-N-2", 20.41),
    ("USGS25", -30.41),
    ("USGS26", 53.70),
    ("USGS32", 180.0),
    ("USGS34", -1.8),
    ("USGS35", 2.7),
    ("USGS40", -4.52),
    ("USGS41", 47.57),
)
VALUES = (
    *(
        AssignedValue(
            material=material,
            isotope="13C",
            scale="VPDB-LSVEC",
            delta_permil=delta,
            uncertainty_permil=expanded / EXPANSION,
        )
        for material, delta, expanded in CARBON
    ),
    # the one material both scales agree on
    AssignedValue(
        material="NBS 19",
        isotope="13C",
        scale="VPDB",
        delta_permil=1.95,
        uncertainty_permil=0.0,
    ),
    *(
        AssignedValue(
            material=material,
            isotope="15N",
            scale="air-N2",
            delta_permil=delta,
            uncertainty_permil=None,
        )
        for material, delta in NITROGEN
    ),
)


def assigned_value(material: str, *, isotope: Isotope, scale: Scale) -> AssignedValue:
    """Return the assigned value of a reference material.

    Raises UnknownTerm for a material not listed, MixedScales where it is listed on another scale:
    values do not carry over.
    """
    named = [
        value
        for value in VALUES
        if _plain(value.material) == _plain(material) and value.isotope == isotope
    ]
    if not named:
        raise UnknownTerm(
            f"{material} has no {isotope} value here: give its assigned value with its scale."
        )
    for value in named:
        if value.scale == scale:
            return value
    raise MixedScales(
        f"{material} is listed on {named[0].scale}, not on {scale}: give the value assigned "
        f"to it on {scale}, or work on {named[0].scale}."
    )


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
