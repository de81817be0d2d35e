"""A value held against what roots of its plant group, or of its crop, have."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from estimates.science.errors import UnknownTerm
from estimates.science.findings import Finding
from estimates.science.stoichiometry.root_quantiles import (
    CROP_NITROGEN,
    CROP_NITROGEN_UNCERTAINTY,
    CROPS,
    GROUPS,
)

Trait = Literal[
    "C",
    "N",
    "P",
    "C_N_ratio",
    "N_P_ratio",
    "lignin",
    "Specific_root_length",
    "tissue_density",
    "Mean_diameter",
    "dry_matter_content",
    "length_density_volume",
    "mass_fraction",
]
CONCENTRATION = "mg g-1"
UNITS: dict[Trait, str] = {
    "C": CONCENTRATION,
    "N": CONCENTRATION,
    "P": CONCENTRATION,
    "C_N_ratio": "g g-1",
    "N_P_ratio": "g g-1",
    "lignin": CONCENTRATION,
    "Specific_root_length": "m g-1",
    "tissue_density": "g cm-3",
    "Mean_diameter": "mm",
    "dry_matter_content": "g g-1",
    "length_density_volume": "cm cm-3",
    "mass_fraction": "g g-1",
}
# the low quantiles of C in the database are spoiled by slips of unit
CARBON_LIMITS = (200.0, 600.0)
LEAST_RECORDS = 10  # a crop with fewer in the database falls back on tables, or on its group
SLIPS = {10.0: "% for g per kg", 1000.0: "g per g for g per kg", 0.1: "ten times too much"}


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What is usual: warn outside low to high, confirm outside lowest to highest."""

    of: str
    records: int
    lowest: float
    low: float
    median: float
    high: float
    highest: float


@functools.cache
def groups() -> Mapping[tuple[Trait, str], Usual]:
    """Return what is usual by trait and plant group: p05 to p95, and p01 to p99."""
    table = {}
    for line in GROUPS.split():
        trait, group, records, _, _, _, p01, p05, p50, p95, p99, _ = line.split(",")
        is_carbon = trait == "C"
        table[cast("Trait", trait), group] = Usual(
            of=group,
            records=int(records),
            lowest=CARBON_LIMITS[0] if is_carbon else float(p01),
            low=float(p05),
            median=float(p50),
            high=float(p95),
            highest=CARBON_LIMITS[1] if is_carbon else float(p99),
        )
    return table


@functools.cache
def crops() -> Mapping[tuple[Trait, str], Usual]:
    """Return what is usual by trait and crop: p05 to p95, and minimum to maximum."""
    table = {}
    for line in CROPS.strip().splitlines():
        trait, crop, records, _, _, least, p05, p50, p95, most = line.split(",")
        table[cast("Trait", trait), crop] = Usual(
            of=crop,
            records=int(records),
            lowest=max(float(least), CARBON_LIMITS[0]) if trait == "C" else float(least),
            low=float(p05),
            median=float(p50),
            high=min(float(p95), CARBON_LIMITS[1]) if trait == "C" else float(p95),
            highest=min(float(most), CARBON_LIMITS[1]) if trait == "C" else float(most),
        )
    for crop, (poorest, richest) in CROP_NITROGEN.items():
        if ("N", crop) not in table or table["N", crop].records < LEAST_RECORDS:
            table["N", crop] = _modelled_nitrogen(crop, poorest, richest)
    return table


def usual(trait: Trait, *, group: str, crop: str | None = None) -> Usual | None:
    """Return what is usual for a trait: of the crop where enough is known, else of the group.

    None where nothing is known. Raises UnknownTerm for a group or trait not listed.
    """
    if trait not in get_args(Trait):
        raise UnknownTerm(f"{trait!r} is no trait here: choose from {', '.join(get_args(Trait))}.")
    known = sorted({name for _, name in groups()})
    if group not in known:
        raise UnknownTerm(f"{group!r} is no plant group: choose from {', '.join(known)}.")
    of_crop = None if crop is None else crops().get((trait, crop))
    if of_crop is not None and (of_crop.records == 0 or of_crop.records >= LEAST_RECORDS):
        return of_crop
    return groups().get((trait, group))


def range_findings(
    trait: Trait, value: float, *, group: str, crop: str | None = None
) -> list[Finding]:
    """Return a finding when a value is unusual, with the slip of unit that would explain it."""
    known = usual(trait, group=group, crop=crop)
    if known is None or known.low <= value <= known.high:
        return []
    unit = UNITS[trait]
    is_rare = not known.lowest <= value <= known.highest
    slip = unit_slip(value, known) if unit == CONCENTRATION else None
    text = (
        f"{trait} {value:g} {unit} is unusual for {known.of}: {known.low:g} to {known.high:g} "
        f"{unit} hold nine of ten."
    )
    found = [
        Finding(
            code=f"{trait.lower()}_unusual", level="confirm" if is_rare else "warn", message=text
        )
    ]
    if slip is not None:
        text = f"{trait} {value:g} would be usual as {value * slip:g} {unit}: {SLIPS[slip]}?"
        found.append(Finding(code="unit_slip", level="confirm", message=text))
    return found


def unit_slip(value: float, known: Usual) -> float | None:
    """Return the factor 10, 1000 or 1/10 that would make a rare value usual; None without one."""
    if known.lowest <= value <= known.highest or value <= 0:
        return None
    usual_after = [factor for factor in SLIPS if known.low <= value * factor <= known.high]
    return min(usual_after, key=lambda each: abs(value * each - known.median), default=None)


def _modelled_nitrogen(crop: str, poorest: float, richest: float) -> Usual:
    low = poorest * (1.0 - CROP_NITROGEN_UNCERTAINTY)
    high = richest * (1.0 + CROP_NITROGEN_UNCERTAINTY)
    return Usual(
        of=crop,
        records=0,
        lowest=low,
        low=low,
        median=(poorest + richest) / 2.0,
        high=high,
        highest=high,
    )
