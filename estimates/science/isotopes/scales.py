"""Delta values and atom fractions, with the standard and the scale they belong to.

R = R_std (1 + delta / 1000); x = R / (1 + R); delta in permil, x as a fraction of atoms. Two scales
are in use for 13C: VPDB-LSVEC, and VPDB without LSVEC. They share their zero and part by up to 0.3
permil at -45 permil (IAEA expert meeting 2024, doi:10.1002/rcm.10018), so a batch names its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from estimates.science.errors import ImpossibleLayer, MixedScales, UnknownTerm

Isotope = Literal["13C", "15N", "14C"]
Scale = Literal["VPDB", "VPDB-LSVEC", "air-N2"]

PERMIL = 1000.0
SCALES: dict[Isotope, tuple[Scale, ...]] = {"13C": ("VPDB", "VPDB-LSVEC"), "15N": ("air-N2",)}


@dataclass(frozen=True, kw_only=True)
class Standard:
    """The zero of a delta scale: its ratio of heavy to light atoms, and who says so."""

    name: str
    isotope: Isotope
    ratio: float
    source: str
    is_legacy: bool = False


VPDB = Standard(
    name="VPDB",
    isotope="13C",
    ratio=0.0111802,
    source="13C/12C in use by instruments and IUPAC calibrations (Werner & Brand 2001, "
    "doi:10.1002/rcm.258)",
)
AIR_N2 = Standard(
    name="air-N2",
    isotope="15N",
    ratio=1.0 / 272.0,
    source="14N/15N = 272 exactly by convention (CIAAW; Junk & Svec 1958)",
)
LEGACY_PDB = Standard(
    name="PDB-legacy",
    isotope="13C",
    ratio=0.0112372,
    source="Craig 1957, doi:10.1016/0016-7037(57)90024-8; superseded",
    is_legacy=True,
)
STANDARDS = {standard.name: standard for standard in (VPDB, AIR_N2, LEGACY_PDB)}
DEFAULT_STANDARD: dict[Isotope, Standard] = {"13C": VPDB, "15N": AIR_N2}


@dataclass(frozen=True, kw_only=True)
class AtomFraction:
    """A fraction of heavy atoms with the standard a delta value of it was or would be read by."""

    value: float
    standard: Standard
    uncertainty: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no fraction."""
        if not 0 < self.value < 1:
            raise ImpossibleLayer(f"{self.value:g} is no fraction of atoms: give 0.011, not 1.1 %.")

    @property
    def ratio(self) -> float:
        """Return heavy over light atoms."""
        return self.value / (1.0 - self.value)

    @property
    def delta_permil(self) -> float:
        """Return the delta value against the standard."""
        return (self.ratio / self.standard.ratio - 1.0) * PERMIL

    @property
    def delta_uncertainty_permil(self) -> float | None:
        """Return the standard uncertainty of the delta value, first order."""
        if self.uncertainty is None:
            return None
        return self.uncertainty / (1.0 - self.value) ** 2 / self.standard.ratio * PERMIL


def standard_named(name: str, *, allows_legacy: bool = False) -> Standard:
    """Return a standard; raises UnknownTerm, and MixedScales for a legacy ratio nobody asked for.

    A legacy ratio shifts an atom fraction by 0.5 %: it is only for reading old figures.
    """
    if name not in STANDARDS:
        raise UnknownTerm(f"{name!r} is no standard: choose from {', '.join(STANDARDS)}.")
    standard = STANDARDS[name]
    if standard.is_legacy and not allows_legacy:
        raise MixedScales(
            f"The ratio {standard.ratio} of {name} is superseded and shifts atom fractions by "
            "0.5 %: allow it only to read figures that were made with it."
        )
    return standard


def standard_of_ratio(isotope: Isotope, ratio: float, *, allows_legacy: bool = False) -> Standard:
    """Return the standard with this ratio, or a standard of its own for a ratio not listed."""
    for standard in STANDARDS.values():
        if standard.isotope == isotope and abs(standard.ratio / ratio - 1.0) < 1e-7:
            return standard_named(standard.name, allows_legacy=allows_legacy)
    default = DEFAULT_STANDARD[isotope]
    if not 0.98 < ratio / default.ratio < 1.02:
        raise ImpossibleLayer(
            f"A ratio of {ratio:g} is none of a {isotope} standard; {default.name} has "
            f"{default.ratio:g}."
        )
    return Standard(name=f"R={ratio!r}", isotope=isotope, ratio=ratio, source="as given")


def check_scale(isotope: Isotope, scale: str | None) -> Scale:
    """Return the scale; raises MixedScales when a 13C value names none, or one of another isotope.

    15N has one scale, so that none needs to be named.
    """
    known = SCALES[isotope]
    if scale is None and len(known) == 1:
        return known[0]
    for one in known:
        if scale == one:
            return one
    told = "names no scale" if scale is None else f"cannot be on the scale {scale}"
    raise MixedScales(f"A {isotope} value {told}: it is on {' or '.join(known)}.")


def check_one_scale(scales: Iterable[Scale]) -> Scale:
    """Return the only scale of a batch; raises MixedScales when there are several."""
    found = sorted(set(scales))
    if len(found) != 1:
        raise MixedScales(f"One batch needs values of one scale, not of {', '.join(found)}.")
    return found[0]


def atom_fraction(
    delta_permil: float, *, standard: Standard, uncertainty_permil: float | None = None
) -> AtomFraction:
    """Return the atom fraction of a delta value, with its first-order uncertainty."""
    if not delta_permil > -PERMIL:
        raise ImpossibleLayer(f"A delta value of {delta_permil:g} permil leaves no heavy atoms.")
    ratio = standard.ratio * (1.0 + delta_permil / PERMIL)
    slope = standard.ratio / PERMIL / (1.0 + ratio) ** 2
    return AtomFraction(
        value=ratio / (1.0 + ratio),
        standard=standard,
        uncertainty=None if uncertainty_permil is None else uncertainty_permil * slope,
    )
